/* SPDX-License-Identifier: MIT */
/*
 * Sessions. A p11l_session is a login to a token and a pool of as many sessions of the standard as
 * threads need at a time: every function borrows one for as long as it works, the one that was
 * used last first, without asking whether it is still good. Where it is not, because the module,
 * the device or the login went away, it is made anew and the call is tried once more, if it has no
 * effects that could happen twice.
 */
#ifndef P11L_SESSION_H
#define P11L_SESSION_H

#include "highlevel/api/module.h"

#ifdef __cplusplus
extern "C" {
#endif

struct p11l_session;

/* A user type that no login is made for. */
#define P11L_NOBODY (~(CK_USER_TYPE)0)

/* Waiting times, in milliseconds. */
#define P11L_WAIT_DEFAULT 0UL            /* 30 seconds */
#define P11L_WAIT_NONE    (~(CK_ULONG)0) /* not at all */

/* What a callback is asked for. */
struct p11l_pin_request {
	CK_ULONG size;
	const char *token;  /* label of the token */
	const char *object; /* label of the key that wants it (CKA_ALWAYS_AUTHENTICATE), or NULL */
	CK_USER_TYPE user_type; /* CKU_USER, CKU_SO, CKU_CONTEXT_SPECIFIC, ... */
	CK_FLAGS token_flags;   /* CKF_USER_PIN_FINAL_TRY and the like */
	CK_BBOOL again;         /* the last one was wrong */
};

/*
 * Fills pin, which is wiped afterwards, and returns CKR_OK; or anything else, which is then what
 * the function returns that needed the PIN: CKR_FUNCTION_CANCELED, say. It is asked at most three
 * times in a row, and for one PIN that was wrong only once. It must not call functions of sessions
 * of the same token, which wait for the login.
 */
typedef CK_RV (*p11l_pin_callback)(
        void *context, const struct p11l_pin_request *request, struct p11l_buffer *pin);

/*
 * Which token, as in struct p11l_token_filter, and who works with it. The PIN is the first of: pin,
 * the callback, pin-value or pin-source of the URI; and where a user_type is named, the token's
 * protected path if it has one. With none of them, and no protected_path, the session is one
 * without a login. A pin-source is a file ("file:/run/pin", or an absolute path) whose first line
 * is the PIN. What is kept of all this, for logging in again, is wiped when the session is closed;
 * a callback and a file are asked anew. A PIN that the token has refused does not go to it again by
 * itself.
 */
struct p11l_open_options {
	CK_ULONG size;
	const char *token;  /* its label */
	const char *serial; /* and serial number */
	const char *uri;
	const CK_SLOT_ID *slot_id;
	const char *pin;
	CK_ULONG pin_size; /* octets; 0: up to the NUL */
	p11l_pin_callback pin_callback;
	void *pin_context;
	const CK_USER_TYPE *user_type; /* P11L_IS(CKU_SO), P11L_NOBODY, ...; NULL: CKU_USER */
	const char *user_name;         /* for C_LoginUser (3.0), or NULL */
	CK_BBOOL protected_path;       /* log in at the token's own keypad, whatever it says */
	CK_BBOOL read_only;            /* no changes to what is stored on the token */
	CK_BBOOL pinned;               /* one session of the standard, one thread at a time */
	CK_BBOOL no_cache;             /* p11l_get_key looks every time */
	CK_ULONG max_sessions;         /* at most so many; 0: as the token allows */
	CK_ULONG wait;                 /* for a session that is free, in milliseconds; see above */
};
#define P11L_OPEN(...) \
	(&(const struct p11l_open_options){.size = sizeof(struct p11l_open_options), __VA_ARGS__})

/*
 * Opens a session on the only token that fits, and logs in. A session that is not read_only is
 * read/write, unless the token is write-protected. If the same user is logged in already, that is
 * success; another user is P11L_CKR_OTHER_USER. p11l_open_token does the same on a token that has
 * been found; token, serial, uri's path and slot_id are ignored then.
 * P11L_CKR_NO_TOKEN, P11L_CKR_MANY_TOKENS, P11L_CKR_BAD_URI, P11L_CKR_NO_PIN, CKR_PIN_INCORRECT and
 * whatever C_OpenSession and C_Login return. A PIN that was wrong is not tried again by itself.
 */
CK_RV p11l_open(struct p11l_module *module, const struct p11l_open_options *options,
        struct p11l_session **session);
CK_RV p11l_open_token(struct p11l_slot *token, const struct p11l_open_options *options,
        struct p11l_session **session);

/*
 * Another reference, for another part of a program that calls p11l_close by itself. With the last
 * reference the sessions of the standard are closed, and C_Logout is called if nobody else who came
 * by here uses the token. Objects that are still held answer CKR_SESSION_CLOSED afterwards.
 */
struct p11l_session *p11l_session_ref(struct p11l_session *session);
void p11l_close(struct p11l_session *session);

/*
 * Logs in later, as another user after p11l_logout, or again; pin NULL: as options said. The PIN is
 * kept in place of that of the options. Logging out is left to the last one, where other sessions
 * that came by here are logged in to the token.
 */
CK_RV p11l_login(
        struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG pin_size);
CK_RV p11l_logout(struct p11l_session *session);

struct p11l_slot *p11l_session_token(const struct p11l_session *session); /* borrowed */
CK_BBOOL p11l_session_is_rw(const struct p11l_session *session);
CK_USER_TYPE p11l_session_user_type(const struct p11l_session *session); /* or P11L_NOBODY */

/*
 * A session of the standard out of the pool, for calls that are made by hand; to be returned with
 * no operation active on it. It must not be closed.
 */
CK_RV p11l_borrow(struct p11l_session *session, CK_SESSION_HANDLE *handle);
void p11l_give_back(struct p11l_session *session, CK_SESSION_HANDLE handle);

/* Forgets which keys p11l_get_key found. */
void p11l_session_forget(struct p11l_session *session);

/*
 * Ends the waiting of other threads for a session and their streams at the next chunk with
 * P11L_CKR_CANCELLED. A call that is inside the vendor's module cannot be interrupted.
 */
void p11l_cancel(struct p11l_session *session);

/*
 * C_InitPIN, by the SO, gives the user a PIN; C_SetPIN changes that of who is logged in, or of the
 * user when nobody is. Sizes in octets, 0: up to the NUL; NULL: by the protected path.
 */
CK_RV p11l_init_pin(struct p11l_session *session, const char *pin, CK_ULONG pin_size);
CK_RV p11l_set_pin(struct p11l_session *session, const char *old_pin, CK_ULONG old_size,
        const char *new_pin, CK_ULONG new_size);

/* size octets of the token's random numbers. */
CK_RV p11l_random(struct p11l_session *session, void *octets, CK_ULONG size);

/* Mixes size octets into them. CKR_RANDOM_SEED_NOT_SUPPORTED. */
CK_RV p11l_seed(struct p11l_session *session, const void *seed, CK_ULONG size);

#ifdef __cplusplus
}
#endif

#endif
