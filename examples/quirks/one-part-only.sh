#!/bin/sh
# SPDX-License-Identifier: MIT
# The vendor signs what comes in one part, and a message that is longer than the program's buffer comes in
# several: SIG-9 of docs/QUIRKS.md. SoftHSM 2.6 does so with Ed25519.
# shellcheck source=examples/quirks/lib.sh
. "$(dirname "$0")/lib.sh"

attempt() {
	rm -f "$dir/signature"
	tool --sign --mechanism EDDSA --id 01 --input-file "$dir/message" --output-file "$dir/signature"
	[ -s "$dir/signature" ] || return 1
	typed openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$dir/public.der" -in "$dir/message" \
		-sigfile "$dir/signature"
	grep -q '^Signature Verified' "$dir/said"
}

# What OpenSSL wants of an Ed25519 key, in front of its 32 octets (RFC 8410).
public_key() {
	pkcs11-tool --module "$softhsm" --token-label walk --list-objects --type pubkey |
		sed -n 's/.*EC_POINT: *0420//p' >"$dir/point"
	[ "$(tr -d '\n' <"$dir/point" | wc -c)" -eq 64 ] || cannot 'SoftHSM shows no Ed25519 key'
	printf '302a300506032b6570032100%s' "$(cat "$dir/point")" >"$dir/public.hex"
	sed 's/../\\x&/g' "$dir/public.hex" | xargs -d '\n' printf '%b' >"$dir/public.der"
}

vendor_softhsm
head -c 2000 /dev/zero >"$dir/message"
quietly pkcs11-tool --module "$softhsm" --token-label walk --login --pin 1234 \
	--keypairgen --key-type EC:edwards25519 --id 01 --label mykey
public_key
walk SIG-9 'C_Sign'
