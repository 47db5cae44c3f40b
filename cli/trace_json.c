/* SPDX-License-Identifier: MIT */
/* Reading a JSON trace, one object a line. */
#define _GNU_SOURCE
#include "json.h"

#include "cli.h"
#include "logging/render/render_json.h"
#include "when.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_ROOM (1 << 20) /* for the longest line */

struct lines {
	char text[LINE_ROOM];
	size_t start, end; /* of what has been read and not been taken yet */
	bool ended;        /* no more for the moment */
	bool too_long;     /* the line at hand, of which the rest is passed over */
	uint64_t line;
	uint64_t good, bad, first_bad; /* lines */
	char why[96];                  /* of the first bad one */
	json_tokener *tokener;
	struct cli_json call;
};

static void fail(struct lines *lines, const char *why)
{
	if (lines->bad++ == 0) {
		lines->first_bad = lines->line;
		snprintf(lines->why, sizeof(lines->why), "%s", why);
	}
}

/* A trace that is followed may be renamed, and go on in a new file of its name. */
static bool reopen(struct cli_trace *trace)
{
	struct lines *lines = trace->state;
	struct stat here, there;
	int fd;

	if (!trace->follow || fstat(trace->fd, &here) != 0 || stat(trace->name, &there) != 0)
		return false;
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino) {
		/* Emptied, it begins anew. */
		if (!S_ISREG(here.st_mode) || lseek(trace->fd, 0, SEEK_CUR) <= here.st_size)
			return false;
		lines->start = lines->end = 0;
		return lseek(trace->fd, 0, SEEK_SET) == 0;
	}
	fd = open(trace->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return false;
	dup2(fd, trace->fd);
	close(fd);
	lines->start = lines->end = 0;
	return true;
}

/* Reads more; false when there is none. */
static bool read_more(struct cli_trace *trace)
{
	struct lines *lines = trace->state;
	ssize_t n;

	if (lines->start > 0) {
		memmove(lines->text, lines->text + lines->start, lines->end - lines->start);
		lines->end -= lines->start;
		lines->start = 0;
	}
	if (lines->end == sizeof(lines->text)) {
		lines->end = 0;
		lines->too_long = true;
	}
	do
		n = read(trace->fd, lines->text + lines->end, sizeof(lines->text) - lines->end);
	while ((n < 0 && errno == EINTR) || (n == 0 && reopen(trace)));
	if (n <= 0)
		return false;
	lines->end += (size_t)n;
	trace->done += (uint64_t)n;
	return true;
}

/* The next line, without its newline; false when there is none. Its end may be missing. */
static bool next_line(struct cli_trace *trace, char **line, size_t *size)
{
	struct lines *lines = trace->state;
	size_t searched = 0;
	char *end;

	do {
		*line = lines->text + lines->start;
		end = memchr(*line + searched, '\n', lines->end - lines->start - searched);
		searched = lines->end - lines->start;
		if (end == NULL && searched == sizeof(lines->text))
			searched = 0;
	} while (end == NULL && read_more(trace));
	if (end == NULL && (trace->follow || lines->start == lines->end))
		return false;
	*line = lines->text + lines->start;
	*size = end != NULL ? (size_t)(end - *line) : lines->end - lines->start;
	lines->start += *size + (end != NULL);
	lines->line++;
	return true;
}

static const char *text_in(json_object *object, const char *key)
{
	json_object *value = cli_json_get(object, key);

	return value != NULL ? json_object_get_string(value) : NULL;
}

static struct cli_event *head_of(struct cli_trace *trace, json_object *object)
{
	const char *time = text_in(object, "time");
	struct p11l_about about = {
	        .lens = text_in(object, "lens"),
	        .program = text_in(object, "program"),
	        .module = text_in(object, "module"),
	        .reveal = text_in(object, "reveal"),
	};
	uint64_t pid = 0;

	cli_json_number(cli_json_get(object, "pid"), &pid);
	about.pid = (uint32_t)pid;
	if (time != NULL)
		cli_parse_time(time, &about.time);
	if (about.lens == NULL)
		about.lens = "?";
	if (about.reveal == NULL)
		about.reveal = "none";
	return cli_event_head(trace, &about);
}

/* A call that has returned is not open any more; one that has not is kept. */
static struct cli_event *call_of(struct cli_trace *trace, json_object *object)
{
	struct lines *lines = trace->state;
	const char *problem = cli_json_call(&lines->call, object);
	const struct p11l_record *record = &lines->call.record.head;
	struct cli_event *event;

	if (problem != NULL) {
		fail(lines, problem);
		return NULL;
	}
	lines->good++;
	event = cli_event_call(trace, record, lines->call.note, lines->call.notes);
	if (cli_returned(record))
		free(cli_trace_leave(trace, record->pid, record->sequence));
	else if (cli_trace_enter(trace, event))
		event = NULL;
	return event;
}

/* What a line says; NULL when it is no event, or none yet. */
static struct cli_event *understand(struct cli_trace *trace, json_object *object)
{
	struct lines *lines = trace->state;
	uint64_t version = 0;
	const char *type;

	cli_json_number(cli_json_get(object, "v"), &version);
	if (version != P11L_JSON_VERSION) {
		fail(lines, version > P11L_JSON_VERSION ? "a later version of the format"
		                                        : "no record of a JSON trace");
		return NULL;
	}
	type = text_in(object, "type");
	if (type == NULL)
		return call_of(trace, object);
	/* Statistics and the like are no calls. */
	lines->good++;
	return strcmp(type, "trace") == 0 ? head_of(trace, object) : NULL;
}

static struct cli_event *parse(struct cli_trace *trace, const char *line, size_t size)
{
	struct lines *lines = trace->state;
	struct cli_event *event = NULL;
	json_object *object;

	if (size == 0)
		return NULL;
	json_tokener_reset(lines->tokener);
	object = json_tokener_parse_ex(lines->tokener, line, (int)size);
	if (json_tokener_get_error(lines->tokener) == json_tokener_success)
		event = understand(trace, object);
	else
		fail(lines, "no valid JSON, as when it was cut off");
	json_object_put(object);
	return event;
}

static struct cli_event *json_next(struct cli_trace *trace)
{
	struct lines *lines = trace->state;
	struct cli_event *event = NULL;
	char *line;
	size_t size;

	while (event == NULL && next_line(trace, &line, &size)) {
		if (lines->too_long)
			fail(lines, "too long");
		else
			event = parse(trace, line, size);
		lines->too_long = false;
	}
	return event;
}

static bool json_open(struct cli_trace *trace)
{
	struct lines *lines = cli_allocate(sizeof(*lines));

	trace->state = lines;
	lines->tokener = json_tokener_new();
	if (lines->tokener == NULL)
		cli_no_memory();
	json_tokener_set_flags(lines->tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	return true;
}

static void json_report(struct cli_trace *trace)
{
	const struct lines *lines = trace->state;

	if (lines->bad > 0)
		cli_error("%s: %" PRIu64 " of %" PRIu64 " lines are passed over; the first is line "
		          "%" PRIu64 ": %s",
		        trace->name, lines->bad, lines->good + lines->bad, lines->first_bad,
		        lines->why);
}

static void json_close(struct cli_trace *trace)
{
	struct lines *lines = trace->state;

	json_tokener_free(lines->tokener);
	free(lines);
}

const struct cli_trace_kind cli_json = {json_open, json_next, json_report, json_close};
