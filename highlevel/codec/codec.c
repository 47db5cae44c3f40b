/* SPDX-License-Identifier: MIT */
/* What stands around every codec: arguments, outputs, attributes. */
#include "parts.h"

#include "shim/spec.h"

#include <string.h>

static CK_RV bad_input(const void *in, CK_ULONG size)
{
	p11l_error_begin(in, size);
	return in == NULL && size > 0 ? p11l_bad_argument("input") : CKR_OK;
}

CK_RV p11l_decode_with(p11l_decoder *decode, const void *der, CK_ULONG size, bool bare_point,
        struct p11l_attributes *key, struct p11l_attributes *public_key)
{
	struct p11l_attributes unwanted = {0};
	struct p11l_target to = {key, public_key != NULL ? public_key : &unwanted, bare_point};
	CK_RV rv = bad_input(der, size);

	if (rv == CKR_OK && key == NULL)
		rv = p11l_bad_argument("output");
	if (rv != CKR_OK)
		return rv;
	p11l_attributes_clear(key);
	p11l_attributes_clear(public_key);
	rv = decode((struct p11l_der){der, size}, &to);
	if (rv != CKR_OK) {
		p11l_attributes_clear(key);
		p11l_attributes_clear(public_key);
	}
	p11l_attributes_clear(&unwanted);
	return rv;
}

CK_RV p11l_encode_with(p11l_encoder *encode, bool secret, const CK_ATTRIBUTE *entry, CK_ULONG count,
        struct p11l_buffer *out)
{
	struct p11l_template from = {entry, count};
	CK_RV rv;

	p11l_error_begin(NULL, 0);
	if (out == NULL || (entry == NULL && count > 0))
		return p11l_bad_argument(out == NULL ? "output" : "template");
	if (secret)
		out->flags |= P11L_SECRET;
	p11l_buffer_clear(out);
	rv = encode(&from, out);
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		p11l_buffer_clear(out);
	return rv;
}

CK_RV p11l_convert_with(
        p11l_converter *convert, const void *in, CK_ULONG size, struct p11l_buffer *out)
{
	CK_RV rv = bad_input(in, size);

	if (rv == CKR_OK && out == NULL)
		rv = p11l_bad_argument("output");
	if (rv != CKR_OK)
		return rv;
	p11l_buffer_clear(out);
	rv = convert((struct p11l_der){in, size}, out);
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		p11l_buffer_clear(out);
	return rv;
}

CK_RV p11l_refuse_attribute(CK_RV rv, CK_ATTRIBUTE_TYPE type, const char *what)
{
	const char *name = p11l_name(P11L_SPACE_attribute, type);

	p11l_refuse(rv, name != NULL ? name : "attribute", NULL, "%s", what);
	return rv;
}

bool p11l_has(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, struct p11l_der *value)
{
	const CK_ATTRIBUTE *found = p11l_attribute_in(from->entry, from->count, type);

	if (found == NULL || found->pValue == NULL || found->ulValueLen == 0 ||
	        found->ulValueLen == CK_UNAVAILABLE_INFORMATION)
		return false;
	value->at = found->pValue;
	value->size = found->ulValueLen;
	return true;
}

CK_RV p11l_need(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, struct p11l_der *value)
{
	if (!p11l_has(from, type, value))
		return p11l_refuse_attribute(CKR_TEMPLATE_INCOMPLETE, type,
		        "is missing from the attributes, or has no value");
	return CKR_OK;
}

CK_RV p11l_need_ulong(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	struct p11l_der octets = {NULL, 0};
	CK_RV rv = p11l_need(from, type, &octets);

	if (rv == CKR_OK && octets.size != sizeof(*value))
		rv = p11l_refuse_attribute(
		        CKR_ATTRIBUTE_VALUE_INVALID, type, "is not the size of a CK_ULONG");
	if (rv == CKR_OK)
		memcpy(value, octets.at, sizeof(*value));
	return rv;
}

CK_RV p11l_set_kind(struct p11l_attributes *key, CK_OBJECT_CLASS object_class, CK_KEY_TYPE type)
{
	CK_RV rv = p11l_attributes_set_ulong(key, CKA_CLASS, object_class);

	return rv == CKR_OK ? p11l_attributes_set_ulong(key, CKA_KEY_TYPE, type) : rv;
}

CK_RV p11l_set_der(
        struct p11l_attributes *key, CK_ATTRIBUTE_TYPE type, const struct p11l_der *value)
{
	return p11l_attributes_set(key, type, value->at, value->size);
}
