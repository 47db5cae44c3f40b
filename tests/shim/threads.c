/* SPDX-License-Identifier: MIT */
/* Many threads: the race for the first call, whose result is whose, and who waits for whom. */
#define _GNU_SOURCE
#include "harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4

static pthread_barrier_t barrier;
static atomic_int failures;

static void run_threads(void *(*body)(void *), unsigned count)
{
	pthread_t thread[16];

	pthread_barrier_init(&barrier, NULL, count);
	for (uintptr_t i = 0; i < count; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, body, (void *)i), 0);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(failures, 0);
}

/* Counts what went wrong; assertions do not work in threads. */
static void expect(bool ok)
{
	if (!ok)
		failures++;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* First use */

static void *seen_list[16];

/* Half of the threads come in through a getter, half through an exported symbol. */
static void *use_first(void *data)
{
	uintptr_t number = (uintptr_t)data;
	void *symbol = lens_symbol(number % 2 == 0 ? "C_GetFunctionList" : "C_GetSlotInfo");
	CK_C_GetFunctionList get_list_entry;
	CK_C_GetSlotInfo get_info;
	CK_FUNCTION_LIST *list = NULL;
	CK_SLOT_INFO info;

	memcpy(&get_list_entry, &symbol, sizeof(symbol));
	memcpy(&get_info, &symbol, sizeof(symbol));
	pthread_barrier_wait(&barrier);
	if (number % 2 != 0) {
		expect(get_info(MOCK_SLOT, &info) == CKR_DEVICE_MEMORY);
		return NULL;
	}
	expect(get_list_entry(&list) == CKR_OK);
	expect(list != NULL && list->C_GetSlotInfo(MOCK_SLOT, &info) == CKR_DEVICE_MEMORY);
	seen_list[number] = list;
	return NULL;
}

/* The vendor's own answer tells that the call arrived; any of the lens's own would be another. */
static void race(void)
{
	use_vendor("mock.so", "return C_GetSlotInfo CKR_DEVICE_MEMORY\n");
	load_lens();
	run_threads(use_first, 8);
	for (unsigned i = 2; i < 8; i += 2)
		assert_ptr_equal(seen_list[i], seen_list[0]);
	assert_int_equal(vendor()->calls[P11L_C_GetSlotInfo], 8);
	assert_int_equal(vendor()->calls[P11L_C_GetInterfaceList], 1);
}

CASE(race_for_the_first_call)
{
	for (int i = 0; i < 50; i++)
		run_in_child(race);
}

CASE(race_for_the_first_traced_call)
{
	use_trace("");
	for (int i = 0; i < 20; i++)
		run_in_child(race);
	assert_int_equal(occurrences(contents("trace"), "# pkcs11-lens"), 20);
	assert_int_equal(occurrences(trace(), "C_GetSlotInfo("), 20 * 8);
}

static void *use_none(void *data)
{
	void *symbol = lens_symbol("C_GetSlotInfo");
	CK_C_GetSlotInfo get_info;

	(void)data;
	memcpy(&get_info, &symbol, sizeof(symbol));
	pthread_barrier_wait(&barrier);
	expect(get_info(MOCK_SLOT, NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
	return NULL;
}

CASE(race_without_a_module_says_so_once)
{
	load_lens();
	run_threads(use_none, 8);
	assert_int_equal(occurrences(said(), "no module is configured"), 1);
	assert_int_equal(occurrences(said(), "\n"), 1);
}

/* Whose result is whose */

#define CALLS 200

static CK_FUNCTION_LIST_3_2 *p11;
static CK_SESSION_HANDLE sessions[THREADS];

static void open_sessions(void)
{
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(
		        p11->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &sessions[i]),
		        CKR_OK);
}

/* Signs data that tell the thread and the call; the slow vendor gives them back as signature. */
static void *sign(void *data)
{
	uintptr_t number = (uintptr_t)data;

	for (unsigned i = 0; i < CALLS; i++) {
		uint8_t in[4] = {0xc0, (uint8_t)number, (uint8_t)(i >> 8), (uint8_t)i}, out[4];
		CK_ULONG length = sizeof(out);

		expect(p11->C_Sign(sessions[number], in, sizeof(in), out, &length) == CKR_OK);
		expect(length == sizeof(out) && memcmp(in, out, sizeof(in)) == 0);
	}
	return NULL;
}

/* One line: whole, with the session of the thread and the same octets on both sides. */
static void check_signature(const char *line, unsigned seen[THREADS][CALLS])
{
	unsigned long tid, session;
	unsigned in, out, number, i;
	char unit[3];
	double took;
	int n = sscanf(line,
	        "%*s %*u:%lu #%*u C_Sign(hSession=0x%lx, pData=0x%x, pSignature=0x%x) = CKR_OK "
	        "%lf%2s",
	        &tid, &session, &in, &out, &took, unit);

	assert_int_equal(n, 6);
	assert_int_equal(in, out);
	number = in >> 16 & 0xff;
	i = in & 0xffff;
	assert_true(in >> 24 == 0xc0 && number < THREADS && i < CALLS);
	assert_int_equal(session, sessions[number]);
	assert_string_equal(unit, "ms");
	assert_true(took >= 1.0);
	assert_int_equal(seen[number][i]++, 0);
}

CASE(every_result_stands_under_its_own_call)
{
	static unsigned seen[THREADS][CALLS];
	const char *text, *end;
	size_t lines = 0;

	use_vendor("mock.so", "@slow");
	use_trace(",reveal=data");
	load_lens();
	p11 = function_list();
	open_sessions();
	run_threads(sign, THREADS);
	for (text = trace(); *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		assert_non_null(end);
		if (memmem(text, (size_t)(end - text), "C_Sign(", 7) == NULL)
			continue;
		check_signature(text, seen);
		lines++;
	}
	assert_int_equal(lines, THREADS * CALLS);
}

/* Calls that take a millisecond in the vendor take no longer because others are under way. */
static double time_to_sign(void)
{
	double start, best = 1e9;

	for (int i = 0; i < 3; i++) {
		start = seconds();
		run_threads(sign, THREADS);
		if (seconds() - start < best)
			best = seconds() - start;
	}
	return best;
}

CASE(no_call_waits_for_another)
{
	use_vendor("mock.so", "@slow");
	use_trace("");
	load_lens();
	p11 = function_list();
	open_sessions();
	/* One after the other they would take 0.8 s and more. */
	assert_true(time_to_sign() < 0.5 * THREADS * CALLS / 1000);
}

static atomic_bool signing;

static CK_RV note_signing(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	if (function == P11L_C_Sign) {
		signing = true;
		sleep(1);
		signing = false;
	}
	return rv;
}

static void *sign_once(void *data)
{
	uint8_t out[64];
	CK_ULONG length = sizeof(out);

	(void)data;
	p11->C_Sign(sessions[0], out, 4, out, &length);
	return NULL;
}

CASE(quick_calls_return_while_a_slow_one_is_under_way)
{
	CK_SESSION_INFO info;
	pthread_t thread;

	use_vendor("mock.so", "");
	use_trace("");
	load_lens();
	p11 = function_list();
	open_sessions();
	vendor()->hook = note_signing;
	assert_int_equal(pthread_create(&thread, NULL, sign_once, NULL), 0);
	while (!signing)
		usleep(100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p11->C_GetSessionInfo(sessions[1], &info), CKR_OK);
	assert_true(signing);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 100);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(occurrences(trace(), "C_Sign("), 1);
}

/* Threads that come and go leave nothing behind and lose no record. */
static void *one_call(void *data)
{
	CK_SESSION_INFO info;

	(void)data;
	expect(p11->C_GetSessionInfo(sessions[0], &info) == CKR_OK);
	return NULL;
}

CASE(short_lived_threads)
{
	use_vendor("mock.so", "");
	use_trace("");
	load_lens();
	p11 = function_list();
	open_sessions();
	for (int i = 0; i < 100; i++)
		run_threads(one_call, 8);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 800);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_string_equal(said(), "");
}

/* What handles mean is learnt and looked up by all at once. */
static void *search(void *data)
{
	uintptr_t number = (uintptr_t)data;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)}, label = {CKA_LABEL, NULL, 0};
	CK_OBJECT_HANDLE object[4];
	CK_ULONG count;

	for (int i = 0; i < 300; i++) {
		expect(p11->C_FindObjectsInit(sessions[number], &template, 1) == CKR_OK);
		expect(p11->C_FindObjects(sessions[number], object, 4, &count) == CKR_OK);
		expect(p11->C_FindObjectsFinal(sessions[number]) == CKR_OK);
		expect(p11->C_GetAttributeValue(sessions[number], MOCK_OBJECT + 1, &label, 1) ==
		        CKR_OK);
	}
	return NULL;
}

CASE(threads_that_search_at_once)
{
	use_vendor("mock.so", "");
	use_trace("");
	load_lens();
	p11 = function_list();
	open_sessions();
	run_threads(search, THREADS);
	assert_int_equal(occurrences(trace(), "\n"), 1 + 1 + THREADS + THREADS * 300 * 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(race_for_the_first_call),
	        cmocka_unit_test(race_for_the_first_traced_call),
	        cmocka_unit_test(race_without_a_module_says_so_once),
	        cmocka_unit_test(every_result_stands_under_its_own_call),
	        cmocka_unit_test(no_call_waits_for_another),
	        cmocka_unit_test(quick_calls_return_while_a_slow_one_is_under_way),
	        cmocka_unit_test(short_lived_threads),
	        cmocka_unit_test(threads_that_search_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
