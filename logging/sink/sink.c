/* SPDX-License-Identifier: MIT */
/*
 * Writing takes no lock. What a writer must know is one descriptor, and what that descriptor led to
 * when it was opened: daemons close descriptors they do not know, and the number comes back as
 * something else. Another file takes the place of the one before under the same number (dup3), so
 * that whoever is writing meanwhile writes into the one or the other.
 *
 * To look whether the descriptor is still ours costs as much as half a write, and makes the write
 * dearer, so calls that follow each other closely share one look. That is safe because our number
 * is far above those that the host gets when it opens something: one that closes all descriptors
 * would have to ask for this very number, and do so within FRESH of our last look, for a record to
 * end up in a file of its own. Where there is no such number, every write looks first.
 */
#define _GNU_SOURCE
#include "sink.h"

#include "logging/calm.h"
#include "logging/clock.h"
#include "shim/util.h"
#include "sink_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define RETRY 100   /* ms between attempts to open what cannot be opened */
#define FRESH 10000 /* ns for which a look is good enough */
#define LINE  2048

/* Numbers of descriptors that most hosts do not get beyond, and of which a table is still small. */
#define MOST_NUMBERS  1024
#define LEAST_NUMBERS 256

static enum { DESCRIPTOR, FILE_BY_NAME, SYSLOG } kind;
static struct p11l_sink_settings settings;

static _Atomic int sink = -1;
static _Atomic dev_t device;
static _Atomic ino_t inode;
static atomic_bool regular;
static _Atomic uint64_t largest; /* what the file may grow to; other writers need a margin */
static atomic_bool far_away;     /* the host will hardly get this number */

static _Atomic uint64_t looked; /* when all was well, in ticks; 0: it must be looked at */
static _Atomic int64_t room;    /* octets that may be written before the next look */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* to change the above */
static int64_t retry_at;
static bool headless;     /* the destination has not seen our head yet */
static bool once;         /* it cannot be opened a second time */
static atomic_bool stale; /* it must be opened anew, whatever it looks like */

static atomic_ulong lost;   /* records */
static atomic_ulong untold; /* of these, the ones that the trace does not say yet */
static atomic_ulong told;   /* the ones that the user knows of */
static _Atomic int reason;  /* why the last one was lost; 0: not for the destination's sake */
static atomic_bool torn;    /* the last record was cut off by a full disk */

int64_t p11l_sink_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether the descriptor is still the one that was opened. */
static bool is_ours(int fd, struct stat *st)
{
	return fd >= 0 && fstat(fd, st) == 0 &&
	       st->st_dev == atomic_load_explicit(&device, memory_order_relaxed) &&
	       st->st_ino == atomic_load_explicit(&inode, memory_order_relaxed);
}

/* How much a file can take before it must be looked at. */
static int64_t room_in(const struct stat *st)
{
	uint64_t limit = atomic_load(&largest);

	if (!regular)
		return INT64_MAX;
	if (kind == FILE_BY_NAME && p11l_file_limit() < limit)
		limit = p11l_file_limit();
	limit -= (uint64_t)st->st_size;
	return limit < INT64_MAX ? (int64_t)limit : INT64_MAX;
}

/* How the sink is, found out by one system call. */
static enum p11l_sink_state look(int fd)
{
	struct stat st;
	uint64_t now = p11l_clock_ticks();
	enum p11l_sink_state state = P11L_SINK_GOOD;

	if (atomic_load_explicit(&stale, memory_order_relaxed) || !is_ours(fd, &st))
		return P11L_SINK_GONE;
	if (regular && (uint64_t)st.st_size >= atomic_load(&largest))
		return P11L_SINK_SHUT;
	if (kind == FILE_BY_NAME)
		state = p11l_file_state(&st);
	if (state == P11L_SINK_GOOD) {
		atomic_store_explicit(&room, room_in(&st), memory_order_relaxed);
		atomic_store_explicit(&looked, now, memory_order_release);
	}
	return state;
}

/* Whether the last look holds for a record of this size too. */
static bool is_fresh(size_t size)
{
	uint64_t since;

	if (!atomic_load_explicit(&far_away, memory_order_relaxed) ||
	        atomic_load_explicit(&stale, memory_order_relaxed))
		return false;
	since = p11l_clock_ticks() - atomic_load_explicit(&looked, memory_order_acquire);
	return p11l_clock_ns(since) < FRESH && atomic_fetch_sub_explicit(&room, (int64_t)size,
	                                               memory_order_relaxed) > (int64_t)size;
}

/* The number from which on descriptors are far away; INT_MAX when the host may have but few. */
static int far_number(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < LEAST_NUMBERS)
		return INT_MAX;
	if (limit.rlim_cur > MOST_NUMBERS)
		limit.rlim_cur = MOST_NUMBERS;
	return (int)(limit.rlim_cur - limit.rlim_cur / 4);
}

/* The first three belong to the host, even when it has closed them; the next ones it gets first. */
static int move_away(int fd)
{
	int higher;

	if (fd < 0)
		return fd;
	higher = fcntl(fd, F_DUPFD_CLOEXEC, far_number());
	if (higher < 0 && fd > STDERR_FILENO)
		return fd;
	if (higher < 0)
		higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(fd);
	return higher;
}

/* Makes a new descriptor the one that is written to. */
static void adopt(int fd, const struct stat *st)
{
	struct stat before;
	int old = atomic_load(&sink);
	bool replace = is_ours(old, &before);
	uint64_t most = p11l_sink_largest();

	regular = S_ISREG(st->st_mode);
	atomic_store(&largest, most == UINT64_MAX ? most : most - most / 8);
	atomic_store(&device, st->st_dev);
	atomic_store(&inode, st->st_ino);
	if (replace && dup3(fd, old, O_CLOEXEC) == old)
		close(fd);
	else
		atomic_store(&sink, fd);
	atomic_store(&looked, 0);
	atomic_store(&far_away, atomic_load(&sink) >= far_number());
	atomic_store(&stale, false);
	atomic_store(&torn, false);
}

static void write_head(int fd, bool is_regular)
{
	char line[LINE];
	size_t size = settings.head != NULL ? settings.head(line, sizeof(line)) : 0;
	bool ok = true;

	if (kind == SYSLOG)
		ok = size == 0 || p11l_syslog_send(fd, line, size);
	else if (size > 0)
		ok = p11l_write(fd, is_regular, line, size) == size;
	headless = false;
	if (!ok) {
		atomic_store(&reason, errno);
		p11l_sink_lost();
	}
}

/* A duplicate, so that a host that closes or reuses its own descriptor does not redirect us. */
static int open_descriptor(void)
{
	const char *number = settings.destination;

	number = strcmp(number, "stderr") == 0 ? "2" : number + sizeof("fd:") - 1;
	return fcntl(atoi(number), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static int open_any(void)
{
	switch (kind) {
	case FILE_BY_NAME:
		return p11l_file_open();
	case SYSLOG:
		return p11l_syslog_open(settings.destination[sizeof("syslog") - 1] == ':'
		                                ? settings.destination + sizeof("syslog:") - 1
		                                : "/dev/log");
	default:
		return open_descriptor();
	}
}

static bool reopen(void)
{
	struct stat st;
	int fd;

	if (once)
		atomic_store(&reason, EBADF);
	if (once || p11l_sink_now() < retry_at)
		return false;
	/* The number of a descriptor that is closed may lead anywhere later. */
	once = kind == DESCRIPTOR;
	fd = move_away(open_any());
	if (fd < 0 || fstat(fd, &st) != 0) {
		atomic_store(&reason, errno);
		retry_at = p11l_sink_now() + RETRY;
		return false;
	}
	if (headless || (kind == FILE_BY_NAME && st.st_size == 0))
		write_head(fd, S_ISREG(st.st_mode));
	adopt(fd, &st);
	return true;
}

/* The file stays open until its successor takes the number, so that others can go on. */
static void rotate(int fd, bool wait)
{
	if (p11l_file_rotate(fd, wait) && !reopen())
		p11l_file_unlock(fd);
}

/* What can be written to; -1: nothing. A file that cannot be opened anew goes on as it was. */
static int usable(void)
{
	struct stat st;
	int fd = atomic_load(&sink);

	if (atomic_load(&stale) || !is_ours(fd, &st))
		return -1;
	return kind != FILE_BY_NAME || st.st_nlink > 0 ? fd : -1;
}

/* Does what there is to do. Whoever can do without it does not wait while another does it. */
static int mend(int fd, enum p11l_sink_state state)
{
	struct p11l_calm calm;

	p11l_calm_begin(&calm);
	if (state != P11L_SINK_FULL)
		pthread_mutex_lock(&lock);
	else if (pthread_mutex_trylock(&lock) != 0)
		goto out;
	state = look(atomic_load(&sink));
	if (state == P11L_SINK_GONE)
		reopen();
	else if (state == P11L_SINK_FULL || state == P11L_SINK_OVER)
		rotate(atomic_load(&sink), state == P11L_SINK_OVER);
	fd = usable();
	pthread_mutex_unlock(&lock);
out:
	p11l_calm_end(&calm);
	return fd;
}

/* The descriptor to write so much to, or -1. */
static int ready(size_t size)
{
	int fd = atomic_load_explicit(&sink, memory_order_relaxed);
	enum p11l_sink_state state = is_fresh(size) ? P11L_SINK_GOOD : look(fd);

	if (state == P11L_SINK_GOOD)
		return fd;
	if (state != P11L_SINK_SHUT)
		return mend(fd, state);
	atomic_store(&reason, EFBIG);
	return -1;
}

static bool write_data(int fd, const char *data, size_t size)
{
	size_t written;

	if (atomic_load_explicit(&torn, memory_order_relaxed)) {
		if (p11l_write(fd, regular, "\n", 1) != 1)
			return false;
		atomic_store(&torn, false);
	}
	written = p11l_write(fd, regular, data, size);
	if (written == size)
		return true;
	if (written > 0)
		atomic_store(&torn, true);
	return false;
}

/* A daemon that was started anew has forgotten the connection. */
static bool send_data(int fd, const char *data, size_t size)
{
	if (p11l_syslog_send(fd, data, size))
		return true;
	if (errno != ECONNREFUSED && errno != ECONNRESET && errno != ENOTCONN)
		return false;
	atomic_store(&stale, true);
	fd = ready(size);
	return fd >= 0 && p11l_syslog_send(fd, data, size);
}

static bool put(int fd, const char *data, size_t size)
{
	if (kind == SYSLOG ? send_data(fd, data, size) : write_data(fd, data, size))
		return true;
	atomic_store(&looked, 0);
	atomic_store(&reason, errno);
	return false;
}

/* What the host has closed since the last look is opened anew. */
static bool deliver(int fd, const char *data, size_t size)
{
	if (put(fd, data, size))
		return true;
	if (errno != EBADF)
		return false;
	fd = ready(size);
	return fd >= 0 && put(fd, data, size);
}

/* Says in the trace how many records are missing at this place. */
static bool tell_lost(int fd)
{
	char line[LINE];
	unsigned long count = atomic_exchange(&untold, 0);

	if (count == 0 || settings.lost == NULL)
		return true;
	if (deliver(fd, line, settings.lost(count, line, sizeof(line))))
		return true;
	atomic_fetch_add(&untold, count);
	return false;
}

void p11l_sink_write(const char *data, size_t size)
{
	int saved = errno, fd = ready(size);

	if (fd < 0 ||
	        (atomic_load_explicit(&untold, memory_order_relaxed) != 0 && !tell_lost(fd)) ||
	        !deliver(fd, data, size))
		p11l_sink_lost();
	errno = saved;
}

size_t p11l_sink_limit(void)
{
	return kind == SYSLOG ? P11L_SYSLOG_SIZE - P11L_SYSLOG_START : SIZE_MAX;
}

void p11l_sink_lost(void)
{
	atomic_fetch_add_explicit(&lost, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&untold, 1, memory_order_relaxed);
}

static const char *words(int why)
{
	switch (why) {
	case ELOOP:
		return "it is a symbolic link";
	case EBADF:
		return "that descriptor is not open";
	default:
		return strerror(why);
	}
}

static const char *shown(void)
{
	return kind == FILE_BY_NAME ? p11l_file_shown() : settings.destination;
}

/* The count is that of the whole process, because the same text is told only once. */
void p11l_sink_report(void)
{
	unsigned long count = atomic_load(&lost);
	int why = atomic_load(&reason);

	if (atomic_exchange(&told, count) == count)
		return;
	if (why != 0)
		p11l_message("%lu trace records were lost: %s: %s", count, shown(), words(why));
	else
		p11l_message("%lu trace records were lost", count);
}

/* "fd:" and a number */
static bool is_descriptor(const char *destination)
{
	char *end;
	long fd = strtol(destination + 3, &end, 10);

	return destination[3] >= '0' && destination[3] <= '9' && *end == '\0' && fd <= INT_MAX;
}

/* Finds out what a destination is; false when it is nothing. */
static bool understand(void)
{
	const char *destination = settings.destination;

	if (strcmp(destination, "syslog") == 0 || strncmp(destination, "syslog:", 7) == 0) {
		kind = SYSLOG;
		return true;
	}
	kind = DESCRIPTOR;
	if (strcmp(destination, "stderr") == 0)
		return true;
	if (strncmp(destination, "fd:", 3) == 0) {
		if (!is_descriptor(destination))
			p11l_message("cannot write the trace to %s: behind fd: stands a number",
			        destination);
		return is_descriptor(destination);
	}
	kind = FILE_BY_NAME;
	return p11l_file_name(destination, settings.rotate, settings.keep);
}

bool p11l_sink_open(const struct p11l_sink_settings *wanted)
{
	settings = *wanted;
	headless = true;
	if (!understand())
		return false;
	if (!reopen())
		p11l_message("cannot write the trace to %s: %s; what is lost by that is counted",
		        shown(), words(atomic_load(&reason)));
	return true;
}

void p11l_sink_close(void)
{
	struct stat st;
	int fd = atomic_exchange(&sink, -1);

	if (is_ours(fd, &st))
		close(fd);
	p11l_file_free();
}

void p11l_sink_hold(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_sink_release(void)
{
	pthread_mutex_unlock(&lock);
}

/* The name of the child's file is made when it has something to write. */
void p11l_sink_forked(void)
{
	atomic_store(&lost, 0);
	atomic_store(&untold, 0);
	atomic_store(&told, 0);
	atomic_store(&looked, 0);
	if (kind == FILE_BY_NAME && p11l_file_forked()) {
		atomic_store(&stale, true);
		headless = true;
		retry_at = 0;
	}
	pthread_mutex_unlock(&lock);
}
