/* SPDX-License-Identifier: MIT */
/* What the clients of the gates share: a module, and a session on the token called "gate". */
#ifndef CLIENT_H
#define CLIENT_H

#include <dlfcn.h>
#include <pkcs11.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(call) must((call), #call)

static inline void must(CK_RV rv, const char *call)
{
	if (rv == CKR_OK)
		return;
	printf("%s answered 0x%lx\n", call, rv);
	exit(1);
}

static inline void *load(const char *path)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (module == NULL) {
		printf("%s\n", dlerror());
		exit(1);
	}
	return module;
}

#define FUNCTION(type, module, name) ((type)(uintptr_t)dlsym((module), (name)))

static inline CK_SLOT_ID gate_slot(CK_FUNCTION_LIST_PTR p11)
{
	CK_SLOT_ID slot[16];
	CK_TOKEN_INFO info;
	CK_ULONG count = 16;

	MUST(p11->C_GetSlotList(CK_TRUE, slot, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		MUST(p11->C_GetTokenInfo(slot[i], &info));
		if (memcmp(info.label, "gate ", 5) == 0)
			return slot[i];
	}
	printf("there is no token called gate\n");
	exit(1);
}

/* A session, and the functions of the module in *p11. */
static inline CK_SESSION_HANDLE open_session(void *module, CK_FUNCTION_LIST_PTR *p11)
{
	CK_SESSION_HANDLE session;

	MUST(FUNCTION(CK_C_GetFunctionList, module, "C_GetFunctionList")(p11));
	MUST((*p11)->C_Initialize(NULL));
	MUST((*p11)->C_OpenSession(
	        gate_slot(*p11), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
	return session;
}

#endif
