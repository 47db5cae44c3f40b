/* SPDX-License-Identifier: MIT */
/* Parts from the caller's memory, and the end. */
#include "highlevel/operation/operation.h"

/* A block or two that a module may hold back, beside what is due. */
#define HELD_BACK 32

/* Hands out what is ready: by exchanging memory where that may move, so that it is not copied. */
CK_RV p11l_hand_out(struct p11l_operation *operation, struct p11l_buffer *out)
{
	struct p11l_buffer *ready = &operation->ready;
	struct p11l_buffer before;
	CK_RV rv;

	if (out == NULL)
		return ready->len > 0 ? p11l_bad_argument("out") : CKR_OK;
	out->flags |= ready->flags & P11L_SECRET;
	if ((out->flags & P11L_FIXED) != 0) {
		rv = p11l_buffer_set(out, ready->p, ready->len);
		if (rv == CKR_OK)
			p11l_buffer_clear(ready);
		return rv;
	}
	p11l_buffer_clear(out);
	before = *out;
	out->p = ready->p;
	out->len = ready->len;
	out->cap = ready->cap;
	ready->p = before.p;
	ready->len = 0;
	ready->cap = before.cap;
	return CKR_OK;
}

static bool is_fixed(const struct p11l_operation *operation, const struct p11l_buffer *out)
{
	return out != NULL && (out->flags & P11L_FIXED) != 0 && p11l_has_output(operation) &&
	       !p11l_holds(operation);
}

/* What comes out when size octets go in. */
static CK_ULONG expected(const struct p11l_operation *operation, CK_ULONG size)
{
	CK_ULONG held = operation->in > operation->out ? operation->in - operation->out : 0;

	return operation->ready.len + p11l_expected(operation->mechanism.type,
	                                      held < HELD_BACK ? held : 0, size,
	                                      operation->what == CKF_DECRYPT);
}

/*
 * How many octets go in now, of what waits and size more. Into memory of the caller's goes no more
 * than it has room for; what would not fit is refused before it goes in, so that nothing is lost.
 */
static CK_RV plan(const struct p11l_operation *operation, CK_ULONG size, struct p11l_buffer *out,
        CK_ULONG *due)
{
	CK_ULONG waiting = operation->waiting.len, all = waiting + size;
	CK_ULONG part = operation->pace.size;

	*due = size == 0 ? all : all - all % part;
	if (!is_fixed(operation, out))
		return CKR_OK;
	if (size > 0 && all < part && all + HELD_BACK <= out->cap)
		*due = 0;
	else if (expected(operation, all) <= out->cap)
		*due = all;
	else if (expected(operation, waiting) <= out->cap && size + HELD_BACK <= out->cap)
		*due = waiting;
	else
		return p11l_buffer_reserve(out, expected(operation, all));
	return CKR_OK;
}

static CK_RV collect(struct p11l_operation *operation, const void *data, CK_ULONG size)
{
	CK_RV rv = CKR_OK;

	if (size == 0)
		return rv;
	rv = p11l_make_room(&operation->waiting, size);
	return rv == CKR_OK ? p11l_buffer_append(&operation->waiting, data, size) : rv;
}

/* Small parts wait for each other; what makes a part of its own goes in without being copied. */
static CK_RV take(
        struct p11l_operation *operation, const CK_BYTE *data, CK_ULONG size, CK_ULONG due)
{
	CK_ULONG waiting = operation->waiting.len, part = operation->pace.size, fill = 0;
	CK_RV rv = CKR_OK;

	if (waiting > 0 && due > 0) {
		if (due > waiting && part > waiting)
			fill = due < part ? due - waiting : part - waiting;
		rv = collect(operation, data, fill);
		if (rv == CKR_OK)
			rv = p11l_flush(operation);
		due -= waiting + fill;
	}
	if (rv == CKR_OK && due > 0)
		rv = p11l_feed(operation, data + fill, due);
	fill += due;
	return rv == CKR_OK ? collect(operation, data + fill, size - fill) : rv;
}

/* What was taken must not be given again, so what fails after that ends the operation. */
static CK_RV go_on(struct p11l_operation *operation, const void *data, CK_ULONG size, CK_ULONG due,
        struct p11l_buffer *out)
{
	CK_RV rv = take(operation, p11l_octets(data), size, due);

	if (rv == CKR_OK && !p11l_holds(operation))
		rv = p11l_hand_out(operation, out);
	if (rv != CKR_OK)
		p11l_drop(operation);
	return rv;
}

CK_RV p11l_update(
        struct p11l_operation *operation, const void *data, CK_ULONG size, struct p11l_buffer *out)
{
	CK_ULONG due = 0;
	CK_RV rv;

	if (operation == NULL)
		return p11l_bad_argument("operation");
	if (out != NULL)
		out->len = 0;
	rv = p11l_check_active(operation);
	if (rv == CKR_OK)
		rv = p11l_check_data(data, size, "data");
	if (rv == CKR_OK && out == NULL && p11l_has_output(operation) && !p11l_holds(operation))
		rv = p11l_bad_argument("out");
	if (rv == CKR_OK)
		rv = plan(operation, size, out, &due);
	return rv == CKR_OK ? go_on(operation, data, size, due, out) : rv;
}

CK_RV p11l_update_key(struct p11l_operation *digest, struct p11l_object *key)
{
	CK_RV rv;

	if (digest == NULL)
		return p11l_bad_argument("digest");
	if (digest->what != CKF_DIGEST)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "digest", NULL,
		        "must come from p11l_begin_digest, as only digests take keys");
	rv = p11l_check_active(digest);
	if (rv == CKR_OK)
		rv = p11l_check_key(key, "key");
	if (rv == CKR_OK)
		rv = p11l_flush(digest);
	if (rv != CKR_OK)
		return rv;
	rv = P11L_TRY(
	        &digest->job, C_DigestKey, digest->job.pooled->handle, p11l_object_handle(key));
	if (rv != CKR_OK)
		return p11l_give_up(digest, rv);
	digest->is_begun = true;
	return CKR_OK;
}
