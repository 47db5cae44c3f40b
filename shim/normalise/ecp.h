/* SPDX-License-Identifier: MIT */
/* Points and EC parameters as the vendor wants to be given them: ECP-4, ECP-5, ECP-9, ECPAR-1. */
#ifndef P11L_ECP_H
#define P11L_ECP_H

#include "curve.h"
#include "layer.h"
#include "point.h"

/* What is known of the key that a point or EC parameters belong to. */
struct p11l_ec_key {
	CK_ULONG key_type; /* P11L_ANY: not known */
	unsigned field;    /* 0: not known */
};

/* Adds what CKA_EC_PARAMS and CKA_KEY_TYPE say; key_type is P11L_ANY when there is none. */
struct p11l_ec_key p11l_ec_key_of(CK_ULONG key_type, const void *ec_params, CK_ULONG size);

/*
 * The form in which the vendor has points of a Weierstrass curve or of another. ecx_point in a
 * profile says the latter; else tables of 3.0 and later have the raw form of the standard, older
 * ones DER.
 */
enum p11l_point_form p11l_native_point(
        p11l_below *below, const struct p11l_rules *rules, bool weierstrass);

/*
 * Writes a point in the vendor's form; returns its size, or 0 when nothing is to be changed
 * because it has that form already, or because it has none that is known.
 */
CK_ULONG p11l_point_for_vendor(p11l_below *below, const struct p11l_rules *rules,
        const struct p11l_ec_key *key, const void *in, CK_ULONG size, CK_BYTE out[P11L_POINT_MAX]);

/*
 * The same for CKA_EC_PARAMS: identifier or name, as ec_params in the profile says (ECPAR-1), or
 * the name that ykcs11 takes (ECPAR-6).
 */
CK_ULONG p11l_params_for_vendor(const struct p11l_rules *rules, const void *in, CK_ULONG size,
        CK_BYTE out[P11L_PARAMS_MAX]);

#endif
