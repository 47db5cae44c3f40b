#!/bin/sh
# SPDX-License-Identifier: MIT
# A mechanism is rows: docs/HOWTO_ADD_A_MECHANISM.md is followed in a copy of the project, and the
# module built there shows a call with the new mechanism by name, field by field, secrets hidden.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

# shown NAME WANT: the line of C_EncryptInit has WANT
shown() {
	: >"$tmp/wrong"
	grep -F 'C_EncryptInit(' "$tmp/trace" | grep -qF -e "$2" || cp "$tmp/trace" "$tmp/wrong"
	verdict "mechanism: $1" "the call should show \"$2\":" "$tmp/wrong"
}

# hidden NAME PATTERN: nothing in the trace matches PATTERN
hidden() {
	grep -iE "$2" "$tmp/trace" >"$tmp/wrong"
	verdict "mechanism: $1" 'the trace shows it:' "$tmp/wrong"
}

softhsm || {
	skip mechanism 'SoftHSM is not installed'
	exit 0
}
scratch
if ! follow "$root/docs/HOWTO_ADD_A_MECHANISM.md"; then
	not_ok mechanism 'the steps of the document do not fit the project:' "$tmp/log"
elif ! build_scratch; then
	not_ok mechanism 'the module does not build with the new rows:' "$tmp/log"
elif ! traced "$root/tests/gates/mechanism.c"; then
	not_ok mechanism 'the client fails:' "$tmp/log"
else
	grep -v ' diff spec/' "$tmp/steps/list" >"$tmp/wrong"
	verdict 'mechanism: rows only' 'these steps change more than spec/:' "$tmp/wrong"
	shown 'name' 'CKM_EXAMPLE'
	shown 'enum' 'hashAlg=CKM_SHA256'
	shown 'number' 'ulRounds=12'
	shown 'public octets' 'cafef00d'
	shown 'answer' 'CKR_MECHANISM_INVALID'
	hidden 'secret octets' 'hush|6875736820'
fi
exit "$status"
