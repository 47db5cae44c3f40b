/* SPDX-License-Identifier: MIT */
/* SHA-1 (FIPS 180-4), for identifiers of keys; they are names and protect nothing. */
#ifndef P11L_SHA1_H
#define P11L_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define P11L_SHA1 20 /* octets */

void p11l_sha1(const void *data, size_t size, uint8_t digest[P11L_SHA1]);

#endif
