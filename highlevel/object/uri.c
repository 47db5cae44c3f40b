/* SPDX-License-Identifier: MIT */
/* The URI by which an object is found again (RFC 7512). */
#include "parts.h"

#include <string.h>

/* What the RFC calls the classes. */
static const char *const types[] = {[CKO_DATA] = "data",
        [CKO_CERTIFICATE] = "cert",
        [CKO_PUBLIC_KEY] = "public",
        [CKO_PRIVATE_KEY] = "private",
        [CKO_SECRET_KEY] = "secret-key"};

static CK_RV append_known(const struct p11l_object *object, CK_ATTRIBUTE_TYPE type,
        const char *name, struct p11l_buffer *uri)
{
	const CK_ATTRIBUTE *known = p11l_object_known(object, type);

	if (known == NULL || known->ulValueLen == 0)
		return CKR_OK;
	return p11l_uri_append(uri, name, known->pValue, known->ulValueLen);
}

CK_RV p11l_object_uri(struct p11l_object *object, struct p11l_buffer *uri)
{
	CK_RV rv;

	if (uri == NULL)
		return p11l_bad_argument("uri");
	p11l_buffer_clear(uri);
	rv = p11l_object_check(object, "object");
	if (rv == CKR_OK)
		rv = p11l_uri_append_token(uri, object->session->slot);
	if (rv == CKR_OK)
		rv = append_known(object, CKA_ID, "id", uri);
	if (rv == CKR_OK)
		rv = append_known(object, CKA_LABEL, "object", uri);
	if (rv == CKR_OK && object->object_class < sizeof(types) / sizeof(types[0]))
		rv = p11l_uri_append(uri, "type", types[object->object_class],
		        strlen(types[object->object_class]));
	if (rv == CKR_OK)
		rv = p11l_buffer_append(uri, "", 1);
	if (rv == CKR_OK)
		uri->len--;
	else
		p11l_buffer_clear(uri);
	return rv;
}
