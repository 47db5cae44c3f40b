/* SPDX-License-Identifier: MIT */
/*
 * Why the last high-level function of a thread failed. Such a function returns a CK_RV and, when
 * that is not CKR_OK, leaves a record behind: one for each thread, no queue, nothing printed.
 */
#ifndef P11L_ERROR_H
#define P11L_ERROR_H

#include "cryptoki.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/*
 * The record of the calling thread, never NULL. The next high-level function of this thread that
 * returns a CK_RV overwrites it. Copy the struct to keep it.
 */
const struct p11l_error *p11l_last_error(void);

/* Its text, "" after success. */
const char *p11l_error_text(void);

/* "CKR_PIN_INCORRECT" for a return code, of ours and the standard's; NULL when unknown. */
const char *p11l_rv_name(CK_RV rv);

/* What a return code means, in one sentence for people; never NULL. */
const char *p11l_rv_text(CK_RV rv);

/* Its kind; P11L_KIND_DEVICE for a vendor's own. */
enum p11l_kind p11l_rv_kind(CK_RV rv);

/*
 * The standard's name of a number; the prefix says what kind: "CKM_", "CKA_", "CKK_", "CKO_",
 * "CKR_", "CKC_", "CKU_". NULL when there is none.
 */
const char *p11l_constant_name(const char *prefix, CK_ULONG value);

/* The number of a name such as "CKM_ECDSA"; CKR_ARGUMENTS_BAD when there is none. */
CK_RV p11l_constant(const char *name, CK_ULONG *value);

#ifdef __cplusplus
}
#endif

#endif
