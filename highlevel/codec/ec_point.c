/* SPDX-License-Identifier: MIT */
/* Points, bare and as CKA_EC_POINT. */
#include "ec.h"

#include "shim/normalise/curve.h"
#include "shim/normalise/point.h"

static bool is_known(struct p11l_der ec_params)
{
	return p11l_params_parse(ec_params.at, ec_params.size).octets > 0;
}

/* key_type may be P11L_ANY. */
static struct p11l_point parse(CK_ULONG key_type, struct p11l_der ec_params, struct p11l_der point)
{
	struct p11l_params params = p11l_params_parse(ec_params.at, ec_params.size);

	if (params.curve != NULL)
		key_type = params.curve->key_type;
	return p11l_point_parse(key_type, params.octets, point.at, point.size);
}

CK_RV p11l_bare_point(CK_ULONG key_type, struct p11l_der ec_params, struct p11l_der point,
        const char *field, struct p11l_der *bare)
{
	struct p11l_point parsed = parse(key_type, ec_params, point);

	if (parsed.form != P11L_POINT_NONE && parsed.form != P11L_POINT_XY) {
		*bare = (struct p11l_der){parsed.octets, parsed.size};
		return CKR_OK;
	}
	if (is_known(ec_params))
		return p11l_refuse(
		        CKR_ATTRIBUTE_VALUE_INVALID, field, NULL, "is no point of its curve");
	/* Nothing is known of the curve, so it can only be what CKA_EC_POINT should be. */
	if (!p11l_der_only(point.at, point.size, P11L_DER_OCTET_STRING, bare))
		*bare = point;
	return CKR_OK;
}

static CK_RV write_octet_string(struct p11l_der bare, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_ec, "ECPoint");

	if (rv == CKR_OK)
		rv = p11l_asn_write_octets(&asn, "", bare.at, bare.size);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_set_point(struct p11l_attributes *key, CK_ULONG key_type, struct p11l_der ec_params,
        struct p11l_der point, const char *field, bool bare)
{
	struct p11l_point parsed = parse(key_type, ec_params, point);
	struct p11l_buffer wrapped = {0};
	CK_RV rv;

	if (point.size == 0 || (is_known(ec_params) && parsed.form != P11L_POINT_RAW))
		return p11l_refuse(P11L_CKR_MALFORMED, field, point.at, "is no point of its curve");
	if (bare)
		return p11l_set_der(key, CKA_EC_POINT, &point);
	rv = write_octet_string(point, &wrapped);
	if (rv == CKR_OK)
		rv = p11l_attributes_set(key, CKA_EC_POINT, wrapped.p, wrapped.len);
	p11l_buffer_free(&wrapped);
	return rv;
}

static CK_RV convert(const void *point, CK_ULONG size, struct p11l_der ec_params, bool wrap,
        struct p11l_buffer *out)
{
	struct p11l_der bare = {NULL, 0};
	CK_RV rv;

	p11l_error_begin(point, size);
	if (out == NULL || point == NULL || (ec_params.at == NULL && ec_params.size > 0))
		return p11l_bad_argument(out == NULL ? "output" : "input");
	p11l_buffer_clear(out);
	if (size == 0)
		return p11l_refuse(P11L_CKR_MALFORMED, "point", point, "is empty");
	rv = p11l_bare_point(P11L_ANY, ec_params, (struct p11l_der){point, size}, "point", &bare);
	if (rv == CKR_ATTRIBUTE_VALUE_INVALID)
		rv = p11l_refuse(P11L_CKR_MALFORMED, "point", point, "is no point of its curve");
	if (rv == CKR_OK && !wrap)
		rv = p11l_buffer_set(out, bare.at, bare.size);
	else if (rv == CKR_OK)
		rv = write_octet_string(bare, out);
	return rv;
}

CK_RV p11l_encode_ec_point(const void *point, CK_ULONG size, const void *ec_params,
        CK_ULONG params_size, struct p11l_buffer *out)
{
	return convert(point, size, (struct p11l_der){ec_params, params_size}, true, out);
}

CK_RV p11l_decode_ec_point(const void *point, CK_ULONG size, const void *ec_params,
        CK_ULONG params_size, struct p11l_buffer *out)
{
	return convert(point, size, (struct p11l_der){ec_params, params_size}, false, out);
}
