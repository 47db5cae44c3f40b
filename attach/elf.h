/* SPDX-License-Identifier: MIT */
/* The dynamic symbols of a shared object, read from its file without loading it. */
#ifndef P11L_ATTACH_ELF_H
#define P11L_ATTACH_ELF_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef ElfW(Sym) attach_symbol;
typedef ElfW(Dyn) attach_entry;

struct attach_elf {
	const uint8_t *at; /* the file, mapped */
	size_t size;
	dev_t device;
	ino_t inode;
	const ElfW(Phdr) * segment;
	unsigned segments;
	const ElfW(Dyn) * dynamic;
	size_t entries; /* of the dynamic section */
	const char *strings;
	size_t strings_size;
	size_t symbols_at;       /* where in the file the symbols begin */
	const uint32_t *hash;    /* DT_HASH, or NULL */
	const uint8_t *gnu_hash; /* DT_GNU_HASH, or NULL */
};

/* False when it is no shared object of this machine's kind, or damaged. */
bool attach_elf_open(struct attach_elf *elf, const char *path);
void attach_elf_close(struct attach_elf *elf);

/* Whether it defines this symbol. */
bool attach_elf_defines(const struct attach_elf *elf, const char *name);

/* How many symbols there are, the first of which means nothing. */
uint32_t attach_elf_count(const struct attach_elf *elf);

/* A symbol and its name; NULL when the file is damaged there. */
const ElfW(Sym) * attach_elf_symbol(const struct attach_elf *elf, uint32_t i, const char **name);

/* Whether it was linked with a library of this file name, whatever the folder. */
bool attach_elf_needs(const struct attach_elf *elf, const char *library);

#endif
