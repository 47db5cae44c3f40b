/* SPDX-License-Identifier: MIT */
/* Where a trace goes, and what happens to the host when it cannot go there: nothing. */
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static CK_FUNCTION_LIST_3_2 *p11;

static void start(const char *value)
{
	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_TRACE", value, 1);
	load_lens();
	p11 = function_list();
	open_session(p11);
}

/* Calls go on as if there were no trace. */
static void assert_calls_work(void)
{
	CK_SESSION_INFO info;

	assert_int_equal(p11->C_GetSessionInfo(MOCK_SESSION, &info), CKR_OK);
	assert_int_equal(info.slotID, MOCK_SLOT);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
}

static bool is_untraced(void)
{
	return p11->C_GetInfo == vendor()->list->C_GetInfo;
}

CASE(trace_begins_with_a_line_about_itself)
{
	start("text:trace");
	assert_memory_equal(contents("trace"), "# pkcs11-lens ", 14);
	assert_non_null(strstr(contents("trace"), "mock.so; reveal none"));
}

CASE(trace_to_standard_error_is_the_default)
{
	start("text");
	assert_calls_work();
	assert_int_equal(
	        occurrences(said(), "C_GetSessionInfo(hSession=0x100, pInfo={slotID=0x11"), 1);
}

CASE(file_is_for_its_owner_only)
{
	struct stat st;

	umask(0);
	start("text:trace");
	assert_int_equal(stat("trace", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

CASE(file_is_appended_to)
{
	write_file("trace", "before\n");
	start("text:trace");
	assert_calls_work();
	assert_memory_equal(contents("trace"), "before\n# pkcs11-lens", 20);
}

CASE(name_with_process_and_program)
{
	char name[64];

	start("text:trace-%p-%e-%%");
	snprintf(name, sizeof(name), "trace-%d-shim-sink-%%", (int)getpid());
	assert_int_equal(access(name, F_OK), 0);
}

CASE(name_that_means_nothing)
{
	start("text:trace-%q");
	assert_calls_work();
	assert_true(is_untraced());
	assert_string_equal(said(), "pkcs11-lens: trace.destination \"trace-%q\": after % only p, "
	                            "e, t and % mean something\n");
}

CASE(symbolic_link_is_refused)
{
	write_file("target", "");
	assert_int_equal(symlink("target", "trace"), 0);
	start("text:trace");
	assert_calls_work();
	assert_string_equal(contents("target"), "");
	assert_string_equal(said(),
	        "pkcs11-lens: cannot write the trace to trace: it is a symbolic link; what is "
	        "lost by that is counted\n"
	        "pkcs11-lens: 5 trace records were lost: trace: it is a symbolic link\n");
}

CASE(folder_that_does_not_exist)
{
	start("text:nowhere/trace");
	assert_calls_work();
	assert_string_equal(said(),
	        "pkcs11-lens: cannot write the trace to nowhere/trace: No such file or directory; "
	        "what is lost by that is counted\n"
	        "pkcs11-lens: 5 trace records were lost: nowhere/trace: No such file or "
	        "directory\n");
}

CASE(full_disk_costs_records_and_no_call)
{
	start("text:/dev/full");
	assert_calls_work();
	/* The first line, the getter, and initialise, open, info and finalise. */
	assert_string_equal(said(), "pkcs11-lens: 6 trace records were lost: /dev/full: No space "
	                            "left on device\n");
}

CASE(full_disk_is_told_at_the_end_too)
{
	start("text:/dev/full");
	unload_lens();
	assert_string_equal(said(), "pkcs11-lens: 4 trace records were lost: /dev/full: No space "
	                            "left on device\n");
}

/* Descriptors */

CASE(descriptor_that_is_open)
{
	char value[32];
	int fd = open("trace", O_WRONLY | O_CREAT | O_APPEND, 0600);

	snprintf(value, sizeof(value), "text:fd:%d", fd);
	start(value);
	/* A duplicate is used: the host may close its own. */
	close(fd);
	assert_calls_work();
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
}

CASE(descriptor_that_is_closed)
{
	start("text:fd:77");
	assert_calls_work();
	assert_string_equal(said(),
	        "pkcs11-lens: cannot write the trace to fd:77: that descriptor is not open; what "
	        "is lost by that is counted\n"
	        "pkcs11-lens: 5 trace records were lost: fd:77: that descriptor is not open\n");
}

CASE(descriptor_that_is_no_number)
{
	start("text:fd:2x");
	assert_true(is_untraced());
	assert_calls_work();
	assert_non_null(strstr(said(), "cannot write the trace to fd:2x"));
}

static void close_all(void)
{
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
}

/* Files that the host opens, which nobody but the host may write to. */
#define OWN 8

static void open_own(void)
{
	char name[16];

	for (int i = 0; i < OWN; i++) {
		snprintf(name, sizeof(name), "own%d", i);
		assert_true(open(name, O_RDWR | O_CREAT, 0600) >= 0);
	}
}

static void assert_own_are_empty(void)
{
	char name[16];

	for (int i = 0; i < OWN; i++) {
		snprintf(name, sizeof(name), "own%d", i);
		assert_string_equal(contents(name), "");
	}
}

/* The descriptor that leads to the trace. */
static int descriptor_of_trace(void)
{
	struct stat st, trace_st;
	int fd = 3;

	assert_int_equal(stat("trace", &trace_st), 0);
	while (fd < 1024 && (fstat(fd, &st) != 0 || st.st_ino != trace_st.st_ino ||
	                            st.st_dev != trace_st.st_dev))
		fd++;
	return fd;
}

static void limit_descriptors(rlim_t most)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = most;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

CASE(descriptor_is_not_one_of_those_that_the_host_gets)
{
	limit_descriptors(1000);
	start("text:trace");
	assert_true(descriptor_of_trace() >= 750 && descriptor_of_trace() < 1000);
	assert_calls_work();
}

/*
 * Daemons close whatever they do not know; what they open next gets the same number, where there
 * are few. The trace is opened anew by its name.
 */
CASE(descriptor_that_the_host_takes_over)
{
	limit_descriptors(64);
	start("text:trace");
	assert_true(descriptor_of_trace() < 3 + OWN);
	close_all();
	open_own();
	assert_calls_work();
	assert_own_are_empty();
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
	assert_string_equal(said(), "");
}

CASE(descriptors_that_the_host_closes_before_it_opens_its_own)
{
	start("text:trace");
	close_all();
	open_own();
	assert_calls_work();
	assert_own_are_empty();
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
	assert_string_equal(said(), "");
}

/* Right after a record has found it well. */
CASE(descriptor_that_is_closed_between_two_calls)
{
	CK_SESSION_INFO info;

	start("text:trace");
	for (int i = 0; i < 50; i++) {
		int fd = descriptor_of_trace();

		assert_int_equal(p11->C_GetSessionInfo(MOCK_SESSION, &info), CKR_OK);
		close(fd);
		assert_int_equal(p11->C_GetSessionInfo(MOCK_SESSION, &info), CKR_OK);
	}
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 100);
	assert_string_equal(said(), "");
}

/* Where the host may get any number, none is believed to be ours for a moment. */
CASE(descriptor_that_is_replaced_between_two_calls)
{
	CK_SESSION_INFO info;
	int own = open("own", O_RDWR | O_CREAT, 0600);

	limit_descriptors(64);
	start("text:trace");
	for (int i = 0; i < 20; i++) {
		int fd = descriptor_of_trace();

		assert_int_equal(p11->C_GetSessionInfo(MOCK_SESSION, &info), CKR_OK);
		dup2(own, fd);
		assert_int_equal(p11->C_GetSessionInfo(MOCK_SESSION, &info), CKR_OK);
	}
	assert_string_equal(contents("own"), "");
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 40);
}

/* The same number, which a host gets only when it asks for it. */
CASE(descriptor_that_the_host_wants_for_itself)
{
	int own = open("own", O_RDWR | O_CREAT, 0600), fd;

	start("text:trace");
	fd = descriptor_of_trace();
	assert_int_equal(dup2(own, fd), fd);
	let_it_look();
	assert_calls_work();
	unload_lens();
	assert_string_equal(contents("own"), "");
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
	assert_string_equal(said(), "");
}

CASE(descriptors_that_are_closed)
{
	start("text:trace");
	close_all();
	assert_calls_work();
	unload_lens();
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
	assert_string_equal(said(), "");
}

CASE(descriptor_that_is_closed_behind_its_back)
{
	int fd = open("trace", O_WRONLY | O_CREAT | O_APPEND, 0600);
	char value[32];

	snprintf(value, sizeof(value), "text:fd:%d", fd);
	start(value);
	close_all();
	assert_calls_work();
	assert_non_null(strstr(said(), "trace records were lost: fd:"));
}

CASE(descriptors_are_not_passed_on)
{
	int status;

	start("text:trace");
	/* ls, run by a shell, has no descriptor but the three and its own. */
	status = system("ls -l /proc/self/fd > list");
	assert_int_equal(status, 0);
	assert_null(strstr(contents("list"), "/trace"));
}

/* A host may have closed the first three; the trace must not become its standard error. */
static void without_standard_streams(const char *value)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		close(fd);
	start(value);
	fd = open("own", O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0 && fd < 3);
	assert_calls_work();
	assert_string_equal(contents("own"), "");
}

CASE(closed_standard_error_with_a_trace_to_a_file)
{
	without_standard_streams("text:trace");
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
}

/* What the host says on the standard error that it does not have is no part of the trace. */
CASE(closed_standard_error_is_not_reused_for_a_trace)
{
	close(STDERR_FILENO);
	start("text:trace");
	assert_int_equal(write(STDERR_FILENO, "host", 4), -1);
	assert_calls_work();
	assert_null(strstr(trace(), "host"));
}

CASE(closed_standard_error_with_a_trace_to_it)
{
	without_standard_streams("text:stderr");
}

CASE(closed_standard_error_without_a_module)
{
	close(STDERR_FILENO);
	load_lens();
	assert_int_equal(function_list()->C_GetInfo(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* Pipes */

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static void start_with_pipe(void)
{
	char value[32];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	snprintf(value, sizeof(value), "text:fd:%d", ends[1]);
	start(value);
	close(ends[0]);
}

CASE(pipe_without_a_reader_kills_nobody)
{
	signal(SIGPIPE, SIG_DFL);
	start_with_pipe();
	assert_calls_work();
	assert_non_null(strstr(said(), "2 trace records were lost"));
}

CASE(pipe_without_a_reader_raises_no_signal)
{
	sigset_t pending;

	signal(SIGPIPE, count_signal);
	start_with_pipe();
	assert_calls_work();
	assert_int_equal(signals, 0);
	sigpending(&pending);
	assert_int_equal(sigismember(&pending, SIGPIPE), 0);
	/* The host's own still arrive. */
	raise(SIGPIPE);
	assert_int_equal(signals, 1);
}

CASE(signal_that_the_host_holds_back_stays_pending)
{
	sigset_t set, before;

	signal(SIGPIPE, count_signal);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
	raise(SIGPIPE);
	start_with_pipe();
	assert_calls_work();
	assert_int_equal(signals, 0);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	assert_int_equal(signals, 1);
}

/* Several processes append to one file: every line is whole. */
CASE(processes_share_a_file)
{
	CK_SESSION_INFO info;
	const char *text;

	start("text:trace");
	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			for (int k = 0; k < 200; k++)
				p11->C_GetSessionInfo(MOCK_SESSION, &info);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		continue;
	text = trace();
	assert_int_equal(
	        occurrences(text, "C_GetSessionInfo(hSession=0x100, pInfo={slotID=0x11"), 800);
	assert_int_equal(occurrences(text, "\n"), 803);
	assert_int_equal(occurrences(text, "us\n") + occurrences(text, "ms\n"), 803);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(trace_begins_with_a_line_about_itself),
	        cmocka_unit_test(trace_to_standard_error_is_the_default),
	        cmocka_unit_test(file_is_for_its_owner_only),
	        cmocka_unit_test(file_is_appended_to),
	        cmocka_unit_test(name_with_process_and_program),
	        cmocka_unit_test(name_that_means_nothing),
	        cmocka_unit_test(symbolic_link_is_refused),
	        cmocka_unit_test(folder_that_does_not_exist),
	        cmocka_unit_test(full_disk_costs_records_and_no_call),
	        cmocka_unit_test(full_disk_is_told_at_the_end_too),
	        cmocka_unit_test(descriptor_that_is_open),
	        cmocka_unit_test(descriptor_that_is_closed),
	        cmocka_unit_test(descriptor_that_is_no_number),
	        cmocka_unit_test(descriptor_is_not_one_of_those_that_the_host_gets),
	        cmocka_unit_test(descriptor_that_the_host_takes_over),
	        cmocka_unit_test(descriptors_that_the_host_closes_before_it_opens_its_own),
	        cmocka_unit_test(descriptor_that_is_closed_between_two_calls),
	        cmocka_unit_test(descriptor_that_is_replaced_between_two_calls),
	        cmocka_unit_test(descriptor_that_the_host_wants_for_itself),
	        cmocka_unit_test(descriptors_that_are_closed),
	        cmocka_unit_test(descriptor_that_is_closed_behind_its_back),
	        cmocka_unit_test(descriptors_are_not_passed_on),
	        cmocka_unit_test(closed_standard_error_with_a_trace_to_a_file),
	        cmocka_unit_test(closed_standard_error_is_not_reused_for_a_trace),
	        cmocka_unit_test(closed_standard_error_with_a_trace_to_it),
	        cmocka_unit_test(closed_standard_error_without_a_module),
	        cmocka_unit_test(pipe_without_a_reader_kills_nobody),
	        cmocka_unit_test(pipe_without_a_reader_raises_no_signal),
	        cmocka_unit_test(signal_that_the_host_holds_back_stays_pending),
	        cmocka_unit_test(processes_share_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
