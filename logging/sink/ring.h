/* SPDX-License-Identifier: MIT */
/*
 * The flight recorder: a file of fixed size, mapped into the process, in which the newest entries
 * overwrite the oldest. What was stored survives the process, however it dies.
 *
 * The file is a header of one page and then the ring. An entry is struct p11l_ring_entry, a record
 * (record.h), padding, and its mark once more, inverted; its size is a multiple of 8 octets, and it
 * may run over the end of the ring to its start. An entry is whole when both marks and the sum are
 * right: the marks say that it was stored to its end, the sum that nobody has written into it
 * since, as a thread does that was stopped in the middle of an entry for a whole round of the ring.
 * A position counts the octets ever stored, so an entry lies at position modulo size. A call makes
 * two entries with one sequence number: one with its inputs before the vendor is called, and one
 * with its outputs after. All numbers are in the byte order of the machine that wrote them.
 */
#ifndef P11L_RING_H
#define P11L_RING_H

#include "logging/record/record.h"

#include <stdatomic.h>

#define P11L_RING_MAGIC   "P11LRING"
#define P11L_RING_VERSION 2
#define P11L_RING_ORDER   UINT32_C(0x01020304)
#define P11L_RING_HEADER  4096
#define P11L_RING_MARK    UINT64_C(0x9d0c5e3a71b84f26)

struct p11l_ring_header {
	char magic[8];
	uint32_t version;
	uint32_t order;        /* P11L_RING_ORDER, to tell the byte order */
	uint64_t size;         /* of the ring, without this header; a power of two */
	_Atomic uint64_t head; /* the position behind the newest entry */
	_Atomic uint64_t lost; /* calls that could not be recorded */
	uint64_t started;      /* ns since 1970 */
	uint32_t pid;
	uint32_t reveal;   /* P11L_REVEAL_...: what is not hidden in here */
	char lens[32];     /* version of the lens */
	char program[256]; /* the program's name */
	char module[1024]; /* the vendor's module */
	char spec[16];     /* version of the standard whose numbers are used */
	uint64_t tables;   /* P11L_TABLES: which functions and structs the numbers mean */
};

struct p11l_ring_entry {
	_Atomic uint64_t mark; /* position ^ P11L_RING_MARK, stored last */
	uint32_t size;         /* of the record */
	uint32_t sum;          /* of the mark and the record */
};

/* The last 8 octets of an entry: ~(position ^ P11L_RING_MARK). */

static inline uint64_t p11l_ring_space(uint32_t size)
{
	return (sizeof(struct p11l_ring_entry) + (uint64_t)size + 7 + 8) & ~UINT64_C(7);
}

/*
 * The sum of a mark and the words of a record, the last of which is filled up with zeros. The words
 * go to a place too, unless that is NULL.
 */
static inline uint32_t p11l_ring_sum(uint64_t mark, const void *record, size_t size, uint8_t *to)
{
	const uint8_t *from = (const uint8_t *)record;
	uint64_t sum = mark, sums = 0, word;
	size_t at;

	for (at = 0; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, from + at, sizeof(word));
		if (to != NULL)
			memcpy(to + at, &word, sizeof(word));
		sum += word;
		sums += sum; /* so that the order counts */
	}
	word = 0;
	memcpy(&word, from + at, size - at);
	if (to != NULL && at < size)
		memcpy(to + at, &word, sizeof(word));
	sum += word;
	sums += sum;
	return (uint32_t)((sums ^ sum << 32 ^ sum >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

struct p11l_config;

/*
 * Makes the file and maps it. False when its name makes no sense; a file that cannot be made is
 * told to the user, and tried again as long as calls come.
 */
bool p11l_ring_open(const struct p11l_config *config);

/*
 * Stores the first entry of a call and gives it its sequence number, which is where it lies, or
 * the second one. No lock, no system call, no allocation.
 */
void p11l_ring_put_first(struct p11l_record *record);
void p11l_ring_put(const struct p11l_record *record);

/* Counts a call that could not be recorded. */
void p11l_ring_lost(void);

void p11l_ring_close(void);

/* Before a fork, after it in the parent, and in the child, which gets a file of its own. */
void p11l_ring_hold(void);
void p11l_ring_release(void);
void p11l_ring_forked(void);

#endif
