/* SPDX-License-Identifier: MIT */
/* Family ECPAR: which curve a key is on, by identifier, by name, or written out in full. */
#include "rules.h"

#define ED_NAME    \
	"\x13\x0c" \
	"edwards25519"
#define X_NAME     \
	"\x13\x0a" \
	"curve25519"

static bool is(const struct octets *value, const void *octets, CK_ULONG size)
{
	return value->size == size && memcmp(value->at, octets, size) == 0;
}

static bool is_oid_of(const struct octets *value, const char *curve)
{
	struct octets oid = curve_oid(curve);

	return is(value, oid.at, oid.size);
}

/* What the size query tells is what is read. */
static struct octets params_of(struct subject *s, CK_OBJECT_HANDLE object)
{
	struct octets value = read_attribute(s, object, CKA_EC_PARAMS);
	CK_ATTRIBUTE ask = {CKA_EC_PARAMS, NULL, 0};

	assert_int_equal(s->p11->C_GetAttributeValue(s->session, object, &ask, 1), CKR_OK);
	assert_int_equal(ask.ulValueLen, value.size);
	return value;
}

static bool edwards_has_its_oid(struct subject *s)
{
	struct octets value = params_of(s, edwards_pair(s, "Ed25519").public);

	return is_oid_of(&value, "Ed25519");
}

static bool edwards_has_its_name(struct subject *s)
{
	struct octets value = params_of(s, edwards_pair(s, "Ed25519").public);

	return is(&value, ED_NAME, 14);
}

CASE(names_become_identifiers)
{
	const char *const twists[] = {"ec-params name", "ec-params utf8", "ec-params gnupg"};

	for (size_t i = 0; i < COUNT(twists); i++) {
		const struct setting setting = {
		        .rule = "ECPAR-1", .twist = twists[i], .keys = "ec_params = oid\n"};

		check_rule(&setting, edwards_has_its_oid);
	}
}

CASE(identifiers_become_names)
{
	const struct setting setting = {
	        .rule = "ECPAR-1", .keys = "ec_params = name\n", .native = true};

	check_rule(&setting, edwards_has_its_name);
}

CASE(parameters_stay_unless_asked_for)
{
	const struct setting setting = {.rule = "ECPAR-1", .twist = "ec-params name"};

	assert_true(with_lens(&setting, edwards_has_its_name));
	assert_int_equal(notes("ECPAR-1"), 0);
}

/* --- Giving: what the vendor's profile says it takes */

static bool generates_by_oid(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("Ed25519");
	CK_ATTRIBUTE template = {CKA_EC_PARAMS, oid.at, oid.size};
	CK_OBJECT_HANDLE public, private;

	return s->p11->C_GenerateKeyPair(
	               s->session, &mechanism, &template, 1, NULL, 0, &public, &private) == CKR_OK;
}

static bool creates_by_oid(struct subject *s)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC_EDWARDS;
	struct octets oid = curve_oid("Ed25519");
	CK_BYTE point[34] = {0x04, 0x20};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        {CKA_EC_PARAMS, oid.at, oid.size}, {CKA_EC_POINT, point, sizeof(point)}};
	CK_OBJECT_HANDLE object;

	return s->p11->C_CreateObject(s->session, template, COUNT(template), &object) == CKR_OK;
}

CASE(vendors_that_take_names)
{
	const struct setting setting = {.rule = "ECPAR-1",
	        .twist = "ec-params-accept name",
	        .profile = "../names.conf",
	        .native = true};

	write_file("names.conf", "[normalise]\nec_params = name\n");
	check_rule(&setting, generates_by_oid);
	check_rule(&setting, creates_by_oid);
}

/* The profile does not say what programs read. */
CASE(profiles_do_not_change_what_is_read)
{
	const struct setting setting = {.rule = "ECPAR-1", .profile = "../names.conf"};

	write_file("names.conf", "[normalise]\nec_params = name\n");
	assert_true(with_lens(&setting, edwards_has_its_name)); /* SoftHSM gives what it got */
	assert_int_equal(notes("ECPAR-1"), 1);
}

/* --- ECPAR-6: one octet too many */

static bool montgomery_has_its_name(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_EC_MONTGOMERY_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("X25519"), value;
	CK_ATTRIBUTE template = {CKA_EC_PARAMS, oid.at, oid.size};
	CK_OBJECT_HANDLE public, private;

	if (s->p11->C_GenerateKeyPair(
	            s->session, &mechanism, &template, 1, NULL, 0, &public, &private) != CKR_OK)
		return false;
	value = params_of(s, public);
	return is(&value, X_NAME, 12);
}

CASE(the_name_with_the_wrong_length)
{
	const struct setting setting = {.rule = "ECPAR-6",
	        .twist = "montgomery,ec-params ykcs11,ec-params-accept ykcs11",
	        .opt_in = true,
	        .native = true};

	check_rule(&setting, montgomery_has_its_name);
}

/* --- ECPAR-2, ECPAR-3, ECPAR-5 */

static bool general_mechanism_is_enough(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("Ed25519");
	CK_ATTRIBUTE template = {CKA_EC_PARAMS, oid.at, oid.size};
	CK_OBJECT_HANDLE public, private;

	return s->p11->C_GenerateKeyPair(
	               s->session, &mechanism, &template, 1, NULL, 0, &public, &private) == CKR_OK;
}

CASE(the_mechanism_that_the_curve_needs)
{
	const struct setting setting = {.rule = "ECPAR-2", .opt_in = true, .native = true};

	check_rule(&setting, general_mechanism_is_enough);
}

static bool curve_has_its_oid(struct subject *s)
{
	struct octets value = params_of(s, ec_pair(s, "secp256r1").public);

	return is_oid_of(&value, "secp256r1");
}

CASE(explicit_parameters)
{
	const struct setting setting = {
	        .rule = "ECPAR-3", .twist = "ec-params explicit", .keys = "ec_params = oid\n"};

	check_rule(&setting, curve_has_its_oid);
}

/* The length of the coordinates is known even so, without one of the rules about parameters. */
static bool point_is_der(struct subject *s)
{
	struct octets point = read_attribute(s, ec_pair(s, "secp256r1").public, CKA_EC_POINT);

	return point.size == 67 && point.at[0] == 0x04 && point.at[1] == 65;
}

CASE(points_with_explicit_parameters)
{
	const struct setting setting = {
	        .rule = "ECP-2", .twist = "ec-params explicit,point-read xy"};

	check_rule(&setting, point_is_der);
}

/* --- TPL-8, which needs the curve: a scalar has the length of the curve */

static bool scalar_has_its_length(struct subject *s, CK_ULONG size)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_EC;
	struct octets oid = curve_oid("secp256r1"), value;
	CK_BYTE scalar[40] = {0};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        {CKA_EC_PARAMS, oid.at, oid.size}, {CKA_VALUE, scalar, size},
	        ATTRIBUTE(CKA_SENSITIVE, no), ATTRIBUTE(CKA_EXTRACTABLE, yes)};
	CK_OBJECT_HANDLE key;

	memset(scalar + size - 31, 0x11, 31);
	assert_int_equal(
	        s->p11->C_CreateObject(s->session, template, COUNT(template), &key), CKR_OK);
	value = read_attribute(s, key, CKA_VALUE);
	return value.size == 32 && value.at[0] == 0 &&
	       memcmp(value.at + 1, scalar + size - 31, 31) == 0;
}

static bool short_scalar_is_padded(struct subject *s)
{
	return scalar_has_its_length(s, 31);
}

static bool long_scalar_is_cut(struct subject *s)
{
	return scalar_has_its_length(s, 33);
}

CASE(scalars_have_the_length_of_the_curve)
{
	const struct setting setting = {.rule = "TPL-8", .native = true};

	check_rule(&setting, short_scalar_is_padded);
	check_rule(&setting, long_scalar_is_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names_become_identifiers),
	        cmocka_unit_test(identifiers_become_names),
	        cmocka_unit_test(parameters_stay_unless_asked_for),
	        cmocka_unit_test(vendors_that_take_names),
	        cmocka_unit_test(profiles_do_not_change_what_is_read),
	        cmocka_unit_test(the_name_with_the_wrong_length),
	        cmocka_unit_test(the_mechanism_that_the_curve_needs),
	        cmocka_unit_test(explicit_parameters),
	        cmocka_unit_test(points_with_explicit_parameters),
	        cmocka_unit_test(scalars_have_the_length_of_the_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
