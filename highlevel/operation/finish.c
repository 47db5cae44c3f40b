/* SPDX-License-Identifier: MIT */
/* How an operation is finished. */
#include "highlevel/operation/operation.h"

/* Of what the last call gives. */
static struct p11l_bound bound(const struct p11l_operation *operation)
{
	CK_ULONG held = operation->in > operation->out ? operation->in - operation->out : 0;
	CK_ULONG all = held + operation->waiting.len;

	if (p11l_has_output(operation) && operation->is_begun)
		return (struct p11l_bound){0, all + P11L_SLACK, false};
	return p11l_bound(&operation->mechanism, operation->job.object[0], all,
	        operation->what == CKF_DECRYPT);
}

/*
 * When no part has gone in yet, it is an operation of one part: a call less, and it works with
 * mechanisms that know nothing else.
 */
static CK_RV finish(struct p11l_operation *operation, const struct p11l_bound *size)
{
	struct p11l_buffer *waiting = &operation->waiting;
	CK_RV rv = CKR_OK;

	if (operation->hash.row != NULL)
		rv = p11l_hash_over(operation);
	else if (operation->is_begun)
		rv = p11l_flush(operation);
	if (rv != CKR_OK)
		return rv;
	if (operation->is_begun)
		rv = p11l_drive(operation, P11L_FINAL, NULL, 0, size->most);
	else
		rv = p11l_drive(operation, P11L_ONCE, p11l_octets(waiting->p), waiting->len,
		        size->most > 0 ? size->most : 1);
	if (rv != CKR_OK)
		return p11l_give_up(operation, rv);
	p11l_return_session(operation, false);
	return CKR_OK;
}

CK_RV p11l_finish(struct p11l_operation *operation, struct p11l_buffer *out)
{
	struct p11l_bound size;
	CK_RV rv = CKR_OK;

	if (operation == NULL || out == NULL)
		return p11l_bad_argument(operation == NULL ? "operation" : "out");
	out->len = 0;
	if (operation->what == CKF_VERIFY)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "operation", NULL,
		        "verifies a signature, and is finished by p11l_finish_verify");
	/* A buffer that was too small may be followed by one that is not. */
	if (operation->is_over && operation->ready.len > 0)
		return p11l_hand_out(operation, out);
	rv = p11l_check_active(operation);
	if (rv != CKR_OK)
		return rv;
	size = bound(operation);
	if ((out->flags & P11L_FIXED) != 0 && size.least > out->cap)
		return p11l_buffer_reserve(out, size.least);
	rv = finish(operation, &size);
	return rv == CKR_OK ? p11l_hand_out(operation, out) : rv;
}

static CK_RV finish_verify(
        struct p11l_operation *operation, const void *signature, CK_ULONG signature_size)
{
	struct p11l_job *job = &operation->job;
	CK_SESSION_HANDLE session = job->pooled->handle;
	struct p11l_buffer *waiting = &operation->waiting;
	CK_BYTE *octets = P11L_POINTER(p11l_octets(signature));

	if (operation->is_begun)
		return P11L_TRY(job, C_VerifyFinal, session, octets, signature_size);
	return P11L_TRY(job, C_Verify, session, P11L_POINTER(p11l_octets(waiting->p)), waiting->len,
	        octets, signature_size);
}

CK_RV p11l_finish_verify(
        struct p11l_operation *operation, const void *signature, CK_ULONG signature_size)
{
	CK_RV rv;

	if (operation == NULL)
		return p11l_bad_argument("operation");
	if (operation->what != CKF_VERIFY)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "operation", NULL,
		        "verifies nothing, and is finished by p11l_finish");
	rv = p11l_check_active(operation);
	if (rv == CKR_OK)
		rv = p11l_check_data(signature, signature_size, "signature");
	if (rv == CKR_OK && operation->hash.row != NULL)
		rv = p11l_hash_over(operation);
	else if (rv == CKR_OK && operation->is_begun)
		rv = p11l_flush(operation);
	if (rv != CKR_OK)
		return rv;
	rv = finish_verify(operation, signature, signature_size);
	if (rv != CKR_OK)
		return p11l_give_up(operation, rv);
	p11l_return_session(operation, false);
	return CKR_OK;
}
