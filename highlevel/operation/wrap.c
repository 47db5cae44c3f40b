/* SPDX-License-Identifier: MIT */
/* Keys under other keys: C_WrapKey, C_UnwrapKey. */
#include "highlevel/operation/made.h"

struct wrapping {
	struct p11l_job job;
	CK_MECHANISM mechanism;
	struct p11l_output output;
};

static CK_RV call(struct wrapping *w, CK_SESSION_HANDLE session)
{
	struct p11l_job *job = &w->job;

	w->output.length = w->output.room;
	return P11L_TRY(job, C_WrapKey, session, &w->mechanism, p11l_object_handle(job->object[0]),
	        p11l_object_handle(job->object[1]), w->output.octets, &w->output.length);
}

static CK_RV step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct wrapping *w = (struct wrapping *)job;
	CK_RV rv = call(w, session);

	if (rv == CKR_BUFFER_TOO_SMALL && p11l_output_grow(&w->output))
		rv = call(w, session);
	return rv;
}

static unsigned purpose_of(CK_KEY_TYPE wrapping_type, CK_OBJECT_CLASS object_class)
{
	bool is_secret = object_class == CKO_SECRET_KEY || object_class == P11L_NONE;

	return wrapping_type == CKK_AES && !is_secret ? P11L_FOR_WRAP_PRIVATE : P11L_FOR_WRAP;
}

CK_RV p11l_wrap(struct p11l_object *wrapping_key, const struct p11l_mechanism *mechanism,
        struct p11l_object *key, struct p11l_buffer *wrapped)
{
	struct wrapping w = {
	        .job = {.step = step, .object = {wrapping_key, key}, .flags = P11L_REPEATABLE}};
	struct p11l_mechanism chosen;
	struct p11l_bound bound;
	CK_RV rv = p11l_check_buffer(wrapped, "wrapped");

	if (rv == CKR_OK)
		rv = p11l_check_key(wrapping_key, "wrapping_key");
	if (rv == CKR_OK)
		rv = p11l_check_key(key, "key");
	if (rv == CKR_OK)
		rv = p11l_choose_mechanism(wrapping_key->session->slot,
		        purpose_of(wrapping_key->key_type, key->object_class),
		        wrapping_key->key_type, mechanism, &chosen);
	if (rv != CKR_OK)
		return rv;
	w.job.session = wrapping_key->session;
	w.job.subject = *P11L_ABOUT_KEY(chosen.type, wrapping_key);
	w.mechanism = p11l_mechanism_view(&chosen);
	bound = p11l_bound_wrapped(&chosen, wrapping_key, key);
	rv = p11l_output_begin(&w.output, wrapped, &bound, NULL, 0);
	if (rv == CKR_OK)
		rv = p11l_run(&w.job);
	return p11l_output_end(&w.output, rv);
}

static CK_RV unwrap(struct p11l_making *making, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key)
{
	struct p11l_job *job = &making->job;

	return P11L_TRY(job, C_UnwrapKey, session, &making->mechanism,
	        p11l_object_handle(job->object[0]), P11L_POINTER(p11l_octets(making->data)),
	        making->size, making->attributes.entry, making->attributes.count, key);
}

CK_RV p11l_unwrap(struct p11l_object *unwrapping_key, const struct p11l_mechanism *mechanism,
        const void *wrapped, CK_ULONG size, CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type,
        const struct p11l_key_options *options, struct p11l_object **key)
{
	struct p11l_making making = {.call = unwrap, .data = wrapped, .size = size};
	struct p11l_mechanism chosen;
	CK_RV rv = p11l_check_made(key, unwrapping_key, "unwrapping_key");

	if (rv == CKR_OK)
		rv = p11l_check_data(wrapped, size, "wrapped");
	if (rv == CKR_OK)
		rv = p11l_choose_mechanism(unwrapping_key->session->slot,
		        purpose_of(unwrapping_key->key_type, object_class),
		        unwrapping_key->key_type, mechanism, &chosen);
	if (rv == CKR_OK)
		rv = p11l_key_template(options, object_class, key_type, 0, &making.attributes);
	if (rv == CKR_OK)
		rv = p11l_make(&making, unwrapping_key, &chosen, key);
	p11l_attributes_clear(&making.attributes);
	return rv;
}
