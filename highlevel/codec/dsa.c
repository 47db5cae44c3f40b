/* SPDX-License-Identifier: MIT */
/* DSA parameters and keys. */
#include "families.h"

static const struct p11l_natural parameters[] = {
        {"p", CKA_PRIME},
        {"q", CKA_SUBPRIME},
        {"g", CKA_BASE},
        {NULL, 0},
};
static const struct p11l_natural private_value[] = {{"x", CKA_VALUE}, {NULL, 0}};
static const struct p11l_natural public_value[] = {{"y", CKA_VALUE}, {NULL, 0}};

CK_RV p11l_dsa_parameters(struct p11l_der der, const struct p11l_target *to)
{
	CK_RV rv = p11l_set_kind(to->key, CKO_DOMAIN_PARAMETERS, CKK_DSA);

	if (rv == CKR_OK)
		rv = p11l_read_record(p11l_asn_dsa, "Dss-Parms", der, parameters, to->key);
	return rv;
}

CK_RV p11l_write_dsa_parameters(const struct p11l_template *from, struct p11l_buffer *out)
{
	return p11l_write_record(p11l_asn_dsa, "Dss-Parms", parameters, from, out);
}

/* One half of the key with the parameters that both have. */
static CK_RV read_half(const struct p11l_asn *asn, CK_OBJECT_CLASS object_class,
        const struct p11l_natural *value, struct p11l_attributes *to)
{
	CK_RV rv = p11l_set_kind(to, object_class, CKK_DSA);

	if (rv == CKR_OK)
		rv = p11l_read_naturals(asn, parameters, to);
	if (rv == CKR_OK)
		rv = p11l_read_naturals(asn, value, to);
	return rv;
}

CK_RV p11l_dsa_private(struct p11l_der der, const struct p11l_target *to)
{
	struct p11l_asn asn;
	CK_ULONG version = 0;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_dsa, "DSAPrivateKey", der);

	if (rv == CKR_OK)
		rv = p11l_asn_small(&asn, "version", &version);
	if (rv == CKR_OK && version != 0)
		rv = p11l_asn_refuse(&asn, P11L_CKR_MALFORMED, "version", "is not 0");
	if (rv == CKR_OK)
		rv = read_half(&asn, CKO_PRIVATE_KEY, private_value, to->key);
	if (rv == CKR_OK)
		rv = read_half(&asn, CKO_PUBLIC_KEY, public_value, to->public_key);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_decode_dsa_domain_parameters(const void *der, CK_ULONG size, struct p11l_attributes *out)
{
	return p11l_decode_with(p11l_dsa_parameters, der, size, false, out, NULL);
}

CK_RV p11l_encode_dsa_domain_parameters(
        const CK_ATTRIBUTE *entry, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(p11l_write_dsa_parameters, false, entry, count, out);
}

static CK_RV read_public(struct p11l_der der, struct p11l_buffer *out)
{
	struct p11l_der value;
	CK_RV rv = p11l_read_integer(p11l_asn_dsa, "DSAPublicKey", der, &value);

	return rv == CKR_OK ? p11l_buffer_set(out, value.at, value.size) : rv;
}

static CK_RV write_public(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der value;
	CK_RV rv = p11l_need(from, CKA_VALUE, &value);

	return rv == CKR_OK ? p11l_write_integer(p11l_asn_dsa, "DSAPublicKey", &value, out) : rv;
}

CK_RV p11l_decode_dsa_public_key(const void *der, CK_ULONG size, struct p11l_buffer *value)
{
	return p11l_convert_with(read_public, der, size, value);
}

CK_RV p11l_encode_dsa_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(write_public, false, key, count, out);
}

CK_RV p11l_decode_dsa_private_key(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key)
{
	return p11l_decode_with(p11l_dsa_private, der, size, false, key, public_key);
}

static CK_RV write_private(
        const struct p11l_template *from, const struct p11l_der *y, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_dsa, "DSAPrivateKey");

	if (rv == CKR_OK)
		rv = p11l_asn_write_small(&asn, "version", 0);
	if (rv == CKR_OK)
		rv = p11l_write_naturals(&asn, parameters, from);
	if (rv == CKR_OK)
		rv = p11l_asn_write_natural(&asn, "y", y->at, y->size);
	if (rv == CKR_OK)
		rv = p11l_write_naturals(&asn, private_value, from);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_encode_dsa_private_key(const CK_ATTRIBUTE *key, CK_ULONG count,
        const void *public_octets, CK_ULONG public_size, struct p11l_buffer *out)
{
	struct p11l_template from = {key, count};
	struct p11l_der y = {public_octets, public_size};
	CK_RV rv;

	p11l_error_begin(NULL, 0);
	if (out == NULL || public_octets == NULL || (key == NULL && count > 0))
		return p11l_bad_argument(out == NULL ? "output" : "template or public value");
	out->flags |= P11L_SECRET;
	p11l_buffer_clear(out);
	rv = write_private(&from, &y, out);
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		p11l_buffer_clear(out);
	return rv;
}
