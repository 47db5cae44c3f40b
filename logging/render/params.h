/* SPDX-License-Identifier: MIT */
/* A record taken apart: what its two runs say of each parameter of the function. */
#ifndef P11L_PARAMS_H
#define P11L_PARAMS_H

#include "logging/record/record.h"
#include "shim/spec.h"

/* One item; at is NULL when there is none. */
struct p11l_span {
	const uint8_t *at, *end;
};

struct p11l_param {
	const struct p11l_member *member;
	struct p11l_span in, out;
	bool implied;   /* a length that is seen in the value it belongs to */
	bool asks_size; /* the pointer was null, and the vendor has filled in the length beside it
	                 */
};

struct p11l_params {
	const struct p11l_function *function;
	struct p11l_param param[P11L_MAX_PARAMS];
	/* The session handed in or opened, and the mechanism, which say what other values mean. */
	bool has_session;
	uint64_t session;
	CK_MECHANISM_TYPE mechanism; /* CKM_VENDOR_DEFINED when there is none */
};

/* The spans lead into the record, which may be damaged; its size must be true. */
void p11l_params_read(struct p11l_params *params, const struct p11l_record *record);

static inline bool p11l_span_is(struct p11l_span span, enum p11l_item item)
{
	return span.at != NULL && *span.at == item;
}

static inline bool p11l_span_same(struct p11l_span a, struct p11l_span b)
{
	size_t size = (size_t)(a.end - a.at);

	return a.at != NULL && b.at != NULL && (size_t)(b.end - b.at) == size &&
	       memcmp(a.at, b.at, size) == 0;
}

/* The number an item is; false when it is something else. */
static inline bool p11l_span_number(struct p11l_span span, uint64_t *number)
{
	struct p11l_reader r = {span.at, span.end};

	if (span.at == NULL || p11l_get_item(&r) != P11L_ITEM_NUMBER)
		return false;
	*number = p11l_get_u64(&r);
	return true;
}

/*
 * Whether a parameter has something to say on return: it was captured, is no length that is seen
 * elsewhere, and no mechanism or message parameter that came back as it went in.
 */
bool p11l_param_came_back(const struct p11l_param *param);

/* Whether the in-run has an item for a parameter. */
static inline bool p11l_has_input(const struct p11l_member *member)
{
	return (member->direction & P11L_IN) != 0 &&
	       (member->type.role != P11L_ROLE_LENGTH || member->pointer);
}

#endif
