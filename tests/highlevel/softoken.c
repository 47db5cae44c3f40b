/* SPDX-License-Identifier: MIT */
/* Mechanisms that SoftHSM does not have, on the softoken of NSS, which needs no login. */
#define _GNU_SOURCE
#include "other_party.h"

#include <openssl/kdf.h>
#include <unistd.h>

#define SOFTOKEN "/usr/lib/x86_64-linux-gnu/libsoftokn3.so"

static const CK_BYTE value[32] = "a key, as everybody can see it.";
static const CK_BYTE nonce[12] = "the nonce";
static const char data[] = "INPUT DATA";
#define SIZE (sizeof(data) - 1)

static const struct world world = {.vendor = SOFTOKEN,
        .parameters = "configdir='' certPrefix='' keyPrefix='' secmod='' "
                      "flags=noCertDB,noModDB,optimizeSpace"};

static struct p11l_session *softoken(void)
{
	struct p11l_session *session = NULL;
	struct p11l_module *module;

	if (access(SOFTOKEN, R_OK) != 0)
		skip_case("no softoken");
	module = begin(&world);
	OK(p11l_open(module,
	        P11L_OPEN(.token = "NSS Generic Crypto Services",
	                .user_type = P11L_IS(P11L_NOBODY)),
	        &session));
	p11l_module_free(module);
	return session;
}

static struct p11l_object *key_of(
        struct p11l_session *session, CK_KEY_TYPE type, CK_FLAGS capabilities)
{
	struct p11l_object *key;

	OK(p11l_import_secret(session, type, value, sizeof(value),
	        P11L_KEY(.capabilities = capabilities,
	                .attributes = P11L_ATTRS(
	                        P11L_BOOL(CKA_EXTRACTABLE, 1), P11L_BOOL(CKA_SENSITIVE, 0))),
	        &key));
	return key;
}

CASE(chacha20_poly1305)
{
	struct p11l_session *session = softoken();
	struct p11l_object *key = key_of(session, CKK_CHACHA20, CKF_ENCRYPT);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct p11l_mechanism mechanism;
	struct p11l_buffer there = {0}, back = {0};
	unsigned char expected[64];
	int n, m;

	p11l_set_chacha20_poly1305(&mechanism, nonce, sizeof(nonce), "beside", 6);
	OK(p11l_encrypt(key, &mechanism, data, SIZE, &there));
	EVP_EncryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, value, nonce);
	EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)"beside", 6);
	EVP_EncryptUpdate(ctx, expected, &n, (const unsigned char *)data, SIZE);
	EVP_EncryptFinal_ex(ctx, expected + n, &m);
	EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, expected + n);
	EVP_CIPHER_CTX_free(ctx);
	assert_int_equal(there.len, SIZE + 16);
	assert_memory_equal(there.p, expected, there.len);
	OK(p11l_decrypt(key, &mechanism, there.p, there.len, &back));
	assert_int_equal(back.len, SIZE);
	there.p[3] ^= 1;
	assert_true(p11l_decrypt(key, &mechanism, there.p, there.len, &back) != CKR_OK);
	assert_int_equal(back.len, 0);
	p11l_buffer_free(&there);
	p11l_buffer_free(&back);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(hkdf)
{
	struct p11l_session *session = softoken();
	struct p11l_object *key = key_of(session, CKK_HKDF, CKF_DERIVE), *derived;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	struct p11l_mechanism mechanism;
	struct p11l_buffer octets = {0};
	unsigned char expected[48];
	size_t size = sizeof(expected);

	p11l_set_hkdf(&mechanism, CKM_SHA256, "salt", 4, "info", 4);
	OK(p11l_derive(key, &mechanism, CKK_GENERIC_SECRET, 8 * sizeof(expected),
	        P11L_KEY(.attributes = P11L_ATTRS(
	                         P11L_BOOL(CKA_EXTRACTABLE, 1), P11L_BOOL(CKA_SENSITIVE, 0))),
	        &derived));
	EVP_PKEY_derive_init(ctx);
	EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256());
	EVP_PKEY_CTX_set1_hkdf_key(ctx, value, sizeof(value));
	EVP_PKEY_CTX_set1_hkdf_salt(ctx, (const unsigned char *)"salt", 4);
	EVP_PKEY_CTX_add1_hkdf_info(ctx, (const unsigned char *)"info", 4);
	assert_int_equal(EVP_PKEY_derive(ctx, expected, &size), 1);
	EVP_PKEY_CTX_free(ctx);
	OK(p11l_get_attribute(derived, CKA_VALUE, &octets));
	assert_int_equal(octets.len, sizeof(expected));
	assert_memory_equal(octets.p, expected, sizeof(expected));
	p11l_buffer_free(&octets);
	p11l_object_free(derived);
	p11l_object_free(key);
	p11l_close(session);
}

/* What is usual, with the softoken's own choice of the first that it has. */
CASE(usual)
{
	struct p11l_session *session = softoken();
	struct p11l_object *key = key_of(session, CKK_AES, CKF_SIGN | CKF_WRAP), *wrapped_key,
	                   *back;
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer out = {0};
	unsigned char digest[64];
	size_t size;

	OK(p11l_digest(session, NULL, data, SIZE, &out));
	EVP_Q_digest(NULL, "SHA512", NULL, data, SIZE, digest, &size);
	assert_memory_equal(out.p, digest, 64);
	OK(p11l_sign(key, NULL, data, SIZE, &out));
	OK(p11l_verify(key, NULL, data, SIZE, out.p, out.len));
	wrapped_key = key_of(session, CKK_AES, CKF_ENCRYPT);
	OK(p11l_wrap(key, NULL, wrapped_key, &out));
	assert_int_equal(out.len, 40);
	OK(p11l_unwrap(key, NULL, out.p, out.len, CKO_SECRET_KEY, CKK_AES, NULL, &back));
	p11l_object_free(back);
	OK(p11l_generate_keypair(session, CKK_EC, 256, NULL, &public_key, &private_key));
	OK(p11l_sign(private_key, NULL, data, SIZE, &out));
	assert_int_equal(out.len, 64);
	OK(p11l_verify(public_key, NULL, data, SIZE, out.p, out.len));
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	OK(p11l_sign(private_key, NULL, data, SIZE, &out));
	OK(p11l_verify(public_key, NULL, data, SIZE, out.p, out.len));
	OK(p11l_encrypt(public_key, NULL, data, SIZE, &out));
	OK(p11l_decrypt(private_key, NULL, out.p, out.len, &out));
	assert_int_equal(out.len, SIZE);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(wrapped_key);
	p11l_object_free(key);
	p11l_buffer_free(&out);
	p11l_close(session);
}

/* In parts, given up, and begun again. */
CASE(in_parts)
{
	struct p11l_session *session = softoken();
	struct p11l_object *key = key_of(session, CKK_AES, CKF_ENCRYPT);
	static CK_BYTE part[100000];
	CK_BYTE iv[16] = {0};
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_operation *operation;
	struct p11l_buffer out = {0}, all = {0}, back = {0};

	for (int round = 0; round < 2; round++) {
		p11l_buffer_clear(&all);
		OK(p11l_begin(key, CKF_ENCRYPT, &cbc, &operation));
		for (int i = 0; i < 5; i++) {
			OK(p11l_update(operation, part, sizeof(part), &out));
			OK(p11l_buffer_append(&all, out.p, out.len));
		}
		if (round == 1) {
			OK(p11l_finish(operation, &out));
			OK(p11l_buffer_append(&all, out.p, out.len));
		}
		p11l_operation_free(operation);
	}
	OK(p11l_decrypt(key, &cbc, all.p, all.len, &back));
	assert_int_equal(back.len, 5 * sizeof(part));
	p11l_buffer_free(&out);
	p11l_buffer_free(&all);
	p11l_buffer_free(&back);
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(chacha20_poly1305),
	        cmocka_unit_test(hkdf),
	        cmocka_unit_test(usual),
	        cmocka_unit_test(in_parts),
	};

	return cmocka_run_group_tests_name("highlevel/softoken", tests, NULL, NULL);
}
