/* SPDX-License-Identifier: MIT */
/* Lists of mechanisms, and what they say of themselves. */
#include "rules.h"

#define EC_FLAGS (CKF_EC_F_P | CKF_EC_OID | CKF_EC_UNCOMPRESS)

static CK_MECHANISM_INFO info_of(struct subject *s, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO info;

	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, type, &info), CKR_OK);
	return info;
}

static struct {
	CK_ULONG count;
	CK_MECHANISM_TYPE type[512];
} list;

/* Both ways of asking must agree. */
static void get_list_of(struct subject *s)
{
	CK_ULONG asked = 0;

	list.count = COUNT(list.type);
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, NULL, &asked), CKR_OK);
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list.type, &list.count), CKR_OK);
	assert_int_equal(asked, list.count);
	asked = list.count - 1;
	assert_int_equal(
	        s->p11->C_GetMechanismList(s->slot, list.type, &asked), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(asked, list.count);
}

static bool lists(CK_MECHANISM_TYPE type)
{
	for (CK_ULONG i = 0; i < list.count; i++)
		if (list.type[i] == type)
			return true;
	return false;
}

/* Units */

static bool aes_is_in_bytes(struct subject *s)
{
	CK_MECHANISM_INFO info = info_of(s, CKM_AES_KEY_GEN);

	return info.ulMinKeySize == 16 && info.ulMaxKeySize == 32;
}

CASE(mi_1_aes_in_bits)
{
	const struct setting setting = {
	        .rule = "MI-1", .opt_in = true, .twist = "mechanism-unit CKM_AES_KEY_GEN bits"};

	check_rule(&setting, aes_is_in_bytes);
}

/* SoftHSM and NSS count the octets of generic secrets. */
static bool generic_secrets_are_in_bits(struct subject *s)
{
	CK_MECHANISM_INFO info = info_of(s, CKM_GENERIC_SECRET_KEY_GEN);

	return info.ulMinKeySize == 8 && info.ulMaxKeySize % 8 == 0;
}

CASE(mi_1_generic_secrets_in_bytes)
{
	const struct setting setting = {.rule = "MI-1", .opt_in = true, .native = true};

	check_rule(&setting, generic_secrets_are_in_bits);
}

static bool des3_has_a_size(struct subject *s)
{
	return info_of(s, CKM_DES3_KEY_GEN).ulMinKeySize == 24;
}

CASE(mi_1_des3_without_a_size)
{
	const struct setting setting = {.rule = "MI-1", .opt_in = true, .native = true};

	check_rule(&setting, des3_has_a_size);
}

/* Nothing is made up where there is nothing to go by. */
static bool other_sizes_stay(struct subject *s)
{
	CK_MECHANISM_INFO rsa = info_of(s, CKM_RSA_PKCS), aes = info_of(s, CKM_AES_CBC);

	return rsa.ulMinKeySize == 512 && rsa.ulMaxKeySize == 16384 && aes.ulMinKeySize == 16 &&
	       info_of(s, CKM_SHA256).ulMaxKeySize == 0;
}

CASE(mi_1_leaves_what_is_right)
{
	const struct setting setting = {.rule = "MI-1", .opt_in = true, .enable = "MI-1"};

	assert_true(with_lens(&setting, other_sizes_stay));
	assert_int_equal(notes("MI-1"), 0);
}

/* Lists */

static bool list_is_clean(struct subject *s)
{
	get_list_of(s);
	for (CK_ULONG i = 0; i < list.count; i++)
		for (CK_ULONG j = 0; j < i; j++)
			if (list.type[i] == list.type[j])
				return false;
	assert_true(list.count > 50);
	return lists(CKM_RSA_PKCS_KEY_PAIR_GEN) && lists(CKM_AES_CBC);
}

CASE(mi_3_doubles_and_zeros)
{
	const struct setting setting = {
	        .rule = "MI-3", .opt_in = true, .twist = "mechanism-list-padding"};

	check_rule(&setting, list_is_clean);
}

/* Denied */

static CK_RV generate_aes(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG size = 16;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, size)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_GenerateKey(s->session, &mechanism, template, 1, &key);
}

static CK_RV digest_init(struct subject *s, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return s->p11->C_DigestInit(s->session, &mechanism);
}

static bool denied_is_gone(struct subject *s)
{
	CK_MECHANISM_INFO info;

	get_list_of(s);
	assert_true(lists(CKM_SHA256));
	assert_int_equal(digest_init(s, CKM_SHA256), CKR_OK);
	return !lists(CKM_MD5) && !lists(CKM_AES_KEY_GEN) &&
	       s->p11->C_GetMechanismInfo(s->slot, CKM_MD5, &info) == CKR_MECHANISM_INVALID &&
	       digest_init(s, CKM_MD5) == CKR_MECHANISM_INVALID &&
	       generate_aes(s) == CKR_MECHANISM_INVALID;
}

CASE(mi_4_denied_mechanisms)
{
	const struct setting setting = {
	        .rule = "MI-4", .keys = "deny = CKM_MD5+CKM_AES_KEY_GEN\n", .native = true};

	check_rule(&setting, denied_is_gone);
}

static bool denied_never_reaches_the_vendor(struct subject *s)
{
	forget_calls();
	assert_int_equal(digest_init(s, CKM_MD5), CKR_MECHANISM_INVALID);
	return calls("C_DigestInit") == 0;
}

CASE(mi_4_asks_no_vendor)
{
	const struct setting setting = {.rule = "MI-4", .keys = "deny = CKM_MD5\n"};

	assert_true(with_lens(&setting, denied_never_reaches_the_vendor));
}

/* Flags */

static bool curves_have_flags(struct subject *s)
{
	return (info_of(s, CKM_EC_KEY_PAIR_GEN).flags & EC_FLAGS) == EC_FLAGS &&
	       (info_of(s, CKM_ECDSA).flags & EC_FLAGS) == EC_FLAGS &&
	       (info_of(s, CKM_ECDH1_DERIVE).flags & EC_FLAGS) == EC_FLAGS;
}

/* SoftHSM shows it with CKM_ECDH1_DERIVE by itself. */
CASE(mi_5_curves_without_flags)
{
	const struct setting setting = {
	        .rule = "MI-5", .native = true, .twist = "mechanism-flags CKM_ECDSA -0x1f00000"};

	check_rule(&setting, curves_have_flags);
}

static bool others_stay_as_they_are(struct subject *s)
{
	/* One flag that says something is enough. */
	assert_int_equal(info_of(s, CKM_EC_KEY_PAIR_GEN).flags & EC_FLAGS, CKF_EC_F_P);
	return (info_of(s, CKM_EDDSA).flags & EC_FLAGS) == 0 &&
	       (info_of(s, CKM_RSA_PKCS).flags & EC_FLAGS) == 0;
}

CASE(mi_5_not_for_other_curves)
{
	const struct setting setting = {.rule = "MI-5",
	        .twist = "mechanism-flags CKM_EDDSA -0x1f00000,"
	                 "mechanism-flags CKM_EC_KEY_PAIR_GEN -0x1e00000 +CKF_EC_F_P"};

	assert_true(with_lens(&setting, others_stay_as_they_are));
	assert_int_equal(notes("MI-5"), 0);
}

/* What was in the struct before is no flag of the mechanism. */
static bool nothing_is_left_over(struct subject *s)
{
	CK_MECHANISM_INFO info;

	memset(&info, 0xff, sizeof(info));
	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, CKM_AES_CBC_PAD, &info), CKR_OK);
	return (info.flags & ~(CK_FLAGS)(CKF_WRAP | CKF_UNWRAP)) == (CKF_ENCRYPT | CKF_DECRYPT);
}

CASE(mi_7_flags_that_were_there_before)
{
	const struct setting setting = {.rule = "MI-7", .native = true, .silent = true};

	check_rule(&setting, nothing_is_left_over);
}

static bool failure_writes_nothing(struct subject *s)
{
	CK_MECHANISM_INFO info = {1, 2, 3};

	assert_int_not_equal(
	        s->p11->C_GetMechanismInfo(s->slot, CKM_VENDOR_DEFINED | 1, &info), CKR_OK);
	return info.ulMinKeySize == 1 && info.ulMaxKeySize == 2 && info.flags == 3;
}

CASE(mi_7_writes_nothing_when_it_fails)
{
	const struct setting setting = {.rule = "MI-7"};

	assert_true(with_lens(&setting, failure_writes_nothing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mi_1_aes_in_bits),
	        cmocka_unit_test(mi_1_generic_secrets_in_bytes),
	        cmocka_unit_test(mi_1_des3_without_a_size),
	        cmocka_unit_test(mi_1_leaves_what_is_right),
	        cmocka_unit_test(mi_3_doubles_and_zeros),
	        cmocka_unit_test(mi_4_denied_mechanisms),
	        cmocka_unit_test(mi_4_asks_no_vendor),
	        cmocka_unit_test(mi_5_curves_without_flags),
	        cmocka_unit_test(mi_5_not_for_other_curves),
	        cmocka_unit_test(mi_7_flags_that_were_there_before),
	        cmocka_unit_test(mi_7_writes_nothing_when_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
