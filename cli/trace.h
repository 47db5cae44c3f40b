/* SPDX-License-Identifier: MIT */
/*
 * Saved traces. Whatever a trace was saved as, what is read from it are events: calls as records,
 * and the heads that say where calls come from. A trace gives its events in about the order of
 * time in which calls ended; merging sorts them by when they began.
 */
#ifndef P11L_CLI_TRACE_H
#define P11L_CLI_TRACE_H

#include "logging/record/record.h"
#include "logging/render/format.h"
#include "logging/render/known.h"
#include "map.h"

/* What a trace itself says of a handle. */
struct cli_note {
	uint64_t object;
	struct p11l_known known;
};

struct cli_trace;

struct cli_event {
	struct cli_trace *trace;
	uint64_t time;  /* ns since 1970 */
	uint64_t order; /* among those of one time */
	size_t size;    /* of all of it */
	/* Either is NULL. */
	const struct p11l_about *about;
	struct p11l_record *record;
	unsigned notes;
	const struct cli_note *note;
};

struct cli_event *cli_event_call(struct cli_trace *trace, const struct p11l_record *record,
        const struct cli_note *note, unsigned notes);
struct cli_event *cli_event_head(struct cli_trace *trace, const struct p11l_about *about);

/* Whether a call has come back. */
static inline bool cli_returned(const struct p11l_record *record)
{
	return (record->state & P11L_RECORD_COMPLETE) != 0;
}

/* Whether the inputs of a call are gone, because a ring has overwritten them. */
bool cli_is_partial(const struct p11l_record *record);

struct cli_trace_kind {
	bool (*open)(struct cli_trace *trace);
	/* The next event; NULL when there is no more, or not yet. */
	struct cli_event *(*next)(struct cli_trace *trace);
	/* Says what was wrong with it. */
	void (*report)(struct cli_trace *trace);
	void (*close)(struct cli_trace *trace);
};

struct cli_trace {
	const char *name;
	int fd;
	bool follow;
	const struct cli_trace_kind *kind;
	void *state;         /* of the kind */
	uint64_t size, done; /* how far reading has come, for people; size 0: not known */
	struct cli_map open; /* calls that have not returned yet: events by pid and sequence */
	struct p11l_known_tables *known; /* of its process; NULL: the trace has notes instead */
};

extern const struct cli_trace_kind cli_ring, cli_json;

/* Opens a file and finds out what it is; when that fails, says why. "-": standard input. */
bool cli_trace_open(struct cli_trace *trace, const char *name, bool follow);
void cli_trace_close(struct cli_trace *trace);

/* Keeps a call until it returns. False: there are too many of them. */
bool cli_trace_enter(struct cli_trace *trace, struct cli_event *event);

/* The call that has returned; NULL when it is not known. */
struct cli_event *cli_trace_leave(struct cli_trace *trace, uint32_t pid, uint64_t sequence);

/* Calls of which the return has been seen before the call itself have this in its place. */
extern struct cli_event cli_returned_before;

/* merge.c: several traces as one, in the order of time. */

struct cli_merge {
	struct cli_trace *trace;
	unsigned traces;
	uint64_t *last; /* by trace: when the latest call that was read ended */
	bool *ended;    /* by trace: nothing more for the moment */
	struct cli_event **heap;
	size_t count, room, bytes;
	uint64_t order;
	bool at_end;
};

/* Opens all; when that fails, says why. */
bool cli_merge_open(struct cli_merge *merge, char **names, bool follow);

/* The next event, to be freed; NULL when there is none, or not yet. */
struct cli_event *cli_merge_next(struct cli_merge *merge);

/* To be called when there were none: reads on; what did not return before stays open. */
void cli_merge_again(struct cli_merge *merge);

/* Turns to the calls that have not returned, which cli_merge_next gives after all others. */
void cli_merge_unfinished(struct cli_merge *merge);

void cli_merge_close(struct cli_merge *merge);

#endif
