/* SPDX-License-Identifier: MIT */
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
#ifndef P11L_MODULE_H
#define P11L_MODULE_H

#include "highlevel/api/buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

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
CK_RV p11l_load(const char *path, struct p11l_module **module);
CK_RV p11l_load_with(
        const char *path, const struct p11l_load_options *options, struct p11l_module **module);

/* Gives a reference back; with the last one C_Finalize, if it was us who initialised. */
void p11l_module_free(struct p11l_module *module);
struct p11l_module *p11l_module_ref(struct p11l_module *module);

/*
 * C_Finalize and C_Initialize again, also for others in the process who use the module. Sessions,
 * logins and handles are made anew when they are next used; session objects are lost
 * (P11L_CKR_DEAD), and unfinished operations too. Few modules bear it that other threads are inside
 * of them meanwhile, except waiting for a slot event.
 */
CK_RV p11l_reinitialise(struct p11l_module *module);

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

/* Borrowed; asked for once. */
CK_RV p11l_get_module_info(struct p11l_module *module, const struct p11l_module_info **info);

/* The module's functions as the standard has them, normalised and traced. Borrowed. */
CK_RV p11l_get_functions(struct p11l_module *module, CK_FUNCTION_LIST **functions);

/*
 * All slots, or those with a token in them. Nothing more is asked about them yet. One call; one
 * more from the second time on, because modules look for new slots only when asked how many there
 * are.
 */
CK_RV p11l_get_slots(struct p11l_module *module, CK_BBOOL token_present, struct p11l_slots **slots);

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

/*
 * Tokens that are as the filter says, NULL for all; none is success. A slot that fails to answer is
 * left out. Costs what p11l_get_slots does, and one call for each token; one more for each that is
 * looked at for slot flags, and again for mechanisms. Of a URI everything counts that is about the
 * library, the slot and the token, and an unknown attribute in its path fits no token; what it says
 * of objects, PINs and the module's file is left to others. P11L_CKR_BAD_URI.
 */
CK_RV p11l_get_tokens(struct p11l_module *module, const struct p11l_token_filter *filter,
        struct p11l_slots **tokens);

/*
 * The only token that is as the filter says. P11L_CKR_NO_TOKEN, P11L_CKR_MANY_TOKENS; the record
 * lists what there is. New slots are looked for only when no token that is known fits.
 */
CK_RV p11l_get_token(struct p11l_module *module, const struct p11l_token_filter *filter,
        struct p11l_slot **token);

/* Lists of slots. An element is borrowed; NULL behind the end. */
CK_ULONG p11l_slots_count(const struct p11l_slots *slots);
struct p11l_slot *p11l_slots_at(const struct p11l_slots *slots, CK_ULONG index);
void p11l_slots_free(struct p11l_slots *slots);

struct p11l_slot *p11l_slot_ref(struct p11l_slot *slot);
void p11l_slot_free(struct p11l_slot *slot);
CK_SLOT_ID p11l_slot_id(const struct p11l_slot *slot);
struct p11l_module *p11l_slot_module(const struct p11l_slot *slot); /* borrowed */

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
 * Borrowed; good until the slot is freed. Asked for when first wanted; with fresh CK_TRUE once
 * more, for flags and counters that change, which makes what was borrowed before change as well.
 */
CK_RV p11l_get_slot_info(
        struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_slot_info **info);
CK_RV p11l_get_token_info(
        struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_token_info **info);

/* The mechanisms of the token, in ascending order; borrowed; asked for once. */
CK_RV p11l_get_mechanisms(
        struct p11l_slot *slot, const CK_MECHANISM_TYPE **mechanisms, CK_ULONG *count);

/*
 * What C_GetMechanismInfo says, with key sizes in bits, whatever the unit of the mechanism and, as
 * far as the numbers tell it, of the vendor. CKR_MECHANISM_INVALID. Asked for once for each
 * mechanism.
 */
CK_RV p11l_get_mechanism_info(
        struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info);

/*
 * Waits until something happens to a slot, or looks whether it has (dont_block; CKR_NO_EVENT when
 * not). Another thread's p11l_reinitialise or _free ends the waiting
 * (CKR_CRYPTOKI_NOT_INITIALIZED). CKR_FUNCTION_NOT_SUPPORTED where the vendor has no such function;
 * rule EVT-1 compares the slots from time to time instead.
 */
CK_RV p11l_wait_for_slot_event(
        struct p11l_module *module, CK_BBOOL dont_block, struct p11l_slot **slot);

/*
 * C_InitToken: the token loses everything and gets a label of at most 32 octets. so_pin NULL: by
 * the protected path; so_pin_size 0: up to the NUL. Sessions of the token must be closed
 * (CKR_SESSION_EXISTS).
 */
CK_RV p11l_init_token(
        struct p11l_slot *slot, const char *label, const char *so_pin, CK_ULONG so_pin_size);

/* "pkcs11:token=...;serial=..." of a token, with NUL behind its len octets. */
CK_RV p11l_token_uri(struct p11l_slot *slot, struct p11l_buffer *uri);

#ifdef __cplusplus
}
#endif

#endif
