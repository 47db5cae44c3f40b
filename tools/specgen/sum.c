/* SPDX-License-Identifier: MIT */
/*
 * The sum of what a record cannot be read without: functions and structs in their order, and what
 * their members are. A reader compares it with its own.
 */
#include <string.h>

#include "out.h"

static uint64_t sum;

static void add_number(uint64_t number)
{
	for (unsigned i = 0; i < sizeof(number); i++, number >>= 8)
		sum = (sum ^ (number & 0xff)) * UINT64_C(0x100000001b3);
}

static void add_text(const char *text)
{
	for (; *text != '\0'; text++)
		add_number((unsigned char)*text);
	add_number(0);
}

static void add_member(const struct member *member)
{
	char text[TEXT];

	add_text(member->name);
	add_text(type_text(text, &member->role));
	add_number(member->pointers > 0);
	add_number(member->direction);
	add_number(member->role.length);
	add_number(member->role.length_ref);
}

static void add_group(const char *name, const struct member *member, size_t count)
{
	add_text(name);
	add_number(count);
	for (size_t i = 0; i < count; i++)
		add_member(&member[i]);
}

uint64_t tables_sum(void)
{
	sum = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		add_group(function->name, function->member, function->count);
	}
	for (size_t i = 0; i < spec.records.count; i++) {
		const struct record *record = &spec.records.item[i];

		add_group(record->name, record->member, record->count);
	}
	return sum;
}
