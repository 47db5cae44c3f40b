/* SPDX-License-Identifier: MIT */
/*
 * Objects: found, read, changed, made. An object is found together with the attributes that are
 * usually wanted, by one call, so that asking for them later costs none.
 */
#ifndef P11L_OBJECT_H
#define P11L_OBJECT_H

#include "highlevel/api/attributes.h"
#include "highlevel/api/session.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

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
 * All objects that fit, NULL for all there are, as a list that does not change any more: the search
 * is over when it is there, so others may be made, objects destroyed. An object that cannot be read
 * is in the list as well; p11l_object_result says why. What a module returns although it does not
 * fit is left out.
 */
CK_RV p11l_find(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_objects **objects);

/*
 * The only object, or the only key, that fits; the key is remembered for the next time unless the
 * session is opened with no_cache. P11L_CKR_NO_OBJECT; P11L_CKR_MANY_OBJECTS, and the record names
 * the first of them.
 */
CK_RV p11l_get_object(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_object **object);
CK_RV p11l_get_key(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_object **key);

/* Lists of objects. An element is borrowed; NULL behind the end. */
CK_ULONG p11l_objects_count(const struct p11l_objects *objects);
struct p11l_object *p11l_objects_at(const struct p11l_objects *objects, CK_ULONG index);
void p11l_objects_free(struct p11l_objects *objects);

/*
 * One object after the other, for tokens with very many; NULL at the end. The cursor keeps a
 * session of the standard to itself until it is at its end or freed, and is for one thread at a
 * time. It ends with CKR_SESSION_CLOSED or P11L_CKR_DEAD when the session or the module does.
 */
CK_RV p11l_open_cursor(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_cursor **cursor);
CK_RV p11l_cursor_next(struct p11l_cursor *cursor, struct p11l_object **object);
void p11l_cursor_free(struct p11l_cursor *cursor);

struct p11l_object *p11l_object_ref(struct p11l_object *object);
void p11l_object_free(struct p11l_object *object); /* the token's object stays as it is */

/*
 * The standard's handle; CK_INVALID_HANDLE of a local or destroyed one. p11l_adopt makes an object
 * of a handle, and reads it.
 */
CK_OBJECT_HANDLE p11l_object_handle(const struct p11l_object *object);
CK_RV p11l_adopt(
        struct p11l_session *session, CK_OBJECT_HANDLE handle, struct p11l_object **object);

struct p11l_session *p11l_object_session(const struct p11l_object *object); /* borrowed */
CK_RV p11l_object_result(const struct p11l_object *object); /* of reading it, CKR_OK mostly */

/* What is known of it without a call. */
CK_OBJECT_CLASS p11l_object_class(const struct p11l_object *object); /* P11L_NONE: unknown */
CK_KEY_TYPE p11l_object_key_type(const struct p11l_object *object);  /* P11L_NONE: no key */
const char *p11l_object_label(const struct p11l_object *object);     /* "" without one; borrowed */
const CK_BYTE *p11l_object_id(const struct p11l_object *object, CK_ULONG *size); /* borrowed */
CK_BBOOL p11l_object_is_stored(const struct p11l_object *object);                /* CKA_TOKEN */

/*
 * Length of a key in bits: modulus, prime, field of the curve, value; where keys have a parameter
 * set, what p11l_generate_keypair calls bits. 0: unknown.
 */
CK_ULONG p11l_key_bits(struct p11l_object *key);

/*
 * One attribute. No call if it was read with the object: what others have changed since is seen in
 * an object that is found anew. Else one call, or two for a value longer than 4096 octets. Secret
 * values are never remembered, and come in a P11L_SECRET buffer. Behind the len octets is a NUL if
 * there is room for it, as there is in every buffer that grows. CKR_ATTRIBUTE_TYPE_INVALID,
 * CKR_ATTRIBUTE_SENSITIVE.
 * _ulong and _bool are refused (CKR_ATTRIBUTE_VALUE_INVALID) where the value is of another size.
 */
CK_RV p11l_get_attribute(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, struct p11l_buffer *value);
CK_RV p11l_get_ulong(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG *value);
CK_RV p11l_get_bool(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL *value);

/*
 * Several, by one call; one more for each that is very long. Those that the object does not have or
 * does not tell are missing from the result, which is success as long as one is there.
 */
CK_RV p11l_get_attributes(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        CK_ULONG count, struct p11l_attributes *values);

/*
 * C_SetAttributeValue. A value that is not of the type that the standard gives the attribute (a
 * CK_BBOOL, a CK_ULONG, a date) is refused before the token sees it: CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV p11l_set_attribute(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size);
CK_RV p11l_set_ulong(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
CK_RV p11l_set_bool(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value);
CK_RV p11l_set_attributes(
        struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count);

/*
 * C_CreateObject, C_CopyObject with some attributes changed, C_DestroyObject (the handle stays the
 * caller's to free), C_GetObjectSize (octets).
 */
CK_RV p11l_create_object(struct p11l_session *session, const CK_ATTRIBUTE *attributes,
        CK_ULONG count, struct p11l_object **object);
CK_RV p11l_copy_object(struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count,
        struct p11l_object **copy);
CK_RV p11l_destroy_object(struct p11l_object *object);
CK_RV p11l_get_object_size(struct p11l_object *object, CK_ULONG *size);

/* "pkcs11:token=...;id=...;object=...;type=..." with NUL behind its len octets. */
CK_RV p11l_object_uri(struct p11l_object *object, struct p11l_buffer *uri);

/*
 * Attributes as text, for configuration files and other languages: "label=My key,sign=true,
 * id=0x01ff,key-type=EC,value-len=32" and back. Names are the standard's without CKA_, in any case,
 * with - or _; values are true, false, numbers, names of constants, 0x octets, "strings" or bare
 * ones, or unset. P11L_CKR_MALFORMED says where.
 */
CK_RV p11l_parse_attributes(const char *text, struct p11l_attributes *attributes);
CK_RV p11l_format_attributes(
        const CK_ATTRIBUTE *attributes, CK_ULONG count, struct p11l_buffer *text);

#ifdef __cplusplus
}
#endif

#endif
