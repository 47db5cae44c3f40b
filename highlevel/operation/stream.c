/* SPDX-License-Identifier: MIT */
/* Everything that can be read. */
#include "highlevel/operation/operation.h"

struct stream {
	struct p11l_operation *operation;
	p11l_read_callback read;
	p11l_write_callback write;
	void *context;
};

static CK_RV failed(const char *which)
{
	return p11l_refuse(P11L_CKR_INPUT_OUTPUT, which, NULL, "has failed");
}

/* Writes what is ready; the memory is for the next part. */
static CK_RV write_ready(struct stream *s)
{
	struct p11l_buffer *ready = &s->operation->ready;
	CK_ULONG done = 0;

	if (p11l_holds(s->operation))
		return CKR_OK;
	while (done < ready->len) {
		long n = s->write(s->context, ready->p + done, ready->len - done);

		if (n <= 0 || (CK_ULONG)n > ready->len - done)
			return failed("write");
		done += (CK_ULONG)n;
	}
	ready->len = 0;
	return CKR_OK;
}

/* Reads until a part is full or there is no more. */
static CK_RV read_part(struct stream *s, bool *is_end)
{
	struct p11l_buffer *waiting = &s->operation->waiting;
	CK_ULONG part = s->operation->pace.size;
	CK_RV rv = CKR_OK;

	if (waiting->cap < part)
		rv = p11l_buffer_reserve(waiting, part);
	while (rv == CKR_OK && waiting->len < part) {
		CK_ULONG room = part - waiting->len;
		long n = s->read(s->context, waiting->p + waiting->len, room);

		if (n < 0 || (CK_ULONG)n > room)
			return failed("read");
		*is_end = n == 0;
		if (n == 0)
			break;
		waiting->len += (CK_ULONG)n;
	}
	return rv;
}

static CK_RV check_cancelled(const struct p11l_operation *operation)
{
	if (atomic_load(&operation->job.session->cancelled) == operation->cancelled)
		return CKR_OK;
	return p11l_refuse(P11L_CKR_CANCELLED, "operation", NULL, "was cancelled by p11l_cancel");
}

/* The last part waits for p11l_finish, which may do with one call for everything. */
static CK_RV run(struct stream *s)
{
	bool is_end = false;
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK && !is_end) {
		rv = check_cancelled(s->operation);
		if (rv == CKR_OK)
			rv = read_part(s, &is_end);
		if (rv == CKR_OK && s->operation->waiting.len >= s->operation->pace.size)
			rv = p11l_flush(s->operation);
		if (rv == CKR_OK)
			rv = write_ready(s);
	}
	return rv;
}

CK_RV p11l_stream(struct p11l_operation *operation, p11l_read_callback read,
        p11l_write_callback write, void *context)
{
	struct stream s = {operation, read, write, context};
	CK_RV rv;

	if (operation == NULL || read == NULL)
		return p11l_bad_argument(operation == NULL ? "operation" : "read");
	if (write == NULL && p11l_has_output(operation))
		return p11l_bad_argument("write");
	rv = p11l_check_active(operation);
	if (rv != CKR_OK)
		return rv;
	rv = run(&s);
	if (rv != CKR_OK)
		p11l_drop(operation);
	return rv;
}
