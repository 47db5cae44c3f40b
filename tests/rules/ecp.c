/* SPDX-License-Identifier: MIT */
/* Family ECP: points of elliptic curves, read, created and searched for in every form. */
#include "rules.h"

#define EDWARDS "Ed25519"

/* --- Reading */

static bool is_der(const struct octets *point, CK_ULONG raw)
{
	CK_ULONG head = raw < 128 ? 2 : 3;

	return point->size == head + raw && point->at[0] == 0x04 && point->at[head - 1] == raw;
}

/* Whether the length that is told, the one that is read, and a buffer of exactly it agree. */
static bool sizes_agree(struct subject *s, CK_OBJECT_HANDLE object, const struct octets *value)
{
	struct octets exact;
	CK_ATTRIBUTE ask = {CKA_EC_POINT, NULL, 0}, read = {CKA_EC_POINT, exact.at, value->size},
	             tight = {CKA_EC_POINT, exact.at, value->size - 1};

	return s->p11->C_GetAttributeValue(s->session, object, &ask, 1) == CKR_OK &&
	       ask.ulValueLen == value->size &&
	       s->p11->C_GetAttributeValue(s->session, object, &read, 1) == CKR_OK &&
	       read.ulValueLen == value->size && memcmp(exact.at, value->at, value->size) == 0 &&
	       s->p11->C_GetAttributeValue(s->session, object, &tight, 1) == CKR_BUFFER_TOO_SMALL &&
	       tight.ulValueLen == CK_UNAVAILABLE_INFORMATION;
}

static bool point_is_der(struct subject *s)
{
	static const struct {
		const char *curve;
		CK_ULONG raw;
	} rows[] = {{"secp256r1", 65}, {"secp384r1", 97}, {"secp521r1", 133}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct key_pair pair = ec_pair(s, rows[i].curve);
		struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);

		if (!is_der(&point, rows[i].raw) || point.at[point.size - rows[i].raw] != 0x04 ||
		        !sizes_agree(s, pair.public, &point))
			return false;
	}
	return true;
}

CASE(bare_points_are_wrapped)
{
	const struct setting setting = {.rule = "ECP-1", .twist = "point-read raw"};

	check_rule(&setting, point_is_der);
	assert_int_equal(notes("ECP-4"), 0);
}

CASE(coordinates_are_points)
{
	const struct setting setting = {.rule = "ECP-2", .twist = "point-read xy"};

	check_rule(&setting, point_is_der);
}

CASE(bit_strings_are_octet_strings)
{
	const struct setting setting = {.rule = "ECP-3", .twist = "point-read bit-string"};

	check_rule(&setting, point_is_der);
}

static bool edwards_is_der(struct subject *s)
{
	struct key_pair pair = edwards_pair(s, EDWARDS);
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);

	return is_der(&point, 32) && sizes_agree(s, pair.public, &point);
}

static bool edwards_is_raw(struct subject *s)
{
	struct key_pair pair = edwards_pair(s, EDWARDS);
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);

	return point.size == 32 && sizes_agree(s, pair.public, &point);
}

CASE(edwards_bit_strings_in_old_tables)
{
	const struct setting setting = {.rule = "ECP-3", .twist = "edwards-read bit-string"};

	check_rule(&setting, edwards_is_der);
}

/* SoftHSM has them as DER OCTET STRING, so the twist is only the newer table. */
CASE(edwards_points_are_raw_in_new_tables)
{
	const struct setting der = {
	        .rule = "ECP-4", .twist = "interface 3.0", .table = {3, 0}, .native = true};
	const struct setting bits = {.rule = "ECP-4",
	        .twist = "interface 3.0,edwards-read bit-string",
	        .table = {3, 0},
	        .native = true};

	check_rule(&der, edwards_is_raw);
	check_rule(&bits, edwards_is_raw);
}

CASE(edwards_points_as_the_user_wants_them)
{
	const struct setting raw = {.rule = "ECP-4", .keys = "ecx_point = raw\n", .native = true};
	const struct setting der = {
	        .rule = "ECP-4", .twist = "edwards-read raw", .keys = "ecx_point = der\n"};
	const struct setting as_is = {.rule = "ECP-4",
	        .twist = "interface 3.0",
	        .table = {3, 0},
	        .keys = "ecx_point = as-is\n"};

	check_rule(&raw, edwards_is_raw);
	check_rule(&der, edwards_is_der);
	assert_true(with_lens(&as_is, edwards_is_der));
	assert_int_equal(notes("ECP-4"), 0);
}

/* In tables of 2.40 nobody knows what a program expects, so it gets what the vendor has. */
CASE(edwards_points_stay_in_old_tables)
{
	const struct setting setting = {.rule = "ECP-4"};
	const struct setting raw = {.rule = "ECP-4", .twist = "edwards-read raw"};

	assert_true(with_lens(&setting, edwards_is_der));
	assert_int_equal(notes("ECP-4") + notes("ECP-5"), 0);
	assert_true(with_lens(&raw, edwards_is_raw));
	assert_int_equal(notes("ECP-4") + notes("ECP-5"), 0);
}

static bool size_is_what_is_read(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);

	return sizes_agree(s, pair.public, &point);
}

CASE(the_size_is_the_size)
{
	const struct setting setting = {
	        .rule = "ECP-8", .twist = "point-size-query raw", .silent = true};

	check_rule(&setting, size_is_what_is_read);
}

/* A read of a point costs one vendor call, and one more where only the curve can tell. */
static bool costs_one_call(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");

	forget_calls();
	read_attribute(s, pair.public, CKA_EC_POINT);
	return calls("C_GetAttributeValue") == 1;
}

static bool costs_two_calls(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_BYTE point[80], params[80];
	CK_ATTRIBUTE both[] = {
	        {CKA_EC_POINT, point, sizeof(point)}, {CKA_EC_PARAMS, params, sizeof(params)}};

	forget_calls();
	read_attribute(s, pair.public, CKA_EC_POINT);
	assert_int_equal(calls("C_GetAttributeValue"), 2);
	forget_calls();
	assert_int_equal(s->p11->C_GetAttributeValue(s->session, pair.public, both, 2), CKR_OK);
	return calls("C_GetAttributeValue") == 1 && both[0].ulValueLen == 67;
}

CASE(what_a_point_costs)
{
	const struct setting ordinary = {.rule = "ECP-1"};
	const struct setting raw = {.rule = "ECP-1", .twist = "point-read raw"};
	const struct setting pair = {.rule = "ECP-2", .twist = "point-read xy"};

	assert_true(with_lens(&ordinary, costs_one_call));
	assert_true(with_lens(&raw, costs_one_call));
	assert_true(with_lens(&pair, costs_two_calls));
}

/* --- Creating */

enum form { RAW, BIT_STRING, DER };

/* The point of a key that the module has made, from its DER, in another form. */
static struct octets in_form(const struct octets *der, enum form form)
{
	CK_ULONG head = der->at[1] < 128 ? 2 : 3;
	struct octets out = {.size = 0};

	if (form == DER)
		return *der;
	if (form == BIT_STRING) {
		out.at[0] = 0x03;
		out.at[1] = (uint8_t)(der->size - head + 1);
		out.size = 3;
	}
	memcpy(out.at + out.size, der->at + head, der->size - head);
	out.size += der->size - head;
	return out;
}

static CK_OBJECT_HANDLE create_public(
        struct subject *s, CK_KEY_TYPE type, const struct octets *params, struct octets *point)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	struct octets oid = *params;
	CK_OBJECT_HANDLE object = 0;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        {CKA_EC_PARAMS, oid.at, oid.size}, {CKA_EC_POINT, point->at, point->size},
	        ATTRIBUTE(CKA_VERIFY, yes)};

	if (s->p11->C_CreateObject(s->session, template, COUNT(template), &object) != CKR_OK)
		return 0;
	return object;
}

/* Whether a key that is made anew from its point, in every form, verifies what the old one has
 * signed. */
static bool verifies_in_each_form(struct subject *s, CK_KEY_TYPE type, CK_MECHANISM_TYPE mechanism,
        struct key_pair pair, const char *curve)
{
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);
	struct octets oid = curve_oid(curve), signature = sign(s, mechanism, pair.private);
	bool all = true;

	for (enum form form = RAW; form <= DER; form++) {
		struct octets given = in_form(&point, form);
		CK_OBJECT_HANDLE public = create_public(s, type, &oid, &given);

		all = all && public != 0 && verify(s, mechanism, public, &signature) == CKR_OK;
	}
	return all;
}

static bool points_are_taken(struct subject *s)
{
	return verifies_in_each_form(s, CKK_EC, CKM_ECDSA, ec_pair(s, "secp256r1"), "secp256r1");
}

static bool edwards_points_are_taken(struct subject *s)
{
	return verifies_in_each_form(
	        s, CKK_EC_EDWARDS, CKM_EDDSA, edwards_pair(s, EDWARDS), EDWARDS);
}

/* SoftHSM takes every form and verifies with one only. */
CASE(points_are_created_in_every_form)
{
	const struct setting softhsm = {.rule = "ECP-5", .native = true};
	const struct setting strict = {
	        .rule = "ECP-5", .twist = "point-create der", .native = true};

	check_rule(&softhsm, points_are_taken);
	check_rule(&strict, points_are_taken);
}

CASE(edwards_points_are_created_in_every_form)
{
	const struct setting setting = {.rule = "ECP-4", .native = true};

	check_rule(&setting, edwards_points_are_taken);
}

/* A vendor that has them raw says so in its profile. */
static bool takes_der(struct subject *s)
{
	struct octets oid = curve_oid(EDWARDS), point = {.at = {0x04, 0x20}, .size = 34};

	memset(point.at + 2, 0x42, 32);
	return create_public(s, CKK_EC_EDWARDS, &oid, &point) != 0;
}

CASE(the_profile_knows_the_native_form)
{
	const struct setting setting = {.rule = "ECP-4",
	        .twist = "edwards-create raw",
	        .profile = "../raw.conf",
	        .native = true};

	write_file("raw.conf", "[normalise]\necx_point = raw\n");
	check_rule(&setting, takes_der);
}

/* What fits no form is the vendor's to decide about. */
static bool stays_as_it_is(struct subject *s)
{
	struct octets oid = curve_oid("secp256r1"), point = {.at = {0x04, 0x01}, .size = 60}, is;
	CK_OBJECT_HANDLE public = create_public(s, CKK_EC, &oid, &point);

	if (public == 0)
		return true;
	is = read_attribute(s, public, CKA_EC_POINT);
	return is.size == point.size && memcmp(is.at, point.at, is.size) == 0;
}

CASE(other_lengths_are_left_alone)
{
	const struct setting setting = {.rule = "ECP-5"};

	assert_true(without_lens(&setting, stays_as_it_is));
	assert_true(with_lens(&setting, stays_as_it_is));
	assert_int_equal(notes("ECP-4") + notes("ECP-5"), 0);
}

/* --- Searching */

static CK_ULONG found(struct subject *s, struct octets *point)
{
	CK_ATTRIBUTE wanted = {CKA_EC_POINT, point->at, point->size};
	CK_OBJECT_HANDLE object[4];
	CK_ULONG count = 0;

	assert_int_equal(s->p11->C_FindObjectsInit(s->session, &wanted, 1), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, object, COUNT(object), &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return count;
}

static bool finds_in_each_form(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets der = read_attribute(s, pair.public, CKA_EC_POINT);

	for (enum form form = RAW; form <= DER; form++) {
		struct octets given = in_form(&der, form);

		if (found(s, &given) != 1)
			return false;
	}
	return true;
}

CASE(points_are_found_in_every_form)
{
	const struct setting setting = {.rule = "ECP-9", .native = true};

	check_rule(&setting, finds_in_each_form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(bare_points_are_wrapped),
	        cmocka_unit_test(coordinates_are_points),
	        cmocka_unit_test(bit_strings_are_octet_strings),
	        cmocka_unit_test(edwards_bit_strings_in_old_tables),
	        cmocka_unit_test(edwards_points_are_raw_in_new_tables),
	        cmocka_unit_test(edwards_points_as_the_user_wants_them),
	        cmocka_unit_test(edwards_points_stay_in_old_tables),
	        cmocka_unit_test(the_size_is_the_size),
	        cmocka_unit_test(what_a_point_costs),
	        cmocka_unit_test(points_are_created_in_every_form),
	        cmocka_unit_test(edwards_points_are_created_in_every_form),
	        cmocka_unit_test(the_profile_knows_the_native_form),
	        cmocka_unit_test(other_lengths_are_left_alone),
	        cmocka_unit_test(points_are_found_in_every_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
