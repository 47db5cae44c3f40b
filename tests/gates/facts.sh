#!/bin/sh
# SPDX-License-Identifier: MIT
# The facts of spec/ have the digests of the standard's own 3.2 header, so that no row changes by
# accident. Who changes one on purpose runs this with UPDATE=1.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

digests=$root/tests/headers/facts-3.2.sha256

compile() {
	${CC:-cc} -std=c11 -w -I"$tmp" -DHDRCHECK_ALL -DHDRCHECK_HEADER='"ours.h"' "$@"
}

digest() {
	echo "$(sort | sha256sum | cut -d ' ' -f 1)  $1"
}

# What a program sees: constants, layouts as LP64 has them, signatures
facts() {
	for output in header hdrcheck protos; do
		"$build/specgen" -s "$root/spec" "$output" >"$tmp/$output.c" || return
	done
	mv "$tmp/header.c" "$tmp/ours.h"
	compile -o "$tmp/hdrcheck" "$tmp/hdrcheck.c" && "$tmp/hdrcheck" >"$tmp/facts" || return
	grep '^const ' "$tmp/facts" | digest constants
	grep -v '^const ' "$tmp/facts" | digest layouts
	sed -n '/^extern/,/;$/p' "$tmp/protos.c" | tr -s '\n\t ' ' ' | tr ';' '\n' | digest signatures
}

if [ "$(getconf LONG_BIT)" != 64 ]; then
	skip facts 'the digests are those of a 64-bit system'
	exit 0
fi
facts >"$tmp/digests" 2>"$tmp/wrong"
[ -z "${UPDATE-}" ] || cp "$tmp/digests" "$digests"
[ -s "$tmp/wrong" ] || diff "$digests" "$tmp/digests" >"$tmp/wrong" 2>&1
verdict facts 'spec/ no longer says what the standard says; if that is meant, run UPDATE=1 facts.sh:' \
	"$tmp/wrong"
exit "$status"
