/* SPDX-License-Identifier: MIT */
/* Digests. */
#include "highlevel/operation/digest.h"

#include "highlevel/operation/once.h"

CK_RV p11l_digest_mechanism(struct p11l_session *session, const struct p11l_mechanism *given,
        struct p11l_mechanism *chosen)
{
	if (session == NULL)
		return p11l_bad_argument("session");
	*chosen = given != NULL ? *given : p11l_plain(CKM_SHA512);
	return p11l_check_mechanism(chosen);
}

CK_RV p11l_digest(struct p11l_session *session, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *digest)
{
	struct p11l_mechanism chosen;
	CK_RV rv = p11l_check_buffer(digest, "digest");

	if (rv == CKR_OK)
		rv = p11l_check_data(data, size, "data");
	if (rv == CKR_OK)
		rv = p11l_digest_mechanism(session, mechanism, &chosen);
	if (rv == CKR_OK)
		rv = p11l_once(session, NULL, CKF_DIGEST, &chosen, data, size, digest);
	return rv;
}

struct digesting {
	struct p11l_job job; /* the key is no part of C_DigestInit, so it is not the first object */
	struct p11l_mechanism mechanism;
	struct p11l_output output;
};

static CK_RV step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct digesting *d = (struct digesting *)job;
	CK_RV rv = p11l_start(job, CKF_DIGEST, session, &d->mechanism);

	if (rv == CKR_OK)
		rv = P11L_TRY(job, C_DigestKey, session, p11l_object_handle(job->object[1]));
	if (rv != CKR_OK)
		return rv;
	d->output.length = d->output.room;
	rv = p11l_call_final(job, CKF_DIGEST, session, d->output.octets, &d->output.length);
	if (rv == CKR_BUFFER_TOO_SMALL && p11l_output_grow(&d->output)) {
		d->output.length = d->output.room;
		rv = p11l_call_final(job, CKF_DIGEST, session, d->output.octets, &d->output.length);
	}
	return rv;
}

CK_RV p11l_digest_key(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, struct p11l_buffer *digest)
{
	struct digesting d = {
	        .job = {.step = step, .object = {NULL, key}, .flags = P11L_REPEATABLE}};
	struct p11l_bound bound;
	CK_RV rv = p11l_check_buffer(digest, "digest");

	if (rv == CKR_OK)
		rv = p11l_check_key(key, "key");
	if (rv == CKR_OK)
		rv = p11l_digest_mechanism(key->session, mechanism, &d.mechanism);
	if (rv != CKR_OK)
		return rv;
	d.job.session = key->session;
	d.job.subject = *P11L_ABOUT_KEY(d.mechanism.type, key);
	bound = p11l_bound(&d.mechanism, NULL, 0, false);
	rv = p11l_output_begin(&d.output, digest, &bound, NULL, 0);
	if (rv == CKR_OK)
		rv = p11l_run(&d.job);
	return p11l_output_end(&d.output, rv);
}
