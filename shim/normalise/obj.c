/* SPDX-License-Identifier: MIT */
/* Families OBJ and PQC, as far as they are about templates and objects. */
#include "template.h"

CK_RV p11l_step_label(struct p11l_request *request)
{
	if (p11l_template_find(request->template, CKA_LABEL) == NULL)
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_OBJ_8, CKA_LABEL, "given", "left out");
	return p11l_template_remove(request->template, CKA_LABEL);
}

/* OBJ-9: tells when an object outlives its end; nothing is tried again. */
CK_RV p11l_template_C_DestroyObject(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject)
{
	CK_OBJECT_CLASS class;
	CK_ATTRIBUTE read = {CKA_CLASS, &class, sizeof(class)};
	CK_RV rv = below->C_DestroyObject(hSession, hObject);

	if (rv == CKR_OK && p11l_on(p11l_rules_of(hSession), P11L_RULE_OBJ_9) &&
	        below->C_GetAttributeValue(hSession, hObject, &read, 1) == CKR_OK)
		p11l_note("OBJ-9", "object %lu: destroyed -> still there", hObject);
	return rv;
}

/* PQC-2: some vendors look for the parameter set in the private half. */
CK_RV p11l_step_parameter_set(struct p11l_request *request)
{
	const CK_ATTRIBUTE *given;

	if (request->half != P11L_HALF_PRIVATE || request->other->template->opaque ||
	        p11l_template_find(request->template, CKA_PARAMETER_SET) != NULL)
		return CKR_OK;
	given = p11l_template_find(request->other->template, CKA_PARAMETER_SET);
	if (given == NULL)
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_PQC_2, CKA_PARAMETER_SET, "none", "as the public one");
	return p11l_template_point(
	        request->template, CKA_PARAMETER_SET, given->pValue, given->ulValueLen);
}
