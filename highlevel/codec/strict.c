/* SPDX-License-Identifier: MIT */
/* Values of which only the tag is known: lengths, and what each universal type may hold. */
#include "strict.h"

#include <stdbool.h>
#include <string.h>

#define MAX_DEPTH 32 /* of values in values; a certificate has 9 */

#define CONSTRUCTED 0x20
#define CLASS       0xc0
#define NUMBER      0x1f

/* Writes the names from the outermost down, with dots between them. */
static void write_path(const struct p11l_place *place, char *path, size_t room)
{
	size_t used = 0, length;

	if (place == NULL) {
		path[0] = '\0';
		return;
	}
	if (place->up != NULL) {
		write_path(place->up, path, room);
		used = strlen(path);
		if (used + 1 < room)
			path[used++] = '.';
	}
	length = strlen(place->name);
	if (length > room - used - 1)
		length = room - used - 1;
	memcpy(path + used, place->name, length);
	path[used + length] = '\0';
}

CK_RV p11l_malformed(const struct p11l_place *place, const void *at, const char *what)
{
	char path[96];

	write_path(place, path, sizeof(path));
	p11l_refuse(P11L_CKR_MALFORMED, path, at, "%s", what);
	return P11L_CKR_MALFORMED;
}

/* What is wrong with a head of which libtasn1 says this length, or NULL. */
static const char *bad_length(const struct p11l_der *from, long length, int taken)
{
	uint8_t head[P11L_DER_HEAD];

	if (from->at[1] == 0x80)
		return "has an indefinite length, which only BER allows";
	if (length < 0)
		return "is longer than what is there";
	if (p11l_der_head(P11L_DER_SEQUENCE, (size_t)length, head) != 1 + (size_t)taken)
		return "has a length written with more octets than it needs";
	return NULL;
}

CK_RV p11l_strict_take(const struct p11l_place *place, struct p11l_der *from, uint8_t *tag,
        struct p11l_der *content)
{
	const char *wrong;
	int taken = 0;
	long length;

	if (from->size == 0)
		return p11l_malformed(place, from->at, "is missing");
	*tag = from->at[0];
	if ((*tag & NUMBER) == NUMBER || *tag == 0)
		return p11l_malformed(place, from->at, "has a tag that nothing here has");
	if (from->size < 2)
		return p11l_malformed(place, from->at, "is cut off behind its tag");
	length = asn1_get_length_der(from->at + 1, (int)from->size - 1, &taken);
	wrong = bad_length(from, length, taken);
	if (wrong != NULL)
		return p11l_malformed(place, from->at, wrong);
	content->at = from->at + 1 + taken;
	content->size = (size_t)length;
	from->at = content->at + length;
	from->size -= 1 + (size_t)taken + (size_t)length;
	return CKR_OK;
}

static const char *bad_integer(struct p11l_der content)
{
	if (content.size == 0)
		return "is empty";
	if (content.size > 1 && ((content.at[0] == 0 && content.at[1] < 0x80) ||
	                                (content.at[0] == 0xff && content.at[1] >= 0x80)))
		return "is an INTEGER with more octets than it needs";
	return NULL;
}

static const char *bad_bits(struct p11l_der content)
{
	if (content.size == 0 || content.at[0] > 7 || (content.size == 1 && content.at[0] > 0))
		return "is a BIT STRING with a wrong count of unused bits";
	if ((content.at[content.size - 1] & ((1u << content.at[0]) - 1)) != 0 && content.size > 1)
		return "is a BIT STRING whose unused bits are not zero";
	return NULL;
}

/* Numbers of seven bits an octet, all but the last octet of each with the eighth set. */
static const char *bad_oid(struct p11l_der content)
{
	bool first = true;

	for (size_t i = 0; i < content.size; i++) {
		if (first && content.at[i] == 0x80)
			return "is an OBJECT IDENTIFIER with more octets than it needs";
		first = content.at[i] < 0x80;
	}
	return first && content.size > 0 ? NULL : "is an OBJECT IDENTIFIER that is cut off";
}

static const char *bad_primitive(uint8_t tag, struct p11l_der content)
{
	switch (tag) {
	case ASN1_TAG_BOOLEAN:
		return content.size == 1 && (content.at[0] == 0 || content.at[0] == 0xff)
		               ? NULL
		               : "is a BOOLEAN other than 00 and ff";
	case ASN1_TAG_INTEGER:
	case ASN1_TAG_ENUMERATED:
		return bad_integer(content);
	case ASN1_TAG_BIT_STRING:
		return bad_bits(content);
	case ASN1_TAG_NULL:
		return content.size == 0 ? NULL : "is a NULL that is not empty";
	case ASN1_TAG_OBJECT_ID:
		return bad_oid(content);
	case ASN1_TAG_SEQUENCE:
	case ASN1_TAG_SET:
		return "is a list whose tag says that it is none";
	default:
		return NULL;
	}
}

CK_RV p11l_strict_primitive(
        const struct p11l_place *place, const void *at, uint8_t tag, struct p11l_der content)
{
	const char *wrong = bad_primitive(tag, content);

	return wrong == NULL ? CKR_OK : p11l_malformed(place, at, wrong);
}

/* BER may build strings out of pieces; in DER only lists are constructed. */
static bool may_be_constructed(uint8_t tag)
{
	return (tag & CLASS) != 0 || (tag & NUMBER) == ASN1_TAG_SEQUENCE ||
	       (tag & NUMBER) == ASN1_TAG_SET;
}

CK_RV p11l_strict_any(const struct p11l_place *place, struct p11l_der *from)
{
	struct p11l_der level[MAX_DEPTH], content;
	unsigned depth = 0;
	const uint8_t *at;
	uint8_t tag;
	CK_RV rv;

	level[0] = *from;
	do {
		at = level[depth].at;
		rv = p11l_strict_take(place, &level[depth], &tag, &content);
		if (rv == CKR_OK && (tag & CONSTRUCTED) == 0)
			rv = p11l_strict_primitive(place, at, tag, content);
		else if (rv == CKR_OK && !may_be_constructed(tag))
			rv = p11l_malformed(
			        place, at, "is a string in pieces, which only BER allows");
		else if (rv == CKR_OK && depth + 1 == MAX_DEPTH)
			rv = p11l_malformed(place, at, "is nested too deeply");
		else if (rv == CKR_OK)
			level[++depth] = content;
		if (rv != CKR_OK)
			return rv;
		while (depth > 0 && level[depth].size == 0)
			depth--;
	} while (depth > 0);
	*from = level[0];
	return CKR_OK;
}
