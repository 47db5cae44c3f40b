/* SPDX-License-Identifier: MIT */
/* Every key there is, and what its values may be. */
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct p11l_key_row p11l_key_rows[P11L_KEYS] = {
	[P11L_MODULE_PATH] = {"module", "path", P11L_KEY_PATH, NULL, NULL, 0, 0,
		"the vendor's PKCS #11 module"},
	[P11L_MODULE_INIT_ARGS] = {"module", "init_args", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"string given to the vendor's C_Initialize as pReserved when the application gives none"},
	[P11L_MODULE_BIND] = {"module", "bind", P11L_KEY_CHOICE, "auto", "auto|local|deep", 0, 0,
		"how the vendor's own symbols are bound; auto binds deep when the lens itself is global"},
	[P11L_NORMALISE_LEVEL] = {"normalise", "level", P11L_KEY_CHOICE, "portable", "off|fix|portable", 0, 0,
		"how far the vendor's deviations are repaired"},
	[P11L_TRACE_FORMAT] = {"trace", "format", P11L_KEY_CHOICE, "off", "off|text", 0, 0,
		"how calls are recorded"},
	[P11L_TRACE_DESTINATION] = {"trace", "destination", P11L_KEY_PATH, "stderr", NULL, 0, 0,
		"stderr, fd:N, or a file name, in which %p is the process, %e the program, %t the start time"},
	[P11L_TRACE_REVEAL] = {"trace", "reveal", P11L_KEY_SET, "none", "data|keys|pins", 0, 0,
		"what is shown that is hidden otherwise"},
	[P11L_TRACE_BYTES] = {"trace", "bytes", P11L_KEY_NUMBER, "64", NULL, 8, 1024,
		"how many bytes of a value are shown at most"},
	[P11L_TRACE_ENTRY] = {"trace", "entry", P11L_KEY_BOOL, "no", NULL, 0, 0,
		"write a line before each call too, so that a call that never returns is seen"},
	[P11L_TRACE_SIZE] = {"trace", "size", P11L_KEY_SIZE, "16M", NULL, 65536, 1ul << 32,
		"bytes of the flight recorder, rounded up to a power of two"},
};
/* clang-format on */

enum p11l_key p11l_config_find(const char *section, const char *name)
{
	for (int i = 0; i < P11L_KEYS; i++)
		if (strcmp(p11l_key_rows[i].section, section) == 0 &&
		        strcmp(p11l_key_rows[i].name, name) == 0)
			return (enum p11l_key)i;
	return P11L_KEYS;
}

/* The place of a word of the given length in "a|b|c", or -1. */
static int word_index(const char *words, const char *word, size_t length)
{
	for (int i = 0;; i++) {
		size_t n = strcspn(words, "|");

		if (n == length && memcmp(words, word, n) == 0)
			return i;
		if (words[n] == '\0')
			return -1;
		words += n + 1;
	}
}

static bool parse_choice(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	int i = word_index(row->words, text, strlen(text));

	*number = (unsigned long)i;
	return i >= 0;
}

static bool parse_set(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	*number = 0;
	if (strcmp(text, "none") == 0)
		return true;
	for (;;) {
		size_t n = strcspn(text, "+");
		int i = word_index(row->words, text, n);

		if (i < 0)
			return false;
		*number |= 1ul << i;
		if (text[n] == '\0')
			return true;
		text += n + 1;
	}
}

static bool parse_bool(const char *text, unsigned long *number)
{
	*number = strcmp(text, "yes") == 0;
	return *number != 0 || strcmp(text, "no") == 0;
}

static bool parse_number(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
	       *number >= row->min && *number <= row->max;
}

static bool parse_size(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	static const char units[] = "KMG";
	const char *unit = NULL;
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno != 0)
		return false;
	if (*end != '\0')
		unit = strchr(units, *end++);
	if (*end != '\0' || (end[-1] > '9' && unit == NULL))
		return false;
	for (const char *u = units; unit != NULL && u <= unit; u++) {
		if (*number > row->max)
			return false;
		*number *= 1024;
	}
	return *number >= row->min && *number <= row->max;
}

static bool parse(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	*number = 0;
	switch (row->kind) {
	case P11L_KEY_CHOICE:
		return parse_choice(row, text, number);
	case P11L_KEY_SET:
		return parse_set(row, text, number);
	case P11L_KEY_BOOL:
		return parse_bool(text, number);
	case P11L_KEY_NUMBER:
		return parse_number(row, text, number);
	case P11L_KEY_SIZE:
		return parse_size(row, text, number);
	case P11L_KEY_TEXT:
	case P11L_KEY_PATH:
		break;
	}
	return text[0] != '\0';
}

static void expected(const struct p11l_key_row *row, const char *text, char *error)
{
	int n = snprintf(error, P11L_ERROR_SIZE, "%s.%s cannot be \"%.60s\"; expected ",
	        row->section, row->name, text);
	char *p = error + n;
	size_t room = P11L_ERROR_SIZE - (size_t)n;

	switch (row->kind) {
	case P11L_KEY_CHOICE:
		snprintf(p, room, "one of %s", row->words);
		break;
	case P11L_KEY_SET:
		snprintf(p, room, "none, or any of %s joined by +", row->words);
		break;
	case P11L_KEY_BOOL:
		snprintf(p, room, "yes or no");
		break;
	case P11L_KEY_NUMBER:
		snprintf(p, room, "a number from %lu to %lu", row->min, row->max);
		break;
	case P11L_KEY_SIZE:
		snprintf(p, room, "a size from %lu to %lu bytes, such as 512K or 16M", row->min,
		        row->max);
		break;
	case P11L_KEY_TEXT:
		snprintf(p, room, "a text that is not empty");
		break;
	case P11L_KEY_PATH:
		snprintf(p, room, "a file name");
		break;
	}
}

bool p11l_config_set(struct p11l_config *config, enum p11l_key key, const char *text,
        const char *origin, char *error)
{
	struct p11l_setting *setting = &config->setting[key];
	struct p11l_setting new = {NULL, 0, NULL};

	if (!parse(&p11l_key_rows[key], text, &new.number)) {
		expected(&p11l_key_rows[key], text, error);
		return false;
	}
	new.text = strdup(text);
	new.origin = strdup(origin);
	if (new.text == NULL || new.origin == NULL) {
		free(new.text);
		free(new.origin);
		snprintf(error, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	free(setting->text);
	free(setting->origin);
	*setting = new;
	return true;
}
