/* SPDX-License-Identifier: MIT */
/*
 * A trace file, which several processes may write to. One that is full is put aside by whoever
 * notices first: FILE becomes FILE.1, what was that becomes FILE.2, and so on. The others go on
 * with the file that they have open, whatever it is called now, until they see that it is full: a
 * file is put aside only when it is, so none of them goes on for long.
 *
 * Who puts it aside holds a POSIX lock on the file itself: it goes when the process dies, is not
 * passed on to a child, and nobody waits for it.
 */
#define _GNU_SOURCE
#include "sink_parts.h"

#include "shim/util.h"
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_UP  1000 /* ms after which the name is looked up again */
#define PATIENCE 20   /* ms that a record waits for others that put the file aside */
#define MOST     5000 /* ms without waiting, after that was often in vain */
#define SUFFIX   24

static struct {
	const char *template;
	char *folder;    /* that a relative name counts from; NULL: unknown, or not needed */
	char *name;      /* with it: the host may change its folder */
	char *from, *to; /* room for two names when files are put aside */
	size_t shown;    /* where in the name begins what the user has written */
	size_t room;
	bool renew; /* the name is to be made anew */
	uint64_t rotate;
	unsigned keep;
} file;

static _Atomic uint64_t full; /* size at which the file is put aside; 0: never */
static _Atomic int64_t look_up;
static int64_t wait_again; /* no waiting before this */
static int64_t impatience = PATIENCE;

/* Room for the name and two like it. Takes name. */
static bool set_name(char *name)
{
	const char *folder = file.folder != NULL ? file.folder : "";

	file.shown = file.folder != NULL ? strlen(folder) + 1 : 0;
	file.room = file.shown + strlen(name) + SUFFIX;
	free(file.name);
	free(file.from);
	free(file.to);
	file.name = malloc(file.room);
	file.from = malloc(file.room);
	file.to = malloc(file.room);
	if (file.name != NULL)
		snprintf(file.name, file.room, "%s%s%s", folder, file.shown > 0 ? "/" : "", name);
	free(name);
	return file.name != NULL && file.from != NULL && file.to != NULL;
}

static bool make_name(void)
{
	char *name = p11l_sink_expand(file.template);

	return name != NULL && set_name(name);
}

bool p11l_file_name(const char *template, uint64_t rotate, unsigned keep)
{
	file.template = template;
	file.rotate = rotate;
	file.keep = keep;
	if (template[0] != '/')
		file.folder = getcwd(NULL, 0);
	return make_name();
}

const char *p11l_file_shown(void)
{
	return file.name + file.shown;
}

bool p11l_file_forked(void)
{
	bool own = false;

	for (const char *at = file.template; (at = strchr(at, '%')) != NULL; at += 2)
		own |= at[1] == 'p';
	file.renew |= own;
	return own;
}

static bool is_named(const char *name, const struct stat *st)
{
	struct stat named;

	return lstat(name, &named) == 0 && named.st_dev == st->st_dev && named.st_ino == st->st_ino;
}

int p11l_file_open(void)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
	int fd;

	if (file.renew && !make_name()) {
		errno = ENOMEM;
		return -1;
	}
	file.renew = false;
	/* A pipe that nobody reads yet must not make the host wait. */
	fd = open(file.name, flags | O_NONBLOCK, 0600);
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_APPEND);
	atomic_store(&full, file.rotate);
	atomic_store(&look_up, p11l_sink_now() + LOOK_UP);
	return fd;
}

/* Whether the name leads elsewhere, as far as is known: it is looked up now and then. */
static bool is_elsewhere(const struct stat *st)
{
	int64_t now = p11l_sink_now();

	if (now < atomic_load_explicit(&look_up, memory_order_relaxed))
		return false;
	if (!is_named(file.name, st))
		return true;
	atomic_store(&look_up, now + LOOK_UP);
	return false;
}

enum p11l_sink_state p11l_file_state(const struct stat *st)
{
	uint64_t limit = atomic_load_explicit(&full, memory_order_relaxed);

	if (st->st_nlink == 0 || is_elsewhere(st))
		return P11L_SINK_GONE;
	if (limit == 0 || !S_ISREG(st->st_mode) || (uint64_t)st->st_size < limit)
		return P11L_SINK_GOOD;
	return (uint64_t)st->st_size < limit + limit / 4 ? P11L_SINK_FULL : P11L_SINK_OVER;
}

uint64_t p11l_file_limit(void)
{
	uint64_t limit = atomic_load_explicit(&full, memory_order_relaxed);

	return limit != 0 ? limit : UINT64_MAX;
}

static const char *numbered(char *room, unsigned number)
{
	if (number == 0)
		return file.name;
	snprintf(room, file.room, "%s.%u", file.name, number);
	return room;
}

static bool is_locked_by_another(void)
{
	return errno == EACCES || errno == EAGAIN;
}

/* The oldest goes, the others move on by one. */
static bool put_aside(void)
{
	for (unsigned i = file.keep; i > 0; i--)
		if (rename(numbered(file.from, i - 1), numbered(file.to, i)) != 0 &&
		        (i == 1 || errno != ENOENT))
			return false;
	return true;
}

/*
 * Takes the lock. When many are writing, whoever holds it may not get the processor for some time,
 * and the file would grow on; but one who was stopped while holding it must not stop us.
 */
static bool lock_file(int fd, bool wait)
{
	const struct timespec moment = {0, 500000};
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int64_t now = p11l_sink_now(), until = wait && now >= wait_again ? now + PATIENCE : 0;
	bool locked;

	while (!(locked = fcntl(fd, F_SETLK, &whole) == 0) && is_locked_by_another()) {
		if (p11l_sink_now() >= until)
			break;
		nanosleep(&moment, NULL);
	}
	if (locked) {
		impatience = PATIENCE;
	} else if (until != 0) {
		wait_again = until + impatience;
		impatience = impatience < MOST ? 2 * impatience : MOST;
	}
	return locked;
}

bool p11l_file_rotate(int fd, bool wait)
{
	struct stat st;
	bool locked = lock_file(fd, wait);

	if (fstat(fd, &st) != 0 || (!locked && is_locked_by_another()))
		return false;
	if (locked && (!is_named(file.name, &st) || put_aside()))
		return true;
	p11l_message("cannot put %s aside: %s; it becomes larger than trace.rotate allows",
	        p11l_file_shown(), strerror(errno));
	atomic_store(&full, (uint64_t)st.st_size + file.rotate);
	p11l_file_unlock(fd);
	return false;
}

void p11l_file_unlock(int fd)
{
	struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	fcntl(fd, F_SETLK, &whole);
}

void p11l_file_free(void)
{
	free(file.folder);
	free(file.name);
	free(file.from);
	free(file.to);
	memset(&file, 0, sizeof(file));
}
