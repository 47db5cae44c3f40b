/* SPDX-License-Identifier: MIT */
/* What the rows of numbers.spec refer to. */
#include <string.h>

#include "read.h"

static void resolve_rule(struct number *number)
{
	for (size_t i = 0; i < spec.rules.count; i++) {
		if (strcmp(spec.rules.item[i].id, number->rule_id) != 0)
			continue;
		if (spec.rules.item[i].level >= LEVEL_TRACE)
			bad(&number->place, "rule '%s' changes nothing, so it has no numbers",
			        number->rule_id);
		number->rule = i;
		return;
	}
	bad(&number->place, "unknown rule '%s'", number->rule_id);
}

static void resolve_name(struct number *number)
{
	static const char *const types[] = {
	        [NUMBER_MECHANISM] = "CK_MECHANISM_TYPE",
	        [NUMBER_KEY_TYPE] = "CK_KEY_TYPE",
	        [NUMBER_KDF] = "CK_EC_KDF_TYPE",
	        [NUMBER_MAKES] = "CK_KEY_TYPE",
	};
	const struct constant *constant = find_constant(number->name, types[number->kind]);

	if (constant == NULL)
		bad(&number->place, "unknown constant '%s'", number->name);
	number->standard = constant->value;
}

/* The row of the mechanism by which a module shows whose numbers it has. */
static void resolve_as(struct number *number)
{
	size_t own = (size_t)(number - spec.numbers.item);
	bool lists = number->kind == NUMBER_MECHANISM || number->kind == NUMBER_MAKES;

	number->as = own;
	if (lists && number->as_name != NULL)
		bad(&number->place, "'as' is for what no module lists; it lists '%s' itself",
		        number->name);
	if (lists)
		return;
	if (number->as_name == NULL)
		bad(&number->place, "'%s' is in no module's list: as which mechanism?",
		        number->name);
	for (size_t i = 0; i < own; i++) {
		const struct number *other = &spec.numbers.item[i];

		if (other->kind == NUMBER_MECHANISM && other->rule == number->rule &&
		        strcmp(other->name, number->as_name) == 0)
			number->as = i;
	}
	if (number->as == own)
		bad(&number->place, "no row above pairs '%s' by rule '%s'", number->as_name,
		        number->rule_id);
}

/* Within a rule and a kind neither number may have two meanings. */
static void refuse_twins(const struct number *number)
{
	for (const struct number *other = spec.numbers.item; other < number; other++) {
		if (other->kind != number->kind || other->rule != number->rule)
			continue;
		if (other->standard == number->standard || other->vendor == number->vendor)
			bad(&number->place, "'%s' and '%s' have a number in common", other->name,
			        number->name);
	}
}

void check_numbers(void)
{
	if (spec.numbers.count > MAX_NUMBERS)
		bad(&spec.numbers.item[MAX_NUMBERS].place, "more than %d numbers", MAX_NUMBERS);
	for (size_t i = 0; i < spec.numbers.count; i++) {
		struct number *number = &spec.numbers.item[i];

		resolve_rule(number);
		resolve_name(number);
		resolve_as(number);
		refuse_twins(number);
	}
}
