/* SPDX-License-Identifier: MIT */
/*
 * A vendor that stands in front of a real one and misbehaves as it is told. A call passes the
 * twists that are on, from the application's side to the module's, like the skins of an onion:
 * each may answer itself, or hand on and change what goes down or comes back.
 */
#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <pthread.h>

#ifndef TWIST_DEFAULT_MODULE
#define TWIST_DEFAULT_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#endif

#define MOCK_EXPORT __attribute__((visibility("default")))

/* The generator writes the functions for the mock; they serve any module. */
#define mock_call answer
#define mock_list all_functions

static CK_RV answer(unsigned function, const uintptr_t *arg);

#include "gen/mock.inc"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned calls[P11L_FUNCTIONS];
static struct twist_seen seen[TWIST_SEEN];
static size_t seen_count;

unsigned twist_overlap_count;
CK_FUNCTION_LIST_3_2 twist_vendor;
static CK_FUNCTION_LIST_3_2 own_list;
static CK_INTERFACE own_interface[2];
static CK_ULONG own_interfaces;

typedef CK_RV (*entry_fn)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t,
        uintptr_t, uintptr_t, uintptr_t, uintptr_t);

static entry_fn *entries(CK_FUNCTION_LIST_3_2 *table)
{
	return (entry_fn *)(void *)((uint8_t *)table +
	                            offsetof(CK_FUNCTION_LIST_3_2, C_Initialize));
}

/* Loading the module behind */

static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "twist: %s: %s\n", what, why);
	abort();
}

static CK_RV not_there(void)
{
	return CKR_FUNCTION_NOT_SUPPORTED;
}

static void *symbol_of(void *module, const char *name)
{
	return dlsym(module, name);
}

/* The newest table that the module has, of which count entries exist. */
static const CK_FUNCTION_LIST_3_2 *vendor_table(void *module, const char *path, unsigned *count)
{
	CK_VERSION newest = {3, 0};
	CK_FUNCTION_LIST *list = NULL;
	CK_INTERFACE *interface = NULL;
	CK_C_GetFunctionList get_list;
	CK_C_GetInterface get_interface;
	void *symbol = symbol_of(module, "C_GetInterface");

	memcpy(&get_interface, &symbol, sizeof(symbol));
	*count = 92;
	if (symbol != NULL && get_interface(NULL, &newest, &interface, 0) == CKR_OK)
		return interface->pFunctionList;
	symbol = symbol_of(module, "C_GetFunctionList");
	memcpy(&get_list, &symbol, sizeof(symbol));
	if (symbol == NULL || get_list(&list) != CKR_OK)
		give_up(path, "has no C_GetFunctionList that works");
	*count = 68;
	return (const CK_FUNCTION_LIST_3_2 *)(const void *)list;
}

static void load_vendor(void)
{
	const char *path = getenv("TWIST_MODULE");
	entry_fn *to = entries(&twist_vendor);
	CK_RV (*none)(void) = not_there;
	const CK_FUNCTION_LIST_3_2 *table;
	unsigned count;
	void *module;

	if (path == NULL || *path == '\0')
		path = TWIST_DEFAULT_MODULE;
	module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (module == NULL)
		give_up(path, dlerror());
	table = vendor_table(module, path, &count);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		memcpy(&to[i], &none, sizeof(none));
	memcpy(to, &table->C_Initialize, count * sizeof(entry_fn));
	twist_vendor.version = table->version;
}

/* By default the interfaces are those of 2.40; the twist "interface" adds one. */
static void build_interfaces(void)
{
	static const char name[] = "PKCS 11";
	const struct twist *newer = twist_on("interface");
	static CK_FUNCTION_LIST_3_2 newer_list;

	own_list = all_functions;
	own_list.version = (CK_VERSION){2, 40};
	if (newer != NULL) {
		newer_list = all_functions;
		newer_list.version = (CK_VERSION){3, (CK_BYTE)(newer->choice == 0 ? 0 : 2)};
		own_interface[own_interfaces].pFunctionList = &newer_list;
		own_interface[own_interfaces++].pInterfaceName = (CK_UTF8CHAR *)(uintptr_t)name;
	}
	own_interface[own_interfaces].pFunctionList = &own_list;
	own_interface[own_interfaces++].pInterfaceName = (CK_UTF8CHAR *)(uintptr_t)name;
}

__attribute__((constructor)) static void load(void)
{
	twist_read_directives();
	load_vendor();
	build_interfaces();
}

/* Getters */

static CK_RV get_interface_list(CK_INTERFACE *list, CK_ULONG *count)
{
	CK_ULONG room;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = own_interfaces;
	if (list == NULL)
		return CKR_OK;
	if (room < own_interfaces)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, own_interface, own_interfaces * sizeof(*list));
	return CKR_OK;
}

static CK_RV find_interface(const char *name, const CK_VERSION *version, CK_INTERFACE **found)
{
	if (found == NULL)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < own_interfaces; i++) {
		if (name != NULL && strcmp(name, (char *)own_interface[i].pInterfaceName) != 0)
			continue;
		if (version == NULL ||
		        memcmp(own_interface[i].pFunctionList, version, sizeof(*version)) == 0) {
			*found = &own_interface[i];
			return CKR_OK;
		}
	}
	return CKR_FUNCTION_FAILED;
}

static CK_RV get_function_list(CK_FUNCTION_LIST **list)
{
	if (list == NULL)
		return CKR_ARGUMENTS_BAD;
	*list = (CK_FUNCTION_LIST *)(void *)&own_list;
	return CKR_OK;
}

/* The way of a call */

static CK_RV ask_vendor(const struct twist_call *call)
{
	const entry_fn *entry = entries(&twist_vendor);
	const uintptr_t *arg = call->arg;

	return entry[call->function](
	        arg[0], arg[1], arg[2], arg[3], arg[4], arg[5], arg[6], arg[7], arg[8], arg[9]);
}

/* A directive that names functions is about no others. */
static bool is_named(const struct twist *twist, const struct twist_call *call)
{
	return twist->where.functions == 0 || (twist->where.functions >> call->function & 1) != 0;
}

CK_RV twist_next(struct twist_call *call)
{
	while (call->at < twist_count) {
		struct twist *twist = &twists[call->at++];

		if ((twist->row->on >> call->function & 1) != 0 && is_named(twist, call))
			return twist->row->around(twist, call);
	}
	return ask_vendor(call);
}

static void remember(const struct twist_call *call, CK_RV rv)
{
	int session = twist_param(call->function, P11L_ROLE_SESSION, 0);
	struct twist_seen *at;

	pthread_mutex_lock(&lock);
	calls[call->function]++;
	at = &seen[seen_count++ % TWIST_SEEN];
	at->function = call->function;
	at->session = session == 0 && p11l_functions[call->function].param[0].direction == P11L_IN
	                      ? call->arg[0]
	                      : 0;
	at->rv = rv;
	pthread_mutex_unlock(&lock);
}

static CK_RV hand_down(unsigned function, const uintptr_t *arg)
{
	struct twist_call call = {.function = function}, after;
	CK_RV rv;

	memcpy(call.arg, arg, p11l_functions[function].count * sizeof(*arg));
	after = call;
	rv = twist_next(&call);
	twist_track(&after, rv);
	remember(&after, rv);
	return rv;
}

static CK_RV answer(unsigned function, const uintptr_t *arg)
{
	switch (function) {
	case P11L_C_GetFunctionList:
		return get_function_list((CK_FUNCTION_LIST **)arg[0]);
	case P11L_C_GetInterfaceList:
		return get_interface_list((CK_INTERFACE *)arg[0], (CK_ULONG *)arg[1]);
	case P11L_C_GetInterface:
		return find_interface(
		        (const char *)arg[0], (const CK_VERSION *)arg[1], (CK_INTERFACE **)arg[2]);
	default:
		return hand_down(function, arg);
	}
}

/* What tests ask */

__attribute__((visibility("default"))) unsigned twist_overlaps(void)
{
	return __atomic_load_n(&twist_overlap_count, __ATOMIC_RELAXED);
}

__attribute__((visibility("default"))) unsigned twist_calls(const char *function)
{
	int number = p11l_find_function(function);
	unsigned sum = 0;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if (number == (int)i || strcmp(function, "all") == 0)
			sum += calls[i];
	pthread_mutex_unlock(&lock);
	return sum;
}

__attribute__((visibility("default"))) size_t twist_sequence(struct twist_seen *to, size_t room)
{
	size_t count;

	pthread_mutex_lock(&lock);
	count = seen_count < TWIST_SEEN ? seen_count : TWIST_SEEN;
	if (count > room)
		count = room;
	for (size_t i = 0; i < count; i++)
		to[i] = seen[(seen_count - count + i) % TWIST_SEEN];
	pthread_mutex_unlock(&lock);
	return count;
}

__attribute__((visibility("default"))) void twist_forget(void)
{
	pthread_mutex_lock(&lock);
	memset(calls, 0, sizeof(calls));
	seen_count = 0;
	pthread_mutex_unlock(&lock);
}
