/* SPDX-License-Identifier: MIT */
/* What a selector asks for, as a template, and whether an object is like that. */
#include "parts.h"

#include <string.h>

CK_ULONG p11l_template_ulong(const struct p11l_attributes *template, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(template, type);
	CK_ULONG value = P11L_NONE;

	if (found != NULL && found->ulValueLen == sizeof(value))
		memcpy(&value, found->pValue, sizeof(value));
	return value;
}

/* Adds what must be so. Of two values for one attribute no object has both. */
static CK_RV demand(
        struct p11l_attributes *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size)
{
	const CK_ATTRIBUTE *other = p11l_attributes_find(template, type);
	const char *name;

	if (other == NULL)
		return p11l_attributes_set(template, type, value, size);
	if (other->ulValueLen == size && (size == 0 || memcmp(other->pValue, value, size) == 0))
		return CKR_OK;
	name = p11l_constant_name("CKA_", type);
	return p11l_refuse(CKR_TEMPLATE_INCONSISTENT, name, NULL,
	        "is given twice with different values; give it once");
}

static CK_RV demand_uri(struct p11l_attributes *template, const char *text)
{
	struct p11l_uri uri;
	CK_RV rv = p11l_uri_parse(text, &uri);

	if (rv != CKR_OK)
		return rv;
	if (uri.object_class != P11L_NONE)
		rv = demand(template, CKA_CLASS, &uri.object_class, sizeof(uri.object_class));
	if (rv == CKR_OK && uri.object != NULL)
		rv = demand(template, CKA_LABEL, uri.object, strlen(uri.object));
	if (rv == CKR_OK && uri.id != NULL)
		rv = demand(template, CKA_ID, uri.id, uri.id_size);
	p11l_uri_clear(&uri);
	return rv;
}

static CK_RV demand_attributes(const struct p11l_selector *selector, struct p11l_attributes *to)
{
	const CK_ATTRIBUTE *entry = P11L_GET(selector, attributes, NULL);
	CK_ULONG count = P11L_GET(selector, attribute_count, 0);
	CK_RV rv = CKR_OK;

	if (count > 0 && entry == NULL)
		return p11l_bad_argument("attributes");
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		if (entry[i].ulValueLen == CK_UNAVAILABLE_INFORMATION)
			continue;
		if (entry[i].pValue == NULL && entry[i].ulValueLen > 0)
			return p11l_bad_argument(p11l_constant_name("CKA_", entry[i].type));
		rv = demand(to, entry[i].type, entry[i].pValue, entry[i].ulValueLen);
	}
	return rv;
}

CK_RV p11l_selector_template(
        const struct p11l_selector *selector, struct p11l_attributes *attributes)
{
	const CK_OBJECT_CLASS *object_class = P11L_GET(selector, object_class, NULL);
	const CK_KEY_TYPE *key_type = P11L_GET(selector, key_type, NULL);
	const char *label = P11L_GET(selector, label, NULL);
	const void *id = P11L_GET(selector, id, NULL);
	const char *uri = P11L_GET(selector, uri, NULL);
	CK_RV rv = CKR_OK;

	if (object_class != NULL)
		rv = demand(attributes, CKA_CLASS, object_class, sizeof(*object_class));
	if (rv == CKR_OK && key_type != NULL)
		rv = demand(attributes, CKA_KEY_TYPE, key_type, sizeof(*key_type));
	if (rv == CKR_OK && label != NULL)
		rv = demand(attributes, CKA_LABEL, label, strlen(label));
	if (rv == CKR_OK && id != NULL)
		rv = demand(attributes, CKA_ID, id, P11L_GET(selector, id_size, 0));
	if (rv == CKR_OK && uri != NULL)
		rv = demand_uri(attributes, uri);
	if (rv == CKR_OK)
		rv = demand_attributes(selector, attributes);
	if (rv != CKR_OK)
		p11l_attributes_clear(attributes);
	return rv;
}

bool p11l_object_fits(const struct p11l_object *object, const struct p11l_attributes *template)
{
	for (CK_ULONG i = 0; i < template->count; i++) {
		const CK_ATTRIBUTE *known = p11l_object_known(object, template->entry[i].type);

		if (known != NULL && !p11l_value_agrees(&template->entry[i], known))
			return false;
	}
	return true;
}
