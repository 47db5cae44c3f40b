/* SPDX-License-Identifier: MIT */
/* How an operation ends that is not finished. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "highlevel/operation/parts.h"

#include <string.h>

/* Room for the rest of what is thrown away: more than a signature or a few blocks. */
#define SCRAP 4096

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

/*
 * Finishes it, and throws away what comes out. Any error but a lack of room ends it just as well.
 * Never a signature that the user is asked for each time, or that is one of a few.
 */
static bool finish_scrap(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism)
{
	const struct p11l_object *key = job->object[0];
	CK_BYTE scrap[SCRAP];
	CK_ULONG length = sizeof(scrap);
	CK_RV rv;

	if ((what == CKF_SIGN_RECOVER || what == CKF_VERIFY_RECOVER) ||
	        (what == CKF_SIGN && (p11l_is_stateful(mechanism->type) ||
	                                     (key != NULL && key->always_authenticate))))
		return false;
	memset(scrap, 0, sizeof(scrap));
	if (what == CKF_VERIFY)
		length = 1;
	rv = p11l_call_final(job, what, session, scrap, &length);
	explicit_bzero(scrap, sizeof(scrap));
	return rv != CKR_BUFFER_TOO_SMALL && !p11l_spoils_session(rv);
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
