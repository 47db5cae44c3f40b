/* SPDX-License-Identifier: MIT */
/* A name for octets that must not be shown: equal octets have equal names within one process. */
#ifndef P11L_FINGERPRINT_H
#define P11L_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Draws the key. Without it nothing could be recognised; nobody who lacks it can test guesses. */
void p11l_fingerprint_start(void);

/* Of long values only the length and both ends go in. False when they cannot be read. */
bool p11l_fingerprint(const void *octets, size_t length, uint32_t *print);

#endif
