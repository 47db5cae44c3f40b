/* SPDX-License-Identifier: MIT */
/*
 * Sorting by time. Calls are read in about the order in which they ended, so one that took long
 * comes after those that it should come before: a heap of bounded size holds back enough of them.
 */
#include "trace.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define HELD_BACK (UINT64_C(64) << 20) /* octets */

bool cli_merge_open(struct cli_merge *merge, char **names, bool follow)
{
	*merge = (struct cli_merge){.traces = 0};
	while (names[merge->traces] != NULL)
		merge->traces++;
	merge->trace = cli_allocate(merge->traces * sizeof(merge->trace[0]));
	merge->last = cli_allocate(merge->traces * sizeof(merge->last[0]));
	merge->ended = cli_allocate(merge->traces * sizeof(merge->ended[0]));
	for (unsigned i = 0; i < merge->traces; i++)
		if (!cli_trace_open(&merge->trace[i], names[i], follow))
			return false;
	return true;
}

static bool before(const struct cli_event *a, const struct cli_event *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void push(struct cli_merge *merge, struct cli_event *event)
{
	size_t i = merge->count++;

	if (merge->count > merge->room) {
		merge->room = merge->room == 0 ? 1024 : merge->room * 2;
		merge->heap = cli_reallocate(merge->heap, merge->room * sizeof(merge->heap[0]));
	}
	event->order = merge->order++;
	merge->bytes += event->size;
	for (; i > 0 && before(event, merge->heap[(i - 1) / 2]); i = (i - 1) / 2)
		merge->heap[i] = merge->heap[(i - 1) / 2];
	merge->heap[i] = event;
}

static struct cli_event *pop(struct cli_merge *merge)
{
	struct cli_event *event, *last;
	size_t i = 0, child;

	if (merge->count == 0)
		return NULL;
	event = merge->heap[0];
	last = merge->heap[--merge->count];
	while ((child = 2 * i + 1) < merge->count) {
		if (child + 1 < merge->count && before(merge->heap[child + 1], merge->heap[child]))
			child++;
		if (!before(merge->heap[child], last))
			break;
		merge->heap[i] = merge->heap[child];
		i = child;
	}
	merge->heap[i] = last;
	merge->bytes -= event->size;
	return event;
}

/* The trace that is behind the others; NULL when all have ended. */
static struct cli_trace *furthest_behind(struct cli_merge *merge)
{
	struct cli_trace *found = NULL;
	uint64_t last = 0;

	for (unsigned i = 0; i < merge->traces; i++) {
		if (merge->ended[i] || (found != NULL && merge->last[i] >= last))
			continue;
		found = &merge->trace[i];
		last = merge->last[i];
	}
	return found;
}

static void note_end(uint64_t *last, const struct cli_event *event)
{
	uint64_t end = event->time;

	if (event->record != NULL && event->record->duration < UINT64_MAX - end)
		end += event->record->duration;
	if (end > *last)
		*last = end;
}

struct cli_event *cli_merge_next(struct cli_merge *merge)
{
	struct cli_trace *trace;

	while (merge->bytes < HELD_BACK && (trace = furthest_behind(merge)) != NULL) {
		size_t i = (size_t)(trace - merge->trace);
		struct cli_event *event = trace->kind->next(trace);

		if (event == NULL) {
			merge->ended[i] = true;
			continue;
		}
		note_end(&merge->last[i], event);
		push(merge, event);
	}
	return pop(merge);
}

void cli_merge_again(struct cli_merge *merge)
{
	memset(merge->ended, 0, merge->traces * sizeof(merge->ended[0]));
}

static void push_open(struct cli_merge *merge, struct cli_trace *trace)
{
	for (size_t i = 0; i < trace->open.size; i++) {
		const struct cli_map_entry *entry = &trace->open.entry[i];

		if (entry->used && entry->value != (uintptr_t)&cli_returned_before)
			push(merge, (struct cli_event *)entry->value);
	}
	cli_map_free(&trace->open);
}

void cli_merge_unfinished(struct cli_merge *merge)
{
	for (unsigned i = 0; i < merge->traces; i++)
		push_open(merge, &merge->trace[i]);
}

void cli_merge_close(struct cli_merge *merge)
{
	struct cli_event *event;

	while ((event = pop(merge)) != NULL)
		free(event);
	for (unsigned i = 0; i < merge->traces; i++)
		cli_trace_close(&merge->trace[i]);
	free(merge->trace);
	free(merge->last);
	free(merge->ended);
	free(merge->heap);
}
