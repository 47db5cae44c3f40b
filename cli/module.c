/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cli.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* The shared object that holds an address: its load address and file name. */
static bool object_of(const void *address, Dl_info *info)
{
	return address != NULL && dladdr(address, info) != 0;
}

/* A symbol of the very module, not of a library that it depends on. */
static void *own_symbol(void *handle, const char *name, const Dl_info *own)
{
	void *symbol = dlsym(handle, name);
	Dl_info info;

	return object_of(symbol, &info) && info.dli_fbase == own->dli_fbase ? symbol : NULL;
}

/* The standard interface of a module that has no C_GetFunctionList; NULL when it refuses. */
static CK_FUNCTION_LIST *list_of_interface(struct cli_module *module, CK_RV *rv)
{
	CK_UTF8CHAR name[] = "PKCS 11";
	CK_INTERFACE *interface = NULL;

	*rv = module->get_interface(name, NULL, &interface, 0);
	return *rv == CKR_OK && interface != NULL ? interface->pFunctionList : NULL;
}

static bool get_list(struct cli_module *module, CK_C_GetFunctionList getter, const char *path)
{
	CK_RV rv;
	char number[CLI_NUMBER_SIZE];

	if (getter != NULL)
		rv = getter(&module->list);
	else
		module->list = list_of_interface(module, &rv);
	if (rv == CKR_OK && module->list != NULL)
		return true;
	cli_error("%s: %s answers %s%s; the module cannot be used", path,
	        getter != NULL ? "C_GetFunctionList" : "C_GetInterface",
	        cli_name(P11L_SPACE_rv, rv, number), rv == CKR_OK ? " but gives no table" : "");
	return false;
}

/* The getters by their symbols; POSIX has dlsym return functions as object pointers. */
static CK_C_GetFunctionList find_getters(struct cli_module *module, void *handle)
{
	void *list = dlsym(handle, "C_GetFunctionList");
	void *first = list != NULL ? list : dlsym(handle, "C_GetInterface");
	CK_C_GetFunctionList getter;
	Dl_info own;
	void *symbol;

	memcpy(&getter, &list, sizeof(list));
	if (!object_of(first, &own))
		return getter;
	symbol = own_symbol(handle, "C_GetInterfaceList", &own);
	memcpy(&module->get_interfaces, &symbol, sizeof(symbol));
	symbol = own_symbol(handle, "C_GetInterface", &own);
	memcpy(&module->get_interface, &symbol, sizeof(symbol));
	return getter;
}

/* Whether this is the lens, be it another copy of it. */
static bool is_lens(void *handle)
{
	Dl_info info;
	char *path;
	bool same;

	if (!object_of(dlsym(handle, "C_GetFunctionList"), &info))
		return false;
	path = realpath(info.dli_fname, NULL);
	same = path != NULL && strcmp(basename(path), CLI_LENS_NAME) == 0;
	free(path);
	return same;
}

/* Never unloaded: some modules do not survive it, and the tool ends soon anyway. */
static void *open_module(const char *path, unsigned long bind)
{
	int deep = bind == P11L_BIND_DEEP ? RTLD_DEEPBIND : 0;

	return dlopen(path, RTLD_NOW | RTLD_LOCAL | deep);
}

static bool load(struct cli_module *module, const struct p11l_config *config, const char *origin)
{
	const char *path = p11l_text(config, P11L_MODULE_PATH);
	void *handle = open_module(path, p11l_number(config, P11L_MODULE_BIND));
	CK_C_GetFunctionList getter;

	if (handle == NULL) {
		cli_error("cannot load the module of %s: %s; give the path of the vendor's PKCS "
		          "#11 module",
		        origin, dlerror());
		return false;
	}
	if (is_lens(handle)) {
		cli_is_lens(path, origin);
		return false;
	}
	getter = find_getters(module, handle);
	if (getter == NULL && module->get_interface == NULL) {
		cli_error("%s (from %s): no PKCS #11 module, because it has neither "
		          "C_GetFunctionList nor C_GetInterface; name another file",
		        path, origin);
		return false;
	}
	return get_list(module, getter, path);
}

bool cli_module_load(
        struct cli_module *module, const struct cli_call *call, const struct p11l_config *config)
{
	char *origin;
	bool ok;

	memset(module, 0, sizeof(*module));
	if (p11l_text(config, P11L_MODULE_PATH) == NULL) {
		cli_no_module();
		return false;
	}
	origin = cli_origin(call, config->setting[P11L_MODULE_PATH].origin);
	ok = load(module, config, origin != NULL ? origin : "");
	free(origin);
	return ok;
}

CK_RV cli_module_initialise(struct cli_module *module, const struct p11l_config *config)
{
	/* As the lens does: NSS reads a struct that is longer than the standard's. */
	struct {
		CK_C_INITIALIZE_ARGS args;
		CK_VOID_PTR behind[2];
	} own;

	memset(&own, 0, sizeof(own));
	own.args.pReserved = config->setting[P11L_MODULE_INIT_ARGS].text;
	if (module->list->C_Initialize == NULL)
		return CKR_FUNCTION_NOT_SUPPORTED;
	return module->list->C_Initialize(own.args.pReserved != NULL ? &own : NULL);
}

bool cli_answered(struct cli_module *module, int indent, const char *function, CK_RV rv)
{
	char number[CLI_NUMBER_SIZE];

	if (rv == CKR_OK)
		return true;
	module->failed = true;
	printf("%*s%s: %s\n", indent, "", function, cli_name(P11L_SPACE_rv, rv, number));
	return false;
}

CK_ULONG cli_bounded(int indent, const char *things, CK_ULONG count)
{
	if (count <= CLI_MANY)
		return count;
	printf("%*s%lu %s announced, of which %d are looked at\n", indent, "", count, things,
	        CLI_MANY);
	return CLI_MANY;
}
