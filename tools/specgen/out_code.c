/* SPDX-License-Identifier: MIT */
/* What has one piece of C for each function: exports, stubs, wrappers, mock, version script. */
#include "out.h"

static void put_stub(const struct function *function)
{
	put_signature(function, "static CK_RV P11L_STUB(", ")");
	put("\n{\n");
	for (size_t i = 0; i < function->count; i++)
		put("\t(void)%s;\n", function->member[i].name);
	put("\treturn P11L_STUB_RV;\n}\n\n");
}

void out_stubs(void)
{
	put_note("All functions as stubs. The includer defines P11L_STUB(name), which makes\n"
	         " * the names unique, and P11L_STUB_RV, what they answer.");
	put("\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		put_stub(&spec.functions.item[i]);
	put_function_list("P11L_STUB(list)", "P11L_STUB(", ")");
}

static void put_jump(const struct function *function)
{
	put_parameters(function, PARAMETERS_NAMED);
	put(");\n}\n\n");
}

static void put_export(const struct function *function)
{
	put_signature(function, "P11L_EXPORT CK_RV ", "");
	put("\n{\n\treturn P11L_EXPORTED(%s)(", function->name);
	put_jump(function);
}

static void put_first(const struct function *function)
{
	put_signature(function, "static CK_RV first_", "");
	put("\n{\n\treturn p11l_compose()->%s(", function->name);
	put_jump(function);
}

void out_exports(void)
{
	put_note("The exported functions, and the table they jump through until the first call.\n"
	         " * The includer defines P11L_EXPORT and P11L_EXPORTED(name), which reads that\n"
	         " * table, and declares p11l_compose() and union p11l_exported_page.");
	put("\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		put_export(&spec.functions.item[i]);
	for (size_t i = 0; i < spec.functions.count; i++)
		put_first(&spec.functions.item[i]);
	put("union p11l_exported_page p11l_exported __attribute__((aligned(P11L_PAGE))) = {");
	put_function_entries("first_", "");
	put("};\n");
}

static void put_wrapper(const struct function *function)
{
	const char *name = function->name;

	put_signature(function, "static CK_RV P11L_LANE(", ")");
	put("\n{\n");
	put_arguments(function);
	put("\tstruct p11l_call call;\n\tCK_RV rv;\n\n");
	put("\tif (p11l_idle())\n\t\treturn P11L_LANE_DOWN.%s(", name);
	put_parameters(function, PARAMETERS_NAMED);
	put(");\n");
	put("\tP11L_LANE_ENTER(&call, P11L_LANE_NUMBER, P11L_%s, arg);\n", name);
	put("\trv = P11L_LANE_DOWN.%s(", name);
	put_parameters(function, PARAMETERS_NAMED);
	put(");\n\treturn P11L_LANE_LEAVE(&call, rv);\n}\n\n");
}

void out_wrappers(void)
{
	put_note("All functions as wrappers that record the call. Included once for each\n"
	         " * lane and side: the includer defines P11L_LANE(name), which makes the names\n"
	         " * unique, P11L_LANE_NUMBER, P11L_LANE_DOWN, the table that the wrappers call, "
	         "and\n"
	         " * P11L_LANE_ENTER and P11L_LANE_LEAVE, what happens before and after.");
	put("\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		put_wrapper(&spec.functions.item[i]);
	put_function_list("P11L_LANE(wrappers)", "P11L_LANE(", ")");
}

static void put_mock(const struct function *function)
{
	put_signature(function, "MOCK_EXPORT CK_RV ", "");
	put("\n{\n");
	put_arguments(function);
	put("\n\treturn mock_call(P11L_%s, arg);\n}\n\n", function->name);
}

void out_mock(void)
{
	put_note("All functions of a vendor module that does what it is told. The\n"
	         " * includer defines MOCK_EXPORT and declares mock_call().");
	put("\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		put_mock(&spec.functions.item[i]);
	put_function_list("mock_list", "", "");
}

void out_map(void)
{
	put("# SPDX-License-Identifier: MIT\n");
	put("# What the module exports. Generated from spec/ by tools/specgen: do not edit.\n");
	put("{\n\tglobal:\n");
	for (size_t i = 0; i < spec.functions.count; i++)
		put("\t\t%s;\n", spec.functions.item[i].name);
	for (size_t i = 0; i < spec.getters.count; i++)
		put("\t\t%s;\n", spec.getters.item[i].name);
	put("\t\tP11L_GetFunctionList;\n");
	put("\t\tpkcs11_lens_attached; # where attach/ leaves the module's path\n");
	put("\tlocal:\n\t\t*;\n};\n");
}
