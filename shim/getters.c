/* SPDX-License-Identifier: MIT */
/*
 * The three getters. The vendor answers; where its answer is a standard table, the host gets the
 * table of our lane instead, with the same name, version and flags. A vendor of the 2.40 days has
 * no interfaces to answer with, so for it the one that the standard implies is made up.
 */
#include "highlevel/api.h"
#include "normalise/layer.h"
#include "shim.h"

#include <pthread.h>
#include <string.h>

#define MAX_INTERFACES 32

/* Interfaces that were handed out; hosts keep pointers to them. */
#define MAX_PUBLISHED 16
static CK_INTERFACE published[MAX_PUBLISHED];
static unsigned published_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

CK_VOID_PTR p11l_table_of(const struct p11l_lane *lane)
{
	CK_VOID_PTR table;
	const void *constant = &lane->published;

	memcpy(&table, &constant, sizeof(table));
	return table;
}

/* A vendor that had no table to give at first may have one now. */
static const struct p11l_lane *adopt(const struct p11l_lane *lane)
{
	const struct p11l_lane *base = p11l_state.base;

	if (lane != NULL && base->source == p11l_nowhere)
		p11l_state.base = lane;
	return lane;
}

CK_RV p11l_get_function_list(CK_FUNCTION_LIST_PTR_PTR list)
{
	const struct p11l_vendor *vendor = &p11l_state.vendor;
	const struct p11l_lane *lane = NULL;
	static __thread bool asking;
	bool asked = false;
	CK_RV rv = list == NULL ? CKR_ARGUMENTS_BAD : CKR_OK;

	/* A vendor that passes the question on to us would never find an end. */
	if (vendor->get_list != NULL && !asking) {
		asking = true;
		rv = vendor->get_list(list);
		asking = false;
		asked = true;
	}
	if (list == NULL)
		return rv;
	if (rv == CKR_OK && asked)
		lane = adopt(p11l_lane_for(*list, p11l_width((CK_VERSION){2, 40})));
	/* Many callers ignore the answer and jump through the table: there always is one. */
	*list = p11l_table_of(lane != NULL ? lane : p11l_state.base);
	return rv;
}

/* The only interface of a vendor that knows none. */
static CK_INTERFACE implied_interface(void)
{
	static CK_UTF8CHAR name[] = "PKCS 11";

	return (CK_INTERFACE){name, p11l_table_of(p11l_state.base), 0};
}

/* What a vendor without C_GetInterfaceList would answer if it had one. */
static CK_RV imply_list(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	CK_ULONG room = *count;

	*count = 1;
	if (list == NULL)
		return CKR_OK;
	if (room < 1)
		return CKR_BUFFER_TOO_SMALL;
	list[0] = implied_interface();
	return CKR_OK;
}

/*
 * The vendor's interfaces, its standard tables replaced by those of our lanes. Ours is found by
 * name only: hosts take what a list holds for the vendor's, and have arrays of a fixed length for
 * it.
 */
CK_RV p11l_get_interface_list(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	const struct p11l_vendor *vendor = &p11l_state.vendor;
	CK_RV rv;

	if (vendor->list_interfaces == NULL)
		return count != NULL ? imply_list(list, count) : CKR_ARGUMENTS_BAD;
	rv = vendor->list_interfaces(list, count);
	for (CK_ULONG i = 0; rv == CKR_OK && list != NULL && i < *count; i++) {
		const struct p11l_lane *lane = p11l_lane_of(&list[i]);

		if (lane != NULL)
			list[i].pFunctionList = p11l_table_of(lane);
	}
	return rv;
}

CK_INTERFACE_PTR p11l_publish(CK_INTERFACE interface)
{
	CK_INTERFACE_PTR found = NULL;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < published_count && found == NULL; i++)
		if (published[i].pFunctionList == interface.pFunctionList &&
		        published[i].flags == interface.flags)
			found = &published[i];
	if (found == NULL && published_count < MAX_PUBLISHED) {
		found = &published[published_count++];
		*found = interface;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

/* What a vendor without C_GetInterface would answer if it had one. */
static CK_RV imply(
        const char *name, const CK_VERSION *version, CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	CK_INTERFACE implied = implied_interface();
	CK_VERSION own = p11l_state.base->published.version;

	if (interface == NULL || flags != 0 ||
	        (name != NULL && strcmp(name, (const char *)implied.pInterfaceName) != 0) ||
	        (version != NULL && (version->major != own.major || version->minor != own.minor)))
		return CKR_ARGUMENTS_BAD;
	*interface = p11l_publish(implied);
	return CKR_OK;
}

/* Whether this is what was asked for, to the letter. NULL asks for any. */
static bool fits(const CK_INTERFACE *interface, const CK_UTF8CHAR *name, const CK_VERSION *version,
        CK_FLAGS flags)
{
	size_t size = name != NULL ? strlen((const char *)name) + 1 : 0;

	if (!p11l_readable(interface->pInterfaceName, size) ||
	        !p11l_readable(interface->pFunctionList, sizeof(*version)))
		return false;
	return (name == NULL || memcmp(interface->pInterfaceName, name, size) == 0) &&
	       (version == NULL ||
	               memcmp(interface->pFunctionList, version, sizeof(*version)) == 0) &&
	       (interface->flags & flags) == flags;
}

/* A vendor that refuses what it lists (IFC-3): the first that fits. False when there is none. */
static bool find_listed(
        const CK_UTF8CHAR *name, const CK_VERSION *version, CK_FLAGS flags, CK_INTERFACE *found)
{
	const struct p11l_vendor *vendor = &p11l_state.vendor;
	CK_INTERFACE list[MAX_INTERFACES];
	CK_ULONG count = MAX_INTERFACES;

	if (vendor->list_interfaces == NULL || !p11l_on(p11l_rules_of_module(), P11L_RULE_IFC_3) ||
	        vendor->list_interfaces(list, &count) != CKR_OK)
		return false;
	for (CK_ULONG i = 0; i < count && i < MAX_INTERFACES; i++) {
		if (fits(&list[i], name, version, flags)) {
			p11l_note("IFC-3", "an interface that is refused -> as it is listed");
			*found = list[i];
			return true;
		}
	}
	return false;
}

void p11l_ask_for_interfaces(void)
{
	static const CK_VERSION versions[] = {{3, 2}, {3, 1}, {3, 0}};
	const struct p11l_vendor *vendor = &p11l_state.vendor;
	CK_INTERFACE_PTR interface;
	CK_UTF8CHAR name[] = "PKCS 11";

	if (vendor->get_interface == NULL || !p11l_on(p11l_rules_of_module(), P11L_RULE_IFC_3))
		return;
	for (unsigned i = 0; i < 5; i++) {
		CK_VERSION version = versions[i < 3 ? i : 0];

		interface = NULL;
		if (vendor->get_interface(i < 4 ? name : NULL, i < 3 ? &version : NULL, &interface,
		            0) == CKR_OK &&
		        p11l_readable(interface, sizeof(*interface)))
			p11l_lane_of(interface);
	}
}

CK_RV p11l_get_interface(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version,
        CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	const struct p11l_vendor *vendor = &p11l_state.vendor;
	const struct p11l_lane *lane;
	CK_INTERFACE copy;
	CK_RV rv;

	if (p11l_api_is_named(name) && interface != NULL)
		return p11l_api_get_interface(version, interface, flags);
	if (vendor->get_interface == NULL)
		return imply((const char *)name, version, interface, flags);
	rv = vendor->get_interface(name, version, interface, flags);
	if (interface == NULL)
		return rv;
	if (rv == CKR_OK) {
		if (!p11l_readable(*interface, sizeof(**interface)))
			return rv;
		copy = **interface;
	} else if (!find_listed(name, version, flags, &copy)) {
		return rv;
	}
	lane = adopt(p11l_lane_of(&copy));
	if (lane != NULL)
		copy.pFunctionList = p11l_table_of(lane);
	else if (rv == CKR_OK)
		return rv;
	*interface = p11l_publish(copy);
	return *interface != NULL ? CKR_OK : CKR_HOST_MEMORY;
}
