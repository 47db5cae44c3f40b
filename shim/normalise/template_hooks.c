/* SPDX-License-Identifier: MIT */
/* The calls that take templates. */
#include "template.h"

#include <string.h>

struct work {
	struct p11l_template template;
	struct p11l_request request;
};

/* What every request has. Nothing here is read that the host gave but the mechanism. */
static void begin(struct work *work, p11l_below *below, CK_SESSION_HANDLE session,
        enum p11l_template_use use, unsigned function, const CK_MECHANISM *mechanism,
        CK_ATTRIBUTE *template, CK_ULONG count)
{
	bool readable = mechanism != NULL && p11l_readable(mechanism, sizeof(*mechanism));

	p11l_template_open(&work->template, template, count);
	memset(&work->request, 0, sizeof(work->request));
	work->request.below = below;
	work->request.session = session;
	work->request.rules = p11l_rules_of(session);
	work->request.use = use;
	work->request.function = function;
	work->request.mechanism = readable ? mechanism : NULL;
	work->request.template = &work->template;
	work->request.class = work->request.key_type = P11L_ANY;
}

static CK_RV run(struct work *work)
{
	struct p11l_request *request[] = {&work->request};

	return p11l_steps_run(request, 1);
}

/* After the call below: the vendor has written the handle, so the host's pointer is good. */
static CK_RV finish(struct work *work, CK_RV rv, CK_OBJECT_HANDLE *object)
{
	if (rv == CKR_OK && object != NULL) {
		p11l_compare_place(&work->request, *object);
		p11l_strengthen(&work->request, *object);
	}
	p11l_template_close(&work->template);
	return rv;
}

static bool wanted(CK_SESSION_HANDLE session, enum p11l_template_use use)
{
	return p11l_steps_wanted(p11l_rules_of(session), use);
}

CK_RV p11l_template_C_CreateObject(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_OBJECT_HANDLE_PTR phObject)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_CREATE))
		return below->C_CreateObject(hSession, pTemplate, ulCount, phObject);
	begin(&work, below, hSession, P11L_USE_CREATE, P11L_C_CreateObject, NULL, pTemplate,
	        ulCount);
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_CreateObject(
		        hSession, work.template.entry, work.template.count, phObject);
	return finish(&work, rv, phObject);
}

CK_RV p11l_template_C_CopyObject(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phNewObject)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_COPY))
		return below->C_CopyObject(hSession, hObject, pTemplate, ulCount, phNewObject);
	begin(&work, below, hSession, P11L_USE_COPY, P11L_C_CopyObject, NULL, pTemplate, ulCount);
	work.request.object = hObject;
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_CopyObject(
		        hSession, hObject, work.template.entry, work.template.count, phNewObject);
	return finish(&work, rv, phNewObject);
}

/* When the object has already all that was to be changed, nothing is left to be done. */
CK_RV p11l_template_C_SetAttributeValue(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_SET))
		return below->C_SetAttributeValue(hSession, hObject, pTemplate, ulCount);
	begin(&work, below, hSession, P11L_USE_SET, P11L_C_SetAttributeValue, NULL, pTemplate,
	        ulCount);
	work.request.object = hObject;
	rv = run(&work);
	if (rv == CKR_OK && (work.template.count > 0 || ulCount == 0))
		rv = below->C_SetAttributeValue(
		        hSession, hObject, work.template.entry, work.template.count);
	return finish(&work, rv, NULL);
}

CK_RV p11l_template_C_FindObjectsInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_FIND))
		return below->C_FindObjectsInit(hSession, pTemplate, ulCount);
	begin(&work, below, hSession, P11L_USE_FIND, P11L_C_FindObjectsInit, NULL, pTemplate,
	        ulCount);
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_FindObjectsInit(hSession, work.template.entry, work.template.count);
	return finish(&work, rv, NULL);
}

CK_RV p11l_template_C_GenerateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_GENERATE))
		return below->C_GenerateKey(hSession, pMechanism, pTemplate, ulCount, phKey);
	begin(&work, below, hSession, P11L_USE_GENERATE, P11L_C_GenerateKey, pMechanism, pTemplate,
	        ulCount);
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_GenerateKey(
		        hSession, pMechanism, work.template.entry, work.template.count, phKey);
	return finish(&work, rv, phKey);
}

static CK_RV run_pair(struct work *public, struct work *private)
{
	struct p11l_request *request[] = {&public->request, &private->request};

	public->request.half = P11L_HALF_PUBLIC;
	public->request.other = &private->request;
	private->request.half = P11L_HALF_PRIVATE;
	private->request.other = &public->request;
	return p11l_steps_run(request, 2);
}

CK_RV p11l_template_C_GenerateKeyPair(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_ATTRIBUTE_PTR pPublicKeyTemplate,
        CK_ULONG ulPublicKeyAttributeCount, CK_ATTRIBUTE_PTR pPrivateKeyTemplate,
        CK_ULONG ulPrivateKeyAttributeCount, CK_OBJECT_HANDLE_PTR phPublicKey,
        CK_OBJECT_HANDLE_PTR phPrivateKey)
{
	struct work public, private;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_GENERATE))
		return below->C_GenerateKeyPair(hSession, pMechanism, pPublicKeyTemplate,
		        ulPublicKeyAttributeCount, pPrivateKeyTemplate, ulPrivateKeyAttributeCount,
		        phPublicKey, phPrivateKey);
	begin(&public, below, hSession, P11L_USE_GENERATE, P11L_C_GenerateKeyPair, pMechanism,
	        pPublicKeyTemplate, ulPublicKeyAttributeCount);
	begin(&private, below, hSession, P11L_USE_GENERATE, P11L_C_GenerateKeyPair, pMechanism,
	        pPrivateKeyTemplate, ulPrivateKeyAttributeCount);
	rv = run_pair(&public, &private);
	if (rv == CKR_OK)
		rv = below->C_GenerateKeyPair(hSession, pMechanism, public.template.entry,
		        public.template.count, private.template.entry, private.template.count,
		        phPublicKey, phPrivateKey);
	rv = finish(&public, rv, phPublicKey);
	return finish(&private, rv, phPrivateKey);
}

CK_RV p11l_template_C_UnwrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_OBJECT_HANDLE_PTR phKey)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_UNWRAP))
		return below->C_UnwrapKey(hSession, pMechanism, hUnwrappingKey, pWrappedKey,
		        ulWrappedKeyLen, pTemplate, ulAttributeCount, phKey);
	begin(&work, below, hSession, P11L_USE_UNWRAP, P11L_C_UnwrapKey, pMechanism, pTemplate,
	        ulAttributeCount);
	work.request.object = hUnwrappingKey;
	work.request.wrapped = ulWrappedKeyLen;
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_UnwrapKey(hSession, pMechanism, hUnwrappingKey, pWrappedKey,
		        ulWrappedKeyLen, work.template.entry, work.template.count, phKey);
	return finish(&work, rv, phKey);
}

CK_RV p11l_template_C_UnwrapKeyAuthenticated(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
        CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
        CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_OBJECT_HANDLE_PTR phKey)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_UNWRAP))
		return below->C_UnwrapKeyAuthenticated(hSession, pMechanism, hUnwrappingKey,
		        pWrappedKey, ulWrappedKeyLen, pTemplate, ulAttributeCount, pAssociatedData,
		        ulAssociatedDataLen, phKey);
	begin(&work, below, hSession, P11L_USE_UNWRAP, P11L_C_UnwrapKeyAuthenticated, pMechanism,
	        pTemplate, ulAttributeCount);
	work.request.object = hUnwrappingKey;
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_UnwrapKeyAuthenticated(hSession, pMechanism, hUnwrappingKey,
		        pWrappedKey, ulWrappedKeyLen, work.template.entry, work.template.count,
		        pAssociatedData, ulAssociatedDataLen, phKey);
	return finish(&work, rv, phKey);
}

/* Some derivations of TLS answer several keys in their parameter and none here. */
CK_RV p11l_template_C_DeriveKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hBaseKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_OBJECT_HANDLE_PTR phKey)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_DERIVE))
		return below->C_DeriveKey(
		        hSession, pMechanism, hBaseKey, pTemplate, ulAttributeCount, phKey);
	begin(&work, below, hSession, P11L_USE_DERIVE, P11L_C_DeriveKey, pMechanism, pTemplate,
	        ulAttributeCount);
	work.request.object = hBaseKey;
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_DeriveKey(hSession, pMechanism, hBaseKey, work.template.entry,
		        work.template.count, phKey);
	return finish(&work, rv, phKey);
}

/* A query of the ciphertext's size makes no key, whatever the template says. */
CK_RV p11l_template_C_EncapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPublicKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_DERIVE))
		return below->C_EncapsulateKey(hSession, pMechanism, hPublicKey, pTemplate,
		        ulAttributeCount, pCiphertext, pulCiphertextLen, phKey);
	begin(&work, below, hSession, P11L_USE_DERIVE, P11L_C_EncapsulateKey, pMechanism, pTemplate,
	        ulAttributeCount);
	work.request.object = hPublicKey;
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_EncapsulateKey(hSession, pMechanism, hPublicKey, work.template.entry,
		        work.template.count, pCiphertext, pulCiphertextLen, phKey);
	return finish(&work, rv, pCiphertext != NULL ? phKey : NULL);
}

CK_RV p11l_template_C_DecapsulateKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPrivateKey, CK_ATTRIBUTE_PTR pTemplate,
        CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext, CK_ULONG ulCiphertextLen,
        CK_OBJECT_HANDLE_PTR phKey)
{
	struct work work;
	CK_RV rv;

	if (!wanted(hSession, P11L_USE_DERIVE))
		return below->C_DecapsulateKey(hSession, pMechanism, hPrivateKey, pTemplate,
		        ulAttributeCount, pCiphertext, ulCiphertextLen, phKey);
	begin(&work, below, hSession, P11L_USE_DERIVE, P11L_C_DecapsulateKey, pMechanism, pTemplate,
	        ulAttributeCount);
	work.request.object = hPrivateKey;
	rv = run(&work);
	if (rv == CKR_OK)
		rv = below->C_DecapsulateKey(hSession, pMechanism, hPrivateKey, work.template.entry,
		        work.template.count, pCiphertext, ulCiphertextLen, phKey);
	return finish(&work, rv, phKey);
}
