/* SPDX-License-Identifier: MIT */
/*
 * The library that LD_AUDIT names. The dynamic linker asks it before it opens a file; where that
 * is a PKCS #11 module, it is given a copy of the lens instead, which is told the module's path.
 *
 * The functions here are called with the dynamic linker's lock held, one at a time. They live in a
 * namespace of their own, with a libc of their own, and bind no symbol of the program: there is no
 * la_symbind, because that would cost each call through a PLT.
 */
#define _GNU_SOURCE
#include "copy.h"

#include <string.h>

#define AUDIT_EXPORT __attribute__((visibility("default")))

/* The last file that the dynamic linker asked about; an object it tells us of next is this. */
static struct {
	const struct attach_copy *copy; /* the file is this one, instead of a module */
	bool by_path;                   /* the program named the module by a path */
	bool behind;
} pending;

/*
 * An object that came into the process behind a lens has this in its cookie, besides the address
 * of its link map. Such objects are the vendor's affair, and what they load gets no further lens.
 */
#define BEHIND ((uintptr_t)1)

/* The name by which an object was loaded is changed while it is, for dladdr and debuggers. */
static struct renamed {
	struct link_map *map;
	char *name;
} renamed[64];

#define RENAMED (sizeof(renamed) / sizeof(renamed[0]))

/*
 * Libraries that are no module to their users, though they define C_GetFunctionList: p11-kit's has
 * its proxy in it, and the modules that it loads get a lens each.
 */
static const char *const libraries[] = {"p11_kit_modules_load", "p11_kit_initialize_registered"};

static bool is_library(const struct attach_elf *object)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (attach_elf_defines(object, libraries[i]))
			return true;
	return false;
}

static bool is_module(const struct attach_elf *object)
{
	return (attach_elf_defines(object, "C_GetFunctionList") ||
	               attach_elf_defines(object, "C_GetInterface")) &&
	       !is_library(object);
}

/* Whether user takes this symbol from elsewhere; programs have room of their own for variables. */
static bool is_taken(const attach_symbol *symbol)
{
	return symbol != NULL &&
	       (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT);
}

/* Whether a symbol that user needs is the module's, and the lens has none of that name. */
static bool misses(const struct attach_elf *user, const struct attach_elf *module)
{
	const struct attach_elf *lens = attach_lens();
	uint32_t symbols = attach_elf_count(user);

	for (uint32_t i = 1; lens != NULL && i < symbols; i++) {
		const char *name;

		if (is_taken(attach_elf_symbol(user, i, &name)) &&
		        attach_elf_defines(module, name) && !attach_elf_defines(lens, name))
			return true;
	}
	return false;
}

/* A program that is linked with a module, and uses more of it than the standard has, keeps it. */
static bool can_replace(
        const char *path, const struct attach_elf *module, const struct link_map *loader)
{
	struct attach_elf user;
	bool can;

	if (!attach_elf_open(&user, loader->l_name[0] != '\0' ? loader->l_name : "/proc/self/exe"))
		return true;
	can = !attach_elf_needs(&user, path) || !misses(&user, module);
	attach_elf_close(&user);
	return can;
}

/* What shall be opened in the place of a file: a copy of the lens, or NULL for the file itself. */
static const struct attach_copy *replace(const char *path, const struct link_map *loader)
{
	const struct attach_copy *copy = NULL;
	struct attach_elf object;

	if (!attach_elf_open(&object, path))
		return NULL;
	if (attach_elf_defines(&object, ATTACH_MARK))
		pending.behind = true; /* the program loads the lens itself */
	else if (is_module(&object) && can_replace(path, &object, loader))
		copy = attach_copy_for(path, &object);
	attach_elf_close(&object);
	return copy;
}

AUDIT_EXPORT unsigned int la_version(unsigned int version)
{
	return version < LAV_CURRENT ? version : LAV_CURRENT;
}

static char *as_result(const char *name)
{
	union {
		const char *constant;
		char *name;
	} result = {name};

	return result.name;
}

AUDIT_EXPORT char *la_objsearch(const char *name, uintptr_t *cookie, unsigned int flag)
{
	memset(&pending, 0, sizeof(pending));
	pending.behind = (*cookie & BEHIND) != 0;
	if (pending.behind || strchr(name, '/') == NULL)
		return as_result(name);
	pending.copy = replace(name, (const struct link_map *)*cookie);
	pending.by_path = flag == LA_SER_ORIG;
	return as_result(pending.copy != NULL ? pending.copy->name : name);
}

/* A path that led to the copy shall look as if it led to the module. */
static void rename_map(struct link_map *map, const char *path)
{
	for (size_t i = 0; i < RENAMED; i++) {
		if (renamed[i].map != NULL)
			continue;
		renamed[i].map = map;
		renamed[i].name = map->l_name;
		map->l_name = as_result(path);
		return;
	}
}

AUDIT_EXPORT unsigned int la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
	(void)namespace;
	*cookie = (uintptr_t)map;
	if (pending.behind || pending.copy != NULL)
		*cookie |= BEHIND;
	if (pending.copy != NULL) {
		const char *module = pending.copy->module;

		/* It is mapped, but nothing of it has run yet. */
		memcpy((char *)map->l_addr + attach_mark(), &module, sizeof(module));
		if (pending.by_path)
			rename_map(map, module);
	}
	memset(&pending, 0, sizeof(pending));
	return 0;
}

/* The dynamic linker frees the name that it made itself. */
AUDIT_EXPORT unsigned int la_objclose(uintptr_t *cookie)
{
	for (size_t i = 0; i < RENAMED; i++) {
		struct link_map *map = renamed[i].map;

		if (map == NULL || (uintptr_t)map != (*cookie & ~BEHIND))
			continue;
		map->l_name = renamed[i].name;
		memset(&renamed[i], 0, sizeof(renamed[i]));
	}
	return 0;
}
