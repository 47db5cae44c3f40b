/* SPDX-License-Identifier: MIT */
/*
 * Mechanism parameters that live on until the session starts the next operation of the kind or is
 * closed: there are vendors that go on reading them (PARM-1), and one that writes to them (GCM-3).
 */
#ifndef P11L_LASTING_H
#define P11L_LASTING_H

#include "shim/spec.h"

struct p11l_lasting {
	struct p11l_lasting *next;
	CK_SESSION_HANDLE session;
	unsigned function;
	bool has_slot;
	CK_SLOT_ID slot;
	size_t size;     /* octets of all that follows */
	void *parameter; /* the copy, behind this struct */
};

/*
 * A copy of the parameter, and, when nested, of what its fields point to, but for an IV, which a
 * token may write. NULL when there is no parameter, it cannot be read, or memory is short.
 */
struct p11l_lasting *p11l_lasting_make(
        const CK_MECHANISM *mechanism, const struct p11l_mechanism_row *known, bool nested);

/* Room for something else, zeroed; NULL when memory is short. */
struct p11l_lasting *p11l_lasting_room(size_t size);

/* Keeps it, and frees what the session had kept for this function before. */
void p11l_lasting_keep(struct p11l_lasting *lasting, CK_SESSION_HANDLE session, unsigned function);

/* Takes back what is kept for this function; NULL when there is nothing. */
struct p11l_lasting *p11l_lasting_take(CK_SESSION_HANDLE session, unsigned function);

/* Wipes and frees one that is not kept; NULL does nothing. */
void p11l_lasting_free(struct p11l_lasting *lasting);

/* Frees what a session keeps that has been closed, or all that are known to be on a slot. */
void p11l_lasting_closed(CK_SESSION_HANDLE session);
void p11l_lasting_all_closed(CK_SLOT_ID slot);

/* Frees all that is kept; at C_Finalize. The child of a fork has nothing to begin with. */
void p11l_lasting_forget(void);

#endif
