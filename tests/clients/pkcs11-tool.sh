# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# OpenSC's pkcs11-tool: its own self test, signatures and decryption that openssl checks.

need pkcs11-tool openssl

tool() {
	pkcs11-tool --module "$MODULE" --token-label rt --login --pin "$PIN" "$@"
}

session() {
	step slots pkcs11-tool --module "$MODULE" -L
	step mechanisms tool -M
	step objects tool -O
	step sign tool --sign -m SHA256-RSA-PKCS --id 01 -i "$FIXTURE/text" -o rsa.sig
	step verify verifies rsa1 sha256 rsa.sig
	openssl dgst -sha256 -binary -out hash "$FIXTURE/text"
	step sign-ec tool --sign -m ECDSA --id 02 --signature-format openssl -i hash -o ec.sig
	step verify-ec verifies ec1 sha256 ec.sig
	openssl pkeyutl -encrypt -pubin -inkey "$FIXTURE/rsa1.pub" -in "$FIXTURE/text" -out secret
	step decrypt tool --decrypt -m RSA-PKCS --id 01 -i secret
	step keygen tool --keygen --key-type aes:32 --label aes1 --id 03
	step delete tool --delete-object --type secrkey --label aes1
	step keypair tool --keypairgen --key-type EC:secp384r1 --label new --id 04
	step objects-new tool -O
	step test tool --test
}

# Random are the points of new keys and the order of objects. The lens completes the flags of ECDH. The
# test stops at OAEP with SoftHSM, and goes on to its end through the lens.
normalise() {
	case $1 in
	keypair | objects*) sed '/EC_POINT/d' | sort ;;
	mechanisms) sed '/ECDH1-DERIVE/s/, EC .*//' ;;
	test) sed '/^Signatures/,$d' ;;
	*) cat ;;
	esac
}

# shellcheck disable=SC2034,SC2209 # for run_both
may_fail=test
run_both C_Login C_SignInit C_Sign C_Decrypt C_GenerateKey C_DestroyObject C_GenerateKeyPair
check "$SUBJECT: its test goes on to the end through the lens" grep -qx 'No errors' "$WORK/lens/test.out"
