/* SPDX-License-Identifier: MIT */
/*
 * Signatures by mechanisms that hash, on tokens that sign digests only: the data is hashed here,
 * and the token signs the digest. The result is the same, for no more calls.
 */
#ifndef P11L_OPERATION_HASH_H
#define P11L_OPERATION_HASH_H

#include "highlevel/internal.h"
#include "highlevel/operation/sha2.h"
#include "shim/normalise/hashes.h"

struct p11l_hash {
	const struct p11l_hashed *row; /* NULL: nothing is hashed here */
	struct p11l_sha2 sha2;
};

/* Whether data is to be hashed here at once, because the token is known not to do it. */
bool p11l_hashes_here(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism);

/* Whether that may help after the token has refused the mechanism. */
bool p11l_may_hash(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism);

/* It has helped: hashes here at once from now on. */
void p11l_remember_hash(struct p11l_slot *slot, const struct p11l_hash *hash);

/* The mechanism becomes the one that signs digests. */
void p11l_hash_begin(struct p11l_hash *hash, struct p11l_mechanism *mechanism);
void p11l_hash_update(struct p11l_hash *hash, const void *data, CK_ULONG size);

/* Writes what the token signs in place of the data; returns its size. */
CK_ULONG p11l_hash_finish(struct p11l_hash *hash, CK_BYTE octets[P11L_DIGEST_INFO_MAX]);

#endif
