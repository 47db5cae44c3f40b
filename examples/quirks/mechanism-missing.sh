#!/bin/sh
# SPDX-License-Identifier: MIT
# The vendor signs digests, and has no mechanism that makes the digest too: SIG-6 of docs/QUIRKS.md.
# SoftHSM 2.6 has no CKM_ECDSA_SHA256.
# shellcheck source=examples/quirks/lib.sh
. "$(dirname "$0")/lib.sh"

attempt() {
	rm -f "$dir/signature"
	tool --sign --mechanism ECDSA-SHA256 --id 01 --input-file "$dir/message" \
		--signature-format openssl --output-file "$dir/signature"
	[ -s "$dir/signature" ] || return 1
	typed openssl dgst -sha256 -verify "$dir/public.der" -keyform DER -signature "$dir/signature" "$dir/message"
	grep -q '^Verified OK' "$dir/said"
}

vendor_softhsm
echo 'a message' >"$dir/message"
quietly pkcs11-tool --module "$softhsm" --token-label walk --login --pin 1234 \
	--keypairgen --key-type EC:secp256r1 --id 01 --label mykey
quietly pkcs11-tool --module "$softhsm" --token-label walk --read-object --type pubkey --id 01 \
	--output-file "$dir/public.der"
walk SIG-6 'C_Sign'
