/* SPDX-License-Identifier: MIT */
/* PEM armour, and input of which nothing is said. */
#include "codec_test.h"

#include <openssl/pem.h>

static void every_length(void **state)
{
	unsigned char data[200];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7 + 250);
	for (size_t size = 0; size <= sizeof(data); size++) {
		BIO *bio = BIO_new(BIO_s_mem());
		struct p11l_buffer text = {0}, der = {0};
		char label[P11L_PEM_LABEL];
		CK_ULONG offset = 0;
		char *want;
		long length;

		assert_ok(p11l_encode_pem("SOME DATA", data, size, &text));
		if (size > 0) {
			PEM_write_bio(bio, "SOME DATA", "", data, (long)size);
			length = BIO_get_mem_data(bio, &want);
			assert_int_equal(text.len, length);
			assert_memory_equal(text.p, want, text.len);
		}
		assert_ok(p11l_decode_pem(text.p, text.len, &offset, label, &der));
		assert_string_equal(label, "SOME DATA");
		assert_int_equal(offset, text.len);
		assert_int_equal(der.len, size);
		assert_memory_equal(der.p != NULL ? der.p : data, data, size);
		assert_int_equal(der.flags & P11L_SECRET, 0);
		p11l_buffer_free(&text);
		p11l_buffer_free(&der);
		BIO_free(bio);
	}
}

static void several_blocks_and_text(void **state)
{
	static const char text[] = "Here is one\r\n"
	                           "-----BEGIN A-----\r\nAQ==\r\n-----END A-----\r\n"
	                           "and one more -----BEGIN X-----\n"
	                           "-----BEGIN RSA PRIVATE KEY-----\n"
	                           " AQ \n\tID\n-----END RSA PRIVATE KEY-----";
	struct p11l_buffer der = {0};
	char label[P11L_PEM_LABEL];
	CK_ULONG offset = 0;

	(void)state;
	assert_ok(p11l_decode_pem(text, sizeof(text) - 1, &offset, label, &der));
	assert_string_equal(label, "A");
	assert_int_equal(der.len, 1);
	assert_ok(p11l_decode_pem(text, sizeof(text) - 1, &offset, label, &der));
	assert_string_equal(label, "RSA PRIVATE KEY");
	assert_int_equal(der.len, 3);
	assert_memory_equal(der.p, "\1\2\3", 3);
	assert_int_equal(der.flags & P11L_SECRET, P11L_SECRET);
	assert_refused(p11l_decode_pem(text, sizeof(text) - 1, &offset, label, &der),
	        P11L_CKR_MALFORMED, "PEM", sizeof(text) - 1);
	p11l_buffer_free(&der);
}

static void wrong_text(void **state)
{
	static const struct {
		const char *text;
		CK_ULONG offset;
		CK_RV rv;
	} cases[] = {
	        {"", 0, P11L_CKR_MALFORMED},
	        {"AQ==", 4, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nAQ==\n", 23, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nAQ==\n-----END B-----\n", 23, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nA!==\n-----END A-----\n", 19, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nAQ=\n-----END A-----\n", 22, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nAQ==AQ==\n-----END A-----\n", 22, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nAR==\n-----END A-----\n", 23, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nA===\n-----END A-----\n", 23, P11L_CKR_MALFORMED},
	        {"-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,1\n\nAQ==\n"
	         "-----END A-----\n",
	                18, P11L_CKR_ENCRYPTED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct p11l_buffer der = {0};

		assert_refused(
		        p11l_decode_pem(cases[i].text, strlen(cases[i].text), NULL, NULL, &der),
		        cases[i].rv, "PEM", cases[i].offset);
		assert_int_equal(der.len, 0);
		p11l_buffer_free(&der);
	}
}

static void labels_that_are_none(void **state)
{
	static const char *const labels[] = {"", "A-B", " A", "A ", "A\nB",
	        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct p11l_buffer text = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(labels); i++)
		assert_int_equal(p11l_encode_pem(labels[i], "x", 1, &text), CKR_ARGUMENTS_BAD);
	p11l_buffer_free(&text);
}

/* What OpenSSL writes of a key, in DER and in PEM, is taken for what it is. */
static void assert_found(
        const struct octets *der, const char *label, enum p11l_format format, CK_ULONG type)
{
	struct p11l_decoded decoded = {0};
	struct p11l_buffer text = {0};

	assert_ok(p11l_decode_any(der->p, der->size, &decoded));
	assert_int_equal(decoded.format, format);
	assert_int_equal(decoded.key_type, type);
	assert_int_equal(number(&decoded.attributes, CKA_CLASS), decoded.object_class);
	assert_ok(p11l_encode_pem(label, der->p, der->size, &text));
	assert_ok(p11l_decode_any(text.p, text.len, &decoded));
	assert_int_equal(decoded.format, format);
	assert_int_equal(decoded.key_type, type);
	p11l_decoded_free(&decoded);
	p11l_buffer_free(&text);
}

static void all_forms_of(
        EVP_PKEY *key, CK_ULONG type, enum p11l_format private_form, const char *private_label)
{
	struct octets spki = spki_of(key), pkcs8 = pkcs8_of(key), own;

	assert_found(&spki, "PUBLIC KEY", P11L_FORMAT_SPKI, type);
	assert_found(&pkcs8, "PRIVATE KEY", P11L_FORMAT_PRIVATE_KEY_INFO, type);
	if (private_label != NULL) {
		own = write_key(key, "type-specific", EVP_PKEY_KEYPAIR);
		assert_found(&own, private_label, private_form, type);
		octets_free(&own);
	}
	octets_free(&spki);
	octets_free(&pkcs8);
	EVP_PKEY_free(key);
}

static void parameters_of(EVP_PKEY *key, CK_ULONG type, enum p11l_format format, const char *label)
{
	struct octets der = write_key(key, "type-specific", EVP_PKEY_KEY_PARAMETERS);

	assert_found(&der, label, format, type);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void found_by_looking(void **state)
{
	EVP_PKEY *rsa = make_key("RSA", NULL, 1024);
	struct octets der = write_key(rsa, "type-specific", EVP_PKEY_PUBLIC_KEY);

	(void)state;
	assert_found(&der, "RSA PUBLIC KEY", P11L_FORMAT_RSA_PUBLIC, CKK_RSA);
	octets_free(&der);
	all_forms_of(rsa, CKK_RSA, P11L_FORMAT_RSA_PRIVATE, "RSA PRIVATE KEY");
	all_forms_of(make_key("EC", "P-256", 0), CKK_EC, P11L_FORMAT_EC_PRIVATE, "EC PRIVATE KEY");
	all_forms_of(make_key("ED448", NULL, 0), CKK_EC_EDWARDS, 0, NULL);
	all_forms_of(make_key("X25519", NULL, 0), CKK_EC_MONTGOMERY, 0, NULL);
	all_forms_of(make_key("DH", "ffdhe2048", 0), CKK_DH, 0, NULL);
	parameters_of(
	        make_key("DH", "ffdhe2048", 0), CKK_DH, P11L_FORMAT_DH_PARAMETERS, "DH PARAMETERS");
	parameters_of(make_key("DHX", "dh_2048_256", 0), CKK_X9_42_DH, P11L_FORMAT_X9_42_PARAMETERS,
	        "X9.42 DH PARAMETERS");
	parameters_of(make_key("DHX", "ffdhe2048", 0), CKK_X9_42_DH, P11L_FORMAT_X9_42_PARAMETERS,
	        "X9.42 DH PARAMETERS");
	parameters_of(
	        make_key("EC", "P-256", 0), CKK_EC, P11L_FORMAT_EC_PARAMETERS, "EC PARAMETERS");
}

/* p and g of PKCS #3 look like n and e; only that p is a prime tells when g is 3, 5 or 7. */
static void two_integers(void **state)
{
	struct octets der = hex("3026 0221 00"
	                        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
	                        "020105");
	struct p11l_decoded decoded = {0};

	(void)state;
	assert_ok(p11l_decode_any(der.p, der.size, &decoded));
	assert_int_equal(decoded.format, P11L_FORMAT_DH_PARAMETERS);
	der.p[36] ^= 2; /* no prime any more */
	assert_ok(p11l_decode_any(der.p, der.size, &decoded));
	assert_int_equal(decoded.format, P11L_FORMAT_RSA_PUBLIC);
	p11l_decoded_free(&decoded);
	octets_free(&der);
}

static void key_behind_its_parameters(void **state)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets oid = hex("06082a8648ce3d030107");
	struct octets der = write_key(key, "type-specific", EVP_PKEY_KEYPAIR);
	struct p11l_buffer text = {0}, second = {0};
	struct p11l_decoded decoded = {0};

	(void)state;
	assert_ok(p11l_encode_pem("EC PARAMETERS", oid.p, oid.size, &text));
	assert_ok(p11l_encode_pem("EC PRIVATE KEY", der.p, der.size, &second));
	assert_ok(p11l_buffer_append(&text, second.p, second.len));
	assert_ok(p11l_decode_any(text.p, text.len, &decoded));
	assert_int_equal(decoded.format, P11L_FORMAT_EC_PRIVATE);
	assert_int_equal(number(&decoded.public_key, CKA_CLASS), CKO_PUBLIC_KEY);
	p11l_decoded_free(&decoded);
	p11l_buffer_free(&text);
	p11l_buffer_free(&second);
	octets_free(&oid);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void encrypted_keys(void **state)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	BIO *bio = BIO_new(BIO_s_mem()), *old = BIO_new(BIO_s_mem()), *raw = BIO_new(BIO_s_mem());
	struct p11l_decoded decoded = {0};
	char *text;
	long size;

	(void)state;
	PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), "x", 1, NULL, NULL);
	size = BIO_get_mem_data(bio, &text);
	assert_int_equal(p11l_decode_any(text, (CK_ULONG)size, &decoded), P11L_CKR_ENCRYPTED);
	assert_string_equal(p11l_last_error()->field, "EncryptedPrivateKeyInfo.encryptedData");
	assert_int_equal(decoded.format, P11L_FORMAT_ENCRYPTED_KEY);
	i2d_PKCS8PrivateKey_bio(raw, key, EVP_aes_128_cbc(), "x", 1, NULL, NULL);
	size = BIO_get_mem_data(raw, &text);
	assert_int_equal(p11l_decode_any(text, (CK_ULONG)size, &decoded), P11L_CKR_ENCRYPTED);
	assert_int_equal(
	        p11l_decode_private_key_info(text, (CK_ULONG)size, &decoded.attributes, NULL),
	        P11L_CKR_ENCRYPTED);
	PEM_write_bio_PrivateKey_traditional(
	        old, key, EVP_aes_128_cbc(), (const unsigned char *)"x", 1, NULL, NULL);
	size = BIO_get_mem_data(old, &text);
	assert_int_equal(p11l_decode_any(text, (CK_ULONG)size, &decoded), P11L_CKR_ENCRYPTED);
	BIO_free(bio);
	BIO_free(old);
	BIO_free(raw);
	EVP_PKEY_free(key);
}

static void nothing_known(void **state)
{
	static const struct {
		const char *hex;
		CK_ULONG offset;
	} cases[] = {
	        {"", 0},
	        {"00", 0},
	        {"0500", 0},
	        {"3000", 0},
	        {"3080020101", 0},
	        {"30 03 0c 01 41", 0},
	        {"3003020101 00", 5},
	        {"0c0141", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct octets der = hex(cases[i].hex);
		struct p11l_decoded decoded = {0};

		assert_refused(p11l_decode_any(der.p, der.size, &decoded), P11L_CKR_MALFORMED,
		        "input", cases[i].offset);
		assert_int_equal(decoded.format, P11L_FORMAT_UNKNOWN);
		octets_free(&der);
	}
}

static void unknown_label(void **state)
{
	static const char text[] = "-----BEGIN \x1b[31mCSR-----\nAQ==\n-----END \x1b[31mCSR-----\n";
	struct p11l_decoded decoded = {0};

	(void)state;
	assert_refused(
	        p11l_decode_any(text, sizeof(text) - 1, &decoded), P11L_CKR_UNSUPPORTED, "PEM", 11);
	assert_null(strchr(p11l_last_error()->text, '\x1b'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_length),
	        cmocka_unit_test(several_blocks_and_text),
	        cmocka_unit_test(wrong_text),
	        cmocka_unit_test(labels_that_are_none),
	        cmocka_unit_test(found_by_looking),
	        cmocka_unit_test(two_integers),
	        cmocka_unit_test(key_behind_its_parameters),
	        cmocka_unit_test(encrypted_keys),
	        cmocka_unit_test(nothing_known),
	        cmocka_unit_test(unknown_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
