/* SPDX-License-Identifier: MIT */
/* A vendor module that does what its personality says, and tells what it was asked. */
#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define MOCK_EXPORT __attribute__((visibility("default")))

static CK_RV mock_call(unsigned function, const uintptr_t *arg);

#include "gen/mock.inc"

const CK_FUNCTION_LIST_3_2 *mock_all_functions(void)
{
	return &mock_list;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take_lock(void)
{
	pthread_mutex_lock(&lock);
}

static void give_lock(void)
{
	pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void load(void)
{
	mock_read_personality();
	mock_build_tables();
	/* A child of a fork shall find a vendor that works. */
	pthread_atfork(take_lock, give_lock, give_lock);
}

/* Sessions and objects */

static uint64_t open_sessions; /* one bit each */
static CK_OBJECT_HANDLE last_object = MOCK_OBJECT + 0xff;
static unsigned to_find;

CK_OBJECT_HANDLE mock_new_object(void)
{
	return __atomic_add_fetch(&last_object, 1, __ATOMIC_RELAXED);
}

unsigned mock_found(void)
{
	return __atomic_exchange_n(&to_find, 0, __ATOMIC_RELAXED);
}

static bool session_exists(CK_SESSION_HANDLE session)
{
	return session >= MOCK_SESSION && session < MOCK_SESSION + 64 &&
	       (open_sessions >> (session - MOCK_SESSION) & 1) != 0;
}

static CK_RV open_session(const uintptr_t *arg)
{
	CK_SESSION_HANDLE *session = (CK_SESSION_HANDLE *)arg[4];

	if (session == NULL)
		return CKR_ARGUMENTS_BAD;
	for (unsigned i = 0; i < 64; i++) {
		if ((open_sessions >> i & 1) == 0) {
			open_sessions |= UINT64_C(1) << i;
			*session = MOCK_SESSION + i;
			return CKR_OK;
		}
	}
	return CKR_SESSION_COUNT;
}

/* What the functions that change the state of the module answer. */
static CK_RV change_state(unsigned function, const uintptr_t *arg)
{
	switch (function) {
	case P11L_C_Initialize:
		mock_control.initialised = true;
		break;
	case P11L_C_Finalize:
		mock_control.initialised = false;
		open_sessions = 0;
		break;
	case P11L_C_OpenSession:
		return open_session(arg);
	case P11L_C_CloseSession:
		open_sessions &= ~(UINT64_C(1) << (arg[0] - MOCK_SESSION));
		break;
	case P11L_C_CloseAllSessions:
		open_sessions = 0;
		break;
	case P11L_C_FindObjectsInit:
		__atomic_store_n(&to_find, 2, __ATOMIC_RELAXED);
		break;
	default:
		break;
	}
	return CKR_OK;
}

/* Whether the handles that came in are ours. */
static CK_RV check_handles(unsigned function, const uintptr_t *arg)
{
	const struct p11l_function *row = &p11l_functions[function];

	for (unsigned i = 0; i < row->count; i++) {
		if (row->param[i].direction != P11L_IN)
			continue;
		if (row->param[i].type.role == P11L_ROLE_SESSION && !session_exists(arg[i]))
			return CKR_SESSION_HANDLE_INVALID;
		if (row->param[i].type.role == P11L_ROLE_SLOT && arg[i] != MOCK_SLOT)
			return CKR_SLOT_ID_INVALID;
	}
	return CKR_OK;
}

static CK_RV check_state(unsigned function, const uintptr_t *arg)
{
	CK_RV rv;

	if (function == P11L_C_Initialize && mock_control.initialised)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	if (function != P11L_C_Initialize && !mock_control.initialised)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	rv = check_handles(function, arg);
	return rv == CKR_OK ? change_state(function, arg) : rv;
}

/* Getters */

static CK_RV led_back(CK_FUNCTION_LIST_PTR_PTR list)
{
	void *module = dlopen(mock_personality.lead_back, RTLD_NOW | RTLD_LOCAL);
	void *symbol = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get_list;

	if (symbol == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get_list, &symbol, sizeof(symbol));
	return get_list(list);
}

static CK_RV get_function_list(CK_FUNCTION_LIST_PTR_PTR list)
{
	if (list == NULL)
		return CKR_ARGUMENTS_BAD;
	if (mock_personality.lead_back[0] != '\0')
		return led_back(list);
	memcpy(list, &mock_control.list, sizeof(*list));
	return CKR_OK;
}

static CK_RV get_interface_list(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	CK_ULONG room;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = mock_control.interfaces;
	if (list == NULL)
		return CKR_OK;
	if (room < mock_control.interfaces)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, mock_control.interface, mock_control.interfaces * sizeof(*list));
	return CKR_OK;
}

static bool is_refused(const CK_VERSION *version)
{
	for (unsigned i = 0; version != NULL && i < mock_personality.refusals; i++)
		if (memcmp(&mock_personality.refused[i], version, sizeof(*version)) == 0)
			return true;
	return false;
}

static bool fits(const CK_INTERFACE *interface, const CK_UTF8CHAR *name, const CK_VERSION *version,
        CK_FLAGS flags)
{
	return (name == NULL ||
	               strcmp((const char *)name, (const char *)interface->pInterfaceName) == 0) &&
	       (version == NULL ||
	               memcmp(interface->pFunctionList, version, sizeof(*version)) == 0) &&
	       (interface->flags & flags) == flags;
}

static CK_RV get_interface(const uintptr_t *arg)
{
	const CK_VERSION *version = (const CK_VERSION *)arg[1];
	CK_INTERFACE_PTR_PTR interface = (CK_INTERFACE_PTR_PTR)arg[2];

	if (interface == NULL)
		return CKR_ARGUMENTS_BAD;
	for (unsigned i = 0; i < mock_control.interfaces && !is_refused(version); i++) {
		if (fits(&mock_control.interface[i], (const CK_UTF8CHAR *)arg[0], version,
		            arg[3])) {
			*interface = &mock_control.interface[i];
			return CKR_OK;
		}
	}
	return CKR_FUNCTION_FAILED;
}

/* Calls */

static void note_call(unsigned function, const uintptr_t *arg)
{
	take_lock();
	mock_control.calls[function]++;
	memcpy(mock_control.arg[function], arg, p11l_functions[function].count * sizeof(arg[0]));
	give_lock();
}

static CK_RV scripted_answer(struct mock_behaviour *behaviour)
{
	CK_RV rv = CKR_OK;

	take_lock();
	if (behaviour->left > 0) {
		behaviour->left--;
		rv = behaviour->rv;
	}
	give_lock();
	return rv;
}

static CK_RV ordinary_answer(unsigned function, const uintptr_t *arg)
{
	CK_RV rv;

	take_lock();
	rv = check_state(function, arg);
	give_lock();
	return rv == CKR_OK ? mock_write_outputs(function, arg) : rv;
}

static CK_RV answer(unsigned function, const uintptr_t *arg)
{
	struct mock_behaviour *behaviour = &mock_personality.behaviour[function];
	CK_RV rv = scripted_answer(behaviour);
	CK_SLOT_INFO info;

	if (rv != CKR_OK || behaviour->silent)
		return rv;
	if (behaviour->asks_self && (rv = C_GetSlotInfo(MOCK_SLOT, &info)) != CKR_OK)
		return rv;
	switch (function) {
	case P11L_C_GetFunctionList:
		return get_function_list((CK_FUNCTION_LIST_PTR_PTR)arg[0]);
	case P11L_C_GetInterfaceList:
		return get_interface_list((CK_INTERFACE_PTR)arg[0], (CK_ULONG_PTR)arg[1]);
	case P11L_C_GetInterface:
		return get_interface(arg);
	default:
		return ordinary_answer(function, arg);
	}
}

static CK_RV mock_call(unsigned function, const uintptr_t *arg)
{
	struct timespec delay = {0, mock_personality.behaviour[function].delay};
	CK_RV rv;

	delay.tv_sec = delay.tv_nsec / 1000000000;
	delay.tv_nsec %= 1000000000;
	note_call(function, arg);
	if (delay.tv_sec != 0 || delay.tv_nsec != 0)
		nanosleep(&delay, NULL);
	rv = answer(function, arg);
	return mock_control.hook != NULL ? mock_control.hook(function, arg, rv) : rv;
}
