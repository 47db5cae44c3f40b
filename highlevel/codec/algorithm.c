/* SPDX-License-Identifier: MIT */
#include "algorithm.h"

#include "shim/normalise/curve.h"

#include <stdio.h>
#include <string.h>

#define NIST "2.16.840.1.101.3.4."

/* Where a key type has several rows, keys are written by the first that fits. */
static const struct p11l_algorithm algorithms[] = {
        /* RFC 8017; keys that are restricted to PSS or OAEP are RSA keys to PKCS #11 */
        {"1.2.840.113549.1.1.1", CKK_RSA, &p11l_codec_rsa, 0, 0, 0, 0},
        {"1.2.840.113549.1.1.10", CKK_RSA, &p11l_codec_rsa, 0, 0, 0, 0},
        {"1.2.840.113549.1.1.7", CKK_RSA, &p11l_codec_rsa, 0, 0, 0, 0},
        /* RFC 3279, PKCS #3, X9.42 */
        {"1.2.840.10040.4.1", CKK_DSA, &p11l_codec_dsa, 0, 0, 0, 0},
        {"1.2.840.113549.1.3.1", CKK_DH, &p11l_codec_dh, 0, 0, 0, 0},
        {"1.2.840.10046.2.1", CKK_X9_42_DH, &p11l_codec_x9_42, 0, 0, 0, 0},
        /* RFC 5480, RFC 8410 */
        {"1.2.840.10045.2.1", CKK_EC, &p11l_codec_ec, 0, 0, 0, 0},
        {"1.3.101.112", CKK_EC_EDWARDS, &p11l_codec_curve, 0, 32, 32, 0},
        {"1.3.101.113", CKK_EC_EDWARDS, &p11l_codec_curve, 0, 57, 57, 0},
        {"1.3.101.110", CKK_EC_MONTGOMERY, &p11l_codec_curve, 0, 32, 32, 0},
        {"1.3.101.111", CKK_EC_MONTGOMERY, &p11l_codec_curve, 0, 56, 56, 0},
        /* FIPS 204 (RFC 9881), FIPS 203 (RFC 9935), FIPS 205 (RFC 9909) */
        {NIST "3.17", CKK_ML_DSA, &p11l_codec_pq, CKP_ML_DSA_44, 1312, 2560, 32},
        {NIST "3.18", CKK_ML_DSA, &p11l_codec_pq, CKP_ML_DSA_65, 1952, 4032, 32},
        {NIST "3.19", CKK_ML_DSA, &p11l_codec_pq, CKP_ML_DSA_87, 2592, 4896, 32},
        {NIST "4.1", CKK_ML_KEM, &p11l_codec_pq, CKP_ML_KEM_512, 800, 1632, 64},
        {NIST "4.2", CKK_ML_KEM, &p11l_codec_pq, CKP_ML_KEM_768, 1184, 2400, 64},
        {NIST "4.3", CKK_ML_KEM, &p11l_codec_pq, CKP_ML_KEM_1024, 1568, 3168, 64},
        {NIST "3.20", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHA2_128S, 32, 64, 0},
        {NIST "3.21", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHA2_128F, 32, 64, 0},
        {NIST "3.22", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHA2_192S, 48, 96, 0},
        {NIST "3.23", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHA2_192F, 48, 96, 0},
        {NIST "3.24", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHA2_256S, 64, 128, 0},
        {NIST "3.25", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHA2_256F, 64, 128, 0},
        {NIST "3.26", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHAKE_128S, 32, 64, 0},
        {NIST "3.27", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHAKE_128F, 32, 64, 0},
        {NIST "3.28", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHAKE_192S, 48, 96, 0},
        {NIST "3.29", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHAKE_192F, 48, 96, 0},
        {NIST "3.30", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHAKE_256S, 64, 128, 0},
        {NIST "3.31", CKK_SLH_DSA, &p11l_codec_slh, CKP_SLH_DSA_SHAKE_256F, 64, 128, 0},
};

#define COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

static const struct p11l_algorithm *find_oid(const char *oid)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(algorithms[i].oid, oid) == 0)
			return &algorithms[i];
	return NULL;
}

CK_RV p11l_read_algorithm(
        const struct p11l_asn *asn, const char *field, struct p11l_algorithm_id *id)
{
	char name[ASN1_MAX_NAME_SIZE], oid[P11L_OID_TEXT] = "", what[P11L_OID_TEXT + 64];

	memset(id, 0, sizeof(*id));
	snprintf(name, sizeof(name), "%s.parameters", field);
	p11l_asn_whole(asn, name, &id->parameters);
	snprintf(name, sizeof(name), "%s.algorithm", field);
	if (!p11l_asn_whole(asn, name, &id->oid) || !p11l_oid_text(id->oid.at, id->oid.size, oid))
		return p11l_asn_refuse(
		        asn, P11L_CKR_UNSUPPORTED, name, "is an identifier that is too long");
	id->algorithm = find_oid(oid);
	if (id->algorithm != NULL)
		return CKR_OK;
	snprintf(what, sizeof(what), "is no algorithm of keys that is known: %s", oid);
	return p11l_asn_refuse(asn, P11L_CKR_UNSUPPORTED, name, what);
}

static const char parameters_field[] = "AlgorithmIdentifier.parameters";

CK_RV p11l_need_parameters(const struct p11l_algorithm_id *id)
{
	if (id->parameters.size > 0)
		return CKR_OK;
	return p11l_refuse(P11L_CKR_UNSUPPORTED, parameters_field, id->oid.at,
	        "is missing, as if they were known from elsewhere");
}

CK_RV p11l_need_no_parameters(const struct p11l_algorithm_id *id)
{
	if (id->parameters.size == 0)
		return CKR_OK;
	return p11l_refuse(
	        P11L_CKR_MALFORMED, parameters_field, id->parameters.at, "must be absent here");
}

/* Edwards and Montgomery curves are algorithms of their own. */
static CK_RV find_curve(const struct p11l_template *from, const struct p11l_algorithm **algorithm)
{
	CK_BYTE written[P11L_PARAMS_MAX];
	struct p11l_params params;
	char oid[P11L_OID_TEXT];
	struct p11l_der ec_params;
	CK_ULONG size = 0;
	CK_RV rv = p11l_need(from, CKA_EC_PARAMS, &ec_params);

	if (rv != CKR_OK)
		return rv;
	params = p11l_params_parse(ec_params.at, ec_params.size);
	if (params.curve != NULL)
		size = p11l_params_write(params.curve, P11L_CURVE_OID, written, sizeof(written));
	if (size > 0 && p11l_oid_text(written, size, oid))
		*algorithm = find_oid(oid);
	if (*algorithm == NULL)
		return p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_EC_PARAMS,
		        "is none of the curves of RFC 8410");
	return CKR_OK;
}

static bool needs_set(CK_KEY_TYPE key_type)
{
	return key_type == CKK_ML_DSA || key_type == CKK_ML_KEM || key_type == CKK_SLH_DSA;
}

static bool fits(const struct p11l_algorithm *algorithm, CK_KEY_TYPE key_type, CK_ULONG set)
{
	return algorithm->key_type == key_type && algorithm->parameter_set == set;
}

CK_RV p11l_algorithm_of(const struct p11l_template *from, const struct p11l_algorithm **algorithm)
{
	CK_ULONG key_type = 0, set = 0;
	CK_RV rv = p11l_need_ulong(from, CKA_KEY_TYPE, &key_type);

	*algorithm = NULL;
	if (rv == CKR_OK && (key_type == CKK_EC_EDWARDS || key_type == CKK_EC_MONTGOMERY))
		return find_curve(from, algorithm);
	if (rv == CKR_OK && needs_set(key_type))
		rv = p11l_need_ulong(from, CKA_PARAMETER_SET, &set);
	if (rv != CKR_OK)
		return rv;
	for (size_t i = 0; i < COUNT && *algorithm == NULL; i++)
		if (fits(&algorithms[i], key_type, set))
			*algorithm = &algorithms[i];
	if (*algorithm != NULL)
		return CKR_OK;
	return needs_set(key_type)
	               ? p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_PARAMETER_SET,
	                         "is no parameter set of this key type")
	               : p11l_refuse_attribute(P11L_CKR_UNSUPPORTED, CKA_KEY_TYPE,
	                         "is a type whose keys have no such form");
}

CK_RV p11l_write_algorithm(struct p11l_asn *asn, const char *field,
        const struct p11l_algorithm *algorithm, const struct p11l_template *from)
{
	struct p11l_buffer parameters = {0};
	char name[ASN1_MAX_NAME_SIZE];
	CK_BYTE oid[P11L_OID_DER];
	CK_ULONG size = 0;
	CK_RV rv = CKR_OK;

	if (algorithm->codec->write_parameters != NULL)
		rv = algorithm->codec->write_parameters(from, &parameters);
	snprintf(name, sizeof(name), "%s.parameters", field);
	if (rv == CKR_OK)
		rv = p11l_asn_write_der(asn, name, parameters.p, parameters.len);
	snprintf(name, sizeof(name), "%s.algorithm", field);
	p11l_oid_der(algorithm->oid, oid, &size);
	if (rv == CKR_OK)
		rv = p11l_asn_write_oid(asn, name, oid, size);
	p11l_buffer_free(&parameters);
	return rv;
}
