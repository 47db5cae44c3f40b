/* SPDX-License-Identifier: MIT */
/* docs/QUIRKS.md: every rule of normalise, made to be read on a terminal as well. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "out.h"

#define PAGE 100 /* columns */

static const char introduction[] =
        "# What normalise repairs, and what it leaves alone\n"
        "\n"
        "Written by tools/specgen out of [spec/rules](../spec/README.md); `make quirks` writes it\n"
        "anew.\n"
        "\n"
        "A vendor's module does not always do what the standard says, or does it in one of the\n"
        "ways that the standard leaves open. Each such deviation that is known is a rule here:\n"
        "what is wrong, where it was seen, what the lens does about it, and what it must never\n"
        "do. What was decided against is here as well, with the reason. Whatever a rule changes\n"
        "is noted in the trace, under the id of the rule, with the value before and after.\n"
        "\n"
        "No rule overrides what the application asked for, makes a key weaker, turns a failure\n"
        "into a success, or repeats a call that has a side effect.\n"
        "\n"
        "## Levels\n"
        "\n";

static const char *const level_texts[LEVELS] = {
        [LEVEL_FIX] = "on at `fix` and `portable`: does nothing where the vendor conforms",
        [LEVEL_PORTABLE] = "on at `portable`: fills in what a template leaves open",
        [LEVEL_PROFILE] = "off, unless the profile of the vendor or the user turns it on",
        [LEVEL_TRACE] = "nothing to turn on: the trace shows it, and nothing is changed",
        [LEVEL_DECLINED] = "decided against, for the reason given",
};

static const char switching[] =
        "\n"
        "## Switching rules\n"
        "\n"
        "The section `[normalise]` of the configuration, in pkcs11-lens.conf(5), decides, the\n"
        "later over the earlier:\n"
        "\n"
        "1. `level` is `off`, `fix` or `portable`. With `off` no rule is on, whatever else is "
        "said.\n"
        "2. `profile` says what is known of the vendor: `auto`, `none`, or the name of a profile.\n"
        "   A profile turns rules on and off as the vendor needs it.\n"
        "3. `enable` and `disable` name rules and families, joined by `+`.\n"
        "\n"
        "```ini\n"
        "[normalise]\n"
        "level = fix\n"
        "profile = auto\n"
        "enable = DEF-2+DEF-6\n"
        "disable = gcm+ECDH-1\n"
        "```\n"
        "\n"
        "`pkcs11-lens info` shows the rules that are on, and why.\n"
        "\n"
        "## Layers\n"
        "\n"
        "A rule acts in one layer or several. A call passes them from the application down to\n"
        "the vendor in this order, and its answer passes them on the way back; a layer that no\n"
        "rule in force needs for a function is not there. What a rule calls for its own ends\n"
        "goes to the layers below.\n"
        "\n";

static size_t column;

/* Writes a word after the last one, or on a new line that begins with the indent. */
static void put_wrapped(const char *indent, const char *word, size_t length)
{
	if (column > strlen(indent)) {
		bool fits = column + 1 + length <= PAGE;

		if (fits)
			put(" ");
		else
			put("\n%s", indent);
		column = fits ? column + 1 : strlen(indent);
	}
	put("%.*s", (int)length, word);
	column += length;
}

/* Writes text after a head. */
static void put_paragraph(const char *head, const char *indent, const char *text)
{
	put("%s", head);
	column = strlen(head);
	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		put_wrapped(indent, text, length);
		text += length + (text[length] == ' ');
	}
	put("\n");
}

static size_t count_rules(size_t family)
{
	size_t count = 0;

	for (size_t i = 0; i < spec.rules.count; i++)
		count += spec.rules.item[i].family == family;
	return count;
}

static size_t count_level(enum level level)
{
	size_t count = 0;

	for (size_t i = 0; i < spec.rules.count; i++)
		count += spec.rules.item[i].level == level;
	return count;
}

static void put_levels(void)
{
	put("| level    | rules | when it is on |\n|----------|------:|---|\n");
	for (size_t i = 0; i < LEVELS; i++)
		put("| %-8s | %5zu | %s |\n", level_names[i], count_level((enum level)i),
		        level_texts[i]);
}

static void put_layers(void)
{
	put("| layer     | what it is about |\n|-----------|---|\n");
	for (size_t i = 0; i < spec.layers.count; i++)
		put("| %-9s | %s |\n", spec.layers.item[i].name, spec.layers.item[i].text);
}

/* The heading of a family, and the anchor that renderers make of it. */
static void put_heading(const struct rules *family, bool anchor)
{
	char capital[TEXT];
	const char *parts[] = {capitals(capital, "", family->name), ": ", family->title};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		for (const char *c = parts[i]; *c != '\0'; c++) {
			if (!anchor)
				put("%c", *c);
			else if (*c == ' ')
				put("-");
			else if (isalnum((unsigned char)*c) || *c == '-' || *c == '_')
				put("%c", tolower((unsigned char)*c));
		}
	}
}

static void put_contents(void)
{
	put("\n## Families\n\n");
	for (size_t i = 0; i < spec.families.count; i++) {
		const struct rules *family = &spec.families.item[i];

		put("- [");
		put_heading(family, false);
		put("](#");
		put_heading(family, true);
		put(") (%zu)\n", count_rules(i));
	}
}

static size_t count_functions(const struct rule_at *at)
{
	size_t count = 0;

	for (size_t i = 0; i < spec.functions.count; i++)
		count += rule_hooks(at, i);
	return count;
}

/* What a layer hooks; of nearly all functions, the others are the list to read. */
static void put_place(const struct rule_at *at)
{
	bool others = count_functions(at) * 4 > spec.functions.count * 3;
	const char *layer = spec.layers.item[at->layer].name;

	put("- at %s:%s", layer, others ? " all functions but" : "");
	column = strlen("- at :") + strlen(layer) + (others ? strlen(" all functions but") : 0);
	for (size_t i = 0; i < spec.functions.count; i++) {
		const char *name = spec.functions.item[i].name;

		if (rule_hooks(at, i) != others)
			put_wrapped("  ", name, strlen(name));
	}
	put("\n");
}

static void put_words(const struct rule *rule, enum words which)
{
	char head[TEXT];

	if (rule->words[which] == NULL)
		return;
	snprintf(head, sizeof head, "- %s:", words_names[which]);
	put_paragraph(head, "  ", rule->words[which]);
}

static void put_rule(const struct rule *rule)
{
	put("\n### %s\n\n", rule->id);
	put_paragraph("", "", rule->words[WORDS_QUIRK]);
	put("\n- level: %s\n", level_names[rule->level]);
	if (rule->built_in)
		put("- at: built in\n");
	for (size_t i = 0; i < rule->count; i++)
		put_place(&rule->at[i]);
	for (size_t i = WORDS_SEEN; i < WORDS; i++)
		put_words(rule, (enum words)i);
}

void out_quirks(void)
{
	put("%s", introduction);
	put_levels();
	put("%s", switching);
	put_layers();
	put_contents();
	for (size_t i = 0; i < spec.families.count; i++) {
		put("\n## ");
		put_heading(&spec.families.item[i], false);
		put("\n");
		for (size_t j = 0; j < spec.rules.count; j++) {
			if (spec.rules.item[j].family == i)
				put_rule(&spec.rules.item[j]);
		}
	}
}
