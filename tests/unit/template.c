/* SPDX-License-Identifier: MIT */
/* A template that is changed: the host's stays as it is, and wrong ones do no harm. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/normalise/template.h"

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_ULONG class = CKO_SECRET_KEY;
static CK_ATTRIBUTE given[] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_TOKEN, &yes, 1},
        {CKA_LABEL, NULL, 0}, {CKA_TOKEN, &no, 1}};

static void open_given(struct p11l_template *template)
{
	p11l_template_open(template, given, COUNT(given));
	assert_false(template->opaque);
	assert_ptr_equal(template->entry, given);
}

CASE(what_is_not_changed_is_the_host_s)
{
	struct p11l_template template;
	CK_ULONG number = 0;
	bool is = false;

	open_given(&template);
	assert_true(p11l_template_number(&template, CKA_CLASS, &number));
	assert_int_equal(number, CKO_SECRET_KEY);
	assert_true(p11l_template_bool(&template, CKA_TOKEN, &is));
	assert_true(is);
	assert_false(p11l_template_bool(&template, CKA_CLASS, &is));
	assert_false(p11l_template_bool(&template, CKA_PRIVATE, &is));
	assert_non_null(p11l_template_value(p11l_template_find(&template, CKA_LABEL)));
	assert_ptr_equal(template.entry, given);
	assert_int_equal(template.count, COUNT(given));
	p11l_template_close(&template);
}

CASE(changes_leave_the_host_s_array_alone)
{
	struct p11l_template template;
	CK_ATTRIBUTE before[COUNT(given)];
	CK_BYTE id[] = {1, 2, 3};

	memcpy(before, given, sizeof(given));
	open_given(&template);
	assert_int_equal(p11l_template_put(&template, CKA_ID, id, sizeof(id)), CKR_OK);
	memset(id, 0, sizeof(id));
	assert_int_equal(p11l_template_put_number(&template, CKA_CLASS, CKO_DATA), CKR_OK);
	assert_int_equal(p11l_template_put_bool(&template, CKA_PRIVATE, true), CKR_OK);
	assert_int_equal(p11l_template_remove(&template, CKA_TOKEN), CKR_OK);
	assert_int_equal(template.count, 4);
	assert_null(p11l_template_find(&template, CKA_TOKEN));
	assert_memory_equal(p11l_template_find(&template, CKA_ID)->pValue, "\1\2\3", 3);
	assert_int_equal((uintptr_t) template.entry[0].pValue % sizeof(CK_ULONG), 0);
	assert_int_equal(*(CK_ULONG *)template.entry[0].pValue, CKO_DATA);
	assert_int_equal(class, CKO_SECRET_KEY);
	assert_memory_equal(before, given, sizeof(given));
	p11l_template_close(&template);
}

/* Far more entries and octets than lie on the stack. */
CASE(a_template_grows)
{
	struct p11l_template template;
	CK_BYTE octets[100];

	p11l_template_open(&template, NULL, 0);
	for (CK_ULONG i = 0; i < 200; i++) {
		memset(octets, (int)i, sizeof(octets));
		assert_int_equal(
		        p11l_template_put(&template, 0x80000000 + i, octets, sizeof(octets)),
		        CKR_OK);
	}
	assert_int_equal(template.count, 200);
	for (CK_ULONG i = 0; i < 200; i++) {
		memset(octets, (int)i, sizeof(octets));
		assert_memory_equal(p11l_template_find(&template, 0x80000000 + i)->pValue, octets,
		        sizeof(octets));
	}
	while (template.count > 0)
		assert_int_equal(p11l_template_remove_at(&template, 0), CKR_OK);
	p11l_template_close(&template);
}

/* Values that were written into a template are gone when it is closed. */
CASE(new_values_are_wiped)
{
	struct p11l_template template;

	p11l_template_open(&template, NULL, 0);
	assert_int_equal(p11l_template_put(&template, CKA_VALUE, "secret", 6), CKR_OK);
	assert_memory_equal(template.value, "secret", 6);
	p11l_template_close(&template);
	assert_memory_equal(template.value, "\0\0\0\0\0\0", 6);
}

CASE(unreadable_templates_are_not_looked_at)
{
	struct p11l_template template;
	CK_ATTRIBUTE *outside = (CK_ATTRIBUTE *)(void *)before_guard(sizeof(CK_ATTRIBUTE));
	CK_ATTRIBUTE wild[] = {{CKA_TOKEN, (void *)8, 1}, {CKA_CLASS, NULL, sizeof(CK_ULONG)},
	        {CKA_ID, &yes, ~(CK_ULONG)0}};
	CK_ULONG number;
	bool is;

	p11l_template_open(&template, outside, 2);
	assert_true(template.opaque);
	assert_null(p11l_template_at(&template, 0));
	assert_null(p11l_template_find(&template, CKA_CLASS));
	p11l_template_open(&template, NULL, 3);
	assert_true(template.opaque);
	p11l_template_open(&template, given, P11L_TEMPLATE_MAX + 1);
	assert_true(template.opaque);
	p11l_template_open(&template, wild, COUNT(wild));
	assert_false(template.opaque);
	assert_false(p11l_template_bool(&template, CKA_TOKEN, &is));
	assert_false(p11l_template_number(&template, CKA_CLASS, &number));
	assert_null(p11l_template_value(p11l_template_find(&template, CKA_ID)));
	p11l_template_close(&template);
}

CASE(mechanisms_imply_kinds)
{
	CK_ULONG kind, key_type;

	assert_true(p11l_implied(CKM_AES_KEY_GEN, &kind, &key_type));
	assert_int_equal(kind, CKO_SECRET_KEY);
	assert_int_equal(key_type, CKK_AES);
	assert_false(p11l_implied(CKM_EC_KEY_PAIR_GEN, &kind, &key_type));
	assert_int_equal(kind, P11L_ANY);
	assert_int_equal(key_type, CKK_EC);
	assert_false(p11l_implied(CKM_SHA_1, &kind, &key_type));
	assert_int_equal(key_type, P11L_ANY);
}

/* Which row decides: the user's before the profile's, and the first of each. */
CASE(the_first_row_that_fits_decides)
{
	static struct p11l_config user, profile;
	struct p11l_rules rules = {.config = {&user, &profile}};
	char error[P11L_ERROR_SIZE];

	assert_true(p11l_config_attribute(
	        &user, "generate CKO_SECRET_KEY CKK_DES3", "CKA_ID", "drop", "user:1", error));
	assert_true(p11l_config_attribute(
	        &user, "generate CKO_SECRET_KEY", "CKA_ID", "add 0x01", "user:2", error));
	assert_true(
	        p11l_config_attribute(&profile, "any", "CKA_ID", "add 0x02", "profile:1", error));
	assert_null(p11l_attribute_row(&rules, P11L_USE_GENERATE, CKO_SECRET_KEY, CKK_AES, CKA_ID));
	rules.on[P11L_RULE_ATTR_1 / 64] |= UINT64_C(1) << P11L_RULE_ATTR_1 % 64;
	assert_string_equal(
	        p11l_attribute_row(&rules, P11L_USE_GENERATE, CKO_SECRET_KEY, CKK_AES, CKA_ID)
	                ->origin,
	        "user:2");
	assert_string_equal(
	        p11l_attribute_row(&rules, P11L_USE_GENERATE, CKO_SECRET_KEY, CKK_DES3, CKA_ID)
	                ->origin,
	        "user:1");
	assert_string_equal(
	        p11l_attribute_row(&rules, P11L_USE_CREATE, CKO_SECRET_KEY, CKK_AES, CKA_ID)
	                ->origin,
	        "profile:1");
	assert_null(p11l_attribute_row(&rules, P11L_USE_FIND, CKO_SECRET_KEY, CKK_AES, CKA_ID));
	assert_null(
	        p11l_attribute_row(&rules, P11L_USE_CREATE, CKO_SECRET_KEY, CKK_AES, CKA_LABEL));
	p11l_attributes_free(&user);
	p11l_attributes_free(&profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_not_changed_is_the_host_s),
	        cmocka_unit_test(changes_leave_the_host_s_array_alone),
	        cmocka_unit_test(a_template_grows),
	        cmocka_unit_test(new_values_are_wiped),
	        cmocka_unit_test(unreadable_templates_are_not_looked_at),
	        cmocka_unit_test(mechanisms_imply_kinds),
	        cmocka_unit_test(the_first_row_that_fits_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
