/* SPDX-License-Identifier: MIT */
/*
 * Further copies of this library. The dynamic linker loads a file once, and all that is static in
 * the lens is there for one vendor, so another one gets the same code from another file. It lies in
 * memory only and has no name.
 */
#define _GNU_SOURCE
#include "parts.h"

#include "shim/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kernels from 6.3 on want to be told that code lies in it; older ones do not know the word. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

#define MARK "pkcs11_lens_attached"

#define NAME_SIZE (sizeof("/proc/self/fd/") + 2 * 8 * sizeof(unsigned) + 3 * sizeof(int))

/*
 * The dynamic linker remembers names, also those of descriptors that were closed since. So each
 * copy has another way to spell the path: a number, with "./" for a one and "/" for a zero.
 */
static void spell(char name[NAME_SIZE], int fd)
{
	static atomic_uint copies;
	unsigned number = atomic_fetch_add(&copies, 1);
	int n = snprintf(name, NAME_SIZE, "/proc/self/fd/");

	for (; number != 0; number >>= 1)
		n += snprintf(name + n, NAME_SIZE - (size_t)n, (number & 1) != 0 ? "./" : "/");
	snprintf(name + n, NAME_SIZE - (size_t)n, "%d", fd);
}

static bool fill(int to, int from)
{
	struct stat st;
	off_t at = 0;

	if (fstat(from, &st) != 0)
		return false;
	while (at < st.st_size) {
		ssize_t n = sendfile(to, from, &at, (size_t)(st.st_size - at));

		if (n <= 0 && !(n < 0 && errno == EINTR))
			return false;
	}
	return at > 0;
}

static int make_file(void)
{
	int fd = memfd_create("pkcs11-lens", MFD_CLOEXEC | MFD_EXEC);

	return fd < 0 && errno == EINVAL ? memfd_create("pkcs11-lens", MFD_CLOEXEC) : fd;
}

/* The file that this code was loaded from. */
static int open_own(void)
{
	Dl_info own;

	if (dladdr((const void *)&p11l_state, &own) == 0)
		return -1;
	return open(own.dli_fname, O_RDONLY | O_CLOEXEC);
}

/*
 * Where the copy looks for its module before it looks anywhere else (shim/config.h). NULL when what
 * was loaded is this lens once more, or none.
 */
static const char **place_for_path(void *copy)
{
	const char **place = copy != NULL ? dlsym(copy, MARK) : NULL;

	return place != &pkcs11_lens_attached ? place : NULL;
}

void *p11l_copy_load(const char *path)
{
	int from = open_own(), to = from >= 0 ? make_file() : -1;
	const char **place;
	char name[NAME_SIZE];
	void *copy = NULL;

	if (to >= 0 && fill(to, from)) {
		spell(name, to);
		copy = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	}
	place = place_for_path(copy);
	if (place != NULL) {
		*place = path;
	} else if (copy != NULL) {
		dlclose(copy);
		copy = NULL;
	}
	/* What is mapped stays mapped. */
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	return copy;
}
