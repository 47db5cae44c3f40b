/* SPDX-License-Identifier: MIT */
/*
 * SHA-2 (FIPS 180-4), for signatures on tokens that sign digests only. Hashing here costs no round
 * trip, and tokens would hash in the same process mostly.
 */
#ifndef P11L_SHA2_H
#define P11L_SHA2_H

#include <stddef.h>
#include <stdint.h>

#define P11L_SHA2_MOST 64 /* octets of the longest digest */

/* All of it is wiped by p11l_sha2_finish. */
struct p11l_sha2 {
	uint64_t state[8];
	uint64_t size;      /* octets so far */
	uint8_t block[128]; /* those that do not fill one yet */
	unsigned digest;    /* octets: 28, 32, 48 or 64 */
};

void p11l_sha2_begin(struct p11l_sha2 *sha2, unsigned digest);
void p11l_sha2_update(struct p11l_sha2 *sha2, const void *data, size_t size);
void p11l_sha2_finish(struct p11l_sha2 *sha2, uint8_t *digest);

#endif
