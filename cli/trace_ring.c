/* SPDX-License-Identifier: MIT */
/*
 * Reading a ring file. The process that writes it may be alive and overtake us, or have died in
 * the middle of an entry; the file may be a copy made in the meantime, cut short, or damaged. So
 * nothing is believed but entries with both marks and their sum right, wherever they lie.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "cli.h"
#include "logging/sink/ring.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW      (UINT64_C(1) << 20)
#define STEP        8 /* entries begin at multiples of it */
#define MOST_ROUNDS 8
#define MOST        (sizeof(struct p11l_ring_entry) + P11L_RECORD_SIZE + 16)

struct ring {
	uint64_t size;          /* of the ring */
	uint64_t there;         /* how much of it the file has */
	uint64_t position, end; /* where to look next, and how far */
	uint64_t oldest;        /* what lies before has been overwritten */
	uint64_t head;          /* as the file says */
	bool headless;          /* what it says is wrong */
	uint64_t start;         /* the position of the window */
	size_t filled;
	bool began;            /* the head has been given */
	bool waited, skipping; /* at position is no entry: it was given time, it is stepped over */
	unsigned rounds;       /* in which the process was faster */
	uint64_t entries, holes, lacking;
	struct p11l_about about;
	struct p11l_ring_header header;
	_Alignas(8) uint8_t window[WINDOW];
	_Alignas(8) uint8_t single[MOST]; /* an entry from elsewhere */
	union {
		struct p11l_record head;
		uint8_t octets[2 * P11L_RECORD_SIZE];
	} joined;
};

/* Fewer octets than asked for when the file ends before. */
static size_t read_at(int fd, void *data, size_t size, uint64_t offset)
{
	size_t got = 0;
	ssize_t n = 1;

	while (got < size && n > 0) {
		n = pread(fd, (uint8_t *)data + got, size - got, (off_t)(offset + got));
		if (n > 0)
			got += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	return got;
}

/* Looks how far the process has come; what it has overwritten is not to be believed. */
static void look(const struct cli_trace *trace)
{
	struct ring *ring = trace->state;

	if (ring->headless)
		return;
	read_at(trace->fd, &ring->head, sizeof(ring->head),
	        offsetof(struct p11l_ring_header, head));
	if (ring->head > ring->size && ring->head - ring->size > ring->oldest)
		ring->oldest = ring->head - ring->size;
}

/* Reads from a position, over the end of the ring to its start if need be. What is not there is 0.
 */
static void read_ring(const struct cli_trace *trace, uint64_t position, uint8_t *data, size_t size)
{
	const struct ring *ring = trace->state;
	uint64_t offset = position & (ring->size - 1);
	size_t first = ring->size - offset < size ? (size_t)(ring->size - offset) : size;

	memset(data, 0, size);
	read_at(trace->fd, data, first, P11L_RING_HEADER + offset);
	read_at(trace->fd, data + first, size - first, P11L_RING_HEADER);
}

/* The octets from a position on, as many as an entry can have. */
static const uint8_t *window_at(const struct cli_trace *trace, uint64_t position)
{
	struct ring *ring = trace->state;

	if (position < ring->start || position + MOST > ring->start + ring->filled) {
		ring->filled = ring->size < WINDOW ? (size_t)ring->size : WINDOW;
		ring->start = position;
		read_ring(trace, position, ring->window, ring->filled);
		look(trace);
	}
	return ring->window + (position - ring->start);
}

static bool is_record(const struct p11l_record *record, uint64_t size)
{
	return record->size == size && record->in_size <= size - sizeof(*record) &&
	       record->function < P11L_FUNCTIONS;
}

/*
 * The entry in these octets, if there is a whole one that belongs to this place, which is also
 * that of earlier and later rounds. A copy that was made while the process went on may have later
 * entries than its header knows.
 */
static const struct p11l_record *whole_entry(
        const struct ring *ring, const uint8_t *octets, uint64_t position)
{
	const struct p11l_record *record = (const void *)(octets + sizeof(struct p11l_ring_entry));
	struct p11l_ring_entry entry;
	uint64_t mark, tail;
	uint32_t size;

	memcpy(&entry, octets, sizeof(entry));
	mark = entry.mark;
	size = entry.size;
	if ((((mark ^ P11L_RING_MARK) ^ position) & (ring->size - 1)) != 0 ||
	        (mark ^ P11L_RING_MARK) < position || size < sizeof(*record) ||
	        size > P11L_RECORD_SIZE)
		return NULL;
	memcpy(&tail, octets + p11l_ring_space(size) - sizeof(tail), sizeof(tail));
	return tail == ~mark && is_record(record, size) &&
	                       p11l_ring_sum(mark, record, size, NULL) == entry.sum
	               ? record
	               : NULL;
}

/* The entry at a position that is not the next one; good until the next call. */
static const struct p11l_record *entry_at(const struct cli_trace *trace, uint64_t position)
{
	struct ring *ring = trace->state;
	const struct p11l_record *record;

	if (position % STEP != 0)
		return NULL;
	read_ring(trace, position, ring->single, sizeof(ring->single));
	record = whole_entry(ring, ring->single, position);
	look(trace);
	return position >= ring->oldest ? record : NULL;
}

/* Both entries of a call as one record. */
static const struct p11l_record *join(
        struct ring *ring, const struct p11l_record *first, const struct p11l_record *second)
{
	struct p11l_record *joined = &ring->joined.head;
	uint8_t *at = (uint8_t *)(joined + 1);
	size_t out_size = second->size - sizeof(*second) - second->in_size;

	if (first == NULL || first->function != second->function)
		return second;
	*joined = *second;
	joined->in_size = first->in_size;
	joined->size = (uint32_t)(sizeof(*joined) + first->in_size + out_size);
	memcpy(at, first + 1, first->in_size);
	memcpy(at + first->in_size, (const uint8_t *)(second + 1) + second->in_size, out_size);
	return joined;
}

/* A call that returned, with its inputs if they are still there. */
static struct cli_event *returned(struct cli_trace *trace, const struct p11l_record *second)
{
	struct cli_event *entered = cli_trace_leave(trace, second->pid, second->sequence), *event;
	const struct p11l_record *first = entered != NULL ? entered->record : NULL;

	if (first == NULL) {
		/* Its number says where it would lie. In a copy it can come later than this one. */
		first = entry_at(trace, second->sequence);
		if (first != NULL && (cli_returned(first) || first->sequence != second->sequence))
			first = NULL;
		if (first != NULL && trace->open.count < UINT16_MAX)
			*cli_map_make(&trace->open, second->pid, second->sequence) =
			        (uintptr_t)&cli_returned_before;
	}
	event = cli_event_call(trace, join(trace->state, first, second), NULL, 0);
	free(entered);
	return event;
}

/* The event that an entry makes; NULL when it is only the first half of one. */
static struct cli_event *take(struct cli_trace *trace, const struct p11l_record *record)
{
	struct cli_event *event;

	if (cli_returned(record))
		return returned(trace, record);
	event = cli_event_call(trace, record, NULL, 0);
	return cli_trace_enter(trace, event) ? NULL : event;
}

/* Time for the process to complete an entry that it may be writing. */
static bool wait_for_it(const struct cli_trace *trace)
{
	struct ring *ring = trace->state;

	if (!trace->follow || ring->skipping || ring->waited || ring->position < ring->oldest)
		return false;
	ring->waited = true;
	ring->filled = 0;
	return true;
}

/* Steps over what is no entry. */
static void step_over(struct ring *ring)
{
	uint64_t offset = ring->position & (ring->size - 1);

	if (ring->position < ring->oldest) {
		ring->position = ring->oldest;
		ring->skipping = true;
		/* Overtaken by a whole round: what the process has stored since is as good. */
		if (ring->position >= ring->end && ring->rounds++ < MOST_ROUNDS)
			ring->end = ring->position + ring->size;
		return;
	}
	if (ring->position < ring->head) {
		/* Where the oldest entry is partly overwritten, a hole is to be expected. */
		if (!ring->skipping && ring->position != ring->oldest)
			ring->holes++;
		if (ring->holes > 0)
			ring->lacking += STEP;
	}
	ring->skipping = true;
	ring->position += offset < ring->there ? STEP : ring->size - offset;
}

static struct cli_event *head_event(struct cli_trace *trace)
{
	struct ring *ring = trace->state;

	ring->began = true;
	return cli_event_head(trace, &ring->about);
}

/* The next entry, which is stepped past; NULL when there is none, or not yet. */
static const struct p11l_record *next_entry(struct cli_trace *trace)
{
	struct ring *ring = trace->state;

	while (ring->position < ring->end) {
		const uint8_t *octets = window_at(trace, ring->position);
		const struct p11l_record *record = whole_entry(ring, octets, ring->position);

		if (record != NULL && ring->position >= ring->oldest) {
			ring->waited = ring->skipping = false;
			ring->position += p11l_ring_space(record->size);
			ring->entries++;
			return record;
		}
		if (wait_for_it(trace))
			return NULL;
		step_over(ring);
	}
	return NULL;
}

/* Without a head that can be believed, any entry of any round counts. */
static void ignore_head(struct ring *ring)
{
	ring->headless = true;
	ring->head = ring->oldest = ring->position = 0;
	ring->filled = 0;
	ring->holes = ring->lacking = 0;
	ring->end = ring->size;
}

static struct cli_event *ring_next(struct cli_trace *trace)
{
	struct ring *ring = trace->state;
	const struct p11l_record *record;
	struct cli_event *event;

	if (!ring->began)
		return head_event(trace);
	if (trace->follow && ring->position >= ring->end) {
		look(trace);
		ring->end = ring->head;
		ring->filled = 0;
	}
	while ((record = next_entry(trace)) != NULL) {
		trace->done = trace->size - (ring->end - ring->position);
		event = take(trace, record);
		if (event != NULL)
			return event;
	}
	if (ring->entries == 0 && ring->head != 0 && !trace->follow) {
		ignore_head(ring);
		return ring_next(trace);
	}
	return NULL;
}

static bool is_power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* What is wrong with the header, in buffer if need be; NULL: nothing. */
static const char *header_problem(
        const struct p11l_ring_header *header, size_t got, char *buffer, size_t size)
{
	if (got < sizeof(*header))
		return "the file is cut off within its header";
	if (header->order == __builtin_bswap32(P11L_RING_ORDER))
		return "it was written on a machine of the other byte order; show it on such a one";
	if (header->order != P11L_RING_ORDER)
		return "its header is damaged (byte order)";
	if (header->version != P11L_RING_VERSION) {
		snprintf(buffer, size,
		        "it has version %" PRIu32 " of the ring format, and this tool reads "
		        "version %d; use the pkcs11-lens that belongs to it",
		        header->version, P11L_RING_VERSION);
		return buffer;
	}
	if (!is_power_of_two(header->size) || header->size < MOST || header->size > INT64_MAX / 4) {
		snprintf(buffer, size, "its header is damaged (a ring of %" PRIu64 " bytes)",
		        header->size);
		return buffer;
	}
	return NULL;
}

/* Files from elsewhere may lack the end of a string. */
#define END(string) ((string)[sizeof(string) - 1] = '\0')

static const char *reveal_text(uint32_t reveal)
{
	static const char *const text[8] = {"none", "data", "keys", "data+keys", "pins",
	        "data+pins", "keys+pins", "data+keys+pins"};

	return text[reveal & 7];
}

static void read_about(struct ring *ring)
{
	struct p11l_ring_header *header = &ring->header;

	END(header->lens);
	END(header->program);
	END(header->module);
	ring->about = (struct p11l_about){
	        .lens = header->lens,
	        .program = header->program[0] != '\0' ? header->program : NULL,
	        .module = header->module[0] != '\0' ? header->module : NULL,
	        .reveal = reveal_text(header->reveal),
	        .pid = header->pid,
	        .time = header->started,
	};
}

/* Functions and structs are numbered by the tables of the lens that wrote them. */
static void check_tables(const struct cli_trace *trace, const struct p11l_ring_header *header)
{
	if (header->tables != P11L_TABLES)
		cli_error("%s: written by pkcs11-lens %.31s, which knows other functions or "
		          "structs than this one, " P11L_VERSION ": names may be wrong; use the "
		          "pkcs11-lens that belongs to it",
		        trace->name, header->lens);
}

static bool ring_open(struct cli_trace *trace)
{
	struct ring *ring = cli_allocate(sizeof(*ring));
	size_t got = read_at(trace->fd, &ring->header, sizeof(ring->header), 0);
	char buffer[160];
	const char *problem = header_problem(&ring->header, got, buffer, sizeof(buffer));
	uint64_t whole;

	trace->state = ring;
	if (problem != NULL) {
		cli_error("%s: %s", trace->name, problem);
		return false;
	}
	ring->size = ring->header.size;
	read_about(ring);
	check_tables(trace, &ring->header);
	whole = P11L_RING_HEADER + ring->size;
	if (trace->size < whole)
		cli_error("%s: cut off: only %" PRIu64 " of %" PRIu64 " bytes are there",
		        trace->name, trace->size, whole);
	ring->there = trace->size > P11L_RING_HEADER ? trace->size - P11L_RING_HEADER : 0;
	look(trace);
	if (ring->head % STEP != 0)
		ignore_head(ring);
	ring->position = ring->oldest;
	ring->end = trace->follow ? ring->head : ring->oldest + ring->size;
	trace->known = p11l_known_new();
	trace->size = ring->end - ring->position;
	return true;
}

static void ring_report(struct cli_trace *trace)
{
	const struct ring *ring = trace->state;
	uint64_t lost = 0;

	read_at(trace->fd, &lost, sizeof(lost), offsetof(struct p11l_ring_header, lost));
	if (lost > 0)
		cli_error("%s: %" PRIu64 " calls could not be recorded", trace->name, lost);
	if (ring->holes > 0)
		cli_error("%s: %" PRIu64 " places, %" PRIu64 " bytes in all, hold no entry: "
		          "somebody died while writing there, or the file is damaged",
		        trace->name, ring->holes, ring->lacking);
}

static void ring_close(struct cli_trace *trace)
{
	free(trace->state);
	free(trace->known);
}

const struct cli_trace_kind cli_ring = {ring_open, ring_next, ring_report, ring_close};
