/* SPDX-License-Identifier: MIT */
/* Octets as a file, for what reads files. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(const uint8_t *data, size_t size)
{
	static char name[64];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return NULL;
	lseek(fd, 0, SEEK_SET);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return name;
}
