/* SPDX-License-Identifier: MIT */
/* A name for octets that must not be shown: equal octets have equal names within one process. */
#ifndef P11L_FINGERPRINT_H
#define P11L_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Draws the key. Without it nothing could be recognised; nobody who lacks it can test guesses. */
void p11l_fingerprint_start(void);

/* What of a value is looked at: all of it, or both ends. False when it goes round the address
 * space. */
struct p11l_ends {
	const uint8_t *head, *tail;
	size_t head_size, tail_size; /* no tail: 0 */
};
bool p11l_fingerprint_ends(const void *octets, size_t length, struct p11l_ends *ends);

/* The same when it is known that they can be read. */
uint32_t p11l_fingerprint_of(const struct p11l_ends *ends, size_t length);

/* Of long values only the length and both ends go in. False when they cannot be read. */
bool p11l_fingerprint(const void *octets, size_t length, uint32_t *print);

#endif
