/* SPDX-License-Identifier: MIT */
/* How long results are: the mechanism says it, with what the key is. */
#include "operation.h"

#include "curve.h"

#include <string.h>

#define MODULUS_ROOM 2064 /* octets of the longest modulus in use, 16384 bits, and some */
#define SLACK        256  /* what vendors want of a cipher beyond what they write */

enum shape {
	MODULUS, /* as long as the modulus */
	ORDER,   /* two numbers below the order of CKA_EC_PARAMS */
	PRIME,   /* two numbers below CKA_SUBPRIME */
	EDWARDS, /* a signature as long as two points */
	FIXED,   /* number octets */
	STREAM,  /* as long as the data */
	PADDED,  /* the data, filled up to blocks of number octets */
	TAGGED,  /* the data and a tag */
};

static const struct row {
	CK_MECHANISM_TYPE type;
	enum shape shape;
	unsigned number;
} rows[] = {
        {CKM_RSA_PKCS, MODULUS, 0},
        {CKM_RSA_X_509, MODULUS, 0},
        {CKM_RSA_PKCS_OAEP, MODULUS, 0},
        {CKM_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_MD5_RSA_PKCS, MODULUS, 0},
        {CKM_SHA1_RSA_PKCS, MODULUS, 0},
        {CKM_SHA224_RSA_PKCS, MODULUS, 0},
        {CKM_SHA256_RSA_PKCS, MODULUS, 0},
        {CKM_SHA384_RSA_PKCS, MODULUS, 0},
        {CKM_SHA512_RSA_PKCS, MODULUS, 0},
        {CKM_SHA3_224_RSA_PKCS, MODULUS, 0},
        {CKM_SHA3_256_RSA_PKCS, MODULUS, 0},
        {CKM_SHA3_384_RSA_PKCS, MODULUS, 0},
        {CKM_SHA3_512_RSA_PKCS, MODULUS, 0},
        {CKM_SHA1_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA224_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA256_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA384_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA512_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA3_224_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA3_256_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA3_384_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_SHA3_512_RSA_PKCS_PSS, MODULUS, 0},
        {CKM_ECDSA, ORDER, 0},
        {CKM_ECDSA_SHA1, ORDER, 0},
        {CKM_ECDSA_SHA224, ORDER, 0},
        {CKM_ECDSA_SHA256, ORDER, 0},
        {CKM_ECDSA_SHA384, ORDER, 0},
        {CKM_ECDSA_SHA512, ORDER, 0},
        {CKM_ECDSA_SHA3_224, ORDER, 0},
        {CKM_ECDSA_SHA3_256, ORDER, 0},
        {CKM_ECDSA_SHA3_384, ORDER, 0},
        {CKM_ECDSA_SHA3_512, ORDER, 0},
        {CKM_DSA, PRIME, 0},
        {CKM_DSA_SHA1, PRIME, 0},
        {CKM_DSA_SHA224, PRIME, 0},
        {CKM_DSA_SHA256, PRIME, 0},
        {CKM_DSA_SHA384, PRIME, 0},
        {CKM_DSA_SHA512, PRIME, 0},
        {CKM_EDDSA, EDWARDS, 0},
        {CKM_MD5, FIXED, 16},
        {CKM_MD5_HMAC, FIXED, 16},
        {CKM_SHA_1, FIXED, 20},
        {CKM_SHA_1_HMAC, FIXED, 20},
        {CKM_RIPEMD160, FIXED, 20},
        {CKM_RIPEMD160_HMAC, FIXED, 20},
        {CKM_SHA224, FIXED, 28},
        {CKM_SHA224_HMAC, FIXED, 28},
        {CKM_SHA256, FIXED, 32},
        {CKM_SHA256_HMAC, FIXED, 32},
        {CKM_SHA384, FIXED, 48},
        {CKM_SHA384_HMAC, FIXED, 48},
        {CKM_SHA512, FIXED, 64},
        {CKM_SHA512_HMAC, FIXED, 64},
        {CKM_SHA512_224, FIXED, 28},
        {CKM_SHA512_224_HMAC, FIXED, 28},
        {CKM_SHA512_256, FIXED, 32},
        {CKM_SHA512_256_HMAC, FIXED, 32},
        {CKM_SHA3_224, FIXED, 28},
        {CKM_SHA3_224_HMAC, FIXED, 28},
        {CKM_SHA3_256, FIXED, 32},
        {CKM_SHA3_256_HMAC, FIXED, 32},
        {CKM_SHA3_384, FIXED, 48},
        {CKM_SHA3_384_HMAC, FIXED, 48},
        {CKM_SHA3_512, FIXED, 64},
        {CKM_SHA3_512_HMAC, FIXED, 64},
        {CKM_AES_CMAC, FIXED, 16},
        {CKM_AES_ECB, STREAM, 0},
        {CKM_AES_CBC, STREAM, 0},
        {CKM_AES_CTR, STREAM, 0},
        {CKM_AES_OFB, STREAM, 0},
        {CKM_AES_CFB8, STREAM, 0},
        {CKM_AES_CFB128, STREAM, 0},
        {CKM_DES_ECB, STREAM, 0},
        {CKM_DES_CBC, STREAM, 0},
        {CKM_DES3_ECB, STREAM, 0},
        {CKM_DES3_CBC, STREAM, 0},
        {CKM_AES_CBC_PAD, PADDED, 16},
        {CKM_DES_CBC_PAD, PADDED, 8},
        {CKM_DES3_CBC_PAD, PADDED, 8},
        {CKM_AES_GCM, TAGGED, 0},
        {CKM_AES_CCM, TAGGED, 0},
        {CKM_CHACHA20_POLY1305, TAGGED, 16},
};

static const struct row *row_of(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

bool p11l_is_ecdsa(CK_MECHANISM_TYPE mechanism)
{
	const struct row *row = row_of(mechanism);

	return row != NULL && (row->shape == ORDER || row->shape == PRIME);
}

CK_ULONG p11l_digest_size(CK_MECHANISM_TYPE mechanism)
{
	const struct row *row = row_of(mechanism);

	return row != NULL && row->shape == FIXED ? row->number : 0;
}

/* --- What the key is */

static const CK_BYTE *without_zeros(const CK_BYTE *number, CK_ULONG *size)
{
	while (*size > 0 && *number == 0) {
		number++;
		*size -= 1;
	}
	return number;
}

static void take_order(struct p11l_sizes *sizes, const CK_BYTE *order, CK_ULONG size)
{
	order = without_zeros(order, &size);
	sizes->order = (unsigned)size;
	sizes->whole = size > 0 && (order[0] & 0x80) != 0;
	sizes->signature = 2 * sizes->order;
}

/* The order of a curve is the last of its parameters; without them it is not known. */
static void take_curve(struct p11l_sizes *sizes, const CK_BYTE *params, CK_ULONG size)
{
	const struct p11l_curve *curve = p11l_params_parse(params, size).curve;

	if (curve == NULL)
		return;
	if (curve->key_type == CKK_EC_EDWARDS)
		sizes->signature = 2U * curve->octets;
	else if (curve->domain != NULL)
		take_order(sizes, curve->domain + 5 * (size_t)curve->octets, curve->octets);
}

static CK_ATTRIBUTE_TYPE telling_attribute(enum shape shape)
{
	switch (shape) {
	case MODULUS:
		return CKA_MODULUS;
	case ORDER:
	case EDWARDS:
		return CKA_EC_PARAMS;
	case PRIME:
		return CKA_SUBPRIME;
	default:
		return CK_UNAVAILABLE_INFORMATION;
	}
}

/* One call, before the operation is started: afterwards none may come between (LOG-5). */
static void ask_key(struct p11l_run *run, enum shape shape, CK_OBJECT_HANDLE key)
{
	struct p11l_sizes *sizes = &run->op->sizes;
	CK_BYTE value[MODULUS_ROOM];
	CK_ATTRIBUTE attribute = {telling_attribute(shape), value, sizeof(value)};
	CK_ULONG size;

	if (run->below->C_GetAttributeValue(run->session, key, &attribute, 1) != CKR_OK ||
	        attribute.ulValueLen > sizeof(value))
		return;
	size = attribute.ulValueLen;
	if (shape == MODULUS) {
		without_zeros(value, &size);
		sizes->modulus = size;
	} else if (shape == PRIME) {
		take_order(sizes, value, size);
	} else {
		take_curve(sizes, value, size);
	}
}

/* --- What the parameter says */

/* Without ulIvBits, as 2.40 prints the struct; the tag's length stands at the end of both. */
struct gcm_40 {
	CK_BYTE_PTR iv;
	CK_ULONG iv_size;
	CK_BYTE_PTR aad;
	CK_ULONG aad_size;
	CK_ULONG tag_bits;
};

static unsigned tag_of(const CK_MECHANISM *mechanism)
{
	CK_CCM_PARAMS ccm;
	CK_ULONG bits = 0, size = mechanism->ulParameterLen;

	if (mechanism->mechanism == CKM_CHACHA20_POLY1305)
		return 16;
	if (!p11l_readable(mechanism->pParameter, size))
		return 0;
	if (mechanism->mechanism == CKM_AES_CCM && size == sizeof(ccm)) {
		memcpy(&ccm, mechanism->pParameter, sizeof(ccm));
		bits = ccm.ulMACLen <= 16 ? 8 * ccm.ulMACLen : 0;
	} else if (mechanism->mechanism == CKM_AES_GCM &&
	           (size == sizeof(CK_GCM_PARAMS) || size == sizeof(struct gcm_40))) {
		memcpy(&bits, (const CK_BYTE *)mechanism->pParameter + size - sizeof(bits),
		        sizeof(bits));
	}
	return bits <= 128 ? (unsigned)(bits + 7) / 8 : 0;
}

/* Rules that act on lengths; BUF-4 is about what is decrypted only. */
static bool wants_sizes(const struct p11l_run *run)
{
	static const uint16_t asking[] = {P11L_RULE_BUF_2, P11L_RULE_BUF_5, P11L_RULE_BUF_6,
	        P11L_RULE_BUF_7, P11L_RULE_BUF_8, P11L_RULE_BUF_9, P11L_RULE_SIG_1, P11L_RULE_SIG_2,
	        P11L_RULE_SIG_3};

	if (run->class == P11L_CLASS_DECRYPT && p11l_on(run->rules, P11L_RULE_BUF_4))
		return true;
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (p11l_on(run->rules, asking[i]))
			return true;
	return false;
}

void p11l_sizes_read(struct p11l_run *run, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	const struct row *row = row_of(mechanism->mechanism);

	memset(&run->op->sizes, 0, sizeof(run->op->sizes));
	if (row == NULL || !wants_sizes(run))
		return;
	if (row->shape == TAGGED)
		run->op->sizes.tag = tag_of(mechanism);
	else if (telling_attribute(row->shape) != CK_UNAVAILABLE_INFORMATION)
		ask_key(run, row->shape, key);
}

/* --- How long */

static struct p11l_room room_of_padded(enum p11l_class class, CK_ULONG block, CK_ULONG size)
{
	if (class == P11L_CLASS_DECRYPT)
		return (struct p11l_room){0, size};
	size = (size / block + 1) * block;
	return (struct p11l_room){size, size + SLACK};
}

static struct p11l_room room_of_tagged(enum p11l_class class, CK_ULONG tag, CK_ULONG size)
{
	if (class == P11L_CLASS_DECRYPT)
		return (struct p11l_room){tag > 0 && size > tag ? size - tag : 0, size};
	return (struct p11l_room){tag > 0 ? size + tag : 0, size + SLACK};
}

static struct p11l_room room_of_modulus(enum p11l_class class, CK_ULONG modulus, CK_ULONG size)
{
	if (modulus == 0)
		return (struct p11l_room){0, MODULUS_ROOM};
	if (class == P11L_CLASS_DECRYPT)
		return (struct p11l_room){0, modulus > size ? modulus : size};
	return (struct p11l_room){modulus, modulus};
}

/* What is still to come after parts: at most all of it, for a vendor that holds everything back. */
static struct p11l_room room_of_rest(const struct p11l_op *op)
{
	return (struct p11l_room){0, op->handed + SLACK};
}

struct p11l_room p11l_room_of(
        const struct p11l_op *op, enum p11l_class class, bool final, CK_ULONG in_size)
{
	const struct row *row = row_of(op->mechanism);
	bool ciphers = class == P11L_CLASS_ENCRYPT || class == P11L_CLASS_DECRYPT;
	CK_ULONG signature;

	if (row == NULL || in_size > P11L_COLLECT_MAX || op->handed > P11L_COLLECT_MAX)
		return (struct p11l_room){0, 0};
	if (final && ciphers)
		return room_of_rest(op);
	switch (row->shape) {
	case MODULUS:
		return room_of_modulus(class, op->sizes.modulus, in_size);
	case FIXED:
		return (struct p11l_room){row->number, row->number};
	case STREAM:
		return (struct p11l_room){in_size, in_size};
	case PADDED:
		return room_of_padded(class, row->number, in_size);
	case TAGGED:
		return room_of_tagged(class, op->sizes.tag, in_size);
	default:
		signature = op->sizes.signature;
		return (struct p11l_room){signature, signature > 0 ? signature : SLACK};
	}
}
