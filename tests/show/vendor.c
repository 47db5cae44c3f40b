/* SPDX-License-Identifier: MIT */
/*
 * A vendor that answers at once, but for two functions: C_GetTokenInfo crashes, and
 * C_WaitForSlotEvent does not return before the process ends.
 */
#include "cryptoki.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static CK_RV initialize(CK_VOID_PTR args)
{
	(void)args;
	return CKR_OK;
}

static CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info)
{
	*info = (CK_SLOT_INFO){.flags = slot % 2};
	memset(info->slotDescription, ' ', sizeof(info->slotDescription));
	memset(info->manufacturerID, ' ', sizeof(info->manufacturerID));
	return slot % 10 == 0 ? CKR_SLOT_ID_INVALID : CKR_OK;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	(void)slot;
	(void)info;
	raise(SIGSEGV);
	return CKR_OK;
}

static CK_RV wait_for_slot_event(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved)
{
	(void)flags;
	(void)slot;
	(void)reserved;
	for (;;)
		pause();
	return CKR_OK;
}

static CK_FUNCTION_LIST list = {
        .version = {2, 40},
        .C_Initialize = initialize,
        .C_Finalize = initialize,
        .C_GetSlotInfo = get_slot_info,
        .C_GetTokenInfo = get_token_info,
        .C_WaitForSlotEvent = wait_for_slot_event,
};

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR table);

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR table)
{
	*table = &list;
	return CKR_OK;
}
