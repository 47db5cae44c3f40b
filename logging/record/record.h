/* SPDX-License-Identifier: MIT */
/*
 * The record of one call: a head and two runs of items, what the host handed in and what it got
 * back. Capturing writes it while the call is under way, hiding what is secret; rendering reads
 * it, here or elsewhere, without touching the memory of the call again.
 *
 * The in-run has one item for each parameter of direction in or io, the out-run one for each of
 * direction out or io, in the order of the standard; lengths that are passed by value have none,
 * because the value they belong to carries them. Numbers are in the byte order of the machine.
 *
 * Last come notes on what the lens has changed, each two items of BYTES: the rule, and the text.
 */
#ifndef P11L_RECORD_H
#define P11L_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum p11l_item {
	P11L_ITEM_CUT,         /* the record was full: nothing more follows */
	P11L_ITEM_NONE,        /* not captured */
	P11L_ITEM_NULL,        /* a null pointer */
	P11L_ITEM_UNREADABLE,  /* u64 address: a pointer that leads nowhere */
	P11L_ITEM_ADDRESS,     /* u64 address: a pointer that is not followed */
	P11L_ITEM_NUMBER,      /* u64 */
	P11L_ITEM_LENGTH,      /* u64: only the length is known */
	P11L_ITEM_UNAVAILABLE, /* CK_UNAVAILABLE_INFORMATION where a length should be */
	P11L_ITEM_BYTES,       /* u64 length, u16 shown, the octets shown */
	P11L_ITEM_HIDDEN,      /* u64 length, u8 secrecy, u32 fingerprint */
	P11L_ITEM_LIST,        /* u64 length, u16 shown, an item each */
	P11L_ITEM_TEMPLATE,    /* u64 length, u16 shown, for each u64 type and an item */
	P11L_ITEM_MECHANISM,   /* u64 type, u64 parameter length, the parameter as an item */
	P11L_ITEM_STRUCT,      /* u16 struct, u8 fields, an item each */
};

enum { P11L_RECORD_COMPLETE = 1, P11L_RECORD_OUTPUTS = 2, P11L_RECORD_CHILD = 4 };

/*
 * Who asks: the application, the lens of its own, or a high-level function that the application has
 * called; and what that is called in traces. A name that is none of them is the application.
 */
enum p11l_layer { P11L_LAYER_APP, P11L_LAYER_VENDOR, P11L_LAYER_HIGH_LEVEL };
const char *p11l_layer_name(unsigned layer);
unsigned p11l_find_layer(const char *name);

struct p11l_record {
	uint32_t size;     /* of all of it */
	uint32_t in_size;  /* of the in-run, which follows the head */
	uint64_t sequence; /* of the call, in the process */
	uint64_t time;     /* start, ns since 1970 UTC */
	uint64_t duration; /* of the vendor's part, ns */
	uint64_t rv;
	uint32_t pid, tid;
	uint16_t function;
	uint8_t lane;
	uint8_t state;       /* P11L_RECORD_... */
	uint16_t notes_size; /* of the notes, which end the record */
	uint8_t layer;       /* enum p11l_layer */
	uint8_t unused;
	uint64_t parent; /* P11L_RECORD_CHILD: the sequence of the call that this one is part of */
};

#define P11L_RECORD_SIZE (16 * 1024)

/* Writing. What does not fit is left out, and the run is marked as cut. */
struct p11l_writer {
	uint8_t *at, *end;
	bool cut;
};

static inline bool p11l_room(struct p11l_writer *w, size_t size)
{
	/* One byte is always kept for the mark. */
	if (w->cut || (size_t)(w->end - w->at) <= size) {
		if (!w->cut)
			*w->at++ = P11L_ITEM_CUT;
		w->cut = true;
		return false;
	}
	return true;
}

static inline void p11l_put_raw(struct p11l_writer *w, const void *data, size_t size)
{
	memcpy(w->at, data, size);
	w->at += size;
}

static inline void p11l_put_item(struct p11l_writer *w, enum p11l_item item)
{
	if (p11l_room(w, 1))
		*w->at++ = (uint8_t)item;
}

static inline void p11l_put_u64(struct p11l_writer *w, enum p11l_item item, uint64_t value)
{
	if (!p11l_room(w, 9))
		return;
	*w->at++ = (uint8_t)item;
	p11l_put_raw(w, &value, 8);
}

/* A null pointer, with the length that was given beside it if there is any. */
static inline void p11l_put_null(struct p11l_writer *w, uint64_t length)
{
	if (length == 0)
		p11l_put_item(w, P11L_ITEM_NULL);
	else
		p11l_put_u64(w, P11L_ITEM_LENGTH, length);
}

/* The head of LIST, TEMPLATE and BYTES. */
static inline bool p11l_put_array(
        struct p11l_writer *w, enum p11l_item item, uint64_t length, uint16_t shown)
{
	if (!p11l_room(w, 11))
		return false;
	*w->at++ = (uint8_t)item;
	p11l_put_raw(w, &length, 8);
	p11l_put_raw(w, &shown, 2);
	return true;
}

/* Reading. Past the end, and in what is damaged, everything reads as CUT and 0. */
struct p11l_reader {
	const uint8_t *at, *end;
};

static inline bool p11l_get_raw(struct p11l_reader *r, void *data, size_t size)
{
	if ((size_t)(r->end - r->at) < size) {
		r->at = r->end;
		memset(data, 0, size);
		return false;
	}
	memcpy(data, r->at, size);
	r->at += size;
	return true;
}

static inline enum p11l_item p11l_get_item(struct p11l_reader *r)
{
	uint8_t item;

	if (!p11l_get_raw(r, &item, 1) || item > P11L_ITEM_STRUCT)
		item = P11L_ITEM_CUT;
	if (item == P11L_ITEM_CUT)
		r->at = r->end;
	return (enum p11l_item)item;
}

static inline uint64_t p11l_get_u64(struct p11l_reader *r)
{
	uint64_t value;

	p11l_get_raw(r, &value, sizeof(value));
	return value;
}

static inline uint32_t p11l_get_u32(struct p11l_reader *r)
{
	uint32_t value;

	p11l_get_raw(r, &value, sizeof(value));
	return value;
}

static inline uint16_t p11l_get_u16(struct p11l_reader *r)
{
	uint16_t value;

	p11l_get_raw(r, &value, sizeof(value));
	return value;
}

static inline uint8_t p11l_get_u8(struct p11l_reader *r)
{
	uint8_t value;

	p11l_get_raw(r, &value, sizeof(value));
	return value;
}

/* Octets in place; fewer than asked for when the record ends before. */
static inline const uint8_t *p11l_get_octets(struct p11l_reader *r, size_t *size)
{
	const uint8_t *octets = r->at;

	if ((size_t)(r->end - r->at) < *size)
		*size = (size_t)(r->end - r->at);
	r->at += *size;
	return octets;
}

/* Steps over one item, whatever it holds. */
void p11l_skip_item(struct p11l_reader *r);

/* Where the runs end and the notes begin. A damaged record has no notes; its size must be true. */
static inline const uint8_t *p11l_record_notes(const struct p11l_record *record)
{
	size_t body = record->size - sizeof(*record);
	size_t notes = record->notes_size <= body ? record->notes_size : 0;

	return (const uint8_t *)(record + 1) + (body - notes);
}

/* The two runs. */
static inline void p11l_record_runs(
        const struct p11l_record *record, struct p11l_reader *in, struct p11l_reader *out)
{
	const uint8_t *start = (const uint8_t *)(record + 1), *end = p11l_record_notes(record);
	size_t size = (size_t)(end - start);
	const uint8_t *middle = record->in_size < size ? start + record->in_size : end;

	*in = (struct p11l_reader){start, middle};
	*out = (struct p11l_reader){middle, end};
}

/* The next note; false when there is none any more. */
struct p11l_noted {
	const uint8_t *rule, *text;
	size_t rule_size, text_size;
};
bool p11l_get_note(struct p11l_reader *r, struct p11l_noted *note);

#endif
