/* SPDX-License-Identifier: MIT */
/* rules.spec, which orders layers and families, and the files of spec/rules. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "read.h"

#define TEXT_BYTES 2048

static const char order_form[] = "layer NAME TEXT, or family NAME";
static const char rule_form[] = "family NAME TITLE, or rule ID LEVEL";
static const char at_form[] = "at LAYER FUNCTION..., or at LAYER all but FUNCTION...";

/* The fields from first on as one text. It ends up in C strings and in Markdown: no marks. */
static const char *need_text(const struct row *row, size_t first)
{
	static const char marks[] = "\"\\`*<>|[]~";
	char text[ROW_BYTES];
	size_t length = 0;

	for (size_t i = first; i < row->count; i++) {
		size_t word = strlen(row->field[i]);

		if (strpbrk(row->field[i], marks) != NULL)
			bad(&row->place, "'%s': a text has none of %s", row->field[i], marks);
		memcpy(text + length, row->field[i], word);
		text[length + word] = ' ';
		length += word + 1;
	}
	return keep(text, length - 1);
}

void take_order_row(struct row *row)
{
	bool layer = strcmp(row->field[0], "layer") == 0;

	if (row->indented)
		bad(&row->place, "indented, but rows of this file stand alone");
	if (!layer && strcmp(row->field[0], "family") != 0)
		bad(&row->place, "unknown directive '%s'; a row is: %s", row->field[0], order_form);
	need_fields(row, layer ? 3 : 2, layer ? ROW_FIELDS : 2, order_form);
	if (layer) {
		struct layer *item;

		if (find_layer(row->field[1]) != NOWHERE)
			bad(&row->place, "layer '%s' stands twice", row->field[1]);
		item = APPEND(spec.layers);
		item->name = need_name(row, 1);
		item->text = need_text(row, 2);
	} else {
		struct rules *item;

		if (find_family(row->field[1]) != NOWHERE)
			bad(&row->place, "family '%s' stands twice", row->field[1]);
		item = APPEND(spec.families);
		item->place = row->place;
		item->name = need_name(row, 1);
	}
}

/* The first row of each file. Files are read in the order of rules.spec. */
static void take_family(const struct row *row)
{
	struct rules *family = spec.families.item, *end = family + spec.families.count;

	need_fields(row, 3, ROW_FIELDS, rule_form);
	while (family < end && family->title != NULL)
		family++;
	if (family == end || strcmp(family->name, row->field[1]) != 0)
		bad(&row->place, "'%s' is not the family that this file is named for",
		        row->field[1]);
	family->place = row->place;
	family->title = need_text(row, 2);
}

/* The family whose file is being read: the last one with a title. */
static size_t current_family(const struct row *row)
{
	size_t family = spec.families.count;

	while (family > 0 && spec.families.item[family - 1].title == NULL)
		family--;
	if (family == 0 || spec.families.item[family - 1].place.file != row->place.file)
		bad(&row->place, "a rule before the family of the file");
	return family - 1;
}

/* FAMILY-NUMBER, the family in capitals. */
static bool is_id(const char *id, const char *family)
{
	size_t length = strlen(family);

	for (size_t i = 0; i < length; i++) {
		if (id[i] == '\0' || id[i] != toupper((unsigned char)family[i]))
			return false;
	}
	id += length;
	return *id == '-' && id[1] >= '1' && id[1] <= '9' &&
	       id[1 + strspn(id + 1, "0123456789")] == '\0';
}

static void take_rule(const struct row *row)
{
	size_t family = current_family(row), level;
	struct rule *rule;

	need_fields(row, 3, 3, rule_form);
	if (!is_id(row->field[1], spec.families.item[family].name))
		bad(&row->place, "'%s' is not the id of a rule of family '%s'", row->field[1],
		        spec.families.item[family].name);
	for (size_t i = 0; i < spec.rules.count; i++) {
		if (strcmp(spec.rules.item[i].id, row->field[1]) == 0)
			bad(&row->place, "rule '%s' stands twice", row->field[1]);
	}
	level = find_word(row->field[2], level_names, LEVELS);
	if (level == NOWHERE)
		bad(&row->place,
		        "unknown level '%s'; fix, portable, profile, trace and declined are known",
		        row->field[2]);
	rule = APPEND(spec.rules);
	rule->place = row->place;
	rule->id = row->field[1];
	rule->family = family;
	rule->level = (enum level)level;
}

/* The rule's place in a layer, which several rows may fill. */
static struct rule_at *need_at(const struct row *row, struct rule *rule, bool all)
{
	size_t layer = find_layer(row->field[1]);
	struct rule_at *at;

	if (layer == NOWHERE)
		bad(&row->place, "unknown layer '%s'", row->field[1]);
	for (size_t i = 0; i < rule->count; i++) {
		if (rule->at[i].layer != layer)
			continue;
		if (all)
			bad(&row->place, "layer '%s' has a row already, so 'all' comes too late",
			        row->field[1]);
		return &rule->at[i];
	}
	at = append(&rule->at, &rule->count, sizeof *at);
	at->layer = layer;
	return at;
}

/* Turns over the bits of the functions that a row names. */
static void turn(const struct row *row, struct rule_at *at, size_t first, bool from)
{
	for (size_t i = first; i < row->count; i++) {
		size_t function = find_function(row->field[i]);

		if (function == NOWHERE)
			bad(&row->place, "unknown function '%s'", row->field[i]);
		if (rule_hooks(at, function) != from)
			bad(&row->place, "'%s' stands twice", row->field[i]);
		at->functions[function / 64] ^= UINT64_C(1) << function % 64;
	}
}

static void take_at(const struct row *row, struct rule *rule)
{
	bool all = row->count > 4 && strcmp(row->field[2], "all") == 0 &&
	           strcmp(row->field[3], "but") == 0;
	struct rule_at *at;

	need_fields(row, 3, ROW_FIELDS, at_form);
	at = need_at(row, rule, all);
	for (size_t i = 0; all && i < spec.functions.count; i++)
		at->functions[i / 64] |= UINT64_C(1) << i % 64;
	turn(row, at, all ? 4 : 2, all);
}

static void take_words(const struct row *row, struct rule *rule, size_t which)
{
	const char *text, *before = rule->words[which];
	char whole[TEXT_BYTES];

	need_fields(row, 2, ROW_FIELDS, "quirk, seen, does, never, why or note, and TEXT");
	text = need_text(row, 1);
	if (before != NULL) {
		size_t length = (size_t)snprintf(whole, sizeof whole, "%s %s", before, text);

		if (length >= sizeof whole)
			bad(&row->place, "a text has at most %zu bytes", sizeof whole - 1);
		text = keep(whole, length);
	}
	rule->words[which] = text;
}

static void take_part(const struct row *row, struct rule *rule)
{
	size_t which = find_word(row->field[0], words_names, WORDS);

	if (which != NOWHERE) {
		take_words(row, rule, which);
	} else if (strcmp(row->field[0], "at") == 0) {
		take_at(row, rule);
	} else if (strcmp(row->field[0], "built") == 0) {
		need_fields(row, 2, 2, "built in");
		if (strcmp(row->field[1], "in") != 0)
			bad(&row->place, "'%s' is not 'in'; a row is: built in", row->field[1]);
		rule->built_in = true;
	} else {
		bad(&row->place,
		        "unknown word '%s'; at, built, quirk, seen, does, never, why and "
		        "note are known",
		        row->field[0]);
	}
}

void take_rule_row(struct row *row)
{
	if (row->indented) {
		if (spec.rules.count == 0 ||
		        spec.rules.item[spec.rules.count - 1].place.file != row->place.file)
			bad(&row->place, "a row of a rule before the first rule");
		take_part(row, &spec.rules.item[spec.rules.count - 1]);
	} else if (strcmp(row->field[0], "family") == 0) {
		take_family(row);
	} else if (strcmp(row->field[0], "rule") == 0) {
		take_rule(row);
	} else {
		bad(&row->place, "unknown directive '%s'; a row at the margin is: %s",
		        row->field[0], rule_form);
	}
}
