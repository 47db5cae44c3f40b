/* SPDX-License-Identifier: MIT */
/* Reading what shall be twisted: one directive a line in a file, or between commas. */
#define _GNU_SOURCE
#include "internal.h"

#include <ctype.h>
#include <stdarg.h>

#define MAX_WORDS 16

struct twist *twists;
unsigned twist_count;

static const char *file_name;
static int line_number;
static unsigned include_depth;

static const struct twist_row *const families[] = {twist_numbers, twist_codes, twist_lifecycle,
        twist_sessions, twist_operations, twist_sizes, twist_signatures, twist_parameters,
        twist_mechanisms, twist_ecdh, twist_templates, twist_reads, twist_params, twist_points,
        twist_info};

static _Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "twist: %s:%d: ", file_name, line_number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* Splits in place; a word in quotes may hold blanks. Behind the last word stand empty ones. */
static unsigned split(char *line, char *word[MAX_WORDS + 1])
{
	static char empty[] = "";
	unsigned count = 0;

	for (unsigned i = 0; i <= MAX_WORDS; i++)
		word[i] = empty;
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

/* Words */

static bool constant(unsigned space, const char *word, CK_ULONG *value)
{
	const struct p11l_space *row = &p11l_spaces[space];

	for (unsigned i = 0; i < row->count; i++) {
		if (strcmp(row->constant[i].name, word) == 0) {
			*value = row->constant[i].value;
			return true;
		}
	}
	return false;
}

static bool whole_number(const char *word, CK_ULONG *value)
{
	char *end;

	*value = word[0] == '-' ? (CK_ULONG)strtol(word, &end, 0) : strtoul(word, &end, 0);
	return *word != '\0' && *end == '\0';
}

static CK_ULONG named(unsigned space, const char *word)
{
	CK_ULONG value;

	if (!constant(space, word, &value) && !whole_number(word, &value))
		fail("\"%s\" is no %s", word, p11l_spaces[space].id);
	return value;
}

/* A constant of any of the spaces that are numbers of things, or a number. */
static CK_ULONG any_number(const char *word)
{
	static const unsigned spaces[] = {
	        P11L_SPACE_mechanism, P11L_SPACE_key_type, P11L_SPACE_object_class};
	CK_ULONG value;

	for (size_t i = 0; i < COUNT(spaces); i++)
		if (constant(spaces[i], word, &value))
			return value;
	if (!whole_number(word, &value))
		fail("\"%s\" is no mechanism, key type, class or number", word);
	return value;
}

static unsigned function_named(const char *word)
{
	int function = p11l_find_function(word);

	if (function < 0)
		fail("there is no function \"%s\"", word);
	return (unsigned)function;
}

static unsigned choice_named(const char *choices, const char *word)
{
	const char *at = choices;

	for (unsigned i = 0; at != NULL; i++) {
		size_t length = strcspn(at, "|");

		if (strlen(word) == length && strncmp(at, word, length) == 0)
			return i;
		at = at[length] == '|' ? at + length + 1 : NULL;
	}
	fail("\"%s\" is not known here; expected %s", word, choices);
}

static void take_flag(struct twist *twist, const char *word)
{
	static const char *const spaces[] = {
	        "token_flags", "slot_flags", "mechanism_flags", "session_flags"};
	CK_FLAGS *to = word[0] == '+' ? &twist->set : &twist->clear;
	CK_ULONG value;

	if (word[0] != '+' && word[0] != '-')
		fail("\"%s\" is no flag; expected a name behind + or -", word);
	for (size_t i = 0; i < COUNT(spaces); i++) {
		if (p11l_find_constant(spaces[i], word + 1, &value)) {
			*to |= value;
			return;
		}
	}
	if (!whole_number(word + 1, &value))
		fail("\"%s\" is no flag of a token, slot, mechanism or session", word + 1);
	*to |= value;
}

static void take_octets(struct twist *twist, const char *word)
{
	unsigned octet;

	for (word += 2; *word != '\0'; word += 2) {
		if (twist->size == sizeof(twist->value) || !isxdigit((unsigned char)word[0]) ||
		        !isxdigit((unsigned char)word[1]) || sscanf(word, "%2x", &octet) != 1)
			fail("\"%s\" is no pair of hexadecimal digits", word);
		twist->value[twist->size++] = (uint8_t)octet;
	}
}

static void take_text(struct twist *twist, const char *word)
{
	twist->size = strlen(word);
	if (twist->size >= sizeof(twist->value))
		fail("\"%s\" is too long", word);
	memcpy(twist->value, word, twist->size + 1);
}

/* true, false, octets as 0x00ff, text, or for attributes that are numbers a number. */
static void take_value(struct twist *twist, const char *word)
{
	const struct p11l_attribute *row = p11l_find_attribute(twist->attribute);
	unsigned role = row != NULL ? row->value.role : P11L_ROLE_BYTES;
	CK_ULONG number;

	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
		twist->value[0] = word[0] == 't';
		twist->size = 1;
	} else if (role == P11L_ROLE_ULONG || role == P11L_ROLE_ENUM) {
		number = any_number(word);
		memcpy(twist->value, &number, sizeof(number));
		twist->size = sizeof(number);
	} else if (strncmp(word, "0x", 2) == 0) {
		take_octets(twist, word);
	} else {
		take_text(twist, word);
	}
}

static void take_where(struct twist_where *where, const char *word)
{
	static const char *const halves[] = {"public", "private", "secret"};

	for (unsigned i = 0; i < COUNT(halves); i++) {
		if (strcmp(word, halves[i]) == 0) {
			where->halves |= 1u << i;
			return;
		}
	}
	if (strncmp(word, "C_", 2) == 0) {
		where->functions |= (twist_functions)1 << function_named(word);
		return;
	}
	where->mechanism = named(P11L_SPACE_mechanism, word);
	where->has_mechanism = true;
}

static void take_function(struct twist *twist, const char *word)
{
	if (strcmp(word, "all") == 0) {
		twist->where.functions = ON_ALL;
		return;
	}
	twist->function = function_named(word);
	twist->where.functions = (twist_functions)1 << twist->function;
}

/* The two words of a pair come one after the other. */
static void take_number_of_pair(struct twist *twist, const char *word)
{
	twist->from = twist->to;
	twist->to = any_number(word);
}

static void take_code(struct twist *twist, const char *word)
{
	twist->other_rv = twist->rv;
	twist->rv = named(P11L_SPACE_rv, word);
}

static void take_word(struct twist *twist, char kind, const char *word)
{
	CK_ULONG number;

	switch (kind) {
	case 'a':
		twist->attribute = named(P11L_SPACE_attribute, word);
		break;
	case 'm':
		twist->mechanism = named(P11L_SPACE_mechanism, word);
		break;
	case 'F':
		take_function(twist, word);
		break;
	case 'r':
		take_code(twist, word);
		break;
	case 'n':
		if (!whole_number(word, &number))
			fail("\"%s\" is no number", word);
		twist->number = (long)number;
		break;
	case 'w':
		twist->choice = choice_named(twist->row->choices, word);
		break;
	case 'f':
		take_flag(twist, word);
		break;
	case 'v':
		take_value(twist, word);
		break;
	case 't':
		take_text(twist, word);
		break;
	case 'p':
		take_number_of_pair(twist, word);
		break;
	default:
		take_where(&twist->where, word);
	}
}

static bool is_code(const char *word)
{
	return strncmp(word, "CKR_", 4) == 0 || isdigit((unsigned char)*word);
}

static void take_words(struct twist *twist, char **word)
{
	const char *kind = twist->row->words;
	bool optional = false;

	for (; *kind != '\0'; kind++) {
		if (*kind == '?') {
			optional = true;
			continue;
		}
		if (**word == '\0' && !optional && *kind != '*')
			fail("%s needs more words", twist->row->name);
		/* A code that is left out does not take the word of what comes after it. */
		if (**word == '\0' || (*kind == 'r' && optional && !is_code(*word)))
			continue;
		do
			take_word(twist, *kind, *word++);
		while ((*kind == '*' || *kind == 'f') && **word != '\0');
	}
	if (**word != '\0')
		fail("\"%s\" is one word too many for %s", *word, twist->row->name);
}

static const struct twist_row *row_named(const char *name, unsigned *order)
{
	*order = 0;
	for (size_t i = 0; i < COUNT(families); i++)
		for (const struct twist_row *row = families[i]; row->name != NULL; row++, ++*order)
			if (strcmp(row->name, name) == 0)
				return row;
	fail("there is no twist \"%s\"", name);
}

/* Twists stand in the order of the rows, and of one row in the order in which they were given. */
static void insert(const struct twist *twist)
{
	unsigned order, other, at = twist_count;

	row_named(twist->row->name, &order);
	twists = realloc(twists, (twist_count + 1) * sizeof(*twists));
	if (twists == NULL)
		fail("out of memory");
	while (at > 0 && row_named(twists[at - 1].row->name, &other) != NULL && other > order) {
		twists[at] = twists[at - 1];
		at--;
	}
	twists[at] = *twist;
	twist_count++;
}

static void include(const char *name);

static void read_line(char *line)
{
	struct twist twist = {0};
	char *word[MAX_WORDS + 1];
	unsigned order;

	if (split(line, word) == 0)
		return;
	if (strcmp(word[0], "include") == 0) {
		include(word[1]);
		return;
	}
	twist.row = row_named(word[0], &order);
	twist.rv = twist.row->rv;
	take_words(&twist, word + 1);
	insert(&twist);
}

static void read_file(void)
{
	FILE *file = fopen(file_name, "re");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		fail("cannot be read");
	while (getline(&line, &size, file) > 0) {
		line_number++;
		read_line(line);
	}
	free(line);
	fclose(file);
}

/* What another file says stands in the place of this line. */
static void include(const char *name)
{
	const char *file = file_name;
	int line = line_number;

	if (include_depth++ == 8)
		fail("files include each other");
	file_name = name;
	line_number = 0;
	read_file();
	file_name = file;
	line_number = line;
	include_depth--;
}

/* Directives between commas; one in quotes may hold none. */
static void read_set(const char *set)
{
	char *copy = strdup(set), *rest = copy, *line;

	if (copy == NULL)
		fail("out of memory");
	while ((line = strsep(&rest, ",")) != NULL) {
		line_number++;
		read_line(line);
	}
	free(copy);
}

void twist_read_directives(void)
{
	const char *set = getenv("TWIST_SET");

	file_name = getenv("TWIST");
	if (file_name != NULL && *file_name != '\0')
		read_file();
	file_name = "TWIST_SET";
	line_number = 0;
	if (set != NULL)
		read_set(set);
}

struct twist *twist_on(const char *name)
{
	for (unsigned i = 0; i < twist_count; i++)
		if (strcmp(twists[i].row->name, name) == 0)
			return &twists[i];
	return NULL;
}
