/* SPDX-License-Identifier: MIT */
/* Signatures, and what OpenSSL says of them. */
#include "other_party.h"

static const char data[] = "INPUT DATA";
#define SIZE (sizeof(data) - 1)

struct pair {
	struct p11l_object *public_key, *private_key;
	EVP_PKEY *openssl; /* the public key */
};

static struct pair generate(struct p11l_session *session, CK_KEY_TYPE type, CK_ULONG bits)
{
	struct p11l_buffer spki = {0};
	struct pair pair;

	OK(p11l_generate_keypair(session, type, bits, NULL, &pair.public_key, &pair.private_key));
	OK(p11l_export_public(pair.public_key, &spki));
	pair.openssl = key_of_spki(&spki);
	p11l_buffer_free(&spki);
	return pair;
}

static void let(struct pair *pair)
{
	p11l_object_free(pair->public_key);
	p11l_object_free(pair->private_key);
	EVP_PKEY_free(pair->openssl);
}

/* Signed, verified by the token, and refused when an octet of the data is another. */
static void sign(struct pair *pair, const struct p11l_mechanism *mechanism, size_t size,
        struct p11l_buffer *signature)
{
	OK(p11l_sign(pair->private_key, mechanism, data, SIZE, signature));
	assert_int_equal(signature->len, size);
	OK(p11l_verify(pair->public_key, mechanism, data, SIZE, signature->p, signature->len));
	FAILS(CKR_SIGNATURE_INVALID, p11l_verify(pair->public_key, mechanism, "INPUT DATE", SIZE,
	                                     signature->p, signature->len));
	FAILS(CKR_SIGNATURE_LEN_RANGE, p11l_verify(pair->public_key, mechanism, data, SIZE,
	                                       signature->p, signature->len - 1));
	assert_string_equal(p11l_last_error()->function, "C_Verify");
}

CASE(rsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_mechanism sha256 = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct pair pair = generate(session, CKK_RSA, 2048);
	struct p11l_buffer signature = {0};

	sign(&pair, NULL, 256, &signature);
	assert_true(verifies(pair.openssl, "SHA512", data, SIZE, &signature));
	sign(&pair, &sha256, 256, &signature);
	assert_true(verifies(pair.openssl, "SHA256", data, SIZE, &signature));
	forget_calls();
	OK(p11l_sign(pair.private_key, NULL, data, SIZE, &signature));
	assert_calls(2, "all");
	p11l_buffer_free(&signature);
	let(&pair);
	p11l_close(session);
}

/* The hash and the length of the salt that belong to the mechanism. */
CASE(pss)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *hash;
		int salt;
	} rows[] = {
	        {CKM_SHA1_RSA_PKCS_PSS, "SHA1", 20},
	        {CKM_SHA224_RSA_PKCS_PSS, "SHA224", 28},
	        {CKM_SHA256_RSA_PKCS_PSS, "SHA256", 32},
	        {CKM_SHA384_RSA_PKCS_PSS, "SHA384", 48},
	        {CKM_SHA512_RSA_PKCS_PSS, "SHA512", 64},
	};
	struct p11l_session *session = begin_session(NULL);
	struct pair pair = generate(session, CKK_RSA, 2048);
	struct p11l_buffer signature = {0};
	struct p11l_mechanism mechanism;

	for (size_t i = 0; i < COUNT(rows); i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		EVP_PKEY_CTX *pss;

		p11l_set_pss(&mechanism, rows[i].type, 0, P11L_NONE);
		OK(p11l_sign(pair.private_key, &mechanism, data, SIZE, &signature));
		EVP_DigestVerifyInit_ex(ctx, &pss, rows[i].hash, NULL, NULL, pair.openssl, NULL);
		EVP_PKEY_CTX_set_rsa_padding(pss, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(pss, rows[i].salt);
		assert_int_equal(EVP_DigestVerify(ctx, signature.p, signature.len,
		                         (const unsigned char *)data, SIZE),
		        1);
		EVP_MD_CTX_free(ctx);
	}
	p11l_buffer_free(&signature);
	let(&pair);
	p11l_close(session);
}

static void ecdsa_with(struct p11l_session *session, CK_ULONG bits, CK_ULONG size)
{
	static const CK_BYTE digest[20] = "a digest, so to say";
	struct pair pair = generate(session, CKK_EC, bits);
	struct p11l_mechanism ecdsa = p11l_plain(CKM_ECDSA);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pair.openssl, NULL);
	struct p11l_buffer signature = {0}, der = {0};
	CK_BYTE memory[132];

	p11l_buffer_over(&signature, memory, size);
	OK(p11l_sign(pair.private_key, &ecdsa, digest, sizeof(digest), &signature));
	assert_int_equal(signature.len, size);
	OK(p11l_encode_ecdsa_signature(signature.p, signature.len, &der));
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(EVP_PKEY_verify(ctx, der.p, der.len, digest, sizeof(digest)), 1);
	p11l_buffer_over(&signature, memory, size - 20);
	forget_calls();
	FAILS(CKR_BUFFER_TOO_SMALL,
	        p11l_sign(pair.private_key, &ecdsa, digest, sizeof(digest), &signature));
	p11l_buffer_free(&der);
	EVP_PKEY_CTX_free(ctx);
	let(&pair);
}

CASE(ecdsa)
{
	struct p11l_session *session = begin_session(NULL);

	ecdsa_with(session, 256, 64);
	ecdsa_with(session, 384, 96);
	ecdsa_with(session, 521, 132);
	p11l_close(session);
}

CASE(eddsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct pair pair = generate(session, CKK_EC_EDWARDS, 255);
	struct p11l_buffer signature = {0};
	CK_BYTE memory[64];

	p11l_buffer_over(&signature, memory, sizeof(memory));
	OK(p11l_sign(pair.private_key, NULL, data, SIZE, &signature));
	assert_true(verifies(pair.openssl, NULL, data, SIZE, &signature));
	OK(p11l_verify(pair.public_key, NULL, data, SIZE, signature.p, signature.len));
	let(&pair);
	p11l_close(session);
}

/* The first of the usual ones that the token has: AES_MAC is not there. */
CASE(secret_keys)
{
	static const CK_BYTE value[64] = "an AES key, as everybody can see";
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer mac = {0};
	unsigned char expected[64];
	struct p11l_object *key;
	size_t size = 0;

	OK(p11l_import_secret(
	        session, CKK_AES, value, 32, P11L_KEY(.capabilities = CKF_SIGN), &key));
	OK(p11l_sign(key, NULL, data, SIZE, &mac));
	assert_non_null(EVP_Q_mac(NULL, "CMAC", NULL, "AES-256-CBC", NULL, value, 32,
	        (const unsigned char *)data, SIZE, expected, sizeof(expected), &size));
	assert_int_equal(mac.len, size);
	assert_memory_equal(mac.p, expected, size);
	OK(p11l_verify(key, NULL, data, SIZE, mac.p, mac.len));
	p11l_object_free(key);
	OK(p11l_import_secret(session, CKK_GENERIC_SECRET, value, sizeof(value),
	        P11L_KEY(.capabilities = CKF_SIGN), &key));
	OK(p11l_sign(key, NULL, data, SIZE, &mac));
	assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA512", NULL, value, sizeof(value),
	        (const unsigned char *)data, SIZE, expected, sizeof(expected), &size));
	assert_int_equal(mac.len, size);
	assert_memory_equal(mac.p, expected, size);
	p11l_object_free(key);
	p11l_buffer_free(&mac);
	p11l_close(session);
}

/* Modules that sign in DER get the room for it, although the caller has none. */
CASE(signatures_in_der)
{
	static const struct world world = {.twist = "ecdsa-form der"};
	static const CK_BYTE digest[32] = "a digest, so to say";
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism ecdsa = p11l_plain(CKM_ECDSA);
	struct p11l_object *public_key, *key;
	struct p11l_buffer signature = {0};

	OK(p11l_generate_keypair(
	        session, CKK_EC, 256, P11L_KEY(.label = "der"), &public_key, &key));
	p11l_object_free(key);
	/* One that was found, so that it is known how long it is. */
	OK(p11l_get_key(session,
	        P11L_SELECT(.label = "der", .object_class = P11L_IS(CKO_PRIVATE_KEY)), &key));
	forget_calls();
	OK(p11l_sign(key, &ecdsa, digest, sizeof(digest), &signature));
	assert_calls(2, "all");
	assert_true(signature.len > 64);
	p11l_buffer_free(&signature);
	p11l_object_free(public_key);
	p11l_object_free(key);
	p11l_close(session);
}

/* With recovery; the mock has it and SoftHSM has not. */
CASE(recovery)
{
	static const struct world world = {.mock = "attribute CKA_ALWAYS_AUTHENTICATE 0x00\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism rsa = p11l_plain(CKM_RSA_PKCS);
	struct p11l_buffer out = {0};
	struct p11l_object *key;

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	forget_calls();
	OK(p11l_sign_recover(key, &rsa, data, SIZE, &out));
	assert_calls(1, "C_SignRecoverInit");
	assert_calls(1, "C_SignRecover");
	OK(p11l_verify_recover(key, &rsa, "signature", 9, &out));
	assert_calls(1, "C_VerifyRecoverInit");
	assert_calls(1, "C_VerifyRecover");
	assert_calls(4, "all");
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* A signature that is one of a few is never made twice, nor lost for want of room. */
static CK_RV answer_stateful(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_ULONG *length = (CK_ULONG *)arg[4];

	if (function != P11L_C_Sign)
		return rv;
	if (arg[3] == 0) {
		*length = 20000;
		return CKR_OK;
	}
	assert_true(*length >= 20000);
	*length = 20000;
	return CKR_OK;
}

static CK_RV answer_lost(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	return function == P11L_C_Sign ? CKR_SESSION_HANDLE_INVALID : rv;
}

CASE(stateful)
{
	static const struct world world = {.mock = "silent C_Sign\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism hss = p11l_plain(CKM_HSS);
	struct p11l_buffer out = {0}, small;
	CK_BYTE memory[100];
	struct p11l_object *key;

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	vendor()->hook = answer_stateful;
	forget_calls();
	OK(p11l_sign(key, &hss, data, SIZE, &out));
	assert_int_equal(out.len, 20000);
	assert_calls(2, "C_Sign");
	p11l_buffer_over(&small, memory, sizeof(memory));
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_sign(key, &hss, data, SIZE, &small));
	assert_int_equal(small.len, 20000);
	assert_calls(3, "C_Sign");
	assert_calls(0, "C_SignFinal");
	vendor()->hook = answer_lost;
	forget_calls();
	FAILS(CKR_SESSION_HANDLE_INVALID, p11l_sign(key, &hss, data, SIZE, &out));
	assert_calls(1, "C_Sign");
	vendor()->hook = NULL;
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* The PIN goes in between, on the same session: that of the key, else that of the session. */
CASE(keys_that_ask_each_time)
{
	static const struct world world = {.twist = "always-auth-strict"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer signature = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 2048,
	        P11L_KEY(.label = "each time", .store = CK_TRUE,
	                .private_attributes =
	                        (const CK_ATTRIBUTE[]){P11L_BOOL(CKA_ALWAYS_AUTHENTICATE, 1)},
	                .private_attribute_count = 1),
	        &public_key, &private_key));
	p11l_object_free(private_key);
	OK(p11l_get_key(session,
	        P11L_SELECT(.label = "each time", .object_class = P11L_IS(CKO_PRIVATE_KEY)),
	        &private_key));
	forget_calls();
	OK(p11l_sign(private_key, &rsa, data, SIZE, &signature));
	assert_string_equal(called(), "C_SignInit C_Login C_Sign");
	OK(p11l_set_key_pin(private_key, USER_PIN, 0));
	OK(p11l_sign(private_key, &rsa, data, SIZE, &signature));
	assert_calls(6, "all");
	OK(p11l_set_key_pin(private_key, "wrong", 5));
	FAILS(CKR_PIN_INCORRECT, p11l_sign(private_key, &rsa, data, SIZE, &signature));
	assert_string_equal(p11l_last_error()->function, "C_Login");
	OK(p11l_set_key_pin(private_key, NULL, 0));
	OK(p11l_sign(private_key, &rsa, data, SIZE, &signature));
	FAILS(CKR_ARGUMENTS_BAD, p11l_set_key_pin(NULL, "1", 1));
	p11l_buffer_free(&signature);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

/* Threads use one key at a time, each with a session of its own. */
static struct pair shared;

static void *sign_often(void *failed)
{
	struct p11l_mechanism rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_buffer signature = {0};

	for (int i = 0; i < 50; i++)
		if (p11l_sign(shared.private_key, &rsa, &i, sizeof(i), &signature) != CKR_OK ||
		        p11l_verify(shared.public_key, &rsa, &i, sizeof(i), signature.p,
		                signature.len) != CKR_OK)
			*(bool *)failed = true;
	p11l_buffer_free(&signature);
	return NULL;
}

CASE(threads_share_a_key)
{
	struct p11l_session *session = begin_session(NULL);
	bool failed = false;

	shared = generate(session, CKK_RSA, 1024);
	in_threads(8, sign_often, &failed);
	assert_false(failed);
	let(&shared);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rsa),
	        cmocka_unit_test(pss),
	        cmocka_unit_test(ecdsa),
	        cmocka_unit_test(eddsa),
	        cmocka_unit_test(secret_keys),
	        cmocka_unit_test(signatures_in_der),
	        cmocka_unit_test(recovery),
	        cmocka_unit_test(stateful),
	        cmocka_unit_test(keys_that_ask_each_time),
	        cmocka_unit_test(threads_share_a_key),
	};

	return cmocka_run_group_tests_name("highlevel/sign", tests, NULL, NULL);
}
