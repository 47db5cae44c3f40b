/* SPDX-License-Identifier: MIT */
/* Fields and parameters: C type, role and length together, and the order of the blocks. */
#include <string.h>

#include "read.h"

static void check_ctype(const struct member *member, const struct ctype *ctype)
{
	if (find_constant(member->name, NULL) != NULL)
		bad(&member->place, "'%s' is the name of a constant", member->name);
	if (ctype->kind == KIND_UNKNOWN)
		bad(&member->place, "unknown type '%s'", member->ctype);
	if (ctype->kind == KIND_STRUCT && ctype->record->internal)
		bad(&member->place, "'%s' is internal and no header has it", member->ctype);
	if (ctype->pointers > 2)
		bad(&member->place, "'%s': more than two pointers deep", member->ctype);
	if (ctype->pointers > 0 && ctype->kind == KIND_CALLBACK)
		bad(&member->place, "'%s': callbacks are pointers already", member->ctype);
	if (ctype->pointers == 0 && ctype->kind == KIND_LIST)
		bad(&member->place, "'%s' can only stand behind a pointer", member->ctype);
}

/* Where the value lies must suit both the role and the C type. */
static void check_shape(const struct member *member)
{
	const struct role_rule *rule = &role_rules[member->role.id];
	bool value = member->pointers == 0 && member->dim == 0;

	if (member->role.id != ROLE_OPAQUE && member->pointers > 1)
		bad(&member->place, "role '%s' on a pointer to a pointer; only opaque can",
		        rule->name);
	if (member->dim > 0 && member->pointers > 0)
		bad(&member->place, "an array of pointers");
	if (member->dim > 0 && (rule->shape == SHAPE_POINTER || rule->length == NEVER))
		bad(&member->place, "role '%s' on an array", rule->name);
	if (rule->shape == SHAPE_POINTER && member->pointers == 0)
		bad(&member->place, "role '%s' needs a pointer", rule->name);
	if (rule->shape == SHAPE_BLOCK && value)
		bad(&member->place, "role '%s' needs an array or a pointer", rule->name);
	if (member->direction > DIRECTION_IN && member->pointers == 0)
		bad(&member->place, "an 'out' or 'io' parameter needs a pointer");
}

static void check_length_need(const struct member *member)
{
	const struct role_rule *rule = &role_rules[member->role.id];
	bool has = member->role.length != LENGTH_NONE;

	if (has && rule->length == NEVER)
		bad(&member->place, "role '%s' has no length", rule->name);
	if (has && member->dim > 0)
		bad(&member->place, "an array inside a struct has its length from FIELD[DIM]");
	if (has && member->pointers == 0)
		bad(&member->place, "a length needs a pointer");
	if (!has && rule->length == MUST && member->dim == 0)
		bad(&member->place, "role '%s' needs a length: %s[LENGTH]", rule->name, rule->name);
}

static size_t find_member(const struct member *member, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(member[i].name, name) == 0)
			return i;
	}
	return NOWHERE;
}

/* Turns the member named by a length into its number. */
static void check_length(struct member *member, const struct member *all, size_t count)
{
	struct role *role = &member->role;
	unsigned pointers = role->length == LENGTH_POINTED ? 1 : 0;

	check_length_need(member);
	if (member->dim > 0) {
		role->length = LENGTH_INLINE;
		role->length_ref = member->dim;
	}
	if (role->length_member == NULL)
		return;
	role->length_ref = find_member(all, count, role->length_member);
	if (role->length_ref == NOWHERE)
		bad(&member->place, "length '%s': no such member", role->length_member);
	if (all[role->length_ref].role.id != ROLE_LENGTH)
		bad(&member->place, "length '%s': that member's role is not 'length'",
		        role->length_member);
	if (all[role->length_ref].pointers != pointers)
		bad(&member->place, "length '%s' %s a pointer; write [%s%s]", role->length_member,
		        pointers == 0 ? "is" : "is not", pointers == 0 ? "*" : "",
		        role->length_member);
}

static void check_list(struct member *member, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ctype ctype = find_ctype(member[i].ctype);

		check_ctype(&member[i], &ctype);
		check_shape(&member[i]);
		check_role(&member[i].place, &member[i].role, &ctype);
		check_length(&member[i], member, count);
	}
}

/* A length that nothing refers to is a role mistaken or a reference forgotten. */
static void check_lengths_used(const struct function *function)
{
	for (size_t i = 0; i < function->count; i++) {
		bool used = function->member[i].role.id != ROLE_LENGTH;

		for (size_t j = 0; j < function->count && !used; j++)
			used = function->member[j].role.length_member != NULL &&
			       function->member[j].role.length_ref == i;
		if (!used)
			bad(&function->member[i].place, "no length refers to '%s'; make it a ulong",
			        function->member[i].name);
	}
}

/* C needs the whole of a contained struct first. */
static void check_contained(const struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		struct ctype ctype = find_ctype(record->member[i].ctype);

		if (ctype.kind == KIND_STRUCT && ctype.pointers == 0 && ctype.record >= record)
			bad(&record->member[i].place, "struct '%s' must stand above", ctype.base);
	}
}

static void check_records(void)
{
	for (size_t i = 0; i < spec.records.count; i++) {
		struct record *record = &spec.records.item[i];

		if (record->count == 0)
			bad(&record->place, "struct '%s' has no fields", record->name);
		check_list(record->member, record->count);
		check_contained(record);
	}
	if (find_record("CK_VERSION") == NOWHERE)
		bad(&spec.records.item[0].place, "struct 'CK_VERSION' is missing from this file");
}

static void check_functions(void)
{
	enum since newest = SINCE_2_40;

	for (size_t i = 0; i < spec.functions.count; i++) {
		struct function *function = &spec.functions.item[i];

		if (function->since < newest)
			bad(&function->place, "%s is of %s, but stands below functions of %s",
			        function->name, since_names[function->since], since_names[newest]);
		newest = function->since;
		if (function->count == 0)
			bad(&function->place, "%s has no parameters", function->name);
		check_list(function->member, function->count);
		check_lengths_used(function);
	}
	if (spec.groups.count > 255)
		bad(&spec.functions.item[0].place, "more than 255 groups");
}

void check_members(void)
{
	check_records();
	check_functions();
}
