/* SPDX-License-Identifier: MIT */
/* ML-DSA, ML-KEM and SLH-DSA: by the octets of RFC 9881, 9935 and 9909, and by OpenSSL if it can.
 */
#include "codec_test.h"

/* What stands in front of the octets of a key; "00" of the BIT STRING is in it. */
static const struct set {
	const char *name;
	CK_KEY_TYPE type;
	CK_ULONG set;
	const char *spki;
	size_t public_octets;
	const char *seed, *expanded, *both, *both_between; /* PKCS #8 */
	size_t seed_octets, private_octets;
} sets[] = {
        {"ML-DSA-44", CKK_ML_DSA, CKP_ML_DSA_44, "30820532 300b0609608648016503040311 03820521 00",
                1312, "3034020100 300b0609608648016503040311 0422 8020",
                "30820a18020100 300b0609608648016503040311 04820a04 04820a00",
                "30820a3e020100 300b0609608648016503040311 04820a2a 30820a26 0420", "04820a00", 32,
                2560},
        {"ML-DSA-87", CKK_ML_DSA, CKP_ML_DSA_87, "30820a32 300b0609608648016503040313 03820a21 00",
                2592, "3034020100 300b0609608648016503040313 0422 8020",
                "30821338020100 300b0609608648016503040313 04821324 04821320",
                "3082135e020100 300b0609608648016503040313 0482134a 30821346 0420", "04821320", 32,
                4896},
        {"ML-KEM-512", CKK_ML_KEM, CKP_ML_KEM_512,
                "30820332 300b0609608648016503040401 03820321 00", 800,
                "3054020100 300b0609608648016503040401 0442 8040",
                "30820678020100 300b0609608648016503040401 04820664 04820660",
                "308206be020100 300b0609608648016503040401 048206aa 308206a6 0440", "04820660", 64,
                1632},
        {"ML-KEM-1024", CKK_ML_KEM, CKP_ML_KEM_1024,
                "30820632 300b0609608648016503040403 03820621 00", 1568,
                "3054020100 300b0609608648016503040403 0442 8040",
                "30820c78020100 300b0609608648016503040403 04820c64 04820c60",
                "30820cbe020100 300b0609608648016503040403 04820caa 30820ca6 0440", "04820c60", 64,
                3168},
        {"SLH-DSA-SHA2-128s", CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128S,
                "3030 300b0609608648016503040314 0321 00", 32, NULL,
                "3052020100 300b0609608648016503040314 0440", NULL, NULL, 0, 64},
        {"SLH-DSA-SHAKE-256f", CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256F,
                "3050 300b060960864801650304031f 0341 00", 64, NULL,
                "308193020100 300b060960864801650304031f 048180", NULL, NULL, 0, 128},
};

/* Appends this and then so many octets that are all the same. */
static void append(struct octets *to, const char *head, unsigned char octet, size_t size)
{
	struct octets part = hex(head);

	to->p = realloc(to->p, to->size + part.size + size);
	memcpy(to->p + to->size, part.p, part.size);
	memset(to->p + to->size + part.size, octet, size);
	to->size += part.size + size;
	octets_free(&part);
}

static void assert_filled(
        const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type, unsigned char octet, size_t size)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(in, type);

	if (size == 0) {
		assert_null(found);
		return;
	}
	assert_int_equal(attribute(in, type)->ulValueLen, size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(((CK_BYTE *)found->pValue)[i], octet);
}

static void private_key(const struct set *set, struct octets *der, bool seed, bool expanded)
{
	struct p11l_attributes key = {0};
	struct p11l_buffer out = {0};

	assert_ok(p11l_decode_private_key_info(der->p, der->size, &key, NULL));
	assert_int_equal(number(&key, CKA_KEY_TYPE), set->type);
	assert_int_equal(number(&key, CKA_PARAMETER_SET), set->set);
	assert_filled(&key, CKA_SEED, 0x5e, seed ? set->seed_octets : 0);
	assert_filled(&key, CKA_VALUE, 0xe7, expanded ? set->private_octets : 0);
	assert_ok(p11l_encode_private_key_info(key.entry, key.count, &out));
	assert_octets(&out, der);
	p11l_attributes_clear(&key);
	p11l_buffer_free(&out);
	octets_free(der);
}

static void every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		const struct set *set = &sets[i];
		struct p11l_attributes key = {0};
		struct p11l_buffer out = {0};
		struct octets der = {NULL, 0};

		append(&der, set->spki, 0xab, set->public_octets);
		assert_ok(p11l_decode_spki(der.p, der.size, &key));
		assert_int_equal(number(&key, CKA_PARAMETER_SET), set->set);
		assert_filled(&key, CKA_VALUE, 0xab, set->public_octets);
		assert_ok(p11l_encode_spki(key.entry, key.count, &out));
		assert_octets(&out, &der);
		octets_free(&der);
		if (set->seed != NULL) {
			append(&der, set->seed, 0x5e, set->seed_octets);
			private_key(set, &der, true, false);
			append(&der, set->both, 0x5e, set->seed_octets);
			append(&der, set->both_between, 0xe7, set->private_octets);
			private_key(set, &der, true, true);
		}
		append(&der, set->expanded, 0xe7, set->private_octets);
		private_key(set, &der, false, true);
		p11l_attributes_clear(&key);
		p11l_buffer_free(&out);
	}
}

/* OpenSSL has them from version 3.5 on. */
static void by_openssl(void **state)
{
	unsigned had = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, sets[i].name, NULL);
		struct p11l_attributes attributes = {0};
		struct p11l_buffer out = {0};
		struct octets spki, pkcs8;
		EVP_PKEY *key;

		EVP_PKEY_CTX_free(ctx);
		if (ctx == NULL)
			continue;
		had++;
		key = make_key(sets[i].name, NULL, 0);
		spki = spki_of(key);
		pkcs8 = pkcs8_of(key);
		assert_ok(p11l_decode_spki(spki.p, spki.size, &attributes));
		assert_ok(p11l_encode_spki(attributes.entry, attributes.count, &out));
		assert_octets(&out, &spki);
		assert_ok(p11l_decode_private_key_info(pkcs8.p, pkcs8.size, &attributes, NULL));
		assert_ok(p11l_encode_private_key_info(attributes.entry, attributes.count, &out));
		assert_octets(&out, &pkcs8);
		p11l_attributes_clear(&attributes);
		p11l_buffer_free(&out);
		octets_free(&spki);
		octets_free(&pkcs8);
		EVP_PKEY_free(key);
	}
	if (had == 0)
		skip();
}

static void wrong_sizes(void **state)
{
	struct octets der = {NULL, 0};
	struct p11l_attributes key = {0};
	struct p11l_buffer out = {0};

	(void)state;
	append(&der, "3033020100 300b0609608648016503040311 0421 801f", 0x5e, 31);
	assert_refused(p11l_decode_private_key_info(der.p, der.size, &key, NULL),
	        P11L_CKR_MALFORMED, "PrivateKey.seed", 22);
	octets_free(&der);
	append(&der, "3034020100 300b0609608648016503040311 0422 8020", 0x5e, 32);
	assert_ok(p11l_decode_private_key_info(der.p, der.size, &key, NULL));
	assert_ok(p11l_attributes_set_ulong(&key, CKA_PARAMETER_SET, 4));
	assert_refused(p11l_encode_private_key_info(key.entry, key.count, &out),
	        CKR_ATTRIBUTE_VALUE_INVALID, "CKA_PARAMETER_SET", P11L_NO_OFFSET);
	assert_ok(p11l_attributes_set_ulong(&key, CKA_PARAMETER_SET, CKP_ML_DSA_44));
	assert_ok(p11l_attributes_set(&key, CKA_SEED, "short", 5));
	assert_refused(p11l_encode_private_key_info(key.entry, key.count, &out),
	        CKR_ATTRIBUTE_VALUE_INVALID, "CKA_SEED", P11L_NO_OFFSET);
	octets_free(&der);
	append(&der, "30820534 300d06096086480165030403110500 03820521 00", 0xab, 1312);
	assert_refused(p11l_decode_spki(der.p, der.size, &key), P11L_CKR_MALFORMED,
	        "AlgorithmIdentifier.parameters", 17);
	p11l_attributes_clear(&key);
	p11l_buffer_free(&out);
	octets_free(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_form),
	        cmocka_unit_test(by_openssl),
	        cmocka_unit_test(wrong_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
