/* SPDX-License-Identifier: MIT */
/* What the files about keys share. */
#ifndef P11L_KEY_PARTS_H
#define P11L_KEY_PARTS_H

#include "highlevel/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* All members of the options: those that an older program does not know are zeros. */
struct p11l_key_options p11l_key_options(const struct p11l_key_options *options);

/*
 * The two halves of p11l_key_template, for what has more to say in between: what a new object of
 * this class and type usually has, and what the caller wants otherwise. options are complete
 * (p11l_key_options). Without a key type (P11L_NONE) it is a certificate.
 */
CK_RV p11l_usual_template(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        CK_KEY_TYPE key_type, struct p11l_attributes *attributes);
CK_RV p11l_given_template(
        const CK_ATTRIBUTE *given, CK_ULONG count, struct p11l_attributes *attributes);

/* The caller's attributes for objects of this class. */
void p11l_given_for(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        const CK_ATTRIBUTE **given, CK_ULONG *count);

/* What the template says of CKA_TOKEN. */
bool p11l_is_stored(const struct p11l_attributes *attributes);

/*
 * What is said when making something failed with rv: that the token has not got the mechanism is
 * another error when the mechanism was our choice.
 */
CK_RV p11l_not_made(CK_RV rv, const struct p11l_key_options *options,
        const struct p11l_mechanism *mechanism, CK_KEY_TYPE key_type);

/* Takes back what was made, when something behind it failed; the record of that stays. */
void p11l_unmake(struct p11l_session *session, CK_SESSION_HANDLE handle,
        const CK_OBJECT_HANDLE *objects, CK_ULONG count);

/* The attributes that are the domain parameters of a key type; P11L_NONE ends the list. */
const CK_ATTRIBUTE_TYPE *p11l_parameter_types(CK_KEY_TYPE key_type);

/*
 * Copies those attributes of the object into the set: what is known of it, and the others by one
 * read. Missing ones are missing afterwards. types ends with P11L_NONE.
 */
CK_RV p11l_read_known(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        struct p11l_attributes *attributes);

/* A pair; parameters are for the public key's template. The outputs are empty. */
CK_RV p11l_make_pair(struct p11l_session *session, CK_KEY_TYPE key_type,
        const struct p11l_attributes *parameters, const struct p11l_key_options *options,
        struct p11l_object **public_key, struct p11l_object **private_key);

#endif
