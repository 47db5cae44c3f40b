/* SPDX-License-Identifier: MIT */
/* Single values: numbers, octets, lists. Here it is decided what a trace may show. */
#include "capture.h"

#include "fingerprint.h"
#include "shim/config.h"

#include <libtasn1.h>

uint64_t p11l_load_number(const void *address, size_t size)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		memcpy(&u8, address, 1);
		return u8;
	case 2:
		memcpy(&u16, address, 2);
		return u16;
	case 4:
		memcpy(&u32, address, 4);
		return u32;
	default:
		memcpy(&u64, address, 8);
		return u64;
	}
}

static bool is_known(const struct p11l_capture *c, uintptr_t page)
{
	for (unsigned i = 0; i < P11L_CAPTURE_PAGES; i++)
		if (c->page[i] == page)
			return true;
	return false;
}

bool p11l_capture_ask(struct p11l_capture *c, const void *address, size_t size)
{
	uintptr_t start = (uintptr_t)address, first = start / P11L_CAPTURE_PAGE_SIZE;
	uintptr_t last = (start + size - 1) / P11L_CAPTURE_PAGE_SIZE;

	/* What lies on many pages, or on none, is not worth to be known. */
	if (size == 0 || first == 0 || last < first || last - first > 1)
		return p11l_readable(address, size);
	if (is_known(c, first) && is_known(c, last))
		return true;
	if (!p11l_readable(address, size))
		return false;
	for (uintptr_t page = first; page <= last; page++)
		if (!is_known(c, page))
			c->page[c->next_page++ % P11L_CAPTURE_PAGES] = page;
	return true;
}

static bool revealed(const struct p11l_capture *c, enum p11l_secrecy secrecy)
{
	switch (secrecy) {
	case P11L_PUBLIC:
		return true;
	case P11L_DATA:
		return (c->reveal & P11L_REVEAL_DATA) != 0;
	case P11L_KEY:
		return (c->reveal & P11L_REVEAL_KEYS) != 0;
	case P11L_PIN:
		return (c->reveal & P11L_REVEAL_PINS) != 0;
	}
	return false;
}

static void put_hidden(
        struct p11l_capture *c, enum p11l_secrecy secrecy, const void *address, size_t length)
{
	struct p11l_writer *w = &c->writer;
	uint64_t length64 = length;
	uint8_t secrecy8 = (uint8_t)secrecy;
	struct p11l_ends ends;
	uint32_t print;

	if (!p11l_fingerprint_ends(address, length, &ends) ||
	        !p11l_capture_readable(c, ends.head, ends.head_size) ||
	        (ends.tail_size != 0 && !p11l_capture_readable(c, ends.tail, ends.tail_size))) {
		p11l_put_u64(w, P11L_ITEM_UNREADABLE, (uintptr_t)address);
		return;
	}
	if (!p11l_room(w, 14))
		return;
	print = p11l_fingerprint_of(&ends, length);
	*w->at++ = P11L_ITEM_HIDDEN;
	p11l_put_raw(w, &length64, 8);
	p11l_put_raw(w, &secrecy8, 1);
	p11l_put_raw(w, &print, 4);
}

static void put_shown(struct p11l_capture *c, const void *address, size_t length)
{
	size_t shown = length < c->shown ? length : c->shown;

	if (!p11l_capture_readable(c, address, shown))
		p11l_put_u64(&c->writer, P11L_ITEM_UNREADABLE, (uintptr_t)address);
	else if (p11l_room(&c->writer, 11 + shown) &&
	         p11l_put_array(&c->writer, P11L_ITEM_BYTES, length, (uint16_t)shown))
		p11l_put_raw(&c->writer, address, shown);
}

void p11l_capture_octets(
        struct p11l_capture *c, enum p11l_secrecy secrecy, const void *address, size_t length)
{
	if (c->sizes_only)
		p11l_put_u64(&c->writer, P11L_ITEM_LENGTH, length);
	else if (address == NULL)
		p11l_put_null(&c->writer, length);
	else if (revealed(c, secrecy))
		put_shown(c, address, length);
	else
		put_hidden(c, secrecy, address, length);
}

static void put_number(struct p11l_capture *c, const void *address, size_t size)
{
	if (address == NULL)
		p11l_put_item(&c->writer, P11L_ITEM_NULL);
	else if (!p11l_capture_readable(c, address, size))
		p11l_put_u64(&c->writer, P11L_ITEM_UNREADABLE, (uintptr_t)address);
	else
		p11l_put_u64(&c->writer, P11L_ITEM_NUMBER, p11l_load_number(address, size));
}

void p11l_capture_list(struct p11l_capture *c, const void *address, size_t count, size_t size)
{
	size_t shown = count < P11L_CAPTURE_ELEMENTS ? count : P11L_CAPTURE_ELEMENTS;

	if (address == NULL && !c->sizes_only) {
		p11l_put_null(&c->writer, count);
		return;
	}
	if (c->sizes_only) {
		p11l_put_u64(&c->writer, P11L_ITEM_LENGTH, count);
		return;
	}
	if (!p11l_capture_readable(c, address, shown * size)) {
		p11l_put_u64(&c->writer, P11L_ITEM_UNREADABLE, (uintptr_t)address);
		return;
	}
	p11l_put_array(&c->writer, P11L_ITEM_LIST, count, (uint16_t)shown);
	for (size_t i = 0; i < shown; i++)
		p11l_put_u64(&c->writer, P11L_ITEM_NUMBER,
		        p11l_load_number((const uint8_t *)address + i * size, size));
}

/* Steps into a DER SEQUENCE of exactly length octets; its content, or NULL. */
static const uint8_t *sequence(const uint8_t *der, size_t length, size_t *content, bool whole)
{
	unsigned char class;
	int tag_length, length_length;
	unsigned long tag;
	long size;

	if (length > INT32_MAX ||
	        asn1_get_tag_der(der, (int)length, &class, &tag_length, &tag) != ASN1_SUCCESS ||
	        class != (ASN1_CLASS_UNIVERSAL | ASN1_CLASS_STRUCTURED) || tag != ASN1_TAG_SEQUENCE)
		return NULL;
	size = asn1_get_length_der(der + tag_length, (int)length - tag_length, &length_length);
	if (size < 0 || (whole && (size_t)(tag_length + length_length) + (size_t)size != length))
		return NULL;
	*content = (size_t)size;
	return der + tag_length + length_length;
}

/*
 * Certificate ::= SEQUENCE { TBSCertificate SEQUENCE { [0] EXPLICIT INTEGER version, ...
 * No key material has that outline: the private key formats begin with an INTEGER. Certificates of
 * version 1, which have no version field, are not worth the doubt.
 */
bool p11l_is_certificate(const uint8_t *der, size_t length)
{
	static const uint8_t version3[] = {0xa0, 0x03, 0x02, 0x01};
	size_t outer, inner;
	const uint8_t *at = sequence(der, length, &outer, true);

	if (at == NULL)
		return false;
	at = sequence(at, outer, &inner, false);
	return at != NULL && inner > sizeof(version3) &&
	       memcmp(at, version3, sizeof(version3)) == 0;
}

#define OUTLINE 64 /* octets in which the outline of a certificate lies; every one is longer */

static enum p11l_secrecy secrecy_of(
        struct p11l_capture *c, struct p11l_type type, const void *address, size_t length)
{
	if (type.role == P11L_ROLE_CERTIFICATE && length >= OUTLINE &&
	        p11l_capture_readable(c, address, OUTLINE) && p11l_is_certificate(address, length))
		return P11L_PUBLIC;
	return (enum p11l_secrecy)type.secrecy;
}

/* The size a number of this role has in an attribute; 0 when the value is no number. */
static size_t number_size(unsigned role)
{
	switch (role) {
	case P11L_ROLE_BOOL:
	case P11L_ROLE_BYTE:
		return sizeof(CK_BBOOL);
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_OBJECT:
	case P11L_ROLE_PARAMETER_SET:
		return sizeof(CK_ULONG);
	default:
		return 0;
	}
}

/* Names are read out of DER, so more of it is needed than is shown of other octets. */
static void capture_encoded(
        struct p11l_capture *c, struct p11l_type type, const void *address, size_t length)
{
	size_t shown = c->shown;

	if (type.role == P11L_ROLE_CERTIFICATE || type.role == P11L_ROLE_NAME)
		c->shown = P11L_CAPTURE_ENCODED;
	p11l_capture_octets(c, secrecy_of(c, type, address, length), address, length);
	c->shown = shown;
}

void p11l_capture_value(
        struct p11l_capture *c, struct p11l_type type, const void *address, size_t length)
{
	size_t size = number_size(type.role);

	if (address == NULL || c->sizes_only)
		p11l_capture_octets(c, P11L_PUBLIC, address, length);
	else if (size != 0 && length == size)
		put_number(c, address, size);
	else if ((type.role == P11L_ROLE_ULONGS || type.role == P11L_ROLE_ENUMS) &&
	         length % sizeof(CK_ULONG) == 0)
		p11l_capture_list(c, address, length / sizeof(CK_ULONG), sizeof(CK_ULONG));
	else if (type.role == P11L_ROLE_TEMPLATE && length % sizeof(CK_ATTRIBUTE) == 0)
		p11l_capture_template(c, address, length / sizeof(CK_ATTRIBUTE));
	else if (type.role == P11L_ROLE_STRUCT && length == p11l_structs[type.ref].size)
		p11l_capture_struct(c, type.ref, address);
	else
		capture_encoded(c, type, address, length);
}
