/* SPDX-License-Identifier: MIT */
/* Whether public numbers are primes. Nothing here is for secrets: it takes time that tells. */
#ifndef P11L_PRIME_H
#define P11L_PRIME_H

#include "parts.h"

/* Whether a number is a prime, as far as Miller and Rabin tell with eight small bases. */
bool p11l_is_prime(const struct p11l_der *number);

/*
 * Writes q of a safe prime p = 2q + 1, in as many octets as p has. P11L_CKR_UNSUPPORTED: it is
 * none, or g does not generate the subgroup of order q, or p is longer than 8192 bits.
 */
CK_RV p11l_safe_prime(const struct p11l_der *p, const struct p11l_der *g, CK_BYTE *q);

#endif
