/* SPDX-License-Identifier: MIT */
/* Destinations that do not work for a time: calls go on, and what is lost is counted and told. */
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/* A disk of 64 KiB in the folder "disk". */
static void mount_disk(void)
{
	assert_int_equal(mkdir("disk", 0700), 0);
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	        mount("none", "disk", "tmpfs", 0, "size=64k") != 0)
		skip_case("mounting needs rights that are not there");
}

static void fill_disk(void)
{
	static const char block[512];
	int fd = open("disk/ballast", O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		continue;
	close(fd);
}

/* Records until the page that the trace has already is full, too. */
static void call_until_lost(void)
{
	off_t before = -1;
	struct stat st;

	for (int i = 0; i < 100; i++) {
		assert_int_equal(stat("disk/trace", &st), 0);
		if (st.st_size == before)
			return;
		before = st.st_size;
		call(1);
	}
	fail();
}

static const char *line_with(const char *text, const char *needle)
{
	static char line[4096];
	const char *at = strstr(text, needle), *start = at;

	assert_non_null(at);
	while (start > text && start[-1] != '\n')
		start--;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(start, "\n"), start);
	return line;
}

static void full_for_a_time(const char *value, const char *format)
{
	unsigned long lost;
	char expected[128];

	mount_disk();
	start(value);
	fill_disk();
	call_until_lost();
	call(7);
	assert_string_equal(said(), "");
	unlink("disk/ballast");
	call(2);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(sscanf(said(), "pkcs11-lens: %lu trace records were lost: ", &lost), 1);
	assert_true(lost >= 8 && lost < 100);
	assert_non_null(strstr(said(), "disk/trace: No space left on device\n"));
	snprintf(expected, sizeof(expected), format, lost);
	assert_string_equal(
	        line_with(contents("disk/trace"), format[0] == '{' ? "\"lost\"" : " lost"),
	        expected);
}

CASE(disk_that_is_full_for_a_time)
{
	const char *text;

	full_for_a_time("text:disk/trace", "# %lu records lost");
	/* The line after it is a whole one again. */
	text = strstr(contents("disk/trace"), " records lost\n");
	assert_int_equal(occurrences(text, " = CKR_OK "), 3);
	assert_int_equal(occurrences(text, "\n"), 4);
}

CASE(disk_that_is_full_for_a_time_and_json)
{
	full_for_a_time("json:disk/trace", "{\"v\":1,\"type\":\"lost\",\"count\":%lu}");
}

CASE(folder_that_is_made_later)
{
	start("text:folder/trace");
	call(5);
	assert_int_equal(mkdir("folder", 0700), 0);
	sleep_ms(200);
	call(2);
	/* The getter, C_Initialize and C_OpenSession are lost too. */
	assert_memory_equal(contents("folder/trace"), "# pkcs11-lens ", 14);
	assert_non_null(strstr(contents("folder/trace"), "\n# 8 records lost\n"));
	assert_int_equal(occurrences(contents("folder/trace"), "C_GetSessionInfo("), 2);
}

CASE(flight_recorder_whose_folder_is_made_later)
{
	char name[64];

	start("ring:folder/trace,size=64K");
	call(5);
	assert_int_equal(occurrences(said(), "cannot record to folder/trace."), 1);
	assert_int_equal(mkdir("folder", 0700), 0);
	sleep_ms(1200);
	call(2);
	snprintf(name, sizeof(name), "folder/trace.%d", (int)getpid());
	assert_int_equal(access(name, F_OK), 0);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_non_null(strstr(said(), "8 trace records were lost\n"));
}

/* Beyond its limit a process is killed by a signal that it did not ask for. */
CASE(limit_to_the_size_of_files)
{
	const struct rlimit small = {16384, 16384};
	struct stat st;

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	start("text:trace");
	call(500);
	assert_int_equal(stat("trace", &st), 0);
	assert_true(st.st_size > 8192 && st.st_size <= 16384);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_non_null(strstr(said(), "trace: File too large\n"));
}

CASE(limit_to_the_size_of_files_and_the_flight_recorder)
{
	const struct rlimit small = {16384, 16384};

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	start("ring:trace");
	call(5);
	assert_non_null(strstr(said(), "File too large"));
}

/* The same number of lost records a second time is told again. */
CASE(losses_are_told_each_time)
{
	start("text:/dev/full");
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(t.p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(occurrences(said(), "5 trace records were lost: /dev/full"), 1);
	assert_int_equal(occurrences(said(), "7 trace records were lost: /dev/full"), 1);
}

CASE(nothing_is_said_when_nothing_is_lost)
{
	start("text:trace");
	call(3);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_string_equal(said(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(disk_that_is_full_for_a_time),
	        cmocka_unit_test(disk_that_is_full_for_a_time_and_json),
	        cmocka_unit_test(folder_that_is_made_later),
	        cmocka_unit_test(flight_recorder_whose_folder_is_made_later),
	        cmocka_unit_test(limit_to_the_size_of_files),
	        cmocka_unit_test(limit_to_the_size_of_files_and_the_flight_recorder),
	        cmocka_unit_test(losses_are_told_each_time),
	        cmocka_unit_test(nothing_is_said_when_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
