/* SPDX-License-Identifier: MIT */
/* Imports of certificates, and of files with several objects, which must belong together. */
#define _GNU_SOURCE /* asprintf */
#include "imported.h"
#include "other_party.h"

/* --- Certificates */

static char *pem_of(const char *label, const struct octets *der)
{
	struct p11l_buffer text = {0};
	char *copy;

	OK(p11l_encode_pem(label, der->p, der->size, &text));
	copy = strndup((const char *)text.p, text.len);
	assert_non_null(copy);
	p11l_buffer_free(&text);
	return copy;
}

/* A certificate by itself is stored, found by the id of its key, and read again. */
CASE(certificate)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets der = make_certificate(key, NULL, "a name"), spki = spki_of(key);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer out = {0}, id = {0};
	struct p11l_attributes decoded = {0};
	struct p11l_objects *objects;
	struct p11l_object *found;

	OK(p11l_import(
	        session, der.p, der.size, P11L_KEY(.label = "mine", .store = CK_TRUE), &objects));
	assert_int_equal(p11l_objects_count(objects), 1);
	assert_int_equal(p11l_object_class(p11l_objects_at(objects, 0)), CKO_CERTIFICATE);
	OK(p11l_decode_x509_public_key(der.p, der.size, &decoded));
	OK(p11l_key_id(decoded.entry, decoded.count, P11L_ID_SUBJECT_KEY, &id));
	OK(p11l_get_object(session, P11L_SELECT(.id = id.p, .id_size = id.len), &found));
	assert_string_equal(p11l_object_label(found), "mine");
	OK(p11l_export_certificate(found, &out));
	assert_int_equal(out.len, der.size);
	assert_memory_equal(out.p, der.p, der.size);
	OK(p11l_export_public(found, &out));
	assert_int_equal(out.len, spki.size);
	assert_memory_equal(out.p, spki.p, spki.size);
	OK(p11l_get_attribute(found, CKA_SUBJECT, &out));
	OK(p11l_decode_x509_name(out.p, out.len, &id));
	assert_int_equal(id.len, strlen("CN=a name"));
	assert_memory_equal(id.p, "CN=a name", id.len);
	p11l_attributes_clear(&decoded);
	p11l_buffer_free(&out);
	p11l_buffer_free(&id);
	p11l_object_free(found);
	p11l_objects_free(objects);
	octets_free(&der);
	octets_free(&spki);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* The certificate of a pair that was made on the token gets the id that the pair has. */
CASE(certificate_of_a_pair)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_objects *objects;
	struct p11l_buffer spki = {0};
	EVP_PKEY *issuer = make_key("EC", "P-256", 0), *key;
	struct octets der;

	for (unsigned i = 0; i < 2; i++) {
		OK(p11l_generate_keypair(session, i == 0 ? CKK_RSA : CKK_EC, i == 0 ? 1024 : 256,
		        P11L_KEY(.store = CK_TRUE), &public_key, &private_key));
		OK(p11l_export_public(public_key, &spki));
		key = key_of_spki(&spki);
		der = make_certificate(key, issuer, "of a pair");
		OK(p11l_import(session, der.p, der.size, NULL, &objects));
		same_id(the(objects, CKO_CERTIFICATE), private_key);
		p11l_objects_free(objects);
		/* What the caller says is first. */
		OK(p11l_import(
		        session, der.p, der.size, P11L_KEY(.id = "x", .id_size = 1), &objects));
		assert_memory_equal(
		        p11l_object_id(p11l_objects_at(objects, 0), &(CK_ULONG){0}), "x", 1);
		p11l_objects_free(objects);
		p11l_object_free(public_key);
		p11l_object_free(private_key);
		octets_free(&der);
		EVP_PKEY_free(key);
	}
	EVP_PKEY_free(issuer);
	p11l_buffer_free(&spki);
	p11l_close(session);
}

/* A file with a key, its certificate and that of the issuer. */
static void import_bundle(
        struct p11l_session *session, const char *type, const char *group, bool tells_public)
{
	EVP_PKEY *issuer = make_key("EC", "P-256", 0), *key = make_key(type, group, 0);
	struct octets der = make_certificate(key, issuer, "leaf"),
	              root = make_certificate(issuer, NULL, "root"), pkcs8 = pkcs8_of(key);
	char *parts[] = {pem_of("PRIVATE KEY", &pkcs8), pem_of("CERTIFICATE", &der),
	        pem_of("CERTIFICATE", &root)};
	struct p11l_objects *objects;
	unsigned at = 0;
	char *text;

	assert_true(
	        asprintf(&text, "key\n%sits certificate\n%s%s", parts[0], parts[1], parts[2]) > 0);
	OK(p11l_import(session, text, strlen(text), NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), tells_public ? 4 : 3);
	assert_int_equal(p11l_object_class(p11l_objects_at(objects, at)), CKO_PRIVATE_KEY);
	if (tells_public) {
		at++;
		assert_int_equal(p11l_object_class(p11l_objects_at(objects, at)), CKO_PUBLIC_KEY);
		same_id(p11l_objects_at(objects, 0), p11l_objects_at(objects, at));
	}
	same_id(p11l_objects_at(objects, 0), p11l_objects_at(objects, at + 1));
	assert_memory_not_equal(p11l_object_id(p11l_objects_at(objects, 0), &(CK_ULONG){0}),
	        p11l_object_id(p11l_objects_at(objects, at + 2), &(CK_ULONG){0}), 20);
	p11l_objects_free(objects);
	free(text);
	for (size_t i = 0; i < COUNT(parts); i++)
		free(parts[i]);
	octets_free(&der);
	octets_free(&root);
	octets_free(&pkcs8);
	EVP_PKEY_free(key);
	EVP_PKEY_free(issuer);
}

CASE(bundle)
{
	struct p11l_session *session = begin_session(&(const struct world){.normalise = true});

	import_bundle(session, "EC", "P-256", true);
	/* The private key does not say what its public one is, but there is one certificate only
	 * that it can belong to. */
	import_bundle(session, "ED25519", NULL, false);
	p11l_close(session);
}

/* The curve before the key, as "openssl ecparam -genkey" writes it; and alone. */
CASE(curve_before_key)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets parameters = write_key(
	                      key, "PEM", "type-specific", OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS),
	              sec1 = write_key(key, "PEM", "type-specific", EVP_PKEY_KEYPAIR);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *objects;
	char *text;

	assert_true(asprintf(&text, "%.*s%.*s", (int)parameters.size, parameters.p, (int)sec1.size,
	                    sec1.p) > 0);
	OK(p11l_import(session, text, strlen(text), NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), 2);
	same_id(the(objects, CKO_PRIVATE_KEY), the(objects, CKO_PUBLIC_KEY));
	p11l_objects_free(objects);
	free(text);
	octets_free(&parameters);
	octets_free(&sec1);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* A public key beside the private one that tells it is no second object. */
CASE(no_duplicates)
{
	struct p11l_session *session = begin_session(NULL);
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets pkcs8 = pkcs8_of(key), spki = spki_of(key);
	char *private_part = pem_of("PRIVATE KEY", &pkcs8),
	     *public_part = pem_of("PUBLIC KEY", &spki);
	struct p11l_objects *objects;
	char *text;

	for (unsigned i = 0; i < 2; i++) {
		assert_true(asprintf(&text, "%s%s", i == 0 ? private_part : public_part,
		                    i == 0 ? public_part : private_part) > 0);
		OK(p11l_import(session, text, strlen(text), NULL, &objects));
		assert_int_equal(p11l_objects_count(objects), 2);
		same_id(the(objects, CKO_PRIVATE_KEY), the(objects, CKO_PUBLIC_KEY));
		p11l_objects_free(objects);
		free(text);
	}
	free(private_part);
	free(public_part);
	octets_free(&pkcs8);
	octets_free(&spki);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* --- Refused */

static unsigned creations, destructions;
static CK_OBJECT_HANDLE created[8], destroyed[8];

static CK_RV refuse_third(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_CreateObject) {
		if (creations == 2)
			return CKR_DEVICE_MEMORY;
		created[creations] = 0x700 + creations;
		*(CK_OBJECT_HANDLE *)arg[3] = created[creations++];
	}
	if (function == P11L_C_DestroyObject) {
		destroyed[destructions++] = arg[1];
		return CKR_GENERAL_ERROR;
	}
	return rv;
}

/*
 * The third of three objects is refused: the others are taken back, and the error is that of the
 * third whatever comes of this.
 */
CASE(all_or_nothing)
{
	struct p11l_session *session = begin_session(&(const struct world){.mock = ""});
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets pkcs8 = pkcs8_of(key), der = make_certificate(key, NULL, "leaf");
	char *parts[] = {pem_of("PRIVATE KEY", &pkcs8), pem_of("CERTIFICATE", &der)}, *text;
	struct p11l_objects *objects;

	vendor()->hook = refuse_third;
	assert_true(asprintf(&text, "%s%s", parts[0], parts[1]) > 0);
	FAILS(CKR_DEVICE_MEMORY,
	        p11l_import(session, text, strlen(text), P11L_KEY(.store = CK_TRUE), &objects));
	assert_says("C_CreateObject");
	assert_null(objects);
	assert_int_equal(creations, 2);
	assert_int_equal(destructions, 2);
	assert_memory_equal(created, destroyed, 2 * sizeof(created[0]));
	free(text);
	free(parts[0]);
	free(parts[1]);
	octets_free(&pkcs8);
	octets_free(&der);
	EVP_PKEY_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(certificate),
	        cmocka_unit_test(certificate_of_a_pair),
	        cmocka_unit_test(bundle),
	        cmocka_unit_test(curve_before_key),
	        cmocka_unit_test(no_duplicates),
	        cmocka_unit_test(all_or_nothing),
	};

	return cmocka_run_group_tests_name("highlevel/bundle", tests, NULL, NULL);
}
