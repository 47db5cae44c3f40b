/* SPDX-License-Identifier: MIT */
/* Files to rows: lines, fields, and the checks that any row may need. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read.h"

struct spec spec;

void bad(const struct place *place, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:", place->file);
	if (place->line > 0)
		fprintf(stderr, "%u:", place->line);
	fputc(' ', stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void *need_memory(void *memory)
{
	if (memory == NULL) {
		fputs("specgen: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return memory;
}

/* The list is full whenever its count is a power of two (or nothing), so no capacity is kept. */
void *append(void *list, size_t *count, size_t size)
{
	char *item;

	memcpy(&item, list, sizeof item);
	if ((*count & (*count - 1)) == 0) {
		item = need_memory(realloc(item, (*count == 0 ? 1 : *count * 2) * size));
		memcpy(list, &item, sizeof item);
	}
	item += *count * size;
	memset(item, 0, size);
	(*count)++;
	return item;
}

/* Text lives in blocks that stay reachable, so that leak checkers have nothing to say. */
char *keep(const char *text, size_t length)
{
	static struct block {
		struct block *older;
		size_t used;
		char text[32 * ROW_BYTES];
	} * block;
	char *copy;

	if (block == NULL || block->used + length + 1 > sizeof block->text) {
		struct block *fresh = need_memory(malloc(sizeof *fresh));

		fresh->older = block;
		fresh->used = 0;
		block = fresh;
	}
	copy = &block->text[block->used];
	block->used += length + 1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* Takes a line without its comment, and refuses what an editor would not show. */
static bool next_line(FILE *file, const struct place *place, char line[ROW_BYTES])
{
	size_t length = 0, bytes = 0;
	bool comment = false;
	int byte, before = ' ';

	while ((byte = fgetc(file)) != EOF && byte != '\n') {
		if (++bytes == ROW_BYTES)
			bad(place, "line longer than %d bytes; split the row", ROW_BYTES - 1);
		/* inside a word it is the number of an issue: owner/project#12 */
		comment = comment || (byte == '#' && (before == ' ' || before == '\t'));
		before = byte;
		if (comment)
			continue;
		if (byte != '\t' && (byte < ' ' || byte > '~'))
			bad(place, "byte 0x%02x: rows are plain ASCII; remove it", (unsigned)byte);
		line[length++] = (char)byte;
	}
	line[length] = '\0';
	return byte != EOF || bytes > 0;
}

static void split(struct row *row, const char *line)
{
	row->indented = *line == ' ' || *line == '\t';
	row->count = 0;
	for (;;) {
		size_t length;

		line += strspn(line, " \t");
		if (*line == '\0')
			return;
		if (row->count == ROW_FIELDS)
			bad(&row->place, "more than %d fields; split the row", ROW_FIELDS);
		length = strcspn(line, " \t");
		row->field[row->count++] = keep(line, length);
		line += length;
	}
}

void read_rows(const char *dir, const char *name, void (*take)(struct row *row))
{
	char path[1024], line[ROW_BYTES];
	struct row row = {0};
	bool any = false;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	row.place.file = keep(path, strlen(path));
	file = fopen(path, "r");
	if (file == NULL)
		bad(&row.place, "cannot read: %s", strerror(errno));
	for (;;) {
		row.place.line++;
		if (!next_line(file, &row.place, line))
			break;
		split(&row, line);
		if (row.count > 0) {
			take(&row);
			any = true;
		}
	}
	if (ferror(file))
		bad(&row.place, "cannot read: %s", strerror(errno));
	fclose(file);
	if (!any)
		bad(&row.place, "no rows");
}

void need_fields(const struct row *row, size_t least, size_t most, const char *form)
{
	if (row->count < least)
		bad(&row->place, "too few fields; a row is: %s", form);
	if (row->count > most)
		bad(&row->place, "'%s' is too much; a row is: %s", row->field[most], form);
}

static bool is_name(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	                              "0123456789";

	return strspn(text, letters) == strlen(text) && strcspn(text, "0123456789") > 0;
}

const char *need_name(const struct row *row, size_t index)
{
	const char *name = row->field[index];

	if (!is_name(name))
		bad(&row->place, "'%s' is not a name", name);
	return name;
}

/* A type or struct that is new; what ends in _PTR is made from it. */
const char *need_type_name(const struct row *row, size_t index)
{
	const char *name = need_name(row, index);
	struct ctype ctype = find_ctype(name);

	if (ctype.kind != KIND_UNKNOWN)
		bad(&row->place, "type '%s' stands twice or is built in", name);
	if (ctype.pointers > 0)
		bad(&row->place, "'%s': pointer types follow from the others", name);
	return name;
}

enum since need_since(const struct row *row, size_t index)
{
	size_t since = find_word(row->field[index], since_names, SINCE_3_2 + 1);

	if (since == NOWHERE)
		bad(&row->place, "'%s' is no version; 2.40, 3.0, 3.1 and 3.2 are",
		        row->field[index]);
	return (enum since)since;
}

unsigned long need_number(const struct place *place, const char *text, unsigned long most)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long number = digits > 0 && digits < 10 ? strtoul(text, NULL, 10) : 0;

	if (digits == 0 || text[digits] != '\0' || number == 0 || number > most)
		bad(place, "'%s' is not a number from 1 to %lu", text, most);
	return number;
}

void read_spec(const char *dir)
{
	read_rows(dir, "constants.spec", take_constant_row);
	read_rows(dir, "types.spec", take_type_row);
	read_rows(dir, "structs.spec", take_struct_row);
	read_rows(dir, "functions.spec", take_function_row);
	read_rows(dir, "attributes.spec", take_attribute_row);
	read_rows(dir, "mechanisms.spec", take_mechanism_row);
	read_rows(dir, "returns.spec", take_returns_row);
	read_rows(dir, "curves.spec", take_curve_row);
	read_rows(dir, "rules.spec", take_order_row);
	for (size_t i = 0; i < spec.families.count; i++) {
		char name[128];

		snprintf(name, sizeof name, "rules/%.100s.spec", spec.families.item[i].name);
		read_rows(dir, name, take_rule_row);
	}
	read_rows(dir, "numbers.spec", take_number_row);
	read_rows(dir, "getters.spec", take_getter_row);
}
