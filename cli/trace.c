/* SPDX-License-Identifier: MIT */
/* What the kinds of saved traces have in common, and finding out which kind one is. */
#define _GNU_SOURCE
#include "trace.h"

#include "cli.h"
#include "logging/control.h"
#include "logging/sink/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_OPEN 65536 /* calls that are kept until they return */

struct cli_event cli_returned_before;

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

struct cli_event *cli_event_call(struct cli_trace *trace, const struct p11l_record *record,
        const struct cli_note *note, unsigned notes)
{
	size_t record_size = aligned(record->size), notes_size = notes * sizeof(*note);
	size_t size = sizeof(struct cli_event) + record_size + notes_size;
	struct cli_event *event = cli_allocate(size);
	uint8_t *behind = (uint8_t *)(event + 1);

	memcpy(behind, record, record->size);
	if (notes > 0)
		memcpy(behind + record_size, note, notes_size);
	*event = (struct cli_event){
	        .trace = trace,
	        .time = record->time,
	        .size = size,
	        .record = (struct p11l_record *)(void *)behind,
	        .notes = notes,
	        .note = (const struct cli_note *)(const void *)(behind + record_size),
	};
	return event;
}

/* A copy of a string in the room at *at, which is moved on. */
static const char *keep(char **at, const char *string)
{
	char *copy = *at;

	if (string == NULL)
		return NULL;
	*at = stpcpy(copy, string) + 1;
	return copy;
}

static size_t room_for(const char *string)
{
	return string != NULL ? strlen(string) + 1 : 0;
}

struct cli_event *cli_event_head(struct cli_trace *trace, const struct p11l_about *about)
{
	size_t size = sizeof(struct cli_event) + sizeof(*about) + room_for(about->lens) +
	              room_for(about->program) + room_for(about->module) + room_for(about->reveal);
	struct cli_event *event = cli_allocate(size);
	struct p11l_about *copy = (struct p11l_about *)(void *)(event + 1);
	char *at = (char *)(copy + 1);

	*copy = *about;
	copy->lens = keep(&at, about->lens);
	copy->program = keep(&at, about->program);
	copy->module = keep(&at, about->module);
	copy->reveal = keep(&at, about->reveal);
	*event = (struct cli_event){
	        .trace = trace, .time = about->time, .size = size, .about = copy};
	return event;
}

bool cli_is_partial(const struct p11l_record *record)
{
	const struct p11l_function *function = &p11l_functions[record->function];

	for (unsigned i = 0; i < function->count && record->in_size == 0; i++)
		if ((function->param[i].direction & P11L_IN) != 0)
			return true;
	return false;
}

bool cli_trace_enter(struct cli_trace *trace, struct cli_event *event)
{
	uintptr_t *place, before;

	if (trace->open.count >= MOST_OPEN)
		return false;
	place = cli_map_make(&trace->open, event->record->pid, event->record->sequence);
	before = *place;
	*place = (uintptr_t)event;
	if (before == (uintptr_t)&cli_returned_before)
		free(cli_trace_leave(trace, event->record->pid, event->record->sequence));
	else
		free((void *)before);
	return true;
}

struct cli_event *cli_trace_leave(struct cli_trace *trace, uint32_t pid, uint64_t sequence)
{
	uintptr_t value;

	if (!cli_map_take(&trace->open, pid, sequence, &value) ||
	        value == (uintptr_t)&cli_returned_before)
		return NULL;
	return (struct cli_event *)value;
}

/* What begins like this is something else, which people may take for a trace. */
static const struct {
	const char *begins, *problem;
} others[] = {
        {"# pkcs11-lens", "this is a trace in text, which only people can read; "
                          "show reads ring files and JSON traces"},
        {"<PKCS11>", "this is XML; show reads ring files and JSON traces"},
        {P11L_CONTROL_MAGIC, "this is a control file, for \"pkcs11-lens trace\""},
};

static bool looks_like_json(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '{' || strstr(text, "\n{\"") != NULL;
}

static const char *problem_of(const char *text, ssize_t size, bool follow)
{
	if (size < 0)
		return strerror(errno);
	if (size == 0)
		return follow ? NULL : "the file is empty: nothing has been recorded";
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(text, others[i].begins, strlen(others[i].begins)) == 0)
			return others[i].problem;
	return looks_like_json(text) ? NULL : "neither a ring file of pkcs11-lens nor a JSON trace";
}

/* The kind of an open file; NULL when it is none, after saying why. */
static const struct cli_trace_kind *kind_of(const struct cli_trace *trace)
{
	char text[4096];
	ssize_t size = pread(trace->fd, text, sizeof(text) - 1, 0);
	const char *problem;

	/* A pipe can only be JSON. */
	if (size < 0 && errno == ESPIPE)
		return &cli_json;
	text[size > 0 ? size : 0] = '\0';
	if (size >= 8 && memcmp(text, P11L_RING_MAGIC, 8) == 0)
		return &cli_ring;
	problem = problem_of(text, size, trace->follow);
	if (problem != NULL)
		cli_error("%s: %s", trace->name, problem);
	return problem == NULL ? &cli_json : NULL;
}

bool cli_trace_open(struct cli_trace *trace, const char *name, bool follow)
{
	bool input = strcmp(name, "-") == 0;
	struct stat st;

	*trace = (struct cli_trace){.name = input ? "standard input" : name, .follow = follow};
	trace->fd = input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (trace->fd < 0 || fstat(trace->fd, &st) != 0) {
		cli_error("%s: %s", trace->name, strerror(errno));
		return false;
	}
	if (S_ISREG(st.st_mode))
		trace->size = (uint64_t)st.st_size;
	trace->kind = kind_of(trace);
	return trace->kind != NULL && trace->kind->open(trace);
}

void cli_trace_close(struct cli_trace *trace)
{
	for (size_t i = 0; i < trace->open.size; i++)
		if (trace->open.entry[i].used &&
		        trace->open.entry[i].value != (uintptr_t)&cli_returned_before)
			free((void *)trace->open.entry[i].value);
	cli_map_free(&trace->open);
	if (trace->kind != NULL && trace->state != NULL)
		trace->kind->close(trace);
	if (trace->fd > STDIN_FILENO)
		close(trace->fd);
}
