/* SPDX-License-Identifier: MIT */
/* ECDH: the form of the other party's point, and shared data that is not there. */
#include "rules.h"

enum form { RAW, DER };

/* A point of secp256r1 out of the DER that SoftHSM has. */
static struct octets peer_of(struct subject *s, enum form form)
{
	struct octets point = read_attribute(s, ec_pair(s, "secp256r1").public, CKA_EC_POINT);

	assert_int_equal(point.size, 67);
	if (form == RAW) {
		point.size -= 2;
		memmove(point.at, point.at + 2, point.size);
	}
	return point;
}

static CK_RV derive_with(struct subject *s, CK_ECDH1_DERIVE_PARAMS *params,
        CK_OBJECT_HANDLE private, CK_OBJECT_HANDLE *key)
{
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, params, sizeof(*params)};
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        ATTRIBUTE(CKA_SENSITIVE, no), ATTRIBUTE(CKA_EXTRACTABLE, yes)};

	return s->p11->C_DeriveKey(s->session, &mechanism, private, template, COUNT(template), key);
}

static CK_RV derive(
        struct subject *s, CK_OBJECT_HANDLE private, struct octets *peer, CK_OBJECT_HANDLE *key)
{
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, peer->size, peer->at};
	CK_RV rv = derive_with(s, &params, private, key);

	/* The host's own parameter is what it was. */
	assert_ptr_equal(params.pPublicData, peer->at);
	assert_int_equal(params.ulPublicDataLen, peer->size);
	return rv;
}

static bool derives(struct subject *s, enum form form)
{
	struct octets peer = peer_of(s, form);
	CK_OBJECT_HANDLE key;

	return derive(s, ec_pair(s, "secp256r1").private, &peer, &key) == CKR_OK;
}

static bool derives_raw(struct subject *s)
{
	return derives(s, RAW);
}

static bool derives_der(struct subject *s)
{
	return derives(s, DER);
}

/* The codes after which the other form is tried. */
CASE(ecdh_1_der_wanted)
{
	static const char *const twists[] = {"ecdh-point der", "ecdh-point der CKR_ARGUMENTS_BAD",
	        "ecdh-point der CKR_GENERAL_ERROR", "ecdh-point der CKR_PUBLIC_KEY_INVALID",
	        "ecdh-point der CKR_KEY_SIZE_RANGE", "ecdh-point der 0x8000002F"};

	for (size_t i = 0; i < COUNT(twists); i++) {
		const struct setting setting = {.rule = "ECDH-1", .twist = twists[i]};

		check_rule(&setting, derives_raw);
	}
}

CASE(ecdh_1_raw_wanted)
{
	/* DER is rewritten on every vendor, as the standard wants the point bare. */
	const struct setting setting = {
	        .rule = "ECDH-1", .twist = "ecdh-point raw", .native = true};

	check_rule(&setting, derives_der);
}

static bool retries_once_and_remembers(struct subject *s)
{
	CK_OBJECT_HANDLE private = ec_pair(s, "secp256r1").private, key;
	struct octets peer = peer_of(s, RAW);

	forget_calls();
	if (derive(s, private, &peer, &key) != CKR_OK)
		return false;
	assert_int_equal(calls("C_DeriveKey"), 2);
	for (unsigned i = 3; i < 6; i++) {
		assert_int_equal(derive(s, private, &peer, &key), CKR_OK);
		assert_int_equal(calls("C_DeriveKey"), i);
	}
	/* Until C_Finalize. */
	assert_int_equal(s->p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	s->session = another_session(s);
	login(s);
	private = ec_pair(s, "secp256r1").private;
	forget_calls();
	assert_int_equal(derive(s, private, &peer, &key), CKR_OK);
	return calls("C_DeriveKey") == 2;
}

CASE(ecdh_1_one_retry_and_remembered)
{
	const struct setting setting = {.rule = "ECDH-1", .twist = "ecdh-point der"};

	assert_true(with_lens(&setting, retries_once_and_remembers));
}

/* Nothing helps: one retry, and the code that the host's own form got. */
static bool fails_after_one_retry(struct subject *s)
{
	CK_OBJECT_HANDLE private = ec_pair(s, "secp256r1").private, key;
	struct octets peer = peer_of(s, RAW);

	forget_calls();
	return derive(s, private, &peer, &key) == CKR_ARGUMENTS_BAD && calls("C_DeriveKey") == 2;
}

CASE(ecdh_1_not_more_than_one_retry)
{
	const struct setting setting = {
	        .rule = "ECDH-1", .twist = "return C_DeriveKey CKR_ARGUMENTS_BAD"};

	assert_true(with_lens(&setting, fails_after_one_retry));
}

static bool asks_no_second_time(struct subject *s)
{
	CK_OBJECT_HANDLE private = ec_pair(s, "secp256r1").private, key;
	struct octets peer = peer_of(s, RAW);

	forget_calls();
	assert_int_not_equal(derive(s, private, &peer, &key), CKR_OK);
	return calls("C_DeriveKey") == 1;
}

CASE(ecdh_1_other_codes_mean_something_else)
{
	const struct setting setting = {
	        .rule = "ECDH-1", .twist = "return C_DeriveKey CKR_TEMPLATE_INCONSISTENT"};

	assert_true(with_lens(&setting, asks_no_second_time));
	assert_int_equal(notes("ECDH-1"), 0);
}

/* With a form that was named there is nothing to try. */
CASE(ecdh_1_form_by_configuration)
{
	const struct setting raw = {
	        .rule = "ECDH-1", .twist = "ecdh-point der", .keys = "ecdh_point = raw\n"};
	const struct setting der = {
	        .rule = "ECDH-1", .twist = "ecdh-point der", .keys = "ecdh_point = der\n"};

	assert_true(with_lens(&raw, asks_no_second_time));
	assert_true(with_lens(&der, derives_raw));
	assert_true(with_lens(&der, derives_der));
}

/* Raw and DER, of whatever length, are the same point; so the secret is the same. */
static bool secrets_agree(struct subject *s)
{
	static const char *const curves[] = {"secp256r1", "secp384r1", "secp521r1"};

	for (size_t i = 0; i < COUNT(curves); i++) {
		struct key_pair own = ec_pair(s, curves[i]), other = ec_pair(s, curves[i]);
		struct octets point = read_attribute(s, other.public, CKA_EC_POINT), secret[2];
		CK_ULONG head = point.size > 130 ? 3 : 2;
		struct octets raw = {.size = point.size - head};
		CK_OBJECT_HANDLE key;

		memcpy(raw.at, point.at + head, raw.size);
		if (derive(s, own.private, &raw, &key) != CKR_OK)
			return false;
		secret[0] = read_attribute(s, key, CKA_VALUE);
		if (derive(s, own.private, &point, &key) != CKR_OK)
			return false;
		secret[1] = read_attribute(s, key, CKA_VALUE);
		assert_int_equal(secret[0].size, secret[1].size);
		assert_memory_equal(secret[0].at, secret[1].at, secret[0].size);
	}
	return true;
}

CASE(ecdh_1_one_secret)
{
	static const char *const twists[] = {NULL, "ecdh-point der", "ecdh-point raw"};

	for (size_t i = 0; i < COUNT(twists); i++) {
		const struct setting setting = {.rule = "ECDH-1", .twist = twists[i]};

		assert_true(with_lens(&setting, secrets_agree));
	}
}

/* Neither is a point at all: what the vendor is asked and says is its own business. */
static bool leaves_what_is_no_point(struct subject *s)
{
	CK_OBJECT_HANDLE private = ec_pair(s, "secp256r1").private, key;
	struct octets peer = {.size = 61};

	forget_calls();
	assert_int_not_equal(derive(s, private, &peer, &key), CKR_OK);
	return calls("C_DeriveKey") == 1;
}

CASE(ecdh_1_not_what_is_no_point)
{
	const struct setting setting = {.rule = "ECDH-1", .twist = "ecdh-point der"};

	assert_true(with_lens(&setting, leaves_what_is_no_point));
	assert_int_equal(notes("ECDH-1"), 0);
}

static bool takes_empty_shared_data(struct subject *s)
{
	struct octets peer = peer_of(s, RAW);
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, peer.at, peer.size, peer.at};
	CK_OBJECT_HANDLE key;

	return derive_with(s, &params, ec_pair(s, "secp256r1").private, &key) == CKR_OK &&
	       params.pSharedData == peer.at;
}

/* SoftHSM refuses it by itself. */
CASE(ecdh_4_empty_shared_data)
{
	const struct setting setting = {
	        .rule = "ECDH-4", .twist = "ecdh-empty-shared-data", .native = true};

	check_rule(&setting, takes_empty_shared_data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ecdh_1_der_wanted),
	        cmocka_unit_test(ecdh_1_raw_wanted),
	        cmocka_unit_test(ecdh_1_one_retry_and_remembered),
	        cmocka_unit_test(ecdh_1_not_more_than_one_retry),
	        cmocka_unit_test(ecdh_1_other_codes_mean_something_else),
	        cmocka_unit_test(ecdh_1_form_by_configuration),
	        cmocka_unit_test(ecdh_1_one_secret),
	        cmocka_unit_test(ecdh_1_not_what_is_no_point),
	        cmocka_unit_test(ecdh_4_empty_shared_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
