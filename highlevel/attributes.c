/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "highlevel/api/attributes.h"

#include "refuse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM  16  /* entries; more than any key has when it was just decoded */
#define FIRST_ARENA 512 /* octets */
#define ALIGNMENT   sizeof(CK_ULONG)

static CK_RV grow_entries(struct p11l_attributes *a)
{
	CK_ULONG room = a->room > 0 ? 2 * a->room : FIRST_ROOM;
	CK_ATTRIBUTE *larger = realloc(a->entry, room * sizeof(*larger));

	if (larger == NULL)
		return p11l_no_memory();
	a->entry = larger;
	a->room = room;
	return CKR_OK;
}

/* No realloc, which would leave secrets behind; the values move, so their pointers do. */
static CK_RV grow_arena(struct p11l_attributes *a, CK_ULONG needed)
{
	CK_ULONG size = a->size > 0 ? 2 * a->size : FIRST_ARENA;
	CK_BYTE *larger;

	if (size < needed)
		size = needed;
	larger = malloc(size);
	if (larger == NULL)
		return p11l_no_memory();
	for (CK_ULONG i = 0; i < a->count; i++)
		if (a->entry[i].pValue != NULL)
			a->entry[i].pValue = larger + ((CK_BYTE *)a->entry[i].pValue - a->arena);
	if (a->arena != NULL) {
		memcpy(larger, a->arena, a->used);
		explicit_bzero(a->arena, a->size);
	}
	free(a->arena);
	a->arena = larger;
	a->size = size;
	return CKR_OK;
}

CK_RV p11l_attributes_set(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type,
        const void *value, CK_ULONG size)
{
	CK_ULONG start = (attributes->used + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	CK_ULONG said = size;
	CK_RV rv = CKR_OK;

	/* P11L_UNSET: an attribute that is to be left out has no octets. */
	if (value == NULL && size == P11L_NONE)
		size = 0;
	if (size > (CK_ULONG)PTRDIFF_MAX - start)
		return p11l_no_memory();
	p11l_attributes_remove(attributes, type);
	if (attributes->count == attributes->room)
		rv = grow_entries(attributes);
	if (rv == CKR_OK && start + size > attributes->size)
		rv = grow_arena(attributes, start + size);
	if (rv != CKR_OK)
		return rv;
	attributes->entry[attributes->count++] =
	        (CK_ATTRIBUTE){type, size > 0 ? attributes->arena + start : NULL, said};
	if (size > 0)
		memcpy(attributes->arena + start, value, size);
	attributes->used = start + size;
	return CKR_OK;
}

CK_RV p11l_attributes_set_ulong(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	return p11l_attributes_set(attributes, type, &value, sizeof(value));
}

CK_RV p11l_attributes_set_bool(
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	return p11l_attributes_set(attributes, type, &value, sizeof(value));
}

void p11l_attributes_remove(struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < attributes->count; i++) {
		CK_ATTRIBUTE *entry = &attributes->entry[i];

		if (entry->type != type)
			continue;
		if (entry->pValue != NULL)
			explicit_bzero(entry->pValue, entry->ulValueLen);
		attributes->count--;
		memmove(entry, entry + 1, (attributes->count - i) * sizeof(*entry));
		return;
	}
}

const CK_ATTRIBUTE *p11l_attribute_in(
        const CK_ATTRIBUTE *entry, CK_ULONG count, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (entry[i].type == type)
			return &entry[i];
	return NULL;
}

const CK_ATTRIBUTE *p11l_attributes_find(
        const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type)
{
	return p11l_attribute_in(attributes->entry, attributes->count, type);
}

void p11l_attributes_clear(struct p11l_attributes *attributes)
{
	if (attributes == NULL)
		return;
	if (attributes->arena != NULL)
		explicit_bzero(attributes->arena, attributes->size);
	free(attributes->arena);
	free(attributes->entry);
	memset(attributes, 0, sizeof(*attributes));
}
