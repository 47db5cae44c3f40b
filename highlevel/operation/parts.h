/* SPDX-License-Identifier: MIT */
/* What the files of this folder know of each other. */
#ifndef P11L_OPERATION_PARTS_H
#define P11L_OPERATION_PARTS_H

#include "highlevel/internal.h"
#include "highlevel/operation/hash.h"

/* --- Which mechanism: usual.c */

/* Purposes beside those that others know of. */
#define P11L_FOR_SIGN_RECOVER ((unsigned)P11L_PURPOSES)
#define P11L_FOR_WRAP_PRIVATE ((unsigned)P11L_PURPOSES + 1) /* what is no secret key */

/* p11l_mechanism_for with these as well. */
CK_RV p11l_choose_mechanism(struct p11l_slot *slot, unsigned purpose, CK_KEY_TYPE key_type,
        const struct p11l_mechanism *given, struct p11l_mechanism *chosen);

/* CKR_ARGUMENTS_BAD for a parameter that is NULL and has a size. */
CK_RV p11l_check_mechanism(const struct p11l_mechanism *given);

/* --- How large results are: bound.c */

struct p11l_bound {
	CK_ULONG least; /* the result is not shorter than this, */
	CK_ULONG most;  /* and not longer; tokens may want this much room for a shorter one */
	bool ask;       /* not to be had by trying: a signature counts, and its size is unknown */
};

/*
 * Of size octets processed with a key (NULL for a digest). back: what is decrypted or recovered,
 * which is not longer.
 */
struct p11l_bound p11l_bound(
        const struct p11l_mechanism *mechanism, struct p11l_object *key, CK_ULONG size, bool back);

/* Of C_WrapKey. */
struct p11l_bound p11l_bound_wrapped(const struct p11l_mechanism *mechanism,
        struct p11l_object *wrapping_key, struct p11l_object *key);

/* Of the ciphertext of C_EncapsulateKey. */
struct p11l_bound p11l_bound_encapsulated(
        const struct p11l_mechanism *mechanism, struct p11l_object *key);

/* What of a mechanism matters when its result comes in parts. */
bool p11l_checks_tag(CK_MECHANISM_TYPE mechanism);
bool p11l_is_stateful(CK_MECHANISM_TYPE mechanism);

/* Octets that come out of the next update, when held ones wait inside of the module. */
CK_ULONG p11l_expected(CK_MECHANISM_TYPE mechanism, CK_ULONG held, CK_ULONG size, bool back);

/* --- Where results go: output.c */

/*
 * A result on its way into the caller's buffer; by way of other memory where the module may want
 * more room than the buffer has, or where the buffer lies over the input.
 */
struct p11l_output {
	struct p11l_buffer *to;
	struct p11l_buffer other;
	bool is_direct;
	CK_BYTE *octets; /* where the module writes, */
	CK_ULONG room;   /* how much it may, */
	CK_ULONG length; /* and how much it said it did */
};

/* CKR_BUFFER_TOO_SMALL when the buffer is the caller's memory and certainly too small. */
CK_RV p11l_output_begin(struct p11l_output *output, struct p11l_buffer *to,
        const struct p11l_bound *bound, const void *data, CK_ULONG size);

/* The module wants length octets of room; false when it has them, or there is no memory. */
bool p11l_output_grow(struct p11l_output *output);

/* Ends it with rv: the buffer has the result, or is empty. */
CK_RV p11l_output_end(struct p11l_output *output, CK_RV rv);

/* --- Data of signatures of one part, which may be hashed here: signed.c */

struct p11l_signed {
	const void *data;
	CK_ULONG size;
	struct p11l_mechanism mechanism;
	CK_BYTE digest[P11L_DIGEST_INFO_MAX]; /* what data points to, when it is hashed */
};

/* Hashes at once where the token is known to want it. */
void p11l_signed_begin(struct p11l_signed *it, struct p11l_slot *slot);

/* In a step: p11l_start for it; hashes when the token does not have the mechanism. */
CK_RV p11l_signed_start(
        struct p11l_signed *it, struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session);

/* --- Calls of an operation, by its flag (CKF_ENCRYPT, ..., CKF_DIGEST): calls.c */

CK_RV p11l_call_init(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);

/* C_Encrypt and the like. */
CK_RV p11l_call_once(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const void *data, CK_ULONG size, CK_BYTE *out, CK_ULONG *length);

/* C_EncryptUpdate and the like; nothing comes out of signatures and digests. */
CK_RV p11l_call_update(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const void *data, CK_ULONG size, CK_BYTE *out, CK_ULONG *length);
CK_RV p11l_call_final(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session, CK_BYTE *out,
        CK_ULONG *length);

/* --- Beginning and ending: start.c, cancel.c */

/*
 * In a step: Init with the key in object[0] (or none), and the login that the key wants. What was
 * left active on the session is cancelled first if it is in the way.
 */
CK_RV p11l_start(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism);

/* Ends the operation that is active. false: it cannot be done, the session is spoilt. */
bool p11l_end_active(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism);

/* Whether a code means that the session itself is no longer good. */
bool p11l_spoils_session(CK_RV rv);

/* --- Arguments: check.c */

/* A key that can be used; data of this size that can be read; a buffer, which is emptied. */
CK_RV p11l_check_key(const struct p11l_object *key, const char *name);
CK_RV p11l_check_data(const void *data, CK_ULONG size, const char *name);
CK_RV p11l_check_buffer(struct p11l_buffer *buffer, const char *name);

/* The address of data, or of no octets: modules take NULL for a mistake. */
const void *p11l_octets(const void *data);

#endif
