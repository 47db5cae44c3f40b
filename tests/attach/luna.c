/* SPDX-License-Identifier: MIT */
/* A vendor with a table of its own; the standard's has no function. */
#include "cryptoki.h"

CK_RV CA_GetFunctionList(const char **table);

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	static CK_FUNCTION_LIST empty = {.version = {2, 40}};

	*list = &empty;
	return CKR_OK;
}

CK_RV CA_GetFunctionList(const char **table)
{
	*table = "the vendor's own table";
	return CKR_OK;
}
