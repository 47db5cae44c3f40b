/* SPDX-License-Identifier: MIT */
/* Text with a column, and the pieces of C that several outputs have. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "out.h"

#define WIDTH 100
#define TAB   8

static unsigned column;

static void put_text(const char *text)
{
	fputs(text, stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			column = 0;
		else if (*text == '\t')
			column = (column / TAB + 1) * TAB;
		else
			column++;
	}
}

void put(const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	put_text(text);
}

/* Three columns stay free for what may follow: a bracket, a semicolon. */
static void put_fitting(const char *before, const char *text)
{
	if (column + strlen(before) + strlen(text) + 3 > WIDTH)
		put_text("\n\t\t");
	else
		put_text(before);
	put_text(text);
}

void put_word(const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	put_fitting(" ", text);
}

void put_item(size_t index, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	put_text(index > 0 ? "," : "");
	put_fitting(index > 0 ? " " : "", text);
}

void put_column(unsigned wanted)
{
	do
		put_text(" ");
	while (column < wanted);
}

void put_note(const char *what)
{
	put("/* SPDX-License-Identifier: MIT */\n");
	put("/*\n * %s\n * Generated from spec/ by tools/specgen; do not edit.\n */\n", what);
}

void put_parameters(const struct function *function, enum parameters how)
{
	for (size_t i = 0; i < function->count; i++) {
		const struct member *member = &function->member[i];

		switch (how) {
		case PARAMETERS_DECLARED:
			put_item(i, "%s %s", member->ctype, member->name);
			break;
		case PARAMETERS_NAMED:
			put_item(i, "%s", member->name);
			break;
		case PARAMETERS_CAST:
			put_item(i, "(uintptr_t)%s", member->name);
			break;
		}
	}
}

void put_signature(const struct function *function, const char *before, const char *after)
{
	put("%s%s%s(", before, function->name, after);
	put_parameters(function, PARAMETERS_DECLARED);
	put(")");
}

void put_arguments(const struct function *function)
{
	put("\tconst uintptr_t arg[] = {");
	put_parameters(function, PARAMETERS_CAST);
	put("};\n");
}

void put_function_list(const char *name, const char *before, const char *after)
{
	put("static const %s %s = ", function_lists[FUNCTION_LISTS - 1].name, name);
	put_function_entries(before, after);
	put(";\n");
}

void put_function_entries(const char *before, const char *after)
{
	enum since since = function_lists[FUNCTION_LISTS - 1].since;

	put("{\n\t{%u, %u},\n", since_major(since), since_minor(since));
	for (size_t i = 0; i < spec.functions.count; i++)
		put("\t%s%s%s,\n", before, spec.functions.item[i].name, after);
	put("}");
}

void put_struct(const struct record *record)
{
	put("struct %s {\n", record->name);
	for (size_t i = 0; i < record->count; i++) {
		const struct member *member = &record->member[i];

		put("\t%s %s", member->ctype, member->name);
		if (member->dim > 0)
			put("[%u]", member->dim);
		put(";\n");
	}
	put("};\n");
}

unsigned since_major(enum since since)
{
	return since == SINCE_2_40 ? 2 : 3;
}

unsigned since_minor(enum since since)
{
	static const unsigned minor[] = {40, 0, 1, 2};

	return minor[since];
}
