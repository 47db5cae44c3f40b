/* SPDX-License-Identifier: MIT */
/* What RSA, DSA and Diffie-Hellman put into SPKI and PKCS #8. */
#include "algorithm.h"
#include "families.h"

/* RSA: NULL as parameters, which some leave out; those of PSS and OAEP tell PKCS #11 nothing. */

static CK_RV rsa_read_public(
        const struct p11l_algorithm_id *id, struct p11l_der bits, const struct p11l_target *to)
{
	(void)id;
	return p11l_rsa_public(bits, to);
}

static CK_RV rsa_read_private(
        const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to)
{
	(void)id;
	return p11l_rsa_private(octets, to);
}

static CK_RV rsa_write_parameters(const struct p11l_template *from, struct p11l_buffer *out)
{
	static const CK_BYTE null[] = {ASN1_TAG_NULL, 0};

	(void)from;
	return p11l_buffer_set(out, null, sizeof(null));
}

const struct p11l_key_codec p11l_codec_rsa = {
        .read_public = rsa_read_public,
        .read_private = rsa_read_private,
        .write_parameters = rsa_write_parameters,
        .write_public = p11l_write_rsa_public,
        .write_private = p11l_write_rsa_private,
};

/* The others: parameters, and an INTEGER for either half. */

static CK_RV dsa_read_parameters(const struct p11l_algorithm_id *id, struct p11l_attributes *to)
{
	struct p11l_target target = {to, NULL, false};
	CK_RV rv = p11l_need_parameters(id);

	return rv == CKR_OK ? p11l_dsa_parameters(id->parameters, &target) : rv;
}

static CK_RV dh_read_parameters(const struct p11l_algorithm_id *id, struct p11l_attributes *to)
{
	CK_RV rv = p11l_need_parameters(id);

	return rv == CKR_OK ? p11l_dh_parameters(id->parameters, to, NULL) : rv;
}

static CK_RV x9_42_read_parameters(const struct p11l_algorithm_id *id, struct p11l_attributes *to)
{
	struct p11l_target target = {to, NULL, false};
	CK_RV rv = p11l_need_parameters(id);

	return rv == CKR_OK ? p11l_x9_42_parameters(id->parameters, &target) : rv;
}

static CK_RV read_value(const char *type, struct p11l_der der, struct p11l_attributes *to)
{
	struct p11l_der value;
	CK_RV rv = p11l_read_integer(p11l_asn_dh, type, der, &value);

	return rv == CKR_OK ? p11l_set_der(to, CKA_VALUE, &value) : rv;
}

static CK_RV read_public_value(
        const struct p11l_algorithm_id *id, struct p11l_der bits, const struct p11l_target *to)
{
	(void)id;
	return read_value("DHPublicKey", bits, to->key);
}

static CK_RV read_private_value(
        const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to)
{
	(void)id;
	return read_value("PrivateValue", octets, to->key);
}

static CK_RV write_value(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der value;
	CK_RV rv = p11l_need(from, CKA_VALUE, &value);

	return rv == CKR_OK ? p11l_write_integer(p11l_asn_dh, "DHPublicKey", &value, out) : rv;
}

const struct p11l_key_codec p11l_codec_dsa = {
        .read_parameters = dsa_read_parameters,
        .read_public = read_public_value,
        .read_private = read_private_value,
        .write_parameters = p11l_write_dsa_parameters,
        .write_public = write_value,
        .write_private = write_value,
};

const struct p11l_key_codec p11l_codec_dh = {
        .read_parameters = dh_read_parameters,
        .read_public = read_public_value,
        .read_private = read_private_value,
        .write_parameters = p11l_write_dh_parameters,
        .write_public = write_value,
        .write_private = write_value,
};

const struct p11l_key_codec p11l_codec_x9_42 = {
        .read_parameters = x9_42_read_parameters,
        .read_public = read_public_value,
        .read_private = read_private_value,
        .write_parameters = p11l_write_x9_42_parameters,
        .write_public = write_value,
        .write_private = write_value,
};
