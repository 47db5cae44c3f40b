/* SPDX-License-Identifier: MIT */
/* Family ECDH, as far as templates go: lengths and usages of derived keys. */
#include "rules.h"

static CK_ULONG secret_key = CKO_SECRET_KEY, generic = CKK_GENERIC_SECRET;

/* Derives from a pair with itself, out of class, key type and what is given. */
static CK_RV derive(struct subject *s, struct key_pair pair, const CK_ATTRIBUTE *more,
        CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);
	CK_ECDH1_DERIVE_PARAMS params = {
	        .kdf = CKD_NULL, .pPublicData = point.at + 2, .ulPublicDataLen = point.size - 2};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_ATTRIBUTE template[8] = {
	        ATTRIBUTE(CKA_CLASS, secret_key), ATTRIBUTE(CKA_KEY_TYPE, generic)};

	for (CK_ULONG i = 0; i < count; i++)
		template[2 + i] = more[i];
	return s->p11->C_DeriveKey(s->session, &mechanism, pair.private, template, 2 + count, key);
}

/* --- ECDH-2 */

static bool length_is_that_of_the_field(struct subject *s)
{
	CK_OBJECT_HANDLE key = 0;
	CK_ULONG length = 0;

	if (derive(s, ec_pair(s, "secp256r1"), NULL, 0, &key) != CKR_OK)
		return false;
	memcpy(&length, read_attribute(s, key, CKA_VALUE_LEN).at, sizeof(length));
	return length == 32;
}

CASE(the_length_of_what_is_derived)
{
	const struct setting setting = {.rule = "ECDH-2",
	        .opt_in = true,
	        .twist = "ecdh-value-len required",
	        .native = true};

	check_rule(&setting, length_is_that_of_the_field);
}

/* --- ECDH-5 */

static bool usage_may_be_denied(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_ATTRIBUTE denied[] = {ATTRIBUTE(CKA_ENCRYPT, no), ATTRIBUTE(CKA_DECRYPT, no)};
	CK_ATTRIBUTE granted[] = {ATTRIBUTE(CKA_ENCRYPT, yes)};
	CK_OBJECT_HANDLE key;

	return derive(s, pair, denied, COUNT(denied), &key) == CKR_OK &&
	       derive(s, pair, granted, COUNT(granted), &key) == CKR_TEMPLATE_INCONSISTENT;
}

CASE(usages_that_are_denied)
{
	const struct setting setting = {.rule = "ECDH-5",
	        .opt_in = true,
	        .twist = "refuse-attribute CKA_ENCRYPT CKR_TEMPLATE_INCONSISTENT C_DeriveKey,"
	                 "refuse-attribute CKA_DECRYPT CKR_TEMPLATE_INCONSISTENT C_DeriveKey",
	        .native = true};

	check_rule(&setting, usage_may_be_denied);
}

/* --- ECDH-6 */

static CK_RV minimal_pair(struct subject *s, CK_BBOOL token, struct key_pair *pair)
{
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, oid.at, oid.size}};
	CK_ATTRIBUTE private[] = {ATTRIBUTE(CKA_TOKEN, token)};

	return s->p11->C_GenerateKeyPair(
	        s->session, &mechanism, public, 1, private, 1, &pair->public, &pair->private);
}

/* Session keys agree; those on the token were not made for it. */
static bool session_keys_agree(struct subject *s)
{
	struct key_pair session, token;
	CK_OBJECT_HANDLE key;

	assert_int_equal(minimal_pair(s, CK_FALSE, &session), CKR_OK);
	assert_int_equal(minimal_pair(s, CK_TRUE, &token), CKR_OK);
	return derive(s, session, NULL, 0, &key) == CKR_OK &&
	       read_attribute(s, token.private, CKA_DERIVE).at[0] == CK_FALSE;
}

CASE(keys_that_were_not_said_to_agree)
{
	const struct setting setting = {.rule = "ECDH-6", .opt_in = true, .native = true};
	const struct setting portable = {
	        .rule = "ECDH-6", .opt_in = true, .level = "portable", .native = true};

	check_rule(&setting, session_keys_agree);
	check_rule(&portable, session_keys_agree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_length_of_what_is_derived),
	        cmocka_unit_test(usages_that_are_denied),
	        cmocka_unit_test(keys_that_were_not_said_to_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
