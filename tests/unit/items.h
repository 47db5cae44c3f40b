/* SPDX-License-Identifier: MIT */
/* Records made by hand, item by item. */
#ifndef ITEMS_H
#define ITEMS_H

#include "logging/record/record.h"
#include "shim/spec.h"

union made_record {
	struct p11l_record head;
	uint8_t octets[P11L_RECORD_SIZE];
};

struct making {
	union made_record record;
	struct p11l_writer w;
};

#define MADE_TIME UINT64_C(1795449358401815123) /* 2026-11-23T15:55:58.401815123Z */

/* Begins the inputs of a call. */
static inline void make_call(struct making *m, unsigned function)
{
	m->record.head = (struct p11l_record){
	        .sequence = 17,
	        .time = MADE_TIME,
	        .duration = 19972000,
	        .pid = 4,
	        .tid = 5,
	        .function = (uint16_t)function,
	};
	m->w = (struct p11l_writer){m->record.octets + sizeof(m->record.head),
	        m->record.octets + sizeof(m->record), false};
}

/* After all items: what the lens has changed. */
static inline void make_note(struct making *m, const char *rule, const char *text)
{
	uint8_t *start = m->w.at;

	p11l_put_array(&m->w, P11L_ITEM_BYTES, strlen(rule), (uint16_t)strlen(rule));
	p11l_put_raw(&m->w, rule, strlen(rule));
	p11l_put_array(&m->w, P11L_ITEM_BYTES, strlen(text), (uint16_t)strlen(text));
	p11l_put_raw(&m->w, text, strlen(text));
	m->record.head.notes_size = (uint16_t)(m->record.head.notes_size + (m->w.at - start));
}

/* The call has returned; what follows are its outputs. */
static inline void make_return(struct making *m, CK_RV rv)
{
	struct p11l_record *head = &m->record.head;

	head->in_size = (uint32_t)(m->w.at - m->record.octets) - (uint32_t)sizeof(*head);
	head->rv = rv;
	head->state |= P11L_RECORD_COMPLETE;
	if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
		head->state |= P11L_RECORD_OUTPUTS;
}

static inline const struct p11l_record *made(struct making *m)
{
	struct p11l_record *head = &m->record.head;

	head->size = (uint32_t)(m->w.at - m->record.octets);
	if (head->state == 0)
		head->in_size = head->size - (uint32_t)sizeof(*head);
	return head;
}

static inline void put_number(struct p11l_writer *w, uint64_t value)
{
	p11l_put_u64(w, P11L_ITEM_NUMBER, value);
}

/* Octets of a value that has so many. */
static inline void put_cut_octets(
        struct p11l_writer *w, const void *octets, size_t shown, uint64_t length)
{
	p11l_put_array(w, P11L_ITEM_BYTES, length, (uint16_t)shown);
	p11l_put_raw(w, octets, shown);
}

static inline void put_octets(struct p11l_writer *w, const void *octets, size_t size)
{
	put_cut_octets(w, octets, size, size);
}

static inline void put_text(struct p11l_writer *w, const char *text)
{
	put_octets(w, text, strlen(text));
}

static inline void put_hidden(
        struct p11l_writer *w, uint64_t length, uint8_t secrecy, uint32_t print)
{
	p11l_put_item(w, P11L_ITEM_HIDDEN);
	p11l_put_raw(w, &length, 8);
	p11l_put_raw(w, &secrecy, 1);
	p11l_put_raw(w, &print, 4);
}

/* What comes before the parameter. */
static inline void put_mechanism(struct p11l_writer *w, uint64_t type, uint64_t length)
{
	p11l_put_item(w, P11L_ITEM_MECHANISM);
	p11l_put_raw(w, &type, 8);
	p11l_put_raw(w, &length, 8);
}

/* What comes before the fields. */
static inline void put_struct(struct p11l_writer *w, unsigned id)
{
	uint16_t id16 = (uint16_t)id;
	uint8_t count = (uint8_t)p11l_structs[id].count;

	p11l_put_item(w, P11L_ITEM_STRUCT);
	p11l_put_raw(w, &id16, 2);
	p11l_put_raw(w, &count, 1);
}

/* What comes before the value of an attribute, in a template. */
static inline void put_type(struct p11l_writer *w, uint64_t type)
{
	p11l_put_raw(w, &type, 8);
}

#endif
