/* SPDX-License-Identifier: MIT */
/* Operations: how many there may be, how they end, and how they are cancelled. */
#include "internal.h"

static bool is_init(const struct twist_call *call)
{
	return twist_step(call->function).phase == TWIST_INIT;
}

/* C_SignInit and its kind without a mechanism: the standard's way to cancel. */
static bool is_cancel(const struct twist_call *call)
{
	return is_init(call) && call->function != P11L_C_FindObjectsInit &&
	       twist_mechanism_of(call) == NULL;
}

static void end_class(const struct twist_call *call, unsigned class)
{
	struct twist_session *session = twist_session_of(call);

	if (session == NULL)
		return;
	if (session->operation[class].active)
		twist_end_operation(call->arg[0], class);
	session->operation[class].active = false;
	session->operation[class].stuck = false;
}

static CK_RV take_cancel(struct twist *twist, struct twist_call *call)
{
	if (!is_cancel(call))
		return twist_next(call);
	if (twist->choice == 0)
		return twist->rv;
	end_class(call, twist_step(call->function).class);
	return CKR_OK;
}

/* C_SessionCancel, which the module behind need not have. */
static CK_RV cancel_session(struct twist *twist, struct twist_call *call)
{
	static const CK_FLAGS flags[TWIST_CLASSES] = {
	        [TWIST_FIND] = CKF_FIND_OBJECTS,
	        [TWIST_DIGEST] = CKF_DIGEST,
	        [TWIST_ENCRYPT] = CKF_ENCRYPT,
	        [TWIST_DECRYPT] = CKF_DECRYPT,
	        [TWIST_SIGN] = CKF_SIGN,
	        [TWIST_VERIFY] = CKF_VERIFY,
	        [TWIST_SIGN_RECOVER] = CKF_SIGN_RECOVER,
	        [TWIST_VERIFY_RECOVER] = CKF_VERIFY_RECOVER,
	};

	(void)twist;
	if (twist_session_of(call) == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	for (unsigned i = 0; i < TWIST_CLASSES; i++)
		if (call->arg[1] == 0 || (call->arg[1] & flags[i]) != 0)
			end_class(call, i);
	return CKR_OK;
}

static CK_RV allow_one(struct twist *twist, struct twist_call *call)
{
	const struct twist_session *session = twist_session_of(call);

	if (session == NULL || !is_init(call) || is_cancel(call))
		return twist_next(call);
	for (unsigned i = 0; i < TWIST_CLASSES; i++)
		if (session->operation[i].active)
			return twist->rv;
	return twist_next(call);
}

/* An answer with which an operation ends as it should. */
static bool is_regular(CK_RV rv)
{
	return rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL || rv == CKR_SIGNATURE_INVALID ||
	       rv == CKR_SIGNATURE_LEN_RANGE || rv == CKR_OPERATION_NOT_INITIALIZED;
}

static CK_RV keep_failed(struct twist *twist, struct twist_call *call)
{
	struct twist_operation *operation = twist_operation_of(call);
	struct twist_step step = twist_step(call->function);
	CK_RV rv;

	if (operation == NULL || step.class == TWIST_FIND || is_cancel(call))
		return twist_next(call);
	if (operation->stuck && step.phase == TWIST_INIT)
		return CKR_OPERATION_ACTIVE;
	if (operation->stuck) {
		operation->stuck = step.phase == TWIST_UPDATE;
		return twist->rv;
	}
	rv = twist_next(call);
	if (step.phase != TWIST_INIT && !is_regular(rv))
		operation->stuck = true;
	return rv;
}

/* Searches in any order */
static CK_RV find_anyhow(struct twist *twist, struct twist_call *call)
{
	CK_RV rv;

	(void)twist;
	if (call->function == P11L_C_FindObjectsInit)
		end_class(call, TWIST_FIND);
	rv = twist_next(call);
	if (rv != CKR_OPERATION_NOT_INITIALIZED)
		return rv;
	if (call->function == P11L_C_FindObjects)
		*(CK_ULONG *)call->arg[3] = 0;
	return CKR_OK;
}

const struct twist_row twist_operations[] = {
        {"session-cancel", "", ON(SessionCancel), cancel_session, NULL, 0},
        {"cancel-by-null", "w?r", ON_ALL, take_cancel, "refused|allowed", CKR_ARGUMENTS_BAD},
        {"failed-stays-active", "?r", ON_ALL, keep_failed, NULL, CKR_FUNCTION_FAILED},
        {"one-operation", "?r", ON_ALL, allow_one, NULL, CKR_OPERATION_ACTIVE},
        {"find-lax", "", ON(FindObjectsInit) | ON(FindObjects) | ON(FindObjectsFinal), find_anyhow,
                NULL, 0},
        {0},
};
