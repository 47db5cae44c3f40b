/* SPDX-License-Identifier: MIT */
/* Trace files that are put aside when they are full, and what happens to them from outside. */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILES 400 /* that a case makes at most */

static struct traced t;

static void start(const char *options)
{
	t = start_traced("", options);
}

static void call(unsigned times)
{
	get_session_info(&t, times);
}

/* The name of the file that was put aside as number; 0: the one that is written to. */
static const char *name_of(unsigned number)
{
	static char name[32];

	snprintf(name, sizeof(name), number == 0 ? "trace" : "trace.%u", number);
	return name;
}

static off_t size_of(unsigned number)
{
	struct stat st;

	return stat(name_of(number), &st) == 0 ? st.st_size : -1;
}

/* Hands each line of each file to check. Returns how many there were, without the heads. */
static unsigned each_line(void (*check)(const char *line))
{
	char line[4096];
	unsigned lines = 0;

	for (unsigned i = 0; i < FILES && size_of(i) >= 0; i++) {
		FILE *file = fopen(name_of(i), "r");

		assert_non_null(file);
		while (fgets(line, sizeof(line), file) != NULL) {
			assert_int_equal(line[strlen(line) - 1], '\n');
			if (line[0] == '#') {
				assert_memory_equal(line, "# pkcs11-lens ", 14);
				continue;
			}
			check(line);
			lines++;
		}
		fclose(file);
	}
	return lines;
}

/* Each call stands there once and is whole. */
static void is_call(const char *line)
{
	unsigned pid, tid;
	unsigned long number;
	char rest[64];

	assert_int_equal(
	        sscanf(line, "%*s %u:%u #%lu C_%63[A-Za-z](", &pid, &tid, &number, rest), 4);
	assert_non_null(strstr(line, ") = CKR_OK "));
	assert_int_equal(line[strlen(line) - 2], 's');
}

CASE(file_is_put_aside_when_it_is_full)
{
	start(",rotate=4K,keep=2");
	call(200);
	assert_true(size_of(0) > 0 && size_of(0) < 4096 + 256);
	assert_true(size_of(1) >= 4096 && size_of(1) < 4096 + 256);
	assert_true(size_of(2) >= 4096 && size_of(2) < 4096 + 256);
	assert_true(size_of(3) < 0);
	each_line(is_call);
	for (unsigned i = 0; i < 3; i++)
		assert_memory_equal(contents(name_of(i)), "# pkcs11-lens", 13);
	assert_string_equal(said(), "");
}

CASE(all_that_is_kept_is_complete)
{
	start(",rotate=4K,keep=100");
	call(500);
	assert_true(size_of(20) > 0);
	/* Two getters, C_Initialize, C_OpenSession. */
	assert_int_equal(each_line(is_call), 500 + 3);
}

CASE(files_are_for_their_owner_only)
{
	struct stat st;

	umask(0);
	start(",rotate=4K,keep=2");
	call(100);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(stat(name_of(i), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

CASE(file_that_was_full_before)
{
	char *old = malloc(5001);

	memset(old, 'x', 5000);
	old[4999] = '\n';
	old[5000] = '\0';
	write_file("trace", old);
	start(",rotate=4K,keep=3");
	call(1);
	assert_true(size_of(1) >= 5000);
	assert_non_null(strstr(contents("trace"), "C_GetSessionInfo("));
	free(old);
}

/* Many threads in many processes */

#define PROCESSES 4
#define THREADS   4
#define CALLS     1500

static pthread_barrier_t barrier;

/* Signs data that tell who signs; the vendor gives them back as signature. */
static void *sign(void *data)
{
	uintptr_t number = (uintptr_t)data;

	pthread_barrier_wait(&barrier);
	for (unsigned i = 0; i < CALLS; i++) {
		uint8_t in[4] = {(uint8_t)(0x80 | number >> 4), (uint8_t)(number & 15),
		        (uint8_t)(i >> 8), (uint8_t)i};
		uint8_t out[4];
		CK_ULONG length = sizeof(out);

		if (t.p11->C_Sign(t.session, in, sizeof(in), out, &length) != CKR_OK)
			_exit(1);
	}
	return NULL;
}

static void sign_in_threads(uintptr_t process)
{
	pthread_t thread[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(
		        pthread_create(&thread[i], NULL, sign, (void *)(process << 4 | i)), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	t.p11->C_Finalize(NULL);
}

static unsigned seen[PROCESSES][THREADS][CALLS];

static void is_signature(const char *line)
{
	unsigned in, out;

	is_call(line);
	if (strstr(line, " C_Sign(") == NULL)
		return;
	line = strstr(line, "pData=");
	assert_int_equal(sscanf(line, "pData=0x%x, pSignature=0x%x) = ", &in, &out), 2);
	assert_int_equal(in, out);
	assert_true((in >> 24 & 15) < PROCESSES && (in >> 16 & 15) < THREADS);
	assert_true((in & 0xffff) < CALLS);
	seen[in >> 24 & 15][in >> 16 & 15][in & 0xffff]++;
}

static void check_signatures(void)
{
	each_line(is_signature);
	for (unsigned p = 0; p < PROCESSES; p++)
		for (unsigned i = 0; i < THREADS; i++)
			for (unsigned k = 0; k < CALLS; k++)
				assert_int_equal(seen[p][i][k], 1);
	assert_null(strstr(said(), "lost"));
	assert_null(strstr(said(), "aside"));
}

/* None is lost, none is torn, and each result stands under its own call. */
CASE(processes_and_threads_on_one_file)
{
	pid_t pid[PROCESSES];

	use_vendor("mock.so", "echo C_Sign\n");
	use_trace(",rotate=16K,keep=390,reveal=data");
	for (uintptr_t p = 0; p < PROCESSES; p++) {
		pid[p] = fork();
		assert_true(pid[p] >= 0);
		if (pid[p] != 0)
			continue;
		load_lens();
		t.p11 = interface_table(3, 2);
		t.session = open_session(t.p11);
		sign_in_threads(p);
		_exit(0);
	}
	for (unsigned p = 0; p < PROCESSES; p++)
		wait_for(pid[p]);
	check_signatures();
	/* No file grows far beyond what was allowed, unless the machine is very busy. */
	for (unsigned i = 0; size_of(i) >= 0; i++)
		assert_true(size_of(i) < 20 * 16384);
}

/* The same with children that have inherited the open file. */
CASE(forked_children_on_one_file)
{
	pid_t pid[PROCESSES];

	t = start_traced("echo C_Sign\n", ",rotate=64K,keep=100,reveal=data");
	for (uintptr_t p = 0; p < PROCESSES; p++) {
		pid[p] = fork();
		assert_true(pid[p] >= 0);
		if (pid[p] == 0) {
			sign_in_threads(p);
			_exit(0);
		}
	}
	for (unsigned p = 0; p < PROCESSES; p++)
		wait_for(pid[p]);
	check_signatures();
}

/* Who holds the lock */

/* A process that was stopped in the middle of it, as far as others can tell. */
static pid_t stopped_holder(void)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t pid = fork();
	int fd;

	assert_true(pid >= 0);
	if (pid == 0) {
		fd = open("trace", O_WRONLY);
		if (fd < 0 || fcntl(fd, F_SETLK, &whole) != 0)
			_exit(1);
		raise(SIGSTOP);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	return pid;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

CASE(holder_of_the_lock_stops_nobody)
{
	double begun;
	pid_t holder;

	start(",rotate=4K,keep=100");
	holder = stopped_holder();
	begun = seconds();
	call(500);
	assert_true(seconds() - begun < 5);
	assert_true(size_of(1) < 0);
	/* With its death the lock goes. */
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	call(1);
	assert_true(size_of(1) > 4096);
	call(500);
	assert_int_equal(each_line(is_call), 1001 + 3);
	assert_string_equal(said(), "");
}

/* What others do to the files */

CASE(file_that_cannot_be_put_aside_goes_on)
{
	assert_int_equal(mkdir("trace.1", 0700), 0);
	write_file("trace.1/mine", "");
	start(",rotate=4K,keep=1");
	call(200);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 200);
	assert_int_equal(occurrences(said(), "\n"), 1);
	assert_non_null(strstr(said(), "cannot put trace aside: Is a directory"));
}

CASE(file_that_is_removed_is_made_anew)
{
	start("");
	call(1);
	unlink("trace");
	let_it_look();
	call(2);
	assert_memory_equal(contents("trace"), "# pkcs11-lens", 13);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 2);
	assert_string_equal(said(), "");
}

/* As logrotate does it: noticed within a second. */
CASE(file_that_is_moved_away_is_made_anew)
{
	start("");
	call(1);
	assert_int_equal(rename("trace", "elsewhere"), 0);
	sleep_ms(1100);
	call(3);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 3);
	assert_int_equal(occurrences(contents("elsewhere"), "C_GetSessionInfo("), 1);
}

CASE(folder_of_the_host_does_not_matter)
{
	char here[4096], name[4200];

	assert_non_null(getcwd(here, sizeof(here)));
	start(",rotate=4K,keep=100");
	assert_int_equal(chdir("/"), 0);
	call(100);
	assert_int_equal(chdir(here), 0);
	snprintf(name, sizeof(name), "%s/trace.1", here);
	assert_int_equal(access(name, F_OK), 0);
	assert_int_equal(each_line(is_call), 100 + 3);
}

CASE(folder_that_is_removed)
{
	assert_int_equal(mkdir("folder", 0700), 0);
	t = start_trace("text:folder/trace");
	call(1);
	unlink("folder/trace");
	assert_int_equal(rmdir("folder"), 0);
	let_it_look();
	call(5);
	assert_int_equal(mkdir("folder", 0700), 0);
	sleep_ms(200);
	call(2);
	assert_memory_equal(contents("folder/trace"), "# pkcs11-lens", 13);
	assert_int_equal(occurrences(contents("folder/trace"), "C_GetSessionInfo("), 2);
	assert_non_null(strstr(contents("folder/trace"), "\n# 5 records lost\n"));
	assert_string_equal(said(), "");
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_string_equal(said(), "pkcs11-lens: 5 trace records were lost: folder/trace: No such "
	                            "file or directory\n");
}

/* An XML file has an end, which can stand in one place only. */
CASE(xml_is_not_put_aside)
{
	t = start_trace("xml:trace,rotate=4K");
	call(100);
	assert_true(size_of(0) > 4 * 4096);
	assert_true(size_of(1) < 0);
	assert_non_null(strstr(said(), "trace.rotate is not for xml"));
}

CASE(sizes_that_are_refused)
{
	use_vendor("mock.so", "");
	use_trace(",rotate=100");
	load_lens();
	assert_int_not_equal(function_list()->C_Initialize(NULL), CKR_OK);
	assert_non_null(
	        strstr(said(), "trace.rotate cannot be \"100\"; expected a size from 4096"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(file_is_put_aside_when_it_is_full),
	        cmocka_unit_test(all_that_is_kept_is_complete),
	        cmocka_unit_test(files_are_for_their_owner_only),
	        cmocka_unit_test(file_that_was_full_before),
	        cmocka_unit_test(processes_and_threads_on_one_file),
	        cmocka_unit_test(forked_children_on_one_file),
	        cmocka_unit_test(holder_of_the_lock_stops_nobody),
	        cmocka_unit_test(file_that_cannot_be_put_aside_goes_on),
	        cmocka_unit_test(file_that_is_removed_is_made_anew),
	        cmocka_unit_test(file_that_is_moved_away_is_made_anew),
	        cmocka_unit_test(folder_of_the_host_does_not_matter),
	        cmocka_unit_test(folder_that_is_removed),
	        cmocka_unit_test(xml_is_not_put_aside),
	        cmocka_unit_test(sizes_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
