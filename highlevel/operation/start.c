/* SPDX-License-Identifier: MIT */
/* How an operation begins. */
#include "highlevel/operation/parts.h"

static CK_RV init(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism)
{
	CK_MECHANISM view = p11l_mechanism_view(mechanism);
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

	if (job->object[0] != NULL)
		key = p11l_object_handle(job->object[0]);
	return p11l_call_init(job, what, session, &view, key);
}

/* With a copy of its PIN, which another thread may be replacing. */
static CK_RV login(struct p11l_job *job, CK_SESSION_HANDLE session, struct p11l_object *key)
{
	struct p11l_buffer pin = {.flags = P11L_SECRET};
	bool has_pin;
	CK_RV rv = CKR_OK;

	pthread_mutex_lock(&key->lock);
	has_pin = key->pin.len > 0;
	if (has_pin)
		rv = p11l_buffer_set(&pin, key->pin.p, key->pin.len);
	pthread_mutex_unlock(&key->lock);
	if (rv == CKR_OK)
		rv = p11l_context_login(
		        job, session, has_pin ? &pin : NULL, p11l_object_label(key));
	p11l_buffer_free(&pin);
	return rv;
}

CK_RV p11l_start(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const struct p11l_mechanism *mechanism)
{
	struct p11l_object *key = job->object[0];
	CK_RV rv = init(job, what, session, mechanism);
	const char *function;

	/* Modules that leave an operation active when it fails, and we asked nothing then. */
	if (rv == CKR_OPERATION_ACTIVE && p11l_end_active(job, what, session, mechanism))
		rv = init(job, what, session, mechanism);
	if (rv != CKR_OK || key == NULL || !key->always_authenticate)
		return rv;
	rv = login(job, session, key);
	function = job->function;
	if (rv != CKR_OK && !p11l_spoils_session(rv))
		p11l_end_active(job, what, session, mechanism);
	job->function = function;
	return rv;
}
