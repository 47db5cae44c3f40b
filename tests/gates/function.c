/* SPDX-License-Identifier: MIT */
/* Calls the function of docs/HOWTO_ADD_A_FUNCTION.md. usage: function MODULE */
#include "client.h"

int main(int argc, char **argv)
{
	CK_BYTE data[] = {'h', 'u', 's', 'h', ' ', 'h', 'u', 's', 'h'};
	CK_BYTE echo[16];
	CK_ULONG length = sizeof(echo);
	CK_FUNCTION_LIST_PTR p11;
	CK_SESSION_HANDLE session;
	CK_C_ExampleEcho example;
	void *module;

	if (argc != 2)
		return 2;
	module = load(argv[1]);
	session = open_session(module, &p11);
	example = FUNCTION(CK_C_ExampleEcho, module, "C_ExampleEcho");
	return example == NULL ||
	       example(session, data, sizeof(data), echo, &length) != CKR_FUNCTION_NOT_SUPPORTED;
}
