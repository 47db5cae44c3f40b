/* SPDX-License-Identifier: MIT */
/* Attributes of one object: from memory, or by as few calls as can be. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM  4096  /* octets; on the stack */
#define SECOND_ROOM 65536 /* when the module does not say how many */

/* --- One attribute */

struct read_one {
	struct p11l_job job;
	CK_ATTRIBUTE attribute; /* the value, in first or larger */
	CK_BYTE first[FIRST_ROOM];
	CK_BYTE *larger;
	CK_ULONG size; /* of larger */
};

static CK_RV call_one(struct read_one *read, CK_SESSION_HANDLE session, void *room, CK_ULONG size)
{
	CK_RV rv;

	read->attribute.pValue = room;
	read->attribute.ulValueLen = size;
	rv = P11L_TRY(&read->job, C_GetAttributeValue, session,
	        p11l_object_handle(read->job.object[0]), &read->attribute, 1);
	/* No error, but no value either. */
	if (rv == CKR_OK && read->attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION) {
		read->job.function = "C_GetAttributeValue";
		return CKR_ATTRIBUTE_TYPE_INVALID;
	}
	if (rv == CKR_OK && room != NULL && read->attribute.ulValueLen > size)
		return CKR_BUFFER_TOO_SMALL;
	return rv;
}

static void drop_larger(struct read_one *read)
{
	if (read->larger != NULL)
		explicit_bzero(read->larger, read->size);
	free(read->larger);
	read->larger = NULL;
}

static CK_RV call_larger(struct read_one *read, CK_SESSION_HANDLE session, CK_ULONG size)
{
	drop_larger(read);
	read->larger = malloc(size);
	read->size = size;
	return read->larger != NULL ? call_one(read, session, read->larger, size)
	                            : p11l_no_memory();
}

static CK_RV read_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct read_one *read = (struct read_one *)job;
	CK_ULONG room = p11l_value_room(read->attribute.type, FIRST_ROOM);
	CK_RV rv = call_one(read, session, read->first, room);
	CK_ULONG size = read->attribute.ulValueLen;

	if (rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	/* Some say how long it is, but the standard does not ask them to. */
	rv = call_larger(read, session, size > room && size != P11L_NONE ? size : SECOND_ROOM);
	if (rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	rv = call_one(read, session, NULL, 0);
	return rv == CKR_OK ? call_larger(read, session, read->attribute.ulValueLen) : rv;
}

/* A NUL stands behind the value, unless a buffer of the caller's has no room for it. */
static CK_RV hand_out(
        const struct p11l_object *object, const CK_ATTRIBUTE *attribute, struct p11l_buffer *value)
{
	CK_ULONG size = attribute->ulValueLen;
	CK_RV rv;

	if (p11l_value_is_secret(attribute->type, object->object_class))
		value->flags |= P11L_SECRET;
	p11l_buffer_clear(value);
	rv = p11l_buffer_reserve(value, (value->flags & P11L_FIXED) != 0 ? size : size + 1);
	if (rv == CKR_OK)
		rv = p11l_buffer_append(value, attribute->pValue, size);
	if (rv == CKR_OK && value->cap > size)
		value->p[size] = '\0';
	return rv;
}

static CK_RV read_one(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, struct p11l_buffer *value)
{
	struct read_one read = {.job = {.step = read_step,
	                                .session = object->session,
	                                .object = {object},
	                                .subject = {P11L_NONE, type, object, NULL},
	                                .flags = P11L_REPEATABLE},
	        .attribute.type = type};
	CK_RV rv = p11l_run(&read.job);

	if (rv == CKR_OK)
		rv = hand_out(object, &read.attribute, value);
	drop_larger(&read);
	explicit_bzero(read.first, sizeof(read.first));
	return rv;
}

/* --- Several */

struct read_many {
	struct p11l_job job;
	struct p11l_reader reader;
};

static CK_RV read_many_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct read_many *read = (struct read_many *)job;

	job->function = "C_GetAttributeValue";
	return p11l_reader_read(&read->reader, session, p11l_object_handle(job->object[0]));
}

static CK_RV read_begin(struct read_many *read, struct p11l_object *object, bool usual,
        const CK_ATTRIBUTE_TYPE *types, CK_ULONG count)
{
	memset(read, 0, sizeof(*read));
	read->job = (struct p11l_job){.step = read_many_step,
	        .session = object->session,
	        .object = {object},
	        .subject = {P11L_NONE, P11L_NONE, object, NULL},
	        .flags = P11L_REPEATABLE};
	return p11l_reader_init(&read->reader, object->session, usual, types, count);
}

/* What was read of the usual attributes is known from now on. */
static CK_RV remember(struct p11l_object *object, const struct p11l_reader *reader)
{
	CK_RV rv;

	if (reader->usual == 0 || atomic_exchange(&object->is_read, true))
		return CKR_OK;
	rv = p11l_known_add(object, reader->found, reader->found_count);
	if (p11l_known_bool(object, CKA_ALWAYS_AUTHENTICATE))
		atomic_store(&object->always_authenticate, true);
	return rv;
}

/* An object that was made is read when something of it is asked for, then all that is usual. */
static CK_RV read_usual(struct p11l_object *object)
{
	struct read_many read;
	CK_RV rv = read_begin(&read, object, true, NULL, 0);

	if (rv != CKR_OK)
		return rv;
	read.reader.object_class = object->object_class;
	read.reader.key_type = object->key_type;
	rv = p11l_run(&read.job);
	if (rv == CKR_OK)
		rv = remember(object, &read.reader);
	p11l_reader_free(&read.reader);
	return rv;
}

CK_RV p11l_get_attribute(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, struct p11l_buffer *value)
{
	const CK_ATTRIBUTE *known;
	CK_RV rv = CKR_OK;

	if (value == NULL)
		return p11l_bad_argument("value");
	p11l_buffer_clear(value);
	if (object == NULL)
		return p11l_bad_argument("object");
	known = p11l_object_known(object, type);
	if (known != NULL)
		return hand_out(object, known, value);
	if (object->is_local)
		return p11l_refuse(CKR_ATTRIBUTE_TYPE_INVALID, p11l_constant_name("CKA_", type),
		        NULL, "is not among the attributes of this local object");
	rv = p11l_object_check(object, "object");
	if (rv == CKR_OK && p11l_is_usual(type) && !atomic_load(&object->is_read))
		rv = read_usual(object);
	known = rv == CKR_OK ? p11l_object_known(object, type) : NULL;
	if (known != NULL)
		return hand_out(object, known, value);
	return rv == CKR_OK ? read_one(object, type, value) : rv;
}

static CK_RV get_fixed(
        struct p11l_object *object, CK_ATTRIBUTE_TYPE type, void *value, CK_ULONG size)
{
	struct p11l_buffer buffer = {0};
	CK_RV rv = p11l_get_attribute(object, type, &buffer);

	if (rv == CKR_OK && buffer.len != size)
		rv = p11l_refuse(CKR_ATTRIBUTE_VALUE_INVALID, p11l_constant_name("CKA_", type),
		        NULL, "has %lu octets, where %lu are expected", buffer.len, size);
	if (rv == CKR_OK)
		memcpy(value, buffer.p, size);
	p11l_buffer_free(&buffer);
	return rv;
}

CK_RV p11l_get_ulong(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	if (value == NULL)
		return p11l_bad_argument("value");
	*value = 0;
	return get_fixed(object, type, value, sizeof(*value));
}

CK_RV p11l_get_bool(struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL *value)
{
	if (value == NULL)
		return p11l_bad_argument("value");
	*value = CK_FALSE;
	return get_fixed(object, type, value, sizeof(*value));
}

/* Values that may be too long for the room they had, or not there: one by one. */
static CK_RV read_the_rest(struct p11l_object *object, const struct p11l_reader *reader,
        const CK_ATTRIBUTE_TYPE *types, CK_ULONG count, struct p11l_attributes *values)
{
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		struct p11l_buffer value = {.flags = P11L_SECRET};

		if (!p11l_reader_lacks(reader, types[i]))
			continue;
		if (read_one(object, types[i], &value) == CKR_OK)
			rv = p11l_attributes_set(values, types[i], value.p, value.len);
		p11l_buffer_free(&value);
	}
	return rv;
}

static CK_RV read_missing(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        CK_ULONG count, bool usual, struct p11l_attributes *values)
{
	struct read_many read;
	CK_RV rv = read_begin(&read, object, usual, types, count);

	if (rv != CKR_OK)
		return rv;
	read.reader.object_class = object->object_class;
	read.reader.key_type = object->key_type;
	if (count == 1)
		read.job.subject.attribute = types[0];
	rv = p11l_run(&read.job);
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		const CK_ATTRIBUTE *found =
		        p11l_attribute_in(read.reader.found, read.reader.found_count, types[i]);

		if (found != NULL)
			rv = p11l_attributes_set(
			        values, types[i], found->pValue, found->ulValueLen);
	}
	if (rv == CKR_OK)
		rv = remember(object, &read.reader);
	if (rv == CKR_OK)
		rv = read_the_rest(object, &read.reader, types, count, values);
	if (rv == CKR_OK && values->count == 0)
		rv = p11l_vendor_refused(object->session->module,
		        read.reader.said != CKR_OK ? read.reader.said : CKR_ATTRIBUTE_TYPE_INVALID,
		        "C_GetAttributeValue", &read.job.subject);
	p11l_reader_free(&read.reader);
	return rv;
}

/* What is known goes into values; the others are put together in missing. */
static CK_RV take_known(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types, CK_ULONG count,
        struct p11l_attributes *values, CK_ATTRIBUTE_TYPE *missing, CK_ULONG *missing_count)
{
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		const CK_ATTRIBUTE *known = p11l_object_known(object, types[i]);

		if (known != NULL)
			rv = p11l_attributes_set(
			        values, types[i], known->pValue, known->ulValueLen);
		else
			missing[(*missing_count)++] = types[i];
	}
	return rv;
}

static CK_RV get_many(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types, CK_ULONG count,
        CK_ATTRIBUTE_TYPE *missing, struct p11l_attributes *values)
{
	CK_ULONG missing_count = 0;
	bool usual = false;
	CK_RV rv = take_known(object, types, count, values, missing, &missing_count);

	if (rv != CKR_OK || missing_count == 0)
		return rv;
	if (object->is_local && values->count > 0)
		return CKR_OK;
	if (object->is_local)
		return p11l_refuse(CKR_ATTRIBUTE_TYPE_INVALID, NULL, NULL,
		        "none of them is among the attributes of this local object");
	for (CK_ULONG i = 0; i < missing_count && !atomic_load(&object->is_read); i++)
		usual = usual || p11l_is_usual(missing[i]);
	rv = p11l_object_check(object, "object");
	if (rv == CKR_OK)
		rv = read_missing(object, missing, missing_count, usual, values);
	return rv;
}

CK_RV p11l_get_attributes(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        CK_ULONG count, struct p11l_attributes *values)
{
	CK_ATTRIBUTE_TYPE *missing;
	CK_RV rv;

	if (values == NULL)
		return p11l_bad_argument("values");
	p11l_attributes_clear(values);
	if (object == NULL)
		return p11l_bad_argument("object");
	if (types == NULL && count > 0)
		return p11l_bad_argument("types");
	missing = calloc(count + 1, sizeof(*missing));
	if (missing == NULL)
		return p11l_no_memory();
	rv = get_many(object, types, count, missing, values);
	if (rv != CKR_OK)
		p11l_attributes_clear(values);
	free(missing);
	return rv;
}
