/* SPDX-License-Identifier: MIT */
/* What a slot says of its mechanisms: which there are, and the sizes of their keys. */
#include "give_list.h"

static CK_MECHANISM_TYPE listed[2000];
static CK_ULONG listed_count;

static CK_RV give_mechanisms(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function != P11L_C_GetMechanismList)
		return rv;
	rv = give_list((CK_ULONG *)arg[1], (CK_ULONG *)arg[2], listed_count);
	if (rv == CKR_OK && arg[1] != 0)
		memcpy((void *)arg[1], listed, listed_count * sizeof(listed[0]));
	return rv;
}

static struct p11l_slot *only_slot(void)
{
	static const struct world world = {.mock = "silent C_GetMechanismList\n"};
	struct p11l_module *module = begin(&world);
	struct p11l_slot *slot;

	OK(p11l_get_token(module, NULL, &slot));
	p11l_module_free(module);
	return slot;
}

CASE(mechanisms_come_in_order)
{
	struct p11l_slot *slot = only_slot();
	const CK_MECHANISM_TYPE *list;
	CK_ULONG count;

	for (listed_count = 0; listed_count < 600; listed_count++)
		listed[listed_count] = 5000 - 3 * listed_count;
	vendor()->hook = give_mechanisms;
	forget_calls();
	OK(p11l_get_mechanisms(slot, &list, &count));
	assert_calls(2, "C_GetMechanismList");
	assert_int_equal(count, 600);
	for (CK_ULONG i = 1; i < count; i++)
		assert_true(list[i - 1] < list[i]);
	OK(p11l_get_mechanisms(slot, &list, &count));
	assert_calls(2, "all");
	p11l_slot_free(slot);
}

CASE(a_usual_list_takes_one_call)
{
	struct p11l_slot *slot = only_slot();
	const CK_MECHANISM_TYPE *list;
	CK_ULONG count;

	listed_count = 0;
	vendor()->hook = give_mechanisms;
	forget_calls();
	OK(p11l_get_mechanisms(slot, &list, &count));
	assert_int_equal(count, 0);
	assert_non_null(list);
	OK(p11l_get_mechanisms(slot, &list, &count));
	assert_calls(1, "all");
	p11l_slot_free(slot);
}

static const struct size {
	CK_MECHANISM_TYPE mechanism;
	CK_ULONG min, max;           /* as tokens give them */
	CK_ULONG min_bits, max_bits; /* what they mean */
} sizes[] = {
        /* SoftHSM 2.6.1, NSS 3.87, opencryptoki 3.8.1 */
        {CKM_AES_KEY_GEN, 16, 32, 128, 256},
        {CKM_AES_GCM, 16, 32, 128, 256},
        {CKM_AES_XTS, 32, 64, 256, 512},
        {CKM_DES3_KEY_GEN, 0, 0, 0, 0},
        {CKM_DES3_CBC, 24, 24, 192, 192},
        {CKM_SHA_1_HMAC, 20, 512, 160, 4096},
        {CKM_SHA256_HMAC, 1, 128, 8, 1024},
        {CKM_SHA256_HMAC, 0, 0, 0, 0},
        {CKM_GENERIC_SECRET_KEY_GEN, 1, 0x80000000, 8, 0x400000000},
        {CKM_GENERIC_SECRET_KEY_GEN, 1, 32, 8, 256},
        {CKM_GENERIC_SECRET_KEY_GEN, 80, 2048, 80, 2048},
        {CKM_RSA_PKCS, 512, 16384, 512, 16384},
        {CKM_EC_KEY_PAIR_GEN, 112, 521, 112, 521},
        {CKM_ECDSA, 192, 638, 192, 638},
        {CKM_DH_PKCS_DERIVE, 128, 16384, 128, 16384},
        {CKM_SHA256, 0, 0, 0, 0},
        /* SmartCard-HSM counts in bits where the standard does not. */
        {CKM_AES_CBC, 128, 256, 128, 256},
        {CKM_SHA256_HMAC, 256, 512, 256, 512},
        {CKM_BLOWFISH_KEY_GEN, 1, 56, 8, 448},
        {CKM_BLOWFISH_KEY_GEN, 32, 448, 32, 448},
        {CKM_RC4, 8, 2048, 8, 2048},
        {CKM_RC5_KEY_GEN, 1, 255, 8, 2040},
        {CKM_TLS_PRE_MASTER_KEY_GEN, 48, 48, 384, 384},
        {CKM_AES_CBC, 16, ~0UL, 16, ~0UL},
        {CKM_VENDOR_DEFINED, 16, 32, 16, 32},
};

static const struct size *wanted_size;

static CK_RV give_size(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_MECHANISM_INFO *info = (CK_MECHANISM_INFO *)arg[2];

	if (function != P11L_C_GetMechanismInfo)
		return rv;
	info->ulMinKeySize = wanted_size->min;
	info->ulMaxKeySize = wanted_size->max;
	info->flags = CKF_SIGN;
	return CKR_OK;
}

CASE(key_sizes_are_in_bits)
{
	struct p11l_slot *slot = only_slot();
	CK_MECHANISM_INFO info;

	vendor()->hook = give_size;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct p11l_slots *slots;

		wanted_size = &sizes[i];
		OK(p11l_get_slots(p11l_slot_module(slot), CK_TRUE, &slots));
		OK(p11l_get_mechanism_info(p11l_slots_at(slots, 0), sizes[i].mechanism, &info));
		if (info.ulMinKeySize != sizes[i].min_bits ||
		        info.ulMaxKeySize != sizes[i].max_bits)
			fail_msg("row %zu: %lu to %lu", i, info.ulMinKeySize, info.ulMaxKeySize);
		assert_int_equal(info.flags, CKF_SIGN);
		p11l_slots_free(slots);
	}
	p11l_slot_free(slot);
}

CASE(mechanism_infos_are_asked_for_once)
{
	struct p11l_slot *slot = only_slot();
	CK_MECHANISM_INFO info;

	wanted_size = &sizes[0];
	vendor()->hook = give_size;
	forget_calls();
	OK(p11l_get_mechanism_info(slot, CKM_AES_CBC, &info));
	OK(p11l_get_mechanism_info(slot, CKM_AES_CBC, &info));
	assert_int_equal(info.ulMaxKeySize, 256);
	assert_calls(1, "all");
	OK(p11l_get_mechanism_info(slot, CKM_AES_ECB, &info));
	assert_calls(2, "all");
	p11l_slot_free(slot);
}

CASE(an_unknown_mechanism_is_refused)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_slot *slot;
	CK_MECHANISM_INFO info = {1, 1, 1};

	OK(p11l_get_token(module, P11L_TOKEN(.label = TOKEN), &slot));
	FAILS(CKR_MECHANISM_INVALID, p11l_get_mechanism_info(slot, CKM_BATON_KEY_GEN, &info));
	assert_int_equal(info.ulMaxKeySize, 0);
	assert_string_equal(p11l_last_error()->function, "C_GetMechanismInfo");
	assert_int_equal(p11l_last_error()->mechanism, CKM_BATON_KEY_GEN);
	p11l_slot_free(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mechanisms_come_in_order),
	        cmocka_unit_test(a_usual_list_takes_one_call),
	        cmocka_unit_test(key_sizes_are_in_bits),
	        cmocka_unit_test(mechanism_infos_are_asked_for_once),
	        cmocka_unit_test(an_unknown_mechanism_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
