/* SPDX-License-Identifier: MIT */
/*
 * A vendor's table may be stamped with a version that promises more functions than it holds. What
 * lies behind its end is rarely the address of code, and that is what this file can tell.
 */
#define _GNU_SOURCE
#include "util.h"

#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct question {
	uintptr_t address;
	bool found;
};

static int in_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct question *question = data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) != 0 &&
		        question->address >= start && question->address - start < segment->p_memsz)
			question->found = true;
	}
	return question->found;
}

/* One line of /proc/self/maps: "start-end rwxp ...". */
static bool line_matches(const char *line, uintptr_t address)
{
	uintptr_t start, end;
	char mode[5];

	return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, mode) == 3 &&
	       address >= start && address < end && mode[2] == 'x';
}

/* Code that was made at run time (libffi closures) belongs to no object; without /proc, trust. */
static bool in_maps(uintptr_t address)
{
	char buffer[4096 + 1];
	size_t held = 0;
	ssize_t n;
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	bool found = fd < 0;

	while (!found && (n = read(fd, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
		char *line = buffer, *end;

		held += (size_t)n;
		buffer[held] = '\0';
		while (!found && (end = strchr(line, '\n')) != NULL) {
			*end = '\0';
			found = line_matches(line, address);
			line = end + 1;
		}
		held -= (size_t)(line - buffer);
		memmove(buffer, line, held);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

bool p11l_executable(const void *address)
{
	struct question question = {(uintptr_t)address, false};

	dl_iterate_phdr(in_object, &question);
	return question.found || in_maps(question.address);
}
