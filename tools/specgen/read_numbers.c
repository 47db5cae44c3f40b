/* SPDX-License-Identifier: MIT */
/* numbers.spec. */
#include <stdlib.h>
#include <string.h>

#include "read.h"

static const char form[] = "pair RULE NAME NUMBER [as MECHANISM], or makes RULE KEY-TYPE NUMBER";

/* Of the rules and their kinds, the checks know more. */
static enum number_kind need_kind(const struct row *row)
{
	const char *name = row->field[2];

	if (strcmp(row->field[0], "makes") == 0)
		return NUMBER_MAKES;
	if (strncmp(name, "CKM_", 4) == 0)
		return NUMBER_MECHANISM;
	if (strncmp(name, "CKK_", 4) == 0)
		return NUMBER_KEY_TYPE;
	if (strncmp(name, "CKD_", 4) == 0)
		return NUMBER_KDF;
	bad(&row->place, "'%s' is none of CKM_, CKK_ and CKD_", name);
}

/* Vendors have the upper half of 32 bits. */
static uint64_t need_vendors(const struct row *row, size_t index)
{
	const char *text = row->field[index];
	unsigned long long value;

	if (strlen(text) != 10 || strncmp(text, "0x", 2) != 0 ||
	        strspn(text + 2, "0123456789abcdef") != 8)
		bad(&row->place, "'%s' is not 0x and eight small hex digits", text);
	value = strtoull(text, NULL, 16);
	if (value < 0x80000000)
		bad(&row->place, "'%s' is a number of the standard's, not a vendor's", text);
	return value;
}

void take_number_row(struct row *row)
{
	bool pair = strcmp(row->field[0], "pair") == 0;
	struct number number = {.place = row->place};
	struct number *item;

	if (row->indented)
		bad(&row->place, "indented, but rows of this file stand alone");
	if (!pair && strcmp(row->field[0], "makes") != 0)
		bad(&row->place, "unknown directive '%s'; a row is: %s", row->field[0], form);
	need_fields(row, 4, pair ? 6 : 4, form);
	number.kind = need_kind(row);
	number.rule_id = row->field[1];
	number.name = need_name(row, 2);
	number.vendor = need_vendors(row, 3);
	if (row->count > 4) {
		need_fields(row, 6, 6, form);
		if (strcmp(row->field[4], "as") != 0)
			bad(&row->place, "'%s' is not 'as'; a row is: %s", row->field[4], form);
		number.as_name = need_name(row, 5);
	}
	item = APPEND(spec.numbers);
	*item = number;
}
