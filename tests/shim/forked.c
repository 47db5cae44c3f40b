/* SPDX-License-Identifier: MIT */
/* Children of a fork: files of their own where the name says so, and counts that begin anew. */
#define _GNU_SOURCE
#include "harness.h"

#include "logging/sink/ring.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct traced t;

static void start(const char *value)
{
	t = start_trace(value);
}

static void call(unsigned times)
{
	get_session_info(&t, times);
}

/* A child that calls so often, and then perhaps has a child that does so too. */
static pid_t child(unsigned calls, unsigned grandchild_calls)
{
	int ends[2];
	pid_t pid, grandchild = 0;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		call(calls);
		if (grandchild_calls > 0) {
			grandchild = fork();
			if (grandchild == 0) {
				call(grandchild_calls);
				_exit(0);
			}
			waitpid(grandchild, NULL, 0);
		}
		_exit(write(ends[1], &grandchild, sizeof(grandchild)) > 0 ? 0 : 1);
	}
	wait_for(pid);
	assert_int_equal(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	close(ends[0]);
	close(ends[1]);
	return grandchild_calls > 0 ? grandchild : pid;
}

static const char *file_of(const char *name, pid_t pid)
{
	static char file[64];

	snprintf(file, sizeof(file), "%s.%d", name, (int)pid);
	return file;
}

static size_t calls_in(const char *file)
{
	return occurrences(contents(file), "C_GetSessionInfo(");
}

CASE(child_has_a_file_of_its_own)
{
	pid_t pid;

	start("text:trace.%p");
	call(1);
	pid = child(2, 0);
	call(3);
	assert_int_equal(calls_in(file_of("trace", getpid())), 4);
	assert_int_equal(calls_in(file_of("trace", pid)), 2);
	assert_memory_equal(contents(file_of("trace", pid)), "# pkcs11-lens ", 14);
}

CASE(child_of_a_child_too)
{
	pid_t pid;

	start("json:trace.%p");
	pid = child(0, 2);
	call(3);
	assert_int_equal(occurrences(contents(file_of("trace", getpid())), "C_GetSessionInfo"), 3);
	assert_int_equal(occurrences(contents(file_of("trace", pid)), "C_GetSessionInfo"), 2);
}

CASE(child_that_does_not_call_makes_no_file)
{
	pid_t pid;

	start("text:trace.%p");
	pid = child(0, 0);
	assert_int_not_equal(access(file_of("trace", pid), F_OK), 0);
}

CASE(percent_signs_are_no_process_number)
{
	start("text:trace-%%p");
	call(1);
	child(2, 0);
	assert_int_equal(calls_in("trace-%p"), 3);
}

CASE(name_without_the_process_is_shared)
{
	start("text:trace");
	call(1);
	child(2, 3);
	assert_int_equal(calls_in("trace"), 6);
	assert_int_equal(occurrences(contents("trace"), "# pkcs11-lens"), 1);
}

CASE(file_of_a_child_is_found_from_another_folder)
{
	pid_t pid;

	start("text:trace.%p");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir("/") == 0)
			call(2);
		_exit(0);
	}
	wait_for(pid);
	assert_int_equal(calls_in(file_of("trace", pid)), 2);
}

/* The flight recorder */

struct ring_file {
	struct p11l_ring_header header;
	unsigned entered, returned;
};

/* Counts the records of C_GetSessionInfo in a file that is not full yet. */
static struct ring_file read_ring(pid_t pid)
{
	static uint8_t file[P11L_RING_HEADER + 65536];
	struct ring_file ring = {.entered = 0};
	int fd = open(file_of("trace", pid), O_RDONLY);
	uint64_t at = 0;

	assert_true(fd >= 0);
	assert_int_equal(read(fd, file, sizeof(file)), sizeof(file));
	close(fd);
	memcpy(&ring.header, file, sizeof(ring.header));
	assert_memory_equal(ring.header.magic, P11L_RING_MAGIC, 8);
	while (at < ring.header.head) {
		struct p11l_record record;

		memcpy(&record, file + P11L_RING_HEADER + at + sizeof(struct p11l_ring_entry),
		        sizeof(record));
		assert_int_equal(record.pid, pid);
		if (record.function == P11L_C_GetSessionInfo)
			(*(record.state == 0 ? &ring.entered : &ring.returned))++;
		at += p11l_ring_space(record.size);
	}
	return ring;
}

CASE(flight_recorder_of_a_child)
{
	struct ring_file ring;
	pid_t pid;

	start("ring:trace.%p,size=64K");
	call(4);
	pid = child(7, 0);
	call(5);
	ring = read_ring(getpid());
	assert_int_equal(ring.header.pid, getpid());
	assert_int_equal(ring.entered, 9);
	assert_int_equal(ring.returned, 9);
	ring = read_ring(pid);
	assert_int_equal(ring.header.pid, pid);
	assert_int_equal(ring.entered, 7);
	assert_int_equal(ring.returned, 7);
}

CASE(flight_recorder_of_a_child_of_a_child)
{
	pid_t pid;

	start("ring:trace,size=64K");
	pid = child(2, 3);
	assert_int_equal(read_ring(pid).returned, 3);
	assert_int_equal(read_ring(getpid()).returned, 0);
}

/* In the vendor's function, between the two halves of a call. */
static CK_RV fork_within(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	static bool done;

	(void)arg;
	if (function != P11L_C_GetSessionInfo || done)
		return rv;
	done = true;
	if (fork() == 0)
		return CKR_DEVICE_REMOVED;
	wait(NULL);
	return rv;
}

CASE(fork_in_the_middle_of_a_call)
{
	CK_SESSION_INFO info;
	CK_RV rv;

	start("ring:trace,size=64K");
	vendor()->hook = fork_within;
	rv = t.p11->C_GetSessionInfo(t.session, &info);
	vendor()->hook = NULL;
	if (rv == CKR_DEVICE_REMOVED) {
		call(2);
		_exit(0);
	}
	assert_int_equal(rv, CKR_OK);
	call(1);
	assert_int_equal(read_ring(getpid()).entered, 2);
	assert_int_equal(read_ring(getpid()).returned, 2);
}

/* Statistics */

CASE(child_counts_its_own_calls)
{
	start("stats:stats");
	call(5);
	if (fork() == 0) {
		call(2);
		t.p11->C_Finalize(NULL);
		_exit(0);
	}
	wait(NULL);
	assert_non_null(strstr(contents("stats"), "\nC_GetSessionInfo "));
	assert_int_equal(
	        strtoul(strstr(contents("stats"), "\nC_GetSessionInfo ") + 18, NULL, 10), 2);
}

CASE(child_counts_its_own_losses)
{
	start("text:/dev/full");
	call(5);
	if (fork() == 0) {
		call(2);
		t.p11->C_Finalize(NULL);
		_exit(0);
	}
	wait(NULL);
	assert_string_equal(said(), "pkcs11-lens: 3 trace records were lost: /dev/full: No space "
	                            "left on device\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(child_has_a_file_of_its_own),
	        cmocka_unit_test(child_of_a_child_too),
	        cmocka_unit_test(child_that_does_not_call_makes_no_file),
	        cmocka_unit_test(percent_signs_are_no_process_number),
	        cmocka_unit_test(name_without_the_process_is_shared),
	        cmocka_unit_test(file_of_a_child_is_found_from_another_folder),
	        cmocka_unit_test(flight_recorder_of_a_child),
	        cmocka_unit_test(flight_recorder_of_a_child_of_a_child),
	        cmocka_unit_test(fork_in_the_middle_of_a_call),
	        cmocka_unit_test(child_counts_its_own_calls),
	        cmocka_unit_test(child_counts_its_own_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
