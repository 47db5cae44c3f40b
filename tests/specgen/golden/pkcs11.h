/* SPDX-License-Identifier: MIT */
/*
 * PKCS #11 (Cryptoki), complete up to the version given by the macros below.
 * Generated from spec/ by tools/specgen; do not edit.
 */
#ifndef PKCS11_H
#define PKCS11_H

#define CRYPTOKI_VERSION_MAJOR     3
#define CRYPTOKI_VERSION_MINOR     2
#define CRYPTOKI_VERSION_AMENDMENT 0

/* A program that has its own meaning for these defines them first. */
#ifndef CK_PTR
#define CK_PTR *
#endif
#ifndef CK_DECLARE_FUNCTION
#define CK_DECLARE_FUNCTION(returnType, name) returnType name
#endif
#ifndef CK_DECLARE_FUNCTION_POINTER
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(CK_PTR name)
#endif
#ifndef CK_CALLBACK_FUNCTION
#define CK_CALLBACK_FUNCTION(returnType, name) returnType(CK_PTR name)
#endif
#ifndef NULL_PTR
#define NULL_PTR 0
#endif

#if defined(_WIN32)
#pragma pack(push, cryptoki, 1)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Types of one value */

typedef unsigned char CK_BYTE;
typedef CK_BYTE CK_PTR CK_BYTE_PTR;
typedef CK_BYTE CK_CHAR;
typedef CK_CHAR CK_PTR CK_CHAR_PTR;
typedef CK_BYTE CK_UTF8CHAR;
typedef CK_UTF8CHAR CK_PTR CK_UTF8CHAR_PTR;
typedef CK_BYTE CK_BBOOL;
typedef CK_BBOOL CK_PTR CK_BBOOL_PTR;
typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_PTR CK_ULONG_PTR;
typedef long CK_LONG;
typedef CK_LONG CK_PTR CK_LONG_PTR;
typedef CK_ULONG CK_FLAGS;
typedef CK_FLAGS CK_PTR CK_FLAGS_PTR;
typedef void CK_PTR CK_VOID_PTR;
typedef CK_VOID_PTR CK_PTR CK_VOID_PTR_PTR;
typedef CK_ULONG CK_RV;
typedef CK_RV CK_PTR CK_RV_PTR;
typedef CK_ULONG CK_SLOT_ID;
typedef CK_SLOT_ID CK_PTR CK_SLOT_ID_PTR;
typedef CK_ULONG CK_SESSION_HANDLE;
typedef CK_SESSION_HANDLE CK_PTR CK_SESSION_HANDLE_PTR;
typedef CK_ULONG CK_OBJECT_HANDLE;
typedef CK_OBJECT_HANDLE CK_PTR CK_OBJECT_HANDLE_PTR;
typedef CK_ULONG CK_OBJECT_CLASS;
typedef CK_OBJECT_CLASS CK_PTR CK_OBJECT_CLASS_PTR;
typedef CK_ULONG CK_NOTIFICATION;
typedef CK_NOTIFICATION CK_PTR CK_NOTIFICATION_PTR;
typedef CK_ULONG CK_ATTRIBUTE_TYPE;
typedef CK_ATTRIBUTE_TYPE CK_PTR CK_ATTRIBUTE_TYPE_PTR;
typedef CK_ULONG CK_MECHANISM_TYPE;
typedef CK_MECHANISM_TYPE CK_PTR CK_MECHANISM_TYPE_PTR;
typedef CK_MECHANISM_TYPE CK_HASH_TYPE;
typedef CK_HASH_TYPE CK_PTR CK_HASH_TYPE_PTR;
typedef CK_ULONG CK_KEY_TYPE;
typedef CK_KEY_TYPE CK_PTR CK_KEY_TYPE_PTR;

/* Structs by name */

typedef struct CK_VERSION CK_VERSION;
typedef CK_VERSION CK_PTR CK_VERSION_PTR;
typedef struct CK_DATE CK_DATE;
typedef CK_DATE CK_PTR CK_DATE_PTR;
typedef struct CK_ATTRIBUTE CK_ATTRIBUTE;
typedef CK_ATTRIBUTE CK_PTR CK_ATTRIBUTE_PTR;
typedef struct CK_MECHANISM CK_MECHANISM;
typedef CK_MECHANISM CK_PTR CK_MECHANISM_PTR;
typedef struct CK_INFO CK_INFO;
typedef CK_INFO CK_PTR CK_INFO_PTR;
typedef struct CK_START_ARGS CK_START_ARGS;
typedef CK_START_ARGS CK_PTR CK_START_ARGS_PTR;
typedef struct CK_COUNTED_PARAMS CK_COUNTED_PARAMS;
typedef CK_COUNTED_PARAMS CK_PTR CK_COUNTED_PARAMS_PTR;
typedef struct CK_PASSWORD_PARAMS CK_PASSWORD_PARAMS;
typedef CK_PASSWORD_PARAMS CK_PTR CK_PASSWORD_PARAMS_PTR;
typedef struct CK_INTERFACE CK_INTERFACE;
typedef CK_INTERFACE CK_PTR CK_INTERFACE_PTR;
typedef CK_INTERFACE_PTR CK_PTR CK_INTERFACE_PTR_PTR;
typedef struct CK_FUNCTION_LIST CK_FUNCTION_LIST;
typedef CK_FUNCTION_LIST CK_PTR CK_FUNCTION_LIST_PTR;
typedef CK_FUNCTION_LIST_PTR CK_PTR CK_FUNCTION_LIST_PTR_PTR;
typedef struct CK_FUNCTION_LIST_3_0 CK_FUNCTION_LIST_3_0;
typedef CK_FUNCTION_LIST_3_0 CK_PTR CK_FUNCTION_LIST_3_0_PTR;
typedef CK_FUNCTION_LIST_3_0_PTR CK_PTR CK_FUNCTION_LIST_3_0_PTR_PTR;
typedef struct CK_FUNCTION_LIST_3_2 CK_FUNCTION_LIST_3_2;
typedef CK_FUNCTION_LIST_3_2 CK_PTR CK_FUNCTION_LIST_3_2_PTR;
typedef CK_FUNCTION_LIST_3_2_PTR CK_PTR CK_FUNCTION_LIST_3_2_PTR_PTR;

/* What an application gives to be called back */

typedef CK_CALLBACK_FUNCTION(CK_RV, CK_NOTIFY)
(CK_SESSION_HANDLE hSession, CK_NOTIFICATION event, CK_VOID_PTR pApplication);
typedef CK_CALLBACK_FUNCTION(CK_RV, CK_CREATEMUTEX)
(CK_VOID_PTR_PTR ppMutex);
typedef CK_CALLBACK_FUNCTION(CK_RV, CK_DESTROYMUTEX)
(CK_VOID_PTR pMutex);
typedef CK_CALLBACK_FUNCTION(CK_RV, CK_LOCKMUTEX)
(CK_VOID_PTR pMutex);
typedef CK_CALLBACK_FUNCTION(CK_RV, CK_UNLOCKMUTEX)
(CK_VOID_PTR pMutex);

/* Constants. Names without a version are as old as 2.40 */


/* CK_BBOOL: truth */
#define CK_FALSE 0
#define CK_TRUE  1

/* CK_ULONG: special */
#define CK_NO_HANDLE 0x00000000UL
#define CK_ENDLESS   0x00000000UL
#define CK_UNKNOWN   (~0UL)

/* CK_RV: rv */
#define CKR_OK            0x00000000UL
#define CKR_NO_MEMORY     0x00000002UL
#define CKR_BAD_HANDLE    0x000000b3UL
#define CKR_BAD_ARGUMENTS 0x00000007UL
#define CKR_TOO_SMALL     0x00000150UL
#define CKR_PENDING       0x00000204UL /* 3.2 */
#define CKR_VENDOR        0x80000000UL

/* CK_FLAGS: open_flags */
#define CKF_WRITE 0x00000002UL
#define CKF_ASYNC 0x00000008UL /* 3.2 */
#define CKF_WRIT  0x00000002UL

/* CK_FLAGS: info_flags */
#define CKF_HARDWARE 0x00000001UL

/* CK_ATTRIBUTE_TYPE: attribute */
#define CKA_CLASS         0x00000000UL
#define CKA_LABEL         0x00000003UL
#define CKA_VALUE         0x00000011UL
#define CKA_NAME          0x00000101UL
#define CKA_KIND          0x00000100UL
#define CKA_START         0x00000110UL
#define CKA_MODULUS       0x00000120UL
#define CKA_BITS          0x00000121UL
#define CKA_CURVE         0x00000180UL
#define CKA_CURVE_OLD     0x00000180UL
#define CKA_SET           0x0000061dUL /* 3.2 */
#define CKA_SIZES         0x00000405UL
#define CKA_WRAPS         0x40000211UL
#define CKA_ALLOWED       0x40000600UL
#define CKA_ONE_BYTE      0x00000701UL
#define CKA_FORMAT        0x00000702UL
#define CKA_WHEN          0x00000703UL
#define CKA_LEVEL         0x00000704UL /* 3.1 */
#define CKA_NOT_DESCRIBED 0x00000705UL

/* CK_OBJECT_CLASS: class */
#define CKO_DATA 0x00000000UL
#define CKO_KEY  0x00000001UL

/* CK_MECHANISM_TYPE: mechanism */
#define CKM_PLAIN         0x00000001UL
#define CKM_COUNTED       0x00001087UL
#define CKM_COUNTED_OLD   0x00001087UL
#define CKM_IV            0x00001082UL
#define CKM_MAC           0x00000252UL
#define CKM_HASH          0x00000250UL
#define CKM_CONCATENATE   0x00000360UL
#define CKM_NAMED         0x00000361UL /* 3.0 */
#define CKM_NOT_DESCRIBED 0x00009999UL /* 3.2 */

/* CK_NOTIFICATION: event */
#define CKN_GONE 0x00000000UL

/* CK_KEY_TYPE: key_type */
#define CKK_EC         0x00000003UL
#define CKK_EC_TWISTED 0x00000040UL /* 3.0 */

#ifndef CK_DISABLE_TRUE_FALSE
#ifndef FALSE
#define FALSE CK_FALSE
#endif
#ifndef TRUE
#define TRUE CK_TRUE
#endif
#endif

/* Structs */

struct CK_VERSION {
	CK_BYTE major;
	CK_BYTE minor;
};

struct CK_DATE {
	CK_CHAR year[4];
	CK_CHAR month[2];
	CK_CHAR day[2];
};

struct CK_ATTRIBUTE {
	CK_ATTRIBUTE_TYPE type;
	CK_VOID_PTR pValue;
	CK_ULONG ulValueLen;
};

struct CK_MECHANISM {
	CK_MECHANISM_TYPE mechanism;
	CK_VOID_PTR pParameter;
	CK_ULONG ulParameterLen;
};

struct CK_INFO {
	CK_VERSION version;
	CK_UTF8CHAR maker[32];
	CK_FLAGS flags;
	CK_DATE built;
	CK_BBOOL bReady;
	CK_ULONG levels[3];
};

struct CK_START_ARGS {
	CK_CREATEMUTEX CreateMutex;
	CK_VOID_PTR pReserved;
};

struct CK_COUNTED_PARAMS {
	CK_BYTE_PTR pIv;
	CK_ULONG ulIvBits;
	CK_BYTE block[16];
	CK_HASH_TYPE hash;
	CK_MECHANISM_PTR pInner;
};

struct CK_PASSWORD_PARAMS {
	CK_UTF8CHAR_PTR pPassword;
	CK_ULONG_PTR pulPasswordLen;
	CK_BYTE_PTR pPrime;
	CK_ULONG ulPrimeLen;
	CK_INFO_PTR pInfos;
	CK_ULONG ulInfoCount;
};

struct CK_INTERFACE {
	CK_UTF8CHAR_PTR pName;
	CK_VOID_PTR pFunctionList;
};


/* Functions */

extern CK_DECLARE_FUNCTION(CK_RV, C_Start)(CK_VOID_PTR pArgs);
extern CK_DECLARE_FUNCTION(CK_RV, C_GetFunctionList)(CK_FUNCTION_LIST_PTR_PTR ppFunctionList);
extern CK_DECLARE_FUNCTION(CK_RV, C_GetSlotList)(CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList,
		CK_ULONG_PTR pulCount);
extern CK_DECLARE_FUNCTION(CK_RV, C_Open)(CK_SLOT_ID slotID, CK_FLAGS flags,
		CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession);
extern CK_DECLARE_FUNCTION(CK_RV, C_Login)(CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin,
		CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pLabel);
extern CK_DECLARE_FUNCTION(CK_RV, C_Read)(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,
		CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_MECHANISM_TYPE_PTR pMechanisms,
		CK_ULONG_PTR pulMechanisms, CK_ULONG ulClass);
extern CK_DECLARE_FUNCTION(CK_RV, C_GetInterface)(CK_UTF8CHAR_PTR pName, CK_VERSION_PTR pVersion,
		CK_INTERFACE_PTR_PTR ppInterface, CK_FLAGS flags);
extern CK_DECLARE_FUNCTION(CK_RV, C_EncryptWithEveryParameterThereMayBe)(
		CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_VOID_PTR pParameter,
		CK_ULONG ulParameterLen, CK_BYTE_PTR pAssociatedData,
		CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pPlaintext, CK_ULONG ulPlaintextLen,
		CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen);
extern CK_DECLARE_FUNCTION(CK_RV, C_Later)(CK_ULONG_PTR pulID);
extern CK_DECLARE_FUNCTION(CK_RV, C_Latest)(CK_SESSION_HANDLE hSession);

/* Pointers to them */

typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_Start)(CK_VOID_PTR pArgs);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_GetFunctionList)(
		CK_FUNCTION_LIST_PTR_PTR ppFunctionList);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_GetSlotList)(CK_BBOOL tokenPresent,
		CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_Open)(CK_SLOT_ID slotID, CK_FLAGS flags,
		CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_Login)(CK_SESSION_HANDLE hSession,
		CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pLabel);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_Read)(CK_SESSION_HANDLE hSession,
		CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
		CK_MECHANISM_TYPE_PTR pMechanisms, CK_ULONG_PTR pulMechanisms, CK_ULONG ulClass);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_GetInterface)(CK_UTF8CHAR_PTR pName,
		CK_VERSION_PTR pVersion, CK_INTERFACE_PTR_PTR ppInterface, CK_FLAGS flags);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_EncryptWithEveryParameterThereMayBe)(
		CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_VOID_PTR pParameter,
		CK_ULONG ulParameterLen, CK_BYTE_PTR pAssociatedData,
		CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pPlaintext, CK_ULONG ulPlaintextLen,
		CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_Later)(CK_ULONG_PTR pulID);
typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_C_Latest)(CK_SESSION_HANDLE hSession);

/* Function lists: each is the beginning of the next */

struct CK_FUNCTION_LIST {
	CK_VERSION version;
	CK_C_Start C_Start;
	CK_C_GetFunctionList C_GetFunctionList;
	CK_C_GetSlotList C_GetSlotList;
	CK_C_Open C_Open;
	CK_C_Login C_Login;
	CK_C_Read C_Read;
};

struct CK_FUNCTION_LIST_3_0 {
	CK_VERSION version;
	CK_C_Start C_Start;
	CK_C_GetFunctionList C_GetFunctionList;
	CK_C_GetSlotList C_GetSlotList;
	CK_C_Open C_Open;
	CK_C_Login C_Login;
	CK_C_Read C_Read;
	CK_C_GetInterface C_GetInterface;
	CK_C_EncryptWithEveryParameterThereMayBe C_EncryptWithEveryParameterThereMayBe;
};

struct CK_FUNCTION_LIST_3_2 {
	CK_VERSION version;
	CK_C_Start C_Start;
	CK_C_GetFunctionList C_GetFunctionList;
	CK_C_GetSlotList C_GetSlotList;
	CK_C_Open C_Open;
	CK_C_Login C_Login;
	CK_C_Read C_Read;
	CK_C_GetInterface C_GetInterface;
	CK_C_EncryptWithEveryParameterThereMayBe C_EncryptWithEveryParameterThereMayBe;
	CK_C_Later C_Later;
	CK_C_Latest C_Latest;
};

#ifdef __cplusplus
}
#endif

#if defined(_WIN32)
#pragma pack(pop, cryptoki)
#endif

#endif
