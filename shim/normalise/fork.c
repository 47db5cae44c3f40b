/* SPDX-License-Identifier: MIT */
/*
 * The child of a fork (INIT-6). Many vendors let it go on with its parent's sessions and login,
 * which the standard does not want; so nothing but C_Initialize works there. In the parent this
 * costs nothing: the child has the lanes' tables for itself, and changes those.
 */
#include "lifecycle.h"

#include "learned.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_bool forked;

static void before(void)
{
	p11l_lanes_hold();
}

static void after_in_child(void)
{
	p11l_lanes_release();
	p11l_events_forked();
	p11l_serial_forked();
	p11l_unlearn();
	if (!p11l_is_initialised() || !p11l_on(p11l_rules_of_module(), P11L_RULE_INIT_6))
		return;
	forked = true;
	p11l_lanes_close(true);
}

static void watch(void)
{
	pthread_atfork(before, p11l_lanes_release, after_in_child);
}

void p11l_forks_watch(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch);
}

bool p11l_is_forked(void)
{
	return forked;
}

void p11l_forked_over(void)
{
	forked = false;
	p11l_lanes_close(false);
}
