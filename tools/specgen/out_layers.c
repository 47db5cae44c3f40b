/* SPDX-License-Identifier: MIT */
/* The layers of normalise: what each one hooks, and the thunks that tell it where it is. */
#include <stdio.h>
#include <string.h>

#include "out.h"

#define LANES 4 /* P11L_LANES */

/* This layer does the same with every function, so it is made out of the wrappers. */
#define UNIFORM "serial"

/* Whether some rule hooks the function in the layer. */
static bool is_hooked(size_t layer, size_t function)
{
	for (size_t i = 0; i < spec.rules.count; i++) {
		const struct rule *rule = &spec.rules.item[i];

		for (size_t j = 0; j < rule->count; j++)
			if (rule->at[j].layer == layer && rule_hooks(&rule->at[j], function))
				return true;
	}
	return false;
}

static void each_hook(void (*put_one)(const char *layer, const struct function *function))
{
	for (size_t i = 0; i < spec.layers.count; i++) {
		if (strcmp(spec.layers.item[i].name, UNIFORM) == 0)
			continue;
		for (size_t j = 0; j < spec.functions.count; j++)
			if (is_hooked(i, j))
				put_one(spec.layers.item[i].name, &spec.functions.item[j]);
	}
}

/* CK_RV p11l_read_C_GetAttributeValue(p11l_below *below, ...) */
static void put_head(const char *layer, const struct function *function)
{
	put("CK_RV p11l_%s_%s(p11l_below *below, ", layer, function->name);
	put_parameters(function, PARAMETERS_DECLARED);
	put(")");
}

static void put_prototype(const char *layer, const struct function *function)
{
	put_head(layer, function);
	put(";\n");
}

void out_layers(void)
{
	put_note("What the layers of normalise hook; shim/normalise/layer.h includes it.");
	put("\n");
	each_hook(put_prototype);
}

static void put_thunks(const char *layer, const struct function *function)
{
	for (unsigned lane = 0; lane < LANES; lane++) {
		char before[64];

		snprintf(before, sizeof before, "static CK_RV %s%u_", layer, lane);
		put_signature(function, before, "");
		put("\n{\n\treturn p11l_%s_%s(&p11l_lanes[%u].lane.below[P11L_LAYER_%s], ", layer,
		        function->name, lane, layer);
		put_parameters(function, PARAMETERS_NAMED);
		put(");\n}\n\n");
	}
}

static void put_hook_table(size_t layer, unsigned lane)
{
	const char *name = spec.layers.item[layer].name;

	put("static const %s %s%u = {\n", function_lists[FUNCTION_LISTS - 1].name, name, lane);
	for (size_t i = 0; i < spec.functions.count; i++) {
		const char *function = spec.functions.item[i].name;

		if (strcmp(name, UNIFORM) != 0 && is_hooked(layer, i))
			put("\t.%s = %s%u_%s,\n", function, name, lane, function);
	}
	put("};\n\n");
}

void out_hooks(void)
{
	put_note("The functions by which layers hook themselves over what lies below them.\n"
	         " * shim/normalise/hooks.c includes it.");
	put("\n");
	each_hook(put_thunks);
	for (size_t i = 0; i < spec.layers.count; i++)
		for (unsigned lane = 0; lane < LANES; lane++)
			put_hook_table(i, lane);
	put("const %s *const p11l_hooks[P11L_LAYERS][P11L_LANES] = {\n",
	        function_lists[FUNCTION_LISTS - 1].name);
	for (size_t i = 0; i < spec.layers.count; i++) {
		const char *name = spec.layers.item[i].name;

		put("\t{&%s0, &%s1, &%s2, &%s3},\n", name, name, name, name);
	}
	put("};\n");
}
