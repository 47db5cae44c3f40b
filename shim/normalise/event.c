/* SPDX-License-Identifier: MIT */
/*
 * C_WaitForSlotEvent: where the vendor has none, the slots are compared from time to time (EVT-1),
 * on the host's own thread; and where calls go one at a time, a wait must not keep all others out.
 */
#define _GNU_SOURCE
#include "lifecycle.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define MAX_SLOTS 256 /* that are watched */

/* Milliseconds between looks: at the slots, and at a vendor that is asked without blocking. */
#define LOOK_AT_SLOTS  1000
#define LOOK_AT_VENDOR 50

struct watched {
	CK_SLOT_ID id;
	bool present;
};

struct slots {
	CK_ULONG count;
	struct watched slot[MAX_SLOTS];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static unsigned long endings; /* how often the module was finalised */
static struct slots known;    /* as they were reported last */
static bool known_at_all;

void p11l_events_end(void)
{
	pthread_mutex_lock(&lock);
	endings++;
	known_at_all = false;
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&lock);
}

void p11l_events_forked(void)
{
	static const pthread_mutex_t new_lock = PTHREAD_MUTEX_INITIALIZER;
	static const pthread_cond_t new_cond = PTHREAD_COND_INITIALIZER;

	lock = new_lock;
	ended = new_cond;
	known_at_all = false;
}

static unsigned long count_endings(void)
{
	unsigned long count;

	pthread_mutex_lock(&lock);
	count = endings;
	pthread_mutex_unlock(&lock);
	return count;
}

static void unlock(void *unused)
{
	(void)unused;
	pthread_mutex_unlock(&lock);
}

/* Sleeps; false as soon as the module has been finalised. A thread may be cancelled meanwhile. */
static bool sleep_while_initialised(unsigned long since, long ms)
{
	struct timespec until;
	bool same;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms % 1000 * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&lock);
	pthread_cleanup_push(unlock, NULL);
	while (endings == since &&
	        pthread_cond_clockwait(&ended, &lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
		continue;
	same = endings == since;
	pthread_cleanup_pop(1);
	return same;
}

/* What there is now. More slots than can be watched, and other failures, are the vendor's answer.
 */
static CK_RV look(p11l_below *below, struct slots *now)
{
	CK_SLOT_ID id[MAX_SLOTS];
	CK_ULONG count = 0;
	CK_SLOT_INFO info;
	/* Vendors look for new slots only when they are asked how many there are. */
	CK_RV rv = below->C_GetSlotList(CK_FALSE, NULL, &count);

	if (rv != CKR_OK)
		return rv;
	if (count > MAX_SLOTS)
		return CKR_FUNCTION_NOT_SUPPORTED;
	count = MAX_SLOTS;
	rv = below->C_GetSlotList(CK_FALSE, id, &count);
	if (rv != CKR_OK || count > MAX_SLOTS)
		return rv != CKR_OK ? rv : CKR_FUNCTION_NOT_SUPPORTED;
	now->count = count;
	for (CK_ULONG i = 0; i < count; i++) {
		memset(&info, 0, sizeof(info));
		rv = below->C_GetSlotInfo(id[i], &info);
		if (rv == CKR_CRYPTOKI_NOT_INITIALIZED)
			return rv;
		now->slot[i].id = id[i];
		now->slot[i].present = rv == CKR_OK && (info.flags & CKF_TOKEN_PRESENT) != 0;
	}
	return CKR_OK;
}

static const struct watched *find(const struct slots *slots, CK_SLOT_ID id)
{
	for (CK_ULONG i = 0; i < slots->count; i++)
		if (slots->slot[i].id == id)
			return &slots->slot[i];
	return NULL;
}

/* One slot that is in a and not, or otherwise, in b. */
static bool differs(const struct slots *a, const struct slots *b, CK_SLOT_ID *id)
{
	for (CK_ULONG i = 0; i < a->count; i++) {
		const struct watched *other = find(b, a->slot[i].id);

		*id = a->slot[i].id;
		if (other == NULL || other->present != a->slot[i].present)
			return true;
	}
	return false;
}

/* Takes over what is known of one slot only: the next call reports the next one. */
static void learn(const struct slots *now, CK_SLOT_ID id)
{
	const struct watched *is = find(now, id);
	CK_ULONG i = 0;

	while (i < known.count && known.slot[i].id != id)
		i++;
	if (is == NULL)
		known.slot[i] = known.slot[--known.count];
	else if (i < MAX_SLOTS)
		known.slot[i] = *is;
	if (i == known.count && is != NULL && i < MAX_SLOTS)
		known.count++;
}

/* Whether a slot has changed since it was reported last. The first look finds out what there is. */
static bool has_changed(const struct slots *now, CK_SLOT_ID *id)
{
	bool changed = false;

	pthread_mutex_lock(&lock);
	if (known_at_all) {
		changed = differs(now, &known, id) || differs(&known, now, id);
		if (changed)
			learn(now, *id);
	} else {
		known = *now;
		known_at_all = true;
	}
	pthread_mutex_unlock(&lock);
	return changed;
}

static CK_RV compare(p11l_below *below, CK_FLAGS flags, CK_SLOT_ID_PTR slot)
{
	unsigned long since = count_endings();
	struct slots now;

	p11l_note("EVT-1", "CKR_FUNCTION_NOT_SUPPORTED -> slots are compared");
	for (;;) {
		CK_RV rv = look(below, &now);

		if (rv != CKR_OK)
			return rv;
		if (has_changed(&now, slot))
			return CKR_OK;
		if ((flags & CKF_DONT_BLOCK) != 0)
			return CKR_NO_EVENT;
		if (!sleep_while_initialised(since, LOOK_AT_SLOTS))
			return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
}

/* Asks again and again, so that between the questions others have their turn. */
static CK_RV ask(p11l_below *below, CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved)
{
	unsigned long since = count_endings();
	CK_RV rv;

	for (;;) {
		rv = below->C_WaitForSlotEvent(flags | CKF_DONT_BLOCK, slot, reserved);
		if (rv != CKR_NO_EVENT || (flags & CKF_DONT_BLOCK) != 0)
			return rv;
		if (!sleep_while_initialised(since, LOOK_AT_VENDOR))
			return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
}

CK_RV p11l_lifecycle_C_WaitForSlotEvent(
        p11l_below *below, CK_FLAGS flags, CK_SLOT_ID_PTR pSlot, CK_VOID_PTR pReserved)
{
	CK_RV rv = p11l_is_serial() ? ask(below, flags, pSlot, pReserved)
	                            : below->C_WaitForSlotEvent(flags, pSlot, pReserved);

	if (rv != CKR_FUNCTION_NOT_SUPPORTED || pSlot == NULL ||
	        !p11l_on(p11l_rules_of_module(), P11L_RULE_EVT_1))
		return rv;
	return compare(below, flags, pSlot);
}
