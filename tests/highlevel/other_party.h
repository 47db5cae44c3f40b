/* SPDX-License-Identifier: MIT */
/* OpenSSL as the other party of keys and certificates. What is returned is the test's to free. */
#ifndef OTHER_PARTY_H
#define OTHER_PARTY_H

#include "highlevel.h"

#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/x509.h>

struct octets {
	unsigned char *p;
	size_t size;
};

static inline void octets_free(struct octets *octets)
{
	OPENSSL_free(octets->p);
	octets->p = NULL;
	octets->size = 0;
}

static inline struct octets octets_of(unsigned char *p, long size)
{
	struct octets octets = {p, (size_t)size};

	assert_true(size > 0);
	return octets;
}

/* A new key; group is NULL and bits 0 where there is no choice. */
static inline EVP_PKEY *make_key(const char *type, const char *group, unsigned bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM params[3] = {OSSL_PARAM_END, OSSL_PARAM_END, OSSL_PARAM_END};
	EVP_PKEY *key = NULL;
	size_t used = 0;
	char name[64];

	if (group != NULL) {
		snprintf(name, sizeof(name), "%s", group);
		params[used++] =
		        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	}
	if (bits > 0)
		params[used++] = OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_BITS, &bits);
	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* DSA has parameters first: primes of so many bits. */
static inline EVP_PKEY *make_dsa_key(unsigned bits, unsigned q_bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	OSSL_PARAM params[] = {OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_FFC_PBITS, &bits),
	        OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_FFC_QBITS, &q_bits), OSSL_PARAM_END};
	EVP_PKEY *parameters = NULL, *key = NULL;

	assert_int_equal(EVP_PKEY_paramgen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &parameters), 1);
	EVP_PKEY_CTX_free(ctx);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(parameters);
	return key;
}

/* DER: SubjectPublicKeyInfo, PrivateKeyInfo, and what else OpenSSL has a name for. */
static inline struct octets spki_of(EVP_PKEY *key)
{
	unsigned char *p = NULL;
	int size = i2d_PUBKEY(key, &p);

	return octets_of(p, size);
}

static inline struct octets pkcs8_of(EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *p = NULL;
	int size = i2d_PKCS8_PRIV_KEY_INFO(info, &p);

	PKCS8_PRIV_KEY_INFO_free(info);
	return octets_of(p, size);
}

static inline struct octets write_key(
        EVP_PKEY *key, const char *format, const char *structure, int selection)
{
	OSSL_ENCODER_CTX *ctx =
	        OSSL_ENCODER_CTX_new_for_pkey(key, selection, format, structure, NULL);
	unsigned char *p = NULL;
	size_t size = 0;

	assert_non_null(ctx);
	assert_int_equal(OSSL_ENCODER_to_data(ctx, &p, &size), 1);
	OSSL_ENCODER_CTX_free(ctx);
	return octets_of(p, (long)size);
}

static inline EVP_PKEY *key_of_spki(const struct p11l_buffer *spki)
{
	const unsigned char *p = spki->p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)spki->len);

	assert_non_null(key);
	assert_ptr_equal(p, spki->p + spki->len);
	return key;
}

/* A certificate of this key by the issuer's; NULL: by its own. */
static inline struct octets make_certificate(EVP_PKEY *key, EVP_PKEY *issuer, const char *name)
{
	X509 *certificate = X509_new();
	X509_NAME *subject;
	unsigned char *p = NULL;
	int size;

	assert_non_null(certificate);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), 0x8001);
	subject = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(
	        subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(certificate, subject);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "991231235959Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20511102030405Z");
	X509_set_pubkey(certificate, key);
	if (issuer == NULL)
		issuer = key;
	assert_true(X509_sign(certificate, issuer,
	                    EVP_PKEY_is_a(issuer, "ED25519") ? NULL : EVP_sha256()) > 0);
	size = i2d_X509(certificate, &p);
	X509_free(certificate);
	return octets_of(p, size);
}

/* Signatures as OpenSSL has them; digest is NULL for EdDSA. */
static inline bool verifies(EVP_PKEY *key, const char *digest, const void *data, size_t size,
        const struct p11l_buffer *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int result;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL), 1);
	result = EVP_DigestVerify(ctx, signature->p, signature->len, data, size);
	EVP_MD_CTX_free(ctx);
	return result == 1;
}

static inline struct octets sign_with(
        EVP_PKEY *key, const char *digest, const void *data, size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct octets signature = {NULL, 0};

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, NULL, &signature.size, data, size), 1);
	signature.p = OPENSSL_malloc(signature.size);
	assert_int_equal(EVP_DigestSign(ctx, signature.p, &signature.size, data, size), 1);
	EVP_MD_CTX_free(ctx);
	return signature;
}

/* The secret that two halves have in common. */
static inline struct octets agree(EVP_PKEY *own, EVP_PKEY *peer)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	struct octets secret = {NULL, 0};

	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(ctx, peer), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, NULL, &secret.size), 1);
	secret.p = OPENSSL_malloc(secret.size);
	assert_int_equal(EVP_PKEY_derive(ctx, secret.p, &secret.size), 1);
	EVP_PKEY_CTX_free(ctx);
	return secret;
}

#endif
