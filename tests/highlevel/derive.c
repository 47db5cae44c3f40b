/* SPDX-License-Identifier: MIT */
/* Keys that are derived, and agreed upon. */
#include "other_party.h"

#define READABLE               \
	P11L_KEY(.attributes = \
	                 P11L_ATTRS(P11L_BOOL(CKA_EXTRACTABLE, 1), P11L_BOOL(CKA_SENSITIVE, 0)))

static struct p11l_object *private_key_of(struct p11l_session *session, EVP_PKEY *own)
{
	struct octets der = pkcs8_of(own);
	struct p11l_objects *objects;
	struct p11l_object *key = NULL;

	OK(p11l_import(session, der.p, der.size, P11L_KEY(.capabilities = CKF_DERIVE), &objects));
	for (CK_ULONG i = 0; i < p11l_objects_count(objects); i++)
		if (p11l_object_class(p11l_objects_at(objects, i)) == CKO_PRIVATE_KEY)
			key = p11l_object_ref(p11l_objects_at(objects, i));
	assert_non_null(key);
	p11l_objects_free(objects);
	octets_free(&der);
	forget_calls();
	return key;
}

static void has_value(struct p11l_object *key, const void *expected, size_t size)
{
	struct p11l_buffer value = {0};

	OK(p11l_get_attribute(key, CKA_VALUE, &value));
	assert_int_equal(value.len, size);
	assert_memory_equal(value.p, expected, size);
	p11l_buffer_free(&value);
}

static size_t point_of(EVP_PKEY *key, unsigned char *octets, size_t room)
{
	size_t size = 0;

	assert_int_equal(EVP_PKEY_get_octet_string_param(
	                         key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, octets, room, &size),
	        1);
	return size;
}

/* The x coordinate that OpenSSL arrives at from the other side, for one call. */
CASE(ecdh_agrees_with_openssl)
{
	struct p11l_session *session = begin_session(NULL);
	EVP_PKEY *own = make_key("EC", "P-256", 0), *peer = make_key("EC", "P-256", 0);
	struct p11l_object *key = private_key_of(session, own), *secret;
	struct octets agreed = agree(peer, own);
	struct p11l_mechanism ecdh;
	unsigned char point[133];
	size_t size = point_of(peer, point, sizeof(point));

	p11l_set_ecdh(&ecdh, CKD_NULL, NULL, 0, point, size);
	OK(p11l_derive(key, &ecdh, CKK_GENERIC_SECRET, 256, READABLE, &secret));
	assert_calls(1, "all");
	has_value(secret, agreed.p, agreed.size);
	p11l_object_free(secret);
	OK(p11l_derive(key, &ecdh, CKK_AES, 256, READABLE, &secret));
	assert_int_equal(p11l_key_bits(secret), 256);
	has_value(secret, agreed.p, agreed.size);
	p11l_object_free(secret);
	octets_free(&agreed);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	p11l_object_free(key);
	p11l_close(session);
}

/* Both halves on the token, with parameters that are known to everybody. */
CASE(dh)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key[2], *private_key[2], *secret[2], *parameters;
	struct p11l_buffer value = {0}, shared = {0};
	EVP_PKEY *group = make_key("DH", "modp_1536", 0);
	struct p11l_mechanism dh;
	BIGNUM *prime = NULL;
	CK_BYTE octets[192], two = 2;

	assert_int_equal(EVP_PKEY_get_bn_param(group, OSSL_PKEY_PARAM_FFC_P, &prime), 1);
	BN_bn2bin(prime, octets);
	OK(p11l_create_parameters(session, CKK_DH, P11L_LOCAL,
	        P11L_ATTRS(P11L_BYTES(CKA_PRIME, octets, sizeof(octets)),
	                P11L_BYTES(CKA_BASE, &two, 1)),
	        &parameters));
	for (int i = 0; i < 2; i++)
		OK(p11l_parameters_keypair(parameters, NULL, &public_key[i], &private_key[i]));
	for (int i = 0; i < 2; i++) {
		OK(p11l_get_attribute(public_key[1 - i], CKA_VALUE, &value));
		p11l_set_dh(&dh, value.p, value.len);
		OK(p11l_derive(private_key[i], &dh, CKK_AES, 128, READABLE, &secret[i]));
	}
	OK(p11l_get_attribute(secret[0], CKA_VALUE, &shared));
	assert_int_equal(shared.len, 16);
	has_value(secret[1], shared.p, shared.len);
	for (int i = 0; i < 2; i++) {
		p11l_object_free(public_key[i]);
		p11l_object_free(private_key[i]);
		p11l_object_free(secret[i]);
	}
	p11l_object_free(parameters);
	p11l_buffer_free(&value);
	p11l_buffer_free(&shared);
	BN_free(prime);
	EVP_PKEY_free(group);
	p11l_close(session);
}

/* What a key encrypts becomes another. */
CASE(encrypted_data)
{
	static const CK_BYTE value[32] = "an AES key, as everybody can see", iv[16] = "an IV",
	                     data[32] = "what it is derived from";
	struct p11l_session *session = begin_session(NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct p11l_object *key, *derived;
	struct p11l_mechanism mechanism;
	unsigned char expected[48];
	int n;

	OK(p11l_import_secret(session, CKK_AES, value, sizeof(value),
	        P11L_KEY(.capabilities = CKF_DERIVE), &key));
	EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, value, iv);
	EVP_EncryptUpdate(ctx, expected, &n, data, sizeof(data));
	EVP_CIPHER_CTX_free(ctx);
	p11l_set_derive_data(&mechanism, CKM_AES_CBC_ENCRYPT_DATA, iv, data, sizeof(data));
	OK(p11l_derive(key, &mechanism, CKK_GENERIC_SECRET, 256, READABLE, &derived));
	has_value(derived, expected, 32);
	p11l_object_free(derived);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(what_fails)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_mechanism wrong = p11l_plain(CKM_SHA256), none;
	struct p11l_object *key, *derived = NULL;

	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	forget_calls();
	FAILS(CKR_ARGUMENTS_BAD, p11l_derive(key, NULL, CKK_AES, 256, NULL, &derived));
	p11l_set_dh(&none, NULL, 128);
	FAILS(CKR_ARGUMENTS_BAD, p11l_derive(key, &none, CKK_AES, 256, NULL, &derived));
	assert_calls(0, "all");
	assert_true(p11l_derive(key, &wrong, CKK_AES, 256, NULL, &derived) != CKR_OK);
	assert_null(derived);
	assert_string_equal(p11l_last_error()->function, "C_DeriveKey");
	FAILS(CKR_ARGUMENTS_BAD, p11l_derive(NULL, &wrong, CKK_AES, 256, NULL, &derived));
	FAILS(CKR_ARGUMENTS_BAD, p11l_derive(key, &wrong, CKK_AES, 256, NULL, NULL));
	p11l_object_free(key);
	p11l_close(session);
}

/* The functions of 3.2, which no module here has: the mock says what it was told. */
static CK_RV answer_ciphertext(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_ULONG *length;

	if (function != P11L_C_EncapsulateKey || rv != CKR_OK)
		return rv;
	length = (CK_ULONG *)arg[6];
	assert_non_null((void *)arg[5]);
	if (*length < 1088)
		rv = CKR_BUFFER_TOO_SMALL;
	else
		memset((void *)arg[5], 'c', 1088);
	*length = 1088;
	*(CK_OBJECT_HANDLE *)arg[7] = MOCK_OBJECT;
	return rv;
}

CASE(encapsulation)
{
	static const struct world world = {.mock = "silent C_EncapsulateKey\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism kem = p11l_plain(CKM_ML_KEM);
	struct p11l_buffer ciphertext = {0};
	struct p11l_object *key, *one, *other;
	CK_BYTE memory[1087];

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	vendor()->hook = answer_ciphertext;
	forget_calls();
	OK(p11l_encapsulate(key, &kem, CKK_AES, 256, NULL, &ciphertext, &one));
	assert_int_equal(ciphertext.len, 1088);
	assert_calls(1, "C_EncapsulateKey");
	assert_calls(1, "all");
	OK(p11l_decapsulate(key, &kem, ciphertext.p, ciphertext.len, CKK_AES, 256, NULL, &other));
	assert_calls(1, "C_DecapsulateKey");
	p11l_object_free(one);
	p11l_object_free(other);
	/* A key whose ciphertext has no place is of no use, and does not stay. */
	p11l_buffer_free(&ciphertext);
	p11l_buffer_over(&ciphertext, memory, sizeof(memory));
	FAILS(CKR_BUFFER_TOO_SMALL,
	        p11l_encapsulate(key, &kem, CKK_AES, 256, NULL, &ciphertext, &one));
	assert_null(one);
	assert_int_equal(ciphertext.len, 1088);
	assert_calls(1, "C_DestroyObject");
	vendor()->hook = NULL;
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ecdh_agrees_with_openssl),
	        cmocka_unit_test(dh),
	        cmocka_unit_test(encrypted_data),
	        cmocka_unit_test(what_fails),
	        cmocka_unit_test(encapsulation),
	};

	return cmocka_run_group_tests_name("highlevel/derive", tests, NULL, NULL);
}
