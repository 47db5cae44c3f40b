/* SPDX-License-Identifier: MIT */
/*
 * Objects that are looked up anew, because their handle is of a time before the module was
 * initialised again, or is refused. It must be the same object: a key that merely has the same name
 * is none.
 */
#include "parts.h"

#include <string.h>

#define MOST_TWINS 2 /* handles that are looked at: one is the object, two are none */

/* What an object is recognised by, in the order of the templates below. */
static const CK_ATTRIBUTE_TYPE unique[] = {CKA_UNIQUE_ID};
static const CK_ATTRIBUTE_TYPE usual[] = {CKA_CLASS, CKA_KEY_TYPE, CKA_ID, CKA_LABEL};

/* What shows that it is another one. */
static const CK_ATTRIBUTE_TYPE telling[] = {CKA_CLASS, CKA_KEY_TYPE, CKA_ID, CKA_LABEL, CKA_MODULUS,
        CKA_EC_POINT, CKA_PRIME, CKA_VALUE_LEN, CKA_UNIQUE_ID};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static CK_ULONG known_of(const struct p11l_object *object, const CK_ATTRIBUTE_TYPE *type,
        size_t count, CK_ATTRIBUTE *template)
{
	CK_ULONG n = 0;

	for (size_t i = 0; i < count; i++) {
		const CK_ATTRIBUTE *known = p11l_object_known(object, type[i]);

		if (known != NULL && known->ulValueLen > 0)
			template[n++] = *known;
	}
	return n;
}

/* How many objects have all this, up to MOST_TWINS; the first of them. */
static CK_RV look(struct p11l_session *session, CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template,
        CK_ULONG size, CK_OBJECT_HANDLE *found, CK_ULONG *count)
{
	const CK_FUNCTION_LIST_3_2 *functions = session->module->functions;
	CK_OBJECT_HANDLE twins[MOST_TWINS];
	CK_RV rv, ended;

	*count = 0;
	rv = functions->C_FindObjectsInit(handle, template, size);
	if (rv != CKR_OK)
		return rv;
	rv = functions->C_FindObjects(handle, twins, MOST_TWINS, count);
	ended = functions->C_FindObjectsFinal(handle);
	if (rv == CKR_OK && *count > 0)
		*found = twins[0];
	return rv == CKR_OK ? ended : rv;
}

/* Whether what this handle is of differs in nothing that is known. */
static CK_RV compare(struct p11l_object *object, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE found)
{
	struct p11l_reader reader;
	CK_RV rv = p11l_reader_init(&reader, object->session, true, NULL, 0);

	if (rv != CKR_OK)
		return rv;
	reader.object_class = object->object_class;
	reader.key_type = object->key_type;
	rv = p11l_reader_read(&reader, session, found);
	for (size_t i = 0; rv == CKR_OK && i < COUNT(telling); i++) {
		const CK_ATTRIBUTE *was = p11l_object_known(object, telling[i]);
		const CK_ATTRIBUTE *is =
		        p11l_attribute_in(reader.found, reader.found_count, telling[i]);

		if (was != NULL && is != NULL &&
		        (was->ulValueLen != is->ulValueLen ||
		                memcmp(was->pValue, is->pValue, was->ulValueLen) != 0))
			rv = P11L_CKR_DEAD;
	}
	p11l_reader_free(&reader);
	return rv;
}

/* By its unique identifier; modules before 3.0 know none. */
static CK_RV look_unique(struct p11l_object *object, CK_SESSION_HANDLE session,
        CK_OBJECT_HANDLE *found, CK_ULONG *count)
{
	CK_ATTRIBUTE template[COUNT(unique)];
	CK_ULONG size = known_of(object, unique, COUNT(unique), template);

	*count = 0;
	return size > 0 ? look(object->session, session, template, size, found, count) : CKR_OK;
}

static CK_RV look_usual(struct p11l_object *object, CK_SESSION_HANDLE session,
        CK_OBJECT_HANDLE *found, CK_ULONG *count)
{
	CK_ATTRIBUTE template[COUNT(usual)];
	CK_ULONG size = known_of(object, usual, COUNT(usual), template);

	*count = 0;
	/* Something without a name cannot be told from others of its kind. */
	if (p11l_attribute_in(template, size, CKA_ID) == NULL &&
	        p11l_attribute_in(template, size, CKA_LABEL) == NULL)
		return CKR_OK;
	return look(object->session, session, template, size, found, count);
}

static CK_RV refind(struct p11l_object *object, CK_SESSION_HANDLE session)
{
	unsigned epoch = atomic_load(&object->session->module->epoch);
	CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
	CK_ULONG count = 0;
	CK_RV rv;

	if (!object->is_stored)
		return P11L_CKR_DEAD;
	rv = look_unique(object, session, &found, &count);
	if (p11l_is_of_session(rv))
		return rv;
	if (rv != CKR_OK || count == 0)
		rv = look_usual(object, session, &found, &count);
	if (rv == CKR_OK && count != 1)
		rv = P11L_CKR_DEAD;
	if (rv == CKR_OK)
		rv = compare(object, session, found);
	if (rv == CKR_OK) {
		atomic_store(&object->handle, found);
		atomic_store(&object->epoch, epoch);
	}
	return rv;
}

CK_RV p11l_object_refind(struct p11l_object *object, CK_SESSION_HANDLE session)
{
	CK_RV rv;

	if (object->is_local || atomic_load(&object->dead))
		return P11L_CKR_DEAD;
	rv = refind(object, session);
	if (rv == P11L_CKR_DEAD)
		atomic_store(&object->dead, true);
	return rv;
}
