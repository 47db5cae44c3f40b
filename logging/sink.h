/* SPDX-License-Identifier: MIT */
/* Where trace records go. Losing one is counted and never stops a call. */
#ifndef P11L_SINK_H
#define P11L_SINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens "stderr", "fd:N" or a file, in whose name %p is the process, %e the program, %t the start
 * time and %% a percent sign. Files are created 0600, appended to, and never reached through a
 * symbolic link. Tells the user why when it fails.
 */
bool p11l_sink_open(const char *destination);

/* The file name that a template stands for, to be freed; NULL when it is wrong, which is told. */
char *p11l_sink_expand(const char *template);

/*
 * Makes a file of a process's own, for mapping. One that an earlier process left under the same
 * name is replaced, if it is a regular file of the same user; anything else is not touched.
 */
int p11l_sink_create(const char *name);

/* Writes one record in one write. */
void p11l_sink_write(const char *data, size_t size);

/* Counts a record that could not be made. */
void p11l_sink_lost(void);

/* Tells the user how many records were lost since it was last told. */
void p11l_sink_report(void);
void p11l_sink_close(void);

#endif
