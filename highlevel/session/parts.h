/* SPDX-License-Identifier: MIT */
/* What the files of this folder know of each other. Read registry.c, pool.c, login.c, pin.c,
 * recover.c, run.c, open.c in this order. */
#ifndef P11L_SESSION_PARTS_H
#define P11L_SESSION_PARTS_H

#include "highlevel/internal.h"

/* --- All sessions, and the lock of all logins (registry.c) */

/*
 * Guards the list of sessions and struct p11l_login. It and the locks of all pools are taken before
 * a fork, so that they are free in the child. It is never asked for with the lock of a pool.
 */
void p11l_registry_lock(void);
void p11l_registry_unlock(void);

/* Waits, with the lock, until p11l_registry_tell is called. */
void p11l_registry_wait(void);
void p11l_registry_tell(void);

void p11l_registry_add(struct p11l_session *session);
void p11l_registry_remove(struct p11l_session *session);

/* The lock of a pool, and what those wait for who want a session. */
CK_RV p11l_pool_prepare(struct p11l_session *session);

/* --- The pool (pool.c) */

/* What becomes of a session that comes back. */
enum p11l_state {
	P11L_GOOD,
	P11L_BROKEN, /* it is closed, or set aside when session objects are in it */
	P11L_LOST    /* the module knows it no more; its handle may be somebody else's by now */
};

/*
 * Borrows a session of the current epoch; with fresh preferably one that is just opened. Makes no
 * call when one is free. CKR_SESSION_CLOSED, P11L_CKR_NO_SESSION, P11L_CKR_CANCELLED, what
 * C_OpenSession and p11l_module_revive return.
 */
CK_RV p11l_pool_take(struct p11l_session *session, bool fresh, struct p11l_pooled **pooled);
void p11l_pool_put(struct p11l_session *session, struct p11l_pooled *pooled, enum p11l_state state);

/* Closes what is free, and what is not when it comes back; logs out before the last. */
void p11l_pool_close(struct p11l_session *session);

/* Gives the memory back. */
void p11l_pool_free(struct p11l_session *session);

/* --- Logins (login.c) */

/* Who is logged in to a token, as far as it has to do with us. */
struct p11l_login {
	CK_SLOT_ID slot;
	unsigned sessions; /* p11l_sessions of this token */
	unsigned users;    /* and those of them that have logged in */
	CK_USER_TYPE user_type;
	char *user_name;
	bool made_here;     /* C_Login said CKR_OK to us, so C_Logout is ours as well */
	atomic_uint epoch;  /* of the module when somebody logged in; odd: the login is lost */
	atomic_uint serial; /* counts logins */
	unsigned busy;      /* 1 + the epoch in which somebody is logging in just now, or 0 */
	struct p11l_login *next;
};
#define P11L_LOST_LOGIN 1u

/* Makes the session one of its token's. CKR_HOST_MEMORY. */
CK_RV p11l_login_join(struct p11l_session *session);
void p11l_login_part(struct p11l_session *session);

/* How to log in. */
struct p11l_entering {
	CK_USER_TYPE user_type;
	const char *pin; /* or that of the session */
	CK_ULONG pin_size;
	unsigned seen; /* serial of the login that was lost: another thread may have been faster */
	bool again;    /* a login that was lost, not a new one */
	bool made;     /* somebody had to log in */
};

/* In a step: logs in with this session, one thread after the other. P11L_CKR_OTHER_USER. */
CK_RV p11l_login_enter(
        struct p11l_job *job, const struct p11l_pooled *pooled, struct p11l_entering *entering);

/*
 * The session has no user any more. C_Logout on this handle if it was the last of the token that
 * had one, and the login is ours, or always is set.
 */
CK_RV p11l_login_leave(struct p11l_session *session, const struct p11l_pooled *pooled, bool always);

/* The next who uses the session shall log in first. */
void p11l_login_lost(struct p11l_session *session);

/* --- PINs (pin.c) */

/* Where PINs of a session come from, as its options say. CKR_HOST_MEMORY, P11L_CKR_BAD_URI. */
CK_RV p11l_pin_source_new(const struct p11l_open_options *options, struct p11l_pin_source **source);
void p11l_pin_source_free(struct p11l_pin_source *source);

/* There is a PIN, or a way to one, so that a user is meant although none is named. */
bool p11l_pin_source_given(const struct p11l_pin_source *source);
const char *p11l_pin_user_name(const struct p11l_pin_source *source);

/* One attempt after the other to get a PIN and to use it. */
struct p11l_pin {
	struct p11l_session *session;
	CK_USER_TYPE user_type;
	const char *object;    /* for CKU_CONTEXT_SPECIFIC */
	bool by_itself;        /* nobody has asked for this login just now */
	unsigned attempts;     /* of this time */
	bool on_token;         /* no PIN: the token asks by itself */
	bool asked;            /* it came out of a callback, which can be asked for another */
	struct p11l_buffer is; /* P11L_SECRET */
};

/*
 * Gets a PIN out of the source. One that the token has refused before is not given again:
 * CKR_PIN_INCORRECT. P11L_CKR_NO_PIN, what the callback returns, CKR_HOST_MEMORY; with record.
 */
CK_RV p11l_pin_get(struct p11l_pin *pin);
void p11l_pin_free(struct p11l_pin *pin);

#define P11L_PIN_ATTEMPTS 3 /* at one time, of a callback */

/* What the token said to it: remembers a wrong one. */
void p11l_pin_tried(struct p11l_pin *pin, CK_RV rv);

/* This PIN is the user's from now on; the source keeps a copy. */
CK_RV p11l_pin_store(
        struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG size);

/* The user has another PIN now: what the source keeps is replaced if it was the old one. */
void p11l_pin_replace(struct p11l_session *session, const char *old_pin, CK_ULONG old_size,
        const char *new_pin, CK_ULONG new_size);

/* The first line of the file; leaves a record. */
CK_RV p11l_pin_read_file(const char *path, struct p11l_buffer *pin);

/* Octets of a PIN: size, or up to the NUL when it is 0. */
CK_ULONG p11l_pin_size(const char *pin, CK_ULONG size);

/* --- Recovery (recover.c) */

/* What has gone away. */
enum p11l_loss {
	P11L_LOSS_NONE,
	P11L_LOSS_SESSION = 1,
	P11L_LOSS_LOGIN = 2,
	P11L_LOSS_HANDLE = 4,
	P11L_LOSS_MODULE = 8,
	P11L_LOSS_DIRTY = 16 /* the session has an operation that nobody will finish */
};
enum p11l_loss p11l_loss_by(CK_RV rv);

/* What becomes of a session in which that happened. */
enum p11l_state p11l_state_after(enum p11l_loss loss);

#endif
