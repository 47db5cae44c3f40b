/* SPDX-License-Identifier: MIT */
/* Parameters of RSA, and that decryption with padding is left alone. */
#include "rules.h"

static CK_BYTE text[16] = "a short message";

/* OAEP without a label */

static CK_RV oaep_there_and_back(struct subject *s, CK_RSA_PKCS_OAEP_PARAMS *params)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, params, sizeof(*params)};
	struct key_pair pair = rsa_pair(s, 1024);
	CK_BYTE out[128], back[128];
	CK_ULONG size = sizeof(out), back_size = sizeof(back);
	CK_RV rv = s->p11->C_EncryptInit(s->session, &mechanism, pair.public);

	if (rv != CKR_OK)
		return rv;
	assert_int_equal(s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size), CKR_OK);
	rv = s->p11->C_DecryptInit(s->session, &mechanism, pair.private);
	if (rv != CKR_OK)
		return rv;
	assert_int_equal(s->p11->C_Decrypt(s->session, out, size, back, &back_size), CKR_OK);
	assert_int_equal(back_size, sizeof(text));
	assert_memory_equal(back, text, sizeof(text));
	return CKR_OK;
}

static bool takes_no_source(struct subject *s)
{
	CK_RSA_PKCS_OAEP_PARAMS params = {CKM_SHA_1, CKG_MGF1_SHA1, 0, NULL, 0};

	return oaep_there_and_back(s, &params) == CKR_OK && params.source == 0;
}

static bool takes_an_empty_label(struct subject *s)
{
	CK_RSA_PKCS_OAEP_PARAMS params = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, text, 0};

	return oaep_there_and_back(s, &params) == CKR_OK && params.pSourceData == text;
}

/* SoftHSM shows both by itself. */
CASE(rsa_1_no_label)
{
	const struct setting setting = {
	        .rule = "RSA-1", .twist = "oaep-source strict", .native = true};

	check_rule(&setting, takes_no_source);
	check_rule(&setting, takes_an_empty_label);
}

/* A label stays, and what SoftHSM says of it. */
static bool keeps_a_label(struct subject *s)
{
	CK_RSA_PKCS_OAEP_PARAMS params = {
	        CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, text, sizeof(text)};

	return oaep_there_and_back(s, &params) == CKR_MECHANISM_PARAM_INVALID;
}

CASE(rsa_1_never_a_label)
{
	const struct setting setting = {.rule = "RSA-1"};

	assert_true(with_lens(&setting, keeps_a_label));
	assert_int_equal(notes("RSA-1"), 0);
}

/* Parameters that are not there */

static bool takes_spurious_parameters(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, text, sizeof(text)};
	CK_MECHANISM digest = {CKM_SHA256, text, 4}, ecb = {CKM_AES_ECB, text, sizeof(text)};
	CK_BYTE out[128];
	CK_ULONG size = sizeof(out);

	if (s->p11->C_SignInit(s->session, &mechanism, pair.private) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_Sign(s->session, text, sizeof(text), out, &size), CKR_OK);
	size = sizeof(out);
	if (s->p11->C_DigestInit(s->session, &digest) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_Digest(s->session, text, sizeof(text), out, &size), CKR_OK);
	return s->p11->C_EncryptInit(s->session, &ecb, aes_key(s, 16)) == CKR_OK &&
	       ecb.pParameter == text && ecb.ulParameterLen == sizeof(text);
}

CASE(rsa_6_spurious_parameters)
{
	/* They are left out for every vendor. */
	const struct setting setting = {
	        .rule = "RSA-6", .twist = "plain-mechanisms strict", .native = true};

	check_rule(&setting, takes_spurious_parameters);
}

static bool keeps_parameters(struct subject *s)
{
	CK_BYTE iv[16] = {0};
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, sizeof(iv)};
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	return s->p11->C_EncryptInit(s->session, &cbc, key) == CKR_OK;
}

CASE(rsa_6_not_where_there_are_parameters)
{
	const struct setting setting = {.rule = "RSA-6"};

	assert_true(with_lens(&setting, keeps_parameters));
	assert_int_equal(notes("RSA-6"), 0);
}

/* Numbers without their leading zeros */

static CK_RV decrypt_raw(
        struct subject *s, CK_OBJECT_HANDLE key, CK_BYTE *number, CK_ULONG size, CK_BYTE *out)
{
	CK_MECHANISM mechanism = {CKM_RSA_X_509, NULL, 0};
	CK_ULONG out_size = 0;
	CK_RV rv;

	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	rv = s->p11->C_Decrypt(s->session, number, size, NULL, &out_size);
	if (rv != CKR_OK)
		return rv;
	out_size = 128;
	rv = s->p11->C_Decrypt(s->session, number, size, out, &out_size);
	assert_true(rv != CKR_OK || out_size == 128);
	return rv;
}

static bool short_numbers_are_numbers(struct subject *s)
{
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).private;
	CK_BYTE number[128] = {0}, whole[128], cut[128];

	memset(number + 28, 0x5a, 100);
	assert_int_equal(decrypt_raw(s, key, number, 128, whole), CKR_OK);
	if (decrypt_raw(s, key, number + 28, 100, cut) != CKR_OK)
		return false;
	assert_memory_equal(whole, cut, sizeof(whole));
	return true;
}

/* SoftHSM wants them whole. */
CASE(rsa_7_short_numbers)
{
	const struct setting setting = {.rule = "RSA-7", .native = true};

	check_rule(&setting, short_numbers_are_numbers);
}

/* What is padded after an unpadded decryption of the same session is as long as it is. */
static bool others_are_not_padded(struct subject *s)
{
	CK_MECHANISM raw = {CKM_RSA_X_509, NULL, 0}, padded = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).private;
	CK_SESSION_HANDLE other = another_session(s);
	CK_BYTE out[128];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_DecryptInit(other, &raw, key), CKR_OK);
	assert_int_equal(s->p11->C_CloseSession(other), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &padded, key), CKR_OK);
	return s->p11->C_Decrypt(s->session, text, sizeof(text), out, &size) != CKR_OK;
}

CASE(rsa_7_not_for_padding)
{
	const struct setting setting = {.rule = "RSA-7"};

	assert_true(without_lens(&setting, others_are_not_padded));
	assert_true(with_lens(&setting, others_are_not_padded));
	assert_int_equal(notes("RSA-7"), 0);
}

/*
 * Decryption that tells whether padding was right: what the vendor says is what the host gets, with
 * one call and nothing before or behind it.
 */

/* What has no padding at all, encrypted without any, cannot be right by chance. */
static CK_RV decrypt(struct subject *s, CK_MECHANISM_TYPE type, bool damaged)
{
	bool rsa = type == CKM_RSA_PKCS;
	struct key_pair pair = rsa ? rsa_pair(s, 1024) : (struct key_pair){0, 0};
	CK_OBJECT_HANDLE key = rsa ? 0 : aes_key(s, 16);
	CK_BYTE iv[16] = {0}, bare[128] = {0, 0, 1}, out[128], back[128];
	CK_MECHANISM mechanism = {type, rsa ? NULL : iv, rsa ? 0 : sizeof(iv)}, other = mechanism;
	CK_ULONG size = sizeof(out), back_size = sizeof(back);
	CK_RV rv;

	if (damaged)
		other.mechanism = rsa ? CKM_RSA_X_509 : CKM_AES_CBC;
	assert_int_equal(
	        s->p11->C_EncryptInit(s->session, &other, rsa ? pair.public : key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, damaged ? bare : text,
	                         damaged ? sizeof(bare) : sizeof(text), out, &size),
	        CKR_OK);
	assert_int_equal(
	        s->p11->C_DecryptInit(s->session, &mechanism, rsa ? pair.private : key), CKR_OK);
	forget_calls();
	rv = s->p11->C_Decrypt(s->session, out, size, back, &back_size);
	/* Whatever was asked was asked before the operation began. */
	assert_int_equal(calls("C_Decrypt"), 1);
	assert_int_equal(calls("all"), 1);
	if (rv == CKR_OK) {
		assert_int_equal(back_size, sizeof(text));
		assert_memory_equal(back, text, sizeof(text));
	}
	return rv;
}

static CK_RV damaged_code;

static bool says_what_the_vendor_said(struct subject *s)
{
	static const CK_MECHANISM_TYPE types[] = {CKM_RSA_PKCS, CKM_AES_CBC_PAD};

	for (size_t i = 0; i < COUNT(types); i++) {
		assert_int_equal(decrypt(s, types[i], false), CKR_OK);
		if (decrypt(s, types[i], true) != damaged_code)
			return false;
	}
	return true;
}

CASE(rsa_5_padding_passes_bit_exact)
{
	static const struct {
		const char *twist;
		CK_RV code;
	} rows[] = {
	        {NULL, CKR_GENERAL_ERROR}, /* SoftHSM */
	        {"code C_Decrypt CKR_GENERAL_ERROR CKR_ENCRYPTED_DATA_INVALID",
	                CKR_ENCRYPTED_DATA_INVALID},
	        {"code C_Decrypt CKR_GENERAL_ERROR CKR_FUNCTION_FAILED", CKR_FUNCTION_FAILED},
	        {"code C_Decrypt CKR_GENERAL_ERROR CKR_DATA_LEN_RANGE", CKR_DATA_LEN_RANGE},
	        {"code C_Decrypt CKR_GENERAL_ERROR CKR_ARGUMENTS_BAD", CKR_ARGUMENTS_BAD},
	        {"code C_Decrypt CKR_GENERAL_ERROR CKR_OBJECT_HANDLE_INVALID",
	                CKR_OBJECT_HANDLE_INVALID},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct setting setting = {.rule = "GCM-6",
		        .level = "portable",
		        .twist = rows[i].twist,
		        .enable = "code+rsa+gcm+sym+parm+num"};

		damaged_code = rows[i].code;
		assert_true(without_lens(&setting, says_what_the_vendor_said));
		assert_true(with_lens(&setting, says_what_the_vendor_said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rsa_1_no_label),
	        cmocka_unit_test(rsa_1_never_a_label),
	        cmocka_unit_test(rsa_6_spurious_parameters),
	        cmocka_unit_test(rsa_6_not_where_there_are_parameters),
	        cmocka_unit_test(rsa_7_short_numbers),
	        cmocka_unit_test(rsa_7_not_for_padding),
	        cmocka_unit_test(rsa_5_padding_passes_bit_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
