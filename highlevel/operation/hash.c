/* SPDX-License-Identifier: MIT */
#include "highlevel/operation/hash.h"

#include <string.h>

static unsigned size_of(CK_MECHANISM_TYPE digest)
{
	switch (digest) {
	case CKM_SHA224:
		return 28;
	case CKM_SHA256:
		return 32;
	case CKM_SHA384:
		return 48;
	case CKM_SHA512:
		return 64;
	default:
		return 0;
	}
}

/* The row of a mechanism whose hash is to be had here. */
static const struct p11l_hashed *row_of(CK_MECHANISM_TYPE mechanism)
{
	const struct p11l_hashed *row = p11l_hashed_of(mechanism);

	return row != NULL && size_of(row->digest) > 0 ? row : NULL;
}

static uint32_t bit_of(const struct p11l_hashed *row)
{
	return (uint32_t)1 << (row - p11l_hashed_rows);
}

/* Nothing is asked for it. */
static bool list_is_known(struct p11l_slot *slot)
{
	return atomic_load(&slot->mechanisms) != NULL;
}

bool p11l_hashes_here(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism)
{
	const struct p11l_hashed *row = row_of(mechanism);

	if (row == NULL)
		return false;
	if ((atomic_load(&slot->digests_only) & bit_of(row)) != 0)
		return true;
	return list_is_known(slot) && !p11l_slot_offers(slot, mechanism) &&
	       p11l_slot_offers(slot, row->base);
}

bool p11l_may_hash(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism)
{
	const struct p11l_hashed *row = row_of(mechanism);

	return row != NULL && (!list_is_known(slot) || p11l_slot_offers(slot, row->base));
}

void p11l_remember_hash(struct p11l_slot *slot, const struct p11l_hash *hash)
{
	atomic_fetch_or(&slot->digests_only, bit_of(hash->row));
}

void p11l_hash_begin(struct p11l_hash *hash, struct p11l_mechanism *mechanism)
{
	hash->row = row_of(mechanism->type);
	p11l_sha2_begin(&hash->sha2, size_of(hash->row->digest));
	mechanism->type = hash->row->base;
}

void p11l_hash_update(struct p11l_hash *hash, const void *data, CK_ULONG size)
{
	p11l_sha2_update(&hash->sha2, data, size);
}

CK_ULONG p11l_hash_finish(struct p11l_hash *hash, CK_BYTE octets[P11L_DIGEST_INFO_MAX])
{
	unsigned size = size_of(hash->row->digest);
	CK_BYTE digest[P11L_SHA2_MOST];

	p11l_sha2_finish(&hash->sha2, digest);
	if (hash->row->base == CKM_RSA_PKCS)
		return p11l_digest_info(hash->row->digest, digest, size, octets);
	memcpy(octets, digest, size);
	return size;
}
