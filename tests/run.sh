#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all tests of a build and counts them; shows the output of those that fail.
# usage: run.sh BUILD [sanitize|threads]
#   sanitize: only what tells something about a build with sanitizers
#   threads:  only what does so about one with the thread sanitizer
set -u

build=$(cd "${1:?usage: run.sh BUILD [sanitize|threads]}" && pwd) || exit 2
what=${2:-all}
# For the programs of tests/highlevel.
export LENS="$build/pkcs11-lens.so"
here=$(cd "$(dirname "$0")" && pwd)
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
trap 'exit 2' HUP INT TERM
passed=0
failed=0
skipped=0

# The number in the log that stands where the pattern has \1, or 0.
number() {
	found=$(sed -n "s/$1/\\1/p" "$log" | tail -n 1)
	echo "${found:-0}"
}

# count NAME STATUS PASSED FAILED SKIPPED
count() {
	bad=$4
	if [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
		echo "$1 ended with status $2$([ "$2" -ne 124 ] || echo ", out of time")" >>"$log"
	fi
	if [ "$bad" -eq 0 ]; then
		echo "ok      $1: $3"
	else
		echo "FAILED  $1: $bad of $(($3 + bad))"
		sed 's/^/    /' "$log"
	fi
	passed=$((passed + $3))
	failed=$((failed + bad))
	skipped=$((skipped + $5))
}

# What CMocka says at its end.
run_program() {
	timeout -k 10 "$2" "$1" >"$log" 2>&1
	count "$(basename "$1")" $? "$(number '.*PASSED  \] \([0-9]*\) test.*')" \
		"$(number '.*FAILED  \] \([0-9]*\) test.*')" \
		"$(number '.*SKIPPED \] \([0-9]*\) test.*')"
}

# Scripts close with "N passed, N failed" and perhaps ", N skipped".
run_script() {
	timeout -k 10 3600 "$1/run.sh" "$2" >"$log" 2>&1
	count "$(basename "$1")" $? "$(number '^\([0-9]*\) passed, [0-9]* failed.*')" \
		"$(number '^[0-9]* passed, \([0-9]*\) failed.*')" \
		"$(number '^.* failed, \([0-9]*\) skipped.*')"
}

programs() {
	for program in "$build"/tests/*; do
		case $program in *.so) continue ;; esac
		if [ ! -f "$program" ] || [ ! -x "$program" ]; then
			continue
		fi
		case $what:$(basename "$program") in
		threads:shim-threads | threads:shim-process | threads:shim-sink | threads:shim-rotate | \
			threads:shim-forked | threads:shim-syslog | threads:shim-layers | threads:highlevel-pool | threads:highlevel-recovery | \
			threads:highlevel-session | threads:highlevel-pin | threads:highlevel-fork | \
			threads:highlevel-module | threads:highlevel-initialise | threads:highlevel-find | threads:highlevel-object) run_program "$program" 1200 ;;
		threads:*) ;;
		*) run_program "$program" 600 ;;
		esac
	done
}

scripts() {
	for script in "$here"/*/run.sh; do
		folder=$(dirname "$script")
		case $what:$(basename "$folder") in
		*:clients) ;; # make check-clients
		*:specgen) [ "$what" != all ] || run_script "$folder" "$build/specgen" ;;
		all:* | *:integration | sanitize:show) run_script "$folder" "$build" ;;
		esac
	done
}

programs
scripts
echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
