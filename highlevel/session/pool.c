/* SPDX-License-Identifier: MIT */
/* Sessions of the standard: opened when needed, kept until the end, used last in, first out. */
#define _DEFAULT_SOURCE /* CLOCK_MONOTONIC */
#include "parts.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define USUAL_WAIT 30000UL /* ms */

/* --- Taking one */

struct taking {
	struct p11l_session *session;
	struct p11l_pooled *pooled; /* what was got */
	unsigned epoch;             /* of the module */
	unsigned cancelled;         /* as it was when this began */
	bool fresh;                 /* one that is just opened is wanted */
	bool revived;
	bool waited, expired;
	struct timespec until;
};

enum turn { HAVE, OPEN, WAIT, AGAIN, CLOSED };

static bool has_room(const struct p11l_session *session)
{
	return session->limit == 0 || session->open < session->limit;
}

/* What was of an earlier epoch is no more; the caller frees the list. With the lock. */
static struct p11l_pooled *renew(struct p11l_session *session, unsigned epoch)
{
	struct p11l_pooled *old = NULL;

	if ((int)(epoch - session->epoch) > 0) {
		old = session->idle;
		session->idle = NULL;
		session->only = NULL;
		session->open = 0;
		session->limit = session->most;
		session->epoch = epoch;
	}
	return old;
}

static void lend(struct p11l_session *session, struct p11l_pooled *pooled)
{
	pooled->depth++;
	if (session->pinned) {
		session->only = pooled;
		session->pinned_by = pthread_self();
	}
}

/* With the lock. */
static enum turn look(struct taking *t)
{
	struct p11l_session *session = t->session;

	if (session->closed)
		return CLOSED;
	if (session->only != NULL && pthread_equal(session->pinned_by, pthread_self())) {
		t->pooled = session->only;
		lend(session, t->pooled);
		return HAVE;
	}
	if (session->idle != NULL && !(t->fresh && has_room(session))) {
		t->pooled = session->idle;
		session->idle = t->pooled->next;
		lend(session, t->pooled);
		return HAVE;
	}
	return has_room(session) ? OPEN : WAIT;
}

static CK_RV all_busy(const struct p11l_session *session)
{
	return p11l_refuse(P11L_CKR_NO_SESSION, NULL, NULL,
	        "all %u sessions that the token allows stayed busy; free unfinished operations and "
	        "cursors, give borrowed sessions back (this thread may hold one itself), or raise "
	        "wait and max_sessions",
	        session->open);
}

static void set_deadline(struct taking *t)
{
	CK_ULONG wait = t->session->wait != P11L_WAIT_DEFAULT ? t->session->wait : USUAL_WAIT;

	clock_gettime(CLOCK_MONOTONIC, &t->until);
	t->until.tv_sec += (time_t)(wait / 1000);
	t->until.tv_nsec += (long)(wait % 1000) * 1000000;
	if (t->until.tv_nsec >= 1000000000) {
		t->until.tv_nsec -= 1000000000;
		t->until.tv_sec++;
	}
	t->waited = true;
}

/* With the lock: until one comes back, or not at all. */
static CK_RV wait_for_one(struct taking *t)
{
	struct p11l_session *session = t->session;

	if (session->wait == P11L_WAIT_NONE || t->expired)
		return all_busy(session);
	if (!t->waited)
		set_deadline(t);
	t->expired =
	        pthread_cond_timedwait(&session->returned, &session->lock, &t->until) == ETIMEDOUT;
	if (atomic_load(&session->cancelled) == t->cancelled)
		return CKR_OK;
	/* What woke this thread may have been meant for one that came after the cancelling. */
	pthread_cond_signal(&session->returned);
	return p11l_refuse(
	        P11L_CKR_CANCELLED, NULL, NULL, "p11l_cancel ended the waiting for a session");
}

static void free_list(struct p11l_pooled *list)
{
	while (list != NULL) {
		struct p11l_pooled *next = list->next;

		free(list);
		list = next;
	}
}

/*
 * One look at the pool, and a wait if need be. HAVE: it is in t->pooled; OPEN: one more is counted
 * already; else look again, unless *rv is a failure.
 */
static enum turn take_turn(struct taking *t, CK_RV *rv)
{
	struct p11l_session *session = t->session;
	struct p11l_pooled *old;
	enum turn turn;

	pthread_mutex_lock(&session->lock);
	old = renew(session, t->epoch);
	/* Another thread may know a later epoch already: then this one looks again. */
	turn = session->epoch == t->epoch ? look(t) : AGAIN;
	if (turn == OPEN)
		session->open++;
	if (turn == WAIT)
		*rv = wait_for_one(t);
	pthread_mutex_unlock(&session->lock);
	free_list(old);
	if (turn == CLOSED)
		*rv = p11l_refuse(CKR_SESSION_CLOSED, "session", NULL, "is closed");
	return turn;
}

/* --- Opening one */

static CK_RV call_open(struct taking *t, struct p11l_pooled *pooled)
{
	struct p11l_session *session = t->session;
	CK_FLAGS flags = CKF_SERIAL_SESSION | (session->read_only ? 0 : CKF_RW_SESSION);

	pooled->epoch = t->epoch;
	return session->module->functions->C_OpenSession(
	        session->slot->id, flags, NULL, NULL, &pooled->handle);
}

/* The one that was counted is not there. What the token says about room is believed. */
static bool is_full(struct taking *t, CK_RV rv)
{
	struct p11l_session *session = t->session;
	bool full = false;

	pthread_mutex_lock(&session->lock);
	if (session->epoch == t->epoch) {
		session->open--;
		full = session->open > 0 && (rv == CKR_SESSION_COUNT || rv == CKR_DEVICE_MEMORY);
		if (full)
			session->limit = session->open;
	}
	pthread_cond_signal(&session->returned);
	pthread_mutex_unlock(&session->lock);
	return full;
}

/* It did not come to be. CKR_OK: look again. */
static CK_RV not_opened(struct taking *t, CK_RV rv)
{
	struct p11l_session *session = t->session;

	if (is_full(t, rv))
		return CKR_OK;
	if (rv == CKR_CRYPTOKI_NOT_INITIALIZED && !t->revived) {
		t->revived = true;
		return p11l_module_revive(session->module, t->epoch);
	}
	return p11l_vendor_refused(
	        session->module, rv, "C_OpenSession", P11L_ABOUT_SLOT(session->slot));
}

/* Opens the session that has been counted; CKR_OK without one means: look again. */
static CK_RV open_one(struct taking *t)
{
	struct p11l_session *session = t->session;
	struct p11l_pooled *pooled = calloc(1, sizeof(*pooled));
	CK_RV rv;

	if (pooled == NULL) {
		is_full(t, CKR_HOST_MEMORY);
		return p11l_no_memory();
	}
	rv = call_open(t, pooled);
	if (rv != CKR_OK) {
		free(pooled);
		return not_opened(t, rv);
	}
	t->pooled = pooled;
	pthread_mutex_lock(&session->lock);
	lend(session, pooled);
	pthread_mutex_unlock(&session->lock);
	return CKR_OK;
}

static CK_RV find_epoch(struct taking *t)
{
	struct p11l_module *module = t->session->module;
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK && ((t->epoch = atomic_load(&module->epoch)) & 1) != 0)
		rv = p11l_module_revive(module, t->epoch);
	return rv;
}

CK_RV p11l_pool_take(struct p11l_session *session, bool fresh, struct p11l_pooled **pooled)
{
	struct taking t = {
	        .session = session, .fresh = fresh, .cancelled = atomic_load(&session->cancelled)};
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK && t.pooled == NULL) {
		rv = find_epoch(&t);
		if (rv == CKR_OK && take_turn(&t, &rv) == OPEN)
			rv = open_one(&t);
	}
	*pooled = t.pooled;
	return rv;
}

/* --- Giving it back */

/* No call of the standard is made for a session of an earlier epoch: its handle means nothing. */
static bool is_current(const struct p11l_session *session, const struct p11l_pooled *pooled)
{
	return pooled->epoch == atomic_load(&session->module->epoch);
}

static void shut(struct p11l_session *session, struct p11l_pooled *pooled)
{
	if (!pooled->lost && is_current(session, pooled))
		session->module->functions->C_CloseSession(pooled->handle);
	free(pooled);
}

enum place { STAYS, GOES, GOES_LAST };

/* Behind all others. */
static void put_last(struct p11l_session *session, struct p11l_pooled *pooled)
{
	struct p11l_pooled **at = &session->idle;

	while (*at != NULL)
		at = &(*at)->next;
	pooled->next = NULL;
	*at = pooled;
}

/*
 * A session with an operation that nobody will finish would take the objects that were made in it
 * along. As long as there can be others it stays, for when there is nothing better.
 */
static bool is_spared(const struct p11l_session *session, const struct p11l_pooled *pooled)
{
	return pooled->owns_objects && !pooled->lost &&
	       (session->idle != NULL || has_room(session));
}

/* With the lock: a session that comes back stays, or is closed, perhaps as the last one. */
static enum place place_of(struct p11l_session *session, struct p11l_pooled *pooled)
{
	if (--pooled->depth > 0)
		return STAYS;
	if (session->only == pooled)
		session->only = NULL;
	if (pooled->epoch != session->epoch)
		return GOES;
	if (session->closed || (pooled->broken && !is_spared(session, pooled)))
		return --session->open == 0 ? GOES_LAST : GOES;
	if (pooled->broken) {
		put_last(session, pooled);
	} else {
		pooled->next = session->idle;
		session->idle = pooled;
	}
	pooled->broken = false;
	return STAYS;
}

void p11l_pool_put(struct p11l_session *session, struct p11l_pooled *pooled, enum p11l_state state)
{
	enum place place;
	bool closed;

	pthread_mutex_lock(&session->lock);
	pooled->broken |= state != P11L_GOOD;
	pooled->lost |= state == P11L_LOST;
	place = place_of(session, pooled);
	closed = session->closed;
	pthread_cond_signal(&session->returned);
	pthread_mutex_unlock(&session->lock);
	if (place == STAYS)
		return;
	/* With the last session of a token its login ends (PKCS #11, "C_CloseSession"). */
	if (place == GOES_LAST && closed)
		p11l_login_leave(session, pooled, false);
	else if (place == GOES_LAST)
		p11l_login_lost(session);
	shut(session, pooled);
}

void p11l_pool_close(struct p11l_session *session)
{
	struct p11l_pooled *list;
	bool last;

	pthread_mutex_lock(&session->lock);
	session->closed = true;
	list = session->idle;
	session->idle = NULL;
	for (struct p11l_pooled *at = list; at != NULL; at = at->next)
		session->open--;
	last = session->open == 0;
	pthread_cond_broadcast(&session->returned);
	pthread_mutex_unlock(&session->lock);
	if (last && list != NULL)
		p11l_login_leave(session, list, false);
	while (list != NULL) {
		struct p11l_pooled *next = list->next;

		shut(session, list);
		list = next;
	}
}

void p11l_pool_free(struct p11l_session *session)
{
	free_list(session->idle);
	for (struct p11l_pooled *at = session->lent, *next; at != NULL; at = next) {
		next = at->next_lent;
		free(at);
	}
	pthread_cond_destroy(&session->returned);
	pthread_mutex_destroy(&session->lock);
}
