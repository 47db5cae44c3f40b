/* SPDX-License-Identifier: MIT */
/* C_Initialize and C_Finalize: locking, other owners of the module, one call at a time. */
#define _GNU_SOURCE
#include "rules.h"

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS  20

static CK_C_INITIALIZE_ARGS locking = {.flags = CKF_OS_LOCKING_OK};

/* What arrived in C_Initialize of the mock. */
struct long_args {
	CK_C_INITIALIZE_ARGS args;
	uintptr_t behind[2];
};

static struct {
	const void *at;
	struct long_args copy;
	bool whole; /* the struct is known to be a long one */
	unsigned inside, overlaps;
} seen;

static CK_RV look(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_Initialize) {
		seen.at = (const void *)arg[0];
		memset(&seen.copy, 0, sizeof(seen.copy));
		if (seen.at != NULL)
			memcpy(&seen.copy, seen.at,
			        seen.whole ? sizeof(seen.copy) : sizeof(seen.copy.args));
	}
	return rv;
}

static CK_FUNCTION_LIST_3_2 *start(const char *personality, const char *keys)
{
	char text[512];

	use_vendor("mock.so", personality);
	snprintf(text, sizeof(text), "[normalise]\nlevel = fix\n%s", keys);
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	use_trace("");
	load_lens();
	vendor()->hook = look;
	return interface_table(3, 2);
}

/* INIT-2: what the vendor is asked for */

CASE(init_2_no_arguments_become_locking)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("", "");

	seen.whole = true;
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_non_null(seen.at);
	assert_int_equal(seen.copy.args.flags, CKF_OS_LOCKING_OK);
	assert_null(seen.copy.args.CreateMutex);
	assert_null(seen.copy.args.pReserved);
	assert_int_equal(seen.copy.behind[0], 0);
	assert_int_equal(occurrences(trace(), "\n~ INIT-2 "), 1);
}

/* The host's struct stays as it is, and what lies behind it in a longer one comes along. */
CASE(init_2_arguments_without_locking)
{
	char reserved[] = "the host's own";
	struct long_args args = {
	        {.flags = CKF_LIBRARY_CANT_CREATE_OS_THREADS, .pReserved = reserved},
	        {0x1234, 0x5678}};
	const struct long_args before = args;

	seen.whole = true;
	assert_int_equal(start("", "")->C_Initialize(&args), CKR_OK);
	assert_memory_equal(&args, &before, sizeof(args));
	assert_ptr_not_equal(seen.at, &args);
	assert_int_equal(
	        seen.copy.args.flags, CKF_LIBRARY_CANT_CREATE_OS_THREADS | CKF_OS_LOCKING_OK);
	assert_ptr_equal(seen.copy.args.pReserved, reserved);
	assert_int_equal(seen.copy.behind[0], 0x1234);
	assert_int_equal(seen.copy.behind[1], 0x5678);
}

/* The struct ends where the page does. */
CASE(init_2_reads_nothing_behind_the_struct_that_is_not_there)
{
	CK_C_INITIALIZE_ARGS *args = (void *)before_guard(sizeof(*args));

	memset(args, 0, sizeof(*args));
	assert_int_equal(start("", "")->C_Initialize(args), CKR_OK);
	assert_int_equal(seen.copy.args.flags, CKF_OS_LOCKING_OK);
}

static CK_RV no_mutex(void **mutex)
{
	(void)mutex;
	return CKR_OK;
}

static CK_RV no_lock(void *mutex)
{
	(void)mutex;
	return CKR_OK;
}

CASE(init_2_whoever_asks_for_locking_is_left_alone)
{
	CK_C_INITIALIZE_ARGS mutexes = {no_mutex, no_lock, no_lock, no_lock, 0, NULL};
	CK_FUNCTION_LIST_3_2 *p11 = start("", "");

	assert_int_equal(p11->C_Initialize(&locking), CKR_OK);
	assert_ptr_equal(seen.at, &locking);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(&mutexes), CKR_OK);
	assert_ptr_equal(seen.at, &mutexes);
	assert_int_equal(occurrences(trace(), "~ INIT-2"), 0);
}

CASE(init_2_one_key_turns_it_off)
{
	assert_int_equal(start("", "locking = no\n")->C_Initialize(NULL), CKR_OK);
	assert_null(seen.at);
}

CASE(init_2_joins_the_configured_string)
{
	assert_int_equal(
	        start("", "[module]\ninit_args = from the file\n")->C_Initialize(NULL), CKR_OK);
	assert_int_equal(seen.copy.args.flags, CKF_OS_LOCKING_OK);
	assert_string_equal(seen.copy.args.pReserved, "from the file");
}

CASE(init_2_other_errors_are_the_vendors)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("return C_Initialize CKR_DEVICE_ERROR 1\n", "");

	assert_int_equal(p11->C_Initialize(NULL), CKR_DEVICE_ERROR);
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 1);
}

CASE(init_2_what_the_host_asked_for_is_not_tried_twice)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("return C_Initialize CKR_ARGUMENTS_BAD 2\n", "");

	assert_int_equal(p11->C_Initialize(&locking), CKR_ARGUMENTS_BAD);
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 1);
	/* Once with the flag and once without it. */
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 3);
	assert_null(seen.at);
}

/* Threads that call at once */

struct worker {
	CK_FUNCTION_LIST_3_2 *p11;
	CK_SLOT_ID slot;
	pthread_t thread;
	bool ok;
};

static void *work(void *data)
{
	struct worker *worker = data;
	CK_TOKEN_INFO info;

	worker->ok = true;
	for (int i = 0; i < ROUNDS; i++)
		worker->ok =
		        worker->p11->C_GetTokenInfo(worker->slot, &info) == CKR_OK && worker->ok;
	return NULL;
}

static bool work_together(CK_FUNCTION_LIST_3_2 *p11, CK_SLOT_ID slot)
{
	struct worker worker[THREADS];
	bool ok = true;

	for (int i = 0; i < THREADS; i++) {
		worker[i].p11 = p11;
		worker[i].slot = slot;
		assert_int_equal(pthread_create(&worker[i].thread, NULL, work, &worker[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(worker[i].thread, NULL), 0);
		ok = worker[i].ok && ok;
	}
	return ok;
}

static bool threads_come_one_by_one(struct subject *s)
{
	if (s->p11->C_Initialize(&locking) != CKR_OK)
		return false;
	assert_true(work_together(s->p11, s->slot));
	return overlaps() == 0;
}

CASE(init_2_a_vendor_that_cannot_lock)
{
	const struct setting setting = {.rule = "INIT-2",
	        .twist = "cant-lock,single-threaded",
	        .bare = true,
	        .native = true};

	check_rule(&setting, threads_come_one_by_one);
}

static bool starts_without_locking(struct subject *s)
{
	if (s->p11->C_Initialize(NULL) != CKR_OK)
		return false;
	assert_true(work_together(s->p11, s->slot));
	return overlaps() == 0;
}

CASE(init_2_threads_that_forgot_to_ask)
{
	const struct setting setting = {.rule = "INIT-2",
	        .twist = "cant-lock,single-threaded",
	        .bare = true,
	        .native = true};

	check_rule(&setting, starts_without_locking);
}

CASE(init_2_a_vendor_that_wants_to_lock)
{
	const struct setting setting = {
	        .rule = "INIT-2", .twist = "os-locking-only", .bare = true, .native = true};

	check_rule(&setting, starts_without_locking);
}

CASE(init_9_one_call_at_a_time)
{
	const struct setting setting = {.rule = "INIT-9",
	        .keys = "serialise = yes\n",
	        .twist = "single-threaded",
	        .bare = true,
	        .silent = true};

	check_rule(&setting, threads_come_one_by_one);
}

/* Whether calls overlap in the mock */
static CK_RV count_overlaps(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	const struct timespec moment = {0, 200000};

	(void)arg;
	if (function != P11L_C_GetTokenInfo)
		return rv;
	if (__atomic_fetch_add(&seen.inside, 1, __ATOMIC_SEQ_CST) != 0)
		__atomic_fetch_add(&seen.overlaps, 1, __ATOMIC_SEQ_CST);
	nanosleep(&moment, NULL);
	__atomic_fetch_sub(&seen.inside, 1, __ATOMIC_SEQ_CST);
	return rv;
}

CASE(init_2_serial_until_it_is_finalised)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("return C_Initialize CKR_CANT_LOCK 1\n", "");

	vendor()->hook = count_overlaps;
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 2);
	assert_true(work_together(p11, MOCK_SLOT));
	assert_int_equal(seen.overlaps, 0);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_true(work_together(p11, MOCK_SLOT));
	assert_true(seen.overlaps > 0);
}

/* Exported symbols are as serial as the tables. */
CASE(init_2_exported_symbols_are_serial_too)
{
	static CK_FUNCTION_LIST_3_2 symbols;
	void *symbol;

	start("return C_Initialize CKR_CANT_LOCK 1\n", "");
	vendor()->hook = count_overlaps;
	symbol = lens_symbol("C_GetTokenInfo");
	memcpy(&symbols.C_GetTokenInfo, &symbol, sizeof(symbol));
	assert_int_equal(function_list()->C_Initialize(NULL), CKR_OK);
	assert_true(work_together(&symbols, MOCK_SLOT));
	assert_int_equal(seen.overlaps, 0);
}

/* A vendor that calls the host, which calls in again on the same thread. */
static CK_FUNCTION_LIST_3_2 *inner;

static CK_RV call_in_again(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_SLOT_INFO info;

	(void)arg;
	if (function == P11L_C_GetTokenInfo)
		return inner->C_GetSlotInfo(MOCK_SLOT, &info);
	return rv;
}

CASE(init_9_calls_nest)
{
	CK_TOKEN_INFO info;

	inner = start("", "serialise = yes\n");
	assert_int_equal(inner->C_Initialize(NULL), CKR_OK);
	vendor()->hook = call_in_again;
	alarm(20);
	assert_int_equal(inner->C_GetTokenInfo(MOCK_SLOT, &info), CKR_OK);
}

/* A wait keeps nobody out, and ends with the module. */
static CK_RV never_an_event(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function != P11L_C_WaitForSlotEvent)
		return rv;
	return (arg[0] & CKF_DONT_BLOCK) != 0 ? CKR_NO_EVENT : CKR_GENERAL_ERROR;
}

static void *wait_for_event(void *data)
{
	CK_FUNCTION_LIST_3_2 *p11 = data;
	CK_SLOT_ID slot;

	return (void *)(uintptr_t)p11->C_WaitForSlotEvent(0, &slot, NULL);
}

CASE(init_9_a_wait_keeps_nobody_out)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("", "serialise = yes\n");
	CK_TOKEN_INFO info;
	pthread_t thread;
	void *rv;

	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	vendor()->hook = never_an_event;
	alarm(20);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_event, p11), 0);
	sleep_ms(120);
	assert_int_equal(p11->C_GetTokenInfo(MOCK_SLOT, &info), CKR_OK);
	assert_true(vendor()->calls[P11L_C_WaitForSlotEvent] >= 2);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(pthread_join(thread, &rv), 0);
	assert_int_equal((uintptr_t)rv, CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* INIT-3: somebody else in the process uses the module */

static CK_RV (*own_symbol(const char *name))(void *)
{
	void *module = dlopen(getenv("PKCS11_LENS_MODULE"), RTLD_NOW | RTLD_LOCAL);
	void *symbol = module != NULL ? dlsym(module, name) : NULL;
	CK_RV (*function)(void *);

	assert_non_null(symbol);
	memcpy(&function, &symbol, sizeof(symbol));
	return function;
}

CASE(init_3_what_others_initialised_is_theirs)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("", "");
	CK_SESSION_HANDLE session;

	assert_int_equal(own_symbol("C_Initialize")(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(
	        p11->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_Finalize], 0);
	assert_true(vendor()->initialised);
	assert_int_equal(occurrences(trace(), "\n~ INIT-3 "), 2);
	/* Once they have let go of it, it is the host's like any other. */
	assert_int_equal(own_symbol("C_Finalize")(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_Finalize], 2);
}

CASE(init_3_without_the_rule)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("", "disable = INIT-3\n");

	assert_int_equal(own_symbol("C_Initialize")(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_false(vendor()->initialised);
}

CASE(init_3_twice_is_the_hosts_own_mistake)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("", "");

	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_false(vendor()->initialised);
	assert_int_equal(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(occurrences(trace(), "~ INIT-3"), 0);
}

/* INIT-4: before and after */

static bool nothing_works_before_and_after(struct subject *s)
{
	CK_INFO info;
	CK_ULONG count = 0;

	if (s->p11->C_GetInfo(&info) != CKR_CRYPTOKI_NOT_INITIALIZED ||
	        s->p11->C_GetSlotList(CK_FALSE, NULL, &count) != CKR_CRYPTOKI_NOT_INITIALIZED ||
	        s->p11->C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		return false;
	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	assert_int_equal(s->p11->C_Finalize(&info), CKR_ARGUMENTS_BAD);
	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	assert_int_equal(s->p11->C_Finalize(NULL), CKR_OK);
	return s->p11->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED;
}

CASE(init_4_nothing_works_before_and_after)
{
	const struct setting setting = {.rule = "INIT-4",
	        .opt_in = true,
	        .bare = true,
	        .native = true,
	        .twist = "code C_GetInfo CKR_CRYPTOKI_NOT_INITIALIZED CKR_OK,"
	                 "code C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED CKR_OK,"
	                 "code C_Finalize CKR_CRYPTOKI_NOT_INITIALIZED CKR_OK"};

	check_rule(&setting, nothing_works_before_and_after);
}

/* INIT-5: the end of the process */

static CK_RV leave_a_file(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	write_file("called", p11l_functions[function].name);
	return rv;
}

static void end_without_finalising(void)
{
	CK_FUNCTION_LIST_3_2 *p11 = start("", "");

	assert_int_equal(open_session(p11), MOCK_SESSION);
	vendor()->hook = leave_a_file;
}

CASE(init_5_the_vendor_is_not_called_at_the_end)
{
	run_in_child(end_without_finalising);
	assert_string_equal(contents("called"), "");
}

CASE(init_5_nor_when_the_lens_is_unloaded)
{
	void *kept;

	end_without_finalising();
	kept = dlopen(getenv("PKCS11_LENS_MODULE"), RTLD_NOW | RTLD_NOLOAD);
	assert_non_null(kept);
	unload_lens();
	assert_string_equal(contents("called"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(init_2_no_arguments_become_locking),
	        cmocka_unit_test(init_2_arguments_without_locking),
	        cmocka_unit_test(init_2_reads_nothing_behind_the_struct_that_is_not_there),
	        cmocka_unit_test(init_2_whoever_asks_for_locking_is_left_alone),
	        cmocka_unit_test(init_2_one_key_turns_it_off),
	        cmocka_unit_test(init_2_joins_the_configured_string),
	        cmocka_unit_test(init_2_other_errors_are_the_vendors),
	        cmocka_unit_test(init_2_what_the_host_asked_for_is_not_tried_twice),
	        cmocka_unit_test(init_2_a_vendor_that_cannot_lock),
	        cmocka_unit_test(init_2_threads_that_forgot_to_ask),
	        cmocka_unit_test(init_2_a_vendor_that_wants_to_lock),
	        cmocka_unit_test(init_9_one_call_at_a_time),
	        cmocka_unit_test(init_2_serial_until_it_is_finalised),
	        cmocka_unit_test(init_2_exported_symbols_are_serial_too),
	        cmocka_unit_test(init_9_calls_nest),
	        cmocka_unit_test(init_9_a_wait_keeps_nobody_out),
	        cmocka_unit_test(init_3_what_others_initialised_is_theirs),
	        cmocka_unit_test(init_3_without_the_rule),
	        cmocka_unit_test(init_3_twice_is_the_hosts_own_mistake),
	        cmocka_unit_test(init_4_nothing_works_before_and_after),
	        cmocka_unit_test(init_5_the_vendor_is_not_called_at_the_end),
	        cmocka_unit_test(init_5_nor_when_the_lens_is_unloaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
