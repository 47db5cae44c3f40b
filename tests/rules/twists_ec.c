/* SPDX-License-Identifier: MIT */
/* Twists of points, curves, ECDH and ECDSA signatures. */
#include "twists.h"

/* Points */

static bool reads(struct subject *s, CK_OBJECT_HANDLE key, size_t size, uint8_t tag)
{
	struct octets point = read_attribute(s, key, CKA_EC_POINT);

	return point.size == size && point.at[0] == tag;
}

static bool reads_der(struct subject *s)
{
	return reads(s, ec_pair(s, "secp256r1").public, 67, 0x04) &&
	       reads(s, ec_pair(s, "secp521r1").public, 136, 0x04);
}

/* SoftHSM has the older form of these. */
static bool reads_der_of_edwards(struct subject *s)
{
	return reads(s, edwards_pair(s, "Ed25519").public, 34, 0x04);
}

static bool sizes_agree(struct subject *s)
{
	CK_OBJECT_HANDLE key = ec_pair(s, "secp256r1").public;
	CK_ATTRIBUTE query = {CKA_EC_POINT, NULL, 0};

	assert_int_equal(s->p11->C_GetAttributeValue(s->session, key, &query, 1), CKR_OK);
	return query.ulValueLen == read_attribute(s, key, CKA_EC_POINT).size;
}

static bool creates(struct subject *s, bool raw)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC;
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets oid = curve_oid("secp256r1"),
	              point = read_attribute(s, pair.public, CKA_EC_POINT);
	struct octets signature = sign(s, CKM_ECDSA, pair.private);
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        {CKA_EC_PARAMS, oid.at, oid.size},
	        {CKA_EC_POINT, point.at + (raw ? 2 : 0), point.size - (raw ? 2 : 0)}};
	CK_OBJECT_HANDLE key;
	CK_RV rv = s->p11->C_CreateObject(s->session, template, COUNT(template), &key);

	if (rv != CKR_OK)
		assert_int_equal(rv, CKR_ATTRIBUTE_VALUE_INVALID);
	return rv == CKR_OK && verify(s, CKM_ECDSA, key, &signature) == CKR_OK;
}

static bool creates_from_der(struct subject *s)
{
	return creates(s, false);
}

static bool does_not_create_from_raw(struct subject *s)
{
	return !creates(s, true);
}

static bool finds_by_der(struct subject *s)
{
	struct octets point = read_attribute(s, ec_pair(s, "secp256r1").public, CKA_EC_POINT);
	CK_ATTRIBUTE whole = {CKA_EC_POINT, point.at, point.size};
	CK_ATTRIBUTE raw = {CKA_EC_POINT, point.at + 2, point.size - 2};

	return found(s, &whole, 1) == 1 && found(s, &raw, 1) == 0;
}

static bool private_has_no_point(struct subject *s)
{
	struct octets point;
	CK_RV rv = try_attribute(s, ec_pair(s, "secp256r1").private, CKA_EC_POINT, &point);

	assert_true(rv == CKR_ATTRIBUTE_TYPE_INVALID || (rv == CKR_OK && point.size == 67));
	return rv != CKR_OK;
}

CASE(points)
{
	static const struct row rows[] = {
	        {"point-read raw", reads_der, USUAL},
	        {"point-read xy", reads_der, USUAL},
	        {"point-read bit-string", reads_der, USUAL},
	        {"edwards-read raw", reads_der_of_edwards, USUAL},
	        {"edwards-read bit-string", reads_der_of_edwards, USUAL},
	        {"point-size-query raw", sizes_agree, USUAL},
	        {"point-create raw", creates_from_der, USUAL},
	        {"point-create raw", does_not_create_from_raw, USUAL},
	        {"point-search raw", finds_by_der, USUAL},
	        {"private-point", private_has_no_point, USUAL},
	};

	CHECK(rows);
}

/* Curves */

static bool reads_oid_of(struct subject *s, CK_OBJECT_HANDLE key, const char *curve)
{
	struct octets params = read_attribute(s, key, CKA_EC_PARAMS), oid = curve_oid(curve);

	return params.size == oid.size && memcmp(params.at, oid.at, oid.size) == 0;
}

static bool reads_oid(struct subject *s)
{
	return reads_oid_of(s, ec_pair(s, "secp256r1").public, "secp256r1");
}

static bool reads_oid_of_edwards(struct subject *s)
{
	return reads_oid_of(s, edwards_pair(s, "Ed25519").public, "Ed25519");
}

static bool generates_by_oid(struct subject *s)
{
	struct octets oid = curve_oid("Ed25519");
	struct key_pair pair;

	return generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, oid.at, oid.size, &pair) == CKR_OK;
}

static bool knows_no_montgomery(struct subject *s)
{
	struct octets oid = curve_oid("X25519"), type;
	CK_KEY_TYPE montgomery = CKK_EC_MONTGOMERY;
	struct key_pair pair;

	if (generate_edwards(s, CKM_EC_MONTGOMERY_KEY_PAIR_GEN, oid.at, oid.size, &pair) != CKR_OK)
		return true;
	type = read_attribute(s, pair.public, CKA_KEY_TYPE);
	assert_memory_equal(type.at, &montgomery, sizeof(montgomery));
	return false;
}

static bool reads_oid_of_montgomery(struct subject *s)
{
	struct octets oid = curve_oid("X25519");
	struct key_pair pair;

	assert_int_equal(
	        generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, oid.at, oid.size, &pair), CKR_OK);
	return reads_oid_of(s, pair.public, "X25519");
}

/* The malformed name is taken, on which SoftHSM itself crashes. */
static bool refuses_malformed_name(struct subject *s)
{
	static const char name[] = "\x13\x0b"
	                           "curve25519";
	struct key_pair pair;

	return generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, name, sizeof(name) - 1, &pair) !=
	       CKR_OK;
}

/* The form that is taken makes a key, of which the module behind knows the identifier. */
static bool generates_by_name(struct subject *s)
{
	static const char name[] = "\x13\x0c"
	                           "edwards25519";
	struct key_pair pair;

	return generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, name, sizeof(name) - 1, &pair) ==
	               CKR_OK &&
	       reads_oid_of(s, pair.public, "Ed25519");
}

CASE(names_are_taken)
{
	const struct setting name = {.twist = "ec-params-accept name"};
	const struct setting ykcs11 = {.twist = "ec-params-accept ykcs11"};

	assert_true(without_lens(&name, generates_by_name));
	assert_true(without_lens(&ykcs11, generates_by_name));
}

CASE(curves)
{
	static const struct row rows[] = {
	        {"ec-params explicit", reads_oid, USUAL},
	        {"ec-params name", reads_oid_of_edwards, USUAL},
	        {"ec-params utf8", reads_oid_of_edwards, USUAL},
	        {"ec-params gnupg", reads_oid_of_edwards, USUAL},
	        {"ec-params ykcs11", reads_oid_of_montgomery, USUAL},
	        {"ec-params-accept name", generates_by_oid, USUAL},
	        {"ec-params-accept ykcs11", refuses_malformed_name, NATIVE},
	        {"montgomery", knows_no_montgomery, USUAL},
	};

	CHECK(rows);
}

/* ECDH */

static CK_RV derive(struct subject *s, bool raw, bool with_length, void *shared)
{
	CK_ULONG size = 32;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);
	CK_ECDH1_DERIVE_PARAMS params = {
	        CKD_NULL, 0, shared, point.size - (raw ? 2 : 0), point.at + (raw ? 2 : 0)};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        ATTRIBUTE(CKA_VALUE_LEN, size)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_DeriveKey(
	        s->session, &mechanism, pair.private, template, with_length ? 3 : 2, &key);
}

static bool derives_from_raw(struct subject *s)
{
	return derive(s, true, true, NULL) == CKR_OK;
}

static bool derives_from_der(struct subject *s)
{
	return derive(s, false, true, NULL) == CKR_OK;
}

static bool derives_without_length(struct subject *s)
{
	return derive(s, true, false, NULL) == CKR_OK;
}

static bool derives_with_empty_data(struct subject *s)
{
	return derive(s, true, true, s) != CKR_DEVICE_ERROR;
}

CASE(ecdh)
{
	static const struct row rows[] = {
	        {"ecdh-point der 0x8000002F", derives_from_raw, USUAL},
	        {"ecdh-point raw", derives_from_der, USUAL},
	        {"ecdh-value-len required", derives_without_length, USUAL},
	        {"ecdh-value-len refused", derives_from_raw, USUAL},
	        {"ecdh-empty-shared-data CKR_DEVICE_ERROR", derives_with_empty_data, USUAL},
	};

	CHECK(rows);
}

/* Signatures */

static bool signs_64_octets(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets signature = sign(s, CKM_ECDSA, pair.private);

	assert_int_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	signature.at[20] ^= 1;
	assert_int_not_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	return signature.size == 64;
}

static const char *given_twist(const struct subject *s)
{
	return s->setting->twist != NULL ? s->setting->twist : "";
}

/* The uppermost octet of such a number is zero every other time. */
static bool signs_132_octets(struct subject *s)
{
	bool uneven = strstr(given_twist(s), "uneven") != NULL, all = true;
	struct key_pair pair = ec_pair(s, "secp521r1");

	for (unsigned i = 0; i < 100 && all; i++) {
		struct octets signature = sign(s, CKM_ECDSA, pair.private);

		all = all && signature.size == 132;
		/* What is not split in the middle can be told by nobody. */
		if (!uneven || signature.size == 132)
			assert_int_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	}
	return all;
}

static bool signs_long_digests(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_BYTE digest[64] = {1}, signature[128];
	CK_ULONG size = sizeof(signature);
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_RV rv;

	assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, pair.private), CKR_OK);
	rv = s->p11->C_Sign(s->session, digest, sizeof(digest), signature, &size);
	/* The operation is over in either case. */
	sign(s, CKM_ECDSA, pair.private);
	return rv == CKR_OK;
}

static bool digests_in_parts(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[] = "data";

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	return s->p11->C_DigestUpdate(s->session, data, sizeof(data)) == CKR_OK;
}

CASE(signatures)
{
	static const struct row rows[] = {
	        {"ecdsa-form der", signs_64_octets, USUAL},
	        {"ecdsa-form short", signs_132_octets, USUAL},
	        {"ecdsa-form uneven", signs_132_octets, USUAL},
	        {"ecdsa-digest-limit", signs_long_digests, USUAL},
	        {"single-part CKM_SHA256", digests_in_parts, USUAL},
	};

	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(points),
	        cmocka_unit_test(names_are_taken),
	        cmocka_unit_test(curves),
	        cmocka_unit_test(ecdh),
	        cmocka_unit_test(signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
