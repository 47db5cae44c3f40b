/* SPDX-License-Identifier: MIT */
/* Data in parts. */
#ifndef P11L_OPERATION_OPERATION_H
#define P11L_OPERATION_OPERATION_H

#include "highlevel/operation/pace.h"
#include "highlevel/operation/parts.h"

struct p11l_operation {
	struct p11l_job job; /* first; with the session that it keeps */
	CK_FLAGS what;
	struct p11l_mechanism mechanism;
	struct p11l_hash hash;      /* of a signature that is hashed here */
	bool is_over;               /* nothing is active any more, and the session is given back */
	bool is_begun;              /* the module has got a part */
	bool unverified;            /* plaintext may go out before its tag is checked */
	unsigned cancelled;         /* what p11l_cancel had counted when it began */
	struct p11l_buffer waiting; /* input that is not worth a call yet */
	struct p11l_buffer ready;   /* output that nobody has got yet */
	CK_ULONG in, out;           /* octets that the module got and gave */
	struct p11l_pace pace;
};

/* Whether anything comes out before the end. */
bool p11l_has_output(const struct p11l_operation *operation);

/* Whether what comes out is held until its tag is checked. */
bool p11l_holds(const struct p11l_operation *operation);

/* CKR_OPERATION_NOT_INITIALIZED, P11L_CKR_DEAD: it is over, or lost with the module. */
CK_RV p11l_check_active(const struct p11l_operation *operation);

/* Gives the module data, in as many parts as it takes; output collects in ready. */
CK_RV p11l_feed(struct p11l_operation *operation, const void *data, CK_ULONG size);

/* Gives it what waits. */
CK_RV p11l_flush(struct p11l_operation *operation);

/* Hashing here is over: what is signed waits. */
CK_RV p11l_hash_over(struct p11l_operation *operation);

/* Calls of an operation that have begun. */
enum p11l_stage { P11L_UPDATE, P11L_FINAL, P11L_ONCE };

/* Makes one, with this much room for its output, which is appended to ready. Leaves no record. */
CK_RV p11l_drive(struct p11l_operation *operation, enum p11l_stage stage, const void *data,
        CK_ULONG size, CK_ULONG room);

/* What is ready goes into out, which may be NULL if nothing is. CKR_BUFFER_TOO_SMALL. */
CK_RV p11l_hand_out(struct p11l_operation *operation, struct p11l_buffer *out);

/* It is over; the session goes back. */
void p11l_return_session(struct p11l_operation *operation, bool broken);

/* Ends with what the module said; leaves a record, and returns rv. */
CK_RV p11l_give_up(struct p11l_operation *operation, CK_RV rv);

/* Ends it where the module has not failed: cancels what is active. */
void p11l_drop(struct p11l_operation *operation);

/* Room for size octets behind what waits, or what is ready. */
CK_RV p11l_make_room(struct p11l_buffer *buffer, CK_ULONG size);

/* More than a block that was held back, and a tag. */
#define P11L_SLACK 64

#endif
