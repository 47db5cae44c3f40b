/* SPDX-License-Identifier: MIT */
/* What the normaliser works out by itself: values that mean the same, and lists of mechanisms. */
#include "harness.h"

#include "shim/normalise/hashed.h"
#include "shim/normalise/match.h"

static bool same(
        CK_ATTRIBUTE_TYPE type, const void *a, CK_ULONG a_size, const void *b, CK_ULONG b_size)
{
	return p11l_same_value(type, a, a_size, b, b_size) &&
	       p11l_same_value(type, b, b_size, a, a_size);
}

static void values(void **state)
{
	static const CK_BYTE zero[4] = {0}, one[4] = {1}, any[1] = {0xff};
	static const CK_BYTE padded[4] = {0, 1, 0, 1}, plain[3] = {1, 0, 1};
	uint32_t narrow = CKK_EC;
	CK_ULONG wide = CKK_EC, other = CKK_AES;

	(void)state;
	assert_true(same(CKA_SIGN, one, 4, any, 1));
	assert_true(same(CKA_SIGN, zero, 4, zero, 1));
	assert_false(same(CKA_SIGN, zero, 1, one, 1));
	assert_false(same(CKA_SIGN, zero, 0, zero, 1));
	assert_true(same(CKA_MODULUS, padded, 4, plain, 3));
	assert_false(same(CKA_LABEL, padded, 4, plain, 3));
	assert_true(same(CKA_KEY_TYPE, &narrow, sizeof(narrow), &wide, sizeof(wide)));
	assert_false(same(CKA_KEY_TYPE, &narrow, sizeof(narrow), &other, sizeof(other)));
	assert_true(same(CKA_LABEL, "abc", 3, "abc", 3));
	assert_false(same(CKA_LABEL, "abc", 3, "abcd", 4));
	assert_true(same(CKA_LABEL, "", 0, "", 0));
	assert_false(same(0x80001234UL, one, 4, any, 1));
}

static void points(void **state)
{
	CK_BYTE der[67] = {0x04, 0x41, 0x04}, bits[68] = {0x03, 0x42, 0x00, 0x04};

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		der[3 + i] = bits[4 + i] = (CK_BYTE)i;
	assert_true(same(CKA_EC_POINT, der, sizeof(der), der + 2, 65));
	assert_true(same(CKA_EC_POINT, der, sizeof(der), bits, sizeof(bits)));
	bits[20] ^= 1;
	assert_false(same(CKA_EC_POINT, der, sizeof(der), bits, sizeof(bits)));
}

static void hashed_mechanisms(void **state)
{
	CK_MECHANISM_TYPE list[8] = {
	        CKM_ECDSA, CKM_SHA256, CKM_SHA384, CKM_ECDSA_SHA384, CKM_AES_CBC};
	struct p11l_rules rules;
	CK_MECHANISM_TYPE base = 0;

	(void)state;
	memset(&rules, 0, sizeof(rules));
	assert_int_equal(p11l_hashed_list(&rules, list, 5, COUNT(list)), 5);
	assert_false(p11l_hashed_info(&rules, CKM_ECDSA_SHA256, &base));
	rules.on[P11L_RULE_SIG_6 / 64] |= UINT64_C(1) << P11L_RULE_SIG_6 % 64;
	assert_int_equal(p11l_hashed_list(&rules, list, 5, COUNT(list)), 6);
	assert_int_equal(list[5], CKM_ECDSA_SHA256);
	list[5] = 0;
	assert_int_equal(p11l_hashed_list(&rules, list, 5, 5), 6);
	assert_int_equal(list[5], 0);
	assert_true(p11l_hashed_info(&rules, CKM_ECDSA_SHA256, &base));
	assert_int_equal(base, CKM_ECDSA);
	assert_false(p11l_hashed_info(&rules, CKM_SHA256_HMAC, &base));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values),
	        cmocka_unit_test(points),
	        cmocka_unit_test(hashed_mechanisms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
