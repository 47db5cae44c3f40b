/* SPDX-License-Identifier: MIT */
/* A module that misbehaves in every way that "pkcs11-lens info" must survive. */
#include "cryptoki.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* ODD=empty: a table of NULL entries; ODD=none: no table; ODD=refuse: C_Initialize fails. */
static int odd(const char *what)
{
	const char *value = getenv("ODD");

	return value != NULL && strcmp(value, what) == 0;
}

static CK_RV initialize(CK_VOID_PTR args)
{
	(void)args;
	return odd("refuse") ? CKR_HOST_MEMORY : CKR_OK;
}

/* Terminal escapes, half a UTF-8 character, a C1 control, zeros as filling, unknown flags. */
static CK_RV get_info(CK_INFO_PTR info)
{
	memcpy(info->manufacturerID, "\033[2Jred\xc3", 8);
	memset(info->libraryDescription, ' ', sizeof(info->libraryDescription));
	memcpy(info->libraryDescription, "a\"b\\c \xc2\x9b\xc3\xa4", 10);
	info->flags = 0x40000000;
	return CKR_OK;
}

/* A count that no machine has memory for, then the truth. */
static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count)
{
	(void)present;
	if (list == NULL) {
		*count = ~0ul / 16;
		return CKR_OK;
	}
	list[0] = 1;
	list[1] = 2;
	list[2] = 3;
	*count = 3;
	return CKR_OK;
}

static CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info)
{
	if (slot == 2)
		return CKR_VENDOR_DEFINED | 5;
	info->flags = CKF_TOKEN_PRESENT | 0x800;
	return CKR_OK;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	if (slot == 3)
		return CKR_TOKEN_NOT_RECOGNIZED;
	memset(info, 0xff, sizeof(*info));
	return CKR_OK;
}

/* Claims more mechanisms than there was room for. */
static CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count)
{
	(void)slot;
	if (list != NULL)
		for (CK_ULONG i = 0; i < *count; i++)
			list[i] = CKM_VENDOR_DEFINED + i;
	*count = ~0ul;
	return CKR_OK;
}

/* C_GetMechanismInfo and C_Finalize are missing. */
static CK_FUNCTION_LIST table = {
        .version = {9, 99},
        .C_Initialize = initialize,
        .C_GetInfo = get_info,
        .C_GetSlotList = get_slot_list,
        .C_GetSlotInfo = get_slot_info,
        .C_GetTokenInfo = get_token_info,
        .C_GetMechanismList = get_mechanism_list,
};
static CK_FUNCTION_LIST empty;

EXPORT CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	*list = odd("none") ? NULL : odd("empty") ? &empty : &table;
	return CKR_OK;
}

/* An interface of which nothing is there, one with a name for a terminal, one refused later. */
EXPORT CK_RV C_GetInterfaceList(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	static CK_UTF8CHAR name[] = "Vendor \a";

	if (list != NULL && *count >= 2) {
		list[0] = (CK_INTERFACE){NULL, NULL, ~0ul};
		list[1] = (CK_INTERFACE){name, &table, 0};
	}
	*count = 2;
	return CKR_OK;
}
