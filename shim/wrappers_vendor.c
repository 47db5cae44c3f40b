/* SPDX-License-Identifier: MIT */
/* The wrappers that record what the lens calls in the vendor, one set for each lane. */
#include "shim.h"

#include "logging/logging.h"

#define P11L_LANE_DOWN  p11l_lanes[P11L_LANE_NUMBER].lane.tapped
#define P11L_LANE_ENTER p11l_enter_vendor
#define P11L_LANE_LEAVE p11l_leave_vendor

#define P11L_LANE(name)  vendor0_##name
#define P11L_LANE_NUMBER 0
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  vendor1_##name
#define P11L_LANE_NUMBER 1
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  vendor2_##name
#define P11L_LANE_NUMBER 2
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  vendor3_##name
#define P11L_LANE_NUMBER 3
#include "gen/wrap.inc"

const CK_FUNCTION_LIST_3_2 *const p11l_vendor_wrappers[P11L_LANES] = {
        &vendor0_wrappers,
        &vendor1_wrappers,
        &vendor2_wrappers,
        &vendor3_wrappers,
};

/* The getters, which belong to the module and not to one of its tables. */

static struct p11l_vendor getters; /* the vendor's own */

static CK_RV get_list(CK_FUNCTION_LIST_PTR_PTR list)
{
	const uintptr_t arg[] = {(uintptr_t)list};
	struct p11l_call call;

	p11l_enter_vendor(&call, 0, P11L_C_GetFunctionList, arg);
	return p11l_leave_vendor(&call, getters.get_list(list));
}

static CK_RV list_interfaces(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	const uintptr_t arg[] = {(uintptr_t)list, (uintptr_t)count};
	struct p11l_call call;

	p11l_enter_vendor(&call, 0, P11L_C_GetInterfaceList, arg);
	return p11l_leave_vendor(&call, getters.list_interfaces(list, count));
}

static CK_RV get_interface(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version,
        CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	const uintptr_t arg[] = {
	        (uintptr_t)name, (uintptr_t)version, (uintptr_t)interface, (uintptr_t)flags};
	struct p11l_call call;

	p11l_enter_vendor(&call, 0, P11L_C_GetInterface, arg);
	return p11l_leave_vendor(&call, getters.get_interface(name, version, interface, flags));
}

void p11l_tap_getters(struct p11l_vendor *vendor)
{
	getters = *vendor;
	if (vendor->get_list != NULL)
		vendor->get_list = get_list;
	if (vendor->list_interfaces != NULL)
		vendor->list_interfaces = list_interfaces;
	if (vendor->get_interface != NULL)
		vendor->get_interface = get_interface;
}
