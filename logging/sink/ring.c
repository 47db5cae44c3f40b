/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "ring.h"

#include "logging/calm.h"
#include "logging/clock.h"
#include "shim/config.h"
#include "shim/spec.h"
#include "shim/util.h"
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define RETRY 1000 /* ms between attempts to make a file that cannot be made */

/*
 * The ring is mapped twice, end to start, so that an entry that runs over the end is written in
 * one piece. A forked child has no ring until it makes its own: that of its parent is not its to
 * write to.
 */
static _Atomic(struct p11l_ring_header *) current;
static uint64_t ring_size;

static const struct p11l_config *config;                 /* NULL: no ring is wanted */
static struct p11l_ring_header *inherited;               /* from the parent */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* to make a file */
static _Atomic int64_t retry_at;

/* Header and ring, with the ring a second time behind itself. */
static struct p11l_ring_header *map(int fd, uint64_t size)
{
	size_t whole = P11L_RING_HEADER + (size_t)size;
	uint8_t *base = mmap(NULL, whole + (size_t)size, PROT_NONE,
	        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return NULL;
	if (mmap(base, whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
	                MAP_FAILED ||
	        mmap(base + whole, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
	                P11L_RING_HEADER) == MAP_FAILED) {
		munmap(base, whole + (size_t)size);
		return NULL;
	}
	return (struct p11l_ring_header *)(void *)base;
}

/* Room is taken now: a disk that fills up later must not kill the host by a signal. */
static struct p11l_ring_header *prepare(int fd, uint64_t size)
{
	errno = EFBIG;
	if (P11L_RING_HEADER + size > p11l_sink_largest())
		return NULL;
	errno = posix_fallocate(fd, 0, (off_t)(P11L_RING_HEADER + size));
	return errno == 0 ? map(fd, size) : NULL;
}

static void unmap(struct p11l_ring_header *header)
{
	if (header != NULL)
		munmap(header, P11L_RING_HEADER + 2 * (size_t)ring_size);
}

static void fill_header(struct p11l_ring_header *header)
{
	const char *module = p11l_text(config, P11L_MODULE_PATH);
	struct p11l_clock_base now;

	p11l_clock_rebase(&now);
	header->version = P11L_RING_VERSION;
	header->order = P11L_RING_ORDER;
	header->size = ring_size;
	header->started = now.time;
	header->pid = (uint32_t)getpid();
	header->reveal = (uint32_t)p11l_number(config, P11L_TRACE_REVEAL);
	snprintf(header->lens, sizeof(header->lens), "%s", P11L_VERSION);
	snprintf(header->program, sizeof(header->program), "%s", program_invocation_short_name);
	snprintf(header->module, sizeof(header->module), "%s", module != NULL ? module : "");
	snprintf(header->spec, sizeof(header->spec), "3.2");
	header->tables = P11L_TABLES;
	memcpy(header->magic, P11L_RING_MAGIC, sizeof(header->magic));
}

/* A ring belongs to one process, so its name must tell processes apart. */
static char *ring_name(const char *destination)
{
	const char *template = destination;
	char *own = NULL, *name;

	if (strcmp(destination, "stderr") == 0) {
		template = "/tmp/pkcs11-lens.%e.%p.ring";
	} else if (strstr(destination, "%p") == NULL) {
		if (asprintf(&own, "%s.%%p", destination) < 0)
			return NULL;
		template = own;
	}
	name = p11l_sink_expand(template);
	free(own);
	return name;
}

static uint64_t power_of_two(uint64_t size)
{
	uint64_t power = 65536;

	while (power < size)
		power *= 2;
	return power;
}

/* Makes the file of this process; the user is told why when that fails. */
static struct p11l_ring_header *make(void)
{
	char *name = ring_name(p11l_text(config, P11L_TRACE_DESTINATION));
	int fd = name != NULL ? p11l_sink_create(name) : -1;
	struct p11l_ring_header *header = fd >= 0 ? prepare(fd, ring_size) : NULL;

	if (header != NULL)
		fill_header(header);
	else if (name != NULL)
		p11l_message("cannot record to %s: %s; what is lost by that is counted", name,
		        strerror(errno));
	if (fd >= 0)
		close(fd);
	free(name);
	return header;
}

/* The ring of a process that has none yet; NULL when it cannot have one. */
static struct p11l_ring_header *renew(void)
{
	int64_t now = p11l_sink_now();
	int saved = errno;
	struct p11l_ring_header *header = NULL;
	struct p11l_calm calm;

	if (config == NULL || now < atomic_load(&retry_at))
		return NULL;
	p11l_calm_begin(&calm);
	pthread_mutex_lock(&lock);
	unmap(inherited);
	inherited = NULL;
	header = atomic_load(&current);
	if (header == NULL)
		header = make();
	atomic_store(&retry_at, header != NULL ? 0 : now + RETRY);
	atomic_store(&current, header);
	pthread_mutex_unlock(&lock);
	p11l_calm_end(&calm);
	errno = saved;
	return header;
}

static inline struct p11l_ring_header *own_ring(void)
{
	struct p11l_ring_header *header = atomic_load_explicit(&current, memory_order_acquire);

	return header != NULL ? header : renew();
}

bool p11l_ring_open(const struct p11l_config *wanted)
{
	char *name = ring_name(p11l_text(wanted, P11L_TRACE_DESTINATION));

	if (name == NULL)
		return false;
	free(name);
	config = wanted;
	ring_size = power_of_two(p11l_number(config, P11L_TRACE_SIZE));
	renew();
	return true;
}

/* The entry with this position is ours to fill. */
static uint64_t reserve(struct p11l_ring_header *header, uint32_t size)
{
	return atomic_fetch_add_explicit(
	        &header->head, p11l_ring_space(size), memory_order_relaxed);
}

static inline void fill(
        struct p11l_ring_header *header, uint64_t position, const struct p11l_record *record)
{
	uint64_t mark = position ^ P11L_RING_MARK, tail = ~mark;
	uint8_t *at = (uint8_t *)header + P11L_RING_HEADER + (position & (ring_size - 1));
	struct p11l_ring_entry *entry = (struct p11l_ring_entry *)(void *)at;

	/* The next entry will be wanted soon, and the ring is larger than the caches. */
	__builtin_prefetch(at + 512, 1);
	atomic_store_explicit(&entry->mark, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	entry->size = record->size;
	entry->sum = p11l_ring_sum(mark, record, record->size, (uint8_t *)(entry + 1));
	memcpy(at + p11l_ring_space(record->size) - sizeof(tail), &tail, sizeof(tail));
	atomic_store_explicit(&entry->mark, mark, memory_order_release);
}

void p11l_ring_put_first(struct p11l_record *record)
{
	struct p11l_ring_header *header = own_ring();

	if (header == NULL) {
		record->sequence = 0;
		p11l_sink_lost();
		return;
	}
	record->sequence = reserve(header, record->size);
	fill(header, record->sequence, record);
}

void p11l_ring_put(const struct p11l_record *record)
{
	struct p11l_ring_header *header = own_ring();

	if (header != NULL)
		fill(header, reserve(header, record->size), record);
}

void p11l_ring_lost(void)
{
	struct p11l_ring_header *header = own_ring();

	if (header != NULL)
		atomic_fetch_add_explicit(&header->lost, 1, memory_order_relaxed);
	p11l_sink_lost();
}

void p11l_ring_close(void)
{
	config = NULL;
	unmap(atomic_exchange(&current, NULL));
}

void p11l_ring_hold(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_ring_release(void)
{
	pthread_mutex_unlock(&lock);
}

void p11l_ring_forked(void)
{
	/* A child of a child that made no ring has inherited that of its grandparent. */
	if (inherited == NULL)
		inherited = atomic_exchange(&current, NULL);
	atomic_store(&retry_at, 0);
	pthread_mutex_unlock(&lock);
}
