/* SPDX-License-Identifier: MIT */
/* Objects of keys, certificates and parameters that come from elsewhere. */
#include "input.h"

#include <stdlib.h>
#include <string.h>

/* All that is made by one import. */
struct importing {
	struct p11l_job job; /* first, so that the step finds the rest */
	struct p11l_attributes *template;
	CK_OBJECT_HANDLE *handle; /* as many */
	CK_ULONG count;
	struct p11l_objects *objects;
};

static CK_RV keep(struct importing *importing)
{
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; rv == CKR_OK && i < importing->count; i++) {
		struct p11l_attributes *template = &importing->template[i];
		struct p11l_object *object = NULL;

		rv = p11l_object_new(importing->job.session, importing->handle[i], template->entry,
		        template->count, &object);
		if (rv == CKR_OK)
			rv = p11l_objects_add(&importing->objects, object);
	}
	if (rv != CKR_OK) {
		p11l_objects_free(importing->objects);
		importing->objects = NULL;
	}
	return rv;
}

/* All of them in one session, so that it can also take back what it made. */
static CK_RV create(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct importing *importing = (struct importing *)job;
	CK_ULONG made = 0;
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK && made < importing->count) {
		struct p11l_attributes *template = &importing->template[made];

		rv = P11L_TRY(job, C_CreateObject, session, template->entry, template->count,
		        &importing->handle[made]);
		if (rv == CKR_OK)
			made++;
	}
	if (rv == CKR_OK)
		rv = keep(importing);
	if (rv != CKR_OK)
		p11l_unmake(job->session, session, importing->handle, made);
	return rv;
}

static CK_RV run(struct p11l_session *session, struct importing *importing)
{
	importing->job.step = create;
	importing->job.session = session;
	importing->job.subject = *P11L_ABOUT_SLOT(session->slot);
	for (CK_ULONG i = 0; i < importing->count; i++)
		importing->job.flags |=
		        p11l_is_stored(&importing->template[i]) ? P11L_WRITES : P11L_CREATES;
	return p11l_run(&importing->job);
}

/* Adds the template of one object: ours, what was decoded, the caller's, each over those before. */
static CK_RV add(struct importing *importing, const struct p11l_key_options *options,
        CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type, const struct p11l_attributes *decoded)
{
	struct p11l_attributes *template = &importing->template[importing->count++];
	CK_RV rv = p11l_usual_template(options, object_class, key_type, template);
	const CK_ATTRIBUTE *given;
	CK_ULONG count;

	if (rv == CKR_OK)
		rv = p11l_given_template(decoded->entry, decoded->count, template);
	p11l_given_for(options, object_class, &given, &count);
	return rv == CKR_OK ? p11l_given_template(given, count, template) : rv;
}

/* The attribute that makes a public key what it is. */
static const CK_ATTRIBUTE *identity(const struct p11l_attributes *key)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_MODULUS, CKA_EC_POINT, CKA_VALUE};
	const CK_ATTRIBUTE *found = NULL;

	for (size_t i = 0; i < COUNT(types) && found == NULL; i++)
		found = p11l_attributes_find(key, types[i]);
	return found;
}

/* The id that this public key has on the token already, because its pair was made there. */
static CK_RV id_on_token(
        struct p11l_session *session, const struct p11l_input_item *item, struct p11l_buffer *id)
{
	const CK_ATTRIBUTE *found = identity(&item->decoded.public_key);
	struct p11l_objects *keys = NULL;
	CK_RV rv = CKR_OK;

	if (found == NULL)
		return CKR_OK;
	if (p11l_find(session,
	            P11L_SELECT(.key_type = &item->decoded.key_type, .attributes = found,
	                    .attribute_count = 1),
	            &keys) != CKR_OK)
		p11l_error_forget();
	for (CK_ULONG i = 0; rv == CKR_OK && id->len == 0 && i < p11l_objects_count(keys); i++) {
		CK_ULONG size;
		const CK_BYTE *octets = p11l_object_id(p11l_objects_at(keys, i), &size);

		rv = p11l_buffer_set(id, octets, size);
	}
	p11l_objects_free(keys);
	return rv;
}

/* Whether the public key of an item is there in an item before it, or one that is a key at all. */
static bool is_among(const struct p11l_input *input, const struct p11l_input_item *item, bool key)
{
	for (const struct p11l_input_item *other = input->item; other < input->item + input->count;
	        other++) {
		if (!key && other == item)
			return false;
		if (other != item && other->decoded.object_class != CKO_CERTIFICATE &&
		        other->has_id && item->has_id &&
		        (key || p11l_input_public(other)->count > 0) &&
		        memcmp(other->id, item->id, sizeof(item->id)) == 0)
			return true;
	}
	return false;
}

/* Sets the id, unless the caller's attributes or options say one. */
static CK_RV choose_id(struct p11l_session *session, const struct p11l_input *input,
        const struct p11l_input_item *item, struct p11l_key_options *options,
        struct p11l_buffer *id)
{
	const CK_ATTRIBUTE *given;
	CK_ULONG count;
	CK_RV rv = CKR_OK;

	p11l_given_for(options, item->decoded.object_class, &given, &count);
	if (options->id != NULL ||
	        (given != NULL && p11l_attribute_in(given, count, CKA_ID) != NULL))
		return CKR_OK;
	if (item->decoded.object_class == CKO_CERTIFICATE && !is_among(input, item, true))
		rv = id_on_token(session, item, id);
	if (rv == CKR_OK && id->len == 0 && item->has_id)
		rv = p11l_buffer_set(id, item->id, sizeof(item->id));
	options->id = id->p;
	options->id_size = id->len;
	return rv;
}

/* Tokens have the dates and digests of a certificate by themselves, if they want them. */
static void drop_extended(struct p11l_attributes *certificate)
{
	static const CK_ATTRIBUTE_TYPE extended[] = {CKA_START_DATE, CKA_END_DATE,
	        CKA_HASH_OF_SUBJECT_PUBLIC_KEY, CKA_HASH_OF_ISSUER_PUBLIC_KEY};

	for (size_t i = 0; i < COUNT(extended); i++)
		p11l_attributes_remove(certificate, extended[i]);
}

static CK_RV add_item(struct p11l_session *session, const struct p11l_input *input,
        struct p11l_input_item *item, const struct p11l_key_options *options,
        struct importing *importing)
{
	struct p11l_key_options all = *options;
	CK_OBJECT_CLASS object_class = item->decoded.object_class;
	CK_KEY_TYPE key_type = item->decoded.key_type;
	struct p11l_buffer id = {0};
	CK_RV rv;

	if (object_class == CKO_CERTIFICATE) {
		drop_extended(&item->decoded.attributes);
		key_type = P11L_NONE;
	} else if (object_class == CKO_PUBLIC_KEY && is_among(input, item, false)) {
		return CKR_OK;
	}
	rv = choose_id(session, input, item, &all, &id);
	if (rv == CKR_OK)
		rv = add(importing, &all, object_class, key_type, &item->decoded.attributes);
	if (rv == CKR_OK && object_class == CKO_PRIVATE_KEY && item->decoded.public_key.count > 0 &&
	        !is_among(input, item, false))
		rv = add(importing, &all, CKO_PUBLIC_KEY, key_type, &item->decoded.public_key);
	p11l_buffer_free(&id);
	return rv;
}

static CK_RV prepare(struct p11l_session *session, struct p11l_input *input,
        const struct p11l_key_options *options, struct importing *importing)
{
	CK_ULONG most = 2 * input->count; /* a private key becomes two */
	CK_RV rv = CKR_OK;

	importing->template = calloc(most, sizeof(*importing->template));
	importing->handle = calloc(most, sizeof(*importing->handle));
	if (importing->template == NULL || importing->handle == NULL)
		return p11l_no_memory();
	for (CK_ULONG i = 0; rv == CKR_OK && i < input->count; i++)
		rv = add_item(session, input, &input->item[i], options, importing);
	return rv;
}

CK_RV p11l_import(struct p11l_session *session, const void *data, CK_ULONG size,
        const struct p11l_key_options *options, struct p11l_objects **objects)
{
	struct p11l_key_options all = p11l_key_options(options);
	struct importing importing = {.count = 0};
	struct p11l_input input = {0};
	CK_RV rv;

	if (objects == NULL || session == NULL)
		return p11l_bad_argument(objects == NULL ? "objects" : "session");
	*objects = NULL;
	if (data == NULL)
		return p11l_bad_argument("data");
	rv = p11l_input_read(data, size, &input);
	if (rv == CKR_OK)
		rv = prepare(session, &input, &all, &importing);
	if (rv == CKR_OK)
		rv = run(session, &importing);
	if (rv == CKR_OK)
		*objects = importing.objects;
	for (CK_ULONG i = 0; i < importing.count; i++)
		p11l_attributes_clear(&importing.template[i]);
	free(importing.template);
	free(importing.handle);
	p11l_input_free(&input);
	return rv;
}

CK_RV p11l_import_secret(struct p11l_session *session, CK_KEY_TYPE key_type, const void *value,
        CK_ULONG size, const struct p11l_key_options *options, struct p11l_object **key)
{
	struct p11l_attributes template = {0};
	CK_RV rv;

	if (key == NULL || session == NULL)
		return p11l_bad_argument(key == NULL ? "key" : "session");
	*key = NULL;
	if (value == NULL)
		return p11l_bad_argument("value");
	rv = p11l_key_template(options, CKO_SECRET_KEY, key_type, 8 * size, &template);
	/* Its length follows from the value. */
	p11l_attributes_remove(&template, CKA_VALUE_LEN);
	if (rv == CKR_OK)
		rv = p11l_attributes_set(&template, CKA_VALUE, value, size);
	if (rv == CKR_OK)
		rv = p11l_create_object(session, template.entry, template.count, key);
	p11l_attributes_clear(&template);
	return rv;
}
