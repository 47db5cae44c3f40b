/* SPDX-License-Identifier: MIT */
/* Points of elliptic curves in the forms that vendors and programs use. */
#ifndef P11L_POINT_H
#define P11L_POINT_H

#include "shim/config_attributes.h" /* P11L_ANY */
#include "shim/spec.h"

enum p11l_point_form {
	P11L_POINT_NONE, /* none of these */
	P11L_POINT_RAW,  /* as X9.62 or RFC 7748/8032 writes it */
	P11L_POINT_DER,  /* that in a DER OCTET STRING */
	P11L_POINT_BITS, /* that in a DER BIT STRING */
	P11L_POINT_XY,   /* an uncompressed point without its first octet */
};

/* A point inside the octets that it was found in. */
struct p11l_point {
	enum p11l_point_form form;
	bool weierstrass;      /* of a CKK_EC key; else of an Edwards or Montgomery one */
	const CK_BYTE *octets; /* what stands behind all wrapping */
	CK_ULONG size;
	bool ambiguous; /* no form: only the curve can tell, and it was not given */
};

#define P11L_POINT_MAX 160 /* octets of the longest point of a known curve in any form */

/*
 * The octets of one coordinate on the curve of CKA_EC_PARAMS (an object identifier, a name in a
 * PrintableString or UTF8String, or explicit parameters); 0 when the curve is not known.
 */
unsigned p11l_field_octets(const void *ec_params, CK_ULONG size);

/*
 * Finds out the form of a point by lengths first, as both forms may begin with the same octets.
 * key_type is CKK_EC, CKK_EC_EDWARDS, CKK_EC_MONTGOMERY or P11L_ANY; field is 0 when the curve is
 * not known.
 */
struct p11l_point p11l_point_parse(
        CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size);

/*
 * The same where a mistake does no harm, as in a search: the likeliest form in place of an
 * ambiguous one.
 */
struct p11l_point p11l_point_guess(
        CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size);

/*
 * Whether these octets are what most reads of CKA_EC_POINT give, and can be nothing else: the DER
 * OCTET STRING of an uncompressed point. Costs less than to parse it.
 */
bool p11l_point_is_plain(const CK_BYTE *in, CK_ULONG size);

/*
 * Writes a point in another form; returns its size, or 0 when room (octets) is too small.
 * Nobody needs P11L_POINT_XY, so that is not written. It may be written over the octets that it was
 * found in.
 */
CK_ULONG p11l_point_write(
        const struct p11l_point *point, enum p11l_point_form form, CK_BYTE *out, CK_ULONG room);

#endif
