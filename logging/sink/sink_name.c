/* SPDX-License-Identifier: MIT */
/* Names of files: templates, and files that belong to one process. */
#define _GNU_SOURCE
#include "sink.h"

#include "shim/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of this process; a file that is opened anew has the name that it had before. */
static long long start_time(void)
{
	static time_t start;

	if (start == 0)
		start = time(NULL);
	return (long long)start;
}

/* Appends what one character after "%" stands for; false when it stands for nothing. */
static bool expand_one(FILE *out, char what)
{
	switch (what) {
	case 'p':
		return fprintf(out, "%ld", (long)getpid()) > 0;
	case 'e':
		return fputs(program_invocation_short_name, out) >= 0;
	case 't':
		return fprintf(out, "%lld", start_time()) > 0;
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

uint64_t p11l_sink_largest(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
	               ? limit.rlim_cur
	               : UINT64_MAX;
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
