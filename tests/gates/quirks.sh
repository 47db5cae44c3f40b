#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/QUIRKS.md is what the generator writes, and every file of spec/rules has its place in it.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

"$build/specgen" -s "$root/spec" quirks 2>"$tmp/wrong" | diff -u "$root/docs/QUIRKS.md" - >>"$tmp/wrong" 2>&1
verdict quirks 'docs/QUIRKS.md is not what spec/rules says; run make quirks:' "$tmp/wrong"

for file in "$root"/spec/rules/*.spec; do
	family=$(basename "$file" .spec)
	grep -q "^family $family\$" "$root/spec/rules.spec" || echo "$file"
done >"$tmp/unread"
verdict quirks-read 'nothing reads these files; spec/rules.spec has no row "family" for them:' "$tmp/unread"
exit "$status"
