/* SPDX-License-Identifier: MIT */
/*
 * A client that makes one call after the other, of every kind a trace should show, with good and
 * bad arguments. usage: session MODULE PIN (or - for none). What comes back matters only where
 * the next call needs it.
 */
#include "cryptoki.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static CK_FUNCTION_LIST *p11;
static CK_SESSION_HANDLE session;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static void must(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	fprintf(stderr, "session: %s answers 0x%lx\n", what, rv);
	exit(1);
}

static void load(const char *path)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get;

	if (symbol == NULL) {
		fprintf(stderr, "session: %s\n", dlerror());
		exit(1);
	}
	memcpy(&get, &symbol, sizeof(symbol));
	must("C_GetFunctionList", get(&p11));
}

/* The last slot with a token that has been initialised. */
static CK_SLOT_ID find_slot(void)
{
	CK_SLOT_ID slots[16], found = 0;
	CK_ULONG count = 0;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	must("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, NULL, &count));
	p11->C_GetSlotList(CK_TRUE, slots, &(CK_ULONG){0});
	count = COUNT(slots);
	must("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		must("C_GetSlotInfo", p11->C_GetSlotInfo(slots[i], &slot));
		must("C_GetTokenInfo", p11->C_GetTokenInfo(slots[i], &token));
		if ((token.flags & CKF_TOKEN_INITIALIZED) != 0)
			found = slots[i];
	}
	return found;
}

static void look_at_mechanisms(CK_SLOT_ID slot)
{
	CK_MECHANISM_TYPE list[512];
	CK_MECHANISM_INFO info;
	CK_ULONG count = 0;

	must("C_GetMechanismList", p11->C_GetMechanismList(slot, NULL, &count));
	count = COUNT(list);
	must("C_GetMechanismList", p11->C_GetMechanismList(slot, list, &count));
	p11->C_GetMechanismInfo(slot, CKM_SHA256, &info);
	p11->C_GetMechanismInfo(slot, CKM_RSA_PKCS, &info);
	p11->C_GetMechanismInfo(slot, 0x80001234, &info);
}

static CK_OBJECT_HANDLE make_rsa(void)
{
	static CK_BYTE exponent[] = {1, 0, 1};
	CK_ULONG bits = 2048;
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE public[] = {
	        {CKA_LABEL, "r\303\251sum\303\251 \"<&>\"", 14},
	        {CKA_MODULUS_BITS, &bits, sizeof(bits)},
	        {CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)},
	        {CKA_VERIFY, &yes, 1},
	};
	CK_ATTRIBUTE private[] = {
	        {CKA_LABEL, "a\0b\033\377", 5},
	        {CKA_SIGN, &yes, 1},
	        {CKA_TOKEN, &no, 1},
	        {0x80004711, "vendor", 6},
	};
	CK_OBJECT_HANDLE keys[2] = {0, 0};

	/* With the attribute of nobody's, and without. */
	p11->C_GenerateKeyPair(session, &mechanism, public, COUNT(public), private, COUNT(private),
	        &keys[0], &keys[1]);
	must("C_GenerateKeyPair", p11->C_GenerateKeyPair(session, &mechanism, public, COUNT(public),
	                                  private, COUNT(private) - 1, &keys[0], &keys[1]));
	return keys[1];
}

static void sign(CK_OBJECT_HANDLE key)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM plain = {CKM_SHA256_RSA_PKCS, NULL, 0}, padded = {CKM_RSA_PKCS_PSS, NULL, 0};
	CK_BYTE data[] = "not to be seen by anyone", signature[512];
	CK_ULONG size = 0;

	padded.pParameter = &pss;
	padded.ulParameterLen = sizeof(pss);
	must("C_SignInit", p11->C_SignInit(session, &plain, key));
	must("C_Sign", p11->C_Sign(session, data, sizeof(data), NULL, &size));
	size = 1;
	p11->C_Sign(session, data, sizeof(data), signature, &size);
	p11->C_SignInit(session, &plain, key); /* some modules have ended the operation */
	size = sizeof(signature);
	must("C_Sign", p11->C_Sign(session, data, sizeof(data), signature, &size));
	if (p11->C_SignInit(session, &padded, key) == CKR_OK) {
		size = sizeof(signature);
		p11->C_Sign(session, data, 32 > sizeof(data) ? sizeof(data) : 32, signature, &size);
	}
	p11->C_SignInit(session, &plain, 0x7fffffff);
	p11->C_Sign(session, NULL, 0, NULL, &size);
}

static void encrypt(void)
{
	CK_ULONG size = 32;
	CK_BYTE iv[16] = {1, 2, 3}, data[256] = {0}, out[512];
	CK_GCM_PARAMS gcm = {iv, 12, 96, data, 5, 128};
	CK_MECHANISM make = {CKM_AES_KEY_GEN, NULL, 0}, cbc = {CKM_AES_CBC_PAD, iv, sizeof(iv)},
	             tagged = {CKM_AES_GCM, &gcm, sizeof(gcm)}, wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_ATTRIBUTE template[] = {
	        {CKA_VALUE_LEN, &size, sizeof(size)},
	        {CKA_ENCRYPT, &yes, 1},
	        {CKA_WRAP, &yes, 1},
	        {CKA_EXTRACTABLE, &yes, 1},
	        {CKA_SENSITIVE, &no, 1},
	};
	CK_OBJECT_HANDLE key = 0;

	must("C_GenerateKey", p11->C_GenerateKey(session, &make, template, COUNT(template), &key));
	must("C_EncryptInit", p11->C_EncryptInit(session, &cbc, key));
	size = sizeof(out);
	must("C_EncryptUpdate", p11->C_EncryptUpdate(session, data, 100, out, &size));
	size = sizeof(out);
	must("C_EncryptFinal", p11->C_EncryptFinal(session, out, &size));
	if (p11->C_EncryptInit(session, &tagged, key) == CKR_OK) {
		size = sizeof(out);
		p11->C_Encrypt(session, data, sizeof(data), out, &size);
	}
	size = sizeof(out);
	p11->C_WrapKey(session, &wrap, key, key, out, &size);
	p11->C_DestroyObject(session, key);
}

static void search(void)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_SIGN, &yes, 1}};
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count;

	must("C_FindObjectsInit", p11->C_FindObjectsInit(session, template, COUNT(template)));
	do
		must("C_FindObjects", p11->C_FindObjects(session, found, COUNT(found), &count));
	while (count > 0);
	must("C_FindObjectsFinal", p11->C_FindObjectsFinal(session));
}

static void look_at(CK_OBJECT_HANDLE key)
{
	CK_BYTE modulus[512], exponent[512], label[64];
	CK_ATTRIBUTE wanted[] = {
	        {CKA_LABEL, NULL, 0},
	        {CKA_MODULUS, modulus, 1},
	        {CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)},
	        {CKA_PRIVATE_EXPONENT, NULL, 0},
	};

	p11->C_GetAttributeValue(session, key, wanted, COUNT(wanted));
	wanted[0].pValue = label;
	wanted[0].ulValueLen = sizeof(label);
	wanted[1].ulValueLen = sizeof(modulus);
	must("C_GetAttributeValue", p11->C_GetAttributeValue(session, key, wanted, 3));
	p11->C_GetAttributeValue(session, key, NULL, 0);
	p11->C_SetAttributeValue(session, key, wanted, 1);
}

static void digest(void)
{
	CK_MECHANISM sha = {CKM_SHA256, NULL, 0};
	CK_BYTE data[3000] = {0}, out[64];
	CK_ULONG size = sizeof(out);

	must("C_DigestInit", p11->C_DigestInit(session, &sha));
	must("C_Digest", p11->C_Digest(session, data, sizeof(data), out, &size));
	p11->C_SeedRandom(session, data, 20);
	must("C_GenerateRandom", p11->C_GenerateRandom(session, out, sizeof(out)));
}

int main(int argc, char **argv)
{
	CK_INFO info;
	CK_SESSION_INFO about;
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE key;
	char *pin;

	if (argc != 3)
		return 2;
	pin = argv[2];
	load(argv[1]);
	must("C_Initialize", p11->C_Initialize(NULL));
	must("C_GetInfo", p11->C_GetInfo(&info));
	slot = find_slot();
	look_at_mechanisms(slot);
	must("C_OpenSession", p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	                              NULL, &session));
	if (strcmp(pin, "-") != 0)
		must("C_Login", p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin)));
	must("C_GetSessionInfo", p11->C_GetSessionInfo(session, &about));
	key = make_rsa();
	look_at(key);
	sign(key);
	encrypt();
	search();
	digest();
	p11->C_Logout(session);
	must("C_CloseSession", p11->C_CloseSession(session));
	p11->C_CloseSession(session);
	must("C_CloseAllSessions", p11->C_CloseAllSessions(slot));
	must("C_Finalize", p11->C_Finalize(NULL));
	return 0;
}
