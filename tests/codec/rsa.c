/* SPDX-License-Identifier: MIT */
/* RSA keys by PKCS #1, and signatures of DSA and ECDSA. */
#include "codec_test.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

static const unsigned sizes[] = {512, 1024, 1025, 2047, 2048};

static void pkcs1(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		EVP_PKEY *key = make_key("RSA", NULL, sizes[i]);
		struct octets public = write_key(key, "type-specific", EVP_PKEY_PUBLIC_KEY);
		struct octets private = write_key(key, "type-specific", EVP_PKEY_KEYPAIR);
		struct p11l_attributes attributes = {0}, other = {0};
		struct p11l_buffer out = {0};

		assert_ok(p11l_decode_rsa_public_key(public.p, public.size, &attributes));
		assert_int_equal(
		        attribute(&attributes, CKA_MODULUS)->ulValueLen, (sizes[i] + 7) / 8);
		assert_ok(p11l_encode_rsa_public_key(attributes.entry, attributes.count, &out));
		assert_octets(&out, &public);
		assert_ok(
		        p11l_decode_rsa_private_key(private.p, private.size, &attributes, &other));
		assert_ok(p11l_encode_rsa_private_key(attributes.entry, attributes.count, &out));
		assert_octets(&out, &private);
		assert_ok(p11l_encode_rsa_public_key(other.entry, other.count, &out));
		assert_octets(&out, &public);
		p11l_attributes_clear(&attributes);
		p11l_attributes_clear(&other);
		p11l_buffer_free(&out);
		octets_free(&public);
		octets_free(&private);
		EVP_PKEY_free(key);
	}
}

/* Modulus 0xc1 and so on: what a person can check. */
static void attributes_of_a_small_key(void **state)
{
	struct octets der = hex("3007 020200c1 020111");
	struct p11l_attributes key = {0};

	(void)state;
	assert_ok(p11l_decode_rsa_public_key(der.p, der.size, &key));
	assert_int_equal(key.count, 4);
	assert_int_equal(number(&key, CKA_CLASS), CKO_PUBLIC_KEY);
	assert_int_equal(number(&key, CKA_KEY_TYPE), CKK_RSA);
	assert_int_equal(attribute(&key, CKA_MODULUS)->ulValueLen, 1);
	assert_memory_equal(attribute(&key, CKA_MODULUS)->pValue, "\xc1", 1);
	assert_memory_equal(attribute(&key, CKA_PUBLIC_EXPONENT)->pValue, "\x11", 1);
	assert_ok(p11l_attributes_set_capabilities(&key, P11L_USUAL));
	assert_int_equal(*(CK_BBOOL *)attribute(&key, CKA_VERIFY)->pValue, CK_TRUE);
	assert_int_equal(*(CK_BBOOL *)attribute(&key, CKA_ENCRYPT)->pValue, CK_TRUE);
	assert_null(p11l_attributes_find(&key, CKA_SIGN));
	p11l_attributes_clear(&key);
	octets_free(&der);
}

static void missing_and_odd_attributes(void **state)
{
	CK_BYTE one = 1;
	CK_ATTRIBUTE key[] = {{CKA_PUBLIC_EXPONENT, &one, 1}, {CKA_MODULUS, NULL, 0}};
	struct p11l_buffer out = {0};
	CK_BYTE room[4];

	(void)state;
	assert_refused(p11l_encode_rsa_public_key(key, 2, &out), CKR_TEMPLATE_INCOMPLETE,
	        "CKA_MODULUS", P11L_NO_OFFSET);
	key[1].ulValueLen = CK_UNAVAILABLE_INFORMATION;
	assert_refused(p11l_encode_rsa_public_key(key, 2, &out), CKR_TEMPLATE_INCOMPLETE,
	        "CKA_MODULUS", P11L_NO_OFFSET);
	key[1].pValue = &one;
	key[1].ulValueLen = 1;
	p11l_buffer_over(&out, room, sizeof(room));
	assert_int_equal(p11l_encode_rsa_public_key(key, 2, &out), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(out.len, 8);
	assert_int_equal(p11l_encode_rsa_public_key(NULL, 2, &out), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_encode_rsa_public_key(key, 2, NULL), CKR_ARGUMENTS_BAD);
}

static void more_than_two_primes(void **state)
{
	struct octets der =
	        hex("301b 020101 020133 020103 020103 020103 020105 020103 020103 020102");
	struct p11l_attributes key = {0};

	(void)state;
	assert_refused(p11l_decode_rsa_private_key(der.p, der.size, &key, NULL),
	        P11L_CKR_UNSUPPORTED, "RSAPrivateKey.version", 2);
	octets_free(&der);
}

static const struct signature {
	const char *raw, *der;
	CK_ULONG order;
} signatures[] = {
        {"01 02", "3006 020101 020102", 1},
        {"80 7f", "3007 02020080 02017f", 1},
        {"0001 0080", "3007 020101 02020080", 2},
        {"000000000000000000000000000000000000000000000000000000000000ff00"
         "0000000000000000000000000000000000000000000000000000000000000000",
                "3008 020300ff00 020100", 32},
};

static void signatures_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct octets raw = hex(signatures[i].raw), der = hex(signatures[i].der);
		struct p11l_buffer out = {0};

		assert_ok(p11l_encode_ecdsa_signature(raw.p, raw.size, &out));
		assert_octets(&out, &der);
		assert_ok(p11l_encode_dsa_signature(raw.p, raw.size, &out));
		assert_octets(&out, &der);
		assert_ok(p11l_decode_ecdsa_signature(der.p, der.size, signatures[i].order, &out));
		assert_octets(&out, &raw);
		assert_ok(p11l_decode_dsa_signature(der.p, der.size, signatures[i].order, &out));
		assert_octets(&out, &raw);
		p11l_buffer_free(&out);
		octets_free(&raw);
		octets_free(&der);
	}
}

static void orders_that_are_guessed(void **state)
{
	struct octets der = hex("3006 020101 020102"), odd = hex("3007 02020080 02017f");
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_decode_dsa_signature(der.p, der.size, 0, &out));
	assert_int_equal(out.len, 40);
	assert_ok(p11l_decode_ecdsa_signature(der.p, der.size, 0, &out));
	assert_int_equal(out.len, 40);
	assert_refused(p11l_encode_ecdsa_signature(der.p, 7, &out), CKR_SIGNATURE_LEN_RANGE,
	        "signature", P11L_NO_OFFSET);
	assert_int_equal(p11l_encode_ecdsa_signature(der.p, 0, &out), CKR_SIGNATURE_LEN_RANGE);
	octets_free(&der);
	der = hex("3008 02020102 02020102");
	assert_refused(p11l_decode_ecdsa_signature(der.p, der.size, 1, &out), P11L_CKR_MALFORMED,
	        "Dss-Sig-Value.r", 2);
	assert_ok(p11l_decode_ecdsa_signature(odd.p, odd.size, 1, &out));
	p11l_buffer_free(&out);
	octets_free(&der);
	octets_free(&odd);
}

/* What OpenSSL signs is the same as numbers and as DER. */
static void signatures_of_openssl(void **state)
{
	static const char *const groups[] = {"P-256", "P-521", "secp160r1"};
	static const CK_ULONG orders[] = {32, 66, 21};

	(void)state;
	for (size_t i = 0; i < COUNT(groups); i++) {
		EVP_PKEY *key = make_key("EC", groups[i], 0);
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
		unsigned char digest[20] = {1}, der[200];
		struct p11l_buffer raw = {0}, again = {0};
		size_t size = sizeof(der);

		assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
		assert_int_equal(EVP_PKEY_sign(ctx, der, &size, digest, sizeof(digest)), 1);
		assert_ok(p11l_decode_ecdsa_signature(der, size, orders[i], &raw));
		assert_int_equal(raw.len, 2 * orders[i]);
		assert_ok(p11l_encode_ecdsa_signature(raw.p, raw.len, &again));
		assert_int_equal(again.len, size);
		assert_memory_equal(again.p, der, size);
		p11l_buffer_free(&raw);
		p11l_buffer_free(&again);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pkcs1),
	        cmocka_unit_test(attributes_of_a_small_key),
	        cmocka_unit_test(missing_and_odd_attributes),
	        cmocka_unit_test(more_than_two_primes),
	        cmocka_unit_test(signatures_both_ways),
	        cmocka_unit_test(orders_that_are_guessed),
	        cmocka_unit_test(signatures_of_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
