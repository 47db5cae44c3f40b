/* SPDX-License-Identifier: MIT */
/* Keys of the token's making in formats that OpenSSL reads. */
#include "other_party.h"

#define DATA "INPUT DATA"

/* The manual's example: sign on the token, verify outside with the exported key. */
CASE(external_use)
{
	struct p11l_mechanism mechanism = p11l_plain(CKM_ECDSA_SHA256);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer spki = {0}, raw = {0}, der = {0};
	EVP_PKEY *key;

	OK(p11l_generate_keypair(session, CKK_EC, 256,
	        P11L_KEY(.label = "My EC Keypair", .store = CK_TRUE), &public_key, &private_key));
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	OK(p11l_get_key(session,
	        P11L_SELECT(.object_class = P11L_IS(CKO_PRIVATE_KEY), .label = "My EC Keypair"),
	        &private_key));
	OK(p11l_get_key(session,
	        P11L_SELECT(.object_class = P11L_IS(CKO_PUBLIC_KEY), .label = "My EC Keypair"),
	        &public_key));
	OK(p11l_sign(private_key, &mechanism, DATA, strlen(DATA), &raw));
	OK(p11l_encode_ecdsa_signature(raw.p, raw.len, &der));
	forget_calls();
	OK(p11l_export_public(public_key, &spki));
	assert_true(calls("all") <= 1);
	key = key_of_spki(&spki);
	assert_true(verifies(key, "SHA256", DATA, strlen(DATA), &der));
	EVP_PKEY_free(key);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&raw);
	p11l_buffer_free(&der);
	p11l_close(session);
}

/* A private RSA key tells its public one, by one call when nothing of it is known. */
CASE(private_rsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer one = {0}, other = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	OK(p11l_export_public(public_key, &one));
	OK(p11l_destroy_object(public_key));
	forget_calls();
	OK(p11l_export_public(private_key, &other));
	assert_calls(1, "all");
	assert_int_equal(one.len, other.len);
	assert_memory_equal(one.p, other.p, one.len);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&one);
	p11l_buffer_free(&other);
	p11l_close(session);
}

/* Others have a public key, or a certificate, of the same id. */
CASE(by_id)
{
	struct p11l_session *session = begin_session(NULL);
	EVP_PKEY *issuer = make_key("EC", "P-256", 0), *key;
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer one = {0}, other = {0};
	struct p11l_objects *objects;
	struct octets der;

	OK(p11l_generate_keypair(
	        session, CKK_EC, 256, P11L_KEY(.store = CK_TRUE), &public_key, &private_key));
	OK(p11l_export_public(public_key, &one));
	OK(p11l_export_public(private_key, &other));
	assert_int_equal(one.len, other.len);
	assert_memory_equal(one.p, other.p, one.len);
	key = key_of_spki(&one);
	der = make_certificate(key, issuer, "mine");
	OK(p11l_import(session, der.p, der.size, P11L_KEY(.store = CK_TRUE), &objects));
	p11l_objects_free(objects);
	OK(p11l_destroy_object(public_key));
	OK(p11l_export_public(private_key, &other));
	assert_int_equal(one.len, other.len);
	assert_memory_equal(one.p, other.p, one.len);
	octets_free(&der);
	EVP_PKEY_free(key);
	EVP_PKEY_free(issuer);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&one);
	p11l_buffer_free(&other);
	p11l_close(session);
}

CASE(nowhere)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key, *secret, *parameters;
	struct p11l_buffer out = {0};

	OK(p11l_generate_keypair(session, CKK_EC, 256, NULL, &public_key, &private_key));
	FAILS(P11L_CKR_NO_OBJECT, p11l_export_public(private_key, &out));
	assert_says("no id");
	OK(p11l_generate_key(session, CKK_AES, 128, NULL, &secret));
	OK(p11l_curve(session, "secp256r1", &parameters));
	FAILS(CKR_ARGUMENTS_BAD, p11l_export_public(secret, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_export_private(public_key, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_export_private(parameters, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_export_certificate(public_key, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_export_public(NULL, &out));
	FAILS(CKR_ARGUMENTS_BAD, p11l_export_public(public_key, NULL));
	FAILS(CKR_ATTRIBUTE_SENSITIVE, p11l_export_private(private_key, &out));
	assert_says("CKA_SENSITIVE");
	FAILS(CKR_ATTRIBUTE_SENSITIVE, p11l_export_private(secret, &out));
	OK(p11l_destroy_object(private_key));
	FAILS(P11L_CKR_DEAD, p11l_export_public(private_key, &out));
	FAILS(P11L_CKR_DEAD, p11l_export_private(private_key, &out));
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(secret);
	p11l_object_free(parameters);
	p11l_buffer_free(&out);
	p11l_close(session);
}

/* Private keys that may leave do so in a form that OpenSSL takes for the same key. */
CASE(private_keys)
{
	static const struct {
		CK_KEY_TYPE type;
		CK_ULONG bits;
	} rows[] = {{CKK_RSA, 1024}, {CKK_EC, 256}, {CKK_EC, 521}, {CKK_DSA, 1024},
	        {CKK_EC_EDWARDS, 255}};
	struct p11l_session *session = begin_session(&(const struct world){.normalise = true});
	struct p11l_buffer out = {0}, spki = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct p11l_object *public_key, *private_key;
		const unsigned char *p;
		EVP_PKEY *key, *half;

		/* SoftHSM 2.6 leaks the name of the curve. */
		if (ADDRESS_SANITIZER && rows[i].type == CKK_EC_EDWARDS)
			continue;
		OK(p11l_generate_keypair(session, rows[i].type, rows[i].bits,
		        P11L_KEY(.private_attributes = P11L_ATTRS(P11L_BOOL(CKA_SENSITIVE, 0),
		                         P11L_BOOL(CKA_EXTRACTABLE, 1))),
		        &public_key, &private_key));
		OK(p11l_export_private(private_key, &out));
		OK(p11l_export_public(public_key, &spki));
		assert_true(out.flags & P11L_SECRET);
		p = out.p;
		key = d2i_AutoPrivateKey(NULL, &p, (long)out.len);
		assert_non_null(key);
		half = key_of_spki(&spki);
		assert_int_equal(EVP_PKEY_eq(half, key), 1);
		EVP_PKEY_free(half);
		EVP_PKEY_free(key);
		p11l_object_free(public_key);
		p11l_object_free(private_key);
	}
	p11l_buffer_free(&out);
	p11l_buffer_free(&spki);
	p11l_close(session);
}

/* Into memory of the caller's, or not at all. */
CASE(fixed_buffer)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer out;
	CK_BYTE memory[128];

	OK(p11l_generate_keypair(session, CKK_EC, 256, NULL, &public_key, &private_key));
	p11l_buffer_over(&out, memory, sizeof(memory));
	OK(p11l_export_public(public_key, &out));
	assert_int_equal(out.len, 91);
	p11l_buffer_over(&out, memory, 64);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_export_public(public_key, &out));
	assert_int_equal(out.len, 91);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(external_use),
	        cmocka_unit_test(private_rsa),
	        cmocka_unit_test(by_id),
	        cmocka_unit_test(nowhere),
	        cmocka_unit_test(private_keys),
	        cmocka_unit_test(fixed_buffer),
	};

	return cmocka_run_group_tests_name("highlevel/export", tests, NULL, NULL);
}
