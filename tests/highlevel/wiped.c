/* SPDX-License-Identifier: MIT */
/* What was secret is not left in memory that is given back. */
#include "highlevel.h"

#include <malloc.h>

static const CK_BYTE secret[] = "plaintext that nobody else shall see";
static const char pin[] = "a PIN that nobody else shall see";
static bool is_watched;
static unsigned left_behind;

#if !ADDRESS_SANITIZER && !THREAD_SANITIZER
void __libc_free(void *memory);

static bool has(const char *octets, size_t size, const void *needle, size_t length)
{
	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(octets + i, needle, length) == 0)
			return true;
	return false;
}

/* Takes the place of the C library's, for the lens as well. */
__attribute__((visibility("default"))) void free(void *memory)
{
	if (memory != NULL && is_watched) {
		size_t size = malloc_usable_size(memory);

		if (has(memory, size, secret, sizeof(secret) - 1) ||
		        has(memory, size, pin, sizeof(pin) - 1))
			left_behind++;
	}
	__libc_free(memory);
}
#define SKIP() (void)0
#else
#define SKIP() skip_case("the sanitizer has its own free")
#endif

/* Decrypts by leaving everything as it is, in its own memory. */
static const struct world echo = {.mock = "echo C_Decrypt\necho C_DecryptUpdate\n"
                                          "silent C_DecryptFinal\n"};

static CK_RV end_with_nothing(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_DecryptFinal)
		*(CK_ULONG *)arg[2] = 0;
	return rv;
}

static struct p11l_object *begin_watching(struct p11l_session **session)
{
	struct p11l_object *key;

	SKIP();
	*session = begin_session(&echo);
	OK(p11l_adopt(*session, MOCK_OBJECT, &key));
	vendor()->hook = end_with_nothing;
	is_watched = true;
	return key;
}

static void end_watching(struct p11l_session *session, struct p11l_object *key)
{
	p11l_object_free(key);
	is_watched = false;
	vendor()->hook = NULL;
	p11l_close(session);
	assert_int_equal(left_behind, 0);
}

CASE(the_watch_sees_something)
{
	struct p11l_buffer copy = {0};

	SKIP();
	prepare(&echo);
	is_watched = true;
	OK(p11l_buffer_set(&copy, secret, sizeof(secret)));
	p11l_buffer_free(&copy);
	is_watched = false;
	assert_int_equal(left_behind, 1);
}

CASE(plaintext)
{
	struct p11l_session *session;
	struct p11l_object *key = begin_watching(&session);
	struct p11l_mechanism own = p11l_plain(CKM_VENDOR_DEFINED | 7), ctr;
	struct p11l_buffer out = {0};
	CK_BYTE memory[sizeof(secret)], counter[16] = {1};

	p11l_set_ctr(&ctr, counter, 0);
	OK(p11l_decrypt(key, &ctr, secret, sizeof(secret), &out));
	assert_memory_equal(out.p, secret, sizeof(secret));
	p11l_buffer_free(&out);
	/* By way of other memory, because nobody knows how much this makes. */
	p11l_buffer_over(&out, memory, sizeof(memory));
	OK(p11l_decrypt(key, &own, secret, sizeof(secret), &out));
	end_watching(session, key);
}

CASE(plaintext_in_parts)
{
	struct p11l_session *session;
	struct p11l_object *key = begin_watching(&session);
	struct p11l_operation *operation;
	struct p11l_buffer out = {0};
	CK_BYTE counter[16] = {1};
	struct p11l_mechanism ctr;

	p11l_set_ctr(&ctr, counter, 0);
	OK(p11l_begin(key, CKF_DECRYPT, &ctr, &operation));
	for (int i = 0; i < 5000; i++)
		OK(p11l_update(operation, secret, sizeof(secret), &out));
	OK(p11l_finish(operation, &out));
	p11l_operation_free(operation);
	p11l_buffer_free(&out);
	/* And when it is given up in the middle. */
	OK(p11l_begin(key, CKF_DECRYPT, &ctr, &operation));
	for (int i = 0; i < 5000; i++)
		OK(p11l_update(operation, secret, sizeof(secret), &out));
	p11l_operation_free(operation);
	p11l_buffer_free(&out);
	end_watching(session, key);
}

CASE(pins_of_keys)
{
	struct p11l_session *session;
	struct p11l_object *key = begin_watching(&session);
	CK_BYTE counter[16] = {1};
	struct p11l_mechanism ctr;
	struct p11l_buffer out = {0};

	p11l_set_ctr(&ctr, counter, 0);
	OK(p11l_set_key_pin(key, pin, 0));
	OK(p11l_decrypt(key, &ctr, "x", 1, &out));
	OK(p11l_set_key_pin(key, "1", 1));
	OK(p11l_set_key_pin(key, pin, sizeof(pin) - 1));
	p11l_buffer_free(&out);
	end_watching(session, key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_watch_sees_something),
	        cmocka_unit_test(plaintext),
	        cmocka_unit_test(plaintext_in_parts),
	        cmocka_unit_test(pins_of_keys),
	};

	return cmocka_run_group_tests_name("highlevel/wiped", tests, NULL, NULL);
}
