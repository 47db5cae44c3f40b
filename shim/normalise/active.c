/* SPDX-License-Identifier: MIT */
#include "active.h"

#include <stdatomic.h>

#define ENTRIES 1024 /* a power of two */

struct entry {
	atomic_ulong owner; /* session + 1; 0 when empty */
	atomic_ulong mechanism;
	atomic_ulong key;
};

static struct entry entries[P11L_ACTIVITIES][ENTRIES];

static struct entry *entry_of(CK_SESSION_HANDLE session, enum p11l_activity activity)
{
	uint64_t mixed = (uint64_t)session * UINT64_C(0x9e3779b97f4a7c15);

	return &entries[activity][mixed >> 32 & (ENTRIES - 1)];
}

void p11l_active_set(CK_SESSION_HANDLE session, enum p11l_activity activity,
        CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key)
{
	struct entry *entry = entry_of(session, activity);

	/* A reader in between sees an entry that nobody owns. */
	atomic_store_explicit(&entry->owner, 0, memory_order_relaxed);
	atomic_store_explicit(&entry->mechanism, mechanism, memory_order_release);
	atomic_store_explicit(&entry->key, key, memory_order_release);
	atomic_store_explicit(&entry->owner, session + 1, memory_order_release);
}

void p11l_active_forget(CK_SESSION_HANDLE session)
{
	for (unsigned i = 0; i < P11L_ACTIVITIES; i++) {
		struct entry *entry = entry_of(session, (enum p11l_activity)i);
		unsigned long owner = session + 1;

		atomic_compare_exchange_strong(&entry->owner, &owner, 0);
	}
}

bool p11l_active_get(
        CK_SESSION_HANDLE session, enum p11l_activity activity, struct p11l_active *active)
{
	struct entry *entry = entry_of(session, activity);

	if (atomic_load_explicit(&entry->owner, memory_order_acquire) != session + 1)
		return false;
	active->mechanism = atomic_load_explicit(&entry->mechanism, memory_order_acquire);
	active->key = atomic_load_explicit(&entry->key, memory_order_acquire);
	return atomic_load_explicit(&entry->owner, memory_order_acquire) == session + 1;
}
