/* SPDX-License-Identifier: MIT */
/* Encryption and decryption of one part. */
#include "other_party.h"

static const CK_BYTE value[32] = "an AES key, as everybody can see";
static const CK_BYTE iv[16] = "sixteen octets.";
static const char data[] = "INPUT DATA";
#define SIZE (sizeof(data) - 1)

static struct p11l_object *aes_key(struct p11l_session *session)
{
	struct p11l_object *key;

	OK(p11l_import_secret(session, CKK_AES, value, sizeof(value), NULL, &key));
	forget_calls();
	return key;
}

/* What OpenSSL makes of the data with this cipher; the tag, if there is one, stands behind it. */
static size_t other_party(const char *name, const void *plain, size_t size, const char *aad,
        int tag, unsigned char *out)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, last = 0, ignored;

	assert_non_null(cipher);
	assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, value, iv, NULL), 1);
	if (aad != NULL)
		assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &ignored, (const unsigned char *)aad,
		                         (int)strlen(aad)),
		        1);
	assert_int_equal(EVP_EncryptUpdate(ctx, out, &n, plain, (int)size), 1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, out + n, &last), 1);
	n += last;
	if (tag > 0)
		assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, tag, out + n), 1);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return (size_t)(n + tag);
}

/* Two calls each way, and what comes out is what OpenSSL makes. */
static void both_ways(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *expected, size_t size)
{
	struct p11l_buffer there = {0}, back = {0};

	OK(p11l_encrypt(key, mechanism, data, SIZE, &there));
	assert_calls(2, "all");
	assert_int_equal(there.len, size);
	assert_memory_equal(there.p, expected, size);
	OK(p11l_decrypt(key, mechanism, there.p, there.len, &back));
	assert_calls(4, "all");
	assert_int_equal(back.len, SIZE);
	assert_memory_equal(back.p, data, SIZE);
	assert_true((back.flags & P11L_SECRET) != 0);
	forget_calls();
	p11l_buffer_free(&there);
	p11l_buffer_free(&back);
}

CASE(ciphers_agree_with_openssl)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	unsigned char expected[64];
	CK_BYTE gcm_iv[12];

	memcpy(gcm_iv, iv, sizeof(gcm_iv));
	both_ways(key, &mechanism, expected,
	        other_party("AES-256-CBC", data, SIZE, NULL, 0, expected));
	p11l_set_ctr(&mechanism, iv, 0);
	both_ways(key, &mechanism, expected,
	        other_party("AES-256-CTR", data, SIZE, NULL, 0, expected));
	p11l_set_gcm(&mechanism, gcm_iv, sizeof(gcm_iv), "beside", 6, 0);
	both_ways(key, &mechanism, expected,
	        other_party("AES-256-GCM", data, SIZE, "beside", 16, expected));
	p11l_set_gcm(&mechanism, gcm_iv, sizeof(gcm_iv), NULL, 0, 96);
	both_ways(key, &mechanism, expected,
	        other_party("AES-256-GCM", data, SIZE, NULL, 12, expected));
	p11l_object_free(key);
	p11l_close(session);
}

/* A wrong tag is an error, and nothing of the plaintext is left behind. */
CASE(wrong_tags_are_refused)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism gcm;
	CK_BYTE gcm_iv[12] = {0}, memory[SIZE], zeros[SIZE] = {0};
	struct p11l_buffer there = {0}, back = {0};

	p11l_set_gcm(&gcm, gcm_iv, sizeof(gcm_iv), NULL, 0, 0);
	OK(p11l_encrypt(key, &gcm, data, SIZE, &there));
	there.p[there.len - 1] ^= 1;
	p11l_buffer_over(&back, memory, sizeof(memory));
	memset(memory, 0, sizeof(memory));
	assert_true(p11l_decrypt(key, &gcm, there.p, there.len, &back) != CKR_OK);
	assert_int_equal(back.len, 0);
	assert_memory_equal(memory, zeros, sizeof(zeros));
	/* The session is good again, at no cost. */
	there.p[there.len - 1] ^= 1;
	forget_calls();
	OK(p11l_decrypt(key, &gcm, there.p, there.len, &back));
	assert_calls(2, "all");
	assert_memory_equal(memory, data, SIZE);
	p11l_buffer_free(&there);
	p11l_object_free(key);
	p11l_close(session);
}

/* SoftHSM wants room for the whole ciphertext; the caller needs room for the plaintext only. */
CASE(memory_of_the_callers)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	CK_BYTE small[16], in_place[32] = "INPUT DATA";
	struct p11l_buffer there, back;

	p11l_buffer_over(&there, small, 15);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_encrypt(key, &cbc, data, SIZE, &there));
	assert_int_equal(there.len, 16);
	assert_says("16");
	assert_calls(0, "all");
	p11l_buffer_over(&there, small, sizeof(small));
	OK(p11l_encrypt(key, &cbc, data, SIZE, &there));
	p11l_buffer_over(&back, in_place, SIZE);
	OK(p11l_decrypt(key, &cbc, small, sizeof(small), &back));
	assert_memory_equal(in_place, data, SIZE);
	assert_calls(4, "all");
	/* One octet less cannot be told beforehand, and is no reason to write behind the end. */
	in_place[SIZE - 1] = 0x55;
	p11l_buffer_over(&back, in_place, SIZE - 1);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_decrypt(key, &cbc, small, sizeof(small), &back));
	assert_int_equal(back.len, SIZE);
	assert_int_equal(in_place[SIZE - 1], 0x55);
	/* The input may lie where the output goes. */
	memcpy(in_place, data, SIZE);
	p11l_buffer_over(&back, in_place, sizeof(in_place));
	OK(p11l_encrypt(key, &cbc, in_place, SIZE, &back));
	assert_memory_equal(in_place, small, sizeof(small));
	OK(p11l_decrypt(key, &cbc, in_place, back.len, &back));
	assert_int_equal(back.len, SIZE);
	assert_memory_equal(in_place, data, SIZE);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(growing_memory_that_is_the_input)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer both = {0};

	OK(p11l_buffer_set(&both, data, SIZE));
	OK(p11l_encrypt(key, &cbc, both.p, both.len, &both));
	assert_int_equal(both.len, 16);
	OK(p11l_decrypt(key, &cbc, both.p, both.len, &both));
	assert_int_equal(both.len, SIZE);
	assert_memory_equal(both.p, data, SIZE);
	p11l_buffer_free(&both);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(no_octets)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer there = {0}, back = {0};

	OK(p11l_encrypt(key, &cbc, NULL, 0, &there));
	assert_int_equal(there.len, 16);
	OK(p11l_decrypt(key, &cbc, there.p, there.len, &back));
	assert_int_equal(back.len, 0);
	p11l_buffer_free(&there);
	p11l_buffer_free(&back);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(wrong_arguments)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism none = p11l_iv(CKM_AES_CBC_PAD, NULL, 16), huge;
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer out = {0};

	FAILS(CKR_ARGUMENTS_BAD, p11l_encrypt(NULL, &cbc, data, SIZE, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_encrypt(key, &cbc, NULL, SIZE, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_encrypt(key, &cbc, data, SIZE, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_encrypt(key, &cbc, data, ~(CK_ULONG)0 - 3, &out));
	/* An IV that is NULL must not become zeros. */
	FAILS(CKR_ARGUMENTS_BAD, p11l_encrypt(key, &none, data, SIZE, &out));
	assert_says("mechanism->parameter");
	p11l_set_raw(&huge, CKM_AES_CBC_PAD, NULL, ~(CK_ULONG)0);
	FAILS(CKR_ARGUMENTS_BAD, p11l_encrypt(key, &huge, data, SIZE, &out));
	/* Nobody but the caller knows an IV. */
	FAILS(CKR_MECHANISM_PARAM_INVALID, p11l_encrypt(key, NULL, data, SIZE, &out));
	assert_says("p11l_iv");
	assert_calls(0, "all");
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* The usual mechanism, and one with a hash of choice; OpenSSL decrypts what the token encrypts. */
CASE(rsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_mechanism oaep, pkcs = p11l_plain(CKM_RSA_PKCS);
	struct p11l_buffer there = {0}, back = {0};
	CK_BYTE memory[SIZE], modulus[256];

	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	OK(p11l_encrypt(public_key, NULL, data, SIZE, &there));
	assert_int_equal(there.len, 256);
	p11l_set_oaep(&oaep, CKM_SHA_1, NULL, 0);
	OK(p11l_decrypt(private_key, &oaep, there.p, there.len, &back));
	assert_memory_equal(back.p, data, SIZE);
	forget_calls();
	OK(p11l_encrypt(public_key, &pkcs, data, SIZE, &there));
	p11l_buffer_free(&back);
	p11l_buffer_over(&back, modulus, sizeof(modulus) - 1);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_encrypt(public_key, &pkcs, data, SIZE, &back));
	assert_calls(2, "all");
	/* SoftHSM wants room for a whole modulus. */
	p11l_buffer_over(&back, memory, sizeof(memory));
	OK(p11l_decrypt(private_key, &pkcs, there.p, there.len, &back));
	assert_calls(4, "all");
	assert_int_equal(back.len, SIZE);
	assert_memory_equal(memory, data, SIZE);
	p11l_buffer_free(&there);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

/* A module that wants more room than any rule says gets it, for one call more. */
CASE(a_module_that_wants_more_room)
{
	static const struct world world = {.twist = "output-room 4000 C_Encrypt"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer there = {0};
	CK_BYTE memory[16];

	OK(p11l_encrypt(key, &cbc, data, SIZE, &there));
	assert_int_equal(there.len, 16);
	assert_calls(3, "all");
	p11l_buffer_free(&there);
	p11l_buffer_over(&there, memory, sizeof(memory));
	OK(p11l_encrypt(key, &cbc, data, SIZE, &there));
	assert_int_equal(there.len, 16);
	p11l_object_free(key);
	p11l_close(session);
}

/* Nobody knows how much a mechanism of a vendor makes, and nobody asks for it. */
static CK_RV answer_long(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_ULONG *length;

	if (function != P11L_C_Encrypt)
		return rv;
	length = (CK_ULONG *)arg[4];
	assert_non_null((void *)arg[3]);
	if (*length < 20000) {
		*length = 20000;
		return CKR_BUFFER_TOO_SMALL;
	}
	memset((void *)arg[3], 'x', 20000);
	*length = 20000;
	return CKR_OK;
}

static CK_RV answer_too_long(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_Encrypt)
		*(CK_ULONG *)arg[4] = ~(CK_ULONG)0 - 7;
	return rv;
}

CASE(mechanisms_of_vendors)
{
	static const struct world world = {.mock = "silent C_Encrypt\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism own = p11l_plain(CKM_VENDOR_DEFINED | 7);
	struct p11l_buffer there = {0};
	struct p11l_object *key;

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	vendor()->hook = answer_long;
	forget_calls();
	OK(p11l_encrypt(key, &own, data, SIZE, &there));
	assert_int_equal(there.len, 20000);
	assert_int_equal(there.p[19999], 'x');
	assert_calls(2, "C_Encrypt");
	/* A length that cannot be true. */
	vendor()->hook = answer_too_long;
	FAILS(CKR_DEVICE_ERROR, p11l_encrypt(key, &own, data, SIZE, &there));
	assert_int_equal(there.len, 0);
	vendor()->hook = NULL;
	p11l_buffer_free(&there);
	p11l_object_free(key);
	p11l_close(session);
}

/* A module that leaves an operation active when it fails; the session is not given up for it. */
CASE(what_was_left_active)
{
	static const struct world world = {.twist = "failed-stays-active"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_object *key = aes_key(session);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer there = {0}, back = {0};
	CK_BYTE wrong[15] = {0};

	OK(p11l_encrypt(key, &cbc, data, SIZE, &there));
	assert_true(p11l_decrypt(key, &cbc, wrong, sizeof(wrong), &back) != CKR_OK);
	OK(p11l_decrypt(key, &cbc, there.p, there.len, &back));
	assert_int_equal(back.len, SIZE);
	assert_calls(0, "C_OpenSession");
	p11l_buffer_free(&there);
	p11l_buffer_free(&back);
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ciphers_agree_with_openssl),
	        cmocka_unit_test(wrong_tags_are_refused),
	        cmocka_unit_test(memory_of_the_callers),
	        cmocka_unit_test(growing_memory_that_is_the_input),
	        cmocka_unit_test(no_octets),
	        cmocka_unit_test(wrong_arguments),
	        cmocka_unit_test(rsa),
	        cmocka_unit_test(a_module_that_wants_more_room),
	        cmocka_unit_test(mechanisms_of_vendors),
	        cmocka_unit_test(what_was_left_active),
	};

	return cmocka_run_group_tests_name("highlevel/crypt", tests, NULL, NULL);
}
