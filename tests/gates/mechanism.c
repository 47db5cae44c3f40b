/* SPDX-License-Identifier: MIT */
/* Asks for the mechanism of docs/HOWTO_ADD_A_MECHANISM.md. usage: mechanism MODULE */
#include "client.h"

static CK_OBJECT_HANDLE generate_key(CK_FUNCTION_LIST_PTR p11, CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_BBOOL no = CK_FALSE, yes = CK_TRUE;
	CK_ULONG length = 16;
	CK_ATTRIBUTE template[] = {
	        {CKA_PRIVATE, &no, sizeof(no)},
	        {CKA_ENCRYPT, &yes, sizeof(yes)},
	        {CKA_VALUE_LEN, &length, sizeof(length)},
	};
	CK_OBJECT_HANDLE key;

	MUST(p11->C_GenerateKey(session, &mechanism, template, 3, &key));
	return key;
}

int main(int argc, char **argv)
{
	CK_BYTE nonce[] = {0xca, 0xfe, 0xf0, 0x0d};
	CK_BYTE seed[] = {'h', 'u', 's', 'h', ' ', 'h', 'u', 's', 'h'};
	CK_EXAMPLE_PARAMS parameter = {
	        .hashAlg = CKM_SHA256,
	        .ulRounds = 12,
	        .pNonce = nonce,
	        .ulNonceLen = sizeof(nonce),
	        .pSeed = seed,
	        .ulSeedLen = sizeof(seed),
	};
	CK_MECHANISM mechanism = {CKM_EXAMPLE, &parameter, sizeof(parameter)};
	CK_FUNCTION_LIST_PTR p11;
	CK_SESSION_HANDLE session;

	if (argc != 2)
		return 2;
	session = open_session(load(argv[1]), &p11);
	return p11->C_EncryptInit(session, &mechanism, generate_key(p11, session)) !=
	       CKR_MECHANISM_INVALID;
}
