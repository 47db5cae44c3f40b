#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs one target for a time; what makes it fail is kept and said.
# usage: run.sh TARGET SECONDS
set -u

target=${1:?usage: run.sh TARGET SECONDS}
seconds=${2:?usage: run.sh TARGET SECONDS}
name=$(basename "$target")
here=$(cd "$(dirname "$0")" && pwd)
work=$(cd "$(dirname "$target")" && pwd)
words=$here/dictionary/$name

mkdir -p "$work/corpus/$name" "$work/found" "$here/corpus/$name"
[ ! -f "$words" ] || set -- "-dict=$words"
[ -f "$words" ] || set --
"$target" "$@" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
	-close_fd_mask=1 -artifact_prefix="$work/found/$name-" -print_final_stats=1 \
	"$work/corpus/$name" "$here/corpus/$name" >"$work/$name.log" 2>&1
status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$work/$name.log")
if [ $status -ne 0 ]; then
	echo "FAILED  fuzz $name (what it needs is in $work/found, what it said in $work/$name.log):"
	grep -m 1 -E 'ERROR|runtime error|SUMMARY' "$work/$name.log"
	exit 1
fi
echo "ok      fuzz $name: $runs runs in $seconds s"
