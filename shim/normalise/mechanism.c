/* SPDX-License-Identifier: MIT */
/* The hooks of the layer "mechanism". */
#include "parameter.h"

#include "lasting.h"

/* The code with which the call is refused, or that of the vendor, asked again in another form. */
#define CALL(number, called, ...)                                                             \
	struct p11l_parameter parameter = {                                                   \
	        .below = below, .session = hSession, .function = P11L_##number, __VA_ARGS__}; \
	CK_RV rv = p11l_parameter_open(&parameter, pMechanism);                               \
                                                                                              \
	if (rv != CKR_OK)                                                                     \
		return rv;                                                                    \
	do                                                                                    \
		rv = (called);                                                                \
	while (p11l_parameter_again(&parameter, rv));                                         \
	return p11l_parameter_close(&parameter, rv)

CK_RV p11l_mechanism_C_EncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_EncryptInit, below->C_EncryptInit(hSession, parameter.mechanism, hKey), .key = hKey);
}

CK_RV p11l_mechanism_C_DecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_DecryptInit, below->C_DecryptInit(hSession, parameter.mechanism, hKey), .key = hKey);
}

CK_RV p11l_mechanism_C_DigestInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism)
{
	CALL(C_DigestInit, below->C_DigestInit(hSession, parameter.mechanism),
	        .key = CK_INVALID_HANDLE);
}

CK_RV p11l_mechanism_C_SignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_SignInit, below->C_SignInit(hSession, parameter.mechanism, hKey), .key = hKey);
}

CK_RV p11l_mechanism_C_SignRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_SignRecoverInit, below->C_SignRecoverInit(hSession, parameter.mechanism, hKey),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_VerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_VerifyInit, below->C_VerifyInit(hSession, parameter.mechanism, hKey), .key = hKey);
}

CK_RV p11l_mechanism_C_VerifyRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_VerifyRecoverInit, below->C_VerifyRecoverInit(hSession, parameter.mechanism, hKey),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_GenerateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CALL(C_GenerateKey,
	        below->C_GenerateKey(hSession, parameter.mechanism, pTemplate, ulCount, phKey),
	        .key = CK_INVALID_HANDLE);
}

CK_RV p11l_mechanism_C_GenerateKeyPair(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pPublicKeyTemplate,
        CK_ULONG ulPublicKeyAttributeCount, CK_ATTRIBUTE_PTR pPrivateKeyTemplate,
        CK_ULONG ulPrivateKeyAttributeCount, CK_OBJECT_HANDLE_PTR phPublicKey,
        CK_OBJECT_HANDLE_PTR phPrivateKey)
{
	CALL(C_GenerateKeyPair,
	        below->C_GenerateKeyPair(hSession, parameter.mechanism, pPublicKeyTemplate,
	                ulPublicKeyAttributeCount, pPrivateKeyTemplate, ulPrivateKeyAttributeCount,
	                phPublicKey, phPrivateKey),
	        .template = pPublicKeyTemplate, .count = ulPublicKeyAttributeCount);
}

CK_RV p11l_mechanism_C_WrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pWrappedKey, CK_ULONG_PTR pulWrappedKeyLen)
{
	CALL(C_WrapKey,
	        below->C_WrapKey(hSession, parameter.mechanism, hWrappingKey, hKey, pWrappedKey,
	                pulWrappedKeyLen),
	        .key = hWrappingKey);
}

CK_RV p11l_mechanism_C_UnwrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CALL(C_UnwrapKey,
	        below->C_UnwrapKey(hSession, parameter.mechanism, hUnwrappingKey, pWrappedKey,
	                ulWrappedKeyLen, pTemplate, ulAttributeCount, phKey),
	        .key = hUnwrappingKey);
}

CK_RV p11l_mechanism_C_DeriveKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hBaseKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_OBJECT_HANDLE_PTR phKey)
{
	CALL(C_DeriveKey,
	        below->C_DeriveKey(hSession, parameter.mechanism, hBaseKey, pTemplate,
	                ulAttributeCount, phKey),
	        .key = hBaseKey);
}

CK_RV p11l_mechanism_C_MessageEncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_MessageEncryptInit, below->C_MessageEncryptInit(hSession, parameter.mechanism, hKey),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_MessageDecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_MessageDecryptInit, below->C_MessageDecryptInit(hSession, parameter.mechanism, hKey),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_MessageSignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_MessageSignInit, below->C_MessageSignInit(hSession, parameter.mechanism, hKey),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_MessageVerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	CALL(C_MessageVerifyInit, below->C_MessageVerifyInit(hSession, parameter.mechanism, hKey),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_EncapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPublicKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CALL(C_EncapsulateKey,
	        below->C_EncapsulateKey(hSession, parameter.mechanism, hPublicKey, pTemplate,
	                ulAttributeCount, pCiphertext, pulCiphertextLen, phKey),
	        .key = hPublicKey);
}

CK_RV p11l_mechanism_C_DecapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPrivateKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG ulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	CALL(C_DecapsulateKey,
	        below->C_DecapsulateKey(hSession, parameter.mechanism, hPrivateKey, pTemplate,
	                ulAttributeCount, pCiphertext, ulCiphertextLen, phKey),
	        .key = hPrivateKey);
}

CK_RV p11l_mechanism_C_VerifySignatureInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey, CK_BYTE_PTR pSignature,
        CK_ULONG ulSignatureLen)
{
	CALL(C_VerifySignatureInit,
	        below->C_VerifySignatureInit(
	                hSession, parameter.mechanism, hKey, pSignature, ulSignatureLen),
	        .key = hKey);
}

CK_RV p11l_mechanism_C_WrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pWrappedKey,
        CK_ULONG_PTR pulWrappedKeyLen)
{
	CALL(C_WrapKeyAuthenticated,
	        below->C_WrapKeyAuthenticated(hSession, parameter.mechanism, hWrappingKey, hKey,
	                pAssociatedData, ulAssociatedDataLen, pWrappedKey, pulWrappedKeyLen),
	        .key = hWrappingKey);
}

CK_RV p11l_mechanism_C_UnwrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_OBJECT_HANDLE_PTR phKey)
{
	CALL(C_UnwrapKeyAuthenticated,
	        below->C_UnwrapKeyAuthenticated(hSession, parameter.mechanism, hUnwrappingKey,
	                pWrappedKey, ulWrappedKeyLen, pTemplate, ulAttributeCount, pAssociatedData,
	                ulAssociatedDataLen, phKey),
	        .key = hUnwrappingKey);
}

/* --- What was kept for the vendor to read on goes with the session. */

CK_RV p11l_mechanism_C_CloseSession(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	CK_RV rv = below->C_CloseSession(hSession);

	if (rv == CKR_OK || rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED)
		p11l_lasting_closed(hSession);
	return rv;
}

CK_RV p11l_mechanism_C_CloseAllSessions(p11l_below *below, CK_SLOT_ID slotID)
{
	CK_RV rv = below->C_CloseAllSessions(slotID);

	if (rv == CKR_OK)
		p11l_lasting_all_closed(slotID);
	return rv;
}

/* --- GCM-3: the IV is the vendor's to write until the operation ends. */

CK_RV p11l_mechanism_C_Encrypt(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pEncryptedData, CK_ULONG_PTR pulEncryptedDataLen)
{
	CK_RV rv =
	        below->C_Encrypt(hSession, pData, ulDataLen, pEncryptedData, pulEncryptedDataLen);

	if (rv == CKR_OK && pEncryptedData != NULL)
		p11l_iv_look(hSession);
	return rv;
}

CK_RV p11l_mechanism_C_EncryptFinal(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pLastEncryptedPart, CK_ULONG_PTR pulLastEncryptedPartLen)
{
	CK_RV rv = below->C_EncryptFinal(hSession, pLastEncryptedPart, pulLastEncryptedPartLen);

	if (rv == CKR_OK && pLastEncryptedPart != NULL)
		p11l_iv_look(hSession);
	return rv;
}
