/* SPDX-License-Identifier: MIT */
/* The table of sessions: shards of hash chains, each with a lock that is held for a moment. */
#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SHARDS 16
#define CHAINS 64 /* of a shard */

struct shard {
	pthread_mutex_t lock;
	struct p11l_session *chain[CHAINS];
} __attribute__((aligned(64)));

static struct shard shards[SHARDS] = {
        [0 ... SHARDS - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER},
};
static atomic_uint count;
static atomic_ullong serials;

static uint64_t hash(CK_SESSION_HANDLE handle)
{
	return (uint64_t)handle * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static struct shard *shard_of(CK_SESSION_HANDLE handle)
{
	return &shards[hash(handle) % SHARDS];
}

/* The link that leads to a session; to NULL at the end of the chain when it is not known. */
static struct p11l_session **link_to(struct shard *shard, CK_SESSION_HANDLE handle)
{
	struct p11l_session **link = &shard->chain[hash(handle) / SHARDS % CHAINS];

	while (*link != NULL && (*link)->handle != handle)
		link = &(*link)->next;
	return link;
}

static struct shard *lock(CK_SESSION_HANDLE handle)
{
	struct shard *shard = shard_of(handle);

	pthread_mutex_lock(&shard->lock);
	return shard;
}

static void unlock(struct shard *shard)
{
	pthread_mutex_unlock(&shard->lock);
}

/* --- Around a fork: a child has none of the parent's sessions. */

static void hold_all(void)
{
	for (unsigned i = 0; i < SHARDS; i++)
		pthread_mutex_lock(&shards[i].lock);
}

static void release_all(void)
{
	for (unsigned i = SHARDS; i-- > 0;)
		pthread_mutex_unlock(&shards[i].lock);
}

static void after_in_child(void)
{
	release_all();
	p11l_sessions_forget();
}

static void watch_forks(void)
{
	pthread_atfork(hold_all, release_all, after_in_child);
}

/* --- Coming and going */

static void forget_kept(struct p11l_session *session)
{
	for (unsigned i = 0; i < P11L_KEPT; i++)
		if (session->kept[i] != NULL)
			session->forget[i](session->kept[i]);
}

void p11l_session_free(struct p11l_session *sessions)
{
	while (sessions != NULL) {
		struct p11l_session *next = sessions->next;

		forget_kept(sessions);
		free(sessions);
		sessions = next;
	}
}

/* A handle that is known already belonged to a session that the vendor has closed by itself. */
static struct p11l_session *insert(struct p11l_session *session)
{
	struct shard *shard = lock(session->handle);
	struct p11l_session **link = link_to(shard, session->handle);
	struct p11l_session *old = *link;

	session->next = old != NULL ? old->next : NULL;
	*link = session;
	unlock(shard);
	if (old != NULL)
		old->next = NULL;
	return old;
}

static void add(struct p11l_session *session)
{
	struct p11l_session *old = insert(session);

	if (old == NULL)
		atomic_fetch_add(&count, 1);
	p11l_session_free(old);
}

void p11l_session_opened(CK_SESSION_HANDLE handle, CK_SLOT_ID slot, CK_FLAGS flags)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct p11l_session *session = NULL;
	int saved = errno;

	pthread_once(&once, watch_forks);
	if (atomic_load(&count) < P11L_SESSIONS)
		session = calloc(1, sizeof(*session));
	if (session != NULL) {
		session->handle = handle;
		session->slot = slot;
		session->flags = flags;
		session->serial = atomic_fetch_add(&serials, 1) + 1;
		add(session);
	} else {
		p11l_session_free(p11l_session_remove(handle));
	}
	errno = saved;
}

struct p11l_session *p11l_session_remove(CK_SESSION_HANDLE handle)
{
	struct shard *shard = lock(handle);
	struct p11l_session **link = link_to(shard, handle);
	struct p11l_session *session = *link;

	if (session != NULL)
		*link = session->next;
	unlock(shard);
	if (session != NULL) {
		session->next = NULL;
		atomic_fetch_sub(&count, 1);
	}
	return session;
}

/* Moves the sessions of a chain that are of the slot (NULL: all) to the list. */
static void move(struct p11l_session **link, const CK_SLOT_ID *slot, struct p11l_session **list)
{
	while (*link != NULL) {
		struct p11l_session *session = *link;

		if (slot != NULL && session->slot != *slot) {
			link = &session->next;
			continue;
		}
		*link = session->next;
		session->next = *list;
		*list = session;
		atomic_fetch_sub(&count, 1);
	}
}

static struct p11l_session *remove_all(const CK_SLOT_ID *slot)
{
	struct p11l_session *list = NULL;

	if (atomic_load(&count) == 0)
		return NULL;
	for (unsigned i = 0; i < SHARDS; i++) {
		pthread_mutex_lock(&shards[i].lock);
		for (unsigned j = 0; j < CHAINS; j++)
			move(&shards[i].chain[j], slot, &list);
		pthread_mutex_unlock(&shards[i].lock);
	}
	return list;
}

struct p11l_session *p11l_session_remove_slot(CK_SLOT_ID slot)
{
	return remove_all(&slot);
}

void p11l_session_restore(struct p11l_session *sessions)
{
	while (sessions != NULL) {
		struct p11l_session *next = sessions->next;

		add(sessions);
		sessions = next;
	}
}

void p11l_sessions_forget(void)
{
	p11l_session_free(remove_all(NULL));
}

/* --- What is known */

bool p11l_session_find(CK_SESSION_HANDLE handle, CK_SLOT_ID *slot, CK_FLAGS *flags)
{
	struct shard *shard = lock(handle);
	const struct p11l_session *session = *link_to(shard, handle);

	if (session != NULL) {
		*slot = session->slot;
		*flags = session->flags;
	}
	unlock(shard);
	return session != NULL;
}

void p11l_session_begin(CK_SESSION_HANDLE handle, enum p11l_class class,
        CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key)
{
	struct shard *shard = lock(handle);
	struct p11l_session *session = *link_to(shard, handle);

	if (session != NULL) {
		session->begun[class] = (struct p11l_begun){mechanism, key};
		session->begun_known |= UINT32_C(1) << class;
	}
	unlock(shard);
}

bool p11l_session_begun(CK_SESSION_HANDLE handle, enum p11l_class class, struct p11l_begun *begun)
{
	struct shard *shard = lock(handle);
	const struct p11l_session *session = *link_to(shard, handle);
	bool known = session != NULL && (session->begun_known >> class & 1) != 0;

	if (known)
		*begun = session->begun[class];
	unlock(shard);
	return known;
}

bool p11l_session_take(struct p11l_taken *taken, CK_SESSION_HANDLE handle, unsigned place)
{
	struct shard *shard = lock(handle);
	struct p11l_session *session = *link_to(shard, handle);
	bool free_to_take = session != NULL && (session->taken >> place & 1) == 0;

	if (free_to_take) {
		*taken = (struct p11l_taken){handle, session->serial, place, session->kept[place]};
		session->taken |= UINT32_C(1) << place;
		session->kept[place] = NULL;
	}
	unlock(shard);
	return free_to_take;
}

bool p11l_session_put(const struct p11l_taken *taken, void (*forget)(void *kept))
{
	struct shard *shard = lock(taken->session);
	struct p11l_session *session = *link_to(shard, taken->session);
	bool same = session != NULL && session->serial == taken->serial;

	if (same) {
		session->taken &= ~(UINT32_C(1) << taken->place);
		session->kept[taken->place] = taken->kept;
		session->forget[taken->place] = forget;
	}
	unlock(shard);
	return same;
}

static void visit_chain(
        struct p11l_session *session, CK_SLOT_ID slot, unsigned place, void (*visit)(void *kept))
{
	for (; session != NULL; session = session->next)
		if (session->slot == slot && session->kept[place] != NULL)
			visit(session->kept[place]);
}

void p11l_session_each(CK_SLOT_ID slot, unsigned place, void (*visit)(void *kept))
{
	for (unsigned i = 0; i < SHARDS; i++) {
		pthread_mutex_lock(&shards[i].lock);
		for (unsigned j = 0; j < CHAINS; j++)
			visit_chain(shards[i].chain[j], slot, place, visit);
		pthread_mutex_unlock(&shards[i].lock);
	}
}

void p11l_session_set_context(CK_SESSION_HANDLE handle, CK_SESSION_HANDLE context)
{
	struct shard *shard = lock(handle);
	struct p11l_session *session = *link_to(shard, handle);

	if (session != NULL)
		session->context = context;
	unlock(shard);
}

CK_SESSION_HANDLE p11l_session_context(CK_SESSION_HANDLE handle)
{
	struct shard *shard = lock(handle);
	const struct p11l_session *session = *link_to(shard, handle);
	CK_SESSION_HANDLE context =
	        session != NULL && session->context != 0 ? session->context : handle;

	unlock(shard);
	return context;
}
