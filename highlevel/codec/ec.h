/* SPDX-License-Identifier: MIT */
/* Curves and points, for what has them inside. */
#ifndef P11L_EC_H
#define P11L_EC_H

#include "parts.h"

#define P11L_EC_ORDER_MAX 72 /* octets of the largest order of a known curve */

/* Octets of the order of the curve of CKA_EC_PARAMS; 0: not known. */
CK_ULONG p11l_order_of(struct p11l_der ec_params);

/* The ECParameters that stand in a key: an identifier, or domain parameters. */
CK_RV p11l_check_ec_params(struct p11l_der ec_params);

/* The octets of a point that stand in CKA_EC_POINT or in a key, in whatever form they are. */
CK_RV p11l_bare_point(CK_ULONG key_type, struct p11l_der ec_params, struct p11l_der point,
        const char *field, struct p11l_der *bare);

/* Sets CKA_EC_POINT from a point that stands bare in a key. */
CK_RV p11l_set_point(struct p11l_attributes *key, CK_ULONG key_type, struct p11l_der ec_params,
        struct p11l_der point, const char *field, bool bare);

/*
 * The parts of an ECPrivateKey. ec_params is what an outer structure says of the curve; without it
 * (size 0) the key must.
 */
CK_RV p11l_read_ec_private(
        struct p11l_der der, struct p11l_der ec_params, const struct p11l_target *to);

/* Writes one, with the curve in it or without. */
CK_RV p11l_write_ec_key(
        const struct p11l_template *from, bool with_params, struct p11l_buffer *out);

#endif
