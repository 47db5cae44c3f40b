/* SPDX-License-Identifier: MIT */
/* How data gets to the module, and what comes of it. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "highlevel/operation/operation.h"

#include <time.h>

/* What plaintext may be held of until its tag is checked. */
#define MOST_HELD ((CK_ULONG)64 << 20)

CK_RV p11l_make_room(struct p11l_buffer *buffer, CK_ULONG size)
{
	CK_ULONG needed = buffer->len + size;

	if (needed <= buffer->cap)
		return CKR_OK;
	/* What is there moves each time, so it grows by leaps once it holds something. */
	if (buffer->len > 0 && needed < 2 * buffer->cap)
		needed = 2 * buffer->cap;
	return p11l_buffer_reserve(buffer, needed);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static CK_RV call(struct p11l_operation *operation, enum p11l_stage stage, const void *data,
        CK_ULONG size, CK_ULONG *length)
{
	struct p11l_job *job = &operation->job;
	CK_SESSION_HANDLE session = job->pooled->handle;
	struct p11l_buffer *ready = &operation->ready;
	CK_BYTE *octets = ready->p != NULL ? ready->p + ready->len : NULL;

	*length = ready->cap - ready->len;
	switch (stage) {
	case P11L_UPDATE:
		return p11l_call_update(job, operation->what, session, data, size, octets, length);
	case P11L_FINAL:
		return p11l_call_final(job, operation->what, session, octets, length);
	default:
		return p11l_call_once(job, operation->what, session, data, size, octets, length);
	}
}

CK_RV p11l_drive(struct p11l_operation *operation, enum p11l_stage stage, const void *data,
        CK_ULONG size, CK_ULONG room)
{
	struct p11l_buffer *ready = &operation->ready;
	bool has_output = stage != P11L_UPDATE || p11l_has_output(operation);
	CK_ULONG length = 0;
	CK_RV rv = CKR_OK;

	operation->job.function = NULL;
	if (has_output)
		rv = p11l_make_room(ready, room);
	if (rv == CKR_OK)
		rv = call(operation, stage, data, size, &length);
	/* By the standard nothing has happened then. */
	if (rv == CKR_BUFFER_TOO_SMALL && length > ready->cap - ready->len &&
	        length < PTRDIFF_MAX / 2 && p11l_make_room(ready, length) == CKR_OK)
		rv = call(operation, stage, data, size, &length);
	if (rv != CKR_OK || !has_output)
		return rv;
	operation->job.function = NULL;
	if (length > ready->cap - ready->len)
		return p11l_refuse(CKR_DEVICE_ERROR, NULL, NULL,
		        "the module says that it wrote %lu octets where there was room for %lu",
		        length, ready->cap - ready->len);
	ready->len += length;
	operation->out += length;
	return CKR_OK;
}

static CK_RV feed_part(struct p11l_operation *operation, const void *data, CK_ULONG size)
{
	uint64_t begun = now();
	CK_RV rv;

	if (p11l_holds(operation) && operation->in + size > MOST_HELD + P11L_SLACK) {
		p11l_drop(operation);
		return p11l_refuse(P11L_CKR_UNVERIFIED, NULL, NULL,
		        "more than %lu MiB of plaintext would be held until its tag is checked; "
		        "p11l_let_unverified lets it out before",
		        MOST_HELD >> 20);
	}
	rv = p11l_drive(operation, P11L_UPDATE, data, size, size + P11L_SLACK);
	if (rv != CKR_OK)
		return p11l_give_up(operation, rv);
	operation->is_begun = true;
	operation->in += size;
	p11l_pace_note(&operation->pace, size, now() - begun);
	return CKR_OK;
}

CK_RV p11l_feed(struct p11l_operation *operation, const void *data, CK_ULONG size)
{
	const CK_BYTE *octets = data;
	CK_RV rv = CKR_OK;

	if (operation->hash.row != NULL) {
		p11l_hash_update(&operation->hash, data, size);
		return CKR_OK;
	}
	while (rv == CKR_OK && size > 0) {
		CK_ULONG part = size < operation->pace.size ? size : operation->pace.size;

		rv = feed_part(operation, octets, part);
		octets += part;
		size -= part;
	}
	return rv;
}

CK_RV p11l_hash_over(struct p11l_operation *operation)
{
	struct p11l_buffer *waiting = &operation->waiting;
	CK_BYTE octets[P11L_DIGEST_INFO_MAX];
	CK_RV rv = p11l_flush(operation);

	if (rv == CKR_OK)
		rv = p11l_buffer_set(waiting, octets, p11l_hash_finish(&operation->hash, octets));
	operation->hash.row = NULL;
	return rv;
}

CK_RV p11l_flush(struct p11l_operation *operation)
{
	CK_RV rv = p11l_feed(operation, operation->waiting.p, operation->waiting.len);

	operation->waiting.len = 0;
	return rv;
}
