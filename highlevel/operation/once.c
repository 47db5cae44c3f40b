/* SPDX-License-Identifier: MIT */
/* Operations of one part that have a result: encryption, decryption, signatures, digests. */
#include "highlevel/operation/once.h"

struct once {
	struct p11l_job job;
	CK_FLAGS what;
	struct p11l_signed input; /* or encrypted, or digested */
	struct p11l_bound bound;
	struct p11l_output output;
};

static CK_RV call(struct once *once, CK_SESSION_HANDLE session, CK_BYTE *octets)
{
	return p11l_call_once(&once->job, once->what, session, p11l_octets(once->input.data),
	        once->input.size, octets, &once->output.length);
}

/* A signature that would be lost for want of room is asked for its size first. */
static CK_RV ask(struct once *once, CK_SESSION_HANDLE session)
{
	struct p11l_output *output = &once->output;
	CK_RV rv = call(once, session, NULL);

	if (rv != CKR_OK)
		return rv;
	if ((output->to->flags & P11L_FIXED) != 0 && output->length > output->to->cap) {
		p11l_end_active(&once->job, once->what, session, &once->input.mechanism);
		once->job.function = NULL;
		return p11l_buffer_reserve(output->to, output->length);
	}
	p11l_output_grow(output);
	return CKR_OK;
}

static CK_RV step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct once *once = (struct once *)job;
	CK_RV rv = once->what == CKF_SIGN
	                   ? p11l_signed_start(&once->input, job, once->what, session)
	                   : p11l_start(job, once->what, session, &once->input.mechanism);

	if (rv == CKR_OK && once->bound.ask)
		rv = ask(once, session);
	if (rv != CKR_OK)
		return rv;
	once->output.length = once->output.room;
	rv = call(once, session, once->output.octets);
	if (rv == CKR_BUFFER_TOO_SMALL && p11l_output_grow(&once->output)) {
		once->output.length = once->output.room;
		rv = call(once, session, once->output.octets);
	}
	return rv;
}

CK_RV p11l_once(struct p11l_session *session, struct p11l_object *key, CK_FLAGS what,
        const struct p11l_mechanism *mechanism, const void *data, CK_ULONG size,
        struct p11l_buffer *out)
{
	bool back = what == CKF_DECRYPT || what == CKF_VERIFY_RECOVER;
	struct once once = {.job = {.step = step,
	                            .session = session,
	                            .object = {key},
	                            .subject = {mechanism->type, P11L_NONE, key, NULL},
	                            .flags = P11L_REPEATABLE},
	        .what = what,
	        .input = {.data = data, .size = size, .mechanism = *mechanism}};
	CK_RV rv;

	if (p11l_is_stateful(mechanism->type) && what == CKF_SIGN)
		once.job.flags = 0;
	once.bound = p11l_bound(mechanism, key, size, back);
	once.bound.ask = once.bound.ask && what == CKF_SIGN;
	if (what == CKF_SIGN)
		p11l_signed_begin(&once.input, session->slot);
	if (back)
		out->flags |= P11L_SECRET;
	rv = p11l_output_begin(&once.output, out, &once.bound, data, size);
	if (rv == CKR_OK)
		rv = p11l_run(&once.job);
	return p11l_output_end(&once.output, rv);
}

CK_RV p11l_once_with_key(struct p11l_object *key, CK_FLAGS what, unsigned purpose,
        const struct p11l_mechanism *mechanism, const void *data, CK_ULONG size,
        struct p11l_buffer *out)
{
	struct p11l_mechanism chosen;
	CK_RV rv = p11l_check_buffer(out, "out");

	if (rv == CKR_OK)
		rv = p11l_check_key(key, "key");
	if (rv == CKR_OK)
		rv = p11l_check_data(data, size, "data");
	if (rv == CKR_OK)
		rv = p11l_choose_mechanism(
		        key->session->slot, purpose, key->key_type, mechanism, &chosen);
	if (rv == CKR_OK)
		rv = p11l_once(key->session, key, what, &chosen, data, size, out);
	return rv;
}

CK_RV p11l_encrypt(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_once_with_key(key, CKF_ENCRYPT, P11L_FOR_ENCRYPT, mechanism, data, size, out);
}

CK_RV p11l_decrypt(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_once_with_key(key, CKF_DECRYPT, P11L_FOR_ENCRYPT, mechanism, data, size, out);
}
