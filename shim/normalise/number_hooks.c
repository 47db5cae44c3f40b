/* SPDX-License-Identifier: MIT */
/* The hooks of the layer "number". */
#include "number.h"

#include <string.h>

/* A call with a mechanism. */
#define WITH_MECHANISM(called)                                  \
	struct p11l_renumbering numbers;                        \
                                                                \
	p11l_renumber_in_session(&numbers, below, hSession);    \
	pMechanism = p11l_mechanism_down(&numbers, pMechanism); \
	return (called)

/* A call with a template. */
#define WITH_TEMPLATE(given, count, called)                         \
	struct p11l_renumbering numbers;                            \
	struct p11l_template template;                              \
	CK_RV rv;                                                   \
                                                                    \
	p11l_renumber_in_session(&numbers, below, hSession);        \
	rv = p11l_template_down(&numbers, &template, given, count); \
	if (rv == CKR_OK)                                           \
		rv = (called);                                      \
	p11l_template_close(&template);                             \
	return rv

/* --- Lists */

CK_RV p11l_number_C_GetMechanismList(p11l_below *below, CK_SLOT_ID slotID,
        CK_MECHANISM_TYPE_PTR pMechanismList, CK_ULONG_PTR pulCount)
{
	CK_RV rv = below->C_GetMechanismList(slotID, pMechanismList, pulCount);
	struct p11l_renumbering numbers;

	p11l_renumber_on_slot(&numbers, below, slotID);
	if (rv != CKR_OK || pMechanismList == NULL || !numbers.on)
		return rv;
	for (CK_ULONG i = 0; i < *pulCount; i++)
		pMechanismList[i] =
		        p11l_number_up(&numbers, P11L_NUMBER_MECHANISM, pMechanismList[i]);
	return rv;
}

CK_RV p11l_number_C_GetMechanismInfo(
        p11l_below *below, CK_SLOT_ID slotID, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR pInfo)
{
	struct p11l_renumbering numbers;

	p11l_renumber_on_slot(&numbers, below, slotID);
	return below->C_GetMechanismInfo(
	        slotID, p11l_number_down(&numbers, P11L_NUMBER_MECHANISM, type), pInfo);
}

/* --- Operations */

CK_RV p11l_number_C_EncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_EncryptInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_DecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_DecryptInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_DigestInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism)
{
	WITH_MECHANISM(below->C_DigestInit(hSession, pMechanism));
}

CK_RV p11l_number_C_SignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_SignInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_SignRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_SignRecoverInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_VerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_VerifyInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_VerifyRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_VerifyRecoverInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_VerifySignatureInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey, CK_BYTE_PTR pSignature,
        CK_ULONG ulSignatureLen)
{
	WITH_MECHANISM(below->C_VerifySignatureInit(
	        hSession, pMechanism, hKey, pSignature, ulSignatureLen));
}

CK_RV p11l_number_C_MessageEncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_MessageEncryptInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_MessageDecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_MessageDecryptInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_MessageSignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_MessageSignInit(hSession, pMechanism, hKey));
}

CK_RV p11l_number_C_MessageVerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	WITH_MECHANISM(below->C_MessageVerifyInit(hSession, pMechanism, hKey));
}

/* --- Keys */

CK_RV p11l_number_C_GenerateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	WITH_TEMPLATE(pTemplate, ulCount,
	        below->C_GenerateKey(hSession,
	                p11l_maker_down(
	                        &numbers, p11l_mechanism_down(&numbers, pMechanism), &template),
	                template.entry, template.count, phKey));
}

CK_RV p11l_number_C_GenerateKeyPair(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pPublicKeyTemplate,
        CK_ULONG ulPublicKeyAttributeCount, CK_ATTRIBUTE_PTR pPrivateKeyTemplate,
        CK_ULONG ulPrivateKeyAttributeCount, CK_OBJECT_HANDLE_PTR phPublicKey,
        CK_OBJECT_HANDLE_PTR phPrivateKey)
{
	struct p11l_renumbering numbers;
	struct p11l_template public, private;
	CK_RV rv, private_rv;

	p11l_renumber_in_session(&numbers, below, hSession);
	pMechanism = p11l_mechanism_down(&numbers, pMechanism);
	rv = p11l_template_down(&numbers, &public, pPublicKeyTemplate, ulPublicKeyAttributeCount);
	private_rv = p11l_template_down(
	        &numbers, &private, pPrivateKeyTemplate, ulPrivateKeyAttributeCount);
	if (rv == CKR_OK)
		rv = private_rv;
	if (rv == CKR_OK)
		rv = below->C_GenerateKeyPair(hSession, pMechanism, public.entry, public.count,
		        private.entry, private.count, phPublicKey, phPrivateKey);
	p11l_template_close(&private);
	p11l_template_close(&public);
	return rv;
}

CK_RV p11l_number_C_WrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pWrappedKey, CK_ULONG_PTR pulWrappedKeyLen)
{
	WITH_MECHANISM(below->C_WrapKey(
	        hSession, pMechanism, hWrappingKey, hKey, pWrappedKey, pulWrappedKeyLen));
}

CK_RV p11l_number_C_WrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pWrappedKey,
        CK_ULONG_PTR pulWrappedKeyLen)
{
	WITH_MECHANISM(below->C_WrapKeyAuthenticated(hSession, pMechanism, hWrappingKey, hKey,
	        pAssociatedData, ulAssociatedDataLen, pWrappedKey, pulWrappedKeyLen));
}

CK_RV p11l_number_C_UnwrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	WITH_TEMPLATE(pTemplate, ulAttributeCount,
	        below->C_UnwrapKey(hSession, p11l_mechanism_down(&numbers, pMechanism),
	                hUnwrappingKey, pWrappedKey, ulWrappedKeyLen, template.entry,
	                template.count, phKey));
}

CK_RV p11l_number_C_UnwrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_OBJECT_HANDLE_PTR phKey)
{
	WITH_TEMPLATE(pTemplate, ulAttributeCount,
	        below->C_UnwrapKeyAuthenticated(hSession, p11l_mechanism_down(&numbers, pMechanism),
	                hUnwrappingKey, pWrappedKey, ulWrappedKeyLen, template.entry,
	                template.count, pAssociatedData, ulAssociatedDataLen, phKey));
}

CK_RV p11l_number_C_DeriveKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hBaseKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_OBJECT_HANDLE_PTR phKey)
{
	WITH_TEMPLATE(pTemplate, ulAttributeCount,
	        below->C_DeriveKey(hSession, p11l_mechanism_down(&numbers, pMechanism), hBaseKey,
	                template.entry, template.count, phKey));
}

CK_RV p11l_number_C_EncapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPublicKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	WITH_TEMPLATE(pTemplate, ulAttributeCount,
	        below->C_EncapsulateKey(hSession, p11l_mechanism_down(&numbers, pMechanism),
	                hPublicKey, template.entry, template.count, pCiphertext, pulCiphertextLen,
	                phKey));
}

CK_RV p11l_number_C_DecapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPrivateKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG ulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	WITH_TEMPLATE(pTemplate, ulAttributeCount,
	        below->C_DecapsulateKey(hSession, p11l_mechanism_down(&numbers, pMechanism),
	                hPrivateKey, template.entry, template.count, pCiphertext, ulCiphertextLen,
	                phKey));
}

/* --- Objects */

CK_RV p11l_number_C_CreateObject(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_OBJECT_HANDLE_PTR phObject)
{
	WITH_TEMPLATE(pTemplate, ulCount,
	        below->C_CreateObject(hSession, template.entry, template.count, phObject));
}

CK_RV p11l_number_C_CopyObject(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phNewObject)
{
	WITH_TEMPLATE(pTemplate, ulCount,
	        below->C_CopyObject(
	                hSession, hObject, template.entry, template.count, phNewObject));
}

CK_RV p11l_number_C_SetAttributeValue(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	WITH_TEMPLATE(pTemplate, ulCount,
	        below->C_SetAttributeValue(hSession, hObject, template.entry, template.count));
}

CK_RV p11l_number_C_FindObjectsInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	WITH_TEMPLATE(pTemplate, ulCount,
	        below->C_FindObjectsInit(hSession, template.entry, template.count));
}

/* --- Reading. What the vendor has written is changed where it is. */

#define MAX_READ 16 /* entries with numbers in one call; nobody asks twice for each */

/* Where numbers are wanted, and how much room there was before the vendor wrote lengths there. */
struct wanted {
	CK_ULONG place[MAX_READ], room[MAX_READ];
	unsigned count;
};

static void find_wanted(struct wanted *wanted, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	enum p11l_number_kind kind;

	wanted->count = 0;
	if (count > P11L_TEMPLATE_MAX || !p11l_readable(template, count * sizeof(*template)))
		return;
	for (CK_ULONG i = 0; i < count && wanted->count < MAX_READ; i++)
		if (p11l_holds_numbers(template[i].type, &kind) && template[i].pValue != NULL) {
			wanted->place[wanted->count] = i;
			wanted->room[wanted->count++] = template[i].ulValueLen;
		}
}

static void entry_up(struct p11l_renumbering *numbers, const CK_ATTRIBUTE *entry, CK_ULONG room)
{
	CK_BYTE *value = entry->pValue;
	enum p11l_number_kind kind;
	CK_ULONG is, standard;

	if (entry->ulValueLen > room || !p11l_holds_numbers(entry->type, &kind))
		return;
	for (CK_ULONG at = 0; entry->ulValueLen - at >= sizeof(is); at += sizeof(is)) {
		memcpy(&is, value + at, sizeof(is));
		standard = p11l_number_up(numbers, kind, is);
		if (standard != is)
			memcpy(value + at, &standard, sizeof(standard));
	}
}

CK_RV p11l_number_C_GetAttributeValue(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct p11l_renumbering numbers;
	struct wanted wanted;
	CK_RV rv;

	p11l_renumber_in_session(&numbers, below, hSession);
	if (!numbers.on)
		return below->C_GetAttributeValue(hSession, hObject, pTemplate, ulCount);
	wanted.count = 0;
	find_wanted(&wanted, pTemplate, ulCount);
	rv = below->C_GetAttributeValue(hSession, hObject, pTemplate, ulCount);
	if (rv != CKR_OK && rv != CKR_ATTRIBUTE_SENSITIVE && rv != CKR_ATTRIBUTE_TYPE_INVALID &&
	        rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	for (unsigned i = 0; i < wanted.count; i++)
		entry_up(&numbers, &pTemplate[wanted.place[i]], wanted.room[i]);
	return rv;
}
