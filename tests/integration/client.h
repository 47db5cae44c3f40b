/* SPDX-License-Identifier: MIT */
/* What the test programs share: loading a module, and calls that must succeed. */
#ifndef CLIENT_H
#define CLIENT_H

#include <dlfcn.h>
#include <pkcs11.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call that must succeed; ends the program when it does not. */
#define MUST(call) must((call), #call, __LINE__)

static inline void must(CK_RV rv, const char *call, int line)
{
	if (rv == CKR_OK)
		return;
	printf("line %d: %s answered 0x%lx\n", line, call, (unsigned long)rv);
	exit(1);
}

static inline void *load(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL) {
		printf("cannot load: %s\n", dlerror());
		exit(1);
	}
	return handle;
}

/* A function of a module as a pointer of type; NULL when there is none. */
#define FIND(type, handle, name) ((type)(uintptr_t)dlsym((handle), (name)))

static inline CK_FUNCTION_LIST_PTR function_list(void *handle)
{
	CK_C_GetFunctionList get = FIND(CK_C_GetFunctionList, handle, "C_GetFunctionList");
	CK_FUNCTION_LIST_PTR list = NULL;

	if (get == NULL) {
		printf("no C_GetFunctionList\n");
		exit(1);
	}
	MUST(get(&list));
	return list;
}

/* The first slot with an initialised token. */
static inline CK_SLOT_ID token_slot(CK_FUNCTION_LIST_PTR p11)
{
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;
	CK_TOKEN_INFO info;

	MUST(p11->C_GetSlotList(CK_TRUE, slots, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		MUST(p11->C_GetTokenInfo(slots[i], &info));
		if ((info.flags & CKF_TOKEN_INITIALIZED) != 0)
			return slots[i];
	}
	printf("no token\n");
	exit(1);
}

static inline CK_SESSION_HANDLE open_session(CK_FUNCTION_LIST_PTR p11, CK_SLOT_ID slot)
{
	CK_SESSION_HANDLE session = 0;

	MUST(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
	return session;
}

static inline CK_UTF8CHAR_PTR text(const char *string)
{
	return (CK_UTF8CHAR_PTR)(uintptr_t)string;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
