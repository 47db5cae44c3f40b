#!/bin/sh
# SPDX-License-Identifier: MIT
# The man pages are well formed, and tell of every verb and option of the tool and of every function of
# include/pkcs11-lens.h.
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

# Declarations begin in the first column, and have the name before the first parenthesis.
functions() {
	grep -E '^[A-Za-z]' "$header" | sed -n 's/^[^(]*\b\([pP]11[lL]_[A-Za-z0-9_]*\)(.*/\1/p' | sort -u
}

check_functions() {
	cat "$root"/docs/man/*.3 | grep -oE '[pP]11[lL]_[A-Za-z0-9_]+' | sort -u >"$tmp/told"
	functions >"$tmp/functions"
	[ -s "$tmp/functions" ] || echo "no functions are found in $header"
	comm -23 "$tmp/functions" "$tmp/told"
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
if [ ! -r "$header" ]; then
	skip 'man: functions' 'there is no include/pkcs11-lens.h'
elif ! ls "$root"/docs/man/*.3 >/dev/null 2>&1; then
	skip 'man: functions' 'there are no pages in section 3'
else
	check_functions >"$tmp/wrong"
	verdict 'man: functions' 'no page of docs/man/*.3 tells of these functions:' "$tmp/wrong"
fi
exit "$status"
