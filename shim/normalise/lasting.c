/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "lasting.h"

#include "session.h"

#include "shim/util.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE   (1 << 20) /* octets of a parameter with all that belongs to it */
#define MAX_STRUCT 256       /* octets of a struct whose fields are followed */
#define BUCKETS    256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct p11l_lasting *buckets[BUCKETS];
static atomic_uint kept; /* how many there are: mostly none */

/* --- Making */

void p11l_lasting_free(struct p11l_lasting *lasting)
{
	if (lasting == NULL)
		return;
	explicit_bzero(lasting->parameter, lasting->size);
	free(lasting);
}

struct p11l_lasting *p11l_lasting_room(size_t size)
{
	int saved = errno;
	struct p11l_lasting *lasting = calloc(1, sizeof(*lasting) + size);

	errno = saved;
	if (lasting == NULL)
		return NULL;
	lasting->parameter = lasting + 1;
	lasting->size = size;
	return lasting;
}

/* What a struct of this size is among those that the mechanism may have, or NULL. */
static const struct p11l_struct *struct_of(const struct p11l_mechanism_row *known, CK_ULONG size)
{
	for (int i = 0; known != NULL && i < P11L_MECHANISM_STRUCTS; i++)
		if (known->parameter_struct[i] != P11L_NO_STRUCT &&
		        p11l_structs[known->parameter_struct[i]].size == size)
			return size <= MAX_STRUCT ? &p11l_structs[known->parameter_struct[i]]
			                          : NULL;
	return NULL;
}

/* Where the field points to and how far, when that can be copied. */
static bool nested_octets(const struct p11l_struct *layout, const struct p11l_member *field,
        const CK_BYTE *parameter, const void **octets, CK_ULONG *size)
{
	const struct p11l_member *length = &layout->field[field->length_ref];

	if (!field->pointer || field->length != P11L_LENGTH_MEMBER ||
	        field->type.role != P11L_ROLE_BYTES || length->size != sizeof(*size) ||
	        strcmp(field->name, "pIv") == 0 || strcmp(field->name, "pIV") == 0)
		return false;
	memcpy(octets, parameter + field->offset, sizeof(*octets));
	memcpy(size, parameter + length->offset, sizeof(*size));
	return *size > 0 && *size < MAX_SIZE && p11l_readable(*octets, *size);
}

static size_t nested_size(const struct p11l_struct *layout, const CK_BYTE *parameter)
{
	const void *octets;
	CK_ULONG size;
	size_t sum = 0;

	for (unsigned i = 0; i < layout->count; i++)
		if (nested_octets(layout, &layout->field[i], parameter, &octets, &size))
			sum += size;
	return sum;
}

/* Copies the octets behind the struct, and has the fields of the copy lead there. */
static void copy_nested(
        const struct p11l_struct *layout, CK_BYTE *parameter, CK_BYTE *to, size_t room)
{
	const void *octets;
	CK_ULONG size;

	for (unsigned i = 0; i < layout->count; i++) {
		/* What has become readable since the room was counted stays where it is. */
		if (!nested_octets(layout, &layout->field[i], parameter, &octets, &size) ||
		        size > room)
			continue;
		memcpy(to, octets, size);
		memcpy(parameter + layout->field[i].offset, &to, sizeof(to));
		to += size;
		room -= size;
	}
}

/* The struct is copied first, so that nobody changes it between the counting and the copying. */
static struct p11l_lasting *make_nested(const CK_BYTE *parameter, const struct p11l_struct *layout)
{
	CK_BYTE own[MAX_STRUCT];
	struct p11l_lasting *lasting;
	size_t more;

	memcpy(own, parameter, layout->size);
	more = nested_size(layout, own);
	lasting = p11l_lasting_room(layout->size + more);
	if (lasting == NULL)
		return NULL;
	memcpy(lasting->parameter, own, layout->size);
	copy_nested(layout, lasting->parameter, (CK_BYTE *)lasting->parameter + layout->size, more);
	return lasting;
}

struct p11l_lasting *p11l_lasting_make(
        const CK_MECHANISM *mechanism, const struct p11l_mechanism_row *known, bool nested)
{
	CK_ULONG size = mechanism->ulParameterLen;
	const struct p11l_struct *layout = nested ? struct_of(known, size) : NULL;
	struct p11l_lasting *lasting;

	if (size == 0 || size > MAX_SIZE || !p11l_readable(mechanism->pParameter, size))
		return NULL;
	if (layout != NULL)
		return make_nested(mechanism->pParameter, layout);
	lasting = p11l_lasting_room(size);
	if (lasting != NULL)
		memcpy(lasting->parameter, mechanism->pParameter, size);
	return lasting;
}

/* --- Around a fork: a child has none of the parent's operations. */

static void hold(void)
{
	pthread_mutex_lock(&lock);
}

static void release(void)
{
	pthread_mutex_unlock(&lock);
}

static void after_in_child(void)
{
	release();
	p11l_lasting_forget();
}

static void watch_forks(void)
{
	pthread_atfork(hold, release, after_in_child);
}

/* --- Keeping */

static struct p11l_lasting **bucket_of(CK_SESSION_HANDLE session)
{
	uint64_t mixed = (uint64_t)session * UINT64_C(0x9e3779b97f4a7c15);

	return &buckets[mixed >> 56];
}

/* Moves those of a bucket that are meant to the list; all of them for NULL. */
static struct p11l_lasting *move(struct p11l_lasting **at,
        bool (*is_meant)(const struct p11l_lasting *, const struct p11l_lasting *),
        const struct p11l_lasting *like, struct p11l_lasting *list)
{
	while (*at != NULL) {
		struct p11l_lasting *lasting = *at;

		if (is_meant != NULL && !is_meant(lasting, like)) {
			at = &lasting->next;
			continue;
		}
		*at = lasting->next;
		lasting->next = list;
		list = lasting;
		atomic_fetch_sub(&kept, 1);
	}
	return list;
}

static void free_all(struct p11l_lasting *list)
{
	while (list != NULL) {
		struct p11l_lasting *next = list->next;

		p11l_lasting_free(list);
		list = next;
	}
}

static bool is_same(const struct p11l_lasting *lasting, const struct p11l_lasting *like)
{
	return lasting->session == like->session && lasting->function == like->function;
}

static bool is_in_session(const struct p11l_lasting *lasting, const struct p11l_lasting *like)
{
	return lasting->session == like->session;
}

static bool is_on_slot(const struct p11l_lasting *lasting, const struct p11l_lasting *like)
{
	return lasting->has_slot && lasting->slot == like->slot;
}

void p11l_lasting_keep(struct p11l_lasting *lasting, CK_SESSION_HANDLE session, unsigned function)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct p11l_lasting **bucket = bucket_of(session), *before;
	CK_FLAGS flags;

	pthread_once(&once, watch_forks);
	lasting->session = session;
	lasting->function = function;
	lasting->has_slot = p11l_session_find(session, &lasting->slot, &flags);
	pthread_mutex_lock(&lock);
	before = move(bucket, is_same, lasting, NULL);
	lasting->next = *bucket;
	*bucket = lasting;
	atomic_fetch_add(&kept, 1);
	pthread_mutex_unlock(&lock);
	free_all(before);
}

struct p11l_lasting *p11l_lasting_take(CK_SESSION_HANDLE session, unsigned function)
{
	const struct p11l_lasting like = {.session = session, .function = function};
	struct p11l_lasting *taken;

	if (atomic_load(&kept) == 0)
		return NULL;
	pthread_mutex_lock(&lock);
	taken = move(bucket_of(session), is_same, &like, NULL);
	pthread_mutex_unlock(&lock);
	return taken;
}

void p11l_lasting_closed(CK_SESSION_HANDLE session)
{
	const struct p11l_lasting like = {.session = session};
	struct p11l_lasting *list;

	if (atomic_load(&kept) == 0)
		return;
	pthread_mutex_lock(&lock);
	list = move(bucket_of(session), is_in_session, &like, NULL);
	pthread_mutex_unlock(&lock);
	free_all(list);
}

static void forget(bool (*is_meant)(const struct p11l_lasting *, const struct p11l_lasting *),
        const struct p11l_lasting *like)
{
	struct p11l_lasting *list = NULL;

	if (atomic_load(&kept) == 0)
		return;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < BUCKETS; i++)
		list = move(&buckets[i], is_meant, like, list);
	pthread_mutex_unlock(&lock);
	free_all(list);
}

void p11l_lasting_all_closed(CK_SLOT_ID slot)
{
	const struct p11l_lasting like = {.slot = slot};

	forget(is_on_slot, &like);
}

void p11l_lasting_forget(void)
{
	forget(NULL, NULL);
}
