/* SPDX-License-Identifier: MIT */
/*
 * The switch for a running process: a small file, mapped by the process, that another one writes
 * "on" or "off" and a filter to. Looking at it costs a load.
 */
#ifndef P11L_CONTROL_H
#define P11L_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define P11L_CONTROL_MAGIC "P11LCTRL"
#define P11L_CONTROL_SIZE  4096

struct p11l_control {
	char magic[8];
	_Atomic uint32_t generation; /* odd while the text is being written */
	uint32_t pid;                /* of the process that maps it */
	/* "on" or "off", each with ",KEY=VALUE..." or not; then P11L_CONTROL_REPORT or not; NUL */
	char text[P11L_CONTROL_SIZE - 16];
};

/* Behind what is set, or alone: a report of the statistics is due now. */
#define P11L_CONTROL_REPORT ",stats"

/* Makes the file and maps it; NULL when that fails, which the user is told. */
struct p11l_control *p11l_control_open(const char *destination);
void p11l_control_close(struct p11l_control *control);

/* A copy of the text as of one generation, which is returned; 0 while it is being written. */
uint32_t p11l_control_read(const struct p11l_control *control, char *text, size_t size);

/* Writes a new text, of less than the room there is. For the process on the other side. */
void p11l_control_write(struct p11l_control *control, const char *text);

#endif
