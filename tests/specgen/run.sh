#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests the generator on a small made-up standard: every output against its golden file, every
# golden file against a compiler, and every row of bad-rows against the message it must cause.
# usage: run.sh SPECGEN            (UPDATE=1 rewrites the golden files; CC and CXX compile)
set -u

specgen=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# result STATUS NAME [FILE]: counts; shows the file when the case failed
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		if [ -n "${3-}" ]; then
			sed 's/^/# /' "$3"
		fi
	fi
}

golden() {
	if ! "$specgen" -s "$here/spec" "$1" >"$tmp/out" 2>"$tmp/log"; then
		result 1 "golden $1" "$tmp/log"
		return
	fi
	if [ -n "${UPDATE-}" ]; then
		cp "$tmp/out" "$here/golden/$2"
	fi
	diff -u "$here/golden/$2" "$tmp/out" >"$tmp/log" 2>&1
	result $? "golden $1" "$tmp/log"
}

# compiles NAME COMMAND...
compiles() {
	name=$1
	shift
	"$@" >"$tmp/log" 2>&1
	result $? "$name" "$tmp/log"
}

# shellcheck disable=SC2086 # CC and CXX may hold options
compile_all() {
	gen=$tmp/gen
	mkdir -p "$gen" "$tmp/include"
	cp "$here"/golden/*.inc "$here/golden/ids.h" "$here/golden/layers.h" "$gen"
	cp "$here/golden/pkcs11.h" "$tmp/include"
	echo '#include <pkcs11.h>' >"$tmp/alone.c"
	warn='-Wall -Wextra -Wshadow -Wconversion -Wcast-qual -Wmissing-prototypes -Werror'
	set -- $warn -I"$tmp/include" -I"$tmp" -I"$root" -I"$root/include" -c -o "$tmp/o"
	for std in c99 c11; do
		compiles "header alone, $std" $cc -std=$std -pedantic "$@" "$tmp/alone.c"
	done
	compiles 'header alone, c++17' $cxx -x c++ -std=c++17 -pedantic -Wall -Wextra -Werror \
		-I"$tmp/include" -c -o "$tmp/o" "$tmp/alone.c"
	compiles 'tables' $cc -std=c11 "$@" "$here/golden/tables.c"
	compiles 'exports, stubs, wrappers' $cc -std=c11 "$@" "$here/use.c"
	compiles 'layers, hooks' $cc -std=c11 "$@" -DUSE_HOOKS "$here/use.c"
	compiles 'layers, arguments' $cc -std=c11 "$@" -DUSE_ARGUMENTS "$here/use.c"
	compiles 'mock' $cc -std=c11 "$@" -DUSE_MOCK "$here/use.c"
	compiles 'protos agree with the header' $cc -std=c11 "$@" -DHDRCHECK_ALL \
		-DHDRCHECK_HEADER='<pkcs11.h>' "$here/golden/protos.c"
	! $cc -std=c11 -I"$tmp/include" -c -o "$tmp/o" -DHAVE_C_Later -DHDRCHECK_HEADER='<pkcs11.h>' \
		-DCK_ULONG_PTR=CK_VOID_PTR "$here/golden/protos.c" >/dev/null 2>&1
	result $? 'protos need the header to agree'
}

# The facts of the header must be those of the rows that are in it.
run_hdrcheck() {
	$cc -std=c11 -I"$tmp/include" -DHDRCHECK_HEADER='<pkcs11.h>' -DHAVE_STRUCT_CK_VERSION \
		-DHAVE_FIELD_CK_VERSION_minor -o "$tmp/hdrcheck" "$here/golden/hdrcheck.c" \
		>"$tmp/log" 2>&1 && "$tmp/hdrcheck" >"$tmp/facts"
	result $? 'hdrcheck compiles and runs' "$tmp/log"
	constants=$(sed 's/#.*//' "$here/spec/constants.spec" | grep -c '^  *CK')
	{
		grep -c '^const ' "$tmp/facts" | sed "s/^$constants\$/all constants/"
		grep -v '^const ' "$tmp/facts"
	} >"$tmp/out"
	printf '%s\n' 'all constants' 'sizeof CK_VERSION 2' 'offset CK_VERSION minor 1' |
		diff - "$tmp/out" >"$tmp/log"
	result $? 'hdrcheck prints what it was told to' "$tmp/log"
}

# expect STATUS NAME ARGUMENT...: the exit status and an empty standard output
expect() {
	status=$1
	name=$2
	shift 2
	"$specgen" "$@" >"$tmp/out" 2>"$tmp/log"
	[ $? -eq "$status" ] && [ ! -s "$tmp/out" ] && [ -s "$tmp/log" ]
	result $? "$name" "$tmp/log"
}

# edit FILE SCRIPT: sed in place, which must change something
edit() {
	sed "$2" "$1" >"$tmp/edited"
	if cmp -s "$1" "$tmp/edited"; then
		echo "# '$2' changes nothing in $1"
	fi
	cp "$tmp/edited" "$1"
}

# A row of bad-rows: the rows of a fresh copy are spoilt, and one message must be the answer.
bad_row() {
	rm -rf "$tmp/bad"
	cp -r "$here/spec" "$tmp/bad"
	(cd "$tmp/bad" && eval "$2")
	(cd "$tmp" && "$specgen" -s bad header) >"$tmp/out" 2>"$tmp/log"
	status=$?
	printf 'bad/%s\n' "$3" | diff - "$tmp/log" >"$tmp/diff" &&
		[ "$status" -eq 1 ] && [ ! -s "$tmp/out" ]
	result $? "bad row: $1" "$tmp/diff"
}

cc=${CC:-cc}
cxx=${CXX:-c++}
golden header pkcs11.h
golden ids ids.h
golden tables tables.c
golden exports exports.inc
golden getters getters.inc
golden stubs stubs.inc
golden wrappers wrap.inc
golden map shim.map
golden mock mock.inc
golden hdrcheck hdrcheck.c
golden protos protos.c
golden layers layers.h
golden hooks hooks.inc
golden arguments arguments.inc
golden quirks QUIRKS.md
compile_all
run_hdrcheck
# A file written by other tables is told by this number.
tables_of() {
	"$specgen" -s "$1" ids | sed -n 's/^#define P11L_TABLES //p'
}
rm -rf "$tmp/other"
cp -r "$here/spec" "$tmp/other"
edit "$tmp/other/functions.spec" 's/in CK_FLAGS flags flags:open_flags/in CK_FLAGS flags ulong/'
[ -n "$(tables_of "$here/spec")" ] && [ "$(tables_of "$here/spec")" != "$(tables_of "$tmp/other")" ]
result $? 'another parameter makes other tables'
expect 2 'no output named'
expect 2 'unknown output' -s "$here/spec" everything
expect 2 'two outputs' -s "$here/spec" header ids
expect 1 'no such folder' -s "$tmp/nowhere" header
if [ -w /dev/full ]; then
	! "$specgen" -s "$here/spec" tables >/dev/full 2>"$tmp/log" && [ -s "$tmp/log" ]
	result $? 'a full disk is an error'
fi

while read -r key rest; do
	case $key in
	case) name=$rest ;;
	do) edit=$rest ;;
	want) bad_row "$name" "$edit" "$rest" ;;
	esac
done <"$here/bad-rows"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
