#!/bin/sh
# SPDX-License-Identifier: MIT
# The man pages are well formed; section 1 tells of every verb and option of the tool, and section 3 of every
# function of include/pkcs11-lens.h, as it is declared, and of none that is not there.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

tool=$build/pkcs11-lens
manual=$root/docs/man/pkcs11-lens.1
header=$root/include/pkcs11-lens.h

# each_page NAME WHY COMMAND...: the command, with the page behind it, has nothing to say
each_page() {
	name=$1 why=$2
	shift 2
	for page in "$root"/docs/man/*.[1-8]; do
		"$@" "$page" >"$tmp/out" 2>"$tmp/said"
		# mandoc says what it finds on standard output, groff writes the page there.
		[ "$1" != mandoc ] || cat "$tmp/out"
		sed "s|^|${page##*/}: |" "$tmp/said"
	done >"$tmp/wrong"
	verdict "$name" "$why" "$tmp/wrong"
}

verbs() {
	"$tool" --help | sed -n 's/^  \([a-z]*\)  *[^ ].*/\1/p'
}

options() {
	"$tool" "$1" --help | sed -n 's/^  \(-h, \)\{0,1\}--\([a-z-]*\).*/\2/p'
}

# has TEXT WHAT: the manual of the tool, or what is wrong
has() {
	grep -qE -e "$1" "$manual" || echo "$2"
}

check_tool() {
	[ -n "$(verbs)" ] || echo 'the tool names no verbs'
	for verb in $(verbs); do
		has "^\.Cm $verb\$" "verb $verb is not in the synopsis"
		has "^\.Ss $verb\$" "verb $verb has no section"
		for option in $(options "$verb"); do
			has "Fl -$option( |\$)" "option --$option of $verb"
		done
	done
}

# What is declared, one a line and without blanks: "CK_RVp11l_bind(constchar*path)"
declared() {
	tr '\n\t' '  ' <"$header" | sed 's/static inline /\
&/g' | sed -n 's/^static inline \([^{]*)\) *{.*/\1/p' | tr -d ' '
}

# What the synopses of the pages say, in the same form
written() {
	awk '
	{ rest = $0; sub(/^[^ ]+ /, "", rest); gsub(/"/, "", rest) }
	$1 == ".Ft" { type = rest }
	$1 == ".Fn" && type != "" { name = $2; sub(/^[^ ]+ /, "", rest); print type name "(" rest ")"; type = "" }
	$1 == ".Fo" { name = $2; list = "" }
	$1 == ".Fa" && name != "" { list = list (list == "" ? "" : ",") rest }
	$1 == ".Fc" { print type name "(" list ")"; name = type = "" }
	' "$root"/docs/man/*.3 | tr -d ' '
}

# Functions that the text calls so, and all other names of ours and of the standard
mentioned() {
	grep -ohE '(Fn|Fo) (\( )?p11l_[a-z0-9_]+' "$root"/docs/man/*.3 | grep -oE 'p11l_[a-z0-9_]+' | sort -u
}

# Functions that have a place in a list: one is "It Fn", several stand between "It Xo" and "Xc".
described() {
	awk '
	/^\.It Fn/ { print $3 }
	/^\.It Xo/ { several = 1 }
	/^\.Xc/ { several = 0 }
	several && $1 == ".Fn" { print $2 }
	' "$root"/docs/man/*.3
}

names() {
	grep -ohE '\b(p11l_|P11L_|CK[A-Z]?_|C_)[A-Za-z0-9_]*[A-Za-z0-9]\b' "$@" | sort -u
}

check_functions() {
	declared | sort >"$tmp/declared"
	written | sort >"$tmp/written"
	[ -s "$tmp/declared" ] || echo "no functions are found in $header"
	comm -23 "$tmp/declared" "$tmp/written" | sed 's/^/has no synopsis: /'
	comm -13 "$tmp/declared" "$tmp/written" | sed 's/^/is not declared so: /'
	sed 's/(.*//; s/.*\(p11l_\)/\1/' "$tmp/declared" | sort -u >"$tmp/functions"
	mentioned | comm -23 - "$tmp/functions" | sed 's/^/is no function: /'
	described | sort -u | comm -23 "$tmp/functions" - | sed 's/^/is not described: /'
	names "$header" "$root/include/pkcs11.h" >"$tmp/names"
	names "$root"/docs/man/*.3 | comm -23 - "$tmp/names" | sed 's/^/is in no header: /'
}

if have mandoc; then
	each_page 'man: mandoc' 'mandoc -T lint warns:' mandoc -T lint -W warning
else
	skip 'man: mandoc' 'it is not installed'
fi
if have groff; then
	each_page 'man: groff' 'groff warns:' groff -ww -mdoc -Tutf8
else
	skip 'man: groff' 'it is not installed'
fi
if [ -x "$tool" ]; then
	check_tool >"$tmp/wrong"
	verdict 'man: the tool' "$manual does not tell of:" "$tmp/wrong"
else
	not_ok 'man: the tool' "there is no $tool; build it first"
fi
check_functions >"$tmp/wrong"
verdict 'man: functions' 'docs/man/*.3 and include/pkcs11-lens.h differ:' "$tmp/wrong"
exit "$status"
