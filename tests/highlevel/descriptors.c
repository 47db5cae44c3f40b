/* SPDX-License-Identifier: MIT */
/* Data in parts, from memory, callbacks and file descriptors. */
#define _GNU_SOURCE
#include "other_party.h"
#include "streamed.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void holds(int fd, const CK_BYTE *octets, size_t size)
{
	CK_BYTE *is;

	assert_int_equal(lseek(fd, 0, SEEK_END), size);
	is = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(is != MAP_FAILED);
	assert_memory_equal(is, octets, size);
	munmap(is, size);
}

CASE(from_file_to_file)
{
	const size_t size = 64 * MIB + 5;
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	CK_BYTE *octets = pattern(size), *other;
	int in = file_of(octets, size), out = memfd_create("out", 0), back;
	size_t length;

	other = expected(octets, size, &length);
	forget_calls();
	OK(p11l_encrypt_fd(key, &mechanism, in, out));
	assert_true(calls("all") <= 2 + (size + 65535) / 65536);
	holds(out, other, length);
	free(other);
	back = memfd_create("back", 0);
	lseek(out, 0, SEEK_SET);
	OK(p11l_decrypt_fd(key, &mechanism, out, back));
	holds(back, octets, size);
	close(in);
	close(out);
	close(back);
	free(octets);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(signatures_and_digests_of_files)
{
	const size_t size = 3 * MIB + 1;
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_mechanism rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_buffer signature = {0}, digest = {0}, spki = {0};
	CK_BYTE *octets = pattern(size);
	int in = file_of(octets, size);
	unsigned char hash[64];
	EVP_PKEY *openssl;
	size_t n;

	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	OK(p11l_sign_fd(private_key, &rsa, in, &signature));
	OK(p11l_export_public(public_key, &spki));
	openssl = key_of_spki(&spki);
	assert_true(verifies(openssl, "SHA256", octets, size, &signature));
	lseek(in, 0, SEEK_SET);
	OK(p11l_verify_fd(public_key, &rsa, in, signature.p, signature.len));
	lseek(in, 1, SEEK_SET);
	FAILS(CKR_SIGNATURE_INVALID,
	        p11l_verify_fd(public_key, &rsa, in, signature.p, signature.len));
	lseek(in, 0, SEEK_SET);
	OK(p11l_digest_fd(session, NULL, in, &digest));
	assert_int_equal(EVP_Q_digest(NULL, "SHA512", NULL, octets, size, hash, &n), 1);
	assert_int_equal(digest.len, n);
	assert_memory_equal(digest.p, hash, n);
	/* The end of the file: nothing is signed, and that is not an error. */
	OK(p11l_sign_fd(private_key, &rsa, in, &signature));
	assert_true(verifies(openssl, "SHA256", "", 0, &signature));
	EVP_PKEY_free(openssl);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&signature);
	p11l_buffer_free(&digest);
	close(in);
	free(octets);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

/* A pipe that does not block gives a little at a time. */
static void *feed_pipe(void *fd)
{
	for (int i = 0; i < 50; i++) {
		assert_int_equal(write(*(int *)fd, "0123456789", 10), 10);
		sleep_ms(1);
	}
	close(*(int *)fd);
	return NULL;
}

CASE(descriptors_that_do_not_block)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer digest = {0}, same = {0};
	char all[501] = "";
	pthread_t thread;
	int ends[2];

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&thread, NULL, feed_pipe, &ends[1]), 0);
	OK(p11l_digest_fd(session, NULL, ends[0], &digest));
	pthread_join(thread, NULL);
	for (int i = 0; i < 50; i++)
		memcpy(all + 10 * i, "0123456789", 10);
	OK(p11l_digest(session, NULL, all, 500, &same));
	assert_memory_equal(digest.p, same.p, same.len);
	p11l_buffer_free(&digest);
	p11l_buffer_free(&same);
	close(ends[0]);
	p11l_close(session);
}

CASE(descriptors_that_fail)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	CK_BYTE *octets = pattern(200000);
	int in = file_of(octets, 200000), read_only = open("/dev/null", O_RDONLY);
	struct p11l_buffer out = {0};

	FAILS(P11L_CKR_INPUT_OUTPUT, p11l_encrypt_fd(key, &mechanism, -1, 1));
	assert_says("in: file descriptor -1");
	FAILS(P11L_CKR_INPUT_OUTPUT, p11l_encrypt_fd(key, &mechanism, in, read_only));
	assert_says("out: file descriptor");
	/* What remains at the end. */
	lseek(in, 199999, SEEK_SET);
	FAILS(P11L_CKR_INPUT_OUTPUT, p11l_encrypt_fd(key, &mechanism, in, read_only));
	/* The session is good again. */
	OK(p11l_encrypt(key, &mechanism, "x", 1, &out));
	close(in);
	close(read_only);
	free(octets);
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* Callbacks */

struct source {
	size_t left, written;
	unsigned reads;
	long lie; /* what read returns after a few calls, if not 0 */
	struct p11l_session *cancel;
};

static long read_some(void *context, void *octets, CK_ULONG room)
{
	struct source *source = context;
	size_t n = room < 10000 ? room : 10000;

	if (++source->reads == 20 && source->cancel != NULL)
		p11l_cancel(source->cancel);
	if (source->reads == 20 && source->lie != 0)
		return source->lie < 0 ? -1 : (long)room + 1;
	n = n < source->left ? n : source->left;
	memset(octets, 'x', n);
	source->left -= n;
	return (long)n;
}

static long write_some(void *context, const void *octets, CK_ULONG size)
{
	struct source *source = context;
	CK_ULONG n = size > 1000 ? size / 2 : size;

	(void)octets;
	source->written += n;
	return (long)n;
}

static long write_nothing(void *context, const void *octets, CK_ULONG size)
{
	(void)context;
	(void)octets;
	(void)size;
	return 0;
}

CASE(callbacks)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	struct source whole = {.left = 500000}, bad = {.left = 500000, .lie = -1},
	              mad = {.left = 500000, .lie = 1}, full = {.left = 500000},
	              ended = {.left = 500000, .cancel = session};
	struct p11l_operation *operation;
	struct p11l_buffer rest = {0};

	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	FAILS(CKR_ARGUMENTS_BAD, p11l_stream(operation, NULL, write_some, &whole));
	FAILS(CKR_ARGUMENTS_BAD, p11l_stream(operation, read_some, NULL, &whole));
	OK(p11l_stream(operation, read_some, write_some, &whole));
	OK(p11l_finish(operation, &rest));
	assert_int_equal(whole.written + rest.len, 500000 + 16 - 500000 % 16);
	p11l_operation_free(operation);
	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	FAILS(P11L_CKR_INPUT_OUTPUT, p11l_stream(operation, read_some, write_some, &bad));
	FAILS(CKR_OPERATION_NOT_INITIALIZED, p11l_finish(operation, &rest));
	p11l_operation_free(operation);
	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	FAILS(P11L_CKR_INPUT_OUTPUT, p11l_stream(operation, read_some, write_some, &mad));
	p11l_operation_free(operation);
	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	FAILS(P11L_CKR_INPUT_OUTPUT, p11l_stream(operation, read_some, write_nothing, &full));
	p11l_operation_free(operation);
	/* p11l_cancel ends it at the next part. */
	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	FAILS(P11L_CKR_CANCELLED, p11l_stream(operation, read_some, write_some, &ended));
	assert_true(ended.left > 200000);
	p11l_operation_free(operation);
	OK(p11l_encrypt(key, &mechanism, "x", 1, &rest));
	p11l_buffer_free(&rest);
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(from_file_to_file),
	        cmocka_unit_test(signatures_and_digests_of_files),
	        cmocka_unit_test(descriptors_that_do_not_block),
	        cmocka_unit_test(descriptors_that_fail),
	        cmocka_unit_test(callbacks),
	};

	return cmocka_run_group_tests_name("highlevel/descriptors", tests, NULL, NULL);
}
