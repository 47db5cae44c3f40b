/* SPDX-License-Identifier: MIT */
/*
 * What no decoder may take: BER that is no DER, numbers that cannot be, structures that are others.
 * Each is refused by name and offset.
 */
#include "codec_test.h"

typedef CK_RV decode(const void *der, CK_ULONG size);

#define DECODER(name, call)                                  \
	static CK_RV name(const void *der, CK_ULONG size)    \
	{                                                    \
		struct p11l_attributes out = {0};            \
		CK_RV rv = call;                             \
                                                             \
		assert_true(rv == CKR_OK || out.count == 0); \
		p11l_attributes_clear(&out);                 \
		return rv;                                   \
	}

DECODER(rsa_public, p11l_decode_rsa_public_key(der, size, &out))
DECODER(rsa_private, p11l_decode_rsa_private_key(der, size, &out, NULL))
DECODER(dsa_parameters, p11l_decode_dsa_domain_parameters(der, size, &out))
DECODER(dh_parameters, p11l_decode_dh_domain_parameters(der, size, &out, NULL))
DECODER(x9_42_parameters, p11l_decode_x9_42_dh_domain_parameters(der, size, &out))
DECODER(ec_private, p11l_decode_ec_private_key(der, size, &out, NULL))
DECODER(ec_public, p11l_decode_ec_public_key(der, size, CK_TRUE, &out))
DECODER(spki, p11l_decode_spki(der, size, &out))
DECODER(private_key_info, p11l_decode_private_key_info(der, size, &out, NULL))
DECODER(certificate, p11l_decode_x509_certificate(der, size, CK_TRUE, &out))

static CK_RV signature(const void *der, CK_ULONG size)
{
	struct p11l_buffer out = {0};
	CK_RV rv = p11l_decode_ecdsa_signature(der, size, 32, &out);

	assert_true(rv == CKR_OK || out.len == 0);
	p11l_buffer_free(&out);
	return rv;
}

static CK_RV dh_public(const void *der, CK_ULONG size)
{
	struct p11l_buffer out = {0};
	CK_RV rv = p11l_decode_dh_public_key(der, size, &out);

	p11l_buffer_free(&out);
	return rv;
}

static CK_RV ec_parameters(const void *der, CK_ULONG size)
{
	struct p11l_ec_info info;

	return p11l_decode_ec_parameters(der, size, &info);
}

/* A minimal X.509 certificate with an Ed25519 key; the signature is three octets. */
#define WITH_ISSUER(issuer)                                                       \
	"3075 3066 020101 3005 06032b6570" issuer                                 \
	"301e 170d3030303130313030303030305a 170d3030303130323030303030305a 3000" \
	"302a 3005 06032b6570 0321 00"                                            \
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"        \
	"3005 06032b6570 0304 00 010203"
#define CERTIFICATE WITH_ISSUER("300c 310a 3008 0603550403 0c0161")

/* What is right, so that the cases below are wrong for one reason only. */
static void right(void **state)
{
	static const struct {
		decode *decode;
		const char *der;
	} cases[] = {
	        {rsa_public, "3006 020133 020103"},
	        {rsa_private,
	                "301b 020100 020133 020103 020103 020103 020105 020103 020103 020102"},
	        {dsa_parameters, "3009 020117 02010b 020104"},
	        {dh_parameters, "3009 020117 020105 020104"},
	        {x9_42_parameters, "3011 020117 020105 02010b 3006 0302 0001"
	                           "0200"},
	        {ec_private, "3019 020101 0402 0102 a00a 06082a8648ce3d030107 a104 0302 0004"},
	        {ec_parameters, "06082a8648ce3d030107"},
	        {signature, "3006 020101 020102"},
	        {dh_public, "020101"},
	        {certificate, CERTIFICATE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct octets der = hex(cases[i].der);

		if (i != 4 && i != 5) /* these are in the next list */
			assert_ok(cases[i].decode(der.p, der.size));
		octets_free(&der);
	}
}

static const struct {
	decode *decode;
	const char *der, *field;
	CK_ULONG offset;
} wrong_cases[] = {
        /* lengths */
        {rsa_public, "", "RSAPublicKey", 0},
        {rsa_public, "30", "RSAPublicKey", 0},
        {rsa_public, "3080 020133 020103 0000", "RSAPublicKey", 0},
        {rsa_public, "308106 020133 020103", "RSAPublicKey", 0},
        {rsa_public, "30820006 020133 020103", "RSAPublicKey", 0},
        {rsa_public, "3007 020133 020103", "RSAPublicKey", 0},
        {rsa_public, "3084ffffffff 020133 020103", "RSAPublicKey", 0},
        {rsa_public, "3088ffffffffffffffff 020133", "RSAPublicKey", 0},
        {rsa_public, "30ff 020133 020103", "RSAPublicKey", 0},
        {rsa_public, "3007 02810133 020103", "RSAPublicKey.modulus", 2},
        {rsa_public, "3006 020133 020203", "RSAPublicKey.publicExponent", 5},
        {rsa_public, "3005 020133 0203", "RSAPublicKey.publicExponent", 5},
        {rsa_public, "3006 020133 020103 00", "RSAPublicKey", 8},
        {rsa_public, "3009 020133 020103 020101", "RSAPublicKey", 8},
        {rsa_public, "3003 020133", "RSAPublicKey.publicExponent", 5},
        {rsa_public, "3000", "RSAPublicKey.modulus", 2},
        /* numbers */
        {rsa_public, "3006 020181 020103", "RSAPublicKey.modulus", 2},
        {rsa_public, "3006 020133 0201ff", "RSAPublicKey.publicExponent", 5},
        {rsa_public, "3007 02020033 020103", "RSAPublicKey.modulus", 2},
        {rsa_public, "3007 0202ff80 020103", "RSAPublicKey.modulus", 2},
        {rsa_public, "3005 0200 020103", "RSAPublicKey.modulus", 2},
        /* other tags */
        {rsa_public, "3106 020133 020103", "RSAPublicKey", 0},
        {rsa_public, "3006 040133 020103", "RSAPublicKey.modulus", 2},
        {rsa_public, "3006 220133 020103", "RSAPublicKey.modulus", 2},
        {rsa_public, "3006 020133 820103", "RSAPublicKey.publicExponent", 5},
        {rsa_private, "301b 020102 020133 020103 020103 020103 020105 020103 020103 020102",
                "RSAPrivateKey.version", 2},
        {rsa_private, "301d 020100 020133 020103 020103 020103 020105 020103 020103 020102 3000",
                "RSAPrivateKey.otherPrimeInfos", 29},
        {dsa_parameters, "3009 020117 02018b 020104", "Dss-Parms.q", 5},
        {dh_parameters, "300c 020117 020105 0204 01020304", "DHParameter.privateValueLength", 8},
        {x9_42_parameters, "3006 020117 020105", "DomainParameters.q", 8},
        {x9_42_parameters, "300b 020117 020105 02010b 3000",
                "DomainParameters.validationParms.seed", 13},
        {dh_public, "0201ff", "DHPublicKey", 0},
        {dh_public, "020101 00", "DHPublicKey", 3},
        {signature, "3006 0201ff 020102", "Dss-Sig-Value.r", 2},
        {signature, "3007 020101 02020002", "Dss-Sig-Value.s", 5},
        /* elliptic curves */
        {ec_parameters, "0603 2a8680", "ECParameters.namedCurve", 0},
        {ec_parameters, "0603 802a01", "ECParameters.namedCurve", 0},
        {ec_parameters, "0600", "ECParameters.namedCurve", 0},
        {ec_parameters, "3000", "ECParameters.specifiedCurve.version", 2},
        {ec_private, "3017 020101 0402 0102 a004 06022a03 a108 0306 010401020304",
                "ECPrivateKey.publicKey", 15},
        {ec_private, "3007 020101 0402 0102", "ECPrivateKey.parameters", 0},
        {ec_private, "3013 020102 0402 0102 a00a 06082a8648ce3d030107", "ECPrivateKey.version", 2},
        {ec_private, "3011 020101 0400 a00a 06082a8648ce3d030107", "ECPrivateKey.privateKey", 5},
        {ec_private, "3019 020101 0402 0102 a00a 06082a8648ce3d030107 a104 0302 0004",
                "ECPrivateKey.publicKey", 26},
        {ec_private, "3019 020101 0402 0102 a00a 06082a8648ce3d030107 a104 0302 0104",
                "ECPrivateKey.publicKey", 21},
        {ec_private, "3015 020101 0402 0102 a00c 06082a8648ce3d030107 0500",
                "ECPrivateKey.parameters", 21},
        {ec_public, "3019 3013 06072a8648ce3d0201 06082a8648ce3d030107 0302 0004",
                "SubjectPublicKeyInfo.subjectPublicKey", 26},
        {ec_public, "3011 300b 06072a8648ce3d0201 0500 0302 0004", "ECParameters.implicitCurve",
                13},
        {ec_public, "300f 3009 06072a8648ce3d0201 0302 0004", "AlgorithmIdentifier.parameters", 4},
        {spki, "300f 3009 06072a8648ce380401 0302 0004", "AlgorithmIdentifier.parameters", 4},
        /* SPKI and PKCS #8 */
        {spki, "300c 3006 06042a030405 0302 0001", "SubjectPublicKeyInfo.algorithm.algorithm", 4},
        {spki, "3009 3005 06032b6570 0300", "SubjectPublicKeyInfo.subjectPublicKey", 9},
        {spki, "300b 3005 06032b6570 0302 0102", "SubjectPublicKeyInfo.subjectPublicKey", 9},
        {spki, "300b 3005 06032b6570 0302 0900", "SubjectPublicKeyInfo.subjectPublicKey", 9},
        {spki, "300d 3007 06032b6570 0500 0302 0004", "AlgorithmIdentifier.parameters", 9},
        {spki, "3013 300d 06092a864886f70d010101 0500 0302 0030", "RSAPublicKey", 20},
        {private_key_info, "300e 020102 3005 06032b6570 0402 0400", "OneAsymmetricKey.version", 2},
        {private_key_info, "300e 020100 3005 06032b6570 0402 0400", "CurvePrivateKey", 14},
        {private_key_info, "300d 020100 3005 06032b6570 0401 04", "CurvePrivateKey", 14},
        {private_key_info, "3012 020100 3005 06032b6570 0402 0400 8102 0000",
                "OneAsymmetricKey.publicKey", 16},
        {private_key_info, "300e 020100 3005 06032b6570 0502 0400", "OneAsymmetricKey.privateKey",
                12},
        /* certificates */
        {certificate, "3006 3000 3000 0300", "Certificate.tbsCertificate.serialNumber", 4},
        {certificate, "3003 020101", "Certificate.tbsCertificate", 2},
        {certificate, WITH_ISSUER("300c 300a 3008 0603550403 0c0161"), "RelativeDistinguishedName",
                16},
        {certificate, WITH_ISSUER("300c 310a 3108 0603550403 0c0161"), "AttributeTypeAndValue", 18},
        {certificate, WITH_ISSUER("300c 310a 3008 0403550403 0c0161"), "AttributeTypeAndValue.type",
                20},
        {certificate, WITH_ISSUER("310c 310a 3008 0603550403 0c0161"),
                "Certificate.tbsCertificate.issuer", 14},
        {certificate, WITH_ISSUER("300c 3100 3108 3006 06025504 0c00"), "RelativeDistinguishedName",
                16},
};

static void wrong(void **state)
{
	size_t missed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong_cases); i++) {
		const struct p11l_error *error = p11l_last_error();
		struct octets der = hex(wrong_cases[i].der);
		CK_RV rv = wrong_cases[i].decode(der.p, der.size);

		if ((rv != P11L_CKR_MALFORMED && rv != P11L_CKR_UNSUPPORTED) ||
		        strcmp(error->field, wrong_cases[i].field) != 0 ||
		        error->offset != wrong_cases[i].offset) {
			print_message("%s: 0x%lx: %s\n", wrong_cases[i].der, rv, error->text);
			missed++;
		}
		octets_free(&der);
	}
	assert_int_equal(missed, 0);
}

/* Every certificate that is cut off, and every octet of one that is changed: no crash, and an error
 * that says something. */
static void cut_and_changed(void **state)
{
	struct octets der = hex(CERTIFICATE);

	(void)state;
	for (size_t size = 0; size < der.size; size++) {
		unsigned char *part = malloc(size + 1);

		memcpy(part, der.p, size);
		assert_int_equal(certificate(part, size), P11L_CKR_MALFORMED);
		free(part);
	}
	for (size_t i = 0; i < der.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			der.p[i] ^= (unsigned char)(1u << bit);
			if (certificate(der.p, der.size) != CKR_OK) {
				assert_true(p11l_last_error()->field[0] != '\0');
				assert_true(p11l_last_error()->offset <= der.size);
			}
			der.p[i] ^= (unsigned char)(1u << bit);
		}
	}
	octets_free(&der);
}

/* Values in values, until something gives up; it must be the decoder and not the stack. */
static void nested(void **state)
{
	static unsigned char bomb[200000];
	size_t size = 0;

	(void)state;
	/* In place of the parameters of an algorithm, where anything may stand. */
	for (size_t depth = sizeof(bomb) / 8; depth > 0; depth--) {
		size_t inside = (depth - 1) * 4;

		bomb[size++] = 0x30;
		bomb[size++] = 0x82;
		bomb[size++] = (unsigned char)(inside >> 8);
		bomb[size++] = (unsigned char)inside;
	}
	assert_int_equal(spki(bomb, size), P11L_CKR_MALFORMED);
	assert_int_equal(certificate(bomb, size), P11L_CKR_MALFORMED);
	size = 0;
	for (size_t depth = 40; depth > 0; depth--) {
		bomb[size++] = 0x30;
		bomb[size++] = (unsigned char)(2 * depth - 2);
	}
	memmove(bomb + 11, bomb, size);
	memcpy(bomb, "\x30\x5d\x30\x57\x06\x03\x2b\x65\x70", 9);
	memmove(bomb + 9, bomb + 11, size);
	bomb[3] = (unsigned char)(5 + size);
	bomb[1] = (unsigned char)(2 + 5 + size + 4);
	memcpy(bomb + 9 + size, "\x03\x02\x00\x04", 4);
	assert_refused(spki(bomb, 9 + size + 4), P11L_CKR_MALFORMED,
	        "SubjectPublicKeyInfo.algorithm.parameters", 9 + 2 * 31);
}

/* Many small elements, of which libtasn1 would make a large tree. */
static void many_elements(void **state)
{
	struct octets head = hex("30 81c8 020100 3005 06032b6570 0402 0400 a081b7");
	unsigned char der[203];

	(void)state;
	memset(der, 0, sizeof(der));
	memcpy(der, head.p, head.size);
	for (size_t i = head.size; i + 1 < sizeof(der); i += 2)
		der[i] = 0x05;
	der[2] = (unsigned char)(sizeof(der) - 3);
	der[head.size - 1] = (unsigned char)((sizeof(der) - head.size) / 2 * 2);
	der[2] = (unsigned char)(head.size - 3 + der[head.size - 1]);
	assert_refused(private_key_info(der, der[2] + 3u), P11L_CKR_MALFORMED,
	        "OneAsymmetricKey.attributes", head.size + 128);
	octets_free(&head);
}

/* All right but for its length: 16 MiB of modulus. */
static void too_long(void **state)
{
	struct octets head = hex("30 8401000009 02 8401000000"), tail = hex("020103");
	size_t size = head.size + (1u << 24) + tail.size;
	unsigned char *der = malloc(size);

	(void)state;
	memset(der, 1, size);
	memcpy(der, head.p, head.size);
	memcpy(der + size - tail.size, tail.p, tail.size);
	assert_refused(rsa_public(der, size), P11L_CKR_MALFORMED, "RSAPublicKey", 0);
	assert_non_null(strstr(p11l_last_error()->text, "16 MiB"));
	free(der);
	octets_free(&head);
	octets_free(&tail);
}

static void null_pointers(void **state)
{
	struct p11l_attributes out = {0};
	struct p11l_buffer buffer = {0};

	(void)state;
	assert_int_equal(p11l_decode_spki(NULL, 5, &out), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_decode_spki("x", 1, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_decode_any(NULL, 5, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_decode_pem(NULL, 5, NULL, NULL, &buffer), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_decode_ec_point(NULL, 5, NULL, 0, &buffer), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_encode_named_curve_parameters(NULL, &buffer), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_key_id(NULL, 1, P11L_ID_NSS, &buffer), CKR_ARGUMENTS_BAD);
	assert_int_equal(p11l_decode_spki(NULL, 0, &out), P11L_CKR_MALFORMED);
	p11l_attributes_clear(NULL);
	p11l_buffer_free(NULL);
	p11l_decoded_free(NULL);
}

/* A success leaves no error behind, and what an output held before is gone after a failure. */
static void record_and_outputs(void **state)
{
	struct octets der = hex("3006 020133 020103");
	struct p11l_attributes out = {0};
	struct p11l_buffer buffer = {0};

	(void)state;
	assert_ok(p11l_decode_rsa_public_key(der.p, der.size, &out));
	assert_int_equal(p11l_decode_rsa_public_key(der.p, der.size - 1, &out), P11L_CKR_MALFORMED);
	assert_int_equal(out.count, 0);
	assert_int_equal(p11l_last_error()->rv, P11L_CKR_MALFORMED);
	assert_ok(p11l_decode_rsa_public_key(der.p, der.size, &out));
	assert_int_equal(p11l_last_error()->rv, CKR_OK);
	assert_string_equal(p11l_last_error()->text, "");
	assert_int_equal(p11l_last_error()->offset, P11L_NO_OFFSET);
	assert_ok(p11l_encode_rsa_public_key(out.entry, out.count, &buffer));
	assert_octets(&buffer, &der);
	p11l_attributes_remove(&out, CKA_MODULUS);
	assert_int_equal(
	        p11l_encode_rsa_public_key(out.entry, out.count, &buffer), CKR_TEMPLATE_INCOMPLETE);
	assert_int_equal(buffer.len, 0);
	p11l_attributes_clear(&out);
	p11l_buffer_free(&buffer);
	octets_free(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(right),
	        cmocka_unit_test(wrong),
	        cmocka_unit_test(cut_and_changed),
	        cmocka_unit_test(nested),
	        cmocka_unit_test(many_elements),
	        cmocka_unit_test(too_long),
	        cmocka_unit_test(null_pointers),
	        cmocka_unit_test(record_and_outputs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
