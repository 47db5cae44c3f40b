/* SPDX-License-Identifier: MIT */
/* What ML-DSA, ML-KEM and SLH-DSA put into SPKI and PKCS #8. */
#include "algorithm.h"

#include <string.h>

static CK_RV read_set(const struct p11l_algorithm_id *id, struct p11l_attributes *to)
{
	CK_RV rv = p11l_need_no_parameters(id);

	if (rv != CKR_OK)
		return rv;
	return p11l_attributes_set_ulong(to, CKA_PARAMETER_SET, id->algorithm->parameter_set);
}

static CK_RV set_sized(struct p11l_attributes *to, CK_ATTRIBUTE_TYPE type, const char *field,
        struct p11l_der octets, unsigned size)
{
	if (octets.size != size)
		return p11l_refuse(P11L_CKR_MALFORMED, field, octets.at,
		        "should have %u octets, not %lu", size, (CK_ULONG)octets.size);
	return p11l_set_der(to, type, &octets);
}

static CK_RV read_public(
        const struct p11l_algorithm_id *id, struct p11l_der bits, const struct p11l_target *to)
{
	return set_sized(to->key, CKA_VALUE, "SubjectPublicKeyInfo.subjectPublicKey", bits,
	        id->algorithm->public_octets);
}

static CK_RV need_sized(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, unsigned size,
        struct p11l_der *value)
{
	CK_RV rv = p11l_need(from, type, value);

	if (rv == CKR_OK && value->size != size)
		rv = p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, type,
		        "is not as long as it is with this CKA_PARAMETER_SET");
	return rv;
}

static CK_RV write_public(const struct p11l_template *from, struct p11l_buffer *out)
{
	const struct p11l_algorithm *algorithm = NULL;
	struct p11l_der value = {NULL, 0};
	CK_RV rv = p11l_algorithm_of(from, &algorithm);

	if (rv == CKR_OK)
		rv = need_sized(from, CKA_VALUE, algorithm->public_octets, &value);
	return rv == CKR_OK ? p11l_buffer_set(out, value.at, value.size) : rv;
}

/* The alternatives of a private key: the fields of its two parts, NULL for one that it has not. */
static const struct form {
	const char *name, *seed, *expanded;
} forms[] = {
        {"seed", "seed", NULL},
        {"expandedKey", NULL, "expandedKey"},
        {"both", "both.seed", "both.expandedKey"},
};

static CK_RV read_form(const struct p11l_asn *asn, const struct form *form,
        const struct p11l_algorithm *algorithm, struct p11l_attributes *to)
{
	struct p11l_der octets;
	CK_RV rv = CKR_OK;

	if (form->seed != NULL && p11l_asn_content(asn, form->seed, &octets))
		rv = set_sized(to, CKA_SEED, "PrivateKey.seed", octets, algorithm->seed_octets);
	if (rv == CKR_OK && form->expanded != NULL &&
	        p11l_asn_content(asn, form->expanded, &octets))
		rv = set_sized(
		        to, CKA_VALUE, "PrivateKey.expandedKey", octets, algorithm->private_octets);
	return rv;
}

static CK_RV read_private(
        const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to)
{
	struct p11l_der chosen;
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_pq, "PrivateKey", octets);

	for (size_t i = 0; rv == CKR_OK && i < sizeof(forms) / sizeof(forms[0]); i++)
		if (p11l_asn_whole(&asn, forms[i].name, &chosen))
			rv = read_form(&asn, &forms[i], id->algorithm, to->key);
	p11l_asn_free(&asn);
	return rv;
}

static CK_RV write_part(struct p11l_asn *asn, const char *field, const struct p11l_template *from,
        CK_ATTRIBUTE_TYPE type, unsigned size)
{
	struct p11l_der value = {NULL, 0};
	CK_RV rv;

	if (field == NULL)
		return CKR_OK;
	rv = need_sized(from, type, size, &value);
	return rv == CKR_OK ? p11l_asn_write_octets(asn, field, value.at, value.size) : rv;
}

static const struct form *form_of(const struct p11l_template *from)
{
	struct p11l_der there;
	bool seed = p11l_has(from, CKA_SEED, &there), expanded = p11l_has(from, CKA_VALUE, &there);

	if (seed && expanded)
		return &forms[2];
	return seed ? &forms[0] : &forms[1];
}

static CK_RV write_private(const struct p11l_template *from, struct p11l_buffer *out)
{
	const struct p11l_algorithm *algorithm = NULL;
	const struct form *form = form_of(from);
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, p11l_asn_pq, "PrivateKey");

	if (rv == CKR_OK)
		rv = p11l_algorithm_of(from, &algorithm);
	if (rv == CKR_OK)
		rv = p11l_asn_choose(&asn, "", form->name);
	if (rv == CKR_OK)
		rv = write_part(&asn, form->seed, from, CKA_SEED, algorithm->seed_octets);
	if (rv == CKR_OK)
		rv = write_part(&asn, form->expanded, from, CKA_VALUE, algorithm->private_octets);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

const struct p11l_key_codec p11l_codec_pq = {
        .read_parameters = read_set,
        .read_public = read_public,
        .read_private = read_private,
        .write_public = write_public,
        .write_private = write_private,
};

/* SLH-DSA: the octets of the key, with nothing around them. */

static CK_RV slh_read_private(
        const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to)
{
	return set_sized(to->key, CKA_VALUE, "OneAsymmetricKey.privateKey", octets,
	        id->algorithm->private_octets);
}

static CK_RV slh_write_private(const struct p11l_template *from, struct p11l_buffer *out)
{
	const struct p11l_algorithm *algorithm = NULL;
	struct p11l_der value = {NULL, 0};
	CK_RV rv = p11l_algorithm_of(from, &algorithm);

	if (rv == CKR_OK)
		rv = need_sized(from, CKA_VALUE, algorithm->private_octets, &value);
	return rv == CKR_OK ? p11l_buffer_set(out, value.at, value.size) : rv;
}

const struct p11l_key_codec p11l_codec_slh = {
        .read_parameters = read_set,
        .read_public = read_public,
        .read_private = slh_read_private,
        .write_public = write_public,
        .write_private = slh_write_private,
};
