/* SPDX-License-Identifier: MIT */
/* Keys that come out of an operation with another key. */
#include "highlevel/operation/made.h"

CK_RV p11l_check_made(
        struct p11l_object **key, const struct p11l_object *base_key, const char *name)
{
	if (key == NULL)
		return p11l_bad_argument("key");
	*key = NULL;
	return p11l_check_key(base_key, name);
}

/* The object is made in here, so that a failure to do so can take back what the token made. */
static CK_RV step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct p11l_making *making = (struct p11l_making *)job;
	struct p11l_attributes *attributes = &making->attributes;
	CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
	CK_RV rv = making->call(making, session, &handle);

	if (rv != CKR_OK)
		return rv;
	rv = p11l_object_new(
	        job->session, handle, attributes->entry, attributes->count, &making->made);
	if (rv != CKR_OK)
		job->session->module->functions->C_DestroyObject(session, handle);
	return rv;
}

static bool is_stored(const struct p11l_attributes *attributes)
{
	const CK_ATTRIBUTE *token = p11l_attributes_find(attributes, CKA_TOKEN);

	return token != NULL && token->ulValueLen == sizeof(CK_BBOOL) &&
	       *(const CK_BBOOL *)token->pValue != CK_FALSE;
}

CK_RV p11l_make(struct p11l_making *making, struct p11l_object *base_key,
        const struct p11l_mechanism *mechanism, struct p11l_object **key)
{
	CK_RV rv;

	making->job.step = step;
	making->job.session = base_key->session;
	making->job.object[0] = base_key;
	making->job.subject = *P11L_ABOUT_KEY(mechanism->type, base_key);
	making->job.flags = is_stored(&making->attributes) ? P11L_WRITES : P11L_CREATES;
	making->mechanism = p11l_mechanism_view(mechanism);
	rv = p11l_run(&making->job);
	if (rv == CKR_OK)
		*key = making->made;
	return rv;
}

static CK_RV derive(struct p11l_making *making, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key)
{
	struct p11l_job *job = &making->job;

	return P11L_TRY(job, C_DeriveKey, session, &making->mechanism,
	        p11l_object_handle(job->object[0]), making->attributes.entry,
	        making->attributes.count, key);
}

CK_RV p11l_derive(struct p11l_object *base_key, const struct p11l_mechanism *mechanism,
        CK_KEY_TYPE key_type, CK_ULONG bits, const struct p11l_key_options *options,
        struct p11l_object **key)
{
	struct p11l_making making = {.call = derive};
	CK_RV rv = p11l_check_made(key, base_key, "base_key");

	if (rv != CKR_OK)
		return rv;
	if (mechanism == NULL)
		return p11l_bad_argument("mechanism");
	rv = p11l_check_mechanism(mechanism);
	if (rv == CKR_OK)
		rv = p11l_key_template(options, CKO_SECRET_KEY, key_type, bits, &making.attributes);
	if (rv == CKR_OK)
		rv = p11l_make(&making, base_key, mechanism, key);
	p11l_attributes_clear(&making.attributes);
	return rv;
}
