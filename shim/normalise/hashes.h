/* SPDX-License-Identifier: MIT */
/* Signature mechanisms that hash, and what they are made of. */
#ifndef P11L_HASHES_H
#define P11L_HASHES_H

#include <stddef.h>
#include <stdint.h>

#include "cryptoki.h"

struct p11l_hashed {
	CK_MECHANISM_TYPE type, base, digest;
};

extern const struct p11l_hashed p11l_hashed_rows[];
extern const size_t p11l_hashed_count;

/* The row of a mechanism, or NULL. */
const struct p11l_hashed *p11l_hashed_of(CK_MECHANISM_TYPE mechanism);

/*
 * Writes the DigestInfo (RFC 8017, 9.2) that CKM_RSA_PKCS signs for a digest of size octets, at
 * most P11L_DIGEST_INFO_MAX; returns its size.
 */
#define P11L_DIGEST_INFO_MAX (64 + 32)
size_t p11l_digest_info(CK_MECHANISM_TYPE digest, const uint8_t *octets, size_t size, uint8_t *out);

#endif
