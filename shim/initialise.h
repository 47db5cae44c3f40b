/* SPDX-License-Identifier: MIT */
/* The arguments of C_Initialize, as long as any vendor reads them. */
#ifndef P11L_INITIALISE_H
#define P11L_INITIALISE_H

#include "cryptoki.h"

#include <stdbool.h>

/*
 * Some vendors read a struct that is longer than the standard's; NSS has its string where the
 * standard has pReserved, and its own pReserved behind that.
 */
struct p11l_long_args {
	CK_C_INITIALIZE_ARGS args;
	CK_VOID_PTR behind[2];
};

/*
 * Copies what the host passes, and what can be read behind it; all zero when it passes NULL.
 * False when it cannot be read.
 */
bool p11l_long_args_copy(struct p11l_long_args *own, const void *args);

#endif
