/* SPDX-License-Identifier: MIT */
/* PKCS #8: OneAsymmetricKey, of keys of any type. */
#include "algorithm.h"
#include "families.h"

static bool has_point(const struct p11l_algorithm *algorithm, const struct p11l_template *from,
        struct p11l_der *point)
{
	return algorithm->codec == &p11l_codec_curve && p11l_has(from, CKA_EC_POINT, point);
}

/* Version 1 has no public key, version 2 may have one. */
static CK_RV check_version(const struct p11l_asn *asn)
{
	struct p11l_der public_key;
	CK_ULONG version;
	CK_RV rv = p11l_asn_small(asn, "version", &version);

	if (rv != CKR_OK)
		return rv;
	if (version > 1)
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "version", "is neither 0 nor 1");
	if (version == 0 && p11l_asn_whole(asn, "publicKey", &public_key))
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, "publicKey", "must not be there in version 0");
	return CKR_OK;
}

/* The public key that version 2 has beside the private one. */
static CK_RV read_public(const struct p11l_asn *asn, const struct p11l_algorithm_id *id,
        const struct p11l_target *to)
{
	struct p11l_target half = {to->public_key, NULL, to->bare_point};
	struct p11l_der bits;
	CK_RV rv;

	if (!p11l_asn_whole(asn, "publicKey", &bits))
		return CKR_OK;
	rv = p11l_asn_bits(asn, "publicKey", &bits);
	if (rv == CKR_OK)
		rv = p11l_read_common(id, CKO_PUBLIC_KEY, half.key);
	return rv == CKR_OK ? id->algorithm->codec->read_public(id, bits, &half) : rv;
}

static CK_RV read_key(const struct p11l_asn *asn, const struct p11l_target *to)
{
	struct p11l_algorithm_id id;
	struct p11l_der octets;
	CK_RV rv = check_version(asn);

	if (rv == CKR_OK)
		rv = p11l_read_algorithm(asn, "privateKeyAlgorithm", &id);
	if (rv != CKR_OK)
		return rv;
	if (!p11l_asn_content(asn, "privateKey", &octets))
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, "privateKey", "is missing");
	rv = p11l_read_common(&id, CKO_PRIVATE_KEY, to->key);
	if (rv == CKR_OK)
		rv = id.algorithm->codec->read_private(&id, octets, to);
	return rv == CKR_OK ? read_public(asn, &id, to) : rv;
}

/* A SEQUENCE that begins with another is the encrypted form. */
static bool is_encrypted(struct p11l_der der)
{
	struct p11l_der content;

	return p11l_der_only(der.at, der.size, P11L_DER_SEQUENCE, &content) && content.size > 0 &&
	       content.at[0] == P11L_DER_SEQUENCE;
}

static CK_RV refuse_encrypted(struct p11l_der der)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_pkix, "EncryptedPrivateKeyInfo", der);

	if (rv == CKR_OK)
		rv = p11l_asn_refuse(&asn, P11L_CKR_ENCRYPTED, "encryptedData",
		        "is under a passphrase; decrypt the key first, for example with \"openssl "
		        "pkcs8\"");
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_private_key_info(struct p11l_der der, const struct p11l_target *to)
{
	struct p11l_asn asn;
	CK_RV rv;

	if (is_encrypted(der))
		return refuse_encrypted(der);
	rv = p11l_asn_read(&asn, p11l_asn_pkix, "OneAsymmetricKey", der);
	if (rv == CKR_OK)
		rv = read_key(&asn, to);
	p11l_asn_free(&asn);
	return rv;
}

static CK_RV write_public(struct p11l_asn *asn, const struct p11l_algorithm *algorithm,
        const struct p11l_template *from)
{
	struct p11l_buffer bits = {0};
	struct p11l_der point;
	CK_RV rv;

	if (!has_point(algorithm, from, &point))
		return p11l_asn_write_bits(asn, "publicKey", NULL, 0);
	rv = algorithm->codec->write_public(from, &bits);
	if (rv == CKR_OK)
		rv = p11l_asn_write_bits(asn, "publicKey", bits.p, bits.len);
	p11l_buffer_free(&bits);
	return rv;
}

static CK_RV write_key(
        struct p11l_asn *asn, const struct p11l_template *from, struct p11l_buffer *private_key)
{
	const struct p11l_algorithm *algorithm = NULL;
	struct p11l_der point;
	CK_RV rv = p11l_algorithm_of(from, &algorithm);

	if (rv == CKR_OK)
		rv = p11l_asn_write_small(asn, "version", has_point(algorithm, from, &point));
	if (rv == CKR_OK)
		rv = p11l_write_algorithm(asn, "privateKeyAlgorithm", algorithm, from);
	if (rv == CKR_OK)
		rv = algorithm->codec->write_private(from, private_key);
	if (rv == CKR_OK)
		rv = p11l_asn_write_octets(asn, "privateKey", private_key->p, private_key->len);
	if (rv == CKR_OK)
		rv = p11l_asn_write_der(asn, "attributes", NULL, 0);
	return rv == CKR_OK ? write_public(asn, algorithm, from) : rv;
}

static CK_RV write(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_buffer private_key = {.flags = P11L_SECRET};
	CK_ULONG object_class = CKO_PRIVATE_KEY;
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_pkix, "OneAsymmetricKey");

	if (rv == CKR_OK)
		rv = p11l_need_ulong(from, CKA_CLASS, &object_class);
	if (rv == CKR_OK && object_class != CKO_PRIVATE_KEY)
		rv = p11l_refuse_attribute(
		        CKR_ATTRIBUTE_VALUE_INVALID, CKA_CLASS, "should be CKO_PRIVATE_KEY");
	if (rv == CKR_OK)
		rv = write_key(&asn, from, &private_key);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_buffer_free(&private_key);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_decode_private_key_info(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key)
{
	return p11l_decode_with(p11l_private_key_info, der, size, false, key, public_key);
}

CK_RV p11l_encode_private_key_info(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(write, true, key, count, out);
}
