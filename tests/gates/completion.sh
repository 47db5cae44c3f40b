#!/bin/sh
# SPDX-License-Identifier: MIT
# Completion offers every verb and every row of the options in cli/options.c, and the values that it offers
# are ones that the tool takes.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

tool=$build/pkcs11-lens
if ! have bash; then
	skip completion 'there is no bash'
	exit 0
fi
if [ ! -x "$tool" ]; then
	not_ok completion "there is no $tool; build it first"
	exit 1
fi

# offered LINE: what bash would show behind "pkcs11-lens LINE", one a line
offered() {
	PATH=$build:$PATH bash --norc --noprofile -c '
		. "$1"/tools/completion/pkcs11-lens
		COMP_LINE="pkcs11-lens $2" COMP_POINT=$((12 + ${#2}))
		_pkcs11_lens pkcs11-lens
		printf "%s\n" "${COMPREPLY[@]}"' bash "$root" "$1" 2>&1 | grep . | sort
}

# The tables that the tool is made of
rows() {
	sed -n "s/^ *\[CLI_[A-Z_]*\] = {\"\([a-z-]*\)\".*/--\1/p" "$root/cli/options.c"
	echo --help
}

verbs() {
	sed -n '/^static const struct cli_verb verbs/,/^};/s/^ *{"\([a-z]*\)",.*/\1/p' "$root/cli/main.c"
}

# same NAME WHY FILE FILE
same() {
	diff "$3" "$4" | grep '^[<>]' >"$tmp/wrong"
	[ -s "$3" ] || echo 'the table is not found' >>"$tmp/wrong"
	verdict "$1" "$2" "$tmp/wrong"
}

# values VERB OPTION AT-LEAST [FILE]: what is offered for an option is taken, and another value not
values() {
	offered "$1 --$2 " >"$tmp/values"
	[ "$(wc -l <"$tmp/values")" -ge "$3" ] || echo "$1 --$2: too few values"
	while read -r value; do
		"$tool" "$1" "--$2" "$value" ${4+"$4"} 2>&1 | grep "^pkcs11-lens: .*$value"
	done <"$tmp/values"
	"$tool" "$1" "--$2" nonsense ${4+"$4"} 2>&1 | grep -q nonsense ||
		echo "$1 --$2: the tool takes nonsense, so that this says nothing"
}

{
	verbs
	printf '%s\n' --help --version
} | sort >"$tmp/want"
offered '' >"$tmp/have"
same 'completion: verbs' 'not the same in cli/main.c (<) and offered (>):' "$tmp/want" "$tmp/have"

rows | sort -u >"$tmp/want"
for verb in $(verbs); do
	offered "$verb --"
done | sort -u >"$tmp/have"
same 'completion: options' 'not the same in cli/options.c (<) and offered (>):' "$tmp/want" "$tmp/have"

{
	values show format 4 /dev/null
	values show color 3 /dev/null
	values show only 1 /dev/null
	values info normalise 3
} >"$tmp/wrong"
verdict 'completion: values' 'the tool does not take:' "$tmp/wrong"

# Where files and commands stand; a trace may have ":" and "=" in its name.
{
	cd "$root" || exit 2
	[ "$(offered 'show --since 12:00:00 READ')" = README.md ] || echo 'a file behind an option with a value'
	[ "$(offered 'info --config=READ')" = README.md ] || echo 'a file behind "="'
	[ "$(offered 'trace README.md of')" = off ] || echo 'the word behind a control file'
	offered 'run --trace text:/tmp/a -- printen' | grep -qx printenv || echo 'a command'
	[ "$(offered 'run --trace text:/tmp/a -- printenv READ')" = README.md ] || echo 'a file of a command'
} >"$tmp/wrong" 2>&1
verdict 'completion: what follows' 'these are not offered:' "$tmp/wrong"
exit "$status"
