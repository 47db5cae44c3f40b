/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "output.h"

#include "cli.h"
#include "logging/render/render_json.h"
#include "logging/render/render_text.h"
#include "logging/render/render_xml.h"

#include <string.h>

/* As terminals understand them (ECMA-48). */
#define BOLD   "\033[1m"
#define RED    "\033[31m"
#define NORMAL "\033[m"

static const struct {
	const char *name;
	size_t (*head)(const struct p11l_about *about, char *buffer, size_t size);
	size_t (*record)(const struct p11l_record *record, char *buffer, size_t size);
	bool once; /* the head is the beginning of a document */
} formats[CLI_FORMATS] = {
        [CLI_AS_TEXT] = {"text", p11l_text_head, p11l_render_text, false},
        [CLI_AS_JSON] = {"json", p11l_json_head, p11l_render_json, false},
        [CLI_AS_XML] = {"xml", p11l_xml_head, p11l_render_xml, true},
        [CLI_AS_CHROME] = {"chrome", NULL, NULL, true},
};

enum cli_format cli_format_named(const char *name)
{
	int i = 0;

	while (i < CLI_FORMATS && strcmp(formats[i].name, name) != 0)
		i++;
	return (enum cli_format)i;
}

static void put(const char *text, size_t size)
{
	fwrite(text, 1, size, stdout);
}

static void put_coloured(const char *colour, const char *text, size_t size)
{
	fputs(colour, stdout);
	put(text, size);
	fputs(NORMAL, stdout);
}

/* The name of the function in bold, and a result other than CKR_OK in red. */
static void put_line(const struct p11l_record *record, const char *line, size_t size)
{
	const char *name = p11l_functions[record->function].name;
	const char *newline = memchr(line, '\n', size);
	size_t first = newline != NULL ? (size_t)(newline - line) : size, length = strlen(name);
	const char *at = memmem(line, first, name, length);
	const char *result = memrchr(line, '=', first);

	if (at == NULL) {
		put(line, size);
		return;
	}
	put(line, (size_t)(at - line));
	put_coloured(BOLD, at, length);
	at += length;
	if (cli_returned(record) && record->rv != CKR_OK && result != NULL && result > at) {
		put(at, (size_t)(result - at));
		put_coloured(RED, result, (size_t)(line + first - result));
		at = line + first;
	}
	put(at, (size_t)(line + size - at));
}

/* What begins a document, about whatever comes first. */
static void begin(struct cli_output *output, const struct cli_event *event)
{
	struct p11l_about about = {.lens = P11L_VERSION, .reveal = "none", .time = event->time};
	const struct p11l_about *first = event->about != NULL ? event->about : &about;

	if (output->began)
		return;
	output->began = true;
	if (event->record != NULL)
		about.pid = event->record->pid;
	if (output->format == CLI_AS_CHROME)
		cli_chrome_begin(output, event->time);
	else if (formats[output->format].once)
		put(output->buffer, formats[output->format].head(
		                            first, output->buffer, sizeof(output->buffer)));
}

static void put_head(struct cli_output *output, const struct p11l_about *about)
{
	if (output->format == CLI_AS_CHROME)
		cli_chrome_head(output, about);
	else if (!formats[output->format].once)
		put(output->buffer, formats[output->format].head(
		                            about, output->buffer, sizeof(output->buffer)));
}

static void put_call(struct cli_output *output, const struct p11l_record *record)
{
	size_t size;

	if (output->format == CLI_AS_CHROME) {
		cli_chrome_call(output, record);
		return;
	}
	size = formats[output->format].record(record, output->buffer, sizeof(output->buffer));
	if (output->colours)
		put_line(record, output->buffer, size);
	else
		put(output->buffer, size);
}

void cli_output_event(struct cli_output *output, const struct cli_event *event)
{
	begin(output, event);
	if (event->about != NULL)
		put_head(output, event->about);
	else
		put_call(output, event->record);
}

void cli_output_end(struct cli_output *output)
{
	const struct cli_event nothing = {.time = 0};

	if (output->format == CLI_AS_CHROME || output->format == CLI_AS_XML)
		begin(output, &nothing);
	if (output->format == CLI_AS_CHROME)
		cli_chrome_end();
	else if (output->format == CLI_AS_XML)
		put(output->buffer, p11l_xml_tail(output->buffer, sizeof(output->buffer)));
}
