/* SPDX-License-Identifier: MIT */
/* Which digest is meant. */
#ifndef P11L_OPERATION_DIGEST_H
#define P11L_OPERATION_DIGEST_H

#include "highlevel/operation/parts.h"

/* SHA-512 when none is given; session may be NULL, which is refused. */
CK_RV p11l_digest_mechanism(struct p11l_session *session, const struct p11l_mechanism *given,
        struct p11l_mechanism *chosen);

#endif
