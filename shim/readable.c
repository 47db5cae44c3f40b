/* SPDX-License-Identifier: MIT */
/* The one answer to "may I look at this address?". */
#define _GNU_SOURCE
#include "util.h"

#include "logging/record/memcheck.h"

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

/* Asking the kernel costs a system call, so what can be known without is known without. */

static __thread uintptr_t stack_low, stack_top; /* 0: not asked yet; 1: not to be had */

void p11l_stack(uintptr_t *low, uintptr_t *top)
{
	pthread_attr_t attr;
	void *start;
	size_t size;

	*low = *top = 0;
	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	if (pthread_attr_getstack(&attr, &start, &size) == 0) {
		*low = (uintptr_t)start;
		*top = (uintptr_t)start + size;
	}
	pthread_attr_destroy(&attr);
}

static void find_stack(void)
{
	p11l_stack(&stack_low, &stack_top);
	if (stack_top == 0)
		stack_top = 1;
}

/*
 * Between our own frame and the top of this thread's stack everything is mapped. A coroutine
 * that runs on a stack of its own has its frame outside the thread's stack: no shortcut then.
 */
static bool on_stack(uintptr_t start, uintptr_t end)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

	if (stack_top == 0)
		find_stack();
	return frame >= stack_low && start >= frame && end <= stack_top;
}

#define SEGMENTS 8
static struct {
	uintptr_t start, end;
} segments[SEGMENTS];
static unsigned segment_count;
static pthread_once_t segments_once = PTHREAD_ONCE_INIT;

/* The first object is the program itself, which is never unloaded. */
static int find_segments(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum && segment_count < SEGMENTS; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || (segment->p_flags & PF_R) == 0)
			continue;
		segments[segment_count].start = info->dlpi_addr + segment->p_vaddr;
		segments[segment_count].end = segments[segment_count].start + segment->p_memsz;
		segment_count++;
	}
	return 1;
}

static void find_program(void)
{
	dl_iterate_phdr(find_segments, NULL);
}

/* Static data of the program. */
static bool in_program(uintptr_t start, uintptr_t end)
{
	pthread_once(&segments_once, find_program);
	for (unsigned i = 0; i < segment_count; i++)
		if (start >= segments[i].start && end <= segments[i].end)
			return true;
	return false;
}

/* One byte out of each page, copied by the kernel, which answers instead of faulting. */
static bool copyable(uintptr_t start, uintptr_t end, uintptr_t page)
{
	for (uintptr_t at = start; at < end; at = (at & ~(page - 1)) + page) {
		char byte;
		struct iovec here = {&byte, 1};
		struct iovec there = {(void *)at, 1};

		if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) != 1)
			return false;
	}
	return true;
}

static uintptr_t page_size(void)
{
	static atomic_ulong cached;
	uintptr_t page = atomic_load_explicit(&cached, memory_order_relaxed);

	if (page == 0) {
		page = (uintptr_t)sysconf(_SC_PAGESIZE);
		atomic_store_explicit(&cached, page, memory_order_relaxed);
	}
	return page;
}

/*
 * The cheapest question is one that the kernel refuses to answer: it copies a signal mask from the
 * address, and only then finds that what is to be done with it makes no sense. So the error says
 * whether 8 octets can be read, and nothing has changed.
 */
#define MASK_SIZE 8

static int peek(uintptr_t at)
{
	const void *mask = (const void *)(at & ~(uintptr_t)(MASK_SIZE - 1));

	return syscall(SYS_rt_sigprocmask, -1L, mask, NULL, (size_t)MASK_SIZE) == 0 ? 0 : errno;
}

/* EINVAL: all of it can be read; EFAULT: it cannot; anything else: a filter does not let us ask. */
static int peek_pages(uintptr_t start, uintptr_t end, uintptr_t page)
{
	int why = EINVAL;

	for (uintptr_t at = start; at < end && why == EINVAL; at = (at & ~(page - 1)) + page)
		why = peek(at);
	return why;
}

/*
 * Not every system does it in this order, and Valgrind would report what is asked about; so it is
 * tried once. At the end of the address space nothing can ever be read.
 */
static bool can_peek(void)
{
	static atomic_int answer; /* 0: not tried; 1: no; 2: yes */
	int known = atomic_load_explicit(&answer, memory_order_relaxed);

	if (known == 0) {
		known = !p11l_memcheck_runs() && peek((uintptr_t)&answer) == EINVAL &&
		                        peek(~(uintptr_t)0) == EFAULT
		                ? 2
		                : 1;
		atomic_store_explicit(&answer, known, memory_order_relaxed);
	}
	return known == 2;
}

#define FEW 4 /* pages, for which as many questions cost less than a general one */

/* Older kernels do not know the advice, and some mappings do not take it. */
static bool in_pages(uintptr_t start, uintptr_t end, uintptr_t page)
{
	uintptr_t first = start & ~(page - 1);

	return madvise((void *)first, end - first, MADV_POPULATE_READ) == 0 ||
	       (errno == EINVAL && copyable(start, end, page));
}

static bool in_memory(uintptr_t start, uintptr_t end)
{
	uintptr_t page = page_size();
	int saved = errno;
	int why = end - start <= FEW * page && can_peek() ? peek_pages(start, end, page) : 0;
	bool ok = why == EINVAL || (why != EFAULT && in_pages(start, end, page));

	errno = saved;
	return ok;
}

bool p11l_readable(const void *address, size_t size)
{
	uintptr_t start = (uintptr_t)address, end = start + size;

	if (address == NULL || end < start)
		return false;
	return size == 0 || on_stack(start, end) || in_program(start, end) || in_memory(start, end);
}
