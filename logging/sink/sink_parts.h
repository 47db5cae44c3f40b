/* SPDX-License-Identifier: MIT */
/* What sink.c and the kinds of sinks share. */
#ifndef P11L_SINK_PARTS_H
#define P11L_SINK_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* How a sink is at the moment. */
enum p11l_sink_state {
	P11L_SINK_GOOD,
	P11L_SINK_FULL, /* a file that is to be put aside */
	P11L_SINK_OVER, /* the same, and it is high time */
	P11L_SINK_GONE, /* to be opened */
	P11L_SINK_SHUT, /* so large that the process may not make it larger */
};

/* Files. They are not changed by several threads at a time. */

/* Takes the name; false when it makes no sense. */
bool p11l_file_name(const char *template, uint64_t rotate, unsigned keep);

/* For a child that was forked. True when its file is another one, which is then opened next. */
bool p11l_file_forked(void);
const char *p11l_file_shown(void); /* the name for people */

/* Opens it for appending; -1 with errno. */
int p11l_file_open(void);

/* How a file that is open is, by its status. Now and then it is looked up by its name, too. */
enum p11l_sink_state p11l_file_state(const struct stat *st);

/* The size at which it is put aside; UINT64_MAX: never. */
uint64_t p11l_file_limit(void);

/*
 * Puts the full file, which is open as fd, aside, and waits a little for others that are at it if
 * told to. False when it stays for now. A lock lies on it otherwise, which goes when the
 * descriptor is closed, or by p11l_file_unlock.
 */
bool p11l_file_rotate(int fd, bool wait);
void p11l_file_unlock(int fd);
void p11l_file_free(void);

/* Syslog. */

#define P11L_SYSLOG_SIZE  8192 /* of a datagram; what the common daemons take */
#define P11L_SYSLOG_START 64   /* of it, for what stands before the record */

/* Connects to the socket; -1 with errno. */
int p11l_syslog_open(const char *path);

/* Sends each line by itself; false with errno when one was not sent. */
bool p11l_syslog_send(int fd, const char *data, size_t size);

#endif
