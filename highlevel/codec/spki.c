/* SPDX-License-Identifier: MIT */
/* SubjectPublicKeyInfo, of keys of any type. */
#include "algorithm.h"
#include "families.h"

CK_RV p11l_read_common(const struct p11l_algorithm_id *id, CK_OBJECT_CLASS object_class,
        struct p11l_attributes *to)
{
	const struct p11l_key_codec *codec = id->algorithm->codec;
	CK_RV rv = CKR_OK;

	if (codec->read_parameters != NULL)
		rv = codec->read_parameters(id, to);
	/* Domain parameters say of themselves that they are such; a key overrides that. */
	return rv == CKR_OK ? p11l_set_kind(to, object_class, id->algorithm->key_type) : rv;
}

CK_RV p11l_spki(struct p11l_der der, const struct p11l_target *to)
{
	struct p11l_algorithm_id id;
	struct p11l_der bits = {NULL, 0};
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_pkix, "SubjectPublicKeyInfo", der);

	if (rv == CKR_OK)
		rv = p11l_read_algorithm(&asn, "algorithm", &id);
	if (rv == CKR_OK)
		rv = p11l_asn_bits(&asn, "subjectPublicKey", &bits);
	if (rv == CKR_OK)
		rv = p11l_read_common(&id, CKO_PUBLIC_KEY, to->key);
	if (rv == CKR_OK)
		rv = id.algorithm->codec->read_public(&id, bits, to);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_write_spki(const struct p11l_template *from, struct p11l_buffer *out)
{
	const struct p11l_algorithm *algorithm = NULL;
	struct p11l_buffer bits = {0};
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_pkix, "SubjectPublicKeyInfo");

	if (rv == CKR_OK)
		rv = p11l_algorithm_of(from, &algorithm);
	if (rv == CKR_OK)
		rv = p11l_write_algorithm(&asn, "algorithm", algorithm, from);
	if (rv == CKR_OK)
		rv = algorithm->codec->write_public(from, &bits);
	if (rv == CKR_OK)
		rv = p11l_asn_write_bits(&asn, "subjectPublicKey", bits.p, bits.len);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_buffer_free(&bits);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_check_public(const struct p11l_template *from)
{
	CK_ULONG object_class = CKO_PUBLIC_KEY, key_type = CKK_RSA;
	struct p11l_der value;
	CK_RV rv = CKR_OK;

	if (p11l_has(from, CKA_CLASS, &value))
		rv = p11l_need_ulong(from, CKA_CLASS, &object_class);
	if (rv == CKR_OK)
		rv = p11l_need_ulong(from, CKA_KEY_TYPE, &key_type);
	if (rv == CKR_OK && object_class != CKO_PUBLIC_KEY &&
	        (object_class != CKO_PRIVATE_KEY || key_type != CKK_RSA))
		rv = p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_CLASS,
		        "should be CKO_PUBLIC_KEY; only RSA private keys have the public one in "
		        "them");
	return rv;
}

static CK_RV write_checked(const struct p11l_template *from, struct p11l_buffer *out)
{
	CK_RV rv = p11l_check_public(from);

	return rv == CKR_OK ? p11l_write_spki(from, out) : rv;
}

/* Of a type that is EC, Edwards or Montgomery. */
static CK_RV ec_only(struct p11l_der der, const struct p11l_target *to)
{
	CK_RV rv = p11l_spki(der, to);

	if (rv == CKR_OK && p11l_attributes_find(to->key, CKA_EC_PARAMS) == NULL)
		rv = p11l_refuse(P11L_CKR_MALFORMED, "SubjectPublicKeyInfo.algorithm", der.at,
		        "is of no elliptic curve");
	return rv;
}

CK_RV p11l_decode_spki(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_with(p11l_spki, der, size, false, key, NULL);
}

CK_RV p11l_encode_spki(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(write_checked, false, key, count, out);
}

CK_RV p11l_decode_ec_public_key(
        const void *der, CK_ULONG size, CK_BBOOL encode_ec_point, struct p11l_attributes *key)
{
	return p11l_decode_with(ec_only, der, size, encode_ec_point == CK_FALSE, key, NULL);
}

static CK_RV write_ec(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der ec_params;
	CK_RV rv = p11l_need(from, CKA_EC_PARAMS, &ec_params);

	return rv == CKR_OK ? p11l_write_spki(from, out) : rv;
}

CK_RV p11l_encode_ec_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(write_ec, false, key, count, out);
}
