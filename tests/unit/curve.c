/* SPDX-License-Identifier: MIT */
/* The ways in which CKA_EC_PARAMS says a curve. */
#include "harness.h"

#include "shim/normalise/curve.h"
#include "shim/normalise/der.h"

/* Writes a value of parts behind each other. */
struct out {
	CK_BYTE at[1024];
	size_t size;
};

static void put(struct out *out, enum p11l_der_tag tag, const void *octets, size_t size)
{
	CK_BYTE head[P11L_DER_HEAD];
	size_t n = p11l_der_head(tag, size, head);

	memcpy(out->at + out->size, head, n);
	memcpy(out->at + out->size + n, octets, size);
	out->size += n + size;
}

static void put_positive(struct out *out, const CK_BYTE *octets, size_t size)
{
	CK_BYTE with[80] = {0};
	size_t zero = octets[0] > 0x7f ? 1 : 0;

	memcpy(with + zero, octets, size);
	put(out, P11L_DER_INTEGER, with, size + zero);
}

/* What a card may write instead of the identifier; a way to spoil each part. */
struct written {
	int spoilt;      /* which of p, a, b, x, y, n has its last bit changed; -1: none */
	bool compressed; /* base */
	bool seed;
	int cofactor;  /* 0: left out */
	bool stripped; /* a and b without zeros in front */
	bool trailing; /* an octet behind it all */
};

static const struct written as_usual = {-1, false, false, 1, false, false};

static void put_number(struct out *out, const CK_BYTE *octets, size_t n, bool stripped)
{
	while (stripped && n > 1 && *octets == 0) {
		octets++;
		n--;
	}
	put(out, P11L_DER_OCTET_STRING, octets, n);
}

static void put_base(struct out *out, const CK_BYTE *domain, size_t n, bool compressed)
{
	CK_BYTE base[256];

	memcpy(base + 1, domain + 3 * n, 2 * n);
	base[0] = compressed ? (CK_BYTE)(2 | (domain[5 * n - 1] & 1)) : 4;
	put(out, P11L_DER_OCTET_STRING, base, compressed ? 1 + n : 1 + 2 * n);
}

static struct out explicit(const struct p11l_curve *curve, const struct written *how)
{
	static const CK_BYTE prime[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01};
	struct out all = {.size = 0}, in = {.size = 0}, part = {.size = 0};
	CK_BYTE domain[6 * 80], cofactor = (CK_BYTE)how->cofactor;
	size_t n = curve->octets, first = 0;

	memcpy(domain, curve->domain, 6 * n);
	if (how->spoilt >= 0)
		domain[(size_t)(how->spoilt + 1) * n - 1] ^= 1;
	put(&in, P11L_DER_INTEGER, "\1", 1);
	put(&part, P11L_DER_OID, prime, sizeof(prime));
	while (domain[first] == 0)
		first++;
	put_positive(&part, domain + first, n - first);
	put(&in, P11L_DER_SEQUENCE, part.at, part.size);
	part.size = 0;
	put_number(&part, domain + n, n, how->stripped);
	put_number(&part, domain + 2 * n, n, how->stripped);
	if (how->seed)
		put(&part, P11L_DER_BIT_STRING, "\0seed", 5);
	put(&in, P11L_DER_SEQUENCE, part.at, part.size);
	put_base(&in, domain, n, how->compressed);
	put_positive(&in, domain + 5 * n + first, n - first);
	if (how->cofactor != 0)
		put(&in, P11L_DER_INTEGER, &cofactor, 1);
	put(&all, P11L_DER_SEQUENCE, in.at, in.size);
	all.size += how->trailing ? 1 : 0;
	return all;
}

static struct p11l_params parse(const void *octets, CK_ULONG size)
{
	return p11l_params_parse(octets, size);
}

static struct p11l_params parse_explicit(const struct p11l_curve *curve, struct written how)
{
	struct out out = explicit(curve, &how);

	return parse(out.at, out.size);
}

static void identifiers(void **state)
{
	(void)state;
	for (size_t i = 0; i < p11l_curve_count; i++) {
		struct p11l_params params = parse(p11l_curves[i].oid, p11l_curves[i].length);

		assert_int_equal(params.form, P11L_CURVE_OID);
		assert_ptr_equal(params.curve, &p11l_curves[i]);
		assert_int_equal(params.octets, p11l_curves[i].octets);
		assert_in_range(params.octets, 14, 72);
	}
}

static void explicit_parameters(void **state)
{
	unsigned listed = 0;

	(void)state;
	for (size_t i = 0; i < p11l_curve_count; i++) {
		const struct p11l_curve *curve = &p11l_curves[i];
		struct written how = as_usual;

		if (curve->domain == NULL)
			continue;
		listed++;
		assert_ptr_equal(parse_explicit(curve, how).curve, curve);
		how.compressed = how.seed = how.stripped = true;
		how.cofactor = 0;
		assert_ptr_equal(parse_explicit(curve, how).curve, curve);
		assert_int_equal(parse_explicit(curve, how).form, P11L_CURVE_EXPLICIT);
		assert_int_equal(parse_explicit(curve, how).octets, curve->octets);
	}
	assert_true(listed >= 8);
}

/* One bit of any parameter makes another curve; its field is known all the same. */
static void nearly_a_curve(void **state)
{
	const struct p11l_curve *curve = p11l_find_curve_named("P-256", 5);
	struct written how = as_usual;
	struct p11l_params params;

	(void)state;
	for (how.spoilt = 0; how.spoilt < 6; how.spoilt++) {
		params = parse_explicit(curve, how);
		assert_int_equal(params.form, P11L_CURVE_EXPLICIT);
		assert_null(params.curve);
		assert_int_equal(params.octets, 32);
	}
	how.spoilt = 4; /* the parity of y alone */
	how.compressed = true;
	assert_null(parse_explicit(curve, how).curve);
	how = as_usual;
	how.cofactor = 2;
	assert_null(parse_explicit(curve, how).curve);
	how = as_usual;
	how.trailing = true;
	assert_int_equal(parse_explicit(curve, how).form, P11L_CURVE_UNKNOWN);
}

static void binary_fields(void **state)
{
	static const CK_BYTE params[] = {0x30, 0x1e, 0x02, 0x01, 0x01, 0x30, 0x19, 0x06, 0x07, 0x2a,
	        0x86, 0x48, 0xce, 0x3d, 0x01, 0x02, 0x30, 0x0e, 0x02, 0x02, 0x00, 0xe9, 0x06, 0x05,
	        0x2b, 0x01, 0x02, 0x03, 0x04, 0x02, 0x01, 0x4a};
	struct p11l_params read = parse(params, sizeof(params));

	(void)state;
	assert_int_equal(read.form, P11L_CURVE_EXPLICIT);
	assert_null(read.curve);
	assert_int_equal(read.octets, 30); /* 233 bits */
}

static void assert_name(
        const char *octets, CK_ULONG size, enum p11l_curve_form form, const char *is)
{
	struct p11l_params params = parse(octets, size);

	assert_int_equal(params.form, form);
	if (is == NULL)
		assert_null(params.curve);
	else
		assert_string_equal(params.curve->name, is);
}

static void names(void **state)
{
	(void)state;
	assert_name("\x13\x0c"
	            "edwards25519",
	        14, P11L_CURVE_NAME, "Ed25519");
	assert_name("\x13\x0a"
	            "edwards448",
	        12, P11L_CURVE_NAME, "Ed448");
	assert_name("\x13\x0a"
	            "curve25519",
	        12, P11L_CURVE_NAME, "X25519");
	assert_name("\x13\x08"
	            "curve448",
	        10, P11L_CURVE_NAME, "X448");
	assert_name("\x0c\x0a"
	            "curve25519",
	        12, P11L_CURVE_UTF8_NAME, "X25519");
	assert_name("\x13\x0b"
	            "curve25519",
	        12, P11L_CURVE_BAD_NAME, "X25519");
	assert_name("\x13\x09"
	            "curve448",
	        10, P11L_CURVE_BAD_NAME, "X448");
	assert_name("\x13\x05"
	            "P-256",
	        7, P11L_CURVE_NAME, "secp256r1");
	assert_name("\x13\x05"
	            "P-257",
	        7, P11L_CURVE_UNKNOWN, NULL);
	assert_name("\x13\x0a"
	            "curve2551",
	        11, P11L_CURVE_UNKNOWN, NULL);
	assert_name("\x13\x00", 2, P11L_CURVE_UNKNOWN, NULL);
	assert_name("\x13\x01", 2, P11L_CURVE_UNKNOWN, NULL);
	assert_name("", 0, P11L_CURVE_UNKNOWN, NULL);
	assert_name("\x05\x00", 2, P11L_CURVE_UNKNOWN, NULL);
}

static void assert_written(
        const char *curve, enum p11l_curve_form form, const char *octets, CK_ULONG size)
{
	const struct p11l_curve *row = p11l_find_curve_named(curve, strlen(curve));
	CK_BYTE out[P11L_PARAMS_MAX];

	assert_non_null(row);
	assert_int_equal(p11l_params_write(row, form, out, sizeof(out)), size);
	assert_memory_equal(out, octets, size);
	if (size > 0)
		assert_int_equal(p11l_params_write(row, form, out, size - 1), 0);
}

static void writing(void **state)
{
	(void)state;
	assert_written("Ed25519", P11L_CURVE_OID, "\x06\x03\x2b\x65\x70", 5);
	assert_written("openpgp-ed25519", P11L_CURVE_OID, "\x06\x03\x2b\x65\x70", 5);
	assert_written("cv25519", P11L_CURVE_OID, "\x06\x03\x2b\x65\x6e", 5);
	assert_written("cv25519", P11L_CURVE_NAME,
	        "\x13\x0a"
	        "curve25519",
	        12);
	assert_written("Ed448", P11L_CURVE_NAME,
	        "\x13\x0a"
	        "edwards448",
	        12);
	assert_written("X448", P11L_CURVE_BAD_NAME,
	        "\x13\x09"
	        "curve448",
	        10);
	assert_written("Ed25519", P11L_CURVE_UTF8_NAME,
	        "\x0c\x0c"
	        "edwards25519",
	        14);
	assert_written("P-256", P11L_CURVE_OID, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10);
	assert_written("P-256", P11L_CURVE_NAME, "", 0);
	assert_written("Ed25519", P11L_CURVE_EXPLICIT, "", 0);
}

/* Whatever stands there, nothing but the octets given is read (the sanitizer looks on). */
static void damaged(void **state)
{
	struct out whole = explicit(p11l_find_curve_named("P-384", 5), &as_usual);

	(void)state;
	for (size_t size = 0; size < whole.size; size++) {
		CK_BYTE *cut = malloc(size + 1);

		memcpy(cut, whole.at, size);
		assert_null(parse(cut, size).curve);
		free(cut);
	}
	for (size_t i = 0; i < whole.size * 8; i++) {
		whole.at[i / 8] ^= (CK_BYTE)(1 << i % 8);
		if (i / 8 != 6) /* the version */
			assert_null(parse(whole.at, whole.size).curve);
		whole.at[i / 8] ^= (CK_BYTE)(1 << i % 8);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(identifiers),
	        cmocka_unit_test(explicit_parameters),
	        cmocka_unit_test(nearly_a_curve),
	        cmocka_unit_test(binary_fields),
	        cmocka_unit_test(names),
	        cmocka_unit_test(writing),
	        cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
