/* SPDX-License-Identifier: MIT */
/* One DER value after the other, strictly: libtasn1 reads the lengths and nothing is allocated. */
#ifndef P11L_DER_H
#define P11L_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of some DER. */
struct p11l_der {
	const uint8_t *at;
	size_t size;
};

enum p11l_der_tag {
	P11L_DER_INTEGER = 0x02,
	P11L_DER_BIT_STRING = 0x03,
	P11L_DER_OCTET_STRING = 0x04,
	P11L_DER_OID = 0x06,
	P11L_DER_UTF8_STRING = 0x0c,
	P11L_DER_PRINTABLE_STRING = 0x13,
	P11L_DER_SEQUENCE = 0x30,
};

/*
 * Takes one value with this tag off the front and stores what is in it. False, with nothing
 * taken, when another one stands there, when it is not whole, or when its length is written with
 * more octets than it needs.
 */
bool p11l_der_take(struct p11l_der *der, enum p11l_der_tag tag, struct p11l_der *content);

/* The content of a value that is all there is; false when it is not. */
bool p11l_der_only(const void *der, size_t size, enum p11l_der_tag tag, struct p11l_der *content);

#define P11L_DER_HEAD 10 /* octets of a tag and the longest length */

/* Writes tag and length of a value of this size; returns how many octets that took. */
size_t p11l_der_head(enum p11l_der_tag tag, size_t size, uint8_t head[P11L_DER_HEAD]);

#endif
