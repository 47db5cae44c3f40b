/* SPDX-License-Identifier: MIT */
/* Numbers, names and digits in JSON. */
#include "json.h"

#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

json_object *cli_json_get(json_object *object, const char *key)
{
	json_object *value = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &value);
	return value;
}

static bool hex_number(const char *text, uint64_t *number)
{
	char *end;

	if (strncmp(text, "0x", 2) != 0)
		return false;
	errno = 0;
	*number = strtoull(text, &end, 16);
	return end > text + 2 && *end == '\0' && errno == 0;
}

bool cli_json_number(json_object *value, uint64_t *number)
{
	int64_t integer;

	switch (json_object_get_type(value)) {
	case json_type_int:
		integer = json_object_get_int64(value);
		*number = (uint64_t)integer;
		return integer >= 0;
	case json_type_boolean:
		*number = json_object_get_boolean(value) != 0;
		return true;
	case json_type_string:
		if (strcmp(json_object_get_string(value), "CK_UNAVAILABLE_INFORMATION") == 0) {
			*number = (uint64_t)CK_UNAVAILABLE_INFORMATION;
			return true;
		}
		return hex_number(json_object_get_string(value), number);
	default:
		return false;
	}
}

/* All constants by space and name, because traces hold more of them than of anything else. */
struct name {
	unsigned space;
	const struct p11l_constant *constant;
};

static struct name *names;
static size_t name_count;

static int compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->space != y->space)
		return x->space < y->space ? -1 : 1;
	return strcmp(x->constant->name, y->constant->name);
}

static void sort_names(void)
{
	size_t at = 0;

	for (unsigned s = 0; s < P11L_SPACES; s++)
		name_count += p11l_spaces[s].count;
	names = cli_allocate(name_count * sizeof(names[0]));
	for (unsigned s = 0; s < P11L_SPACES; s++)
		for (unsigned i = 0; i < p11l_spaces[s].count; i++)
			names[at++] = (struct name){s, &p11l_spaces[s].constant[i]};
	qsort(names, name_count, sizeof(names[0]), compare);
}

bool cli_json_constant(unsigned space, json_object *value, uint64_t *number)
{
	struct p11l_constant wanted = {0, NULL};
	const struct name key = {space, &wanted};
	const struct name *found;

	if (cli_json_number(value, number))
		return true;
	if (!json_object_is_type(value, json_type_string))
		return false;
	wanted.name = json_object_get_string(value);
	if (names == NULL)
		sort_names();
	found = bsearch(&key, names, name_count, sizeof(names[0]), compare);
	if (found != NULL)
		*number = found->constant->value;
	return found != NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t cli_json_octets(json_object *digits, uint8_t *octets, size_t size)
{
	const char *text = json_object_get_string(digits);
	size_t n = 0;

	while (text != NULL && n < size && digit(text[0]) >= 0 && digit(text[1]) >= 0) {
		octets[n++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
	}
	return n;
}

/* How many members of an object are fields that show in JSON; -1 when one is something else. */
static int fields_there(const struct p11l_struct *row, json_object *object)
{
	int count = 0;

	json_object_object_foreach(object, key, value)
	{
		unsigned i = 0;

		(void)value;
		while (i < row->count && (row->field[i].type.role == P11L_ROLE_LENGTH ||
		                                 strcmp(row->field[i].name, key) != 0))
			i++;
		if (i == row->count)
			return -1;
		count++;
	}
	return count;
}

static int fields_in_all(const struct p11l_struct *row)
{
	int count = 0;

	for (unsigned i = 0; i < row->count; i++)
		count += row->field[i].type.role != P11L_ROLE_LENGTH;
	return count;
}

struct choice {
	unsigned id;
	int missing; /* fields that the object lacks, because it was cut */
};

static void consider(struct choice *best, unsigned id, json_object *object)
{
	int there = fields_there(&p11l_structs[id], object);
	int missing = fields_in_all(&p11l_structs[id]) - there;

	if (there >= 0 && (best->id == P11L_NO_STRUCT || missing < best->missing))
		*best = (struct choice){id, missing};
}

unsigned cli_json_struct(const struct p11l_mechanism_row *row, json_object *object)
{
	struct choice best = {P11L_NO_STRUCT, 0};

	for (unsigned i = 0; row != NULL && i < P11L_MECHANISM_STRUCTS; i++)
		if (row->parameter_struct[i] != P11L_NO_STRUCT)
			consider(&best, row->parameter_struct[i], object);
	if (row != NULL && row->message_struct != P11L_NO_STRUCT)
		consider(&best, row->message_struct, object);
	if (best.id != P11L_NO_STRUCT)
		return best.id;
	for (unsigned s = 0; s < P11L_STRUCTS; s++)
		consider(&best, s, object);
	return best.id;
}
