/* SPDX-License-Identifier: MIT */
/* Looking things up by name. The lists are short and read once, so a walk is enough. */
#include <string.h>

#include "model.h"

size_t find_word(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return NOWHERE;
}

size_t find_space(const char *id)
{
	for (size_t i = 0; i < spec.spaces.count; i++) {
		if (strcmp(spec.spaces.item[i].id, id) == 0)
			return i;
	}
	return NOWHERE;
}

size_t find_record(const char *name)
{
	for (size_t i = 0; i < spec.records.count; i++) {
		if (strcmp(spec.records.item[i].name, name) == 0)
			return i;
	}
	return NOWHERE;
}

size_t find_type(const char *name)
{
	for (size_t i = 0; i < spec.types.count; i++) {
		if (strcmp(spec.types.item[i].name, name) == 0)
			return i;
	}
	return NOWHERE;
}

size_t find_function(const char *name)
{
	for (size_t i = 0; i < spec.functions.count; i++) {
		if (strcmp(spec.functions.item[i].name, name) == 0)
			return i;
	}
	return NOWHERE;
}

size_t find_layer(const char *name)
{
	for (size_t i = 0; i < spec.layers.count; i++) {
		if (strcmp(spec.layers.item[i].name, name) == 0)
			return i;
	}
	return NOWHERE;
}

size_t find_family(const char *name)
{
	for (size_t i = 0; i < spec.families.count; i++) {
		if (strcmp(spec.families.item[i].name, name) == 0)
			return i;
	}
	return NOWHERE;
}

bool rule_hooks(const struct rule_at *at, size_t function)
{
	return (at->functions[function / 64] >> function % 64 & 1) != 0;
}

/* A constant by its name, among the spaces whose values have the C type (any when NULL). */
const struct constant *find_constant(const char *name, const char *ctype)
{
	for (size_t i = 0; i < spec.spaces.count; i++) {
		const struct space *space = &spec.spaces.item[i];

		if (ctype != NULL && strcmp(space->ctype, ctype) != 0)
			continue;
		for (size_t j = 0; j < space->count; j++) {
			if (strcmp(space->constant[j].name, name) == 0)
				return &space->constant[j];
		}
	}
	return NULL;
}

static void cut_pointers(struct ctype *type)
{
	for (;;) {
		size_t length = strlen(type->base);

		if (length <= 4 || strcmp(type->base + length - 4, "_PTR") != 0)
			return;
		type->base[length - 4] = '\0';
		type->pointers++;
	}
}

static bool find_number(struct ctype *type)
{
	size_t row = find_type(type->base);

	for (size_t i = 0; i < BASE_TYPES; i++) {
		if (strcmp(base_types[i].name, type->base) == 0) {
			type->root = base_types[i].root;
			return true;
		}
	}
	if (row == NOWHERE)
		return false;
	type->root = spec.types.item[row].root;
	type->space = spec.types.item[row].ref;
	return true;
}

static enum kind find_fixed(const char *base)
{
	if (strcmp(base, "CK_VOID") == 0)
		return KIND_VOID;
	for (size_t i = 0; i < CALLBACKS; i++) {
		if (strcmp(callbacks[i].name, base) == 0)
			return KIND_CALLBACK;
	}
	for (size_t i = 0; i < FUNCTION_LISTS; i++) {
		if (strcmp(function_lists[i].name, base) == 0)
			return KIND_LIST;
	}
	return KIND_UNKNOWN;
}

struct ctype find_ctype(const char *name)
{
	struct ctype type = {.space = NOWHERE};
	size_t record;

	if (strlen(name) >= sizeof type.base)
		return type;
	memcpy(type.base, name, strlen(name) + 1);
	cut_pointers(&type);
	record = find_record(type.base);
	if (record != NOWHERE) {
		type.kind = KIND_STRUCT;
		type.record = &spec.records.item[record];
	} else {
		type.kind = find_number(&type) ? KIND_NUMBER : find_fixed(type.base);
	}
	if (type.kind == KIND_VOID && type.pointers == 0)
		type.kind = KIND_UNKNOWN;
	return type;
}
