# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# No secret gets into a trace unless it was asked for.

need libsofthsm2.so

vendor libsofthsm2.so

# plant NAME TRACE-OPTIONS
plant() {
	softhsm "$WORK/$1"
	export PKCS11_LENS_TRACE="text:$WORK/$1/trace$2"
	"$PROGRAMS/secrets" "$LENS" "$WORK/$1/trace"
}

check 'secrets: none is in the trace' plant plain ''
check 'secrets: none is in the trace with entries and long values' \
	plant entry ',entry=yes,bytes=1024'
check_lines 'secrets: every line of the trace is whole' "$WORK/entry/trace"
check_has 'secrets: lengths and fingerprints are' "$WORK/plain/trace" 'pPin=<14 bytes #' \
	'CKA_VALUE=<32 bytes #' 'CKA_PRIVATE_EXPONENT=<128 bytes #' 'pSeed=<32 bytes #' 'C_LoginUser('

# The same search must find what is revealed, or it proves nothing.
if plant revealed ',reveal=data+keys+pins' >"$WORK/found"; then
	not_ok 'secrets: revealed, they are there' 'the search found none'
fi
check_has 'secrets: revealed, they are there' "$WORK/found" 'SO PIN' 'PIN (C_InitPIN' \
	'PIN (C_LoginUser)' 'key value' 'EC private value' 'private exponent' plaintext seed \
	'wrapped key' 'derived key' 'password of' 'parameter of an unknown' 'value of an unknown'
