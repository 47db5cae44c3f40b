/* SPDX-License-Identifier: MIT */
/*
 * The Trace Event Format of Chrome, which Perfetto reads. Times are microseconds in a double
 * there, too coarse for those since 1970, so they are told from the beginning of the trace.
 */
#include "output.h"

#include "cli.h"
#include "logging/render/render_json.h"

#include <inttypes.h>
#include <string.h>

void cli_chrome_begin(struct cli_output *output, uint64_t zero)
{
	char buffer[48];
	struct p11l_text t = {.at = buffer, .end = buffer + sizeof(buffer) - 1};

	output->zero = zero;
	p11l_text_time(&t, zero, 9);
	*t.at = '\0';
	printf("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"lens\":\"" P11L_VERSION
	       "\",\"start\":\"%s\"},\"traceEvents\":[",
	        buffer);
}

void cli_chrome_end(void)
{
	puts("\n]}");
}

/* Each event is a line; the first one stands behind a bracket. */
static void next_event(struct cli_output *output)
{
	fputs(output->events++ == 0 ? "\n" : ",\n", stdout);
}

static void put_microseconds(uint64_t ns)
{
	printf("%" PRIu64 ".%03u", ns / 1000, (unsigned)(ns % 1000));
}

/* The name of a process, above its threads. */
void cli_chrome_head(struct cli_output *output, const struct p11l_about *about)
{
	struct p11l_text t = {.at = output->buffer,
	        .end = output->buffer + sizeof(output->buffer) - 1,
	        .escape = P11L_ESCAPE_JSON};
	const char *name = about->program != NULL ? about->program : "?";

	p11l_text_quoted(&t, (const uint8_t *)name, strlen(name));
	*t.at = '\0';
	next_event(output);
	printf("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32
	       ",\"args\":{\"name\":%s}}",
	        about->pid, about->pid, output->buffer);
}

/* A call that never returned only begins. */
void cli_chrome_call(struct cli_output *output, const struct p11l_record *record)
{
	const struct p11l_function *function = &p11l_functions[record->function];
	uint64_t since = record->time >= output->zero ? record->time - output->zero
	                                              : output->zero - record->time;
	size_t size;

	next_event(output);
	printf("{\"name\":\"%s\",\"cat\":\"%s\",\"ph\":\"%s\",\"ts\":%s", function->name,
	        p11l_groups[function->group], cli_returned(record) ? "X" : "B",
	        record->time >= output->zero ? "" : "-");
	put_microseconds(since);
	if (cli_returned(record)) {
		fputs(",\"dur\":", stdout);
		put_microseconds(record->duration);
	}
	printf(",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"args\":", record->pid, record->tid);
	size = p11l_render_json(record, output->buffer, sizeof(output->buffer));
	fwrite(output->buffer, 1, size - 1, stdout); /* without its newline */
	putchar('}');
}
