/* SPDX-License-Identifier: MIT */
/* C_Initialize and C_Finalize: the vendor's, plus what the configuration adds. */
#include "shim.h"

#include "logging/logging.h"

#include <string.h>

/*
 * Some vendors read a struct that is longer than the standard's; NSS has its string where the
 * standard has pReserved, and its own pReserved behind that.
 */
struct long_args {
	CK_C_INITIALIZE_ARGS args;
	CK_VOID_PTR behind[2];
};

/* The host's arguments with the configured string in pReserved, unless the host has its own. */
static CK_VOID_PTR with_init_args(CK_VOID_PTR args, struct long_args *own)
{
	char *text = p11l_state.config.setting[P11L_MODULE_INIT_ARGS].text;

	if (text == NULL)
		return args;
	memset(own, 0, sizeof(*own));
	if (args != NULL) {
		if (!p11l_readable(args, sizeof(own->args)))
			return args;
		memcpy(&own->args, args, sizeof(own->args));
	}
	if (own->args.pReserved != NULL)
		return args;
	own->args.pReserved = text;
	return own;
}

CK_RV p11l_initialise(CK_VOID_PTR args)
{
	struct long_args own;

	if (p11l_state.vendor.handle == NULL)
		return CKR_GENERAL_ERROR;
	return p11l_state.base->vendor.C_Initialize(with_init_args(args, &own));
}

CK_RV p11l_finalise(CK_VOID_PTR reserved)
{
	return p11l_state.base->vendor.C_Finalize(reserved);
}
