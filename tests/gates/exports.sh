#!/bin/sh
# SPDX-License-Identifier: MIT
# The module exports the functions of spec/functions.spec, the getters of spec/getters.spec, the getter
# of the table, a variable, and nothing else.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"
need_module

nm -D --defined-only "$module" | awk '{ print $3 }' | sort >"$tmp/have"
{
	sed -n 's/^function \([^ ]*\).*/\1/p' "$root/spec/functions.spec"
	sed -n 's/^getter \([^ ]*\).*/\1/p' "$root/spec/getters.spec"
	echo P11L_GetFunctionList
	echo pkcs11_lens_attached # where attach/ leaves the path of the module
} | sort >"$tmp/want"
comm -23 "$tmp/have" "$tmp/want" | sed 's/$/ is exported, but no row of spec\//' >"$tmp/wrong"
comm -13 "$tmp/have" "$tmp/want" | sed 's/$/ is not exported/' >>"$tmp/wrong"
[ -s "$tmp/want" ] || echo 'spec/functions.spec has no functions' >>"$tmp/wrong"
verdict exports "$module does not export what it should:" "$tmp/wrong"
exit "$status"
