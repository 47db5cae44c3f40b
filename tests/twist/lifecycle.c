/* SPDX-License-Identifier: MIT */
/* C_Initialize, threads, forks, and pointers that would crash a vendor. */
#define _GNU_SOURCE
#include "internal.h"

#include <time.h>
#include <unistd.h>

static bool asks_for_locks(const CK_C_INITIALIZE_ARGS *args)
{
	return args != NULL && ((args->flags & CKF_OS_LOCKING_OK) != 0 ||
	                               args->CreateMutex != NULL || args->LockMutex != NULL ||
	                               args->UnlockMutex != NULL || args->DestroyMutex != NULL);
}

/* The module behind locks nevertheless, so that a test counts overlaps instead of crashing. */
static CK_RV refuse_locks(struct twist *twist, struct twist_call *call)
{
	CK_C_INITIALIZE_ARGS locking = {.flags = CKF_OS_LOCKING_OK};

	if (asks_for_locks((const CK_C_INITIALIZE_ARGS *)call->arg[0]))
		return twist->rv;
	call->arg[0] = (uintptr_t)&locking;
	return twist_next(call);
}

static CK_RV want_locks_of_system(struct twist *twist, struct twist_call *call)
{
	const CK_C_INITIALIZE_ARGS *args = (const CK_C_INITIALIZE_ARGS *)call->arg[0];

	if (args == NULL || (args->flags & CKF_OS_LOCKING_OK) == 0)
		return twist->rv;
	return twist_next(call);
}

static CK_RV want_arguments(struct twist *twist, struct twist_call *call)
{
	return call->arg[0] == 0 ? twist->rv : twist_next(call);
}

static CK_RV refuse_reserved(struct twist *twist, struct twist_call *call)
{
	const CK_C_INITIALIZE_ARGS *args = (const CK_C_INITIALIZE_ARGS *)call->arg[0];

	return args != NULL && args->pReserved != NULL ? twist->rv : twist_next(call);
}

/* One thread */

static CK_RV come_alone(struct twist *twist, struct twist_call *call)
{
	static const struct timespec while_others_come = {0, 200000};
	static int inside;
	bool alone = __atomic_fetch_add(&inside, 1, __ATOMIC_ACQ_REL) == 0;
	CK_RV rv = CKR_GENERAL_ERROR;

	if (!alone)
		__atomic_fetch_add(&twist_overlap_count, 1, __ATOMIC_RELAXED);
	if (!alone && twist->choice == 2)
		abort();
	nanosleep(&while_others_come, NULL);
	if (alone || twist->choice == 0)
		rv = twist_next(call);
	__atomic_fetch_sub(&inside, 1, __ATOMIC_ACQ_REL);
	return rv;
}

/* Forks */

enum { REFUSE, HANG };

/* C_Initialize of a child, for a module that has never heard of forks. */
static CK_RV initialise_anew(struct twist_call *call)
{
	twist_vendor.C_Finalize(NULL);
	return twist_next(call);
}

static CK_RV after_fork(struct twist *twist, struct twist_call *call)
{
	bool is_child = twist->state != 0 && twist->state != (long)getpid();
	CK_RV rv;

	if (is_child && twist->choice == REFUSE && call->function != P11L_C_Initialize)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (is_child && twist->choice == HANG && call->function == P11L_C_Initialize)
		return twist->rv;
	rv = is_child && call->function == P11L_C_Initialize ? initialise_anew(call)
	                                                     : twist_next(call);
	if (rv == CKR_OK && call->function == P11L_C_Initialize)
		twist->state = (long)getpid();
	return rv;
}

/* Pointers */

/* What is needed of a parameter: where something is written, and arrays that are not empty. */
static bool is_missing(const struct twist_call *call, unsigned number)
{
	const struct p11l_member *param = &p11l_functions[call->function].param[number];

	if (!param->pointer || call->arg[number] != 0)
		return false;
	if (param->type.role == P11L_ROLE_LENGTH)
		return true;
	if (param->direction == P11L_OUT)
		return param->length == P11L_LENGTH_NONE;
	return param->length == P11L_LENGTH_MEMBER && call->arg[param->length_ref] != 0;
}

static void look_into_template(const struct twist_call *call, unsigned nth)
{
	struct twist_draft draft;

	if (!twist_draft(&draft, call, nth))
		return;
	for (CK_ULONG i = 0; i < draft.count; i++)
		if (draft.at[i].pValue == NULL && draft.at[i].ulValueLen != 0)
			abort();
}

static CK_RV crash_on_null(struct twist *twist, struct twist_call *call)
{
	(void)twist;
	for (unsigned i = 0; i < p11l_functions[call->function].count; i++)
		if (is_missing(call, i))
			abort();
	if (call->function != P11L_C_GetAttributeValue)
		for (unsigned i = 0; i < twist_templates_of(call); i++)
			look_into_template(call, i);
	return twist_next(call);
}

const struct twist_row twist_lifecycle[] = {
        {"single-threaded", "?w", ON_ALL, come_alone, "count|fail|abort", 0},
        {"fork", "w?r", ON_ALL, after_fork, "refuse|hang", CKR_FUNCTION_FAILED},
        {"null-crash", "", ON_ALL, crash_on_null, NULL, 0},
        {"os-locking-only", "?r", ON(Initialize), want_locks_of_system, NULL, CKR_CANT_LOCK},
        {"arguments-required", "?r", ON(Initialize), want_arguments, NULL, CKR_ARGUMENTS_BAD},
        {"reserved-refused", "?r", ON(Initialize), refuse_reserved, NULL, CKR_ARGUMENTS_BAD},
        {"cant-lock", "?r", ON(Initialize), refuse_locks, NULL, CKR_CANT_LOCK},
        {0},
};
