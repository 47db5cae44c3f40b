/* SPDX-License-Identifier: MIT */
/*
 * DER, strictly. libtasn1 lets much of BER pass and does not say where it stopped; so input is
 * walked along its definition first, and what is refused is named with its field and offset.
 */
#ifndef P11L_STRICT_H
#define P11L_STRICT_H

#include "../refuse.h"
#include "shim/normalise/der.h"

#include <libtasn1.h>

/* Where in a structure a walk is: the name of a field and what it stands in. */
struct p11l_place {
	const struct p11l_place *up;
	const char *name;
};

/* Records that what stands at is not as it should be; returns P11L_CKR_MALFORMED. */
CK_RV p11l_malformed(const struct p11l_place *place, const void *at, const char *what);

/* Takes one value of any tag off the front. */
CK_RV p11l_strict_take(const struct p11l_place *place, struct p11l_der *from, uint8_t *tag,
        struct p11l_der *content);

/* Whether the content is what a primitive value of this tag can have. */
CK_RV p11l_strict_primitive(
        const struct p11l_place *place, const void *at, uint8_t tag, struct p11l_der content);

/* Takes a value off the front about which nothing is known, and looks at all that is in it. */
CK_RV p11l_strict_any(const struct p11l_place *place, struct p11l_der *from);

/* Walks all of der, which must be one value of the type of that name in the module. */
CK_RV p11l_strict_walk(const asn1_static_node *module, const char *type, struct p11l_der der);

#endif
