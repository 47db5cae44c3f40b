/* SPDX-License-Identifier: MIT */
/* SipHash-2-4 (Aumasson and Bernstein, 2012) under a random key of the process. */
#define _GNU_SOURCE
#include "fingerprint.h"

#include "shim/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define WHOLE 256 /* octets that are read of a value at most */
#define END   128 /* of each end, when the value is longer */

static uint64_t key[2];

void p11l_fingerprint_start(void)
{
	if (getrandom(key, sizeof(key), GRND_NONBLOCK) != (ssize_t)sizeof(key)) {
		/* Early in boot there may be no randomness yet: hard to guess, and never all zero.
		 */
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		key[0] = (uint64_t)now.tv_nsec ^ ((uint64_t)(uintptr_t)&now << 16);
		key[1] = (uint64_t)now.tv_sec ^ ((uint64_t)(uintptr_t)key << 16);
	}
}

static inline uint64_t rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static inline void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

/* One run of octets, the last word padded with zeros: the length goes in separately. */
static void absorb_run(uint64_t v[4], const uint8_t *octets, size_t length)
{
	uint64_t word, last = 0;

	for (; length >= 8; octets += 8, length -= 8) {
		memcpy(&word, octets, 8);
		absorb(v, word);
	}
	if (length > 0) {
		memcpy(&last, octets, length);
		absorb(v, last);
	}
}

bool p11l_fingerprint_ends(const void *octets, size_t length, struct p11l_ends *ends)
{
	size_t tail = length <= WHOLE ? 0 : END;
	uintptr_t start = (uintptr_t)octets, end = start + (length - tail);

	*ends = (struct p11l_ends){
	        octets, (const uint8_t *)end, length <= WHOLE ? length : END, tail};
	return end >= start;
}

uint32_t p11l_fingerprint_of(const struct p11l_ends *ends, size_t length)
{
	uint64_t v[4] = {
	        key[0] ^ UINT64_C(0x736f6d6570736575),
	        key[1] ^ UINT64_C(0x646f72616e646f6d),
	        key[0] ^ UINT64_C(0x6c7967656e657261),
	        key[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t hash;

	absorb_run(v, ends->head, ends->head_size);
	absorb_run(v, ends->tail, ends->tail_size);
	absorb(v, length);
	v[2] ^= 0xff;
	rounds(v, 4);
	hash = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(hash ^ hash >> 32);
}

bool p11l_fingerprint(const void *octets, size_t length, uint32_t *print)
{
	struct p11l_ends ends;

	if (!p11l_fingerprint_ends(octets, length, &ends) ||
	        !p11l_readable(ends.head, ends.head_size) ||
	        (ends.tail_size != 0 && !p11l_readable(ends.tail, ends.tail_size)))
		return false;
	*print = p11l_fingerprint_of(&ends, length);
	return true;
}
