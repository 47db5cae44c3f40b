/* SPDX-License-Identifier: MIT */
/* The functions of a module that is not this lens's own: all 104, whatever its version. */
#define _GNU_SOURCE
#include "parts.h"

#include "shim/shim.h"

#include <dlfcn.h>
#include <string.h>

#define MAX_INTERFACES 32
#define WIDTH_2_40     68

/* A table of the module, and how many functions its version promises. */
struct candidate {
	const CK_FUNCTION_LIST_3_2 *table;
	unsigned width;
};

static void consider(struct candidate *best, const void *table)
{
	CK_VERSION version;
	unsigned width;

	if (!p11l_readable(table, sizeof(version)))
		return;
	memcpy(&version, table, sizeof(version));
	width = p11l_width(version);
	if (width <= best->width ||
	        !p11l_readable(table,
	                offsetof(CK_FUNCTION_LIST_3_2, C_Initialize) + width * sizeof(p11l_entry)))
		return;
	best->table = table;
	best->width = width;
}

static void consider_interfaces(struct candidate *best, CK_C_GetInterfaceList get)
{
	static const char name[] = "PKCS 11";
	CK_INTERFACE interface[MAX_INTERFACES];
	CK_ULONG count = MAX_INTERFACES;

	if (get(interface, &count) != CKR_OK)
		return;
	for (CK_ULONG i = 0; i < count && i < MAX_INTERFACES; i++)
		if (p11l_readable(interface[i].pInterfaceName, sizeof(name)) &&
		        memcmp(interface[i].pInterfaceName, name, sizeof(name)) == 0)
			consider(best, interface[i].pFunctionList);
}

/* Stubs where it has no function, or something else than code behind its end. */
static void widen(CK_FUNCTION_LIST_3_2 *to, const struct candidate *from)
{
	const p11l_entry *theirs = p11l_const_entries(from->table);
	p11l_entry *ours = p11l_entries(to);

	*to = *p11l_unsupported;
	to->version = from->table->version;
	for (unsigned i = 0; i < from->width; i++) {
		void *address;

		memcpy(&address, &theirs[i], sizeof(address));
		if (address != NULL && (i < WIDTH_2_40 || p11l_executable(address)))
			ours[i] = theirs[i];
	}
}

bool p11l_table_take(struct p11l_module *module, void *handle)
{
	void *list = dlsym(handle, "C_GetFunctionList");
	void *interfaces = dlsym(handle, "C_GetInterfaceList");
	struct candidate best = {NULL, 0};
	CK_FUNCTION_LIST *standard = NULL;
	CK_C_GetFunctionList get_list;
	CK_C_GetInterfaceList get_interfaces;

	/* POSIX has dlsym return functions as object pointers. */
	memcpy(&get_list, &list, sizeof(list));
	memcpy(&get_interfaces, &interfaces, sizeof(interfaces));
	if (get_list != NULL && get_list(&standard) == CKR_OK)
		consider(&best, standard);
	if (get_interfaces != NULL)
		consider_interfaces(&best, get_interfaces);
	if (best.table == NULL)
		return false;
	widen(&module->table, &best);
	module->functions = &module->table;
	module->standard = standard != NULL ? standard : (CK_FUNCTION_LIST *)&module->table;
	return true;
}
