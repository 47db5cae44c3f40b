/* SPDX-License-Identifier: MIT */
/*
 * Is linked with the mock vendor, as programs are with a vendor's library. With WITH_MORE it uses a
 * symbol of it that no standard has.
 */
#include "cryptoki.h"

#include <stdio.h>

extern char mock_control[];

int main(void)
{
	CK_FUNCTION_LIST_PTR list = NULL;
	CK_INFO info;

	if (C_GetFunctionList(&list) != CKR_OK || C_Initialize(NULL) != CKR_OK ||
	        list->C_GetInfo(&info) != CKR_OK || C_Finalize(NULL) != CKR_OK)
		return 1;
	printf("%.32s\n", (char *)info.manufacturerID);
#ifdef WITH_MORE
	printf("%s\n", mock_control[0] == 0 ? "idle" : "in use");
#endif
	return 0;
}
