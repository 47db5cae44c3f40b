/* SPDX-License-Identifier: MIT */
/* Sizes that are asked for, and buffers that are too short. */
#include "rules.h"

static CK_BYTE text[100] = "plaintext that does not fill its last block";
static CK_BYTE iv[16] = "initial vector.";

/* --- BUF-1 */

static bool short_lists_are_refused(struct subject *s)
{
	CK_MECHANISM_TYPE list[256] = {0};
	CK_SLOT_ID slot[8];
	CK_ULONG n = 3, count = 0, slots = 0;

	assert_int_equal(s->p11->C_GetMechanismList(s->slot, NULL, &count), CKR_OK);
	if (s->p11->C_GetMechanismList(s->slot, list, &n) != CKR_BUFFER_TOO_SMALL || n != count)
		return false;
	assert_int_equal(s->p11->C_GetSlotList(CK_FALSE, slot, &slots), CKR_BUFFER_TOO_SMALL);
	n = COUNT(list);
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list, &n), CKR_OK);
	return n == count && list[0] != list[n - 1] && slots == 2;
}

CASE(buf_1_short_lists)
{
	const struct setting setting = {.rule = "BUF-1", .twist = "list-short-ok", .native = true};

	check_rule(&setting, short_lists_are_refused);
}

/* One call of the vendor for one of the host, and no more. */
static bool lists_cost_one_call(struct subject *s)
{
	CK_MECHANISM_TYPE list[256];
	CK_ULONG n = COUNT(list);

	forget_calls();
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list, &n), CKR_OK);
	return calls("C_GetMechanismList") == 1;
}

CASE(buf_1_costs_no_more_calls)
{
	const struct setting setting = {.rule = "BUF-1"};

	assert_true(with_lens(&setting, lists_cost_one_call));
	assert_int_equal(notes("BUF-1"), 0);
}

/* --- BUF-2 */

static CK_RV gcm_init(struct subject *s, CK_OBJECT_HANDLE key, bool encrypts)
{
	CK_GCM_PARAMS params = {iv, 12, 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};

	return encrypts ? s->p11->C_EncryptInit(s->session, &mechanism, key)
	                : s->p11->C_DecryptInit(s->session, &mechanism, key);
}

static bool size_query_is_enough(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE out[64];
	CK_ULONG size = 0;

	assert_int_equal(gcm_init(s, key, true), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 20, NULL, &size), CKR_OK);
	if (size < 36)
		return false;
	return s->p11->C_Encrypt(s->session, text, 20, out, &size) == CKR_OK && size == 36;
}

CASE(buf_2_size_query_too_small)
{
	const struct setting setting = {
	        .rule = "BUF-2", .twist = "size-query -16 CKM_AES_GCM C_Encrypt", .opt_in = true};

	check_rule(&setting, size_query_is_enough);
}

/* --- BUF-4 */

static bool exact_buffers_do(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE ciphertext[128], plaintext[20];
	CK_ULONG size = sizeof(ciphertext), n = sizeof(plaintext);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, pair.public), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, n, ciphertext, &size), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, pair.private), CKR_OK);
	return s->p11->C_Decrypt(s->session, ciphertext, size, plaintext, &n) == CKR_OK &&
	       n == sizeof(plaintext) && memcmp(plaintext, text, n) == 0;
}

CASE(buf_4_exact_buffers)
{
	const struct setting setting = {
	        .rule = "BUF-4", .opt_in = true, .native = true, .silent = true};

	check_rule(&setting, exact_buffers_do);
}

/* A shorter one is refused, the same call with room enough succeeds, and nothing is done twice. */
static bool decrypts_once(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_BYTE ciphertext[32], plaintext[20];
	CK_ULONG size = sizeof(ciphertext), n = 5;

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 20, ciphertext, &size), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	forget_calls();
	assert_int_equal(s->p11->C_Decrypt(s->session, ciphertext, size, plaintext, &n),
	        CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 20);
	assert_int_equal(s->p11->C_Decrypt(s->session, ciphertext, size, NULL, &n), CKR_OK);
	assert_int_equal(n, 20);
	assert_int_equal(s->p11->C_Decrypt(s->session, ciphertext, size, plaintext, &n), CKR_OK);
	assert_memory_equal(plaintext, text, 20);
	assert_int_equal(s->p11->C_Decrypt(s->session, ciphertext, size, plaintext, &n),
	        CKR_OPERATION_NOT_INITIALIZED);
	return calls("C_Decrypt") == 2;
}

CASE(buf_4_nothing_is_done_twice)
{
	const struct setting setting = {.rule = "BUF-4", .opt_in = true};

	assert_true(with_lens(&setting, decrypts_once));
}

/* What was kept belongs to that ciphertext alone. */
static bool other_data_gets_nothing(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_BYTE ciphertext[32], plaintext[32];
	CK_ULONG size = sizeof(ciphertext), n = 5;

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 20, ciphertext, &size), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Decrypt(s->session, ciphertext, size, plaintext, &n),
	        CKR_BUFFER_TOO_SMALL);
	ciphertext[0] ^= 1;
	n = sizeof(plaintext);
	return s->p11->C_Decrypt(s->session, ciphertext, size, plaintext, &n) != CKR_OK;
}

CASE(buf_4_other_data)
{
	const struct setting setting = {.rule = "BUF-4", .opt_in = true};

	assert_true(with_lens(&setting, other_data_gets_nothing));
}

/* --- BUF-5 */

static bool length_is_told(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE digest[32];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	assert_int_equal(
	        s->p11->C_Digest(s->session, text, 20, digest, &size), CKR_BUFFER_TOO_SMALL);
	return size == 32 && s->p11->C_Digest(s->session, text, 20, digest, &size) == CKR_OK;
}

CASE(buf_5_length_kept)
{
	const struct setting setting = {
	        .rule = "BUF-5", .twist = "length-kept", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "BUF-5", .opt_in = true};

	check_rule(&setting, length_is_told);
	assert_true(with_lens(&ordinary, length_is_told));
}

static bool signature_length_is_told(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE signature[128];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, pair.private), CKR_OK);
	assert_int_equal(
	        s->p11->C_Sign(s->session, text, 20, signature, &size), CKR_BUFFER_TOO_SMALL);
	return size == 128 && s->p11->C_Sign(s->session, text, 20, signature, &size) == CKR_OK;
}

CASE(buf_5_length_garbage)
{
	const struct setting setting = {
	        .rule = "BUF-5", .twist = "length-garbage 22061", .opt_in = true, .native = true};

	check_rule(&setting, signature_length_is_told);
}

static bool update_length_is_told(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_BYTE out[100];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(
	        s->p11->C_EncryptUpdate(s->session, text, 40, out, &size), CKR_BUFFER_TOO_SMALL);
	return size >= 32 && size <= sizeof(out) &&
	       s->p11->C_EncryptUpdate(s->session, text, 40, out, &size) == CKR_OK;
}

CASE(buf_5_updates)
{
	const struct setting setting = {
	        .rule = "BUF-5", .twist = "length-kept C_EncryptUpdate", .opt_in = true};

	check_rule(&setting, update_length_is_told);
}

static bool wrapped_length_is_told(struct subject *s)
{
	CK_ATTRIBUTE wraps[] = {ATTRIBUTE(CKA_WRAP, yes)},
	             goes[] = {ATTRIBUTE(CKA_EXTRACTABLE, yes)};
	CK_OBJECT_HANDLE wrapping = aes_key_with(s, 16, wraps, 1),
	                 key = aes_key_with(s, 16, goes, 1);
	CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_BYTE out[64];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_WrapKey(s->session, &mechanism, wrapping, key, out, &size),
	        CKR_BUFFER_TOO_SMALL);
	return size >= 24 && size <= sizeof(out) &&
	       s->p11->C_WrapKey(s->session, &mechanism, wrapping, key, out, &size) == CKR_OK;
}

CASE(buf_5_wrapped_keys)
{
	const struct setting setting = {
	        .rule = "BUF-5", .twist = "length-kept C_WrapKey", .opt_in = true};

	check_rule(&setting, wrapped_length_is_told);
}

/* --- BUF-6 */

static bool operation_survives(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_BYTE out[32], last[16];
	CK_ULONG size = 5, n = 3;

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 20, out, &size), CKR_BUFFER_TOO_SMALL);
	if (size != 32 || s->p11->C_Encrypt(s->session, text, 20, out, &size) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	size = sizeof(out);
	assert_int_equal(s->p11->C_EncryptUpdate(s->session, text, 20, out, &size), CKR_OK);
	assert_int_equal(size, 16);
	assert_int_equal(s->p11->C_EncryptFinal(s->session, last, &n), CKR_BUFFER_TOO_SMALL);
	return n == 16 && s->p11->C_EncryptFinal(s->session, last, &n) == CKR_OK && n == 16;
}

CASE(buf_6_operation_stays)
{
	const struct setting setting = {
	        .rule = "BUF-6", .twist = "too-small-ends", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "BUF-6", .opt_in = true};

	check_rule(&setting, operation_survives);
	assert_true(with_lens(&ordinary, operation_survives));
}

/* --- BUF-7 */

static bool digest_is_whole(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE digest[32];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	assert_int_equal(s->p11->C_DigestUpdate(s->session, text, 20), CKR_OK);
	if (s->p11->C_DigestFinal(s->session, digest, &size) != CKR_BUFFER_TOO_SMALL)
		return false;
	return size == 32 && s->p11->C_DigestFinal(s->session, digest, &size) == CKR_OK;
}

CASE(buf_7_digests_are_whole)
{
	const struct setting setting = {
	        .rule = "BUF-7", .twist = "truncate", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "BUF-7", .opt_in = true};

	check_rule(&setting, digest_is_whole);
	assert_true(with_lens(&ordinary, digest_is_whole));
}

/* --- BUF-8 */

static bool length_is_that_of_the_result(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE out[300];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, pair.public), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 20, out, &size), CKR_OK);
	return size == 128;
}

CASE(buf_8_length_of_the_result)
{
	const struct setting setting = {
	        .rule = "BUF-8", .twist = "returns-room C_Encrypt", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "BUF-8", .opt_in = true};

	check_rule(&setting, length_is_that_of_the_result);
	assert_true(with_lens(&ordinary, length_is_that_of_the_result));
}

/* --- BUF-9 */

static bool sizes_can_be_asked(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp384r1");
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_BYTE signature[96];
	CK_ULONG size = 0;

	assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, pair.private), CKR_OK);
	if (s->p11->C_Sign(s->session, text, 20, NULL, &size) != CKR_OK || size != 96)
		return false;
	return s->p11->C_Sign(s->session, text, 20, signature, &size) == CKR_OK &&
	       calls("C_Sign") == 1;
}

CASE(buf_9_no_size_query)
{
	const struct setting setting = {
	        .rule = "BUF-9", .twist = "no-size-query", .opt_in = true, .native = true};

	check_rule(&setting, sizes_can_be_asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(buf_1_short_lists),
	        cmocka_unit_test(buf_1_costs_no_more_calls),
	        cmocka_unit_test(buf_2_size_query_too_small),
	        cmocka_unit_test(buf_4_exact_buffers),
	        cmocka_unit_test(buf_4_nothing_is_done_twice),
	        cmocka_unit_test(buf_4_other_data),
	        cmocka_unit_test(buf_5_length_kept),
	        cmocka_unit_test(buf_5_length_garbage),
	        cmocka_unit_test(buf_5_updates),
	        cmocka_unit_test(buf_5_wrapped_keys),
	        cmocka_unit_test(buf_6_operation_stays),
	        cmocka_unit_test(buf_7_digests_are_whole),
	        cmocka_unit_test(buf_8_length_of_the_result),
	        cmocka_unit_test(buf_9_no_size_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
