/* SPDX-License-Identifier: MIT */
/*
 * Mechanism parameters that live on until the session starts the next operation of the kind: there
 * are vendors that go on reading them (PARM-1).
 */
#ifndef P11L_LASTING_H
#define P11L_LASTING_H

#include "shim/spec.h"

struct p11l_lasting {
	struct p11l_lasting *next;
	CK_SESSION_HANDLE session;
	unsigned function;
	size_t size;     /* octets of all that follows */
	void *parameter; /* the copy, behind this struct */
};

/*
 * A copy of the parameter, and, when nested, of what its fields point to, but for an IV, which a
 * token may write. NULL when there is no parameter, it cannot be read, or memory is short.
 */
struct p11l_lasting *p11l_lasting_make(
        const CK_MECHANISM *mechanism, const struct p11l_mechanism *known, bool nested);

/* Keeps it, and frees what the session had kept for this function before. */
void p11l_lasting_keep(struct p11l_lasting *lasting, CK_SESSION_HANDLE session, unsigned function);

/* Wipes and frees one that is not kept; NULL does nothing. */
void p11l_lasting_free(struct p11l_lasting *lasting);

/* Frees all that is kept; at C_Finalize, and in the child of a fork. */
void p11l_lasting_forget(void);

#endif
