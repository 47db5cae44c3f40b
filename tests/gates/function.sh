#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/HOWTO_ADD_A_FUNCTION.md is followed in a copy of the project: the module built there exports
# the function, answers for vendors that lack it, and shows the call with its secrets hidden.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

shown() {
	: >"$tmp/wrong"
	grep -qF -e "$2" "$3" || cp "$3" "$tmp/wrong"
	verdict "function: $1" "it should have \"$2\":" "$tmp/wrong"
}

softhsm || {
	skip function 'SoftHSM is not installed'
	exit 0
}
scratch
if ! follow "$root/docs/HOWTO_ADD_A_FUNCTION.md"; then
	not_ok function 'the steps of the document do not fit the project:' "$tmp/log"
elif ! build_scratch; then
	not_ok function 'the module does not build with the new function:' "$tmp/log"
elif ! traced "$root/tests/gates/function.c"; then
	not_ok function 'the client fails:' "$tmp/log"
else
	sh "$copy/tests/gates/exports.sh" "$copy/build" >"$tmp/exports" 2>&1
	shown 'exports' 'ok exports' "$tmp/exports"
	shown 'header' 'struct CK_FUNCTION_LIST_3_3 {' "$copy/include/pkcs11.h"
	shown 'trace' 'C_ExampleEcho(hSession=' "$tmp/trace"
	shown 'answer' 'CKR_FUNCTION_NOT_SUPPORTED' "$tmp/trace"
	grep -iE 'hush|6875736820' "$tmp/trace" >"$tmp/wrong"
	verdict 'function: data' 'the trace shows it:' "$tmp/wrong"
fi
exit "$status"
