/* SPDX-License-Identifier: MIT */
/* C_GenerateKeyPair. */
#define _DEFAULT_SOURCE /* getentropy */
#include "parts.h"

#include "highlevel/object/kind.h"
#include "sizes.h"

#include <string.h>
#include <unistd.h>

#define ID_OCTETS 20 /* as many as a digest of the key would have */

struct pairing {
	struct p11l_job job; /* first, so that the step finds the rest */
	CK_MECHANISM mechanism;
	struct p11l_attributes public_key, private_key;
	struct p11l_object *made_public, *made_private;
};

static CK_RV keep(struct pairing *pairing, const CK_OBJECT_HANDLE handles[2])
{
	struct p11l_session *session = pairing->job.session;
	CK_RV rv = p11l_object_new(session, handles[0], pairing->public_key.entry,
	        pairing->public_key.count, &pairing->made_public);

	if (rv == CKR_OK)
		rv = p11l_object_new(session, handles[1], pairing->private_key.entry,
		        pairing->private_key.count, &pairing->made_private);
	if (rv != CKR_OK) {
		p11l_object_free(pairing->made_public);
		pairing->made_public = NULL;
	}
	return rv;
}

static CK_RV generate(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct pairing *pairing = (struct pairing *)job;
	struct p11l_attributes *public_key = &pairing->public_key;
	struct p11l_attributes *private_key = &pairing->private_key;
	CK_OBJECT_HANDLE handles[2] = {CK_INVALID_HANDLE, CK_INVALID_HANDLE};
	CK_RV rv = P11L_TRY(job, C_GenerateKeyPair, session, &pairing->mechanism, public_key->entry,
	        public_key->count, private_key->entry, private_key->count, &handles[0],
	        &handles[1]);

	if (rv != CKR_OK)
		return rv;
	rv = keep(pairing, handles);
	if (rv != CKR_OK)
		p11l_unmake(job->session, session, handles, 2);
	return rv;
}

static bool says_id(const CK_ATTRIBUTE *given, CK_ULONG count)
{
	return given != NULL && p11l_attribute_in(given, count, CKA_ID) != NULL;
}

/*
 * Halves that are stored are found by each other's id. The host's random numbers will do, and cost
 * no call.
 */
static CK_RV choose_id(struct p11l_key_options *options, CK_BYTE id[ID_OCTETS])
{
	if (options->store == CK_FALSE || options->id != NULL ||
	        says_id(options->attributes, options->attribute_count) ||
	        says_id(options->private_attributes, options->private_attribute_count))
		return CKR_OK;
	if (getentropy(id, ID_OCTETS) != 0)
		return p11l_refuse(CKR_FUNCTION_FAILED, "id", NULL,
		        "the system has no random numbers for it (getentropy)");
	options->id = id;
	options->id_size = ID_OCTETS;
	return CKR_OK;
}

static CK_RV half(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        CK_KEY_TYPE key_type, const struct p11l_attributes *parameters,
        struct p11l_attributes *attributes)
{
	CK_RV rv = p11l_usual_template(options, object_class, key_type, attributes);
	const CK_ATTRIBUTE *given;
	CK_ULONG count;

	if (rv == CKR_OK && parameters != NULL)
		rv = p11l_given_template(parameters->entry, parameters->count, attributes);
	p11l_given_for(options, object_class, &given, &count);
	return rv == CKR_OK ? p11l_given_template(given, count, attributes) : rv;
}

static CK_RV prepare(struct pairing *pairing, CK_KEY_TYPE key_type,
        const struct p11l_attributes *parameters, const struct p11l_key_options *options)
{
	struct p11l_key_options all = *options;
	CK_BYTE id[ID_OCTETS];
	CK_RV rv = choose_id(&all, id);

	if (rv == CKR_OK)
		rv = half(&all, CKO_PUBLIC_KEY, key_type, parameters, &pairing->public_key);
	if (rv == CKR_OK)
		rv = half(&all, CKO_PRIVATE_KEY, key_type, NULL, &pairing->private_key);
	return rv;
}

static CK_RV run(struct p11l_session *session, const struct p11l_mechanism *mechanism,
        struct pairing *pairing)
{
	bool stored[2] = {
	        p11l_is_stored(&pairing->public_key), p11l_is_stored(&pairing->private_key)};

	pairing->job.step = generate;
	pairing->job.session = session;
	pairing->job.subject = (struct p11l_subject){
	        .mechanism = mechanism->type, .attribute = P11L_NONE, .slot = session->slot};
	pairing->job.flags = (stored[0] || stored[1] ? P11L_WRITES : 0) |
	                     (stored[0] && stored[1] ? 0 : P11L_CREATES);
	pairing->mechanism = p11l_mechanism_view(mechanism);
	return p11l_run(&pairing->job);
}

/* What the public template says of the length; 0: nothing. */
static CK_ULONG said_bits(const struct p11l_attributes *public_key)
{
	const CK_ATTRIBUTE *curve = p11l_attributes_find(public_key, CKA_EC_PARAMS);
	const CK_ATTRIBUTE *said = p11l_attributes_find(public_key, CKA_MODULUS_BITS);
	CK_ULONG bits;

	if (curve != NULL)
		return p11l_curve_bits(curve);
	if (said == NULL || said->ulValueLen != sizeof(bits))
		return 0;
	memcpy(&bits, said->pValue, sizeof(bits));
	return bits;
}

/* Signatures of the private key are as long, and its own template does not say it. */
static void note_bits(struct pairing *pairing)
{
	CK_ULONG bits = said_bits(&pairing->public_key);

	atomic_store(&pairing->made_public->bits, bits);
	atomic_store(&pairing->made_private->bits, bits);
}

CK_RV p11l_make_pair(struct p11l_session *session, CK_KEY_TYPE key_type,
        const struct p11l_attributes *parameters, const struct p11l_key_options *options,
        struct p11l_object **public_key, struct p11l_object **private_key)
{
	struct pairing pairing = {.mechanism = {0}};
	struct p11l_mechanism mechanism;
	CK_RV rv = p11l_mechanism_for(
	        session->slot, P11L_FOR_GENERATE, key_type, options->mechanism, &mechanism);

	if (rv == CKR_OK)
		rv = prepare(&pairing, key_type, parameters, options);
	if (rv == CKR_OK)
		rv = p11l_not_made(
		        run(session, &mechanism, &pairing), options, &mechanism, key_type);
	if (rv == CKR_OK) {
		note_bits(&pairing);
		*public_key = pairing.made_public;
		*private_key = pairing.made_private;
	}
	p11l_attributes_clear(&pairing.public_key);
	p11l_attributes_clear(&pairing.private_key);
	return rv;
}

/* Of parameters that nobody needs afterwards. */
static CK_RV generate_with_parameters(struct p11l_session *session, CK_KEY_TYPE key_type,
        CK_ULONG bits, const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key)
{
	struct p11l_object *parameters = NULL;
	CK_RV rv = p11l_generate_parameters(session, key_type, bits, NULL, &parameters);

	if (rv != CKR_OK)
		return rv;
	rv = p11l_parameters_keypair(parameters, options, public_key, private_key);
	if (rv == CKR_OK && p11l_destroy_object(parameters) != CKR_OK)
		p11l_error_forget(); /* They end with the session. */
	p11l_object_free(parameters);
	return rv;
}

static CK_RV generate_of_size(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key)
{
	struct p11l_attributes parameters = {0};
	CK_RV rv = CKR_OK;

	/* With bits 0 the caller's attributes say everything. */
	if (bits != 0 || options->attribute_count == 0)
		rv = p11l_set_size(key_type, bits, &parameters);
	if (rv == CKR_OK)
		rv = p11l_make_pair(
		        session, key_type, &parameters, options, public_key, private_key);
	p11l_attributes_clear(&parameters);
	return rv;
}

CK_RV p11l_generate_keypair(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key)
{
	struct p11l_key_options all = p11l_key_options(options);
	bool with_parameters =
	        key_type == CKK_DSA || key_type == CKK_DH || key_type == CKK_X9_42_DH;

	if (public_key == NULL || private_key == NULL || session == NULL)
		return p11l_bad_argument(session == NULL      ? "session"
		                         : public_key == NULL ? "public_key"
		                                              : "private_key");
	*public_key = *private_key = NULL;
	return with_parameters && bits != 0
	               ? generate_with_parameters(
	                         session, key_type, bits, &all, public_key, private_key)
	               : generate_of_size(session, key_type, bits, &all, public_key, private_key);
}
