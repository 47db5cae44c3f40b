/* SPDX-License-Identifier: MIT */
/* Structures of the .asn modules, read and written by libtasn1. */
#ifndef P11L_ASN_H
#define P11L_ASN_H

#include "../refuse.h"
#include "highlevel/api/buffer.h"
#include "shim/normalise/der.h"

#include <libtasn1.h>

#include <stdbool.h>

/* What asn1Parser makes of the .asn modules. */
extern const asn1_static_node p11l_asn_rsa[], p11l_asn_dsa[], p11l_asn_dh[], p11l_asn_ec[],
        p11l_asn_pkix[], p11l_asn_pq[];

/*
 * libtasn1 wipes what it reads but not the copies that it makes when it codes. So values of fields
 * that may be secret are only measured by it, and put into their places afterwards.
 */
struct p11l_deferred {
	const char *field;
	struct p11l_der value;
};
#define P11L_DEFERRED_MAX 10

/* A structure that is read or being made. All zeros is none. */
struct p11l_asn {
	const char *type;
	asn1_node definitions, node;
	struct p11l_der der; /* what it was read from */
	struct p11l_deferred deferred[P11L_DEFERRED_MAX];
	unsigned deferred_count;
};

/* Octets of input that can be worked with: libtasn1 counts in int, and nothing real is so large. */
#define P11L_DER_MAX (16ul << 20)

/*
 * Reads all of der as a value of this type. The values of fields point into der, so no secret is
 * copied but by libtasn1, which wipes it. p11l_asn_free in any case.
 */
CK_RV p11l_asn_read(struct p11l_asn *asn, const asn1_static_node *module, const char *type,
        struct p11l_der der);
void p11l_asn_free(struct p11l_asn *asn);

/* A field with its tag and length, or what is behind them; false when it was left out. */
bool p11l_asn_whole(const struct p11l_asn *asn, const char *field, struct p11l_der *whole);
bool p11l_asn_content(const struct p11l_asn *asn, const char *field, struct p11l_der *content);

/* An INTEGER that is not negative, without the octet that its sign may need; 0 is one octet. */
CK_RV p11l_asn_natural(const struct p11l_asn *asn, const char *field, struct p11l_der *number);

/* The same for one that must be small. */
CK_RV p11l_asn_small(const struct p11l_asn *asn, const char *field, CK_ULONG *number);

/* A BIT STRING of whole octets. */
CK_RV p11l_asn_bits(const struct p11l_asn *asn, const char *field, struct p11l_der *octets);

/* An error about a field; "" means the whole. */
CK_RV p11l_asn_refuse(const struct p11l_asn *asn, CK_RV rv, const char *field, const char *what);

/* Starts a value of this type, which the writers below fill. */
CK_RV p11l_asn_start(struct p11l_asn *asn, const asn1_static_node *module, const char *type);

/*
 * Each returns an error that is recorded. Octets of the first two must stay until p11l_asn_finish.
 * NULL instead of octets leaves an optional field out.
 */
CK_RV p11l_asn_write_natural(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size);
CK_RV p11l_asn_write_octets(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size);
CK_RV p11l_asn_write_small(struct p11l_asn *asn, const char *field, CK_ULONG number);
CK_RV p11l_asn_write_bits(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size);

/* A value that is DER already, or the alternative of a CHOICE. */
CK_RV p11l_asn_write_der(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size);
CK_RV p11l_asn_choose(struct p11l_asn *asn, const char *field, const char *alternative);

/* An OBJECT IDENTIFIER of its whole DER. */
CK_RV p11l_asn_write_oid(struct p11l_asn *asn, const char *field, const void *oid, CK_ULONG size);

/* Between the DER of an OBJECT IDENTIFIER and "1.2.840"; false when it is none, or too long. */
#define P11L_OID_TEXT 128
#define P11L_OID_DER  64
bool p11l_oid_text(const void *der, CK_ULONG size, char text[P11L_OID_TEXT]);
bool p11l_oid_der(const char *text, CK_BYTE der[P11L_OID_DER], CK_ULONG *size);

/* Codes it into the buffer. */
CK_RV p11l_asn_finish(struct p11l_asn *asn, struct p11l_buffer *out);

#endif
