/* SPDX-License-Identifier: MIT */
/* The exports of getters.spec. */
#include "out.h"

static const struct {
	const char *result, *function, *parameters, *arguments;
} kinds[GETTER_KINDS] = {
        [GETTER_LIST] = {"CK_RV ", "list", "CK_FUNCTION_LIST_PTR_PTR list", "list"},
        [GETTER_INTERFACES] = {"CK_RV ", "interfaces", "CK_INTERFACE_PTR list, CK_ULONG_PTR count",
                "list, count"},
        [GETTER_INTERFACE] = {"CK_RV ", "interface",
                "CK_UTF8CHAR_PTR name, CK_VERSION_PTR version,\n"
                "\tCK_INTERFACE_PTR_PTR interface, CK_FLAGS flags",
                "name, version, interface, flags"},
        [GETTER_TABLE] = {"CK_RV ", "table", "CK_VOID_PTR_PTR table", "table"},
        [GETTER_STRINGS] = {"char **", "strings",
                "unsigned long function, char *parameters, void *arguments",
                "function, parameters, arguments"},
};

static void put_head(const struct getter *getter)
{
	put("P11L_EXPORT %s%s(%s)", kinds[getter->kind].result, getter->name,
	        kinds[getter->kind].parameters);
}

void out_getters(void)
{
	put_note("The vendors' own getters. The includer defines P11L_EXPORT, and a function\n"
	         " * p11l_vendors_KIND() for each kind of getter, which gets its name first.");
	for (size_t i = 0; i < spec.getters.count; i++) {
		const struct getter *getter = &spec.getters.item[i];

		put("\n");
		put_head(getter);
		put(";\n");
		put_head(getter);
		put("\n{\n\treturn p11l_vendors_%s(\"%s\", %s);\n}\n", kinds[getter->kind].function,
		        getter->name, kinds[getter->kind].arguments);
	}
}
