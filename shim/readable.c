/* SPDX-License-Identifier: MIT */
/* The one answer to "may I look at this address?". */
#define _GNU_SOURCE
#include "util.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

static __thread uintptr_t stack_top; /* 0: not asked yet; 1: not to be had */
static __thread uintptr_t stack_low;

static void find_stack(void)
{
	pthread_attr_t attr;
	void *low;
	size_t size;

	stack_top = 1;
	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	if (pthread_attr_getstack(&attr, &low, &size) == 0) {
		stack_low = (uintptr_t)low;
		stack_top = (uintptr_t)low + size;
	}
	pthread_attr_destroy(&attr);
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

bool p11l_readable(const void *address, size_t size)
{
	static atomic_ulong page_size;
	uintptr_t start = (uintptr_t)address, end = start + size;
	uintptr_t page = atomic_load_explicit(&page_size, memory_order_relaxed);
	int saved = errno;
	bool ok;

	if (address == NULL || end < start)
		return false;
	if (size == 0 || on_stack(start, end))
		return true;
	if (page == 0) {
		page = (uintptr_t)sysconf(_SC_PAGESIZE);
		atomic_store_explicit(&page_size, page, memory_order_relaxed);
	}
	/* Older kernels do not know the advice, and some mappings do not take it. */
	ok = madvise((void *)(start & ~(page - 1)), end - (start & ~(page - 1)),
	             MADV_POPULATE_READ) == 0 ||
	     (errno == EINVAL && copyable(start, end, page));
	errno = saved;
	return ok;
}
