/* SPDX-License-Identifier: MIT */
/* The numbering of everything the tables hold, and the structs that no header has. */
#include <inttypes.h>

#include "out.h"

static void put_functions(void)
{
	put("enum {\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		put("\tP11L_%s%s,\n", spec.functions.item[i].name, i == 0 ? " = 0" : "");
	put("\tP11L_FUNCTIONS\n};\n\n");
}

static void put_spaces(void)
{
	put("enum {\n");
	for (size_t i = 0; i < spec.spaces.count; i++) {
		if (spec.spaces.item[i].number != NOWHERE)
			put("\tP11L_SPACE_%s,\n", spec.spaces.item[i].id);
	}
	put("\tP11L_SPACES\n};\n\n");
}

static void put_structs(void)
{
	put("enum {\n");
	for (size_t i = 0; i < spec.records.count; i++)
		put("\tP11L_STRUCT_%s,\n", spec.records.item[i].name);
	put("\tP11L_STRUCTS\n};\n\n");
}

static void put_groups(void)
{
	put("enum {\n");
	for (size_t i = 0; i < spec.groups.count; i++)
		put("\tP11L_GROUP_%s,\n", spec.groups.item[i]);
	put("\tP11L_GROUPS\n};\n");
}

static void put_sum(void)
{
	put("\n/*\n * Stands for all functions and structs with their members: a record can be "
	    "read\n"
	    " * where it is the same.\n */\n");
	put("#define P11L_TABLES UINT64_C(0x%016" PRIx64 ")\n", tables_sum());
}

void out_ids(void)
{
	put_note("Numbers of functions, spaces, structs, groups and rules, and the structs that\n"
	         " * exist for decoding only.");
	put("#ifndef P11L_IDS_H\n#define P11L_IDS_H\n\n#include \"cryptoki.h\"\n\n");
	put_functions();
	put_spaces();
	put_structs();
	put_groups();
	out_rule_ids();
	for (size_t i = 0; i < spec.records.count; i++) {
		if (!spec.records.item[i].internal)
			continue;
		put("\n");
		put_struct(&spec.records.item[i]);
	}
	put_sum();
	put("\n#endif\n");
}
