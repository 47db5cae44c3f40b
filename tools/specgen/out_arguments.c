/* SPDX-License-Identifier: MIT */
/* The functions of the layer that looks at arguments: what each parameter says about itself. */
#include <string.h>

#include "out.h"

#define LAYER "argument"

static bool is_hooked(const struct function *function)
{
	size_t layer = find_layer(LAYER);
	size_t number = (size_t)(function - spec.functions.item);

	for (size_t i = 0; i < spec.rules.count; i++) {
		const struct rule *rule = &spec.rules.item[i];

		for (size_t j = 0; j < rule->count; j++)
			if (rule->at[j].layer == layer && rule_hooks(&rule->at[j], number))
				return true;
	}
	return false;
}

/* Octets whose length another parameter gives. Without a PIN, a reader with keys of its own asks.
 */
static void put_block(const struct function *function, const struct member *member)
{
	bool data = member->direction == DIRECTION_IN && member->role.secrecy == SECRECY_DATA;

	if (member->role.id == ROLE_TEMPLATE)
		put("\tP11L_ARGUMENT_TEMPLATE(%s, %s, %s);\n", function->name, member->name,
		        function->member[member->role.length_ref].name);
	else if (member->role.secrecy != SECRECY_PIN && member->role.id != ROLE_PARAMETER)
		put("\tP11L_ARGUMENT_%s(%s, %s);\n", data ? "DATA" : "OCTETS", member->name,
		        function->member[member->role.length_ref].name);
}

static void put_check(const struct function *function, const struct member *member)
{
	if (member->pointers == 0 || member->role.id == ROLE_OPAQUE)
		return;
	if (member->role.id == ROLE_MECHANISM || member->role.id == ROLE_MESSAGE_MECHANISM)
		put("\tP11L_ARGUMENT_MECHANISM(%s, %s);\n", function->name, member->name);
	else if (member->role.length == LENGTH_MEMBER)
		put_block(function, member);
	else if (member->role.length == LENGTH_NONE && member->direction != DIRECTION_IN)
		put("\tP11L_ARGUMENT_NEEDED(%s, %s);\n", function->name, member->name);
}

static void put_function(const struct function *function)
{
	put("CK_RV p11l_" LAYER "_%s(p11l_below *below, ", function->name);
	put_parameters(function, PARAMETERS_DECLARED);
	put(")\n{\n");
	for (size_t i = 0; i < function->count; i++)
		put_check(function, &function->member[i]);
	put("\treturn below->%s(", function->name);
	put_parameters(function, PARAMETERS_NAMED);
	put(");\n}\n\n");
}

void out_arguments(void)
{
	put_note("The functions of the layer " LAYER ". The includer defines what is done about\n"
	         " * P11L_ARGUMENT_NEEDED(function, pointer), which must not be NULL,\n"
	         " * P11L_ARGUMENT_DATA(pointer, length) and P11L_ARGUMENT_OCTETS(pointer, "
	         "length),\n"
	         " * P11L_ARGUMENT_TEMPLATE(function, template, count), and\n"
	         " * P11L_ARGUMENT_MECHANISM(function, mechanism).");
	put("\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		if (is_hooked(&spec.functions.item[i]))
			put_function(&spec.functions.item[i]);
}
