/* SPDX-License-Identifier: MIT */
/* Sessions and logins. */
#include "internal.h"

/* Opening */

static CK_RV refuse_read_only(struct twist *twist, struct twist_call *call)
{
	return (call->arg[1] & CKF_RW_SESSION) == 0 ? twist->rv : twist_next(call);
}

static CK_RV refuse_read_write(struct twist *twist, struct twist_call *call)
{
	return (call->arg[1] & CKF_RW_SESSION) != 0 ? twist->rv : twist_next(call);
}

static CK_RV demand_serial(struct twist *twist, struct twist_call *call)
{
	return (call->arg[1] & CKF_SERIAL_SESSION) == 0 ? twist->rv : twist_next(call);
}

static CK_RV refuse_notify(struct twist *twist, struct twist_call *call)
{
	return call->arg[3] != 0 ? twist->rv : twist_next(call);
}

static CK_RV limit_sessions(struct twist *twist, struct twist_call *call)
{
	return (long)twist_open_sessions() >= twist->number ? twist->rv : twist_next(call);
}

static CK_RV show_device_error(struct twist *twist, struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK)
		((CK_SESSION_INFO *)call->arg[1])->ulDeviceError = (CK_ULONG)twist->number;
	return rv;
}

static CK_RV want_login_to_find(struct twist *twist, struct twist_call *call)
{
	CK_SESSION_INFO info;

	if (twist_vendor.C_GetSessionInfo(call->arg[0], &info) == CKR_OK &&
	        (info.state == CKS_RO_PUBLIC_SESSION || info.state == CKS_RW_PUBLIC_SESSION))
		return twist->rv;
	return twist_next(call);
}

/* Logins: wrong PINs are counted, and none at all is a wrong one. */
static CK_RV count_tries(struct twist *twist, struct twist_call *call)
{
	CK_RV rv;

	if (call->arg[1] == CKU_CONTEXT_SPECIFIC)
		return twist_next(call);
	if (twist->state >= twist->number)
		return CKR_PIN_LOCKED;
	rv = call->arg[2] == 0 ? CKR_PIN_INCORRECT : twist_next(call);
	if (rv == CKR_PIN_INCORRECT)
		twist->state++;
	if (rv == CKR_OK)
		twist->state = 0;
	return rv;
}

/*
 * Keys that want a login for each use, as a card sees it: between the Init and the use nothing
 * else may happen in the session than that login. A size query is a part of the use.
 */

static bool wants_login(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
	uint8_t value = 0;

	return twist_object_octets(session, key, CKA_ALWAYS_AUTHENTICATE, &value, 1) == 1 &&
	       value != 0;
}

static CK_RV begin_use(struct twist_session *session, struct twist_call *call)
{
	CK_OBJECT_HANDLE key = call->arg[2];
	unsigned class = twist_step(call->function).class;
	bool wanted = twist_mechanism_of(call) != NULL && wants_login(call->arg[0], key);
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK && wanted) {
		session->guarded = key;
		session->guard_class = class;
		session->guard_broken = false;
	}
	return rv;
}

static CK_RV go_on_with_use(struct twist_session *session, struct twist_call *call)
{
	const struct twist_call asked = *call;
	CK_RV rv;

	if (session->guard_broken) {
		session->guarded = 0;
		session->operation[session->guard_class].active = false;
		twist_end_operation(call->arg[0], session->guard_class);
		return CKR_USER_NOT_LOGGED_IN;
	}
	rv = twist_next(call);
	if (rv != CKR_BUFFER_TOO_SMALL && !(rv == CKR_OK && twist_is_size_query(&asked)) &&
	        (rv != CKR_OK || twist_step(asked.function).phase != TWIST_UPDATE))
		session->guarded = 0;
	return rv;
}

static CK_RV guard_use(struct twist *twist, struct twist_call *call)
{
	struct twist_session *session = twist_session_of(call);
	struct twist_step step = twist_step(call->function);

	(void)twist;
	if (session == NULL)
		return twist_next(call);
	if (session->guarded == 0) {
		if (step.phase == TWIST_INIT && step.class != TWIST_FIND &&
		        step.class != TWIST_DIGEST)
			return begin_use(session, call);
		return twist_next(call);
	}
	if (step.phase != TWIST_NO_STEP && step.phase != TWIST_INIT &&
	        step.class == session->guard_class)
		return go_on_with_use(session, call);
	if (call->function != P11L_C_Login || call->arg[1] != CKU_CONTEXT_SPECIFIC)
		session->guard_broken = true;
	return twist_next(call);
}

const struct twist_row twist_sessions[] = {
        {"always-auth-strict", "", ON_ALL, guard_use, NULL, 0},
        {"serial-demanded", "?r", ON(OpenSession), demand_serial, NULL,
                CKR_SESSION_PARALLEL_NOT_SUPPORTED},
        {"read-only-refused", "?r", ON(OpenSession), refuse_read_only, NULL, CKR_FUNCTION_FAILED},
        {"read-write-refused", "?r", ON(OpenSession), refuse_read_write, NULL,
                CKR_TOKEN_WRITE_PROTECTED},
        {"notify-refused", "?r", ON(OpenSession), refuse_notify, NULL, CKR_ARGUMENTS_BAD},
        {"session-limit", "n?r", ON(OpenSession), limit_sessions, NULL, CKR_SESSION_COUNT},
        {"device-error", "n", ON(GetSessionInfo), show_device_error, NULL, 0},
        {"find-needs-login", "?r", ON(FindObjectsInit), want_login_to_find, NULL,
                CKR_USER_NOT_LOGGED_IN},
        {"pin-tries", "n", ON(Login), count_tries, NULL, 0},
        {0},
};
