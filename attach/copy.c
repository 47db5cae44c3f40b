/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "copy.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENS_NAME "pkcs11-lens.so"
#define COPIES    32

/* Kernels from 6.3 on want to be told that code lies in it; older ones do not know the word. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

/* Where programs are unlikely to expect a descriptor of theirs. */
#define HIGH_FD 512

static struct attach_copy copies[COPIES];
static unsigned count;

static struct attach_elf lens;
static size_t mark;

/* "pkcs11-lens: attach: WHAT: WHY; CONSEQUENCE" on standard error, in one write. */
static void complain(const char *what, const char *why, const char *consequence)
{
	char text[2 * PATH_MAX];
	int n = snprintf(
	        text, sizeof(text), "pkcs11-lens: attach: %s: %s; %s\n", what, why, consequence);
	ssize_t written;

	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	written = write(STDERR_FILENO, text, (size_t)n);
	(void)written;
}

/* Reads the lens at this path; false when it is not there, or not the lens. */
static bool read_lens(const char *path)
{
	const char *name;

	if (!attach_elf_open(&lens, path))
		return false;
	for (uint32_t i = 1; i < attach_elf_count(&lens); i++) {
		const attach_symbol *symbol = attach_elf_symbol(&lens, i, &name);

		if (symbol != NULL && strcmp(name, ATTACH_MARK) == 0) {
			mark = (size_t)symbol->st_value;
			return true;
		}
	}
	attach_elf_close(&lens);
	return false;
}

const struct attach_elf *attach_lens(void)
{
	static bool tried;
	char path[PATH_MAX] = "";
	const char *slash;
	Dl_info own;

	if (tried)
		return lens.at != NULL ? &lens : NULL;
	tried = true;
	if (dladdr((const void *)copies, &own) != 0 &&
	        (slash = strrchr(own.dli_fname, '/')) != NULL)
		snprintf(path, sizeof(path), "%.*s/" LENS_NAME, (int)(slash - own.dli_fname),
		        own.dli_fname);
	if (read_lens(path))
		return &lens;
	complain(path[0] != '\0' ? path : LENS_NAME, "this is no lens of this version",
	        "nothing is shown; install it beside pkcs11-lens-attach.so");
	return NULL;
}

size_t attach_mark(void)
{
	return mark;
}

static bool write_all(int fd, const void *data, size_t size, off_t at)
{
	while (size > 0) {
		ssize_t n = pwrite(fd, data, size, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = (const char *)data + n;
		size -= (size_t)n;
		at += n;
	}
	return true;
}

/*
 * What the module does not define, the copy does not define either: programs that look for a
 * symbol, to see what kind of module it is, get the module's own answer.
 */
static bool hide_others(int fd, const struct attach_elf *module)
{
	uint32_t symbols = attach_elf_count(&lens);

	for (uint32_t i = 1; i < symbols; i++) {
		const char *name;
		const attach_symbol *symbol = attach_elf_symbol(&lens, i, &name);
		attach_symbol hidden;

		if (symbol == NULL || symbol->st_shndx == SHN_UNDEF ||
		        strcmp(name, ATTACH_MARK) == 0 || attach_elf_defines(module, name))
			continue;
		hidden = *symbol;
		hidden.st_shndx = SHN_UNDEF;
		hidden.st_value = 0;
		hidden.st_size = 0;
		if (!write_all(fd, &hidden, sizeof(hidden),
		            (off_t)(lens.symbols_at + i * sizeof(hidden))))
			return false;
	}
	return true;
}

/* A file in memory, with a high number where there may be such; -1 with errno. */
static int make_file(void)
{
	int low = memfd_create("pkcs11-lens", MFD_CLOEXEC | MFD_EXEC), high;

	if (low < 0 && errno == EINVAL)
		low = memfd_create("pkcs11-lens", MFD_CLOEXEC);
	if (low < 0)
		return -1;
	high = fcntl(low, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high < 0)
		return low;
	close(low);
	return high;
}

/* Programs close descriptors that they do not know, and then the number may be another's. */
static bool is_there(const struct attach_copy *copy)
{
	struct stat st;

	return copy->fd >= 0 && fstat(copy->fd, &st) == 0 && st.st_dev == copy->copy_device &&
	       st.st_ino == copy->copy_inode;
}

/* What is behind the last segment is for debuggers, and often most of the file. */
static size_t loaded_size(void)
{
	size_t size = 0;

	for (unsigned i = 0; i < lens.segments; i++) {
		const ElfW(Phdr) *segment = &lens.segment[i];
		size_t end = (size_t)(segment->p_offset + segment->p_filesz);

		if (segment->p_type == PT_LOAD && end > size)
			size = end;
	}
	return size < lens.size ? size : lens.size;
}

/* A limit for files holds in memory too, and to go over it would end the program. */
static bool fits(size_t size)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
	        size <= limit.rlim_cur)
		return true;
	errno = EFBIG;
	return false;
}

static bool fill(struct attach_copy *copy, const struct attach_elf *module)
{
	struct stat st;

	if (!fits(loaded_size()))
		return false;
	copy->fd = make_file();
	if (copy->fd < 0)
		return false;
	snprintf(copy->name, sizeof(copy->name), "/proc/self/fd/%d", copy->fd);
	if (write_all(copy->fd, lens.at, loaded_size(), 0) && hide_others(copy->fd, module) &&
	        fstat(copy->fd, &st) == 0 && access(copy->name, R_OK) == 0) {
		copy->copy_device = st.st_dev;
		copy->copy_inode = st.st_ino;
		return true;
	}
	close(copy->fd);
	copy->fd = -1;
	return false;
}

static struct attach_copy *find(const struct attach_elf *module)
{
	for (unsigned i = 0; i < count; i++)
		if (copies[i].device == module->device && copies[i].inode == module->inode)
			return &copies[i];
	return NULL;
}

/* The lens loads the module later, when the program may be in another folder. */
static bool set_module(struct attach_copy *copy, const char *path)
{
	char folder[PATH_MAX];
	int n;

	if (path[0] == '/')
		n = snprintf(copy->module, sizeof(copy->module), "%s", path);
	else if (getcwd(folder, sizeof(folder)) != NULL)
		n = snprintf(copy->module, sizeof(copy->module), "%s/%s", folder, path);
	else
		return false;
	if (n >= 0 && (size_t)n < sizeof(copy->module))
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static struct attach_copy *add(const char *path, const struct attach_elf *module)
{
	struct attach_copy *copy = &copies[count];

	if (count == COPIES) {
		errno = EMFILE;
		return NULL;
	}
	copy->device = module->device;
	copy->inode = module->inode;
	copy->fd = -1;
	if (!set_module(copy, path))
		return NULL;
	count++;
	return copy;
}

struct attach_copy *attach_copy_for(const char *path, const struct attach_elf *module)
{
	struct attach_copy *copy = find(module);

	if (attach_lens() == NULL || (copy != NULL && copy->failed))
		return NULL;
	if (copy == NULL)
		copy = add(path, module);
	if (copy != NULL && (is_there(copy) || fill(copy, module)))
		return copy;
	if (copy != NULL)
		copy->failed = true;
	complain(path, strerror(errno),
	        "no copy of the lens can be made in front of it, so its calls are not shown");
	return NULL;
}
