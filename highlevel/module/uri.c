/* SPDX-License-Identifier: MIT */
/*
 * Reading PKCS #11 URIs (RFC 7512). What the grammar does not allow is refused, with the octet at
 * which it is wrong, because a URI that is half understood could name another key.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "uri.h"

#include "parts.h"

#include "logging/render/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scheme[] = "pkcs11:";

/* An attribute on its way from text into the struct. */
struct piece {
	const char *name;
	size_t name_size;
	const char *value; /* as it stands there */
	size_t value_size;
	CK_BYTE *octets; /* without percent-encoding, and with NUL behind size */
	size_t size;
};

__attribute__((format(printf, 2, 3))) static CK_RV refuse(const void *at, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return p11l_refuse(P11L_CKR_BAD_URI, "URI", at, "%s", text);
}

/* --- Kinds of values */

static CK_RV take_text(const struct piece *piece, void *to)
{
	char **text = to;

	if (memchr(piece->octets, '\0', piece->size) != NULL)
		return refuse(piece->value, "a text must not hold NUL");
	if (p11l_utf8_prefix(piece->octets, piece->size) != piece->size)
		return refuse(piece->value, "this is no UTF-8");
	*text = strdup((const char *)piece->octets);
	return *text != NULL ? CKR_OK : p11l_no_memory();
}

static CK_RV take_id(const struct piece *piece, void *to)
{
	struct p11l_uri *uri = to;

	uri->id = malloc(piece->size + 1);
	if (uri->id == NULL)
		return p11l_no_memory();
	memcpy(uri->id, piece->octets, piece->size + 1);
	uri->id_size = piece->size;
	return CKR_OK;
}

static CK_RV take_type(const struct piece *piece, void *to)
{
	struct p11l_uri *uri = to;

	for (size_t i = 0; p11l_uri_types[i].name != NULL; i++) {
		if (strcmp(p11l_uri_types[i].name, (const char *)piece->octets) != 0 ||
		        strlen(p11l_uri_types[i].name) != piece->size)
			continue;
		uri->object_class = p11l_uri_types[i].object_class;
		return CKR_OK;
	}
	return refuse(piece->value,
	        "a type is public, private, cert, secret-key or data, not \"%.40s\"",
	        (const char *)piece->octets);
}

/* Reads digits up to most; returns behind them, or NULL when there are none or too many. */
static const char *read_number(const char *at, CK_ULONG most, CK_ULONG *number)
{
	const char *start = at;

	for (*number = 0; *at >= '0' && *at <= '9'; at++) {
		CK_ULONG digit = (CK_ULONG)(*at - '0');

		if (*number > (most - digit) / 10)
			return NULL;
		*number = *number * 10 + digit;
	}
	return at > start ? at : NULL;
}

/* Whether this is where the value ends. */
static bool is_end(const struct piece *piece, const char *at)
{
	return at == (const char *)piece->octets + piece->size;
}

static CK_RV take_slot_id(const struct piece *piece, void *to)
{
	struct p11l_uri *uri = to;
	const char *end = read_number((const char *)piece->octets, P11L_NONE - 1, &uri->slot_id);

	return end != NULL && is_end(piece, end)
	               ? CKR_OK
	               : refuse(piece->value, "a slot-id is a decimal number");
}

static CK_RV take_version(const struct piece *piece, void *to)
{
	struct p11l_uri *uri = to;
	CK_ULONG major = 0, minor = 0;
	const char *at = read_number((const char *)piece->octets, 255, &major);

	if (at != NULL && *at == '.')
		at = read_number(at + 1, 255, &minor);
	if (at == NULL || !is_end(piece, at))
		return refuse(piece->value, "a version is one number up to 255, or two with a dot");
	uri->library_version.major = (CK_BYTE)major;
	uri->library_version.minor = (CK_BYTE)minor;
	uri->has_library_version = true;
	return CKR_OK;
}

/* --- The attributes there are */

struct attribute {
	const char *name;
	CK_RV (*take)(const struct piece *piece, void *to);
	size_t offset; /* of what take fills in */
};

#define AT(member) offsetof(struct p11l_uri, member)

static const struct attribute path_attributes[] = {
        {"token", take_text, AT(token)},
        {"manufacturer", take_text, AT(manufacturer)},
        {"model", take_text, AT(model)},
        {"serial", take_text, AT(serial)},
        {"library-manufacturer", take_text, AT(library_manufacturer)},
        {"library-description", take_text, AT(library_description)},
        {"library-version", take_version, 0},
        {"slot-manufacturer", take_text, AT(slot_manufacturer)},
        {"slot-description", take_text, AT(slot_description)},
        {"slot-id", take_slot_id, 0},
        {"object", take_text, AT(object)},
        {"type", take_type, 0},
        {"id", take_id, 0},
        {NULL, NULL, 0},
};

static const struct attribute query_attributes[] = {
        {"pin-source", take_text, AT(pin_source)},
        {"pin-value", take_text, AT(pin_value)},
        {"module-name", take_text, AT(module_name)},
        {"module-path", take_text, AT(module_path)},
        {NULL, NULL, 0},
};

static const struct attribute *find(const struct attribute *list, const struct piece *piece)
{
	for (; list->name != NULL; list++)
		if (strlen(list->name) == piece->name_size &&
		        memcmp(list->name, piece->name, piece->name_size) == 0)
			return list;
	return NULL;
}

/* --- The text */

/* A path is made of attributes with ';' between, what follows '?' of attributes with '&'. */
struct part {
	const char *start, *end;
	char separator;
	const char *allowed; /* besides letters, digits and "-._~" */
	const struct attribute *attributes;
	bool is_query;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The octets that a value stands for. */
static CK_RV decode(const struct part *part, struct piece *piece)
{
	const char *at = piece->value, *end = at + piece->value_size;

	for (; at < end; at++) {
		if (*at != '%') {
			if (!p11l_uri_is_plain(*at) &&
			        (*at == '\0' || strchr(part->allowed, *at) == NULL))
				return refuse(at, "this character has to be percent-encoded here");
			piece->octets[piece->size++] = (CK_BYTE)*at;
			continue;
		}
		if (end - at < 3 || hex_digit(at[1]) < 0 || hex_digit(at[2]) < 0)
			return refuse(at, "two hexadecimal digits have to follow a percent sign");
		piece->octets[piece->size++] = (CK_BYTE)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
		at += 2;
	}
	piece->octets[piece->size] = '\0';
	return CKR_OK;
}

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static CK_RV split(const char *start, const char *end, struct piece *piece)
{
	const char *equals = memchr(start, '=', (size_t)(end - start));

	if (start == end)
		return refuse(start, "an attribute is missing");
	if (equals == NULL)
		return refuse(start, "an attribute is a name, '=' and a value");
	for (const char *at = start; at < equals; at++)
		if (!is_name_character(*at))
			return refuse(at, "a name has letters, digits, '-' and '_' only");
	if (equals == start)
		return refuse(start, "the name of an attribute is missing");
	piece->name = start;
	piece->name_size = (size_t)(equals - start);
	piece->value = equals + 1;
	piece->value_size = (size_t)(end - piece->value);
	return CKR_OK;
}

/* Whether the name stands further to the left already. */
static bool is_repeated(const struct part *part, const struct piece *piece)
{
	const char *at = part->start;

	while (at < piece->name) {
		if (strncmp(at, piece->name, piece->name_size + 1) == 0)
			return true;
		at = memchr(at, part->separator, (size_t)(part->end - at));
		at = at != NULL ? at + 1 : part->end;
	}
	return false;
}

static CK_RV take(const struct part *part, struct piece *piece, struct p11l_uri *uri)
{
	const struct attribute *attribute = find(part->attributes, piece);
	CK_RV rv;

	/* In what follows '?', unknown attributes mean nothing, and may be there more than once. */
	if ((attribute != NULL || !part->is_query) && is_repeated(part, piece))
		return refuse(piece->name, "this attribute is there twice");
	rv = decode(part, piece);
	if (rv != CKR_OK)
		return rv;
	if (attribute != NULL)
		return attribute->take(piece, (char *)uri + attribute->offset);
	if (!part->is_query)
		uri->has_unknown = true;
	return CKR_OK;
}

static CK_RV read_attribute(
        const struct part *part, const char *start, const char *end, struct p11l_uri *uri)
{
	struct piece piece = {0};
	CK_RV rv = split(start, end, &piece);

	if (rv != CKR_OK)
		return rv;
	piece.octets = malloc(piece.value_size + 1);
	if (piece.octets == NULL)
		return p11l_no_memory();
	rv = take(part, &piece, uri);
	/* It may be a PIN. */
	explicit_bzero(piece.octets, piece.value_size + 1);
	free(piece.octets);
	return rv;
}

static CK_RV read_part(const struct part *part, struct p11l_uri *uri)
{
	const char *at = part->start;
	CK_RV rv = CKR_OK;

	/* Nothing at all is allowed, and then means that anything fits. */
	while (rv == CKR_OK && part->start < part->end) {
		const char *end = memchr(at, part->separator, (size_t)(part->end - at));

		rv = read_attribute(part, at, end != NULL ? end : part->end, uri);
		if (end == NULL)
			break;
		at = end + 1;
	}
	return rv;
}

static bool has_scheme(const char *text)
{
	for (size_t i = 0; i < sizeof(scheme) - 1; i++)
		if (text[i] != scheme[i] &&
		        (text[i] < 'A' || text[i] > 'Z' || text[i] - 'A' + 'a' != scheme[i]))
			return false;
	return true;
}

static CK_RV parse(const char *text, struct p11l_uri *uri)
{
	struct part path = {
	        .separator = ';', .allowed = P11L_URI_PATH, .attributes = path_attributes};
	struct part query = {.separator = '&',
	        .allowed = P11L_URI_QUERY,
	        .attributes = query_attributes,
	        .is_query = true};
	const char *mark, *end = text + strlen(text);
	CK_RV rv;

	if (!has_scheme(text))
		return refuse(text, "a PKCS #11 URI begins with \"pkcs11:\"");
	path.start = text + sizeof(scheme) - 1;
	mark = strchr(path.start, '?');
	path.end = mark != NULL ? mark : end;
	rv = read_part(&path, uri);
	if (rv != CKR_OK || mark == NULL)
		return rv;
	query.start = mark + 1;
	query.end = end;
	rv = read_part(&query, uri);
	if (rv == CKR_OK && uri->pin_source != NULL && uri->pin_value != NULL)
		return refuse(NULL, "pin-source and pin-value exclude each other");
	return rv;
}

CK_RV p11l_uri_parse(const char *text, struct p11l_uri *uri)
{
	CK_RV rv;

	memset(uri, 0, sizeof(*uri));
	uri->object_class = P11L_NONE;
	uri->slot_id = P11L_NONE;
	if (text == NULL)
		return p11l_bad_argument("uri");
	p11l_error_begin(text, strlen(text));
	rv = parse(text, uri);
	/* Later errors are about something else. */
	if (rv == CKR_OK)
		p11l_error_begin(NULL, 0);
	else
		p11l_uri_clear(uri);
	return rv;
}

void p11l_uri_clear(struct p11l_uri *uri)
{
	for (size_t i = 0; path_attributes[i].name != NULL; i++)
		if (path_attributes[i].take == take_text)
			free(*(char **)(void *)((char *)uri + path_attributes[i].offset));
	for (size_t i = 0; query_attributes[i].name != NULL; i++) {
		char *text = *(char **)(void *)((char *)uri + query_attributes[i].offset);

		if (text != NULL)
			explicit_bzero(text, strlen(text));
		free(text);
	}
	free(uri->id);
	memset(uri, 0, sizeof(*uri));
	uri->object_class = P11L_NONE;
	uri->slot_id = P11L_NONE;
}
