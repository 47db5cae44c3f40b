/* SPDX-License-Identifier: MIT */
/* Private keys by SEC 1. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "ec.h"
#include "families.h"

#include "shim/normalise/curve.h"

#include <string.h>

/* The curve, of which the key and what it stands in must not say different things. */
static CK_RV find_params(const struct p11l_asn *asn, struct p11l_der *ec_params)
{
	struct p11l_der own;

	if (!p11l_asn_content(asn, "parameters", &own)) {
		if (ec_params->size > 0)
			return CKR_OK;
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "parameters",
		        "is missing, so nothing tells the curve");
	}
	if (ec_params->size > 0 &&
	        (own.size != ec_params->size || memcmp(own.at, ec_params->at, own.size) != 0))
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "parameters",
		        "is another curve than that of the key's algorithm");
	*ec_params = own;
	return p11l_check_ec_params(own);
}

static CK_RV read_value(
        const struct p11l_asn *asn, struct p11l_der ec_params, struct p11l_attributes *to)
{
	CK_ULONG order = p11l_order_of(ec_params);
	struct p11l_der value;

	if (!p11l_asn_content(asn, "privateKey", &value) || value.size == 0)
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "privateKey", "is empty");
	if (order > 0 && p11l_significant(value).size > order)
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, "privateKey", "is longer than the order");
	return p11l_set_der(to, CKA_VALUE, &value);
}

static CK_RV read_public(
        const struct p11l_asn *asn, struct p11l_der ec_params, const struct p11l_target *to)
{
	struct p11l_attributes *key = to->public_key;
	struct p11l_der point;
	CK_RV rv;

	if (!p11l_asn_whole(asn, "publicKey", &point))
		return CKR_OK;
	rv = p11l_asn_bits(asn, "publicKey", &point);
	if (rv == CKR_OK)
		rv = p11l_set_kind(key, CKO_PUBLIC_KEY, CKK_EC);
	if (rv == CKR_OK)
		rv = p11l_set_der(key, CKA_EC_PARAMS, &ec_params);
	if (rv == CKR_OK)
		rv = p11l_set_point(
		        key, CKK_EC, ec_params, point, "ECPrivateKey.publicKey", to->bare_point);
	return rv;
}

static CK_RV read_key(
        const struct p11l_asn *asn, struct p11l_der ec_params, const struct p11l_target *to)
{
	CK_ULONG version = 0;
	CK_RV rv = p11l_asn_small(asn, "version", &version);

	if (rv == CKR_OK && version != 1)
		rv = p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "version", "is not 1");
	if (rv == CKR_OK)
		rv = find_params(asn, &ec_params);
	if (rv == CKR_OK)
		rv = p11l_set_kind(to->key, CKO_PRIVATE_KEY, CKK_EC);
	if (rv == CKR_OK)
		rv = p11l_set_der(to->key, CKA_EC_PARAMS, &ec_params);
	if (rv == CKR_OK)
		rv = read_value(asn, ec_params, to->key);
	return rv == CKR_OK ? read_public(asn, ec_params, to) : rv;
}

CK_RV p11l_read_ec_private(
        struct p11l_der der, struct p11l_der ec_params, const struct p11l_target *to)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_ec, "ECPrivateKey", der);

	if (rv == CKR_OK)
		rv = read_key(&asn, ec_params, to);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_ec_private(struct p11l_der der, const struct p11l_target *to)
{
	return p11l_read_ec_private(der, (struct p11l_der){NULL, 0}, to);
}

static CK_RV write_params(struct p11l_asn *asn, struct p11l_der ec_params, bool with_params)
{
	if (!with_params)
		return p11l_asn_write_der(asn, "parameters", NULL, 0);
	if (p11l_check_ec_params(ec_params) != CKR_OK)
		return p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_EC_PARAMS,
		        "must be an object identifier or domain parameters here");
	return p11l_asn_write_der(asn, "parameters", ec_params.at, ec_params.size);
}

static CK_RV write_point(
        struct p11l_asn *asn, const struct p11l_template *from, struct p11l_der ec_params)
{
	struct p11l_der point, bare;
	CK_RV rv;

	if (!p11l_has(from, CKA_EC_POINT, &point))
		return p11l_asn_write_bits(asn, "publicKey", NULL, 0);
	rv = p11l_bare_point(CKK_EC, ec_params, point, "CKA_EC_POINT", &bare);
	return rv == CKR_OK ? p11l_asn_write_bits(asn, "publicKey", bare.at, bare.size) : rv;
}

/* CKA_VALUE in as many octets as the order has. */
static CK_RV write_value(struct p11l_asn *asn, struct p11l_der value, CK_ULONG order,
        CK_BYTE padded[P11L_EC_ORDER_MAX])
{
	if (order == 0 || order > P11L_EC_ORDER_MAX)
		return p11l_asn_write_octets(asn, "privateKey", value.at, value.size);
	value = p11l_significant(value);
	if (value.size > order)
		return p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_VALUE,
		        "is longer than the order of the curve");
	memset(padded, 0, order - value.size);
	memcpy(padded + order - value.size, value.at, value.size);
	return p11l_asn_write_octets(asn, "privateKey", padded, order);
}

CK_RV p11l_write_ec_key(const struct p11l_template *from, bool with_params, struct p11l_buffer *out)
{
	struct p11l_der ec_params = {NULL, 0}, value = {NULL, 0};
	CK_BYTE padded[P11L_EC_ORDER_MAX];
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_ec, "ECPrivateKey");

	if (rv == CKR_OK)
		rv = p11l_need(from, CKA_EC_PARAMS, &ec_params);
	if (rv == CKR_OK)
		rv = p11l_need(from, CKA_VALUE, &value);
	if (rv == CKR_OK)
		rv = p11l_asn_write_small(&asn, "version", 1);
	if (rv == CKR_OK)
		rv = write_value(&asn, value, p11l_order_of(ec_params), padded);
	if (rv == CKR_OK)
		rv = write_params(&asn, ec_params, with_params);
	if (rv == CKR_OK)
		rv = write_point(&asn, from, ec_params);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	explicit_bzero(padded, sizeof(padded));
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_write_ec_private(const struct p11l_template *from, struct p11l_buffer *out)
{
	return p11l_write_ec_key(from, true, out);
}

CK_RV p11l_decode_ec_private_key(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key)
{
	return p11l_decode_with(p11l_ec_private, der, size, false, key, public_key);
}

CK_RV p11l_encode_ec_private_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(p11l_write_ec_private, true, key, count, out);
}
