/* SPDX-License-Identifier: MIT */
/* info: the vendor's profile, and the rules that are in force, with the reason for each. */
#include "cli.h"

#include "shim/normalise/builtin.h"
#include "shim/normalise/rules.h"

#include <string.h>

static const char *const reasons[] = {
        [P11L_REASON_NONE] = "unless a profile or the user asks",
        [P11L_REASON_LEVEL] = "level",
        [P11L_REASON_PROFILE] = "profile",
        [P11L_REASON_USER] = "user",
        [P11L_REASON_LEVEL_OFF] = "level",
};

/* None fits, or none was asked for: the user may know better. */
static void show_profiles(void)
{
	cli_put_name(2, "profile");
	fputs("none, out of", stdout);
	for (unsigned i = 0; i < p11l_builtin_count; i++)
		printf("%s %s", i > 0 ? "," : "", p11l_builtins[i].name);
	putchar('\n');
}

static void show_profile(const struct p11l_candidates *candidates, const struct p11l_rules *rules)
{
	const struct p11l_profile *profile = rules->profile;

	if (profile == NULL)
		show_profiles();
	else
		cli_field(2, "profile", "%s (%s)", profile->name,
		        candidates->named     ? "named by normalise.profile"
		        : candidates->by_file ? "by the module's file name and CK_INFO"
		                              : "by CK_INFO");
}

/* Where the first sentence ends; the rest is in docs/QUIRKS.md. */
static int first_sentence(const char *text)
{
	const char *end = strstr(text, ". ");

	return end != NULL ? (int)(end - text) + 1 : (int)strlen(text);
}

static void show_on(const struct p11l_rules *rules)
{
	for (unsigned i = 0; i < P11L_RULES; i++)
		if (p11l_on(rules, i))
			printf("  %-9s %-8s %.*s\n", p11l_rules[i].id, reasons[rules->reason[i]],
			        first_sentence(p11l_rules[i].does), p11l_rules[i].does);
}

/* Whether a rule is off for this reason, and could be on. */
static bool is_off(const struct p11l_rules *rules, unsigned rule, unsigned reason)
{
	return !p11l_on(rules, rule) && rules->reason[rule] == reason &&
	       p11l_rules[rule].level < P11L_RULE_TRACE;
}

static void show_off(const struct p11l_rules *rules, unsigned reason)
{
	unsigned column = 0;

	for (unsigned i = 0; i < P11L_RULES; i++) {
		if (!is_off(rules, i, reason))
			continue;
		if (column == 0)
			printf("  off by %s:", reasons[reason]);
		printf("%s%s", column % 10 == 0 ? "\n    " : " ", p11l_rules[i].id);
		column++;
	}
	if (column > 0)
		putchar('\n');
}

static void show_attributes(const char *whose, const struct p11l_config *config)
{
	if (config != NULL && config->attributes > 0)
		cli_field(2, "attributes", "%u rows of the %s", config->attributes, whose);
}

void cli_show_rules(const struct p11l_config *config, const CK_INFO *info)
{
	struct p11l_candidates candidates;
	struct p11l_rules rules;
	char error[P11L_ERROR_SIZE];

	puts("Rules");
	if (!p11l_profiles_load(&candidates, config, error))
		cli_error("%s", error);
	p11l_rules_decide(&rules, config, p11l_profiles_choose(&candidates, info));
	cli_field(2, "level", "%s", p11l_text(config, P11L_NORMALISE_LEVEL));
	show_profile(&candidates, &rules);
	show_attributes("user", rules.config[0]);
	show_attributes("profile", rules.config[1]);
	show_on(&rules);
	show_off(&rules, P11L_REASON_PROFILE);
	show_off(&rules, P11L_REASON_USER);
	show_off(&rules, P11L_REASON_LEVEL_OFF);
	p11l_profiles_free();
}
