/* SPDX-License-Identifier: MIT */
/*
 * Prints what a Cryptoki header says, one fact a line:
 *     const NAME VALUE, sizeof STRUCT N, offset STRUCT FIELD N
 * Generated from spec/ by tools/specgen; do not edit.
 */
/*
 * Compile it with
 * HDRCHECK_HEADER    the header to look at, quoted or in angle brackets; leave it out
 *                    when -include brings the header in
 * HDRCHECK_USAGE     defines the five usage macros (CK_PTR and its family) before it
 * HAVE_STRUCT_name   for every struct the header has, function lists included
 * HAVE_FIELD_name_f  for every field f of such a struct
 * HDRCHECK_ALL       for all structs and all fields instead
 * Constants need no macro.
 */
#include <stddef.h>
#include <stdio.h>

#ifdef HDRCHECK_USAGE
#define CK_PTR *
#define CK_DECLARE_FUNCTION(returnType, name) returnType name
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(CK_PTR name)
#define CK_CALLBACK_FUNCTION(returnType, name) returnType(CK_PTR name)
#ifndef NULL_PTR
#define NULL_PTR 0
#endif
#endif
#ifdef HDRCHECK_HEADER
#include HDRCHECK_HEADER
#endif

#define CONSTANT(name) printf("const " #name " 0x%08lx\n", (unsigned long)(name))
#define SIZE(name) printf("sizeof " #name " %zu\n", sizeof(name))
#define OFFSET(name, field) \
	printf("offset " #name " " #field " %zu\n", offsetof(name, field))

static void space_truth(void)
{
#ifdef CK_FALSE
	CONSTANT(CK_FALSE);
#endif
#ifdef CK_TRUE
	CONSTANT(CK_TRUE);
#endif
}

static void space_special(void)
{
#ifdef CK_NO_HANDLE
	CONSTANT(CK_NO_HANDLE);
#endif
#ifdef CK_ENDLESS
	CONSTANT(CK_ENDLESS);
#endif
#ifdef CK_UNKNOWN
	CONSTANT(CK_UNKNOWN);
#endif
}

static void space_rv(void)
{
#ifdef CKR_OK
	CONSTANT(CKR_OK);
#endif
#ifdef CKR_NO_MEMORY
	CONSTANT(CKR_NO_MEMORY);
#endif
#ifdef CKR_BAD_HANDLE
	CONSTANT(CKR_BAD_HANDLE);
#endif
#ifdef CKR_BAD_ARGUMENTS
	CONSTANT(CKR_BAD_ARGUMENTS);
#endif
#ifdef CKR_TOO_SMALL
	CONSTANT(CKR_TOO_SMALL);
#endif
#ifdef CKR_PENDING
	CONSTANT(CKR_PENDING);
#endif
#ifdef CKR_VENDOR
	CONSTANT(CKR_VENDOR);
#endif
}

static void space_open_flags(void)
{
#ifdef CKF_WRITE
	CONSTANT(CKF_WRITE);
#endif
#ifdef CKF_ASYNC
	CONSTANT(CKF_ASYNC);
#endif
#ifdef CKF_WRIT
	CONSTANT(CKF_WRIT);
#endif
}

static void space_info_flags(void)
{
#ifdef CKF_HARDWARE
	CONSTANT(CKF_HARDWARE);
#endif
}

static void space_attribute(void)
{
#ifdef CKA_CLASS
	CONSTANT(CKA_CLASS);
#endif
#ifdef CKA_LABEL
	CONSTANT(CKA_LABEL);
#endif
#ifdef CKA_VALUE
	CONSTANT(CKA_VALUE);
#endif
#ifdef CKA_NAME
	CONSTANT(CKA_NAME);
#endif
#ifdef CKA_KIND
	CONSTANT(CKA_KIND);
#endif
#ifdef CKA_START
	CONSTANT(CKA_START);
#endif
#ifdef CKA_MODULUS
	CONSTANT(CKA_MODULUS);
#endif
#ifdef CKA_BITS
	CONSTANT(CKA_BITS);
#endif
#ifdef CKA_CURVE
	CONSTANT(CKA_CURVE);
#endif
#ifdef CKA_CURVE_OLD
	CONSTANT(CKA_CURVE_OLD);
#endif
#ifdef CKA_SET
	CONSTANT(CKA_SET);
#endif
#ifdef CKA_SIZES
	CONSTANT(CKA_SIZES);
#endif
#ifdef CKA_WRAPS
	CONSTANT(CKA_WRAPS);
#endif
#ifdef CKA_ALLOWED
	CONSTANT(CKA_ALLOWED);
#endif
#ifdef CKA_ONE_BYTE
	CONSTANT(CKA_ONE_BYTE);
#endif
#ifdef CKA_FORMAT
	CONSTANT(CKA_FORMAT);
#endif
#ifdef CKA_WHEN
	CONSTANT(CKA_WHEN);
#endif
#ifdef CKA_LEVEL
	CONSTANT(CKA_LEVEL);
#endif
#ifdef CKA_NOT_DESCRIBED
	CONSTANT(CKA_NOT_DESCRIBED);
#endif
}

static void space_class(void)
{
#ifdef CKO_DATA
	CONSTANT(CKO_DATA);
#endif
#ifdef CKO_KEY
	CONSTANT(CKO_KEY);
#endif
}

static void space_mechanism(void)
{
#ifdef CKM_PLAIN
	CONSTANT(CKM_PLAIN);
#endif
#ifdef CKM_COUNTED
	CONSTANT(CKM_COUNTED);
#endif
#ifdef CKM_COUNTED_OLD
	CONSTANT(CKM_COUNTED_OLD);
#endif
#ifdef CKM_IV
	CONSTANT(CKM_IV);
#endif
#ifdef CKM_MAC
	CONSTANT(CKM_MAC);
#endif
#ifdef CKM_HASH
	CONSTANT(CKM_HASH);
#endif
#ifdef CKM_CONCATENATE
	CONSTANT(CKM_CONCATENATE);
#endif
#ifdef CKM_NAMED
	CONSTANT(CKM_NAMED);
#endif
#ifdef CKM_NOT_DESCRIBED
	CONSTANT(CKM_NOT_DESCRIBED);
#endif
}

static void space_event(void)
{
#ifdef CKN_GONE
	CONSTANT(CKN_GONE);
#endif
}

static void space_key_type(void)
{
#ifdef CKK_EC
	CONSTANT(CKK_EC);
#endif
#ifdef CKK_EC_TWISTED
	CONSTANT(CKK_EC_TWISTED);
#endif
}

static void struct_CK_VERSION(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_VERSION)
	SIZE(CK_VERSION);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_VERSION_major)
	OFFSET(CK_VERSION, major);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_VERSION_minor)
	OFFSET(CK_VERSION, minor);
#endif
}

static void struct_CK_DATE(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_DATE)
	SIZE(CK_DATE);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_DATE_year)
	OFFSET(CK_DATE, year);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_DATE_month)
	OFFSET(CK_DATE, month);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_DATE_day)
	OFFSET(CK_DATE, day);
#endif
}

static void struct_CK_ATTRIBUTE(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_ATTRIBUTE)
	SIZE(CK_ATTRIBUTE);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_ATTRIBUTE_type)
	OFFSET(CK_ATTRIBUTE, type);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_ATTRIBUTE_pValue)
	OFFSET(CK_ATTRIBUTE, pValue);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_ATTRIBUTE_ulValueLen)
	OFFSET(CK_ATTRIBUTE, ulValueLen);
#endif
}

static void struct_CK_MECHANISM(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_MECHANISM)
	SIZE(CK_MECHANISM);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_MECHANISM_mechanism)
	OFFSET(CK_MECHANISM, mechanism);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_MECHANISM_pParameter)
	OFFSET(CK_MECHANISM, pParameter);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_MECHANISM_ulParameterLen)
	OFFSET(CK_MECHANISM, ulParameterLen);
#endif
}

static void struct_CK_INFO(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_INFO)
	SIZE(CK_INFO);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INFO_version)
	OFFSET(CK_INFO, version);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INFO_maker)
	OFFSET(CK_INFO, maker);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INFO_flags)
	OFFSET(CK_INFO, flags);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INFO_built)
	OFFSET(CK_INFO, built);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INFO_bReady)
	OFFSET(CK_INFO, bReady);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INFO_levels)
	OFFSET(CK_INFO, levels);
#endif
}

static void struct_CK_START_ARGS(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_START_ARGS)
	SIZE(CK_START_ARGS);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_START_ARGS_CreateMutex)
	OFFSET(CK_START_ARGS, CreateMutex);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_START_ARGS_pReserved)
	OFFSET(CK_START_ARGS, pReserved);
#endif
}

static void struct_CK_COUNTED_PARAMS(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_COUNTED_PARAMS)
	SIZE(CK_COUNTED_PARAMS);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_COUNTED_PARAMS_pIv)
	OFFSET(CK_COUNTED_PARAMS, pIv);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_COUNTED_PARAMS_ulIvBits)
	OFFSET(CK_COUNTED_PARAMS, ulIvBits);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_COUNTED_PARAMS_block)
	OFFSET(CK_COUNTED_PARAMS, block);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_COUNTED_PARAMS_hash)
	OFFSET(CK_COUNTED_PARAMS, hash);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_COUNTED_PARAMS_pInner)
	OFFSET(CK_COUNTED_PARAMS, pInner);
#endif
}

static void struct_CK_PASSWORD_PARAMS(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_PASSWORD_PARAMS)
	SIZE(CK_PASSWORD_PARAMS);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_PASSWORD_PARAMS_pPassword)
	OFFSET(CK_PASSWORD_PARAMS, pPassword);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_PASSWORD_PARAMS_pulPasswordLen)
	OFFSET(CK_PASSWORD_PARAMS, pulPasswordLen);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_PASSWORD_PARAMS_pPrime)
	OFFSET(CK_PASSWORD_PARAMS, pPrime);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_PASSWORD_PARAMS_ulPrimeLen)
	OFFSET(CK_PASSWORD_PARAMS, ulPrimeLen);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_PASSWORD_PARAMS_pInfos)
	OFFSET(CK_PASSWORD_PARAMS, pInfos);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_PASSWORD_PARAMS_ulInfoCount)
	OFFSET(CK_PASSWORD_PARAMS, ulInfoCount);
#endif
}

static void struct_CK_INTERFACE(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_INTERFACE)
	SIZE(CK_INTERFACE);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INTERFACE_pName)
	OFFSET(CK_INTERFACE, pName);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_INTERFACE_pFunctionList)
	OFFSET(CK_INTERFACE, pFunctionList);
#endif
}

static void struct_CK_FUNCTION_LIST(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_FUNCTION_LIST)
	SIZE(CK_FUNCTION_LIST);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_version)
	OFFSET(CK_FUNCTION_LIST, version);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_C_Start)
	OFFSET(CK_FUNCTION_LIST, C_Start);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_C_GetFunctionList)
	OFFSET(CK_FUNCTION_LIST, C_GetFunctionList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_C_GetSlotList)
	OFFSET(CK_FUNCTION_LIST, C_GetSlotList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_C_Open)
	OFFSET(CK_FUNCTION_LIST, C_Open);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_C_Login)
	OFFSET(CK_FUNCTION_LIST, C_Login);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_C_Read)
	OFFSET(CK_FUNCTION_LIST, C_Read);
#endif
}

static void struct_CK_FUNCTION_LIST_3_0(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_FUNCTION_LIST_3_0)
	SIZE(CK_FUNCTION_LIST_3_0);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_version)
	OFFSET(CK_FUNCTION_LIST_3_0, version);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_Start)
	OFFSET(CK_FUNCTION_LIST_3_0, C_Start);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_GetFunctionList)
	OFFSET(CK_FUNCTION_LIST_3_0, C_GetFunctionList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_GetSlotList)
	OFFSET(CK_FUNCTION_LIST_3_0, C_GetSlotList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_Open)
	OFFSET(CK_FUNCTION_LIST_3_0, C_Open);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_Login)
	OFFSET(CK_FUNCTION_LIST_3_0, C_Login);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_Read)
	OFFSET(CK_FUNCTION_LIST_3_0, C_Read);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_GetInterface)
	OFFSET(CK_FUNCTION_LIST_3_0, C_GetInterface);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_0_C_EncryptWithEveryParameterThereMayBe)
	OFFSET(CK_FUNCTION_LIST_3_0, C_EncryptWithEveryParameterThereMayBe);
#endif
}

static void struct_CK_FUNCTION_LIST_3_2(void)
{
#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_CK_FUNCTION_LIST_3_2)
	SIZE(CK_FUNCTION_LIST_3_2);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_version)
	OFFSET(CK_FUNCTION_LIST_3_2, version);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_Start)
	OFFSET(CK_FUNCTION_LIST_3_2, C_Start);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_GetFunctionList)
	OFFSET(CK_FUNCTION_LIST_3_2, C_GetFunctionList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_GetSlotList)
	OFFSET(CK_FUNCTION_LIST_3_2, C_GetSlotList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_Open)
	OFFSET(CK_FUNCTION_LIST_3_2, C_Open);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_Login)
	OFFSET(CK_FUNCTION_LIST_3_2, C_Login);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_Read)
	OFFSET(CK_FUNCTION_LIST_3_2, C_Read);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_GetInterface)
	OFFSET(CK_FUNCTION_LIST_3_2, C_GetInterface);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_EncryptWithEveryParameterThereMayBe)
	OFFSET(CK_FUNCTION_LIST_3_2, C_EncryptWithEveryParameterThereMayBe);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_Later)
	OFFSET(CK_FUNCTION_LIST_3_2, C_Later);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_CK_FUNCTION_LIST_3_2_C_Latest)
	OFFSET(CK_FUNCTION_LIST_3_2, C_Latest);
#endif
}

int main(void)
{
	space_truth();
	space_special();
	space_rv();
	space_open_flags();
	space_info_flags();
	space_attribute();
	space_class();
	space_mechanism();
	space_event();
	space_key_type();
	struct_CK_VERSION();
	struct_CK_DATE();
	struct_CK_ATTRIBUTE();
	struct_CK_MECHANISM();
	struct_CK_INFO();
	struct_CK_START_ARGS();
	struct_CK_COUNTED_PARAMS();
	struct_CK_PASSWORD_PARAMS();
	struct_CK_INTERFACE();
	struct_CK_FUNCTION_LIST();
	struct_CK_FUNCTION_LIST_3_0();
	struct_CK_FUNCTION_LIST_3_2();
	return 0;
}
