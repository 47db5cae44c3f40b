/* SPDX-License-Identifier: MIT */
/* Elliptic curves: every curve OpenSSL knows, points, SEC 1, and parameters that are written out.
 */
#include "codec_test.h"

#include "shim/spec.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

static struct octets oid_of(int nid)
{
	const ASN1_OBJECT *object = OBJ_nid2obj(nid);
	int size = i2d_ASN1_OBJECT(object, NULL);
	unsigned char *p;
	struct octets oid;

	assert_true(size > 0);
	oid.p = p = malloc((size_t)size);
	oid.size = (size_t)size;
	i2d_ASN1_OBJECT(object, &p);
	return oid;
}

/* Fields and orders, as OpenSSL computes them. */
static void curves_of_openssl(void **state)
{
	size_t count = EC_get_builtin_curves(NULL, 0), compared = 0;
	EC_builtin_curve *curves = calloc(count, sizeof(*curves));

	(void)state;
	EC_get_builtin_curves(curves, count);
	for (size_t i = 0; i < count; i++) {
		EC_GROUP *group = EC_GROUP_new_by_curve_name(curves[i].nid);
		struct p11l_ec_info info;
		struct p11l_buffer out = {0};
		struct octets oid;

		if (OBJ_length(OBJ_nid2obj(curves[i].nid)) == 0) { /* Oakley's have no identifier */
			EC_GROUP_free(group);
			continue;
		}
		oid = oid_of(curves[i].nid);
		assert_ok(p11l_decode_ec_parameters(oid.p, oid.size, &info));
		assert_non_null(info.name);
		assert_true(info.is_named);
		assert_int_equal(info.field_octets, (EC_GROUP_get_degree(group) + 7) / 8);
		assert_int_equal(info.order_octets, (EC_GROUP_order_bits(group) + 7) / 8);
		assert_int_equal(p11l_ec_order_octets(oid.p, oid.size), info.order_octets);
		assert_ok(p11l_encode_named_curve_parameters(info.name, &out));
		assert_octets(&out, &oid);
		assert_ok(p11l_encode_named_curve_parameters(OBJ_nid2sn(curves[i].nid), &out));
		compared++;
		p11l_buffer_free(&out);
		octets_free(&oid);
		EC_GROUP_free(group);
	}
	assert_true(compared > 60);
	free(curves);
}

static void names(void **state)
{
	static const struct {
		const char *name, *der;
	} cases[] = {
	        {"prime256v1", "06082a8648ce3d030107"},
	        {"SECP256R1", "06082a8648ce3d030107"},
	        {"P-256", "06082a8648ce3d030107"},
	        {"1.2.840.10045.3.1.7", "06082a8648ce3d030107"},
	        {"1.3.101.112", "06032b6570"},
	        {"edwards25519", "06032b6570"},
	        {"X448", "06032b656f"},
	        {"sm2p256v1", "06082a811ccf5501822d"},
	        {"2.999.1", "0603883701"},
	};
	static const char *const wrong[] = {"", "P-257", "1", "1.2.", "1..2", "1.2.x", "3.1",
	        "1.40", "01.2",
	        "1.2.3.99999999999999999999999999999999999999999999999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct octets der = hex(cases[i].der);
		struct p11l_buffer out = {0};

		assert_ok(p11l_encode_named_curve_parameters(cases[i].name, &out));
		assert_octets(&out, &der);
		p11l_buffer_free(&out);
		octets_free(&der);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct p11l_buffer out = {0};

		assert_int_not_equal(p11l_encode_named_curve_parameters(wrong[i], &out), CKR_OK);
		assert_string_equal(p11l_last_error()->field, "curve");
		p11l_buffer_free(&out);
	}
}

static void unknown_curves_pass(void **state)
{
	/* id-ecPublicKey with 1.2.3 and a point of three octets */
	struct octets der = hex("3015 300d 06072a8648ce3d0201 06022a03 0304 00040102"), oid;
	struct p11l_attributes attributes = {0};
	struct p11l_buffer out = {0};
	struct p11l_ec_info info;

	(void)state;
	der.p[1] = (unsigned char)(der.size - 2);
	oid = hex("06022a03");
	assert_ok(p11l_decode_ec_parameters(oid.p, oid.size, &info));
	assert_null(info.name);
	assert_int_equal(info.order_octets, 0);
	assert_ok(p11l_decode_ec_public_key(der.p, der.size, CK_TRUE, &attributes));
	assert_int_equal(attribute(&attributes, CKA_EC_POINT)->ulValueLen, 5);
	assert_ok(p11l_encode_ec_public_key(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	p11l_attributes_clear(&attributes);
	p11l_buffer_free(&out);
	octets_free(&der);
	octets_free(&oid);
}

static void points(void **state)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets der = spki_of(key), point = {der.p + der.size - 65, 65};
	struct p11l_attributes wrapped = {0}, bare = {0};
	const CK_ATTRIBUTE *params, *attr;
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_decode_ec_public_key(der.p, der.size, CK_TRUE, &wrapped));
	assert_ok(p11l_decode_ec_public_key(der.p, der.size, CK_FALSE, &bare));
	attr = attribute(&wrapped, CKA_EC_POINT);
	assert_int_equal(attr->ulValueLen, 67);
	assert_memory_equal(attr->pValue, "\x04\x41", 2);
	assert_int_equal(attribute(&bare, CKA_EC_POINT)->ulValueLen, 65);
	assert_memory_equal(attribute(&bare, CKA_EC_POINT)->pValue, point.p, 65);
	params = attribute(&bare, CKA_EC_PARAMS);
	assert_ok(p11l_decode_ec_point(
	        attr->pValue, attr->ulValueLen, params->pValue, params->ulValueLen, &out));
	assert_octets(&out, &point);
	assert_ok(p11l_encode_ec_point(point.p, point.size, NULL, 0, &out));
	assert_int_equal(out.len, 67);
	assert_memory_equal(out.p, attr->pValue, 67);
	assert_ok(p11l_encode_ec_public_key(bare.entry, bare.count, &out));
	assert_octets(&out, &der);
	assert_refused(p11l_encode_ec_point(point.p, 64, params->pValue, params->ulValueLen, &out),
	        P11L_CKR_MALFORMED, "point", 0);
	p11l_buffer_free(&out);
	p11l_attributes_clear(&wrapped);
	p11l_attributes_clear(&bare);
	octets_free(&der);
	EVP_PKEY_free(key);
}

static void sec1(void **state)
{
	static const char *const groups[] = {"P-224", "P-256", "P-521", "secp160r1", "sect233k1",
	        "sect409k1", "brainpoolP320r1", "secp256k1"};

	(void)state;
	for (size_t i = 0; i < COUNT(groups); i++) {
		EVP_PKEY *key = make_key("EC", groups[i], 0);
		struct octets der = write_key(key, "type-specific", EVP_PKEY_KEYPAIR);
		struct octets spki = spki_of(key);
		struct p11l_attributes attributes = {0}, public_key = {0};
		struct p11l_buffer out = {0};
		const CK_ATTRIBUTE *value, *point;

		assert_ok(p11l_decode_ec_private_key(der.p, der.size, &attributes, &public_key));
		point = attribute(&public_key, CKA_EC_POINT);
		assert_ok(p11l_encode_spki(public_key.entry, public_key.count, &out));
		assert_octets(&out, &spki);
		/* A token may give the value back without its zeros. */
		value = attribute(&attributes, CKA_VALUE);
		assert_ok(p11l_biginteger_octets(value->pValue, value->ulValueLen, &out));
		assert_ok(p11l_attributes_set(&attributes, CKA_VALUE, out.p, out.len));
		assert_ok(p11l_attributes_set(
		        &attributes, CKA_EC_POINT, point->pValue, point->ulValueLen));
		assert_ok(p11l_encode_ec_private_key(attributes.entry, attributes.count, &out));
		assert_octets(&out, &der);
		p11l_buffer_free(&out);
		p11l_attributes_clear(&attributes);
		p11l_attributes_clear(&public_key);
		octets_free(&spki);
		octets_free(&der);
		EVP_PKEY_free(key);
	}
}

/* Whatever zeros a value has in front, it is written with those that the order demands. */
static void short_values(void **state)
{
	struct octets params = hex("06082a8648ce3d030107");
	CK_BYTE one = 1, long_one[40] = {[39] = 1};
	CK_ATTRIBUTE key[] = {
	        {CKA_EC_PARAMS, params.p, params.size},
	        {CKA_VALUE, &one, 1},
	};
	struct octets der = hex("3031 020101 0420"
	                        "0000000000000000000000000000000000000000000000000000000000000001"
	                        "a00a 06082a8648ce3d030107");
	struct p11l_attributes attributes = {0};
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_encode_ec_private_key(key, COUNT(key), &out));
	assert_octets(&out, &der);
	key[1] = (CK_ATTRIBUTE){CKA_VALUE, long_one, sizeof(long_one)};
	assert_ok(p11l_encode_ec_private_key(key, COUNT(key), &out));
	assert_octets(&out, &der);
	long_one[7] = 1;
	assert_refused(p11l_encode_ec_private_key(key, COUNT(key), &out),
	        CKR_ATTRIBUTE_VALUE_INVALID, "CKA_VALUE", P11L_NO_OFFSET);
	assert_ok(p11l_decode_ec_private_key(der.p, der.size, &attributes, NULL));
	assert_int_equal(attribute(&attributes, CKA_VALUE)->ulValueLen, 32);
	p11l_attributes_clear(&attributes);
	p11l_buffer_free(&out);
	octets_free(&der);
	octets_free(&params);
}

static void explicit_parameters(void **state)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct p11l_attributes attributes = {0}, public_key = {0};
	struct p11l_buffer out = {0};
	const CK_ATTRIBUTE *params, *point;
	struct p11l_ec_info info;
	struct octets der;

	(void)state;
	assert_int_equal(EVP_PKEY_set_utf8_string_param(
	                         key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT),
	        1);
	der = spki_of(key);
	assert_ok(p11l_decode_spki(der.p, der.size, &attributes));
	params = attribute(&attributes, CKA_EC_PARAMS);
	assert_ok(p11l_decode_ec_parameters(params->pValue, params->ulValueLen, &info));
	assert_string_equal(info.name, "secp256r1");
	assert_false(info.is_named);
	assert_int_equal(info.order_octets, 32);
	assert_ok(p11l_encode_spki(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	octets_free(&der);

	der = write_key(key, "type-specific", EVP_PKEY_KEYPAIR);
	assert_ok(p11l_decode_ec_private_key(der.p, der.size, &attributes, &public_key));
	point = attribute(&public_key, CKA_EC_POINT);
	assert_ok(p11l_attributes_set(&attributes, CKA_EC_POINT, point->pValue, point->ulValueLen));
	assert_ok(p11l_encode_ec_private_key(attributes.entry, attributes.count, &out));
	assert_octets(&out, &der);
	p11l_buffer_free(&out);
	p11l_attributes_clear(&attributes);
	p11l_attributes_clear(&public_key);
	octets_free(&der);
	EVP_PKEY_free(key);
}

/* A key of RFC 8410, section 10.3: version 1, and the same with its public key in version 2. */
static void rfc8410(void **state)
{
	static const char v1[] = "302e 020100 3005 06032b6570 0422 0420"
	                         "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";
	static const char public[] =
	        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
	static const char v2[] = "3051 020101 3005 06032b6570 0422 0420"
	                         "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
	                         "8121 00"
	                         "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
	struct octets one = hex(v1), two = hex(v2), point = hex(public);
	struct p11l_attributes key = {0}, public_key = {0};
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_decode_private_key_info(one.p, one.size, &key, &public_key));
	assert_int_equal(public_key.count, 0);
	assert_int_equal(attribute(&key, CKA_VALUE)->ulValueLen, 32);
	assert_ok(p11l_encode_private_key_info(key.entry, key.count, &out));
	assert_octets(&out, &one);
	assert_ok(p11l_attributes_set(&key, CKA_EC_POINT, point.p, point.size));
	assert_ok(p11l_encode_private_key_info(key.entry, key.count, &out));
	assert_octets(&out, &two);
	assert_ok(p11l_decode_private_key_info(two.p, two.size, &key, &public_key));
	assert_int_equal(number(&public_key, CKA_KEY_TYPE), CKK_EC_EDWARDS);
	assert_int_equal(attribute(&public_key, CKA_EC_POINT)->ulValueLen, 34);
	p11l_buffer_free(&out);
	p11l_attributes_clear(&key);
	p11l_attributes_clear(&public_key);
	octets_free(&one);
	octets_free(&two);
	octets_free(&point);
}

/* Tokens name Edwards curves in several ways; all are written by the identifier. */
static void curves_by_name(void **state)
{
	CK_BYTE name[] = "\x13\x0c"
	                 "edwards25519",
	        point[32] = {1};
	CK_ULONG type = CKK_EC_EDWARDS;
	CK_ATTRIBUTE key[] = {
	        {CKA_KEY_TYPE, &type, sizeof(type)},
	        {CKA_EC_PARAMS, name, sizeof(name) - 1},
	        {CKA_EC_POINT, point, sizeof(point)},
	};
	struct p11l_buffer out = {0};

	(void)state;
	assert_ok(p11l_encode_spki(key, COUNT(key), &out));
	assert_int_equal(out.len, 44);
	assert_memory_equal(out.p, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00\x01", 13);
	p11l_buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(curves_of_openssl),
	        cmocka_unit_test(names),
	        cmocka_unit_test(unknown_curves_pass),
	        cmocka_unit_test(points),
	        cmocka_unit_test(sec1),
	        cmocka_unit_test(short_values),
	        cmocka_unit_test(explicit_parameters),
	        cmocka_unit_test(rfc8410),
	        cmocka_unit_test(curves_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
