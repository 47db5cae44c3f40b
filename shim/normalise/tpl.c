/* SPDX-License-Identifier: MIT */
/* Family TPL: what templates say, and how. */
#define _GNU_SOURCE
#include "template.h"

#include <stdio.h>
#include <string.h>

static bool is_one_of(CK_ATTRIBUTE_TYPE type, const CK_ATTRIBUTE_TYPE *types, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (types[i] == type)
			return true;
	return false;
}
#define IS_ONE_OF(type, types) is_one_of(type, types, sizeof(types) / sizeof((types)[0]))

/* "257 octets" */
static void note_sizes(const struct p11l_request *request, unsigned rule, CK_ATTRIBUTE_TYPE type,
        CK_ULONG before, CK_ULONG after)
{
	char from[32], to[32];

	snprintf(from, sizeof(from), "%lu octets", before);
	snprintf(to, sizeof(to), "%lu", after);
	p11l_step_note(request, rule, type, from, to);
}

/* --- TPL-12 */

CK_RV p11l_step_token_only(struct p11l_request *request)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
	        CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE, CKA_KEY_GEN_MECHANISM};
	const CK_ATTRIBUTE *entry;

	for (CK_ULONG i = 0; (entry = p11l_template_at(request->template, i)) != NULL; i++) {
		if (!IS_ONE_OF(entry->type, types))
			continue;
		p11l_step_note(
		        request, P11L_RULE_TPL_12, entry->type, "given", "CKR_ATTRIBUTE_READ_ONLY");
		return CKR_ATTRIBUTE_READ_ONLY;
	}
	return CKR_OK;
}

/* --- TPL-6 */

/* A boolean of any size that an integer may have: whatever is not zero is true. */
static CK_RV encode_bool(struct p11l_request *request, CK_ULONG place)
{
	static const CK_BBOOL octets[] = {CK_FALSE, CK_TRUE};
	const CK_ATTRIBUTE entry = *p11l_template_at(request->template, place);
	bool is_integer = entry.ulValueLen == 1 || entry.ulValueLen == 2 || entry.ulValueLen == 4 ||
	                  entry.ulValueLen == 8;
	const CK_BYTE *value = is_integer ? p11l_template_value(&entry) : NULL;
	bool is = false;

	if (value == NULL || (entry.ulValueLen == 1 && value[0] <= CK_TRUE))
		return CKR_OK;
	for (CK_ULONG i = 0; i < entry.ulValueLen; i++)
		is |= value[i] != 0;
	note_sizes(request, P11L_RULE_TPL_6, entry.type, entry.ulValueLen, 1);
	return p11l_template_point_at(request->template, place, &octets[is], sizeof(octets[is]));
}

/* A number in the width that CK_ULONG has where the host was not compiled for. */
static CK_RV encode_number(struct p11l_request *request, CK_ULONG place)
{
	const CK_ATTRIBUTE entry = *p11l_template_at(request->template, place);
	const CK_BYTE *value;
	uint32_t narrow;
	CK_ULONG wide;

	if (entry.ulValueLen != sizeof(narrow) || sizeof(narrow) == sizeof(wide))
		return CKR_OK;
	value = p11l_template_value(&entry);
	if (value == NULL)
		return CKR_OK;
	memcpy(&narrow, value, sizeof(narrow));
	wide = narrow == UINT32_MAX ? CK_UNAVAILABLE_INFORMATION : narrow;
	note_sizes(request, P11L_RULE_TPL_6, entry.type, sizeof(narrow), sizeof(wide));
	return p11l_template_put_at(request->template, place, &wide, sizeof(wide));
}

CK_RV p11l_step_encoding(struct p11l_request *request)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0;
	        rv == CKR_OK && (entry = p11l_template_at(request->template, i)) != NULL; i++) {
		const struct p11l_attribute *known = p11l_find_attribute(entry->type);

		switch (known != NULL ? known->value.role : P11L_ROLE_BYTES) {
		case P11L_ROLE_BOOL:
			rv = encode_bool(request, i);
			break;
		case P11L_ROLE_ULONG:
		case P11L_ROLE_ENUM:
		case P11L_ROLE_FLAGS:
		case P11L_ROLE_PARAMETER_SET:
			rv = encode_number(request, i);
			break;
		default:
			break;
		}
	}
	return rv;
}

/* --- TPL-13 */

/* Whether both can be read, and are the same. */
static bool is_same(const CK_ATTRIBUTE *entry, const CK_ATTRIBUTE *other)
{
	const CK_BYTE *value = p11l_template_value(entry), *twin = p11l_template_value(other);

	return value != NULL && twin != NULL && entry->ulValueLen == other->ulValueLen &&
	       memcmp(value, twin, entry->ulValueLen) == 0;
}

CK_RV p11l_step_twins(struct p11l_request *request)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 1;
	        rv == CKR_OK && (entry = p11l_template_at(request->template, i)) != NULL; i++) {
		const CK_ATTRIBUTE *first = p11l_template_find(request->template, entry->type);
		bool same;

		if (first == entry)
			continue;
		same = is_same(entry, first);
		p11l_step_note(request, P11L_RULE_TPL_13, entry->type,
		        same ? "twice" : "two values", same ? "once" : "CKR_TEMPLATE_INCONSISTENT");
		rv = same ? p11l_template_remove_at(request->template, i--)
		          : CKR_TEMPLATE_INCONSISTENT;
	}
	return rv;
}

/* --- TPL-7 */

static bool is_big(const struct p11l_request *request, CK_ATTRIBUTE_TYPE type)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_MODULUS, CKA_PUBLIC_EXPONENT,
	        CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2,
	        CKA_COEFFICIENT, CKA_PRIME, CKA_SUBPRIME, CKA_BASE};

	if (type == CKA_VALUE)
		return request->class != CKO_SECRET_KEY &&
		       (request->key_type == CKK_DSA || request->key_type == CKK_DH ||
		               request->key_type == CKK_X9_42_DH);
	return IS_ONE_OF(type, types);
}

CK_RV p11l_step_big(struct p11l_request *request)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0;
	        rv == CKR_OK && (entry = p11l_template_at(request->template, i)) != NULL; i++) {
		const CK_BYTE *value =
		        is_big(request, entry->type) ? p11l_template_value(entry) : NULL;
		CK_ULONG size = entry->ulValueLen, zeros = 0;

		while (value != NULL && zeros + 1 < size && value[zeros] == 0)
			zeros++;
		if (zeros == 0)
			continue;
		note_sizes(request, P11L_RULE_TPL_7, entry->type, size, size - zeros);
		rv = p11l_template_point_at(request->template, i, value + zeros, size - zeros);
	}
	return rv;
}

/* --- TPL-2 */

/* Where an attribute of a key pair belongs, and the boolean that says nothing in the other half. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	enum p11l_half half;
	enum { IDLE_FALSE, IDLE_TRUE, NEVER_IDLE } idle;
} places[] = {
        {CKA_MODULUS_BITS, P11L_HALF_PUBLIC, NEVER_IDLE},
        {CKA_PUBLIC_EXPONENT, P11L_HALF_PUBLIC, NEVER_IDLE},
        {CKA_EC_PARAMS, P11L_HALF_PUBLIC, NEVER_IDLE},
        {CKA_PRIME, P11L_HALF_PUBLIC, NEVER_IDLE},
        {CKA_SUBPRIME, P11L_HALF_PUBLIC, NEVER_IDLE},
        {CKA_BASE, P11L_HALF_PUBLIC, NEVER_IDLE},
        {CKA_ENCRYPT, P11L_HALF_PUBLIC, IDLE_FALSE},
        {CKA_VERIFY, P11L_HALF_PUBLIC, IDLE_FALSE},
        {CKA_VERIFY_RECOVER, P11L_HALF_PUBLIC, IDLE_FALSE},
        {CKA_WRAP, P11L_HALF_PUBLIC, IDLE_FALSE},
        {CKA_ENCAPSULATE, P11L_HALF_PUBLIC, IDLE_FALSE},
        {CKA_DECRYPT, P11L_HALF_PRIVATE, IDLE_FALSE},
        {CKA_SIGN, P11L_HALF_PRIVATE, IDLE_FALSE},
        {CKA_SIGN_RECOVER, P11L_HALF_PRIVATE, IDLE_FALSE},
        {CKA_UNWRAP, P11L_HALF_PRIVATE, IDLE_FALSE},
        {CKA_DECAPSULATE, P11L_HALF_PRIVATE, IDLE_FALSE},
        {CKA_SENSITIVE, P11L_HALF_PRIVATE, IDLE_FALSE},
        {CKA_EXTRACTABLE, P11L_HALF_PRIVATE, IDLE_TRUE},
};

/* Whether an attribute says nothing where it stands, so that another value elsewhere is no quarrel.
 */
static bool says_nothing(const struct p11l_request *request, size_t i)
{
	bool value;

	return places[i].idle != NEVER_IDLE &&
	       p11l_template_bool(request->template, places[i].type, &value) &&
	       value == (places[i].idle == IDLE_TRUE);
}

/* An attribute that only the wrong half has stays there: what that means is the vendor's to say. */
static CK_RV compare_halves(struct p11l_request *request, size_t i)
{
	const CK_ATTRIBUTE_TYPE type = places[i].type;
	const CK_ATTRIBUTE *entry = p11l_template_find(request->template, type);
	const CK_ATTRIBUTE *twin = p11l_template_find(request->other->template, type);

	if (entry == NULL || twin == NULL || p11l_template_value(entry) == NULL ||
	        p11l_template_value(twin) == NULL)
		return CKR_OK;
	if (is_same(entry, twin)) {
		p11l_step_note(request, P11L_RULE_TPL_2, type, "as in the other half", "left out");
		return p11l_template_remove(request->template, type);
	}
	if (says_nothing(request, i))
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_TPL_2, type, "another value in the other half",
	        "CKR_TEMPLATE_INCONSISTENT");
	return CKR_TEMPLATE_INCONSISTENT;
}

CK_RV p11l_step_wrong_half(struct p11l_request *request)
{
	CK_RV rv = CKR_OK;

	if (request->other == NULL || request->other->template->opaque)
		return CKR_OK;
	for (size_t i = 0; rv == CKR_OK && i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i].half != request->half)
			rv = compare_halves(request, i);
	return rv;
}

/* --- TPL-11 */

static CK_RV contradict(const struct p11l_request *request, CK_ATTRIBUTE_TYPE type)
{
	p11l_step_note(request, P11L_RULE_TPL_11, type, "not what the mechanism makes",
	        "CKR_TEMPLATE_INCONSISTENT");
	return CKR_TEMPLATE_INCONSISTENT;
}

static CK_RV add_implied(struct p11l_request *request, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	unsigned space = type == CKA_CLASS ? P11L_SPACE_object_class : P11L_SPACE_key_type;

	if (value == P11L_ANY || p11l_template_find(request->template, type) != NULL)
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_TPL_11, type, "none", p11l_name(space, value));
	return p11l_template_put_number(request->template, type, value);
}

/*
 * Every vendor knows what its mechanisms generate, so that nothing is added there; for other new
 * keys most want to be told.
 */
CK_RV p11l_step_implied(struct p11l_request *request)
{
	CK_ULONG class = P11L_ANY, key_type = P11L_ANY;
	bool strict = request->mechanism != NULL &&
	              p11l_implied(request->mechanism->mechanism, &class, &key_type);
	CK_RV rv;

	if (request->half != P11L_HALF_NONE)
		class = request->half == P11L_HALF_PUBLIC ? CKO_PUBLIC_KEY : CKO_PRIVATE_KEY;
	if (request->use == P11L_USE_GENERATE) {
		if (class != P11L_ANY && request->class != class)
			return contradict(request, CKA_CLASS);
		if (strict && key_type != P11L_ANY && request->key_type != key_type)
			return contradict(request, CKA_KEY_TYPE);
		return CKR_OK;
	}
	if (request->use != P11L_USE_DERIVE)
		return CKR_OK;
	if (request->function != P11L_C_DeriveKey)
		class = CKO_SECRET_KEY;
	rv = add_implied(request, CKA_CLASS, class);
	return rv == CKR_OK ? add_implied(request, CKA_KEY_TYPE, key_type) : rv;
}

/* --- TPL-3 */

static CK_RV leave_out_length(struct p11l_request *request, const char *why)
{
	p11l_step_note(request, P11L_RULE_TPL_3, CKA_VALUE_LEN, why, "left out");
	return p11l_template_remove(request->template, CKA_VALUE_LEN);
}

static CK_RV refuse_length(const struct p11l_request *request)
{
	p11l_step_note(request, P11L_RULE_TPL_3, CKA_VALUE_LEN, "not that of CKA_VALUE",
	        "CKR_TEMPLATE_INCONSISTENT");
	return CKR_TEMPLATE_INCONSISTENT;
}

CK_RV p11l_step_value_len(struct p11l_request *request)
{
	const CK_ATTRIBUTE *value = p11l_template_find(request->template, CKA_VALUE);
	const struct p11l_attribute_rule *row;
	CK_ULONG length;

	if (!p11l_template_number(request->template, CKA_VALUE_LEN, &length))
		return CKR_OK;
	if (request->use == P11L_USE_CREATE)
		return value == NULL ? CKR_OK
		       : value->ulValueLen == length
		               ? leave_out_length(request, "that of CKA_VALUE")
		               : refuse_length(request);
	row = p11l_attribute_row(
	        request->rules, request->use, request->class, request->key_type, CKA_VALUE_LEN);
	if (row == NULL || row->verb != P11L_VERB_OMIT || length != p11l_bound_length(request))
		return CKR_OK;
	return leave_out_length(request, "as it is bound to be");
}

/* --- TPL-1 */

/* Values that are the default everywhere, for what some vendors do not know. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL value;
} idle[] = {
        {CKA_ALWAYS_AUTHENTICATE, CK_FALSE},
        {CKA_TRUSTED, CK_FALSE},
        {CKA_WRAP_WITH_TRUSTED, CK_FALSE},
        {CKA_COPYABLE, CK_TRUE},
        {CKA_DESTROYABLE, CK_TRUE},
        {CKA_MODIFIABLE, CK_TRUE},
};

static const CK_ATTRIBUTE_TYPE idle_when_empty[] = {
        CKA_LABEL, CKA_ID, CKA_START_DATE, CKA_END_DATE};

bool p11l_asks_nothing(const CK_ATTRIBUTE *entry)
{
	const CK_BYTE *value = p11l_template_value(entry);

	if (value == NULL)
		return false;
	if (entry->ulValueLen == 0)
		return IS_ONE_OF(entry->type, idle_when_empty);
	if (entry->ulValueLen != sizeof(CK_BBOOL))
		return false;
	if (p11l_is_usage(entry->type))
		return value[0] == CK_FALSE;
	for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
		if (idle[i].type == entry->type)
			return idle[i].value == value[0];
	return false;
}

/* A usage that is FALSE is left out only where a row says so: at some vendors TRUE is the default.
 */
CK_RV p11l_step_idle(struct p11l_request *request)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0;
	        rv == CKR_OK && (entry = p11l_template_at(request->template, i)) != NULL; i++) {
		if (p11l_is_usage(entry->type) || !p11l_asks_nothing(entry))
			continue;
		p11l_step_note(
		        request, P11L_RULE_TPL_1, entry->type, "asks for nothing", "left out");
		rv = p11l_template_remove_at(request->template, i--);
	}
	return rv;
}
