/* SPDX-License-Identifier: MIT */
/* Where results go. */
#include "highlevel/operation/parts.h"

#include <string.h>

static bool overlaps(const struct p11l_buffer *buffer, const void *data, CK_ULONG size)
{
	uintptr_t first = (uintptr_t)buffer->p, second = (uintptr_t)data;

	return buffer->p != NULL && size > 0 && first < second + size &&
	       second < first + buffer->cap;
}

/* What was there before stays until there is something new, because it may be the input. */
CK_RV p11l_output_begin(struct p11l_output *output, struct p11l_buffer *to,
        const struct p11l_bound *bound, const void *data, CK_ULONG size)
{
	bool is_fixed = (to->flags & P11L_FIXED) != 0;
	bool is_input = overlaps(to, data, size);
	CK_ULONG room = bound->most > 0 ? bound->most : 1; /* NULL would be a question */
	struct p11l_buffer *place;
	CK_RV rv;

	memset(output, 0, sizeof(*output));
	output->to = to;
	output->other.flags = P11L_SECRET;
	if (is_fixed && to->cap < bound->least)
		return p11l_buffer_reserve(to, bound->least);
	output->is_direct = !is_input && (!is_fixed || to->cap >= room);
	place = output->is_direct ? to : &output->other;
	if (output->is_direct)
		p11l_buffer_clear(to);
	rv = p11l_buffer_reserve(place, room);
	output->octets = place->p;
	output->room = place->cap;
	return rv;
}

/* By a way that is not the caller's memory, because it may not be enough for what comes. */
bool p11l_output_grow(struct p11l_output *output)
{
	struct p11l_buffer *place = &output->other;

	if (output->length <= output->room || output->length > PTRDIFF_MAX)
		return false;
	if (output->is_direct && (output->to->flags & P11L_FIXED) == 0)
		place = output->to;
	output->is_direct = place == output->to;
	if (p11l_buffer_reserve(place, output->length) != CKR_OK)
		return false;
	output->octets = place->p;
	output->room = place->cap;
	return true;
}

static CK_RV take(struct p11l_output *output)
{
	if (output->length > output->room)
		return p11l_refuse(CKR_DEVICE_ERROR, NULL, NULL,
		        "the module says that it wrote %lu octets where there was room for %lu",
		        output->length, output->room);
	if (!output->is_direct)
		return p11l_buffer_set(output->to, output->octets, output->length);
	output->to->len = output->length;
	return CKR_OK;
}

CK_RV p11l_output_end(struct p11l_output *output, CK_RV rv)
{
	struct p11l_buffer *to = output->to;

	if (rv == CKR_OK)
		rv = take(output);
	/* Too small: the length says how many octets it takes. */
	if (rv != CKR_OK && (rv != CKR_BUFFER_TOO_SMALL || (to->flags & P11L_FIXED) == 0))
		p11l_buffer_clear(to);
	p11l_buffer_free(&output->other);
	return rv;
}
