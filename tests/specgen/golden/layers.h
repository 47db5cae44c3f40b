/* SPDX-License-Identifier: MIT */
/*
 * What the layers of normalise hook; shim/normalise/layer.h includes it.
 * Generated from spec/ by tools/specgen; do not edit.
 */

CK_RV p11l_outer_C_Open(p11l_below *below, CK_SLOT_ID slotID, CK_FLAGS flags,
		CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession);
CK_RV p11l_outer_C_Read(p11l_below *below, CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,
		CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_MECHANISM_TYPE_PTR pMechanisms,
		CK_ULONG_PTR pulMechanisms, CK_ULONG ulClass);
CK_RV p11l_outer_C_Latest(p11l_below *below, CK_SESSION_HANDLE hSession);
CK_RV p11l_inner_C_Start(p11l_below *below, CK_VOID_PTR pArgs);
CK_RV p11l_inner_C_GetSlotList(p11l_below *below, CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList,
		CK_ULONG_PTR pulCount);
CK_RV p11l_inner_C_Open(p11l_below *below, CK_SLOT_ID slotID, CK_FLAGS flags,
		CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession);
CK_RV p11l_inner_C_Login(p11l_below *below, CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin,
		CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pLabel);
CK_RV p11l_inner_C_Read(p11l_below *below, CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,
		CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_MECHANISM_TYPE_PTR pMechanisms,
		CK_ULONG_PTR pulMechanisms, CK_ULONG ulClass);
CK_RV p11l_inner_C_EncryptWithEveryParameterThereMayBe(p11l_below *below, 
		CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_VOID_PTR pParameter,
		CK_ULONG ulParameterLen, CK_BYTE_PTR pAssociatedData,
		CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pPlaintext, CK_ULONG ulPlaintextLen,
		CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen);
CK_RV p11l_inner_C_Later(p11l_below *below, CK_ULONG_PTR pulID);
CK_RV p11l_inner_C_Latest(p11l_below *below, CK_SESSION_HANDLE hSession);
CK_RV p11l_argument_C_Open(p11l_below *below, CK_SLOT_ID slotID, CK_FLAGS flags,
		CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession);
CK_RV p11l_argument_C_Login(p11l_below *below, CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin,
		CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pLabel);
CK_RV p11l_argument_C_Read(p11l_below *below, CK_SESSION_HANDLE hSession,
		CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
		CK_MECHANISM_TYPE_PTR pMechanisms, CK_ULONG_PTR pulMechanisms, CK_ULONG ulClass);
CK_RV p11l_argument_C_EncryptWithEveryParameterThereMayBe(p11l_below *below, 
		CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_VOID_PTR pParameter,
		CK_ULONG ulParameterLen, CK_BYTE_PTR pAssociatedData,
		CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pPlaintext, CK_ULONG ulPlaintextLen,
		CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen);
CK_RV p11l_argument_C_Later(p11l_below *below, CK_ULONG_PTR pulID);
