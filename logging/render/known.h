/* SPDX-License-Identifier: MIT */
/*
 * What handles are known to mean, learnt from the records that pass by. Only for the reader of a
 * trace: nothing is decided by it, and what falls out of its fixed tables only makes it poorer.
 */
#ifndef P11L_KNOWN_H
#define P11L_KNOWN_H

#include "logging/record/record.h"
#include "shim/spec.h"

#define P11L_KNOWN_LABEL 32

struct p11l_known {
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;
	bool has_class, has_key_type;
	uint8_t label_length;
	uint8_t label[P11L_KNOWN_LABEL]; /* the beginning of it */
};

/* Takes from a complete record what it says about handles. */
void p11l_known_learn(const struct p11l_record *record);

/* What is known of an object; false when nothing is. */
bool p11l_known_object(uint64_t session, uint64_t object, struct p11l_known *known);

/* Around a fork: the child must not find the tables held by a thread that it does not have. */
void p11l_known_hold(void);
void p11l_known_release(void);

/*
 * For the reader of saved traces, who has one thread: tables for each process that is in them, to
 * be given to free(); the tables to use from now on (NULL: those of this process); and what a
 * trace itself says of an object (NULL: forget it).
 */
struct p11l_known_tables;
struct p11l_known_tables *p11l_known_new(void);
void p11l_known_use(struct p11l_known_tables *tables);
void p11l_known_set(uint64_t session, uint64_t object, const struct p11l_known *known);

/* Reads class, key type and label out of a template item; other items are stepped over. */
void p11l_known_template(struct p11l_reader *r, struct p11l_known *known);

#endif
