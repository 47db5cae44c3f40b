/* SPDX-License-Identifier: MIT */
/* Objects that are made, copied, destroyed, measured, or brought along by their handles. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

struct object_job {
	struct p11l_job job;
	struct p11l_attributes template;
	CK_OBJECT_HANDLE handle;
	unsigned epoch; /* in which it was got */
	CK_ULONG size;
};

static bool is_for_token(const struct p11l_attributes *template, bool otherwise)
{
	const CK_ATTRIBUTE *token = p11l_attributes_find(template, CKA_TOKEN);

	if (token == NULL || token->ulValueLen != sizeof(CK_BBOOL))
		return otherwise;
	return *(const CK_BBOOL *)token->pValue != CK_FALSE;
}

/* The caller's template without what P11L_UNSET leaves out. */
static CK_RV take_template(
        const CK_ATTRIBUTE *attributes, CK_ULONG count, struct p11l_attributes *template)
{
	CK_RV rv = CKR_OK;

	if (count > 0 && attributes == NULL)
		return p11l_bad_argument("attributes");
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		if (attributes[i].pValue == NULL && attributes[i].ulValueLen == P11L_NONE)
			continue;
		rv = p11l_check_values(&attributes[i], 1);
		if (rv == CKR_OK)
			rv = p11l_attributes_set(template, attributes[i].type, attributes[i].pValue,
			        attributes[i].ulValueLen);
	}
	return rv;
}

static CK_RV create_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct object_job *create = (struct object_job *)job;

	create->epoch = job->pooled->epoch;
	return P11L_TRY(job, C_CreateObject, session, create->template.entry,
	        create->template.count, &create->handle);
}

static CK_RV copy_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct object_job *copy = (struct object_job *)job;

	copy->epoch = job->pooled->epoch;
	return P11L_TRY(job, C_CopyObject, session, p11l_object_handle(job->object[0]),
	        copy->template.entry, copy->template.count, &copy->handle);
}

/*
 * Runs a job that makes an object. Our side of the object is there before, so that there is no
 * object on the token that the caller never hears of.
 */
static CK_RV make(struct object_job *job, const struct p11l_attributes *known, bool on_token,
        struct p11l_object **object)
{
	struct p11l_session *session = job->job.session;
	struct p11l_object *made;
	CK_RV rv;

	rv = p11l_object_new(session, CK_INVALID_HANDLE, known->entry, known->count, &made);
	if (rv != CKR_OK)
		return rv;
	job->job.flags = on_token ? P11L_WRITES : P11L_CREATES;
	rv = p11l_run(&job->job);
	if (rv != CKR_OK) {
		p11l_object_free(made);
		return rv;
	}
	atomic_store(&made->handle, job->handle);
	atomic_store(&made->epoch, job->epoch);
	*object = made;
	return CKR_OK;
}

CK_RV p11l_create_object(struct p11l_session *session, const CK_ATTRIBUTE *attributes,
        CK_ULONG count, struct p11l_object **object)
{
	struct object_job create = {
	        .job = {.step = create_step, .session = session, .subject = *P11L_NO_SUBJECT}};
	CK_RV rv;

	if (object == NULL)
		return p11l_bad_argument("object");
	*object = NULL;
	if (session == NULL)
		return p11l_bad_argument("session");
	rv = take_template(attributes, count, &create.template);
	if (rv == CKR_OK)
		rv = make(&create, &create.template, is_for_token(&create.template, false), object);
	p11l_attributes_clear(&create.template);
	return rv;
}

/* What is known of the copy: what is known of the first, but for what was changed. */
static CK_RV known_of_copy(struct p11l_object *object, const struct p11l_attributes *changes,
        struct p11l_attributes *known)
{
	CK_RV rv = CKR_OK;

	for (const struct p11l_known *k = atomic_load(&object->known); k != NULL; k = k->earlier)
		for (CK_ULONG i = 0; rv == CKR_OK && i < k->count; i++) {
			const CK_ATTRIBUTE *a = &k->entry[i];

			if (a->type != CKA_UNIQUE_ID &&
			        p11l_attributes_find(known, a->type) == NULL)
				rv = p11l_attributes_set(known, a->type, a->pValue, a->ulValueLen);
		}
	for (CK_ULONG i = 0; rv == CKR_OK && i < changes->count; i++)
		rv = p11l_attributes_set(known, changes->entry[i].type, changes->entry[i].pValue,
		        changes->entry[i].ulValueLen);
	return rv;
}

CK_RV p11l_copy_object(struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count,
        struct p11l_object **copy)
{
	struct object_job job = {.job = {.step = copy_step,
	                                 .object = {object},
	                                 .subject = {P11L_NONE, P11L_NONE, object, NULL}}};
	struct p11l_attributes known = {0};
	CK_RV rv;

	if (copy == NULL)
		return p11l_bad_argument("copy");
	*copy = NULL;
	rv = p11l_object_check(object, "object");
	if (rv != CKR_OK)
		return rv;
	job.job.session = object->session;
	rv = take_template(attributes, count, &job.template);
	if (rv == CKR_OK)
		rv = known_of_copy(object, &job.template, &known);
	if (rv == CKR_OK)
		rv = make(&job, &known, is_for_token(&job.template, object->is_stored), copy);
	p11l_attributes_clear(&known);
	p11l_attributes_clear(&job.template);
	return rv;
}

static CK_RV destroy_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	return P11L_TRY(job, C_DestroyObject, session, p11l_object_handle(job->object[0]));
}

/*
 * Not repeatable: the first time may have been successful after all, and another object that looks
 * alike must not go for it.
 */
CK_RV p11l_destroy_object(struct p11l_object *object)
{
	struct p11l_job job = {.step = destroy_step,
	        .object = {object},
	        .subject = {P11L_NONE, P11L_NONE, object, NULL},
	        .flags = P11L_WRITES};
	CK_RV rv = p11l_object_check(object, "object");

	if (rv != CKR_OK)
		return rv;
	job.session = object->session;
	rv = p11l_run(&job);
	if (rv == CKR_OK) {
		p11l_cache_forget(object->session, object);
		atomic_store(&object->dead, true);
	}
	return rv;
}

static CK_RV size_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct object_job *size = (struct object_job *)job;

	return P11L_TRY(
	        job, C_GetObjectSize, session, p11l_object_handle(job->object[0]), &size->size);
}

CK_RV p11l_get_object_size(struct p11l_object *object, CK_ULONG *size)
{
	struct object_job job = {.job = {.step = size_step,
	                                 .object = {object},
	                                 .subject = {P11L_NONE, P11L_NONE, object, NULL},
	                                 .flags = P11L_REPEATABLE}};
	CK_RV rv;

	if (size == NULL)
		return p11l_bad_argument("size");
	*size = 0;
	rv = p11l_object_check(object, "object");
	if (rv != CKR_OK)
		return rv;
	job.job.session = object->session;
	rv = p11l_run(&job.job);
	if (rv == CKR_OK)
		*size = job.size;
	return rv;
}

/* --- By its handle */

struct adopt_job {
	struct p11l_job job;
	struct p11l_reader reader;
	CK_OBJECT_HANDLE handle;
	unsigned epoch; /* in which it is good */
};

static CK_RV adopt_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct adopt_job *adopt = (struct adopt_job *)job;

	adopt->epoch = job->pooled->epoch;
	job->function = "C_GetAttributeValue";
	return p11l_reader_read(&adopt->reader, session, adopt->handle);
}

CK_RV p11l_adopt(struct p11l_session *session, CK_OBJECT_HANDLE handle, struct p11l_object **object)
{
	struct adopt_job adopt = {
	        .job = {.step = adopt_step, .session = session, .subject = *P11L_NO_SUBJECT},
	        .handle = handle};
	CK_RV rv;

	if (object == NULL)
		return p11l_bad_argument("object");
	*object = NULL;
	if (session == NULL)
		return p11l_bad_argument("session");
	rv = p11l_reader_init(&adopt.reader, session, true, NULL, 0);
	if (rv == CKR_OK)
		rv = p11l_run(&adopt.job);
	if (rv == CKR_OK)
		rv = p11l_object_new(
		        session, handle, adopt.reader.found, adopt.reader.found_count, object);
	if (rv == CKR_OK) {
		atomic_store(&(*object)->is_read, true);
		atomic_store(&(*object)->epoch, adopt.epoch);
	}
	p11l_reader_free(&adopt.reader);
	return rv;
}
