/* SPDX-License-Identifier: MIT */
/* Operations of one part that have a result. */
#ifndef P11L_OPERATION_ONCE_H
#define P11L_OPERATION_ONCE_H

#include "highlevel/operation/parts.h"

/* what is CKF_ENCRYPT and the like; key is NULL for a digest. Arguments have been checked. */
CK_RV p11l_once(struct p11l_session *session, struct p11l_object *key, CK_FLAGS what,
        const struct p11l_mechanism *mechanism, const void *data, CK_ULONG size,
        struct p11l_buffer *out);

/* Checks them, and chooses the mechanism. */
CK_RV p11l_once_with_key(struct p11l_object *key, CK_FLAGS what, unsigned purpose,
        const struct p11l_mechanism *mechanism, const void *data, CK_ULONG size,
        struct p11l_buffer *out);

#endif
