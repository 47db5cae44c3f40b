/* SPDX-License-Identifier: MIT */
/*
 * What the normaliser knows of the host's sessions. A session is in the table from C_OpenSession
 * until it is closed, C_Finalize, or a fork; sessions beyond P11L_SESSIONS are not known, and
 * rules that need to know them do nothing there.
 *
 * The layer "operation" keeps the table, where it hooks C_OpenSession, C_CloseSession,
 * C_CloseAllSessions and C_Finalize: a rule that asks anything here names these four there.
 * No lock is held beyond the functions below.
 */
#ifndef P11L_SESSION_H
#define P11L_SESSION_H

#include "shim/spec.h"

#define P11L_SESSIONS 65536

/* Operations that can be active beside each other in a session. */
enum p11l_class {
	P11L_CLASS_ENCRYPT,
	P11L_CLASS_DECRYPT,
	P11L_CLASS_DIGEST,
	P11L_CLASS_SIGN,
	P11L_CLASS_SIGN_RECOVER,
	P11L_CLASS_VERIFY,
	P11L_CLASS_VERIFY_RECOVER,
	P11L_CLASS_FIND,
	P11L_CLASSES
};

/* Places for what a layer keeps in a session: one for each class, and the buffered search. */
#define P11L_KEPT_SEARCH P11L_CLASSES
#define P11L_KEPT        (P11L_CLASSES + 1)

/* What an operation was started with. */
struct p11l_begun {
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_HANDLE key;
};

struct p11l_session {
	struct p11l_session *next;
	CK_SESSION_HANDLE handle;
	CK_SLOT_ID slot;
	CK_FLAGS flags;            /* of C_OpenSession */
	uint64_t serial;           /* tells it from another session that had the same handle */
	CK_SESSION_HANDLE context; /* where CKU_CONTEXT_SPECIFIC logs in; 0: here */
	uint32_t begun_known;      /* a bit for each class */
	uint32_t taken;            /* a bit for each place */
	struct p11l_begun begun[P11L_CLASSES]; /* may have ended since */
	void *kept[P11L_KEPT];                 /* owned */
	void (*forget[P11L_KEPT])(void *kept); /* gives it back */
};

/* --- For every layer */

/* The slot and the flags of a session; false when it is not known. */
bool p11l_session_find(CK_SESSION_HANDLE handle, CK_SLOT_ID *slot, CK_FLAGS *flags);

/* Notes that an operation was started, and says what was noted last. */
void p11l_session_begin(CK_SESSION_HANDLE handle, enum p11l_class class,
        CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key);
bool p11l_session_begun(CK_SESSION_HANDLE handle, enum p11l_class class, struct p11l_begun *begun);

/*
 * What a layer keeps in a session is taken out for as long as a call works with it, so that no
 * lock is needed meanwhile, and then put back.
 */
struct p11l_taken {
	CK_SESSION_HANDLE session;
	uint64_t serial;
	unsigned place;
	void *kept; /* NULL when there is nothing */
};

/* False when the session is not known, or when another thread is at work there. */
bool p11l_session_take(struct p11l_taken *taken, CK_SESSION_HANDLE handle, unsigned place);

/* False when the session is gone: the caller still owns what was to be kept. */
bool p11l_session_put(const struct p11l_taken *taken, void (*forget)(void *kept));

/* Shows what is kept in this place in the sessions of a slot; visit must not look at the table. */
void p11l_session_each(CK_SLOT_ID slot, unsigned place, void (*visit)(void *kept));

/* The session in which a context-specific login belongs: handle itself unless set. */
void p11l_session_set_context(CK_SESSION_HANDLE handle, CK_SESSION_HANDLE context);
CK_SESSION_HANDLE p11l_session_context(CK_SESSION_HANDLE handle);

/* --- For the layer that keeps the table */

void p11l_session_opened(CK_SESSION_HANDLE handle, CK_SLOT_ID slot, CK_FLAGS flags);

/* Takes a session out of the table, so that no other thread uses what it keeps; NULL: unknown. */
struct p11l_session *p11l_session_remove(CK_SESSION_HANDLE handle);

/* All sessions of a slot, linked by next. */
struct p11l_session *p11l_session_remove_slot(CK_SLOT_ID slot);

/* Puts sessions back that could not be closed. */
void p11l_session_restore(struct p11l_session *sessions);

/* Forgets sessions that were taken out, and what they keep. */
void p11l_session_free(struct p11l_session *sessions);

/* Forgets all sessions. */
void p11l_sessions_forget(void);

#endif
