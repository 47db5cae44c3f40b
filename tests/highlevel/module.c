/* SPDX-License-Identifier: MIT */
/* Loading modules: once each, from where, several at a time, and what it costs. */
#define _GNU_SOURCE
#include "highlevel.h"

#include <dlfcn.h>

#define NSS "libsoftokn3.so"

static const struct world four = {.tokens = 4};
static const struct world mock = {.mock = ""};

/* --- Loading */

CASE(a_module_is_loaded_once)
{
	struct p11l_module *module = begin(NULL), *again = NULL;

	OK(p11l_load(NULL, &again));
	assert_ptr_equal(again, module);
	OK(p11l_load(built("twist.so"), &again));
	assert_ptr_equal(again, module);
	assert_calls(1, "C_Initialize");
	p11l_module_free(module);
	p11l_module_free(module);
	assert_calls(0, "C_Finalize");
	p11l_module_free(module);
	assert_calls(1, "C_Finalize");
	assert_calls(2, "all");
	/* And anew. */
	OK(p11l_load(NULL, &module));
	assert_calls(2, "C_Initialize");
	p11l_module_free(module);
}

CASE(references_are_counted)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_slots *slots;
	struct p11l_slot *slot;

	assert_ptr_equal(p11l_module_ref(module), module);
	p11l_module_free(module);
	OK(p11l_get_slots(module, CK_TRUE, &slots));
	slot = p11l_slot_ref(p11l_slots_at(slots, 0));
	p11l_slots_free(slots);
	/* A slot keeps the module. */
	p11l_module_free(module);
	assert_calls(0, "C_Finalize");
	assert_ptr_equal(p11l_slot_module(slot), module);
	p11l_slot_free(slot);
	assert_calls(1, "C_Finalize");
	p11l_module_free(NULL);
	p11l_slot_free(NULL);
	p11l_slots_free(NULL);
}

CASE(a_module_says_who_it_is)
{
	struct p11l_module *module = begin(NULL);
	const struct p11l_module_info *info = NULL, *again = NULL;

	OK(p11l_get_module_info(module, &info));
	OK(p11l_get_module_info(module, &again));
	assert_ptr_equal(info, again);
	assert_calls(1, "C_GetInfo");
	assert_string_equal(info->manufacturer, "SoftHSM");
	assert_string_equal(info->description, "Implementation of PKCS11");
	assert_string_equal(info->path, built("twist.so"));
	assert_int_equal(info->normalised, CK_TRUE);
	assert_int_equal(info->library_version.major, 2);
	p11l_module_free(module);
}

CASE(a_path_takes_the_free_place)
{
	struct p11l_module *module;
	CK_FUNCTION_LIST *functions, *own;
	const struct p11l_module_info *info;

	prepare(NULL);
	unsetenv("PKCS11_LENS_MODULE");
	OK(p11l_load(built("twist.so"), &module));
	load_lens();
	OK(get_list(&own));
	OK(p11l_get_functions(module, &functions));
	assert_ptr_equal(functions, own);
	OK(p11l_get_module_info(module, &info));
	assert_int_equal(info->normalised, CK_TRUE);
	p11l_module_free(module);
	assert_calls(1, "C_Finalize");
}

CASE(a_path_leaves_the_configured_one_its_place)
{
	struct p11l_module *module;
	CK_FUNCTION_LIST *functions, *own;

	if (THREAD_SANITIZER)
		skip_case("it cannot see a copy of the lens go");
	prepare(NULL);
	OK(p11l_load(built("mock.so"), &module));
	load_lens();
	OK(get_list(&own));
	OK(p11l_get_functions(module, &functions));
	assert_ptr_not_equal(functions, own);
	assert_calls(0, "C_Initialize");
	OK(own->C_Initialize(NULL));
	assert_calls(1, "C_Initialize");
	p11l_module_free(module);
}

CASE(a_failure_does_not_spoil_the_place)
{
	struct p11l_module *module = NULL;
	CK_FUNCTION_LIST *functions, *own;

	prepare(NULL);
	unsetenv("PKCS11_LENS_MODULE");
	FAILS(P11L_CKR_NO_MODULE, p11l_load("/nowhere/module.so", &module));
	assert_null(module);
	assert_says("/nowhere/module.so");
	OK(p11l_load(built("twist.so"), &module));
	load_lens();
	OK(get_list(&own));
	OK(p11l_get_functions(module, &functions));
	assert_ptr_equal(functions, own);
}

CASE(what_cannot_be_loaded_is_said)
{
	struct p11l_module *module = (struct p11l_module *)&module;

	prepare(NULL);
	setenv("PKCS11_LENS_MODULE", "/nowhere/configured.so", 1);
	FAILS(P11L_CKR_NO_MODULE, p11l_load(NULL, &module));
	assert_null(module);
	assert_says("/nowhere/configured.so");
	FAILS(P11L_CKR_NO_MODULE, p11l_load("libc.so.6", &module));
	assert_says("no PKCS #11 module");
	FAILS(P11L_CKR_NO_MODULE, p11l_load(built("mock-none.so"), &module));
	assert_says("neither C_GetFunctionList nor C_GetInterface");
	FAILS(CKR_ARGUMENTS_BAD, p11l_load(NULL, NULL));
	assert_says("module");
	/* What is there in the end can be loaded all the same. */
	OK(p11l_load(built("twist.so"), &module));
}

CASE(without_a_configured_one_a_path_is_needed)
{
	struct p11l_module *module;

	prepare(NULL);
	unsetenv("PKCS11_LENS_MODULE");
	FAILS(P11L_CKR_NO_MODULE, p11l_load(NULL, &module));
	assert_says("PKCS11_LENS_MODULE");
	FAILS(P11L_CKR_NO_MODULE, p11l_load(built("../pkcs11-lens.so"), &module));
	assert_says("itself");
}

CASE(a_wrong_setting_is_said)
{
	struct p11l_module *module;
	struct world world = {.config = "[trace]\nformat = smoke\n"};

	prepare(&world);
	FAILS(P11L_CKR_NO_MODULE, p11l_load(NULL, &module));
	assert_says("smoke");
	FAILS(P11L_CKR_NO_MODULE, p11l_load(built("mock.so"), &module));
	assert_says("smoke");
}

CASE(the_lens_itself_is_its_vendor)
{
	struct p11l_module *module = begin(NULL), *again;

	OK(p11l_load(built("../pkcs11-lens.so"), &again));
	assert_ptr_equal(module, again);
}

CASE(another_copy_of_the_lens_is_used_as_it_is)
{
	struct p11l_module *module = begin(&mock), *other;
	const struct p11l_module_info *info;
	CK_FUNCTION_LIST *functions, *theirs;
	CK_C_GetFunctionList get;
	void *handle, *symbol;

	copy_file(built("../pkcs11-lens.so"), "other.so");
	OK(p11l_load("./other.so", &other));
	assert_ptr_not_equal(module, other);
	OK(p11l_get_module_info(other, &info));
	assert_int_equal(info->normalised, CK_TRUE);
	handle = dlopen("./other.so", RTLD_NOW);
	assert_non_null(handle);
	symbol = dlsym(handle, "C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(symbol));
	OK(get(&theirs));
	OK(p11l_get_functions(other, &functions));
	assert_ptr_equal(functions, theirs);
}

CASE(a_module_without_a_table_is_refused)
{
	struct world world = {.mock = "return C_GetFunctionList CKR_GENERAL_ERROR\n"
	                              "return C_GetInterfaceList CKR_GENERAL_ERROR\n"
	                              "return C_GetInterface CKR_GENERAL_ERROR\n"};
	struct p11l_module *module;

	prepare(&world);
	FAILS(P11L_CKR_NO_MODULE, p11l_load(NULL, &module));
	assert_says("no usable function table");
	/* Nor as one of several. */
	setenv("PKCS11_LENS_MODULE", built("twist.so"), 1);
	FAILS(P11L_CKR_NO_MODULE, p11l_load(built("mock.so"), &module));
	assert_says("no usable function table");
}

/* --- Several modules */

CASE(several_modules_at_once)
{
	struct p11l_module *module = begin(&four), *second;
	const struct p11l_module_info *info;
	struct p11l_slot *slot;

	OK(p11l_load(built("mock.so"), &second));
	assert_ptr_not_equal(module, second);
	OK(p11l_get_module_info(second, &info));
	assert_int_equal(info->normalised, CK_TRUE);
	assert_string_equal(info->path, built("mock.so"));
	OK(p11l_get_token(module, P11L_TOKEN(.label = "token 3"), &slot));
	p11l_slot_free(slot);
	OK(p11l_get_token(second, NULL, &slot));
	assert_int_equal(p11l_slot_id(slot), MOCK_SLOT);
	p11l_slot_free(slot);
	if (THREAD_SANITIZER)
		return;
	p11l_module_free(second);
	OK(p11l_get_token(module, P11L_TOKEN(.label = "token 3"), &slot));
	p11l_slot_free(slot);
	OK(p11l_load(built("mock.so"), &second));
	OK(p11l_get_token(second, NULL, &slot));
	p11l_slot_free(slot);
}

CASE(each_of_several_is_normalised)
{
	struct world world = {.normalise = true};
	struct p11l_module *module, *second;
	struct p11l_slot *slot;

	prepare(&world);
	OK(p11l_load(NULL, &module));
	OK(p11l_load(SOFTHSM, &second));
	assert_ptr_not_equal(module, second);
	/* Of SoftHSM alone, no slot event is to be had (EVT-1). */
	FAILS(CKR_NO_EVENT, p11l_wait_for_slot_event(second, CK_TRUE, &slot));
}

CASE(nss_at_the_same_time)
{
	struct p11l_module *module = begin(NULL), *nss = NULL;
	struct p11l_slots *slots;

	if (dlopen(NSS, RTLD_LAZY) == NULL)
		skip_case("NSS is missing");
	OK(p11l_load_with(NSS,
	        P11L_LOAD(.parameters = "configdir='' certPrefix='' keyPrefix='' secmod='' "
	                                "flags=readOnly,noCertDB,noModDB,forceOpen"),
	        &nss));
	OK(p11l_get_tokens(
	        nss, P11L_TOKEN(.mechanisms = P11L_IS(CKM_SHA256), .mechanism_count = 1), &slots));
	assert_true(p11l_slots_count(slots) > 0);
	p11l_slots_free(slots);
	OK(p11l_get_tokens(module, P11L_TOKEN(.label = TOKEN), &slots));
	assert_int_equal(p11l_slots_count(slots), 1);
	p11l_slots_free(slots);
}

/* --- What it costs */

CASE(finding_a_token_costs_no_more_than_it_must)
{
	struct p11l_module *module = begin(&four);
	struct p11l_slot *slot;

	OK(p11l_get_token(module, P11L_TOKEN(.label = "token 2"), &slot));
	assert_calls(1, "C_Initialize");
	assert_calls(1, "C_GetSlotList");
	assert_calls(5, "C_GetTokenInfo");
	assert_calls(7, "all");
	p11l_slot_free(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_module_is_loaded_once),
	        cmocka_unit_test(references_are_counted),
	        cmocka_unit_test(a_module_says_who_it_is),
	        cmocka_unit_test(a_path_takes_the_free_place),
	        cmocka_unit_test(a_path_leaves_the_configured_one_its_place),
	        cmocka_unit_test(a_failure_does_not_spoil_the_place),
	        cmocka_unit_test(what_cannot_be_loaded_is_said),
	        cmocka_unit_test(without_a_configured_one_a_path_is_needed),
	        cmocka_unit_test(a_wrong_setting_is_said),
	        cmocka_unit_test(the_lens_itself_is_its_vendor),
	        cmocka_unit_test(another_copy_of_the_lens_is_used_as_it_is),
	        cmocka_unit_test(a_module_without_a_table_is_refused),
	        cmocka_unit_test(several_modules_at_once),
	        cmocka_unit_test(each_of_several_is_normalised),
	        cmocka_unit_test(nss_at_the_same_time),
	        cmocka_unit_test(finding_a_token_costs_no_more_than_it_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
