/* SPDX-License-Identifier: MIT */
/* Attributes out of text: name=value, and more of them behind commas. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "text.h"

#include "highlevel/object/kind.h"

#include <stdlib.h>
#include <string.h>

/* A value as it stands there: a word from begin to end, or what is between quotes. */
struct word {
	const char *begin, *end;
	bool quoted;
};

struct parser {
	const char *at;
	struct p11l_attributes *attributes;
	CK_ATTRIBUTE_TYPE type;
	const char *name; /* of the attribute, or NULL */
	struct p11l_buffer value;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct parser *p)
{
	while (is_blank(*p->at))
		p->at++;
}

static char folded(char c)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (c == '-')
		return '_';
	if (c >= 'a' && c <= 'z')
		return capitals[c - 'a'];
	return c;
}

/* Whether the word is this text, in any case and with any hyphens. */
static bool is_text(const struct word *word, const char *text)
{
	size_t length = (size_t)(word->end - word->begin);

	if (strlen(text) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (folded(word->begin[i]) != folded(text[i]))
			return false;
	return true;
}

static bool find_name(const struct word *word, unsigned space, CK_ULONG *value)
{
	const struct p11l_space *names = &p11l_spaces[space];

	for (unsigned i = 0; i < names->count; i++) {
		const char *name = names->constant[i].name;

		if (is_text(word, name) || is_text(word, name + P11L_PREFIX)) {
			*value = names->constant[i].value;
			return true;
		}
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = folded(c);
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_hex(const struct word *word)
{
	return !word->quoted && word->end - word->begin >= 2 && word->begin[0] == '0' &&
	       folded(word->begin[1]) == 'X';
}

/* Decimal, or hexadecimal behind 0x. */
static bool find_number(const struct word *word, CK_ULONG *value)
{
	const char *c = word->begin + (is_hex(word) ? 2 : 0);
	CK_ULONG base = is_hex(word) ? 16 : 10;

	*value = 0;
	if (c == word->end)
		return false;
	for (; c < word->end; c++) {
		int digit = hex_digit(*c);

		if (digit < 0 || (CK_ULONG)digit >= base ||
		        *value > (P11L_NONE - (CK_ULONG)digit) / base)
			return false;
		*value = *value * base + (CK_ULONG)digit;
	}
	return true;
}

static CK_RV malformed(const struct parser *p, const char *at, const char *expected)
{
	return p11l_refuse(P11L_CKR_MALFORMED, p->name, at, "expected %s", expected);
}

/* --- Values, each by what its attribute is */

static CK_RV append_octets(struct parser *p, const struct word *word)
{
	const char *c = word->begin + 2;
	CK_RV rv = CKR_OK;

	for (; rv == CKR_OK && c < word->end; c += 2) {
		int high = hex_digit(c[0]), low = c + 1 < word->end ? hex_digit(c[1]) : -1;
		CK_BYTE octet;

		if (high < 0 || low < 0)
			return malformed(p, c, "pairs of hexadecimal digits");
		octet = (CK_BYTE)(16 * high + low);
		rv = p11l_buffer_append(&p->value, &octet, 1);
	}
	return rv;
}

/* Quoted, a backslash stands before what is meant as it is. */
static CK_RV append_text(struct parser *p, const struct word *word)
{
	CK_RV rv = CKR_OK;

	for (const char *c = word->begin; rv == CKR_OK && c < word->end; c++) {
		if (word->quoted && *c == '\\')
			c++;
		rv = p11l_buffer_append(&p->value, c, 1);
	}
	return rv;
}

static CK_RV take_octets(struct parser *p, const struct word *word)
{
	return is_hex(word) ? append_octets(p, word) : append_text(p, word);
}

static CK_RV take_bool(struct parser *p, const struct word *word)
{
	CK_BBOOL value = is_text(word, "true");

	if (!value && !is_text(word, "false"))
		return malformed(p, word->begin, "true or false");
	return p11l_buffer_append(&p->value, &value, sizeof(value));
}

static bool find_value(const struct parser *p, const struct word *word, CK_ULONG *value)
{
	unsigned space[3], spaces = p11l_text_spaces(p11l_find_attribute(p->type), space);

	for (unsigned i = 0; i < spaces; i++)
		if (find_name(word, space[i], value))
			return true;
	return find_number(word, value);
}

static CK_RV take_ulong(struct parser *p, const struct word *word)
{
	CK_ULONG value;

	if (!find_value(p, word, &value))
		return malformed(p, word->begin, "a number, or a name of the standard for it");
	return p11l_buffer_append(&p->value, &value, sizeof(value));
}

/* Numbers and names joined by +: one behind the other, or the bits of one number. */
static CK_RV take_ulongs(struct parser *p, const struct word *word)
{
	bool flags = p11l_text_role(p->type) == P11L_ROLE_FLAGS;
	struct word one = *word;
	CK_ULONG value, bits = 0;
	CK_RV rv = CKR_OK;

	for (bool more = true; rv == CKR_OK && more; one.begin = one.end + 1) {
		one.end = memchr(one.begin, '+', (size_t)(word->end - one.begin));
		more = one.end != NULL;
		if (!more)
			one.end = word->end;
		if (!find_value(p, &one, &value))
			return malformed(
			        p, one.begin, "numbers or names of the standard, joined by +");
		bits |= value;
		if (!flags)
			rv = p11l_buffer_append(&p->value, &value, sizeof(value));
	}
	return flags && rv == CKR_OK ? p11l_buffer_append(&p->value, &bits, sizeof(bits)) : rv;
}

/* A big integer as a number, or as its octets. */
static CK_RV take_bigint(struct parser *p, const struct word *word)
{
	CK_ULONG value;
	CK_RV rv = CKR_OK;
	bool begun = false;

	if (is_hex(word))
		return append_octets(p, word);
	if (!find_number(word, &value))
		return malformed(p, word->begin, "a number, or its octets behind 0x");
	for (int shift = 8 * (int)sizeof(value) - 8; rv == CKR_OK && shift >= 0; shift -= 8) {
		CK_BYTE octet = (CK_BYTE)(value >> shift);

		begun = begun || octet != 0 || shift == 0;
		if (begun)
			rv = p11l_buffer_append(&p->value, &octet, 1);
	}
	return rv;
}

static CK_RV take_date(struct parser *p, const struct word *word)
{
	CK_RV rv = CKR_OK;

	for (const char *c = word->begin; rv == CKR_OK && c < word->end; c++) {
		if (*c == '-' && (c - word->begin == 4 || c - word->begin == 7))
			continue;
		if (*c < '0' || *c > '9')
			return malformed(p, c, "a date such as 2030-12-31");
		rv = p11l_buffer_append(&p->value, c, 1);
	}
	if (rv == CKR_OK && p->value.len != sizeof(CK_DATE) && p->value.len != 0)
		return malformed(p, word->begin, "a date such as 2030-12-31");
	return rv;
}

static CK_RV take_curve(struct parser *p, const struct word *word)
{
	const struct p11l_curve *curve;

	if (is_hex(word))
		return append_octets(p, word);
	curve = p11l_find_curve_named(word->begin, (size_t)(word->end - word->begin));
	if (curve == NULL)
		return malformed(p, word->begin,
		        "the name of a curve such as secp256r1, or its DER behind 0x");
	return p11l_buffer_append(&p->value, curve->oid, curve->length);
}

static CK_RV take_nothing(struct parser *p, const struct word *word)
{
	return p11l_refuse(P11L_CKR_UNSUPPORTED, p->name, word->begin,
	        "is a template, which cannot be written as text");
}

/* What the standard does not know says by its look what it is. */
static CK_RV take_unknown(struct parser *p, const struct word *word)
{
	CK_ULONG value;

	if (!word->quoted && (is_text(word, "true") || is_text(word, "false")))
		return take_bool(p, word);
	if (!word->quoted && !is_hex(word) && find_number(word, &value))
		return p11l_buffer_append(&p->value, &value, sizeof(value));
	return take_octets(p, word);
}

static CK_RV take_value(struct parser *p, const struct word *word)
{
	unsigned role = p11l_text_role(p->type);

	if (p11l_find_attribute(p->type) == NULL)
		return take_unknown(p, word);
	if (word->begin == word->end && p11l_value_kind(p->type) == P11L_VALUE_OTHER &&
	        role != P11L_ROLE_TEMPLATE)
		return CKR_OK;
	switch (role) {
	case P11L_ROLE_BOOL:
		return take_bool(p, word);
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_PARAMETER_SET:
		return take_ulong(p, word);
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_ENUMS:
	case P11L_ROLE_ULONGS:
		return take_ulongs(p, word);
	case P11L_ROLE_BIGINT:
		return take_bigint(p, word);
	case P11L_ROLE_DATE:
		return take_date(p, word);
	case P11L_ROLE_EC_PARAMS:
		return take_curve(p, word);
	case P11L_ROLE_TEMPLATE:
		return take_nothing(p, word);
	default:
		return take_octets(p, word);
	}
}

/* --- Names and commas */

static bool is_of_name(char c)
{
	c = folded(c);
	return c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static CK_RV parse_name(struct parser *p)
{
	struct word word = {.begin = p->at};

	p->name = NULL;
	while (is_of_name(*p->at))
		p->at++;
	word.end = p->at;
	if (!find_name(&word, P11L_SPACE_attribute, &p->type) && !find_number(&word, &p->type))
		return malformed(p, word.begin,
		        "the name of an attribute without CKA_, such as label, or its number");
	p->name = p11l_name(P11L_SPACE_attribute, p->type);
	skip_blanks(p);
	if (*p->at != '=')
		return malformed(p, p->at, "= behind the name of an attribute");
	p->at++;
	skip_blanks(p);
	return CKR_OK;
}

static CK_RV parse_quoted(struct parser *p, struct word *word)
{
	const char *opening = p->at;

	word->quoted = true;
	word->begin = ++p->at;
	while (*p->at != '"' && *p->at != '\0')
		p->at += p->at[0] == '\\' && p->at[1] != '\0' ? 2 : 1;
	word->end = p->at;
	if (*p->at == '\0')
		return malformed(p, opening, "another \" at the end of this value");
	p->at++;
	return CKR_OK;
}

static CK_RV parse_word(struct parser *p, struct word *word)
{
	*word = (struct word){.begin = p->at};
	if (*p->at == '"')
		return parse_quoted(p, word);
	while (*p->at != ',' && *p->at != '\0')
		p->at++;
	word->end = p->at;
	while (word->end > word->begin && is_blank(word->end[-1]))
		word->end--;
	return word->end > word->begin ? CKR_OK
	                               : malformed(p, word->begin, "a value; an empty one is \"\"");
}

static CK_RV set_value(struct parser *p, const struct word *word)
{
	CK_RV rv;

	if (!word->quoted && is_text(word, "unset"))
		return p11l_attributes_set(p->attributes, p->type, NULL, P11L_NONE);
	p11l_buffer_clear(&p->value);
	rv = take_value(p, word);
	return rv == CKR_OK ? p11l_attributes_set(p->attributes, p->type, p->value.p, p->value.len)
	                    : rv;
}

static CK_RV parse_one(struct parser *p)
{
	struct word word;
	const char *name = p->at;
	CK_RV rv = parse_name(p);

	if (rv == CKR_OK && p11l_attributes_find(p->attributes, p->type) != NULL)
		return malformed(p, name, "every attribute once");
	if (rv == CKR_OK)
		rv = parse_word(p, &word);
	if (rv == CKR_OK)
		rv = set_value(p, &word);
	if (rv != CKR_OK)
		return rv;
	skip_blanks(p);
	if (*p->at != ',' && *p->at != '\0')
		return malformed(p, p->at, "a comma or the end behind a value");
	return CKR_OK;
}

CK_RV p11l_parse_attributes(const char *text, struct p11l_attributes *attributes)
{
	struct parser p = {.at = text, .attributes = attributes, .value.flags = P11L_SECRET};
	CK_RV rv = CKR_OK;

	if (attributes == NULL)
		return p11l_bad_argument("attributes");
	p11l_attributes_clear(attributes);
	if (text == NULL)
		return p11l_bad_argument("text");
	p11l_error_begin(text, p11l_length(text));
	skip_blanks(&p);
	while (rv == CKR_OK && *p.at != '\0') {
		rv = parse_one(&p);
		if (rv == CKR_OK && *p.at == ',') {
			p.at++;
			skip_blanks(&p);
			if (*p.at == '\0')
				rv = malformed(&p, p.at, "another attribute behind the comma");
		}
	}
	p11l_buffer_free(&p.value);
	if (rv != CKR_OK)
		p11l_attributes_clear(attributes);
	return rv;
}
