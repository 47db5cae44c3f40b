/* SPDX-License-Identifier: MIT */
/* What the standard says of attributes: the tables of spec/ asked for what reading them needs. */
#include "highlevel/object/kind.h"

#include "highlevel/api/object.h"
#include "highlevel/refuse.h"
#include "shim/spec.h"

#include <string.h>

enum p11l_kind_of_value p11l_value_kind(CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	switch (row != NULL ? row->value.role : P11L_ROLE_BYTES) {
	case P11L_ROLE_BOOL:
		return P11L_VALUE_BOOL;
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_PARAMETER_SET:
		return P11L_VALUE_ULONG;
	case P11L_ROLE_DATE:
		return P11L_VALUE_DATE;
	default:
		return P11L_VALUE_OTHER;
	}
}

CK_ULONG p11l_value_room(CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise)
{
	static const CK_ULONG room[] = {[P11L_VALUE_BOOL] = sizeof(CK_BBOOL),
	        [P11L_VALUE_ULONG] = sizeof(CK_ULONG),
	        [P11L_VALUE_DATE] = sizeof(CK_DATE)};
	enum p11l_kind_of_value kind = p11l_value_kind(type);

	return kind == P11L_VALUE_OTHER ? otherwise : room[kind];
}

bool p11l_value_is_secret(CK_ATTRIBUTE_TYPE type, CK_OBJECT_CLASS object_class)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	switch (object_class) {
	case CKO_PUBLIC_KEY:
	case CKO_CERTIFICATE:
	case CKO_DOMAIN_PARAMETERS:
		return false;
	default:
		return row != NULL && row->value.secrecy >= P11L_KEY;
	}
}

bool p11l_value_is_template(CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	return row != NULL && row->value.role == P11L_ROLE_TEMPLATE;
}

/* Texts may come back with NULs behind them. */
static CK_ULONG text_length(const CK_ATTRIBUTE *text)
{
	const char *octets = text->pValue;
	CK_ULONG length = text->ulValueLen;

	while (length > 0 && octets[length - 1] == '\0')
		length--;
	return length;
}

static bool same(const CK_ATTRIBUTE *one, const CK_ATTRIBUTE *other, CK_ULONG size)
{
	return size == 0 || memcmp(one->pValue, other->pValue, size) == 0;
}

bool p11l_value_agrees(const CK_ATTRIBUTE *one, const CK_ATTRIBUTE *other)
{
	bool same_size = one->ulValueLen == other->ulValueLen;

	switch (p11l_value_kind(one->type)) {
	case P11L_VALUE_BOOL:
		return !same_size || one->ulValueLen != sizeof(CK_BBOOL) ||
		       (*(CK_BBOOL *)one->pValue != CK_FALSE) ==
		               (*(CK_BBOOL *)other->pValue != CK_FALSE);
	case P11L_VALUE_ULONG:
		return !same_size || same(one, other, one->ulValueLen);
	default:
		break;
	}
	if (one->type == CKA_ID)
		return same_size && same(one, other, one->ulValueLen);
	if (one->type == CKA_LABEL)
		return text_length(one) == text_length(other) && same(one, other, text_length(one));
	return true;
}

const char *p11l_class_word(CK_OBJECT_CLASS object_class)
{
	static const char *const words[] = {[CKO_DATA] = "data object",
	        [CKO_CERTIFICATE] = "certificate",
	        [CKO_PUBLIC_KEY] = "public key",
	        [CKO_PRIVATE_KEY] = "private key",
	        [CKO_SECRET_KEY] = "secret key",
	        [CKO_HW_FEATURE] = "hardware feature",
	        [CKO_DOMAIN_PARAMETERS] = "domain parameters"};

	return object_class < sizeof(words) / sizeof(words[0]) ? words[object_class] : "object";
}

static CK_RV refuse_value(const CK_ATTRIBUTE *entry, CK_ULONG size, const char *what)
{
	const char *name = p11l_name(P11L_SPACE_attribute, entry->type);

	return p11l_refuse(CKR_ATTRIBUTE_VALUE_INVALID, name, NULL,
	        "has %lu octets, but is %s, which has %lu", entry->ulValueLen, what, size);
}

static CK_RV check_value(const CK_ATTRIBUTE *entry)
{
	static const char *const what[] = {[P11L_VALUE_BOOL] = "a CK_BBOOL",
	        [P11L_VALUE_ULONG] = "a CK_ULONG",
	        [P11L_VALUE_DATE] = "a CK_DATE, unless it is empty",
	        [P11L_VALUE_OTHER] = "octets"};
	enum p11l_kind_of_value kind = p11l_value_kind(entry->type);
	CK_ULONG size = p11l_value_room(entry->type, entry->ulValueLen);

	if (entry->ulValueLen > 0 && entry->pValue == NULL)
		return p11l_bad_argument(p11l_name(P11L_SPACE_attribute, entry->type));
	if (entry->ulValueLen != size && !(kind == P11L_VALUE_DATE && entry->ulValueLen == 0))
		return refuse_value(entry, size, what[kind]);
	return CKR_OK;
}

CK_RV p11l_check_values(const CK_ATTRIBUTE *entry, CK_ULONG count)
{
	CK_RV rv = CKR_OK;

	if (count > 0 && entry == NULL)
		return p11l_bad_argument("attributes");
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++)
		rv = check_value(&entry[i]);
	return rv;
}

/* The number in the name of a curve that goes with its octets: 521 in secp521r1. */
static CK_ULONG number_in(const char *name, CK_ULONG octets)
{
	while (*name != '\0') {
		CK_ULONG number = 0;

		for (; *name >= '0' && *name <= '9' && number < 10000; name++)
			number = 10 * number + (CK_ULONG)(*name - '0');
		if ((number + 7) / 8 == octets)
			return number;
		name += *name != '\0';
	}
	return 8 * octets;
}

CK_ULONG p11l_curve_bits(const CK_ATTRIBUTE *ec_params)
{
	const struct p11l_curve *curve = p11l_find_curve(ec_params->pValue, ec_params->ulValueLen);

	if (curve == NULL)
		return 0;
	if (curve->key_type != CKK_EC)
		return curve->octets == 32 ? 255 : 448;
	return number_in(curve->name, curve->octets);
}
