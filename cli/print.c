/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define NAME_WIDTH 18

void cli_error(const char *format, ...)
{
	va_list list;

	fputs("pkcs11-lens: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

_Noreturn void cli_no_memory(void)
{
	cli_error("out of memory");
	exit(CLI_FAILED);
}

void *cli_allocate(size_t size)
{
	void *data = calloc(1, size > 0 ? size : 1);

	if (data == NULL)
		cli_no_memory();
	return data;
}

void *cli_reallocate(void *data, size_t size)
{
	data = realloc(data, size);
	if (data == NULL)
		cli_no_memory();
	return data;
}

/* The length of the printable character that text begins with; 0 when there is none. */
static size_t printable(const char *text, size_t size)
{
	mbstate_t state;
	wchar_t c;
	size_t n;

	memset(&state, 0, sizeof(state));
	n = mbrtowc(&c, text, size, &state);
	return n > 0 && n <= size && iswprint((wint_t)c) ? n : 0;
}

void cli_put_escaped(const void *text, size_t size)
{
	const char *at = text, *end = at + size;

	while (at < end) {
		size_t n = printable(at, (size_t)(end - at));

		if (n == 0) {
			printf("\\x%02x", (unsigned)(unsigned char)*at);
			n = 1;
		} else {
			if (*at == '\\' || *at == '"')
				putchar('\\');
			fwrite(at, 1, n, stdout);
		}
		at += n;
	}
}

void cli_put_padded(const CK_UTF8CHAR *text, size_t size)
{
	while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\0'))
		size--;
	putchar('"');
	cli_put_escaped(text, size);
	putchar('"');
}

void cli_put_flags(unsigned space, CK_FLAGS flags)
{
	const struct p11l_space *row = &p11l_spaces[space];
	const char *before = "";

	if (flags == 0)
		fputs("none", stdout);
	for (unsigned i = 0; i < row->count; i++) {
		CK_ULONG bit = row->constant[i].value;

		if (bit == 0 || (flags & bit) != bit)
			continue;
		printf("%s%s", before, row->constant[i].name);
		flags &= ~bit;
		before = "|";
	}
	if (flags != 0)
		printf("%s0x%lx", before, flags);
}

void cli_put_name(int indent, const char *name)
{
	printf("%*s%-*s ", indent, "", NAME_WIDTH, name);
}

void cli_field(int indent, const char *name, const char *format, ...)
{
	va_list list;

	cli_put_name(indent, name);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
}

void cli_field_padded(int indent, const char *name, const CK_UTF8CHAR *text, size_t size)
{
	cli_put_name(indent, name);
	cli_put_padded(text, size);
	putchar('\n');
}

void cli_field_flags(int indent, const char *name, unsigned space, CK_FLAGS flags)
{
	cli_put_name(indent, name);
	cli_put_flags(space, flags);
	putchar('\n');
}

const char *cli_name(unsigned space, CK_ULONG value, char buffer[CLI_NUMBER_SIZE])
{
	const char *name = p11l_name(space, value);

	if (name != NULL)
		return name;
	snprintf(buffer, CLI_NUMBER_SIZE, "0x%08lx", value);
	return buffer;
}

const char *cli_number(CK_ULONG value, char buffer[CLI_NUMBER_SIZE])
{
	if (value == CK_UNAVAILABLE_INFORMATION)
		return "unknown";
	snprintf(buffer, CLI_NUMBER_SIZE, "%lu", value);
	return buffer;
}
