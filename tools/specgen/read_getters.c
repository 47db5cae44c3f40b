/* SPDX-License-Identifier: MIT */
/* getters.spec. */
#include <string.h>

#include "read.h"

static const char *const kinds[GETTER_KINDS] = {
        [GETTER_LIST] = "list",
        [GETTER_INTERFACES] = "interfaces",
        [GETTER_INTERFACE] = "interface",
        [GETTER_TABLE] = "table",
        [GETTER_STRINGS] = "strings",
};

void take_getter_row(struct row *row)
{
	struct getter getter = {.place = row->place};
	struct getter *item;
	size_t kind;

	if (row->indented)
		bad(&row->place, "indented, but rows of this file stand alone");
	if (strcmp(row->field[0], "getter") != 0)
		bad(&row->place, "unknown directive '%s'; a row is: getter NAME KIND",
		        row->field[0]);
	need_fields(row, 3, 3, "getter NAME KIND");
	getter.name = need_name(row, 1);
	kind = find_word(row->field[2], kinds, GETTER_KINDS);
	if (kind == NOWHERE)
		bad(&row->place, "'%s' is none of list, interfaces, interface, table and strings",
		        row->field[2]);
	getter.kind = (enum getter_kind)kind;
	for (size_t i = 0; i < spec.getters.count; i++)
		if (strcmp(spec.getters.item[i].name, getter.name) == 0)
			bad(&row->place, "%s has a row already", getter.name);
	for (size_t i = 0; i < spec.functions.count; i++)
		if (strcmp(spec.functions.item[i].name, getter.name) == 0)
			bad(&row->place, "%s is a function of the standard", getter.name);
	item = APPEND(spec.getters);
	*item = getter;
}
