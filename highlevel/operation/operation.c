/* SPDX-License-Identifier: MIT */
/* Data in parts: how an operation begins, goes on and ends. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "highlevel/operation/operation.h"

#include "highlevel/operation/digest.h"

#include <stdlib.h>
#include <string.h>

static CK_RV step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct p11l_operation *operation = (struct p11l_operation *)job;

	struct p11l_mechanism *mechanism = &operation->mechanism;
	bool is_signed = operation->what == CKF_SIGN || operation->what == CKF_VERIFY;
	CK_RV rv = p11l_start(job, operation->what, session, mechanism);

	if (rv != CKR_MECHANISM_INVALID || !is_signed ||
	        !p11l_may_hash(job->session->slot, mechanism->type))
		return rv;
	p11l_hash_begin(&operation->hash, mechanism);
	rv = p11l_start(job, operation->what, session, mechanism);
	if (rv == CKR_OK)
		p11l_remember_hash(job->session->slot, &operation->hash);
	return rv;
}

/* Borrowed things become its own, because it lives longer than the call. */
static CK_RV begin(struct p11l_session *session, struct p11l_object *key, CK_FLAGS what,
        const struct p11l_mechanism *mechanism, struct p11l_operation **out)
{
	struct p11l_operation *operation = calloc(1, sizeof(*operation));
	CK_RV rv;

	if (operation == NULL)
		return p11l_no_memory();
	operation->job = (struct p11l_job){.step = step,
	        .session = session,
	        .object = {key},
	        .subject = {mechanism->type, P11L_NONE, key, NULL},
	        .flags = P11L_REPEATABLE | P11L_KEEPS};
	operation->what = what;
	operation->mechanism = *mechanism;
	operation->waiting.flags = P11L_SECRET;
	operation->ready.flags = what == CKF_DECRYPT ? P11L_SECRET : 0;
	operation->cancelled = atomic_load(&session->cancelled);
	if ((what == CKF_SIGN || what == CKF_VERIFY) &&
	        p11l_hashes_here(session->slot, mechanism->type))
		p11l_hash_begin(&operation->hash, &operation->mechanism);
	p11l_pace_begin(&operation->pace);
	rv = p11l_run(&operation->job);
	if (rv != CKR_OK) {
		free(operation);
		return rv;
	}
	p11l_session_keep(session);
	if (key != NULL)
		p11l_object_ref(key);
	*out = operation;
	return CKR_OK;
}

CK_RV p11l_begin(struct p11l_object *key, CK_FLAGS what, const struct p11l_mechanism *mechanism,
        struct p11l_operation **operation)
{
	bool is_cipher = what == CKF_ENCRYPT || what == CKF_DECRYPT;
	struct p11l_mechanism chosen;
	CK_RV rv;

	if (operation == NULL)
		return p11l_bad_argument("operation");
	*operation = NULL;
	if (!is_cipher && what != CKF_SIGN && what != CKF_VERIFY)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "what", NULL,
		        "must be one of CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN and CKF_VERIFY, "
		        "not 0x%lx",
		        what);
	rv = p11l_check_key(key, "key");
	if (rv == CKR_OK)
		rv = p11l_mechanism_for(key->session->slot,
		        is_cipher ? P11L_FOR_ENCRYPT : P11L_FOR_SIGN, key->key_type, mechanism,
		        &chosen);
	if (rv == CKR_OK)
		rv = begin(key->session, key, what, &chosen, operation);
	return rv;
}

CK_RV p11l_begin_digest(struct p11l_session *session, const struct p11l_mechanism *mechanism,
        struct p11l_operation **operation)
{
	struct p11l_mechanism chosen;
	CK_RV rv;

	if (operation == NULL)
		return p11l_bad_argument("operation");
	*operation = NULL;
	rv = p11l_digest_mechanism(session, mechanism, &chosen);
	if (rv == CKR_OK)
		rv = begin(session, NULL, CKF_DIGEST, &chosen, operation);
	return rv;
}

bool p11l_has_output(const struct p11l_operation *operation)
{
	return operation->what == CKF_ENCRYPT || operation->what == CKF_DECRYPT;
}

bool p11l_holds(const struct p11l_operation *operation)
{
	return operation->what == CKF_DECRYPT && !operation->unverified &&
	       p11l_checks_tag(operation->mechanism.type);
}

/* Whether the session is of a module that was finalised since. */
static bool is_lost(const struct p11l_operation *operation)
{
	return operation->job.pooled->epoch != atomic_load(&operation->job.session->module->epoch);
}

CK_RV p11l_check_active(const struct p11l_operation *operation)
{
	if (operation->is_over)
		return p11l_refuse(CKR_OPERATION_NOT_INITIALIZED, "operation", NULL,
		        "is over: it was finished, or has failed");
	if (is_lost(operation))
		return p11l_refuse(P11L_CKR_DEAD, "operation", NULL,
		        "is gone: the module was initialised again since it began");
	return CKR_OK;
}

void p11l_return_session(struct p11l_operation *operation, bool broken)
{
	p11l_release(operation->job.session, operation->job.pooled, broken);
	operation->job.pooled = NULL;
	operation->is_over = true;
	p11l_buffer_free(&operation->waiting);
}

/*
 * By the standard an operation is over when one of its calls has failed, but for want of room. It
 * is not when the module was not asked, which has left a record.
 */
CK_RV p11l_give_up(struct p11l_operation *operation, CK_RV rv)
{
	struct p11l_job *job = &operation->job;

	if (job->function != NULL)
		p11l_vendor_refused(job->session->module, rv, job->function, &job->subject);
	if (job->function == NULL || rv == CKR_BUFFER_TOO_SMALL) {
		p11l_drop(operation);
		return rv;
	}
	p11l_return_session(operation, p11l_spoils_session(rv));
	p11l_buffer_free(&operation->ready);
	return rv;
}

void p11l_drop(struct p11l_operation *operation)
{
	struct p11l_job *job = &operation->job;
	bool is_good = false;

	if (operation->is_over)
		return;
	if (!is_lost(operation))
		is_good = p11l_end_active(
		        job, operation->what, job->pooled->handle, &operation->mechanism);
	p11l_return_session(operation, !is_good);
	p11l_buffer_free(&operation->ready);
}

CK_RV p11l_let_unverified(struct p11l_operation *operation)
{
	if (operation == NULL)
		return p11l_bad_argument("operation");
	operation->unverified = true;
	return CKR_OK;
}

void p11l_operation_free(struct p11l_operation *operation)
{
	if (operation == NULL)
		return;
	p11l_drop(operation);
	p11l_buffer_free(&operation->ready);
	p11l_object_free(operation->job.object[0]);
	p11l_session_let(operation->job.session);
	explicit_bzero(operation, sizeof(*operation));
	free(operation);
}
