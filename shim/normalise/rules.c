/* SPDX-License-Identifier: MIT */
/* Deciding which rules are in force. */
#include "rules.h"

#include <string.h>
#include <strings.h>

#define WORDS ((P11L_RULES + 63) / 64)

/* Keys that ask for a rule by having another value than they have when nobody sets them. */
static const struct {
	enum p11l_key key;
	unsigned rule;
} askers[] = {
        {P11L_NORMALISE_SERIALISE, P11L_RULE_INIT_9},
        {P11L_NORMALISE_DENY, P11L_RULE_MI_4},
};

static void set(struct p11l_rules *rules, unsigned rule, bool on, enum p11l_reason reason)
{
	uint64_t bit = UINT64_C(1) << rule % 64;

	if (on)
		rules->on[rule / 64] |= bit;
	else
		rules->on[rule / 64] &= ~bit;
	rules->reason[rule] = (uint8_t)reason;
}

int p11l_find_rule(const char *id)
{
	for (int i = 0; i < P11L_RULES; i++)
		if (strcasecmp(p11l_rules[i].id, id) == 0)
			return i;
	return -1;
}

/* A rule by its id, or all rules of a family. */
static bool add_word(const char *word, uint64_t on[WORDS])
{
	bool found = false;

	for (unsigned i = 0; i < P11L_RULES; i++) {
		const struct p11l_rule *rule = &p11l_rules[i];

		if (rule->level >= P11L_RULE_TRACE)
			continue;
		if (strcasecmp(rule->id, word) == 0 ||
		        strcasecmp(p11l_families[rule->family].name, word) == 0) {
			on[i / 64] |= UINT64_C(1) << i % 64;
			found = true;
		}
	}
	return found;
}

bool p11l_parse_rules(const char *text, uint64_t on[WORDS])
{
	memset(on, 0, WORDS * sizeof(on[0]));
	while (text != NULL) {
		size_t n = strcspn(text, "+");
		char word[32];

		if (n >= sizeof(word))
			return false;
		memcpy(word, text, n);
		word[n] = '\0';
		if (!add_word(word, on))
			return false;
		text = text[n] == '+' ? text + n + 1 : NULL;
	}
	return true;
}

/* What a key that lists rules says, in what a profile or the user has written. */
static void apply(struct p11l_rules *rules, const struct p11l_config *config, enum p11l_key key,
        enum p11l_reason reason)
{
	const char *text = p11l_text(config, key);
	uint64_t words[WORDS];

	if (text == NULL || !p11l_parse_rules(text, words))
		return;
	for (unsigned i = 0; i < P11L_RULES; i++)
		if ((words[i / 64] >> i % 64 & 1) != 0)
			set(rules, i, key == P11L_NORMALISE_ENABLE, reason);
}

static void ask(struct p11l_rules *rules, const struct p11l_config *config, enum p11l_reason reason)
{
	for (size_t i = 0; i < sizeof(askers) / sizeof(askers[0]); i++)
		if (!p11l_is_default(config, askers[i].key))
			set(rules, askers[i].rule,
			        config->setting[askers[i].key].number != 0 ||
			                askers[i].key == P11L_NORMALISE_DENY,
			        reason);
	if (config->attributes > 0)
		set(rules, P11L_RULE_ATTR_1, true, reason);
}

static void take_denied(struct p11l_rules *rules, const struct p11l_config *config)
{
	const char *text = p11l_text(config, P11L_NORMALISE_DENY);

	if (text != NULL)
		p11l_parse_list(&p11l_key_rows[P11L_NORMALISE_DENY], text, &rules->denied);
}

/* The user's word, else the profile's, else what holds by default. */
static void take_options(struct p11l_rules *rules, const struct p11l_config *config,
        const struct p11l_config *profile)
{
	for (unsigned i = 0; i < P11L_KEYS; i++) {
		enum p11l_key key = (enum p11l_key)i;
		bool theirs = profile != NULL && p11l_is_default(config, key) &&
		              !p11l_is_default(profile, key);

		rules->option[i] = (theirs ? profile : config)->setting[i].number;
		if (key == P11L_NORMALISE_DENY)
			take_denied(rules, theirs ? profile : config);
	}
}

static void by_level(struct p11l_rules *rules, unsigned long level)
{
	for (unsigned i = 0; i < P11L_RULES; i++) {
		unsigned asked = p11l_rules[i].level;
		bool on = (asked == P11L_RULE_FIX && level >= P11L_NORMALISE_FIX) ||
		          (asked == P11L_RULE_PORTABLE && level >= P11L_NORMALISE_PORTABLE);

		set(rules, i, on, on ? P11L_REASON_LEVEL : P11L_REASON_NONE);
	}
}

void p11l_rules_decide(struct p11l_rules *rules, const struct p11l_config *config,
        const struct p11l_profile *profile)
{
	const struct p11l_config *theirs = profile != NULL ? &profile->config : NULL;
	unsigned long level = p11l_number(config, P11L_NORMALISE_LEVEL);

	memset(rules, 0, sizeof(*rules));
	rules->profile = profile;
	rules->config[0] = config;
	rules->config[1] = theirs;
	by_level(rules, level);
	take_options(rules, config, theirs);
	if (level == P11L_NORMALISE_OFF) {
		memset(rules->reason, P11L_REASON_LEVEL_OFF, sizeof(rules->reason));
		return;
	}
	if (theirs != NULL) {
		apply(rules, theirs, P11L_NORMALISE_ENABLE, P11L_REASON_PROFILE);
		apply(rules, theirs, P11L_NORMALISE_DISABLE, P11L_REASON_PROFILE);
		ask(rules, theirs, P11L_REASON_PROFILE);
	}
	ask(rules, config, P11L_REASON_USER);
	apply(rules, config, P11L_NORMALISE_ENABLE, P11L_REASON_USER);
	apply(rules, config, P11L_NORMALISE_DISABLE, P11L_REASON_USER);
}

void p11l_rules_wanted(const struct p11l_rules *possible, unsigned layer, uint64_t functions[2])
{
	functions[0] = functions[1] = 0;
	for (unsigned i = 0; i < P11L_RULES; i++)
		for (unsigned j = 0; p11l_on(possible, i) && j < p11l_rules[i].places; j++) {
			const struct p11l_rule_at *at = &p11l_rules[i].at[j];

			if (at->layer == layer) {
				functions[0] |= at->functions[0];
				functions[1] |= at->functions[1];
			}
		}
}
