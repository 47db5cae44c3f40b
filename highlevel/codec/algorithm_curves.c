/* SPDX-License-Identifier: MIT */
/* What elliptic curves put into SPKI and PKCS #8. */
#include "algorithm.h"
#include "ec.h"
#include "families.h"

/* Weierstrass: the curve is the parameters. */

static CK_RV ec_read_parameters(const struct p11l_algorithm_id *id, struct p11l_attributes *to)
{
	CK_RV rv = p11l_need_parameters(id);

	if (rv == CKR_OK)
		rv = p11l_check_ec_params(id->parameters);
	return rv == CKR_OK ? p11l_set_der(to, CKA_EC_PARAMS, &id->parameters) : rv;
}

static CK_RV ec_read_public(
        const struct p11l_algorithm_id *id, struct p11l_der bits, const struct p11l_target *to)
{
	return p11l_set_point(to->key, CKK_EC, id->parameters, bits,
	        "SubjectPublicKeyInfo.subjectPublicKey", to->bare_point);
}

static CK_RV ec_read_private(
        const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to)
{
	return p11l_read_ec_private(octets, id->parameters, to);
}

static CK_RV ec_write_parameters(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der ec_params;
	CK_RV rv = p11l_need(from, CKA_EC_PARAMS, &ec_params);

	if (rv != CKR_OK)
		return rv;
	if (p11l_check_ec_params(ec_params) != CKR_OK)
		return p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_EC_PARAMS,
		        "must be an object identifier or domain parameters here");
	return p11l_buffer_set(out, ec_params.at, ec_params.size);
}

static CK_RV write_point(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der ec_params, point, bare;
	CK_ULONG key_type = CKK_EC;
	CK_RV rv = p11l_need_ulong(from, CKA_KEY_TYPE, &key_type);

	if (rv == CKR_OK)
		rv = p11l_need(from, CKA_EC_PARAMS, &ec_params);
	if (rv == CKR_OK)
		rv = p11l_need(from, CKA_EC_POINT, &point);
	if (rv == CKR_OK)
		rv = p11l_bare_point(key_type, ec_params, point, "CKA_EC_POINT", &bare);
	return rv == CKR_OK ? p11l_buffer_set(out, bare.at, bare.size) : rv;
}

static CK_RV ec_write_private(const struct p11l_template *from, struct p11l_buffer *out)
{
	return p11l_write_ec_key(from, false, out);
}

const struct p11l_key_codec p11l_codec_ec = {
        .read_parameters = ec_read_parameters,
        .read_public = ec_read_public,
        .read_private = ec_read_private,
        .write_parameters = ec_write_parameters,
        .write_public = write_point,
        .write_private = ec_write_private,
};

/* Edwards and Montgomery: the curve is the algorithm. */

static CK_RV curve_read_parameters(const struct p11l_algorithm_id *id, struct p11l_attributes *to)
{
	CK_RV rv = p11l_need_no_parameters(id);

	return rv == CKR_OK ? p11l_set_der(to, CKA_EC_PARAMS, &id->oid) : rv;
}

static CK_RV curve_read_public(
        const struct p11l_algorithm_id *id, struct p11l_der bits, const struct p11l_target *to)
{
	return p11l_set_point(to->key, id->algorithm->key_type, id->oid, bits,
	        "SubjectPublicKeyInfo.subjectPublicKey", to->bare_point);
}

static CK_RV curve_read_private(
        const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to)
{
	struct p11l_der value = {NULL, 0};
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_pkix, "CurvePrivateKey", octets);

	if (rv == CKR_OK && (!p11l_asn_content(&asn, "", &value) ||
	                            value.size != id->algorithm->private_octets))
		rv = p11l_asn_refuse(
		        &asn, P11L_CKR_MALFORMED, "", "is not as long as keys of this curve are");
	if (rv == CKR_OK)
		rv = p11l_set_der(to->key, CKA_VALUE, &value);
	p11l_asn_free(&asn);
	return rv;
}

static CK_RV curve_write_private(const struct p11l_template *from, struct p11l_buffer *out)
{
	const struct p11l_algorithm *algorithm = NULL;
	struct p11l_der value = {NULL, 0};
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_pkix, "CurvePrivateKey");

	if (rv == CKR_OK)
		rv = p11l_algorithm_of(from, &algorithm);
	if (rv == CKR_OK)
		rv = p11l_need(from, CKA_VALUE, &value);
	if (rv == CKR_OK && value.size != algorithm->private_octets)
		rv = p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_VALUE,
		        "is not as long as keys of this curve are");
	if (rv == CKR_OK)
		rv = p11l_asn_write_octets(&asn, "", value.at, value.size);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

const struct p11l_key_codec p11l_codec_curve = {
        .read_parameters = curve_read_parameters,
        .read_public = curve_read_public,
        .read_private = curve_read_private,
        .write_public = write_point,
        .write_private = curve_write_private,
};
