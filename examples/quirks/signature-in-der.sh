#!/bin/sh
# SPDX-License-Identifier: MIT
# The vendor gives ECDSA signatures as DER, and the program puts DER around them once more: SIG-1 of
# docs/QUIRKS.md. tests/twist shows it.
# shellcheck source=examples/quirks/lib.sh
. "$(dirname "$0")/lib.sh"

attempt() {
	rm -f "$dir/signature"
	tool --sign --mechanism ECDSA --id 01 --input-file "$dir/message.sha256" \
		--signature-format openssl --output-file "$dir/signature"
	[ -s "$dir/signature" ] || return 1
	typed openssl dgst -sha256 -verify "$dir/public.der" -keyform DER -signature "$dir/signature" "$dir/message"
	grep -q '^Verified OK' "$dir/said"
}

vendor_twisted 'ecdsa-form der'
echo 'a message' >"$dir/message"
quietly openssl dgst -sha256 -binary -out "$dir/message.sha256" "$dir/message"
quietly pkcs11-tool --module "$softhsm" --token-label walk --login --pin 1234 \
	--keypairgen --key-type EC:secp256r1 --id 01 --label mykey
quietly pkcs11-tool --module "$softhsm" --token-label walk --read-object --type pubkey --id 01 \
	--output-file "$dir/public.der"
walk SIG-1 'C_Sign'
