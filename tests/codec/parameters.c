/* SPDX-License-Identifier: MIT */
/* DSA and Diffie-Hellman: parameters, keys, and the subprime that is computed. */
#include "codec_test.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

/* Parameters of OpenSSL's making; type DSA, DH or DHX. */
static EVP_PKEY *make_parameters(const char *type, const char *group, int pbits, int qbits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM params[3] = {OSSL_PARAM_END, OSSL_PARAM_END, OSSL_PARAM_END};
	EVP_PKEY *key = NULL;
	char name[32];

	assert_int_equal(EVP_PKEY_paramgen_init(ctx), 1);
	if (group != NULL) {
		snprintf(name, sizeof(name), "%s", group);
		params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	} else {
		params[0] = OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_FFC_PBITS, &pbits);
		params[1] = OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_FFC_QBITS, &qbits);
	}
	assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
	assert_int_equal(EVP_PKEY_paramgen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *make_from(EVP_PKEY *parameters)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void assert_number(
        const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type, EVP_PKEY *key, const char *param)
{
	const CK_ATTRIBUTE *found = attribute(in, type);
	unsigned char octets[1024];
	BIGNUM *wanted = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, param, &wanted), 1);
	assert_int_equal(found->ulValueLen, BN_num_bytes(wanted));
	BN_bn2bin(wanted, octets);
	assert_memory_equal(found->pValue, octets, found->ulValueLen);
	BN_free(wanted);
}

/* SPKI and PKCS #8; extra goes into the template that is encoded. */
static void keys_come_back(EVP_PKEY *key, CK_KEY_TYPE type, CK_ULONG value_bits)
{
	struct octets spki = spki_of(key), pkcs8 = pkcs8_of(key);
	struct p11l_attributes attributes = {0};
	struct p11l_buffer out = {0};

	assert_ok(p11l_decode_spki(spki.p, spki.size, &attributes));
	assert_int_equal(number(&attributes, CKA_KEY_TYPE), type);
	assert_int_equal(number(&attributes, CKA_CLASS), CKO_PUBLIC_KEY);
	assert_number(&attributes, CKA_VALUE, key, OSSL_PKEY_PARAM_PUB_KEY);
	if (value_bits > 0)
		assert_ok(p11l_attributes_set_ulong(&attributes, CKA_VALUE_BITS, value_bits));
	assert_ok(p11l_encode_spki(attributes.entry, attributes.count, &out));
	assert_octets(&out, &spki);

	assert_ok(p11l_decode_private_key_info(pkcs8.p, pkcs8.size, &attributes, NULL));
	assert_int_equal(number(&attributes, CKA_CLASS), CKO_PRIVATE_KEY);
	assert_number(&attributes, CKA_VALUE, key, OSSL_PKEY_PARAM_PRIV_KEY);
	if (value_bits > 0)
		assert_ok(p11l_attributes_set_ulong(&attributes, CKA_VALUE_BITS, value_bits));
	assert_ok(p11l_encode_private_key_info(attributes.entry, attributes.count, &out));
	assert_octets(&out, &pkcs8);
	p11l_attributes_clear(&attributes);
	p11l_buffer_free(&out);
	octets_free(&spki);
	octets_free(&pkcs8);
}

static void dsa_private_form(EVP_PKEY *key)
{
	struct octets der = write_key(key, "type-specific", EVP_PKEY_KEYPAIR);
	struct p11l_attributes attributes = {0}, public_key = {0};
	struct p11l_buffer out = {0}, value = {0};
	const CK_ATTRIBUTE *y;

	assert_ok(p11l_decode_dsa_private_key(der.p, der.size, &attributes, &public_key));
	assert_number(&attributes, CKA_VALUE, key, OSSL_PKEY_PARAM_PRIV_KEY);
	y = attribute(&public_key, CKA_VALUE);
	assert_ok(p11l_encode_dsa_private_key(
	        attributes.entry, attributes.count, y->pValue, y->ulValueLen, &out));
	assert_octets(&out, &der);
	assert_ok(p11l_encode_dsa_public_key(public_key.entry, public_key.count, &out));
	assert_ok(p11l_decode_dsa_public_key(out.p, out.len, &value));
	assert_int_equal(value.len, y->ulValueLen);
	assert_memory_equal(value.p, y->pValue, value.len);
	p11l_attributes_clear(&attributes);
	p11l_attributes_clear(&public_key);
	p11l_buffer_free(&out);
	p11l_buffer_free(&value);
	octets_free(&der);
}

static void dsa(void **state)
{
	EVP_PKEY *parameters = make_parameters("DSA", NULL, 1024, 160),
	         *key = make_from(parameters);
	struct octets der = write_key(parameters, "type-specific", EVP_PKEY_KEY_PARAMETERS);
	struct p11l_attributes attributes = {0};
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_decode_dsa_domain_parameters(der.p, der.size, &attributes));
	assert_int_equal(number(&attributes, CKA_CLASS), CKO_DOMAIN_PARAMETERS);
	assert_int_equal(number(&attributes, CKA_KEY_TYPE), CKK_DSA);
	assert_number(&attributes, CKA_PRIME, key, OSSL_PKEY_PARAM_FFC_P);
	assert_number(&attributes, CKA_SUBPRIME, key, OSSL_PKEY_PARAM_FFC_Q);
	assert_number(&attributes, CKA_BASE, key, OSSL_PKEY_PARAM_FFC_G);
	assert_ok(p11l_encode_dsa_domain_parameters(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	keys_come_back(key, CKK_DSA, 0);
	dsa_private_form(key);
	p11l_attributes_clear(&attributes);
	p11l_buffer_free(&out);
	octets_free(&der);
	EVP_PKEY_free(key);
	EVP_PKEY_free(parameters);
}

/* A key whose parameters say how long its private value is. */
static EVP_PKEY *make_dh_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	char group[] = "ffdhe2048";
	int bits = 300;
	OSSL_PARAM params[] = {
	        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
	        OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &bits), OSSL_PARAM_END};
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void pkcs3(void **state)
{
	EVP_PKEY *key = make_dh_key();
	struct octets der = write_key(key, "type-specific", EVP_PKEY_KEY_PARAMETERS);
	struct p11l_attributes attributes = {0};
	struct p11l_buffer out = {0};
	CK_ULONG bits = 0;

	(void)state;
	assert_ok(p11l_decode_dh_domain_parameters(der.p, der.size, &attributes, &bits));
	assert_int_equal(bits, 300);
	assert_number(&attributes, CKA_PRIME, key, OSSL_PKEY_PARAM_FFC_P);
	assert_number(&attributes, CKA_BASE, key, OSSL_PKEY_PARAM_FFC_G);
	assert_null(p11l_attributes_find(&attributes, CKA_VALUE_BITS));
	assert_ok(p11l_attributes_set_ulong(&attributes, CKA_VALUE_BITS, bits));
	assert_ok(p11l_encode_dh_domain_parameters(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	keys_come_back(key, CKK_DH, bits);

	p11l_attributes_remove(&attributes, CKA_VALUE_BITS);
	assert_ok(p11l_encode_dh_domain_parameters(attributes.entry, attributes.count, &out));
	assert_ok(p11l_decode_dh_domain_parameters(out.p, out.len, &attributes, &bits));
	assert_int_equal(bits, 0);
	p11l_attributes_clear(&attributes);
	p11l_buffer_free(&out);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void x9_42(void **state)
{
	static const char *const groups[] = {"dh_1024_160", "dh_2048_256", "ffdhe2048"};

	(void)state;
	for (size_t i = 0; i < COUNT(groups); i++) {
		EVP_PKEY *key = make_key("DHX", groups[i], 0);
		struct octets der = write_key(key, "type-specific", EVP_PKEY_KEY_PARAMETERS);
		struct p11l_attributes attributes = {0};
		struct p11l_buffer out = {0};
		CK_RV rv;

		assert_ok(p11l_decode_x9_42_dh_domain_parameters(der.p, der.size, &attributes));
		assert_int_equal(number(&attributes, CKA_KEY_TYPE), CKK_X9_42_DH);
		assert_number(&attributes, CKA_SUBPRIME, key, OSSL_PKEY_PARAM_FFC_Q);
		assert_ok(p11l_encode_x9_42_dh_domain_parameters(
		        attributes.entry, attributes.count, &out));
		assert_octets(&out, &der);
		keys_come_back(key, CKK_X9_42_DH, 0);

		/* Only of a safe prime can the subprime be told. */
		p11l_attributes_remove(&attributes, CKA_SUBPRIME);
		rv = p11l_encode_x9_42_dh_domain_parameters(
		        attributes.entry, attributes.count, &out);
		if (i == 2) {
			assert_ok(rv);
			assert_octets(&out, &der);
		} else {
			assert_refused(rv, CKR_TEMPLATE_INCOMPLETE, "CKA_SUBPRIME", P11L_NO_OFFSET);
		}
		p11l_attributes_clear(&attributes);
		p11l_buffer_free(&out);
		octets_free(&der);
		EVP_PKEY_free(key);
	}
}

/* What is nearly a safe prime. */
static void assert_no_subprime_of(const BIGNUM *p, const BIGNUM *g)
{
	CK_BYTE prime[512], base[512];
	CK_ATTRIBUTE parameters[] = {
	        {CKA_PRIME, prime, (CK_ULONG)BN_bn2bin(p, prime)},
	        {CKA_BASE, base, (CK_ULONG)BN_bn2bin(g, base)},
	};
	struct p11l_buffer out = {0};

	assert_refused(p11l_encode_x9_42_dh_domain_parameters(parameters, COUNT(parameters), &out),
	        CKR_TEMPLATE_INCOMPLETE, "CKA_SUBPRIME", P11L_NO_OFFSET);
	p11l_buffer_free(&out);
}

static void assert_no_subprime(const BIGNUM *p, unsigned g)
{
	BIGNUM *base = BN_new();

	BN_set_word(base, g);
	assert_no_subprime_of(p, base);
	BN_free(base);
}

static void nearly_safe_primes(void **state)
{
	static const char not_safe[] = /* 2^255 - 19, a prime */
	        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = BN_new(), *g = BN_new();

	(void)state;
	assert_true(BN_hex2bn(&p, not_safe) > 0);
	assert_no_subprime(p, 4);
	assert_int_equal(BN_generate_prime_ex(p, 256, 1, NULL, NULL, NULL), 1);
	assert_no_subprime(p, 1); /* generates nothing */
	assert_non_null(BN_copy(g, p));
	assert_no_subprime_of(p, g); /* is too large */
	assert_int_equal(BN_sub_word(g, 1), 1);
	assert_no_subprime_of(p, g); /* has the order 2 */
	assert_int_equal(BN_add_word(p, 2), 1);
	assert_no_subprime(p, 2);
	assert_int_equal(BN_sqr(p, p, ctx), 1);
	assert_no_subprime(p, 4);
	assert_int_equal(BN_set_word(p, 23), 1); /* safe, but so small that nobody means it */
	assert_no_subprime(p, 2);
	BN_free(p);
	BN_free(g);
	BN_CTX_free(ctx);
}

/* The value of a public key, as RFC 3279 has it. */
static void public_value(void **state)
{
	static const struct {
		const char *value, *der;
	} cases[] = {
	        {"00", "020100"},
	        {"7f", "02017f"},
	        {"80", "02020080"},
	        {"0000ff01", "020300ff01"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct octets value = hex(cases[i].value), der = hex(cases[i].der);
		CK_ATTRIBUTE key = {CKA_VALUE, value.p, value.size};
		struct p11l_buffer out = {0}, again = {0};

		assert_ok(p11l_encode_dh_public_key(&key, 1, &out));
		assert_octets(&out, &der);
		assert_ok(p11l_decode_dh_public_key(der.p, der.size, &again));
		assert_ok(p11l_biginteger_octets(value.p, value.size, &out));
		assert_int_equal(out.len, again.len);
		assert_memory_equal(out.p, again.p, out.len);
		p11l_buffer_free(&out);
		p11l_buffer_free(&again);
		octets_free(&value);
		octets_free(&der);
	}
}

static void bigintegers(void **state)
{
	CK_BYTE room[2];
	struct p11l_buffer out;

	(void)state;
	p11l_buffer_over(&out, room, sizeof(room));
	assert_ok(p11l_biginteger(0, &out));
	assert_int_equal(out.len, 1);
	assert_int_equal(room[0], 0);
	assert_ok(p11l_biginteger(0x1ff, &out));
	assert_int_equal(out.len, 2);
	assert_int_equal(room[0], 1);
	assert_int_equal(p11l_biginteger(65537, &out), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(out.len, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dsa),
	        cmocka_unit_test(pkcs3),
	        cmocka_unit_test(x9_42),
	        cmocka_unit_test(nearly_safe_primes),
	        cmocka_unit_test(public_value),
	        cmocka_unit_test(bigintegers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
