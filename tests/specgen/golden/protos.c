/* SPDX-License-Identifier: MIT */
/*
 * The functions, to be declared once more after a Cryptoki header has
 * declared them: where a signature differs, the compiler stops.
 * Generated from spec/ by tools/specgen; do not edit.
 */
/*
 * Compile it, without linking, with
 * HDRCHECK_HEADER    the header to look at, quoted or in angle brackets; leave it out
 *                    when -include brings the header in
 * HDRCHECK_USAGE     defines the five usage macros (CK_PTR and its family) before it
 * HAVE_C_name        for every function the header has
 * HDRCHECK_ALL       for all functions instead
 */

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

#if defined(HDRCHECK_ALL) || defined(HAVE_C_Start)
extern CK_RV C_Start(CK_VOID_PTR pArgs);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_GetFunctionList)
extern CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR ppFunctionList);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_GetSlotList)
extern CK_RV C_GetSlotList(CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_Open)
extern CK_RV C_Open(CK_SLOT_ID slotID, CK_FLAGS flags, CK_VOID_PTR pApplication, CK_NOTIFY Notify,
		CK_SESSION_HANDLE_PTR phSession);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_Login)
extern CK_RV C_Login(CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen,
		CK_UTF8CHAR_PTR pLabel);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_Read)
extern CK_RV C_Read(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,
		CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_MECHANISM_TYPE_PTR pMechanisms,
		CK_ULONG_PTR pulMechanisms, CK_ULONG ulClass);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_GetInterface)
extern CK_RV C_GetInterface(CK_UTF8CHAR_PTR pName, CK_VERSION_PTR pVersion,
		CK_INTERFACE_PTR_PTR ppInterface, CK_FLAGS flags);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_EncryptWithEveryParameterThereMayBe)
extern CK_RV C_EncryptWithEveryParameterThereMayBe(CK_SESSION_HANDLE hSession,
		CK_MECHANISM_PTR pMechanism, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,
		CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pPlaintext,
		CK_ULONG ulPlaintextLen, CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_Later)
extern CK_RV C_Later(CK_ULONG_PTR pulID);
#endif
#if defined(HDRCHECK_ALL) || defined(HAVE_C_Latest)
extern CK_RV C_Latest(CK_SESSION_HANDLE hSession);
#endif
