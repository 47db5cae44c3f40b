/* SPDX-License-Identifier: MIT */
/* Family DEF: what a template leaves open. */
#include "template.h"

#include <string.h>

/* Whether a row keeps the vendor from getting a value for this that nobody gave. */
static bool stays_open(const struct p11l_request *request, CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute_rule *row = p11l_attribute_row(
	        request->rules, request->use, request->class, request->key_type, type);

	return row != NULL && row->verb >= P11L_VERB_DROP;
}

static CK_RV add(struct p11l_request *request, unsigned rule, CK_ATTRIBUTE_TYPE type, bool value)
{
	if (p11l_template_find(request->template, type) != NULL || stays_open(request, type))
		return CKR_OK;
	p11l_step_note(request, rule, type, "none", value ? "TRUE" : "FALSE");
	return p11l_template_put_bool(request->template, type, value);
}

/* Whether an object gets all that portable promises, or a session object as the vendor has it. */
static bool is_kept(const struct p11l_request *request)
{
	return request->token || p11l_option(request->rules, P11L_NORMALISE_SESSION_DEFAULTS) ==
	                                 P11L_DEFAULTS_PORTABLE;
}

/* --- DEF-1, DEF-2, DEF-5, DEF-6 */

/* Without a user a private object cannot be made, so that asking for one would fail. */
static bool is_user_logged_in(const struct p11l_request *request)
{
	CK_SESSION_INFO info;

	memset(&info, 0, sizeof(info));
	return request->below->C_GetSessionInfo(request->session, &info) == CKR_OK &&
	       (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
}

CK_RV p11l_step_private(struct p11l_request *request)
{
	if (!p11l_is_secret(request) || !is_kept(request) ||
	        p11l_template_find(request->template, CKA_PRIVATE) != NULL ||
	        !is_user_logged_in(request))
		return CKR_OK;
	return add(request, P11L_RULE_DEF_1, CKA_PRIVATE, true);
}

CK_RV p11l_step_sensitive(struct p11l_request *request)
{
	if (!p11l_is_secret(request) || !is_kept(request))
		return CKR_OK;
	return add(request, P11L_RULE_DEF_2, CKA_SENSITIVE, true);
}

CK_RV p11l_step_retained(struct p11l_request *request)
{
	if (!p11l_is_secret(request) || !is_kept(request))
		return CKR_OK;
	return add(request, P11L_RULE_DEF_6, CKA_EXTRACTABLE, false);
}

CK_RV p11l_step_stated(struct p11l_request *request)
{
	CK_RV rv;

	if (!p11l_is_secret(request))
		return CKR_OK;
	rv = add(request, P11L_RULE_DEF_5, CKA_PRIVATE, true);
	return rv == CKR_OK ? add(request, P11L_RULE_DEF_5, CKA_SENSITIVE, true) : rv;
}

/* --- DEF-4 */

void p11l_compare_place(const struct p11l_request *request, CK_OBJECT_HANDLE object)
{
	CK_BBOOL is = CK_FALSE;
	CK_ATTRIBUTE read = {CKA_TOKEN, &is, sizeof(is)};
	bool asked = false;

	p11l_template_bool(request->template, CKA_TOKEN, &asked);
	if (!p11l_on(request->rules, P11L_RULE_DEF_4) ||
	        request->below->C_GetAttributeValue(request->session, object, &read, 1) != CKR_OK ||
	        (is != CK_FALSE) == asked)
		return;
	p11l_step_note(request, P11L_RULE_DEF_4, CKA_TOKEN, asked ? "TRUE" : "FALSE or none",
	        is != CK_FALSE ? "is TRUE" : "is FALSE");
}

/* --- DEF-11 */

/* Whether the template has the stronger value of an attribute that the object has not got. */
static bool is_weaker(const struct p11l_request *request, CK_ATTRIBUTE_TYPE type, bool strong,
        const CK_ATTRIBUTE *read)
{
	bool asked = !strong;

	p11l_template_bool(request->template, type, &asked);
	return asked == strong && read->ulValueLen == sizeof(CK_BBOOL) &&
	       (*(const CK_BBOOL *)read->pValue != CK_FALSE) != strong;
}

void p11l_strengthen(const struct p11l_request *request, CK_OBJECT_HANDLE object)
{
	CK_BBOOL is[] = {CK_TRUE, CK_FALSE}, yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE read[] = {{CKA_SENSITIVE, &is[0], 1}, {CKA_EXTRACTABLE, &is[1], 1}};
	CK_ATTRIBUTE write[2];
	CK_ULONG count = 0;
	CK_RV rv;

	if (request->use != P11L_USE_UNWRAP || !p11l_on(request->rules, P11L_RULE_DEF_11))
		return;
	request->below->C_GetAttributeValue(request->session, object, read, 2);
	if (is_weaker(request, CKA_SENSITIVE, true, &read[0]))
		write[count++] = (CK_ATTRIBUTE){CKA_SENSITIVE, &yes, sizeof(yes)};
	if (is_weaker(request, CKA_EXTRACTABLE, false, &read[1]))
		write[count++] = (CK_ATTRIBUTE){CKA_EXTRACTABLE, &no, sizeof(no)};
	if (count == 0)
		return;
	rv = request->below->C_SetAttributeValue(request->session, object, write, count);
	for (CK_ULONG i = 0; i < count; i++)
		p11l_step_note(request, P11L_RULE_DEF_11, write[i].type, "ignored",
		        rv == CKR_OK ? "set" : "cannot be set");
}

/* --- DEF-3 */

/* The usages of p11l_usages as bits. */
enum {
	ENCRYPT = 1 << 0,
	DECRYPT = 1 << 1,
	SIGN = 1 << 2,
	SIGN_RECOVER = 1 << 3,
	VERIFY = 1 << 4,
	VERIFY_RECOVER = 1 << 5,
	WRAP = 1 << 6,
	UNWRAP = 1 << 7,
	DERIVE = 1 << 8,
	ENCAPSULATE = 1 << 9,
	DECAPSULATE = 1 << 10,
};

/* What a key is for when nobody says: one purpose, not all that its algorithm could do. */
static const struct {
	CK_KEY_TYPE type;
	unsigned key, public; /* of a private or secret key, and of a public one */
} purposes[] = {
        {CKK_RSA, SIGN, VERIFY},
        {CKK_EC, SIGN, VERIFY},
        {CKK_EC_EDWARDS, SIGN, VERIFY},
        {CKK_EC_MONTGOMERY, DERIVE, 0},
        {CKK_DSA, SIGN, VERIFY},
        {CKK_DH, DERIVE, 0},
        {CKK_X9_42_DH, DERIVE, 0},
        {CKK_ML_DSA, SIGN, VERIFY},
        {CKK_SLH_DSA, SIGN, VERIFY},
        {CKK_HSS, SIGN, VERIFY},
        {CKK_XMSS, SIGN, VERIFY},
        {CKK_XMSSMT, SIGN, VERIFY},
        {CKK_ML_KEM, DECAPSULATE, ENCAPSULATE},
        {CKK_AES, ENCRYPT | DECRYPT, 0},
        {CKK_AES_XTS, ENCRYPT | DECRYPT, 0},
        {CKK_DES2, ENCRYPT | DECRYPT, 0},
        {CKK_DES3, ENCRYPT | DECRYPT, 0},
        {CKK_CAMELLIA, ENCRYPT | DECRYPT, 0},
        {CKK_ARIA, ENCRYPT | DECRYPT, 0},
        {CKK_SEED, ENCRYPT | DECRYPT, 0},
        {CKK_CHACHA20, ENCRYPT | DECRYPT, 0},
        {CKK_GENERIC_SECRET, SIGN | VERIFY, 0},
        {CKK_SHA_1_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA224_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA256_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA384_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA512_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA3_224_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA3_256_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA3_384_HMAC, SIGN | VERIFY, 0},
        {CKK_SHA3_512_HMAC, SIGN | VERIFY, 0},
        {CKK_POLY1305, SIGN | VERIFY, 0},
        {CKK_HKDF, DERIVE, 0},
};

static bool find_purpose(const struct p11l_request *request, unsigned *purpose)
{
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		if (purposes[i].type != request->key_type)
			continue;
		*purpose = request->class == CKO_PUBLIC_KEY ? purposes[i].public : purposes[i].key;
		return true;
	}
	return false;
}

/*
 * The usages to be denied, so that the key is the same at a vendor that grants everything. Recovery
 * is denied only to vendors that are known, because some know no such attribute.
 */
static unsigned others(const struct p11l_request *request)
{
	bool known = request->rules->profile != NULL;

	switch (request->class) {
	case CKO_PUBLIC_KEY:
		return ENCRYPT | VERIFY | WRAP | DERIVE | (known ? VERIFY_RECOVER : 0u);
	case CKO_PRIVATE_KEY:
		return DECRYPT | SIGN | UNWRAP | DERIVE | (known ? SIGN_RECOVER : 0u);
	default:
		return ENCRYPT | DECRYPT | SIGN | VERIFY | WRAP | UNWRAP | DERIVE;
	}
}

CK_RV p11l_step_usage(struct p11l_request *request)
{
	bool imported = request->use == P11L_USE_CREATE && request->class == CKO_PUBLIC_KEY;
	unsigned granted, named;
	CK_RV rv = CKR_OK;

	if (!request->usage_open ||
	        (!p11l_is_secret(request) && request->class != CKO_PUBLIC_KEY) ||
	        !find_purpose(request, &granted))
		return CKR_OK;
	named = granted | (is_kept(request) && !imported ? others(request) : 0);
	for (unsigned i = 0; rv == CKR_OK && i < p11l_usage_count; i++)
		if ((named >> i & 1) != 0)
			rv = add(request, P11L_RULE_DEF_3, p11l_usages[i], (granted >> i & 1) != 0);
	return rv;
}

/* --- DEF-7 */

static bool makes_rsa(const struct p11l_request *request)
{
	CK_ULONG class, key_type = P11L_ANY;

	return request->mechanism != NULL && request->half == P11L_HALF_PUBLIC &&
	       p11l_implied(request->mechanism->mechanism, &class, &key_type) &&
	       key_type == CKK_RSA;
}

CK_RV p11l_step_exponent(struct p11l_request *request)
{
	static const CK_BYTE usual[] = {1, 0, 1};
	const CK_ATTRIBUTE *given = p11l_template_find(request->template, CKA_PUBLIC_EXPONENT);
	const CK_BYTE *value;
	CK_ULONG zeros = 0;

	if (!makes_rsa(request) || (given == NULL && stays_open(request, CKA_PUBLIC_EXPONENT)))
		return CKR_OK;
	if (given == NULL) {
		p11l_step_note(request, P11L_RULE_DEF_7, CKA_PUBLIC_EXPONENT, "none", "65537");
		return p11l_template_point(
		        request->template, CKA_PUBLIC_EXPONENT, usual, sizeof(usual));
	}
	value = p11l_template_value(given);
	while (value != NULL && zeros + 1 < given->ulValueLen && value[zeros] == 0)
		zeros++;
	if (zeros == 0)
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_DEF_7, CKA_PUBLIC_EXPONENT, "leading zeros", "none");
	return p11l_template_point(
	        request->template, CKA_PUBLIC_EXPONENT, value + zeros, given->ulValueLen - zeros);
}
