/* SPDX-License-Identifier: MIT */
/* What there is to import. */
#ifndef P11L_KEY_INPUT_H
#define P11L_KEY_INPUT_H

#include "parts.h"

#include "highlevel/api/codec.h"

#define P11L_ID_OCTETS 20 /* SHA-1 */

struct p11l_input_item {
	struct p11l_decoded decoded;
	CK_BYTE id[P11L_ID_OCTETS]; /* of its public key */
	bool has_id;
};

/* All zeros is an empty one. */
struct p11l_input {
	struct p11l_input_item *item;
	CK_ULONG count, room;
};

/* Decodes DER, or all blocks of PEM, and tells the id of each as far as it can be told. */
CK_RV p11l_input_read(const void *data, CK_ULONG size, struct p11l_input *input);
void p11l_input_free(struct p11l_input *input);

/* The public key that an item is or tells; empty when it does not. */
const struct p11l_attributes *p11l_input_public(const struct p11l_input_item *item);

#endif
