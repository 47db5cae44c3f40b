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

/* Parts of this size in, and all that comes out in one place. */
static void in_parts(struct p11l_object *key, CK_FLAGS what, const CK_BYTE *octets, size_t size,
        size_t step, struct p11l_buffer *all)
{
	struct p11l_mechanism mechanism = cbc();
	struct p11l_operation *operation;
	struct p11l_buffer out = {0};

	p11l_buffer_clear(all);
	OK(p11l_begin(key, what, &mechanism, &operation));
	while (size > 0) {
		size_t n = size < step ? size : step;

		OK(p11l_update(operation, octets, n, &out));
		OK(p11l_buffer_append(all, out.p, out.len));
		octets += n;
		size -= n;
	}
	OK(p11l_finish(operation, &out));
	OK(p11l_buffer_append(all, out.p, out.len));
	p11l_buffer_free(&out);
	p11l_operation_free(operation);
}

/* However it is cut up, the result is the same, and small parts cost no call each. */
CASE(parts_of_all_sizes)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 65535, 65536, 65537, 200000};
	static const size_t parts[] = {7, 4096, 65536, 100000, 300000};
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_buffer all = {0}, back = {.flags = P11L_SECRET};

	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t j = 0; j < COUNT(parts); j++) {
			CK_BYTE *octets = pattern(sizes[i]), *other;
			size_t length;

			other = expected(octets, sizes[i], &length);
			forget_calls();
			in_parts(key, CKF_ENCRYPT, octets, sizes[i], parts[j], &all);
			assert_true(calls("all") <= 2 + (sizes[i] + 65535) / 65536);
			assert_int_equal(all.len, length);
			assert_memory_equal(all.p, other, length);
			in_parts(key, CKF_DECRYPT, all.p, all.len, parts[j], &back);
			assert_int_equal(back.len, sizes[i]);
			if (sizes[i] > 0)
				assert_memory_equal(back.p, octets, sizes[i]);
			free(octets);
			free(other);
		}
	p11l_buffer_free(&all);
	p11l_buffer_free(&back);
	p11l_object_free(key);
	p11l_close(session);
}

/* Blocks into a buffer of the same size: nothing is refused, and nothing lost. */
CASE(memory_of_the_callers)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	struct p11l_operation *operation;
	struct p11l_buffer out, all = {0}, back = {0};
	CK_BYTE *octets = pattern(64 * 4096), memory[4096 + 16];

	for (size_t room = 4096; room <= sizeof(memory); room += 16) {
		p11l_buffer_clear(&all);
		OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
		for (size_t i = 0; i < 64; i++) {
			p11l_buffer_over(&out, memory, room);
			OK(p11l_update(operation, octets + i * 4096, 4096, &out));
			OK(p11l_buffer_append(&all, out.p, out.len));
		}
		OK(p11l_finish(operation, &out));
		OK(p11l_buffer_append(&all, out.p, out.len));
		p11l_operation_free(operation);
		assert_int_equal(all.len, 64 * 4096 + 16);
		in_parts(key, CKF_DECRYPT, all.p, all.len, 5000, &back);
		assert_int_equal(back.len, 64 * 4096);
		assert_memory_equal(back.p, octets, back.len);
		/* And back, where the module keeps the last block to itself. */
		p11l_buffer_clear(&back);
		OK(p11l_begin(key, CKF_DECRYPT, &mechanism, &operation));
		for (size_t i = 0; i < 64; i++) {
			p11l_buffer_over(&out, memory, room);
			OK(p11l_update(operation, all.p + i * 4096, 4096, &out));
			OK(p11l_buffer_append(&back, out.p, out.len));
		}
		OK(p11l_update(operation, all.p + 64 * 4096, 16, &out));
		OK(p11l_buffer_append(&back, out.p, out.len));
		OK(p11l_finish(operation, &out));
		OK(p11l_buffer_append(&back, out.p, out.len));
		p11l_operation_free(operation);
		assert_int_equal(back.len, 64 * 4096);
		assert_memory_equal(back.p, octets, back.len);
	}
	p11l_buffer_free(&all);
	p11l_buffer_free(&back);
	free(octets);
	p11l_object_free(key);
	p11l_close(session);
}

/* What does not fit is refused before the token gets it, and may be tried again. */
CASE(too_little_room)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	struct p11l_operation *operation;
	struct p11l_buffer out = {0}, all = {0};
	CK_BYTE *octets = pattern(1000), *other, memory[1024];
	size_t length;

	other = expected(octets, 1000, &length);
	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	forget_calls();
	p11l_buffer_over(&out, memory, 100);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_update(operation, octets, 1000, &out));
	assert_int_equal(out.len, 992);
	assert_calls(0, "all");
	p11l_buffer_over(&out, memory, 992);
	OK(p11l_update(operation, octets, 1000, &out));
	OK(p11l_buffer_append(&all, out.p, out.len));
	/* What waits goes out with an update of nothing. */
	p11l_buffer_over(&out, memory, 15);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_finish(operation, &out));
	p11l_buffer_over(&out, memory, 16);
	OK(p11l_finish(operation, &out));
	OK(p11l_buffer_append(&all, out.p, out.len));
	assert_int_equal(all.len, length);
	assert_memory_equal(all.p, other, length);
	FAILS(CKR_OPERATION_NOT_INITIALIZED, p11l_finish(operation, &out));
	FAILS(CKR_OPERATION_NOT_INITIALIZED, p11l_update(operation, octets, 1, &out));
	p11l_operation_free(operation);
	p11l_buffer_free(&all);
	free(octets);
	free(other);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(an_update_of_nothing_flushes)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	struct p11l_operation *operation;
	struct p11l_buffer out = {0};

	OK(p11l_begin(key, CKF_ENCRYPT, &mechanism, &operation));
	OK(p11l_update(operation, "sixteen octets, ", 16, &out));
	assert_int_equal(out.len, 0);
	OK(p11l_update(operation, NULL, 0, &out));
	assert_int_equal(out.len, 16);
	FAILS(CKR_ARGUMENTS_BAD, p11l_update(operation, NULL, 1, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_update(operation, "x", 1, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_finish(operation, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_finish_verify(operation, "x", 1));
	OK(p11l_finish(operation, &out));
	p11l_operation_free(operation);
	FAILS(CKR_ARGUMENTS_BAD, p11l_begin(key, CKF_WRAP, &mechanism, &operation));
	assert_null(operation);
	FAILS(CKR_ARGUMENTS_BAD, p11l_begin(NULL, CKF_SIGN, &mechanism, &operation));
	p11l_operation_free(NULL);
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* What fits into one part is an operation of one part: two calls, and any mechanism. */
CASE(one_part_is_enough)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_operation *operation;
	struct p11l_buffer signature = {0}, none = {0};
	CK_BYTE memory[63];

	OK(p11l_generate_keypair(session, CKK_EC_EDWARDS, 255, NULL, &public_key, &private_key));
	forget_calls();
	OK(p11l_begin(private_key, CKF_SIGN, NULL, &operation));
	OK(p11l_update(operation, "INPUT ", 6, NULL));
	OK(p11l_update(operation, "DATA", 4, NULL));
	p11l_buffer_over(&none, memory, 63);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_finish(operation, &none));
	assert_int_equal(none.len, 64);
	assert_calls(1, "all");
	OK(p11l_finish(operation, &signature));
	assert_calls(2, "all");
	p11l_operation_free(operation);
	OK(p11l_verify(public_key, NULL, "INPUT DATA", 10, signature.p, signature.len));
	OK(p11l_begin(public_key, CKF_VERIFY, NULL, &operation));
	OK(p11l_update(operation, "INPUT DATA", 10, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_finish(operation, &none));
	assert_says("p11l_finish_verify");
	OK(p11l_finish_verify(operation, signature.p, signature.len));
	p11l_operation_free(operation);
	OK(p11l_begin(public_key, CKF_VERIFY, NULL, &operation));
	OK(p11l_update(operation, "INPUT DATE", 10, NULL));
	FAILS(CKR_SIGNATURE_INVALID, p11l_finish_verify(operation, signature.p, signature.len));
	p11l_operation_free(operation);
	p11l_buffer_free(&signature);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

/* Plaintext stays here until its tag is checked. */
static CK_RV decrypt_gcm(struct p11l_object *key, const struct p11l_buffer *all, bool unverified,
        size_t *before, struct p11l_buffer *out)
{
	CK_BYTE gcm_iv[12] = {0};
	struct p11l_mechanism gcm;
	struct p11l_operation *operation;
	CK_RV rv = CKR_OK;

	*before = 0;
	p11l_set_gcm(&gcm, gcm_iv, sizeof(gcm_iv), NULL, 0, 0);
	OK(p11l_begin(key, CKF_DECRYPT, &gcm, &operation));
	if (unverified)
		OK(p11l_let_unverified(operation));
	for (size_t i = 0; rv == CKR_OK && i < all->len; i += 65536) {
		size_t n = all->len - i < 65536 ? all->len - i : 65536;

		rv = p11l_update(operation, all->p + i, n, out);
		*before += out->len;
	}
	if (rv == CKR_OK)
		rv = p11l_finish(operation, out);
	p11l_operation_free(operation);
	return rv;
}

CASE(tags_are_checked_first)
{
	const size_t size = MIB;
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_buffer all = {0}, out = {0};
	CK_BYTE gcm_iv[12] = {0}, *octets = pattern(size);
	struct p11l_mechanism gcm;
	size_t before;

	p11l_set_gcm(&gcm, gcm_iv, sizeof(gcm_iv), NULL, 0, 0);
	OK(p11l_encrypt(key, &gcm, octets, size, &all));
	OK(decrypt_gcm(key, &all, false, &before, &out));
	assert_int_equal(before, 0);
	assert_int_equal(out.len, size);
	assert_memory_equal(out.p, octets, size);
	OK(decrypt_gcm(key, &all, true, &before, &out));
	all.p[0] ^= 1;
	assert_true(decrypt_gcm(key, &all, false, &before, &out) != CKR_OK);
	assert_int_equal(before, 0);
	assert_int_equal(out.len, 0);
	p11l_buffer_free(&all);
	p11l_buffer_free(&out);
	free(octets);
	p11l_object_free(key);
	p11l_close(session);
}

/* A module that gives plaintext at once: the mock, which says that its key is one for GCM. */
static size_t given;

static CK_RV give_at_once(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_DecryptUpdate) {
		assert_true(*(CK_ULONG *)arg[4] >= arg[2]);
		memset((void *)arg[3], 'p', arg[2]);
		*(CK_ULONG *)arg[4] = arg[2];
		given += arg[2];
	}
	if (function == P11L_C_DecryptFinal)
		*(CK_ULONG *)arg[2] = 0;
	return rv;
}

CASE(no_more_is_held_than_that)
{
	static const struct world world = {.mock = "silent C_DecryptUpdate\n"
	                                           "silent C_DecryptFinal\n"
	                                           "attribute CKA_ALWAYS_AUTHENTICATE 0x00\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_operation *operation;
	struct p11l_buffer out = {0};
	CK_BYTE gcm_iv[12] = {0}, *octets = pattern(MIB);
	struct p11l_mechanism gcm;
	struct p11l_object *key;
	CK_RV rv = CKR_OK;

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	vendor()->hook = give_at_once;
	p11l_set_gcm(&gcm, gcm_iv, sizeof(gcm_iv), NULL, 0, 0);
	OK(p11l_begin(key, CKF_DECRYPT, &gcm, &operation));
	for (int i = 0; i < 63; i++) {
		OK(p11l_update(operation, octets, MIB, &out));
		assert_int_equal(out.len, 0);
	}
	for (int i = 0; rv == CKR_OK && i < 4; i++)
		rv = p11l_update(operation, octets, MIB, &out);
	FAILS(P11L_CKR_UNVERIFIED, rv);
	assert_says("p11l_let_unverified");
	assert_true(given <= 64 * MIB + 64);
	p11l_operation_free(operation);
	OK(p11l_begin(key, CKF_DECRYPT, &gcm, &operation));
	OK(p11l_let_unverified(operation));
	for (int i = 0; i < 70; i++) {
		OK(p11l_update(operation, octets, MIB, &out));
		assert_int_equal(out.len, MIB);
	}
	OK(p11l_finish(operation, &out));
	p11l_operation_free(operation);
	vendor()->hook = NULL;
	free(octets);
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* Parts grow where a call takes long, whatever it carries. */
CASE(slow_modules_get_larger_parts)
{
	static const struct world world = {.twist = "slow C_EncryptUpdate 5"};
	const size_t size = 16 * MIB;
	struct p11l_session *session = begin_session(&world);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = cbc();
	CK_BYTE *octets = pattern(size);
	int in = file_of(octets, size), out = open("/dev/null", O_WRONLY);

	forget_calls();
	OK(p11l_encrypt_fd(key, &mechanism, in, out));
	assert_true(calls("C_EncryptUpdate") < 64);
	close(in);
	close(out);
	free(octets);
	p11l_object_free(key);
	p11l_close(session);
}

/* More comes out than anybody could know: nothing is given twice, and the operation is over. */
static CK_RV give_much(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function != P11L_C_EncryptUpdate)
		return rv;
	if (*(CK_ULONG *)arg[4] < 1000)
		rv = CKR_BUFFER_TOO_SMALL;
	*(CK_ULONG *)arg[4] = 1000;
	return rv;
}

static CK_RV give_nonsense(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_EncryptUpdate)
		*(CK_ULONG *)arg[4] = ~(CK_ULONG)0;
	return rv;
}

CASE(more_than_was_expected)
{
	static const struct world world = {.mock = "silent C_EncryptUpdate\n"
	                                           "attribute CKA_ALWAYS_AUTHENTICATE 0x00\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism own = p11l_plain(CKM_VENDOR_DEFINED | 7);
	struct p11l_operation *operation;
	struct p11l_buffer out;
	struct p11l_object *key;
	CK_BYTE memory[100];

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	vendor()->hook = give_much;
	p11l_buffer_over(&out, memory, sizeof(memory));
	OK(p11l_begin(key, CKF_ENCRYPT, &own, &operation));
	forget_calls();
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_update(operation, part, 100, &out));
	assert_calls(2, "C_EncryptUpdate");
	FAILS(CKR_OPERATION_NOT_INITIALIZED, p11l_update(operation, part, 100, &out));
	p11l_operation_free(operation);
	vendor()->hook = give_nonsense;
	OK(p11l_begin(key, CKF_ENCRYPT, &own, &operation));
	forget_calls();
	FAILS(CKR_DEVICE_ERROR, p11l_update(operation, part, 100, &out));
	assert_calls(1, "C_SessionCancel");
	p11l_operation_free(operation);
	vendor()->hook = NULL;
	p11l_object_free(key);
	p11l_close(session);
}

/* An operation belongs to the module as it was when it began. */
CASE(lost_with_the_module)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_module *module = p11l_slot_module(p11l_session_token(session));
	struct p11l_mechanism sha256 = p11l_plain(CKM_SHA256);
	struct p11l_operation *operation;
	struct p11l_buffer digest = {0};

	OK(p11l_begin_digest(session, &sha256, &operation));
	OK(p11l_update(operation, "x", 1, NULL));
	OK(p11l_reinitialise(module));
	forget_calls();
	FAILS(P11L_CKR_DEAD, p11l_finish(operation, &digest));
	p11l_operation_free(operation);
	assert_calls(0, "C_DigestFinal");
	OK(p11l_digest(session, &sha256, "x", 1, &digest));
	p11l_buffer_free(&digest);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parts_of_all_sizes),
	        cmocka_unit_test(memory_of_the_callers),
	        cmocka_unit_test(too_little_room),
	        cmocka_unit_test(an_update_of_nothing_flushes),
	        cmocka_unit_test(one_part_is_enough),
	        cmocka_unit_test(tags_are_checked_first),
	        cmocka_unit_test(no_more_is_held_than_that),
	        cmocka_unit_test(slow_modules_get_larger_parts),
	        cmocka_unit_test(more_than_was_expected),
	        cmocka_unit_test(lost_with_the_module),
	};

	return cmocka_run_group_tests_name("highlevel/stream", tests, NULL, NULL);
}
