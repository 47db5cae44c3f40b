/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "sink.h"

#include "shim/util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int sink = -1;
static dev_t device; /* what the descriptor led to when it was opened */
static ino_t inode;
static bool regular;
static atomic_ulong lost;
static atomic_bool torn; /* the last record was cut off by a full disk */

/* Appends what one character after "%" stands for; false when it stands for nothing. */
static bool expand_one(FILE *out, char what)
{
	switch (what) {
	case 'p':
		return fprintf(out, "%ld", (long)getpid()) > 0;
	case 'e':
		return fputs(program_invocation_short_name, out) >= 0;
	case 't':
		return fprintf(out, "%lld", (long long)time(NULL)) > 0;
	case '%':
		return fputc('%', out) != EOF;
	default:
		return false;
	}
}

char *p11l_sink_expand(const char *template)
{
	char *name = NULL;
	size_t size;
	FILE *out = open_memstream(&name, &size);
	bool ok = out != NULL;

	for (const char *at = template; ok && *at != '\0'; at++)
		ok = *at == '%' ? expand_one(out, *++at) : fputc(*at, out) != EOF;
	if (out != NULL && fclose(out) != 0)
		ok = false;
	if (ok)
		return name;
	free(name);
	p11l_message(
	        "trace.destination \"%s\": after %% only p, e, t and %% mean something", template);
	return NULL;
}

int p11l_sink_create(const char *name)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	struct stat st;
	int fd = open(name, flags, 0600);

	if (fd < 0 && errno == EEXIST && lstat(name, &st) == 0 && S_ISREG(st.st_mode) &&
	        st.st_uid == geteuid() && unlink(name) == 0)
		fd = open(name, flags, 0600);
	return fd;
}

/* Never the place of a standard stream that is closed: what the host says would be in the file. */
static int above_standard(int fd)
{
	int copy;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(fd);
	return copy;
}

static int open_file(const char *template)
{
	char *name = p11l_sink_expand(template);
	int fd;

	if (name == NULL)
		return -1;
	fd = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0)
		p11l_message("cannot write the trace to %s: %s", name,
		        errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	free(name);
	return above_standard(fd);
}

/* A duplicate, so that a host that closes or reuses its own descriptor does not redirect us. */
static int open_descriptor(const char *destination, const char *number)
{
	char *end;
	long fd = strtol(number, &end, 10);
	int copy = -1;

	if (*number != '\0' && *end == '\0' && fd >= 0 && fd <= INT_MAX)
		copy = fcntl((int)fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		p11l_message(
		        "cannot write the trace to %s: that descriptor is not open", destination);
	return copy;
}

bool p11l_sink_open(const char *destination)
{
	struct stat st;

	if (strcmp(destination, "stderr") == 0)
		sink = open_descriptor(destination, "2");
	else if (strncmp(destination, "fd:", 3) == 0)
		sink = open_descriptor(destination, destination + 3);
	else
		sink = open_file(destination);
	if (sink < 0 || fstat(sink, &st) != 0)
		return false;
	device = st.st_dev;
	inode = st.st_ino;
	regular = S_ISREG(st.st_mode);
	return true;
}

/* Daemons close descriptors they do not know, and the number comes back as something else. */
static bool still_ours(void)
{
	struct stat st;

	return fstat(sink, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void p11l_sink_write(const char *data, size_t size)
{
	int saved = errno;
	bool ours = still_ours();

	errno = saved;
	if (!ours) {
		p11l_sink_lost();
		return;
	}
	if (atomic_exchange_explicit(&torn, false, memory_order_relaxed))
		p11l_write(sink, regular, "\n", 1);
	if (!p11l_write(sink, regular, data, size)) {
		p11l_sink_lost();
		atomic_store_explicit(&torn, true, memory_order_relaxed);
	}
}

void p11l_sink_lost(void)
{
	atomic_fetch_add_explicit(&lost, 1, memory_order_relaxed);
}

void p11l_sink_report(void)
{
	unsigned long n = atomic_exchange(&lost, 0);

	if (n > 0)
		p11l_message("%lu trace records were lost", n);
}

void p11l_sink_close(void)
{
	if (sink >= 0 && still_ours())
		close(sink);
	sink = -1;
}
