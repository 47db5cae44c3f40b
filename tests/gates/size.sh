#!/bin/sh
# SPDX-License-Identifier: MIT
# Files written by hand, which the public headers are not, have at most 600 lines; functions at most
# 100, most of them under 15, and a complexity of at most 15.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

sources() {
	project_files | grep -E '\.(c|h|sh)$' | grep -Ev '^include/pkcs11(-lens)?\.h$|/golden/'
}

# Writes functions: "COMPLEXITY LINES WHERE"
measure() {
	sources | grep '\.c$' | (cd "$root" && xargs pmccabe) 2>/dev/null |
		awk '{ print $1, $5, $6, $7 }' >"$tmp/functions"
}

sources | (cd "$root" && xargs wc -l) |
	awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }' >"$tmp/wrong"
verdict 'size: files' 'these files have more than 600 lines; split them:' "$tmp/wrong"

if have pmccabe; then
	measure
	awk '$2 > 100 { print $3, $4 ": " $2 " lines" } $1 > 15 { print $3, $4 ": complexity " $1 }' \
		"$tmp/functions" >"$tmp/wrong"
	verdict 'size: functions' 'these functions are too long or too complex:' "$tmp/wrong"
	awk '{ print $2 }' "$tmp/functions" | sort -n |
		awk '{ n[NR] = $1 } END { if (NR == 0 || n[int((NR + 1) / 2)] >= 15) print n[int((NR + 1) / 2)] }' \
			>"$tmp/wrong"
	verdict 'size: median' 'half of the functions should have less than 15 lines; the median is' \
		"$tmp/wrong"
else
	skip 'size: functions' 'pmccabe is not installed'
fi
exit "$status"
