/* SPDX-License-Identifier: MIT */
/*
 * One call at a time (INIT-2, INIT-9), for vendors that cannot lock or only say that they can. All
 * functions of all lanes pass by the same lock, the lowest layer, so the calls that rules make of
 * their own pass by it one by one. This is the one place where a lock is held while the vendor
 * runs: it is what was asked for.
 */
#define _GNU_SOURCE
#include "lifecycle.h"

#include "shim/shim.h"

#include <pthread.h>

/* A vendor may call back into the host, which calls in again on the same thread. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static __thread unsigned depth;
static __thread int cancelling;

void p11l_serial_forked(void)
{
	static const pthread_mutex_t new_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

	lock = new_lock;
	/* The vendor itself may have forked, in a call that goes on in the child. */
	for (unsigned i = 0; i < depth; i++)
		pthread_mutex_lock(&lock);
}

/* A thread that is cancelled inside the vendor would leave with the lock. */
static void enter(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_mutex_lock(&lock);
	if (depth++ == 0)
		cancelling = state;
}

static CK_RV leave(CK_RV rv)
{
	int state = --depth == 0 ? cancelling : PTHREAD_CANCEL_DISABLE;

	pthread_mutex_unlock(&lock);
	pthread_setcancelstate(state, NULL);
	return rv;
}

/* The generated wrappers, made to lock where the trace has them record. */
#define p11l_idle()                              (!p11l_is_serial())
#define P11L_LANE_DOWN                           p11l_lanes[P11L_LANE_NUMBER].lane.below[P11L_LAYER_serial]
#define P11L_LANE_ENTER(call, lane, number, arg) ((void)(call), (void)(arg), enter())
#define P11L_LANE_LEAVE(call, rv)                leave(rv)

#define P11L_LANE(name)  serial0_##name
#define P11L_LANE_NUMBER 0
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  serial1_##name
#define P11L_LANE_NUMBER 1
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  serial2_##name
#define P11L_LANE_NUMBER 2
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  serial3_##name
#define P11L_LANE_NUMBER 3
#include "gen/wrap.inc"

const CK_FUNCTION_LIST_3_2 *const p11l_serial_wrappers[P11L_LANES] = {
        &serial0_wrappers,
        &serial1_wrappers,
        &serial2_wrappers,
        &serial3_wrappers,
};
