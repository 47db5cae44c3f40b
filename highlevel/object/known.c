/* SPDX-License-Identifier: MIT */
/* What is known of an object without asking. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT sizeof(CK_ULONG)

static bool may_be_kept(const CK_ATTRIBUTE *entry, CK_OBJECT_CLASS object_class)
{
	return entry->ulValueLen != CK_UNAVAILABLE_INFORMATION &&
	       (entry->pValue != NULL || entry->ulValueLen == 0) &&
	       !p11l_value_is_template(entry->type) &&
	       !p11l_value_is_secret(entry->type, object_class);
}

/* Where the next value begins, with a NUL behind this one. */
static CK_ULONG behind(CK_ULONG at, CK_ULONG size)
{
	return (at + size + 1 + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static CK_OBJECT_CLASS class_in(const CK_ATTRIBUTE *entry, CK_ULONG count, CK_OBJECT_CLASS known)
{
	const CK_ATTRIBUTE *found = p11l_attribute_in(entry, count, CKA_CLASS);
	CK_OBJECT_CLASS object_class = known;

	if (found != NULL && found->pValue != NULL && found->ulValueLen == sizeof(object_class))
		memcpy(&object_class, found->pValue, sizeof(object_class));
	return object_class;
}

static void push(struct p11l_object *object, struct p11l_known *known)
{
	known->earlier = atomic_load(&object->known);
	while (!atomic_compare_exchange_weak(&object->known, &known->earlier, known))
		continue;
}

CK_RV p11l_known_add(struct p11l_object *object, const CK_ATTRIBUTE *entry, CK_ULONG count)
{
	CK_OBJECT_CLASS object_class = class_in(entry, count, object->object_class);
	CK_ULONG octets = 0, kept = 0;
	struct p11l_known *known;
	CK_BYTE *value;

	for (CK_ULONG i = 0; i < count; i++) {
		if (!may_be_kept(&entry[i], object_class))
			continue;
		octets = behind(octets, entry[i].ulValueLen);
		kept++;
	}
	if (kept == 0)
		return CKR_OK;
	known = calloc(1, sizeof(*known) + kept * sizeof(known->entry[0]) + octets);
	if (known == NULL)
		return p11l_no_memory();
	value = (CK_BYTE *)&known->entry[kept];
	octets = 0;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_ATTRIBUTE *to = &known->entry[known->count];

		if (!may_be_kept(&entry[i], object_class))
			continue;
		*to = (CK_ATTRIBUTE){entry[i].type, value + octets, entry[i].ulValueLen};
		if (to->ulValueLen > 0)
			memcpy(to->pValue, entry[i].pValue, to->ulValueLen);
		octets = behind(octets, to->ulValueLen);
		known->count++;
	}
	push(object, known);
	return CKR_OK;
}

void p11l_known_free(struct p11l_object *object)
{
	struct p11l_known *known = atomic_load(&object->known);

	while (known != NULL) {
		struct p11l_known *earlier = known->earlier;

		free(known);
		known = earlier;
	}
}

const CK_ATTRIBUTE *p11l_object_known(const struct p11l_object *object, CK_ATTRIBUTE_TYPE type)
{
	for (const struct p11l_known *known = atomic_load(&object->known); known != NULL;
	        known = known->earlier) {
		const CK_ATTRIBUTE *found = p11l_attribute_in(known->entry, known->count, type);

		if (found != NULL)
			return found;
	}
	return NULL;
}

CK_ULONG p11l_known_ulong(
        const struct p11l_object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise)
{
	const CK_ATTRIBUTE *known = p11l_object_known(object, type);
	CK_ULONG value = otherwise;

	if (known != NULL && known->ulValueLen == sizeof(value))
		memcpy(&value, known->pValue, sizeof(value));
	return value;
}

bool p11l_known_bool(const struct p11l_object *object, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *known = p11l_object_known(object, type);

	return known != NULL && known->ulValueLen == sizeof(CK_BBOOL) &&
	       *(const CK_BBOOL *)known->pValue != CK_FALSE;
}
