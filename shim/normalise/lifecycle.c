/* SPDX-License-Identifier: MIT */
/* C_Initialize and C_Finalize: locking, who owns the module, and the child of a fork. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "lifecycle.h"

#include "lasting.h"
#include "learned.h"

#include "shim/initialise.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

static atomic_bool initialised;
static atomic_bool foreign; /* somebody else in the process has initialised the module */

bool p11l_is_initialised(void)
{
	return atomic_load_explicit(&initialised, memory_order_acquire);
}

/* Locking (INIT-2) */

static bool has_mutexes(const CK_C_INITIALIZE_ARGS *args)
{
	return args->CreateMutex != NULL || args->DestroyMutex != NULL || args->LockMutex != NULL ||
	       args->UnlockMutex != NULL;
}

/* The host's arguments with CKF_OS_LOCKING_OK when they ask for no locking at all. */
static CK_VOID_PTR with_locking(CK_VOID_PTR args, struct p11l_long_args *own)
{
	if (!p11l_long_args_copy(own, args) || has_mutexes(&own->args) ||
	        (own->args.flags & CKF_OS_LOCKING_OK) != 0)
		return args;
	own->args.flags |= CKF_OS_LOCKING_OK;
	return own;
}

/* The host's arguments as those of a program with one thread. */
static CK_VOID_PTR without_locking(CK_VOID_PTR args, struct p11l_long_args *own)
{
	if (!p11l_long_args_copy(own, args))
		return args;
	own->args.CreateMutex = NULL;
	own->args.DestroyMutex = NULL;
	own->args.LockMutex = NULL;
	own->args.UnlockMutex = NULL;
	own->args.flags &= ~(CK_FLAGS)CKF_OS_LOCKING_OK;
	return own->args.flags == 0 && own->args.pReserved == NULL ? NULL : own;
}

static CK_RV initialise(p11l_below *below, CK_VOID_PTR args)
{
	const struct p11l_rules *rules = p11l_rules_of_module();
	struct p11l_long_args own;
	CK_VOID_PTR asked;
	CK_RV rv;

	if (!p11l_on(rules, P11L_RULE_INIT_2) || p11l_option(rules, P11L_NORMALISE_LOCKING) == 0)
		return below->C_Initialize(args);
	asked = with_locking(args, &own);
	rv = below->C_Initialize(asked);
	if (rv == CKR_OK && asked != args)
		p11l_note("INIT-2", "no locking -> CKF_OS_LOCKING_OK");
	if (rv != CKR_CANT_LOCK && (rv != CKR_ARGUMENTS_BAD || asked == args))
		return rv;
	rv = below->C_Initialize(asked != args ? args : without_locking(args, &own));
	if (rv == CKR_OK) {
		p11l_note("INIT-2", "the vendor cannot lock -> one call at a time");
		p11l_serialise(true);
		p11l_lanes_restack();
	}
	return rv;
}

/* The child of a fork (INIT-6, INIT-11) */

static void call_openssl(const char *name)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);
	int (*function)(void);

	if (symbol == NULL)
		return;
	memcpy(&function, &symbol, sizeof(function));
	function();
}

/*
 * Vendors that use OpenSSL leave errors in its queue when they are initialised anew: in the middle
 * of a handshake of the host, perhaps, which takes them for its own. So where the process has
 * OpenSSL, the queue is afterwards what it was before these calls, of which the host knows nothing.
 */
static CK_RV initialise_again(p11l_below *below, CK_VOID_PTR args)
{
	CK_RV rv;

	call_openssl("ERR_set_mark");
	below->C_Finalize(NULL);
	rv = initialise(below, args);
	call_openssl("ERR_pop_to_mark");
	return rv;
}

static CK_RV initialise_child(p11l_below *below, CK_VOID_PTR args)
{
	CK_RV rv;

	if (p11l_on(p11l_rules_of_module(), P11L_RULE_INIT_11)) {
		p11l_note("INIT-11", "C_Initialize in the child of a fork -> CKR_FUNCTION_FAILED");
		p11l_message("this module cannot be initialised in the child of a fork: call "
		             "C_Initialize after the fork only, or have the child exec");
		return CKR_FUNCTION_FAILED;
	}
	rv = initialise(below, args);
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		p11l_note(
		        "INIT-6", "initialised by the parent -> finalised, and initialised again");
		rv = initialise_again(below, args);
	}
	if (rv == CKR_OK)
		p11l_forked_over();
	return rv;
}

CK_RV p11l_lifecycle_C_Initialize(p11l_below *below, CK_VOID_PTR pInitArgs)
{
	bool child = p11l_is_forked();
	CK_RV rv = (child ? initialise_child : initialise)(below, pInitArgs);

	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED && !p11l_is_initialised() &&
	        p11l_on(p11l_rules_of_module(), P11L_RULE_INIT_3)) {
		p11l_note("INIT-3", "another user's module -> never finalised");
		atomic_store(&foreign, true);
		atomic_store(&initialised, true);
	} else if (rv == CKR_OK) {
		atomic_store(&foreign, false);
		atomic_store(&initialised, true);
	}
	if (p11l_is_initialised())
		p11l_forks_watch();
	return rv;
}

/* A vendor that goes on without locking must be asked for it again the next time. */
static void forget(void)
{
	atomic_store(&initialised, false);
	p11l_events_end();
	p11l_lasting_forget();
	p11l_unlearn();
	if (p11l_is_serial()) {
		p11l_serialise(false);
		p11l_lanes_restack();
	}
}

CK_RV p11l_lifecycle_C_Finalize(p11l_below *below, CK_VOID_PTR pReserved)
{
	const struct p11l_rules *rules = p11l_rules_of_module();
	CK_RV rv = CKR_OK;

	if (p11l_is_forked())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (p11l_on(rules, P11L_RULE_INIT_4) && !p11l_is_initialised()) {
		p11l_note("INIT-4", "not initialised -> CKR_CRYPTOKI_NOT_INITIALIZED");
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
	if (p11l_on(rules, P11L_RULE_INIT_4) && pReserved != NULL) {
		p11l_note("INIT-4", "pReserved is not NULL -> CKR_ARGUMENTS_BAD");
		return CKR_ARGUMENTS_BAD;
	}
	if (atomic_load(&foreign) && p11l_on(rules, P11L_RULE_INIT_3))
		p11l_note("INIT-3", "another user's module -> not finalised");
	else
		rv = below->C_Finalize(pReserved);
	if (rv == CKR_OK) {
		atomic_store(&foreign, false);
		forget();
	}
	return rv;
}

/* What some vendors answer although they are not initialised (INIT-4). */

static bool is_too_early(const char *function)
{
	if (p11l_is_initialised() || !p11l_on(p11l_rules_of_module(), P11L_RULE_INIT_4))
		return false;
	p11l_note("INIT-4", "%s -> CKR_CRYPTOKI_NOT_INITIALIZED", function);
	return true;
}

CK_RV p11l_lifecycle_C_GetInfo(p11l_below *below, CK_INFO_PTR pInfo)
{
	return is_too_early("C_GetInfo") ? CKR_CRYPTOKI_NOT_INITIALIZED : below->C_GetInfo(pInfo);
}

CK_RV p11l_lifecycle_C_GetSlotList(
        p11l_below *below, CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount)
{
	return is_too_early("C_GetSlotList")
	               ? CKR_CRYPTOKI_NOT_INITIALIZED
	               : below->C_GetSlotList(tokenPresent, pSlotList, pulCount);
}
