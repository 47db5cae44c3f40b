/* SPDX-License-Identifier: MIT */
/* Signatures and verifications of one part, as far as they have to do with hashing. */
#include "highlevel/operation/parts.h"

static struct p11l_hash hash(struct p11l_signed *it)
{
	struct p11l_hash hash;

	p11l_hash_begin(&hash, &it->mechanism);
	p11l_hash_update(&hash, it->data, it->size);
	it->size = p11l_hash_finish(&hash, it->digest);
	it->data = it->digest;
	return hash;
}

void p11l_signed_begin(struct p11l_signed *it, struct p11l_slot *slot)
{
	if (p11l_hashes_here(slot, it->mechanism.type))
		hash(it);
}

CK_RV p11l_signed_start(
        struct p11l_signed *it, struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session)
{
	struct p11l_slot *slot = job->session->slot;
	CK_RV rv = p11l_start(job, what, session, &it->mechanism);
	struct p11l_hash used;

	if (rv != CKR_MECHANISM_INVALID || !p11l_may_hash(slot, it->mechanism.type))
		return rv;
	used = hash(it);
	rv = p11l_start(job, what, session, &it->mechanism);
	if (rv == CKR_OK)
		p11l_remember_hash(slot, &used);
	return rv;
}
