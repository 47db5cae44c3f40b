/* SPDX-License-Identifier: MIT */
/* Writing PKCS #11 URIs (RFC 7512). */
#include "uri.h"

#include "parts.h"

#include <string.h>

static const char scheme[] = "pkcs11:";

const struct p11l_uri_type p11l_uri_types[] = {
        {"public", CKO_PUBLIC_KEY},
        {"private", CKO_PRIVATE_KEY},
        {"cert", CKO_CERTIFICATE},
        {"secret-key", CKO_SECRET_KEY},
        {"data", CKO_DATA},
        {NULL, 0},
};

bool p11l_uri_is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

/* An id is octets, of which all are encoded, also those that happen to be letters. */
static bool stands_for_itself(const char *name, char c)
{
	return strcmp(name, "id") != 0 &&
	       (p11l_uri_is_plain(c) || (c != '\0' && strchr(P11L_URI_BOTH, c) != NULL));
}

/* Whether an attribute stands before this one. */
static bool has_attribute(const struct p11l_buffer *out)
{
	return out->len > sizeof(scheme) - 1;
}

static CK_RV encode(struct p11l_buffer *out, const char *name, const CK_BYTE *value, CK_ULONG size)
{
	static const char digits[] = "0123456789ABCDEF";
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; i < size && rv == CKR_OK; i++) {
		char encoded[3] = {'%', digits[value[i] >> 4], digits[value[i] & 15]};

		rv = stands_for_itself(name, (char)value[i])
		             ? p11l_buffer_append(out, &value[i], 1)
		             : p11l_buffer_append(out, encoded, sizeof(encoded));
	}
	return rv;
}

CK_RV p11l_uri_append(struct p11l_buffer *out, const char *name, const void *value, CK_ULONG size)
{
	struct p11l_buffer attribute = {0};
	CK_RV rv;

	rv = p11l_buffer_reserve(
	        &attribute, strlen(name) + 2 + (size < P11L_NONE / 4 ? 3 * size : 0));
	if (rv == CKR_OK && has_attribute(out))
		rv = p11l_buffer_append(&attribute, ";", 1);
	if (rv == CKR_OK)
		rv = p11l_buffer_append(&attribute, name, strlen(name));
	if (rv == CKR_OK)
		rv = p11l_buffer_append(&attribute, "=", 1);
	if (rv == CKR_OK)
		rv = encode(&attribute, name, value, size);
	if (rv == CKR_OK)
		rv = p11l_buffer_append(out, attribute.p, attribute.len);
	p11l_buffer_free(&attribute);
	return rv;
}

CK_RV p11l_uri_append_token(struct p11l_buffer *out, struct p11l_slot *slot)
{
	const struct p11l_token_info *info;
	CK_RV rv = p11l_get_token_info(slot, CK_FALSE, &info);

	if (rv != CKR_OK)
		return rv;
	rv = p11l_buffer_append(out, scheme, sizeof(scheme) - 1);
	if (rv == CKR_OK)
		rv = p11l_uri_append(out, "model", info->model, strlen(info->model));
	if (rv == CKR_OK)
		rv = p11l_uri_append(
		        out, "manufacturer", info->manufacturer, strlen(info->manufacturer));
	if (rv == CKR_OK)
		rv = p11l_uri_append(out, "serial", info->serial, strlen(info->serial));
	if (rv == CKR_OK)
		rv = p11l_uri_append(out, "token", info->label, strlen(info->label));
	return rv;
}

CK_RV p11l_token_uri(struct p11l_slot *slot, struct p11l_buffer *uri)
{
	struct p11l_buffer text = {0};
	CK_RV rv;

	if (uri == NULL)
		return p11l_bad_argument("uri");
	p11l_buffer_clear(uri);
	if (slot == NULL)
		return p11l_bad_argument("slot");
	rv = p11l_uri_append_token(&text, slot);
	if (rv == CKR_OK)
		rv = p11l_buffer_append(&text, "", 1);
	/* In one piece, so that a buffer that is too small is told how much it takes. */
	if (rv == CKR_OK)
		rv = p11l_buffer_set(uri, text.p, text.len);
	if (rv == CKR_OK)
		uri->len--;
	p11l_buffer_free(&text);
	return rv;
}
