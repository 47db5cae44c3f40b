/* SPDX-License-Identifier: MIT */
/* Functions for the places where there is none. */
#include "shim.h"

#define P11L_STUB(name) unsupported_##name
#define P11L_STUB_RV    CKR_FUNCTION_NOT_SUPPORTED
#include "gen/stubs.inc"
const CK_FUNCTION_LIST_3_2 *const p11l_unsupported = &P11L_STUB(list);
#undef P11L_STUB
#undef P11L_STUB_RV

#define P11L_STUB(name) nowhere_##name
#define P11L_STUB_RV    CKR_CRYPTOKI_NOT_INITIALIZED
#include "gen/stubs.inc"
const CK_FUNCTION_LIST_3_2 *const p11l_nowhere = &P11L_STUB(list);
