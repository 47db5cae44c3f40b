/* SPDX-License-Identifier: MIT */
/*
 * Asks the vendors' own getters of a module, and says what they answer; with NSS softokn it then
 * works in the way that a getter leads to.
 * usage: getters MODULE [all|NSC|FC]
 */
#define _GNU_SOURCE
#include "cryptoki.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *module;

/* The function of this name in *function; false when there is none. */
static int find(const char *prefix, const char *name, void *function)
{
	char full[64];
	void *symbol;

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	symbol = dlsym(module, full);
	memcpy(function, &symbol, sizeof(symbol));
	if (symbol == NULL)
		printf("no %s\n", full);
	return symbol != NULL;
}

static void ask_table(const char *name)
{
	CK_RV (*get)(const char **table);
	const char *table = "none";
	CK_RV rv;

	if (!find("", name, &get))
		return;
	rv = get(&table);
	printf("%s 0x%lx %s\n", name, rv, table);
}

static void ask_strings(void)
{
	char **(*get)(unsigned long function, char *parameters, void *arguments);

	/* No function of a data base has this number. */
	if (find("", "NSC_ModuleDBFunc", &get))
		printf("NSC_ModuleDBFunc %s\n", get(77, NULL, NULL) == NULL ? "NULL" : "strings");
}

static void ask_lists(const char *prefix)
{
	CK_C_GetFunctionList get_list;
	CK_C_GetInterface get_interface;
	CK_FUNCTION_LIST_PTR list;
	CK_INTERFACE_PTR interface;

	if (find(prefix, "GetFunctionList", &get_list))
		printf("%sGetFunctionList 0x%lx\n", prefix, get_list(&list));
	if (find(prefix, "GetInterface", &get_interface))
		printf("%sGetInterface 0x%lx\n", prefix, get_interface(NULL, NULL, &interface, 0));
}

static void list_interfaces(const char *prefix)
{
	CK_C_GetInterfaceList get;
	CK_INTERFACE interface[16];
	CK_ULONG count = 16;
	CK_RV rv;

	if (!find(prefix, "GetInterfaceList", &get))
		exit(1);
	rv = get(interface, &count);
	printf("0x%lx\n", rv);
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		Dl_info where = {.dli_fname = "nowhere"};
		const CK_VERSION *version = interface[i].pFunctionList;

		dladdr(interface[i].pFunctionList, &where);
		printf("%s %d.%d flags %lu in %s\n", (char *)interface[i].pInterfaceName,
		        version->major, version->minor, interface[i].flags,
		        strcmp((char *)interface[i].pInterfaceName, "PKCS 11") == 0
		                ? "its place"
		                : basename(where.dli_fname));
	}
}

/* What C_GetInfo tells must come from the same half of the module as the table. */
static void work(const char *prefix)
{
	static char none[] =
	        "configdir='' certPrefix='' keyPrefix='' secmod='' flags=noCertDB,noModDB";
	struct {
		CK_C_INITIALIZE_ARGS args;
		CK_VOID_PTR behind[2];
	} own = {.args = {.flags = CKF_OS_LOCKING_OK, .pReserved = none}};
	CK_C_GetFunctionList get;
	CK_C_GetInterface get_interface;
	CK_FUNCTION_LIST_PTR list;
	CK_INTERFACE_PTR interface;
	CK_SLOT_ID slot[4];
	CK_ULONG count = 4;
	CK_TOKEN_INFO token;

	if (!find(prefix, "GetFunctionList", &get) || get(&list) != CKR_OK ||
	        !find(prefix, "GetInterface", &get_interface) ||
	        get_interface(NULL, NULL, &interface, 0) != CKR_OK)
		exit(1);
	printf("C_Initialize 0x%lx\n", list->C_Initialize(&own));
	if (list->C_GetSlotList(CK_TRUE, slot, &count) != CKR_OK)
		exit(1);
	for (CK_ULONG i = 0; i < count; i++) {
		CK_FUNCTION_LIST_PTR wide = interface->pFunctionList;
		CK_RV rv = (i % 2 == 0 ? list : wide)->C_GetTokenInfo(slot[i], &token);

		printf("slot %lu: 0x%lx %.32s\n", slot[i], rv, (char *)token.label);
	}
	printf("C_Finalize 0x%lx\n", list->C_Finalize(NULL));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	module = dlopen(argv[1], RTLD_NOW);
	if (module == NULL) {
		puts(dlerror());
		return 1;
	}
	if (strcmp(argv[2], "all") == 0) {
		ask_table("CA_GetFunctionList");
		ask_table("C_EX_GetFunctionListExtended");
		ask_table("JC_GetFunctionList");
		ask_table("ETC_GetFunctionListEx");
		ask_table("E_GetAuxFunctionList");
		ask_strings();
		ask_lists("NSC_");
		ask_lists("FC_");
		return 0;
	}
	list_interfaces(argv[2]);
	work(argv[2]);
	return 0;
}
