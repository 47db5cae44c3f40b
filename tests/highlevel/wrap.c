/* SPDX-License-Identifier: MIT */
/* Keys under other keys. */
#include "other_party.h"

#define EXTRACTABLE P11L_KEY(.attributes = P11L_ATTRS(P11L_BOOL(CKA_EXTRACTABLE, 1)))

static const CK_BYTE value[32] = "an AES key, as everybody can see";

static struct p11l_object *wrapping_key(struct p11l_session *session)
{
	struct p11l_object *key;

	OK(p11l_import_secret(session, CKK_AES, value, sizeof(value),
	        P11L_KEY(.capabilities = CKF_WRAP | CKF_ENCRYPT), &key));
	return key;
}

/* Keys are the same when they encrypt the same. */
static void are_same(struct p11l_object *one, struct p11l_object *other)
{
	static const CK_BYTE block[16];
	struct p11l_mechanism ecb = p11l_plain(CKM_AES_ECB);
	struct p11l_buffer a = {0}, b = {0};

	OK(p11l_encrypt(one, &ecb, block, sizeof(block), &a));
	OK(p11l_encrypt(other, &ecb, block, sizeof(block), &b));
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.p, b.p, a.len);
	p11l_buffer_free(&a);
	p11l_buffer_free(&b);
}

/* AES key wrap (RFC 3394), one call each; OpenSSL unwraps it. */
CASE(the_usual_one)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *wrapping = wrapping_key(session), *key, *back;
	struct p11l_mechanism ecb = p11l_plain(CKM_AES_ECB);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	static const CK_BYTE block[16];
	struct p11l_buffer wrapped = {0}, encrypted = {0};
	unsigned char octets[64], expected[32];
	CK_BYTE memory[40];
	int n = 0, m = 0;

	OK(p11l_generate_key(session, CKK_AES, 256, EXTRACTABLE, &key));
	OK(p11l_wrap(wrapping, NULL, key, &wrapped));
	assert_int_equal(wrapped.len, 40);
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	assert_int_equal(EVP_DecryptInit_ex(ctx, EVP_aes_256_wrap(), NULL, value, NULL), 1);
	assert_int_equal(EVP_DecryptUpdate(ctx, octets, &n, wrapped.p, (int)wrapped.len), 1);
	assert_int_equal(n, 32);
	EVP_CIPHER_CTX_free(ctx);
	/* What OpenSSL got encrypts as the key does. */
	ctx = EVP_CIPHER_CTX_new();
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_256_ecb(), NULL, octets, NULL), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, expected, &m, block, 16), 1);
	EVP_CIPHER_CTX_free(ctx);
	OK(p11l_encrypt(key, &ecb, block, sizeof(block), &encrypted));
	assert_memory_equal(encrypted.p, expected, 16);
	p11l_buffer_free(&encrypted);
	/* And back; nothing is asked any more. */
	forget_calls();
	OK(p11l_unwrap(
	        wrapping, NULL, wrapped.p, wrapped.len, CKO_SECRET_KEY, CKK_AES, NULL, &back));
	assert_calls(1, "all");
	are_same(key, back);
	p11l_buffer_free(&wrapped);
	forget_calls();
	p11l_buffer_over(&wrapped, memory, 39);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_wrap(wrapping, NULL, key, &wrapped));
	assert_int_equal(wrapped.len, 40);
	assert_calls(0, "all");
	p11l_buffer_over(&wrapped, memory, 40);
	OK(p11l_wrap(wrapping, NULL, key, &wrapped));
	assert_calls(1, "all");
	p11l_object_free(back);
	p11l_object_free(key);
	p11l_object_free(wrapping);
	p11l_close(session);
}

/* A private key is no multiple of eight octets, so the usual mechanism pads. */
CASE(private_keys)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *wrapping = wrapping_key(session), *public_key, *private_key, *back;
	struct p11l_mechanism plain = p11l_plain(CKM_AES_KEY_WRAP), pss,
	                      padded = p11l_plain(CKM_AES_KEY_WRAP_PAD);
	struct p11l_buffer wrapped = {0}, signature = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 2048,
	        P11L_KEY(.private_attributes =
	                         (const CK_ATTRIBUTE[]){P11L_BOOL(CKA_EXTRACTABLE, 1)},
	                .private_attribute_count = 1),
	        &public_key, &private_key));
	OK(p11l_wrap(wrapping, NULL, private_key, &wrapped));
	assert_true(p11l_unwrap(wrapping, &plain, wrapped.p, wrapped.len, CKO_PRIVATE_KEY, CKK_RSA,
	                    NULL, &back) != CKR_OK);
	OK(p11l_unwrap(
	        wrapping, &padded, wrapped.p, wrapped.len, CKO_PRIVATE_KEY, CKK_RSA, NULL, &back));
	p11l_object_free(back);
	forget_calls();
	OK(p11l_wrap(wrapping, NULL, private_key, &wrapped));
	assert_calls(1, "all");
	OK(p11l_unwrap(wrapping, NULL, wrapped.p, wrapped.len, CKO_PRIVATE_KEY, CKK_RSA,
	        P11L_KEY(.label = "back"), &back));
	assert_calls(2, "all");
	assert_string_equal(p11l_object_label(back), "back");
	p11l_set_pss(&pss, CKM_SHA256_RSA_PKCS_PSS, 0, P11L_NONE);
	OK(p11l_sign(back, &pss, "x", 1, &signature));
	OK(p11l_verify(public_key, &pss, "x", 1, signature.p, signature.len));
	p11l_buffer_free(&signature);
	p11l_buffer_free(&wrapped);
	p11l_object_free(back);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(wrapping);
	p11l_close(session);
}

CASE(under_rsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key, *key, *back;
	struct p11l_buffer wrapped = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	OK(p11l_generate_key(session, CKK_AES, 128, EXTRACTABLE, &key));
	OK(p11l_wrap(public_key, NULL, key, &wrapped));
	assert_int_equal(wrapped.len, 256);
	OK(p11l_unwrap(
	        private_key, NULL, wrapped.p, wrapped.len, CKO_SECRET_KEY, CKK_AES, NULL, &back));
	are_same(key, back);
	p11l_buffer_free(&wrapped);
	p11l_object_free(back);
	p11l_object_free(key);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

CASE(what_fails)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *wrapping = wrapping_key(session), *key, *back = wrapping;
	struct p11l_buffer wrapped = {0};
	CK_BYTE wrong[40] = {1};

	OK(p11l_generate_key(session, CKK_AES, 256,
	        P11L_KEY(.attributes = P11L_ATTRS(P11L_BOOL(CKA_EXTRACTABLE, 0))), &key));
	FAILS(CKR_KEY_UNEXTRACTABLE, p11l_wrap(wrapping, NULL, key, &wrapped));
	assert_string_equal(p11l_last_error()->function, "C_WrapKey");
	assert_int_equal(p11l_last_error()->mechanism, CKM_AES_KEY_WRAP);
	assert_true(p11l_unwrap(wrapping, NULL, wrong, sizeof(wrong), CKO_SECRET_KEY, CKK_AES, NULL,
	                    &back) != CKR_OK);
	assert_null(back);
	assert_string_equal(p11l_last_error()->function, "C_UnwrapKey");
	FAILS(CKR_ARGUMENTS_BAD, p11l_wrap(wrapping, NULL, NULL, &wrapped));
	FAILS(CKR_ARGUMENTS_BAD, p11l_wrap(wrapping, NULL, key, NULL));
	FAILS(CKR_ARGUMENTS_BAD,
	        p11l_unwrap(wrapping, NULL, NULL, 40, CKO_SECRET_KEY, CKK_AES, NULL, &back));
	p11l_buffer_free(&wrapped);
	p11l_object_free(key);
	p11l_object_free(wrapping);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_usual_one),
	        cmocka_unit_test(private_keys),
	        cmocka_unit_test(under_rsa),
	        cmocka_unit_test(what_fails),
	};

	return cmocka_run_group_tests_name("highlevel/wrap", tests, NULL, NULL);
}
