/* SPDX-License-Identifier: MIT */
/* How large results are, so that no module has to be asked. */
#include "highlevel/operation/parts.h"

#include <string.h>

/* How the size of a result follows from that of the input. Numbers are octets. */
enum shape {
	UNKNOWN,
	SAME,       /* as large as the input; number: of a block */
	PADDED,     /* up to the next block */
	TAG,        /* and a tag of so many octets */
	TAG_BITS,   /* and a tag, whose bits the parameter ends with */
	TAG_SIZE,   /* and one whose octets it ends with */
	FIXED,      /* always so many */
	GENERAL,    /* as many as the parameter, a number, says */
	MODULUS,    /* as an RSA modulus */
	DSA,        /* two numbers of the size of the subprime */
	ECDSA,      /* two of the size of the order */
	EDDSA,      /* by the curve */
	SET,        /* by CKA_PARAMETER_SET */
	STATEFUL,   /* by the parameters of hash-based signatures that can be made a few times */
	KEY_WRAP,   /* RFC 3394 */
	KEY_PAD,    /* RFC 5649, or RFC 3394 with padding of some other kind */
	RSA_KEY_PAD /* an AES key under RSA, then RFC 5649 */
};

struct rule {
	CK_MECHANISM_TYPE mechanism;
	enum shape shape;
	CK_ULONG number;
};

#define HASH(name, octets)                                               \
	{CKM_##name, FIXED, octets}, {CKM_##name##_HMAC, FIXED, octets}, \
	{                                                                \
		CKM_##name##_HMAC_GENERAL, GENERAL, 0                    \
	}
#define CIPHER(name, block)                                                                    \
	{CKM_##name##_ECB, SAME, block}, {CKM_##name##_CBC, SAME, block},                      \
	        {CKM_##name##_CBC_PAD, PADDED, block}, {CKM_##name##_MAC, FIXED, (block) / 2}, \
	{                                                                                      \
		CKM_##name##_MAC_GENERAL, GENERAL, 0                                           \
	}
#define HASHED_SIGNATURES(name)                                                       \
	{CKM_##name##_RSA_PKCS, MODULUS, 0}, {CKM_##name##_RSA_PKCS_PSS, MODULUS, 0}, \
	        {CKM_DSA_##name, DSA, 0}, {CKM_ECDSA_##name, ECDSA, 0},               \
	        {CKM_HASH_ML_DSA_##name, SET, 0},                                     \
	{                                                                             \
		CKM_HASH_SLH_DSA_##name, SET, 0                                       \
	}

static const struct rule rules[] = {
        CIPHER(AES, 16),
        {CKM_AES_CTR, SAME, 1},
        {CKM_AES_CTS, SAME, 1},
        {CKM_AES_OFB, SAME, 1},
        {CKM_AES_CFB1, SAME, 1},
        {CKM_AES_CFB8, SAME, 1},
        {CKM_AES_CFB64, SAME, 1},
        {CKM_AES_CFB128, SAME, 1},
        {CKM_AES_XTS, SAME, 1},
        {CKM_AES_GCM, TAG_BITS, 16},
        {CKM_AES_CCM, TAG_SIZE, 16},
        {CKM_AES_GMAC, FIXED, 16},
        {CKM_AES_CMAC, FIXED, 16},
        {CKM_AES_CMAC_GENERAL, GENERAL, 0},
        {CKM_AES_XCBC_MAC, FIXED, 16},
        {CKM_AES_XCBC_MAC_96, FIXED, 12},
        {CKM_AES_KEY_WRAP, KEY_WRAP, 0},
        {CKM_AES_KEY_WRAP_KWP, KEY_PAD, 0},
        {CKM_AES_KEY_WRAP_PAD, KEY_PAD, 0},
        {CKM_AES_KEY_WRAP_PKCS7, KEY_PAD, 0},
        CIPHER(DES3, 8),
        {CKM_DES3_CMAC, FIXED, 8},
        {CKM_DES3_CMAC_GENERAL, GENERAL, 0},
        CIPHER(DES, 8),
        {CKM_DES_OFB64, SAME, 1},
        {CKM_DES_OFB8, SAME, 1},
        {CKM_DES_CFB64, SAME, 1},
        {CKM_DES_CFB8, SAME, 1},
        CIPHER(ARIA, 16),
        CIPHER(CAMELLIA, 16),
        {CKM_CAMELLIA_CTR, SAME, 1},
        CIPHER(SEED, 16),
        CIPHER(CAST128, 8),
        CIPHER(IDEA, 8),
        CIPHER(RC2, 8),
        {CKM_BLOWFISH_CBC, SAME, 8},
        {CKM_BLOWFISH_CBC_PAD, PADDED, 8},
        {CKM_TWOFISH_CBC, SAME, 16},
        {CKM_TWOFISH_CBC_PAD, PADDED, 16},
        {CKM_RC4, SAME, 1},
        {CKM_CHACHA20, SAME, 1},
        {CKM_SALSA20, SAME, 1},
        {CKM_CHACHA20_POLY1305, TAG, 16},
        {CKM_SALSA20_POLY1305, TAG, 16},
        {CKM_POLY1305, FIXED, 16},
        HASH(MD5, 16),
        HASH(SHA_1, 20),
        HASH(SHA224, 28),
        HASH(SHA256, 32),
        HASH(SHA384, 48),
        HASH(SHA512, 64),
        HASH(SHA512_224, 28),
        HASH(SHA512_256, 32),
        HASH(SHA3_224, 28),
        HASH(SHA3_256, 32),
        HASH(SHA3_384, 48),
        HASH(SHA3_512, 64),
        HASH(RIPEMD160, 20),
        HASH(BLAKE2B_160, 20),
        HASH(BLAKE2B_256, 32),
        HASH(BLAKE2B_384, 48),
        HASH(BLAKE2B_512, 64),
        {CKM_GOSTR3411, FIXED, 32},
        {CKM_GOSTR3411_HMAC, FIXED, 32},
        {CKM_GOSTR3410, FIXED, 64},
        {CKM_GOSTR3410_WITH_GOSTR3411, FIXED, 64},
        {CKM_RSA_PKCS, MODULUS, 0},
        {CKM_RSA_PKCS_OAEP, MODULUS, 0},
        {CKM_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_RSA_X_509, MODULUS, 0},
        {CKM_RSA_9796, MODULUS, 0},
        {CKM_RSA_X9_31, MODULUS, 0},
        {CKM_RSA_PKCS_TPM_1_1, MODULUS, 0},
        {CKM_RSA_PKCS_OAEP_TPM_1_1, MODULUS, 0},
        {CKM_RSA_AES_KEY_WRAP, RSA_KEY_PAD, 0},
        {CKM_MD5_RSA_PKCS, MODULUS, 0},
        {CKM_RIPEMD160_RSA_PKCS, MODULUS, 0},
        {CKM_SHA1_RSA_X9_31, MODULUS, 0},
        {CKM_SHA1_RSA_PKCS, MODULUS, 0},
        {CKM_SHA1_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_DSA, DSA, 0},
        {CKM_DSA_SHA1, DSA, 0},
        {CKM_ECDSA, ECDSA, 0},
        {CKM_ECDSA_SHA1, ECDSA, 0},
        {CKM_EDDSA, EDDSA, 0},
        {CKM_XEDDSA, EDDSA, 0},
        {CKM_ML_DSA, SET, 0},
        {CKM_HASH_ML_DSA, SET, 0},
        {CKM_SLH_DSA, SET, 0},
        {CKM_HASH_SLH_DSA, SET, 0},
        HASHED_SIGNATURES(SHA224),
        HASHED_SIGNATURES(SHA256),
        HASHED_SIGNATURES(SHA384),
        HASHED_SIGNATURES(SHA512),
        HASHED_SIGNATURES(SHA3_224),
        HASHED_SIGNATURES(SHA3_256),
        HASHED_SIGNATURES(SHA3_384),
        HASHED_SIGNATURES(SHA3_512),
        {CKM_HASH_ML_DSA_SHAKE128, SET, 0},
        {CKM_HASH_ML_DSA_SHAKE256, SET, 0},
        {CKM_HASH_SLH_DSA_SHAKE128, SET, 0},
        {CKM_HASH_SLH_DSA_SHAKE256, SET, 0},
        {CKM_HSS, STATEFUL, 0},
        {CKM_XMSS, STATEFUL, 0},
        {CKM_XMSSMT, STATEFUL, 0},
        {CKM_ML_KEM, SET, 0},
};

/* What a parameter set of FIPS 203, 204 or 205 makes: ciphertext or signature. */
static const struct set {
	CK_KEY_TYPE key_type;
	CK_ULONG parameter_set, octets;
} sets[] = {
        {CKK_ML_KEM, CKP_ML_KEM_512, 768},
        {CKK_ML_KEM, CKP_ML_KEM_768, 1088},
        {CKK_ML_KEM, CKP_ML_KEM_1024, 1568},
        {CKK_ML_DSA, CKP_ML_DSA_44, 2420},
        {CKK_ML_DSA, CKP_ML_DSA_65, 3309},
        {CKK_ML_DSA, CKP_ML_DSA_87, 4627},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128S, 7856},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128S, 7856},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128F, 17088},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128F, 17088},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_192S, 16224},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192S, 16224},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_192F, 35664},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192F, 35664},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256S, 29792},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256S, 29792},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256F, 49856},
        {CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256F, 49856},
};

#define UNKNOWN_ROOM 16384 /* beside the input, for what no rule knows */
#define LARGEST_SET  49856
#define LARGEST_RSA  2048  /* a modulus of 16384 bits */
#define DER_ROOM     16    /* some modules sign with ECDSA or DSA in DER, which is repaired above */
#define LARGEST_KEY  512   /* of a secret key whose length is not known */
#define LARGEST_DER  12288 /* of a private key */

static struct rule rule_of(CK_MECHANISM_TYPE mechanism)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].mechanism == mechanism)
			return rules[i];
	return (struct rule){mechanism, UNKNOWN, 0};
}

static CK_ULONG up_to(CK_ULONG size, CK_ULONG block)
{
	return (size + block - 1) / block * block;
}

static CK_ULONG less(CK_ULONG size, CK_ULONG by)
{
	return size > by ? size - by : 0;
}

/* The attribute that p11l_key_bits looks at. */
static CK_ATTRIBUTE_TYPE teller_of(CK_KEY_TYPE key_type)
{
	switch (key_type) {
	case CKK_RSA:
		return CKA_MODULUS;
	case CKK_EC:
	case CKK_EC_EDWARDS:
	case CKK_EC_MONTGOMERY:
		return CKA_EC_PARAMS;
	default:
		return CKA_VALUE_LEN;
	}
}

/* Length of a key as far as no module has to be asked; 0: unknown, and then there is more room. */
static CK_ULONG bits_of(struct p11l_object *key)
{
	CK_ULONG bits = key != NULL ? atomic_load(&key->bits) : 0;
	const CK_ATTRIBUTE *modulus_bits;

	if (key == NULL || bits > 0)
		return bits;
	if (p11l_object_known(key, teller_of(key->key_type)) != NULL)
		return p11l_key_bits(key);
	modulus_bits = p11l_object_known(key, CKA_MODULUS_BITS);
	if (modulus_bits != NULL && modulus_bits->ulValueLen == sizeof(bits))
		memcpy(&bits, modulus_bits->pValue, sizeof(bits));
	return bits < PTRDIFF_MAX / 16 ? bits : 0;
}

/* The number that a parameter ends with: in both structs for GCM the tag, and in that for CCM. */
static CK_ULONG last_number(const struct p11l_mechanism *mechanism, CK_ULONG otherwise)
{
	CK_MECHANISM view = p11l_mechanism_view(mechanism);
	CK_ULONG number;

	if (view.pParameter == NULL || view.ulParameterLen < sizeof(number))
		return otherwise;
	memcpy(&number, (CK_BYTE *)view.pParameter + view.ulParameterLen - sizeof(number),
	        sizeof(number));
	return number;
}

static CK_ULONG tag_of(const struct rule *rule, const struct p11l_mechanism *mechanism)
{
	CK_ULONG tag = rule->number;

	if (rule->shape == TAG_BITS)
		tag = last_number(mechanism, 128) / 8;
	else if (rule->shape == TAG_SIZE)
		tag = last_number(mechanism, 16);
	return tag < 16 ? tag : 16; /* longer ones do not exist */
}

static struct p11l_bound exactly(CK_ULONG size)
{
	return (struct p11l_bound){size, size, false};
}

static struct p11l_bound between(CK_ULONG least, CK_ULONG most)
{
	return (struct p11l_bound){least, most, false};
}

static struct p11l_bound bound_modulus(struct p11l_object *key, bool back)
{
	CK_ULONG octets = (bits_of(key) + 7) / 8;

	if (octets == 0)
		return between(0, LARGEST_RSA);
	return between(back ? 0 : octets, octets);
}

static struct p11l_bound bound_dsa(struct p11l_object *key)
{
	const CK_ATTRIBUTE *subprime = key != NULL ? p11l_object_known(key, CKA_SUBPRIME) : NULL;
	CK_ULONG octets = subprime != NULL ? subprime->ulValueLen : 0;

	if (octets < 20 || octets > 64)
		return between(40, 64 + DER_ROOM);
	return between(2 * octets, 2 * octets + DER_ROOM);
}

/* Orders are as long as fields, but for a bit, which makes an octet where bits fill all octets. */
static struct p11l_bound bound_ecdsa(struct p11l_object *key)
{
	CK_ULONG octets = (bits_of(key) + 7) / 8;

	if (octets == 0 || octets > 72)
		return between(0, 2 * 72 + DER_ROOM);
	return between(less(2 * octets, 2), 2 * octets + DER_ROOM);
}

static struct p11l_bound bound_eddsa(struct p11l_object *key)
{
	CK_ULONG bits = bits_of(key);

	if (bits == 0)
		return between(64, 114);
	return exactly(bits <= 256 ? 64 : 114);
}

static struct p11l_bound bound_set(struct p11l_object *key)
{
	const CK_ATTRIBUTE *set = key != NULL ? p11l_object_known(key, CKA_PARAMETER_SET) : NULL;
	CK_ULONG number;

	if (set == NULL || set->ulValueLen != sizeof(number))
		return between(0, LARGEST_SET);
	memcpy(&number, set->pValue, sizeof(number));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (sets[i].key_type == key->key_type && sets[i].parameter_set == number)
			return exactly(sets[i].octets);
	return between(0, LARGEST_SET);
}

/* Key wrap as a cipher, and by C_WrapKey. */
static struct p11l_bound bound_key_pad(CK_ULONG size, bool back)
{
	return back ? between(less(size, 24), size)
	            : between(up_to(size, 8) + 8, up_to(size, 8) + 16);
}

struct p11l_bound p11l_bound(
        const struct p11l_mechanism *mechanism, struct p11l_object *key, CK_ULONG size, bool back)
{
	struct rule rule = rule_of(mechanism->type);
	CK_ULONG tag = tag_of(&rule, mechanism);

	switch (rule.shape) {
	case SAME:
		return exactly(size);
	case PADDED:
		return back ? between(less(size, rule.number), size)
		            : exactly((size / rule.number + 1) * rule.number);
	case TAG:
	case TAG_BITS:
	case TAG_SIZE:
		/* Some tokens want room for the tag as well, and then do not fill it. */
		return back ? between(less(size, tag), size) : exactly(size + tag);
	case FIXED:
		return exactly(rule.number);
	case GENERAL:
		return between(0, 64);
	case MODULUS:
		return bound_modulus(key, back);
	case DSA:
		return bound_dsa(key);
	case ECDSA:
		return bound_ecdsa(key);
	case EDDSA:
		return bound_eddsa(key);
	case SET:
		return bound_set(key);
	case STATEFUL:
		return (struct p11l_bound){0, UNKNOWN_ROOM, true};
	case KEY_WRAP:
		return back ? between(less(size, 8), size) : exactly(size + 8);
	case KEY_PAD:
		return bound_key_pad(size, back);
	default:
		return between(0, size + UNKNOWN_ROOM);
	}
}

/* A private key is wrapped as PrivateKeyInfo, whose length nobody knows beforehand. */
static struct p11l_bound bound_value(struct p11l_object *key)
{
	CK_ULONG bits;

	if (key->object_class != CKO_SECRET_KEY)
		return between(0, LARGEST_DER);
	/* DES keys have octets of 8 bits although one of each is parity. */
	if (key->key_type == CKK_DES)
		return exactly(8);
	if (key->key_type == CKK_DES2)
		return exactly(16);
	if (key->key_type == CKK_DES3)
		return exactly(24);
	bits = bits_of(key);
	return bits > 0 ? exactly((bits + 7) / 8) : between(0, LARGEST_KEY);
}

struct p11l_bound p11l_bound_wrapped(const struct p11l_mechanism *mechanism,
        struct p11l_object *wrapping_key, struct p11l_object *key)
{
	struct rule rule = rule_of(mechanism->type);
	struct p11l_bound value, least, most;

	if (rule.shape == MODULUS)
		return bound_modulus(wrapping_key, false);
	value = bound_value(key);
	if (rule.shape == SAME) /* filled up with zeros */
		return between(value.least, up_to(value.most, rule.number));
	if (rule.shape == RSA_KEY_PAD) {
		most = bound_modulus(wrapping_key, false);
		return between(most.least + up_to(value.least, 8) + 8,
		        most.most + up_to(value.most, 8) + 16);
	}
	least = p11l_bound(mechanism, wrapping_key, value.least, false);
	most = p11l_bound(mechanism, wrapping_key, value.most, false);
	return between(least.least, most.most);
}

struct p11l_bound p11l_bound_encapsulated(
        const struct p11l_mechanism *mechanism, struct p11l_object *key)
{
	enum shape shape = rule_of(mechanism->type).shape;

	if (shape == SET)
		return bound_set(key);
	if (shape == MODULUS)
		return bound_modulus(key, false);
	return between(0, UNKNOWN_ROOM); /* a point, or what a vendor has */
}

bool p11l_checks_tag(CK_MECHANISM_TYPE mechanism)
{
	enum shape shape = rule_of(mechanism).shape;

	return shape == TAG || shape == TAG_BITS || shape == TAG_SIZE;
}

bool p11l_is_stateful(CK_MECHANISM_TYPE mechanism)
{
	return rule_of(mechanism).shape == STATEFUL;
}

CK_ULONG p11l_expected(CK_MECHANISM_TYPE mechanism, CK_ULONG held, CK_ULONG size, bool back)
{
	struct rule rule = rule_of(mechanism);
	CK_ULONG all = held + size;

	if (rule.shape != SAME && rule.shape != PADDED)
		return all;
	/* The last block may be padding, so it stays inside. */
	if (rule.shape == PADDED && back && all > 0)
		all--;
	return all - all % rule.number;
}
