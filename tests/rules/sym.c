/* SPDX-License-Identifier: MIT */
/* Ciphers in parts: authenticated ones for vendors that want all at once, and whole blocks. */
#include "rules.h"

static CK_BYTE text[100] = "plaintext that comes in parts of any length, as it does in streams";
static CK_BYTE iv[16] = "initial vector.";

static CK_RV gcm_init(struct subject *s, CK_OBJECT_HANDLE key, bool encrypts)
{
	CK_GCM_PARAMS params = {iv, 12, 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};

	return encrypts ? s->p11->C_EncryptInit(s->session, &mechanism, key)
	                : s->p11->C_DecryptInit(s->session, &mechanism, key);
}

/* Puts data through an update and adds what comes out. */
static CK_RV put(struct subject *s, bool encrypts, CK_BYTE *in, CK_ULONG size, struct octets *out)
{
	CK_ULONG room = sizeof(out->at) - out->size;
	CK_RV rv =
	        encrypts
	                ? s->p11->C_EncryptUpdate(s->session, in, size, out->at + out->size, &room)
	                : s->p11->C_DecryptUpdate(s->session, in, size, out->at + out->size, &room);

	if (rv == CKR_OK)
		out->size += room;
	return rv;
}

static CK_RV end(struct subject *s, bool encrypts, struct octets *out)
{
	CK_ULONG room = sizeof(out->at) - out->size;
	CK_RV rv = encrypts ? s->p11->C_EncryptFinal(s->session, out->at + out->size, &room)
	                    : s->p11->C_DecryptFinal(s->session, out->at + out->size, &room);

	if (rv == CKR_OK)
		out->size += room;
	return rv;
}

/* --- GCM-4 */

static bool gcm_takes_parts(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct octets ciphertext = {.size = 0}, plaintext = {.size = 0};
	CK_BYTE whole[116];
	CK_ULONG size = sizeof(whole);

	assert_int_equal(gcm_init(s, key, true), CKR_OK);
	if (put(s, true, text, 33, &ciphertext) != CKR_OK)
		return false;
	assert_int_equal(put(s, true, text + 33, 67, &ciphertext), CKR_OK);
	assert_int_equal(end(s, true, &ciphertext), CKR_OK);
	assert_int_equal(gcm_init(s, key, true), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 100, whole, &size), CKR_OK);
	assert_int_equal(ciphertext.size, size);
	assert_memory_equal(ciphertext.at, whole, size);
	assert_int_equal(gcm_init(s, key, false), CKR_OK);
	assert_int_equal(put(s, false, whole, 50, &plaintext), CKR_OK);
	assert_int_equal(put(s, false, whole + 50, 66, &plaintext), CKR_OK);
	assert_int_equal(plaintext.size, 0);
	assert_int_equal(end(s, false, &plaintext), CKR_OK);
	assert_int_equal(plaintext.size, 100);
	return memcmp(plaintext.at, text, 100) == 0;
}

CASE(gcm_4_parts_are_collected)
{
	const struct setting setting = {.rule = "GCM-4",
	        .twist = "single-part CKM_AES_GCM",
	        .opt_in = true,
	        .native = true};
	const struct setting ordinary = {.rule = "GCM-4", .opt_in = true};

	check_rule(&setting, gcm_takes_parts);
	assert_true(with_lens(&ordinary, gcm_takes_parts));
}

/* Nothing comes out of ciphertext that was tampered with, and of none of its parts. */
static bool tampering_gives_nothing(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct octets plaintext = {.size = 0};
	CK_BYTE whole[116];
	CK_ULONG size = sizeof(whole);

	assert_int_equal(gcm_init(s, key, true), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 100, whole, &size), CKR_OK);
	whole[3] ^= 1;
	memset(plaintext.at, 0xa5, sizeof(plaintext.at));
	assert_int_equal(gcm_init(s, key, false), CKR_OK);
	assert_int_equal(put(s, false, whole, size, &plaintext), CKR_OK);
	assert_int_equal(plaintext.size, 0);
	assert_int_not_equal(end(s, false, &plaintext), CKR_OK);
	for (size_t i = 0; i < sizeof(plaintext.at); i++)
		if (plaintext.at[i] != 0xa5)
			return false;
	return true;
}

CASE(gcm_4_gives_out_nothing_unverified)
{
	const struct setting setting = {
	        .rule = "GCM-4", .twist = "single-part CKM_AES_GCM", .opt_in = true};

	assert_true(with_lens(&setting, tampering_gives_nothing));
}

/* A buffer too short for the end, and a host whose empty buffer is NULL. */
static bool sizes_can_be_asked(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE out[116];
	CK_ULONG size = 0;

	assert_int_equal(gcm_init(s, key, true), CKR_OK);
	assert_int_equal(s->p11->C_EncryptUpdate(s->session, text, 100, NULL, &size), CKR_OK);
	assert_true(size > 0 && size <= sizeof(out));
	assert_int_equal(s->p11->C_EncryptUpdate(s->session, text, 100, out, &size), CKR_OK);
	assert_int_equal(size, 0);
	assert_int_equal(s->p11->C_EncryptFinal(s->session, NULL, &size), CKR_OK);
	assert_int_equal(size, 116);
	size = 16;
	assert_int_equal(s->p11->C_EncryptFinal(s->session, out, &size), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(size, 116);
	return s->p11->C_EncryptFinal(s->session, out, &size) == CKR_OK && size == 116;
}

CASE(gcm_4_sizes)
{
	const struct setting setting = {
	        .rule = "GCM-4", .twist = "single-part CKM_AES_GCM", .opt_in = true};

	assert_true(with_lens(&setting, sizes_can_be_asked));
}

/* --- SYM-4 */

static CK_RV cbc_init(struct subject *s, CK_OBJECT_HANDLE key, bool encrypts)
{
	CK_MECHANISM mechanism = {CKM_AES_CBC, iv, sizeof(iv)};

	return encrypts ? s->p11->C_EncryptInit(s->session, &mechanism, key)
	                : s->p11->C_DecryptInit(s->session, &mechanism, key);
}

static bool blocks_are_filled(struct subject *s)
{
	static const CK_ULONG parts[] = {5, 20, 0, 7, 16, 48};
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct octets ciphertext = {.size = 0}, plaintext = {.size = 0};
	CK_BYTE whole[96];
	CK_ULONG size = sizeof(whole), at = 0;

	assert_int_equal(cbc_init(s, key, true), CKR_OK);
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (put(s, true, text + at, parts[i], &ciphertext) != CKR_OK)
			return false;
		at += parts[i];
	}
	assert_int_equal(end(s, true, &ciphertext), CKR_OK);
	assert_int_equal(cbc_init(s, key, true), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, at, whole, &size), CKR_OK);
	assert_int_equal(ciphertext.size, size);
	assert_memory_equal(ciphertext.at, whole, size);
	assert_int_equal(cbc_init(s, key, false), CKR_OK);
	at = 0;
	for (size_t i = 0; i < COUNT(parts); at += parts[i++])
		assert_int_equal(put(s, false, whole + at, parts[i], &plaintext), CKR_OK);
	assert_int_equal(end(s, false, &plaintext), CKR_OK);
	return plaintext.size == at && memcmp(plaintext.at, text, at) == 0;
}

CASE(sym_4_blocks_are_filled)
{
	const struct setting setting = {
	        .rule = "SYM-4", .twist = "whole-blocks 16", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "SYM-4", .opt_in = true};

	check_rule(&setting, blocks_are_filled);
	assert_true(with_lens(&ordinary, blocks_are_filled));
}

/* The same buffer for what goes in and what comes out, as hosts do it. */
static bool in_place_works(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE buffer[112], whole[96];
	CK_ULONG size = sizeof(whole), n = 0, more = 0;

	assert_int_equal(cbc_init(s, key, true), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, 96, whole, &size), CKR_OK);
	memcpy(buffer, text, 100);
	assert_int_equal(cbc_init(s, key, true), CKR_OK);
	n = sizeof(buffer);
	assert_int_equal(s->p11->C_EncryptUpdate(s->session, buffer, 7, buffer, &n), CKR_OK);
	assert_int_equal(n, 0);
	more = sizeof(buffer);
	assert_int_equal(
	        s->p11->C_EncryptUpdate(s->session, buffer + 7, 89, buffer, &more), CKR_OK);
	return more == 96 && memcmp(buffer, whole, 96) == 0;
}

CASE(sym_4_in_place)
{
	const struct setting setting = {
	        .rule = "SYM-4", .twist = "whole-blocks 16", .opt_in = true};

	assert_true(with_lens(&setting, in_place_works));
}

/* What does not fill its block at the end fails, and the operation is over. */
static bool rest_is_refused(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct octets out = {.size = 0};

	assert_int_equal(cbc_init(s, key, true), CKR_OK);
	assert_int_equal(put(s, true, text, 20, &out), CKR_OK);
	assert_int_equal(end(s, true, &out), CKR_DATA_LEN_RANGE);
	assert_int_equal(cbc_init(s, key, false), CKR_OK);
	assert_int_equal(put(s, false, text, 20, &out), CKR_OK);
	return end(s, false, &out) == CKR_ENCRYPTED_DATA_LEN_RANGE &&
	       cbc_init(s, key, true) == CKR_OK;
}

CASE(sym_4_no_padding_is_made_up)
{
	const struct setting setting = {
	        .rule = "SYM-4", .twist = "whole-blocks 16", .opt_in = true};

	assert_true(with_lens(&setting, rest_is_refused));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(gcm_4_parts_are_collected),
	        cmocka_unit_test(gcm_4_gives_out_nothing_unverified),
	        cmocka_unit_test(gcm_4_sizes),
	        cmocka_unit_test(sym_4_blocks_are_filled),
	        cmocka_unit_test(sym_4_in_place),
	        cmocka_unit_test(sym_4_no_padding_is_made_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
