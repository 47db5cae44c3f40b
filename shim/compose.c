/* SPDX-License-Identifier: MIT */
/* What happens once, when the first call comes in. */
#include "shim.h"

#include "logging/logging.h"
#include "normalise/normalise.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INTERFACES 32

struct p11l_state p11l_state;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool composed;
static __thread bool composing;
static atomic_bool exiting;

/*
 * At exit this runs before the destructor below, and at dlclose after it: that is how the two
 * are told apart.
 */
static void note_exit(void)
{
	atomic_store(&exiting, true);
}

/* Whether this interface leads to a standard table, whose version can then be read. */
static bool is_standard(const CK_INTERFACE *interface)
{
	static const char name[] = "PKCS 11";

	return p11l_readable(interface->pInterfaceName, sizeof(name)) &&
	       memcmp(interface->pInterfaceName, name, sizeof(name)) == 0 &&
	       p11l_readable(interface->pFunctionList, sizeof(CK_VERSION));
}

const struct p11l_lane *p11l_lane_of(const CK_INTERFACE *interface)
{
	CK_VERSION version;

	if (!is_standard(interface))
		return NULL;
	memcpy(&version, interface->pFunctionList, sizeof(version));
	return p11l_lane_for(interface->pFunctionList, p11l_width(version));
}

/* Makes a lane for each standard interface; the widest serves the exported 3.x symbols. */
static void discover_interfaces(const struct p11l_vendor *vendor)
{
	CK_INTERFACE interfaces[MAX_INTERFACES];
	CK_ULONG count = MAX_INTERFACES;

	if (vendor->list_interfaces == NULL ||
	        vendor->list_interfaces(interfaces, &count) != CKR_OK) {
		p11l_ask_for_interfaces();
		return;
	}
	for (CK_ULONG i = 0; i < count && i < MAX_INTERFACES; i++)
		p11l_lane_of(&interfaces[i]);
}

/* The lane of C_GetFunctionList; of the default interface when there is no such function. */
static const struct p11l_lane *discover_base(const struct p11l_vendor *vendor)
{
	CK_FUNCTION_LIST_PTR list = NULL;
	CK_INTERFACE_PTR interface = NULL;
	CK_RV rv = CKR_FUNCTION_NOT_SUPPORTED;
	const struct p11l_lane *lane = NULL;

	if (vendor->get_list != NULL) {
		rv = vendor->get_list(&list);
		lane = rv == CKR_OK ? p11l_lane_for(list, p11l_width((CK_VERSION){2, 40})) : NULL;
	} else if (vendor->get_interface != NULL) {
		rv = vendor->get_interface(NULL, NULL, &interface, 0);
		lane = rv == CKR_OK && p11l_readable(interface, sizeof(*interface))
		               ? p11l_lane_of(interface)
		               : NULL;
	}
	if (lane == NULL && vendor->handle != NULL)
		p11l_message("the module gives no usable function table (it answered 0x%lx)",
		        (unsigned long)rv);
	return lane;
}

/* Entries are stored one by one, because other threads may be jumping through them already. */
void p11l_expose(void)
{
	const struct p11l_lane *base = p11l_state.base;
	p11l_entry *to = p11l_entries(&p11l_exported.table);
	const p11l_entry *narrow = p11l_const_entries(&base->published);
	const p11l_entry *wide = p11l_const_entries(&p11l_lane_widest()->published);
	unsigned split = p11l_width((CK_VERSION){2, 40});

	p11l_seal(&p11l_exported, sizeof(p11l_exported), false);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		__atomic_store_n(&to[i], i < split ? narrow[i] : wide[i], __ATOMIC_RELEASE);
	p11l_seal(&p11l_exported, sizeof(p11l_exported), true);
}

static void compose(void)
{
	struct p11l_state *state = &p11l_state;
	char error[P11L_ERROR_SIZE];

	atexit(note_exit);
	if (p11l_config_load(&state->config, error)) {
		state->traced = p11l_trace_start(&state->config);
		state->tapped = state->traced &&
		                p11l_number(&state->config, P11L_TRACE_LAYERS) == P11L_LAYERS_BOTH;
		if (!p11l_vendor_load(&state->vendor, &state->config, error))
			p11l_message("%s", error);
		if (!p11l_normalise_start(&state->config, error))
			p11l_message("%s", error);
		if (state->tapped)
			p11l_tap_getters(&state->vendor);
	} else {
		p11l_message("%s", error);
	}
	/* First the lane that there must be: interfaces may take all of them. */
	state->base = discover_base(&state->vendor);
	if (state->base == NULL)
		state->base = p11l_lane_nowhere();
	discover_interfaces(&state->vendor);
	p11l_expose();
}

const CK_FUNCTION_LIST_3_2 *p11l_compose(void)
{
	if (composing) {
		p11l_message(
		        "the module calls back into the lens while it is being loaded; name the "
		        "vendor's own module, not one that leads back here");
		return p11l_nowhere;
	}
	if (!atomic_load_explicit(&composed, memory_order_acquire)) {
		pthread_mutex_lock(&lock);
		if (!atomic_load_explicit(&composed, memory_order_relaxed)) {
			composing = true;
			compose();
			composing = false;
			atomic_store_explicit(&composed, true, memory_order_release);
		}
		pthread_mutex_unlock(&lock);
	}
	return &p11l_exported.table;
}

/* Runs at dlclose and at exit. At exit other threads may be inside: nothing is given back then. */
__attribute__((destructor)) static void unload(void)
{
	bool ending = atomic_load(&exiting);

	if (!atomic_load_explicit(&composed, memory_order_acquire))
		return;
	p11l_trace_stop(ending);
	if (ending)
		return;
	p11l_vendor_unload(&p11l_state.vendor);
	p11l_normalise_stop();
	p11l_config_free(&p11l_state.config);
}
