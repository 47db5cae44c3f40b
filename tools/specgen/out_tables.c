/* SPDX-License-Identifier: MIT */
/* What shim/spec.h declares: functions, structs and spaces. The rest is in
 * out_fact_tables.c and out_rule_tables.c. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

const char *capitals(char text[TEXT], const char *prefix, const char *word)
{
	size_t length = (size_t)snprintf(text, TEXT, "%s%s", prefix, word);

	for (size_t i = strlen(prefix); i < length && i < TEXT - 1; i++)
		text[i] = (char)toupper((unsigned char)text[i]);
	return text;
}

const char *type_text(char text[TEXT], const struct role *role)
{
	static const char *const secrecy[] = {"PUBLIC", "DATA", "KEY", "PIN"};
	char name[TEXT];
	const char *prefix = "", *ref = "0";

	if (role->ref != NOWHERE) {
		bool record = role->id == ROLE_STRUCT;

		prefix = record ? "P11L_STRUCT_" : "P11L_SPACE_";
		ref = record ? spec.records.item[role->ref].name : spec.spaces.item[role->ref].id;
	}
	capitals(name, "P11L_ROLE_", role_rules[role->id].name);
	snprintf(
	        text, TEXT, "{%.40s, P11L_%s, %s%.80s}", name, secrecy[role->secrecy], prefix, ref);
	return text;
}

/* Numbers are what a decoder fetches by their size; opaque values it shows as they are. */
static bool is_number(enum role_id id)
{
	return id <= ROLE_LENGTH;
}

static void put_member(const struct member *member, const char *record)
{
	static const char *const direction[] = {"0", "P11L_IN", "P11L_OUT", "P11L_IO"};
	static const char *const length[] = {
	        "NONE", "MEMBER", "POINTED", "BITS", "CONSTANT", "INLINE"};
	const struct role *role = &member->role;
	bool pointer = member->pointers > 0 && role->id != ROLE_OPAQUE;
	char text[TEXT];

	put("\t{");
	put_item(0, "\"%s\"", member->name);
	put_item(1, "%s", type_text(text, role));
	put_item(2, "%s", direction[member->direction]);
	put_item(3, "%s", pointer ? "true" : "false");
	put_item(4, "P11L_LENGTH_%s", length[role->length]);
	if (is_number(role->id))
		put_item(5, "sizeof(%s)", member->base);
	else
		put_item(5, "0");
	put_item(6, "%zu", role->length_ref);
	if (record == NULL)
		put_item(7, "0},\n");
	else
		put_item(7, "offsetof(%s, %s)},\n", record, member->name);
}

static void put_function_parts(const struct function *function)
{
	put("\nstatic const struct p11l_member param_%s[] = {\n", function->name);
	for (size_t i = 0; i < function->count; i++)
		put_member(&function->member[i], NULL);
	put("};\n\nstatic const uint16_t rv_%s[] = {\n\t\t", function->name);
	for (size_t i = 0; i < function->rv_count; i++)
		put_item(i, "0x%04x", (unsigned)function->rv[i]);
	put_item(1, "0xffff};\n");
}

static void put_functions(void)
{
	for (size_t i = 0; i < spec.functions.count; i++)
		put_function_parts(&spec.functions.item[i]);
	put("\nconst struct p11l_function p11l_functions[P11L_FUNCTIONS] = {\n");
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		put("\t{\"%s\", param_%s, %zu,\n", function->name, function->name, function->count);
		put("\t\tP11L_GROUP_%s, %u, %u, rv_%s},\n", spec.groups.item[function->group],
		        since_major(function->since), since_minor(function->since), function->name);
	}
	put("};\n");
}

/* Internal structs have a tag and no typedef; foreign headers have typedefs, but other tags. */
const char *c_name(char text[TEXT], const struct record *record)
{
	snprintf(text, TEXT, "%s%s", record->internal ? "struct " : "", record->name);
	return text;
}

static void put_structs(void)
{
	char name[TEXT];

	for (size_t i = 0; i < spec.records.count; i++) {
		const struct record *record = &spec.records.item[i];

		put("\nstatic const struct p11l_member field_%s[] = {\n", record->name);
		for (size_t j = 0; j < record->count; j++)
			put_member(&record->member[j], c_name(name, record));
		put("};\n");
	}
	put("\nconst struct p11l_struct p11l_structs[P11L_STRUCTS] = {\n");
	for (size_t i = 0; i < spec.records.count; i++) {
		const struct record *record = &spec.records.item[i];

		put("\t{\"%s\",\n\t\tfield_%s, %zu,\n", record->name, record->name, record->count);
		put("\t\tsizeof(%s)},\n", c_name(name, record));
	}
	put("};\n");
}

static int compare_constants(const void *a, const void *b)
{
	const struct constant *left = *(const struct constant *const *)a;
	const struct constant *right = *(const struct constant *const *)b;

	return left->value < right->value ? -1 : left->value > right->value;
}

static size_t put_space(const struct space *space)
{
	const struct constant **sorted = calloc(space->count, sizeof(void *));
	size_t count = 0;

	if (sorted == NULL)
		abort();
	for (size_t i = 0; i < space->count; i++) {
		if (!space->constant[i].alias)
			sorted[count++] = &space->constant[i];
	}
	qsort(sorted, count, sizeof(void *), compare_constants);
	put("\nstatic const struct p11l_constant constant_%s[] = {\n", space->id);
	for (size_t i = 0; i < count; i++)
		put("\t{0x%08lxUL, \"%s\"},\n", (unsigned long)sorted[i]->value, sorted[i]->name);
	put("};\n");
	free(sorted);
	return count;
}

static void put_spaces(void)
{
	size_t *count = calloc(spec.spaces.count, sizeof *count);

	if (count == NULL)
		abort();
	for (size_t i = 0; i < spec.spaces.count; i++) {
		if (spec.spaces.item[i].number != NOWHERE)
			count[i] = put_space(&spec.spaces.item[i]);
	}
	put("\nconst struct p11l_space p11l_spaces[P11L_SPACES] = {\n");
	for (size_t i = 0; i < spec.spaces.count; i++) {
		const struct space *space = &spec.spaces.item[i];

		if (space->number != NOWHERE)
			put("\t{\"%s\", constant_%s, %zu, %s},\n", space->id, space->id, count[i],
			        space->style == STYLE_FLAGS ? "true" : "false");
	}
	put("};\n");
	free(count);
}

static void put_groups(void)
{
	put("\nconst char *const p11l_groups[P11L_GROUPS] = {\n");
	for (size_t i = 0; i < spec.groups.count; i++)
		put("\t\"%s\",\n", spec.groups.item[i]);
	put("};\n");
}

void out_tables(void)
{
	put_note("The facts of spec/ as the tables that shim/spec.h declares.");
	put("#include \"shim/spec.h\"\n");
	put_functions();
	put_structs();
	put_spaces();
	put_groups();
	out_fact_tables();
	out_rule_tables();
	out_numbers();
}
