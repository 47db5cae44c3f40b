/* SPDX-License-Identifier: MIT */
/* The lens in a living process: fork, unloading, calls back, names in common, errno. */
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* fork */

static unsigned lines_of(pid_t pid, const char *function)
{
	char needle[128];

	/* "... PID:TID #N C_Function(": in a child that has one thread the two are equal. */
	snprintf(needle, sizeof(needle), " %d:%d #", (int)pid, (int)pid);
	return occurrences(trace(), needle) > 0 && occurrences(trace(), function) > 0
	               ? (unsigned)occurrences(trace(), needle)
	               : 0;
}

CASE(child_of_a_fork_goes_on_under_its_own_number)
{
	struct traced t = start_traced("", "");
	CK_SESSION_INFO info;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		CK_RV rv = t.p11->C_GetSessionInfo(t.session, &info);

		_exit(rv == CKR_OK && t.p11->C_CloseSession(t.session) == CKR_OK ? 0 : 1);
	}
	wait_for(pid);
	assert_int_equal(t.p11->C_GetSessionInfo(t.session, &info), CKR_OK);
	assert_int_equal(lines_of(pid, "C_CloseSession("), 2);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 2);
	/* Whole lines: each ends in a result and a duration. */
	assert_int_equal(occurrences(trace(), "\n"), occurrences(trace(), " = CKR_"));
}

/* Reads many attributes, so that it is nearly always busy with what they mean. */
static CK_RV read_attributes(const struct traced *t)
{
	CK_ATTRIBUTE attribute[60];
	char label[60][8];

	for (size_t i = 0; i < COUNT(attribute); i++)
		attribute[i] = (CK_ATTRIBUTE){CKA_LABEL, label[i], sizeof(label[i])};
	return t->p11->C_GetAttributeValue(t->session, MOCK_OBJECT, attribute, COUNT(attribute));
}

static void *read_forever(void *data)
{
	for (;;) {
		read_attributes(data);
		pthread_testcancel();
	}
	return NULL;
}

/* A fork in the middle of another thread's call leaves no lock behind in the child. */
CASE(children_of_a_busy_process_are_not_stuck)
{
	struct traced t = start_traced("", "");
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, read_forever, &t), 0);
	for (int i = 0; i < 300; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			alarm(20);
			_exit(read_attributes(&t) == CKR_OK ? 0 : 1);
		}
		wait_for(pid);
	}
	assert_int_equal(pthread_cancel(thread), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

CASE(child_that_is_the_first_to_call)
{
	pid_t pid;

	use_vendor("mock.so", "");
	use_trace("");
	load_lens();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(open_session(interface_table(3, 2)) == MOCK_SESSION ? 0 : 1);
	wait_for(pid);
	assert_int_equal(open_session(interface_table(3, 2)), MOCK_SESSION);
	assert_int_equal(occurrences(trace(), "C_OpenSession("), 2);
	assert_true(lines_of(pid, "C_OpenSession(") > 0);
}

/* dlclose */

static size_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static bool is_loaded(const char *module)
{
	void *handle = dlopen(module, RTLD_NOW | RTLD_NOLOAD);

	if (handle != NULL)
		dlclose(handle);
	return handle != NULL;
}

CASE(unloading_unloads_the_vendor_too)
{
	struct traced t = start_traced("", "");

	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_true(is_loaded(built("mock.so")));
	unload_lens();
	assert_false(is_loaded(built("../pkcs11-lens.so")));
	assert_false(is_loaded(built("mock.so")));
}

CASE(reloading_loads_another_vendor)
{
	CK_FUNCTION_LIST_3_2 *list;

	use_vendor("mock.so", "return C_GetInfo CKR_DEVICE_ERROR\n");
	use_trace("");
	load_lens();
	assert_int_equal(function_list()->C_GetInfo(NULL), CKR_DEVICE_ERROR);
	unload_lens();
	use_vendor("mock-2.40.so", "return C_GetInfo CKR_DEVICE_REMOVED\n");
	setenv("PKCS11_LENS_TRACE", "off", 1);
	load_lens();
	list = function_list();
	assert_int_equal(list->C_GetInfo(NULL), CKR_DEVICE_REMOVED);
	assert_false(is_loaded(built("mock.so")));
	assert_true(is_loaded(built("mock-2.40.so")));
	assert_int_equal(occurrences(trace(), "C_GetInfo("), 1);
}

CASE(reloading_many_times_keeps_nothing)
{
	size_t before = 0;

	for (int i = 0; i < 20; i++) {
		start_traced("", "");
		unload_lens();
		if (i == 2)
			before = open_descriptors();
	}
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(occurrences(contents("trace"), "# pkcs11-lens"), 20);
}

/* A thread that has called, and ends after the lens is gone, must not run what is gone. */
static void *call_and_wait(void *data)
{
	struct traced *t = data;
	CK_SESSION_INFO info;
	static pthread_barrier_t *barrier;

	barrier = (pthread_barrier_t *)(void *)(t + 1);
	t->p11->C_GetSessionInfo(t->session, &info);
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	return NULL;
}

CASE(thread_that_outlives_the_lens)
{
	struct {
		struct traced t;
		pthread_barrier_t barrier;
	} shared;
	pthread_t thread;

	shared.t = start_traced("", "");
	pthread_barrier_init(&shared.barrier, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, call_and_wait, &shared), 0);
	pthread_barrier_wait(&shared.barrier);
	unload_lens();
	pthread_barrier_wait(&shared.barrier);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* Calls back */

static struct traced nested;

/* As a callback in the host would, a few levels deep. */
static CK_RV call_back(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	static unsigned depth;
	CK_SESSION_INFO info;

	(void)arg;
	if (function != P11L_C_GetSessionInfo || depth == 10)
		return rv;
	depth++;
	rv = nested.p11->C_GetSessionInfo(nested.session, &info);
	depth--;
	return rv;
}

CASE(vendor_that_calls_back_into_the_lens)
{
	CK_SESSION_INFO info;

	nested = start_traced("", ",entry=yes");
	vendor()->hook = call_back;
	assert_int_equal(nested.p11->C_GetSessionInfo(nested.session, &info), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_GetSessionInfo], 11);
	/* The innermost calls may be left out of the trace, but not without a word. */
	assert_true(occurrences(trace(), "C_GetSessionInfo(hSession=0x100) ...\n") >= 8);
	assert_true(occurrences(trace(), "slotID=0x11") >= 8);
	vendor()->hook = NULL;
	assert_int_equal(nested.p11->C_Finalize(NULL), CKR_OK);
	assert_non_null(strstr(said(), "3 trace records were lost"));
}

static jmp_buf elsewhere;

static CK_RV jump(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	if (function == P11L_C_GetSessionInfo)
		longjmp(elsewhere, 1);
	return rv;
}

/* A host's callback may leave by longjmp; the calls that it left are forgotten. */
CASE(calls_that_are_left_by_a_jump)
{
	CK_SESSION_INFO info;
	struct traced t = start_traced("", "");

	vendor()->hook = jump;
	for (volatile int i = 0; i < 50; i++)
		if (setjmp(elsewhere) == 0)
			t.p11->C_GetSessionInfo(t.session, &info);
	vendor()->hook = NULL;
	assert_int_equal(t.p11->C_GetSessionInfo(t.session, &info), CKR_OK);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_null(strstr(said(), "lost"));
}

/* Exit */

static void *call_forever(void *data)
{
	const struct traced *t = data;
	CK_SESSION_INFO info;

	for (;;)
		t->p11->C_GetSessionInfo(t->session, &info);
	return NULL;
}

static void exit_while_a_thread_calls(void)
{
	static struct traced t;
	pthread_t thread;

	t = start_traced("", "");
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread, NULL, call_forever, &t), 0);
	usleep(2000);
}

/* Whoever is inside when the process ends finds everything in its place until the end. */
CASE(exit_while_threads_are_inside)
{
	for (int i = 0; i < 20; i++)
		run_in_child(exit_while_a_thread_calls);
	assert_string_equal(said(), "");
}

/* Names in common */

static void assert_global_lens_works(void)
{
	CK_FUNCTION_LIST_3_2 *list;
	CK_TOKEN_INFO token;
	void *global = dlopen(built("../pkcs11-lens.so"), RTLD_NOW | RTLD_GLOBAL);

	assert_non_null(global);
	load_lens();
	list = function_list();
	open_session(list);
	assert_int_equal(list->C_GetTokenInfo(MOCK_SLOT, &token), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_GetTokenInfo], 1);
	assert_int_equal(vendor()->calls[P11L_C_GetSlotInfo], 1);
}

/*
 * The vendor's table is filled by symbol, and C_GetTokenInfo calls C_GetSlotInfo by symbol: bound
 * to ours they would go round for ever.
 */
CASE(vendor_behind_a_global_lens_reaches_its_own_functions)
{
	if (ADDRESS_SANITIZER || THREAD_SANITIZER)
		skip_case("a sanitizer refuses to bind deep");
	use_vendor("mock.so", "ask-self C_GetTokenInfo\n");
	assert_global_lens_works();
	assert_memory_equal(
	        &function_list()->C_GetInfo, &vendor()->list->C_GetInfo, sizeof(CK_C_GetInfo));
}

CASE(vendor_behind_a_global_lens_reaches_its_own_functions_when_traced)
{
	if (ADDRESS_SANITIZER || THREAD_SANITIZER)
		skip_case("a sanitizer refuses to bind deep");
	use_vendor("mock.so", "ask-self C_GetTokenInfo\n");
	use_trace("");
	assert_global_lens_works();
	assert_int_equal(occurrences(trace(), "C_GetSlotInfo("), 0);
}

/* Runs the helper and gives back what it has printed. */
static const char *run_host(const char *preload, const char *module)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (preload != NULL)
			setenv("LD_PRELOAD", preload, 1);
		if (freopen("stdout", "w", stdout) != NULL)
			execl(built("helpers/host"), "host", module, (char *)NULL);
		_exit(126);
	}
	wait_for(pid);
	return contents("stdout");
}

CASE(preloaded_lens)
{
	if (ADDRESS_SANITIZER || THREAD_SANITIZER)
		skip_case("a sanitizer wants to be loaded first");
	use_vendor("mock.so", "ask-self C_GetTokenInfo\n");
	use_trace("");
	assert_string_equal(run_host(built("../pkcs11-lens.so"), "-"),
	        "secure 0\nlist 0x0\ninitialize 0x0\nslot 0x0\ntoken 0x0\nfinalize 0x0\n");
	assert_int_equal(occurrences(trace(), "C_GetTokenInfo("), 1);
	assert_int_equal(occurrences(trace(), "C_GetSlotInfo("), 1);
}

/* errno */

static CK_RV set_errno(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)function;
	(void)arg;
	errno = 77;
	return rv;
}

static CK_RV keep_errno(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)function;
	(void)arg;
	if (errno != 1234)
		return CKR_FUNCTION_FAILED;
	return rv;
}

/* The vendor finds the host's errno, and the host the vendor's. */
static void assert_errno(const char *trace_value)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];
	static uintptr_t wild[P11L_MAX_PARAMS];
	CK_FUNCTION_LIST_3_2 *list;

	for (size_t i = 0; i < COUNT(wild); i++)
		wild[i] = 0x1000 + i;
	setenv("PKCS11_LENS_TRACE", trace_value, 1);
	use_vendor("mock.so", "@silent");
	load_lens();
	list = interface_table(3, 2);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		if (is_always_ours(i))
			continue;
		vendor()->hook = keep_errno;
		errno = 1234;
		assert_int_equal(call_entry(entries(list)[i], wild), CKR_OK);
		vendor()->hook = set_errno;
		call_entry(entries(list)[i], zeros);
		assert_int_equal(errno, 77);
	}
}

CASE(errno_is_left_alone_by_a_trace)
{
	assert_errno("text:trace,entry=yes");
}

CASE(errno_is_left_alone_by_a_trace_that_cannot_be_written)
{
	assert_errno("text:/dev/full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(child_of_a_fork_goes_on_under_its_own_number),
	        cmocka_unit_test(children_of_a_busy_process_are_not_stuck),
	        cmocka_unit_test(child_that_is_the_first_to_call),
	        cmocka_unit_test(unloading_unloads_the_vendor_too),
	        cmocka_unit_test(reloading_loads_another_vendor),
	        cmocka_unit_test(reloading_many_times_keeps_nothing),
	        cmocka_unit_test(thread_that_outlives_the_lens),
	        cmocka_unit_test(vendor_that_calls_back_into_the_lens),
	        cmocka_unit_test(calls_that_are_left_by_a_jump),
	        cmocka_unit_test(exit_while_threads_are_inside),
	        cmocka_unit_test(vendor_behind_a_global_lens_reaches_its_own_functions),
	        cmocka_unit_test(vendor_behind_a_global_lens_reaches_its_own_functions_when_traced),
	        cmocka_unit_test(preloaded_lens),
	        cmocka_unit_test(errno_is_left_alone_by_a_trace),
	        cmocka_unit_test(errno_is_left_alone_by_a_trace_that_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
