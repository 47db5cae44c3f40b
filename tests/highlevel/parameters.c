/* SPDX-License-Identifier: MIT */
/* Domain parameters: given, generated, and the key pairs of them. */
#include "other_party.h"

#define DATA "INPUT DATA"

/* A number of an OpenSSL key as octets. */
static struct octets number_of(EVP_PKEY *key, const char *name)
{
	struct octets octets = {NULL, 0};
	BIGNUM *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
	octets.size = (size_t)BN_num_bytes(number);
	octets.p = OPENSSL_malloc(octets.size);
	BN_bn2bin(number, octets.p);
	BN_free(number);
	return octets;
}

/* A curve costs nothing, its pair one call. */
CASE(curve)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters, *public_key, *private_key;
	struct p11l_buffer spki = {0}, value = {0};
	char group[64] = "";
	EVP_PKEY *key;

	OK(p11l_curve(session, "secp256r1", &parameters));
	assert_calls(0, "all");
	assert_int_equal(p11l_object_handle(parameters), CK_INVALID_HANDLE);
	assert_int_equal(p11l_object_class(parameters), CKO_DOMAIN_PARAMETERS);
	assert_int_equal(p11l_object_key_type(parameters), CKK_EC);
	OK(p11l_get_attribute(parameters, CKA_EC_PARAMS, &value));
	assert_int_equal(value.len, 10);
	OK(p11l_parameters_keypair(parameters, P11L_KEY(.label = "My EC Keypair", .store = CK_TRUE),
	        &public_key, &private_key));
	assert_calls(1, "all");
	OK(p11l_export_public(public_key, &spki));
	assert_calls(2, "all");
	key = key_of_spki(&spki);
	assert_int_equal(EVP_PKEY_get_group_name(key, group, sizeof(group), NULL), 1);
	assert_string_equal(group, "prime256v1");
	assert_string_equal(p11l_object_label(public_key), "My EC Keypair");
	assert_string_equal(p11l_object_label(private_key), "My EC Keypair");
	EVP_PKEY_free(key);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(parameters);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&value);
	p11l_close(session);
}

CASE(bad_curves)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters;

	FAILS(P11L_CKR_UNSUPPORTED, p11l_curve(session, "secp257r1", &parameters));
	assert_null(parameters);
	FAILS(CKR_ARGUMENTS_BAD, p11l_curve(session, NULL, &parameters));
	assert_says("curve");
	/* The kind of curve says what keys are of. */
	OK(p11l_curve(session, "edwards25519", &parameters));
	assert_int_equal(p11l_object_key_type(parameters), CKK_EC_EDWARDS);
	p11l_object_free(parameters);
	OK(p11l_curve(session, "x448", &parameters));
	assert_int_equal(p11l_object_key_type(parameters), CKK_EC_MONTGOMERY);
	p11l_object_free(parameters);
	assert_calls(0, "all");
	p11l_close(session);
}

/* Both halves of the exchange are made of the same parameters, in three places. */
static void exchange(struct p11l_session *session, enum p11l_place place)
{
	EVP_PKEY *theirs = make_key("DH", "modp_2048", 0), *ours;
	struct octets prime = number_of(theirs, "p"), base = number_of(theirs, "g");
	struct octets peer = number_of(theirs, "pub"), secret;
	struct p11l_object *parameters, *public_key, *private_key, *shared;
	struct p11l_buffer value = {0};
	struct p11l_mechanism mechanism;

	OK(p11l_create_parameters(session, CKK_DH, place,
	        P11L_ATTRS(P11L_BYTES(CKA_PRIME, prime.p, prime.size),
	                P11L_BYTES(CKA_BASE, base.p, base.size)),
	        &parameters));
	assert_int_equal(p11l_object_is_stored(parameters), place == P11L_STORED);
	assert_true((place == P11L_LOCAL) == (p11l_object_handle(parameters) == CK_INVALID_HANDLE));
	OK(p11l_parameters_keypair(parameters, NULL, &public_key, &private_key));
	OK(p11l_export_public(public_key, &value));
	ours = key_of_spki(&value);
	secret = agree(theirs, ours);
	p11l_set_dh(&mechanism, peer.p, peer.size);
	OK(p11l_derive(private_key, &mechanism, CKK_AES, 128,
	        P11L_KEY(.attributes = P11L_ATTRS(
	                         P11L_BOOL(CKA_SENSITIVE, 0), P11L_BOOL(CKA_EXTRACTABLE, 1))),
	        &shared));
	OK(p11l_export_private(shared, &value));
	assert_int_equal(value.len, 16);
	/* The token takes the last octets of the secret (PKCS #11, "PKCS #3 DH key derivation"). */
	assert_memory_equal(value.p, secret.p + secret.size - 16, 16);
	p11l_buffer_free(&value);
	p11l_object_free(shared);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(parameters);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(theirs);
	octets_free(&prime);
	octets_free(&base);
	octets_free(&peer);
	octets_free(&secret);
}

CASE(dh_local)
{
	struct p11l_session *session = begin_session(NULL);

	exchange(session, P11L_LOCAL);
	assert_calls(0, "C_CreateObject");
	p11l_close(session);
}

CASE(dh_of_the_session)
{
	struct p11l_session *session = begin_session(NULL);

	exchange(session, P11L_SESSION);
	assert_calls(1, "C_CreateObject");
	p11l_close(session);
}

CASE(dh_stored)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *found;

	exchange(session, P11L_STORED);
	OK(p11l_find(session, P11L_SELECT(.object_class = P11L_IS(CKO_DOMAIN_PARAMETERS)), &found));
	assert_int_equal(p11l_objects_count(found), 1);
	/* Found again they are read before they are used. */
	p11l_objects_free(found);
	p11l_close(session);
}

/* Stored parameters that were found serve as well: what is not known of them is read. */
CASE(found_again)
{
	EVP_PKEY *key = make_key("DH", "modp_2048", 0);
	struct octets prime = number_of(key, "p"), base = number_of(key, "g");
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters, *again, *public_key, *private_key;
	struct p11l_buffer value = {0};

	OK(p11l_create_parameters(session, CKK_DH, P11L_SESSION,
	        P11L_ATTRS(P11L_BYTES(CKA_PRIME, prime.p, prime.size),
	                P11L_BYTES(CKA_BASE, base.p, base.size)),
	        &parameters));
	OK(p11l_get_object(
	        session, P11L_SELECT(.object_class = P11L_IS(CKO_DOMAIN_PARAMETERS)), &again));
	OK(p11l_parameters_keypair(again, NULL, &public_key, &private_key));
	OK(p11l_get_attribute(public_key, CKA_PRIME, &value));
	assert_int_equal(value.len, prime.size);
	assert_memory_equal(value.p, prime.p, prime.size);
	p11l_buffer_free(&value);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(again);
	p11l_object_free(parameters);
	EVP_PKEY_free(key);
	octets_free(&prime);
	octets_free(&base);
	p11l_close(session);
}

/* DSA by the manual: parameters that OpenSSL wrote in DER. */
CASE(dsa_from_der)
{
	EVP_PKEY *theirs = make_dsa_key(1024, 160), *ours;
	struct octets der =
	        write_key(theirs, "DER", "type-specific", OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters, *public_key, *private_key;
	struct p11l_attributes decoded = {0};
	struct p11l_buffer spki = {0}, again = {0};

	OK(p11l_decode_dsa_domain_parameters(der.p, der.size, &decoded));
	OK(p11l_create_parameters(
	        session, CKK_DSA, P11L_LOCAL, decoded.entry, decoded.count, &parameters));
	OK(p11l_parameters_keypair(parameters, NULL, &public_key, &private_key));
	OK(p11l_export_public(public_key, &spki));
	ours = key_of_spki(&spki);
	assert_int_equal(EVP_PKEY_parameters_eq(ours, theirs), 1);
	OK(p11l_encode_dsa_domain_parameters(decoded.entry, decoded.count, &again));
	assert_int_equal(again.len, der.size);
	assert_memory_equal(again.p, der.p, der.size);
	p11l_object_free(parameters);
	FAILS(CKR_TEMPLATE_INCONSISTENT, p11l_create_parameters(session, CKK_DH, P11L_LOCAL,
	                                         decoded.entry, decoded.count, &parameters));
	p11l_attributes_clear(&decoded);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&again);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(theirs);
	octets_free(&der);
	p11l_close(session);
}

/* Generated ones are objects of the token, which can be written in DER. */
CASE(generated)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters, *public_key, *private_key;
	struct p11l_attributes read = {0};
	struct p11l_buffer der = {0};

	OK(p11l_generate_parameters(
	        session, CKK_DSA, 1024, P11L_KEY(.label = "parameters"), &parameters));
	assert_calls(1, "all");
	assert_string_equal(p11l_object_label(parameters), "parameters");
	OK(p11l_get_attributes(parameters,
	        (const CK_ATTRIBUTE_TYPE[]){CKA_PRIME, CKA_SUBPRIME, CKA_BASE}, 3, &read));
	assert_int_equal(read.count, 3);
	OK(p11l_encode_dsa_domain_parameters(read.entry, read.count, &der));
	OK(p11l_parameters_keypair(parameters, NULL, &public_key, &private_key));
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_object_free(parameters);
	p11l_attributes_clear(&read);
	p11l_buffer_free(&der);
	p11l_close(session);
}

CASE(bad_arguments)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters;

	FAILS(CKR_TEMPLATE_INCOMPLETE,
	        p11l_create_parameters(session, CKK_DSA, P11L_LOCAL,
	                P11L_ATTRS(P11L_BYTES(CKA_PRIME, "\7", 1), P11L_BYTES(CKA_BASE, "\2", 1)),
	                &parameters));
	assert_says("CKA_SUBPRIME");
	assert_null(parameters);
	FAILS(CKR_ARGUMENTS_BAD,
	        p11l_create_parameters(session, CKK_RSA, P11L_LOCAL, NULL, 0, &parameters));
	assert_says("CKK_RSA");
	FAILS(CKR_ARGUMENTS_BAD,
	        p11l_create_parameters(session, CKK_DH, P11L_LOCAL, NULL, 3, &parameters));
	FAILS(P11L_CKR_NO_DEFAULT,
	        p11l_generate_parameters(session, CKK_RSA, 1024, NULL, &parameters));
	FAILS(CKR_ARGUMENTS_BAD,
	        p11l_create_parameters(session, CKK_DH, P11L_LOCAL, NULL, 0, NULL));
	assert_calls(0, "all");
	p11l_close(session);
}

/* Keys are of a local object's parameters, but the token knows nothing of it. */
CASE(not_here)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *parameters;

	OK(p11l_curve(session, "secp256r1", &parameters));
	FAILS(P11L_CKR_NOT_HERE, p11l_destroy_object(parameters));
	assert_calls(0, "all");
	p11l_object_free(parameters);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(curve),
	        cmocka_unit_test(bad_curves),
	        cmocka_unit_test(dh_local),
	        cmocka_unit_test(dh_of_the_session),
	        cmocka_unit_test(dh_stored),
	        cmocka_unit_test(found_again),
	        cmocka_unit_test(dsa_from_der),
	        cmocka_unit_test(generated),
	        cmocka_unit_test(bad_arguments),
	        cmocka_unit_test(not_here),
	};

	return cmocka_run_group_tests_name("highlevel/parameters", tests, NULL, NULL);
}
