/* SPDX-License-Identifier: MIT */
/* What the files of this folder know of each other. */
#ifndef P11L_MODULE_PARTS_H
#define P11L_MODULE_PARTS_H

#include "highlevel/internal.h"

/* --- Where the functions of a module come from (source.c, copy.c, table.c) */

struct p11l_source {
	void *handle; /* of dlopen; two sources are the same module when these are equal */
	char *path;
	bool own;     /* the vendor of this lens */
	bool is_lens; /* a pkcs11-lens itself */
};

/* Finds and loads it; path NULL: the configured one. P11L_CKR_NO_MODULE, CKR_HOST_MEMORY. */
CK_RV p11l_source_open(const char *path, struct p11l_source *source);
void p11l_source_close(struct p11l_source *source);

/* Gives the module its functions; takes over what is in source. */
CK_RV p11l_source_use(struct p11l_source *source, struct p11l_module *module);

/*
 * Another copy of this library, for the module at this absolute path, which must last as long;
 * NULL when there cannot be one.
 */
void *p11l_copy_load(const char *path);

/* Takes the functions of the widest table that what is loaded hands out; false: there is none. */
bool p11l_table_take(struct p11l_module *module, void *handle);

/* --- Modules (module.c, life.c) */

/*
 * Guards the list of modules, what is known of slots, and all that is said to be. Before a fork it
 * is taken, so that it is free in the child. Held for bookkeeping only.
 */
void p11l_modules_lock(void);
void p11l_modules_unlock(void);

/* Waits, with the lock, until nobody loads, initialises or frees the module; then it is ours. */
void p11l_module_claim(struct p11l_module *module);
void p11l_module_yield(struct p11l_module *module);

/* One user less; the last one unloads it and gives the memory back. Without the lock. */
void p11l_module_forget(struct p11l_module *module);

/* C_Initialize. A module that is initialised already is fine. */
CK_RV p11l_module_initialise(struct p11l_module *module);

/* C_Finalize where it is ours to do. */
void p11l_module_finalise(struct p11l_module *module);

/*
 * A call that is made again when the module says that it is not initialised:
 *	struct p11l_attempt attempt = {.module = module};
 *	while (p11l_attempt(&attempt))
 *		attempt.rv = module->functions->C_GetInfo(&info);
 *	return p11l_attempted(&attempt, "C_GetInfo", P11L_NO_SUBJECT);
 */
struct p11l_attempt {
	struct p11l_module *module;
	CK_RV rv;
	unsigned seen; /* epoch of the module when the call was made */
	unsigned times;
	bool recorded; /* rv has a record already */
};
bool p11l_attempt(struct p11l_attempt *attempt);

/* The code, with a record when it is a failure. */
CK_RV p11l_attempted(
        struct p11l_attempt *attempt, const char *function, const struct p11l_subject *subject);

/* --- Slots (slot.c, token.c, mechanism.c) */

struct p11l_slots {
	CK_ULONG count;
	struct p11l_slot *slot[];
};

/* One reference; keeps the module. NULL when memory is short. */
struct p11l_slot *p11l_slot_new(struct p11l_module *module, CK_SLOT_ID id);

/*
 * The list of slots. With look, modules look for slots that are new, which costs a call more when
 * they have been asked before.
 */
CK_RV p11l_slots_list(
        struct p11l_module *module, CK_BBOOL token_present, bool look, struct p11l_slots **slots);

/* A list of this slot alone, without asking. */
CK_RV p11l_slots_of_one(struct p11l_module *module, CK_SLOT_ID id, struct p11l_slots **slots);

void p11l_slot_forget_mechanisms(struct p11l_slot *slot);

/*
 * A text of the standard, which is filled up with blanks, as a string of at most size octets; what
 * is no UTF-8 becomes question marks.
 */
void p11l_take_text(char *to, const CK_UTF8CHAR *from, CK_ULONG size);

#endif
