/* SPDX-License-Identifier: MIT */
/* What the files of this folder know of each other. */
#ifndef P11L_OBJECT_PARTS_H
#define P11L_OBJECT_PARTS_H

#include "highlevel/internal.h"
#include "highlevel/object/kind.h"

/* --- What is known of an object: known.c */

/*
 * Attributes with their values. They never change; newer ones stand before them, so that they are
 * read without a lock, and pointers into them stay good as long as the object.
 */
struct p11l_known {
	struct p11l_known *earlier;
	CK_ULONG count;
	CK_ATTRIBUTE entry[];
};

/* Keeps what may be kept of these: nothing secret, nothing that refers to other memory. */
CK_RV p11l_known_add(struct p11l_object *object, const CK_ATTRIBUTE *entry, CK_ULONG count);
void p11l_known_free(struct p11l_object *object);

/* A known number, or otherwise. */
CK_ULONG p11l_known_ulong(
        const struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise);
bool p11l_known_bool(const struct p11l_object *object, CK_ATTRIBUTE_TYPE type);

/* --- Reading many attributes of one object after the other: reader.c */

#define P11L_READER_LESSONS 16

/* What objects of one kind cannot be asked for, because then all of the call fails. */
struct p11l_lesson {
	CK_OBJECT_CLASS object_class;
	CK_KEY_TYPE key_type;
	uint64_t skip; /* items that are left out */
};

struct p11l_lessons {
	bool narrow; /* the module answers only when all attributes are there */
	unsigned count;
	struct p11l_lesson lesson[P11L_READER_LESSONS]; /* the last used stands first */
};

struct p11l_reader {
	struct p11l_session *session;
	CK_OBJECT_CLASS object_class; /* what is known of the objects beforehand, */
	CK_KEY_TYPE key_type;         /* or P11L_NONE */
	struct p11l_lessons lessons;
	CK_ULONG count, usual; /* attributes, and the usual ones at their begin */
	struct p11l_item *item;
	CK_ATTRIBUTE *entry; /* as many */
	CK_ATTRIBUTE *found; /* as many */
	CK_ULONG found_count;
	CK_BYTE *arena;
	CK_ULONG size;
	CK_RV said; /* by the last call */
};

/* usual: ask for what is usually wanted, beside what is wanted here. CKR_HOST_MEMORY. */
CK_RV p11l_reader_init(struct p11l_reader *reader, struct p11l_session *session, bool usual,
        const CK_ATTRIBUTE_TYPE *want, CK_ULONG count);
void p11l_reader_free(struct p11l_reader *reader);

/*
 * Reads an object: what was got is in found until the next time. CKR_OK when at least its class
 * was told, or something of what is wanted; a code of the session (p11l_is_of_session), or what is
 * wrong with the object.
 */
CK_RV p11l_reader_read(
        struct p11l_reader *reader, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle);

/* Whether an attribute was not got, for which too little room may be the reason. */
bool p11l_reader_lacks(const struct p11l_reader *reader, CK_ATTRIBUTE_TYPE type);

/* Whether it is among the usual ones. */
bool p11l_is_usual(CK_ATTRIBUTE_TYPE type);

/* Whether a code says something of the session or the module, not of one object. */
bool p11l_is_of_session(CK_RV rv);

/* --- Searching: search.c */

struct p11l_search {
	struct p11l_job job;
	struct p11l_attributes template;
	bool keys_only;
	bool is_again; /* the step runs a second time */
	CK_ULONG most; /* matches after which it may end; 0: none */
	struct p11l_reader reader;
	CK_OBJECT_HANDLE *handle;
	CK_ULONG handles, room;
	bool is_cut; /* there may be more matches */
	struct p11l_objects *objects;
};

#define P11L_BATCH 128 /* handles that are asked for at a time */

/* Makes the template and the reader. P11L_CKR_BAD_URI, CKR_TEMPLATE_INCONSISTENT, ... */
CK_RV p11l_search_init(struct p11l_search *search, struct p11l_session *session,
        const struct p11l_selector *selector);
void p11l_search_free(struct p11l_search *search);

/* Finds and reads; the result is in objects, NULL when there are none. */
CK_RV p11l_run_search(struct p11l_search *search);

/* Reads the object with this handle; *object is NULL when it does not fit after all. */
CK_RV p11l_search_read(struct p11l_search *search, CK_SESSION_HANDLE session,
        CK_OBJECT_HANDLE handle, struct p11l_object **object);

/* One batch of a search that is going on: handle has room for P11L_BATCH. */
CK_RV p11l_next_batch(
        struct p11l_job *job, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *handle, CK_ULONG *count);

/* A number in a template, or P11L_NONE. */
CK_ULONG p11l_template_ulong(const struct p11l_attributes *template, CK_ATTRIBUTE_TYPE type);

/* The template that a selector stands for. */
CK_RV p11l_selector_template(
        const struct p11l_selector *selector, struct p11l_attributes *attributes);

/* Whether everything that is known of an object agrees with the template. */
bool p11l_object_fits(const struct p11l_object *object, const struct p11l_attributes *template);

/* --- The cache of keys: cache.c */

/* A reference of the key that was remembered for this template, or NULL. */
struct p11l_object *p11l_cache_get(
        struct p11l_session *session, const struct p11l_attributes *template);
void p11l_cache_put(struct p11l_session *session, const struct p11l_attributes *template,
        struct p11l_object *key);

/* What the session has learnt of reading objects. */
void p11l_lessons_load(struct p11l_session *session, struct p11l_lessons *lessons);
void p11l_lessons_save(struct p11l_session *session, const struct p11l_lessons *lessons);

#endif
