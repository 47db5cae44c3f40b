/* SPDX-License-Identifier: MIT */
/* Reading a personality: one directive a line, words separated by blanks. */
#define _GNU_SOURCE
#include "internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 12

struct mock_personality mock_personality;

static const char *file_name;
static int line_number;

static _Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "mock: %s:%d: ", file_name, line_number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* Splits in place; a word in quotes may hold blanks. Behind the last word stand empty ones. */
static unsigned split(char *line, const char *word[MAX_WORDS])
{
	unsigned count = 0;

	for (unsigned i = 0; i < MAX_WORDS; i++)
		word[i] = "";
	for (;;) {
		char end = ' ';

		line += strspn(line, " \t\n");
		if (*line == '\0' || *line == '#')
			return count;
		if (count == MAX_WORDS)
			fail("too many words");
		if (*line == '"')
			end = *line++;
		word[count++] = line;
		line += end == '"' ? strcspn(line, "\"\n") : strcspn(line, " \t\n");
		if (*line != '\0')
			*line++ = '\0';
	}
}

static CK_ULONG parse_number(const char *word)
{
	char *end;
	CK_ULONG number = strtoul(word, &end, 0);

	if (*word == '\0' || *end != '\0')
		fail("\"%s\" is no number", word);
	return number;
}

static CK_VERSION parse_version(const char *word)
{
	unsigned major, minor;

	if (sscanf(word, "%u.%u", &major, &minor) != 2)
		fail("\"%s\" is no version", word);
	return (CK_VERSION){(CK_BYTE)major, (CK_BYTE)minor};
}

static unsigned parse_function(const char *word)
{
	int function = p11l_find_function(word);

	if (function < 0)
		fail("there is no function \"%s\"", word);
	return (unsigned)function;
}

static CK_ULONG parse_constant(unsigned space, const char *word)
{
	const struct p11l_space *row = &p11l_spaces[space];

	for (unsigned i = 0; i < row->count; i++)
		if (strcmp(row->constant[i].name, word) == 0)
			return row->constant[i].value;
	return parse_number(word);
}

/* Nanoseconds from "1ms", "500us" or "2s". */
static long parse_duration(const char *word)
{
	char *unit;
	long number = strtol(word, &unit, 10);

	if (strcmp(unit, "us") == 0)
		return number * 1000;
	if (strcmp(unit, "ms") == 0)
		return number * 1000000;
	if (strcmp(unit, "s") == 0)
		return number * 1000000000;
	fail("\"%s\" is no duration; expected us, ms or s after a number", word);
}

/* Octets from "0x00ff" or from any other text as it stands; the size comes back. */
static size_t parse_octets(const char *word, uint8_t *octets)
{
	size_t size = 0;
	unsigned octet;

	if (strncmp(word, "0x", 2) != 0) {
		memcpy(octets, word, strlen(word));
		return strlen(word);
	}
	for (word += 2; *word != '\0'; word += 2) {
		if (!isxdigit((unsigned char)word[0]) || !isxdigit((unsigned char)word[1]) ||
		        sscanf(word, "%2x", &octet) != 1)
			fail("\"%s\" is no pair of hexadecimal digits", word);
		octets[size++] = (uint8_t)octet;
	}
	return size;
}

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		fail("out of memory");
	return memory;
}

static unsigned width_of(CK_VERSION version)
{
	if (version.major < 3)
		return 68;
	return version.minor < 2 ? 92 : P11L_FUNCTIONS;
}

static enum mock_after parse_after(const char *word)
{
	static const char *const names[] = {"guard", "zeros", "data", "code", "table"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], word) == 0)
			return (enum mock_after)i;
	fail("\"%s\" cannot follow a table; expected guard, zeros, data, code or table", word);
}

/* [VERSION|shared] [entries N] [after WHAT] [flags N] [at ADDRESS] */
static void read_plan(struct mock_plan *plan, const char **word)
{
	if (strcmp(*word, "shared") == 0) {
		plan->shared = true;
		word++;
	} else if (isdigit((unsigned char)**word)) {
		plan->version = parse_version(*word++);
	}
	plan->entries = width_of(plan->version);
	for (; **word != '\0'; word += 2) {
		if (strcmp(word[0], "entries") == 0)
			plan->entries = (unsigned)parse_number(word[1]);
		else if (strcmp(word[0], "after") == 0)
			plan->after = parse_after(word[1]);
		else if (strcmp(word[0], "flags") == 0)
			plan->flags = parse_number(word[1]);
		else if (strcmp(word[0], "at") == 0)
			plan->placed = (const void *)parse_number(word[1]);
		else
			fail("\"%s\" is not known here", word[0]);
	}
	if (plan->entries > P11L_FUNCTIONS)
		fail("a table has %d entries at most", P11L_FUNCTIONS);
}

static void read_list(const char **word)
{
	read_plan(&mock_personality.list, word);
}

static void read_interface(const char **word, bool foreign)
{
	struct mock_plan *plan = &mock_personality.interface[mock_personality.interfaces];

	if (mock_personality.interfaces++ == MOCK_TABLES)
		fail("there are %d interfaces at most", MOCK_TABLES);
	snprintf(plan->name, sizeof(plan->name), "%s", word[0]);
	plan->foreign = foreign;
	read_plan(plan, word + 1);
}

static void read_standard(const char **word)
{
	read_interface(word, false);
}

static void read_foreign(const char **word)
{
	read_interface(word, true);
}

static void read_refuse(const char **word)
{
	if (mock_personality.refusals == MOCK_TABLES)
		fail("there are %d refusals at most", MOCK_TABLES);
	mock_personality.refused[mock_personality.refusals++] = parse_version(word[0]);
}

static void read_lead_back(const char **word)
{
	snprintf(mock_personality.lead_back, sizeof(mock_personality.lead_back), "%s", word[0]);
}

static void read_output(const char **word)
{
	struct mock_output *output = allocate(sizeof(*output) + strlen(word[2]));

	output->function = parse_function(word[0]);
	snprintf(output->param, sizeof(output->param), "%s", word[1]);
	output->size = parse_octets(word[2], output->octets);
	output->next = mock_personality.outputs;
	mock_personality.outputs = output;
}

static void read_number(const char **word)
{
	struct mock_output *output = allocate(sizeof(*output));

	output->function = parse_function(word[0]);
	snprintf(output->param, sizeof(output->param), "%s", word[1]);
	output->is_number = true;
	output->number = parse_number(word[2]);
	output->next = mock_personality.outputs;
	mock_personality.outputs = output;
}

static void read_attribute(const char **word)
{
	struct mock_value *value = allocate(sizeof(*value) + strlen(word[1]));

	value->type = parse_constant(P11L_SPACE_attribute, word[0]);
	if (strcmp(word[1], "sensitive") == 0)
		value->rv = CKR_ATTRIBUTE_SENSITIVE;
	else if (strcmp(word[1], "invalid") == 0)
		value->rv = CKR_ATTRIBUTE_TYPE_INVALID;
	else
		value->size = parse_octets(word[1], value->octets);
	value->next = mock_personality.values;
	mock_personality.values = value;
}

static void set_null(struct mock_behaviour *behaviour, const char **word)
{
	(void)word;
	behaviour->absent = true;
}

static void set_silent(struct mock_behaviour *behaviour, const char **word)
{
	(void)word;
	behaviour->silent = true;
}

static void set_echo(struct mock_behaviour *behaviour, const char **word)
{
	(void)word;
	behaviour->echo = true;
}

static void set_ask_self(struct mock_behaviour *behaviour, const char **word)
{
	(void)word;
	behaviour->asks_self = true;
}

static void set_sleep(struct mock_behaviour *behaviour, const char **word)
{
	behaviour->delay = parse_duration(word[0]);
}

static void set_return(struct mock_behaviour *behaviour, const char **word)
{
	behaviour->rv = parse_constant(P11L_SPACE_rv, word[0]);
	behaviour->left = *word[1] != '\0' ? parse_number(word[1]) : ~0ul;
}

/* A vendor whose getters do not answer is no vendor, so "all" leaves them alone. */
static bool is_getter(unsigned function)
{
	return function == P11L_C_GetFunctionList || function == P11L_C_GetInterfaceList ||
	       function == P11L_C_GetInterface;
}

/* Directives about one function or all of them; false when it is none of these. */
static bool read_behaviour(const char **word)
{
	static const struct {
		const char *directive;
		void (*set)(struct mock_behaviour *behaviour, const char **word);
	} rows[] = {
	        {"null", set_null},
	        {"silent", set_silent},
	        {"echo", set_echo},
	        {"ask-self", set_ask_self},
	        {"sleep", set_sleep},
	        {"return", set_return},
	};
	size_t row = 0;

	while (row < sizeof(rows) / sizeof(rows[0]) && strcmp(rows[row].directive, word[0]) != 0)
		row++;
	if (row == sizeof(rows) / sizeof(rows[0]))
		return false;
	if (strcmp(word[1], "all") != 0) {
		rows[row].set(&mock_personality.behaviour[parse_function(word[1])], word + 2);
		return true;
	}
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if (!is_getter(i) || rows[row].set == set_null)
			rows[row].set(&mock_personality.behaviour[i], word + 2);
	return true;
}

static void read_line(char *line)
{
	static const struct {
		const char *directive;
		void (*read)(const char **word);
	} directives[] = {
	        {"table", read_list},
	        {"interface", read_standard},
	        {"foreign", read_foreign},
	        {"refuse", read_refuse},
	        {"lead-back", read_lead_back},
	        {"output", read_output},
	        {"number", read_number},
	        {"attribute", read_attribute},
	};
	const char *word[MAX_WORDS];

	if (split(line, word) == 0)
		return;
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (strcmp(directives[i].directive, word[0]) == 0) {
			directives[i].read(word + 1);
			return;
		}
	}
	if (!read_behaviour(word))
		fail("there is no directive \"%s\"", word[0]);
}

/* A vendor of today: 3.2, and 2.40 for those who ask for no interface. */
static void set_defaults(void)
{
	if (mock_personality.list.entries == 0)
		read_plan(&mock_personality.list, (const char *[]){"2.40", ""});
	if (mock_personality.interfaces == 0) {
		read_standard((const char *[]){"PKCS 11", "3.2", ""});
		read_standard((const char *[]){"PKCS 11", "shared", ""});
	}
}

void mock_read_personality(void)
{
	FILE *file;
	char *line = NULL;
	size_t size = 0;

	file_name = getenv("MOCK_PERSONALITY");
	if (file_name != NULL) {
		file = fopen(file_name, "re");
		if (file == NULL)
			fail("cannot be read");
		while (getline(&line, &size, file) > 0) {
			line_number++;
			read_line(line);
		}
		free(line);
		fclose(file);
	}
	set_defaults();
}
