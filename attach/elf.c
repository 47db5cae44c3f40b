/* SPDX-License-Identifier: MIT */
/*
 * Every number in the file may be wrong, so that each place is looked at only after asking whether
 * it lies in the file.
 */
#define _GNU_SOURCE
#include "elf.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
#define OWN_CLASS ELFCLASS64
#else
#define OWN_CLASS ELFCLASS32
#endif

/* size octets at this place of the file, or NULL. */
static const void *place(const struct attach_elf *elf, size_t offset, size_t size)
{
	bool inside = offset <= elf->size && size <= elf->size - offset;

	return inside && offset % sizeof(uint32_t) == 0 ? elf->at + offset : NULL;
}

/* The same for things that are as wide as an address, where the hardware may insist on it. */
static const void *wide_place(const struct attach_elf *elf, size_t offset, size_t size)
{
	return offset % sizeof(ElfW(Addr)) == 0 ? place(elf, offset, size) : NULL;
}

/* Where in the file an address lies when the object is loaded; false: nowhere. */
static bool offset_of(const struct attach_elf *elf, uintptr_t address, size_t *offset)
{
	for (unsigned i = 0; i < elf->segments; i++) {
		const ElfW(Phdr) *segment = &elf->segment[i];

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		        address - segment->p_vaddr < segment->p_filesz) {
			*offset = (size_t)(segment->p_offset + (address - segment->p_vaddr));
			return true;
		}
	}
	return false;
}

static bool read_header(struct attach_elf *elf)
{
	const ElfW(Ehdr) *header = wide_place(elf, 0, sizeof(*header));
	const uint16_t probe = 1;
	const uint8_t order = *(const uint8_t *)&probe == 1 ? ELFDATA2LSB : ELFDATA2MSB;

	if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	        header->e_ident[EI_CLASS] != OWN_CLASS || header->e_ident[EI_DATA] != order ||
	        (header->e_type != ET_DYN && header->e_type != ET_EXEC) ||
	        header->e_phentsize != sizeof(*elf->segment))
		return false;
	elf->segments = header->e_phnum;
	elf->segment =
	        wide_place(elf, (size_t)header->e_phoff, elf->segments * sizeof(*elf->segment));
	return elf->segment != NULL;
}

static bool find_dynamic(struct attach_elf *elf)
{
	for (unsigned i = 0; i < elf->segments; i++) {
		const ElfW(Phdr) *segment = &elf->segment[i];

		if (segment->p_type != PT_DYNAMIC)
			continue;
		elf->entries = (size_t)segment->p_filesz / sizeof(*elf->dynamic);
		elf->dynamic = wide_place(
		        elf, (size_t)segment->p_offset, elf->entries * sizeof(*elf->dynamic));
		return elf->dynamic != NULL;
	}
	return false;
}

/* Takes one entry of the dynamic section; false when it leads out of the file. */
static bool take_entry(struct attach_elf *elf, const attach_entry *entry)
{
	size_t offset;

	switch (entry->d_tag) {
	case DT_STRSZ:
		elf->strings_size = (size_t)entry->d_un.d_val;
		return true;
	case DT_STRTAB:
	case DT_SYMTAB:
	case DT_HASH:
	case DT_GNU_HASH:
		break;
	default:
		return true;
	}
	if (!offset_of(elf, entry->d_un.d_ptr, &offset) || offset >= elf->size)
		return false;
	if (entry->d_tag == DT_STRTAB)
		elf->strings = (const char *)elf->at + offset;
	else if (entry->d_tag == DT_SYMTAB)
		elf->symbols_at = offset;
	else if (entry->d_tag == DT_HASH)
		elf->hash = place(elf, offset, 2 * sizeof(uint32_t));
	else
		elf->gnu_hash = wide_place(elf, offset, 4 * sizeof(uint32_t));
	return true;
}

static bool read_dynamic(struct attach_elf *elf)
{
	for (size_t i = 0; i < elf->entries && elf->dynamic[i].d_tag != DT_NULL; i++)
		if (!take_entry(elf, &elf->dynamic[i]))
			return false;
	return elf->strings != NULL && elf->symbols_at != 0 && elf->strings_size > 0 &&
	       elf->strings_size <= elf->size - (size_t)(elf->strings - (const char *)elf->at) &&
	       elf->strings[elf->strings_size - 1] == '\0' &&
	       (elf->hash != NULL || elf->gnu_hash != NULL);
}

static bool map_file(struct attach_elf *elf, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	void *at = MAP_FAILED;
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return false;
	elf->at = at;
	elf->size = (size_t)st.st_size;
	elf->device = st.st_dev;
	elf->inode = st.st_ino;
	return true;
}

bool attach_elf_open(struct attach_elf *elf, const char *path)
{
	memset(elf, 0, sizeof(*elf));
	if (!map_file(elf, path))
		return false;
	if (read_header(elf) && find_dynamic(elf) && read_dynamic(elf))
		return true;
	attach_elf_close(elf);
	return false;
}

void attach_elf_close(struct attach_elf *elf)
{
	union {
		const uint8_t *constant;
		void *at;
	} mapped = {elf->at};

	if (elf->at != NULL)
		munmap(mapped.at, elf->size);
	memset(elf, 0, sizeof(*elf));
}

const attach_symbol *attach_elf_symbol(const struct attach_elf *elf, uint32_t i, const char **name)
{
	const attach_symbol *symbol =
	        wide_place(elf, elf->symbols_at + i * sizeof(*symbol), sizeof(*symbol));

	if (symbol == NULL || symbol->st_name >= elf->strings_size)
		return NULL;
	*name = elf->strings + symbol->st_name;
	return symbol;
}

/* Whether symbol number i is a definition of this name. */
static bool is_definition(const struct attach_elf *elf, uint32_t i, const char *name)
{
	const char *found;
	const attach_symbol *symbol = attach_elf_symbol(elf, i, &found);

	return symbol != NULL && symbol->st_shndx != SHN_UNDEF && strcmp(found, name) == 0;
}

/* --- DT_GNU_HASH: a filter, buckets, and chains whose last entry is odd */

struct gnu_hash {
	uint32_t buckets, first; /* the first symbol that has an entry */
	const uint32_t *bucket;
	size_t chain_at;
};

static bool read_gnu_hash(const struct attach_elf *elf, struct gnu_hash *table)
{
	const uint32_t *head = (const uint32_t *)(const void *)elf->gnu_hash;
	size_t at;

	if (head == NULL)
		return false;
	at = (size_t)(elf->gnu_hash - elf->at) + 4 * sizeof(*head) + head[2] * sizeof(ElfW(Addr));
	table->buckets = head[0];
	table->first = head[1];
	table->bucket = place(elf, at, table->buckets * sizeof(uint32_t));
	table->chain_at = at + table->buckets * sizeof(uint32_t);
	return table->bucket != NULL;
}

static uint32_t gnu_hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (uint8_t)*name;
	return hash;
}

/* The hash of symbol i, or NULL. */
static const uint32_t *link_of(
        const struct attach_elf *elf, const struct gnu_hash *table, uint32_t i)
{
	return i >= table->first
	               ? place(elf, table->chain_at + (i - table->first) * sizeof(i), sizeof(i))
	               : NULL;
}

static bool gnu_defines(const struct attach_elf *elf, const char *name)
{
	uint32_t hash = gnu_hash_of(name);
	struct gnu_hash table;
	const uint32_t *link;

	if (!read_gnu_hash(elf, &table) || table.buckets == 0)
		return false;
	for (uint32_t i = table.bucket[hash % table.buckets];
	        (link = link_of(elf, &table, i)) != NULL; i++) {
		if ((*link | 1) == (hash | 1) && is_definition(elf, i, name))
			return true;
		if ((*link & 1) != 0)
			return false;
	}
	return false;
}

static uint32_t gnu_count(const struct attach_elf *elf)
{
	struct gnu_hash table;
	const uint32_t *link;
	uint32_t last = 0;

	if (!read_gnu_hash(elf, &table))
		return 0;
	for (uint32_t i = 0; i < table.buckets; i++)
		if (table.bucket[i] > last)
			last = table.bucket[i];
	if (last == 0)
		return table.first;
	while ((link = link_of(elf, &table, last)) != NULL && (*link & 1) == 0)
		last++;
	return last + 1;
}

/* --- DT_HASH, in objects made for old systems: few enough to be looked through */

static bool sysv_defines(const struct attach_elf *elf, const char *name)
{
	uint32_t count = attach_elf_count(elf);

	for (uint32_t i = 1; i < count; i++)
		if (is_definition(elf, i, name))
			return true;
	return false;
}

bool attach_elf_defines(const struct attach_elf *elf, const char *name)
{
	return elf->gnu_hash != NULL ? gnu_defines(elf, name) : sysv_defines(elf, name);
}

uint32_t attach_elf_count(const struct attach_elf *elf)
{
	uint32_t count = elf->hash != NULL ? elf->hash[1] : gnu_count(elf);
	size_t room = (elf->size - elf->symbols_at) / sizeof(attach_symbol);

	return count < room ? count : (uint32_t)room;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool attach_elf_needs(const struct attach_elf *elf, const char *library)
{
	for (size_t i = 0; i < elf->entries && elf->dynamic[i].d_tag != DT_NULL; i++) {
		const attach_entry *entry = &elf->dynamic[i];

		if (entry->d_tag == DT_NEEDED && entry->d_un.d_val < elf->strings_size &&
		        strcmp(last_part(elf->strings + entry->d_un.d_val), last_part(library)) ==
		                0)
			return true;
	}
	return false;
}
