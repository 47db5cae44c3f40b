/* SPDX-License-Identifier: MIT */
/* Once a thread is known, a call that is recorded allocates nothing, in whatever format. */
#define _GNU_SOURCE
#include "harness.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define WARM_UP 50
#define CALLS   500

/* The lens calls these instead of the C library's. */

static atomic_ulong allocations;

#if !ADDRESS_SANITIZER && !THREAD_SANITIZER
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *before, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *before, size_t size)
{
	allocations++;
	return __libc_realloc(before, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	allocations++;
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **at, size_t alignment, size_t size)
{
	allocations++;
	*at = __libc_memalign(alignment, size);
	return *at != NULL ? 0 : 12;
}
#endif

static CK_FUNCTION_LIST_3_2 *p11;
static CK_SESSION_HANDLE session;

/* Some of everything: structs, templates, mechanisms with parameters, secrets, failures. */
static void call_each(void)
{
	uint8_t in[100] = {1, 2, 3}, out[200], iv[12] = {0};
	CK_GCM_PARAMS gcm = {iv, sizeof(iv), 96, in, 20, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &gcm, sizeof(gcm)};
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE template[] = {
	        {CKA_CLASS, &class, sizeof(class)},
	        {CKA_LABEL, in, 10},
	        {CKA_VALUE, in, 32},
	};
	CK_OBJECT_HANDLE object;
	CK_ULONG length = sizeof(out);
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;

	p11->C_GetSessionInfo(session, &info);
	p11->C_GetTokenInfo(MOCK_SLOT, &token);
	p11->C_GetTokenInfo(99, &token);
	p11->C_CreateObject(session, template, COUNT(template), &object);
	p11->C_GetAttributeValue(session, object, template, COUNT(template));
	p11->C_FindObjectsInit(session, template, COUNT(template));
	p11->C_FindObjects(session, &object, 1, &length);
	p11->C_FindObjectsFinal(session);
	length = sizeof(out);
	p11->C_EncryptInit(session, &mechanism, object);
	p11->C_Encrypt(session, in, sizeof(in), out, &length);
	p11->C_GenerateRandom(session, out, sizeof(out));
	p11->C_Login(session, CKU_USER, in, 8);
}

static void *call_often(void *data)
{
	unsigned long before;

	(void)data;
	for (int i = 0; i < WARM_UP; i++)
		call_each();
	before = allocations;
	for (int i = 0; i < CALLS; i++)
		call_each();
	assert_int_equal(allocations, before);
	return NULL;
}

static void start(const char *value)
{
	if (ADDRESS_SANITIZER || THREAD_SANITIZER)
		skip_case("a sanitizer has an allocator of its own");
	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_TRACE", value, 1);
	load_lens();
	p11 = interface_table(3, 2);
	session = open_session(p11);
}

static void count(const char *value)
{
	unsigned long before = allocations;
	pthread_t thread;

	start(value);
	/* The counting works: loading the lens allocates. */
	assert_true(allocations > before);
	call_often(NULL);
	assert_int_equal(pthread_create(&thread, NULL, call_often, NULL), 0);
	pthread_join(thread, NULL);
}

CASE(text)
{
	count("text:trace");
	assert_true(occurrences(trace(), "C_Login(") == 2 * (WARM_UP + CALLS));
}

CASE(text_with_entries)
{
	count("text:trace,entry=yes");
}

CASE(json)
{
	count("json:trace");
}

CASE(xml)
{
	count("xml:trace");
}

CASE(flight_recorder)
{
	count("ring:trace,size=64K");
}

CASE(statistics)
{
	count("stats:trace");
}

CASE(all_that_can_be_asked_for)
{
	count("json:trace,entry=yes,stats=yes,layers=app+vendor,mechanisms=CKM_AES_GCM,reveal="
	      "data");
}

CASE(both_sides)
{
	count("text:trace,layers=app+vendor");
}

CASE(files_that_are_put_aside)
{
	count("text:trace,rotate=16K,keep=3");
}

CASE(disk_that_is_full)
{
	count("text:/dev/full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(text),
	        cmocka_unit_test(text_with_entries),
	        cmocka_unit_test(json),
	        cmocka_unit_test(xml),
	        cmocka_unit_test(flight_recorder),
	        cmocka_unit_test(statistics),
	        cmocka_unit_test(all_that_can_be_asked_for),
	        cmocka_unit_test(both_sides),
	        cmocka_unit_test(files_that_are_put_aside),
	        cmocka_unit_test(disk_that_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
