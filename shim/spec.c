/* SPDX-License-Identifier: MIT */
#include "spec.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int compare_constant(const void *key, const void *row)
{
	CK_ULONG value = *(const CK_ULONG *)key;
	CK_ULONG other = ((const struct p11l_constant *)row)->value;

	return value < other ? -1 : value > other;
}

const char *p11l_name(unsigned space, CK_ULONG value)
{
	const struct p11l_space *row = &p11l_spaces[space];
	const struct p11l_constant *found = bsearch(
	        &value, row->constant, row->count, sizeof(row->constant[0]), compare_constant);

	return found != NULL ? found->name : NULL;
}

static int compare_attribute(const void *key, const void *row)
{
	CK_ATTRIBUTE_TYPE type = *(const CK_ATTRIBUTE_TYPE *)key;
	CK_ATTRIBUTE_TYPE other = ((const struct p11l_attribute *)row)->type;

	return type < other ? -1 : type > other;
}

/* A place for each attribute, shared by as few as can be, and by none of those often asked for. */
#define PLACES 256
static size_t place_of(CK_ATTRIBUTE_TYPE type)
{
	return (type + (type >> 8) * 29) % PLACES;
}

const struct p11l_attribute *p11l_find_attribute(CK_ATTRIBUTE_TYPE type)
{
	/* Where one was found before, because programs ask for the same few again and again. */
	static _Atomic(const struct p11l_attribute *) recent[PLACES];
	size_t place = place_of(type);
	const struct p11l_attribute *found =
	        atomic_load_explicit(&recent[place], memory_order_relaxed);

	if (found == NULL || found->type != type) {
		found = bsearch(&type, p11l_attributes, p11l_attribute_count,
		        sizeof(p11l_attributes[0]), compare_attribute);
		atomic_store_explicit(&recent[place], found, memory_order_relaxed);
	}
	return found;
}

static int compare_mechanism(const void *key, const void *row)
{
	CK_MECHANISM_TYPE type = *(const CK_MECHANISM_TYPE *)key;
	CK_MECHANISM_TYPE other = ((const struct p11l_mechanism_row *)row)->type;

	return type < other ? -1 : type > other;
}

const struct p11l_mechanism_row *p11l_find_mechanism(CK_MECHANISM_TYPE type)
{
	return bsearch(&type, p11l_mechanisms, p11l_mechanism_count, sizeof(p11l_mechanisms[0]),
	        compare_mechanism);
}

const struct p11l_curve *p11l_find_curve(const uint8_t *der, size_t length)
{
	for (size_t i = 0; i < p11l_curve_count; i++)
		if (p11l_curves[i].length == length && memcmp(p11l_curves[i].oid, der, length) == 0)
			return &p11l_curves[i];
	return NULL;
}

static bool has_name(const struct p11l_curve *curve, const char *name, size_t length)
{
	for (const char *is = curve->name; *is != '\0'; is += strlen(is) + 1)
		if (strlen(is) == length && strncasecmp(is, name, length) == 0)
			return true;
	return false;
}

const struct p11l_curve *p11l_find_curve_named(const char *name, size_t length)
{
	for (size_t i = 0; i < p11l_curve_count; i++)
		if (has_name(&p11l_curves[i], name, length))
			return &p11l_curves[i];
	return NULL;
}

int p11l_find_function(const char *name)
{
	for (int i = 0; i < P11L_FUNCTIONS; i++)
		if (strcmp(p11l_functions[i].name, name) == 0)
			return i;
	return -1;
}

bool p11l_find_constant(const char *space, const char *name, CK_ULONG *value)
{
	for (unsigned s = 0; s < P11L_SPACES; s++) {
		const struct p11l_space *row = &p11l_spaces[s];

		for (unsigned i = 0; strcmp(row->id, space) == 0 && i < row->count; i++) {
			if (strcmp(row->constant[i].name, name) == 0) {
				*value = row->constant[i].value;
				return true;
			}
		}
	}
	return false;
}
