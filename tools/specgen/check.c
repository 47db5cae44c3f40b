/* SPDX-License-Identifier: MIT */
/*
 * What one row cannot know: names that point nowhere, values that stand twice, roles that do not
 * go with their C type. Checked names become indices. The first mistake ends the program.
 */
#include <string.h>

#include "read.h"

static void check_aliases(const struct space *space, const struct constant *constant)
{
	for (size_t i = 0; i < space->count; i++) {
		const struct constant *other = &space->constant[i];

		if (other == constant || other->value != constant->value || other->alias)
			continue;
		if (constant->alias)
			return;
		/* the row that comes second is the one to mend */
		if (other < constant)
			bad(&constant->place, "'%s' has the value of '%s'; mark one as alias",
			        constant->name, other->name);
	}
	if (constant->alias)
		bad(&constant->place, "alias '%s', but no other name in space '%s' has its value",
		        constant->name, space->id);
}

static void check_flag(const struct constant *constant)
{
	if (constant->value == 0 || (constant->value & (constant->value - 1)) != 0)
		bad(&constant->place, "'%s': a flag is one bit", constant->name);
}

static void check_constant(const struct space *space, const struct constant *constant)
{
	if (find_ctype(constant->name).kind != KIND_UNKNOWN)
		bad(&constant->place, "'%s' is the name of a type", constant->name);
	if (space->style == STYLE_VALUE && constant->alias)
		bad(&constant->place, "alias in a space of plain values");
	if (space->style != STYLE_VALUE)
		check_aliases(space, constant);
	if (space->style == STYLE_FLAGS)
		check_flag(constant);
}

static void check_space(struct space *space)
{
	struct ctype ctype = find_ctype(space->ctype);

	if (ctype.kind != KIND_NUMBER || ctype.pointers > 0)
		bad(&space->place, "unknown scalar type '%s'", space->ctype);
	if (space->count == 0)
		bad(&space->place, "space '%s' has no constants", space->id);
	for (size_t i = 0; i < space->count; i++)
		check_constant(space, &space->constant[i]);
}

/* Numbers the spaces that have a set of values; plain values have nothing to decode. */
static void check_spaces(void)
{
	size_t number = 0;

	for (size_t i = 0; i < spec.spaces.count; i++) {
		struct space *space = &spec.spaces.item[i];

		check_space(space);
		space->number = space->style == STYLE_VALUE ? NOWHERE : number++;
	}
}

static size_t need_space(const struct place *place, const char *id, enum style style)
{
	static const char *const styles[] = {"an enum", "a flags", "a plain value"};
	size_t space = find_space(id);

	if (space == NOWHERE)
		bad(place, "unknown space '%s'", id);
	if (spec.spaces.item[space].style != style)
		bad(place, "'%s' is %s space, not %s one", id,
		        styles[spec.spaces.item[space].style], styles[style]);
	return space;
}

/* A base must stand above what is made of it, because C reads from above, too. */
static void check_types(void)
{
	static const char *const needed[] = {"CK_RV", "CK_SLOT_ID", "CK_SESSION_HANDLE",
	        "CK_OBJECT_HANDLE", "CK_NOTIFICATION", "CK_ATTRIBUTE_TYPE", "CK_MECHANISM_TYPE"};

	for (size_t i = 0; i < spec.types.count; i++) {
		struct type *type = &spec.types.item[i];
		struct ctype base = find_ctype(type->base);

		if (base.kind != KIND_NUMBER || base.pointers > 0 || base.root == NULL)
			bad(&type->place, "'%s' is no scalar type known above", type->base);
		type->root = base.root;
		if (type->space != NULL)
			type->ref = need_space(&type->place, type->space, STYLE_ENUM);
	}
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		if (find_type(needed[i]) == NOWHERE)
			bad(&spec.types.item[0].place, "type '%s' is missing from this file",
			        needed[i]);
	}
}

static bool family_fits(const struct role_rule *rule, const struct ctype *ctype)
{
	bool number = ctype->kind == KIND_NUMBER;

	switch (rule->family) {
	case FAMILY_NAMED:
		return strcmp(ctype->base, rule->ctype) == 0;
	case FAMILY_ULONG:
		return number && strcmp(ctype->root, "CK_BYTE") != 0;
	case FAMILY_BYTE:
		return number && strcmp(ctype->root, "CK_BYTE") == 0;
	case FAMILY_NUMBER:
		return number;
	case FAMILY_OCTETS:
		return ctype->kind == KIND_VOID || (number && strcmp(ctype->root, "CK_BYTE") == 0);
	case FAMILY_STRUCT:
		return ctype->kind == KIND_VOID || ctype->kind == KIND_STRUCT;
	case FAMILY_VOID:
		return ctype->kind == KIND_VOID;
	case FAMILY_ADDRESS:
		return ctype->pointers > 0 || ctype->kind == KIND_CALLBACK;
	}
	return false;
}

static void check_enum(const struct place *place, struct role *role, const struct ctype *ctype)
{
	const struct space *space;

	if (role->argument == NULL && (ctype == NULL || ctype->space == NOWHERE))
		bad(place, "role 'enum' needs a space here: enum:SPACE");
	role->ref = role->argument == NULL ? ctype->space
	                                   : need_space(place, role->argument, STYLE_ENUM);
	space = &spec.spaces.item[role->ref];
	if (ctype != NULL && strcmp(find_ctype(space->ctype).root, ctype->root) != 0)
		bad(place, "values of space '%s' are %s, which %s is not", space->id, space->ctype,
		        ctype->base);
}

static void check_struct(const struct place *place, struct role *role, const struct ctype *ctype)
{
	role->ref = find_record(role->argument);
	if (role->ref == NOWHERE)
		bad(place, "unknown struct '%s'", role->argument);
	if (ctype != NULL && ctype->kind == KIND_STRUCT && strcmp(ctype->base, role->argument) != 0)
		bad(place, "role 'struct:%s' on a %s", role->argument, ctype->base);
}

/* Resolves the argument; ctype is NULL for values that have no C type, as those of attributes. */
void check_role(const struct place *place, struct role *role, const struct ctype *ctype)
{
	const struct role_rule *rule = &role_rules[role->id];

	if (ctype != NULL && !family_fits(rule, ctype))
		bad(place, "role '%s' does not go with type %s", rule->name, ctype->base);
	switch (role->id) {
	case ROLE_ENUM:
		check_enum(place, role, ctype);
		break;
	case ROLE_ENUMS:
		role->ref = need_space(place, role->argument, STYLE_ENUM);
		break;
	case ROLE_FLAGS:
		role->ref = need_space(place, role->argument, STYLE_FLAGS);
		break;
	case ROLE_STRUCT:
		check_struct(place, role, ctype);
		break;
	default:
		break;
	}
}

void check_spec(void)
{
	check_types();
	check_spaces();
	check_members();
	check_facts();
	check_rules();
	check_numbers();
}
