/* SPDX-License-Identifier: MIT */
/* Values of attributes as people write them. */
#define _GNU_SOURCE
#include "config_attributes.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static CK_ULONG hex(const char *text, CK_BYTE *octets)
{
	size_t n = strlen(text);

	if (n == 0 || n % 2 != 0 || n / 2 > P11L_ATTRIBUTE_OCTETS)
		return 0;
	for (size_t i = 0; i < n; i += 2) {
		char digits[3] = {text[i], text[i + 1], '\0'};

		if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
			return 0;
		octets[i / 2] = (CK_BYTE)strtoul(digits, NULL, 16);
	}
	return n / 2;
}

static CK_ULONG octets_of(const char *text, CK_BYTE *octets)
{
	size_t n = strnlen(text, P11L_ATTRIBUTE_OCTETS + 1);

	if (strncasecmp(text, "0x", 2) == 0)
		return hex(text + 2, octets);
	if (n > P11L_ATTRIBUTE_OCTETS)
		return 0;
	memcpy(octets, text, n);
	return n;
}

static CK_ULONG bool_of(const char *text, CK_BYTE *octets)
{
	static const char *const words[2][3] = {
	        {"false", "no", "CK_FALSE"}, {"true", "yes", "CK_TRUE"}};

	for (int value = 0; value < 2; value++)
		for (int i = 0; i < 3; i++)
			if (strcasecmp(text, words[value][i]) == 0) {
				octets[0] = value == 0 ? CK_FALSE : CK_TRUE;
				return sizeof(CK_BBOOL);
			}
	return 0;
}

static bool number(const char *text, CK_ULONG *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 0);
	return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0;
}

/* A number, or a name out of one of the spaces, which "|" separates; NULL: there are no names. */
static bool constant(const char *spaces, const char *text, CK_ULONG *value)
{
	char space[32];

	if (number(text, value))
		return true;
	while (spaces != NULL) {
		size_t n = strcspn(spaces, "|");

		if (n >= sizeof(space))
			return false;
		memcpy(space, spaces, n);
		space[n] = '\0';
		if (p11l_find_constant(space, text, value))
			return true;
		spaces = spaces[n] == '|' ? spaces + n + 1 : NULL;
	}
	return false;
}

static CK_ULONG constant_of(const char *spaces, const char *text, CK_BYTE *octets)
{
	CK_ULONG value;

	if (!constant(spaces, text, &value))
		return 0;
	memcpy(octets, &value, sizeof(value));
	return sizeof(value);
}

/* Constants joined by "+": one after the other, or as the bits of one number. */
static CK_ULONG constants_of(const char *spaces, const char *text, bool flags, CK_BYTE *octets)
{
	CK_ULONG count = 0, bits = 0, value;
	char word[64];

	while (text != NULL) {
		size_t n = strcspn(text, "+");

		if (n >= sizeof(word) || (count + 1) * sizeof(value) > P11L_ATTRIBUTE_OCTETS)
			return 0;
		memcpy(word, text, n);
		word[n] = '\0';
		if (!constant(spaces, word, &value))
			return 0;
		bits |= value;
		memcpy(octets + (flags ? 0 : count) * sizeof(value), flags ? &bits : &value,
		        sizeof(value));
		count++;
		text = text[n] == '+' ? text + n + 1 : NULL;
	}
	return (flags ? 1 : count) * sizeof(value);
}

/* A big integer is written as octets or as a number, such as 65537. */
static CK_ULONG bigint_of(const char *text, CK_BYTE *octets)
{
	CK_ULONG value, size = 0;

	if (strncasecmp(text, "0x", 2) == 0)
		return hex(text + 2, octets);
	if (!number(text, &value) || value == 0)
		return 0;
	for (CK_ULONG rest = value; rest != 0; rest >>= 8)
		size++;
	for (CK_ULONG i = size; i-- > 0; value >>= 8)
		octets[i] = (CK_BYTE)(value & 0xff);
	return size;
}

/* The eight digits of CK_DATE, with or without the hyphens in between. */
static CK_ULONG date_of(const char *text, CK_BYTE *octets)
{
	CK_ULONG size = 0;
	int month, day;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == '-' && (i == 4 || i == 7))
			continue;
		if (!isdigit((unsigned char)text[i]) || size == sizeof(CK_DATE))
			return 0;
		octets[size++] = (CK_BYTE)text[i];
	}
	if (size != sizeof(CK_DATE))
		return 0;
	month = (octets[4] - '0') * 10 + octets[5] - '0';
	day = (octets[6] - '0') * 10 + octets[7] - '0';
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? size : 0;
}

static CK_ULONG curve_of(const char *text, CK_BYTE *octets)
{
	if (strncasecmp(text, "0x", 2) == 0)
		return hex(text + 2, octets);
	for (size_t i = 0; i < p11l_curve_count; i++)
		if (strcasecmp(p11l_curves[i].name, text) == 0) {
			memcpy(octets, p11l_curves[i].oid, p11l_curves[i].length);
			return p11l_curves[i].length;
		}
	return 0;
}

/* What the standard does not define says by its look what it is. */
static CK_ULONG unknown_of(const char *text, CK_BYTE *octets)
{
	CK_ULONG size = bool_of(text, octets);

	if (size == 0 && strncasecmp(text, "0x", 2) != 0)
		size = constant_of(NULL, text, octets);
	return size != 0 ? size : octets_of(text, octets);
}

CK_ULONG p11l_attribute_octets(
        CK_ATTRIBUTE_TYPE type, const char *text, CK_BYTE octets[P11L_ATTRIBUTE_OCTETS])
{
	const struct p11l_attribute *row = p11l_find_attribute(type);
	const char *space;

	if (row == NULL)
		return unknown_of(text, octets);
	space = p11l_spaces[row->value.ref].id;
	switch (row->value.role) {
	case P11L_ROLE_BOOL:
		return bool_of(text, octets);
	case P11L_ROLE_ULONG:
		return constant_of(NULL, text, octets);
	case P11L_ROLE_ENUM:
		return constant_of(space, text, octets);
	case P11L_ROLE_PARAMETER_SET:
		return constant_of("ml_dsa|slh_dsa|ml_kem", text, octets);
	case P11L_ROLE_FLAGS:
		return constants_of(space, text, true, octets);
	case P11L_ROLE_ENUMS:
		return constants_of(space, text, false, octets);
	case P11L_ROLE_ULONGS:
		return constants_of(NULL, text, false, octets);
	case P11L_ROLE_BIGINT:
		return bigint_of(text, octets);
	case P11L_ROLE_DATE:
		return date_of(text, octets);
	case P11L_ROLE_EC_PARAMS:
		return curve_of(text, octets);
	case P11L_ROLE_TEMPLATE:
		return 0;
	default:
		return octets_of(text, octets);
	}
}

const char *p11l_attribute_expected(CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	switch (row != NULL ? row->value.role : P11L_ROLE_BYTES) {
	case P11L_ROLE_BOOL:
		return "true or false";
	case P11L_ROLE_ULONG:
		return "a number";
	case P11L_ROLE_ENUM:
	case P11L_ROLE_PARAMETER_SET:
		return "a number or a name of the standard for it";
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_ENUMS:
		return "numbers or names of the standard, joined by +";
	case P11L_ROLE_ULONGS:
		return "numbers joined by +";
	case P11L_ROLE_BIGINT:
		return "a number that is not 0, or its octets as 0x and pairs of hexadecimal "
		       "digits";
	case P11L_ROLE_DATE:
		return "a date such as 2030-12-31";
	case P11L_ROLE_EC_PARAMS:
		return "the name of a curve as traces show it, such as secp256r1, or its DER "
		       "encoding as 0x and pairs of hexadecimal digits";
	case P11L_ROLE_TEMPLATE:
		return "\"drop\": a template in an attribute cannot be written here";
	default:
		return "a text, or octets as 0x and pairs of hexadecimal digits";
	}
}
