/* SPDX-License-Identifier: MIT */
/* Reading saved traces as the tool does; what the reader says of their faults is not shown. */
#ifndef FUZZ_TRACE_H
#define FUZZ_TRACE_H

#include "fuzz.h"

#include "cli/output.h"
#include "cli/read.h"
#include "logging/render/format.h"
#include "tests/unit/wellformed.h"

/* Linked with --wrap. */
void __wrap_cli_error(const char *format, ...);

void __wrap_cli_error(const char *format, ...)
{
	(void)format;
}

static char rendered[32 * 1024];

static void check_format(
        const struct p11l_record *record, int format, bool (*good)(const char *text, size_t size))
{
	size_t size = p11l_formats[format].record(record, rendered, sizeof(rendered));

	expect(size <= sizeof(rendered) && good(rendered, size), "cannot be read");
}

static bool is_text(const char *text, size_t size)
{
	return size > 0 && text[size - 1] == '\n';
}

/* Whatever is read can be shown, in each format. */
static void check_event(void *user, const struct cli_event *event, const struct cli_facts *facts)
{
	(void)facts;
	if (event->record != NULL) {
		check_format(event->record, P11L_TRACE_TEXT, is_text);
		check_format(event->record, P11L_TRACE_JSON, is_json_line);
		check_format(event->record, P11L_TRACE_XML, is_xml_content);
	}
	cli_output_event(user, event);
}

static void read_trace(const char *name)
{
	static struct cli_output output;
	char own[64], *names[] = {own, NULL};
	struct cli_call call = {.arguments = names};
	struct cli_read read = {.user = &output, .event = check_event};

	snprintf(own, sizeof(own), "%s", name);
	memset(&output, 0, sizeof(output));
	output.format = CLI_AS_CHROME;
	if (cli_read_start(&read, &call) == CLI_OK) {
		cli_read_all(&read);
		cli_output_end(&output);
	}
	cli_read_end(&read);
}

#endif
