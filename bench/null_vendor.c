/* SPDX-License-Identifier: MIT */
/*
 * A vendor module that does the least possible, so that what is measured in front of it is not
 * its own work. What the bench calls gives plausible answers; the rest is not supported.
 * NULL_VENDOR_SIGN_US makes C_Sign sleep so many microseconds, as a device would.
 */
#define _GNU_SOURCE
#include "include/cryptoki.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define P11L_STUB(name) stub_##name
#define P11L_STUB_RV    CKR_FUNCTION_NOT_SUPPORTED
#include "gen/stubs.inc"

#define EXPORT __attribute__((visibility("default")))

enum { SLOT = 1, KEY = 2 };

static struct timespec sign_time;
static CK_SESSION_HANDLE sessions;
static CK_BBOOL found;

static const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
static const CK_KEY_TYPE key_type = CKK_EC;
static const uint8_t id[] = {0x4c, 0x45, 0x4e, 0x53, 0, 0, 0, 1};
static const uint8_t point[67] = {0x04, 0x41, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1};
static uint8_t noise[4096]; /* what random data and signatures look like */

static void pad(CK_UTF8CHAR *field, size_t size, const char *text)
{
	for (size_t i = 0; i < size; i++)
		field[i] = (CK_UTF8CHAR)(*text != '\0' ? *text++ : ' ');
}

EXPORT CK_RV C_Initialize(CK_VOID_PTR args)
{
	const char *us = getenv("NULL_VENDOR_SIGN_US");

	(void)args;
	sign_time.tv_sec = 0;
	sign_time.tv_nsec = us != NULL ? atol(us) % 1000000 * 1000 : 0;
	return CKR_OK;
}

EXPORT CK_RV C_Finalize(CK_VOID_PTR reserved)
{
	(void)reserved;
	return CKR_OK;
}

EXPORT CK_RV C_GetInfo(CK_INFO_PTR info)
{
	memset(info, 0, sizeof(*info));
	info->cryptokiVersion = (CK_VERSION){2, 40};
	pad(info->manufacturerID, sizeof(info->manufacturerID), "pkcs11-lens bench");
	pad(info->libraryDescription, sizeof(info->libraryDescription), "null vendor");
	return CKR_OK;
}

EXPORT CK_RV C_GetSlotList(CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count)
{
	(void)present;
	if (list != NULL) {
		if (*count < 1)
			return CKR_BUFFER_TOO_SMALL;
		list[0] = SLOT;
	}
	*count = 1;
	return CKR_OK;
}

EXPORT CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info)
{
	if (slot != SLOT)
		return CKR_SLOT_ID_INVALID;
	memset(info, 0, sizeof(*info));
	pad(info->slotDescription, sizeof(info->slotDescription), "null slot");
	pad(info->manufacturerID, sizeof(info->manufacturerID), "pkcs11-lens bench");
	info->flags = CKF_TOKEN_PRESENT;
	return CKR_OK;
}

EXPORT CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	if (slot != SLOT)
		return CKR_SLOT_ID_INVALID;
	memset(info, 0, sizeof(*info));
	pad(info->label, sizeof(info->label), "null token");
	pad(info->manufacturerID, sizeof(info->manufacturerID), "pkcs11-lens bench");
	pad(info->model, sizeof(info->model), "null");
	pad(info->serialNumber, sizeof(info->serialNumber), "0");
	pad(info->utcTime, sizeof(info->utcTime), "");
	info->flags = CKF_TOKEN_INITIALIZED | CKF_RNG;
	return CKR_OK;
}

EXPORT CK_RV C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application,
        CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session)
{
	(void)flags;
	(void)application;
	(void)notify;
	if (slot != SLOT)
		return CKR_SLOT_ID_INVALID;
	*session = ++sessions;
	return CKR_OK;
}

EXPORT CK_RV C_CloseSession(CK_SESSION_HANDLE session)
{
	(void)session;
	return CKR_OK;
}

EXPORT CK_RV C_CloseAllSessions(CK_SLOT_ID slot)
{
	(void)slot;
	return CKR_OK;
}

EXPORT CK_RV C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info)
{
	(void)session;
	info->slotID = SLOT;
	info->state = CKS_RW_PUBLIC_SESSION;
	info->flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
	info->ulDeviceError = 0;
	return CKR_OK;
}

EXPORT CK_RV C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	(void)session;
	(void)template;
	(void)count;
	found = CK_FALSE;
	return CKR_OK;
}

EXPORT CK_RV C_FindObjects(
        CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR list, CK_ULONG room, CK_ULONG_PTR count)
{
	(void)session;
	*count = !found && room > 0 ? 1 : 0;
	if (*count == 1)
		list[0] = KEY;
	found = CK_TRUE;
	return CKR_OK;
}

EXPORT CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE session)
{
	(void)session;
	return CKR_OK;
}

static CK_RV give(CK_ATTRIBUTE *attribute, const void *value, CK_ULONG length)
{
	CK_ULONG room = attribute->ulValueLen;

	attribute->ulValueLen = length;
	if (attribute->pValue == NULL)
		return CKR_OK;
	if (room < length) {
		attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	memcpy(attribute->pValue, value, length);
	return CKR_OK;
}

static CK_RV give_attribute(CK_ATTRIBUTE *attribute)
{
	switch (attribute->type) {
	case CKA_CLASS:
		return give(attribute, &class, sizeof(class));
	case CKA_KEY_TYPE:
		return give(attribute, &key_type, sizeof(key_type));
	case CKA_ID:
		return give(attribute, id, sizeof(id));
	case CKA_EC_POINT:
		return give(attribute, point, sizeof(point));
	default:
		attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_ATTRIBUTE_TYPE_INVALID;
	}
}

EXPORT CK_RV C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
        CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	CK_RV result = CKR_OK;

	(void)session;
	(void)object;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV rv = give_attribute(&template[i]);

		if (rv != CKR_OK)
			result = rv;
	}
	return result;
}

EXPORT CK_RV C_EncryptInit(
        CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	(void)session;
	(void)mechanism;
	(void)key;
	return CKR_OK;
}

EXPORT CK_RV C_Encrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length,
        CK_BYTE_PTR encrypted, CK_ULONG_PTR encrypted_length)
{
	CK_ULONG room = *encrypted_length;

	(void)session;
	*encrypted_length = length;
	if (encrypted == NULL)
		return CKR_OK;
	if (room < length)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(encrypted, data, length);
	return CKR_OK;
}

EXPORT CK_RV C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	(void)session;
	(void)mechanism;
	(void)key;
	return CKR_OK;
}

EXPORT CK_RV C_Sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length,
        CK_BYTE_PTR signature, CK_ULONG_PTR signature_length)
{
	CK_ULONG room = *signature_length;

	(void)session;
	(void)data;
	(void)length;
	*signature_length = 64;
	if (signature == NULL)
		return CKR_OK;
	if (room < 64)
		return CKR_BUFFER_TOO_SMALL;
	if (sign_time.tv_nsec != 0)
		nanosleep(&sign_time, NULL);
	memcpy(signature, noise, 64);
	return CKR_OK;
}

EXPORT CK_RV C_GenerateRandom(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length)
{
	(void)session;
	if (length > sizeof(noise))
		return CKR_DATA_LEN_RANGE;
	memcpy(data, noise, length);
	return CKR_OK;
}

/* The tables: one for each version, with stubs where nothing is said above. */
static CK_FUNCTION_LIST_3_2 table[3];
static CK_UTF8CHAR name[] = "PKCS 11";
static CK_INTERFACE interfaces[3] = {
        {name, &table[0], 0},
        {name, &table[1], 0},
        {name, &table[2], 0},
};

static void fill_table(CK_FUNCTION_LIST_3_2 *t, CK_BYTE major, CK_BYTE minor)
{
	*t = P11L_STUB(list);
	t->version = (CK_VERSION){major, minor};
	t->C_Initialize = C_Initialize;
	t->C_Finalize = C_Finalize;
	t->C_GetInfo = C_GetInfo;
	t->C_GetFunctionList = C_GetFunctionList;
	t->C_GetSlotList = C_GetSlotList;
	t->C_GetSlotInfo = C_GetSlotInfo;
	t->C_GetTokenInfo = C_GetTokenInfo;
	t->C_OpenSession = C_OpenSession;
	t->C_CloseSession = C_CloseSession;
	t->C_CloseAllSessions = C_CloseAllSessions;
	t->C_GetSessionInfo = C_GetSessionInfo;
	t->C_FindObjectsInit = C_FindObjectsInit;
	t->C_FindObjects = C_FindObjects;
	t->C_FindObjectsFinal = C_FindObjectsFinal;
	t->C_GetAttributeValue = C_GetAttributeValue;
	t->C_EncryptInit = C_EncryptInit;
	t->C_Encrypt = C_Encrypt;
	t->C_SignInit = C_SignInit;
	t->C_Sign = C_Sign;
	t->C_GenerateRandom = C_GenerateRandom;
	t->C_GetInterfaceList = C_GetInterfaceList;
	t->C_GetInterface = C_GetInterface;
}

static void fill_noise(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(noise); i++) {
		x = x * 1664525 + 1013904223;
		noise[i] = (uint8_t)(x >> 24);
	}
}

__attribute__((constructor)) static void fill(void)
{
	fill_noise();
	fill_table(&table[0], 2, 40);
	fill_table(&table[1], 3, 0);
	fill_table(&table[2], 3, 2);
}

EXPORT CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	*list = (CK_FUNCTION_LIST *)(void *)&table[0];
	return CKR_OK;
}

EXPORT CK_RV C_GetInterfaceList(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	CK_ULONG room = *count;

	*count = 3;
	if (list == NULL)
		return CKR_OK;
	if (room < 3)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, interfaces, sizeof(interfaces));
	return CKR_OK;
}

static int same_version(const CK_VERSION *a, const CK_VERSION *b)
{
	return a->major == b->major && a->minor == b->minor;
}

/* Without a version asked for, the newest is the answer. */
EXPORT CK_RV C_GetInterface(CK_UTF8CHAR_PTR wanted, CK_VERSION_PTR version,
        CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	if (flags != 0 || (wanted != NULL && strcmp((const char *)wanted, (const char *)name) != 0))
		return CKR_FUNCTION_FAILED;
	for (int i = 2; i >= 0; i--) {
		if (version == NULL || same_version(version, &table[i].version)) {
			*interface = &interfaces[i];
			return CKR_OK;
		}
	}
	return CKR_FUNCTION_FAILED;
}
