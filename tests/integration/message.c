/* SPDX-License-Identifier: MIT */
/*
 * AES-GCM by the message functions of a 3.0 module that has an open slot with a key generator
 * (NSS). usage: message MODULE
 */
#include "client.h"

static CK_FUNCTION_LIST_3_0_PTR p11;

static CK_FUNCTION_LIST_3_0_PTR list_3_0(void *handle)
{
	CK_C_GetInterface get = FIND(CK_C_GetInterface, handle, "C_GetInterface");
	CK_VERSION version = {3, 0};
	CK_INTERFACE_PTR interface = NULL;

	MUST(get(text("PKCS 11"), &version, &interface, 0));
	return interface->pFunctionList;
}

static CK_OBJECT_HANDLE make_key(CK_SESSION_HANDLE session)
{
	CK_MECHANISM generate = {CKM_AES_KEY_GEN, NULL, 0};
	CK_BBOOL yes = CK_TRUE;
	CK_ULONG length = 16;
	CK_ATTRIBUTE template[] = {
	        {CKA_VALUE_LEN, &length, sizeof(length)},
	        {CKA_ENCRYPT, &yes, sizeof(yes)},
	        {CKA_DECRYPT, &yes, sizeof(yes)},
	        {CKA_LABEL, text("message key"), 11},
	};
	CK_OBJECT_HANDLE key = 0;

	MUST(p11->C_GenerateKey(session, &generate, template, COUNT(template), &key));
	return key;
}

#define PLAIN "the plaintext of a message"

int main(int argc, char **argv)
{
	CK_BYTE iv[12] = "initvector12", tag[16] = {0};
	CK_BYTE cipher[sizeof(PLAIN)], plain[sizeof(PLAIN)];
	CK_ULONG cipher_length = sizeof(cipher), plain_length = sizeof(plain);
	CK_GCM_MESSAGE_PARAMS parameters = {
	        iv, sizeof(iv), 0, CKG_NO_GENERATE, tag, sizeof(tag) * 8};
	CK_MECHANISM gcm = {CKM_AES_GCM, NULL, 0};
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;

	if (argc != 2)
		return 2;
	p11 = list_3_0(load(argv[1]));
	MUST(p11->C_Initialize(NULL));
	MUST(p11->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &session));
	key = make_key(session);

	MUST(p11->C_MessageEncryptInit(session, &gcm, key));
	MUST(p11->C_EncryptMessage(session, &parameters, sizeof(parameters), text("aad"), 3,
	        text(PLAIN), sizeof(PLAIN), cipher, &cipher_length));
	MUST(p11->C_MessageEncryptFinal(session));

	MUST(p11->C_MessageDecryptInit(session, &gcm, key));
	MUST(p11->C_DecryptMessage(session, &parameters, sizeof(parameters), text("aad"), 3, cipher,
	        cipher_length, plain, &plain_length));
	MUST(p11->C_MessageDecryptFinal(session));
	MUST(p11->C_CloseSession(session));
	MUST(p11->C_Finalize(NULL));
	if (plain_length != sizeof(PLAIN) || memcmp(plain, PLAIN, sizeof(PLAIN)) != 0) {
		printf("what was decrypted is not what was encrypted\n");
		return 1;
	}
	return 0;
}
