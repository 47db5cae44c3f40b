/* SPDX-License-Identifier: MIT */
/* Keys that come out of an operation with another key. */
#ifndef P11L_OPERATION_MADE_H
#define P11L_OPERATION_MADE_H

#include "highlevel/operation/parts.h"

struct p11l_making {
	struct p11l_job job; /* first, so that the step finds the rest */
	/* Calls the function of the standard. */
	CK_RV (*call)(struct p11l_making *making, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key);
	CK_MECHANISM mechanism;
	struct p11l_attributes attributes; /* of the new key */
	const void *data;                  /* what it is made of, if not by the mechanism alone */
	CK_ULONG size;
	struct p11l_output output; /* what comes out beside it, if anything does */
	struct p11l_object *made;
};

/* Empties *key; checks both. */
CK_RV p11l_check_made(
        struct p11l_object **key, const struct p11l_object *base_key, const char *name);

/* Makes the key with base_key; the mechanism must last until it returns. */
CK_RV p11l_make(struct p11l_making *making, struct p11l_object *base_key,
        const struct p11l_mechanism *mechanism, struct p11l_object **key);

#endif
