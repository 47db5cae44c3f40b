#!/bin/sh
# SPDX-License-Identifier: MIT
# The committed header is what spec/ says, and each public header compiles alone.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

committed() {
	"$build/specgen" -s "$root/spec" header | diff -u "$root/include/pkcs11.h" - >"$tmp/wrong" 2>&1
	verdict 'header: committed' 'include/pkcs11.h differs from spec/; run "make header":' "$tmp/wrong"
}

# alone HEADER COMPILER OPTION...
alone() {
	name=${1##*/}
	echo "#include <$name>" >"$tmp/alone.c"
	shift
	"$@" -pedantic -Wall -Wextra -Wundef -Werror -I"$root/include" -fsyntax-only "$tmp/alone.c" \
		>"$tmp/wrong" 2>&1
	verdict "header: $name alone, $1 $2" 'it does not compile without warnings:' "$tmp/wrong"
}

committed
for header in "$root"/include/*.h; do
	for cc in gcc clang; do
		have "$cc" || continue
		alone "$header" "$cc" -std=c99
		alone "$header" "$cc" -std=c11
	done
	for cxx in g++ clang++; do
		! have "$cxx" || alone "$header" "$cxx" -std=c++17 -x c++
	done
done
exit "$status"
