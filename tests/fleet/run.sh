#!/bin/sh
# SPDX-License-Identifier: MIT
# Traces on their way from many machines to one, by each way of docs/FLEET.md.
# usage: run.sh BUILD
set -u

here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
trap 'exit 2' HUP INT TERM
for way in rsyslog journald; do
	"$here/$way.sh" "${1:?usage: run.sh BUILD}" >>"$out" 2>&1 || echo "$way ended with status $?" >>"$out"
done
grep -v ' passed, [0-9]* failed' "$out"
failed=$(grep -cE '^not ok|ended with status ([2-9]|1[0-9])' "$out")
echo "$(grep -c '^ok' "$out") passed, $failed failed, $(grep -c '^skip' "$out") skipped"
[ "$failed" -eq 0 ]
