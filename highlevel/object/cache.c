/* SPDX-License-Identifier: MIT */
/*
 * Which keys p11l_get_key found, by the template it looked for, and what reading objects has
 * taught. The cache belongs to a session and holds references of keys, which hold the memory of the
 * session in turn: p11l_close empties it.
 */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 256
#define MOST    4096 /* keys; then it begins anew */

struct entry {
	struct entry *next;
	struct p11l_object *key;
	CK_ULONG size;
	CK_BYTE octets[]; /* the template: types, lengths and values */
};

struct p11l_key_cache {
	struct entry *bucket[BUCKETS];
	CK_ULONG count;
	struct p11l_lessons lessons;
};

static CK_ULONG octets_of(const struct p11l_attributes *template)
{
	CK_ULONG size = 0;

	for (CK_ULONG i = 0; i < template->count; i++)
		size += 2 * sizeof(CK_ULONG) + template->entry[i].ulValueLen;
	return size;
}

/* Secrets that somebody looks for are not kept. */
static bool has_secrets(const struct p11l_attributes *template)
{
	for (CK_ULONG i = 0; i < template->count; i++)
		if (p11l_value_is_secret(template->entry[i].type, P11L_NONE))
			return true;
	return false;
}

/* NULL: out of memory, or nothing to remember. */
static struct entry *make_entry(
        const struct p11l_session *session, const struct p11l_attributes *template)
{
	CK_ULONG size = octets_of(template), at = 0;
	struct entry *entry;

	if (session->no_cache || has_secrets(template))
		return NULL;
	entry = malloc(sizeof(*entry) + size);
	if (entry == NULL)
		return NULL;
	*entry = (struct entry){.size = size};
	for (CK_ULONG i = 0; i < template->count; i++) {
		const CK_ATTRIBUTE *a = &template->entry[i];

		memcpy(entry->octets + at, &a->type, sizeof(a->type));
		at += sizeof(a->type);
		memcpy(entry->octets + at, &a->ulValueLen, sizeof(a->ulValueLen));
		at += sizeof(a->ulValueLen);
		if (a->ulValueLen > 0)
			memcpy(entry->octets + at, a->pValue, a->ulValueLen);
		at += a->ulValueLen;
	}
	return entry;
}

static void free_entry(struct entry *entry)
{
	p11l_object_free(entry->key);
	free(entry);
}

static void free_entries(struct entry *entry)
{
	while (entry != NULL) {
		struct entry *next = entry->next;

		free_entry(entry);
		entry = next;
	}
}

static unsigned bucket_of(const struct entry *entry)
{
	uint32_t hash = 2166136261u;

	for (CK_ULONG i = 0; i < entry->size; i++)
		hash = (hash ^ entry->octets[i]) * 16777619u;
	return (hash ^ hash >> 16) % BUCKETS;
}

/* Where the entry of the same template hangs, or the NULL at the end of its bucket. */
static struct entry **place_of(struct p11l_key_cache *cache, const struct entry *wanted)
{
	struct entry **place = &cache->bucket[bucket_of(wanted)];

	while (*place != NULL &&
	        ((*place)->size != wanted->size ||
	                memcmp((*place)->octets, wanted->octets, wanted->size) != 0))
		place = &(*place)->next;
	return place;
}

static struct entry *unhook(struct p11l_key_cache *cache, struct entry **place)
{
	struct entry *entry = *place;

	*place = entry->next;
	entry->next = NULL;
	cache->count--;
	return entry;
}

struct p11l_object *p11l_cache_get(
        struct p11l_session *session, const struct p11l_attributes *template)
{
	struct entry *wanted = make_entry(session, template);
	struct entry **place, *old = NULL;
	struct p11l_object *key = NULL;

	if (wanted == NULL)
		return NULL;
	pthread_mutex_lock(&session->lock);
	place = session->cache != NULL ? place_of(session->cache, wanted) : NULL;
	if (place != NULL && *place != NULL) {
		if (atomic_load(&(*place)->key->dead))
			old = unhook(session->cache, place);
		else
			key = p11l_object_ref((*place)->key);
	}
	pthread_mutex_unlock(&session->lock);
	free_entries(old);
	free(wanted);
	return key;
}

/* The cache, with the lock held; NULL when the session is closed or memory short. */
static struct p11l_key_cache *cache_of(struct p11l_session *session)
{
	if (session->cache == NULL && !session->closed)
		session->cache = calloc(1, sizeof(*session->cache));
	return session->cache;
}

/* Takes all keys out, with the lock held; they are freed without it. */
static struct entry *empty(struct p11l_key_cache *cache)
{
	struct entry *all = NULL;

	for (unsigned i = 0; cache != NULL && i < BUCKETS; i++) {
		while (cache->bucket[i] != NULL) {
			struct entry *entry = unhook(cache, &cache->bucket[i]);

			entry->next = all;
			all = entry;
		}
	}
	return all;
}

void p11l_cache_put(struct p11l_session *session, const struct p11l_attributes *template,
        struct p11l_object *key)
{
	struct entry *entry = make_entry(session, template);
	struct entry *old = NULL, **place;
	struct p11l_key_cache *cache;

	if (entry == NULL)
		return;
	entry->key = p11l_object_ref(key);
	pthread_mutex_lock(&session->lock);
	cache = cache_of(session);
	if (cache != NULL && cache->count == MOST)
		old = empty(cache);
	place = cache != NULL ? place_of(cache, entry) : NULL;
	if (place != NULL && *place == NULL) {
		*place = entry;
		cache->count++;
		entry = NULL;
	}
	pthread_mutex_unlock(&session->lock);
	free_entries(old);
	free_entries(entry);
}

static bool is_same(const struct p11l_object *key, const struct p11l_object *object)
{
	return key == object || (atomic_load(&key->handle) == atomic_load(&object->handle) &&
	                                atomic_load(&key->epoch) == atomic_load(&object->epoch));
}

/* Takes one key out under all its names. */
static struct entry *take_out(struct p11l_key_cache *cache, const struct p11l_object *object)
{
	struct entry *out = NULL;

	for (unsigned i = 0; i < BUCKETS; i++) {
		struct entry **place = &cache->bucket[i];

		while (*place != NULL) {
			struct entry *entry;

			if (!is_same((*place)->key, object)) {
				place = &(*place)->next;
				continue;
			}
			entry = unhook(cache, place);
			entry->next = out;
			out = entry;
		}
	}
	return out;
}

void p11l_cache_forget(struct p11l_session *session, const struct p11l_object *object)
{
	struct entry *out = NULL;

	pthread_mutex_lock(&session->lock);
	if (session->cache != NULL)
		out = object != NULL ? take_out(session->cache, object) : empty(session->cache);
	pthread_mutex_unlock(&session->lock);
	free_entries(out);
}

void p11l_cache_free(struct p11l_session *session)
{
	struct p11l_key_cache *cache;
	struct entry *out;

	pthread_mutex_lock(&session->lock);
	cache = session->cache;
	session->cache = NULL;
	out = empty(cache);
	pthread_mutex_unlock(&session->lock);
	free_entries(out);
	free(cache);
}

void p11l_lessons_load(struct p11l_session *session, struct p11l_lessons *lessons)
{
	pthread_mutex_lock(&session->lock);
	if (session->cache != NULL)
		*lessons = session->cache->lessons;
	pthread_mutex_unlock(&session->lock);
}

void p11l_lessons_save(struct p11l_session *session, const struct p11l_lessons *lessons)
{
	struct p11l_key_cache *cache;

	pthread_mutex_lock(&session->lock);
	cache = cache_of(session);
	if (cache != NULL)
		cache->lessons = *lessons;
	pthread_mutex_unlock(&session->lock);
}
