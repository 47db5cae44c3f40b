/* SPDX-License-Identifier: MIT */
/* An array of attributes that owns its values, as C_CreateObject takes it. */
#ifndef P11L_ATTRIBUTES_H
#define P11L_ATTRIBUTES_H

#include "cryptoki.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/*
 * Adds an attribute, or gives the one of this type another value; size is in octets, and the value
 * must not be one of its own. NULL and ~0 are what P11L_UNSET says. CKR_HOST_MEMORY.
 */
CK_RV p11l_attributes_set(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type,
        const void *value, CK_ULONG size);
CK_RV p11l_attributes_set_ulong(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
CK_RV p11l_attributes_set_bool(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_BBOOL value);

/*
 * What CKF_ENCRYPT, CKF_SIGN, CKF_DERIVE and so on among the flags allow is set to true in the
 * attributes of a key that PKCS #11 has for it ("Key objects"). The class must be set: a public
 * key gets CKA_ENCRYPT, _VERIFY, _VERIFY_RECOVER, _WRAP and _ENCAPSULATE, a private key CKA_DERIVE
 * and their counterparts, a secret key all. P11L_USUAL means what a key of its type is for.
 * CKR_TEMPLATE_INCOMPLETE: no class or key type.
 */
#define P11L_USUAL (~(CK_FLAGS)0)
CK_RV p11l_attributes_set_capabilities(struct p11l_attributes *attributes, CK_FLAGS flags);

/* Takes an attribute out, if it is there. */
void p11l_attributes_remove(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type);

/* The attribute of this type in a template, or NULL. */
const CK_ATTRIBUTE *p11l_attribute_in(
        const CK_ATTRIBUTE *entry, CK_ULONG count, CK_ATTRIBUTE_TYPE type);
const CK_ATTRIBUTE *p11l_attributes_find(
        const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type);

/* Wipes the values and gives the memory back; empty afterwards. NULL is allowed. */
void p11l_attributes_clear(struct p11l_attributes *attributes);

#ifdef __cplusplus
}
#endif

#endif
