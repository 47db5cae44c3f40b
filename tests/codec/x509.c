/* SPDX-License-Identifier: MIT */
/* Certificates that OpenSSL makes, as objects and as keys. */
#include "codec_test.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void add_name(X509_NAME *name, const char *field, const char *value)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
	                         (const unsigned char *)value, -1, -1, 0),
	        1);
}

/* A self-signed certificate; one for a key that signs nothing is signed by another. */
static struct octets make_certificate(EVP_PKEY *key, bool identifiers)
{
	EVP_PKEY *signer = make_key("EC", "P-256", 0);
	X509 *certificate = X509_new();
	unsigned char *p = NULL;
	struct octets der;
	int size;

	X509_set_version(certificate, 2);
	ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), 0x8001);
	add_name(X509_get_subject_name(certificate), "CN", "subject");
	add_name(X509_get_issuer_name(certificate), "CN", "issuer");
	add_name(X509_get_issuer_name(certificate), "O", "Lens");
	ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "991231235959Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20511102030405Z");
	X509_set_pubkey(certificate, key);
	if (identifiers) {
		add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
		add_extension(certificate, NID_subject_key_identifier, "0a0b0c");
		add_extension(
		        certificate, NID_authority_key_identifier, "keyid:always,issuer:always");
	}
	assert_true(X509_sign(certificate, signer, EVP_sha256()) > 0);
	size = i2d_X509(certificate, &p);
	der.p = malloc((size_t)size);
	der.size = (size_t)size;
	memcpy(der.p, p, der.size);
	OPENSSL_free(p);
	X509_free(certificate);
	EVP_PKEY_free(signer);
	return der;
}

static void assert_value(
        const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type, const char *value, size_t size)
{
	const CK_ATTRIBUTE *found = attribute(in, type);

	assert_int_equal(found->ulValueLen, size);
	assert_memory_equal(found->pValue, value, size);
}

static void plain_and_extended(void **state)
{
	EVP_PKEY *key = make_key("ED25519", NULL, 0);
	struct octets der = make_certificate(key, true);
	struct p11l_attributes object = {0};
	struct p11l_buffer text = {0};
	const CK_ATTRIBUTE *name;

	(void)state;
	assert_ok(p11l_decode_x509_certificate(der.p, der.size, CK_FALSE, &object));
	assert_int_equal(object.count, 6);
	assert_int_equal(number(&object, CKA_CLASS), CKO_CERTIFICATE);
	assert_int_equal(number(&object, CKA_CERTIFICATE_TYPE), CKC_X_509);
	assert_value(&object, CKA_VALUE, (const char *)der.p, der.size);
	assert_value(&object, CKA_SERIAL_NUMBER, "\x02\x03\x00\x80\x01", 5);
	name = attribute(&object, CKA_SUBJECT);
	assert_ok(p11l_decode_x509_name(name->pValue, name->ulValueLen, &text));
	assert_int_equal(text.len, 10);
	assert_memory_equal(text.p, "CN=subject", 10);
	name = attribute(&object, CKA_ISSUER);
	assert_ok(p11l_decode_x509_name(name->pValue, name->ulValueLen, &text));
	assert_int_equal(text.len, 17);
	assert_memory_equal(text.p, "CN=issuer, O=Lens", 17);
	assert_int_equal(p11l_decode_x509_name(der.p, der.size, &text), P11L_CKR_MALFORMED);
	assert_ok(p11l_encode_x509_certificate(object.entry, object.count, &text));
	assert_octets(&text, &der);

	assert_ok(p11l_decode_x509_certificate(der.p, der.size, CK_TRUE, &object));
	assert_value(&object, CKA_START_DATE, "19991231", 8);
	assert_value(&object, CKA_END_DATE, "20511102", 8);
	assert_value(&object, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, "\x0a\x0b\x0c", 3);
	assert_value(&object, CKA_HASH_OF_ISSUER_PUBLIC_KEY, "\x0a\x0b\x0c", 3);
	p11l_attributes_clear(&object);
	p11l_buffer_free(&text);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void without_identifiers(void **state)
{
	EVP_PKEY *key = make_key("EC", "P-384", 0);
	struct octets der = make_certificate(key, false), spki = spki_of(key);
	struct p11l_attributes object = {0};
	unsigned char hash[20];

	(void)state;
	assert_ok(p11l_decode_x509_certificate(der.p, der.size, CK_TRUE, &object));
	assert_null(p11l_attributes_find(&object, CKA_HASH_OF_ISSUER_PUBLIC_KEY));
	EVP_Digest(spki.p + spki.size - 97, 97, hash, NULL, EVP_sha1(), NULL);
	assert_value(&object, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, (const char *)hash, 20);
	p11l_attributes_clear(&object);
	octets_free(&der);
	octets_free(&spki);
	EVP_PKEY_free(key);
}

static void keys_of_certificates(void **state)
{
	static const char *const types[] = {"RSA", "EC", "ED25519", "ED448", "X25519", "X448"};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		EVP_PKEY *key = make_key(types[i], i == 1 ? "P-256" : NULL, i == 0 ? 1024 : 0);
		struct octets der = make_certificate(key, false), spki = spki_of(key);
		struct p11l_attributes public_key = {0};
		struct p11l_buffer out = {0};

		assert_ok(p11l_decode_x509_public_key(der.p, der.size, &public_key));
		assert_ok(p11l_encode_spki(public_key.entry, public_key.count, &out));
		assert_octets(&out, &spki);
		p11l_attributes_clear(&public_key);
		p11l_buffer_free(&out);
		octets_free(&der);
		octets_free(&spki);
		EVP_PKEY_free(key);
	}
}

/* Certificate, public and private key get the same identifier, which OpenSSL computes too. */
static void identifiers_link(void **state)
{
	EVP_PKEY *key = make_key("RSA", NULL, 1024);
	struct octets der = make_certificate(key, false), pkcs8 = pkcs8_of(key),
	              spki = spki_of(key);
	struct p11l_attributes certificate = {0}, private_key = {0}, public_key = {0};
	unsigned char hash[20];

	(void)state;
	assert_ok(p11l_decode_x509_certificate(der.p, der.size, CK_FALSE, &certificate));
	assert_ok(p11l_decode_private_key_info(pkcs8.p, pkcs8.size, &private_key, &public_key));
	for (unsigned way = P11L_ID_SUBJECT_KEY; way <= P11L_ID_SPKI; way++) {
		const struct p11l_attributes *all[] = {&certificate, &private_key, &public_key};
		const CK_ATTRIBUTE *modulus = attribute(&public_key, CKA_MODULUS);
		struct p11l_buffer out = {0};

		if (way == P11L_ID_NSS)
			EVP_Digest(
			        modulus->pValue, modulus->ulValueLen, hash, NULL, EVP_sha1(), NULL);
		else if (way == P11L_ID_SPKI)
			EVP_Digest(spki.p, spki.size, hash, NULL, EVP_sha1(), NULL);
		else /* the octets behind the head of the BIT STRING */
			EVP_Digest(spki.p + 22, spki.size - 22, hash, NULL, EVP_sha1(), NULL);
		for (size_t i = 0; i < COUNT(all); i++) {
			assert_ok(
			        p11l_key_id(all[i]->entry, all[i]->count, (enum p11l_id)way, &out));
			assert_int_equal(out.len, sizeof(hash));
			assert_memory_equal(out.p, hash, sizeof(hash));
		}
		p11l_buffer_free(&out);
	}
	p11l_attributes_clear(&certificate);
	p11l_attributes_clear(&private_key);
	p11l_attributes_clear(&public_key);
	octets_free(&der);
	octets_free(&pkcs8);
	octets_free(&spki);
	EVP_PKEY_free(key);
}

/* The public value is not in these private keys, and CKA_VALUE must not be taken for it. */
static void private_keys_have_no_identifier(void **state)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets pkcs8 = pkcs8_of(key);
	struct p11l_attributes private_key = {0};
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_decode_private_key_info(pkcs8.p, pkcs8.size, &private_key, NULL));
	assert_refused(p11l_key_id(private_key.entry, private_key.count, P11L_ID_NSS, &out),
	        CKR_ATTRIBUTE_VALUE_INVALID, "CKA_CLASS", P11L_NO_OFFSET);
	assert_refused(p11l_encode_spki(private_key.entry, private_key.count, &out),
	        CKR_ATTRIBUTE_VALUE_INVALID, "CKA_CLASS", P11L_NO_OFFSET);
	p11l_attributes_clear(&private_key);
	p11l_buffer_free(&out);
	octets_free(&pkcs8);
	EVP_PKEY_free(key);
}

/* Where the text stands, in which one octet is changed. */
static CK_ULONG find(const struct octets *in, const char *what)
{
	for (size_t i = 0; i + strlen(what) <= in->size; i++)
		if (memcmp(in->p + i, what, strlen(what)) == 0)
			return i;
	fail();
	return 0;
}

static void wrong_times(void **state)
{
	EVP_PKEY *key = make_key("ED25519", NULL, 0);
	struct octets der = make_certificate(key, false);
	CK_ULONG at = find(&der, "991231235959Z");
	struct p11l_attributes object = {0};

	(void)state;
	der.p[at + 2] = '2'; /* month 22 */
	assert_refused(p11l_decode_x509_certificate(der.p, der.size, CK_TRUE, &object),
	        P11L_CKR_MALFORMED, "Certificate.tbsCertificate.validity.notBefore", at - 2);
	assert_int_equal(object.count, 0);
	/* Without dates nobody minds. */
	assert_ok(p11l_decode_x509_certificate(der.p, der.size, CK_FALSE, &object));
	p11l_attributes_clear(&object);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void wrong_versions(void **state)
{
	EVP_PKEY *key = make_key("ED25519", NULL, 0);
	struct octets der = make_certificate(key, false);
	CK_ULONG at = find(&der, "\xa0\x03\x02\x01\x02");
	struct p11l_attributes object = {0};

	(void)state;
	der.p[at + 4] = 3;
	assert_refused(p11l_decode_x509_certificate(der.p, der.size, CK_TRUE, &object),
	        P11L_CKR_MALFORMED, "Certificate.tbsCertificate.version", at);
	der.p[at + 4] = 1;
	assert_ok(p11l_decode_x509_certificate(der.p, der.size, CK_TRUE, &object));
	p11l_attributes_clear(&object);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void wrong_extensions(void **state)
{
	EVP_PKEY *key = make_key("ED25519", NULL, 0);
	struct octets der = make_certificate(key, true);
	CK_ULONG at = find(&der, "\x06\x03\x55\x1d\x0e");
	struct p11l_attributes object = {0};

	(void)state;
	der.p[at] = 4;
	assert_refused(p11l_decode_x509_certificate(der.p, der.size, CK_FALSE, &object),
	        P11L_CKR_MALFORMED, "Extension.extnID", at);
	octets_free(&der);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(plain_and_extended),
	        cmocka_unit_test(without_identifiers),
	        cmocka_unit_test(keys_of_certificates),
	        cmocka_unit_test(identifiers_link),
	        cmocka_unit_test(private_keys_have_no_identifier),
	        cmocka_unit_test(wrong_times),
	        cmocka_unit_test(wrong_versions),
	        cmocka_unit_test(wrong_extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
