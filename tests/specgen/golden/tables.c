/* SPDX-License-Identifier: MIT */
/*
 * The facts of spec/ as the tables that shim/spec.h declares.
 * Generated from spec/ by tools/specgen; do not edit.
 */
#include "shim/spec.h"

static const struct p11l_member param_C_Start[] = {
	{"pArgs", {P11L_ROLE_STRUCT, P11L_PUBLIC, P11L_STRUCT_CK_START_ARGS}, P11L_IN, true,
		P11L_LENGTH_NONE, 0, 0, 0},
};

static const uint16_t rv_C_Start[] = {
		0x0000, 0x0002, 0xffff};

static const struct p11l_member param_C_GetFunctionList[] = {
	{"ppFunctionList", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, P11L_OUT, false, P11L_LENGTH_NONE,
		0, 0, 0},
};

static const uint16_t rv_C_GetFunctionList[] = {
		0x0000, 0x0002, 0x0007, 0xffff};

static const struct p11l_member param_C_GetSlotList[] = {
	{"tokenPresent", {P11L_ROLE_BOOL, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_BBOOL), 0, 0},
	{"pSlotList", {P11L_ROLE_SLOT, P11L_PUBLIC, 0}, P11L_OUT, true, P11L_LENGTH_POINTED,
		sizeof(CK_SLOT_ID), 2, 0},
	{"pulCount", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IO, true, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
};

static const uint16_t rv_C_GetSlotList[] = {
		0x0000, 0x0002, 0x0007, 0x0150, 0xffff};

static const struct p11l_member param_C_Open[] = {
	{"slotID", {P11L_ROLE_SLOT, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_SLOT_ID), 0, 0},
	{"flags", {P11L_ROLE_FLAGS, P11L_PUBLIC, P11L_SPACE_open_flags}, P11L_IN, false,
		P11L_LENGTH_NONE, sizeof(CK_FLAGS), 0, 0},
	{"pApplication", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE, 0,
		0, 0},
	{"Notify", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE, 0, 0,
		0},
	{"phSession", {P11L_ROLE_SESSION, P11L_PUBLIC, 0}, P11L_OUT, true, P11L_LENGTH_NONE,
		sizeof(CK_SESSION_HANDLE), 0, 0},
};

static const uint16_t rv_C_Open[] = {
		0x0000, 0x0002, 0xffff};

static const struct p11l_member param_C_Login[] = {
	{"hSession", {P11L_ROLE_SESSION, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_SESSION_HANDLE), 0, 0},
	{"pPin", {P11L_ROLE_BYTES, P11L_PIN, 0}, P11L_IN, true, P11L_LENGTH_MEMBER, 0, 2, 0},
	{"ulPinLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
	{"pLabel", {P11L_ROLE_TEXT, P11L_PUBLIC, 0}, P11L_IN, true, P11L_LENGTH_CONSTANT, 0, 32,
		0},
};

static const uint16_t rv_C_Login[] = {
		0x0000, 0x0002, 0x00b3, 0xffff};

static const struct p11l_member param_C_Read[] = {
	{"hSession", {P11L_ROLE_SESSION, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_SESSION_HANDLE), 0, 0},
	{"hObject", {P11L_ROLE_OBJECT, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_OBJECT_HANDLE), 0, 0},
	{"pTemplate", {P11L_ROLE_TEMPLATE, P11L_PUBLIC, 0}, P11L_IO, true, P11L_LENGTH_MEMBER, 0,
		3, 0},
	{"ulCount", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
	{"pMechanisms", {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_mechanism}, P11L_OUT, true,
		P11L_LENGTH_POINTED, sizeof(CK_MECHANISM_TYPE), 5, 0},
	{"pulMechanisms", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IO, true, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
	{"ulClass", {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_class}, P11L_IN, false,
		P11L_LENGTH_NONE, sizeof(CK_ULONG), 0, 0},
};

static const uint16_t rv_C_Read[] = {
		0x0000, 0x0002, 0x00b3, 0x0150, 0xffff};

static const struct p11l_member param_C_GetInterface[] = {
	{"pName", {P11L_ROLE_STRING, P11L_PUBLIC, 0}, P11L_IN, true, P11L_LENGTH_NONE, 0, 0, 0},
	{"pVersion", {P11L_ROLE_STRUCT, P11L_PUBLIC, P11L_STRUCT_CK_VERSION}, P11L_IN, true,
		P11L_LENGTH_NONE, 0, 0, 0},
	{"ppInterface", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, P11L_OUT, false, P11L_LENGTH_NONE, 0,
		0, 0},
	{"flags", {P11L_ROLE_FLAGS, P11L_PUBLIC, P11L_SPACE_open_flags}, P11L_IN, false,
		P11L_LENGTH_NONE, sizeof(CK_FLAGS), 0, 0},
};

static const uint16_t rv_C_GetInterface[] = {
		0x0000, 0x0002, 0xffff};

static const struct p11l_member param_C_EncryptWithEveryParameterThereMayBe[] = {
	{"hSession", {P11L_ROLE_SESSION, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_SESSION_HANDLE), 0, 0},
	{"pMechanism", {P11L_ROLE_MECHANISM, P11L_PUBLIC, 0}, P11L_IO, true, P11L_LENGTH_NONE, 0,
		0, 0},
	{"pParameter", {P11L_ROLE_PARAMETER, P11L_PUBLIC, 0}, P11L_IO, true, P11L_LENGTH_MEMBER,
		0, 3, 0},
	{"ulParameterLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
	{"pAssociatedData", {P11L_ROLE_BYTES, P11L_DATA, 0}, P11L_IN, true, P11L_LENGTH_MEMBER, 0,
		5, 0},
	{"ulAssociatedDataLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IN, false,
		P11L_LENGTH_NONE, sizeof(CK_ULONG), 0, 0},
	{"pPlaintext", {P11L_ROLE_BYTES, P11L_DATA, 0}, P11L_IN, true, P11L_LENGTH_MEMBER, 0, 7,
		0},
	{"ulPlaintextLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
	{"pCiphertext", {P11L_ROLE_BYTES, P11L_DATA, 0}, P11L_OUT, true, P11L_LENGTH_POINTED, 0,
		9, 0},
	{"pulCiphertextLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, P11L_IO, true, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
};

static const uint16_t rv_C_EncryptWithEveryParameterThereMayBe[] = {
		0x0000, 0x0002, 0x00b3, 0x0150, 0xffff};

static const struct p11l_member param_C_Later[] = {
	{"pulID", {P11L_ROLE_ULONG, P11L_PUBLIC, 0}, P11L_OUT, true, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, 0},
};

static const uint16_t rv_C_Later[] = {
		0x0000, 0xffff};

static const struct p11l_member param_C_Latest[] = {
	{"hSession", {P11L_ROLE_SESSION, P11L_PUBLIC, 0}, P11L_IN, false, P11L_LENGTH_NONE,
		sizeof(CK_SESSION_HANDLE), 0, 0},
};

static const uint16_t rv_C_Latest[] = {
		0x0000, 0x0002, 0x00b3, 0x0204, 0xffff};

const struct p11l_function p11l_functions[P11L_FUNCTIONS] = {
	{"C_Start", param_C_Start, 1,
		P11L_GROUP_general, 2, 40, rv_C_Start},
	{"C_GetFunctionList", param_C_GetFunctionList, 1,
		P11L_GROUP_general, 2, 40, rv_C_GetFunctionList},
	{"C_GetSlotList", param_C_GetSlotList, 3,
		P11L_GROUP_slot, 2, 40, rv_C_GetSlotList},
	{"C_Open", param_C_Open, 5,
		P11L_GROUP_session, 2, 40, rv_C_Open},
	{"C_Login", param_C_Login, 4,
		P11L_GROUP_session, 2, 40, rv_C_Login},
	{"C_Read", param_C_Read, 7,
		P11L_GROUP_object, 2, 40, rv_C_Read},
	{"C_GetInterface", param_C_GetInterface, 4,
		P11L_GROUP_general, 3, 0, rv_C_GetInterface},
	{"C_EncryptWithEveryParameterThereMayBe", param_C_EncryptWithEveryParameterThereMayBe, 10,
		P11L_GROUP_crypt, 3, 0, rv_C_EncryptWithEveryParameterThereMayBe},
	{"C_Later", param_C_Later, 1,
		P11L_GROUP_async, 3, 1, rv_C_Later},
	{"C_Latest", param_C_Latest, 1,
		P11L_GROUP_async, 3, 2, rv_C_Latest},
};

static const struct p11l_member field_CK_VERSION[] = {
	{"major", {P11L_ROLE_BYTE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, sizeof(CK_BYTE),
		0, offsetof(CK_VERSION, major)},
	{"minor", {P11L_ROLE_BYTE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, sizeof(CK_BYTE),
		0, offsetof(CK_VERSION, minor)},
};

static const struct p11l_member field_CK_DATE[] = {
	{"year", {P11L_ROLE_TEXT, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_INLINE, 0, 4,
		offsetof(CK_DATE, year)},
	{"month", {P11L_ROLE_TEXT, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_INLINE, 0, 2,
		offsetof(CK_DATE, month)},
	{"day", {P11L_ROLE_TEXT, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_INLINE, 0, 2,
		offsetof(CK_DATE, day)},
};

static const struct p11l_member field_CK_ATTRIBUTE[] = {
	{"type", {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_attribute}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_ATTRIBUTE_TYPE), 0, offsetof(CK_ATTRIBUTE, type)},
	{"pValue", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_ATTRIBUTE, pValue)},
	{"ulValueLen", {P11L_ROLE_ULONG, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, offsetof(CK_ATTRIBUTE, ulValueLen)},
};

static const struct p11l_member field_CK_MECHANISM[] = {
	{"mechanism", {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_mechanism}, 0, false,
		P11L_LENGTH_NONE, sizeof(CK_MECHANISM_TYPE), 0,
		offsetof(CK_MECHANISM, mechanism)},
	{"pParameter", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_MECHANISM, pParameter)},
	{"ulParameterLen", {P11L_ROLE_ULONG, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, offsetof(CK_MECHANISM, ulParameterLen)},
};

static const struct p11l_member field_CK_INFO[] = {
	{"version", {P11L_ROLE_STRUCT, P11L_PUBLIC, P11L_STRUCT_CK_VERSION}, 0, false,
		P11L_LENGTH_NONE, 0, 0, offsetof(CK_INFO, version)},
	{"maker", {P11L_ROLE_TEXT, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_INLINE, 0, 32,
		offsetof(CK_INFO, maker)},
	{"flags", {P11L_ROLE_FLAGS, P11L_PUBLIC, P11L_SPACE_info_flags}, 0, false,
		P11L_LENGTH_NONE, sizeof(CK_FLAGS), 0, offsetof(CK_INFO, flags)},
	{"built", {P11L_ROLE_DATE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_INFO, built)},
	{"bReady", {P11L_ROLE_BOOL, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, sizeof(CK_BBOOL),
		0, offsetof(CK_INFO, bReady)},
	{"levels", {P11L_ROLE_ULONG, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_INLINE,
		sizeof(CK_ULONG), 3, offsetof(CK_INFO, levels)},
};

static const struct p11l_member field_CK_START_ARGS[] = {
	{"CreateMutex", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_START_ARGS, CreateMutex)},
	{"pReserved", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_START_ARGS, pReserved)},
};

static const struct p11l_member field_CK_COUNTED_PARAMS[] = {
	{"pIv", {P11L_ROLE_BYTES, P11L_PUBLIC, 0}, 0, true, P11L_LENGTH_BITS, 0, 1,
		offsetof(CK_COUNTED_PARAMS, pIv)},
	{"ulIvBits", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, offsetof(CK_COUNTED_PARAMS, ulIvBits)},
	{"block", {P11L_ROLE_BYTES, P11L_DATA, 0}, 0, false, P11L_LENGTH_INLINE, 0, 16,
		offsetof(CK_COUNTED_PARAMS, block)},
	{"hash", {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_mechanism}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_HASH_TYPE), 0, offsetof(CK_COUNTED_PARAMS, hash)},
	{"pInner", {P11L_ROLE_MECHANISM, P11L_PUBLIC, 0}, 0, true, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_COUNTED_PARAMS, pInner)},
};

static const struct p11l_member field_CK_COUNTED_PARAMS_SHORT[] = {
	{"pIv", {P11L_ROLE_BYTES, P11L_PUBLIC, 0}, 0, true, P11L_LENGTH_CONSTANT, 0, 16,
		offsetof(struct CK_COUNTED_PARAMS_SHORT, pIv)},
	{"hash", {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_mechanism}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_HASH_TYPE), 0, offsetof(struct CK_COUNTED_PARAMS_SHORT, hash)},
};

static const struct p11l_member field_CK_PASSWORD_PARAMS[] = {
	{"pPassword", {P11L_ROLE_BYTES, P11L_PIN, 0}, 0, true, P11L_LENGTH_POINTED, 0, 1,
		offsetof(CK_PASSWORD_PARAMS, pPassword)},
	{"pulPasswordLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, 0, true, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, offsetof(CK_PASSWORD_PARAMS, pulPasswordLen)},
	{"pPrime", {P11L_ROLE_BIGINT, P11L_PUBLIC, 0}, 0, true, P11L_LENGTH_MEMBER, 0, 3,
		offsetof(CK_PASSWORD_PARAMS, pPrime)},
	{"ulPrimeLen", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, offsetof(CK_PASSWORD_PARAMS, ulPrimeLen)},
	{"pInfos", {P11L_ROLE_STRUCT, P11L_PUBLIC, P11L_STRUCT_CK_INFO}, 0, true,
		P11L_LENGTH_MEMBER, 0, 5, offsetof(CK_PASSWORD_PARAMS, pInfos)},
	{"ulInfoCount", {P11L_ROLE_LENGTH, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE,
		sizeof(CK_ULONG), 0, offsetof(CK_PASSWORD_PARAMS, ulInfoCount)},
};

static const struct p11l_member field_CK_INTERFACE[] = {
	{"pName", {P11L_ROLE_STRING, P11L_PUBLIC, 0}, 0, true, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_INTERFACE, pName)},
	{"pFunctionList", {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, 0, false, P11L_LENGTH_NONE, 0, 0,
		offsetof(CK_INTERFACE, pFunctionList)},
};

const struct p11l_struct p11l_structs[P11L_STRUCTS] = {
	{"CK_VERSION",
		field_CK_VERSION, 2,
		sizeof(CK_VERSION)},
	{"CK_DATE",
		field_CK_DATE, 3,
		sizeof(CK_DATE)},
	{"CK_ATTRIBUTE",
		field_CK_ATTRIBUTE, 3,
		sizeof(CK_ATTRIBUTE)},
	{"CK_MECHANISM",
		field_CK_MECHANISM, 3,
		sizeof(CK_MECHANISM)},
	{"CK_INFO",
		field_CK_INFO, 6,
		sizeof(CK_INFO)},
	{"CK_START_ARGS",
		field_CK_START_ARGS, 2,
		sizeof(CK_START_ARGS)},
	{"CK_COUNTED_PARAMS",
		field_CK_COUNTED_PARAMS, 5,
		sizeof(CK_COUNTED_PARAMS)},
	{"CK_COUNTED_PARAMS_SHORT",
		field_CK_COUNTED_PARAMS_SHORT, 2,
		sizeof(struct CK_COUNTED_PARAMS_SHORT)},
	{"CK_PASSWORD_PARAMS",
		field_CK_PASSWORD_PARAMS, 6,
		sizeof(CK_PASSWORD_PARAMS)},
	{"CK_INTERFACE",
		field_CK_INTERFACE, 2,
		sizeof(CK_INTERFACE)},
};

static const struct p11l_constant constant_rv[] = {
	{0x00000000UL, "CKR_OK"},
	{0x00000002UL, "CKR_NO_MEMORY"},
	{0x00000007UL, "CKR_BAD_ARGUMENTS"},
	{0x000000b3UL, "CKR_BAD_HANDLE"},
	{0x00000150UL, "CKR_TOO_SMALL"},
	{0x00000204UL, "CKR_PENDING"},
	{0x80000000UL, "CKR_VENDOR"},
};

static const struct p11l_constant constant_open_flags[] = {
	{0x00000002UL, "CKF_WRITE"},
	{0x00000008UL, "CKF_ASYNC"},
};

static const struct p11l_constant constant_info_flags[] = {
	{0x00000001UL, "CKF_HARDWARE"},
};

static const struct p11l_constant constant_attribute[] = {
	{0x00000000UL, "CKA_CLASS"},
	{0x00000003UL, "CKA_LABEL"},
	{0x00000011UL, "CKA_VALUE"},
	{0x00000100UL, "CKA_KIND"},
	{0x00000101UL, "CKA_NAME"},
	{0x00000110UL, "CKA_START"},
	{0x00000120UL, "CKA_MODULUS"},
	{0x00000121UL, "CKA_BITS"},
	{0x00000180UL, "CKA_CURVE"},
	{0x00000405UL, "CKA_SIZES"},
	{0x0000061dUL, "CKA_SET"},
	{0x00000701UL, "CKA_ONE_BYTE"},
	{0x00000702UL, "CKA_FORMAT"},
	{0x00000703UL, "CKA_WHEN"},
	{0x00000704UL, "CKA_LEVEL"},
	{0x00000705UL, "CKA_NOT_DESCRIBED"},
	{0x40000211UL, "CKA_WRAPS"},
	{0x40000600UL, "CKA_ALLOWED"},
};

static const struct p11l_constant constant_class[] = {
	{0x00000000UL, "CKO_DATA"},
	{0x00000001UL, "CKO_KEY"},
};

static const struct p11l_constant constant_mechanism[] = {
	{0x00000001UL, "CKM_PLAIN"},
	{0x00000250UL, "CKM_HASH"},
	{0x00000252UL, "CKM_MAC"},
	{0x00000360UL, "CKM_CONCATENATE"},
	{0x00000361UL, "CKM_NAMED"},
	{0x00001082UL, "CKM_IV"},
	{0x00001087UL, "CKM_COUNTED"},
	{0x00009999UL, "CKM_NOT_DESCRIBED"},
};

static const struct p11l_constant constant_event[] = {
	{0x00000000UL, "CKN_GONE"},
};

static const struct p11l_constant constant_key_type[] = {
	{0x00000003UL, "CKK_EC"},
	{0x00000040UL, "CKK_EC_TWISTED"},
};

const struct p11l_space p11l_spaces[P11L_SPACES] = {
	{"rv", constant_rv, 7, false},
	{"open_flags", constant_open_flags, 2, true},
	{"info_flags", constant_info_flags, 1, true},
	{"attribute", constant_attribute, 18, false},
	{"class", constant_class, 2, false},
	{"mechanism", constant_mechanism, 8, false},
	{"event", constant_event, 1, false},
	{"key_type", constant_key_type, 2, false},
};

const char *const p11l_groups[P11L_GROUPS] = {
	"general",
	"slot",
	"session",
	"object",
	"crypt",
	"async",
};

const struct p11l_attribute p11l_attributes[] = {
	/* CKA_CLASS */
	{0x00000000UL, {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_class}},
	/* CKA_LABEL */
	{0x00000003UL, {P11L_ROLE_TEXT, P11L_PUBLIC, 0}},
	/* CKA_VALUE */
	{0x00000011UL, {P11L_ROLE_CERTIFICATE, P11L_KEY, 0}},
	/* CKA_KIND */
	{0x00000100UL, {P11L_ROLE_FLAGS, P11L_PUBLIC, P11L_SPACE_info_flags}},
	/* CKA_NAME */
	{0x00000101UL, {P11L_ROLE_NAME, P11L_PUBLIC, 0}},
	/* CKA_START */
	{0x00000110UL, {P11L_ROLE_DATE, P11L_PUBLIC, 0}},
	/* CKA_MODULUS */
	{0x00000120UL, {P11L_ROLE_BIGINT, P11L_PUBLIC, 0}},
	/* CKA_BITS */
	{0x00000121UL, {P11L_ROLE_ULONG, P11L_PUBLIC, 0}},
	/* CKA_CURVE */
	{0x00000180UL, {P11L_ROLE_EC_PARAMS, P11L_PUBLIC, 0}},
	/* CKA_SIZES */
	{0x00000405UL, {P11L_ROLE_ULONGS, P11L_PUBLIC, 0}},
	/* CKA_SET */
	{0x0000061dUL, {P11L_ROLE_PARAMETER_SET, P11L_PUBLIC, 0}},
	/* CKA_ONE_BYTE */
	{0x00000701UL, {P11L_ROLE_BYTE, P11L_PUBLIC, 0}},
	/* CKA_FORMAT */
	{0x00000702UL, {P11L_ROLE_BOOL, P11L_PUBLIC, 0}},
	/* CKA_WHEN */
	{0x00000703UL, {P11L_ROLE_BYTES, P11L_KEY, 0}},
	/* CKA_LEVEL */
	{0x00000704UL, {P11L_ROLE_STRUCT, P11L_PUBLIC, P11L_STRUCT_CK_VERSION}},
	/* CKA_WRAPS */
	{0x40000211UL, {P11L_ROLE_TEMPLATE, P11L_PUBLIC, 0}},
	/* CKA_ALLOWED */
	{0x40000600UL, {P11L_ROLE_ENUMS, P11L_PUBLIC, P11L_SPACE_mechanism}},
};
const size_t p11l_attribute_count = 17;

const struct p11l_mechanism_row p11l_mechanisms[] = {
	/* CKM_PLAIN */
	{0x00000001UL, false, {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, {P11L_NO_STRUCT, P11L_NO_STRUCT,
		P11L_NO_STRUCT}, P11L_NO_STRUCT, P11L_OP_ENCRYPT | P11L_OP_GENERATE_PAIR},
	/* CKM_HASH */
	{0x00000250UL, false, {P11L_ROLE_OPAQUE, P11L_PUBLIC, 0}, {P11L_NO_STRUCT, P11L_NO_STRUCT,
		P11L_NO_STRUCT}, P11L_NO_STRUCT, P11L_OP_DIGEST},
	/* CKM_MAC */
	{0x00000252UL, true, {P11L_ROLE_ULONG, P11L_PUBLIC, 0}, {P11L_NO_STRUCT, P11L_NO_STRUCT,
		P11L_NO_STRUCT}, P11L_NO_STRUCT, P11L_OP_SIGN | P11L_OP_SIGN_RECOVER},
	/* CKM_CONCATENATE */
	{0x00000360UL, true, {P11L_ROLE_OBJECT, P11L_PUBLIC, 0}, {P11L_NO_STRUCT, P11L_NO_STRUCT,
		P11L_NO_STRUCT}, P11L_NO_STRUCT, P11L_OP_DERIVE | P11L_OP_ENCAPSULATE},
	/* CKM_NAMED */
	{0x00000361UL, true, {P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_class}, {P11L_NO_STRUCT,
		P11L_NO_STRUCT, P11L_NO_STRUCT}, P11L_NO_STRUCT, P11L_OP_GENERATE},
	/* CKM_IV */
	{0x00001082UL, true, {P11L_ROLE_BYTES, P11L_PUBLIC, 0}, {P11L_NO_STRUCT, P11L_NO_STRUCT,
		P11L_NO_STRUCT}, P11L_NO_STRUCT, P11L_OP_ENCRYPT | P11L_OP_WRAP},
	/* CKM_COUNTED */
	{0x00001087UL, true, {P11L_ROLE_STRUCT, P11L_PUBLIC, P11L_STRUCT_CK_COUNTED_PARAMS},
		{P11L_STRUCT_CK_COUNTED_PARAMS, P11L_STRUCT_CK_COUNTED_PARAMS_SHORT,
		P11L_NO_STRUCT}, P11L_STRUCT_CK_PASSWORD_PARAMS, P11L_OP_ENCRYPT | P11L_OP_WRAP},
};
const size_t p11l_mechanism_count = 7;

_Static_assert(sizeof(CK_COUNTED_PARAMS) != sizeof(struct CK_COUNTED_PARAMS_SHORT),
	"alternatives of one size");

/* secp521r1: 1.3.132.0.35 */
static const uint8_t curve_0[] = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23};

/* secp256r1: 1.2.840.10045.3.1.7 */
static const uint8_t curve_1[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

/* high-arcs: 2.999.4294967295.0 */
static const uint8_t curve_2[] = {0x06, 0x08, 0x88, 0x37, 0x8f, 0xff, 0xff, 0xff, 0x7f, 0x00};
static const uint8_t domain_2[] = {0x00, 0xff, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
		0xab, 0xcd};

const struct p11l_curve p11l_curves[] = {
	{"secp521r1\0", curve_0, sizeof curve_0, 66, CKK_EC, NULL},
	{"secp256r1\0" "prime256v1\0" "P-256\0", curve_1, sizeof curve_1, 3, CKK_EC, NULL},
	{"high-arcs\0", curve_2, sizeof curve_2, 2, CKK_EC_TWISTED, domain_2},
};
const size_t p11l_curve_count = 3;

static const struct p11l_rule_at at_ALPHA_1[] = {
	{P11L_LAYER_outer, {0x0000000000000228ULL, 0x0000000000000000ULL}},
	{P11L_LAYER_inner, {0x00000000000003bdULL, 0x0000000000000000ULL}},
};

static const struct p11l_rule_at at_ALPHA_3[] = {
	{P11L_LAYER_argument, {0x00000000000001b8ULL, 0x0000000000000000ULL}},
};

static const struct p11l_rule_at at_BETA_10[] = {
	{P11L_LAYER_outer, {0x0000000000000020ULL, 0x0000000000000000ULL}},
};

static const struct p11l_rule_at at_BETA_2[] = {
	{P11L_LAYER_serial, {0x00000000000003feULL, 0x0000000000000000ULL}},
};

const struct p11l_rule p11l_rules[P11L_RULES] = {
	{"ALPHA-1",
		"Handles are off by one, as owner/project#12 says.",
		"Takes one away, and looks at what is left for as long as it takes to make a text that goes on over the line.",
		P11L_FAMILY_alpha, P11L_RULE_FIX, 2, at_ALPHA_1},
	{"ALPHA-2",
		"The vendor's table is short.",
		"Counts its entries.",
		P11L_FAMILY_alpha, P11L_RULE_FIX, 0, NULL},
	{"ALPHA-3",
		"NULL ends the process.",
		"Looks first.",
		P11L_FAMILY_alpha, P11L_RULE_FIX, 1, at_ALPHA_3},
	{"BETA-10",
		"Nothing is said.",
		"Says something.",
		P11L_FAMILY_beta, P11L_RULE_PORTABLE, 1, at_BETA_10},
	{"BETA-2",
		"The vendor cannot count.",
		"Counts for it.",
		P11L_FAMILY_beta, P11L_RULE_PROFILE, 1, at_BETA_2},
	{"BETA-3",
		"The vendor is slow.",
		"There is no help.",
		P11L_FAMILY_beta, P11L_RULE_TRACE, 0, NULL},
	{"BETA-4",
		"The vendor forgets.",
		"It belongs elsewhere.",
		P11L_FAMILY_beta, P11L_RULE_DECLINED, 0, NULL},
};

const struct p11l_family p11l_families[P11L_FAMILIES] = {
	{"alpha", "First things first"},
	{"beta", "C_Read's (other) things"},
};

const char *const p11l_layers[P11L_LAYERS] = {
	"outer",
	"inner",
	"serial",
	"argument",
};

const struct p11l_number p11l_numbers[P11L_NUMBERS] = {
	{"CKM_PLAIN", P11L_NUMBER_MECHANISM, P11L_RULE_BETA_2, 0x00000001, 0x80000001, 0},
	{"CKK_EC_TWISTED", P11L_NUMBER_KEY_TYPE, P11L_RULE_BETA_2, 0x00000040, 0x80000002, 0},
	{"CKK_EC", P11L_NUMBER_MAKES, P11L_RULE_BETA_10, 0x00000003, 0xde436972, 2},
};
