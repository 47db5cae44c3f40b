/* SPDX-License-Identifier: MIT */
/* What a rule must have and must not have, by its level. */
#include "read.h"

static void need_words(const struct rule *rule, enum words which)
{
	if (rule->words[which] == NULL)
		bad(&rule->place, "rule '%s' has no row '%s'", rule->id, words_names[which]);
}

static void refuse_words(const struct rule *rule, enum words which)
{
	if (rule->words[which] != NULL)
		bad(&rule->place, "rule '%s': '%s' does not go with level %s", rule->id,
		        words_names[which], level_names[rule->level]);
}

static void check_acting(const struct rule *rule)
{
	need_words(rule, WORDS_DOES);
	refuse_words(rule, WORDS_WHY);
	if (rule->built_in && rule->level != LEVEL_FIX)
		bad(&rule->place, "rule '%s': only what is level fix can be built in", rule->id);
	if (rule->built_in == (rule->count > 0))
		bad(&rule->place, "rule '%s' needs rows 'at', or 'built in'", rule->id);
}

static void check_idle(const struct rule *rule)
{
	need_words(rule, WORDS_WHY);
	refuse_words(rule, WORDS_DOES);
	refuse_words(rule, WORDS_NEVER);
	if (rule->built_in || rule->count > 0)
		bad(&rule->place, "rule '%s' changes nothing at level %s, so it acts nowhere",
		        rule->id, level_names[rule->level]);
}

static void check_family(size_t family)
{
	const struct rules *rules = &spec.families.item[family];

	for (size_t i = 0; i < spec.rules.count; i++) {
		if (spec.rules.item[i].family == family)
			return;
	}
	bad(&rules->place, "family '%s' has no rules", rules->name);
}

void check_rules(void)
{
	if (spec.functions.count > MAX_FUNCTIONS)
		bad(&spec.functions.item[MAX_FUNCTIONS].place, "rules know %d functions at most",
		        MAX_FUNCTIONS);
	for (size_t i = 0; i < spec.families.count; i++)
		check_family(i);
	for (size_t i = 0; i < spec.rules.count; i++) {
		const struct rule *rule = &spec.rules.item[i];

		need_words(rule, WORDS_QUIRK);
		need_words(rule, WORDS_SEEN);
		if (rule->level < LEVEL_TRACE)
			check_acting(rule);
		else
			check_idle(rule);
	}
}
