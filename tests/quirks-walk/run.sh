#!/bin/sh
# SPDX-License-Identifier: MIT
# The walks of docs/WHAT_NOW.md: each script of examples/quirks shows its failure without the rule and none
# with it, and every line that the document quotes is one that the script prints.
# usage: run.sh BUILD
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 2
document=$root/docs/WHAT_NOW.md
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
passed=0
failed=0
skipped=0

# result STATUS NAME FILE: FILE tells what was wrong
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		sed 's/^/#   /; 40q' "$3"
	fi
}

# The lines of the blocks of a walk: ```text NAME
quoted() {
	awk -v name="$1" '
		/^```/ { inside = !inside && $0 == "```text " name; next }
		inside' "$document"
}

# What differs from run to run: fingerprints, times, handles, points, and the lengths of DER.
steady() {
	sed -E -e 's/#[0-9a-f]{8}>/#>/g' -e 's/ [0-9.]+(ns|us|ms|s)$//' \
		-e 's/=0x[0-9a-f]{1,8}([<,)])/=0xN\1/g' -e 's/=0x04(4104)?[0-9a-f]{40,}/=0x04\1/g' \
		-e 's/<(6[89]|7[0-2]) bytes/<N bytes/' -e 's/DER of [67][0-9] octets/DER of N octets/'
}

# each_printed QUOTED PRINTED: all lines of the one are in the other, in their order
each_printed() {
	awk 'NR == FNR { want[++wanted] = $0; next }
		at < wanted && $0 == want[at + 1] { at++ }
		END { if (wanted == 0) print "nothing is quoted"
			if (at < wanted) print "not printed, or not there: " want[at + 1] }' "$1" "$2"
}

walk() {
	name=$(basename "$1" .sh)
	"$1" "$build" >"$tmp/$name" 2>"$tmp/why"
	status=$?
	if [ $status -eq 77 ]; then
		skipped=$((skipped + 1))
		echo "skip $name: $(tail -n 1 "$tmp/why")"
		return
	fi
	cat "$tmp/why" >>"$tmp/$name"
	result $status "$name: fails without the rule, works with it" "$tmp/$name"
	quoted "$name" | steady >"$tmp/quoted"
	steady <"$tmp/$name" >"$tmp/printed"
	each_printed "$tmp/quoted" "$tmp/printed" >"$tmp/wrong"
	test ! -s "$tmp/wrong"
	result $? "$name: the document quotes what is printed" "$tmp/wrong"
}

# Nothing of the user's own settings shall matter.
unset PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_PROFILE PKCS11_LENS_NORMALISE PKCS11SPY
unset TWIST TWIST_SET TWIST_MODULE SOFTHSM2_CONF
export LC_ALL=C.UTF-8
for script in "$root"/examples/quirks/*.sh; do
	[ "$(basename "$script")" = lib.sh ] || walk "$script"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
