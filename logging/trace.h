/* SPDX-License-Identifier: MIT */
/* What trace.c, which runs in every call, and trace_start.c, which runs rarely, share. */
#ifndef P11L_TRACE_H
#define P11L_TRACE_H

#include "filter.h"
#include "record.h"

/* How a record is written down. */
struct p11l_format {
	/* What a trace begins with, and ends with when the host ends it; NULL: nothing. */
	size_t (*head)(const struct p11l_config *config, char *buffer, size_t size);
	size_t (*tail)(char *buffer, size_t size);
	size_t (*record)(const struct p11l_record *record, char *buffer, size_t size);
};

/* Settings that a control file changes while the process runs; replaced as a whole. */
struct p11l_active {
	bool on;
	struct p11l_filter filter;
};

struct p11l_trace {
	const struct p11l_format *format; /* NULL: none is written */
	bool ring, stats, entry;
	unsigned reveal;
	size_t shown;
	_Atomic(const struct p11l_active *) active;
	_Atomic uint32_t seen; /* the state of the gate that the settings come from */
};

extern struct p11l_trace p11l_trace;

/* Takes over what the control file says now. */
void p11l_trace_refresh(void);

/* What is due when the host has ended its use of the module, or unloads it. */
void p11l_trace_report(void);

#endif
