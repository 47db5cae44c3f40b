/* SPDX-License-Identifier: MIT */
/* Values that are more than a word: sizes, durations, lists of functions and constants. */
#define _GNU_SOURCE
#include "config.h"

#include "spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A number and the rest of the text behind it; false when there is none. */
static bool leading_number(const char *text, unsigned long *number, const char **rest)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 0);
	*rest = end;
	return text[0] >= '0' && text[0] <= '9' && errno == 0;
}

struct unit {
	const char *name;
	unsigned long factor;
};

static bool parse_unit(
        const char *text, const struct unit *units, size_t count, unsigned long *number)
{
	const char *rest;

	if (!leading_number(text, number, &rest))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(rest, units[i].name) == 0)
			return !__builtin_mul_overflow(*number, units[i].factor, number);
	return false;
}

bool p11l_parse_size(const char *text, unsigned long *number)
{
	static const struct unit units[] = {
	        {"", 1}, {"K", 1ul << 10}, {"M", 1ul << 20}, {"G", 1ul << 30}};

	return parse_unit(text, units, sizeof(units) / sizeof(units[0]), number);
}

bool p11l_parse_duration(const char *text, unsigned long *ns)
{
	static const struct unit units[] = {
	        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};

	*ns = 0;
	return strcmp(text, "0") == 0 ||
	       parse_unit(text, units, sizeof(units) / sizeof(units[0]), ns);
}

/* The next of the words joined by "+"; NULL after the last, or when it is too long. */
static const char *next_word(const char **text, char *word, size_t size)
{
	size_t n;

	if (*text == NULL)
		return NULL;
	n = strcspn(*text, "+");
	if (n >= size)
		n = size - 1;
	memcpy(word, *text, n);
	word[n] = '\0';
	*text = (*text)[n] == '+' ? *text + n + 1 : NULL;
	return word;
}

static bool add_functions(const char *word, uint64_t bits[2])
{
	int function = p11l_find_function(word);
	bool found = function >= 0 || strcmp(word, "all") == 0;

	for (int i = 0; i < P11L_FUNCTIONS; i++) {
		bool in_group = strcmp(word, p11l_groups[p11l_functions[i].group]) == 0;

		found |= in_group;
		if (in_group || i == function || strcmp(word, "all") == 0)
			bits[i / 64] |= UINT64_C(1) << i % 64;
	}
	return found;
}

bool p11l_parse_functions(const char *text, uint64_t bits[2])
{
	char word[64];

	bits[0] = bits[1] = 0;
	while (next_word(&text, word, sizeof(word)) != NULL)
		if (!add_functions(word, bits))
			return false;
	return true;
}

/* A number, or the name of a constant when the key's values have a space. */
static bool parse_value(const struct p11l_key_row *row, const char *word, uint64_t *value)
{
	const char *rest;
	unsigned long number;
	bool ok = leading_number(word, &number, &rest) && *rest == '\0';

	if (!ok && row->space != NULL) {
		CK_ULONG constant;

		ok = p11l_find_constant(row->space, word, &constant);
		number = constant;
	}
	*value = number;
	return ok;
}

bool p11l_parse_list(const struct p11l_key_row *row, const char *text, struct p11l_list *list)
{
	char word[64];

	list->count = 0;
	while (next_word(&text, word, sizeof(word)) != NULL) {
		if (list->count == P11L_LIST_VALUES ||
		        !parse_value(row, word, &list->value[list->count]))
			return false;
		list->count++;
	}
	return list->count > 0;
}
