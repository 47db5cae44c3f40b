/* SPDX-License-Identifier: MIT */
/* The layers of a lane, laid over the vendor's functions. */
#include "normalise.h"

#include "highlevel/api.h"
#include "lasting.h"
#include "layer.h"
#include "session.h"
#include "token.h"

#include <stdatomic.h>

static struct p11l_rules sets[2]; /* what was decided first, and once the module was known */
static const struct p11l_rules *_Atomic in_force = &sets[0];
static struct p11l_rules possible; /* every rule that may come on is on */
static struct p11l_candidates candidates;
static atomic_bool serial;

/* A module that has not been asked yet who it is, or NULL. */
static const struct p11l_lane *_Atomic unasked;

const struct p11l_rules *p11l_rules_of_module(void)
{
	return atomic_load_explicit(&in_force, memory_order_acquire);
}

const struct p11l_rules *p11l_rules_of_slot(CK_SLOT_ID slot)
{
	const struct p11l_rules *rules = p11l_token_rules_of_slot(slot);

	return rules != NULL ? rules : p11l_rules_of_module();
}

const struct p11l_rules *p11l_rules_of(CK_SESSION_HANDLE session)
{
	const struct p11l_rules *rules = p11l_token_rules(session);

	return rules != NULL ? rules : p11l_rules_of_module();
}

/* A module that nobody knows before it was initialised may turn out to be any of the candidates. */
static void find_possible(const struct p11l_config *config)
{
	struct p11l_rules rules;

	possible = sets[0];
	for (unsigned i = 0; i < candidates.count; i++) {
		p11l_rules_decide(&rules, config, candidates.profile[i]);
		for (unsigned j = 0; j < sizeof(rules.on) / sizeof(rules.on[0]); j++)
			possible.on[j] |= rules.on[j];
	}
}

bool p11l_normalise_start(const struct p11l_config *config, char *error)
{
	bool ok = p11l_profiles_load(&candidates, config, error);

	p11l_rules_decide(&sets[0], config, p11l_profiles_choose(&candidates, NULL));
	find_possible(config);
	return ok;
}

void p11l_normalise_stop(void)
{
	/* A host may unload the lens without having ended its use of the module. */
	p11l_sessions_forget();
	p11l_lasting_forget();
	p11l_profiles_free();
}

/* Asks the module who it is, and takes the profile that is made for it. */
static void choose_profile(const struct p11l_lane *lane)
{
	const struct p11l_rules *now = p11l_rules_of_module();
	const struct p11l_profile *profile;
	struct p11l_rules *spare;
	CK_INFO info;

	if (lane->vendor.C_GetInfo(&info) != CKR_OK)
		return;
	p11l_tokens_start(candidates.named ? NULL : &candidates, &info);
	profile = p11l_profiles_choose(&candidates, &info);
	if (profile == now->profile)
		return;
	spare = now == &sets[0] ? &sets[1] : &sets[0];
	p11l_rules_decide(spare, &p11l_state.config, profile);
	atomic_store_explicit(&in_force, spare, memory_order_release);
}

/*
 * High-level functions count their calls. A file that no profile names is asked who it is when one
 * of its tokens looks known.
 */
void p11l_normalise_initialised(const struct p11l_lane *lane)
{
	bool is_unknown = !candidates.named && !candidates.by_file;

	atomic_store(&unasked, NULL);
	if (candidates.count == 0)
		return;
	if (is_unknown && p11l_api_depth > 0)
		atomic_store(&unasked, lane);
	else
		choose_profile(lane);
}

void p11l_normalise_token_seen(const CK_TOKEN_INFO *token)
{
	const struct p11l_lane *lane = atomic_load_explicit(&unasked, memory_order_relaxed);

	if (lane == NULL || !p11l_profiles_may_fit(&candidates, token))
		return;
	lane = atomic_exchange(&unasked, NULL);
	if (lane != NULL)
		choose_profile(lane);
}

void p11l_serialise(bool on)
{
	atomic_store(&serial, on);
}

bool p11l_is_serial(void)
{
	return atomic_load_explicit(&serial, memory_order_relaxed) ||
	       p11l_on(p11l_rules_of_module(), P11L_RULE_INIT_9);
}

/* Whether what is in force may depend on the token, which is seen when a session is opened. */
static bool tokens_differ(void)
{
	for (unsigned i = 0; i < candidates.count && !candidates.named; i++)
		if (p11l_profile_wants_token(candidates.profile[i], NULL))
			return true;
	return false;
}

static void wanted(unsigned layer, uint64_t functions[2])
{
	p11l_rules_wanted(&possible, layer, functions);
	if (layer == P11L_LAYER_session && tokens_differ())
		functions[P11L_C_OpenSession / 64] |= UINT64_C(1) << P11L_C_OpenSession % 64;
	if (layer == P11L_LAYER_serial && atomic_load(&serial))
		functions[0] = functions[1] = ~UINT64_C(0);
}

/* Stored one by one, because a lane that is stacked anew may be in use. */
static void set(p11l_entry *entry, p11l_entry to)
{
	__atomic_store_n(entry, to, __ATOMIC_RELEASE);
}

static void copy(CK_FUNCTION_LIST_3_2 *to, const CK_FUNCTION_LIST_3_2 *from)
{
	to->version = from->version;
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		set(&p11l_entries(to)[i], p11l_const_entries(from)[i]);
}

static void lay(struct p11l_lane *lane, unsigned number, unsigned layer)
{
	const p11l_entry *hook =
	        p11l_const_entries(layer == P11L_LAYER_serial ? p11l_serial_wrappers[number]
	                                                      : p11l_hooks[layer][number]);
	uint64_t functions[2];

	wanted(layer, functions);
	if ((functions[0] | functions[1]) == 0)
		return;
	copy(&lane->below[layer], &lane->top);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if ((functions[i / 64] >> i % 64 & 1) != 0 && hook[i] != NULL)
			set(&p11l_entries(&lane->top)[i], hook[i]);
}

void p11l_lay_rules(struct p11l_lane *lane, unsigned number)
{
	copy(&lane->top, &lane->vendor);
	if (lane->source == p11l_nowhere)
		return;
	for (unsigned layer = P11L_LAYERS; layer-- > 0;)
		lay(lane, number, layer);
}
