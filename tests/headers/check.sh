#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares Cryptoki headers with spec/: values of constants, sizes and offsets of structs, and
# signatures of functions, wherever both have the name. Differences that known-divergences lists
# are expected; any other fails, and so does a header that shares less with us than coverage says.
# usage: check.sh BUILD [HEADER|FOLDER...]     without a header: those that apt offers
# HEADER_ROOT names the folder that those of apt lie in (/usr/include); CC compiles.
set -u
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
root=${HEADER_ROOT:-/usr/include}
cc=${CC:-cc}
passed=0
failed=0
skipped=0

usage() {
	echo "usage: check.sh BUILD [HEADER|FOLDER...]" >&2
	exit 2
}

ok() {
	passed=$((passed + 1))
	echo "ok $*"
}

# not_ok NAME WHY [FILE]: FILE holds the details
not_ok() {
	failed=$((failed + 1))
	echo "not ok $1: $2"
	[ -z "${3-}" ] || sed 's/^/#   /' "$3"
}

# Compiles in $work, which holds the sources, against the header at hand.
# shellcheck disable=SC2086 # CC may hold options
compile() {
	$cc -std=gnu11 $unlimited $usage $includes -DPKCS11_DEPRECATED \
		-DHDRCHECK_HEADER="\"$header\"" "$@"
}

# Some headers expect whoever includes them to define CK_PTR and its family.
find_usage() {
	usage=
	compile -fsyntax-only protos.c 2>errors && return
	usage=-DHDRCHECK_USAGE
	compile -fsyntax-only protos.c 2>errors
}

# failing SOURCE: the lines of it that do not compile, which is how we learn what a header has.
# gcc may report a macro's definition and say in a note where it was used.
failing() {
	compile -fsyntax-only "$@" 2>&1 |
		sed -n -e "s/^$1:\([0-9]*\):[0-9]*: error: .*/\1/p" \
			-e "s/^$1:\([0-9]*\):[0-9]*: note: in expansion of macro .*/\1/p"
}

# Writes have.h: the structs and fields of the header
find_structs() {
	failing hdrcheck.c -DHDRCHECK_ALL >lines
	awk -F '[(), ;]+' '
		FILENAME == "lines" { bad[$1] = 1; next }
		/^\tSIZE/ { whole = !bad[FNR]; if (whole) print "#define HAVE_STRUCT_" $2 }
		/^\tOFFSET/ && whole && !bad[FNR] { print "#define HAVE_FIELD_" $2 "_" $3 }
	' lines hdrcheck.c >have.h
}

# "const NAME VALUE", "sizeof STRUCT N", "offset STRUCT.FIELD N"
normal_facts() {
	"$1" | sed 's/^\(offset [^ ]*\) /\1./' | sort
}

find_facts() {
	find_structs
	compile -include have.h -o theirs hdrcheck.c 2>errors && normal_facts ./theirs >facts
}

# A function counts when the header declares it, has a type for it, or has it in a list.
find_functions() {
	awk 'BEGIN { print "#include HDRCHECK_HEADER" }
		{ print "enum { declared_" $1 " = sizeof(&" $1 ") };"
		  print "enum { type_" $1 " = sizeof(CK_" $1 ") };" }' functions >probe.c
	failing probe.c >lines
	awk 'FILENAME == "lines" { bad[$1] = 1; next }
		!bad[FNR] && /^enum/ { sub(/_/, " ", $3); print $3 }' lines probe.c >shared
	sed -n 's/^offset \(CK_FUNCTION_LIST[_0-9]*\)\.\(C_.*\) .*/\1 \2/p' facts >>shared
}

# Declares the functions as we do after the header has, and lets the compiler compare.
find_signatures() {
	find_functions
	awk '{ print "#define HAVE_" $2 }' shared | sort -u >have_functions.h
	awk '$1 == "type" { print "CK_" $2 " type_" $2 " = " $2 ";" }
		$1 ~ /^CK_/ { print "void in_" $1 "_" $2 "(" $1 " *list) { list->" $2 " = " $2 "; }" }
	' shared >uses.c
	cat protos.c uses.c >signatures.c
	compile -fsyntax-only -Werror=incompatible-pointer-types -include have_functions.h \
		signatures.c >errors 2>&1
	sed -n 's/^signatures.c:\([0-9]*\):[0-9]*: error: .*/\1/p' errors >lines
	sed 's/^signatures.c:[0-9]*:[0-9]*: error: .*//' errors | grep ': error: ' >elsewhere && return 1
	awk 'FILENAME == "lines" { bad[$1] = 1; next }
		match($0, /C_[A-Za-z]+/) && /HAVE_C_|type_C_|_C_.*list->/ {
			name = $0
			sub(/.*(HAVE_|type_|list->)C_/, "C_", name)
			sub(/[^A-Za-z_].*/, "", name)
		}
		bad[FNR] { print "signature " name " - -" }' lines signatures.c | sort -u >signature_facts
}

# What known-divergences has for a header, in the form of differences
list_known() {
	sed 's/#.*//' "$here/known-divergences" | awk -v id="$1" '$1 == id { print $2, $3, $4, $5 }'
}

# An entry is stale when the header has the name and does not differ; versions differ in this.
note_stale() {
	awk -v id="$1" 'FILENAME == "differences" { differs[$0] = 1; next }
		FILENAME == "facts" { has[$1 " " $2] = 1; next }
		FILENAME == "shared" { has["signature " $2] = 1; next }
		!differs[$0] && has[$1 " " $2] {
			print "note: " id ": no longer differs, see known-divergences: " $0
		}
	' differences facts shared known
}

# Writes differences: "KIND NAME THEIRS OURS", and unknown, which is what is left of them.
compare() {
	awk 'FILENAME == "ours" { ours[$1 " " $2] = $3; next }
		($1 " " $2) in ours && ours[$1 " " $2] != $3 { print $1, $2, $3, ours[$1 " " $2] }
	' ours facts >differences
	cat signature_facts >>differences
	list_known "$1" >known
	grep -Fxv -f known differences >unknown
	note_stale "$1"
}

count() {
	constants=$(grep -c '^const ' facts)
	structs=$(grep -c '^sizeof ' facts)
	functions=$(wc -l <have_functions.h | tr -d ' ')
	differences=$(wc -l <differences | tr -d ' ')
}

# Fails when the header shares less with us than it once did, or nothing.
covered() {
	[ "$constants" -gt 0 ] && awk -v id="$1" -v constants="$constants" -v structs="$structs" \
		-v functions="$functions" '
		$1 == id && (constants < $2 || structs < $3 || functions < $4) { exit 1 }
	' "$here/coverage"
}

# Writes report: what is unknown, for people
describe() {
	awk 'FILENAME == "unknown" && $1 != "signature" {
			print $1 " " $2 ": theirs " $3 ", ours " $4
		}
		FILENAME == "unknown" && $1 == "signature" { signature[$2] = 1 }
		/^extern/ { name = $3; sub(/\(.*/, "", name) }
		/^extern/, /;$/ {
			if (name in signature)
				print /^extern/ ? "signature; ours: " $0 : $0
		}' unknown protos.c >report
}

judge() {
	count
	shared="$constants constants, $structs structs, $functions functions"
	if [ -s unknown ]; then
		describe
		not_ok "$1" "$header differs from spec/ where known-divergences does not say so:" report
	elif ! covered "$1"; then
		not_ok "$1" "$shared in common with spec/, fewer than $here/coverage says"
	else
		ok "$1: $shared; $differences known differences"
	fi
}

# check ID HEADER
check() {
	header=$2
	ln -sfn "$(dirname "$header")" at
	includes='-Iat -Iat/.. -Iat/../nspr -Iroot -Iroot/nspr'
	if ! find_usage; then
		not_ok "$1" "$header does not compile:" errors
	elif ! find_facts; then
		not_ok "$1" "$header: the facts of it cannot be had:" errors
	elif ! find_signatures; then
		not_ok "$1" "$header: signatures cannot be compared:" elsewhere
	else
		compare "$1"
		judge "$1"
	fi
}

# ID, header, package
apt_headers() {
	cat <<-END
		p11-kit $root/p11-kit-1/p11-kit/pkcs11.h libp11-kit-dev
		nss $root/nss/pkcs11.h libnss3-dev
		softhsm $root/softhsm/pkcs11.h libsofthsm2-dev
		opencryptoki $root/opencryptoki/pkcs11.h libopencryptoki-dev
		pkcs11-helper $root/pkcs11-helper-1.0/pkcs11.h libpkcs11-helper1-dev
	END
}

check_all() {
	apt_headers >list
	while read -r id header package; do
		if [ -r "$header" ]; then
			check "$id" "$header"
		else
			skipped=$((skipped + 1))
			echo "skip $id: there is no $header; install $package to compare it"
		fi
	done <list
}

# The header of a package is known under its name, any other by its path.
check_one() {
	case $1 in
	/*) header=$1 ;;
	*) header=$start/$1 ;;
	esac
	[ ! -d "$header" ] || header=${header%/}/pkcs11.h
	id=$(apt_headers | awk -v header="$header" '$2 == header { print $1 }')
	if [ -r "$header" ]; then
		check "${id:-$header}" "$header"
	else
		not_ok "$header" "there is no such header"
	fi
}

# Ours: the sources and what our own header says
prepare() {
	"$build/specgen" -s "$here/../../spec" hdrcheck >hdrcheck.c &&
		"$build/specgen" -s "$here/../../spec" header >ours.h &&
		"$build/specgen" -s "$here/../../spec" protos >protos.c || exit 1
	sed -n 's/.*defined(HAVE_\(C_[A-Za-z]*\)).*/\1/p' protos.c >functions
	unlimited=-fmax-errors=0
	echo >empty.c
	$cc -fsyntax-only -Werror -ferror-limit=0 empty.c 2>/dev/null && unlimited=-ferror-limit=0
	usage='' includes='' header=ours.h
	compile -DHDRCHECK_ALL -o own hdrcheck.c && normal_facts ./own >ours || exit 1
}

[ $# -ge 1 ] || usage
build=$(cd "$1" && pwd) || usage
shift
start=$(pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
ln -s "$root" root
prepare
[ $# -gt 0 ] || check_all
for argument; do
	check_one "$argument"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
