/* SPDX-License-Identifier: MIT */
/* Items as text. */
#ifndef P11L_RENDER_VALUE_H
#define P11L_RENDER_VALUE_H

#include "record.h"
#include "shim/spec.h"
#include "text.h"

struct p11l_render {
	struct p11l_text text;
	uint64_t session;            /* of the call, for what handles mean */
	CK_KEY_TYPE key_type;        /* of the template at hand, or CKK_VENDOR_DEFINED */
	CK_MECHANISM_TYPE mechanism; /* of the call, or CKM_VENDOR_DEFINED */
	unsigned depth;              /* of nesting left */
};

/* Writes the next item as a value of the type given. */
void p11l_render_item(struct p11l_render *render, struct p11l_type type, struct p11l_reader *r);

/* A value of a space by its name, or as a number when it has none. */
void p11l_render_enum(struct p11l_text *t, unsigned space, uint64_t value);

#endif
