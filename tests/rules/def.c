/* SPDX-License-Identifier: MIT */
/* Family DEF: what a template leaves open. */
#include "rules.h"

static CK_BYTE secret[32] = "0123456789abcdef0123456789abcdef";
static CK_ULONG secret_key = CKO_SECRET_KEY, aes = CKK_AES;

/* An AES key out of nothing but its length, and what is given. */
static CK_OBJECT_HANDLE generated(struct subject *s, const CK_ATTRIBUTE *more, CK_ULONG count)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG length = 32;
	CK_ATTRIBUTE template[4] = {ATTRIBUTE(CKA_VALUE_LEN, length)};
	CK_OBJECT_HANDLE key = 0;

	if (count > 0)
		memcpy(template + 1, more, count * sizeof(*more));
	assert_int_equal(
	        s->p11->C_GenerateKey(s->session, &mechanism, template, 1 + count, &key), CKR_OK);
	return key;
}

static CK_OBJECT_HANDLE token_key(struct subject *s)
{
	CK_ATTRIBUTE more[] = {ATTRIBUTE(CKA_TOKEN, yes)};

	return generated(s, more, COUNT(more));
}

/* An EC pair out of nothing but its curve and its place. */
static struct key_pair minimal_pair(struct subject *s, CK_BBOOL token)
{
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, oid.at, oid.size}, ATTRIBUTE(CKA_TOKEN, token)};
	CK_ATTRIBUTE private[] = {ATTRIBUTE(CKA_TOKEN, token)};
	struct key_pair pair = {0, 0};

	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public, 2, private, 1,
	                         &pair.public, &pair.private),
	        CKR_OK);
	return pair;
}

static bool is(struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, int value)
{
	struct octets octets = read_attribute(s, object, type);

	assert_int_equal(octets.size, 1);
	return octets.at[0] == value;
}

/* --- DEF-1, DEF-2, DEF-6 */

static bool keys_are(struct subject *s, CK_ATTRIBUTE_TYPE type, int value)
{
	CK_ATTRIBUTE created[] = {ATTRIBUTE(CKA_CLASS, secret_key), ATTRIBUTE(CKA_KEY_TYPE, aes),
	        ATTRIBUTE(CKA_VALUE, secret), ATTRIBUTE(CKA_TOKEN, yes)};
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(s->p11->C_CreateObject(s->session, created, COUNT(created), &key), CKR_OK);
	return is(s, token_key(s), type, value) && is(s, key, type, value) &&
	       is(s, minimal_pair(s, CK_TRUE).private, type, value);
}

static bool are_private(struct subject *s)
{
	return keys_are(s, CKA_PRIVATE, 1);
}

static bool are_sensitive(struct subject *s)
{
	return keys_are(s, CKA_SENSITIVE, 1);
}

static bool are_retained(struct subject *s)
{
	return keys_are(s, CKA_EXTRACTABLE, 0);
}

CASE(keys_on_the_token_are_secret)
{
	const struct setting private = {.rule = "DEF-1",
	        .level = "portable",
	        .twist = "default CKA_PRIVATE false",
	        .native = true};
	const struct setting sensitive = {.rule = "DEF-2", .level = "portable", .native = true};
	const struct setting retained = {.rule = "DEF-6",
	        .level = "portable",
	        .twist = "default CKA_EXTRACTABLE true",
	        .native = true};

	check_rule(&private, are_private);
	check_rule(&sensitive, are_sensitive);
	check_rule(&retained, are_retained);
}

/* What was said stays, and so does what is not on the token, or is neither private nor secret. */
static bool others_stay(struct subject *s)
{
	CK_ATTRIBUTE said[] = {ATTRIBUTE(CKA_TOKEN, yes), ATTRIBUTE(CKA_PRIVATE, no),
	        ATTRIBUTE(CKA_SENSITIVE, no)};
	CK_ATTRIBUTE extractable[] = {ATTRIBUTE(CKA_TOKEN, yes), ATTRIBUTE(CKA_EXTRACTABLE, yes)};
	CK_OBJECT_HANDLE key = generated(s, said, COUNT(said));

	assert_true(is(s, key, CKA_PRIVATE, 0) && is(s, key, CKA_SENSITIVE, 0));
	assert_true(is(s, generated(s, extractable, 2), CKA_EXTRACTABLE, 1));
	assert_true(is(s, minimal_pair(s, CK_TRUE).public, CKA_PRIVATE, 0));
	key = generated(s, NULL, 0);
	return is(s, key, CKA_PRIVATE, 0) && is(s, key, CKA_SENSITIVE, 0);
}

static bool makes_a_data_object(struct subject *s)
{
	CK_ULONG class = CKO_DATA;
	CK_ATTRIBUTE data[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_TOKEN, yes)};
	CK_OBJECT_HANDLE object;

	return s->p11->C_CreateObject(s->session, data, 2, &object) == CKR_OK;
}

CASE(what_was_said_stays)
{
	const struct setting setting = {.level = "portable", .twist = "default CKA_PRIVATE false"};

	assert_true(with_lens(&setting, others_stay));
	assert_true(with_lens(&setting, makes_a_data_object));
	assert_null(strstr(run_trace(), "~ DEF"));
}

static bool session_keys_are_secret(struct subject *s)
{
	CK_OBJECT_HANDLE key = generated(s, NULL, 0);

	return is(s, key, CKA_PRIVATE, 1) && is(s, key, CKA_SENSITIVE, 1) &&
	       is(s, key, CKA_EXTRACTABLE, 0);
}

CASE(session_keys_are_secret_on_request)
{
	const struct setting setting = {.level = "portable",
	        .twist = "default CKA_PRIVATE false,default CKA_EXTRACTABLE true",
	        .keys = "session_defaults = portable\n"};

	assert_true(with_lens(&setting, session_keys_are_secret));
	assert_true(notes("DEF-1") == 1 && notes("DEF-2") == 1 && notes("DEF-6") == 1);
}

/* Without a user only what works is added: the key is made, as it was before. */
static bool public_session_works(struct subject *s)
{
	logout(s);
	return is(s, token_key(s), CKA_SENSITIVE, 1);
}

CASE(nothing_is_private_without_a_user)
{
	const struct setting setting = {.level = "portable", .twist = "default CKA_PRIVATE false"};

	assert_true(with_lens(&setting, public_session_works));
	assert_int_equal(notes("DEF-1"), 0);
	assert_int_equal(notes("DEF-2"), 1);
}

/* --- DEF-3 */

static bool pair_signs(struct subject *s, struct key_pair pair)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	struct octets signature;

	if (s->p11->C_SignInit(s->session, &mechanism, pair.private) != CKR_OK)
		return false;
	signature.size = sizeof(signature.at);
	assert_int_equal(
	        s->p11->C_Sign(s->session, secret, sizeof(secret), signature.at, &signature.size),
	        CKR_OK);
	if (s->p11->C_VerifyInit(s->session, &mechanism, pair.public) != CKR_OK)
		return false;
	return s->p11->C_Verify(s->session, secret, sizeof(secret), signature.at, signature.size) ==
	       CKR_OK;
}

static bool session_pair_signs(struct subject *s)
{
	return pair_signs(s, minimal_pair(s, CK_FALSE));
}

/* One purpose, at a vendor that grants nothing and at one that grants everything. */
static bool keys_have_one_purpose(struct subject *s)
{
	struct key_pair pair = minimal_pair(s, CK_TRUE);
	CK_OBJECT_HANDLE key = token_key(s);

	return pair_signs(s, pair) && is(s, pair.private, CKA_DECRYPT, 0) &&
	       is(s, pair.private, CKA_DERIVE, 0) && is(s, pair.public, CKA_ENCRYPT, 0) &&
	       is(s, pair.public, CKA_WRAP, 0) && is(s, key, CKA_ENCRYPT, 1) &&
	       is(s, key, CKA_DECRYPT, 1) && is(s, key, CKA_WRAP, 0) && is(s, key, CKA_SIGN, 0);
}

CASE(usage_follows_the_key_type)
{
	const struct setting none = {
	        .rule = "DEF-3", .level = "portable", .twist = "usage none", .native = true};
	const struct setting all = {
	        .rule = "DEF-3", .level = "portable", .twist = "usage all", .native = true};

	check_rule(&none, session_pair_signs);
	check_rule(&none, keys_have_one_purpose);
	check_rule(&all, keys_have_one_purpose);
}

/* A template, or a pair of them, that names one usage is complete; session keys lose nothing. */
static bool named_usages_stay(struct subject *s)
{
	CK_ATTRIBUTE wraps[] = {ATTRIBUTE(CKA_TOKEN, yes), ATTRIBUTE(CKA_WRAP, yes)};
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, oid.at, oid.size}};
	CK_ATTRIBUTE private[] = {ATTRIBUTE(CKA_DERIVE, yes)};
	struct key_pair pair;

	assert_true(is(s, generated(s, wraps, 2), CKA_ENCRYPT, 0));
	assert_true(is(s, generated(s, NULL, 0), CKA_ENCRYPT, 1));
	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public, 1, private, 1,
	                         &pair.public, &pair.private),
	        CKR_OK);
	return is(s, pair.public, CKA_VERIFY, 0) && is(s, pair.private, CKA_SIGN, 0);
}

static bool session_keys_lose_nothing(struct subject *s)
{
	return is(s, generated(s, NULL, 0), CKA_WRAP, 1);
}

CASE(named_usages_are_all)
{
	const struct setting none = {.level = "portable", .twist = "usage none"};
	const struct setting all = {.level = "portable", .twist = "usage all"};

	assert_true(with_lens(&none, named_usages_stay));
	assert_true(with_lens(&all, session_keys_lose_nothing));
}

/* --- DEF-4 */

static bool stays_on_the_token(struct subject *s)
{
	CK_OBJECT_HANDLE key = generated(s, NULL, 0);

	return is(s, key, CKA_TOKEN, 1) && is(s, key, CKA_SENSITIVE, 1);
}

static bool makes_a_session_key(struct subject *s)
{
	return is(s, generated(s, NULL, 0), CKA_TOKEN, 0);
}

CASE(the_trace_tells_what_stays_for_good)
{
	const struct setting token = {
	        .level = "portable", .enable = "DEF-4", .twist = "default CKA_TOKEN true"};
	const struct setting ordinary = {.enable = "DEF-4"};

	assert_true(with_lens(&token, stays_on_the_token));
	assert_int_equal(notes("DEF-4"), 1);
	assert_non_null(strstr(run_trace(), "~ DEF-4 CKA_TOKEN: FALSE or none -> is TRUE"));
	assert_true(with_lens(&ordinary, makes_a_session_key));
	assert_int_equal(notes("DEF-4"), 0);
}

/* --- DEF-5 */

static bool minimal_key_is_made(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG length = 16;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, length)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_GenerateKey(s->session, &mechanism, template, 1, &key) == CKR_OK;
}

CASE(what_must_be_stated_is)
{
	const struct setting setting = {.rule = "DEF-5",
	        .opt_in = true,
	        .twist = "require-attribute CKA_PRIVATE,require-attribute CKA_SENSITIVE",
	        .native = true};

	check_rule(&setting, minimal_key_is_made);
}

/* --- DEF-7 */

static CK_RV make_rsa(struct subject *s, CK_BYTE *exponent, CK_ULONG size, struct key_pair *pair)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ULONG bits = 1024;
	CK_ATTRIBUTE public[] = {
	        ATTRIBUTE(CKA_MODULUS_BITS, bits), {CKA_PUBLIC_EXPONENT, exponent, size}};

	return s->p11->C_GenerateKeyPair(s->session, &mechanism, public, exponent != NULL ? 2 : 1,
	        NULL, 0, &pair->public, &pair->private);
}

static bool exponent_is_65537(struct subject *s)
{
	struct key_pair pair;
	struct octets exponent;

	if (make_rsa(s, NULL, 0, &pair) != CKR_OK)
		return false;
	exponent = read_attribute(s, pair.public, CKA_PUBLIC_EXPONENT);
	return exponent.size == 3 && memcmp(exponent.at, "\1\0\1", 3) == 0;
}

CASE(the_exponent_has_a_default)
{
	const struct setting setting = {.rule = "DEF-7",
	        .twist = "require-attribute CKA_PUBLIC_EXPONENT CKR_TEMPLATE_INCOMPLETE public",
	        .native = true};

	check_rule(&setting, exponent_is_65537);
}

/* The vendor gets a given exponent without its zeros, and never another one. */
static bool exponent_is_kept(struct subject *s)
{
	CK_BYTE three[] = {0, 0, 3};
	struct key_pair pair;
	struct octets exponent;

	assert_int_equal(make_rsa(s, three, sizeof(three), &pair), CKR_OK);
	exponent = read_attribute(s, pair.public, CKA_PUBLIC_EXPONENT);
	return exponent.size == 1 && exponent.at[0] == 3;
}

CASE(a_given_exponent_stays)
{
	const struct setting setting = {.keys = "disable = TPL-7\n"};

	assert_true(with_lens(&setting, exponent_is_kept));
	assert_int_equal(notes("DEF-7"), 1);
}

/* --- DEF-11 */

static bool unwrapped_is_what_was_asked(struct subject *s)
{
	CK_ATTRIBUTE more[] = {ATTRIBUTE(CKA_WRAP, yes), ATTRIBUTE(CKA_UNWRAP, yes),
	        ATTRIBUTE(CKA_EXTRACTABLE, yes)};
	CK_OBJECT_HANDLE wrapping = aes_key_with(s, 16, more, COUNT(more)), key = 0;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, secret_key), ATTRIBUTE(CKA_KEY_TYPE, aes),
	        ATTRIBUTE(CKA_SENSITIVE, yes), ATTRIBUTE(CKA_EXTRACTABLE, no)};
	CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_BYTE wrapped[64];
	CK_ULONG size = sizeof(wrapped);

	assert_int_equal(
	        s->p11->C_WrapKey(s->session, &mechanism, wrapping, wrapping, wrapped, &size),
	        CKR_OK);
	assert_int_equal(s->p11->C_UnwrapKey(s->session, &mechanism, wrapping, wrapped, size,
	                         template, COUNT(template), &key),
	        CKR_OK);
	return is(s, key, CKA_SENSITIVE, 1) && is(s, key, CKA_EXTRACTABLE, 0);
}

CASE(unwrapped_keys_are_as_secret_as_asked)
{
	const struct setting setting = {.rule = "DEF-11",
	        .opt_in = true,
	        .twist = "drop-attribute CKA_SENSITIVE C_UnwrapKey,"
	                 "drop-attribute CKA_EXTRACTABLE C_UnwrapKey,"
	                 "default CKA_EXTRACTABLE true C_UnwrapKey"};

	check_rule(&setting, unwrapped_is_what_was_asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(keys_on_the_token_are_secret),
	        cmocka_unit_test(what_was_said_stays),
	        cmocka_unit_test(session_keys_are_secret_on_request),
	        cmocka_unit_test(nothing_is_private_without_a_user),
	        cmocka_unit_test(usage_follows_the_key_type),
	        cmocka_unit_test(named_usages_are_all),
	        cmocka_unit_test(the_trace_tells_what_stays_for_good),
	        cmocka_unit_test(what_must_be_stated_is),
	        cmocka_unit_test(the_exponent_has_a_default),
	        cmocka_unit_test(a_given_exponent_stays),
	        cmocka_unit_test(unwrapped_keys_are_as_secret_as_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
