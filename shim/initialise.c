/* SPDX-License-Identifier: MIT */
/* C_Initialize and C_Finalize: the vendor's, plus what the configuration adds. */
#include "initialise.h"

#include "normalise/normalise.h"
#include "shim.h"

#include <string.h>

/*
 * Behind a struct of the standard's size lies what the host keeps there. It is copied, and not
 * looked at: sanitizers need not watch.
 */
__attribute__((no_sanitize("address", "thread"))) static void copy_words(
        CK_VOID_PTR *to, CK_VOID_PTR const volatile *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = from[i];
}

bool p11l_long_args_copy(struct p11l_long_args *own, const void *args)
{
	const CK_BYTE *behind;

	memset(own, 0, sizeof(*own));
	if (args == NULL)
		return true;
	if (!p11l_readable(args, sizeof(own->args)))
		return false;
	memcpy(&own->args, args, sizeof(own->args));
	behind = (const CK_BYTE *)args + sizeof(own->args);
	if (p11l_readable(behind, sizeof(own->behind)))
		copy_words(own->behind, (CK_VOID_PTR const volatile *)(const void *)behind, 2);
	return true;
}

/* The host's arguments with the configured string in pReserved, unless the host has its own. */
static CK_VOID_PTR with_init_args(CK_VOID_PTR args, struct p11l_long_args *own)
{
	char *text = p11l_state.config.setting[P11L_MODULE_INIT_ARGS].text;

	if (text == NULL || !p11l_long_args_copy(own, args) || own->args.pReserved != NULL)
		return args;
	/* Where the standard ends, a vendor with a longer struct is to find nothing. */
	memset(own->behind, 0, sizeof(own->behind));
	own->args.pReserved = text;
	return own;
}

/* A host may hold the table that leads nowhere while the vendor has one by now. */
static const struct p11l_lane *lane_of(unsigned number)
{
	const struct p11l_lane *lane = &p11l_lanes[number].lane;

	return lane->source == p11l_nowhere ? p11l_state.base : lane;
}

static CK_RV initialise(unsigned number, CK_VOID_PTR args)
{
	const struct p11l_lane *lane = lane_of(number);
	struct p11l_long_args own;
	CK_RV rv;

	if (p11l_state.vendor.handle == NULL)
		return CKR_GENERAL_ERROR;
	rv = lane->top.C_Initialize(with_init_args(args, &own));
	/* A module that another user in the process has initialised says who it is, too. */
	if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		p11l_normalise_initialised(lane);
	return rv;
}

/* Two functions that know the number of their lane. */
#define LIFE(number)                                              \
	static CK_RV initialise_##number(CK_VOID_PTR args)        \
	{                                                         \
		return initialise(number, args);                  \
	}                                                         \
	static CK_RV finalise_##number(CK_VOID_PTR reserved)      \
	{                                                         \
		return lane_of(number)->top.C_Finalize(reserved); \
	}

LIFE(0)
LIFE(1)
LIFE(2)
LIFE(3)

const struct p11l_life p11l_lives[P11L_LANES] = {
        {initialise_0, finalise_0},
        {initialise_1, finalise_1},
        {initialise_2, finalise_2},
        {initialise_3, finalise_3},
};
_Static_assert(P11L_LANES == 4, "each lane needs a LIFE");
