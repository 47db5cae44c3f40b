/* SPDX-License-Identifier: MIT */
/* A PIN that a file holds. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MOST 1024 /* octets of a PIN, its line end included */

static ssize_t read_some(int fd, CK_BYTE *to, size_t room)
{
	ssize_t n;

	do
		n = read(fd, to, room);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The octets before the first line end or the end; -1: it cannot be read, or is too long. */
static ssize_t read_line(int fd, CK_BYTE *line)
{
	size_t used = 0;

	while (used < MOST) {
		ssize_t n = read_some(fd, line + used, MOST - used);
		const CK_BYTE *newline;

		if (n < 0)
			return -1;
		newline = memchr(line + used, '\n', (size_t)n);
		if (newline != NULL)
			return newline - line;
		if (n == 0)
			return (ssize_t)used;
		used += (size_t)n;
	}
	errno = E2BIG;
	return -1;
}

static CK_RV unreadable(const char *path)
{
	return p11l_refuse(P11L_CKR_NO_PIN, "pin-source", NULL, "%s cannot be read: %s", path,
	        strerror(errno));
}

CK_RV p11l_pin_read_file(const char *path, struct p11l_buffer *pin)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	CK_BYTE line[MOST];
	ssize_t size;
	CK_RV rv;

	if (fd < 0)
		return unreadable(path);
	size = read_line(fd, line);
	if (size > 0 && line[size - 1] == '\r')
		size--;
	rv = size >= 0 ? p11l_buffer_set(pin, line, (CK_ULONG)size) : unreadable(path);
	close(fd);
	explicit_bzero(line, sizeof(line));
	return rv;
}
