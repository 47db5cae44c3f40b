/* SPDX-License-Identifier: MIT */
/*
 * The invariants: nothing that was asked is lost or means something else to the vendor, nothing
 * weaker is added, what only the token may state is never stated, an error stays an error, and
 * nothing is called twice.
 */
#include "fuzz.h"

static char text[300];

static const char *say(const char *what, CK_ATTRIBUTE_TYPE type)
{
	const char *name = p11l_name(P11L_SPACE_attribute, type);

	snprintf(text, sizeof(text), "%s: %s (0x%lx)", what, name != NULL ? name : "?", type);
	return text;
}

/* --- What a value means */

static CK_ULONG number_of(const struct fuzz_entry *entry)
{
	CK_ULONG value = 0;
	uint32_t shorter;

	if (entry->length == sizeof(shorter)) {
		memcpy(&shorter, entry->octets, sizeof(shorter));
		return shorter == UINT32_MAX ? CK_UNAVAILABLE_INFORMATION : shorter;
	}
	memcpy(&value, entry->octets, sizeof(value));
	return value;
}

static bool truth_of(const struct fuzz_entry *entry)
{
	for (CK_ULONG i = 0; i < entry->length; i++)
		if (entry->octets[i] != 0)
			return true;
	return false;
}

/* Whether the octets can be a value of the type. */
static bool is_valid(const struct fuzz_entry *entry)
{
	if (entry->is_null)
		return entry->length == 0;
	if (fuzz_is_bool(entry->type))
		return entry->length == 1 || entry->length == 4 || entry->length == 8;
	if (fuzz_is_number(entry->type))
		return entry->length == 4 || entry->length == 8;
	return true;
}

static bool is_same_big(const struct fuzz_entry *one, const struct fuzz_entry *other)
{
	CK_ULONG i = 0, k = 0;

	while (i < one->length && one->octets[i] == 0)
		i++;
	while (k < other->length && other->octets[k] == 0)
		k++;
	return one->length - i == other->length - k &&
	       memcmp(one->octets + i, other->octets + k, one->length - i) == 0;
}

struct part {
	const uint8_t *at;
	CK_ULONG length;
};

/* What is left of a point without the DER around it and the byte that says it is uncompressed. */
static struct part point_of(const struct fuzz_entry *entry)
{
	struct part part = {entry->octets, entry->length};

	if (part.length > 2 && part.at[0] == 0x04 && part.at[1] == part.length - 2)
		part = (struct part){part.at + 2, part.length - 2};
	else if (part.length > 3 && part.at[0] == 0x03 && part.at[1] == part.length - 2)
		part = (struct part){part.at + 3, part.length - 3};
	if (part.length == 65 && part.at[0] == 0x04)
		part = (struct part){part.at + 1, part.length - 1};
	return part;
}

static bool is_same_point(const struct fuzz_entry *one, const struct fuzz_entry *other)
{
	struct part first = point_of(one), second = point_of(other);

	return first.length == second.length && memcmp(first.at, second.at, first.length) == 0;
}

/* One of P-256, whether it lies on the curve or not. */
static bool is_point(const struct fuzz_entry *entry)
{
	return point_of(entry).length == 64;
}

static bool is_same_octets(const struct fuzz_entry *one, const struct fuzz_entry *other)
{
	return one->length == other->length && one->is_null == other->is_null &&
	       (one->is_null || memcmp(one->octets, other->octets, one->length) == 0);
}

bool fuzz_is_same(const struct fuzz_entry *one, const struct fuzz_entry *other)
{
	if (one->type != other->type)
		return false;
	if (is_same_octets(one, other) || (one->length == 0 && other->length == 0))
		return true;
	if (one->is_null || other->is_null || !is_valid(one) || !is_valid(other))
		return false;
	if (fuzz_is_bool(one->type))
		return truth_of(one) == truth_of(other);
	if (fuzz_is_number(one->type))
		return number_of(one) == number_of(other);
	if (fuzz_is_big(one->type))
		return is_same_big(one, other);
	return one->type == CKA_EC_POINT && is_same_point(one, other);
}

static const struct fuzz_entry *lookup(const struct fuzz_template *template, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < template->count; i++)
		if (template->entry[i].type == type)
			return &template->entry[i];
	return NULL;
}

static bool holds(const struct fuzz_template *template, const struct fuzz_entry *entry)
{
	for (CK_ULONG i = 0; i < template->count; i++)
		if (fuzz_is_same(&template->entry[i], entry))
			return true;
	return false;
}

/* --- What may be refused before the vendor is asked */

static bool is_owned(CK_ATTRIBUTE_TYPE type)
{
	return type == CKA_LOCAL || type == CKA_ALWAYS_SENSITIVE || type == CKA_NEVER_EXTRACTABLE ||
	       type == CKA_KEY_GEN_MECHANISM || type == CKA_UNIQUE_ID;
}

static bool is_twice(const struct fuzz_template *template, const struct fuzz_entry *entry)
{
	for (CK_ULONG i = 0; i < template->count; i++)
		if (template->entry[i].type == entry->type &&
		        !fuzz_is_same(&template->entry[i], entry))
			return true;
	return false;
}

/* A change that only ever makes a key weaker, or another kind of thing. */
static bool is_forbidden_change(const struct fuzz_call *call, const struct fuzz_entry *entry)
{
	if (call->use != FUZZ_SET && call->use != FUZZ_COPY)
		return false;
	return entry->type == CKA_SENSITIVE || entry->type == CKA_EXTRACTABLE ||
	       entry->type == CKA_CLASS || entry->type == CKA_KEY_TYPE ||
	       entry->type == CKA_WRAP_WITH_TRUSTED || entry->type == CKA_TRUSTED;
}

static CK_OBJECT_CLASS right_class(const struct fuzz_call *call, unsigned which)
{
	if (call->templates < 2)
		return call->class;
	return which == 0 ? CKO_PUBLIC_KEY : CKO_PRIVATE_KEY;
}

static bool contradicts(const struct fuzz_call *call, unsigned which)
{
	const struct fuzz_template *template = &call->asked[which];
	const struct fuzz_entry *class = lookup(template, CKA_CLASS);
	const struct fuzz_entry *type = lookup(template, CKA_KEY_TYPE);

	return (class != NULL && number_of(class) != right_class(call, which)) ||
	       (type != NULL && number_of(type) != call->key_type);
}

/* Attributes that the halves of a pair say different things about. */
static bool halves_differ(const struct fuzz_call *call)
{
	if (call->templates < 2)
		return false;
	for (CK_ULONG i = 0; i < call->asked[1].count; i++) {
		const struct fuzz_entry *entry = &call->asked[1].entry[i];
		const struct fuzz_entry *other = lookup(&call->asked[0], entry->type);

		if (other != NULL && !fuzz_is_same(entry, other))
			return true;
	}
	return false;
}

static bool may_refuse_template(const struct fuzz_call *call, unsigned which)
{
	const struct fuzz_template *template = &call->asked[which];
	const struct fuzz_entry *point = lookup(template, CKA_EC_POINT);
	const struct fuzz_entry *value = lookup(template, CKA_VALUE);
	const struct fuzz_entry *length = lookup(template, CKA_VALUE_LEN);

	if (template->is_null || contradicts(call, which))
		return true;
	if (point != NULL && !is_point(point))
		return true;
	if (value != NULL && length != NULL && number_of(length) != value->length)
		return true;
	for (CK_ULONG i = 0; i < template->count; i++) {
		const struct fuzz_entry *entry = &template->entry[i];

		if (!is_valid(entry) || is_owned(entry->type) || is_twice(template, entry) ||
		        is_forbidden_change(call, entry))
			return true;
	}
	return false;
}

static bool may_refuse(const struct fuzz_call *call)
{
	for (unsigned i = 0; i < call->templates; i++)
		if (may_refuse_template(call, i))
			return true;
	return halves_differ(call);
}

/* --- What may be lost or added */

/* The length of a value that is there itself, and what the other half of the pair has. */
static bool may_be_lost(
        const struct fuzz_call *call, unsigned which, const struct fuzz_entry *entry)
{
	const struct fuzz_entry *value = lookup(&call->asked[which], CKA_VALUE);

	if (entry->type == CKA_VALUE_LEN && value != NULL && is_valid(entry) &&
	        number_of(entry) == value->length)
		return true;
	return call->templates == 2 && holds(&call->asked[1 - which], entry);
}

static bool asks_for_usage(const struct fuzz_call *call)
{
	for (unsigned i = 0; i < call->templates; i++)
		for (CK_ULONG k = 0; k < call->asked[i].count; k++)
			if (fuzz_is_usage(call->asked[i].entry[k].type))
				return true;
	return false;
}

static bool is_usual_exponent(const struct fuzz_entry *entry)
{
	static const uint8_t exponent[] = {1, 0, 1};

	return entry->length == sizeof(exponent) &&
	       memcmp(entry->octets, exponent, sizeof(exponent)) == 0;
}

/* The strong value of what decides on secrecy, for a key that is secret. */
static bool keeps_secret(const struct fuzz_entry *entry, CK_OBJECT_CLASS class)
{
	return class != CKO_PUBLIC_KEY && truth_of(entry) == (entry->type != CKA_EXTRACTABLE);
}

static bool may_be_added(
        const struct fuzz_call *call, unsigned which, const struct fuzz_entry *entry)
{
	const struct fuzz_entry *given = lookup(&call->asked[which], CKA_CLASS);
	CK_OBJECT_CLASS class = right_class(call, which);

	if (given != NULL && is_valid(given) && call->use == FUZZ_CREATE)
		class = number_of(given);
	if (!is_valid(entry) || call->use == FUZZ_COPY || call->use == FUZZ_SET)
		return false;
	switch (entry->type) {
	case CKA_CLASS:
		return number_of(entry) == class;
	case CKA_KEY_TYPE:
		return number_of(entry) == call->key_type;
	case CKA_PRIVATE:
	case CKA_SENSITIVE:
	case CKA_EXTRACTABLE:
		return call->fills_in && keeps_secret(entry, class);
	case CKA_PUBLIC_EXPONENT:
		return is_usual_exponent(entry) && call->mechanism == CKM_RSA_PKCS_KEY_PAIR_GEN &&
		       which == 0;
	default:
		return call->fills_in && fuzz_is_usage(entry->type) && !asks_for_usage(call);
	}
}

/* No key both signs and decrypts, or both wraps and decrypts, when nobody asked for any usage. */
static bool mixes_usages(const struct fuzz_template *got)
{
	const struct fuzz_entry *decrypts = lookup(got, CKA_DECRYPT);
	const struct fuzz_entry *signs = lookup(got, CKA_SIGN);
	const struct fuzz_entry *wraps = lookup(got, CKA_WRAP);

	return decrypts != NULL && truth_of(decrypts) &&
	       ((signs != NULL && truth_of(signs)) || (wraps != NULL && truth_of(wraps)));
}

/* CKA_VALUE is a number in keys for Diffie-Hellman and DSA, unless this is a secret key. */
static bool value_is_number(const struct fuzz_template *asked)
{
	const struct fuzz_entry *class = lookup(asked, CKA_CLASS);
	const struct fuzz_entry *type = lookup(asked, CKA_KEY_TYPE);

	if (type == NULL || !is_valid(type) ||
	        (class != NULL && !class->is_null && is_valid(class) &&
	                number_of(class) == CKO_SECRET_KEY))
		return false;
	return number_of(type) == CKK_DSA || number_of(type) == CKK_DH ||
	       number_of(type) == CKK_X9_42_DH;
}

/* Whether a template has the entry, or what means the same in such a key. */
static bool keeps(const struct fuzz_call *call, unsigned which,
        const struct fuzz_template *template, const struct fuzz_entry *entry)
{
	const struct fuzz_entry *value = lookup(template, CKA_VALUE);

	return holds(template, entry) ||
	       (entry->type == CKA_VALUE && value != NULL && value_is_number(&call->asked[which]) &&
	               is_same_big(value, entry));
}

static const char *judge_template(const struct fuzz_call *call, unsigned which)
{
	const struct fuzz_template *asked = &call->asked[which], *got = &call->got[which];

	for (CK_ULONG i = 0; i < asked->count && !asked->is_null; i++)
		if (!keeps(call, which, got, &asked->entry[i]) &&
		        !may_be_lost(call, which, &asked->entry[i]))
			return say("asked for and lost", asked->entry[i].type);
	for (CK_ULONG i = 0; i < got->count; i++) {
		const struct fuzz_entry *entry = &got->entry[i];

		if (lookup(asked, entry->type) != NULL ? !keeps(call, which, asked, entry)
		                                       : !may_be_added(call, which, entry))
			return say("not asked for", entry->type);
		if (is_twice(got, entry))
			return say("two values reach the vendor", entry->type);
	}
	if (!asks_for_usage(call) && mixes_usages(got))
		return "usages are added that do not go together";
	return NULL;
}

const char *fuzz_judge(const struct fuzz_call *call)
{
	const char *wrong = NULL;

	if (call->calls > 1)
		return "the vendor is called more than once";
	if (call->calls == 0) {
		if (call->rv == CKR_OK)
			return "a call succeeds that the vendor has not seen";
		return may_refuse(call) ? NULL : "a call is refused that nothing is wrong with";
	}
	if ((call->rv == CKR_OK) != (call->vendor_rv == CKR_OK))
		return "the vendor's answer is turned over";
	for (unsigned i = 0; i < call->templates && wrong == NULL; i++)
		wrong = judge_template(call, i);
	return wrong;
}
