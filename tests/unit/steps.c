/* SPDX-License-Identifier: MIT */
/* What the steps make of templates, where no module is needed that could be twisted into it. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/normalise/template.h"

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_STATE present;
static unsigned asked;

static CK_RV tell_state(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
	(void)session;
	asked++;
	info->state = present;
	return CKR_OK;
}

/* Every object is a key on P-256. */
static CK_RV tell_curve(
        CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	static const CK_BYTE p256[] = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};

	(void)session;
	assert_int_equal(object, 77);
	assert_int_equal(count, 1);
	assert_int_equal(template->type, CKA_EC_PARAMS);
	asked++;
	memcpy(template->pValue, p256, sizeof(p256));
	template->ulValueLen = sizeof(p256);
	return CKR_OK;
}

static const CK_FUNCTION_LIST_3_2 below = {
        .C_GetAttributeValue = tell_curve, .version = {3, 2}, .C_GetSessionInfo = tell_state};

/* A key pair's two requests, or one alone in public. */
struct both {
	struct p11l_rules rules;
	CK_MECHANISM mechanism;
	struct p11l_template template[2];
	struct p11l_request request[2];
};

static void turn_on(struct both *b, unsigned rule)
{
	b->rules.on[rule / 64] |= UINT64_C(1) << rule % 64;
}

static void open_one(struct both *b, unsigned which, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct p11l_request *request = &b->request[which];

	p11l_template_open(&b->template[which], template, count);
	request->below = &below;
	request->rules = &b->rules;
	request->use = P11L_USE_GENERATE;
	request->function = P11L_C_GenerateKeyPair;
	request->mechanism = &b->mechanism;
	request->template = &b->template[which];
	request->half = which == 0 ? P11L_HALF_PUBLIC : P11L_HALF_PRIVATE;
	request->other = &b->request[1 - which];
}

static CK_RV run_both(struct both *b)
{
	struct p11l_request *request[] = {&b->request[0], &b->request[1]};

	return p11l_steps_run(request, 2);
}

static void close_both(struct both *b)
{
	p11l_template_close(&b->template[0]);
	p11l_template_close(&b->template[1]);
}

static bool holds(const struct both *b, unsigned which, CK_ATTRIBUTE_TYPE type, bool value)
{
	bool is = !value;

	return p11l_template_bool(&b->template[which], type, &is) && is == value;
}

CASE(parameter_sets_are_copied)
{
	CK_ULONG set = CKP_ML_DSA_65;
	CK_ATTRIBUTE public[] = {{CKA_PARAMETER_SET, &set, sizeof(set)}};
	struct both b = {.mechanism = {CKM_ML_DSA_KEY_PAIR_GEN, NULL, 0}};
	CK_ULONG copied = 0;

	open_one(&b, 0, public, 1);
	open_one(&b, 1, NULL, 0);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_int_equal(b.template[1].count, 0);
	turn_on(&b, P11L_RULE_PQC_2);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_true(p11l_template_number(&b.template[1], CKA_PARAMETER_SET, &copied));
	assert_int_equal(copied, CKP_ML_DSA_65);
	assert_ptr_equal(b.template[0].entry, public);
	close_both(&b);

	/* Nothing is made up, and nothing goes the other way. */
	open_one(&b, 0, NULL, 0);
	open_one(&b, 1, public, 1);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_int_equal(b.template[0].count, 0);
	close_both(&b);
	open_one(&b, 0, NULL, 0);
	open_one(&b, 1, NULL, 0);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_int_equal(b.template[1].count, 0);
	close_both(&b);
}

/* Each type of key gets its purpose, and never two that do not go together. */
CASE(purposes_of_key_types)
{
	static const struct {
		CK_MECHANISM_TYPE mechanism;
		CK_ATTRIBUTE_TYPE private, public; /* 0: none */
	} rows[] = {
	        {CKM_RSA_PKCS_KEY_PAIR_GEN, CKA_SIGN, CKA_VERIFY},
	        {CKM_EC_KEY_PAIR_GEN, CKA_SIGN, CKA_VERIFY},
	        {CKM_EC_EDWARDS_KEY_PAIR_GEN, CKA_SIGN, CKA_VERIFY},
	        {CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKA_DERIVE, 0},
	        {CKM_DH_PKCS_KEY_PAIR_GEN, CKA_DERIVE, 0},
	        {CKM_ML_DSA_KEY_PAIR_GEN, CKA_SIGN, CKA_VERIFY},
	        {CKM_ML_KEM_KEY_PAIR_GEN, CKA_DECAPSULATE, CKA_ENCAPSULATE},
	};
	CK_ATTRIBUTE token[] = {{CKA_TOKEN, &yes, 1}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct both b = {.mechanism = {rows[i].mechanism, NULL, 0}};

		turn_on(&b, P11L_RULE_DEF_3);
		open_one(&b, 0, token, 1);
		open_one(&b, 1, token, 1);
		assert_int_equal(run_both(&b), CKR_OK);
		for (unsigned k = 0; k < p11l_usage_count; k++) {
			assert_int_equal(holds(&b, 0, p11l_usages[k], true),
			        p11l_usages[k] == rows[i].public);
			assert_int_equal(holds(&b, 1, p11l_usages[k], true),
			        p11l_usages[k] == rows[i].private);
		}
		assert_true(holds(&b, 1, CKA_DECRYPT, false));
		assert_true(holds(&b, 0, CKA_WRAP, false));
		close_both(&b);
	}
}

/* Recovery is denied only to a vendor that is known. */
CASE(recovery_needs_a_profile)
{
	static const struct p11l_profile profile;
	CK_ATTRIBUTE token[] = {{CKA_TOKEN, &yes, 1}};

	for (int known = 0; known < 2; known++) {
		struct both b = {.mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0}};

		b.rules.profile = known ? &profile : NULL;
		turn_on(&b, P11L_RULE_DEF_3);
		open_one(&b, 0, token, 1);
		open_one(&b, 1, token, 1);
		assert_int_equal(run_both(&b), CKR_OK);
		assert_int_equal(holds(&b, 1, CKA_SIGN_RECOVER, false), known);
		assert_int_equal(holds(&b, 0, CKA_VERIFY_RECOVER, false), known);
		close_both(&b);
	}
}

/* Only a user's session is asked for a private key, and the session only where it matters. */
CASE(private_keys_need_a_user)
{
	static const struct {
		CK_STATE state;
		bool private;
	} rows[] = {{CKS_RO_PUBLIC_SESSION, false}, {CKS_RW_PUBLIC_SESSION, false},
	        {CKS_RO_USER_FUNCTIONS, true}, {CKS_RW_USER_FUNCTIONS, true},
	        {CKS_RW_SO_FUNCTIONS, false}};
	CK_ATTRIBUTE token[] = {{CKA_TOKEN, &yes, 1}};
	CK_ATTRIBUTE said[] = {{CKA_TOKEN, &yes, 1}, {CKA_PRIVATE, &no, 1}};
	CK_ATTRIBUTE session[] = {{CKA_TOKEN, &no, 1}};
	struct both b = {.mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0}};

	turn_on(&b, P11L_RULE_DEF_1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		present = rows[i].state;
		asked = 0;
		open_one(&b, 0, token, 1);
		open_one(&b, 1, token, 1);
		assert_int_equal(run_both(&b), CKR_OK);
		assert_int_equal(holds(&b, 1, CKA_PRIVATE, true), rows[i].private);
		assert_null(p11l_template_find(&b.template[0], CKA_PRIVATE));
		assert_int_equal(asked, 1);
		close_both(&b);
	}
	asked = 0;
	open_one(&b, 0, token, 1);
	open_one(&b, 1, said, 2);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_true(holds(&b, 1, CKA_PRIVATE, false));
	open_one(&b, 1, session, 1);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_int_equal(b.template[1].count, 1);
	assert_int_equal(asked, 0);
	close_both(&b);
}

/* One request alone, which derives a key. */
static CK_RV run_derivation(struct both *b, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct p11l_request *request[] = {&b->request[0]};

	open_one(b, 0, template, count);
	b->request[0].use = P11L_USE_DERIVE;
	b->request[0].function = P11L_C_DeriveKey;
	b->request[0].half = P11L_HALF_NONE;
	b->request[0].other = NULL;
	b->request[0].object = 77;
	return p11l_steps_run(request, 1);
}

/* A length is added when it is bound, and only then. */
CASE(lengths_of_derived_keys)
{
	static const struct {
		CK_KEY_TYPE key_type;
		CK_EC_KDF_TYPE kdf;
		CK_ULONG length; /* 0: a choice */
		unsigned calls;
	} rows[] = {{CKK_GENERIC_SECRET, CKD_NULL, 32, 1}, {CKK_AES, CKD_NULL, 32, 1},
	        {CKK_GENERIC_SECRET, CKD_SHA256_KDF, 0, 0}, {CKK_AES, CKD_SHA1_KDF, 0, 0},
	        {CKK_DES3, CKD_SHA256_KDF, 24, 0}, {CKK_SHA256_HMAC, CKD_NULL, 0, 1}};
	CK_ULONG class = CKO_SECRET_KEY, length;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CK_ECDH1_DERIVE_PARAMS params = {.kdf = rows[i].kdf};
		struct both b = {.mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)}};
		CK_KEY_TYPE key_type = rows[i].key_type;
		CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)},
		        {CKA_KEY_TYPE, &key_type, sizeof(key_type)}};

		asked = 0;
		length = 0;
		turn_on(&b, P11L_RULE_ECDH_2);
		assert_int_equal(run_derivation(&b, template, COUNT(template)), CKR_OK);
		p11l_template_number(&b.template[0], CKA_VALUE_LEN, &length);
		assert_int_equal(length, rows[i].length);
		assert_int_equal(asked, rows[i].calls);
		p11l_template_close(&b.template[0]);
	}
}

/* Where all keys are on the token, secrets that were agreed are not. */
CASE(derived_keys_are_not_on_the_token)
{
	struct both b = {.mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0}};
	CK_ULONG class = CKO_SECRET_KEY;
	CK_ATTRIBUTE secret[] = {{CKA_CLASS, &class, sizeof(class)}};

	turn_on(&b, P11L_RULE_DEF_2);
	open_one(&b, 0, NULL, 0);
	open_one(&b, 1, NULL, 0);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_int_equal(b.template[1].count, 0);
	turn_on(&b, P11L_RULE_DEF_4);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_true(holds(&b, 1, CKA_SENSITIVE, true));
	close_both(&b);
	assert_int_equal(run_derivation(&b, secret, 1), CKR_OK);
	assert_int_equal(b.template[0].count, 1);
	p11l_template_close(&b.template[0]);
}

/* A secret key keeps its zeros, whatever it says of its type; the number of a DH key does not. */
CASE(zeros_of_values)
{
	static const struct {
		CK_ULONG class;
		CK_KEY_TYPE key_type;
		CK_ULONG size;
	} rows[] = {{CKO_SECRET_KEY, CKK_DH, 3}, {CKO_SECRET_KEY, CKK_GENERIC_SECRET, 3},
	        {CKO_PRIVATE_KEY, CKK_EC, 3}, {CKO_PRIVATE_KEY, CKK_DH, 2},
	        {CKO_PUBLIC_KEY, CKK_DSA, 2}};
	CK_BYTE value[] = {0, 1, 2};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct both b = {.mechanism = {0, NULL, 0}};
		struct p11l_request *request[] = {&b.request[0]};
		CK_ULONG class = rows[i].class;
		CK_KEY_TYPE key_type = rows[i].key_type;
		CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)},
		        {CKA_KEY_TYPE, &key_type, sizeof(key_type)},
		        {CKA_VALUE, value, sizeof(value)}};

		turn_on(&b, P11L_RULE_TPL_7);
		open_one(&b, 0, template, COUNT(template));
		b.request[0].use = P11L_USE_CREATE;
		b.request[0].mechanism = NULL;
		b.request[0].half = P11L_HALF_NONE;
		b.request[0].other = NULL;
		assert_int_equal(p11l_steps_run(request, 1), CKR_OK);
		assert_int_equal(b.template[0].entry[2].ulValueLen, rows[i].size);
		p11l_template_close(&b.template[0]);
	}
}

/* What the halves of a pair say of each other. */
CASE(halves_of_a_pair)
{
	struct both b = {.mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0}};
	CK_ATTRIBUTE right[] = {{CKA_SIGN, &yes, 1}, {CKA_SENSITIVE, &yes, 1}};
	CK_ATTRIBUTE same[] = {{CKA_SIGN, &yes, 1}, {CKA_SENSITIVE, &yes, 1}};
	CK_ATTRIBUTE idle[] = {{CKA_SIGN, &no, 1}, {CKA_SENSITIVE, &no, 1}};
	CK_ATTRIBUTE alone[] = {{CKA_UNWRAP, &yes, 1}};
	CK_ATTRIBUTE extractable[] = {{CKA_EXTRACTABLE, &no, 1}};
	CK_ATTRIBUTE contrary[] = {{CKA_EXTRACTABLE, &yes, 1}};

	turn_on(&b, P11L_RULE_TPL_2);
	open_one(&b, 0, same, 2);
	open_one(&b, 1, right, 2);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_int_equal(b.template[0].count, 0);
	assert_int_equal(b.template[1].count, 2);
	close_both(&b);

	/* What says nothing is no quarrel, and what stands alone stays. */
	open_one(&b, 0, idle, 2);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_ptr_equal(b.template[0].entry, idle);
	open_one(&b, 0, alone, 1);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_ptr_equal(b.template[0].entry, alone);
	open_one(&b, 0, contrary, 1);
	open_one(&b, 1, extractable, 1);
	assert_int_equal(run_both(&b), CKR_OK);
	open_one(&b, 0, extractable, 1);
	open_one(&b, 1, contrary, 1);
	assert_int_equal(run_both(&b), CKR_TEMPLATE_INCONSISTENT);
	close_both(&b);
}

/* Templates that cannot be looked at go down as they are, without a step having seen them. */
CASE(wild_templates_go_down_as_they_are)
{
	struct both b = {.mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0}};
	CK_ATTRIBUTE *wild = (CK_ATTRIBUTE *)(uintptr_t)4096;

	memset(b.rules.on, 0xff, sizeof(b.rules.on));
	present = CKS_RW_USER_FUNCTIONS;
	open_one(&b, 0, wild, 3);
	open_one(&b, 1, wild, ~(CK_ULONG)0);
	assert_int_equal(run_both(&b), CKR_OK);
	assert_ptr_equal(b.template[0].entry, wild);
	assert_int_equal(b.template[1].count, ~(CK_ULONG)0);
	close_both(&b);
}

CASE(nothing_on_is_nothing_to_do)
{
	struct p11l_rules rules = {.on = {0}};

	for (unsigned use = 1; use <= P11L_USE_FIND; use *= 2)
		assert_false(p11l_steps_wanted(&rules, (enum p11l_template_use)use));
	rules.on[P11L_RULE_TPL_6 / 64] |= UINT64_C(1) << P11L_RULE_TPL_6 % 64;
	assert_true(p11l_steps_wanted(&rules, P11L_USE_FIND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parameter_sets_are_copied),
	        cmocka_unit_test(purposes_of_key_types),
	        cmocka_unit_test(recovery_needs_a_profile),
	        cmocka_unit_test(private_keys_need_a_user),
	        cmocka_unit_test(lengths_of_derived_keys),
	        cmocka_unit_test(derived_keys_are_not_on_the_token),
	        cmocka_unit_test(zeros_of_values),
	        cmocka_unit_test(halves_of_a_pair),
	        cmocka_unit_test(wild_templates_go_down_as_they_are),
	        cmocka_unit_test(nothing_on_is_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
