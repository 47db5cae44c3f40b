/* SPDX-License-Identifier: MIT */
/* Words for people, and writing that never hurts the host. */
#define _GNU_SOURCE
#include "util.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_MESSAGES 16

/*
 * Whether this text was said before; a full memory says nothing more. No lock: in the child of a
 * fork its holder might not exist.
 */
static bool said(const char *text)
{
	static _Atomic uint32_t seen[MAX_MESSAGES];
	uint32_t hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	hash |= 1; /* 0 is a free place */
	for (size_t i = 0; i < MAX_MESSAGES; i++) {
		uint32_t held = 0;

		if (atomic_compare_exchange_strong(&seen[i], &held, hash))
			return false;
		if (held == hash)
			return true;
	}
	return true;
}

void p11l_message(const char *format, ...)
{
	static const char prefix[] = "pkcs11-lens: ";
	char line[1024];
	size_t start = sizeof(prefix) - 1, room = sizeof(line) - sizeof(prefix);
	int saved = errno, n;
	va_list args;

	memcpy(line, prefix, start);
	va_start(args, format);
	n = vsnprintf(line + start, room, format, args);
	va_end(args);
	if (n >= 0 && !said(line + start)) {
		size_t used = (size_t)n < room ? (size_t)n : room - 1;

		line[start + used] = '\n';
		p11l_write(STDERR_FILENO, false, line, start + used + 1);
	}
	errno = saved;
}

static size_t write_all(int fd, const char *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(fd, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

/*
 * A write to a pipe whose reader is gone raises SIGPIPE, which the host did not ask for: block
 * it, write, and swallow the one we caused.
 */
static size_t write_pipe(int fd, const char *data, size_t size)
{
	const struct timespec now = {0, 0};
	sigset_t pipe_set, before, pending;
	size_t done;
	int why;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	if (sigismember(&pending, SIGPIPE) == 1)
		return write_all(fd, data, size);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
	done = write_all(fd, data, size);
	why = errno;
	if (done < size && why == EPIPE)
		while (sigtimedwait(&pipe_set, NULL, &now) < 0 && errno == EINTR)
			continue;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = why;
	return done;
}

size_t p11l_write(int fd, bool regular, const void *data, size_t size)
{
	int saved = errno, state;
	size_t done;

	/* A cancelled thread must not leave from inside the lens. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	done = regular ? write_all(fd, data, size) : write_pipe(fd, data, size);
	pthread_setcancelstate(state, NULL);
	if (done == size)
		errno = saved;
	return done;
}
