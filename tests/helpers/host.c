/* SPDX-License-Identifier: MIT */
/*
 * A host of its own, for tests that need a new process: with a preloaded lens, or setuid.
 * usage: host MODULE (or - for the symbols of the process). Prints what the calls answer.
 */
#define _GNU_SOURCE
#include "cryptoki.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

int main(int argc, char **argv)
{
	void *module = RTLD_DEFAULT, *symbol;
	CK_C_GetFunctionList get_list;
	CK_FUNCTION_LIST_PTR list = NULL;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "-") != 0)
		module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	symbol = dlsym(module, "C_GetFunctionList");
	if (symbol == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	memcpy(&get_list, &symbol, sizeof(symbol));
	printf("secure %lu\n", getauxval(AT_SECURE));
	printf("list 0x%lx\n", get_list(&list));
	printf("initialize 0x%lx\n", list->C_Initialize(NULL));
	printf("slot 0x%lx\n", list->C_GetSlotInfo(0x11, &slot));
	printf("token 0x%lx\n", list->C_GetTokenInfo(0x11, &token));
	printf("finalize 0x%lx\n", list->C_Finalize(NULL));
	return 0;
}
