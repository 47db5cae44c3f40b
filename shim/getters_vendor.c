/* SPDX-License-Identifier: MIT */
/*
 * The getters that vendors have besides the standard's: spec/getters.spec. The module is asked for
 * the function at each call, because hosts call it once. Standard tables that it hands out get a
 * lane each; what is the vendor's own passes untouched.
 */
#include "shim.h"

#include <string.h>

#define P11L_EXPORT __attribute__((visibility("default")))

/* The module's own function of this name in *function, which is as large as a pointer; or NULL. */
static void find(const char *name, void *function)
{
	void *symbol;

	p11l_compose();
	symbol = p11l_vendor_symbol(&p11l_state.vendor, name);
	memcpy(function, &symbol, sizeof(symbol));
}

static CK_RV p11l_vendors_list(const char *name, CK_FUNCTION_LIST_PTR_PTR list)
{
	const struct p11l_lane *lane;
	CK_C_GetFunctionList function;
	CK_RV rv;

	find(name, &function);
	if (function == NULL)
		return CKR_FUNCTION_NOT_SUPPORTED;
	rv = function(list);
	if (rv != CKR_OK || list == NULL)
		return rv;
	lane = p11l_lane_for(*list, p11l_width((CK_VERSION){2, 40}));
	if (lane != NULL)
		*list = p11l_table_of(lane);
	return rv;
}

static CK_RV p11l_vendors_interfaces(const char *name, CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	CK_C_GetInterfaceList function;
	CK_RV rv;

	find(name, &function);
	if (function == NULL)
		return CKR_FUNCTION_NOT_SUPPORTED;
	rv = function(list, count);
	for (CK_ULONG i = 0; rv == CKR_OK && list != NULL && i < *count; i++) {
		const struct p11l_lane *lane = p11l_lane_of(&list[i]);

		if (lane != NULL)
			list[i].pFunctionList = p11l_table_of(lane);
	}
	return rv;
}

static CK_RV p11l_vendors_interface(const char *getter, CK_UTF8CHAR_PTR name,
        CK_VERSION_PTR version, CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	CK_C_GetInterface function;
	const struct p11l_lane *lane;
	CK_INTERFACE copy;
	CK_RV rv;

	find(getter, &function);
	if (function == NULL)
		return CKR_FUNCTION_NOT_SUPPORTED;
	rv = function(name, version, interface, flags);
	if (rv != CKR_OK || interface == NULL || !p11l_readable(*interface, sizeof(copy)))
		return rv;
	copy = **interface;
	lane = p11l_lane_of(&copy);
	if (lane == NULL)
		return rv;
	copy.pFunctionList = p11l_table_of(lane);
	*interface = p11l_publish(copy);
	return *interface != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

static CK_RV p11l_vendors_table(const char *name, CK_VOID_PTR_PTR table)
{
	CK_RV (*function)(CK_VOID_PTR_PTR table);

	find(name, &function);
	return function != NULL ? function(table) : CKR_FUNCTION_NOT_SUPPORTED;
}

static char **p11l_vendors_strings(
        const char *name, unsigned long what, char *parameters, void *arguments)
{
	char **(*function)(unsigned long what, char *parameters, void *arguments);

	find(name, &function);
	return function != NULL ? function(what, parameters, arguments) : NULL;
}

#include "gen/getters.inc"
