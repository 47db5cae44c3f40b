/* SPDX-License-Identifier: MIT */
/* What trace.c, which runs in every call, and trace_start.c, which runs rarely, share. */
#ifndef P11L_TRACE_H
#define P11L_TRACE_H

#include "filter.h"
#include "logging/render/format.h"

/* Settings that a control file changes while the process runs; replaced as a whole. */
struct p11l_active {
	bool on;
	struct p11l_filter filter;
	struct p11l_active *replaced; /* what it took the place of */
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

/* Has all the locks of the trace taken before a fork, and children begin anew. */
void p11l_trace_watch_forks(void);

/* The part of trace_start.c in that. */
void p11l_trace_hold(void);
void p11l_trace_release(void);
void p11l_trace_forked(void);

#endif
