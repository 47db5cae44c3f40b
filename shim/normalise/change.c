/* SPDX-License-Identifier: MIT */
/* TPL-9: what C_SetAttributeValue changes, and what C_CopyObject copies. */
#define _GNU_SOURCE
#include "template.h"

#include <string.h>

#define MAX_ENTRIES 32
#define MAX_OCTETS  4096

/* What the object has at present, for the attributes that are to be changed. */
struct present {
	CK_ATTRIBUTE entry[MAX_ENTRIES];
	CK_ULONG count;
	CK_BYTE octets[MAX_OCTETS];
	size_t used;
};

/* Reads them into room of the size that the new values have: others are not the same. One call. */
static bool read_present(const struct p11l_request *request, struct present *present)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv;

	present->count = present->used = 0;
	while ((entry = p11l_template_at(request->template, present->count)) != NULL) {
		if (present->count == MAX_ENTRIES || entry->ulValueLen > MAX_OCTETS - present->used)
			return false;
		present->entry[present->count++] = (CK_ATTRIBUTE){
		        entry->type, present->octets + present->used, entry->ulValueLen};
		present->used += entry->ulValueLen;
	}
	rv = request->below->C_GetAttributeValue(
	        request->session, request->object, present->entry, present->count);
	return rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	       rv == CKR_ATTRIBUTE_SENSITIVE;
}

static bool has_already(const struct present *present, CK_ULONG place, const CK_ATTRIBUTE *entry)
{
	const CK_ATTRIBUTE *is = &present->entry[place];
	const CK_BYTE *value = p11l_template_value(entry);

	return value != NULL && is->ulValueLen == entry->ulValueLen && is->ulValueLen > 0 &&
	       memcmp(is->pValue, value, is->ulValueLen) == 0;
}

/* Whether a change would make the key weaker or another kind of object; it differs from what is. */
static bool is_forbidden(const struct present *present, CK_ULONG place, const CK_ATTRIBUTE *entry)
{
	const CK_ATTRIBUTE *is = &present->entry[place];

	switch (entry->type) {
	case CKA_CLASS:
	case CKA_KEY_TYPE:
		return is->ulValueLen == sizeof(CK_ULONG);
	case CKA_SENSITIVE:
		return is->ulValueLen == 1 && *(const CK_BBOOL *)is->pValue != CK_FALSE;
	case CKA_EXTRACTABLE:
		return is->ulValueLen == 1 && *(const CK_BBOOL *)is->pValue == CK_FALSE;
	default:
		return false;
	}
}

static CK_RV compare(struct p11l_request *request, const struct present *present)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv = CKR_OK;

	/* From the end, so that places stay what they were while entries go. */
	for (CK_ULONG i = present->count; rv == CKR_OK && i-- > 0;) {
		entry = p11l_template_at(request->template, i);
		if (has_already(present, i, entry)) {
			p11l_step_note(request, P11L_RULE_TPL_9, entry->type, "has it already",
			        "left out");
			rv = p11l_template_remove_at(request->template, i);
		} else if (is_forbidden(present, i, entry)) {
			p11l_step_note(request, P11L_RULE_TPL_9, entry->type, "not to be changed",
			        "CKR_ATTRIBUTE_READ_ONLY");
			rv = CKR_ATTRIBUTE_READ_ONLY;
		}
	}
	return rv;
}

CK_RV p11l_step_change(struct p11l_request *request)
{
	struct present present;
	CK_RV rv = CKR_OK;

	if (request->use == P11L_USE_COPY) {
		if (request->template->entry != NULL)
			return CKR_OK;
		p11l_note("TPL-9", "template: NULL -> empty");
		return p11l_template_own(request->template);
	}
	if (request->template->count == 0)
		return CKR_OK;
	if (read_present(request, &present))
		rv = compare(request, &present);
	explicit_bzero(present.octets, present.used);
	return rv;
}
