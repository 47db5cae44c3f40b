/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <string.h>

static const char *const layers[] = {
        [P11L_LAYER_APP] = "app",
        [P11L_LAYER_VENDOR] = "vendor",
        [P11L_LAYER_HIGH_LEVEL] = "high-level",
};

const char *p11l_layer_name(unsigned layer)
{
	return layers[layer < sizeof(layers) / sizeof(layers[0]) ? layer : P11L_LAYER_APP];
}

unsigned p11l_find_layer(const char *name)
{
	for (unsigned i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		if (name != NULL && strcmp(layers[i], name) == 0)
			return i;
	return P11L_LAYER_APP;
}

/* How many items follow the head of a nested item; each TEMPLATE item has a type before it. */
static unsigned skip_head(struct p11l_reader *r, enum p11l_item item, bool *typed)
{
	size_t size;
	unsigned count = 0;

	*typed = item == P11L_ITEM_TEMPLATE;
	switch (item) {
	case P11L_ITEM_UNREADABLE:
	case P11L_ITEM_ADDRESS:
	case P11L_ITEM_NUMBER:
	case P11L_ITEM_LENGTH:
		p11l_get_u64(r);
		break;
	case P11L_ITEM_BYTES:
		p11l_get_u64(r);
		size = p11l_get_u16(r);
		p11l_get_octets(r, &size);
		break;
	case P11L_ITEM_HIDDEN:
		size = 13;
		p11l_get_octets(r, &size);
		break;
	case P11L_ITEM_LIST:
	case P11L_ITEM_TEMPLATE:
		p11l_get_u64(r);
		count = p11l_get_u16(r);
		break;
	case P11L_ITEM_MECHANISM:
		p11l_get_u64(r);
		p11l_get_u64(r);
		count = 1;
		break;
	case P11L_ITEM_STRUCT:
		p11l_get_u16(r);
		count = p11l_get_u8(r);
		break;
	default:
		break;
	}
	return count;
}

/* Most items have one size, and nothing inside. */
static inline bool skip_simple(struct p11l_reader *r)
{
	static const uint8_t sizes[P11L_ITEM_STRUCT + 1] = {
	        [P11L_ITEM_NONE] = 1,
	        [P11L_ITEM_NULL] = 1,
	        [P11L_ITEM_UNREADABLE] = 9,
	        [P11L_ITEM_ADDRESS] = 9,
	        [P11L_ITEM_NUMBER] = 9,
	        [P11L_ITEM_LENGTH] = 9,
	        [P11L_ITEM_UNAVAILABLE] = 1,
	        [P11L_ITEM_HIDDEN] = 14,
	};
	size_t left = (size_t)(r->end - r->at);
	size_t size = left > 0 && *r->at <= P11L_ITEM_STRUCT ? sizes[*r->at] : 0;

	if (size == 0 || size > left)
		return false;
	r->at += size;
	return true;
}

/* Nesting is bounded when records are made; a damaged one must not exhaust the stack. */
static void skip(struct p11l_reader *r, unsigned depth)
{
	bool typed;
	unsigned count;

	count = skip_head(r, p11l_get_item(r), &typed);
	if (depth == 0)
		r->at = r->end;
	for (; count > 0 && r->at < r->end; count--) {
		if (typed)
			p11l_get_u64(r);
		if (depth == 1 || !skip_simple(r))
			skip(r, depth - 1);
	}
}

void p11l_skip_item(struct p11l_reader *r)
{
	if (!skip_simple(r))
		skip(r, 16);
}

static bool get_bytes(struct p11l_reader *r, const uint8_t **octets, size_t *size)
{
	if (p11l_get_item(r) != P11L_ITEM_BYTES)
		return false;
	p11l_get_u64(r);
	*size = p11l_get_u16(r);
	*octets = p11l_get_octets(r, size);
	return true;
}

bool p11l_get_note(struct p11l_reader *r, struct p11l_noted *note)
{
	return get_bytes(r, &note->rule, &note->rule_size) &&
	       get_bytes(r, &note->text, &note->text_size);
}
