/* SPDX-License-Identifier: MIT */
/* Keys of all types that OpenSSL makes, as SPKI and PKCS #8, in and out again. */
#include "codec_test.h"

static const struct kind {
	const char *type, *group;
	unsigned bits;
	CK_KEY_TYPE key_type;
} kinds[] = {
        {"RSA", NULL, 1024, CKK_RSA},
        {"RSA", NULL, 1030, CKK_RSA},
        {"RSA", NULL, 2048, CKK_RSA},
        {"EC", "P-192", 0, CKK_EC},
        {"EC", "P-224", 0, CKK_EC},
        {"EC", "P-256", 0, CKK_EC},
        {"EC", "P-384", 0, CKK_EC},
        {"EC", "P-521", 0, CKK_EC},
        {"EC", "secp160r1", 0, CKK_EC},
        {"EC", "secp256k1", 0, CKK_EC},
        {"EC", "sect233k1", 0, CKK_EC},
        {"EC", "brainpoolP256r1", 0, CKK_EC},
        {"EC", "brainpoolP512t1", 0, CKK_EC},
        {"SM2", NULL, 0, CKK_EC},
        {"ED25519", NULL, 0, CKK_EC_EDWARDS},
        {"ED448", NULL, 0, CKK_EC_EDWARDS},
        {"X25519", NULL, 0, CKK_EC_MONTGOMERY},
        {"X448", NULL, 0, CKK_EC_MONTGOMERY},
};

static void spki_comes_back(const struct kind *kind, EVP_PKEY *key)
{
	struct octets der = spki_of(key);
	struct p11l_attributes attributes = {0};
	struct p11l_buffer out = {0};

	assert_ok(p11l_decode_spki(der.p, der.size, &attributes));
	assert_int_equal(number(&attributes, CKA_CLASS), CKO_PUBLIC_KEY);
	assert_int_equal(number(&attributes, CKA_KEY_TYPE), kind->key_type);
	assert_ok(p11l_encode_spki(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	p11l_buffer_free(&out);
	p11l_attributes_clear(&attributes);
	octets_free(&der);
}

static void pkcs8_comes_back(const struct kind *kind, EVP_PKEY *key)
{
	struct octets der = pkcs8_of(key), spki = spki_of(key);
	struct p11l_attributes attributes = {0}, public_key = {0};
	const CK_ATTRIBUTE *point;
	struct p11l_buffer out = {0};

	assert_ok(p11l_decode_private_key_info(der.p, der.size, &attributes, &public_key));
	assert_int_equal(number(&attributes, CKA_CLASS), CKO_PRIVATE_KEY);
	assert_int_equal(number(&attributes, CKA_KEY_TYPE), kind->key_type);
	point = p11l_attributes_find(&public_key, CKA_EC_POINT);
	if (kind->key_type == CKK_EC) {
		assert_non_null(point);
		assert_ok(p11l_attributes_set(
		        &attributes, CKA_EC_POINT, point->pValue, point->ulValueLen));
	}
	assert_ok(p11l_encode_private_key_info(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	assert_true((out.flags & P11L_SECRET) != 0);
	if (public_key.count > 0) {
		assert_ok(p11l_encode_spki(public_key.entry, public_key.count, &out));
		assert_octets(&out, &spki);
	}
	p11l_buffer_free(&out);
	p11l_attributes_clear(&attributes);
	p11l_attributes_clear(&public_key);
	octets_free(&der);
	octets_free(&spki);
}

static void every_kind_of_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		EVP_PKEY *key = make_key(kinds[i].type, kinds[i].group, kinds[i].bits);

		spki_comes_back(&kinds[i], key);
		pkcs8_comes_back(&kinds[i], key);
		EVP_PKEY_free(key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
