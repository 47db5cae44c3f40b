/* SPDX-License-Identifier: MIT */
#include "known.h"

#include "params.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SESSIONS 256
#define OBJECTS  1024
#define PROBES   8 /* places in which an entry may stand */
#define FOUND    64

#define NO_SLOT (~UINT64_C(0))

struct session {
	bool used;
	uint64_t handle, slot;
	struct p11l_known wanted; /* what its search asks for */
};

struct object {
	bool used;
	uint64_t slot, handle;
	struct p11l_known known;
};

struct p11l_known_tables {
	struct session sessions[SESSIONS];
	struct object objects[OBJECTS];
};

static struct p11l_known_tables own, *tables = &own;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t place(uint64_t handle, size_t size)
{
	return (size_t)((handle * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % size;
}

/* The entry of a session; made, if need be in the place of another, when asked for. */
static struct session *session_entry(uint64_t handle, bool make)
{
	size_t start = place(handle, SESSIONS);
	struct session *free_one = NULL;

	for (size_t i = 0; i < PROBES; i++) {
		struct session *entry = &tables->sessions[(start + i) % SESSIONS];

		if (entry->used && entry->handle == handle)
			return entry;
		if (!entry->used && free_one == NULL)
			free_one = entry;
	}
	if (!make)
		return NULL;
	if (free_one == NULL)
		free_one = &tables->sessions[start];
	*free_one = (struct session){.used = true, .handle = handle, .slot = NO_SLOT};
	return free_one;
}

static struct object *object_entry(uint64_t slot, uint64_t handle, bool make)
{
	size_t start = place(handle ^ slot, OBJECTS);
	struct object *free_one = NULL;

	for (size_t i = 0; i < PROBES; i++) {
		struct object *entry = &tables->objects[(start + i) % OBJECTS];

		if (entry->used && entry->handle == handle && entry->slot == slot)
			return entry;
		if (!entry->used && free_one == NULL)
			free_one = entry;
	}
	if (!make)
		return NULL;
	if (free_one == NULL)
		free_one = &tables->objects[start];
	*free_one = (struct object){.used = true, .handle = handle, .slot = slot};
	return free_one;
}

static uint64_t slot_of(uint64_t session)
{
	const struct session *entry = session_entry(session, false);

	return entry != NULL ? entry->slot : NO_SLOT;
}

static void merge(struct p11l_known *into, const struct p11l_known *from)
{
	if (from->has_class) {
		into->has_class = true;
		into->class = from->class;
	}
	if (from->has_key_type) {
		into->has_key_type = true;
		into->key_type = from->key_type;
	}
	if (from->label_length > 0) {
		into->label_length = from->label_length;
		memcpy(into->label, from->label, sizeof(into->label));
	}
}

static void learn_attribute(struct p11l_reader r, uint64_t type, struct p11l_known *known)
{
	enum p11l_item item = p11l_get_item(&r);

	if (type == CKA_LABEL && item == P11L_ITEM_BYTES) {
		size_t shown;
		const uint8_t *octets;

		p11l_get_u64(&r);
		shown = p11l_get_u16(&r);
		octets = p11l_get_octets(&r, &shown);
		known->label_length =
		        (uint8_t)(shown < P11L_KNOWN_LABEL ? shown : P11L_KNOWN_LABEL);
		memcpy(known->label, octets, known->label_length);
	} else if (type == CKA_CLASS && item == P11L_ITEM_NUMBER) {
		known->has_class = true;
		known->class = p11l_get_u64(&r);
	} else if (type == CKA_KEY_TYPE && item == P11L_ITEM_NUMBER) {
		known->has_key_type = true;
		known->key_type = p11l_get_u64(&r);
	}
}

void p11l_known_template(struct p11l_reader *r, struct p11l_known *known)
{
	struct p11l_reader start = *r;
	unsigned shown;

	if (p11l_get_item(r) != P11L_ITEM_TEMPLATE) {
		*r = start;
		p11l_skip_item(r);
		return;
	}
	p11l_get_u64(r);
	shown = p11l_get_u16(r);
	for (unsigned i = 0; i < shown && r->at < r->end; i++) {
		uint64_t type = p11l_get_u64(r);

		learn_attribute(*r, type, known);
		p11l_skip_item(r);
	}
}

/* What one record says, gathered from its items. */
struct lesson {
	uint64_t session, slot;
	uint64_t object; /* handed in */
	unsigned results, templates;
	struct p11l_known known[2]; /* of the templates, in order */
	bool opened;
	uint64_t opened_session;
	uint64_t result[FOUND]; /* handles that came back; last, so that it need not be cleared */
};

static void read_input(
        struct p11l_reader *r, const struct p11l_member *param, struct lesson *lesson)
{
	struct p11l_reader start = *r;
	enum p11l_item item = p11l_get_item(r);

	if (item == P11L_ITEM_NUMBER && param->type.role == P11L_ROLE_SESSION)
		lesson->session = p11l_get_u64(r);
	else if (item == P11L_ITEM_NUMBER && param->type.role == P11L_ROLE_SLOT)
		lesson->slot = p11l_get_u64(r);
	else if (item == P11L_ITEM_NUMBER && param->type.role == P11L_ROLE_OBJECT)
		lesson->object = p11l_get_u64(r);
	*r = start;
	if (item == P11L_ITEM_TEMPLATE && lesson->templates < 2)
		p11l_known_template(r, &lesson->known[lesson->templates++]);
	else
		p11l_skip_item(r);
}

static void read_handles(struct p11l_reader r, struct lesson *lesson)
{
	enum p11l_item item = p11l_get_item(&r);
	unsigned count = 1;

	if (item == P11L_ITEM_LIST) {
		p11l_get_u64(&r);
		count = p11l_get_u16(&r);
		item = count > 0 ? p11l_get_item(&r) : P11L_ITEM_NONE;
	}
	for (; item == P11L_ITEM_NUMBER && lesson->results < FOUND && count > 0; count--) {
		lesson->result[lesson->results++] = p11l_get_u64(&r);
		item = count > 1 ? p11l_get_item(&r) : P11L_ITEM_NONE;
	}
}

static void read_output(
        struct p11l_reader *r, const struct p11l_member *param, struct lesson *lesson)
{
	if (param->type.role == P11L_ROLE_OBJECT)
		read_handles(*r, lesson);
	if (param->type.role == P11L_ROLE_SESSION) {
		struct p11l_reader copy = *r;

		lesson->opened = p11l_get_item(&copy) == P11L_ITEM_NUMBER;
		lesson->opened_session = p11l_get_u64(&copy);
	}
	if (param->type.role == P11L_ROLE_TEMPLATE)
		p11l_known_template(r, &lesson->known[0]);
	else
		p11l_skip_item(r);
}

static void read_lesson(const struct p11l_record *record, struct lesson *lesson)
{
	const struct p11l_function *function = &p11l_functions[record->function];
	struct p11l_reader in, out;

	p11l_record_runs(record, &in, &out);
	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];

		if (p11l_has_input(param) && in.at < in.end)
			read_input(&in, param, lesson);
		if ((param->direction & P11L_OUT) != 0 && out.at < out.end)
			read_output(&out, param, lesson);
	}
}

static void forget_slot(uint64_t slot, bool all)
{
	for (size_t i = 0; i < SESSIONS; i++)
		if (all || tables->sessions[i].slot == slot)
			tables->sessions[i].used = false;
	for (size_t i = 0; i < OBJECTS; i++)
		if (all || tables->objects[i].slot == slot)
			tables->objects[i].used = false;
}

/* What a key function makes when its template leaves it open. */
static void imply_class(unsigned function, struct lesson *lesson)
{
	static const struct {
		unsigned function, result;
		CK_OBJECT_CLASS class;
	} made[] = {
	        {P11L_C_GenerateKey, 0, CKO_SECRET_KEY},
	        {P11L_C_GenerateKeyPair, 0, CKO_PUBLIC_KEY},
	        {P11L_C_GenerateKeyPair, 1, CKO_PRIVATE_KEY},
	};

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct p11l_known *known = &lesson->known[made[i].result];

		if (made[i].function == function && !known->has_class) {
			known->has_class = true;
			known->class = made[i].class;
		}
	}
}

static void learn_results(unsigned function, struct lesson *lesson)
{
	uint64_t slot = slot_of(lesson->session);
	bool found = function == P11L_C_FindObjects;
	const struct session *session = session_entry(lesson->session, false);

	imply_class(function, lesson);
	for (unsigned i = 0; i < lesson->results; i++) {
		struct object *object = object_entry(slot, lesson->result[i], true);

		if (found && session != NULL)
			merge(&object->known, &session->wanted);
		else if (!found)
			object->known = lesson->known[i < 2 ? i : 1];
	}
}

static void learn(unsigned function, struct lesson *lesson)
{
	struct object *object;
	struct session *session;

	switch (function) {
	case P11L_C_OpenSession:
		if (lesson->opened)
			session_entry(lesson->opened_session, true)->slot = lesson->slot;
		break;
	case P11L_C_CloseSession:
		session = session_entry(lesson->session, false);
		if (session != NULL)
			session->used = false;
		break;
	case P11L_C_CloseAllSessions:
		forget_slot(lesson->slot, false);
		break;
	case P11L_C_Finalize:
	case P11L_C_Initialize: /* the child of a fork begins anew, with its parent's memory */
		forget_slot(0, true);
		break;
	case P11L_C_FindObjectsInit:
		session_entry(lesson->session, true)->wanted = lesson->known[0];
		break;
	case P11L_C_DestroyObject:
		object = object_entry(slot_of(lesson->session), lesson->object, false);
		if (object != NULL)
			object->used = false;
		break;
	case P11L_C_GetAttributeValue:
	case P11L_C_SetAttributeValue:
		object = object_entry(slot_of(lesson->session), lesson->object, true);
		merge(&object->known, &lesson->known[0]);
		break;
	default:
		learn_results(function, lesson);
	}
}

static bool says_something(unsigned function)
{
	const struct p11l_function *row = &p11l_functions[function];

	if (function == P11L_C_CloseSession || function == P11L_C_CloseAllSessions ||
	        function == P11L_C_Finalize || function == P11L_C_Initialize ||
	        function == P11L_C_DestroyObject)
		return true;
	for (unsigned i = 0; i < row->count; i++) {
		unsigned role = row->param[i].type.role;
		bool out = (row->param[i].direction & P11L_OUT) != 0;

		if (role == P11L_ROLE_TEMPLATE ||
		        (out && (role == P11L_ROLE_OBJECT || role == P11L_ROLE_SESSION)))
			return true;
	}
	return false;
}

void p11l_known_hold(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_known_release(void)
{
	pthread_mutex_unlock(&lock);
}

/* Most calls say nothing about handles, and are not looked into. */
static bool is_telling(unsigned function)
{
	static _Atomic uint8_t answers[P11L_FUNCTIONS]; /* 0: not known yet; 1: no; 2: yes */
	uint8_t answer = atomic_load_explicit(&answers[function], memory_order_relaxed);

	if (answer == 0) {
		answer = says_something(function) ? 2 : 1;
		atomic_store_explicit(&answers[function], answer, memory_order_relaxed);
	}
	return answer == 2;
}

static void learn_from(const struct p11l_record *record)
{
	struct lesson lesson;

	memset(&lesson, 0, offsetof(struct lesson, result));
	read_lesson(record, &lesson);
	pthread_mutex_lock(&lock);
	learn(record->function, &lesson);
	pthread_mutex_unlock(&lock);
}

void p11l_known_learn(const struct p11l_record *record)
{
	if ((record->state & P11L_RECORD_OUTPUTS) != 0 && record->function < P11L_FUNCTIONS &&
	        is_telling(record->function))
		learn_from(record);
}

bool p11l_known_object(uint64_t session, uint64_t object, struct p11l_known *known)
{
	const struct object *entry;

	pthread_mutex_lock(&lock);
	entry = object_entry(slot_of(session), object, false);
	if (entry != NULL)
		*known = entry->known;
	pthread_mutex_unlock(&lock);
	return entry != NULL;
}

struct p11l_known_tables *p11l_known_new(void)
{
	return calloc(1, sizeof(struct p11l_known_tables));
}

void p11l_known_use(struct p11l_known_tables *other)
{
	tables = other != NULL ? other : &own;
}

void p11l_known_set(uint64_t session, uint64_t object, const struct p11l_known *known)
{
	struct object *entry;

	pthread_mutex_lock(&lock);
	entry = object_entry(slot_of(session), object, true);
	entry->used = known != NULL;
	if (known != NULL)
		entry->known = *known;
	pthread_mutex_unlock(&lock);
}
