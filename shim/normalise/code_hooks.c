/* SPDX-License-Identifier: MIT */
/* The hooks of the layer "code": the vendor is called, and its code looked at. */
#include "code.h"

#include "active.h"

#define FAILED(number, rv, next, ...)                                                              \
	p11l_code_failed(                                                                          \
	        &(struct p11l_code_call){.function = P11L_##number, .below = (next), __VA_ARGS__}, \
	        rv)

/* What is needed to explain how the operation ends. */
static void begun(CK_SESSION_HANDLE session, enum p11l_activity activity,
        const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	if (mechanism != NULL)
		p11l_active_set(session, activity, mechanism->mechanism, key);
}

CK_RV p11l_code_C_Login(p11l_below *below, CK_SESSION_HANDLE hSession, CK_USER_TYPE userType,
        CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen)
{
	CK_RV rv = below->C_Login(hSession, userType, pPin, ulPinLen);

	return FAILED(C_Login, rv, below, .session = hSession, .user = userType);
}

CK_RV p11l_code_C_CopyObject(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phNewObject)
{
	CK_RV rv = below->C_CopyObject(hSession, hObject, pTemplate, ulCount, phNewObject);

	return FAILED(C_CopyObject, rv, below, .session = hSession, .key = hObject,
	        .template = pTemplate, .count = ulCount);
}

CK_RV p11l_code_C_DestroyObject(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject)
{
	CK_RV rv = below->C_DestroyObject(hSession, hObject);

	return FAILED(C_DestroyObject, rv, below, .session = hSession, .key = hObject);
}

CK_RV p11l_code_C_GetObjectSize(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ULONG_PTR pulSize)
{
	CK_RV rv = below->C_GetObjectSize(hSession, hObject, pulSize);

	return FAILED(C_GetObjectSize, rv, below, .session = hSession, .key = hObject);
}

CK_RV p11l_code_C_SetAttributeValue(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	CK_RV rv = below->C_SetAttributeValue(hSession, hObject, pTemplate, ulCount);

	return FAILED(C_SetAttributeValue, rv, below, .session = hSession, .key = hObject,
	        .template = pTemplate, .count = ulCount);
}

CK_RV p11l_code_C_EncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_EncryptInit(hSession, pMechanism, hKey);

	if (rv == CKR_OK)
		begun(hSession, P11L_ACTIVE_ENCRYPT, pMechanism, hKey);
	return FAILED(C_EncryptInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_Encrypt(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pEncryptedData, CK_ULONG_PTR pulEncryptedDataLen)
{
	CK_RV rv =
	        below->C_Encrypt(hSession, pData, ulDataLen, pEncryptedData, pulEncryptedDataLen);

	return FAILED(C_Encrypt, rv, below, .session = hSession, .size = ulDataLen);
}

CK_RV p11l_code_C_DecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_DecryptInit(hSession, pMechanism, hKey);

	if (rv == CKR_OK)
		begun(hSession, P11L_ACTIVE_DECRYPT, pMechanism, hKey);
	return FAILED(C_DecryptInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_Decrypt(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedData,
        CK_ULONG ulEncryptedDataLen, CK_BYTE_PTR pData, CK_ULONG_PTR pulDataLen)
{
	CK_RV rv =
	        below->C_Decrypt(hSession, pEncryptedData, ulEncryptedDataLen, pData, pulDataLen);

	return FAILED(C_Decrypt, rv, below, .session = hSession);
}

CK_RV p11l_code_C_DecryptFinal(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pLastPart,
        CK_ULONG_PTR pulLastPartLen)
{
	CK_RV rv = below->C_DecryptFinal(hSession, pLastPart, pulLastPartLen);

	return FAILED(C_DecryptFinal, rv, below, .session = hSession);
}

/* Afterwards nobody knows what is under way in the session. */
CK_RV p11l_code_C_SetOperationState(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pOperationState, CK_ULONG ulOperationStateLen, CK_OBJECT_HANDLE hEncryptionKey,
        CK_OBJECT_HANDLE hAuthenticationKey)
{
	p11l_active_forget(hSession);
	return below->C_SetOperationState(
	        hSession, pOperationState, ulOperationStateLen, hEncryptionKey, hAuthenticationKey);
}

CK_RV p11l_code_C_DigestInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism)
{
	CK_RV rv = below->C_DigestInit(hSession, pMechanism);

	return FAILED(C_DigestInit, rv, below, .session = hSession, .mechanism = pMechanism);
}

CK_RV p11l_code_C_DigestKey(p11l_below *below, CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_DigestKey(hSession, hKey);

	return FAILED(C_DigestKey, rv, below, .session = hSession, .key = hKey);
}

CK_RV p11l_code_C_SignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_SignInit(hSession, pMechanism, hKey);

	return FAILED(
	        C_SignInit, rv, below, .session = hSession, .mechanism = pMechanism, .key = hKey);
}

CK_RV p11l_code_C_SignRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_SignRecoverInit(hSession, pMechanism, hKey);

	return FAILED(C_SignRecoverInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_VerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_VerifyInit(hSession, pMechanism, hKey);

	if (rv == CKR_OK)
		begun(hSession, P11L_ACTIVE_VERIFY, pMechanism, hKey);
	return FAILED(
	        C_VerifyInit, rv, below, .session = hSession, .mechanism = pMechanism, .key = hKey);
}

CK_RV p11l_code_C_Verify(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen)
{
	CK_RV rv = below->C_Verify(hSession, pData, ulDataLen, pSignature, ulSignatureLen);

	return FAILED(C_Verify, rv, below, .session = hSession, .size = ulSignatureLen);
}

CK_RV p11l_code_C_VerifyFinal(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSignature,
        CK_ULONG ulSignatureLen)
{
	CK_RV rv = below->C_VerifyFinal(hSession, pSignature, ulSignatureLen);

	return FAILED(C_VerifyFinal, rv, below, .session = hSession, .size = ulSignatureLen);
}

CK_RV p11l_code_C_VerifyRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_VerifyRecoverInit(hSession, pMechanism, hKey);

	return FAILED(C_VerifyRecoverInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_GenerateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CK_RV rv = below->C_GenerateKey(hSession, pMechanism, pTemplate, ulCount, phKey);

	return FAILED(C_GenerateKey, rv, below, .session = hSession, .mechanism = pMechanism,
	        .template = pTemplate, .count = ulCount);
}

CK_RV p11l_code_C_GenerateKeyPair(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pPublicKeyTemplate,
        CK_ULONG ulPublicKeyAttributeCount, CK_ATTRIBUTE_PTR pPrivateKeyTemplate,
        CK_ULONG ulPrivateKeyAttributeCount, CK_OBJECT_HANDLE_PTR phPublicKey,
        CK_OBJECT_HANDLE_PTR phPrivateKey)
{
	CK_RV rv = below->C_GenerateKeyPair(hSession, pMechanism, pPublicKeyTemplate,
	        ulPublicKeyAttributeCount, pPrivateKeyTemplate, ulPrivateKeyAttributeCount,
	        phPublicKey, phPrivateKey);

	return FAILED(C_GenerateKeyPair, rv, below, .session = hSession, .mechanism = pMechanism,
	        .template = pPublicKeyTemplate, .count = ulPublicKeyAttributeCount);
}

CK_RV p11l_code_C_WrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pWrappedKey, CK_ULONG_PTR pulWrappedKeyLen)
{
	CK_RV rv = below->C_WrapKey(
	        hSession, pMechanism, hWrappingKey, hKey, pWrappedKey, pulWrappedKeyLen);

	return FAILED(C_WrapKey, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hWrappingKey);
}

CK_RV p11l_code_C_UnwrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CK_RV rv = below->C_UnwrapKey(hSession, pMechanism, hUnwrappingKey, pWrappedKey,
	        ulWrappedKeyLen, pTemplate, ulAttributeCount, phKey);

	return FAILED(C_UnwrapKey, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hUnwrappingKey, .template = pTemplate, .count = ulAttributeCount);
}

CK_RV p11l_code_C_DeriveKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hBaseKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_OBJECT_HANDLE_PTR phKey)
{
	CK_RV rv = below->C_DeriveKey(
	        hSession, pMechanism, hBaseKey, pTemplate, ulAttributeCount, phKey);

	return FAILED(C_DeriveKey, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hBaseKey, .template = pTemplate, .count = ulAttributeCount);
}

CK_RV p11l_code_C_LoginUser(p11l_below *below, CK_SESSION_HANDLE hSession, CK_USER_TYPE userType,
        CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pUsername, CK_ULONG ulUsernameLen)
{
	CK_RV rv = below->C_LoginUser(hSession, userType, pPin, ulPinLen, pUsername, ulUsernameLen);

	return FAILED(C_LoginUser, rv, below, .session = hSession, .user = userType);
}

CK_RV p11l_code_C_MessageEncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_MessageEncryptInit(hSession, pMechanism, hKey);

	return FAILED(C_MessageEncryptInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_MessageDecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_MessageDecryptInit(hSession, pMechanism, hKey);

	return FAILED(C_MessageDecryptInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_DecryptMessage(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_VOID_PTR pParameter, CK_ULONG ulParameterLen, CK_BYTE_PTR pAssociatedData,
        CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pCiphertext, CK_ULONG ulCiphertextLen,
        CK_BYTE_PTR pPlaintext, CK_ULONG_PTR pulPlaintextLen)
{
	CK_RV rv = below->C_DecryptMessage(hSession, pParameter, ulParameterLen, pAssociatedData,
	        ulAssociatedDataLen, pCiphertext, ulCiphertextLen, pPlaintext, pulPlaintextLen);

	return FAILED(C_DecryptMessage, rv, below, .session = hSession);
}

CK_RV p11l_code_C_DecryptMessageNext(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_VOID_PTR pParameter, CK_ULONG ulParameterLen, CK_BYTE_PTR pCiphertextPart,
        CK_ULONG ulCiphertextPartLen, CK_BYTE_PTR pPlaintextPart, CK_ULONG_PTR pulPlaintextPartLen,
        CK_FLAGS flags)
{
	CK_RV rv = below->C_DecryptMessageNext(hSession, pParameter, ulParameterLen,
	        pCiphertextPart, ulCiphertextPartLen, pPlaintextPart, pulPlaintextPartLen, flags);

	return FAILED(C_DecryptMessageNext, rv, below, .session = hSession);
}

CK_RV p11l_code_C_MessageSignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_MessageSignInit(hSession, pMechanism, hKey);

	return FAILED(C_MessageSignInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_MessageVerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CK_RV rv = below->C_MessageVerifyInit(hSession, pMechanism, hKey);

	return FAILED(C_MessageVerifyInit, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hKey);
}

CK_RV p11l_code_C_EncapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPublicKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CK_RV rv = below->C_EncapsulateKey(hSession, pMechanism, hPublicKey, pTemplate,
	        ulAttributeCount, pCiphertext, pulCiphertextLen, phKey);

	return FAILED(C_EncapsulateKey, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hPublicKey, .template = pTemplate, .count = ulAttributeCount);
}

CK_RV p11l_code_C_DecapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPrivateKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG ulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CK_RV rv = below->C_DecapsulateKey(hSession, pMechanism, hPrivateKey, pTemplate,
	        ulAttributeCount, pCiphertext, ulCiphertextLen, phKey);

	return FAILED(C_DecapsulateKey, rv, below, .session = hSession, .mechanism = pMechanism,
	        .key = hPrivateKey, .template = pTemplate, .count = ulAttributeCount);
}

CK_RV p11l_code_C_VerifySignatureInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey, CK_BYTE_PTR pSignature,
        CK_ULONG ulSignatureLen)
{
	CK_RV rv = below->C_VerifySignatureInit(
	        hSession, pMechanism, hKey, pSignature, ulSignatureLen);

	return FAILED(C_VerifySignatureInit, rv, below, .session = hSession,
	        .mechanism = pMechanism, .key = hKey, .size = ulSignatureLen);
}

CK_RV p11l_code_C_WrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pWrappedKey,
        CK_ULONG_PTR pulWrappedKeyLen)
{
	CK_RV rv = below->C_WrapKeyAuthenticated(hSession, pMechanism, hWrappingKey, hKey,
	        pAssociatedData, ulAssociatedDataLen, pWrappedKey, pulWrappedKeyLen);

	return FAILED(C_WrapKeyAuthenticated, rv, below, .session = hSession,
	        .mechanism = pMechanism, .key = hWrappingKey);
}

CK_RV p11l_code_C_UnwrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_OBJECT_HANDLE_PTR phKey)
{
	CK_RV rv = below->C_UnwrapKeyAuthenticated(hSession, pMechanism, hUnwrappingKey,
	        pWrappedKey, ulWrappedKeyLen, pTemplate, ulAttributeCount, pAssociatedData,
	        ulAssociatedDataLen, phKey);

	return FAILED(C_UnwrapKeyAuthenticated, rv, below, .session = hSession,
	        .mechanism = pMechanism, .key = hUnwrappingKey, .template = pTemplate,
	        .count = ulAttributeCount);
}
