/* SPDX-License-Identifier: MIT */
/*
 * The high-level functions of pkcs11-lens: keys, tokens and sessions of PKCS #11 in few
 * lines, and keys and certificates in and out. Generated from highlevel/api; do not edit.
 *
 * Programs link nothing for it: p11l_bind loads pkcs11-lens and finds the table of its
 * functions, and every p11l_ function below calls through it. Programs in other languages
 * get the table by P11L_GetFunctionList, or by C_GetInterface with P11L_INTERFACE_NAME.
 *
 * It goes with any Cryptoki header that is included before; without one it includes
 * <pkcs11.h>. With P11L_NO_DLFCN there is no p11l_bind, only p11l_use.
 */
#ifndef PKCS11_LENS_H
#define PKCS11_LENS_H

#include <stddef.h>
#ifndef CKR_OK
#include <pkcs11.h>
#endif
#ifndef P11L_NO_DLFCN
#include <dlfcn.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this table; a larger minor one has more functions behind the others. */
#define P11L_API_MAJOR 1
#define P11L_API_MINOR 0

/* The name to ask C_GetInterface for; its function list is the table. */
#define P11L_INTERFACE_NAME "Vendor pkcs11-lens"

/*
 * Why the last high-level function of a thread failed. Such a function returns a CK_RV and, when
 * that is not CKR_OK, leaves a record behind: one for each thread, no queue, nothing printed.
 */

/*
 * Return codes of our own, in the range that the standard leaves to vendors (PKCS #11, "General
 * data types", CKR_VENDOR_DEFINED): the letters P1L and a number. A vendor may use the same
 * numbers; origin in the record tells whose it is.
 */
#define P11L_CKR_BASE         0xd0314c00UL
#define P11L_CKR_MALFORMED    (P11L_CKR_BASE + 1) /* not the DER, PEM or text that it should be */
#define P11L_CKR_UNSUPPORTED  (P11L_CKR_BASE + 2) /* well formed, but of a kind not supported */
#define P11L_CKR_ENCRYPTED    (P11L_CKR_BASE + 3) /* encrypted under a passphrase */
#define P11L_CKR_NO_MODULE    (P11L_CKR_BASE + 4) /* the module cannot be loaded */
#define P11L_CKR_NO_TOKEN     (P11L_CKR_BASE + 5) /* no token is as was asked for */
#define P11L_CKR_MANY_TOKENS  (P11L_CKR_BASE + 6) /* several tokens are */
#define P11L_CKR_NO_OBJECT    (P11L_CKR_BASE + 7) /* no object or key is as was asked for */
#define P11L_CKR_MANY_OBJECTS (P11L_CKR_BASE + 8) /* several objects are */
#define P11L_CKR_BAD_URI      (P11L_CKR_BASE + 9) /* no PKCS #11 URI, or one that says too little */
#define P11L_CKR_DEAD         (P11L_CKR_BASE + 10) /* the object is destroyed, or died with its session */
#define P11L_CKR_NO_PIN       (P11L_CKR_BASE + 11) /* a PIN is needed, and there is nowhere to get it */
#define P11L_CKR_OTHER_USER   (P11L_CKR_BASE + 12) /* somebody else is logged in to the token */
#define P11L_CKR_NO_SESSION   (P11L_CKR_BASE + 13) /* all sessions of the token stayed busy */
#define P11L_CKR_CANCELLED    (P11L_CKR_BASE + 14) /* by p11l_cancel */
#define P11L_CKR_NO_DEFAULT \
	(P11L_CKR_BASE + 15) /* no mechanism named, and the token has none of the usual */
#define P11L_CKR_UNVERIFIED \
	(P11L_CKR_BASE + 16) /* plaintext would be let out before its tag is checked */
#define P11L_CKR_INPUT_OUTPUT (P11L_CKR_BASE + 17) /* a file or a callback failed */
#define P11L_CKR_NOT_HERE \
	(P11L_CKR_BASE + 18) /* a local object, of which the token knows nothing */

/* What there is none of in a record: an offset, a mechanism, an attribute. */
#define P11L_NONE      (~(CK_ULONG)0)
#define P11L_NO_OFFSET P11L_NONE

/* What to do about an error, roughly: its kind. */
enum p11l_kind {
	P11L_KIND_NONE,        /* there was no error */
	P11L_KIND_USAGE,       /* the program is wrong: arguments, templates, order of calls */
	P11L_KIND_LOGIN,       /* PINs, logins, what a user may do */
	P11L_KIND_NOT_FOUND,   /* no such token, object, key; or too many */
	P11L_KIND_POLICY,      /* the token forbids it: sensitive, not permitted, read-only */
	P11L_KIND_DATA,        /* the data is wrong: ciphertext, signature, wrapped key, DER */
	P11L_KIND_UNSUPPORTED, /* the module or the token cannot do it */
	P11L_KIND_TRANSIENT,   /* may work when tried again: sessions, a device that was removed */
	P11L_KIND_DEVICE,      /* the device or the module failed */
	P11L_KIND_MEMORY       /* of the host, the device or the token */
};

/* Who says that it failed. */
enum p11l_origin { P11L_ORIGIN_LENS, P11L_ORIGIN_VENDOR };

struct p11l_error {
	CK_RV rv;         /* CKR_OK: nothing failed */
	CK_ULONG offset;  /* octets from the start of DER or text, or P11L_NO_OFFSET */
	char field[96];   /* "RSAPrivateKey.modulus", "CKA_PRIME"; "" when about no field */
	char text[768];   /* all of this in one line for people */
	const char *name; /* "CKR_PIN_INCORRECT"; never NULL */
	enum p11l_kind kind;
	enum p11l_origin origin;
	const char *api;             /* the high-level function, "p11l_sign" */
	const char *function;        /* the function of the standard that failed, "C_Sign", or "" */
	CK_MECHANISM_TYPE mechanism; /* that was asked for, or P11L_NONE */
	CK_ATTRIBUTE_TYPE attribute; /* that is to blame as far as one can tell, or P11L_NONE */
	CK_ULONG trace;              /* number of the call in the trace, 0: it is not traced */
	char subject[96];            /* the object or token that it is about: key "My EC Keypair" */
	char module[96];             /* who and which version: "SoftHSM 2.6" */
	char hint[256];              /* what to do about it, or "" */
};

/* Octets that a function hands out. */

#define P11L_SECRET 1u /* wiped when it moves to a larger place, and when it is freed */
#define P11L_FIXED  2u /* over memory of the caller's: never allocates, moves or frees */

/*
 * All zeros is an empty buffer, which functions let grow as they need. A function that fills a
 * buffer replaces what was in it; one that fails leaves it empty. With P11L_FIXED, more than cap
 * octets are refused with CKR_BUFFER_TOO_SMALL, and len says how many it takes.
 */
struct p11l_buffer {
	CK_BYTE *p;
	CK_ULONG len; /* octets in use */
	CK_ULONG cap; /* octets there is room for */
	unsigned flags;
};

/* Makes a buffer of memory that stays the caller's, such as an array on the stack. */
static inline void p11l_buffer_over(struct p11l_buffer *buffer, void *memory, CK_ULONG size)
{
	buffer->p = (CK_BYTE *)memory;
	buffer->len = 0;
	buffer->cap = size;
	buffer->flags = P11L_FIXED;
}

/* An array of attributes that owns its values, as C_CreateObject takes it. */

/*
 * All zeros is an empty one. entry and count are a template for any function of the standard;
 * pointers into them are good until the next change. All values lie in one piece of memory that is
 * wiped when it grows and when it is freed, because some are secret.
 */
struct p11l_attributes {
	CK_ATTRIBUTE *entry;
	CK_ULONG count;
	CK_ULONG room;  /* entries that are allocated */
	CK_BYTE *arena; /* the values */
	CK_ULONG used;  /* octets of the arena */
	CK_ULONG size;  /* octets that are allocated */
};

#define P11L_USUAL (~(CK_FLAGS)0)

/*
 * Modules, their slots, and the tokens in them.
 *
 * Handles are counted: _ref takes one more, _free gives one back, and free of NULL does nothing.
 * What comes out of a function through a pointer is the caller's to free unless it is said to be
 * borrowed, which means good as long as what it was got from. A child keeps its parents alive.
 * Out-parameters are NULL after a failure. All handles may be used by several threads at a time
 * unless their declaration says otherwise. Strings are UTF-8 and end with NUL.
 *
 * Option structs begin with their size in octets, by which a newer library recognises an older
 * program; the macros P11L_... fill it. All zeros behind it are the defaults, and a NULL pointer in
 * place of a struct means them all.
 */

struct p11l_module; /* a module that is loaded and initialised */
struct p11l_slot;   /* a slot and the token in it */
struct p11l_slots;  /* a list of them, which does not change any more */

/* A value where "any" must be told from 0, as an argument of the options below. */
#define P11L_IS(value) ((const CK_ULONG[]){value})

/* How to initialise a module (PKCS #11, C_Initialize). */
struct p11l_load_options {
	CK_ULONG size;
	const char *parameters;    /* for modules that want some, such as NSS: pReserved; or NULL */
	CK_BBOOL keep_initialised; /* no C_Finalize at the end, because others use it as well */
};
#define P11L_LOAD(...) \
	(&(const struct p11l_load_options){.size = sizeof(struct p11l_load_options), __VA_ARGS__})

/* What C_GetInfo says. */
struct p11l_module_info {
	CK_VERSION cryptoki_version;
	CK_VERSION library_version;
	CK_FLAGS flags;
	char manufacturer[33];
	char description[33];
	const char *path;    /* of the vendor's module */
	CK_BBOOL normalised; /* calls go by pkcs11-lens, which repairs and traces them */
};

/* Which tokens: all that is set must be so. */
struct p11l_token_filter {
	CK_ULONG size;
	const char *label;
	const char *serial;
	const char *manufacturer;
	const char *model;
	CK_FLAGS token_flags;                /* all of these CKF_... */
	CK_FLAGS slot_flags;                 /* and of these */
	const CK_MECHANISM_TYPE *mechanisms; /* and the token has all of these */
	CK_ULONG mechanism_count;
	const CK_SLOT_ID *slot_id; /* P11L_IS(...): the only one that is asked */
	const char *uri;           /* "pkcs11:token=..." (RFC 7512); the rest holds as well */
};
#define P11L_TOKEN(...) \
	(&(const struct p11l_token_filter){.size = sizeof(struct p11l_token_filter), __VA_ARGS__})

/* What C_GetSlotInfo says. */
struct p11l_slot_info {
	CK_VERSION hardware_version;
	CK_VERSION firmware_version;
	CK_FLAGS flags;
	char description[65];
	char manufacturer[33];
};

/* What C_GetTokenInfo says; numbers are CK_UNAVAILABLE_INFORMATION where unknown. */
struct p11l_token_info {
	CK_VERSION hardware_version;
	CK_VERSION firmware_version;
	CK_FLAGS flags;
	CK_ULONG max_sessions, sessions;              /* 0: CK_EFFECTIVELY_INFINITE */
	CK_ULONG max_rw_sessions, rw_sessions;        /* the same */
	CK_ULONG max_pin, min_pin;                    /* octets */
	CK_ULONG public_memory, free_public_memory;   /* octets */
	CK_ULONG private_memory, free_private_memory; /* octets */
	char label[33];
	char manufacturer[33];
	char model[17];
	char serial[17];
	char utc_time[17]; /* YYYYMMDDhhmmss00, "" without a clock */
};

/*
 * Sessions. A p11l_session is a login to a token and a pool of as many sessions of the standard as
 * threads need at a time: every function borrows one for as long as it works, the one that was
 * used last first, without asking whether it is still good. Where it is not, because the module,
 * the device or the login went away, it is made anew and the call is tried once more, if it has no
 * effects that could happen twice.
 */

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
 * Objects: found, read, changed, made. An object is found together with the attributes that are
 * usually wanted, by one call, so that asking for them later costs none.
 */

struct p11l_object;  /* an object on the token, or domain parameters that are only here */
struct p11l_objects; /* a finished list of them */
struct p11l_cursor;  /* a search that is going on */

/*
 * Attributes for templates, inside of P11L_ATTRS, which makes two arguments of them (or fills two
 * members): where they are, and how many. They last as long as the block they are written in.
 */
static const CK_BBOOL p11l_true_false[2] = {0, 1};
#define P11L_POINTER(address) ((CK_VOID_PTR)(CK_ULONG)(const void *)(address))
#define P11L_BOOL(type, value)                                                    \
	{                                                                         \
		type, P11L_POINTER(&p11l_true_false[!!(value)]), sizeof(CK_BBOOL) \
	}
#define P11L_ULONG(type, value)                                      \
	{                                                            \
		type, P11L_POINTER(P11L_IS(value)), sizeof(CK_ULONG) \
	}
#define P11L_BYTES(type, value, size)           \
	{                                       \
		type, P11L_POINTER(value), size \
	}
#define P11L_STRING(type, value)                              \
	{                                                     \
		type, P11L_POINTER(value), p11l_length(value) \
	}
#define P11L_UNSET(type)                 \
	{                                \
		type, NULL, ~(CK_ULONG)0 \
	} /* leave the usual one out */
#define P11L_ATTRS(...)                      \
	(const CK_ATTRIBUTE[]){__VA_ARGS__}, \
	        sizeof((const CK_ATTRIBUTE[]){__VA_ARGS__}) / sizeof(CK_ATTRIBUTE)

/* Octets of a string without its NUL. */
static inline CK_ULONG p11l_length(const char *string)
{
	CK_ULONG length = 0;

	while (string != NULL && string[length] != '\0')
		length++;
	return length;
}

/* Which objects: all that is set must be so. */
struct p11l_selector {
	CK_ULONG size;
	const CK_OBJECT_CLASS *object_class; /* P11L_IS(CKO_PRIVATE_KEY) */
	const CK_KEY_TYPE *key_type;         /* P11L_IS(CKK_EC) */
	const char *label;
	const void *id;
	CK_ULONG id_size;               /* octets */
	const char *uri;                /* object, id and type of it; the token is the session's */
	const CK_ATTRIBUTE *attributes; /* others, P11L_ATTRS(...) */
	CK_ULONG attribute_count;
	const CK_ATTRIBUTE_TYPE *want; /* to be read at once beside the usual ones */
	CK_ULONG want_count;
};
#define P11L_SELECT(...) \
	(&(const struct p11l_selector){.size = sizeof(struct p11l_selector), __VA_ARGS__})

/*
 * Mechanisms with their parameters. A struct p11l_mechanism refers to the memory that it was made
 * of, which must last as long as it; it may be copied. NULL in place of one is the usual mechanism
 * for the key and the job, as far as the token has it.
 */

struct p11l_mechanism {
	CK_MECHANISM_TYPE type;
	const void *parameter; /* NULL: what own holds */
	CK_ULONG size;         /* of the parameter, in octets */
	CK_ULONG own[16];      /* a parameter struct of the standard */
};

/* One without a parameter, as an expression. */
static inline struct p11l_mechanism p11l_plain(CK_MECHANISM_TYPE type)
{
	struct p11l_mechanism mechanism = {type, (const void *)0, 0, {0}};

	return mechanism;
}

/* A mechanism whose parameter is octets: an initialisation vector, a seed, a public value. */
static inline struct p11l_mechanism p11l_iv(CK_MECHANISM_TYPE type, const void *iv, CK_ULONG size)
{
	struct p11l_mechanism mechanism = {type, iv, size, {0}};

	return mechanism;
}

/*
 * Keys and domain parameters: generated, imported, exported. Templates hold what the mechanism
 * needs and what was asked for, nothing empty, and of the capabilities those that keys of the type
 * have. Keys that are not stored live as long as the session.
 */

/* No capabilities at all, where 0 means the usual ones. */
#define P11L_NO_CAPABILITIES (~(CK_FLAGS)0 >> 1)

/* What a new key is to be like. */
struct p11l_key_options {
	CK_ULONG size;
	const char *label;
	const void *id;
	CK_ULONG id_size; /* octets */
	CK_BBOOL store;   /* on the token, for good */
	/*
	 * What it may be used for: CKF_ENCRYPT, CKF_SIGN, CKF_WRAP, CKF_DERIVE, ...; either flag of
	 * two that belong together means both sides. 0: what keys of its type are usually for;
	 * otherwise the usual ones that are not among them are set to false.
	 */
	CK_FLAGS capabilities;
	const struct p11l_mechanism *mechanism; /* NULL: the usual one */
	/* Others for the key, or the public one of a pair; P11L_UNSET leaves one of ours out. */
	const CK_ATTRIBUTE *attributes;
	CK_ULONG attribute_count;
	const CK_ATTRIBUTE *private_attributes; /* for the private key of a pair */
	CK_ULONG private_attribute_count;
};
#define P11L_KEY(...) \
	(&(const struct p11l_key_options){.size = sizeof(struct p11l_key_options), __VA_ARGS__})

/* Where given domain parameters are kept. */
enum p11l_place {
	P11L_LOCAL,   /* only here: no call, and no handle */
	P11L_SESSION, /* an object of the session */
	P11L_STORED   /* an object on the token */
};

/*
 * What keys do. mechanism may be NULL for the usual one (struct p11l_mechanism). Functions of one
 * part cost two calls, because the size of the result is known beforehand; a buffer over memory of
 * the caller's that is too small for it is refused before the token is asked. It may lie over the
 * input. Sizes are octets.
 * Keys with CKA_ALWAYS_AUTHENTICATE get the PIN that p11l_set_key_pin gave them, or that of the
 * session, in between, which is the third call.
 */

struct p11l_operation; /* data in parts; for one thread at a time */

/*
 * Where data comes from and goes to: each returns how many octets it has read into or written of
 * the memory, 0 at the end of what there is to read, and -1 when it failed. write may be NULL where
 * nothing comes out.
 */
typedef long (*p11l_read_callback)(void *context, void *octets, CK_ULONG room);
typedef long (*p11l_write_callback)(void *context, const void *octets, CK_ULONG size);

/*
 * Keys, parameters, signatures and certificates between the attributes of PKCS #11 and the formats
 * that the world exchanges. No vendor needs to be loaded, and nothing here has a state.
 *
 * Decoders take DER, strictly, and fill an attribute array; encoders take any template that holds
 * the attributes named and fill a buffer with DER. All sizes are in octets. What an output held
 * before is wiped and given back; after a failure it is empty. All functions return
 *   CKR_OK
 *   CKR_ARGUMENTS_BAD            a pointer is NULL, or a value cannot be encoded
 *   CKR_HOST_MEMORY
 *   P11L_CKR_MALFORMED           the input is not what it should be
 *   P11L_CKR_UNSUPPORTED         it is something that PKCS #11 has no attributes for
 *   CKR_BUFFER_TOO_SMALL         encoders, into memory of the caller's
 *   CKR_TEMPLATE_INCOMPLETE      encoders, when an attribute is missing
 *   CKR_ATTRIBUTE_VALUE_INVALID  encoders, when one cannot be right
 * and leave an error record that names the field and its offset, or the attribute
 * (highlevel/error.h). Decoded attributes are CKA_CLASS, CKA_KEY_TYPE and what the key consists of;
 * capabilities, label and identifier are the caller's to add.
 */

/* What CKA_EC_PARAMS says, in whatever form; strings are static, and NULL for unknown curves. */
struct p11l_ec_info {
	const char *name;      /* "secp256r1" */
	CK_KEY_TYPE key_type;  /* CKK_EC, CKK_EC_EDWARDS, CKK_EC_MONTGOMERY; unknown: CKK_EC */
	CK_ULONG field_octets; /* of a coordinate; unknown: 0 */
	CK_ULONG order_octets; /* of the group's order, and so of r and s; unknown: 0 */
	CK_BBOOL is_named;     /* an identifier or a name, not domain parameters written out */
};

/* Ways to make a CKA_ID of a public key, so that programs find what belongs together. */
enum p11l_id {
	P11L_ID_SUBJECT_KEY, /* SHA-1 of the key's bits (RFC 5280, 4.2.1.2): Java, OpenSSL, most */
	P11L_ID_NSS,         /* SHA-1 of the modulus, the public value, or the bare point */
	P11L_ID_SPKI,        /* SHA-1 of the whole SubjectPublicKeyInfo: GnuTLS */
};

#define P11L_PEM_LABEL 64

/* What p11l_decode_any finds. */
enum p11l_format {
	P11L_FORMAT_UNKNOWN,
	P11L_FORMAT_CERTIFICATE,      /* X.509 */
	P11L_FORMAT_SPKI,             /* SubjectPublicKeyInfo */
	P11L_FORMAT_PRIVATE_KEY_INFO, /* PKCS #8 */
	P11L_FORMAT_ENCRYPTED_KEY,    /* PKCS #8 under a passphrase, which is refused */
	P11L_FORMAT_RSA_PUBLIC,       /* PKCS #1 */
	P11L_FORMAT_RSA_PRIVATE,      /* PKCS #1 */
	P11L_FORMAT_DSA_PARAMETERS,   /* RFC 3279 */
	P11L_FORMAT_DSA_PRIVATE,      /* as OpenSSL has it */
	P11L_FORMAT_DH_PARAMETERS,    /* PKCS #3 */
	P11L_FORMAT_X9_42_PARAMETERS, /* RFC 3279 */
	P11L_FORMAT_EC_PARAMETERS,    /* RFC 5480, or written out */
	P11L_FORMAT_EC_PRIVATE,       /* SEC 1 */
};

/* All zeros is an empty one. */
struct p11l_decoded {
	enum p11l_format format;
	CK_OBJECT_CLASS object_class;
	CK_KEY_TYPE key_type;              /* of a certificate: that of its key */
	struct p11l_attributes attributes; /* ready for C_CreateObject */
	struct p11l_attributes public_key; /* that a private key or a certificate tells; or empty */
};

/*
 * The table. Functions are only ever added at its end: one is there if its place lies
 * within the first size octets.
 */
struct p11l_function_list {
	CK_VERSION version;
	CK_ULONG size; /* octets of the table, this and the version included */
	const struct p11l_error *(*last_error)(void);
	const char *(*error_text)(void);
	const char *(*rv_name)(CK_RV rv);
	const char *(*rv_text)(CK_RV rv);
	enum p11l_kind (*rv_kind)(CK_RV rv);
	const char *(*constant_name)(const char *prefix, CK_ULONG value);
	CK_RV (*constant)(const char *name, CK_ULONG *value);
	CK_RV (*buffer_reserve)(struct p11l_buffer *buffer, CK_ULONG size);
	CK_RV (*buffer_set)(struct p11l_buffer *buffer, const void *octets, CK_ULONG size);
	CK_RV (*buffer_append)(struct p11l_buffer *buffer, const void *octets, CK_ULONG size);
	void (*buffer_clear)(struct p11l_buffer *buffer);
	void (*buffer_free)(struct p11l_buffer *buffer);
	CK_RV (*attributes_set)
	(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, const void *value,
	        CK_ULONG size);
	CK_RV (*attributes_set_ulong)
	(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
	CK_RV (*attributes_set_bool)
	(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_BBOOL value);
	CK_RV (*attributes_set_capabilities)(struct p11l_attributes *attributes, CK_FLAGS flags);
	void (*attributes_remove)(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type);
	const CK_ATTRIBUTE *(*attribute_in)(
	        const CK_ATTRIBUTE *entry, CK_ULONG count, CK_ATTRIBUTE_TYPE type);
	const CK_ATTRIBUTE *(*attributes_find)(
	        const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type);
	void (*attributes_clear)(struct p11l_attributes *attributes);
	CK_RV (*load)(const char *path, struct p11l_module **module);
	CK_RV (*load_with)
	(const char *path, const struct p11l_load_options *options, struct p11l_module **module);
	void (*module_free)(struct p11l_module *module);
	struct p11l_module *(*module_ref)(struct p11l_module *module);
	CK_RV (*reinitialise)(struct p11l_module *module);
	CK_RV (*get_module_info)(struct p11l_module *module, const struct p11l_module_info **info);
	CK_RV (*get_functions)(struct p11l_module *module, CK_FUNCTION_LIST **functions);
	CK_RV (*get_slots)
	(struct p11l_module *module, CK_BBOOL token_present, struct p11l_slots **slots);
	CK_RV (*get_tokens)
	(struct p11l_module *module, const struct p11l_token_filter *filter,
	        struct p11l_slots **tokens);
	CK_RV (*get_token)
	(struct p11l_module *module, const struct p11l_token_filter *filter,
	        struct p11l_slot **token);
	CK_ULONG (*slots_count)(const struct p11l_slots *slots);
	struct p11l_slot *(*slots_at)(const struct p11l_slots *slots, CK_ULONG index);
	void (*slots_free)(struct p11l_slots *slots);
	struct p11l_slot *(*slot_ref)(struct p11l_slot *slot);
	void (*slot_free)(struct p11l_slot *slot);
	CK_SLOT_ID (*slot_id)(const struct p11l_slot *slot);
	struct p11l_module *(*slot_module)(const struct p11l_slot *slot);
	CK_RV (*get_slot_info)
	(struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_slot_info **info);
	CK_RV (*get_token_info)
	(struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_token_info **info);
	CK_RV (*get_mechanisms)
	(struct p11l_slot *slot, const CK_MECHANISM_TYPE **mechanisms, CK_ULONG *count);
	CK_RV (*get_mechanism_info)
	(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info);
	CK_RV (*wait_for_slot_event)
	(struct p11l_module *module, CK_BBOOL dont_block, struct p11l_slot **slot);
	CK_RV (*init_token)
	(struct p11l_slot *slot, const char *label, const char *so_pin, CK_ULONG so_pin_size);
	CK_RV (*token_uri)(struct p11l_slot *slot, struct p11l_buffer *uri);
	CK_RV (*open)
	(struct p11l_module *module, const struct p11l_open_options *options,
	        struct p11l_session **session);
	CK_RV (*open_token)
	(struct p11l_slot *token, const struct p11l_open_options *options,
	        struct p11l_session **session);
	struct p11l_session *(*session_ref)(struct p11l_session *session);
	void (*close)(struct p11l_session *session);
	CK_RV (*login)
	(struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG pin_size);
	CK_RV (*logout)(struct p11l_session *session);
	struct p11l_slot *(*session_token)(const struct p11l_session *session);
	CK_BBOOL (*session_is_rw)(const struct p11l_session *session);
	CK_USER_TYPE (*session_user_type)(const struct p11l_session *session);
	CK_RV (*borrow)(struct p11l_session *session, CK_SESSION_HANDLE *handle);
	void (*give_back)(struct p11l_session *session, CK_SESSION_HANDLE handle);
	void (*session_forget)(struct p11l_session *session);
	void (*cancel)(struct p11l_session *session);
	CK_RV (*init_pin)(struct p11l_session *session, const char *pin, CK_ULONG pin_size);
	CK_RV (*set_pin)
	(struct p11l_session *session, const char *old_pin, CK_ULONG old_size, const char *new_pin,
	        CK_ULONG new_size);
	CK_RV (*random)(struct p11l_session *session, void *octets, CK_ULONG size);
	CK_RV (*seed)(struct p11l_session *session, const void *seed, CK_ULONG size);
	CK_RV (*find)
	(struct p11l_session *session, const struct p11l_selector *selector,
	        struct p11l_objects **objects);
	CK_RV (*get_object)
	(struct p11l_session *session, const struct p11l_selector *selector,
	        struct p11l_object **object);
	CK_RV (*get_key)
	(struct p11l_session *session, const struct p11l_selector *selector,
	        struct p11l_object **key);
	CK_ULONG (*objects_count)(const struct p11l_objects *objects);
	struct p11l_object *(*objects_at)(const struct p11l_objects *objects, CK_ULONG index);
	void (*objects_free)(struct p11l_objects *objects);
	CK_RV (*open_cursor)
	(struct p11l_session *session, const struct p11l_selector *selector,
	        struct p11l_cursor **cursor);
	CK_RV (*cursor_next)(struct p11l_cursor *cursor, struct p11l_object **object);
	void (*cursor_free)(struct p11l_cursor *cursor);
	struct p11l_object *(*object_ref)(struct p11l_object *object);
	void (*object_free)(struct p11l_object *object);
	CK_OBJECT_HANDLE (*object_handle)(const struct p11l_object *object);
	CK_RV (*adopt)
	(struct p11l_session *session, CK_OBJECT_HANDLE handle, struct p11l_object **object);
	struct p11l_session *(*object_session)(const struct p11l_object *object);
	CK_RV (*object_result)(const struct p11l_object *object);
	CK_OBJECT_CLASS (*object_class)(const struct p11l_object *object);
	CK_KEY_TYPE (*object_key_type)(const struct p11l_object *object);
	const char *(*object_label)(const struct p11l_object *object);
	const CK_BYTE *(*object_id)(const struct p11l_object *object, CK_ULONG *size);
	CK_BBOOL (*object_is_stored)(const struct p11l_object *object);
	CK_ULONG (*key_bits)(struct p11l_object *key);
	CK_RV (*get_attribute)
	(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, struct p11l_buffer *value);
	CK_RV (*get_ulong)(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG *value);
	CK_RV (*get_bool)(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL *value);
	CK_RV (*get_attributes)
	(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types, CK_ULONG count,
	        struct p11l_attributes *values);
	CK_RV (*set_attribute)
	(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size);
	CK_RV (*set_ulong)(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
	CK_RV (*set_bool)(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value);
	CK_RV (*set_attributes)
	(struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count);
	CK_RV (*create_object)
	(struct p11l_session *session, const CK_ATTRIBUTE *attributes, CK_ULONG count,
	        struct p11l_object **object);
	CK_RV (*copy_object)
	(struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count,
	        struct p11l_object **copy);
	CK_RV (*destroy_object)(struct p11l_object *object);
	CK_RV (*get_object_size)(struct p11l_object *object, CK_ULONG *size);
	CK_RV (*object_uri)(struct p11l_object *object, struct p11l_buffer *uri);
	CK_RV (*parse_attributes)(const char *text, struct p11l_attributes *attributes);
	CK_RV (*format_attributes)
	(const CK_ATTRIBUTE *attributes, CK_ULONG count, struct p11l_buffer *text);
	void (*set_raw)(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
	        const void *parameter, CK_ULONG size);
	void (*set_gcm)(struct p11l_mechanism *mechanism, void *iv, CK_ULONG iv_size,
	        const void *aad, CK_ULONG aad_size, CK_ULONG tag_bits);
	void (*set_ccm)(struct p11l_mechanism *mechanism, CK_ULONG data_size, const void *nonce,
	        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size, CK_ULONG tag_size);
	void (*set_ctr)(
	        struct p11l_mechanism *mechanism, const CK_BYTE counter[16], CK_ULONG counter_bits);
	void (*set_chacha20_poly1305)(struct p11l_mechanism *mechanism, const void *nonce,
	        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size);
	void (*set_pss)(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
	        CK_MECHANISM_TYPE hash, CK_ULONG salt_size);
	void (*set_oaep)(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash,
	        const void *label, CK_ULONG label_size);
	void (*set_ecdh)(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *shared,
	        CK_ULONG shared_size, const void *point, CK_ULONG point_size);
	void (*set_dh)(struct p11l_mechanism *mechanism, const void *value, CK_ULONG size);
	void (*set_x9_42_dh)(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *other_info,
	        CK_ULONG other_info_size, const void *value, CK_ULONG size);
	void (*set_eddsa)(struct p11l_mechanism *mechanism, CK_BBOOL prehash, const void *context,
	        CK_ULONG context_size);
	void (*set_sign_context)(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
	        CK_ULONG hedge, const void *context, CK_ULONG context_size);
	void (*set_derive_data)(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
	        const void *iv, const void *data, CK_ULONG size);
	void (*set_hkdf)(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash, const void *salt,
	        CK_ULONG salt_size, const void *info, CK_ULONG info_size);
	CK_RV (*generate_key)
	(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
	        const struct p11l_key_options *options, struct p11l_object **key);
	CK_RV (*generate_keypair)
	(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
	        const struct p11l_key_options *options, struct p11l_object **public_key,
	        struct p11l_object **private_key);
	CK_RV (*generate_parameters)
	(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
	        const struct p11l_key_options *options, struct p11l_object **parameters);
	CK_RV (*create_parameters)
	(struct p11l_session *session, CK_KEY_TYPE key_type, enum p11l_place place,
	        const CK_ATTRIBUTE *attributes, CK_ULONG count, struct p11l_object **parameters);
	CK_RV (*curve)
	(struct p11l_session *session, const char *curve, struct p11l_object **parameters);
	CK_RV (*parameters_keypair)
	(struct p11l_object *parameters, const struct p11l_key_options *options,
	        struct p11l_object **public_key, struct p11l_object **private_key);
	CK_RV (*import)
	(struct p11l_session *session, const void *data, CK_ULONG size,
	        const struct p11l_key_options *options, struct p11l_objects **objects);
	CK_RV (*import_secret)
	(struct p11l_session *session, CK_KEY_TYPE key_type, const void *value, CK_ULONG size,
	        const struct p11l_key_options *options, struct p11l_object **key);
	CK_RV (*export_public)(struct p11l_object *key, struct p11l_buffer *spki);
	CK_RV (*export_private)(struct p11l_object *key, struct p11l_buffer *octets);
	CK_RV (*export_certificate)(struct p11l_object *certificate, struct p11l_buffer *der);
	CK_RV (*encrypt)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
	        CK_ULONG size, struct p11l_buffer *out);
	CK_RV (*decrypt)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
	        CK_ULONG size, struct p11l_buffer *out);
	CK_RV (*sign)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
	        CK_ULONG size, struct p11l_buffer *signature);
	CK_RV (*verify)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
	        CK_ULONG size, const void *signature, CK_ULONG signature_size);
	CK_RV (*sign_recover)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
	        CK_ULONG size, struct p11l_buffer *signature);
	CK_RV (*verify_recover)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *signature,
	        CK_ULONG size, struct p11l_buffer *data);
	CK_RV (*wrap)
	(struct p11l_object *wrapping_key, const struct p11l_mechanism *mechanism,
	        struct p11l_object *key, struct p11l_buffer *wrapped);
	CK_RV (*unwrap)
	(struct p11l_object *unwrapping_key, const struct p11l_mechanism *mechanism,
	        const void *wrapped, CK_ULONG size, CK_OBJECT_CLASS object_class,
	        CK_KEY_TYPE key_type, const struct p11l_key_options *options,
	        struct p11l_object **key);
	CK_RV (*derive)
	(struct p11l_object *base_key, const struct p11l_mechanism *mechanism, CK_KEY_TYPE key_type,
	        CK_ULONG bits, const struct p11l_key_options *options, struct p11l_object **key);
	CK_RV (*encapsulate)
	(struct p11l_object *public_key, const struct p11l_mechanism *mechanism,
	        CK_KEY_TYPE key_type, CK_ULONG bits, const struct p11l_key_options *options,
	        struct p11l_buffer *ciphertext, struct p11l_object **key);
	CK_RV (*decapsulate)
	(struct p11l_object *private_key, const struct p11l_mechanism *mechanism,
	        const void *ciphertext, CK_ULONG size, CK_KEY_TYPE key_type, CK_ULONG bits,
	        const struct p11l_key_options *options, struct p11l_object **key);
	CK_RV (*digest)
	(struct p11l_session *session, const struct p11l_mechanism *mechanism, const void *data,
	        CK_ULONG size, struct p11l_buffer *digest);
	CK_RV (*digest_key)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism,
	        struct p11l_buffer *digest);
	CK_RV (*set_key_pin)(struct p11l_object *key, const char *pin, CK_ULONG size);
	CK_RV (*begin)
	(struct p11l_object *key, CK_FLAGS what, const struct p11l_mechanism *mechanism,
	        struct p11l_operation **operation);
	CK_RV (*begin_digest)
	(struct p11l_session *session, const struct p11l_mechanism *mechanism,
	        struct p11l_operation **operation);
	CK_RV (*update)
	(struct p11l_operation *operation, const void *data, CK_ULONG size,
	        struct p11l_buffer *out);
	CK_RV (*update_key)(struct p11l_operation *digest, struct p11l_object *key);
	CK_RV (*finish)(struct p11l_operation *operation, struct p11l_buffer *out);
	CK_RV (*finish_verify)
	(struct p11l_operation *operation, const void *signature, CK_ULONG signature_size);
	void (*operation_free)(struct p11l_operation *operation);
	CK_RV (*let_unverified)(struct p11l_operation *operation);
	CK_RV (*stream)
	(struct p11l_operation *operation, p11l_read_callback read, p11l_write_callback write,
	        void *context);
	CK_RV (*stream_fd)(struct p11l_operation *operation, int in, int out);
	CK_RV (*encrypt_fd)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out);
	CK_RV (*decrypt_fd)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out);
	CK_RV (*sign_fd)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in,
	        struct p11l_buffer *signature);
	CK_RV (*verify_fd)
	(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in,
	        const void *signature, CK_ULONG signature_size);
	CK_RV (*digest_fd)
	(struct p11l_session *session, const struct p11l_mechanism *mechanism, int in,
	        struct p11l_buffer *digest);
	CK_RV (*biginteger)(CK_ULONG value, struct p11l_buffer *out);
	CK_RV (*biginteger_octets)(const void *octets, CK_ULONG size, struct p11l_buffer *out);
	CK_RV (*decode_rsa_public_key)(const void *der, CK_ULONG size, struct p11l_attributes *key);
	CK_RV (*decode_rsa_private_key)
	(const void *der, CK_ULONG size, struct p11l_attributes *key,
	        struct p11l_attributes *public_key);
	CK_RV (*encode_rsa_public_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*encode_rsa_private_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_dsa_domain_parameters)
	(const void *der, CK_ULONG size, struct p11l_attributes *parameters);
	CK_RV (*encode_dsa_domain_parameters)
	(const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_dsa_public_key)(const void *der, CK_ULONG size, struct p11l_buffer *value);
	CK_RV (*encode_dsa_public_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_dsa_private_key)
	(const void *der, CK_ULONG size, struct p11l_attributes *key,
	        struct p11l_attributes *public_key);
	CK_RV (*encode_dsa_private_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, const void *public_value, CK_ULONG public_size,
	        struct p11l_buffer *out);
	CK_RV (*encode_dsa_signature)
	(const void *signature, CK_ULONG size, struct p11l_buffer *out);
	CK_RV (*decode_dsa_signature)
	(const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature);
	CK_RV (*encode_ecdsa_signature)
	(const void *signature, CK_ULONG size, struct p11l_buffer *out);
	CK_RV (*decode_ecdsa_signature)
	(const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature);
	CK_RV (*decode_dh_domain_parameters)
	(const void *der, CK_ULONG size, struct p11l_attributes *parameters, CK_ULONG *value_bits);
	CK_RV (*encode_dh_domain_parameters)
	(const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_x9_42_dh_domain_parameters)
	(const void *der, CK_ULONG size, struct p11l_attributes *parameters);
	CK_RV (*encode_x9_42_dh_domain_parameters)
	(const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_dh_public_key)(const void *der, CK_ULONG size, struct p11l_buffer *value);
	CK_RV (*encode_dh_public_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*encode_named_curve_parameters)(const char *curve, struct p11l_buffer *out);
	CK_RV (*decode_ec_parameters)(const void *der, CK_ULONG size, struct p11l_ec_info *info);
	CK_ULONG (*ec_order_octets)(const void *ec_params, CK_ULONG size);
	CK_RV (*encode_ec_point)
	(const void *point, CK_ULONG size, const void *ec_params, CK_ULONG params_size,
	        struct p11l_buffer *out);
	CK_RV (*decode_ec_point)
	(const void *point, CK_ULONG size, const void *ec_params, CK_ULONG params_size,
	        struct p11l_buffer *out);
	CK_RV (*decode_ec_public_key)
	(const void *der, CK_ULONG size, CK_BBOOL encode_ec_point, struct p11l_attributes *key);
	CK_RV (*encode_ec_public_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_ec_private_key)
	(const void *der, CK_ULONG size, struct p11l_attributes *key,
	        struct p11l_attributes *public_key);
	CK_RV (*encode_ec_private_key)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_spki)(const void *der, CK_ULONG size, struct p11l_attributes *key);
	CK_RV (*encode_spki)(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_private_key_info)
	(const void *der, CK_ULONG size, struct p11l_attributes *key,
	        struct p11l_attributes *public_key);
	CK_RV (*encode_private_key_info)
	(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_x509_certificate)
	(const void *der, CK_ULONG size, CK_BBOOL extended_set,
	        struct p11l_attributes *certificate);
	CK_RV (*encode_x509_certificate)
	(const CK_ATTRIBUTE *certificate, CK_ULONG count, struct p11l_buffer *out);
	CK_RV (*decode_x509_public_key)
	(const void *der, CK_ULONG size, struct p11l_attributes *key);
	CK_RV (*decode_x509_name)(const void *der, CK_ULONG size, struct p11l_buffer *text);
	CK_RV (*key_id)
	(const CK_ATTRIBUTE *key, CK_ULONG count, enum p11l_id way, struct p11l_buffer *out);
	CK_RV (*decode_pem)
	(const void *text, CK_ULONG size, CK_ULONG *offset, char label[P11L_PEM_LABEL],
	        struct p11l_buffer *der);
	CK_RV (*encode_pem)
	(const char *label, const void *der, CK_ULONG size, struct p11l_buffer *text);
	CK_RV (*decode_any)(const void *data, CK_ULONG size, struct p11l_decoded *decoded);
	void (*decoded_free)(struct p11l_decoded *decoded);
};

/* What pkcs11-lens exports; find it by dlsym. The table stays good until it is unloaded. */
typedef CK_RV (*p11l_get_function_list_type)(const struct p11l_function_list **list);
#define P11L_GETTER_NAME "P11L_GetFunctionList"

/* The table that the functions below go by; one for each program or shared object. */
#if defined(__GNUC__)
__attribute__((weak, visibility("hidden"))) const struct p11l_function_list *p11l_table;
#else
static const struct p11l_function_list *p11l_table;
#endif

/*
 * Goes by this table. CKR_ARGUMENTS_BAD: there is none; CKR_FUNCTION_NOT_SUPPORTED: it is
 * older than this header, or not made for it.
 */
static inline CK_RV p11l_use(const struct p11l_function_list *list)
{
	if (list == 0)
		return CKR_ARGUMENTS_BAD;
	if (list->version.major != P11L_API_MAJOR || list->size < sizeof(*list))
		return CKR_FUNCTION_NOT_SUPPORTED;
	p11l_table = list;
	return CKR_OK;
}

#ifndef P11L_NO_DLFCN
/*
 * Loads pkcs11-lens, for good, from a path or by the linker's rules ("pkcs11-lens.so" when
 * path is NULL), and goes by its table. CKR_GENERAL_ERROR: it cannot be loaded, dlerror
 * says why.
 */
static inline CK_RV p11l_bind(const char *path)
{
	void *handle = dlopen(path != 0 ? path : "pkcs11-lens.so", RTLD_NOW | RTLD_LOCAL);
	const struct p11l_function_list *list = 0;
	p11l_get_function_list_type get = 0;
	void *symbol = handle != 0 ? dlsym(handle, P11L_GETTER_NAME) : 0;
	CK_RV rv;

	if (symbol == 0)
		return CKR_GENERAL_ERROR;
	/* ISO C has no cast between the two kinds of pointers; POSIX says they are alike. */
	*(void **)(void *)&get = symbol;
	rv = get(&list);
	return rv == CKR_OK ? p11l_use(list) : rv;
}
#endif

/*
 * The record of the calling thread, never NULL. The next high-level function of this thread that
 * returns a CK_RV overwrites it. Copy the struct to keep it.
 */
static inline const struct p11l_error *p11l_last_error(void)
{
	return p11l_table->last_error();
}

/* Its text, "" after success. */
static inline const char *p11l_error_text(void)
{
	return p11l_table->error_text();
}

/* "CKR_PIN_INCORRECT" for a return code, of ours and the standard's; NULL when unknown. */
static inline const char *p11l_rv_name(CK_RV rv)
{
	return p11l_table->rv_name(rv);
}

/* What a return code means, in one sentence for people; never NULL. */
static inline const char *p11l_rv_text(CK_RV rv)
{
	return p11l_table->rv_text(rv);
}

/* Its kind; P11L_KIND_DEVICE for a vendor's own. */
static inline enum p11l_kind p11l_rv_kind(CK_RV rv)
{
	return p11l_table->rv_kind(rv);
}

/*
 * The standard's name of a number; the prefix says what kind: "CKM_", "CKA_", "CKK_", "CKO_",
 * "CKR_", "CKC_", "CKU_". NULL when there is none.
 */
static inline const char *p11l_constant_name(const char *prefix, CK_ULONG value)
{
	return p11l_table->constant_name(prefix, value);
}

/* The number of a name such as "CKM_ECDSA"; CKR_ARGUMENTS_BAD when there is none. */
static inline CK_RV p11l_constant(const char *name, CK_ULONG *value)
{
	return p11l_table->constant(name, value);
}

/*
 * Makes room for size octets in all; those in use stay. CKR_BUFFER_TOO_SMALL: see above;
 * CKR_HOST_MEMORY.
 */
static inline CK_RV p11l_buffer_reserve(struct p11l_buffer *buffer, CK_ULONG size)
{
	return p11l_table->buffer_reserve(buffer, size);
}

/* Replaces what is in it by size octets, which must not be its own; errors as above. */
static inline CK_RV p11l_buffer_set(struct p11l_buffer *buffer, const void *octets, CK_ULONG size)
{
	return p11l_table->buffer_set(buffer, octets, size);
}

/* Appends size octets, which must not be its own; errors as above. */
static inline CK_RV p11l_buffer_append(
        struct p11l_buffer *buffer, const void *octets, CK_ULONG size)
{
	return p11l_table->buffer_append(buffer, octets, size);
}

/* Empties a buffer; a secret one is wiped. What is allocated stays for the next use. */
static inline void p11l_buffer_clear(struct p11l_buffer *buffer)
{
	p11l_table->buffer_clear(buffer);
}

/* Gives back what was allocated; the buffer is empty afterwards. NULL is allowed. */
static inline void p11l_buffer_free(struct p11l_buffer *buffer)
{
	p11l_table->buffer_free(buffer);
}

/*
 * Adds an attribute, or gives the one of this type another value; size is in octets, and the value
 * must not be one of its own. NULL and ~0 are what P11L_UNSET says. CKR_HOST_MEMORY.
 */
static inline CK_RV p11l_attributes_set(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type,
        const void *value, CK_ULONG size)
{
	return p11l_table->attributes_set(attributes, type, value, size);
}
static inline CK_RV p11l_attributes_set_ulong(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	return p11l_table->attributes_set_ulong(attributes, type, value);
}
static inline CK_RV p11l_attributes_set_bool(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	return p11l_table->attributes_set_bool(attributes, type, value);
}

/*
 * What CKF_ENCRYPT, CKF_SIGN, CKF_DERIVE and so on among the flags allow is set to true in the
 * attributes of a key that PKCS #11 has for it ("Key objects"). The class must be set: a public
 * key gets CKA_ENCRYPT, _VERIFY, _VERIFY_RECOVER, _WRAP and _ENCAPSULATE, a private key CKA_DERIVE
 * and their counterparts, a secret key all. P11L_USUAL means what a key of its type is for.
 * CKR_TEMPLATE_INCOMPLETE: no class or key type.
 */
static inline CK_RV p11l_attributes_set_capabilities(
        struct p11l_attributes *attributes, CK_FLAGS flags)
{
	return p11l_table->attributes_set_capabilities(attributes, flags);
}

/* Takes an attribute out, if it is there. */
static inline void p11l_attributes_remove(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type)
{
	p11l_table->attributes_remove(attributes, type);
}

/* The attribute of this type in a template, or NULL. */
static inline const CK_ATTRIBUTE *p11l_attribute_in(
        const CK_ATTRIBUTE *entry, CK_ULONG count, CK_ATTRIBUTE_TYPE type)
{
	return p11l_table->attribute_in(entry, count, type);
}
static inline const CK_ATTRIBUTE *p11l_attributes_find(
        const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type)
{
	return p11l_table->attributes_find(attributes, type);
}

/* Wipes the values and gives the memory back; empty afterwards. NULL is allowed. */
static inline void p11l_attributes_clear(struct p11l_attributes *attributes)
{
	p11l_table->attributes_clear(attributes);
}

/*
 * Loads a module and initialises it; options may be NULL. With path NULL it is the vendor that
 * pkcs11-lens is configured with. Where none is configured, the first module that is loaded by its
 * path takes that place, if pkcs11-lens has not begun to work yet; another gets a copy of
 * pkcs11-lens of its own. So all are traced and normalised as the configuration says. Only where
 * the system allows no copy (memory files that can be executed), a module is used as it is;
 * normalised in its info tells. A module that is pkcs11-lens itself gets no second one.
 * Asked again for the same module it returns the same handle with one reference more, whatever the
 * options. A module that somebody else in the process has initialised already is used as it is, and
 * not finalised. The child of a fork may go on with what it has: the module is initialised there
 * when it is first used, as after p11l_reinitialise.
 * P11L_CKR_NO_MODULE: cannot be loaded, and the record says why; what C_Initialize returns.
 */
static inline CK_RV p11l_load(const char *path, struct p11l_module **module)
{
	return p11l_table->load(path, module);
}
static inline CK_RV p11l_load_with(
        const char *path, const struct p11l_load_options *options, struct p11l_module **module)
{
	return p11l_table->load_with(path, options, module);
}

/* Gives a reference back; with the last one C_Finalize, if it was us who initialised. */
static inline void p11l_module_free(struct p11l_module *module)
{
	p11l_table->module_free(module);
}
static inline struct p11l_module *p11l_module_ref(struct p11l_module *module)
{
	return p11l_table->module_ref(module);
}

/*
 * C_Finalize and C_Initialize again, also for others in the process who use the module. Sessions,
 * logins and handles are made anew when they are next used; session objects are lost
 * (P11L_CKR_DEAD), and unfinished operations too. Few modules bear it that other threads are inside
 * of them meanwhile, except waiting for a slot event.
 */
static inline CK_RV p11l_reinitialise(struct p11l_module *module)
{
	return p11l_table->reinitialise(module);
}

/* Borrowed; asked for once. */
static inline CK_RV p11l_get_module_info(
        struct p11l_module *module, const struct p11l_module_info **info)
{
	return p11l_table->get_module_info(module, info);
}

/* The module's functions as the standard has them, normalised and traced. Borrowed. */
static inline CK_RV p11l_get_functions(struct p11l_module *module, CK_FUNCTION_LIST **functions)
{
	return p11l_table->get_functions(module, functions);
}

/*
 * All slots, or those with a token in them. Nothing more is asked about them yet. One call; one
 * more from the second time on, because modules look for new slots only when asked how many there
 * are.
 */
static inline CK_RV p11l_get_slots(
        struct p11l_module *module, CK_BBOOL token_present, struct p11l_slots **slots)
{
	return p11l_table->get_slots(module, token_present, slots);
}

/*
 * Tokens that are as the filter says, NULL for all; none is success. A slot that fails to answer is
 * left out. Costs what p11l_get_slots does, and one call for each token; one more for each that is
 * looked at for slot flags, and again for mechanisms. Of a URI everything counts that is about the
 * library, the slot and the token, and an unknown attribute in its path fits no token; what it says
 * of objects, PINs and the module's file is left to others. P11L_CKR_BAD_URI.
 */
static inline CK_RV p11l_get_tokens(struct p11l_module *module,
        const struct p11l_token_filter *filter, struct p11l_slots **tokens)
{
	return p11l_table->get_tokens(module, filter, tokens);
}

/*
 * The only token that is as the filter says. P11L_CKR_NO_TOKEN, P11L_CKR_MANY_TOKENS; the record
 * lists what there is. New slots are looked for only when no token that is known fits.
 */
static inline CK_RV p11l_get_token(struct p11l_module *module,
        const struct p11l_token_filter *filter, struct p11l_slot **token)
{
	return p11l_table->get_token(module, filter, token);
}

/* Lists of slots. An element is borrowed; NULL behind the end. */
static inline CK_ULONG p11l_slots_count(const struct p11l_slots *slots)
{
	return p11l_table->slots_count(slots);
}
static inline struct p11l_slot *p11l_slots_at(const struct p11l_slots *slots, CK_ULONG index)
{
	return p11l_table->slots_at(slots, index);
}
static inline void p11l_slots_free(struct p11l_slots *slots)
{
	p11l_table->slots_free(slots);
}

static inline struct p11l_slot *p11l_slot_ref(struct p11l_slot *slot)
{
	return p11l_table->slot_ref(slot);
}
static inline void p11l_slot_free(struct p11l_slot *slot)
{
	p11l_table->slot_free(slot);
}
static inline CK_SLOT_ID p11l_slot_id(const struct p11l_slot *slot)
{
	return p11l_table->slot_id(slot);
}
/* borrowed */
static inline struct p11l_module *p11l_slot_module(const struct p11l_slot *slot)
{
	return p11l_table->slot_module(slot);
}

/*
 * Borrowed; good until the slot is freed. Asked for when first wanted; with fresh CK_TRUE once
 * more, for flags and counters that change, which makes what was borrowed before change as well.
 */
static inline CK_RV p11l_get_slot_info(
        struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_slot_info **info)
{
	return p11l_table->get_slot_info(slot, fresh, info);
}
static inline CK_RV p11l_get_token_info(
        struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_token_info **info)
{
	return p11l_table->get_token_info(slot, fresh, info);
}

/* The mechanisms of the token, in ascending order; borrowed; asked for once. */
static inline CK_RV p11l_get_mechanisms(
        struct p11l_slot *slot, const CK_MECHANISM_TYPE **mechanisms, CK_ULONG *count)
{
	return p11l_table->get_mechanisms(slot, mechanisms, count);
}

/*
 * What C_GetMechanismInfo says, with key sizes in bits, whatever the unit of the mechanism and, as
 * far as the numbers tell it, of the vendor. CKR_MECHANISM_INVALID. Asked for once for each
 * mechanism.
 */
static inline CK_RV p11l_get_mechanism_info(
        struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
	return p11l_table->get_mechanism_info(slot, mechanism, info);
}

/*
 * Waits until something happens to a slot, or looks whether it has (dont_block; CKR_NO_EVENT when
 * not). Another thread's p11l_reinitialise or _free ends the waiting
 * (CKR_CRYPTOKI_NOT_INITIALIZED). CKR_FUNCTION_NOT_SUPPORTED where the vendor has no such function;
 * rule EVT-1 compares the slots from time to time instead.
 */
static inline CK_RV p11l_wait_for_slot_event(
        struct p11l_module *module, CK_BBOOL dont_block, struct p11l_slot **slot)
{
	return p11l_table->wait_for_slot_event(module, dont_block, slot);
}

/*
 * C_InitToken: the token loses everything and gets a label of at most 32 octets. so_pin NULL: by
 * the protected path; so_pin_size 0: up to the NUL. Sessions of the token must be closed
 * (CKR_SESSION_EXISTS).
 */
static inline CK_RV p11l_init_token(
        struct p11l_slot *slot, const char *label, const char *so_pin, CK_ULONG so_pin_size)
{
	return p11l_table->init_token(slot, label, so_pin, so_pin_size);
}

/* "pkcs11:token=...;serial=..." of a token, with NUL behind its len octets. */
static inline CK_RV p11l_token_uri(struct p11l_slot *slot, struct p11l_buffer *uri)
{
	return p11l_table->token_uri(slot, uri);
}

/*
 * Opens a session on the only token that fits, and logs in. A session that is not read_only is
 * read/write, unless the token is write-protected. If the same user is logged in already, that is
 * success; another user is P11L_CKR_OTHER_USER. p11l_open_token does the same on a token that has
 * been found; token, serial, uri's path and slot_id are ignored then.
 * P11L_CKR_NO_TOKEN, P11L_CKR_MANY_TOKENS, P11L_CKR_BAD_URI, P11L_CKR_NO_PIN, CKR_PIN_INCORRECT and
 * whatever C_OpenSession and C_Login return. A PIN that was wrong is not tried again by itself.
 */
static inline CK_RV p11l_open(struct p11l_module *module, const struct p11l_open_options *options,
        struct p11l_session **session)
{
	return p11l_table->open(module, options, session);
}
static inline CK_RV p11l_open_token(struct p11l_slot *token,
        const struct p11l_open_options *options, struct p11l_session **session)
{
	return p11l_table->open_token(token, options, session);
}

/*
 * Another reference, for another part of a program that calls p11l_close by itself. With the last
 * reference the sessions of the standard are closed, and C_Logout is called if nobody else who came
 * by here uses the token. Objects that are still held answer CKR_SESSION_CLOSED afterwards.
 */
static inline struct p11l_session *p11l_session_ref(struct p11l_session *session)
{
	return p11l_table->session_ref(session);
}
static inline void p11l_close(struct p11l_session *session)
{
	p11l_table->close(session);
}

/*
 * Logs in later, as another user after p11l_logout, or again; pin NULL: as options said. The PIN is
 * kept in place of that of the options. Logging out is left to the last one, where other sessions
 * that came by here are logged in to the token.
 */
static inline CK_RV p11l_login(
        struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG pin_size)
{
	return p11l_table->login(session, user_type, pin, pin_size);
}
static inline CK_RV p11l_logout(struct p11l_session *session)
{
	return p11l_table->logout(session);
}

/* borrowed */
static inline struct p11l_slot *p11l_session_token(const struct p11l_session *session)
{
	return p11l_table->session_token(session);
}
static inline CK_BBOOL p11l_session_is_rw(const struct p11l_session *session)
{
	return p11l_table->session_is_rw(session);
}
/* or P11L_NOBODY */
static inline CK_USER_TYPE p11l_session_user_type(const struct p11l_session *session)
{
	return p11l_table->session_user_type(session);
}

/*
 * A session of the standard out of the pool, for calls that are made by hand; to be returned with
 * no operation active on it. It must not be closed.
 */
static inline CK_RV p11l_borrow(struct p11l_session *session, CK_SESSION_HANDLE *handle)
{
	return p11l_table->borrow(session, handle);
}
static inline void p11l_give_back(struct p11l_session *session, CK_SESSION_HANDLE handle)
{
	p11l_table->give_back(session, handle);
}

/* Forgets which keys p11l_get_key found. */
static inline void p11l_session_forget(struct p11l_session *session)
{
	p11l_table->session_forget(session);
}

/*
 * Ends the waiting of other threads for a session and their streams at the next chunk with
 * P11L_CKR_CANCELLED. A call that is inside the vendor's module cannot be interrupted.
 */
static inline void p11l_cancel(struct p11l_session *session)
{
	p11l_table->cancel(session);
}

/*
 * C_InitPIN, by the SO, gives the user a PIN; C_SetPIN changes that of who is logged in, or of the
 * user when nobody is. Sizes in octets, 0: up to the NUL; NULL: by the protected path.
 */
static inline CK_RV p11l_init_pin(struct p11l_session *session, const char *pin, CK_ULONG pin_size)
{
	return p11l_table->init_pin(session, pin, pin_size);
}
static inline CK_RV p11l_set_pin(struct p11l_session *session, const char *old_pin,
        CK_ULONG old_size, const char *new_pin, CK_ULONG new_size)
{
	return p11l_table->set_pin(session, old_pin, old_size, new_pin, new_size);
}

/* size octets of the token's random numbers. */
static inline CK_RV p11l_random(struct p11l_session *session, void *octets, CK_ULONG size)
{
	return p11l_table->random(session, octets, size);
}

/* Mixes size octets into them. CKR_RANDOM_SEED_NOT_SUPPORTED. */
static inline CK_RV p11l_seed(struct p11l_session *session, const void *seed, CK_ULONG size)
{
	return p11l_table->seed(session, seed, size);
}

/*
 * All objects that fit, NULL for all there are, as a list that does not change any more: the search
 * is over when it is there, so others may be made, objects destroyed. An object that cannot be read
 * is in the list as well; p11l_object_result says why. What a module returns although it does not
 * fit is left out.
 */
static inline CK_RV p11l_find(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_objects **objects)
{
	return p11l_table->find(session, selector, objects);
}

/*
 * The only object, or the only key, that fits; the key is remembered for the next time unless the
 * session is opened with no_cache. P11L_CKR_NO_OBJECT; P11L_CKR_MANY_OBJECTS, and the record names
 * the first of them.
 */
static inline CK_RV p11l_get_object(struct p11l_session *session,
        const struct p11l_selector *selector, struct p11l_object **object)
{
	return p11l_table->get_object(session, selector, object);
}
static inline CK_RV p11l_get_key(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_object **key)
{
	return p11l_table->get_key(session, selector, key);
}

/* Lists of objects. An element is borrowed; NULL behind the end. */
static inline CK_ULONG p11l_objects_count(const struct p11l_objects *objects)
{
	return p11l_table->objects_count(objects);
}
static inline struct p11l_object *p11l_objects_at(
        const struct p11l_objects *objects, CK_ULONG index)
{
	return p11l_table->objects_at(objects, index);
}
static inline void p11l_objects_free(struct p11l_objects *objects)
{
	p11l_table->objects_free(objects);
}

/*
 * One object after the other, for tokens with very many; NULL at the end. The cursor keeps a
 * session of the standard to itself until it is at its end or freed, and is for one thread at a
 * time. It ends with CKR_SESSION_CLOSED or P11L_CKR_DEAD when the session or the module does.
 */
static inline CK_RV p11l_open_cursor(struct p11l_session *session,
        const struct p11l_selector *selector, struct p11l_cursor **cursor)
{
	return p11l_table->open_cursor(session, selector, cursor);
}
static inline CK_RV p11l_cursor_next(struct p11l_cursor *cursor, struct p11l_object **object)
{
	return p11l_table->cursor_next(cursor, object);
}
static inline void p11l_cursor_free(struct p11l_cursor *cursor)
{
	p11l_table->cursor_free(cursor);
}

static inline struct p11l_object *p11l_object_ref(struct p11l_object *object)
{
	return p11l_table->object_ref(object);
}
/* the token's object stays as it is */
static inline void p11l_object_free(struct p11l_object *object)
{
	p11l_table->object_free(object);
}

/*
 * The standard's handle; CK_INVALID_HANDLE of a local or destroyed one. p11l_adopt makes an object
 * of a handle, and reads it.
 */
static inline CK_OBJECT_HANDLE p11l_object_handle(const struct p11l_object *object)
{
	return p11l_table->object_handle(object);
}
static inline CK_RV p11l_adopt(
        struct p11l_session *session, CK_OBJECT_HANDLE handle, struct p11l_object **object)
{
	return p11l_table->adopt(session, handle, object);
}

/* borrowed */
static inline struct p11l_session *p11l_object_session(const struct p11l_object *object)
{
	return p11l_table->object_session(object);
}
/* of reading it, CKR_OK mostly */
static inline CK_RV p11l_object_result(const struct p11l_object *object)
{
	return p11l_table->object_result(object);
}

/* What is known of it without a call. */
/* P11L_NONE: unknown */
static inline CK_OBJECT_CLASS p11l_object_class(const struct p11l_object *object)
{
	return p11l_table->object_class(object);
}
/* P11L_NONE: no key */
static inline CK_KEY_TYPE p11l_object_key_type(const struct p11l_object *object)
{
	return p11l_table->object_key_type(object);
}
/* "" without one; borrowed */
static inline const char *p11l_object_label(const struct p11l_object *object)
{
	return p11l_table->object_label(object);
}
/* borrowed */
static inline const CK_BYTE *p11l_object_id(const struct p11l_object *object, CK_ULONG *size)
{
	return p11l_table->object_id(object, size);
}
/* CKA_TOKEN */
static inline CK_BBOOL p11l_object_is_stored(const struct p11l_object *object)
{
	return p11l_table->object_is_stored(object);
}

/*
 * Length of a key in bits: modulus, prime, field of the curve, value; where keys have a parameter
 * set, what p11l_generate_keypair calls bits. 0: unknown.
 */
static inline CK_ULONG p11l_key_bits(struct p11l_object *key)
{
	return p11l_table->key_bits(key);
}

/*
 * One attribute. No call if it was read with the object: what others have changed since is seen in
 * an object that is found anew. Else one call, or two for a value longer than 4096 octets. Secret
 * values are never remembered, and come in a P11L_SECRET buffer. Behind the len octets is a NUL if
 * there is room for it, as there is in every buffer that grows. CKR_ATTRIBUTE_TYPE_INVALID,
 * CKR_ATTRIBUTE_SENSITIVE.
 * _ulong and _bool are refused (CKR_ATTRIBUTE_VALUE_INVALID) where the value is of another size.
 */
static inline CK_RV p11l_get_attribute(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, struct p11l_buffer *value)
{
	return p11l_table->get_attribute(object, type, value);
}
static inline CK_RV p11l_get_ulong(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	return p11l_table->get_ulong(object, type, value);
}
static inline CK_RV p11l_get_bool(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL *value)
{
	return p11l_table->get_bool(object, type, value);
}

/*
 * Several, by one call; one more for each that is very long. Those that the object does not have or
 * does not tell are missing from the result, which is success as long as one is there.
 */
static inline CK_RV p11l_get_attributes(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        CK_ULONG count, struct p11l_attributes *values)
{
	return p11l_table->get_attributes(object, types, count, values);
}

/*
 * C_SetAttributeValue. A value that is not of the type that the standard gives the attribute (a
 * CK_BBOOL, a CK_ULONG, a date) is refused before the token sees it: CKR_ATTRIBUTE_VALUE_INVALID.
 */
static inline CK_RV p11l_set_attribute(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size)
{
	return p11l_table->set_attribute(object, type, value, size);
}
static inline CK_RV p11l_set_ulong(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	return p11l_table->set_ulong(object, type, value);
}
static inline CK_RV p11l_set_bool(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	return p11l_table->set_bool(object, type, value);
}
static inline CK_RV p11l_set_attributes(
        struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
	return p11l_table->set_attributes(object, attributes, count);
}

/*
 * C_CreateObject, C_CopyObject with some attributes changed, C_DestroyObject (the handle stays the
 * caller's to free), C_GetObjectSize (octets).
 */
static inline CK_RV p11l_create_object(struct p11l_session *session, const CK_ATTRIBUTE *attributes,
        CK_ULONG count, struct p11l_object **object)
{
	return p11l_table->create_object(session, attributes, count, object);
}
static inline CK_RV p11l_copy_object(struct p11l_object *object, const CK_ATTRIBUTE *attributes,
        CK_ULONG count, struct p11l_object **copy)
{
	return p11l_table->copy_object(object, attributes, count, copy);
}
static inline CK_RV p11l_destroy_object(struct p11l_object *object)
{
	return p11l_table->destroy_object(object);
}
static inline CK_RV p11l_get_object_size(struct p11l_object *object, CK_ULONG *size)
{
	return p11l_table->get_object_size(object, size);
}

/* "pkcs11:token=...;id=...;object=...;type=..." with NUL behind its len octets. */
static inline CK_RV p11l_object_uri(struct p11l_object *object, struct p11l_buffer *uri)
{
	return p11l_table->object_uri(object, uri);
}

/*
 * Attributes as text, for configuration files and other languages: "label=My key,sign=true,
 * id=0x01ff,key-type=EC,value-len=32" and back. Names are the standard's without CKA_, in any case,
 * with - or _; values are true, false, numbers, names of constants, 0x octets, "strings" or bare
 * ones, or unset. P11L_CKR_MALFORMED says where.
 */
static inline CK_RV p11l_parse_attributes(const char *text, struct p11l_attributes *attributes)
{
	return p11l_table->parse_attributes(text, attributes);
}
static inline CK_RV p11l_format_attributes(
        const CK_ATTRIBUTE *attributes, CK_ULONG count, struct p11l_buffer *text)
{
	return p11l_table->format_attributes(attributes, count, text);
}

/* Without a parameter, or with one that is made by hand; size in octets. */
static inline void p11l_set_raw(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
        const void *parameter, CK_ULONG size)
{
	p11l_table->set_raw(mechanism, type, parameter, size);
}

/*
 * AES-GCM (CK_GCM_PARAMS): tag_bits 0 means 128. Tokens that choose the IV themselves write it to
 * iv. The ciphertext ends with the tag.
 */
static inline void p11l_set_gcm(struct p11l_mechanism *mechanism, void *iv, CK_ULONG iv_size,
        const void *aad, CK_ULONG aad_size, CK_ULONG tag_bits)
{
	p11l_table->set_gcm(mechanism, iv, iv_size, aad, aad_size, tag_bits);
}

/* AES-CCM (CK_CCM_PARAMS): data_size is that of the plaintext; tag_size in octets, 0: 16. */
static inline void p11l_set_ccm(struct p11l_mechanism *mechanism, CK_ULONG data_size,
        const void *nonce, CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size,
        CK_ULONG tag_size)
{
	p11l_table->set_ccm(mechanism, data_size, nonce, nonce_size, aad, aad_size, tag_size);
}

/* AES-CTR (CK_AES_CTR_PARAMS): the first counter block; counter_bits 0: 128. */
static inline void p11l_set_ctr(
        struct p11l_mechanism *mechanism, const CK_BYTE counter[16], CK_ULONG counter_bits)
{
	p11l_table->set_ctr(mechanism, counter, counter_bits);
}

/* ChaCha20-Poly1305 (CK_SALSA20_CHACHA20_POLY1305_PARAMS). */
static inline void p11l_set_chacha20_poly1305(struct p11l_mechanism *mechanism, const void *nonce,
        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size)
{
	p11l_table->set_chacha20_poly1305(mechanism, nonce, nonce_size, aad, aad_size);
}

/*
 * RSA PSS and OAEP (CK_RSA_PKCS_PSS_PARAMS, CK_RSA_PKCS_OAEP_PARAMS). hash is CKM_SHA256 and the
 * like, 0 the one in the name of the mechanism (else SHA-256 for PSS and SHA-1 for OAEP); the mask
 * is generated with the same. salt_size in octets, P11L_NONE: as long as the hash. label may be
 * NULL.
 */
static inline void p11l_set_pss(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
        CK_MECHANISM_TYPE hash, CK_ULONG salt_size)
{
	p11l_table->set_pss(mechanism, type, hash, salt_size);
}
static inline void p11l_set_oaep(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash,
        const void *label, CK_ULONG label_size)
{
	p11l_table->set_oaep(mechanism, hash, label, label_size);
}

/*
 * ECDH (CKM_ECDH1_DERIVE, CK_ECDH1_DERIVE_PARAMS): kdf CKD_NULL and the like, shared data for it or
 * NULL, the other party's point, raw or as CKA_EC_POINT. For
 * CKM_ECDH1_COFACTOR_DERIVE change type afterwards.
 */
static inline void p11l_set_ecdh(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *shared,
        CK_ULONG shared_size, const void *point, CK_ULONG point_size)
{
	p11l_table->set_ecdh(mechanism, kdf, shared, shared_size, point, point_size);
}

/* DH by PKCS #3: the other party's public value, a big integer. */
static inline void p11l_set_dh(struct p11l_mechanism *mechanism, const void *value, CK_ULONG size)
{
	p11l_table->set_dh(mechanism, value, size);
}

/* DH by X9.42 (CKM_X9_42_DH_DERIVE, CK_X9_42_DH1_DERIVE_PARAMS). */
static inline void p11l_set_x9_42_dh(struct p11l_mechanism *mechanism, CK_ULONG kdf,
        const void *other_info, CK_ULONG other_info_size, const void *value, CK_ULONG size)
{
	p11l_table->set_x9_42_dh(mechanism, kdf, other_info, other_info_size, value, size);
}

/*
 * EdDSA (CK_EDDSA_PARAMS): with prehash Ed25519ph or Ed448ph; context of at most 255 octets, or
 * NULL. Without either there is no parameter.
 */
static inline void p11l_set_eddsa(struct p11l_mechanism *mechanism, CK_BBOOL prehash,
        const void *context, CK_ULONG context_size)
{
	p11l_table->set_eddsa(mechanism, prehash, context, context_size);
}

/* ML-DSA and SLH-DSA (CK_SIGN_ADDITIONAL_CONTEXT): hedge is CKH_HEDGE_...; context or NULL. */
static inline void p11l_set_sign_context(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
        CK_ULONG hedge, const void *context, CK_ULONG context_size)
{
	p11l_table->set_sign_context(mechanism, type, hedge, context, context_size);
}

/* CKM_AES_CBC_ENCRYPT_DATA, CKM_AES_ECB_ENCRYPT_DATA, CKM_CONCATENATE_BASE_AND_DATA and the like:
 * data is what a key is derived from, iv is NULL except for CBC. */
static inline void p11l_set_derive_data(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type,
        const void *iv, const void *data, CK_ULONG size)
{
	p11l_table->set_derive_data(mechanism, type, iv, data, size);
}

/*
 * HKDF (CKM_HKDF_DERIVE, CK_HKDF_PARAMS): extract and expand with this hash; salt and info may be
 * NULL.
 */
static inline void p11l_set_hkdf(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash,
        const void *salt, CK_ULONG salt_size, const void *info, CK_ULONG info_size)
{
	p11l_table->set_hkdf(mechanism, hash, salt, salt_size, info, info_size);
}

/*
 * C_GenerateKey. bits is the length where the type has several: AES 128, 192, 256; generic secret
 * and HMAC keys; 0 for DES, DES2, DES3, ChaCha20 and the like. options may be NULL.
 * P11L_CKR_NO_DEFAULT: no mechanism is known for the type, or the token lacks it.
 */
static inline CK_RV p11l_generate_key(struct p11l_session *session, CK_KEY_TYPE key_type,
        CK_ULONG bits, const struct p11l_key_options *options, struct p11l_object **key)
{
	return p11l_table->generate_key(session, key_type, bits, options, key);
}

/*
 * C_GenerateKeyPair. bits: RSA, the modulus; DSA, DH and X9.42 DH, the prime of parameters that
 * are generated first; EC 192 to 521, the NIST curve of this size; Edwards and Montgomery 255 or
 * 448; ML-DSA 44, 65 or 87; ML-KEM 512, 768 or 1024; SLH-DSA one of CKP_SLH_DSA_...
 * The id of a pair that is stored without one is chosen at random, the same for both.
 */
static inline CK_RV p11l_generate_keypair(struct p11l_session *session, CK_KEY_TYPE key_type,
        CK_ULONG bits, const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key)
{
	return p11l_table->generate_keypair(
	        session, key_type, bits, options, public_key, private_key);
}

/* Domain parameters that the token generates (CKO_DOMAIN_PARAMETERS): DSA, DH, X9.42 DH. */
static inline CK_RV p11l_generate_parameters(struct p11l_session *session, CK_KEY_TYPE key_type,
        CK_ULONG bits, const struct p11l_key_options *options, struct p11l_object **parameters)
{
	return p11l_table->generate_parameters(session, key_type, bits, options, parameters);
}

/* Given domain parameters: CKA_PRIME, CKA_BASE, CKA_SUBPRIME, or CKA_EC_PARAMS. */
static inline CK_RV p11l_create_parameters(struct p11l_session *session, CK_KEY_TYPE key_type,
        enum p11l_place place, const CK_ATTRIBUTE *attributes, CK_ULONG count,
        struct p11l_object **parameters)
{
	return p11l_table->create_parameters(
	        session, key_type, place, attributes, count, parameters);
}

/* Local ones of a curve by its name or object identifier: p11l_encode_named_curve_parameters. */
static inline CK_RV p11l_curve(
        struct p11l_session *session, const char *curve, struct p11l_object **parameters)
{
	return p11l_table->curve(session, curve, parameters);
}

/* A key pair of these parameters. */
static inline CK_RV p11l_parameters_keypair(struct p11l_object *parameters,
        const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key)
{
	return p11l_table->parameters_keypair(parameters, options, public_key, private_key);
}

/*
 * Whatever p11l_decode_any understands becomes objects: a private key and, where the input tells
 * it, its public key; a public key; a certificate; domain parameters. They are made by
 * C_CreateObject with what options say. Without an id they get the one that their public key has
 * by p11l_key_id (P11L_ID_SUBJECT_KEY), so that a certificate and its key find each other; the
 * certificate of a pair that is on the token gets the id of this pair. Of PEM all blocks are
 * imported. Private keys are private and sensitive unless private_attributes say otherwise, which
 * are for them only; attributes are for all the others. If one of several is refused, those made
 * before are destroyed again. An id is looked for by one search for each certificate alone, then
 * there is one call for each object.
 */
static inline CK_RV p11l_import(struct p11l_session *session, const void *data, CK_ULONG size,
        const struct p11l_key_options *options, struct p11l_objects **objects)
{
	return p11l_table->import(session, data, size, options, objects);
}

/* A secret key of given octets; the same options as if it were generated. */
static inline CK_RV p11l_import_secret(struct p11l_session *session, CK_KEY_TYPE key_type,
        const void *value, CK_ULONG size, const struct p11l_key_options *options,
        struct p11l_object **key)
{
	return p11l_table->import_secret(session, key_type, value, size, options, key);
}

/*
 * The public key as SubjectPublicKeyInfo in DER: of a public key, of a certificate, or of a private
 * key, from its own attributes (RSA, CKA_PUBLIC_KEY_INFO), else of the public key or certificate on
 * the token that has its id.
 */
static inline CK_RV p11l_export_public(struct p11l_object *key, struct p11l_buffer *spki)
{
	return p11l_table->export_public(key, spki);
}

/*
 * The private key as PrivateKeyInfo (PKCS #8) in DER, if the token tells it
 * (CKR_ATTRIBUTE_SENSITIVE); of a secret key its value.
 */
static inline CK_RV p11l_export_private(struct p11l_object *key, struct p11l_buffer *octets)
{
	return p11l_table->export_private(key, octets);
}

/* CKA_VALUE of a certificate. */
static inline CK_RV p11l_export_certificate(
        struct p11l_object *certificate, struct p11l_buffer *der)
{
	return p11l_table->export_certificate(certificate, der);
}

/*
 * C_Encrypt, C_Decrypt, C_Sign. The usual mechanisms:
 *   encrypt AES-CBC and DES3-CBC with padding, whose IV must be given; RSA OAEP with SHA-1
 *   sign    RSA with SHA-512, DSA and ECDSA with SHA-512, EdDSA, AES MAC (or CMAC), HMAC, ML-DSA
 * Where the token has not got it, the next of docs/PYTHON_PKCS11.md, else P11L_CKR_NO_DEFAULT.
 * Plaintext comes in a buffer that is P11L_SECRET.
 */
static inline CK_RV p11l_encrypt(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_table->encrypt(key, mechanism, data, size, out);
}
static inline CK_RV p11l_decrypt(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_table->decrypt(key, mechanism, data, size, out);
}
static inline CK_RV p11l_sign(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *signature)
{
	return p11l_table->sign(key, mechanism, data, size, signature);
}

/* C_Verify: CKR_SIGNATURE_INVALID or CKR_SIGNATURE_LEN_RANGE if it is not the key's signature. */
static inline CK_RV p11l_verify(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, const void *signature, CK_ULONG signature_size)
{
	return p11l_table->verify(key, mechanism, data, size, signature, signature_size);
}

/* C_SignRecover, and C_VerifyRecover, which gives the data back. */
static inline CK_RV p11l_sign_recover(struct p11l_object *key,
        const struct p11l_mechanism *mechanism, const void *data, CK_ULONG size,
        struct p11l_buffer *signature)
{
	return p11l_table->sign_recover(key, mechanism, data, size, signature);
}
static inline CK_RV p11l_verify_recover(struct p11l_object *key,
        const struct p11l_mechanism *mechanism, const void *signature, CK_ULONG size,
        struct p11l_buffer *data)
{
	return p11l_table->verify_recover(key, mechanism, signature, size, data);
}

/*
 * C_WrapKey: key under wrapping_key. C_UnwrapKey: a key of this class and type of what was
 * wrapped. Usual: AES key wrap, else AES-ECB; DES3-ECB; RSA OAEP, else PKCS #1.
 */
static inline CK_RV p11l_wrap(struct p11l_object *wrapping_key,
        const struct p11l_mechanism *mechanism, struct p11l_object *key,
        struct p11l_buffer *wrapped)
{
	return p11l_table->wrap(wrapping_key, mechanism, key, wrapped);
}
static inline CK_RV p11l_unwrap(struct p11l_object *unwrapping_key,
        const struct p11l_mechanism *mechanism, const void *wrapped, CK_ULONG size,
        CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type, const struct p11l_key_options *options,
        struct p11l_object **key)
{
	return p11l_table->unwrap(
	        unwrapping_key, mechanism, wrapped, size, object_class, key_type, options, key);
}

/*
 * C_DeriveKey: a secret key of this type and length (bits; 0 where the type has one, or the
 * mechanism says). Without a mechanism there is nothing to derive from, so there must be one.
 */
static inline CK_RV p11l_derive(struct p11l_object *base_key,
        const struct p11l_mechanism *mechanism, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **key)
{
	return p11l_table->derive(base_key, mechanism, key_type, bits, options, key);
}

/* C_EncapsulateKey and C_DecapsulateKey (3.2): ML-KEM by default. */
static inline CK_RV p11l_encapsulate(struct p11l_object *public_key,
        const struct p11l_mechanism *mechanism, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_buffer *ciphertext,
        struct p11l_object **key)
{
	return p11l_table->encapsulate(
	        public_key, mechanism, key_type, bits, options, ciphertext, key);
}
static inline CK_RV p11l_decapsulate(struct p11l_object *private_key,
        const struct p11l_mechanism *mechanism, const void *ciphertext, CK_ULONG size,
        CK_KEY_TYPE key_type, CK_ULONG bits, const struct p11l_key_options *options,
        struct p11l_object **key)
{
	return p11l_table->decapsulate(
	        private_key, mechanism, ciphertext, size, key_type, bits, options, key);
}

/* C_Digest; the mechanism is CKM_SHA512 if it is NULL. C_DigestKey does the same with a key. */
static inline CK_RV p11l_digest(struct p11l_session *session,
        const struct p11l_mechanism *mechanism, const void *data, CK_ULONG size,
        struct p11l_buffer *digest)
{
	return p11l_table->digest(session, mechanism, data, size, digest);
}
static inline CK_RV p11l_digest_key(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, struct p11l_buffer *digest)
{
	return p11l_table->digest_key(key, mechanism, digest);
}

/* The PIN for a key with CKA_ALWAYS_AUTHENTICATE; size 0: up to the NUL; NULL: forget it. */
static inline CK_RV p11l_set_key_pin(struct p11l_object *key, const char *pin, CK_ULONG size)
{
	return p11l_table->set_key_pin(key, pin, size);
}

/*
 * Data in parts. what is one of CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN, CKF_VERIFY; a digest is begun
 * on a session. Small parts are collected until a call is worth it, so output may come later; with
 * size 0 they go to the token at once. What is finished before that is an operation of one part,
 * which mechanisms know that have no others. A buffer gets what there is, in place of what it held;
 * NULL is allowed where nothing comes out. CKR_BUFFER_TOO_SMALL: nothing has happened, or, from
 * p11l_finish, nothing is lost; the call may be made again with more room. After an error of the
 * token or of a callback it is over. Freed before it is finished, an operation is cancelled, and
 * its session is good again.
 */
static inline CK_RV p11l_begin(struct p11l_object *key, CK_FLAGS what,
        const struct p11l_mechanism *mechanism, struct p11l_operation **operation)
{
	return p11l_table->begin(key, what, mechanism, operation);
}
static inline CK_RV p11l_begin_digest(struct p11l_session *session,
        const struct p11l_mechanism *mechanism, struct p11l_operation **operation)
{
	return p11l_table->begin_digest(session, mechanism, operation);
}
static inline CK_RV p11l_update(
        struct p11l_operation *operation, const void *data, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_table->update(operation, data, size, out);
}
static inline CK_RV p11l_update_key(struct p11l_operation *digest, struct p11l_object *key)
{
	return p11l_table->update_key(digest, key);
}
static inline CK_RV p11l_finish(struct p11l_operation *operation, struct p11l_buffer *out)
{
	return p11l_table->finish(operation, out);
}
static inline CK_RV p11l_finish_verify(
        struct p11l_operation *operation, const void *signature, CK_ULONG signature_size)
{
	return p11l_table->finish_verify(operation, signature, signature_size);
}
static inline void p11l_operation_free(struct p11l_operation *operation)
{
	p11l_table->operation_free(operation);
}

/*
 * Decryption that checks a tag (GCM, CCM, ChaCha20-Poly1305) lets nothing out before the tag is
 * checked, and so holds at most 64 MiB, more is P11L_CKR_UNVERIFIED; unless this is said first.
 */
static inline CK_RV p11l_let_unverified(struct p11l_operation *operation)
{
	return p11l_table->let_unverified(operation);
}

/*
 * Reads everything, passes it through the operation and writes what comes out; then p11l_finish, or
 * p11l_finish_verify, is the caller's: it gives the rest. Parts are 64 KiB, and more while that
 * makes it faster.
 */
static inline CK_RV p11l_stream(struct p11l_operation *operation, p11l_read_callback read,
        p11l_write_callback write, void *context)
{
	return p11l_table->stream(operation, read, write, context);
}
static inline CK_RV p11l_stream_fd(struct p11l_operation *operation, int in, int out)
{
	return p11l_table->stream_fd(operation, in, out);
}

/*
 * From one file descriptor to another until the end, in constant memory, but for what is held until
 * its tag is checked. After an error what was written so far is worthless.
 */
static inline CK_RV p11l_encrypt_fd(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out)
{
	return p11l_table->encrypt_fd(key, mechanism, in, out);
}
static inline CK_RV p11l_decrypt_fd(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out)
{
	return p11l_table->decrypt_fd(key, mechanism, in, out);
}
static inline CK_RV p11l_sign_fd(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        int in, struct p11l_buffer *signature)
{
	return p11l_table->sign_fd(key, mechanism, in, signature);
}
static inline CK_RV p11l_verify_fd(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        int in, const void *signature, CK_ULONG signature_size)
{
	return p11l_table->verify_fd(key, mechanism, in, signature, signature_size);
}
static inline CK_RV p11l_digest_fd(struct p11l_session *session,
        const struct p11l_mechanism *mechanism, int in, struct p11l_buffer *digest)
{
	return p11l_table->digest_fd(session, mechanism, in, digest);
}

/*
 * Big integers (PKCS #11, "General data types"): most significant octet first, no zeros in front;
 * 0 is one octet. The first takes a number, the second octets with or without zeros in front.
 */
static inline CK_RV p11l_biginteger(CK_ULONG value, struct p11l_buffer *out)
{
	return p11l_table->biginteger(value, out);
}
static inline CK_RV p11l_biginteger_octets(
        const void *octets, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_table->biginteger_octets(octets, size, out);
}

/*
 * RSA, PKCS #1 (RFC 8017, appendix A.1): CKA_MODULUS and CKA_PUBLIC_EXPONENT; of a private key
 * CKA_PRIVATE_EXPONENT, CKA_PRIME_1 and _2, CKA_EXPONENT_1 and _2, CKA_COEFFICIENT too.
 * Keys of more than two primes are P11L_CKR_UNSUPPORTED. Wherever there is a public_key, it may be
 * NULL; otherwise it gets the template of the public key that belongs to the private key, or
 * nothing when the input does not tell it.
 */
static inline CK_RV p11l_decode_rsa_public_key(
        const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_table->decode_rsa_public_key(der, size, key);
}
static inline CK_RV p11l_decode_rsa_private_key(const void *der, CK_ULONG size,
        struct p11l_attributes *key, struct p11l_attributes *public_key)
{
	return p11l_table->decode_rsa_private_key(der, size, key, public_key);
}
static inline CK_RV p11l_encode_rsa_public_key(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_rsa_public_key(key, count, out);
}
static inline CK_RV p11l_encode_rsa_private_key(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_rsa_private_key(key, count, out);
}

/*
 * DSA (RFC 3279, section 2.3.2): Dss-Parms as CKA_PRIME, CKA_SUBPRIME and CKA_BASE of domain
 * parameters; a public key as the big integer that CKA_VALUE is; and the private key in the form
 * that OpenSSL calls "DSA PRIVATE KEY", whose public half is decoded into public_key and is
 * needed as well to encode it: public_value is its CKA_VALUE.
 */
static inline CK_RV p11l_decode_dsa_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters)
{
	return p11l_table->decode_dsa_domain_parameters(der, size, parameters);
}
static inline CK_RV p11l_encode_dsa_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_dsa_domain_parameters(parameters, count, out);
}
static inline CK_RV p11l_decode_dsa_public_key(
        const void *der, CK_ULONG size, struct p11l_buffer *value)
{
	return p11l_table->decode_dsa_public_key(der, size, value);
}
static inline CK_RV p11l_encode_dsa_public_key(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_dsa_public_key(key, count, out);
}
static inline CK_RV p11l_decode_dsa_private_key(const void *der, CK_ULONG size,
        struct p11l_attributes *key, struct p11l_attributes *public_key)
{
	return p11l_table->decode_dsa_private_key(der, size, key, public_key);
}
static inline CK_RV p11l_encode_dsa_private_key(const CK_ATTRIBUTE *key, CK_ULONG count,
        const void *public_value, CK_ULONG public_size, struct p11l_buffer *out)
{
	return p11l_table->encode_dsa_private_key(key, count, public_value, public_size, out);
}

/*
 * Signatures of DSA and ECDSA (RFC 3279, sections 2.2.2 and 2.2.3): r and s one behind the other,
 * each as long as the order of the group, as PKCS #11 has them, and Dss-Sig-Value or
 * ECDSA-Sig-Value. Decoding needs the octets of the order: of CKA_SUBPRIME, or what
 * p11l_ec_order_octets says. With 0 it is the smallest size in use (DSA 20, 28, 32; ECDSA 20, 24,
 * 28, 32, 40, 48, 64, 66) that holds both numbers, which is nearly always the right one.
 */
static inline CK_RV p11l_encode_dsa_signature(
        const void *signature, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_table->encode_dsa_signature(signature, size, out);
}
static inline CK_RV p11l_decode_dsa_signature(
        const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature)
{
	return p11l_table->decode_dsa_signature(der, size, order, signature);
}
static inline CK_RV p11l_encode_ecdsa_signature(
        const void *signature, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_table->encode_ecdsa_signature(signature, size, out);
}
static inline CK_RV p11l_decode_ecdsa_signature(
        const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature)
{
	return p11l_table->decode_ecdsa_signature(der, size, order, signature);
}

/*
 * Diffie-Hellman by PKCS #3, section 9: CKA_PRIME and CKA_BASE of domain parameters. The optional
 * privateValueLength is what CKA_VALUE_BITS says of private keys, which no object may be created
 * with; so decoding hands it out beside the template (0: absent; NULL: not wanted), and it is
 * written if the template has CKA_VALUE_BITS.
 */
static inline CK_RV p11l_decode_dh_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters, CK_ULONG *value_bits)
{
	return p11l_table->decode_dh_domain_parameters(der, size, parameters, value_bits);
}
static inline CK_RV p11l_encode_dh_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_dh_domain_parameters(parameters, count, out);
}

/*
 * By X9.42 (RFC 3279, section 2.3.3): CKA_PRIME, CKA_BASE, CKA_SUBPRIME. The optional factor j and
 * the seed have no attributes and are dropped. To encode parameters without CKA_SUBPRIME it is
 * computed when the prime is a safe one, p = 2q + 1 with q prime, and the base generates a subgroup
 * of this order; else nothing proper can be said and they are CKR_TEMPLATE_INCOMPLETE.
 */
static inline CK_RV p11l_decode_x9_42_dh_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters)
{
	return p11l_table->decode_x9_42_dh_domain_parameters(der, size, parameters);
}
static inline CK_RV p11l_encode_x9_42_dh_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_x9_42_dh_domain_parameters(parameters, count, out);
}

/* A public key of either as an INTEGER (RFC 3279, section 2.3.3); decoded, as CKA_VALUE is. */
static inline CK_RV p11l_decode_dh_public_key(
        const void *der, CK_ULONG size, struct p11l_buffer *value)
{
	return p11l_table->decode_dh_public_key(der, size, value);
}
static inline CK_RV p11l_encode_dh_public_key(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_dh_public_key(key, count, out);
}

/*
 * CKA_EC_PARAMS of a curve by its object identifier ("1.2.840.10045.3.1.7") or any of its names
 * ("secp256r1", "prime256v1", "P-256"), capitals or not. An identifier need not be a known one;
 * a name that is not known is P11L_CKR_UNSUPPORTED.
 */
static inline CK_RV p11l_encode_named_curve_parameters(const char *curve, struct p11l_buffer *out)
{
	return p11l_table->encode_named_curve_parameters(curve, out);
}

/* What the attribute says; unknown curves are success. */
static inline CK_RV p11l_decode_ec_parameters(
        const void *der, CK_ULONG size, struct p11l_ec_info *info)
{
	return p11l_table->decode_ec_parameters(der, size, info);
}

/* Shorthand for order_octets; 0 for anything not known. */
static inline CK_ULONG p11l_ec_order_octets(const void *ec_params, CK_ULONG size)
{
	return p11l_table->ec_order_octets(ec_params, size);
}

/*
 * A point between its own octets (X9.62; RFC 7748, RFC 8032) and the OCTET STRING that CKA_EC_POINT
 * is. Both take either form and a BIT STRING; ec_params may be NULL where the form is clear
 * without it.
 */
static inline CK_RV p11l_encode_ec_point(const void *point, CK_ULONG size, const void *ec_params,
        CK_ULONG params_size, struct p11l_buffer *out)
{
	return p11l_table->encode_ec_point(point, size, ec_params, params_size, out);
}
static inline CK_RV p11l_decode_ec_point(const void *point, CK_ULONG size, const void *ec_params,
        CK_ULONG params_size, struct p11l_buffer *out)
{
	return p11l_table->decode_ec_point(point, size, ec_params, params_size, out);
}

/*
 * EC, Edwards and Montgomery public keys as SubjectPublicKeyInfo (RFC 5480, RFC 8410):
 * CKA_EC_PARAMS and CKA_EC_POINT. With encode_ec_point the latter is an OCTET STRING in DER, as
 * objects have it, otherwise the bare point, as mechanism parameters do. Encoding takes either.
 * Curves that are not known pass through, with whatever point they have.
 */
static inline CK_RV p11l_decode_ec_public_key(
        const void *der, CK_ULONG size, CK_BBOOL encode_ec_point, struct p11l_attributes *key)
{
	return p11l_table->decode_ec_public_key(der, size, encode_ec_point, key);
}
static inline CK_RV p11l_encode_ec_public_key(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_ec_public_key(key, count, out);
}

/*
 * EC private keys by SEC 1 (RFC 5915): CKA_EC_PARAMS, CKA_VALUE. Encoded, CKA_VALUE gets the length
 * that the order demands, and the point is in it if the template has CKA_EC_POINT.
 */
static inline CK_RV p11l_decode_ec_private_key(const void *der, CK_ULONG size,
        struct p11l_attributes *key, struct p11l_attributes *public_key)
{
	return p11l_table->decode_ec_private_key(der, size, key, public_key);
}
static inline CK_RV p11l_encode_ec_private_key(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_ec_private_key(key, count, out);
}

/*
 * SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) of RSA, DSA, DH, X9.42 DH, EC, Edwards, Montgomery,
 * ML-DSA (RFC 9881), ML-KEM (RFC 9935) and SLH-DSA (RFC 9909). The last three have CKA_VALUE and
 * CKA_PARAMETER_SET. Encoded is what CKA_CLASS and CKA_KEY_TYPE say; a private RSA key will do.
 */
static inline CK_RV p11l_decode_spki(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_table->decode_spki(der, size, key);
}
static inline CK_RV p11l_encode_spki(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_spki(key, count, out);
}

/*
 * Private keys of the same types as PKCS #8, versions 1 and 2 (RFC 5958). ML-DSA and ML-KEM have
 * CKA_SEED, CKA_VALUE (the expanded key) or both, and each alternative is written as it was read.
 * Edwards and Montgomery keys become version 2 if the template has CKA_EC_POINT.
 * An EncryptedPrivateKeyInfo is P11L_CKR_ENCRYPTED.
 */
static inline CK_RV p11l_decode_private_key_info(const void *der, CK_ULONG size,
        struct p11l_attributes *key, struct p11l_attributes *public_key)
{
	return p11l_table->decode_private_key_info(der, size, key, public_key);
}
static inline CK_RV p11l_encode_private_key_info(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_private_key_info(key, count, out);
}

/*
 * X.509 certificates (RFC 5280), which are not verified: CKA_CERTIFICATE_TYPE, CKA_VALUE,
 * CKA_SUBJECT, CKA_ISSUER, CKA_SERIAL_NUMBER; the extended set has CKA_START_DATE and CKA_END_DATE
 * (UTC), CKA_HASH_OF_SUBJECT_PUBLIC_KEY (the subject key identifier, or where there is none the
 * SHA-1 of the key, which is the usual one) and CKA_HASH_OF_ISSUER_PUBLIC_KEY (the authority key
 * identifier, if there is one). p11l_encode_x509_certificate gives CKA_VALUE back.
 */
static inline CK_RV p11l_decode_x509_certificate(
        const void *der, CK_ULONG size, CK_BBOOL extended_set, struct p11l_attributes *certificate)
{
	return p11l_table->decode_x509_certificate(der, size, extended_set, certificate);
}
static inline CK_RV p11l_encode_x509_certificate(
        const CK_ATTRIBUTE *certificate, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_table->encode_x509_certificate(certificate, count, out);
}

/* The public key of a certificate, as p11l_decode_spki has it. */
static inline CK_RV p11l_decode_x509_public_key(
        const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_table->decode_x509_public_key(der, size, key);
}

/*
 * CKA_SUBJECT or CKA_ISSUER for people: "CN=..., O=...", in UTF-8, with what cannot be shown
 * escaped. A text that is longer than 4000 octets ends early.
 */
static inline CK_RV p11l_decode_x509_name(const void *der, CK_ULONG size, struct p11l_buffer *text)
{
	return p11l_table->decode_x509_name(der, size, text);
}

/*
 * A CKA_ID (20 octets) from the attributes of a public key, of a private RSA key, or of a
 * certificate.
 */
static inline CK_RV p11l_key_id(
        const CK_ATTRIBUTE *key, CK_ULONG count, enum p11l_id way, struct p11l_buffer *out)
{
	return p11l_table->key_id(key, count, way, out);
}

/*
 * PEM (RFC 7468). Decodes the first block at or behind *offset (octets into the text; then moved
 * behind the block), so that several are got one after the other; text around blocks is skipped.
 * Without another block the result is P11L_CKR_MALFORMED. The label ("PRIVATE KEY") is cut at 63
 * characters; it and offset may be NULL. Blocks under a passphrase are P11L_CKR_ENCRYPTED. The
 * buffer is made P11L_SECRET where the label says that a private key is in it.
 */
static inline CK_RV p11l_decode_pem(const void *text, CK_ULONG size, CK_ULONG *offset,
        char label[P11L_PEM_LABEL], struct p11l_buffer *der)
{
	return p11l_table->decode_pem(text, size, offset, label, der);
}
static inline CK_RV p11l_encode_pem(
        const char *label, const void *der, CK_ULONG size, struct p11l_buffer *text)
{
	return p11l_table->encode_pem(label, der, size, text);
}

/*
 * Decodes whatever it is, in DER or PEM, by looking at it. Of several PEM blocks it takes the first
 * that is no "EC PARAMETERS", unless there is nothing else. The extended set is decoded of a
 * certificate. Two INTEGERs are a public RSA key unless the first is a prime, or a PEM label says
 * what they are. After a failure format still says what it was taken for.
 */
static inline CK_RV p11l_decode_any(const void *data, CK_ULONG size, struct p11l_decoded *decoded)
{
	return p11l_table->decode_any(data, size, decoded);
}
static inline void p11l_decoded_free(struct p11l_decoded *decoded)
{
	p11l_table->decoded_free(decoded);
}

#ifdef __cplusplus
}
#endif

#endif
