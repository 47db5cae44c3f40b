/* SPDX-License-Identifier: MIT */
/* libtasn1 reads the tags and lengths; nothing is allocated, because this runs inside a call. */
#include "name.h"

#include <libtasn1.h>
#include <string.h>

/* What is left of some DER. */
struct der {
	const uint8_t *at;
	size_t size;
};

/* Takes one value off the front: its tag (class bits included) and content. */
static bool take(struct der *der, unsigned *tag, struct der *content)
{
	unsigned char class;
	int tag_size, length_size;
	unsigned long number;
	long length;

	if (der->size > INT32_MAX ||
	        asn1_get_tag_der(der->at, (int)der->size, &class, &tag_size, &number) !=
	                ASN1_SUCCESS ||
	        number > 30)
		return false;
	length = asn1_get_length_der(der->at + tag_size, (int)der->size - tag_size, &length_size);
	if (length < 0)
		return false;
	*tag = class | (unsigned)number;
	content->at = der->at + tag_size + length_size;
	content->size = (size_t)length;
	der->size -= (size_t)(tag_size + length_size) + (size_t)length;
	der->at = content->at + length;
	return true;
}

/* Takes one value that has the tag given. */
static bool take_tag(struct der *der, unsigned wanted, struct der *content)
{
	unsigned tag;

	return take(der, &tag, content) && tag == wanted;
}

#define SEQUENCE (ASN1_CLASS_STRUCTURED | ASN1_TAG_SEQUENCE)
#define SET      (ASN1_CLASS_STRUCTURED | ASN1_TAG_SET)

/* The usual attribute types, by the content octets of their identifiers. */
static const char *type_name(const struct der *oid)
{
	static const struct {
		const char *name;
		const char *oid;
		size_t size;
	} types[] = {
	        {"CN", "\x55\x04\x03", 3},
	        {"SN", "\x55\x04\x04", 3},
	        {"serialNumber", "\x55\x04\x05", 3},
	        {"C", "\x55\x04\x06", 3},
	        {"L", "\x55\x04\x07", 3},
	        {"ST", "\x55\x04\x08", 3},
	        {"O", "\x55\x04\x0a", 3},
	        {"OU", "\x55\x04\x0b", 3},
	        {"DC", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10},
	        {"UID", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", 10},
	        {"emailAddress", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (oid->size == types[i].size && memcmp(oid->at, types[i].oid, oid->size) == 0)
			return types[i].name;
	return NULL;
}

static bool attribute_text(struct p11l_text *t, struct der attribute)
{
	struct der oid, value;
	unsigned tag;
	const char *name;

	if (!take_tag(&attribute, ASN1_TAG_OBJECT_ID, &oid) || !take(&attribute, &tag, &value))
		return false;
	name = type_name(&oid);
	if (name != NULL)
		p11l_text_put(t, name);
	else
		p11l_text_octets(t, oid.at, oid.size);
	p11l_text_char(t, '=');
	p11l_text_escaped(t, value.at, value.size);
	return true;
}

/* Name ::= SEQUENCE OF SET OF SEQUENCE { type, value } */
static bool name_text(struct p11l_text *t, struct der name)
{
	const char *start = t->at;
	struct der set, attribute;

	while (name.size > 0) {
		if (!take_tag(&name, SET, &set))
			return false;
		while (set.size > 0) {
			if (t->at != start)
				p11l_text_put(t, ", ");
			if (!take_tag(&set, SEQUENCE, &attribute) || !attribute_text(t, attribute))
				return false;
		}
	}
	return true;
}

/* Writes the name, or takes back what was written of it. */
static bool whole_name_text(struct p11l_text *t, struct der name)
{
	char *start = t->at;
	bool ok = name_text(t, name);

	if (!ok)
		t->at = start;
	return ok;
}

bool p11l_name_text(struct p11l_text *t, const uint8_t *der, size_t length)
{
	struct der rest = {der, length}, name;

	return take_tag(&rest, SEQUENCE, &name) && rest.size == 0 && whole_name_text(t, name);
}

/* Steps into a SEQUENCE of which the end may be missing. */
static bool enter(struct der *der)
{
	unsigned char class;
	int tag_size, length_size = 0;
	unsigned long number;
	long length;

	if (der->size > INT32_MAX ||
	        asn1_get_tag_der(der->at, (int)der->size, &class, &tag_size, &number) !=
	                ASN1_SUCCESS ||
	        (class | (unsigned)number) != SEQUENCE)
		return false;
	length = asn1_get_length_der(der->at + tag_size, (int)der->size - tag_size, &length_size);
	/* -4: the length is right but the octets end before. */
	if ((length < 0 && length != -4) || length_size <= 0)
		return false;
	der->at += tag_size + length_size;
	der->size -= (size_t)(tag_size + length_size);
	return true;
}

bool p11l_subject_text(struct p11l_text *t, const uint8_t *der, size_t length)
{
	struct der rest = {der, length}, part, name;
	unsigned tag;

	/* Certificate, and TBSCertificate in it: */
	for (int i = 0; i < 2; i++)
		if (!enter(&rest))
			return false;
	/* version, serial number, signature algorithm, issuer, validity */
	for (int i = 0; i < 5; i++)
		if (!take(&rest, &tag, &part))
			return false;
	return take_tag(&rest, SEQUENCE, &name) && whole_name_text(t, name);
}
