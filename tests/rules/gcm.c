/* SPDX-License-Identifier: MIT */
/* Parameters of AES-GCM, and what is said of a tag that is wrong. Parts are the rule GCM-4. */
#include "rules.h"

/* CK_GCM_PARAMS as the text of version 2.40 has it. */
struct narrow {
	CK_BYTE_PTR pIv;
	CK_ULONG ulIvLen;
	CK_BYTE_PTR pAAD;
	CK_ULONG ulAADLen;
	CK_ULONG ulTagBits;
};

static CK_BYTE iv[12] = "twelve bytes", aad[] = "known to all", text[20] = "nobody is to know it";

static CK_GCM_PARAMS usual(void)
{
	return (CK_GCM_PARAMS){iv, sizeof(iv), 8 * sizeof(iv), aad, sizeof(aad), 128};
}

static CK_RV begin(
        struct subject *s, bool encrypt, CK_OBJECT_HANDLE key, void *params, CK_ULONG size)
{
	CK_MECHANISM mechanism = {CKM_AES_GCM, params, size};

	return (encrypt ? s->p11->C_EncryptInit : s->p11->C_DecryptInit)(
	        s->session, &mechanism, key);
}

/* What is encrypted with these parameters, decrypted with them; or why not. */
static CK_RV there_and_back(struct subject *s, void *params, CK_ULONG size)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE out[64], back[64];
	CK_ULONG out_size = sizeof(out), back_size = sizeof(back);
	CK_RV rv = begin(s, true, key, params, size);

	if (rv != CKR_OK)
		return rv;
	assert_int_equal(s->p11->C_Encrypt(s->session, text, sizeof(text), out, &out_size), CKR_OK);
	rv = begin(s, false, key, params, size);
	if (rv != CKR_OK)
		return rv;
	assert_int_equal(s->p11->C_Decrypt(s->session, out, out_size, back, &back_size), CKR_OK);
	assert_int_equal(back_size, sizeof(text));
	assert_memory_equal(back, text, sizeof(text));
	return CKR_OK;
}

/* The form of the parameter */

static bool takes_48(struct subject *s)
{
	CK_GCM_PARAMS params = usual();

	return there_and_back(s, &params, sizeof(params)) == CKR_OK;
}

static bool takes_40(struct subject *s)
{
	struct narrow params = {iv, sizeof(iv), aad, sizeof(aad), 128};

	return there_and_back(s, &params, sizeof(params)) == CKR_OK;
}

CASE(gcm_1_short_form_wanted)
{
	static const char *const twists[] = {"gcm-params 40", "gcm-params 40 CKR_ARGUMENTS_BAD"};

	for (size_t i = 0; i < COUNT(twists); i++) {
		const struct setting setting = {.rule = "GCM-1", .twist = twists[i]};

		check_rule(&setting, takes_48);
	}
}

/* SoftHSM wants the long form by itself. */
CASE(gcm_1_long_form_wanted)
{
	const struct setting setting = {.rule = "GCM-1", .twist = "gcm-params 48", .native = true};

	check_rule(&setting, takes_40);
}

static bool retries_at_init_and_remembers(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_GCM_PARAMS params = usual();
	CK_BYTE out[64];
	CK_ULONG size;

	forget_calls();
	for (unsigned i = 2; i < 6; i++) {
		assert_int_equal(begin(s, true, key, &params, sizeof(params)), CKR_OK);
		assert_int_equal(calls("C_EncryptInit"), i);
		size = sizeof(out);
		assert_int_equal(
		        s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size), CKR_OK);
		assert_int_equal(calls("C_Encrypt"), i - 1);
	}
	/* It is known for decryption, too. */
	assert_int_equal(begin(s, false, key, &params, sizeof(params)), CKR_OK);
	return calls("C_DecryptInit") == 1;
}

CASE(gcm_1_one_retry_and_remembered)
{
	const struct setting setting = {.rule = "GCM-1", .twist = "gcm-params 40"};

	assert_true(with_lens(&setting, retries_at_init_and_remembers));
}

/* Whatever a vendor says once it has data, it is not asked again. */
static bool data_goes_down_once(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_GCM_PARAMS params = usual();
	CK_BYTE out[64];
	CK_ULONG size = sizeof(out);

	forget_calls();
	assert_int_equal(begin(s, true, key, &params, sizeof(params)), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size),
	        CKR_MECHANISM_PARAM_INVALID);
	return calls("C_EncryptInit") == 1 && calls("C_Encrypt") == 1;
}

CASE(gcm_1_never_after_data)
{
	const struct setting setting = {
	        .rule = "GCM-1", .twist = "return C_Encrypt CKR_MECHANISM_PARAM_INVALID"};

	assert_true(with_lens(&setting, data_goes_down_once));
	assert_int_equal(notes("GCM-1"), 0);
}

static bool wraps_once(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_GCM_PARAMS params = usual();
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE wrapped[64];
	CK_ULONG size = sizeof(wrapped);

	forget_calls();
	assert_int_equal(s->p11->C_WrapKey(s->session, &mechanism, key, key, wrapped, &size),
	        CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(
	        s->p11->C_UnwrapKey(s->session, &mechanism, key, wrapped, 32, NULL, 0, &key),
	        CKR_MECHANISM_PARAM_INVALID);
	return calls("C_WrapKey") == 1 && calls("C_UnwrapKey") == 1;
}

CASE(gcm_1_never_for_keys)
{
	const struct setting setting = {.rule = "GCM-1",
	        .twist = "return C_WrapKey CKR_MECHANISM_PARAM_INVALID,"
	                 "return C_UnwrapKey CKR_MECHANISM_PARAM_INVALID"};

	assert_true(with_lens(&setting, wraps_once));
}

static bool refused_with_the_first_code(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_GCM_PARAMS params = usual();

	forget_calls();
	return begin(s, true, key, &params, sizeof(params)) == CKR_MECHANISM_PARAM_INVALID &&
	       calls("C_EncryptInit") == 2;
}

/* The other form is refused with another code by SoftHSM itself. */
CASE(gcm_1_code_of_the_given_form)
{
	const struct setting setting = {
	        .rule = "GCM-1", .twist = "gcm-iv-bits zero CKR_MECHANISM_PARAM_INVALID"};

	assert_true(with_lens(&setting, refused_with_the_first_code));
}

CASE(gcm_1_form_by_configuration)
{
	const struct setting right = {
	        .rule = "GCM-1", .twist = "gcm-params 40", .keys = "gcm_params = 40\n"};
	const struct setting wrong = {
	        .rule = "GCM-1", .twist = "gcm-params 40", .keys = "gcm_params = 48\n"};

	assert_true(with_lens(&right, takes_48));
	assert_true(with_lens(&right, takes_40));
	assert_int_equal(notes("GCM-1"), 0);
	assert_false(with_lens(&wrong, takes_48));
}

/* Bits of the IV */

static bool takes_no_bits(struct subject *s)
{
	CK_GCM_PARAMS params = usual();

	params.ulIvBits = 0;
	return there_and_back(s, &params, sizeof(params)) == CKR_OK && params.ulIvBits == 0;
}

/* SoftHSM does not look at them, but they are put right for it, too. */
CASE(gcm_2_bits_of_the_iv)
{
	const struct setting setting = {
	        .rule = "GCM-2", .twist = "gcm-iv-bits exact", .native = true};

	check_rule(&setting, takes_no_bits);
}

CASE(gcm_2_not_where_the_vendor_makes_the_iv)
{
	const struct setting setting = {
	        .rule = "GCM-2", .twist = "gcm-iv-bits zero", .enable = "GCM-3"};

	assert_true(with_lens(&setting, takes_no_bits));
	assert_int_equal(notes("GCM-2"), 0);
}

/* The vendor's own IV */

static bool gets_the_vendors_iv(struct subject *s, bool narrow)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE zeros[12] = {0}, written[12] = {0}, out[64], back[64];
	CK_GCM_PARAMS params = {written, sizeof(written), 96, NULL, 0, 128};
	struct narrow short_params = {written, sizeof(written), NULL, 0, 128};
	CK_ULONG out_size = sizeof(out), back_size = sizeof(back);

	assert_int_equal(narrow ? begin(s, true, key, &short_params, sizeof(short_params))
	                        : begin(s, true, key, &params, sizeof(params)),
	        CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, sizeof(text), out, &out_size), CKR_OK);
	if (memcmp(written, zeros, sizeof(zeros)) == 0)
		return false;
	assert_int_equal(begin(s, false, key, &params, sizeof(params)), CKR_OK);
	assert_int_equal(s->p11->C_Decrypt(s->session, out, out_size, back, &back_size), CKR_OK);
	assert_memory_equal(back, text, sizeof(text));
	return true;
}

static bool iv_is_the_hosts_buffer(struct subject *s)
{
	return gets_the_vendors_iv(s, false);
}

/* The struct is another one then, but the buffer is not. */
static bool iv_is_the_hosts_buffer_in_a_copy(struct subject *s)
{
	return gets_the_vendors_iv(s, true);
}

CASE(gcm_3_vendors_iv)
{
	static const char *const twists[] = {"gcm-iv init", "gcm-iv encrypt"};

	for (size_t i = 0; i < COUNT(twists); i++) {
		const struct setting on = {.rule = "GCM-3", .twist = twists[i], .enable = "GCM-3"};
		const struct setting copies = {
		        .rule = "GCM-3", .twist = twists[i], .enable = "GCM-3+PARM-1"};
		const struct setting off = {.rule = "GCM-3", .twist = twists[i]};
		const struct setting ordinary = {.rule = "GCM-3", .enable = "GCM-3"};

		assert_true(with_lens(&on, iv_is_the_hosts_buffer));
		assert_int_equal(notes("GCM-3"), 1);
		assert_true(with_lens(&on, iv_is_the_hosts_buffer_in_a_copy));
		assert_int_equal(notes("GCM-3"), 1);
		assert_int_equal(notes("GCM-1"), 1);
		assert_true(with_lens(&copies, iv_is_the_hosts_buffer));
		assert_int_equal(notes("GCM-3"), 1);
		assert_true(with_lens(&off, iv_is_the_hosts_buffer));
		assert_int_equal(notes("GCM-3"), 0);
		assert_false(with_lens(&ordinary, iv_is_the_hosts_buffer));
		assert_int_equal(notes("GCM-3"), 0);
	}
}

/* Tags */

static CK_RV begin_with_tag(struct subject *s, CK_OBJECT_HANDLE key, CK_ULONG bits)
{
	CK_GCM_PARAMS params = usual();
	CK_RV rv;

	params.ulTagBits = bits;
	rv = begin(s, true, key, &params, sizeof(params));
	if (rv == CKR_OK) {
		CK_BYTE out[64];
		CK_ULONG size = sizeof(out);

		assert_int_equal(
		        s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size), CKR_OK);
		assert_int_equal(size, sizeof(text) + bits / 8);
	}
	return rv;
}

static bool refuses_short_tags(struct subject *s)
{
	static const CK_ULONG good[] = {32, 64, 96, 104, 112, 120, 128}, bad[] = {0, 8, 16, 72};
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	for (size_t i = 0; i < COUNT(good); i++)
		assert_int_equal(begin_with_tag(s, key, good[i]), CKR_OK);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (begin_with_tag(s, key, bad[i]) != CKR_MECHANISM_PARAM_INVALID)
			return false;
	return true;
}

/* SoftHSM takes them. */
CASE(gcm_5_short_tags)
{
	const struct setting setting = {.rule = "GCM-5", .native = true};

	check_rule(&setting, refuses_short_tags);
}

/* What has no padding at all, encrypted without any, cannot be right by chance. */
static CK_RV decrypt_damaged(struct subject *s, CK_MECHANISM *mechanism, CK_ULONG part)
{
	static CK_BYTE bare[32];
	bool gcm = mechanism->mechanism == CKM_AES_GCM;
	CK_MECHANISM other = *mechanism;
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE out[64], back[64];
	CK_ULONG size = sizeof(out), back_size = sizeof(back);
	CK_RV rv;

	if (!gcm)
		other.mechanism = CKM_AES_CBC;
	assert_int_equal(s->p11->C_EncryptInit(s->session, &other, key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, bare, sizeof(bare), out, &size), CKR_OK);
	out[0] ^= gcm;
	assert_int_equal(s->p11->C_DecryptInit(s->session, mechanism, key), CKR_OK);
	if (part == 0)
		return s->p11->C_Decrypt(s->session, out, size, back, &back_size);
	rv = s->p11->C_DecryptUpdate(s->session, out, size, back, &back_size);
	assert_int_equal(rv, CKR_OK);
	back_size = sizeof(back);
	return s->p11->C_DecryptFinal(s->session, back, &back_size);
}

static bool says_that_the_tag_is_wrong(struct subject *s)
{
	CK_GCM_PARAMS params = usual();
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};

	return decrypt_damaged(s, &mechanism, 0) == CKR_ENCRYPTED_DATA_INVALID &&
	       decrypt_damaged(s, &mechanism, 1) == CKR_ENCRYPTED_DATA_INVALID;
}

/* SoftHSM has an unspecific code. */
CASE(gcm_6_wrong_tag)
{
	const struct setting softhsm = {.rule = "GCM-6", .native = true};
	const struct setting other = {
	        .rule = "GCM-6", .native = true, .twist = "gcm-tag-code CKR_FUNCTION_FAILED"};

	check_rule(&softhsm, says_that_the_tag_is_wrong);
	check_rule(&other, says_that_the_tag_is_wrong);
}

/* It needs no other rule of the layer to know what was started. */
CASE(gcm_6_alone)
{
	const struct setting setting = {
	        .rule = "GCM-6", .keys = "disable = ops+code+sig+rsa+sym\n"};

	assert_true(with_lens(&setting, says_that_the_tag_is_wrong));
	assert_int_equal(notes("GCM-6"), 2);
}

/* A start that fails is no tag, whatever was decrypted before. */
static bool start_stays_unexplained(struct subject *s)
{
	CK_GCM_PARAMS params = usual();
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};

	(void)decrypt_damaged(s, &mechanism, 0);
	return s->p11->C_DecryptInit(s->session, &mechanism, aes_key(s, 16)) == CKR_OK &&
	       s->p11->C_DecryptInit(s->session, &mechanism, aes_key(s, 16)) == CKR_GENERAL_ERROR;
}

CASE(gcm_6_not_for_a_start)
{
	const struct setting setting = {.rule = "GCM-6",
	        .twist = "code C_DecryptInit CKR_OPERATION_ACTIVE CKR_GENERAL_ERROR"};

	assert_true(with_lens(&setting, start_stays_unexplained));
	assert_int_equal(notes("GCM-6"), 1);
}

/* Another operation of the session does not make an oracle out of padding. */
static bool padding_stays_unexplained(struct subject *s)
{
	CK_GCM_PARAMS params = usual();
	CK_MECHANISM gcm = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE block[16] = "the first block";
	CK_MECHANISM padded = {CKM_AES_CBC_PAD, block, sizeof(block)};

	return decrypt_damaged(s, &gcm, 0) == CKR_ENCRYPTED_DATA_INVALID &&
	       decrypt_damaged(s, &padded, 0) == CKR_GENERAL_ERROR &&
	       decrypt_damaged(s, &padded, 1) == CKR_GENERAL_ERROR;
}

CASE(gcm_6_not_for_padding)
{
	const struct setting setting = {.rule = "GCM-6", .level = "portable"};

	assert_true(with_lens(&setting, padding_stays_unexplained));
	assert_int_equal(notes("GCM-6"), 1);
}

/* Additional data */

static bool takes_empty_aad(struct subject *s)
{
	CK_GCM_PARAMS params = usual();

	params.ulAADLen = 0;
	return there_and_back(s, &params, sizeof(params)) == CKR_OK && params.pAAD == aad;
}

CASE(gcm_7_empty_additional_data)
{
	/* It is left out for every vendor. */
	const struct setting setting = {.rule = "GCM-7", .twist = "gcm-empty-aad", .native = true};

	check_rule(&setting, takes_empty_aad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(gcm_1_short_form_wanted),
	        cmocka_unit_test(gcm_1_long_form_wanted),
	        cmocka_unit_test(gcm_1_one_retry_and_remembered),
	        cmocka_unit_test(gcm_1_never_after_data),
	        cmocka_unit_test(gcm_1_never_for_keys),
	        cmocka_unit_test(gcm_1_code_of_the_given_form),
	        cmocka_unit_test(gcm_1_form_by_configuration),
	        cmocka_unit_test(gcm_2_bits_of_the_iv),
	        cmocka_unit_test(gcm_2_not_where_the_vendor_makes_the_iv),
	        cmocka_unit_test(gcm_3_vendors_iv),
	        cmocka_unit_test(gcm_5_short_tags),
	        cmocka_unit_test(gcm_6_wrong_tag),
	        cmocka_unit_test(gcm_6_alone),
	        cmocka_unit_test(gcm_6_not_for_a_start),
	        cmocka_unit_test(gcm_6_not_for_padding),
	        cmocka_unit_test(gcm_7_empty_additional_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
