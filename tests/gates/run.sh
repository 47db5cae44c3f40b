#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the gates: properties of the whole that no test of a part would notice.
# usage: run.sh BUILD [GATE...]
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: run.sh BUILD [GATE...]}
shift
[ $# -gt 0 ] || set -- exports header api quirks facts libraries calls config-keys licence size \
	header-check mechanism function man readme completion
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
trap 'exit 2' HUP INT TERM

for gate; do
	sh "$here/$gate.sh" "$build" >"$out.gate" 2>&1
	code=$?
	cat "$out.gate"
	if [ "$code" -ne 0 ] && ! grep -q '^not ok' "$out.gate"; then
		echo "not ok $gate: it ended with status $code" | tee -a "$out.gate"
	fi
	cat "$out.gate" >>"$out"
	rm -f "$out.gate"
done
failed=$(grep -c '^not ok' "$out")
skipped=$(grep -c '^skip' "$out")
echo "$(grep -c '^ok' "$out") passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
