/* SPDX-License-Identifier: MIT */
#include "highlevel/api.h"

#include "highlevel/internal.h"
#include "shim/util.h"

#include <string.h>

/* The table as the public header has it. */
struct p11l_function_list {
	CK_VERSION version;
	CK_ULONG size;
#include "gen/api_table.inc"
};

#include "gen/api_entries.inc"

const struct p11l_function_list *p11l_api(void)
{
	return &p11l_list;
}

bool p11l_api_is_named(const CK_UTF8CHAR *name)
{
	return name != NULL && p11l_readable(name, sizeof(P11L_INTERFACE_NAME)) &&
	       memcmp(name, P11L_INTERFACE_NAME, sizeof(P11L_INTERFACE_NAME)) == 0;
}

/* Programs made for an older version of the table find what they know at its beginning. */
CK_RV p11l_api_get_interface(
        const CK_VERSION *version, CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	static CK_UTF8CHAR name[] = P11L_INTERFACE_NAME;
	static CK_INTERFACE own = {name, (CK_VOID_PTR)(uintptr_t)&p11l_list, 0};

	if (flags != 0 || (version != NULL && (version->major != P11L_API_MAJOR ||
	                                              version->minor > P11L_API_MINOR)))
		return CKR_ARGUMENTS_BAD;
	*interface = &own;
	return CKR_OK;
}

/* Exported: how programs find the table by dlsym. */
CK_RV P11L_GetFunctionList(const struct p11l_function_list **list);

__attribute__((visibility("default"))) CK_RV P11L_GetFunctionList(
        const struct p11l_function_list **list)
{
	if (list == NULL)
		return CKR_ARGUMENTS_BAD;
	*list = &p11l_list;
	return CKR_OK;
}
