/* SPDX-License-Identifier: MIT */
/* constants.spec and types.spec. */
#include <stdlib.h>
#include <string.h>

#include "read.h"

static const char space_form[] = "space ID CTYPE STYLE";
static const char constant_form[] = "NAME VALUE SINCE [alias]";

static void take_space(const struct row *row)
{
	static const char *const styles[] = {"enum", "flags", "value"};
	struct space *space;
	size_t style;

	if (strcmp(row->field[0], "space") != 0)
		bad(&row->place, "unknown directive '%s'; a row at the margin is: %s",
		        row->field[0], space_form);
	need_fields(row, 4, 4, space_form);
	if (find_space(row->field[1]) != NOWHERE)
		bad(&row->place, "space '%s' stands twice", row->field[1]);
	style = find_word(row->field[3], styles, 3);
	if (style == NOWHERE)
		bad(&row->place, "unknown style '%s'; enum, flags and value are known",
		        row->field[3]);
	space = APPEND(spec.spaces);
	space->place = row->place;
	space->id = need_name(row, 1);
	space->ctype = need_name(row, 2);
	space->style = (enum style)style;
}

/* Values that do not fit 32 bits would differ between platforms; ~0 is the one that may. */
static uint64_t need_value(const struct row *row, const char *text)
{
	size_t digits = strlen(text) < 2 ? 0 : strspn(text + 2, "0123456789abcdefABCDEF");

	if (strcmp(text, "~0") == 0)
		return UINT64_MAX;
	if (strncmp(text, "0x", 2) != 0 || digits == 0 || digits > 8 || text[digits + 2] != '\0')
		bad(&row->place, "'%s' is no value; it is 0x and 1 to 8 hexadecimal digits, or ~0",
		        text);
	return strtoull(text + 2, NULL, 16);
}

void take_constant_row(struct row *row)
{
	struct constant *constant;
	struct space *space;

	if (!row->indented) {
		take_space(row);
		return;
	}
	if (spec.spaces.count == 0)
		bad(&row->place, "a constant before the first space");
	need_fields(row, 3, 4, constant_form);
	if (row->count == 4 && strcmp(row->field[3], "alias") != 0)
		bad(&row->place, "'%s' is not 'alias'; a row is: %s", row->field[3], constant_form);
	if (find_constant(row->field[0], NULL) != NULL)
		bad(&row->place, "constant '%s' stands twice", row->field[0]);
	space = &spec.spaces.item[spec.spaces.count - 1];
	constant = append(&space->constant, &space->count, sizeof *constant);
	constant->place = row->place;
	constant->name = need_name(row, 0);
	constant->value = need_value(row, row->field[1]);
	constant->since = need_since(row, 2);
	constant->alias = row->count == 4;
}

void take_type_row(struct row *row)
{
	struct type *type;
	const char *name;

	if (row->indented)
		bad(&row->place, "indented, but rows of this file stand alone");
	need_fields(row, 3, 4, "CTYPE BASE SINCE [SPACE]");
	name = need_type_name(row, 0);
	type = APPEND(spec.types);
	type->place = row->place;
	type->name = name;
	type->base = need_name(row, 1);
	type->since = need_since(row, 2);
	type->space = row->count == 4 ? row->field[3] : NULL;
	type->ref = NOWHERE;
}
