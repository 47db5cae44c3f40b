/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the high-level functions know of each other. Read module/, session/, object/,
 * key/, operation/ in this order: each uses those before it.
 *
 * Functions of highlevel/api are called by the host through entries (api.c), which forget the last
 * error and mark the calls in the trace. Inside, a function that fails has left a record
 * (highlevel/refuse.h) or passes on the code of one that has.
 */
#ifndef P11L_INTERNAL_H
#define P11L_INTERNAL_H

#include "highlevel/api/codec.h"
#include "highlevel/api/operation.h"
#include "highlevel/refuse.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Options: a member is there if it lies within the first size octets. */
#define P11L_HAS(options, member)                                                           \
	((options) != NULL && (options)->size >= offsetof(__typeof__(*(options)), member) + \
	                                                 sizeof((options)->member))
#define P11L_GET(options, member, otherwise) \
	(P11L_HAS(options, member) ? (options)->member : (otherwise))

/* --- Errors */

/* What a call is about, for the record; all may be absent (P11L_NONE, NULL). */
struct p11l_subject {
	CK_MECHANISM_TYPE mechanism;
	CK_ATTRIBUTE_TYPE attribute;
	const struct p11l_object *object; /* or */
	const struct p11l_slot *slot;
};
#define P11L_NO_SUBJECT \
	(&(const struct p11l_subject){.mechanism = P11L_NONE, .attribute = P11L_NONE})
#define P11L_ABOUT_SLOT(slot) (&(const struct p11l_subject){P11L_NONE, P11L_NONE, NULL, (slot)})
#define P11L_ABOUT_KEY(mechanism, key) \
	(&(const struct p11l_subject){(mechanism), P11L_NONE, (key), NULL})

/* Records that a function of the module returned rv, with names, subject and hint; returns rv. */
CK_RV p11l_vendor_refused(const struct p11l_module *module, CK_RV rv, const char *function,
        const struct p11l_subject *subject);

/*
 * A call of the standard: P11L_CALL(module, subject, C_Sign, handle, ...) is its return code.
 * Steps that recovery may repeat use P11L_TRY instead, which leaves no record; see p11l_run.
 */
#define P11L_CALL(module, subject, name, ...) \
	p11l_checked(module, (module)->functions->name(__VA_ARGS__), #name, subject)

static inline CK_RV p11l_checked(const struct p11l_module *module, CK_RV rv, const char *function,
        const struct p11l_subject *subject)
{
	return rv == CKR_OK ? rv : p11l_vendor_refused(module, rv, function, subject);
}

/* --- Modules (module/) */

struct p11l_module {
	atomic_uint references;
	/* All functions of the standard; stubs (CKR_FUNCTION_NOT_SUPPORTED) where it has none. */
	const CK_FUNCTION_LIST_3_2 *functions;
	CK_FUNCTION_LIST_3_2 table; /* what functions points to, unless it is ours */
	CK_FUNCTION_LIST *standard; /* for p11l_get_functions */
	void *handle;               /* of the vendor's module, by which it is known */
	void *copy;                 /* of dlopen: the copy of the lens in front of it, or NULL */
	char *path;
	char *parameters;
	bool own;              /* it is the vendor of this lens */
	bool initialised_here; /* by us, in this process or its parent */
	bool keep_initialised;
	bool normalised;
	bool changing;        /* somebody initialises or frees it, and others wait */
	bool forked;          /* and not initialised again since */
	atomic_bool listed;   /* its slots, in this epoch */
	unsigned users;       /* who needs the memory: all references together, and who waits */
	pthread_mutex_t lock; /* held for bookkeeping only, never across a call into the module */
	/*
	 * How often it was initialised: what was got before belongs to an earlier epoch. Odd while
	 * nobody has yet initialised it again, after a fork or p11l_reinitialise.
	 */
	atomic_uint epoch;
	struct p11l_module_info info;
	atomic_bool has_info;
	struct p11l_login
	        *logins; /* one for each slot that sessions are open on: session/login.c */
	struct p11l_module *next;
};

/*
 * Sees to it that the module is initialised: after a fork, or when it says that it is not. seen is
 * the epoch of whoever asks; when the module is in a later one already, nothing is done.
 */
CK_RV p11l_module_revive(struct p11l_module *module, unsigned seen);

struct p11l_slot {
	atomic_uint references;
	struct p11l_module *module;
	CK_SLOT_ID id;
	pthread_mutex_t lock;
	atomic_bool has_slot_info, has_token_info;
	struct p11l_slot_info slot_info;
	struct p11l_token_info token_info;
	atomic_bool asked_mechanisms;          /* asked for the list, with whatever success */
	CK_MECHANISM_TYPE *_Atomic mechanisms; /* in ascending order; NULL: there is no list */
	CK_ULONG mechanism_count;
	_Atomic(uint32_t) digests_only;     /* mechanisms that are hashed for: operation/hash.h */
	struct p11l_mechanism_known *known; /* infos of single mechanisms: module/mechanism.c */
};

/* Whether the token has the mechanism; asks for the list once. Unknown counts as yes. */
bool p11l_slot_offers(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism);

/* A parsed PKCS #11 URI (RFC 7512): module/uri.c. Strings are NULL where it says nothing. */
struct p11l_uri {
	char *token, *manufacturer, *model, *serial;
	char *library_manufacturer, *library_description, *slot_manufacturer, *slot_description;
	char *object;
	CK_BYTE *id;
	CK_ULONG id_size;
	CK_OBJECT_CLASS object_class; /* P11L_NONE: not said */
	CK_SLOT_ID slot_id;           /* P11L_NONE: not said */
	CK_VERSION library_version;
	bool has_library_version;
	char *pin_source, *pin_value; /* wiped when freed */
	char *module_name, *module_path;
	bool has_unknown; /* the path says something that is not understood: nothing is that */
};

/* P11L_CKR_BAD_URI, with the octet where it is wrong; CKR_HOST_MEMORY. */
CK_RV p11l_uri_parse(const char *text, struct p11l_uri *uri);
void p11l_uri_clear(struct p11l_uri *uri);

/* Appends ";name=value" ('?' and '&' never), percent-encoded as RFC 7512 wants. */
CK_RV p11l_uri_append(struct p11l_buffer *out, const char *name, const void *value, CK_ULONG size);

/* The token part of a URI: appends "pkcs11:model=...;manufacturer=...;serial=...;token=...". */
CK_RV p11l_uri_append_token(struct p11l_buffer *out, struct p11l_slot *slot);

/* --- Sessions (session/) */

/* A session of the standard in the pool. */
struct p11l_pooled {
	CK_SESSION_HANDLE handle;
	unsigned epoch;    /* of the module when it was opened */
	unsigned depth;    /* how often it is borrowed: more than once only when pinned */
	unsigned by_hand;  /* of these by p11l_borrow */
	bool owns_objects; /* session objects were made in it, so it is not closed if avoidable */
	bool broken;       /* to be closed when it comes back */
	bool lost;         /* the module knows it no more */
	struct p11l_pooled *next;
	struct p11l_pooled *next_lent;
};

/*
 * What is done with a borrowed session: makes calls with module->functions and returns the first
 * code that is not CKR_OK, after setting *function to the name of the function that said it. It
 * reads handles of objects anew by p11l_object_handle, because they may have changed since the last
 * time.
 */
struct p11l_job;
typedef CK_RV (*p11l_step)(struct p11l_job *job, CK_SESSION_HANDLE session);

struct p11l_job {
	p11l_step step;
	struct p11l_session *session;
	struct p11l_object *object[3]; /* whose handles the step uses; NULL where there are fewer */
	struct p11l_subject subject;   /* for the record */
	unsigned flags;
	/* Set by the step when the module says no: "C_SignInit"; else the step has left a record.
	 */
	const char *function;
	struct p11l_pooled *pooled; /* the session it has, set by p11l_run */
};
#define P11L_REPEATABLE 1u /* nothing bad happens when it is done twice */
#define P11L_CREATES    2u /* may make session objects: the session then owns them */
#define P11L_KEEPS      4u /* after success the session stays borrowed: job->pooled */
#define P11L_WRITES     8u /* needs a read/write session; only for the text of errors */

/* In a step: makes the call, notes its name when it fails. */
#define P11L_TRY(job, name, ...) \
	p11l_tried(job, (job)->session->module->functions->name(__VA_ARGS__), #name)

static inline CK_RV p11l_tried(struct p11l_job *job, CK_RV rv, const char *function)
{
	if (rv != CKR_OK)
		job->function = function;
	return rv;
}

struct p11l_session {
	atomic_uint holders;    /* who will call p11l_close */
	atomic_uint references; /* holders, objects, operations: how long the memory lives */
	struct p11l_module *module;
	struct p11l_slot *slot;
	bool read_only, pinned, no_cache;
	_Atomic(CK_USER_TYPE) user_type; /* or P11L_NOBODY */
	pthread_mutex_t lock;            /* of the pool; never held across a call into the module */
	pthread_cond_t returned;
	struct p11l_pooled *idle; /* last in, first out */
	struct p11l_pooled *lent; /* by p11l_borrow */
	struct p11l_pooled *only; /* what is borrowed of a pinned session, by whom: */
	pthread_t pinned_by;
	unsigned epoch;        /* of the module, that all of these are of */
	unsigned open, limit;  /* sessions of the standard; limit 0: not known */
	unsigned most;         /* what the limit is at first: max_sessions */
	CK_ULONG wait;         /* milliseconds */
	atomic_uint cancelled; /* counts p11l_cancel */
	atomic_bool closed;
	struct p11l_login *login;     /* session/login.c; shared by the sessions of a token */
	struct p11l_pin_source *pin;  /* session/pin.c */
	struct p11l_key_cache *cache; /* object/cache.c */
	struct p11l_session *next;    /* all there are: session/registry.c */
};

/*
 * Borrows a session, runs the step, returns the session. When the step fails because a session, a
 * login, the module or a handle is gone, that is mended; if the job is P11L_REPEATABLE, the step is
 * run again, once for each of these four. On failure leaves a record (p11l_vendor_refused about
 * job->subject) and returns the code of the first failure that could not be mended. Also
 * CKR_SESSION_CLOSED, P11L_CKR_NO_SESSION, P11L_CKR_CANCELLED, P11L_CKR_DEAD.
 */
CK_RV p11l_run(struct p11l_job *job);

/*
 * Returns a session that a job kept; with broken it is closed, and another opened when needed. One
 * that owns objects is set aside instead while there can be others.
 */
void p11l_release(struct p11l_session *session, struct p11l_pooled *pooled, bool broken);

/* References that keep the memory and, through it, slot and module. */
struct p11l_session *p11l_session_keep(struct p11l_session *session);
void p11l_session_let(struct p11l_session *session);

/*
 * The login that a key with CKA_ALWAYS_AUTHENTICATE wants between Init and the operation, on this
 * very session: with pin if not NULL, else the callback, else that of the session. In a step:
 * notes the function in job.
 */
CK_RV p11l_context_login(struct p11l_job *job, CK_SESSION_HANDLE session,
        const struct p11l_buffer *pin, const char *label);

/* --- Objects (object/) */

struct p11l_object {
	atomic_uint references;
	struct p11l_session *session;     /* kept */
	_Atomic(CK_OBJECT_HANDLE) handle; /* CK_INVALID_HANDLE: local, or destroyed */
	atomic_uint epoch;                /* of the module when the handle was got */
	bool is_local;                    /* domain parameters that are only here */
	atomic_bool dead;                 /* destroyed, or lost with its session */
	CK_RV result;                     /* of reading it */
	CK_OBJECT_CLASS object_class;     /* P11L_NONE: unknown */
	CK_KEY_TYPE key_type;             /* P11L_NONE: no key, or unknown */
	bool is_stored;
	atomic_bool always_authenticate;
	_Atomic(CK_ULONG) bits;             /* 0: not known yet */
	atomic_bool is_read;                /* the usual attributes were asked for */
	_Atomic(struct p11l_known *) known; /* object/known.c */
	pthread_mutex_t lock;
	struct p11l_buffer pin; /* P11L_SECRET; of p11l_set_key_pin; guarded by lock */
};

/* A finished list; it owns a reference of each. */
struct p11l_objects {
	CK_ULONG count, room;
	struct p11l_object **item;
};

/*
 * Puts an object at the end of a list, which is made when *objects is NULL. The list takes over
 * the reference, and gives it back when it fails. CKR_HOST_MEMORY.
 */
CK_RV p11l_objects_add(struct p11l_objects **objects, struct p11l_object *object);

/*
 * An object for a handle that was just got by a job of this session. given are attributes that are
 * known of it without asking (a template it was made of); they may be NULL. CKR_HOST_MEMORY.
 */
CK_RV p11l_object_new(struct p11l_session *session, CK_OBJECT_HANDLE handle,
        const CK_ATTRIBUTE *given, CK_ULONG count, struct p11l_object **object);

/*
 * Gets a handle for an object whose old one is of an earlier epoch or was refused: looks it up by
 * what is known of it (CKA_UNIQUE_ID, else class, type, id and label, which must fit exactly one),
 * and compares what is found. Session objects are dead then. Called by p11l_run with a session it
 * has borrowed; leaves no record. P11L_CKR_DEAD.
 */
CK_RV p11l_object_refind(struct p11l_object *object, CK_SESSION_HANDLE session);

/* CKR_OK when the object may be used in a call: P11L_CKR_DEAD, P11L_CKR_NOT_HERE; with record. */
CK_RV p11l_object_check(const struct p11l_object *object, const char *argument);

/*
 * A known attribute of it, or NULL; no call. The value is good as long as the object, even when
 * p11l_set_attribute makes another one known. Behind it there is a NUL.
 */
const CK_ATTRIBUTE *p11l_object_known(const struct p11l_object *object, CK_ATTRIBUTE_TYPE type);

/* Forgets all keys, or one object, in the cache of the session. */
void p11l_cache_forget(struct p11l_session *session, const struct p11l_object *object);
void p11l_cache_free(struct p11l_session *session);

/* --- Keys (key/) */

/*
 * The template for a new key of this class and type: what is always there (class, type, token,
 * label, id, private, sensitive, capabilities), then the caller's. bits is put in as CKA_VALUE_LEN
 * where keys of this type want it and bits is not 0.
 */
CK_RV p11l_key_template(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        CK_KEY_TYPE key_type, CK_ULONG bits, struct p11l_attributes *attributes);

/* --- Operations (operation/) */

/* What a mechanism is needed for, as the tables of usual ones know it. */
enum p11l_purpose {
	P11L_FOR_GENERATE,
	P11L_FOR_GENERATE_PARAMETERS,
	P11L_FOR_ENCRYPT,
	P11L_FOR_SIGN,
	P11L_FOR_WRAP,
	P11L_FOR_DERIVE,
	P11L_FOR_ENCAPSULATE,
	P11L_PURPOSES
};

/*
 * The standard's mechanism: of the caller's, or the usual one for this type of key that the token
 * has. P11L_CKR_NO_DEFAULT, with a record that names those that were looked for.
 */
CK_RV p11l_mechanism_for(struct p11l_slot *slot, enum p11l_purpose purpose, CK_KEY_TYPE key_type,
        const struct p11l_mechanism *given, struct p11l_mechanism *chosen);

/* The view of it that functions of the standard take; refers to mechanism. */
CK_MECHANISM p11l_mechanism_view(const struct p11l_mechanism *mechanism);

#endif
