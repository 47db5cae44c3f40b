#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the medians of a run against what is promised: bench/targets.sh [BUILD/bench/results.tsv]
# Prints each target with what was measured; fails when one is missed.
results=${1:-build/bench/results.tsv}
if [ ! -r "$results" ]; then
	echo "targets: $results cannot be read; \"make bench\" writes it" >&2
	exit 1
fi
exec awk -f "$(dirname "$0")/targets.awk" "$results"
