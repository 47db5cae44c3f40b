/* SPDX-License-Identifier: MIT */
/* Diffie-Hellman parameters and public keys, of PKCS #3 and of X9.42. */
#include "families.h"
#include "prime.h"

#include <stdlib.h>

static const struct p11l_natural pkcs3[] = {
        {"prime", CKA_PRIME},
        {"base", CKA_BASE},
        {NULL, 0},
};

static const struct p11l_natural x9_42[] = {
        {"p", CKA_PRIME},
        {"g", CKA_BASE},
        {"q", CKA_SUBPRIME},
        {NULL, 0},
};
static const struct p11l_natural x9_42_without_q[] = {
        {"p", CKA_PRIME},
        {"g", CKA_BASE},
        {NULL, 0},
};

CK_RV p11l_dh_parameters(struct p11l_der der, struct p11l_attributes *to, CK_ULONG *value_bits)
{
	CK_ULONG bits = 0;
	struct p11l_der there;
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_dh, "DHParameter", der);

	if (rv == CKR_OK && p11l_asn_whole(&asn, "privateValueLength", &there))
		rv = p11l_asn_small(&asn, "privateValueLength", &bits);
	if (rv == CKR_OK)
		rv = p11l_set_kind(to, CKO_DOMAIN_PARAMETERS, CKK_DH);
	if (rv == CKR_OK)
		rv = p11l_read_naturals(&asn, pkcs3, to);
	if (value_bits != NULL)
		*value_bits = rv == CKR_OK ? bits : 0;
	p11l_asn_free(&asn);
	return rv;
}

static CK_RV write_value_length(struct p11l_asn *asn, const struct p11l_template *from)
{
	CK_ULONG bits;
	struct p11l_der given;
	CK_RV rv;

	if (!p11l_has(from, CKA_VALUE_BITS, &given))
		return p11l_asn_write_natural(asn, "privateValueLength", NULL, 0);
	rv = p11l_need_ulong(from, CKA_VALUE_BITS, &bits);
	return rv == CKR_OK ? p11l_asn_write_small(asn, "privateValueLength", bits) : rv;
}

CK_RV p11l_write_dh_parameters(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_dh, "DHParameter");

	if (rv == CKR_OK)
		rv = p11l_write_naturals(&asn, pkcs3, from);
	if (rv == CKR_OK)
		rv = write_value_length(&asn, from);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_x9_42_parameters(struct p11l_der der, const struct p11l_target *to)
{
	CK_RV rv = p11l_set_kind(to->key, CKO_DOMAIN_PARAMETERS, CKK_X9_42_DH);

	if (rv == CKR_OK)
		rv = p11l_read_record(p11l_asn_dh, "DomainParameters", der, x9_42, to->key);
	return rv;
}

/* q of a safe prime, which the caller frees. */
static CK_RV compute_subprime(const struct p11l_template *from, CK_BYTE **q, CK_ULONG *size)
{
	struct p11l_der p = {NULL, 0}, g = {NULL, 0};
	CK_RV rv = p11l_need(from, CKA_PRIME, &p);

	if (rv == CKR_OK)
		rv = p11l_need(from, CKA_BASE, &g);
	if (rv != CKR_OK)
		return rv;
	p = p11l_significant(p);
	g = p11l_significant(g);
	*size = p.size;
	*q = malloc(p.size);
	if (*q == NULL)
		return p11l_no_memory();
	rv = p11l_safe_prime(&p, &g, *q);
	if (rv == P11L_CKR_UNSUPPORTED)
		rv = p11l_refuse_attribute(CKR_TEMPLATE_INCOMPLETE, CKA_SUBPRIME,
		        "is missing, and can be computed only for a safe prime of at most 8192 "
		        "bits and a base of order (p-1)/2");
	return rv;
}

static CK_RV write_subprime(struct p11l_asn *asn, const struct p11l_template *from, CK_BYTE **q)
{
	struct p11l_der given;
	CK_ULONG size = 0;
	CK_RV rv;

	if (p11l_has(from, CKA_SUBPRIME, &given))
		return p11l_asn_write_natural(asn, "q", given.at, given.size);
	rv = compute_subprime(from, q, &size);
	return rv == CKR_OK ? p11l_asn_write_natural(asn, "q", *q, size) : rv;
}

CK_RV p11l_write_x9_42_parameters(const struct p11l_template *from, struct p11l_buffer *out)
{
	CK_BYTE *q = NULL;
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_dh, "DomainParameters");

	if (rv == CKR_OK)
		rv = p11l_write_naturals(&asn, x9_42_without_q, from);
	if (rv == CKR_OK)
		rv = write_subprime(&asn, from, &q);
	if (rv == CKR_OK)
		rv = p11l_asn_write_natural(&asn, "j", NULL, 0);
	if (rv == CKR_OK)
		rv = p11l_asn_write_der(&asn, "validationParms", NULL, 0);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	free(q);
	return rv;
}

CK_RV p11l_decode_dh_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters, CK_ULONG *value_bits)
{
	CK_RV rv;

	p11l_error_begin(der, size);
	if (parameters == NULL || (der == NULL && size > 0))
		return p11l_bad_argument(parameters == NULL ? "output" : "input");
	p11l_attributes_clear(parameters);
	rv = p11l_dh_parameters((struct p11l_der){der, size}, parameters, value_bits);
	if (rv != CKR_OK)
		p11l_attributes_clear(parameters);
	return rv;
}

CK_RV p11l_encode_dh_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(p11l_write_dh_parameters, false, parameters, count, out);
}

CK_RV p11l_decode_x9_42_dh_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters)
{
	return p11l_decode_with(p11l_x9_42_parameters, der, size, false, parameters, NULL);
}

CK_RV p11l_encode_x9_42_dh_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(p11l_write_x9_42_parameters, false, parameters, count, out);
}

static CK_RV read_public(struct p11l_der der, struct p11l_buffer *out)
{
	struct p11l_der value;
	CK_RV rv = p11l_read_integer(p11l_asn_dh, "DHPublicKey", der, &value);

	return rv == CKR_OK ? p11l_buffer_set(out, value.at, value.size) : rv;
}

static CK_RV write_public(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der value;
	CK_RV rv = p11l_need(from, CKA_VALUE, &value);

	return rv == CKR_OK ? p11l_write_integer(p11l_asn_dh, "DHPublicKey", &value, out) : rv;
}

CK_RV p11l_decode_dh_public_key(const void *der, CK_ULONG size, struct p11l_buffer *value)
{
	return p11l_convert_with(read_public, der, size, value);
}

CK_RV p11l_encode_dh_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(write_public, false, key, count, out);
}
