/* SPDX-License-Identifier: MIT */
/* Numbers of the vendor's own, as Luna has them. */
#include "rules.h"

#define LUNA_EDWARDS_GEN 0x80000c01
#define LUNA_EDDSA       0x80000c03
#define LUNA_EDWARDS     0x80000012
#define LUNA_GCM         0x8000011c

static bool lists(struct subject *s, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_TYPE list[512];
	CK_ULONG count = COUNT(list);

	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++)
		if (list[i] == type)
			return true;
	return false;
}

static bool has_info(struct subject *s, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO info;

	return s->p11->C_GetMechanismInfo(s->slot, type, &info) == CKR_OK;
}

/* Edwards curves */

static CK_RV generate(struct subject *s, struct key_pair *pair)
{
	CK_MECHANISM mechanism = {CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0};
	CK_KEY_TYPE type = CKK_EC_EDWARDS;
	struct octets oid = curve_oid("Ed25519");
	CK_ATTRIBUTE public[] = {ATTRIBUTE(CKA_KEY_TYPE, type), {CKA_EC_PARAMS, oid.at, oid.size},
	        ATTRIBUTE(CKA_VERIFY, yes)};
	CK_ATTRIBUTE private[] = {ATTRIBUTE(CKA_KEY_TYPE, type), ATTRIBUTE(CKA_SIGN, yes)};

	return s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public), private,
	        COUNT(private), &pair->public, &pair->private);
}

static bool reads(struct subject *s, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	struct octets is = read_attribute(s, key, type);

	return is.size == sizeof(value) && memcmp(is.at, &value, sizeof(value)) == 0;
}

static CK_ULONG found_by_type(struct subject *s)
{
	CK_KEY_TYPE type = CKK_EC_EDWARDS;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_KEY_TYPE, type)};
	CK_OBJECT_HANDLE object[8];
	CK_ULONG count = 0;

	assert_int_equal(s->p11->C_FindObjectsInit(s->session, template, 1), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, object, COUNT(object), &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return count;
}

/* A public key is made again out of what was read. */
static bool creates_the_same(struct subject *s, CK_OBJECT_HANDLE key, struct octets *signature)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC_EDWARDS;
	struct octets oid = curve_oid("Ed25519"), point = read_attribute(s, key, CKA_EC_POINT);
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        {CKA_EC_PARAMS, oid.at, oid.size}, {CKA_EC_POINT, point.at, point.size},
	        ATTRIBUTE(CKA_VERIFY, yes)};
	CK_OBJECT_HANDLE other;

	assert_int_equal(
	        s->p11->C_CreateObject(s->session, template, COUNT(template), &other), CKR_OK);
	return reads(s, other, CKA_KEY_TYPE, CKK_EC_EDWARDS) &&
	       verify(s, CKM_EDDSA, other, signature) == CKR_OK;
}

static bool edwards_by_the_standard(struct subject *s)
{
	struct octets signature;
	struct key_pair pair;

	if (!lists(s, CKM_EDDSA) || !has_info(s, CKM_EDDSA) ||
	        !has_info(s, CKM_EC_EDWARDS_KEY_PAIR_GEN) || generate(s, &pair) != CKR_OK)
		return false;
	signature = sign(s, CKM_EDDSA, pair.private);
	assert_int_equal(verify(s, CKM_EDDSA, pair.public, &signature), CKR_OK);
	assert_int_equal(found_by_type(s), 2);
	assert_true(creates_the_same(s, pair.public, &signature));
	return reads(s, pair.private, CKA_KEY_TYPE, CKK_EC_EDWARDS) &&
	       reads(s, pair.public, CKA_KEY_TYPE, CKK_EC_EDWARDS) &&
	       reads(s, pair.private, CKA_KEY_GEN_MECHANISM, CKM_EC_EDWARDS_KEY_PAIR_GEN) &&
	       !lists(s, LUNA_EDDSA) && !lists(s, LUNA_EDWARDS_GEN);
}

#define EDWARDS                                                      \
	"renumber-mechanism CKM_EC_EDWARDS_KEY_PAIR_GEN 0x80000C01," \
	"renumber-mechanism CKM_EDDSA 0x80000C03,"                   \
	"renumber-key-type CKK_EC_EDWARDS 0x80000012"

CASE(ecpar_4_edwards)
{
	const struct setting setting = {.rule = "ECPAR-4", .opt_in = true, .twist = EDWARDS};

	check_rule(&setting, edwards_by_the_standard);
}

/* Who knows the vendor's numbers may use them. */
static bool takes_the_vendors_numbers(struct subject *s)
{
	CK_MECHANISM mechanism = {LUNA_EDWARDS_GEN, NULL, 0};
	CK_KEY_TYPE type = LUNA_EDWARDS;
	struct octets oid = curve_oid("Ed25519");
	CK_ATTRIBUTE public[] = {ATTRIBUTE(CKA_KEY_TYPE, type), {CKA_EC_PARAMS, oid.at, oid.size}};
	CK_OBJECT_HANDLE key[2];

	return has_info(s, LUNA_EDDSA) &&
	       s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public), NULL, 0,
	               &key[0], &key[1]) == CKR_OK;
}

CASE(ecpar_4_vendors_numbers_work_as_before)
{
	const struct setting setting = {.rule = "ECPAR-4", .opt_in = true, .twist = EDWARDS};
	struct setting enabled = setting;

	enabled.enable = "ECPAR-4";
	enabled.opt_in = false;
	assert_true(with_lens(&enabled, takes_the_vendors_numbers));
}

/* Only where the standard's number is not listed, and the vendor's is. */
static bool has_edwards(struct subject *s)
{
	struct key_pair pair;

	return lists(s, CKM_EDDSA) && generate(s, &pair) == CKR_OK &&
	       reads(s, pair.public, CKA_KEY_TYPE, CKK_EC_EDWARDS);
}

CASE(ecpar_4_not_where_the_standards_number_is_listed)
{
	const struct setting setting = {.rule = "ECPAR-4",
	        .enable = "ECPAR-4",
	        .twist = "advertise-mechanism 0x80000C01,advertise-mechanism 0x80000C03"};

	assert_true(with_lens(&setting, has_edwards));
	assert_int_equal(notes("ECPAR-4"), 0);
}

static bool has_no_edwards(struct subject *s)
{
	struct key_pair pair;

	return !lists(s, CKM_EDDSA) && generate(s, &pair) == CKR_MECHANISM_INVALID;
}

CASE(ecpar_4_not_where_neither_is_listed)
{
	const struct setting setting = {.rule = "ECPAR-4",
	        .enable = "ECPAR-4",
	        .twist = "hide-mechanism CKM_EC_EDWARDS_KEY_PAIR_GEN,hide-mechanism CKM_EDDSA"};

	assert_true(with_lens(&setting, has_no_edwards));
	assert_int_equal(notes("ECPAR-4"), 0);
}

/* What a module lists is asked once. */
static bool asks_once(struct subject *s)
{
	struct key_pair pair;
	unsigned after;

	assert_int_equal(generate(s, &pair), CKR_OK);
	after = calls("C_GetMechanismInfo");
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(generate(s, &pair), CKR_OK);
	assert_true(after > 0 && after <= 4);
	assert_int_equal(calls("C_GetSessionInfo"), 0);
	return calls("C_GetMechanismInfo") == after;
}

CASE(ecpar_4_asks_once)
{
	const struct setting setting = {.rule = "ECPAR-4", .enable = "ECPAR-4", .twist = EDWARDS};

	assert_true(with_lens(&setting, asks_once));
}

/* AES-GCM */

static bool gcm_by_the_standard(struct subject *s)
{
	CK_MECHANISM_TYPE allowed[] = {CKM_AES_ECB, CKM_AES_GCM};
	CK_ATTRIBUTE more[] = {ATTRIBUTE(CKA_ALLOWED_MECHANISMS, allowed)};
	CK_BYTE iv[12] = {1}, text[5] = "abcd", out[32];
	CK_GCM_PARAMS params = {iv, sizeof(iv), 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_ULONG size = sizeof(out);
	struct octets is;
	CK_OBJECT_HANDLE key;

	if (!lists(s, CKM_AES_GCM) || lists(s, LUNA_GCM))
		return false;
	key = aes_key_with(s, 16, more, 1);
	is = read_attribute(s, key, CKA_ALLOWED_MECHANISMS);
	assert_int_equal(is.size, sizeof(allowed));
	assert_memory_equal(is.at, allowed, sizeof(allowed));
	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size), CKR_OK);
	assert_int_equal(mechanism.mechanism, CKM_AES_GCM);
	return size == sizeof(text) + 16;
}

CASE(num_1_gcm)
{
	const struct setting setting = {.rule = "NUM-1",
	        .opt_in = true,
	        .twist = "renumber-mechanism CKM_AES_GCM 0x8000011C"};

	check_rule(&setting, gcm_by_the_standard);
}

/* A profile switches all of it on, with the other rules that Luna needs. */
static bool works_as_on_luna(struct subject *s)
{
	struct octets signature;
	struct key_pair pair;

	if (generate(s, &pair) != CKR_OK)
		return false;
	signature = sign(s, CKM_EDDSA, pair.private);
	return verify(s, CKM_EDDSA, pair.public, &signature) == CKR_OK;
}

CASE(num_1_beside_other_rules)
{
	const struct setting setting = {
	        .rule = "ECPAR-4", .enable = "ECPAR-4+NUM-1", .like = "luna", .level = "portable"};

	assert_false(without_lens(&setting, works_as_on_luna));
	assert_true(with_lens(&setting, works_as_on_luna));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ecpar_4_edwards),
	        cmocka_unit_test(ecpar_4_vendors_numbers_work_as_before),
	        cmocka_unit_test(ecpar_4_not_where_the_standards_number_is_listed),
	        cmocka_unit_test(ecpar_4_not_where_neither_is_listed),
	        cmocka_unit_test(ecpar_4_asks_once),
	        cmocka_unit_test(num_1_gcm),
	        cmocka_unit_test(num_1_beside_other_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
