# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What a trace makes of arguments: names for numbers, fields by their names.

need softhsm2-util libsofthsm2.so

vendor libsofthsm2.so
softhsm_token "$WORK"
lens_text "$WORK/trace"
check 'decode: the calls work' "$PROGRAMS/decode" "$LENS"

# shows NAME FUNCTION TEXT...: a line about the function has all of the texts
shows() {
	shown=$1
	grep -F " $2(" "$WORK/trace" >"$WORK/lines"
	shift 2
	for text; do
		grep -F -e "$text" "$WORK/lines" >"$WORK/lines.left"
		mv "$WORK/lines.left" "$WORK/lines"
		if [ ! -s "$WORK/lines" ]; then
			not_ok "decode: $shown" "no \"$text\" where it should be in $WORK/trace"
			return
		fi
	done
	ok "decode: $shown"
}

shows 'flags of C_Initialize' C_Initialize 'flags=CKF_OS_LOCKING_OK'
shows 'CK_INFO' C_GetInfo 'manufacturerID="SoftHSM"' 'cryptokiVersion={major=2, minor=40}'
shows 'CK_SLOT_INFO' C_GetSlotInfo 'flags=CKF_TOKEN_PRESENT'
shows 'CK_SESSION_INFO' C_GetSessionInfo 'state=CKS_RW_USER_FUNCTIONS' \
	'flags=CKF_RW_SESSION|CKF_SERIAL_SESSION'
shows 'CK_MECHANISM_INFO' C_GetMechanismInfo 'type=CKM_AES_GCM' CKF_ENCRYPT
shows 'an unknown mechanism' C_GetMechanismInfo 'type=0x80001234' '= CKR_MECHANISM_INVALID'
shows 'user type' C_Login 'userType=CKU_USER' 'pPin=<4 bytes #'
shows 'an RSA key pair' C_GenerateKeyPair CKM_RSA_PKCS_KEY_PAIR_GEN 'CKA_MODULUS_BITS=2048' \
	'CKA_PUBLIC_EXPONENT=' 'CKA_LABEL="rsa label"' '20260101'
shows 'an EC key pair' C_GenerateKeyPair CKM_EC_KEY_PAIR_GEN 'CKA_EC_PARAMS=secp256r1' \
	'CKA_VERIFY=CK_TRUE' 'CKA_LABEL="ec label"'
shows 'another curve' C_GenerateKeyPair 'CKA_EC_PARAMS=secp384r1'
shows 'a template in a template' C_GenerateKey \
	'CKA_WRAP_TEMPLATE={CKA_KEY_TYPE=CKK_GENERIC_SECRET, CKA_EXTRACTABLE=CK_TRUE}'
shows 'a list of mechanisms' C_GenerateKey \
	'CKA_ALLOWED_MECHANISMS=[CKM_AES_GCM, CKM_AES_CTR, CKM_AES_CBC_PAD]'
shows 'quotes and line ends in a label' C_GenerateKey 'CKA_LABEL="aes \"quoted\"\x0a"'
shows 'GCM parameters' C_EncryptInit 'CKM_AES_GCM{' 'pIv=0xcafebabe' 'pAAD='
shows 'CTR parameters' C_EncryptInit 'CKM_AES_CTR{' 'ulCounterBits=64' 'cb=0xdeadbeef'
shows 'OAEP parameters' C_EncryptInit 'CKM_RSA_PKCS_OAEP{' 'hashAlg=CKM_SHA_1' \
	'mgf=CKG_MGF1_SHA1' 'source=CKZ_DATA_SPECIFIED'
shows 'PSS parameters' C_SignInit 'CKM_SHA256_RSA_PKCS_PSS{' 'hashAlg=CKM_SHA256' \
	'mgf=CKG_MGF1_SHA256' 'sLen=32' 'CKO_PRIVATE_KEY' '"rsa label"'
shows 'ECDH parameters' C_DeriveKey 'CKM_ECDH1_DERIVE{' 'kdf=CKD_NULL' 'pSharedData=' 'pPublicData='
shows 'a size query' C_Sign 'pSignature=NULL' 'pulSignatureLen=256'
shows 'a short buffer' C_Sign '= CKR_BUFFER_TOO_SMALL' 'pSignature=[256], pulSignatureLen=7=>256'
shows 'an answer that is right in part' C_GetAttributeValue '= CKR_ATTRIBUTE_SENSITIVE' \
	'CKA_LABEL="ec label"' 'CKA_VALUE=unavailable' 'CKA_EC_PARAMS=secp256r1'
shows 'a search' C_FindObjectsInit 'CKA_CLASS=CKO_SECRET_KEY' 'CKA_KEY_TYPE=CKK_AES'
shows 'durations' C_GenerateKeyPair '= CKR_OK ' ms
check_lines 'decode: every line of the trace is whole' "$WORK/trace"
