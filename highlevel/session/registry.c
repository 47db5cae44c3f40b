/* SPDX-License-Identifier: MIT */
/* All sessions there are, for forks. */
#define _DEFAULT_SOURCE /* CLOCK_MONOTONIC */
#include "parts.h"

#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct p11l_session *sessions;

void p11l_registry_lock(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_registry_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void p11l_registry_wait(void)
{
	pthread_cond_wait(&changed, &lock);
}

void p11l_registry_tell(void)
{
	pthread_cond_broadcast(&changed);
}

/* Times to wait are measured by a clock that nobody sets. */
static int make_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;
	int error;

	error = pthread_condattr_init(&attributes);
	if (error != 0)
		return error;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	error = pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
	return error;
}

CK_RV p11l_pool_prepare(struct p11l_session *session)
{
	if (make_condition(&session->returned) != 0)
		return p11l_no_memory();
	pthread_mutex_init(&session->lock, NULL);
	return CKR_OK;
}

/* --- Forks */

static void before(void)
{
	p11l_registry_lock();
	for (struct p11l_session *session = sessions; session != NULL; session = session->next)
		pthread_mutex_lock(&session->lock);
}

static void after(void)
{
	for (struct p11l_session *session = sessions; session != NULL; session = session->next)
		pthread_mutex_unlock(&session->lock);
	p11l_registry_unlock();
}

/*
 * Threads that waited are not there in the child, and a condition that remembers them would wait
 * for them in its turn. What they had borrowed or begun is of an earlier epoch, and known by that.
 */
static void after_in_child(void)
{
	static const pthread_cond_t new_condition = PTHREAD_COND_INITIALIZER;

	changed = new_condition;
	for (struct p11l_session *session = sessions; session != NULL; session = session->next)
		make_condition(&session->returned);
	after();
}

static void watch_forks(void)
{
	pthread_atfork(before, after, after_in_child);
}

void p11l_registry_add(struct p11l_session *session)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
	p11l_registry_lock();
	session->next = sessions;
	sessions = session;
	p11l_registry_unlock();
}

void p11l_registry_remove(struct p11l_session *session)
{
	struct p11l_session **at = &sessions;

	p11l_registry_lock();
	while (*at != NULL && *at != session)
		at = &(*at)->next;
	if (*at != NULL)
		*at = session->next;
	p11l_registry_unlock();
}
