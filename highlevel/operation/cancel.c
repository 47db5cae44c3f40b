/* SPDX-License-Identifier: MIT */
/* How an operation ends that is not finished. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "highlevel/operation/parts.h"

#include <string.h>

/* Room for the rest of what is thrown away: more than a signature or a few blocks. */
#define SCRAP 4096
#define MOST  ((CK_ULONG)1 << 30)

/* Not CKR_GENERAL_ERROR and the like, which modules say of a wrong padding as well. */
static const CK_RV spoiling[] = {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,
        CKR_CRYPTOKI_NOT_INITIALIZED, CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT};

bool p11l_spoils_session(CK_RV rv)
{
	for (size_t i = 0; i < sizeof(spoiling) / sizeof(spoiling[0]); i++)
		if (spoiling[i] == rv)
			return true;
	return false;
}

/* With the room that it wants: modules that check a tag give everything at the end. */
static CK_RV finish_large(
        struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session, CK_ULONG length)
{
	struct p11l_buffer scrap = {.flags = P11L_SECRET};
	CK_RV rv = CKR_BUFFER_TOO_SMALL;

	if (length > SCRAP && length < MOST && p11l_buffer_reserve(&scrap, length) == CKR_OK)
		rv = p11l_call_final(job, what, session, scrap.p, &length);
	p11l_buffer_free(&scrap);
	return rv;
}

static CK_RV finish(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session, CK_BYTE *scrap)
{
	CK_ULONG length = what == CKF_VERIFY ? 1 : SCRAP;
	CK_RV rv = p11l_call_final(job, what, session, scrap, &length);

	return rv == CKR_BUFFER_TOO_SMALL ? finish_large(job, what, session, length) : rv;
}

/* Modules that have got nothing yet may say nonsense; an octet makes an error of it. */
static void hand_in(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session, CK_BYTE *scrap)
{
	CK_ULONG length = SCRAP - 1;

	p11l_call_update(job, what, session, scrap, 1, scrap + 1, &length);
}

/* A signature that the user is asked for each time, or that is one of a few, and what has no end.
 */
static bool must_not_finish(
        const struct p11l_object *key, CK_FLAGS what, const struct p11l_mechanism *mechanism)
{
	if (what == CKF_SIGN_RECOVER || what == CKF_VERIFY_RECOVER)
		return true;
	return what == CKF_SIGN &&
	       (p11l_is_stateful(mechanism->type) || (key != NULL && key->always_authenticate));
}

/*
 * Finishes it, and throws away what comes out. Any error but a lack of room ends it just as well.
 */
static bool finish_scrap(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism)
{
	CK_BYTE scrap[SCRAP] = {0};
	CK_RV rv;

	if (must_not_finish(job->object[0], what, mechanism))
		return false;
	rv = finish(job, what, session, scrap);
	if (rv == CKR_BUFFER_TOO_SMALL) {
		hand_in(job, what, session, scrap);
		rv = finish(job, what, session, scrap);
	}
	explicit_bzero(scrap, sizeof(scrap));
	return rv != CKR_BUFFER_TOO_SMALL && rv != CKR_FUNCTION_NOT_SUPPORTED &&
	       !p11l_spoils_session(rv);
}

bool p11l_end_active(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism)
{
	const CK_FUNCTION_LIST_3_2 *functions = job->session->module->functions;
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
	CK_RV rv = functions->C_SessionCancel(session, what);

	if (rv == CKR_OK || p11l_spoils_session(rv))
		return rv == CKR_OK;
	if (job->object[0] != NULL)
		key = p11l_object_handle(job->object[0]);
	/* The way of 3.0; an older module calls it a mistake and leaves the operation alone. */
	rv = p11l_call_init(job, what, session, NULL, key);
	if (rv == CKR_OK || p11l_spoils_session(rv))
		return rv == CKR_OK;
	return finish_scrap(job, what, session, mechanism);
}
