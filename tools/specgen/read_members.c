/* SPDX-License-Identifier: MIT */
/* structs.spec and functions.spec. */
#include <string.h>

#include "read.h"

static const char field_form[] = "CTYPE FIELD[DIM] ROLE";
static const char parameter_form[] = "DIRECTION CTYPE PARAMETER ROLE";

static void need_block(const struct row *row, const char *word, const char *form)
{
	if (strcmp(row->field[0], word) != 0)
		bad(&row->place, "unknown directive '%s'; a row at the margin is: %s",
		        row->field[0], form);
}

/* The last three fields of either kind of member. */
static void fill_member(struct member *member, const struct row *row, size_t first)
{
	struct ctype ctype = find_ctype(row->field[first]);

	member->place = row->place;
	member->ctype = need_name(row, first);
	member->base = keep(ctype.base, strlen(ctype.base));
	member->pointers = ctype.pointers;
	member->name = need_name(row, first + 1);
	member->role = read_role(&row->place, row->field[first + 2], USE_MEMBER);
}

static void need_new_member(
        const struct row *row, const char *name, const struct member *member, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(member[i].name, name) == 0)
			bad(&row->place, "member '%s' stands twice", name);
	}
}

static void take_struct(const struct row *row)
{
	struct record *record;
	const char *name;

	need_block(row, "struct", "struct NAME SINCE [internal]");
	need_fields(row, 3, 4, "struct NAME SINCE [internal]");
	if (row->count == 4 && strcmp(row->field[3], "internal") != 0)
		bad(&row->place, "'%s' is not 'internal'", row->field[3]);
	name = need_type_name(row, 1);
	record = APPEND(spec.records);
	record->place = row->place;
	record->name = name;
	record->since = need_since(row, 2);
	record->internal = row->count == 4;
}

/* Takes the "[16]" off "iv[16]". */
static unsigned cut_dim(struct row *row, size_t index)
{
	char *open = strchr(row->field[index], '[');
	char *end;

	if (open == NULL)
		return 0;
	end = strchr(open, ']');
	if (end == NULL || end[1] != '\0')
		bad(&row->place, "'%s' is not FIELD[DIM]", row->field[index]);
	*open = '\0';
	*end = '\0';
	return (unsigned)need_number(&row->place, open + 1, 65535);
}

void take_struct_row(struct row *row)
{
	struct member *member;
	struct record *record;
	unsigned dim;

	if (!row->indented) {
		take_struct(row);
		return;
	}
	if (spec.records.count == 0)
		bad(&row->place, "a field before the first struct");
	need_fields(row, 3, 3, field_form);
	record = &spec.records.item[spec.records.count - 1];
	dim = cut_dim(row, 1);
	need_new_member(row, row->field[1], record->member, record->count);
	member = append(&record->member, &record->count, sizeof *member);
	fill_member(member, row, 0);
	member->dim = dim;
}

static size_t group_number(const char *name)
{
	size_t group = find_word(name, spec.groups.item, spec.groups.count);
	const char **item;

	if (group != NOWHERE)
		return group;
	item = APPEND(spec.groups);
	*item = name;
	return spec.groups.count - 1;
}

static void take_function(const struct row *row)
{
	struct function *function;

	need_block(row, "function", "function NAME SINCE GROUP");
	need_fields(row, 4, 4, "function NAME SINCE GROUP");
	if (strncmp(row->field[1], "C_", 2) != 0)
		bad(&row->place, "'%s': names of functions begin with C_", row->field[1]);
	if (find_function(row->field[1]) != NOWHERE)
		bad(&row->place, "function '%s' stands twice", row->field[1]);
	function = APPEND(spec.functions);
	function->place = row->place;
	function->name = need_name(row, 1);
	function->since = need_since(row, 2);
	function->group = group_number(need_name(row, 3));
}

void take_function_row(struct row *row)
{
	static const char *const directions[] = {"in", "out", "io"};
	struct function *function;
	struct member *member;
	size_t direction;

	if (!row->indented) {
		take_function(row);
		return;
	}
	if (spec.functions.count == 0)
		bad(&row->place, "a parameter before the first function");
	need_fields(row, 4, 4, parameter_form);
	direction = find_word(row->field[0], directions, 3);
	if (direction == NOWHERE)
		bad(&row->place, "unknown direction '%s'; in, out and io are known", row->field[0]);
	function = &spec.functions.item[spec.functions.count - 1];
	need_new_member(row, row->field[2], function->member, function->count);
	if (function->count == MAX_PARAMS)
		bad(&row->place, "%s has more than %d parameters", function->name, MAX_PARAMS);
	member = append(&function->member, &function->count, sizeof *member);
	fill_member(member, row, 1);
	member->direction = (enum direction)(direction + 1);
}
