/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define KINDS    8    /* of tokens that profiles name, for one module */
#define SESSIONS 4096 /* a power of two; a session that is crowded out has the module's rules */
#define SLOTS    64   /* the same */

/* What is in force for one kind of token; made at its first session, and kept. */
static struct {
	const struct p11l_profile *profile;
	struct p11l_rules *rules;
} kinds[KINDS];
static unsigned kind_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static atomic_bool wanted;
static struct p11l_candidates candidates;

/* A handle, and what was found for it. Written whole by whoever opens a session. */
struct place {
	atomic_ulong owner; /* handle + 1; 0: nobody */
	_Atomic(const struct p11l_rules *) rules;
};
static struct place sessions[SESSIONS], slots[SLOTS];

void p11l_tokens_start(const struct p11l_candidates *all, const CK_INFO *info)
{
	memset(&candidates, 0, sizeof(candidates));
	for (unsigned i = 0; all != NULL && i < all->count; i++)
		if (p11l_profile_wants_token(all->profile[i], info))
			candidates.profile[candidates.count++] = all->profile[i];
	atomic_store(&wanted, candidates.count > 0);
}

/* The rules of a profile; NULL when there is no memory or no room for them. */
static const struct p11l_rules *rules_with(const struct p11l_profile *profile)
{
	struct p11l_rules *rules = NULL;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < kind_count && rules == NULL; i++)
		if (kinds[i].profile == profile)
			rules = kinds[i].rules;
	if (rules == NULL && kind_count < KINDS) {
		rules = malloc(sizeof(*rules));
		if (rules != NULL) {
			p11l_rules_decide(rules, &p11l_state.config, profile);
			kinds[kind_count].profile = profile;
			kinds[kind_count++].rules = rules;
		}
	}
	pthread_mutex_unlock(&lock);
	return rules;
}

static struct place *place_of(struct place *places, size_t count, CK_ULONG handle)
{
	uint64_t mixed = (uint64_t)handle * UINT64_C(0x9e3779b97f4a7c15);

	return &places[mixed >> 32 & (count - 1)];
}

static void put(struct place *place, CK_ULONG handle, const struct p11l_rules *rules)
{
	atomic_store(&place->owner, 0);
	atomic_store(&place->rules, rules);
	atomic_store(&place->owner, handle + 1);
}

static const struct p11l_rules *get(struct place *place, CK_ULONG handle)
{
	return atomic_load_explicit(&place->owner, memory_order_acquire) == handle + 1
	               ? atomic_load_explicit(&place->rules, memory_order_acquire)
	               : NULL;
}

void p11l_token_opened(p11l_below *below, CK_SLOT_ID slot, CK_SESSION_HANDLE session)
{
	const struct p11l_profile *profile;
	const struct p11l_rules *rules = NULL;
	CK_TOKEN_INFO info;

	if (!atomic_load_explicit(&wanted, memory_order_acquire))
		return;
	memset(&info, 0, sizeof(info));
	if (below->C_GetTokenInfo(slot, &info) == CKR_OK) {
		profile = p11l_profiles_for_token(&candidates, &info);
		rules = profile != NULL ? rules_with(profile) : NULL;
	}
	put(place_of(slots, SLOTS, slot), slot, rules);
	put(place_of(sessions, SESSIONS, session), session, rules);
}

const struct p11l_rules *p11l_token_rules(CK_SESSION_HANDLE session)
{
	if (!atomic_load_explicit(&wanted, memory_order_relaxed))
		return NULL;
	return get(place_of(sessions, SESSIONS, session), session);
}

const struct p11l_rules *p11l_token_rules_of_slot(CK_SLOT_ID slot)
{
	if (!atomic_load_explicit(&wanted, memory_order_relaxed))
		return NULL;
	return get(place_of(slots, SLOTS, slot), slot);
}
