/* SPDX-License-Identifier: MIT */
/* RSA keys by PKCS #1. */
#include "families.h"

static const struct p11l_natural public_key[] = {
        {"modulus", CKA_MODULUS},
        {"publicExponent", CKA_PUBLIC_EXPONENT},
        {NULL, 0},
};

static const struct p11l_natural private_key[] = {
        {"modulus", CKA_MODULUS},
        {"publicExponent", CKA_PUBLIC_EXPONENT},
        {"privateExponent", CKA_PRIVATE_EXPONENT},
        {"prime1", CKA_PRIME_1},
        {"prime2", CKA_PRIME_2},
        {"exponent1", CKA_EXPONENT_1},
        {"exponent2", CKA_EXPONENT_2},
        {"coefficient", CKA_COEFFICIENT},
        {NULL, 0},
};

CK_RV p11l_rsa_public(struct p11l_der der, const struct p11l_target *to)
{
	CK_RV rv = p11l_set_kind(to->key, CKO_PUBLIC_KEY, CKK_RSA);

	if (rv == CKR_OK)
		rv = p11l_read_record(p11l_asn_rsa, "RSAPublicKey", der, public_key, to->key);
	return rv;
}

static CK_RV check_version(const struct p11l_asn *asn)
{
	struct p11l_der others;
	CK_ULONG version;
	CK_RV rv = p11l_asn_small(asn, "version", &version);

	if (rv != CKR_OK)
		return rv;
	if (version > 1)
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "version", "is neither 0 nor 1");
	if (version == 1)
		return p11l_asn_refuse(asn, P11L_CKR_UNSUPPORTED, "version",
		        "says that the key has more than two primes, for which PKCS #11 has no "
		        "attributes");
	if (p11l_asn_whole(asn, "otherPrimeInfos", &others))
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "otherPrimeInfos",
		        "must not be there in version 0");
	return CKR_OK;
}

CK_RV p11l_rsa_private(struct p11l_der der, const struct p11l_target *to)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_rsa, "RSAPrivateKey", der);

	if (rv == CKR_OK)
		rv = check_version(&asn);
	if (rv == CKR_OK)
		rv = p11l_set_kind(to->key, CKO_PRIVATE_KEY, CKK_RSA);
	if (rv == CKR_OK)
		rv = p11l_read_naturals(&asn, private_key, to->key);
	if (rv == CKR_OK)
		rv = p11l_set_kind(to->public_key, CKO_PUBLIC_KEY, CKK_RSA);
	if (rv == CKR_OK)
		rv = p11l_read_naturals(&asn, public_key, to->public_key);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_write_rsa_public(const struct p11l_template *from, struct p11l_buffer *out)
{
	return p11l_write_record(p11l_asn_rsa, "RSAPublicKey", public_key, from, out);
}

CK_RV p11l_write_rsa_private(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_rsa, "RSAPrivateKey");

	if (rv == CKR_OK)
		rv = p11l_asn_write_small(&asn, "version", 0);
	if (rv == CKR_OK)
		rv = p11l_asn_write_der(&asn, "otherPrimeInfos", NULL, 0);
	if (rv == CKR_OK)
		rv = p11l_write_naturals(&asn, private_key, from);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_decode_rsa_public_key(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_with(p11l_rsa_public, der, size, false, key, NULL);
}

CK_RV p11l_decode_rsa_private_key(
        const void *der, CK_ULONG size, struct p11l_attributes *key, struct p11l_attributes *public)
{
	return p11l_decode_with(p11l_rsa_private, der, size, false, key, public);
}

CK_RV p11l_encode_rsa_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(p11l_write_rsa_public, false, key, count, out);
}

CK_RV p11l_encode_rsa_private_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(p11l_write_rsa_private, true, key, count, out);
}
