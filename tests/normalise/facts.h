/* SPDX-License-Identifier: MIT */
/*
 * What the programs of this folder share: a module loaded by its path, its token found by its
 * label, and facts about it printed one a line, as "NAME VALUE", in words that no vendor has a part
 * in. The variables VENDOR_LABEL, VENDOR_PIN and VENDOR_INIT say which token
 * (tests/vendors/lib.sh).
 */
#ifndef FACTS_H
#define FACTS_H

#include "shim/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Entries of a template. */
#define TRUE_(type)                                            \
	{                                                      \
		(type), &(CK_BBOOL){CK_TRUE}, sizeof(CK_BBOOL) \
	}
#define FALSE_(type)                                            \
	{                                                       \
		(type), &(CK_BBOOL){CK_FALSE}, sizeof(CK_BBOOL) \
	}
#define NUMBER(type, value)                                    \
	{                                                      \
		(type), &(CK_ULONG){(value)}, sizeof(CK_ULONG) \
	}
#define OCTETS(type, at, len)       \
	{                           \
		(type), (at), (len) \
	}

extern CK_FUNCTION_LIST_PTR p11;
extern CK_SLOT_ID slot;
extern CK_SESSION_HANDLE session; /* for operations */
extern CK_SESSION_HANDLE home;    /* where objects are made, read and looked for */
extern const CK_ULONG nothing;    /* a handle that nothing has */

/* DER object identifiers. */
extern CK_BYTE p256[10];
extern CK_BYTE ed25519[5];

struct pair {
	CK_OBJECT_HANDLE public, private;
};

/* Ends the program when it fails. */
void load(const char *module);
CK_RV initialise(CK_FLAGS flags);
void open_token(void); /* and both sessions there */
CK_RV login(CK_USER_TYPE user, const char *pin);
void start(const char *module); /* all of this; the user is logged in */

/* Printing. */
void fact(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fact_rv(const char *name, CK_RV rv);
void fact_yes(const char *name, bool yes);
const char *rv_name(CK_RV rv);

/* Whether the token has the mechanism with these flags; prints NAME as unsupported when not. */
bool has_mechanism(const char *name, CK_MECHANISM_TYPE type, CK_FLAGS flags);

/* Whether the token takes AES keys from outside; prints NAME as unsupported when not. */
bool has_secret_keys(const char *name);

/* Making and reading objects. What fails gives the handle 0. */
CK_RV generate_pair(CK_MECHANISM_TYPE type, CK_ATTRIBUTE *public, CK_ULONG public_count,
        CK_ATTRIBUTE *private, CK_ULONG private_count, struct pair *pair);
CK_RV generate_key(
        CK_MECHANISM_TYPE type, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key);
CK_RV create(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *object);
void destroy(CK_OBJECT_HANDLE object);
void destroy_pair(struct pair *pair);
CK_RV read_octets(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *to, CK_ULONG *size);
CK_ULONG find(CK_ATTRIBUTE *template, CK_ULONG count); /* how many */

/* One operation in one part. */
CK_RV sign(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *signature, CK_ULONG *size);
CK_RV verify(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *signature, CK_ULONG size);
CK_RV encrypt(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *out, CK_ULONG *size);
CK_RV decrypt(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *out, CK_ULONG *size);

/* Ends whatever runs in the session for operations, by closing it. */
void fresh_session(void);

/* The sections of the program "same". */
void section_ec(void);
void section_ec_import(void);
void section_ecdh(void);
void section_edwards(void);
void section_rsa(void);
void section_aes(void);
void section_gcm(void);
void section_wrap(void);
void section_hmac(void);
void section_digest(void);
void section_read(void);
void section_read_token(void);
void section_template(void);
void section_template_pair(void);
void section_lists(void);
void section_info(void);
void section_session(void);
void section_find(void);
void section_operations(void);
void null_slot_list(void);
void null_sign_length(void);
void null_value(void);
void null_template(void);
void null_find_template(void);
void null_peer(void);
void null_pin(void);

#endif
