/* SPDX-License-Identifier: MIT */
/*
 * Calls whose arguments have much to decode, on a SoftHSM token with PIN 1234.
 * usage: decode MODULE
 */
#include "client.h"

static CK_FUNCTION_LIST_PTR p11;
static CK_SESSION_HANDLE session;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET;
static CK_ULONG bytes_32 = 32;

static CK_BYTE secp256r1[] = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
static CK_BYTE secp384r1[] = {6, 5, 0x2b, 0x81, 4, 0, 0x22};
static CK_BYTE exponent[] = {1, 0, 1};

static void make_pair(CK_MECHANISM_TYPE type, CK_ATTRIBUTE *public_key, CK_ULONG public_count,
        const char *label, CK_OBJECT_HANDLE pair[2])
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_ATTRIBUTE private_key[] = {
	        {CKA_LABEL, text(label), strlen(label)},
	        {CKA_SIGN, &yes, sizeof(yes)},
	        {CKA_DECRYPT, &yes, sizeof(yes)},
	        {CKA_DERIVE, &yes, sizeof(yes)},
	        {CKA_START_DATE, text("20260101"), 8},
	};

	MUST(p11->C_GenerateKeyPair(session, &mechanism, public_key, public_count, private_key,
	        COUNT(private_key), &pair[0], &pair[1]));
}

static void make_ec(CK_BYTE *curve, CK_ULONG size, const char *label, CK_OBJECT_HANDLE pair[2])
{
	CK_ATTRIBUTE template[] = {
	        {CKA_EC_PARAMS, curve, size},
	        {CKA_VERIFY, &yes, sizeof(yes)},
	};

	make_pair(CKM_EC_KEY_PAIR_GEN, template, COUNT(template), label, pair);
}

static void make_rsa(CK_OBJECT_HANDLE pair[2])
{
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE template[] = {
	        {CKA_MODULUS_BITS, &bits, sizeof(bits)},
	        {CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)},
	        {CKA_ENCRYPT, &yes, sizeof(yes)},
	};

	make_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, template, COUNT(template), "rsa label", pair);
}

/* A key that may wrap only certain keys: a template in a template. */
static CK_OBJECT_HANDLE make_aes(void)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_MECHANISM_TYPE allowed[] = {CKM_AES_GCM, CKM_AES_CTR, CKM_AES_CBC_PAD};
	CK_ATTRIBUTE wrap[] = {
	        {CKA_KEY_TYPE, &generic, sizeof(generic)},
	        {CKA_EXTRACTABLE, &yes, sizeof(yes)},
	};
	CK_ATTRIBUTE template[] = {
	        {CKA_LABEL, text("aes \"quoted\"\n"), 13},
	        {CKA_VALUE_LEN, &bytes_32, sizeof(bytes_32)},
	        {CKA_TOKEN, &no, sizeof(no)},
	        {CKA_ALLOWED_MECHANISMS, allowed, sizeof(allowed)},
	        {CKA_WRAP_TEMPLATE, wrap, sizeof(wrap)},
	};
	CK_OBJECT_HANDLE key = 0;

	MUST(p11->C_GenerateKey(session, &mechanism, template, COUNT(template), &key));
	return key;
}

static void encrypt(CK_MECHANISM_TYPE type, void *parameter, CK_ULONG size, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {type, parameter, size};
	CK_BYTE out[512];
	CK_ULONG length = sizeof(out);

	MUST(p11->C_EncryptInit(session, &mechanism, key));
	MUST(p11->C_Encrypt(session, text("sixteen octets.."), 16, out, &length));
}

static void use_aes(CK_OBJECT_HANDLE key)
{
	CK_BYTE iv[12] = {0xca, 0xfe, 0xba, 0xbe}, aad[] = "header";
	CK_GCM_PARAMS gcm = {iv, sizeof(iv), sizeof(iv) * 8, aad, sizeof(aad), 128};
	CK_AES_CTR_PARAMS ctr = {64, {0xde, 0xad, 0xbe, 0xef}};

	encrypt(CKM_AES_GCM, &gcm, sizeof(gcm), key);
	encrypt(CKM_AES_CTR, &ctr, sizeof(ctr), key);
}

static void use_rsa(const CK_OBJECT_HANDLE pair[2])
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM sign = {CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof(pss)};
	CK_BYTE signature[256];
	CK_ULONG length = 0;

	encrypt(CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep), pair[0]);
	MUST(p11->C_SignInit(session, &sign, pair[1]));
	MUST(p11->C_Sign(session, text("data"), 4, NULL, &length));
	length = 7;
	if (p11->C_Sign(session, text("data"), 4, signature, &length) != CKR_BUFFER_TOO_SMALL)
		exit(1);
	length = sizeof(signature);
	MUST(p11->C_Sign(session, text("data"), 4, signature, &length));
}

/* A Diffie-Hellman agreement with itself. */
static void use_ec(const CK_OBJECT_HANDLE pair[2])
{
	CK_BYTE point[128];
	CK_ATTRIBUTE ask[] = {{CKA_EC_POINT, point, sizeof(point)}};
	CK_ECDH1_DERIVE_PARAMS parameters = {CKD_NULL, 0, NULL, 0, point};
	CK_MECHANISM derive = {CKM_ECDH1_DERIVE, &parameters, sizeof(parameters)};
	CK_ATTRIBUTE template[] = {
	        {CKA_CLASS, &secret_key, sizeof(secret_key)},
	        {CKA_KEY_TYPE, &aes, sizeof(aes)},
	        {CKA_VALUE_LEN, &bytes_32, sizeof(bytes_32)},
	};
	CK_OBJECT_HANDLE derived = 0;

	MUST(p11->C_GetAttributeValue(session, pair[0], ask, 1));
	parameters.ulPublicDataLen = ask[0].ulValueLen;
	MUST(p11->C_DeriveKey(session, &derive, pair[1], template, COUNT(template), &derived));
}

/* Answers that are right in part. */
static void ask_private(CK_OBJECT_HANDLE key)
{
	CK_BYTE buffer[3][256];
	CK_ATTRIBUTE ask[] = {
	        {CKA_LABEL, buffer[0], sizeof(buffer[0])},
	        {CKA_VALUE, buffer[1], sizeof(buffer[1])},
	        {CKA_EC_PARAMS, buffer[2], sizeof(buffer[2])},
	};

	if (p11->C_GetAttributeValue(session, key, ask, COUNT(ask)) != CKR_ATTRIBUTE_SENSITIVE)
		exit(1);
}

static void find(void)
{
	CK_ATTRIBUTE wanted[] = {
	        {CKA_CLASS, &secret_key, sizeof(secret_key)},
	        {CKA_KEY_TYPE, &aes, sizeof(aes)},
	};
	CK_OBJECT_HANDLE found[20];
	CK_ULONG count = 0;

	MUST(p11->C_FindObjectsInit(session, wanted, COUNT(wanted)));
	MUST(p11->C_FindObjects(session, found, COUNT(found), &count));
	MUST(p11->C_FindObjectsFinal(session));
}

static void enquire(CK_SLOT_ID slot)
{
	CK_INFO info;
	CK_SLOT_INFO slot_info;
	CK_SESSION_INFO session_info;
	CK_MECHANISM_INFO mechanism_info = {0}; /* SoftHSM only adds flags */

	MUST(p11->C_GetInfo(&info));
	MUST(p11->C_GetSlotInfo(slot, &slot_info));
	MUST(p11->C_GetSessionInfo(session, &session_info));
	MUST(p11->C_GetMechanismInfo(slot, CKM_AES_GCM, &mechanism_info));
	p11->C_GetMechanismInfo(slot, CKM_VENDOR_DEFINED | 0x1234, &mechanism_info);
}

int main(int argc, char **argv)
{
	CK_OBJECT_HANDLE rsa[2], ec[2], ec384[2];
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	CK_SLOT_ID slot;

	if (argc != 2)
		return 2;
	p11 = function_list(load(argv[1]));
	MUST(p11->C_Initialize(&args));
	slot = token_slot(p11);
	session = open_session(p11, slot);
	MUST(p11->C_Login(session, CKU_USER, text("1234"), 4));
	enquire(slot);
	make_rsa(rsa);
	make_ec(secp256r1, sizeof(secp256r1), "ec label", ec);
	make_ec(secp384r1, sizeof(secp384r1), "ec 384 label", ec384);
	use_aes(make_aes());
	use_rsa(rsa);
	use_ec(ec);
	ask_private(ec[1]);
	find();
	MUST(p11->C_CloseSession(session));
	MUST(p11->C_Finalize(NULL));
	return 0;
}
