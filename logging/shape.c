/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include "shim/util.h"

#include <stdatomic.h>
#include <string.h>

struct p11l_shape p11l_shapes[P11L_FUNCTIONS];
bool p11l_all_numbers[P11L_STRUCTS];

static bool is_operation(unsigned group)
{
	return group == P11L_GROUP_encrypt || group == P11L_GROUP_decrypt ||
	       group == P11L_GROUP_digest || group == P11L_GROUP_sign ||
	       group == P11L_GROUP_verify || group == P11L_GROUP_message_encrypt ||
	       group == P11L_GROUP_message_decrypt || group == P11L_GROUP_message_sign ||
	       group == P11L_GROUP_message_verify;
}

static void read_param(struct p11l_shape *shape, const struct p11l_member *param, int i)
{
	int8_t place = (int8_t)i;

	switch (param->type.role) {
	case P11L_ROLE_SESSION:
		if (param->direction == P11L_IN)
			shape->session = place;
		break;
	case P11L_ROLE_SLOT:
		if (param->direction == P11L_IN)
			shape->slot = place;
		break;
	case P11L_ROLE_MECHANISM:
	case P11L_ROLE_MESSAGE_MECHANISM:
		shape->mechanism = place;
		break;
	case P11L_ROLE_PARAMETER:
		shape->message = true;
		break;
	case P11L_ROLE_BYTES:
		if (param->length == P11L_LENGTH_MEMBER && param->type.secrecy == P11L_DATA &&
		        shape->length < 0)
			shape->length = (int8_t)param->length_ref;
		break;
	default:
		break;
	}
}

static bool is_session_call(unsigned function)
{
	return function == P11L_C_OpenSession || function == P11L_C_CloseSession ||
	       function == P11L_C_CloseAllSessions || function == P11L_C_Finalize;
}

static bool is_all_numbers(const struct p11l_struct *row)
{
	for (unsigned i = 0; i < row->count; i++)
		if (row->field[i].pointer || row->field[i].size != sizeof(CK_ULONG) ||
		        row->field[i].length != P11L_LENGTH_NONE)
			return false;
	return true;
}

void p11l_shapes_start(void)
{
	for (unsigned s = 0; s < P11L_STRUCTS; s++)
		p11l_all_numbers[s] = is_all_numbers(&p11l_structs[s]);
	for (unsigned f = 0; f < P11L_FUNCTIONS; f++) {
		const struct p11l_function *function = &p11l_functions[f];
		struct p11l_shape *shape = &p11l_shapes[f];
		bool operation = is_operation(function->group);

		*shape = (struct p11l_shape){-1, -1, -1, -1, false, false, false, false};
		for (int i = 0; i < function->count; i++)
			read_param(shape, &function->param[i], i);
		shape->begins = operation && shape->mechanism >= 0;
		shape->goes_on = operation && shape->mechanism < 0;
		shape->notable = shape->begins || is_session_call(f);
	}
}

/*
 * Two tables of fixed size without locks. An entry is keyed by what it belongs to; while it is
 * being changed it belongs to nothing. What is forgotten only makes a trace poorer.
 */
#define PLACES      512
#define SESSION_KEY 0xff /* in place of a group */

struct entry {
	atomic_ullong key; /* 0: empty */
	atomic_ullong value;
};

static struct entry entries[PLACES];
static atomic_ullong sessions_now, sessions_peak;

/* Handles are small numbers or random ones; only their low 56 bits are told apart. */
static unsigned long long key_of(unsigned kind, uintptr_t session)
{
	return ((unsigned long long)session << 8 | kind) + 1;
}

static struct entry *place_of(unsigned long long key)
{
	return &entries[(key * 0x9e3779b97f4a7c15ull) >> 55];
}

static void store(unsigned long long key, unsigned long long value)
{
	struct entry *entry = place_of(key);

	atomic_store_explicit(&entry->key, 0, memory_order_release);
	atomic_store_explicit(&entry->value, value, memory_order_release);
	atomic_store_explicit(&entry->key, key, memory_order_release);
}

static bool load(unsigned long long key, unsigned long long *value)
{
	struct entry *entry = place_of(key);

	if (atomic_load_explicit(&entry->key, memory_order_acquire) != key)
		return false;
	*value = atomic_load_explicit(&entry->value, memory_order_acquire);
	return atomic_load_explicit(&entry->key, memory_order_acquire) == key;
}

static void note_opened(const uintptr_t *arg)
{
	const void *address = (const void *)arg[4];
	CK_SESSION_HANDLE session;
	unsigned long long now = 1 + atomic_fetch_add(&sessions_now, 1);
	unsigned long long peak = atomic_load(&sessions_peak);

	while (now > peak && !atomic_compare_exchange_weak(&sessions_peak, &peak, now))
		continue;
	if (!p11l_readable(address, sizeof(session)))
		return;
	memcpy(&session, address, sizeof(session));
	store(key_of(SESSION_KEY, session), arg[0]);
}

/* How many sessions of a slot go with C_CloseAllSessions is not known here: none are left to say.
 */
static void note_closed(bool all)
{
	unsigned long long now = atomic_load(&sessions_now);

	while (now > 0 && !atomic_compare_exchange_weak(&sessions_now, &now, all ? 0 : now - 1))
		continue;
}

void p11l_operation_note(unsigned function, const uintptr_t *arg)
{
	const struct p11l_shape *shape = &p11l_shapes[function];
	CK_MECHANISM_TYPE mechanism;

	if (shape->begins) {
		if (p11l_operation_mechanism(function, arg, &mechanism))
			store(key_of(p11l_functions[function].group, arg[shape->session]),
			        mechanism);
	} else if (function == P11L_C_OpenSession) {
		note_opened(arg);
	} else if (function == P11L_C_CloseSession) {
		note_closed(false);
	} else if (function == P11L_C_CloseAllSessions || function == P11L_C_Finalize) {
		note_closed(true);
	}
}

bool p11l_operation_mechanism(unsigned function, const uintptr_t *arg, CK_MECHANISM_TYPE *mechanism)
{
	const struct p11l_shape *shape = &p11l_shapes[function];
	const void *given;
	CK_MECHANISM whole;
	unsigned long long value;

	if (shape->mechanism >= 0) {
		given = (const void *)arg[shape->mechanism];
		if (!p11l_readable(given, sizeof(whole)))
			return false;
		memcpy(&whole, given, sizeof(whole));
		*mechanism = whole.mechanism;
		return true;
	}
	if (!shape->goes_on ||
	        !load(key_of(p11l_functions[function].group, arg[shape->session]), &value))
		return false;
	*mechanism = (CK_MECHANISM_TYPE)value;
	return true;
}

bool p11l_operation_slot(unsigned function, const uintptr_t *arg, CK_SLOT_ID *slot)
{
	const struct p11l_shape *shape = &p11l_shapes[function];
	unsigned long long value;

	if (shape->slot >= 0) {
		*slot = arg[shape->slot];
		return true;
	}
	if (shape->session < 0 || !load(key_of(SESSION_KEY, arg[shape->session]), &value))
		return false;
	*slot = (CK_SLOT_ID)value;
	return true;
}

void p11l_operation_sessions(uint64_t *now, uint64_t *peak)
{
	*now = atomic_load(&sessions_now);
	*peak = atomic_load(&sessions_peak);
}
