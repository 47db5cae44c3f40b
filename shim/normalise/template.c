/* SPDX-License-Identifier: MIT */
/* A template that can be changed without touching the host's. */
#define _GNU_SOURCE
#include "template.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VALUE (16ul << 20) /* a longer value is not looked at */

/* New values that found no room in the template itself. */
struct p11l_template_block {
	struct p11l_template_block *next;
	size_t size;
	CK_BYTE octets[];
};

void p11l_template_open(struct p11l_template *template, CK_ATTRIBUTE *given, CK_ULONG count)
{
	template->entry = given;
	template->count = count;
	template->room = 0;
	template->used = 0;
	template->block = NULL;
	template->opaque = count > P11L_TEMPLATE_MAX ||
	                   (count > 0 && !p11l_readable(given, count * sizeof(*given)));
}

void p11l_template_close(struct p11l_template *template)
{
	while (template->block != NULL) {
		struct p11l_template_block *block = template->block;

		template->block = block->next;
		explicit_bzero(block->octets, block->size);
		free(block);
	}
	explicit_bzero(template->value, template->used);
	if (template->room > P11L_TEMPLATE_ENTRIES)
		free(template->entry);
}

/* Makes the array ours, with room for at least one entry more. */
static bool make_room(struct p11l_template *template)
{
	CK_ULONG room = P11L_TEMPLATE_ENTRIES;
	CK_ATTRIBUTE *entry = template->own;

	if (template->count < template->room)
		return true;
	if (template->count >= room) {
		room = 2 * template->count;
		entry = malloc(room * sizeof(*entry));
		if (entry == NULL)
			return false;
	}
	if (template->count > 0)
		memcpy(entry, template->entry, template->count * sizeof(*entry));
	if (template->room > P11L_TEMPLATE_ENTRIES)
		free(template->entry);
	template->entry = entry;
	template->room = room;
	return true;
}

CK_RV p11l_template_own(struct p11l_template *template)
{
	return make_room(template) ? CKR_OK : CKR_HOST_MEMORY;
}

/* Octets for a new value, which may be a number: vendors read numbers where they are. */
static CK_BYTE *take(struct p11l_template *template, size_t size)
{
	struct p11l_template_block *block;
	size_t room = (size + sizeof(CK_ULONG) - 1) / sizeof(CK_ULONG) * sizeof(CK_ULONG);

	if (room <= sizeof(template->value) - template->used) {
		template->used += room;
		return template->value + template->used - room;
	}
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	block->next = template->block;
	block->size = size;
	template->block = block;
	return block->octets;
}

static CK_ULONG place_of(const struct p11l_template *template, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG place = 0;

	while (!template->opaque && place < template->count && template->entry[place].type != type)
		place++;
	return template->opaque ? template->count : place;
}

const CK_ATTRIBUTE *p11l_template_at(const struct p11l_template *template, CK_ULONG place)
{
	return !template->opaque && place < template->count ? &template->entry[place] : NULL;
}

const CK_ATTRIBUTE *p11l_template_find(const struct p11l_template *template, CK_ATTRIBUTE_TYPE type)
{
	return p11l_template_at(template, place_of(template, type));
}

const CK_BYTE *p11l_template_value(const CK_ATTRIBUTE *entry)
{
	static const CK_BYTE empty[1];

	if (entry->ulValueLen == 0)
		return empty;
	if (entry->pValue == NULL || entry->ulValueLen > MAX_VALUE ||
	        !p11l_readable(entry->pValue, entry->ulValueLen))
		return NULL;
	return entry->pValue;
}

/* A value of exactly this size. */
static bool get(
        const struct p11l_template *template, CK_ATTRIBUTE_TYPE type, void *value, CK_ULONG size)
{
	const CK_ATTRIBUTE *entry = p11l_template_find(template, type);
	const CK_BYTE *octets =
	        entry != NULL && entry->ulValueLen == size ? p11l_template_value(entry) : NULL;

	if (octets == NULL)
		return false;
	memcpy(value, octets, size);
	return true;
}

bool p11l_template_bool(const struct p11l_template *template, CK_ATTRIBUTE_TYPE type, bool *value)
{
	CK_BBOOL octet;

	if (!get(template, type, &octet, sizeof(octet)))
		return false;
	*value = octet != CK_FALSE;
	return true;
}

bool p11l_template_number(
        const struct p11l_template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	return get(template, type, value, sizeof(*value));
}

CK_RV p11l_template_point_at(
        struct p11l_template *template, CK_ULONG place, const void *value, CK_ULONG size)
{
	if (!make_room(template))
		return CKR_HOST_MEMORY;
	template->entry[place].pValue = (void *)(uintptr_t)value;
	template->entry[place].ulValueLen = size;
	return CKR_OK;
}

CK_RV p11l_template_point(
        struct p11l_template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size)
{
	CK_ULONG place = place_of(template, type);

	if (!make_room(template))
		return CKR_HOST_MEMORY;
	if (place == template->count)
		template->entry[template->count++].type = type;
	return p11l_template_point_at(template, place, value, size);
}

CK_RV p11l_template_put_at(
        struct p11l_template *template, CK_ULONG place, const void *value, CK_ULONG size)
{
	CK_BYTE *octets = take(template, size);

	if (octets == NULL)
		return CKR_HOST_MEMORY;
	memcpy(octets, value, size);
	return p11l_template_point_at(template, place, octets, size);
}

CK_RV p11l_template_put(
        struct p11l_template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size)
{
	CK_BYTE *octets = take(template, size);

	if (octets == NULL)
		return CKR_HOST_MEMORY;
	memcpy(octets, value, size);
	return p11l_template_point(template, type, octets, size);
}

CK_RV p11l_template_put_bool(struct p11l_template *template, CK_ATTRIBUTE_TYPE type, bool value)
{
	static const CK_BBOOL octets[] = {CK_FALSE, CK_TRUE};

	return p11l_template_point(template, type, &octets[value], sizeof(octets[0]));
}

CK_RV p11l_template_put_number(
        struct p11l_template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	return p11l_template_put(template, type, &value, sizeof(value));
}

CK_RV p11l_template_remove_at(struct p11l_template *template, CK_ULONG place)
{
	if (!make_room(template))
		return CKR_HOST_MEMORY;
	template->count--;
	memmove(&template->entry[place], &template->entry[place + 1],
	        (template->count - place) * sizeof(template->entry[0]));
	return CKR_OK;
}

CK_RV p11l_template_remove(struct p11l_template *template, CK_ATTRIBUTE_TYPE type)
{
	CK_RV rv = CKR_OK;
	CK_ULONG place;

	while (rv == CKR_OK && (place = place_of(template, type)) < template->count &&
	        !template->opaque)
		rv = p11l_template_remove_at(template, place);
	return rv;
}
