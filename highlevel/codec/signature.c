/* SPDX-License-Identifier: MIT */
/* Signatures of DSA and ECDSA: two numbers. */
#include "parts.h"

#include <string.h>

/* Octets of the orders that are in use; 0 ends a list. */
static const CK_ULONG dsa_orders[] = {20, 28, 32, 0};
static const CK_ULONG ecdsa_orders[] = {20, 24, 28, 32, 40, 48, 64, 66, 0};

#define MAX_ORDER 1024 /* octets; more than any group has */

static CK_RV write_signature(struct p11l_der signature, struct p11l_buffer *out)
{
	size_t half = signature.size / 2;
	struct p11l_asn asn;
	CK_RV rv;

	if (half == 0 || signature.size % 2 != 0 || half > MAX_ORDER)
		return p11l_refuse(CKR_SIGNATURE_LEN_RANGE, "signature", NULL,
		        "should be two numbers of the same length, not %lu octets",
		        (CK_ULONG)signature.size);
	rv = p11l_asn_start(&asn, p11l_asn_dsa, "Dss-Sig-Value");
	if (rv == CKR_OK)
		rv = p11l_asn_write_natural(&asn, "r", signature.at, half);
	if (rv == CKR_OK)
		rv = p11l_asn_write_natural(&asn, "s", signature.at + half, half);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

static CK_ULONG smallest(const CK_ULONG *orders, CK_ULONG size)
{
	while (*orders != 0 && *orders < size)
		orders++;
	return *orders != 0 ? *orders : size;
}

/* A number at the end of so many octets. */
static CK_RV append_padded(struct p11l_buffer *out, const struct p11l_der *number, CK_ULONG octets)
{
	memset(out->p + out->len, 0, octets - number->size);
	memcpy(out->p + out->len + octets - number->size, number->at, number->size);
	out->len += octets;
	return CKR_OK;
}

static CK_RV write_halves(
        const struct p11l_asn *asn, CK_ULONG order, const CK_ULONG *orders, struct p11l_buffer *out)
{
	struct p11l_der r = {NULL, 0}, s = {NULL, 0};
	CK_ULONG given = order;
	CK_RV rv = p11l_asn_natural(asn, "r", &r);

	if (rv == CKR_OK)
		rv = p11l_asn_natural(asn, "s", &s);
	if (rv != CKR_OK)
		return rv;
	if (given == 0)
		order = smallest(orders, r.size > s.size ? r.size : s.size);
	if (r.size > order || r.size > MAX_ORDER)
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, "r", "is longer than the order of the group");
	if (s.size > order || s.size > MAX_ORDER)
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, "s", "is longer than the order of the group");
	rv = p11l_buffer_reserve(out, 2 * order);
	if (rv == CKR_OK)
		rv = append_padded(out, &r, order);
	return rv == CKR_OK ? append_padded(out, &s, order) : rv;
}

static CK_RV decode(const void *der, CK_ULONG size, CK_ULONG order, const CK_ULONG *orders,
        struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv;

	p11l_error_begin(der, size);
	if (out == NULL || (der == NULL && size > 0))
		return p11l_bad_argument(out == NULL ? "output" : "input");
	p11l_buffer_clear(out);
	if (order > MAX_ORDER)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "order", NULL, "is no count of octets");
	rv = p11l_asn_read(&asn, p11l_asn_dsa, "Dss-Sig-Value", (struct p11l_der){der, size});
	if (rv == CKR_OK)
		rv = write_halves(&asn, order, orders, out);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_encode_dsa_signature(const void *signature, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_convert_with(write_signature, signature, size, out);
}

CK_RV p11l_decode_dsa_signature(
        const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature)
{
	return decode(der, size, order, dsa_orders, signature);
}

CK_RV p11l_encode_ecdsa_signature(const void *signature, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_convert_with(write_signature, signature, size, out);
}

CK_RV p11l_decode_ecdsa_signature(
        const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature)
{
	return decode(der, size, order, ecdsa_orders, signature);
}
