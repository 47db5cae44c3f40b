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

CK_RV p11l_initialise(CK_VOID_PTR args)
{
	const struct p11l_lane *base = p11l_state.base;
	struct p11l_long_args own;
	CK_RV rv;

	if (p11l_state.vendor.handle == NULL)
		return CKR_GENERAL_ERROR;
	rv = base->top.C_Initialize(with_init_args(args, &own));
	/* A module that another user in the process has initialised says who it is, too. */
	if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		p11l_normalise_initialised(base);
	return rv;
}

CK_RV p11l_finalise(CK_VOID_PTR reserved)
{
	return p11l_state.base->top.C_Finalize(reserved);
}
