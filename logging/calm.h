/* SPDX-License-Identifier: MIT */
/*
 * For the few moments in which a thread of the host holds a lock of ours: its signal handlers must
 * not call in again, and cancellation must not take it away.
 */
#ifndef P11L_CALM_H
#define P11L_CALM_H

#include <pthread.h>
#include <signal.h>

struct p11l_calm {
	sigset_t signals;
	int cancel;
};

static inline void p11l_calm_begin(struct p11l_calm *calm)
{
	sigset_t all;

	sigfillset(&all);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &calm->cancel);
	pthread_sigmask(SIG_SETMASK, &all, &calm->signals);
}

static inline void p11l_calm_end(const struct p11l_calm *calm)
{
	int unused;

	pthread_sigmask(SIG_SETMASK, &calm->signals, NULL);
	pthread_setcancelstate(calm->cancel, &unused);
}

#endif
