/* SPDX-License-Identifier: MIT */
/* One mistake, one code. Much of it SoftHSM shows by itself. */
#include "rules.h"

#define NOT_A_KEY 999999

static CK_BYTE data[32] = "thirty-two octets to be signed.", iv[16];

static CK_RV init(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return s->p11->C_SignInit(s->session, &mechanism, key);
}

/* Handles */

static bool says_bad_key_at_the_start(struct subject *s)
{
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, sizeof(iv)}, rsa = {CKM_RSA_PKCS, NULL, 0};

	return init(s, CKM_RSA_PKCS, NOT_A_KEY) == CKR_KEY_HANDLE_INVALID &&
	       s->p11->C_VerifyInit(s->session, &rsa, NOT_A_KEY) == CKR_KEY_HANDLE_INVALID &&
	       s->p11->C_EncryptInit(s->session, &cbc, NOT_A_KEY) == CKR_KEY_HANDLE_INVALID &&
	       s->p11->C_DecryptInit(s->session, &cbc, NOT_A_KEY) == CKR_KEY_HANDLE_INVALID;
}

CASE(ops_6_bad_key_handle)
{
	const struct setting setting = {.rule = "OPS-6", .native = true};

	check_rule(&setting, says_bad_key_at_the_start);
}

static bool says_bad_key(struct subject *s)
{
	CK_MECHANISM sha = {CKM_SHA256, NULL, 0};
	CK_RV rv;

	assert_int_equal(s->p11->C_DigestInit(s->session, &sha), CKR_OK);
	rv = s->p11->C_DigestKey(s->session, NOT_A_KEY);
	assert_true(rv == CKR_KEY_HANDLE_INVALID || rv == CKR_OBJECT_HANDLE_INVALID);
	return rv == CKR_KEY_HANDLE_INVALID;
}

CASE(code_1_bad_key_handle)
{
	const struct setting setting = {.rule = "CODE-1",
	        .twist = "code C_DigestKey CKR_KEY_HANDLE_INVALID CKR_OBJECT_HANDLE_INVALID"};

	check_rule(&setting, says_bad_key);
}

static bool says_bad_object(struct subject *s)
{
	CK_ULONG size;

	return s->p11->C_DestroyObject(s->session, NOT_A_KEY) == CKR_OBJECT_HANDLE_INVALID &&
	       s->p11->C_GetObjectSize(s->session, NOT_A_KEY, &size) == CKR_OBJECT_HANDLE_INVALID;
}

CASE(code_2_bad_object_handle)
{
	const struct setting setting = {.rule = "CODE-2",
	        .twist = "code all CKR_OBJECT_HANDLE_INVALID CKR_KEY_HANDLE_INVALID"};

	check_rule(&setting, says_bad_object);
}

/* What a key may do */

#define AS_NSS "code all CKR_KEY_FUNCTION_NOT_PERMITTED CKR_KEY_TYPE_INCONSISTENT"

static CK_OBJECT_HANDLE key_that_may_nothing(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG size = 16;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, size), ATTRIBUTE(CKA_ENCRYPT, no),
	        ATTRIBUTE(CKA_DECRYPT, no), ATTRIBUTE(CKA_WRAP, no), ATTRIBUTE(CKA_UNWRAP, no),
	        ATTRIBUTE(CKA_EXTRACTABLE, yes)};
	CK_OBJECT_HANDLE key;

	assert_int_equal(
	        s->p11->C_GenerateKey(s->session, &mechanism, template, COUNT(template), &key),
	        CKR_OK);
	return key;
}

static bool says_not_permitted_at_the_start(struct subject *s)
{
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, sizeof(iv)};

	return s->p11->C_EncryptInit(s->session, &cbc, key_that_may_nothing(s)) ==
	       CKR_KEY_FUNCTION_NOT_PERMITTED;
}

CASE(ops_7_not_permitted)
{
	const struct setting setting = {.rule = "OPS-7", .twist = AS_NSS};

	check_rule(&setting, says_not_permitted_at_the_start);
}

static bool keeps_the_type(struct subject *s)
{
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, sizeof(iv)};

	return s->p11->C_EncryptInit(s->session, &cbc, aes_key(s, 16)) == CKR_KEY_TYPE_INCONSISTENT;
}

/* The key may encrypt, so it must be its type. */
CASE(ops_7_not_on_a_guess)
{
	const struct setting setting = {
	        .rule = "OPS-7", .twist = "return C_EncryptInit CKR_KEY_TYPE_INCONSISTENT"};

	assert_true(with_lens(&setting, keeps_the_type));
	assert_int_equal(notes("OPS-7"), 0);
}

static bool says_not_permitted(struct subject *s)
{
	CK_MECHANISM wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_OBJECT_HANDLE key = key_that_may_nothing(s);
	CK_BYTE wrapped[64];
	CK_ULONG size = sizeof(wrapped);

	return s->p11->C_WrapKey(s->session, &wrap, key, key, wrapped, &size) ==
	       CKR_KEY_FUNCTION_NOT_PERMITTED;
}

/* SoftHSM has another code of its own for wrapping. */
CASE(code_3_not_permitted)
{
	const struct setting setting = {.rule = "CODE-3",
	        .native = true,
	        .twist = "return C_WrapKey CKR_KEY_TYPE_INCONSISTENT"};

	check_rule(&setting, says_not_permitted);
}

/* Parameters */

static bool says_bad_iv(struct subject *s)
{
	CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, 8};
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE wrapped[64];
	CK_ULONG size = sizeof(wrapped);

	return s->p11->C_WrapKey(s->session, &cbc, key, key, wrapped, &size) ==
	       CKR_MECHANISM_PARAM_INVALID;
}

CASE(code_4_iv_of_the_wrong_length)
{
	const struct setting setting = {.rule = "CODE-4", .native = true};

	check_rule(&setting, says_bad_iv);
}

static bool says_missing_parameter(struct subject *s)
{
	CK_MECHANISM gcm = {CKM_AES_GCM, NULL, 0}, ctr = {CKM_AES_CTR, NULL, 0};
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	return s->p11->C_EncryptInit(s->session, &gcm, key) == CKR_MECHANISM_PARAM_INVALID &&
	       s->p11->C_DecryptInit(s->session, &ctr, key) == CKR_MECHANISM_PARAM_INVALID;
}

CASE(code_5_missing_parameter)
{
	const struct setting setting = {.rule = "CODE-5", .native = true};

	check_rule(&setting, says_missing_parameter);
}

static bool says_bad_arguments(struct subject *s)
{
	CK_MECHANISM wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE wrapped[64];
	CK_ULONG size = sizeof(wrapped);

	return s->p11->C_WrapKey(s->session, &wrap, key, key, wrapped, &size) == CKR_ARGUMENTS_BAD;
}

CASE(code_5_not_where_it_may_be_missing)
{
	const struct setting setting = {
	        .rule = "CODE-5", .twist = "return C_WrapKey CKR_ARGUMENTS_BAD"};

	assert_true(with_lens(&setting, says_bad_arguments));
	assert_int_equal(notes("CODE-5"), 0);
}

static bool says_unknown_parameter(struct subject *s)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_MECHANISM encrypt = {CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep)};

	return s->p11->C_EncryptInit(s->session, &encrypt, rsa_pair(s, 1024).public) ==
	       CKR_MECHANISM_PARAM_INVALID;
}

CASE(code_6_oaep_with_another_hash)
{
	const struct setting setting = {.rule = "CODE-6", .native = true};

	check_rule(&setting, says_unknown_parameter);
}

/* Data */

static bool says_too_much_data(struct subject *s)
{
	static CK_BYTE many[118];
	CK_MECHANISM rsa = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).public;
	CK_BYTE out[128];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &rsa, key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, many, 117, out, &size), CKR_OK);
	size = sizeof(out);
	assert_int_equal(s->p11->C_EncryptInit(s->session, &rsa, key), CKR_OK);
	return s->p11->C_Encrypt(s->session, many, 118, out, &size) == CKR_DATA_LEN_RANGE;
}

CASE(code_7_too_much_data)
{
	const struct setting setting = {.rule = "CODE-7", .native = true};

	check_rule(&setting, says_too_much_data);
}

static bool keeps_a_general_error(struct subject *s)
{
	CK_MECHANISM rsa = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE out[128];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &rsa, rsa_pair(s, 1024).public), CKR_OK);
	return s->p11->C_Encrypt(s->session, data, sizeof(data), out, &size) == CKR_GENERAL_ERROR;
}

CASE(code_7_not_for_data_that_fits)
{
	const struct setting setting = {
	        .rule = "CODE-7", .twist = "return C_Encrypt CKR_GENERAL_ERROR"};

	assert_true(with_lens(&setting, keeps_a_general_error));
	assert_int_equal(notes("CODE-7"), 0);
}

static bool says_that_the_tag_is_wrong(struct subject *s)
{
	CK_BYTE out[64];
	CK_ULONG size = sizeof(out);

	return s->p11->C_DecryptMessage(s->session, NULL, 0, NULL, 0, data, sizeof(data), out,
	               &size) == CKR_AEAD_DECRYPT_FAILED;
}

CASE(code_8_wrong_tag_of_a_message)
{
	const struct setting setting = {.rule = "CODE-8",
	        .native = true,
	        .twist = "interface 3.0,return C_DecryptMessage CKR_GENERAL_ERROR",
	        .table = {3, 0}};

	check_rule(&setting, says_that_the_tag_is_wrong);
}

static bool says_that_the_signature_is_too_short(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets signature = sign(s, CKM_ECDSA, pair.private);

	assert_int_equal(signature.size, 64);
	assert_int_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	signature.size--;
	return verify(s, CKM_ECDSA, pair.public, &signature) == CKR_SIGNATURE_LEN_RANGE;
}

CASE(sig_5_short_signature)
{
	const struct setting setting = {.rule = "SIG-5",
	        .twist = "code C_Verify CKR_SIGNATURE_LEN_RANGE CKR_DATA_LEN_RANGE"};

	check_rule(&setting, says_that_the_signature_is_too_short);
}

static bool keeps_the_code_about_data(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets signature = sign(s, CKM_ECDSA, pair.private);

	return verify(s, CKM_ECDSA, pair.public, &signature) == CKR_DATA_LEN_RANGE;
}

CASE(sig_5_not_for_the_right_length)
{
	const struct setting setting = {
	        .rule = "SIG-5", .twist = "return C_Verify CKR_DATA_LEN_RANGE"};

	assert_true(with_lens(&setting, keeps_the_code_about_data));
	assert_int_equal(notes("SIG-5"), 0);
}

/* Keys */

static bool says_bad_length(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG size = 33;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, size)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_GenerateKey(s->session, &mechanism, template, 1, &key) ==
	       CKR_KEY_SIZE_RANGE;
}

CASE(code_11_impossible_length)
{
	const struct setting softhsm = {.rule = "CODE-11", .native = true};
	const struct setting other = {.rule = "CODE-11",
	        .native = true,
	        .twist =
	                "code C_GenerateKey CKR_ATTRIBUTE_VALUE_INVALID CKR_TEMPLATE_INCONSISTENT"};

	check_rule(&softhsm, says_bad_length);
	check_rule(&other, says_bad_length);
}

static CK_RV generate_on(struct subject *s, struct octets *params)
{
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, params->at, params->size}};
	CK_OBJECT_HANDLE key[2];

	return s->p11->C_GenerateKeyPair(
	        s->session, &mechanism, public, 1, NULL, 0, &key[0], &key[1]);
}

static bool says_unknown_curve(struct subject *s)
{
	struct octets oid = curve_oid("secp256k1");

	return generate_on(s, &oid) == CKR_CURVE_NOT_SUPPORTED;
}

#define AS_NSS_WITH_CURVES "return C_GenerateKeyPair CKR_DOMAIN_PARAMS_INVALID"

CASE(ecpar_5_unknown_curve)
{
	const struct setting setting = {
	        .rule = "ECPAR-5", .native = true, .twist = AS_NSS_WITH_CURVES};

	check_rule(&setting, says_unknown_curve);
}

static bool says_bad_params(struct subject *s)
{
	struct octets nonsense = {.at = {0x30, 0x03, 0x02, 0x01, 0x07}, .size = 5};

	return generate_on(s, &nonsense) == CKR_DOMAIN_PARAMS_INVALID;
}

CASE(ecpar_5_not_for_nonsense)
{
	const struct setting setting = {.rule = "ECPAR-5", .twist = AS_NSS_WITH_CURVES};

	assert_true(with_lens(&setting, says_bad_params));
	assert_int_equal(notes("ECPAR-5"), 0);
}

/* Logins */

static bool says_another_user(struct subject *s)
{
	CK_RV rv = s->p11->C_Login(
	        s->session, CKU_SO, (CK_UTF8CHAR *)(uintptr_t)SO_PIN, strlen(SO_PIN));

	return rv == CKR_USER_ANOTHER_ALREADY_LOGGED_IN &&
	       s->p11->C_Login(s->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)USER_PIN,
	               strlen(USER_PIN)) == CKR_USER_ALREADY_LOGGED_IN;
}

CASE(code_14_another_user)
{
	const struct setting setting = {.rule = "CODE-14",
	        .twist = "code C_Login CKR_USER_ANOTHER_ALREADY_LOGGED_IN "
	                 "CKR_USER_ALREADY_LOGGED_IN"};

	check_rule(&setting, says_another_user);
}

/* Success stays success, and every code that no row names stays what it was. */

static CK_RV expected;

static bool says_what_the_vendor_said(struct subject *s)
{
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, sizeof(iv)};

	return s->p11->C_EncryptInit(s->session, &cbc, aes_key(s, 16)) == expected;
}

CASE(codes_without_a_row_pass)
{
	static const struct {
		const char *twist;
		CK_RV code;
	} rows[] = {
	        {NULL, CKR_OK},
	        {"return C_EncryptInit CKR_GENERAL_ERROR", CKR_GENERAL_ERROR},
	        {"return C_EncryptInit CKR_DEVICE_ERROR", CKR_DEVICE_ERROR},
	        {"return C_EncryptInit CKR_USER_NOT_LOGGED_IN", CKR_USER_NOT_LOGGED_IN},
	        {"return C_EncryptInit CKR_PIN_EXPIRED", CKR_PIN_EXPIRED},
	        {"return C_EncryptInit 0x80000024", 0x80000024},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct setting setting = {.rule = "CODE-5", .twist = rows[i].twist};

		expected = rows[i].code;
		assert_true(with_lens(&setting, says_what_the_vendor_said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ops_6_bad_key_handle),
	        cmocka_unit_test(code_1_bad_key_handle),
	        cmocka_unit_test(code_2_bad_object_handle),
	        cmocka_unit_test(ops_7_not_permitted),
	        cmocka_unit_test(ops_7_not_on_a_guess),
	        cmocka_unit_test(code_3_not_permitted),
	        cmocka_unit_test(code_4_iv_of_the_wrong_length),
	        cmocka_unit_test(code_5_missing_parameter),
	        cmocka_unit_test(code_5_not_where_it_may_be_missing),
	        cmocka_unit_test(code_6_oaep_with_another_hash),
	        cmocka_unit_test(code_7_too_much_data),
	        cmocka_unit_test(code_7_not_for_data_that_fits),
	        cmocka_unit_test(code_8_wrong_tag_of_a_message),
	        cmocka_unit_test(sig_5_short_signature),
	        cmocka_unit_test(sig_5_not_for_the_right_length),
	        cmocka_unit_test(code_11_impossible_length),
	        cmocka_unit_test(ecpar_5_unknown_curve),
	        cmocka_unit_test(ecpar_5_not_for_nonsense),
	        cmocka_unit_test(code_14_another_user),
	        cmocka_unit_test(codes_without_a_row_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
