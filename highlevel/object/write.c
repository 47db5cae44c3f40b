/* SPDX-License-Identifier: MIT */
/* Attributes that are changed. */
#include "parts.h"

struct write_job {
	struct p11l_job job;
	const CK_ATTRIBUTE *entry;
	CK_ULONG count;
};

static CK_RV write_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct write_job *write = (struct write_job *)job;

	/* The standard's prototype has no const, but the template is only read. */
	return P11L_TRY(job, C_SetAttributeValue, session, p11l_object_handle(job->object[0]),
	        P11L_POINTER(write->entry), write->count);
}

/* What is known changes with the object, and the object may be found by other names now. */
static CK_RV remember(struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
	p11l_cache_forget(object->session, object);
	return p11l_known_add(object, attributes, count);
}

CK_RV p11l_set_attributes(
        struct p11l_object *object, const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
	struct write_job write = {.job = {.step = write_step,
	                                  .object = {object},
	                                  .subject = {P11L_NONE, P11L_NONE, object, NULL},
	                                  .flags = P11L_REPEATABLE | P11L_WRITES},
	        .entry = attributes,
	        .count = count};
	CK_RV rv = p11l_object_check(object, "object");

	if (rv == CKR_OK)
		rv = p11l_check_values(attributes, count);
	if (rv != CKR_OK)
		return rv;
	if (count == 1)
		write.job.subject.attribute = attributes[0].type;
	write.job.session = object->session;
	rv = p11l_run(&write.job);
	return rv == CKR_OK ? remember(object, attributes, count) : rv;
}

CK_RV p11l_set_attribute(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size)
{
	const CK_ATTRIBUTE attribute = {type, P11L_POINTER(value), size};

	return p11l_set_attributes(object, &attribute, 1);
}

CK_RV p11l_set_ulong(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	return p11l_set_attribute(object, type, &value, sizeof(value));
}

CK_RV p11l_set_bool(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	const CK_BBOOL one_or_zero = value != CK_FALSE ? CK_TRUE : CK_FALSE;

	return p11l_set_attribute(object, type, &one_or_zero, sizeof(one_or_zero));
}
