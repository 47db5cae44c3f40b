/* SPDX-License-Identifier: MIT */
/* Where trace records go. Losing one is counted and never stops a call. */
#ifndef P11L_SINK_H
#define P11L_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A destination is "stderr", "fd:N", "syslog", "syslog:SOCKET" or a file, in whose name %p is the
 * process, %e the program, %t the start time and %% a percent sign. Files are created 0600,
 * appended to, and never reached through a symbolic link.
 */
struct p11l_sink_settings {
	const char *destination; /* kept, not copied */
	uint64_t rotate;         /* a file that has so many octets is put aside; 0: never */
	unsigned keep;           /* how many files that were put aside stay */

	/* What a file begins with, and the line that says how many records are missing here. */
	size_t (*head)(char *buffer, size_t size);
	size_t (*lost)(uint64_t count, char *buffer, size_t size);
};

/*
 * False when the destination makes no sense. One that cannot be opened is told to the user once,
 * and tried again as long as records come.
 */
bool p11l_sink_open(const struct p11l_sink_settings *settings);

/* The file name that a template stands for, to be freed; NULL when it is wrong, which is told. */
char *p11l_sink_expand(const char *template);

/*
 * Makes a file of a process's own, for mapping. One that an earlier process left under the same
 * name is replaced, if it is a regular file of the same user; anything else is not touched.
 */
int p11l_sink_create(const char *name);

/* How large this process may make a file: beyond that it would be killed by a signal. */
uint64_t p11l_sink_largest(void);

/* Milliseconds of a clock that is cheap and only goes forward. */
int64_t p11l_sink_now(void);

/* How many octets a record has room for. */
size_t p11l_sink_limit(void);

/* Writes one record in one write. Keeps errno. */
void p11l_sink_write(const char *data, size_t size);

/* Counts a record that could not be made. */
void p11l_sink_lost(void);

/* Tells the user how many records were lost, if there were any since it was last told. */
void p11l_sink_report(void);
void p11l_sink_close(void);

/* Before a fork, after it in the parent, and after it in the child. */
void p11l_sink_hold(void);
void p11l_sink_release(void);
void p11l_sink_forked(void);

#endif
