/* SPDX-License-Identifier: MIT */
/* info: the interfaces of a module. */
#define _GNU_SOURCE
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BOUND 128

/* The table that an application gets when it asks for no interface in particular. */
static const void *default_table(const struct cli_module *module)
{
	CK_INTERFACE *interface = NULL;

	if (module->get_interface == NULL ||
	        module->get_interface(NULL, NULL, &interface, 0) != CKR_OK || interface == NULL)
		return NULL;
	return interface->pFunctionList;
}

static void show_interface(const CK_INTERFACE *interface, const void *preferred)
{
	const char *name = (const char *)interface->pInterfaceName;
	const CK_VERSION *version = interface->pFunctionList; /* every table begins with it */

	fputs("  ", stdout);
	if (name != NULL)
		cli_put_padded((const CK_UTF8CHAR *)name, strnlen(name, NAME_BOUND));
	else
		fputs("no name", stdout);
	if (version != NULL)
		printf(" %u.%u flags ", version->major, version->minor);
	else
		fputs(" without a table, flags ", stdout);
	cli_put_flags(P11L_SPACE_interface_flags, interface->flags);
	puts(version != NULL && version == preferred ? " (default)" : "");
}

static void show_all(struct cli_module *module)
{
	CK_ULONG announced = 0, count;
	CK_INTERFACE *list;
	const void *preferred = default_table(module);

	if (!cli_answered(
	            module, 2, "C_GetInterfaceList", module->get_interfaces(NULL, &announced)))
		return;
	announced = count = cli_bounded(2, "interfaces", announced);
	list = calloc(count + 1, sizeof(list[0]));
	if (list != NULL &&
	        cli_answered(module, 2, "C_GetInterfaceList", module->get_interfaces(list, &count)))
		for (CK_ULONG i = 0; i < count && i < announced; i++)
			show_interface(&list[i], preferred);
	free(list);
}

void cli_show_interfaces(struct cli_module *module)
{
	puts("Interfaces");
	printf("  function list %u.%u\n", module->list->version.major, module->list->version.minor);
	if (module->get_interfaces != NULL)
		show_all(module);
}
