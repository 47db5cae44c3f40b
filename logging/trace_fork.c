/* SPDX-License-Identifier: MIT */
/*
 * Around a fork. The child must find no lock held by a thread that it does not have, writes to
 * files of its own where their names say so, and begins its counts at nothing.
 */
#define _GNU_SOURCE
#include "logging/render/known.h"
#include "logging/sink/ring.h"
#include "logging/sink/sink.h"
#include "thread.h"
#include "trace.h"

#include <pthread.h>

static void before(void)
{
	p11l_trace_hold();
	p11l_sink_hold();
	p11l_ring_hold();
	p11l_known_hold();
}

static void after_in_parent(void)
{
	p11l_known_release();
	p11l_ring_release();
	p11l_sink_release();
	p11l_trace_release();
}

static void after_in_child(void)
{
	p11l_threads_forked();
	p11l_known_release();
	p11l_ring_forked();
	p11l_sink_forked();
	p11l_trace_forked();
}

void p11l_trace_watch_forks(void)
{
	static bool watching;

	if (!watching)
		watching = pthread_atfork(before, after_in_parent, after_in_child) == 0;
}
