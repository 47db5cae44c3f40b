/* SPDX-License-Identifier: MIT */
/* Which mechanism is meant when none is named. */
#include "highlevel/operation/parts.h"

#include <stdio.h>

#define MOST 4 /* that are usual for one purpose */

/* In the order in which they are preferred, as far as the token has them. */
struct usual {
	unsigned purpose;
	CK_KEY_TYPE key_type;
	size_t count;
	CK_MECHANISM_TYPE mechanisms[MOST];
};
#define ROW(purpose, key_type, ...)                                                             \
	{                                                                                       \
		purpose, key_type,                                                              \
		        sizeof((CK_MECHANISM_TYPE[]){__VA_ARGS__}) / sizeof(CK_MECHANISM_TYPE), \
		{                                                                               \
			__VA_ARGS__                                                             \
		}                                                                               \
	}
#define GENERATE(type, ...) ROW(P11L_FOR_GENERATE, type, __VA_ARGS__)
#define ENCRYPT(type, ...)  ROW(P11L_FOR_ENCRYPT, type, __VA_ARGS__)
#define SIGN(type, ...)     ROW(P11L_FOR_SIGN, type, __VA_ARGS__)
#define WRAP(type, ...)     ROW(P11L_FOR_WRAP, type, __VA_ARGS__)

static const struct usual usual[] = {
        GENERATE(CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN),
        GENERATE(CKK_DSA, CKM_DSA_KEY_PAIR_GEN),
        GENERATE(CKK_DH, CKM_DH_PKCS_KEY_PAIR_GEN),
        GENERATE(CKK_X9_42_DH, CKM_X9_42_DH_KEY_PAIR_GEN),
        GENERATE(CKK_EC, CKM_EC_KEY_PAIR_GEN),
        GENERATE(CKK_EC_EDWARDS, CKM_EC_EDWARDS_KEY_PAIR_GEN),
        GENERATE(CKK_EC_MONTGOMERY, CKM_EC_MONTGOMERY_KEY_PAIR_GEN),
        GENERATE(CKK_ML_DSA, CKM_ML_DSA_KEY_PAIR_GEN),
        GENERATE(CKK_SLH_DSA, CKM_SLH_DSA_KEY_PAIR_GEN),
        GENERATE(CKK_ML_KEM, CKM_ML_KEM_KEY_PAIR_GEN),
        GENERATE(CKK_HSS, CKM_HSS_KEY_PAIR_GEN),
        GENERATE(CKK_XMSS, CKM_XMSS_KEY_PAIR_GEN),
        GENERATE(CKK_XMSSMT, CKM_XMSSMT_KEY_PAIR_GEN),
        GENERATE(CKK_GOSTR3410, CKM_GOSTR3410_KEY_PAIR_GEN),
        GENERATE(CKK_AES, CKM_AES_KEY_GEN),
        GENERATE(CKK_AES_XTS, CKM_AES_XTS_KEY_GEN),
        GENERATE(CKK_DES, CKM_DES_KEY_GEN),
        GENERATE(CKK_DES2, CKM_DES2_KEY_GEN),
        GENERATE(CKK_DES3, CKM_DES3_KEY_GEN),
        GENERATE(CKK_ARIA, CKM_ARIA_KEY_GEN),
        GENERATE(CKK_CAMELLIA, CKM_CAMELLIA_KEY_GEN),
        GENERATE(CKK_SEED, CKM_SEED_KEY_GEN),
        GENERATE(CKK_BLOWFISH, CKM_BLOWFISH_KEY_GEN),
        GENERATE(CKK_TWOFISH, CKM_TWOFISH_KEY_GEN),
        GENERATE(CKK_CAST128, CKM_CAST128_KEY_GEN),
        GENERATE(CKK_IDEA, CKM_IDEA_KEY_GEN),
        GENERATE(CKK_RC2, CKM_RC2_KEY_GEN),
        GENERATE(CKK_RC4, CKM_RC4_KEY_GEN),
        GENERATE(CKK_RC5, CKM_RC5_KEY_GEN),
        GENERATE(CKK_GOST28147, CKM_GOST28147_KEY_GEN),
        GENERATE(CKK_CHACHA20, CKM_CHACHA20_KEY_GEN),
        GENERATE(CKK_SALSA20, CKM_SALSA20_KEY_GEN),
        GENERATE(CKK_POLY1305, CKM_POLY1305_KEY_GEN),
        GENERATE(CKK_HKDF, CKM_HKDF_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_GENERIC_SECRET, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA_1_HMAC, CKM_SHA_1_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA224_HMAC, CKM_SHA224_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA256_HMAC, CKM_SHA256_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA384_HMAC, CKM_SHA384_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA512_HMAC, CKM_SHA512_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA3_224_HMAC, CKM_SHA3_224_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA3_256_HMAC, CKM_SHA3_256_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA3_384_HMAC, CKM_SHA3_384_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),
        GENERATE(CKK_SHA3_512_HMAC, CKM_SHA3_512_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN),

        ROW(P11L_FOR_GENERATE_PARAMETERS, CKK_DSA, CKM_DSA_PARAMETER_GEN),
        ROW(P11L_FOR_GENERATE_PARAMETERS, CKK_DH, CKM_DH_PKCS_PARAMETER_GEN),
        ROW(P11L_FOR_GENERATE_PARAMETERS, CKK_X9_42_DH, CKM_X9_42_DH_PARAMETER_GEN),

        ENCRYPT(CKK_RSA, CKM_RSA_PKCS_OAEP),
        ENCRYPT(CKK_AES, CKM_AES_CBC_PAD),
        ENCRYPT(CKK_DES2, CKM_DES3_CBC_PAD),
        ENCRYPT(CKK_DES3, CKM_DES3_CBC_PAD),

        SIGN(CKK_RSA, CKM_SHA512_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA256_RSA_PKCS),
        SIGN(CKK_DSA, CKM_DSA_SHA512, CKM_DSA_SHA384, CKM_DSA_SHA256, CKM_DSA_SHA1),
        SIGN(CKK_EC, CKM_ECDSA_SHA512, CKM_ECDSA_SHA384, CKM_ECDSA_SHA256, CKM_ECDSA_SHA1),
        SIGN(CKK_EC_EDWARDS, CKM_EDDSA),
        SIGN(CKK_ML_DSA, CKM_ML_DSA),
        SIGN(CKK_SLH_DSA, CKM_SLH_DSA),
        SIGN(CKK_HSS, CKM_HSS),
        SIGN(CKK_XMSS, CKM_XMSS),
        SIGN(CKK_XMSSMT, CKM_XMSSMT),
        SIGN(CKK_AES, CKM_AES_MAC, CKM_AES_CMAC),
        /* HMAC is what python-pkcs11's manual names; few tokens take a DES key for it. */
        SIGN(CKK_DES2, CKM_DES3_MAC, CKM_DES3_CMAC, CKM_SHA512_HMAC),
        SIGN(CKK_DES3, CKM_DES3_MAC, CKM_DES3_CMAC, CKM_SHA512_HMAC),
        SIGN(CKK_POLY1305, CKM_POLY1305),
        SIGN(CKK_GENERIC_SECRET, CKM_SHA512_HMAC, CKM_SHA384_HMAC, CKM_SHA256_HMAC, CKM_SHA_1_HMAC),
        SIGN(CKK_SHA_1_HMAC, CKM_SHA_1_HMAC),
        SIGN(CKK_SHA224_HMAC, CKM_SHA224_HMAC),
        SIGN(CKK_SHA256_HMAC, CKM_SHA256_HMAC),
        SIGN(CKK_SHA384_HMAC, CKM_SHA384_HMAC),
        SIGN(CKK_SHA512_HMAC, CKM_SHA512_HMAC),
        SIGN(CKK_SHA3_224_HMAC, CKM_SHA3_224_HMAC),
        SIGN(CKK_SHA3_256_HMAC, CKM_SHA3_256_HMAC),
        SIGN(CKK_SHA3_384_HMAC, CKM_SHA3_384_HMAC),
        SIGN(CKK_SHA3_512_HMAC, CKM_SHA3_512_HMAC),

        ROW(P11L_FOR_SIGN_RECOVER, CKK_RSA, CKM_RSA_PKCS),

        WRAP(CKK_RSA, CKM_RSA_PKCS_OAEP, CKM_RSA_PKCS),
        WRAP(CKK_AES, CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD, CKM_AES_ECB),
        WRAP(CKK_DES2, CKM_DES3_ECB),
        WRAP(CKK_DES3, CKM_DES3_ECB),
        /* A private key is DER of any length, which AES key wrap takes with padding only. */
        ROW(P11L_FOR_WRAP_PRIVATE, CKK_AES, CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD,
                CKM_AES_KEY_WRAP_PKCS7),

        ROW(P11L_FOR_ENCAPSULATE, CKK_ML_KEM, CKM_ML_KEM),
        ROW(P11L_FOR_ENCAPSULATE, CKK_RSA, CKM_RSA_PKCS_OAEP),
};

static const struct usual *row_of(unsigned purpose, CK_KEY_TYPE key_type)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (usual[i].purpose == purpose && usual[i].key_type == key_type)
			return &usual[i];
	return NULL;
}

static bool list_is_known(struct p11l_slot *slot)
{
	bool known;

	pthread_mutex_lock(&slot->lock);
	known = slot->mechanisms != NULL;
	pthread_mutex_unlock(&slot->lock);
	return known;
}

/* Where there is nothing to choose from the token is not asked for its list: it will say no. */
static const CK_MECHANISM_TYPE *choose(struct p11l_slot *slot, const struct usual *row)
{
	if (row->count == 1 && !list_is_known(slot))
		return row->mechanisms;
	for (size_t i = 0; i < row->count; i++)
		if (p11l_slot_offers(slot, row->mechanisms[i]))
			return &row->mechanisms[i];
	/* The token may sign digests that are made here. */
	for (size_t i = 0; i < row->count; i++)
		if (p11l_hashes_here(slot, row->mechanisms[i]))
			return &row->mechanisms[i];
	return NULL;
}

/* What error texts call a constant. */
static const char *name_of(const char *prefix, CK_ULONG value)
{
	const char *name = p11l_constant_name(prefix, value);

	return name != NULL ? name : "of the vendor";
}

static CK_RV none_of(const struct usual *row)
{
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < row->count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
		        i > 0 ? ", " : "", name_of("CKM_", row->mechanisms[i]));
	return p11l_refuse(P11L_CKR_NO_DEFAULT, "mechanism", NULL,
	        "must be named: for keys of type %s the token would need one of %s, and has none",
	        name_of("CKK_", row->key_type), names);
}

static bool is_zero(const CK_ULONG *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] != 0)
			return false;
	return true;
}

/* A size without octets comes from an IV or a counter that was NULL. */
CK_RV p11l_check_mechanism(const struct p11l_mechanism *given)
{
	bool is_absent = given->parameter == NULL && given->size > 0;

	if (is_absent && (given->size > sizeof(given->own) ||
	                         is_zero(given->own, sizeof(given->own) / sizeof(given->own[0]))))
		return p11l_refuse(CKR_ARGUMENTS_BAD, "mechanism->parameter", NULL,
		        "must not be NULL, as its size is %lu", given->size);
	return CKR_OK;
}

/* The parameter that a usual mechanism has; nobody but the caller can know an IV. */
static CK_RV complete(struct p11l_mechanism *chosen)
{
	switch (chosen->type) {
	case CKM_RSA_PKCS_OAEP:
		p11l_set_oaep(chosen, CKM_SHA_1, NULL, 0);
		return CKR_OK;
	case CKM_AES_CBC_PAD:
	case CKM_DES3_CBC_PAD:
		return p11l_refuse(CKR_MECHANISM_PARAM_INVALID, "mechanism", NULL,
		        "must be given, because the usual one, %s, needs an initialisation vector "
		        "of %d octets: p11l_iv",
		        name_of("CKM_", chosen->type), chosen->type == CKM_AES_CBC_PAD ? 16 : 8);
	default:
		return CKR_OK;
	}
}

static CK_RV choose_usual(struct p11l_slot *slot, unsigned purpose, CK_KEY_TYPE key_type,
        struct p11l_mechanism *chosen)
{
	const struct usual *row = row_of(purpose, key_type);
	const CK_MECHANISM_TYPE *type;

	if (row == NULL)
		return p11l_refuse(P11L_CKR_NO_DEFAULT, "mechanism", NULL,
		        "must be named: none is usual here for keys of type %s",
		        key_type == P11L_NONE ? "unknown" : name_of("CKK_", key_type));
	type = choose(slot, row);
	if (type == NULL)
		return none_of(row);
	*chosen = p11l_plain(*type);
	return complete(chosen);
}

CK_RV p11l_choose_mechanism(struct p11l_slot *slot, unsigned purpose, CK_KEY_TYPE key_type,
        const struct p11l_mechanism *given, struct p11l_mechanism *chosen)
{
	if (given == NULL)
		return choose_usual(slot, purpose, key_type, chosen);
	*chosen = *given;
	return p11l_check_mechanism(given);
}

CK_RV p11l_mechanism_for(struct p11l_slot *slot, enum p11l_purpose purpose, CK_KEY_TYPE key_type,
        const struct p11l_mechanism *given, struct p11l_mechanism *chosen)
{
	return p11l_choose_mechanism(slot, purpose, key_type, given, chosen);
}
