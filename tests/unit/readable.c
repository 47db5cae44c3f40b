/* SPDX-License-Identifier: MIT */
/* May I look there, and may I call that? Asked about every kind of memory there is. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static int in_data = 7;
static char in_bss[10000];
static const char in_rodata[] = "constant";

static uint8_t *map(int protection)
{
	uint8_t *page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), protection,
	        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(page != MAP_FAILED);
	return page;
}

static void check_ordinary_memory(void)
{
	char on_stack[300] = "", *on_heap = malloc(100000);

	assert_true(p11l_readable(on_stack, sizeof(on_stack)));
	assert_true(p11l_readable(on_heap, 100000));
	assert_true(p11l_readable(&in_data, sizeof(in_data)));
	assert_true(p11l_readable(in_bss, sizeof(in_bss)));
	assert_true(p11l_readable(in_rodata, sizeof(in_rodata)));
	assert_true(p11l_readable((const void *)(uintptr_t)strlen, 1));
	assert_true(p11l_readable(stdout, sizeof(*stdout)));
	free(on_heap);
}

static void check_addresses_that_lead_nowhere(void)
{
	assert_false(p11l_readable(NULL, 0));
	assert_false(p11l_readable(NULL, 1));
	assert_false(p11l_readable((const void *)1, 1));
	assert_false(p11l_readable((const void *)0x1000, 1));
	assert_false(p11l_readable((const void *)0x4141414141414141, 1));
	assert_false(p11l_readable((const void *)~(uintptr_t)0, 1));
	assert_false(p11l_readable((const void *)~(uintptr_t)7, 16));
	assert_false(p11l_readable(map(PROT_NONE), 1));
}

static void check_ends_of_buffers(void)
{
	uint8_t *buffer = before_guard(10000);

	assert_true(p11l_readable(buffer, 10000));
	assert_false(p11l_readable(buffer, 10001));
	assert_true(p11l_readable(buffer + 9999, 1));
	assert_false(p11l_readable(buffer + 10000, 1));
	assert_false(p11l_readable(buffer + 9999, 2));
	assert_false(p11l_readable(buffer, (size_t)1 << 40));
	assert_false(p11l_readable(buffer, ~(size_t)0));
	assert_false(p11l_readable(in_bss, (size_t)1 << 40));
	/* Nothing is looked at when there is nothing to look at. */
	assert_true(p11l_readable(buffer + 10000, 0));
}

/* A hole in the middle is found, too. */
static void check_holes(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *pages =
	        mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_true(p11l_readable(pages + 1, 3 * page - 1));
	assert_int_equal(munmap(pages + page, page), 0);
	assert_false(p11l_readable(pages + 1, 3 * page - 1));
	assert_true(p11l_readable(pages + 1, page - 1));
	assert_true(p11l_readable(pages + 2 * page, page));
}

/* What a file does not have behind its mapping raises SIGBUS for those who look. */
static void check_files(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const uint8_t *pages;
	int fd;

	write_file("file", "some text");
	fd = open("file", O_RDONLY);
	pages = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(pages != MAP_FAILED);
	close(fd);
	assert_true(p11l_readable(pages, 9));
	assert_false(p11l_readable(pages + page, 1));
	assert_false(p11l_readable(pages, page + 1));
}

static void check_all(void)
{
	check_ordinary_memory();
	check_addresses_that_lead_nowhere();
	check_ends_of_buffers();
	check_holes();
	check_files();
}

CASE(memory_of_every_kind)
{
	check_all();
	/* What is known from the first time is still true. */
	check_all();
}

/* Makes a system call fail from now on. */
static bool refuse(unsigned number, unsigned error)
{
	struct sock_filter code[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {COUNT(code), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* A checker of leaks that runs at the exit needs these calls itself. */
static _Noreturn void check_all_without(unsigned number, unsigned error)
{
	if (!refuse(number, error))
		skip_case("system calls cannot be filtered here");
	check_all();
	_exit(0);
}

/* As under an emulator that looks at what is to be done first. */
CASE(memory_of_every_kind_where_the_mask_is_not_looked_at)
{
	check_all_without(__NR_rt_sigprocmask, EINVAL);
}

CASE(memory_of_every_kind_under_a_filter)
{
	check_all();
	check_all_without(__NR_rt_sigprocmask, EPERM);
}

/* Kernels before 5.14 do not know the advice. */
CASE(memory_of_every_kind_on_an_old_kernel)
{
	check_all_without(__NR_madvise, EINVAL);
}

CASE(memory_of_every_kind_on_an_old_kernel_under_a_filter)
{
	if (!refuse(__NR_rt_sigprocmask, ENOSYS))
		skip_case("system calls cannot be filtered here");
	check_all_without(__NR_madvise, EINVAL);
}

/* To look is all that is done. */
CASE(signal_mask_is_left_alone)
{
	sigset_t before, after;

	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
	check_all();
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
	for (int i = 1; i < 32; i++)
		assert_int_equal(sigismember(&after, i), i == SIGUSR1);
}

CASE(errno_is_left_alone)
{
	errno = 1234;
	assert_false(p11l_readable((const void *)0x1000, 1));
	assert_int_equal(errno, 1234);
	assert_true(p11l_readable(map(PROT_READ), 1));
	assert_int_equal(errno, 1234);
}

static void *check_in_thread(void *data)
{
	char own[100] = "";
	bool *ok = data;

	*ok = p11l_readable(own, sizeof(own)) && p11l_readable(data, 1) &&
	      !p11l_readable((const void *)0x1000, 1);
	return NULL;
}

CASE(stack_of_another_thread)
{
	bool ok = false;
	pthread_t thread;

	assert_true(p11l_readable(&ok, sizeof(ok)));
	assert_int_equal(pthread_create(&thread, NULL, check_in_thread, &ok), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(ok);
}

/* Coroutines run on stacks that no thread has. */
static uint8_t *coroutine_end;
static bool coroutine_ok;
static ucontext_t outside, inside;

static void check_in_coroutine(void)
{
	char own[100] = "";

	coroutine_ok = p11l_readable(own, sizeof(own)) && p11l_readable(coroutine_end - 8, 8) &&
	               !p11l_readable(coroutine_end - 8, 9) &&
	               !p11l_readable(own, (size_t)1 << 40) &&
	               p11l_readable(&outside, sizeof(outside));
}

CASE(stack_of_a_coroutine)
{
	size_t size = 256 * 1024;
	uint8_t *stack = before_guard(size);

	coroutine_end = stack + size;
	assert_int_equal(getcontext(&inside), 0);
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = size;
	inside.uc_link = &outside;
	makecontext(&inside, check_in_coroutine, 0);
	assert_int_equal(swapcontext(&outside, &inside), 0);
	assert_true(coroutine_ok);
}

/* Behind the end of a thread's own stack there is somebody else's memory, or none. */
CASE(length_that_leaves_the_stack)
{
	char own[100] = "";

	assert_true(p11l_readable(own, sizeof(own)));
	assert_false(p11l_readable(own, (size_t)1 << 40));
}

/* Code */

static CK_RV some_function(void)
{
	return CKR_OK;
}

CASE(addresses_of_code)
{
	assert_true(p11l_executable((const void *)(uintptr_t)some_function));
	assert_true(p11l_executable((const void *)(uintptr_t)strlen));
	assert_true(p11l_executable((const void *)(uintptr_t)p11l_executable));
}

CASE(addresses_of_what_is_no_code)
{
	char on_stack[10] = "", *on_heap = malloc(10);

	assert_false(p11l_executable(NULL));
	assert_false(p11l_executable((const void *)1));
	assert_false(p11l_executable((const void *)0x4141414141414141));
	assert_false(p11l_executable(&in_data));
	assert_false(p11l_executable(in_bss));
	assert_false(p11l_executable(on_stack));
	assert_false(p11l_executable(on_heap));
	assert_false(p11l_executable(map(PROT_READ | PROT_WRITE)));
	assert_false(p11l_executable(map(PROT_NONE)));
	free(on_heap);
}

/* Closures of libffi and the like belong to no object. */
CASE(code_that_was_made_at_run_time)
{
	uint8_t *page = map(PROT_READ | PROT_EXEC);

	assert_true(p11l_executable(page));
	assert_true(p11l_executable(page + sysconf(_SC_PAGESIZE) - 1));
	assert_int_equal(mprotect(page, 1, PROT_READ), 0);
	assert_false(p11l_executable(page));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(memory_of_every_kind),
	        cmocka_unit_test(memory_of_every_kind_where_the_mask_is_not_looked_at),
	        cmocka_unit_test(memory_of_every_kind_under_a_filter),
	        cmocka_unit_test(memory_of_every_kind_on_an_old_kernel),
	        cmocka_unit_test(memory_of_every_kind_on_an_old_kernel_under_a_filter),
	        cmocka_unit_test(signal_mask_is_left_alone),
	        cmocka_unit_test(errno_is_left_alone),
	        cmocka_unit_test(stack_of_another_thread),
	        cmocka_unit_test(stack_of_a_coroutine),
	        cmocka_unit_test(length_that_leaves_the_stack),
	        cmocka_unit_test(addresses_of_code),
	        cmocka_unit_test(addresses_of_what_is_no_code),
	        cmocka_unit_test(code_that_was_made_at_run_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
