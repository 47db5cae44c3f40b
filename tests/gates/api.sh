#!/bin/sh
# SPDX-License-Identifier: MIT
# The high-level functions: the public header is what highlevel/api says, the table has only grown
# since the order in table.txt was released, and docs/PYTHON_PKCS11.md names nothing that is not there.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

header=$root/include/pkcs11-lens.h
api=$(make -s -C "$root" api-files)

# How comments and lines are broken is the formatter's.
bare() {
	tr -d ' \t\n*\\'
}

# shellcheck disable=SC2086 # the names are a list of words
(cd "$root" && tools/api.sh header $api) | bare >"$tmp/made"
bare <"$header" >"$tmp/committed"
cmp -s "$tmp/made" "$tmp/committed" ||
	echo 'include/pkcs11-lens.h is not what highlevel/api says: make header' >"$tmp/wrong"
: >>"$tmp/wrong"
verdict api-header 'the public header is out of date:' "$tmp/wrong"

# shellcheck disable=SC2086
(cd "$root" && tools/api.sh names $api) >"$tmp/now"
head -n "$(wc -l <"$root/tests/gates/table.txt")" "$tmp/now" |
	diff "$root/tests/gates/table.txt" - >"$tmp/moved"
verdict api-table 'functions were moved in the table, or taken out:' "$tmp/moved"

grep -oE '\b(p11l_[a-z0-9_]+|P11L_[A-Z0-9_]+|CK[A-Z]_[A-Z0-9_]+|CK_[A-Z_]+)\b' "$root/docs/PYTHON_PKCS11.md" |
	sort -u >"$tmp/named"
grep -ohE '\b[A-Za-z][A-Za-z0-9_]+\b' "$header" "$root/include/pkcs11.h" | sort -u |
	comm -23 "$tmp/named" - >"$tmp/unknown"
[ -s "$tmp/named" ] || echo 'the document names nothing' >>"$tmp/unknown"
verdict api-python 'docs/PYTHON_PKCS11.md names what is in no header:' "$tmp/unknown"
exit "$status"
