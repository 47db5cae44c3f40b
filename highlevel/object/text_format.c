/* SPDX-License-Identifier: MIT */
/* Attributes as text that p11l_parse_attributes reads. */
#include "text.h"

#include "highlevel/object/kind.h"

#include <stdio.h>
#include <string.h>

static CK_RV append(struct p11l_buffer *text, const char *string)
{
	return p11l_buffer_append(text, string, strlen(string));
}

static CK_RV append_number(struct p11l_buffer *text, CK_ULONG value)
{
	char digits[32];

	/* Flags and what vendors have defined are easier to know in hexadecimal. */
	snprintf(digits, sizeof(digits), value < 0x10000 ? "%lu" : "0x%lx", value);
	return append(text, digits);
}

/* The standard's name in small letters and with hyphens. */
static CK_RV append_name(struct p11l_buffer *text, CK_ATTRIBUTE_TYPE type)
{
	static const char small[] = "abcdefghijklmnopqrstuvwxyz";
	const char *name = p11l_name(P11L_SPACE_attribute, type);
	CK_RV rv = CKR_OK;

	if (name == NULL)
		return append_number(text, type);
	for (const char *c = name + P11L_PREFIX; rv == CKR_OK && *c != '\0'; c++) {
		const char *is = *c >= 'A' && *c <= 'Z' ? &small[*c - 'A'] : c;

		rv = p11l_buffer_append(text, *c == '_' ? "-" : is, 1);
	}
	return rv;
}

static CK_RV append_octets(struct p11l_buffer *text, const CK_ATTRIBUTE *attribute)
{
	const CK_BYTE *octets = attribute->pValue;
	CK_RV rv = append(text, attribute->ulValueLen > 0 ? "0x" : "\"\"");

	for (CK_ULONG i = 0; rv == CKR_OK && i < attribute->ulValueLen; i++) {
		char digits[3];

		snprintf(digits, sizeof(digits), "%02x", octets[i]);
		rv = p11l_buffer_append(text, digits, 2);
	}
	return rv;
}

/* Whether all of it can be shown: no control characters, and UTF-8 as it should be. */
static bool is_printable(const CK_BYTE *c, CK_ULONG size)
{
	for (CK_ULONG i = 0; i < size;) {
		CK_ULONG more = c[i] < 0x80 ? 0 : c[i] < 0xe0 ? 1 : c[i] < 0xf0 ? 2 : 3;

		if (c[i] < ' ' || c[i] == 0x7f || (c[i] >= 0x80 && c[i] < 0xc2) || c[i] > 0xf4 ||
		        more >= size - i)
			return false;
		for (i++; more > 0; more--, i++)
			if ((c[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* Whether a text would not be read as itself without quotes. */
static bool wants_quotes(const char *c, CK_ULONG size)
{
	return size == 0 || c[0] == ' ' || c[size - 1] == ' ' || c[0] == '"' ||
	       memchr(c, ',', size) != NULL || (size >= 2 && c[0] == '0' && (c[1] | 0x20) == 'x') ||
	       (size == 5 && (c[0] | 0x20) == 'u');
}

static CK_RV append_text(struct p11l_buffer *text, const CK_ATTRIBUTE *attribute)
{
	const char *c = attribute->pValue;
	CK_ULONG size = attribute->ulValueLen;
	CK_RV rv;

	if (!is_printable(attribute->pValue, size))
		return append_octets(text, attribute);
	if (!wants_quotes(c, size))
		return p11l_buffer_append(text, c, size);
	rv = append(text, "\"");
	for (CK_ULONG i = 0; rv == CKR_OK && i < size; i++) {
		if (c[i] == '"' || c[i] == '\\')
			rv = append(text, "\\");
		if (rv == CKR_OK)
			rv = p11l_buffer_append(text, c + i, 1);
	}
	return rv == CKR_OK ? append(text, "\"") : rv;
}

/* The name of a number; the sets of parameters share theirs, so those need the type of the key. */
static const char *name_of(CK_ATTRIBUTE_TYPE type, CK_ULONG value, CK_KEY_TYPE key_type)
{
	static const struct {
		CK_KEY_TYPE key_type;
		unsigned space;
	} sets[] = {{CKK_ML_DSA, P11L_SPACE_ml_dsa}, {CKK_SLH_DSA, P11L_SPACE_slh_dsa},
	        {CKK_ML_KEM, P11L_SPACE_ml_kem}};
	const struct p11l_attribute *row = p11l_find_attribute(type);
	unsigned space[3], spaces = p11l_text_spaces(row, space);

	if (spaces == 1)
		return p11l_name(space[0], value);
	for (size_t i = 0; spaces > 1 && i < sizeof(sets) / sizeof(sets[0]); i++)
		if (sets[i].key_type == key_type)
			return p11l_name(sets[i].space, value);
	return NULL;
}

/* One number, or several joined by +. */
static CK_RV append_numbers(
        struct p11l_buffer *text, const CK_ATTRIBUTE *attribute, CK_KEY_TYPE key_type)
{
	const CK_BYTE *octets = attribute->pValue;
	CK_RV rv = CKR_OK;
	CK_ULONG value;

	for (CK_ULONG at = 0; rv == CKR_OK && at < attribute->ulValueLen; at += sizeof(value)) {
		const char *name;

		memcpy(&value, octets + at, sizeof(value));
		name = name_of(attribute->type, value, key_type);
		if (at > 0)
			rv = append(text, "+");
		if (rv == CKR_OK)
			rv = name != NULL ? append(text, name + P11L_PREFIX)
			                  : append_number(text, value);
	}
	return rv;
}

static CK_RV append_date(struct p11l_buffer *text, const CK_ATTRIBUTE *attribute)
{
	const char *date = attribute->pValue;
	char with_hyphens[16];

	snprintf(with_hyphens, sizeof(with_hyphens), "%.4s-%.2s-%.2s", date, date + 4, date + 6);
	return append(text, with_hyphens);
}

static bool is_date(const CK_ATTRIBUTE *attribute)
{
	const char *date = attribute->pValue;

	for (CK_ULONG i = 0; i < attribute->ulValueLen; i++)
		if (date[i] < '0' || date[i] > '9')
			return false;
	return attribute->ulValueLen == sizeof(CK_DATE);
}

static CK_RV append_curve(struct p11l_buffer *text, const CK_ATTRIBUTE *attribute)
{
	const struct p11l_curve *curve = p11l_find_curve(attribute->pValue, attribute->ulValueLen);

	return curve != NULL ? append(text, curve->name) : append_octets(text, attribute);
}

/* Values of another size than the standard's cannot be read back, and are shown as octets. */
static CK_RV append_value(
        struct p11l_buffer *text, const CK_ATTRIBUTE *attribute, CK_KEY_TYPE key_type)
{
	bool is_numbers =
	        attribute->ulValueLen > 0 && attribute->ulValueLen % sizeof(CK_ULONG) == 0;

	switch (p11l_text_role(attribute->type)) {
	case P11L_ROLE_BOOL:
		if (attribute->ulValueLen != sizeof(CK_BBOOL))
			break;
		return append(text, *(const CK_BBOOL *)attribute->pValue ? "true" : "false");
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_PARAMETER_SET:
		if (attribute->ulValueLen != sizeof(CK_ULONG))
			break;
		return append_numbers(text, attribute, key_type);
	case P11L_ROLE_ENUMS:
	case P11L_ROLE_ULONGS:
		return is_numbers ? append_numbers(text, attribute, key_type)
		                  : append_octets(text, attribute);
	case P11L_ROLE_TEXT:
	case P11L_ROLE_STRING:
		return append_text(text, attribute);
	case P11L_ROLE_DATE:
		return is_date(attribute) ? append_date(text, attribute)
		                          : append_octets(text, attribute);
	case P11L_ROLE_EC_PARAMS:
		return append_curve(text, attribute);
	default:
		return append_octets(text, attribute);
	}
	return p11l_refuse(CKR_ATTRIBUTE_VALUE_INVALID,
	        p11l_name(P11L_SPACE_attribute, attribute->type), NULL,
	        "has %lu octets, which none of its values has", attribute->ulValueLen);
}

static CK_RV append_attribute(
        struct p11l_buffer *text, const CK_ATTRIBUTE *attribute, CK_KEY_TYPE key_type)
{
	const char *name = p11l_name(P11L_SPACE_attribute, attribute->type);
	CK_RV rv;

	if (p11l_value_is_template(attribute->type))
		return p11l_refuse(P11L_CKR_UNSUPPORTED, name, NULL,
		        "is a template, which cannot be written as text");
	if (attribute->pValue == NULL && attribute->ulValueLen > 0 &&
	        attribute->ulValueLen != P11L_NONE)
		return p11l_bad_argument(name);
	rv = append_name(text, attribute->type);
	if (rv == CKR_OK)
		rv = append(text, "=");
	if (rv != CKR_OK)
		return rv;
	return attribute->ulValueLen == P11L_NONE ? append(text, "unset")
	                                          : append_value(text, attribute, key_type);
}

static CK_KEY_TYPE key_type_in(const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
	const CK_ATTRIBUTE *found = p11l_attribute_in(attributes, count, CKA_KEY_TYPE);
	CK_KEY_TYPE key_type = P11L_NONE;

	if (found != NULL && found->ulValueLen == sizeof(key_type) && found->pValue != NULL)
		memcpy(&key_type, found->pValue, sizeof(key_type));
	return key_type;
}

CK_RV p11l_format_attributes(
        const CK_ATTRIBUTE *attributes, CK_ULONG count, struct p11l_buffer *text)
{
	CK_KEY_TYPE key_type;
	CK_RV rv = CKR_OK;

	if (text == NULL)
		return p11l_bad_argument("text");
	p11l_buffer_clear(text);
	if (attributes == NULL && count > 0)
		return p11l_bad_argument("attributes");
	key_type = key_type_in(attributes, count);
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		if (p11l_value_is_secret(attributes[i].type, P11L_NONE))
			text->flags |= P11L_SECRET;
		if (i > 0)
			rv = append(text, ",");
		if (rv == CKR_OK)
			rv = append_attribute(text, &attributes[i], key_type);
	}
	if (rv == CKR_OK)
		rv = p11l_buffer_append(text, "", 1);
	if (rv == CKR_OK)
		text->len--;
	else
		p11l_buffer_clear(text);
	return rv;
}
