/* SPDX-License-Identifier: MIT */
/* The items of a record in a short notation of the tests' own, independent of the renderers. */
#ifndef ITEMS_TEXT_H
#define ITEMS_TEXT_H

#include "logging/record/record.h"
#include "shim/spec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct items_text {
	char text[4096];
	size_t size;
};

static inline void items_say(struct items_text *out, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static inline void items_say(struct items_text *out, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out->text + out->size, sizeof(out->text) - out->size, format, args);
	va_end(args);
	if (n > 0 && out->size + (size_t)n < sizeof(out->text))
		out->size += (size_t)n;
}

static inline void items_one(struct items_text *out, struct p11l_reader *r);

static inline void items_many(struct items_text *out, struct p11l_reader *r, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			items_say(out, " ");
		items_one(out, r);
	}
}

/* 16:0a0b.. is 16 octets, of which these are shown. */
static inline void items_bytes(struct items_text *out, struct p11l_reader *r)
{
	uint64_t length = p11l_get_u64(r);
	size_t shown = p11l_get_u16(r);
	const uint8_t *octets = p11l_get_octets(r, &shown);

	items_say(out, "%" PRIu64 ":", length);
	for (size_t i = 0; i < shown; i++)
		items_say(out, "%02x", octets[i]);
	if (shown < length)
		items_say(out, "..");
}

/* <4 pin> */
static inline void items_hidden(struct items_text *out, struct p11l_reader *r)
{
	static const char *const words[] = {"public", "data", "key", "pin"};
	uint64_t length = p11l_get_u64(r);
	unsigned secrecy = p11l_get_u8(r);

	p11l_get_u32(r);
	items_say(out, "<%" PRIu64 " %s>", length, words[secrecy & 3]);
}

/* {0=3 0x102=5:..}; a count of more than is shown stands behind it */
static inline void items_template(struct items_text *out, struct p11l_reader *r)
{
	uint64_t length = p11l_get_u64(r);
	unsigned shown = p11l_get_u16(r);

	items_say(out, "{");
	for (unsigned i = 0; i < shown; i++) {
		items_say(out, "%s%#" PRIx64 "=", i > 0 ? " " : "", p11l_get_u64(r));
		items_one(out, r);
	}
	items_say(out, shown < length ? "}of %" PRIu64 : "}", length);
}

static inline void items_list(struct items_text *out, struct p11l_reader *r)
{
	uint64_t length = p11l_get_u64(r);
	unsigned shown = p11l_get_u16(r);

	items_say(out, "(");
	items_many(out, r, shown);
	items_say(out, shown < length ? ")of %" PRIu64 : ")", length);
}

static inline void items_struct(struct items_text *out, struct p11l_reader *r)
{
	unsigned id = p11l_get_u16(r), count = p11l_get_u8(r);

	items_say(out, "%s(", id < P11L_STRUCTS ? p11l_structs[id].name : "?");
	items_many(out, r, count);
	items_say(out, ")");
}

static inline void items_mechanism(struct items_text *out, struct p11l_reader *r)
{
	uint64_t type = p11l_get_u64(r), length = p11l_get_u64(r);

	items_say(out, "m%#" PRIx64 "/%" PRIu64 " ", type, length);
	items_one(out, r);
}

static inline void items_one(struct items_text *out, struct p11l_reader *r)
{
	switch (p11l_get_item(r)) {
	case P11L_ITEM_NONE:
		items_say(out, "none");
		break;
	case P11L_ITEM_NULL:
		items_say(out, "null");
		break;
	case P11L_ITEM_UNREADABLE:
		p11l_get_u64(r);
		items_say(out, "bad");
		break;
	case P11L_ITEM_ADDRESS:
		items_say(out, "@%" PRIx64, p11l_get_u64(r));
		break;
	case P11L_ITEM_NUMBER:
		items_say(out, "%" PRIu64, p11l_get_u64(r));
		break;
	case P11L_ITEM_LENGTH:
		items_say(out, "[%" PRIu64 "]", p11l_get_u64(r));
		break;
	case P11L_ITEM_UNAVAILABLE:
		items_say(out, "unavailable");
		break;
	case P11L_ITEM_BYTES:
		items_bytes(out, r);
		break;
	case P11L_ITEM_HIDDEN:
		items_hidden(out, r);
		break;
	case P11L_ITEM_LIST:
		items_list(out, r);
		break;
	case P11L_ITEM_TEMPLATE:
		items_template(out, r);
		break;
	case P11L_ITEM_MECHANISM:
		items_mechanism(out, r);
		break;
	case P11L_ITEM_STRUCT:
		items_struct(out, r);
		break;
	default:
		items_say(out, "cut");
		r->at = r->end;
	}
}

#endif
