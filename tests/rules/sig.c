/* SPDX-License-Identifier: MIT */
/* Signatures: the two numbers as the standard has them, hashing, parts, and what is refused. */
#include "rules.h"

static CK_BYTE data[300] = "data that is signed in one part or in several, as the test likes it";

/* The DigestInfo of SHA-256 (RFC 8017). */
static const CK_BYTE sha256_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
        0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static CK_RV sign_init(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return s->p11->C_SignInit(s->session, &mechanism, key);
}

static CK_RV verify_init(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return s->p11->C_VerifyInit(s->session, &mechanism, key);
}

static CK_ULONG size_asked(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_BYTE signature[256];
	CK_ULONG size = 0, room = sizeof(signature);

	assert_int_equal(sign_init(s, type, key), CKR_OK);
	assert_int_equal(s->p11->C_Sign(s->session, data, 32, NULL, &size), CKR_OK);
	assert_int_equal(s->p11->C_Sign(s->session, data, 32, signature, &room), CKR_OK);
	return size;
}

/* --- SIG-1, SIG-2: the form */

static bool signature_is_two_numbers(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets signature = sign(s, CKM_ECDSA, pair.private);
	CK_ULONG asked = size_asked(s, CKM_ECDSA, pair.private);

	return signature.size == 64 && asked == 64 &&
	       verify(s, CKM_ECDSA, pair.public, &signature) == CKR_OK;
}

CASE(sig_1_der_becomes_two_numbers)
{
	/* Named for a vendor that verifies no DER, the rule would do harm: that is what profiles
	 * are for. */
	const struct setting setting = {
	        .rule = "SIG-1", .twist = "ecdsa-form der", .opt_in = true, .native = true};

	check_rule(&setting, signature_is_two_numbers);
}

/* A signature that is wrong stays wrong, and so does one of a wrong length. */
static bool wrong_is_refused(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets good = sign(s, CKM_ECDSA, pair.private), bad = good, cut = good;

	bad.at[40] ^= 1;
	cut.size = 62;
	return verify(s, CKM_ECDSA, pair.public, &good) == CKR_OK &&
	       verify(s, CKM_ECDSA, pair.public, &bad) == CKR_SIGNATURE_INVALID &&
	       verify(s, CKM_ECDSA, pair.public, &cut) != CKR_OK;
}

CASE(sig_1_never_turns_a_failure_into_success)
{
	const struct setting setting = {.rule = "SIG-1", .twist = "ecdsa-form der", .opt_in = true};

	assert_true(with_lens(&setting, wrong_is_refused));
}

/* A buffer that is just long enough for the numbers, though not for DER; and a shorter one. */
static bool exact_room_is_enough(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_BYTE signature[64];
	CK_ULONG size = 63;
	CK_RV rv;

	assert_int_equal(sign_init(s, CKM_ECDSA, pair.private), CKR_OK);
	rv = s->p11->C_Sign(s->session, data, 32, signature, &size);
	if (rv != CKR_BUFFER_TOO_SMALL || size != 64)
		return false;
	return s->p11->C_Sign(s->session, data, 32, signature, &size) == CKR_OK && size == 64;
}

CASE(sig_1_needs_no_more_room)
{
	const struct setting setting = {
	        .rule = "SIG-1", .twist = "ecdsa-form der", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "SIG-1", .opt_in = true};

	check_rule(&setting, exact_room_is_enough);
	assert_true(with_lens(&ordinary, exact_room_is_enough));
}

/* Of secp521r1 every other number has a leading zero octet. */
static bool numbers_are_padded(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp521r1");
	bool all = true;

	for (unsigned i = 0; i < 24; i++) {
		struct octets signature = sign(s, CKM_ECDSA, pair.private);

		all = all && signature.size == 132;
		if (signature.size == 132 && s->lens)
			assert_int_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	}
	return all;
}

CASE(sig_2_short_numbers_are_padded)
{
	const struct setting setting = {
	        .rule = "SIG-2", .twist = "ecdsa-form short", .opt_in = true};

	check_rule(&setting, numbers_are_padded);
}

/* --- SIG-3: long digests */

static bool long_digest_is_signed(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_BYTE signature[64];
	CK_ULONG size = sizeof(signature);

	assert_int_equal(sign_init(s, CKM_ECDSA, pair.private), CKR_OK);
	if (s->p11->C_Sign(s->session, data, 48, signature, &size) != CKR_OK)
		return false;
	assert_int_equal(verify_init(s, CKM_ECDSA, pair.public), CKR_OK);
	return s->p11->C_Verify(s->session, data, 48, signature, size) == CKR_OK;
}

CASE(sig_3_long_digests_are_cut)
{
	const struct setting setting = {
	        .rule = "SIG-3", .twist = "ecdsa-digest-limit", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "SIG-3", .opt_in = true};

	check_rule(&setting, long_digest_is_signed);
	assert_true(with_lens(&ordinary, long_digest_is_signed));
}

/* The order of P-521 is no whole number of octets, so its digests stay as they are. */
static bool odd_order_is_left_alone(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp521r1");
	CK_BYTE signature[132];
	CK_ULONG size = sizeof(signature);

	assert_int_equal(sign_init(s, CKM_ECDSA, pair.private), CKR_OK);
	return s->p11->C_Sign(s->session, data, 80, signature, &size) == CKR_DEVICE_ERROR;
}

CASE(sig_3_leaves_p_521_alone)
{
	const struct setting setting = {
	        .rule = "SIG-3", .twist = "ecdsa-digest-limit", .opt_in = true};

	assert_true(with_lens(&setting, odd_order_is_left_alone));
	assert_int_equal(notes("SIG-3"), 0);
}

/* --- SIG-6: hashing */

static bool digest_of(struct subject *s, CK_MECHANISM_TYPE type, CK_ULONG size, CK_BYTE out[64])
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_ULONG n = 64;

	return s->p11->C_DigestInit(s->session, &mechanism) == CKR_OK &&
	       s->p11->C_Digest(s->session, data, size, out, &n) == CKR_OK;
}

static CK_RV sign_parts(struct subject *s, CK_BYTE *signature, CK_ULONG *size)
{
	CK_RV rv = s->p11->C_SignUpdate(s->session, data, 100);

	if (rv == CKR_OK)
		rv = s->p11->C_SignUpdate(s->session, data + 100, 150);
	if (rv == CKR_OK)
		rv = s->p11->C_SignFinal(s->session, NULL, size);
	return rv == CKR_OK ? s->p11->C_SignFinal(s->session, signature, size) : rv;
}

static CK_RV verify_parts(struct subject *s, CK_BYTE *signature, CK_ULONG size)
{
	CK_RV rv = s->p11->C_VerifyUpdate(s->session, data, 50);

	if (rv == CKR_OK)
		rv = s->p11->C_VerifyUpdate(s->session, data + 50, 200);
	return rv == CKR_OK ? s->p11->C_VerifyFinal(s->session, signature, size) : rv;
}

/* SoftHSM has no hashed ECDSA. */
static bool hashed_ecdsa_works(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_BYTE signature[64], digest[64];
	CK_ULONG size = 0;

	if (sign_init(s, CKM_ECDSA_SHA256, pair.private) != CKR_OK)
		return false;
	assert_int_equal(sign_parts(s, signature, &size), CKR_OK);
	assert_int_equal(size, 64);
	assert_true(digest_of(s, CKM_SHA256, 250, digest));
	assert_int_equal(verify_init(s, CKM_ECDSA, pair.public), CKR_OK);
	assert_int_equal(s->p11->C_Verify(s->session, digest, 32, signature, size), CKR_OK);
	assert_int_equal(verify_init(s, CKM_ECDSA_SHA256, pair.public), CKR_OK);
	assert_int_equal(verify_parts(s, signature, size), CKR_OK);
	assert_int_equal(verify_init(s, CKM_ECDSA_SHA256, pair.public), CKR_OK);
	assert_int_equal(s->p11->C_Verify(s->session, data, 250, signature, size), CKR_OK);
	assert_int_equal(verify_init(s, CKM_ECDSA_SHA256, pair.public), CKR_OK);
	return s->p11->C_Verify(s->session, data, 249, signature, size) == CKR_SIGNATURE_INVALID;
}

CASE(sig_6_hashed_ecdsa)
{
	const struct setting setting = {.rule = "SIG-6", .opt_in = true, .native = true};

	check_rule(&setting, hashed_ecdsa_works);
}

static bool hashed_rsa_works(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);
	CK_BYTE signature[128], other[128], input[sizeof(sha256_info) + 64];
	CK_ULONG size = sizeof(signature);

	if (sign_init(s, CKM_SHA256_RSA_PKCS, pair.private) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_Sign(s->session, data, 200, signature, &size), CKR_OK);
	memcpy(input, sha256_info, sizeof(sha256_info));
	assert_true(digest_of(s, CKM_SHA256, 200, input + sizeof(sha256_info)));
	assert_int_equal(sign_init(s, CKM_RSA_PKCS, pair.private), CKR_OK);
	assert_int_equal(
	        s->p11->C_Sign(s->session, input, sizeof(sha256_info) + 32, other, &size), CKR_OK);
	assert_memory_equal(signature, other, sizeof(other));
	assert_int_equal(verify_init(s, CKM_SHA256_RSA_PKCS, pair.public), CKR_OK);
	return s->p11->C_Verify(s->session, data, 200, signature, size) == CKR_OK;
}

CASE(sig_6_hashed_rsa)
{
	const struct setting setting = {
	        .rule = "SIG-6", .twist = "hide-mechanism CKM_SHA256_RSA_PKCS", .opt_in = true};

	check_rule(&setting, hashed_rsa_works);
}

static bool lists(struct subject *s, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_TYPE list[256];
	CK_ULONG count = 0, n = COUNT(list);
	CK_MECHANISM_INFO info;
	bool found = false;

	assert_int_equal(s->p11->C_GetMechanismList(s->slot, NULL, &count), CKR_OK);
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list, &n), CKR_OK);
	assert_int_equal(n, count);
	for (CK_ULONG i = 0; i < n; i++)
		found = found || list[i] == type;
	if (found) {
		assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, type, &info), CKR_OK);
		assert_int_equal(info.flags & (CKF_SIGN | CKF_VERIFY), CKF_SIGN | CKF_VERIFY);
	}
	return found;
}

static bool hashed_ecdsa_is_listed(struct subject *s)
{
	return lists(s, CKM_ECDSA_SHA256) && lists(s, CKM_ECDSA_SHA512) && lists(s, CKM_ECDSA);
}

CASE(sig_6_is_listed)
{
	const struct setting setting = {.rule = "SIG-6", .opt_in = true, .native = true};

	check_rule(&setting, hashed_ecdsa_is_listed);
}

/* What the user denies is not made either. */
static bool denied_is_denied(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");

	return !lists(s, CKM_ECDSA_SHA256) && lists(s, CKM_ECDSA_SHA384) &&
	       sign_init(s, CKM_ECDSA_SHA256, pair.private) == CKR_MECHANISM_INVALID;
}

CASE(sig_6_makes_nothing_that_is_denied)
{
	const struct setting setting = {
	        .rule = "SIG-6", .opt_in = true, .keys = "deny = CKM_ECDSA_SHA256\n"};

	assert_true(with_lens(&setting, denied_is_denied));
}

/* --- SIG-9: parts */

static bool eddsa_takes_parts(struct subject *s)
{
	struct key_pair pair = edwards_pair(s, "Ed25519");
	CK_BYTE signature[64];
	CK_ULONG size = 0;

	assert_int_equal(sign_init(s, CKM_EDDSA, pair.private), CKR_OK);
	if (sign_parts(s, signature, &size) != CKR_OK)
		return false;
	assert_int_equal(size, 64);
	assert_int_equal(verify_init(s, CKM_EDDSA, pair.public), CKR_OK);
	assert_int_equal(s->p11->C_Verify(s->session, data, 250, signature, size), CKR_OK);
	assert_int_equal(verify_init(s, CKM_EDDSA, pair.public), CKR_OK);
	return verify_parts(s, signature, size) == CKR_OK;
}

CASE(sig_9_parts_are_collected)
{
	const struct setting setting = {.rule = "SIG-9", .opt_in = true, .native = true};

	check_rule(&setting, eddsa_takes_parts);
}

/* C_Sign after parts would sign nothing but the rest. */
static bool single_after_parts_is_refused(struct subject *s)
{
	struct key_pair pair = edwards_pair(s, "Ed25519");
	CK_BYTE signature[64];
	CK_ULONG size = sizeof(signature);

	assert_int_equal(sign_init(s, CKM_EDDSA, pair.private), CKR_OK);
	assert_int_equal(s->p11->C_SignUpdate(s->session, data, 100), CKR_OK);
	return s->p11->C_Sign(s->session, data, 100, signature, &size) == CKR_OPERATION_ACTIVE;
}

CASE(sig_9_does_not_sign_half_of_it)
{
	const struct setting setting = {.rule = "SIG-9", .opt_in = true};

	assert_true(with_lens(&setting, single_after_parts_is_refused));
}

/* --- SIG-10, SIG-11: what is refused, and how */

static bool long_data_has_its_code(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);
	CK_BYTE signature[128];
	CK_ULONG size = sizeof(signature);

	assert_int_equal(sign_init(s, CKM_RSA_PKCS, pair.private), CKR_OK);
	return s->p11->C_Sign(s->session, data, 118, signature, &size) == CKR_DATA_LEN_RANGE;
}

CASE(sig_10_too_much_data)
{
	const struct setting setting = {.rule = "SIG-10", .native = true};

	check_rule(&setting, long_data_has_its_code);
}

static bool wrong_key_is_refused(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);

	return sign_init(s, CKM_ECDSA, pair.private) == CKR_KEY_TYPE_INCONSISTENT;
}

CASE(sig_11_wrong_type_of_key)
{
	const struct setting setting = {.rule = "SIG-11", .opt_in = true, .native = true};

	check_rule(&setting, wrong_key_is_refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sig_1_der_becomes_two_numbers),
	        cmocka_unit_test(sig_1_never_turns_a_failure_into_success),
	        cmocka_unit_test(sig_1_needs_no_more_room),
	        cmocka_unit_test(sig_2_short_numbers_are_padded),
	        cmocka_unit_test(sig_3_long_digests_are_cut),
	        cmocka_unit_test(sig_3_leaves_p_521_alone),
	        cmocka_unit_test(sig_6_hashed_ecdsa),
	        cmocka_unit_test(sig_6_hashed_rsa),
	        cmocka_unit_test(sig_6_is_listed),
	        cmocka_unit_test(sig_6_makes_nothing_that_is_denied),
	        cmocka_unit_test(sig_9_parts_are_collected),
	        cmocka_unit_test(sig_9_does_not_sign_half_of_it),
	        cmocka_unit_test(sig_10_too_much_data),
	        cmocka_unit_test(sig_11_wrong_type_of_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
