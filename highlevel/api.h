/* SPDX-License-Identifier: MIT */
/* The table of high-level functions, and what every call through it has in common. */
#ifndef P11L_API_H
#define P11L_API_H

#include "cryptoki.h"

#include <stdbool.h>

#define P11L_API_MAJOR 1
#define P11L_API_MINOR 0

#define P11L_INTERFACE_NAME "Vendor pkcs11-lens"

struct p11l_function_list;

/* The table; it does not change. */
const struct p11l_function_list *p11l_api(void);

/* It as the interface that C_GetInterface finds by this name; a name that cannot be read is none.
 */
bool p11l_api_is_named(const CK_UTF8CHAR *name);
CK_RV p11l_api_get_interface(
        const CK_VERSION *version, CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags);

/*
 * Whether the calling thread is inside of a high-level function, so that calls of the standard are
 * the high-level function's, not the application's.
 */
extern __thread unsigned p11l_api_depth;

/* The high-level function that the application called, or "". */
const char *p11l_api_name(void);

/*
 * Around each function of the table: one begins that may fail, so what the last one said is over;
 * one begins that cannot fail and leaves that, because it may be a clean-up; one ends.
 */
void p11l_api_enter(const char *function);
void p11l_api_pass(void);
void p11l_api_leave(void);

#endif
