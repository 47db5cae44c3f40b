/* SPDX-License-Identifier: MIT */
/* Family OBJ: labels that are refused, and objects that outlive their end. */
#include "rules.h"

static bool labels_are_taken(struct subject *s)
{
	CK_BYTE label[] = {'l', 'a'};
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG length = 16;
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, length), ATTRIBUTE(CKA_LABEL, label)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_GenerateKey(s->session, &mechanism, template, 2, &key) == CKR_OK;
}

CASE(labels_are_left_out_on_request)
{
	const struct setting setting = {.rule = "OBJ-8",
	        .opt_in = true,
	        .twist = "refuse-attribute CKA_LABEL",
	        .native = true};

	check_rule(&setting, labels_are_taken);
}

static bool destroys_once(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	forget_calls();
	return s->p11->C_DestroyObject(s->session, key) == CKR_OK && calls("C_DestroyObject") == 1;
}

CASE(the_trace_tells_what_outlives_its_end)
{
	const struct setting stays = {.enable = "OBJ-9", .twist = "pretend C_DestroyObject"};
	const struct setting goes = {.enable = "OBJ-9"};

	assert_true(with_lens(&stays, destroys_once));
	assert_int_equal(notes("OBJ-9"), 1);
	assert_true(with_lens(&goes, destroys_once));
	assert_int_equal(notes("OBJ-9"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(labels_are_left_out_on_request),
	        cmocka_unit_test(the_trace_tells_what_outlives_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
