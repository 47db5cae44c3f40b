/* SPDX-License-Identifier: MIT */
/* Finding and loading the vendor's module. */
#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The load address of the object that holds an address, or NULL. */
static const void *object_of(const void *address)
{
	Dl_info info;

	return address != NULL && dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

static const void *own_object(void)
{
	return object_of((const void *)&p11l_state);
}

/* What dlmopen loads first into a namespace is global there, as a program is in its own. */
static bool is_in_namespace(void)
{
#ifdef LM_ID_BASE
	Dl_info info;
	void *map;
	Lmid_t id;

	return dladdr1(&p11l_state, &info, &map, RTLD_DL_LINKMAP) != 0 &&
	       dlinfo(map, RTLD_DI_LMID, &id) == 0 && id != LM_ID_BASE;
#else
	return false;
#endif
}

static bool is_ours(void *program, const char *name)
{
	return object_of(dlsym(program, name)) == own_object();
}

/* RTLD_DEFAULT would also find what only this library itself sees. */
static bool is_global(void)
{
	void *program = dlopen(NULL, RTLD_LAZY);
	bool global = is_in_namespace();

	if (program != NULL) {
		global = global || is_ours(program, "C_GetFunctionList") ||
		         is_ours(program, "C_GetInterface");
		dlclose(program);
	}
	return global;
}

static bool is_sanitized(void)
{
	return dlsym(RTLD_DEFAULT, "__asan_init") != NULL ||
	       dlsym(RTLD_DEFAULT, "__tsan_init") != NULL;
}

/*
 * When the lens is in the global namespace (linked or preloaded), a vendor that calls its own C_
 * functions through its symbol table would reach ours and go round for ever. Binding deep avoids
 * that; it is not the rule because it also hides replaced allocators from the vendor, and
 * sanitizers refuse it.
 */
static int bind_flags(unsigned long bind)
{
	bool deep = bind == P11L_BIND_DEEP ||
	            (bind == P11L_BIND_AUTO && is_global() && !is_sanitized());

	return RTLD_NOW | RTLD_LOCAL | (deep ? RTLD_DEEPBIND : 0);
}

/*
 * A getter of the vendor. dlsym also looks into the libraries that a module depends on, and what
 * it finds there belongs to somebody else.
 */
static void *getter(void *handle, const char *name, const void *object)
{
	void *symbol = dlsym(handle, name);

	return object == NULL || object_of(symbol) == object ? symbol : NULL;
}

static void find_getters(struct p11l_vendor *vendor)
{
	void *list = getter(vendor->handle, "C_GetFunctionList", NULL);
	void *interface = getter(vendor->handle, "C_GetInterface", object_of(list));
	void *interfaces = getter(vendor->handle, "C_GetInterfaceList", object_of(list));

	/* POSIX has dlsym return functions as object pointers. */
	memcpy(&vendor->get_list, &list, sizeof(list));
	memcpy(&vendor->get_interface, &interface, sizeof(interface));
	memcpy(&vendor->list_interfaces, &interfaces, sizeof(interfaces));
}

void *p11l_vendor_symbol(const struct p11l_vendor *vendor, const char *name)
{
	const void *symbol;

	if (vendor->handle == NULL)
		return NULL;
	symbol = dlsym(vendor->handle, "C_GetFunctionList");
	if (symbol == NULL)
		symbol = dlsym(vendor->handle, "C_GetInterface");
	return getter(vendor->handle, name, object_of(symbol));
}

static bool is_self(const struct p11l_vendor *vendor)
{
	const void *symbol = dlsym(vendor->handle, "C_GetFunctionList");

	return symbol != NULL && object_of(symbol) == own_object();
}

/*
 * The lens that was put in front of a module bears the module's name, by which the dynamic linker
 * would find the lens. This spells the path in another way, in the same folder.
 */
static void *open_attached(const char *path, int flags)
{
	const char *slash = strrchr(path, '/');
	char spelled[PATH_MAX + 2];

	snprintf(spelled, sizeof(spelled), "%.*s/.%s", (int)(slash - path), path, slash);
	return dlopen(spelled, flags);
}

static void *open_module(const struct p11l_config *config)
{
	const char *path = p11l_text(config, P11L_MODULE_PATH);
	int flags = bind_flags(p11l_number(config, P11L_MODULE_BIND));

	return pkcs11_lens_attached != NULL ? open_attached(path, flags) : dlopen(path, flags);
}

bool p11l_vendor_load(struct p11l_vendor *vendor, const struct p11l_config *config, char *error)
{
	const char *path = p11l_text(config, P11L_MODULE_PATH);
	const char *origin = config->setting[P11L_MODULE_PATH].origin;

	memset(vendor, 0, sizeof(*vendor));
	if (path == NULL) {
		snprintf(error, P11L_ERROR_SIZE,
		        "no module is configured; set PKCS11_LENS_MODULE=/path/to/vendor.so, or "
		        "\"path\" in "
		        "section [module] of /etc/pkcs11-lens.conf");
		return false;
	}
	vendor->handle = open_module(config);
	if (vendor->handle == NULL) {
		snprintf(error, P11L_ERROR_SIZE, "cannot load the module of %s: %s", origin,
		        dlerror());
		return false;
	}
	if (is_self(vendor)) {
		snprintf(error, P11L_ERROR_SIZE,
		        "%s names the lens itself (%s); name the vendor's module that it shall "
		        "load",
		        origin, path);
		p11l_vendor_unload(vendor);
		return false;
	}
	find_getters(vendor);
	if (vendor->get_list == NULL && vendor->get_interface == NULL) {
		snprintf(error, P11L_ERROR_SIZE,
		        "%s (from %s) is no PKCS #11 module: it has neither C_GetFunctionList nor "
		        "C_GetInterface",
		        path, origin);
		p11l_vendor_unload(vendor);
		return false;
	}
	return true;
}

void p11l_vendor_unload(struct p11l_vendor *vendor)
{
	if (vendor->handle != NULL)
		dlclose(vendor->handle);
	memset(vendor, 0, sizeof(*vendor));
}
