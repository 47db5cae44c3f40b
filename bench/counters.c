/* SPDX-License-Identifier: MIT */
/*
 * What the process has used up. Allocations are counted by standing in for the allocator: this
 * program is linked with -rdynamic, so the calls of the modules that it loads arrive here too.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_ullong allocations;

#ifdef __GLIBC__

#define EXPORT __attribute__((visibility("default")))

/* The C library's own names for its allocator. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void allocated(void)
{
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
}

EXPORT void *malloc(size_t size)
{
	allocated();
	return __libc_malloc(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
	allocated();
	return __libc_calloc(count, size);
}

EXPORT void *realloc(void *old, size_t size)
{
	allocated();
	return __libc_realloc(old, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	allocated();
	return __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **to, size_t alignment, size_t size)
{
	void *p;

	allocated();
	p = __libc_memalign(alignment, size);
	if (p == NULL)
		return ENOMEM;
	*to = p;
	return 0;
}

#endif

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t bench_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* The number behind "name: " in the text of /proc/self/io. */
static uint64_t number_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* Without stdio, which allocates. Where the system does not tell, all stays 0. */
static void count_writes(struct bench_counters *counters)
{
	char text[512];
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	counters->bytes = number_of(text, "wchar: ");
	counters->writes = number_of(text, "syscw: ");
}

struct bench_counters bench_count(void)
{
	struct bench_counters counters = {
	        .cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
	        .allocations = atomic_load_explicit(&allocations, memory_order_relaxed),
	};

	count_writes(&counters);
	return counters;
}
