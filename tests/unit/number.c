/* SPDX-License-Identifier: MIT */
/* Numbers of the vendor's own, with a vendor that has nothing but lists of mechanisms. */
#include "harness.h"

#include "shim/normalise/learned.h"
#include "shim/normalise/number.h"

/* The vendor: what it lists, and how often it is asked. */
static CK_MECHANISM_TYPE listed[8];
static size_t listed_count;
static unsigned asked;
static CK_RV answer; /* when it is not CKR_OK */

static CK_RV get_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info)
{
	(void)slot;
	(void)info;
	asked++;
	if (answer != CKR_OK)
		return answer;
	for (size_t i = 0; i < listed_count; i++)
		if (listed[i] == type)
			return CKR_OK;
	return CKR_MECHANISM_INVALID;
}

static const CK_FUNCTION_LIST_3_2 lists_only = {.C_GetMechanismInfo = get_info};
static struct p11l_rules rules;
static struct p11l_renumbering numbers;

static void start(unsigned rule, CK_MECHANISM_TYPE first, CK_MECHANISM_TYPE second)
{
	p11l_unlearn();
	memset(&rules, 0, sizeof(rules));
	rules.on[rule / 64] |= UINT64_C(1) << rule % 64;
	numbers = (struct p11l_renumbering){
	        .below = &lists_only, .rules = &rules, .slot = 3, .has_slot = true, .on = true};
	listed[0] = first;
	listed[1] = second;
	listed_count = second != 0 ? 2 : 1;
	asked = 0;
	answer = CKR_OK;
}

static CK_ULONG gcm_down(void)
{
	return p11l_number_down(&numbers, P11L_NUMBER_MECHANISM, CKM_AES_GCM);
}

CASE(there_and_back)
{
	start(P11L_RULE_NUM_1, 0x8000011c, CKM_AES_CBC);
	assert_int_equal(gcm_down(), 0x8000011c);
	assert_int_equal(p11l_number_up(&numbers, P11L_NUMBER_MECHANISM, 0x8000011c), CKM_AES_GCM);
	assert_int_equal(
	        p11l_number_down(&numbers, P11L_NUMBER_MECHANISM, CKM_AES_CBC), CKM_AES_CBC);
	/* The same number is no key type. */
	assert_int_equal(p11l_number_up(&numbers, P11L_NUMBER_KEY_TYPE, 0x8000011c), 0x8000011c);
	assert_int_equal(asked, 2);
}

CASE(only_the_vendors_is_listed)
{
	start(P11L_RULE_NUM_1, 0x8000011c, CKM_AES_GCM);
	assert_int_equal(gcm_down(), CKM_AES_GCM);
	assert_int_equal(p11l_number_up(&numbers, P11L_NUMBER_MECHANISM, 0x8000011c), 0x8000011c);
	start(P11L_RULE_NUM_1, CKM_AES_CBC, 0);
	assert_int_equal(gcm_down(), CKM_AES_GCM);
	/* Another rule's rows are not this one's. */
	start(P11L_RULE_ECPAR_4, 0x8000011c, 0);
	assert_int_equal(gcm_down(), CKM_AES_GCM);
	assert_int_equal(asked, 0);
}

CASE(what_is_not_said_is_not_kept)
{
	start(P11L_RULE_NUM_1, 0x8000011c, 0);
	answer = CKR_DEVICE_ERROR;
	assert_int_equal(gcm_down(), CKM_AES_GCM);
	answer = CKR_OK;
	assert_int_equal(gcm_down(), 0x8000011c);
}

CASE(key_types_go_with_their_mechanism)
{
	start(P11L_RULE_ECPAR_4, 0x80000c01, 0);
	assert_int_equal(
	        p11l_number_down(&numbers, P11L_NUMBER_KEY_TYPE, CKK_EC_EDWARDS), 0x80000012);
	assert_int_equal(p11l_number_down(&numbers, P11L_NUMBER_KEY_TYPE, CKK_EC_MONTGOMERY),
	        CKK_EC_MONTGOMERY);
	assert_int_equal(
	        p11l_number_up(&numbers, P11L_NUMBER_KEY_TYPE, 0x80000012), CKK_EC_EDWARDS);
}

CASE(derivation_functions)
{
	CK_BYTE point[65] = {4};
	CK_ECDH1_DERIVE_PARAMS params = {CKD_SHA256_KDF, 0, NULL, sizeof(point), point};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	const CK_ECDH1_DERIVE_PARAMS *down;
	CK_MECHANISM *got;

	start(P11L_RULE_NUM_1, 0x80000123, 0);
	got = p11l_mechanism_down(&numbers, &mechanism);
	assert_ptr_not_equal(got, &mechanism);
	assert_int_equal(got->mechanism, CKM_ECDH1_DERIVE);
	down = got->pParameter;
	assert_int_equal(down->kdf, 0x80000004);
	assert_ptr_equal(down->pPublicData, point);
	assert_int_equal(params.kdf, CKD_SHA256_KDF);
	/* Nothing to change: the host's own. */
	params.kdf = CKD_NULL;
	assert_ptr_equal(p11l_mechanism_down(&numbers, &mechanism), &mechanism);
	/* A parameter of another size is none of these. */
	params.kdf = CKD_SHA256_KDF;
	mechanism.ulParameterLen--;
	assert_ptr_equal(p11l_mechanism_down(&numbers, &mechanism), &mechanism);
}

CASE(derivation_function_of_a_wrapping)
{
	CK_ECDH_AES_KEY_WRAP_PARAMS params = {256, CKD_SHA512_KDF, 0, NULL};
	CK_MECHANISM mechanism = {CKM_ECDH_AES_KEY_WRAP, &params, sizeof(params)}, *got;

	start(P11L_RULE_NUM_1, 0x80000125, 0);
	got = p11l_mechanism_down(&numbers, &mechanism);
	assert_int_equal(((const CK_ECDH_AES_KEY_WRAP_PARAMS *)got->pParameter)->kdf, 0x80000006);
	assert_int_equal(((const CK_ECDH_AES_KEY_WRAP_PARAMS *)got->pParameter)->ulAESKeyBits, 256);
}

CASE(makers_of_hmac_keys)
{
	CK_KEY_TYPE type = CKK_SHA256_HMAC;
	CK_ATTRIBUTE attribute = {CKA_KEY_TYPE, &type, sizeof(type)};
	CK_MECHANISM mechanism = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0}, *got;
	struct p11l_template template;

	start(P11L_RULE_SYM_8, 0xde436997, 0);
	p11l_template_open(&template, &attribute, 1);
	got = p11l_maker_down(&numbers, &mechanism, &template);
	assert_int_equal(got->mechanism, 0xde436997);
	assert_int_equal(mechanism.mechanism, CKM_GENERIC_SECRET_KEY_GEN);
	/* One that the vendor does not list, another type, another mechanism. */
	type = CKK_SHA512_HMAC;
	assert_ptr_equal(p11l_maker_down(&numbers, &mechanism, &template), &mechanism);
	type = CKK_GENERIC_SECRET;
	assert_ptr_equal(p11l_maker_down(&numbers, &mechanism, &template), &mechanism);
	type = CKK_SHA256_HMAC;
	mechanism.mechanism = CKM_AES_KEY_GEN;
	assert_ptr_equal(p11l_maker_down(&numbers, &mechanism, &template), &mechanism);
	p11l_template_close(&template);
}

/* A template of the host's that says one thing. */
static const CK_ATTRIBUTE *down(struct p11l_template *template, CK_ATTRIBUTE *given)
{
	assert_int_equal(p11l_template_down(&numbers, template, given, 1), CKR_OK);
	return template->entry;
}

CASE(lists_in_templates)
{
	CK_MECHANISM_TYPE list[] = {CKM_AES_CBC, CKM_AES_GCM, CKM_AES_GCM};
	CK_ATTRIBUTE given = {CKA_ALLOWED_MECHANISMS, list, sizeof(list)};
	const CK_MECHANISM_TYPE *got;
	struct p11l_template template;

	start(P11L_RULE_NUM_1, 0x8000011c, 0);
	got = down(&template, &given)->pValue;
	assert_ptr_not_equal(got, list);
	assert_int_equal(got[0], CKM_AES_CBC);
	assert_int_equal(got[1], 0x8000011c);
	assert_int_equal(got[2], 0x8000011c);
	assert_int_equal(list[1], CKM_AES_GCM);
	p11l_template_close(&template);
	/* Nothing to change, or nothing that can be a list: the host's own. */
	list[1] = list[2] = CKM_AES_ECB;
	assert_ptr_equal(down(&template, &given), &given);
	given.ulValueLen--;
	assert_ptr_equal(down(&template, &given), &given);
	given.ulValueLen = CK_UNAVAILABLE_INFORMATION;
	assert_ptr_equal(down(&template, &given), &given);
	given = (CK_ATTRIBUTE){CKA_ALLOWED_MECHANISMS, (void *)8, 64};
	assert_ptr_equal(down(&template, &given), &given);
	assert_int_equal(p11l_template_down(&numbers, &template, (CK_ATTRIBUTE *)8, 3), CKR_OK);
	assert_ptr_equal(template.entry, (CK_ATTRIBUTE *)8);
}

/* Facts about slots */

CASE(facts)
{
	bool is = true;

	p11l_unlearn();
	assert_false(p11l_has_learned(P11L_FACT_GCM_40));
	assert_false(p11l_learned(7, P11L_FACT_GCM_40, &is));
	p11l_learn(7, P11L_FACT_GCM_40, true);
	assert_true(p11l_has_learned(P11L_FACT_GCM_40));
	assert_false(p11l_has_learned(P11L_FACT_ECDH_DER));
	assert_true(p11l_learned(7, P11L_FACT_GCM_40, &is) && is);
	assert_false(p11l_learned(8, P11L_FACT_GCM_40, &is));
	assert_false(p11l_learned(7 + 64, P11L_FACT_GCM_40, &is));
	p11l_learn(7 + 64, P11L_FACT_GCM_40, false);
	assert_true(p11l_learned(7 + 64, P11L_FACT_GCM_40, &is) && !is);
	p11l_learn(7, P11L_FACT_GCM_40, false);
	assert_true(p11l_learned(7, P11L_FACT_GCM_40, &is) && !is);
	p11l_learn(7, P11L_FACTS - 1, true);
	assert_true(p11l_learned(7, P11L_FACTS - 1, &is) && is);
	p11l_unlearn();
	assert_false(p11l_learned(7, P11L_FACT_GCM_40, &is));
}

CASE(more_slots_than_there_is_room_for)
{
	bool is;

	p11l_unlearn();
	for (CK_SLOT_ID slot = 0; slot < 100; slot++)
		p11l_learn(slot * 1000, P11L_FACT_ECDH_DER, true);
	assert_true(p11l_learned(0, P11L_FACT_ECDH_DER, &is));
	assert_true(p11l_learned(63000, P11L_FACT_ECDH_DER, &is));
	assert_false(p11l_learned(64000, P11L_FACT_ECDH_DER, &is));
	p11l_unlearn();
	p11l_learn(CK_UNAVAILABLE_INFORMATION, P11L_FACT_ECDH_DER, true);
	assert_false(p11l_learned(CK_UNAVAILABLE_INFORMATION, P11L_FACT_ECDH_DER, &is));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(there_and_back),
	        cmocka_unit_test(only_the_vendors_is_listed),
	        cmocka_unit_test(what_is_not_said_is_not_kept),
	        cmocka_unit_test(key_types_go_with_their_mechanism),
	        cmocka_unit_test(derivation_functions),
	        cmocka_unit_test(derivation_function_of_a_wrapping),
	        cmocka_unit_test(makers_of_hmac_keys),
	        cmocka_unit_test(lists_in_templates),
	        cmocka_unit_test(facts),
	        cmocka_unit_test(more_slots_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
