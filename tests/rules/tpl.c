/* SPDX-License-Identifier: MIT */
/* Family TPL: what templates say, and how. */
#include "rules.h"

static CK_BYTE secret[16] = "0123456789abcdef";
static CK_ULONG secret_key = CKO_SECRET_KEY, aes = CKK_AES, generic = CKK_GENERIC_SECRET;
static CK_MECHANISM aes_key_gen = {CKM_AES_KEY_GEN, NULL, 0};

/* Generates an AES key with the length first, and what is given. */
static CK_RV generate(
        struct subject *s, const CK_ATTRIBUTE *more, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	CK_ULONG length = 16;
	CK_ATTRIBUTE template[8] = {ATTRIBUTE(CKA_VALUE_LEN, length)};

	memcpy(template + 1, more, count * sizeof(*more));
	return s->p11->C_GenerateKey(s->session, &aes_key_gen, template, 1 + count, key);
}

static CK_RV generate_with(struct subject *s, CK_ATTRIBUTE more)
{
	CK_OBJECT_HANDLE key;

	return generate(s, &more, 1, &key);
}

/* --- TPL-1 */

/* What asks for nothing is not refused; what asks for something is for the vendor to answer. */
static bool idle_attributes_are_taken(struct subject *s)
{
	return generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_COPYABLE, yes)) == CKR_OK &&
	       generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_COPYABLE, no)) ==
	               CKR_ATTRIBUTE_TYPE_INVALID;
}

static bool restrictions_are_refused(struct subject *s)
{
	return generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_WRAP_WITH_TRUSTED, yes)) != CKR_OK &&
	       generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_WRAP_WITH_TRUSTED, no)) == CKR_OK &&
	       generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_WRAP, no)) != CKR_OK &&
	       generate_with(s, (CK_ATTRIBUTE){CKA_LABEL, NULL, 0}) == CKR_OK;
}

CASE(what_asks_for_nothing_is_left_out)
{
	const struct setting setting = {.rule = "TPL-1",
	        .opt_in = true,
	        .twist = "refuse-attribute CKA_COPYABLE",
	        .native = true};
	const struct setting restricts = {.enable = "TPL-1",
	        .twist = "refuse-attribute CKA_WRAP_WITH_TRUSTED,refuse-attribute CKA_WRAP,"
	                 "refuse-attribute CKA_LABEL"};

	check_rule(&setting, idle_attributes_are_taken);
	assert_true(with_lens(&restricts, restrictions_are_refused));
}

/* --- TPL-2 */

static CK_RV make_pair(
        struct subject *s, CK_ATTRIBUTE *more_public, CK_ATTRIBUTE *private, CK_ULONG private_count)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_BYTE exponent[] = {1, 0, 1};
	CK_ULONG bits = 1024;
	CK_ATTRIBUTE public[] = {ATTRIBUTE(CKA_MODULUS_BITS, bits),
	        ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent), *more_public};
	struct key_pair pair;

	return s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public), private,
	        private_count, &pair.public, &pair.private);
}

static bool halves_are_told_apart(struct subject *s)
{
	CK_BYTE exponent[] = {1, 0, 1};
	CK_ULONG bits = 1024, others = 2048;
	CK_ATTRIBUTE verify = ATTRIBUTE(CKA_VERIFY, yes);
	CK_ATTRIBUTE same[] = {ATTRIBUTE(CKA_MODULUS_BITS, bits),
	        ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent), ATTRIBUTE(CKA_VERIFY, yes),
	        ATTRIBUTE(CKA_SIGN, yes)};
	CK_ATTRIBUTE other[] = {ATTRIBUTE(CKA_MODULUS_BITS, others)};

	return make_pair(s, &verify, same, COUNT(same)) == CKR_OK &&
	       make_pair(s, &verify, other, COUNT(other)) == CKR_TEMPLATE_INCONSISTENT;
}

CASE(attributes_of_the_other_half)
{
	const struct setting setting = {.rule = "TPL-2", .native = true};

	check_rule(&setting, halves_are_told_apart);
}

/* --- TPL-3 */

static CK_RV create_with_length(struct subject *s, CK_ULONG length)
{
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, secret_key), ATTRIBUTE(CKA_KEY_TYPE, aes),
	        ATTRIBUTE(CKA_VALUE_LEN, length), ATTRIBUTE(CKA_VALUE, secret)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_CreateObject(s->session, template, COUNT(template), &key);
}

static bool length_may_be_told(struct subject *s)
{
	return create_with_length(s, sizeof(secret)) == CKR_OK;
}

static bool wrong_length_is_refused(struct subject *s)
{
	return create_with_length(s, sizeof(secret) + 8) == CKR_TEMPLATE_INCONSISTENT;
}

CASE(the_length_of_a_value)
{
	const struct setting setting = {.rule = "TPL-3", .native = true};
	/* NSS and openCryptoki take any length here. */
	const struct setting careless = {.rule = "TPL-3",
	        .twist = "drop-attribute CKA_VALUE_LEN C_CreateObject",
	        .native = true};

	check_rule(&setting, length_may_be_told);
	check_rule(&careless, wrong_length_is_refused);
}

static CK_RV unwrap_with_length(struct subject *s, CK_ULONG length)
{
	CK_ATTRIBUTE more[] = {ATTRIBUTE(CKA_WRAP, yes), ATTRIBUTE(CKA_UNWRAP, yes),
	        ATTRIBUTE(CKA_EXTRACTABLE, yes)};
	CK_OBJECT_HANDLE wrapping = aes_key_with(s, 16, more, COUNT(more)), key;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, secret_key), ATTRIBUTE(CKA_KEY_TYPE, aes),
	        ATTRIBUTE(CKA_VALUE_LEN, length)};
	CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_BYTE wrapped[64];
	CK_ULONG size = sizeof(wrapped);

	assert_int_equal(
	        s->p11->C_WrapKey(s->session, &mechanism, wrapping, wrapping, wrapped, &size),
	        CKR_OK);
	return s->p11->C_UnwrapKey(
	        s->session, &mechanism, wrapping, wrapped, size, template, COUNT(template), &key);
}

static bool bound_length_may_be_told(struct subject *s)
{
	return unwrap_with_length(s, 16) == CKR_OK && unwrap_with_length(s, 24) != CKR_OK;
}

CASE(the_length_of_an_unwrapped_key)
{
	const struct setting setting = {.rule = "TPL-3",
	        .config = "[unwrap CKO_SECRET_KEY]\nCKA_VALUE_LEN = omit\n",
	        .native = true};

	check_rule(&setting, bound_length_may_be_told);
}

/* --- TPL-6 */

static bool encodings_are_mended(struct subject *s)
{
	CK_ULONG token = CK_FALSE;
	uint32_t length = 16, encrypt = 1;
	CK_BBOOL decrypt = 0xff;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, length), ATTRIBUTE(CKA_TOKEN, token),
	        ATTRIBUTE(CKA_ENCRYPT, encrypt), ATTRIBUTE(CKA_DECRYPT, decrypt)};
	CK_OBJECT_HANDLE key, found = 0;
	CK_ULONG count = 0;
	struct octets value;
	uint32_t class = CKO_SECRET_KEY;
	CK_ATTRIBUTE search[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_DECRYPT, decrypt)};

	if (s->p11->C_GenerateKey(s->session, &aes_key_gen, template, COUNT(template), &key) !=
	        CKR_OK)
		return false;
	value = read_attribute(s, key, CKA_DECRYPT);
	if (value.size != 1 || value.at[0] != CK_TRUE)
		return false;
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, search, COUNT(search)), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, &found, 1, &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return count == 1 && found == key;
}

/* What is no encoding of a number or a boolean, and what nobody knows, goes to the vendor. */
static bool odd_values_stay(struct subject *s)
{
	CK_BYTE odd[3] = {1, 2, 3};

	return generate_with(s, (CK_ATTRIBUTE){CKA_ENCRYPT, odd, sizeof(odd)}) ==
	               CKR_ATTRIBUTE_VALUE_INVALID &&
	       generate_with(s, (CK_ATTRIBUTE){0x80001234, odd, 1}) == CKR_ATTRIBUTE_TYPE_INVALID;
}

CASE(booleans_and_numbers_of_other_sizes)
{
	const struct setting refused = {.rule = "TPL-6", .native = true};
	const struct setting stored = {.rule = "TPL-6", .twist = "odd-bool stored", .native = true};
	const struct setting none = {.rule = NULL};

	check_rule(&refused, encodings_are_mended);
	check_rule(&stored, encodings_are_mended);
	assert_true(with_lens(&none, odd_values_stay));
	assert_int_equal(notes("TPL-6"), 0);
}

/* --- TPL-7 */

static bool zeros_are_stripped(struct subject *s)
{
	CK_ULONG class = CKO_PUBLIC_KEY, type = CKK_RSA;
	CK_BYTE modulus[129] = {0, 0x80}, exponent[] = {0, 1, 0, 1};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        ATTRIBUTE(CKA_MODULUS, modulus), ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent)};
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(
	        s->p11->C_CreateObject(s->session, template, COUNT(template), &key), CKR_OK);
	return read_attribute(s, key, CKA_MODULUS).size == 128 &&
	       read_attribute(s, key, CKA_PUBLIC_EXPONENT).size == 3;
}

/* Secret keys begin with what they begin with. */
static bool secrets_keep_their_zeros(struct subject *s)
{
	CK_BYTE value[16] = {0, 0, 1};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, secret_key),
	        ATTRIBUTE(CKA_KEY_TYPE, generic), ATTRIBUTE(CKA_EXTRACTABLE, yes),
	        ATTRIBUTE(CKA_SENSITIVE, no), ATTRIBUTE(CKA_VALUE, value)};
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(
	        s->p11->C_CreateObject(s->session, template, COUNT(template), &key), CKR_OK);
	return read_attribute(s, key, CKA_VALUE).size == sizeof(value);
}

CASE(leading_zeros_of_big_integers)
{
	const struct setting setting = {.rule = "TPL-7", .native = true};

	check_rule(&setting, zeros_are_stripped);
	assert_true(with_lens(&setting, secrets_keep_their_zeros));
	assert_int_equal(notes("TPL-7"), 0);
}

/* --- TPL-9 */

static CK_RV set(struct subject *s, CK_OBJECT_HANDLE key, CK_ATTRIBUTE attribute)
{
	return s->p11->C_SetAttributeValue(s->session, key, &attribute, 1);
}

static CK_OBJECT_HANDLE labelled_key(struct subject *s)
{
	CK_ATTRIBUTE more[] = {{CKA_LABEL, secret, 4}, ATTRIBUTE(CKA_SENSITIVE, yes)};
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(generate(s, more, COUNT(more), &key), CKR_OK);
	return key;
}

static bool what_is_there_may_be_set(struct subject *s)
{
	CK_OBJECT_HANDLE key = labelled_key(s);

	return set(s, key, (CK_ATTRIBUTE){CKA_LABEL, secret, 4}) == CKR_OK &&
	       set(s, key, (CK_ATTRIBUTE){CKA_LABEL, secret, 5}) != CKR_OK;
}

static bool weaker_is_refused(struct subject *s)
{
	CK_OBJECT_HANDLE key = labelled_key(s);

	return set(s, key, (CK_ATTRIBUTE)ATTRIBUTE(CKA_SENSITIVE, no)) == CKR_ATTRIBUTE_READ_ONLY &&
	       set(s, key, (CK_ATTRIBUTE)ATTRIBUTE(CKA_EXTRACTABLE, yes)) ==
	               CKR_ATTRIBUTE_READ_ONLY &&
	       set(s, key, (CK_ATTRIBUTE)ATTRIBUTE(CKA_KEY_TYPE, generic)) ==
	               CKR_ATTRIBUTE_READ_ONLY &&
	       set(s, key, (CK_ATTRIBUTE){CKA_LABEL, secret, 6}) == CKR_OK;
}

static bool copy_needs_no_template(struct subject *s)
{
	CK_OBJECT_HANDLE key = labelled_key(s), copy = 0;

	return s->p11->C_CopyObject(s->session, key, NULL, 0, &copy) == CKR_OK && copy != 0;
}

CASE(changes_and_copies)
{
	const struct setting refuses = {.rule = "TPL-9",
	        .opt_in = true,
	        .twist = "return C_SetAttributeValue CKR_FUNCTION_NOT_SUPPORTED",
	        .native = true};
	const struct setting pretends = {.rule = "TPL-9",
	        .opt_in = true,
	        .twist = "pretend C_SetAttributeValue",
	        .native = true};
	const struct setting plain = {.rule = "TPL-9", .opt_in = true, .native = true};

	check_rule(&refuses, what_is_there_may_be_set);
	check_rule(&pretends, weaker_is_refused);
	check_rule(&plain, copy_needs_no_template);
}

/* --- TPL-11 */

static bool contradictions_are_refused(struct subject *s)
{
	CK_ULONG data = CKO_DATA;

	return generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_KEY_TYPE, generic)) ==
	               CKR_TEMPLATE_INCONSISTENT &&
	       generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_CLASS, data)) ==
	               CKR_TEMPLATE_INCONSISTENT &&
	       generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_KEY_TYPE, aes)) == CKR_OK;
}

static bool derived_class_is_implied(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);
	CK_ECDH1_DERIVE_PARAMS params = {
	        .kdf = CKD_NULL, .pPublicData = point.at + 2, .ulPublicDataLen = point.size - 2};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_KEY_TYPE, generic)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_DeriveKey(s->session, &mechanism, pair.private, template, 1, &key) ==
	       CKR_OK;
}

CASE(class_and_key_type_of_the_mechanism)
{
	/* NSS takes no notice of what contradicts the mechanism. */
	const struct setting careless = {.rule = "TPL-11",
	        .twist = "drop-attribute CKA_KEY_TYPE C_GenerateKey,"
	                 "drop-attribute CKA_CLASS C_GenerateKey",
	        .native = true};
	const struct setting plain = {.rule = "TPL-11",
	        .twist = "require-attribute CKA_CLASS CKR_TEMPLATE_INCOMPLETE C_DeriveKey",
	        .native = true};

	check_rule(&careless, contradictions_are_refused);
	check_rule(&plain, derived_class_is_implied);
}

/* --- TPL-12 */

static bool claims_are_refused(struct subject *s)
{
	return generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_LOCAL, yes)) ==
	               CKR_ATTRIBUTE_READ_ONLY &&
	       generate_with(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_ALWAYS_SENSITIVE, yes)) ==
	               CKR_ATTRIBUTE_READ_ONLY &&
	       set(s, aes_key(s, 16), (CK_ATTRIBUTE)ATTRIBUTE(CKA_NEVER_EXTRACTABLE, yes)) ==
	               CKR_ATTRIBUTE_READ_ONLY;
}

CASE(what_only_the_token_states)
{
	const struct setting setting = {.rule = "TPL-12",
	        .twist = "drop-attribute CKA_LOCAL,drop-attribute CKA_ALWAYS_SENSITIVE,"
	                 "drop-attribute CKA_NEVER_EXTRACTABLE",
	        .native = true};

	check_rule(&setting, claims_are_refused);
}

/* --- TPL-13 */

static CK_RV generate_twice(struct subject *s, CK_BBOOL *one, CK_BBOOL *other)
{
	CK_ATTRIBUTE more[] = {ATTRIBUTE(CKA_ENCRYPT, *one), ATTRIBUTE(CKA_ENCRYPT, *other)};
	CK_OBJECT_HANDLE key;

	return generate(s, more, COUNT(more), &key);
}

static bool conflicts_are_refused(struct subject *s)
{
	return generate_twice(s, &yes, &no) == CKR_TEMPLATE_INCONSISTENT &&
	       generate_twice(s, &yes, &yes) == CKR_OK;
}

CASE(attributes_that_stand_twice)
{
	const struct setting setting = {.rule = "TPL-13", .native = true};

	check_rule(&setting, conflicts_are_refused);
}

/* --- All of them */

static bool plain_templates_go_as_they_are(struct subject *s)
{
	CK_OBJECT_HANDLE copy;
	CK_ATTRIBUTE label[] = {{CKA_LABEL, secret, 4}};

	rsa_pair(s, 1024);
	ec_pair(s, "secp256r1");
	assert_int_equal(s->p11->C_CopyObject(s->session, aes_key(s, 16), label, 1, &copy), CKR_OK);
	return set(s, copy, (CK_ATTRIBUTE){CKA_LABEL, secret, 5}) == CKR_OK;
}

CASE(nothing_to_mend_leaves_no_note)
{
	const struct setting setting = {.level = "portable"};

	assert_true(with_lens(&setting, plain_templates_go_as_they_are));
	assert_null(strstr(run_trace(), "~ TPL"));
	assert_null(strstr(run_trace(), "~ DEF"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_asks_for_nothing_is_left_out),
	        cmocka_unit_test(attributes_of_the_other_half),
	        cmocka_unit_test(the_length_of_a_value),
	        cmocka_unit_test(the_length_of_an_unwrapped_key),
	        cmocka_unit_test(booleans_and_numbers_of_other_sizes),
	        cmocka_unit_test(leading_zeros_of_big_integers),
	        cmocka_unit_test(changes_and_copies),
	        cmocka_unit_test(class_and_key_type_of_the_mechanism),
	        cmocka_unit_test(what_only_the_token_states),
	        cmocka_unit_test(attributes_that_stand_twice),
	        cmocka_unit_test(nothing_to_mend_leaves_no_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
