/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "ring.h"

#include "shim/config.h"
#include "shim/util.h"
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The ring is mapped twice, end to start, so that an entry that runs over the end is written in
 * one piece.
 */
static struct p11l_ring_header *header;
static uint8_t *ring;
static uint64_t ring_size;

/* Header and ring, with the ring a second time behind itself. */
static bool map(int fd, uint64_t size)
{
	size_t whole = P11L_RING_HEADER + (size_t)size;
	uint8_t *base = mmap(NULL, whole + (size_t)size, PROT_NONE,
	        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return false;
	if (mmap(base, whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
	                MAP_FAILED ||
	        mmap(base + whole, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
	                P11L_RING_HEADER) == MAP_FAILED) {
		munmap(base, whole + (size_t)size);
		return false;
	}
	header = (struct p11l_ring_header *)(void *)base;
	ring = base + P11L_RING_HEADER;
	ring_size = size;
	return true;
}

/* Room is taken now: a disk that fills up later must not kill the host by a signal. */
static bool prepare(int fd, uint64_t size)
{
	errno = posix_fallocate(fd, 0, (off_t)(P11L_RING_HEADER + size));
	return errno == 0 && map(fd, size);
}

static void fill_header(const struct p11l_config *config, uint64_t now)
{
	const char *module = p11l_text(config, P11L_MODULE_PATH);

	header->version = P11L_RING_VERSION;
	header->order = P11L_RING_ORDER;
	header->size = ring_size;
	header->started = now;
	header->pid = (uint32_t)getpid();
	header->reveal = (uint32_t)p11l_number(config, P11L_TRACE_REVEAL);
	snprintf(header->lens, sizeof(header->lens), "%s", P11L_VERSION);
	snprintf(header->program, sizeof(header->program), "%s", program_invocation_short_name);
	snprintf(header->module, sizeof(header->module), "%s", module != NULL ? module : "");
	snprintf(header->spec, sizeof(header->spec), "3.2");
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

bool p11l_ring_open(const struct p11l_config *config, uint64_t now)
{
	char *name = ring_name(p11l_text(config, P11L_TRACE_DESTINATION));
	uint64_t size = power_of_two(p11l_number(config, P11L_TRACE_SIZE));
	int fd = name != NULL ? p11l_sink_create(name) : -1;
	bool ok = fd >= 0 && prepare(fd, size);

	if (ok)
		fill_header(config, now);
	else if (name != NULL)
		p11l_message("cannot record to %s: %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(name);
	return ok;
}

/* The entry with this position is ours to fill. */
static uint64_t reserve(uint32_t size)
{
	return atomic_fetch_add_explicit(
	        &header->head, p11l_ring_space(size), memory_order_relaxed);
}

static inline void fill(uint64_t position, const struct p11l_record *record)
{
	uint64_t mark = position ^ P11L_RING_MARK, tail = ~mark;
	uint8_t *at = ring + (position & (ring_size - 1));
	struct p11l_ring_entry *entry = (struct p11l_ring_entry *)(void *)at;

	/* The next entry will be wanted soon, and the ring is larger than the caches. */
	__builtin_prefetch(at + 512, 1);
	atomic_store_explicit(&entry->mark, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	entry->size = record->size;
	memcpy(entry + 1, record, record->size);
	memcpy(at + p11l_ring_space(record->size) - sizeof(tail), &tail, sizeof(tail));
	atomic_store_explicit(&entry->mark, mark, memory_order_release);
}

void p11l_ring_put_first(struct p11l_record *record)
{
	uint64_t position = reserve(record->size);

	record->sequence = position;
	fill(position, record);
}

void p11l_ring_put(const struct p11l_record *record)
{
	fill(reserve(record->size), record);
}

void p11l_ring_lost(void)
{
	atomic_fetch_add_explicit(&header->lost, 1, memory_order_relaxed);
}

void p11l_ring_close(void)
{
	if (header != NULL)
		munmap(header, P11L_RING_HEADER + 2 * (size_t)ring_size);
	header = NULL;
}
