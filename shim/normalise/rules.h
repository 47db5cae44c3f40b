/* SPDX-License-Identifier: MIT */
/*
 * Which rules are on, and why. The rows of spec/rules say what there is (struct p11l_rule); the
 * level, the profile of the vendor and the user decide, in this order, the later over the earlier.
 */
#ifndef P11L_RULES_H
#define P11L_RULES_H

#include "shim/config.h"
#include "shim/spec.h"

/* Who decided whether a rule is on. */
enum p11l_reason {
	P11L_REASON_NONE, /* off: neither the level nor anybody else asks for it */
	P11L_REASON_LEVEL,
	P11L_REASON_PROFILE,
	P11L_REASON_USER,
	P11L_REASON_LEVEL_OFF, /* off, because nothing is normalised at all */
};

/* What is in force for a module, or for one of its tokens. Never changes once it is in force. */
struct p11l_rules {
	uint64_t on[(P11L_RULES + 63) / 64];
	uint8_t reason[P11L_RULES];         /* enum p11l_reason */
	unsigned long option[P11L_KEYS];    /* of the keys of [normalise]; others unused */
	struct p11l_list denied;            /* mechanisms, for MI-4 */
	const struct p11l_profile *profile; /* NULL when none matches */
	const struct p11l_config
	        *config[2]; /* where attribute rules stand: the user's, the profile's */
};

static inline bool p11l_on(const struct p11l_rules *rules, unsigned rule)
{
	return (rules->on[rule / 64] >> rule % 64 & 1) != 0;
}

static inline unsigned long p11l_option(const struct p11l_rules *rules, enum p11l_key key)
{
	return rules->option[key];
}

/* A vendor profile: config/profiles/NAME.conf, built in, or a file that the user names. */
struct p11l_profile {
	char *name;
	struct p11l_config config; /* the sections [profile], [normalise] and [attributes ...] */
};

#define P11L_PROFILES 48

/* The profiles that may describe a module, the likeliest first. */
struct p11l_candidates {
	bool named;   /* the user chose it */
	bool by_file; /* their file patterns fit */
	unsigned count;
	const struct p11l_profile *profile[P11L_PROFILES];
};

/*
 * Reads the profiles and finds those whose file pattern fits the configured module (all of them
 * when none does), or the only one that the user names. False, with a message in error
 * (P11L_ERROR_SIZE), when the user's choice is not to be had.
 */
bool p11l_profiles_load(
        struct p11l_candidates *candidates, const struct p11l_config *config, char *error);
void p11l_profiles_free(void);

/* Whether the manufacturer of a token is one that a candidate is made for. */
bool p11l_profiles_may_fit(const struct p11l_candidates *candidates, const CK_TOKEN_INFO *token);

/* The candidate that fits what the module says of itself (NULL: not known yet), or NULL. */
const struct p11l_profile *p11l_profiles_choose(
        const struct p11l_candidates *candidates, const CK_INFO *info);

/* Whether the profile fits this module (NULL: any), but only in front of certain tokens. */
bool p11l_profile_wants_token(const struct p11l_profile *profile, const CK_INFO *info);

/* The first of these whose [profile] section fits the token, or NULL. */
const struct p11l_profile *p11l_profiles_for_token(
        const struct p11l_candidates *candidates, const CK_TOKEN_INFO *token);

/* Puts together what is in force with this profile (or none). */
void p11l_rules_decide(struct p11l_rules *rules, const struct p11l_config *config,
        const struct p11l_profile *profile);

/* The functions that a layer must hook for every rule that may come on, as bits by number. */
void p11l_rules_wanted(const struct p11l_rules *possible, unsigned layer, uint64_t functions[2]);

/* The number of a rule by its id ("ECP-1"), or -1. */
int p11l_find_rule(const char *id);

/* Rules and families ("ECP-1+def") as bits; false when a word is neither. */
bool p11l_parse_rules(const char *text, uint64_t on[(P11L_RULES + 63) / 64]);

#endif
