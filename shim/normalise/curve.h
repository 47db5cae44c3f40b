/* SPDX-License-Identifier: MIT */
/* CKA_EC_PARAMS: which curve is meant, in all the ways in which it is said. */
#ifndef P11L_CURVE_H
#define P11L_CURVE_H

#include "shim/spec.h"

enum p11l_curve_form {
	P11L_CURVE_UNKNOWN,
	P11L_CURVE_OID,
	P11L_CURVE_NAME,      /* a PrintableString, as the standard has it */
	P11L_CURVE_UTF8_NAME, /* the same as a UTF8String */
	P11L_CURVE_BAD_NAME,  /* a PrintableString whose length is one more than its text has */
	P11L_CURVE_EXPLICIT,  /* the domain parameters written out */
};

struct p11l_params {
	enum p11l_curve_form form;
	const struct p11l_curve *curve; /* NULL: not one that is listed */
	unsigned octets;                /* of a coordinate; 0: not known */
};

struct p11l_params p11l_params_parse(const void *ec_params, CK_ULONG size);

#define P11L_PARAMS_MAX 64 /* octets of any identifier or name of a curve */

/*
 * Writes a curve as an identifier, or by its name in one of the three forms; names are only for
 * Edwards and Montgomery curves. Returns its size, or 0 when the curve has no such form or room is
 * too small. What OpenPGP cards call by an identifier of their own is written by the standard's.
 */
CK_ULONG p11l_params_write(
        const struct p11l_curve *curve, enum p11l_curve_form form, CK_BYTE *out, CK_ULONG room);

#endif
