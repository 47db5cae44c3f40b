/* SPDX-License-Identifier: MIT */
/* From one file descriptor to another. */
#define _POSIX_C_SOURCE 200809L
#include "highlevel/operation/operation.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

struct ends {
	int in, out;
	int error; /* errno of what failed, */
	const char *failed;
};

/* Whether it is worth trying again: after a signal, or when a descriptor does not block. */
static bool again(int fd, short events)
{
	struct pollfd ready = {.fd = fd, .events = events};

	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return poll(&ready, 1, -1) >= 0 || errno == EINTR;
	return errno == EINTR;
}

static long read_fd(void *context, void *octets, CK_ULONG room)
{
	struct ends *ends = context;
	ssize_t n;

	do
		n = read(ends->in, octets, room);
	while (n < 0 && again(ends->in, POLLIN));
	if (n < 0) {
		ends->error = errno;
		ends->failed = "in";
	}
	return n;
}

static long write_fd(void *context, const void *octets, CK_ULONG size)
{
	struct ends *ends = context;
	ssize_t n;

	do
		n = write(ends->out, octets, size);
	while (n < 0 && again(ends->out, POLLOUT));
	if (n < 0) {
		ends->error = errno;
		ends->failed = "out";
	}
	return n;
}

/* Says which descriptor failed, and why. */
static CK_RV explain(const struct ends *ends, CK_RV rv)
{
	if (rv != P11L_CKR_INPUT_OUTPUT || ends->failed == NULL)
		return rv;
	return p11l_refuse(rv, ends->failed, NULL, "file descriptor %d: %s",
	        ends->failed[0] == 'i' ? ends->in : ends->out, strerror(ends->error));
}

CK_RV p11l_stream_fd(struct p11l_operation *operation, int in, int out)
{
	struct ends ends = {.in = in, .out = out};
	bool writes = operation != NULL && p11l_has_output(operation);

	return explain(&ends, p11l_stream(operation, read_fd, writes ? write_fd : NULL, &ends));
}

/* The rest that comes at the end. */
static CK_RV write_rest(int out, const struct p11l_buffer *rest)
{
	struct ends ends = {.out = out};
	CK_ULONG done = 0;

	while (done < rest->len) {
		long n = write_fd(&ends, rest->p + done, rest->len - done);

		if (n <= 0)
			return explain(&ends,
			        p11l_refuse(P11L_CKR_INPUT_OUTPUT, "out", NULL, "takes no more"));
		done += (CK_ULONG)n;
	}
	return CKR_OK;
}

static CK_RV crypt_fd(struct p11l_object *key, CK_FLAGS what,
        const struct p11l_mechanism *mechanism, int in, int out)
{
	struct p11l_operation *operation = NULL;
	struct p11l_buffer rest = {.flags = P11L_SECRET};
	CK_RV rv = p11l_begin(key, what, mechanism, &operation);

	if (rv == CKR_OK)
		rv = p11l_stream_fd(operation, in, out);
	if (rv == CKR_OK)
		rv = p11l_finish(operation, &rest);
	if (rv == CKR_OK)
		rv = write_rest(out, &rest);
	p11l_buffer_free(&rest);
	p11l_operation_free(operation);
	return rv;
}

CK_RV p11l_encrypt_fd(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out)
{
	return crypt_fd(key, CKF_ENCRYPT, mechanism, in, out);
}

CK_RV p11l_decrypt_fd(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out)
{
	return crypt_fd(key, CKF_DECRYPT, mechanism, in, out);
}

CK_RV p11l_sign_fd(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in,
        struct p11l_buffer *signature)
{
	struct p11l_operation *operation = NULL;
	CK_RV rv = p11l_check_buffer(signature, "signature");

	if (rv == CKR_OK)
		rv = p11l_begin(key, CKF_SIGN, mechanism, &operation);
	if (rv == CKR_OK)
		rv = p11l_stream_fd(operation, in, -1);
	if (rv == CKR_OK)
		rv = p11l_finish(operation, signature);
	p11l_operation_free(operation);
	return rv;
}

CK_RV p11l_verify_fd(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in,
        const void *signature, CK_ULONG signature_size)
{
	struct p11l_operation *operation = NULL;
	CK_RV rv = p11l_check_data(signature, signature_size, "signature");

	if (rv == CKR_OK)
		rv = p11l_begin(key, CKF_VERIFY, mechanism, &operation);
	if (rv == CKR_OK)
		rv = p11l_stream_fd(operation, in, -1);
	if (rv == CKR_OK)
		rv = p11l_finish_verify(operation, signature, signature_size);
	p11l_operation_free(operation);
	return rv;
}

CK_RV p11l_digest_fd(struct p11l_session *session, const struct p11l_mechanism *mechanism, int in,
        struct p11l_buffer *digest)
{
	struct p11l_operation *operation = NULL;
	CK_RV rv = p11l_check_buffer(digest, "digest");

	if (rv == CKR_OK)
		rv = p11l_begin_digest(session, mechanism, &operation);
	if (rv == CKR_OK)
		rv = p11l_stream_fd(operation, in, -1);
	if (rv == CKR_OK)
		rv = p11l_finish(operation, digest);
	p11l_operation_free(operation);
	return rv;
}
