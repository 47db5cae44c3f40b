/* SPDX-License-Identifier: MIT */
/* The numbering of layers, families and rules, and their tables. */
#include <stdio.h>

#include "out.h"

const char *rule_name(char text[TEXT], const char *prefix, const struct rule *rule)
{
	snprintf(text, TEXT, "%s%s", prefix, rule->id);
	for (char *c = text; *c != '\0'; c++) {
		if (*c == '-')
			*c = '_';
	}
	return text;
}

void out_rule_ids(void)
{
	char text[TEXT];

	put("\nenum {\n");
	for (size_t i = 0; i < spec.layers.count; i++)
		put("\tP11L_LAYER_%s,\n", spec.layers.item[i].name);
	put("\tP11L_LAYERS\n};\n\nenum {\n");
	for (size_t i = 0; i < spec.families.count; i++)
		put("\tP11L_FAMILY_%s,\n", spec.families.item[i].name);
	put("\tP11L_FAMILIES\n};\n\nenum {\n");
	for (size_t i = 0; i < spec.rules.count; i++)
		put("\t%s,\n", rule_name(text, "P11L_RULE_", &spec.rules.item[i]));
	put("\tP11L_RULES\n};\n\nenum { P11L_NUMBERS = %zu };\n", spec.numbers.count);
}

static void put_places(const struct rule *rule)
{
	char text[TEXT];

	if (rule->count == 0)
		return;
	put("\nstatic const struct p11l_rule_at %s[] = {\n", rule_name(text, "at_", rule));
	for (size_t i = 0; i < rule->count; i++) {
		const struct rule_at *at = &rule->at[i];

		put("\t{P11L_LAYER_%s, {0x%016llxULL, 0x%016llxULL}},\n",
		        spec.layers.item[at->layer].name, (unsigned long long)at->functions[0],
		        (unsigned long long)at->functions[1]);
	}
	put("};\n");
}

static void put_rule(const struct rule *rule)
{
	const char *does = rule->words[rule->level < LEVEL_TRACE ? WORDS_DOES : WORDS_WHY];
	char text[TEXT];

	put("\t{\"%s\",\n", rule->id);
	put("\t\t\"%s\",\n", rule->words[WORDS_QUIRK]);
	put("\t\t\"%s\",\n", does);
	put("\t\tP11L_FAMILY_%s, %s, %zu, ", spec.families.item[rule->family].name,
	        capitals(text, "P11L_RULE_", level_names[rule->level]), rule->count);
	if (rule->count > 0)
		put("%s},\n", rule_name(text, "at_", rule));
	else
		put("NULL},\n");
}

void out_rule_tables(void)
{
	for (size_t i = 0; i < spec.rules.count; i++)
		put_places(&spec.rules.item[i]);
	put("\nconst struct p11l_rule p11l_rules[P11L_RULES] = {\n");
	for (size_t i = 0; i < spec.rules.count; i++)
		put_rule(&spec.rules.item[i]);
	put("};\n\nconst struct p11l_family p11l_families[P11L_FAMILIES] = {\n");
	for (size_t i = 0; i < spec.families.count; i++)
		put("\t{\"%s\", \"%s\"},\n", spec.families.item[i].name,
		        spec.families.item[i].title);
	put("};\n\nconst char *const p11l_layers[P11L_LAYERS] = {\n");
	for (size_t i = 0; i < spec.layers.count; i++)
		put("\t\"%s\",\n", spec.layers.item[i].name);
	put("};\n");
}
