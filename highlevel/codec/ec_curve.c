/* SPDX-License-Identifier: MIT */
/* Which curve is meant, and how long its order is. */
#include "ec.h"
#include "families.h"

#include "shim/normalise/curve.h"

#include <string.h>

/* The curves whose order has another number of octets than their coordinates. */
static const struct {
	const char *name;
	uint8_t octets;
} orders[] = {
        {"secp160k1", 21},
        {"secp160r1", 21},
        {"secp160r2", 21},
        {"secp224k1", 29},
        {"sect233k1", 29},
        {"sect409k1", 51},
        {"c2pnb176w1", 21},
        {"c2pnb208w1", 25},
        {"c2pnb272w1", 33},
        {"c2pnb304w1", 37},
        {"c2pnb368w1", 45},
        {"c2tnb431r1", 53},
        {"wtls1", 14},
        {"wtls7", 21},
        {"wtls8", 15},
        {"wtls9", 21},
        {"wtls10", 29},
};

static CK_ULONG order_octets(const struct p11l_curve *curve)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(orders[i].name, curve->name) == 0)
			return orders[i].octets;
	return curve->octets;
}

/* The order of a curve that is written out, be it known or not; 0: it cannot be read. */
static CK_ULONG explicit_order(struct p11l_der params)
{
	struct p11l_der order = {NULL, 0};
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_ec, "ECParameters", params);

	if (rv == CKR_OK)
		rv = p11l_asn_natural(&asn, "specifiedCurve.order", &order);
	p11l_asn_free(&asn);
	if (rv != CKR_OK)
		p11l_error_forget();
	return rv == CKR_OK && order.size <= P11L_EC_ORDER_MAX ? order.size : 0;
}

CK_ULONG p11l_order_of(struct p11l_der ec_params)
{
	struct p11l_params params = p11l_params_parse(ec_params.at, ec_params.size);

	if (params.curve != NULL)
		return order_octets(params.curve);
	return params.form == P11L_CURVE_EXPLICIT ? explicit_order(ec_params) : 0;
}

CK_RV p11l_check_ec_params(struct p11l_der ec_params)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_ec, "ECParameters", ec_params);

	if (rv == CKR_OK && ec_params.at[0] == ASN1_TAG_NULL)
		rv = p11l_asn_refuse(&asn, P11L_CKR_UNSUPPORTED, "implicitCurve",
		        "leaves the curve to be known from elsewhere");
	else if (rv == CKR_OK && ec_params.at[0] == ASN1_TAG_PRINTABLE_STRING)
		rv = p11l_asn_refuse(
		        &asn, P11L_CKR_MALFORMED, "name", "must be an object identifier in a key");
	p11l_asn_free(&asn);
	return rv;
}

static CK_RV describe(struct p11l_der der, struct p11l_ec_info *info)
{
	struct p11l_params params = p11l_params_parse(der.at, der.size);
	struct p11l_asn asn;
	CK_RV rv = CKR_OK;

	/* Names in a UTF8String, or of a wrong length, are known to be in use. */
	if (params.form != P11L_CURVE_UTF8_NAME && params.form != P11L_CURVE_BAD_NAME) {
		rv = p11l_asn_read(&asn, p11l_asn_ec, "ECParameters", der);
		p11l_asn_free(&asn);
	}
	if (rv != CKR_OK)
		return rv;
	info->name = params.curve != NULL ? params.curve->name : NULL;
	info->key_type = params.curve != NULL ? params.curve->key_type : CKK_EC;
	info->field_octets = params.octets;
	info->order_octets = p11l_order_of(der);
	info->is_named = der.size > 0 && der.at[0] != P11L_DER_SEQUENCE;
	return CKR_OK;
}

CK_RV p11l_decode_ec_parameters(const void *der, CK_ULONG size, struct p11l_ec_info *info)
{
	p11l_error_begin(der, size);
	if (info == NULL || (der == NULL && size > 0))
		return p11l_bad_argument(info == NULL ? "output" : "input");
	memset(info, 0, sizeof(*info));
	return describe((struct p11l_der){der, size}, info);
}

CK_ULONG p11l_ec_order_octets(const void *ec_params, CK_ULONG size)
{
	p11l_error_begin(ec_params, size);
	return ec_params != NULL ? p11l_order_of((struct p11l_der){ec_params, size}) : 0;
}

CK_RV p11l_ec_parameters(struct p11l_der der, const struct p11l_target *to)
{
	struct p11l_ec_info info;
	CK_RV rv = describe(der, &info);

	if (rv == CKR_OK)
		rv = p11l_set_kind(to->key, CKO_DOMAIN_PARAMETERS, info.key_type);
	return rv == CKR_OK ? p11l_set_der(to->key, CKA_EC_PARAMS, &der) : rv;
}

static CK_RV write_curve(const char *curve, struct p11l_buffer *out)
{
	const struct p11l_curve *known;
	CK_BYTE oid[P11L_OID_DER];
	CK_ULONG size;

	if (curve[0] >= '0' && curve[0] <= '9') {
		if (!p11l_oid_der(curve, oid, &size))
			return p11l_refuse(CKR_ARGUMENTS_BAD, "curve", NULL,
			        "is no object identifier: \"%.40s\"", curve);
		return p11l_buffer_set(out, oid, size);
	}
	known = p11l_find_curve_named(curve, strlen(curve));
	if (known == NULL)
		return p11l_refuse(P11L_CKR_UNSUPPORTED, "curve", NULL,
		        "is not known by the name \"%.40s\"; give its object identifier", curve);
	return p11l_buffer_set(out, known->oid, known->length);
}

CK_RV p11l_encode_named_curve_parameters(const char *curve, struct p11l_buffer *out)
{
	p11l_error_begin(NULL, 0);
	if (curve == NULL || out == NULL)
		return p11l_bad_argument(out == NULL ? "output" : "curve");
	p11l_buffer_clear(out);
	return write_curve(curve, out);
}
