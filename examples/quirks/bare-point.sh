#!/bin/sh
# SPDX-License-Identifier: MIT
# The vendor gives the point of an EC key without the DER around it, so that a program does not take the
# key for one: ECP-1 of docs/QUIRKS.md. tests/twist shows it to OpenSSH.
# shellcheck source=examples/quirks/lib.sh
. "$(dirname "$0")/lib.sh"

need ssh-keygen

attempt() {
	typed ssh-keygen -D "$lens"
	grep -q '^ecdsa-sha2-nistp256 ' "$dir/said"
}

vendor_twisted 'point-read raw'
quietly pkcs11-tool --module "$softhsm" --token-label walk --login --pin 1234 \
	--keypairgen --key-type EC:secp256r1 --id 01 --label mykey
walk ECP-1 'CKA_EC_POINT=0x'
