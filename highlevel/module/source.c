/* SPDX-License-Identifier: MIT */
/*
 * Where a module comes from: it is the vendor of this lens, or of a further copy of it, or a lens
 * itself. Where there can be no copy, its functions are used as they are.
 */
#define _GNU_SOURCE
#include "parts.h"

#include "shim/shim.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLAGS (RTLD_NOW | RTLD_LOCAL)

static const void *object_of(const void *address)
{
	Dl_info info;

	return address != NULL && dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

/* The function that every module has; NULL when it is no module. */
static const void *getter_of(void *handle)
{
	const void *list = dlsym(handle, "C_GetFunctionList");

	return list != NULL ? list : dlsym(handle, "C_GetInterface");
}

void p11l_source_close(struct p11l_source *source)
{
	if (source->handle != NULL && !source->own)
		dlclose(source->handle);
	free(source->path);
	memset(source, 0, sizeof(*source));
}

/* --- The vendor of this lens */

static bool has_vendor(void)
{
	p11l_compose();
	return p11l_state.vendor.handle != NULL && p11l_state.base->source != p11l_nowhere;
}

static bool is_vendor(const void *handle)
{
	return has_vendor() && p11l_state.vendor.handle == handle;
}

/*
 * Offers the module to this lens, which takes it if it has not begun to work yet. The path stays:
 * another thread may just be reading the configuration.
 */
static bool is_taken(const struct p11l_source *source)
{
	static atomic_bool offered;
	static char path[PATH_MAX];
	size_t size = strlen(source->path) + 1;

	if (size <= sizeof(path) && !atomic_exchange(&offered, true)) {
		memcpy(path, source->path, size);
		pkcs11_lens_attached = path;
		p11l_compose();
		pkcs11_lens_attached = NULL;
	}
	return is_vendor(source->handle);
}

/*
 * Whether the module is, or just became, the vendor of this lens. One that is configured keeps its
 * place for those who come by the functions of the standard.
 */
static CK_RV look_at_place(const struct p11l_source *source, bool *own)
{
	char error[P11L_ERROR_SIZE];
	struct p11l_config config;
	const char *path;
	void *configured;

	if (!p11l_config_load(&config, error))
		return p11l_refuse(P11L_CKR_NO_MODULE, NULL, NULL, "%s", error);
	path = p11l_text(&config, P11L_MODULE_PATH);
	configured = path != NULL ? dlopen(path, RTLD_LAZY | RTLD_NOLOAD) : NULL;
	if (configured != NULL)
		dlclose(configured);
	if (path == NULL)
		*own = source->path[0] == '/' && is_taken(source);
	else
		*own = configured == source->handle && is_vendor(source->handle);
	p11l_config_free(&config);
	return CKR_OK;
}

/* --- Any module */

/* What stays right when the program goes to another folder. */
static char *absolute(const char *path)
{
	char folder[PATH_MAX];
	char *whole;

	if (path[0] == '/' || strchr(path, '/') == NULL || getcwd(folder, sizeof(folder)) == NULL)
		return strdup(path);
	return asprintf(&whole, "%s/%s", folder, path) < 0 ? NULL : whole;
}

/* A module that was found by the linker's rules lies where the linker says. */
static CK_RV locate(struct p11l_source *source)
{
	Dl_info info;
	char *path;

	if (strchr(source->path, '/') != NULL || dladdr(getter_of(source->handle), &info) == 0)
		return CKR_OK;
	path = absolute(info.dli_fname);
	if (path == NULL)
		return p11l_no_memory();
	free(source->path);
	source->path = path;
	return CKR_OK;
}

static CK_RV use_own(struct p11l_source *source)
{
	p11l_source_close(source);
	source->own = true;
	source->handle = p11l_state.vendor.handle;
	source->path = strdup(p11l_text(&p11l_state.config, P11L_MODULE_PATH));
	return source->path != NULL ? CKR_OK : p11l_no_memory();
}

/* The path is that of this lens, so it is its vendor that is meant. */
static CK_RV open_self(struct p11l_source *source)
{
	if (has_vendor())
		return use_own(source);
	return p11l_refuse(P11L_CKR_NO_MODULE, NULL, NULL,
	        "%s is pkcs11-lens itself, which has no module behind it: give the path of the "
	        "vendor's module, or set PKCS11_LENS_MODULE",
	        source->path);
}

static CK_RV open_path(const char *path, struct p11l_source *source)
{
	const void *object;
	bool own = false;
	CK_RV rv;

	source->path = absolute(path);
	if (source->path == NULL)
		return p11l_no_memory();
	source->handle = dlopen(source->path, FLAGS);
	if (source->handle == NULL)
		return p11l_refuse(
		        P11L_CKR_NO_MODULE, NULL, NULL, "cannot load the module: %s", dlerror());
	object = object_of(getter_of(source->handle));
	if (object == NULL)
		return p11l_refuse(P11L_CKR_NO_MODULE, NULL, NULL,
		        "%s is no PKCS #11 module: it has neither C_GetFunctionList nor "
		        "C_GetInterface",
		        source->path);
	rv = locate(source);
	if (rv != CKR_OK)
		return rv;
	if (object == object_of(&p11l_state))
		return open_self(source);
	rv = look_at_place(source, &own);
	if (rv != CKR_OK || own)
		return own ? use_own(source) : rv;
	source->is_lens = object_of(dlsym(source->handle, "P11L_GetFunctionList")) == object;
	return CKR_OK;
}

/*
 * The lens has no vendor: why, it has said on standard error, and says here once more. A module
 * that can be loaded meanwhile is loaded as any other.
 */
static CK_RV open_instead(struct p11l_source *source)
{
	char error[P11L_ERROR_SIZE];
	struct p11l_config config;
	const char *path;
	CK_RV rv;

	if (!p11l_config_load(&config, error))
		return p11l_refuse(P11L_CKR_NO_MODULE, NULL, NULL, "%s", error);
	path = p11l_text(&config, P11L_MODULE_PATH);
	if (path == NULL)
		rv = p11l_refuse(P11L_CKR_NO_MODULE, NULL, NULL,
		        "no module is named, and none is configured: give a path, or set "
		        "PKCS11_LENS_MODULE");
	else
		rv = open_path(path, source);
	p11l_config_free(&config);
	return rv;
}

static CK_RV open_configured(struct p11l_source *source)
{
	return has_vendor() ? use_own(source) : open_instead(source);
}

CK_RV p11l_source_open(const char *path, struct p11l_source *source)
{
	CK_RV rv;

	memset(source, 0, sizeof(*source));
	rv = path != NULL ? open_path(path, source) : open_configured(source);
	if (rv != CKR_OK)
		p11l_source_close(source);
	return rv;
}

/* Hosts may write to no table, but the standard's type does not say so. */
static CK_FUNCTION_LIST *own_table(void)
{
	const struct p11l_lane *lane = p11l_state.base;
	union {
		const CK_FUNCTION_LIST_3_2 *published;
		CK_FUNCTION_LIST *list;
	} table = {&lane->published};

	return table.list;
}

/*
 * The functions of another module: by a copy of the lens, where there can be one. First it is asked
 * itself, because a copy always has a table.
 */
static bool use_other(struct p11l_module *module, bool is_lens)
{
	bool found = p11l_table_take(module, module->handle);

	if (found && !is_lens && module->path[0] == '/')
		module->copy = p11l_copy_load(module->path);
	module->normalised = is_lens || module->copy != NULL;
	return module->copy != NULL ? p11l_table_take(module, module->copy) : found;
}

CK_RV p11l_source_use(struct p11l_source *source, struct p11l_module *module)
{
	bool found = true;

	/* Its handle is there already: others compare it. */
	module->path = source->path;
	module->own = source->own;
	if (source->own) {
		module->normalised = true;
		module->functions = &p11l_lane_widest()->published;
		module->standard = own_table();
	} else {
		found = use_other(module, source->is_lens);
	}
	memset(source, 0, sizeof(*source));
	return found ? CKR_OK
	             : p11l_refuse(P11L_CKR_NO_MODULE, NULL, NULL,
	                       "%s gives no usable function table", module->path);
}
