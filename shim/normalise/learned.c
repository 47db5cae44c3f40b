/* SPDX-License-Identifier: MIT */
#include "learned.h"

#include "session.h"

#include <stdatomic.h>

#define SLOTS 64

/* Two bits for each fact: whether it is known, and what it is. */
#define KNOWN(fact) (UINT64_C(1) << 2 * (fact))
#define IS(fact)    (UINT64_C(2) << 2 * (fact))
_Static_assert(2 * P11L_FACTS <= 64, "spec/numbers.spec has more rows than there are bits");

static struct {
	atomic_ulong owner; /* the slot and 1; 0 when it is free, and no slot is all ones */
	atomic_ullong facts;
} entries[SLOTS];
static atomic_ullong anywhere;

/* The slot's entry, taken when it has none and take says so; NULL when there is none. */
static atomic_ullong *facts_of(CK_SLOT_ID slot, bool take)
{
	if (slot == CK_UNAVAILABLE_INFORMATION)
		return NULL;
	for (unsigned i = 0; i < SLOTS; i++) {
		unsigned at = (unsigned)((slot + i) % SLOTS);
		unsigned long owner = atomic_load(&entries[at].owner);

		if (owner == 0 && !take)
			return NULL;
		if (owner == 0 &&
		        atomic_compare_exchange_strong(&entries[at].owner, &owner, slot + 1))
			return &entries[at].facts;
		if (owner == slot + 1)
			return &entries[at].facts;
	}
	return NULL;
}

bool p11l_learned(CK_SLOT_ID slot, unsigned fact, bool *is)
{
	atomic_ullong *at = p11l_has_learned(fact) ? facts_of(slot, false) : NULL;
	unsigned long long facts = at != NULL ? atomic_load(at) : 0;

	*is = (facts & IS(fact)) != 0;
	return (facts & KNOWN(fact)) != 0;
}

void p11l_learn(CK_SLOT_ID slot, unsigned fact, bool is)
{
	atomic_ullong *at = facts_of(slot, true);
	unsigned long long before, after;

	if (at == NULL)
		return;
	before = atomic_load(at);
	do
		after = (before & ~IS(fact)) | KNOWN(fact) | (is ? IS(fact) : 0);
	while (!atomic_compare_exchange_weak(at, &before, after));
	atomic_fetch_or(&anywhere, KNOWN(fact));
}

bool p11l_has_learned(unsigned fact)
{
	return (atomic_load_explicit(&anywhere, memory_order_relaxed) & KNOWN(fact)) != 0;
}

void p11l_unlearn(void)
{
	atomic_store(&anywhere, 0);
	for (unsigned i = 0; i < SLOTS; i++) {
		atomic_store(&entries[i].facts, 0);
		atomic_store(&entries[i].owner, 0);
	}
}

bool p11l_slot_of(p11l_below *below, CK_SESSION_HANDLE session, CK_SLOT_ID *slot)
{
	CK_SESSION_INFO info;
	CK_FLAGS flags;

	if (p11l_session_find(session, slot, &flags))
		return true;
	if (below->C_GetSessionInfo(session, &info) != CKR_OK)
		return false;
	*slot = info.slotID;
	return true;
}
