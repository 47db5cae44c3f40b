#!/bin/sh
# SPDX-License-Identifier: MIT
# The vendor takes no digest that is longer than the order of the curve: SIG-3 of docs/QUIRKS.md. YubiKeys
# are known to; tests/twist shows it.
# shellcheck source=examples/quirks/lib.sh
. "$(dirname "$0")/lib.sh"

attempt() {
	rm -f "$dir/signature"
	tool --sign --mechanism ECDSA --id 01 --input-file "$dir/message.sha384" \
		--signature-format openssl --output-file "$dir/signature"
	[ -s "$dir/signature" ] || return 1
	typed openssl dgst -sha384 -verify "$dir/public.der" -keyform DER -signature "$dir/signature" "$dir/message"
	grep -q '^Verified OK' "$dir/said"
}

vendor_twisted 'ecdsa-digest-limit CKR_DEVICE_ERROR'
echo 'a message' >"$dir/message"
quietly openssl dgst -sha384 -binary -out "$dir/message.sha384" "$dir/message"
quietly pkcs11-tool --module "$softhsm" --token-label walk --login --pin 1234 \
	--keypairgen --key-type EC:secp256r1 --id 01 --label mykey
quietly pkcs11-tool --module "$softhsm" --token-label walk --read-object --type pubkey --id 01 \
	--output-file "$dir/public.der"
walk SIG-3 'C_Sign'
