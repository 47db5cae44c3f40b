/* SPDX-License-Identifier: MIT */
/* C_GenerateKey: secret keys, and domain parameters, which are made by the same function. */
#include "parts.h"

void p11l_unmake(struct p11l_session *session, CK_SESSION_HANDLE handle,
        const CK_OBJECT_HANDLE *objects, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++)
		session->module->functions->C_DestroyObject(handle, objects[i]);
}

CK_RV p11l_not_made(CK_RV rv, const struct p11l_key_options *options,
        const struct p11l_mechanism *mechanism, CK_KEY_TYPE key_type)
{
	if (rv != CKR_MECHANISM_INVALID || options->mechanism != NULL)
		return rv;
	return p11l_refuse(P11L_CKR_NO_DEFAULT, "mechanism", NULL,
	        "must be named: the token lacks %s, which is the usual one for %s; parameters and "
	        "keys made elsewhere can be given to it by p11l_create_parameters and p11l_import",
	        p11l_constant_name("CKM_", mechanism->type), p11l_constant_name("CKK_", key_type));
}

struct making {
	struct p11l_job job; /* first, so that the step finds the rest */
	CK_MECHANISM mechanism;
	struct p11l_attributes attributes;
	struct p11l_object *made;
};

/* The object is made in here, so that a failure to do so can take back what the token made. */
static CK_RV generate(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct making *making = (struct making *)job;
	struct p11l_attributes *attributes = &making->attributes;
	CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
	CK_RV rv = P11L_TRY(job, C_GenerateKey, session, &making->mechanism, attributes->entry,
	        attributes->count, &handle);

	if (rv != CKR_OK)
		return rv;
	rv = p11l_object_new(
	        job->session, handle, attributes->entry, attributes->count, &making->made);
	if (rv != CKR_OK)
		p11l_unmake(job->session, session, &handle, 1);
	return rv;
}

static CK_RV run(struct p11l_session *session, const struct p11l_mechanism *mechanism,
        struct making *making, struct p11l_object **made)
{
	CK_RV rv;

	making->job.step = generate;
	making->job.session = session;
	making->job.subject = (struct p11l_subject){
	        .mechanism = mechanism->type, .attribute = P11L_NONE, .slot = session->slot};
	making->job.flags = p11l_is_stored(&making->attributes) ? P11L_WRITES : P11L_CREATES;
	making->mechanism = p11l_mechanism_view(mechanism);
	rv = p11l_run(&making->job);
	if (rv == CKR_OK)
		*made = making->made;
	return rv;
}

CK_RV p11l_generate_key(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **key)
{
	struct p11l_key_options all = p11l_key_options(options);
	struct making making = {.attributes = {0}};
	struct p11l_mechanism mechanism;
	CK_RV rv;

	if (key == NULL || session == NULL)
		return p11l_bad_argument(key == NULL ? "key" : "session");
	*key = NULL;
	rv = p11l_mechanism_for(
	        session->slot, P11L_FOR_GENERATE, key_type, all.mechanism, &mechanism);
	if (rv == CKR_OK)
		rv = p11l_key_template(&all, CKO_SECRET_KEY, key_type, bits, &making.attributes);
	if (rv == CKR_OK)
		rv = p11l_not_made(
		        run(session, &mechanism, &making, key), &all, &mechanism, key_type);
	p11l_attributes_clear(&making.attributes);
	return rv;
}

/* The order of the subgroup goes with the length of the prime (FIPS 186-4, section 4.2). */
static CK_ULONG subprime_bits(CK_ULONG bits)
{
	return bits <= 1024 ? 160 : 256;
}

static CK_RV parameters_template(CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_attributes *attributes)
{
	CK_RV rv = p11l_usual_template(options, CKO_DOMAIN_PARAMETERS, key_type, attributes);

	if (rv == CKR_OK && bits != 0)
		rv = p11l_attributes_set_ulong(attributes, CKA_PRIME_BITS, bits);
	/* X9.42 wants it; tokens choose it for DSA, where some even refuse to be told. */
	if (rv == CKR_OK && bits != 0 && key_type == CKK_X9_42_DH)
		rv = p11l_attributes_set_ulong(attributes, CKA_SUBPRIME_BITS, subprime_bits(bits));
	return rv == CKR_OK ? p11l_given_template(
	                              options->attributes, options->attribute_count, attributes)
	                    : rv;
}

CK_RV p11l_generate_parameters(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **parameters)
{
	struct p11l_key_options all = p11l_key_options(options);
	struct making making = {.attributes = {0}};
	struct p11l_mechanism mechanism;
	CK_RV rv;

	if (parameters == NULL || session == NULL)
		return p11l_bad_argument(parameters == NULL ? "parameters" : "session");
	*parameters = NULL;
	rv = p11l_mechanism_for(
	        session->slot, P11L_FOR_GENERATE_PARAMETERS, key_type, all.mechanism, &mechanism);
	if (rv == CKR_OK)
		rv = parameters_template(key_type, bits, &all, &making.attributes);
	if (rv == CKR_OK)
		rv = p11l_not_made(
		        run(session, &mechanism, &making, parameters), &all, &mechanism, key_type);
	p11l_attributes_clear(&making.attributes);
	return rv;
}
