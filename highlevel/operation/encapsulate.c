/* SPDX-License-Identifier: MIT */
/* Keys that two parties agree upon: C_EncapsulateKey, C_DecapsulateKey. */
#include "highlevel/operation/made.h"

/* Never asked for the size alone, because some modules make a key then. */
static CK_RV call_encapsulate(
        struct p11l_making *making, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key)
{
	struct p11l_job *job = &making->job;

	making->output.length = making->output.room;
	return P11L_TRY(job, C_EncapsulateKey, session, &making->mechanism,
	        p11l_object_handle(job->object[0]), making->attributes.entry,
	        making->attributes.count, making->output.octets, &making->output.length, key);
}

static CK_RV encapsulate(
        struct p11l_making *making, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key)
{
	CK_RV rv = call_encapsulate(making, session, key);

	if (rv == CKR_BUFFER_TOO_SMALL && p11l_output_grow(&making->output))
		rv = call_encapsulate(making, session, key);
	return rv;
}

/* A key without its ciphertext is of no use to anybody. */
static CK_RV take_back(CK_RV rv, struct p11l_object **key)
{
	if (*key != NULL) {
		p11l_destroy_object(*key);
		p11l_object_free(*key);
		*key = NULL;
	}
	return rv;
}

static CK_RV make(struct p11l_making *making, struct p11l_object *public_key,
        const struct p11l_mechanism *mechanism, struct p11l_buffer *ciphertext,
        struct p11l_object **key)
{
	struct p11l_bound bound = p11l_bound_encapsulated(mechanism, public_key);
	CK_RV rv = p11l_output_begin(&making->output, ciphertext, &bound, NULL, 0);

	if (rv == CKR_OK)
		rv = p11l_make(making, public_key, mechanism, key);
	rv = p11l_output_end(&making->output, rv);
	return rv == CKR_OK ? rv : take_back(rv, key);
}

CK_RV p11l_encapsulate(struct p11l_object *public_key, const struct p11l_mechanism *mechanism,
        CK_KEY_TYPE key_type, CK_ULONG bits, const struct p11l_key_options *options,
        struct p11l_buffer *ciphertext, struct p11l_object **key)
{
	struct p11l_making making = {.call = encapsulate};
	struct p11l_mechanism chosen;
	CK_RV rv = p11l_check_made(key, public_key, "public_key");

	if (rv == CKR_OK)
		rv = p11l_check_buffer(ciphertext, "ciphertext");
	if (rv == CKR_OK)
		rv = p11l_mechanism_for(public_key->session->slot, P11L_FOR_ENCAPSULATE,
		        public_key->key_type, mechanism, &chosen);
	if (rv == CKR_OK)
		rv = p11l_key_template(options, CKO_SECRET_KEY, key_type, bits, &making.attributes);
	if (rv == CKR_OK)
		rv = make(&making, public_key, &chosen, ciphertext, key);
	p11l_attributes_clear(&making.attributes);
	return rv;
}

static CK_RV decapsulate(
        struct p11l_making *making, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key)
{
	struct p11l_job *job = &making->job;

	return P11L_TRY(job, C_DecapsulateKey, session, &making->mechanism,
	        p11l_object_handle(job->object[0]), making->attributes.entry,
	        making->attributes.count, P11L_POINTER(p11l_octets(making->data)), making->size,
	        key);
}

CK_RV p11l_decapsulate(struct p11l_object *private_key, const struct p11l_mechanism *mechanism,
        const void *ciphertext, CK_ULONG size, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **key)
{
	struct p11l_making making = {.call = decapsulate, .data = ciphertext, .size = size};
	struct p11l_mechanism chosen;
	CK_RV rv = p11l_check_made(key, private_key, "private_key");

	if (rv == CKR_OK)
		rv = p11l_check_data(ciphertext, size, "ciphertext");
	if (rv == CKR_OK)
		rv = p11l_mechanism_for(private_key->session->slot, P11L_FOR_ENCAPSULATE,
		        private_key->key_type, mechanism, &chosen);
	if (rv == CKR_OK)
		rv = p11l_key_template(options, CKO_SECRET_KEY, key_type, bits, &making.attributes);
	if (rv == CKR_OK)
		rv = p11l_make(&making, private_key, &chosen, key);
	p11l_attributes_clear(&making.attributes);
	return rv;
}
