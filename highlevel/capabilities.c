/* SPDX-License-Identifier: MIT */
/* What a key may be used for, as attributes. */
#include "highlevel/api/attributes.h"
#include "refuse.h"

#include <stdbool.h>
#include <string.h>

/* What a flag means for the two sides of a key; a secret key has both. */
static const struct {
	CK_FLAGS flag;
	CK_ATTRIBUTE_TYPE public_side, private_side;
} meanings[] = {
        {CKF_ENCRYPT, CKA_ENCRYPT, CKA_DECRYPT},
        {CKF_DECRYPT, CKA_ENCRYPT, CKA_DECRYPT},
        {CKF_SIGN, CKA_VERIFY, CKA_SIGN},
        {CKF_VERIFY, CKA_VERIFY, CKA_SIGN},
        {CKF_SIGN_RECOVER, CKA_VERIFY_RECOVER, CKA_SIGN_RECOVER},
        {CKF_VERIFY_RECOVER, CKA_VERIFY_RECOVER, CKA_SIGN_RECOVER},
        {CKF_WRAP, CKA_WRAP, CKA_UNWRAP},
        {CKF_UNWRAP, CKA_WRAP, CKA_UNWRAP},
        {CKF_ENCAPSULATE, CKA_ENCAPSULATE, CKA_DECAPSULATE},
        {CKF_DECAPSULATE, CKA_ENCAPSULATE, CKA_DECAPSULATE},
};

/* What keys of a type are usually for. */
static const struct {
	CK_KEY_TYPE type;
	CK_FLAGS flags;
} usual[] = {
        {CKK_RSA, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_DSA, CKF_SIGN},
        {CKK_DH, CKF_DERIVE},
        {CKK_X9_42_DH, CKF_DERIVE},
        {CKK_EC, CKF_SIGN | CKF_DERIVE},
        {CKK_EC_EDWARDS, CKF_SIGN},
        {CKK_EC_MONTGOMERY, CKF_DERIVE},
        {CKK_ML_DSA, CKF_SIGN},
        {CKK_SLH_DSA, CKF_SIGN},
        {CKK_ML_KEM, CKF_ENCAPSULATE},
        {CKK_AES, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_DES2, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_DES3, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_CAMELLIA, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_ARIA, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_SEED, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_AES_XTS, CKF_ENCRYPT},
        {CKK_DES, CKF_ENCRYPT},
        {CKK_BLOWFISH, CKF_ENCRYPT},
        {CKK_TWOFISH, CKF_ENCRYPT},
        {CKK_CHACHA20, CKF_ENCRYPT},
        {CKK_SALSA20, CKF_ENCRYPT},
        {CKK_GOST28147, CKF_ENCRYPT | CKF_SIGN | CKF_WRAP},
        {CKK_POLY1305, CKF_SIGN},
        {CKK_GENERIC_SECRET, CKF_SIGN | CKF_DERIVE},
        {CKK_HKDF, CKF_DERIVE},
        {CKK_MD5_HMAC, CKF_SIGN},
        {CKK_SHA_1_HMAC, CKF_SIGN},
        {CKK_SHA224_HMAC, CKF_SIGN},
        {CKK_SHA256_HMAC, CKF_SIGN},
        {CKK_SHA384_HMAC, CKF_SIGN},
        {CKK_SHA512_HMAC, CKF_SIGN},
        {CKK_SHA512_224_HMAC, CKF_SIGN},
        {CKK_SHA512_256_HMAC, CKF_SIGN},
        {CKK_SHA3_224_HMAC, CKF_SIGN},
        {CKK_SHA3_256_HMAC, CKF_SIGN},
        {CKK_SHA3_384_HMAC, CKF_SIGN},
        {CKK_SHA3_512_HMAC, CKF_SIGN},
};

static bool read_ulong(
        const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(attributes, type);

	if (found == NULL || found->ulValueLen != sizeof(*value))
		return false;
	memcpy(value, found->pValue, sizeof(*value));
	return true;
}

static CK_FLAGS usual_of(CK_KEY_TYPE type)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (usual[i].type == type)
			return usual[i].flags;
	return 0;
}

CK_RV p11l_attributes_set_capabilities(struct p11l_attributes *attributes, CK_FLAGS flags)
{
	CK_ULONG object_class, key_type;
	CK_RV rv = CKR_OK;

	p11l_error_begin(NULL, 0);
	if (!read_ulong(attributes, CKA_CLASS, &object_class))
		return p11l_refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_CLASS", NULL, "is missing");
	if (!read_ulong(attributes, CKA_KEY_TYPE, &key_type))
		return p11l_refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_KEY_TYPE", NULL, "is missing");
	if (flags == P11L_USUAL)
		flags = usual_of(key_type);
	for (size_t i = 0; rv == CKR_OK && i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if ((flags & meanings[i].flag) == 0)
			continue;
		if (object_class != CKO_PRIVATE_KEY)
			rv = p11l_attributes_set_bool(attributes, meanings[i].public_side, CK_TRUE);
		if (rv == CKR_OK && object_class != CKO_PUBLIC_KEY)
			rv = p11l_attributes_set_bool(
			        attributes, meanings[i].private_side, CK_TRUE);
	}
	/* Public keys have CKA_DERIVE in the standard, but nothing derives from one. */
	if (rv == CKR_OK && (flags & CKF_DERIVE) != 0 && object_class != CKO_PUBLIC_KEY)
		rv = p11l_attributes_set_bool(attributes, CKA_DERIVE, CK_TRUE);
	return rv;
}
