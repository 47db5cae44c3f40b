/* SPDX-License-Identifier: MIT */
/*
 * The system's log, by a socket of our own: what syslog(3) keeps (name, options, connection)
 * belongs to the host. A datagram is what RFC 3164 describes, without the name of the machine.
 */
#define _GNU_SOURCE
#include "sink_parts.h"

#include "logging/render/text.h"
#include "sink.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PRIORITY  14   /* facility "user", severity "informational" */
#define PATIENCE  100  /* ms that a call waits for a daemon that is busy */
#define IMPATIENT 1000 /* ms without waiting, after a daemon was too busy */
#define SECOND    UINT64_C(1000000000)

static _Atomic int64_t wait_again; /* no waiting before this */

/*
 * Seconds that local time is ahead. Asked once: localtime takes a lock, which another thread may
 * hold when the host forks.
 */
static long zone(void)
{
	static bool known;
	static long ahead;
	time_t now = time(NULL);
	struct tm local;

	if (!known && localtime_r(&now, &local) != NULL)
		ahead = local.tm_gmtoff;
	known = true;
	return ahead;
}

int p11l_syslog_open(const char *path)
{
	const struct timeval patience = {0, PATIENCE * 1000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, why;

	zone();
	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
	        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) == 0)
		return fd;
	why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return -1;
}

/* "<14>Nov 23 16:27:46 pkcs11-lens[4711]: " */
static size_t write_start(char *buffer, size_t size)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[40] = "";
	struct p11l_text t = {.at = iso, .end = iso + sizeof(iso)};
	uint64_t now = (uint64_t)(time(NULL) + zone());
	int month, n;

	p11l_text_time(&t, now * SECOND, 6);
	month = (iso[5] - '0') * 10 + iso[6] - '1';
	n = snprintf(buffer, size, "<%d>%.3s %c%c %.8s pkcs11-lens[%ld]: ", PRIORITY,
	        months + 3 * (month % 12), iso[8] == '0' ? ' ' : iso[8], iso[9], iso + 11,
	        (long)getpid());
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static bool send_line(int fd, const char *start, size_t start_size, const char *line, size_t size)
{
	int64_t now = p11l_sink_now();
	int flags = MSG_NOSIGNAL | (now < atomic_load(&wait_again) ? MSG_DONTWAIT : 0);
	struct iovec parts[] = {
	        {(void *)(uintptr_t)start, start_size}, {(void *)(uintptr_t)line, size}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;

	do
		n = sendmsg(fd, &message, flags);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN && (flags & MSG_DONTWAIT) == 0)
		atomic_store(&wait_again, now + PATIENCE + IMPATIENT);
	return n >= 0;
}

bool p11l_syslog_send(int fd, const char *data, size_t size)
{
	const char *end = data + size;
	char start[P11L_SYSLOG_START];
	size_t start_size = write_start(start, sizeof(start));
	bool ok = true;
	int state;

	/* A cancelled thread must not leave from inside the lens. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	while (ok && data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		const char *stop = newline != NULL ? newline : end;

		ok = send_line(fd, start, start_size, data, (size_t)(stop - data));
		data = stop + (newline != NULL);
	}
	pthread_setcancelstate(state, NULL);
	return ok;
}
