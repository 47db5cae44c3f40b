/* SPDX-License-Identifier: MIT */
/* Signatures. */
#include "highlevel/operation/once.h"

CK_RV p11l_sign(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
        CK_ULONG size, struct p11l_buffer *signature)
{
	return p11l_once_with_key(key, CKF_SIGN, P11L_FOR_SIGN, mechanism, data, size, signature);
}

CK_RV p11l_sign_recover(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *signature)
{
	return p11l_once_with_key(
	        key, CKF_SIGN_RECOVER, P11L_FOR_SIGN_RECOVER, mechanism, data, size, signature);
}

CK_RV p11l_verify_recover(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *signature, CK_ULONG size, struct p11l_buffer *data)
{
	return p11l_once_with_key(
	        key, CKF_VERIFY_RECOVER, P11L_FOR_SIGN_RECOVER, mechanism, signature, size, data);
}

struct verification {
	struct p11l_job job;
	struct p11l_signed input;
	const void *signature;
	CK_ULONG signature_size;
};

static CK_RV step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct verification *v = (struct verification *)job;
	CK_RV rv = p11l_signed_start(&v->input, job, CKF_VERIFY, session);

	if (rv == CKR_OK)
		rv = P11L_TRY(job, C_Verify, session, P11L_POINTER(p11l_octets(v->input.data)),
		        v->input.size, P11L_POINTER(p11l_octets(v->signature)), v->signature_size);
	return rv;
}

CK_RV p11l_verify(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
        CK_ULONG size, const void *signature, CK_ULONG signature_size)
{
	struct verification v = {.job = {.step = step, .object = {key}, .flags = P11L_REPEATABLE},
	        .input = {.data = data, .size = size},
	        .signature = signature,
	        .signature_size = signature_size};
	CK_RV rv = p11l_check_key(key, "key");

	if (rv == CKR_OK)
		rv = p11l_check_data(data, size, "data");
	if (rv == CKR_OK)
		rv = p11l_check_data(signature, signature_size, "signature");
	if (rv == CKR_OK)
		rv = p11l_mechanism_for(key->session->slot, P11L_FOR_SIGN, key->key_type, mechanism,
		        &v.input.mechanism);
	if (rv != CKR_OK)
		return rv;
	v.job.session = key->session;
	v.job.subject = (struct p11l_subject){v.input.mechanism.type, P11L_NONE, key, NULL};
	p11l_signed_begin(&v.input, key->session->slot);
	return p11l_run(&v.job);
}
