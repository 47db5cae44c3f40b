/* SPDX-License-Identifier: MIT */
/* What a host finds when it asks for interfaces: what the vendor has, no more and no less. */
#include "harness.h"

static const CK_VERSION v2_40 = {2, 40}, v3_0 = {3, 0}, v3_1 = {3, 1}, v3_2 = {3, 2};

static void start(const char *module, const char *personality)
{
	use_vendor(module, personality);
	load_lens();
}

static const char *name_of(const CK_INTERFACE *interface)
{
	return (const char *)interface->pInterfaceName;
}

CASE(list_has_the_vendors_names_versions_and_flags)
{
	CK_INTERFACE list[8];
	CK_ULONG count = COUNT(list);

	start("mock.so", "@three-interfaces");
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_int_equal(count, vendor()->interfaces);
	assert_int_equal(count, 5);
	for (CK_ULONG i = 0; i < count; i++) {
		const CK_INTERFACE *theirs = &vendor()->interface[i];

		assert_string_equal(name_of(&list[i]), name_of(theirs));
		assert_int_equal(list[i].flags, theirs->flags);
		assert_memory_equal(
		        list[i].pFunctionList, theirs->pFunctionList, sizeof(CK_VERSION));
	}
}

CASE(standard_interfaces_are_ours_and_foreign_ones_untouched)
{
	CK_INTERFACE list[8];
	CK_ULONG count = COUNT(list);

	start("mock.so", "@three-interfaces");
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++) {
		if (strcmp(name_of(&list[i]), "PKCS 11") == 0)
			assert_ptr_not_equal(
			        list[i].pFunctionList, vendor()->interface[i].pFunctionList);
		else
			assert_ptr_equal(
			        list[i].pFunctionList, vendor()->interface[i].pFunctionList);
	}
}

CASE(list_without_room_is_the_vendors_answer)
{
	CK_INTERFACE list[4];
	CK_ULONG count = 4;

	start("mock.so", "@three-interfaces");
	assert_int_equal(get_interfaces(list, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 5);
	count = 0;
	assert_int_equal(get_interfaces(NULL, &count), CKR_OK);
	assert_int_equal(count, 5);
	assert_int_equal(get_interfaces(NULL, NULL), CKR_ARGUMENTS_BAD);
}

CASE(foreign_interface_by_name_is_the_vendors_own)
{
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@three-interfaces");
	assert_int_equal(get_interface("Vendor Mock Stuff", NULL, &interface, 0), CKR_OK);
	assert_ptr_equal(interface, &vendor()->interface[1]);
	assert_int_equal(get_interface("Vendor Mock Stuff Too", NULL, &interface, 0), CKR_OK);
	assert_ptr_equal(interface, &vendor()->interface[4]);
}

CASE(default_interface_is_the_vendors_first)
{
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@nss");
	assert_int_equal(get_interface(NULL, NULL, &interface, 0), CKR_OK);
	assert_string_equal(name_of(interface), "PKCS 11");
	assert_int_equal(interface->flags, 1);
	assert_ptr_equal(interface->pFunctionList, interface_table(3, 0));
	assert_ptr_not_equal(interface->pFunctionList, vendor()->interface[0].pFunctionList);
}

CASE(each_version_has_its_own_table)
{
	start("mock.so", "@three-interfaces");
	assert_int_equal(interface_table(3, 2)->version.minor, 2);
	assert_int_equal(interface_table(3, 0)->version.minor, 0);
	assert_int_equal(interface_table(2, 40)->version.major, 2);
	assert_int_equal(interface_table(2, 40)->version.minor, 40);
	assert_ptr_equal(interface_table(3, 2), interface_table(3, 2));
}

/* The list and a request lead to one table, and the interface lasts after the call. */
CASE(list_and_request_agree)
{
	CK_INTERFACE list[8], *interface = NULL, *again = NULL;
	CK_ULONG count = COUNT(list);

	start("mock.so", "@three-interfaces");
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_int_equal(get_interface("PKCS 11", &v3_0, &interface, 0), CKR_OK);
	assert_ptr_equal(interface->pFunctionList, list[2].pFunctionList);
	assert_int_equal(get_interface("PKCS 11", &v2_40, &again, 0), CKR_OK);
	assert_int_equal(get_interface("PKCS 11", &v3_0, &again, 0), CKR_OK);
	assert_ptr_equal(again, interface);
	assert_string_equal(name_of(interface), "PKCS 11");
}

CASE(fork_safe_is_the_vendors_to_promise)
{
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@three-interfaces");
	assert_int_equal(
	        get_interface("PKCS 11", &v3_2, &interface, CKF_INTERFACE_FORK_SAFE), CKR_OK);
	assert_int_equal(interface->flags, CKF_INTERFACE_FORK_SAFE);
	assert_int_equal(get_interface("PKCS 11", &v3_0, &interface, CKF_INTERFACE_FORK_SAFE),
	        CKR_FUNCTION_FAILED);
	assert_int_equal(vendor()->arg[P11L_C_GetInterface][3], CKF_INTERFACE_FORK_SAFE);
}

CASE(version_that_the_vendor_does_not_know)
{
	const CK_VERSION odd = {9, 9};
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@nss");
	assert_int_equal(get_interface("PKCS 11", &odd, &interface, 0), CKR_FUNCTION_FAILED);
	assert_null(interface);
	assert_int_equal(get_interface("PKCS 11", &v3_1, &interface, 0), CKR_FUNCTION_FAILED);
	assert_int_equal(get_interface("PKCS 99", NULL, &interface, 0), CKR_FUNCTION_FAILED);
	assert_null(interface);
}

CASE(interface_that_is_listed_and_refused)
{
	CK_INTERFACE list[4], *interface = NULL;
	CK_ULONG count = COUNT(list);

	start("mock.so", "@refusing");
	assert_int_equal(get_interface("PKCS 11", &v3_2, &interface, 0), CKR_FUNCTION_FAILED);
	assert_null(interface);
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(interface_table(3, 0)->version.minor, 0);
}

CASE(getter_that_fails_fails_with_the_vendors_answer)
{
	CK_INTERFACE list[4], *interface = NULL;
	CK_ULONG count = COUNT(list);

	start("mock.so", "return C_GetInterface CKR_HOST_MEMORY\n"
	                 "return C_GetInterfaceList CKR_GENERAL_ERROR\n");
	assert_int_equal(get_interface(NULL, NULL, &interface, 0), CKR_HOST_MEMORY);
	assert_null(interface);
	assert_int_equal(get_interfaces(list, &count), CKR_GENERAL_ERROR);
	assert_int_equal(open_session(function_list()), MOCK_SESSION);
}

CASE(arguments_of_the_getters_reach_the_vendor_as_they_are)
{
	CK_VERSION version = {3, 0};
	CK_INTERFACE *interface = NULL;
	const uintptr_t *arg;
	static const char name[] = "PKCS 11";

	start("mock.so", "@nss");
	assert_int_equal(get_interface(name, &version, &interface, 0), CKR_OK);
	arg = vendor()->arg[P11L_C_GetInterface];
	assert_true(arg[0] == (uintptr_t)name && arg[1] == (uintptr_t)&version &&
	            arg[2] == (uintptr_t)&interface);
	assert_int_equal(get_interface(name, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
}

/* A vendor of the 2.40 days */

CASE(old_vendor_has_one_implied_interface)
{
	CK_INTERFACE list[2] = {{NULL, NULL, 0}, {NULL, NULL, 0}};
	CK_ULONG count = 0;

	start("mock-2.40.so", "");
	assert_int_equal(get_interfaces(NULL, &count), CKR_OK);
	assert_int_equal(count, 1);
	count = 0;
	assert_int_equal(get_interfaces(list, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 1);
	count = COUNT(list);
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_int_equal(count, 1);
	assert_string_equal(name_of(&list[0]), "PKCS 11");
	assert_int_equal(list[0].flags, 0);
	assert_ptr_equal(list[0].pFunctionList, function_list());
	assert_int_equal(get_interfaces(list, NULL), CKR_ARGUMENTS_BAD);
}

CASE(old_vendor_is_found_as_2_40_only)
{
	CK_INTERFACE *interface = NULL;

	start("mock-2.40.so", "");
	assert_int_equal(get_interface(NULL, NULL, &interface, 0), CKR_OK);
	assert_ptr_equal(interface->pFunctionList, function_list());
	assert_ptr_equal(interface_table(2, 40), function_list());
	interface = NULL;
	assert_int_not_equal(get_interface("PKCS 11", &v3_0, &interface, 0), CKR_OK);
	assert_int_not_equal(get_interface("PKCS 11", &v3_2, &interface, 0), CKR_OK);
	assert_int_not_equal(get_interface("Vendor", NULL, &interface, 0), CKR_OK);
	assert_int_not_equal(
	        get_interface("PKCS 11", NULL, &interface, CKF_INTERFACE_FORK_SAFE), CKR_OK);
	assert_null(interface);
	assert_int_equal(get_interface("PKCS 11", NULL, NULL, 0), CKR_ARGUMENTS_BAD);
}

CASE(old_vendor_lacks_the_functions_of_3_0)
{
	void *symbol;
	CK_C_SessionCancel cancel;

	start("mock-2.40.so", "");
	symbol = lens_symbol("C_SessionCancel");
	memcpy(&cancel, &symbol, sizeof(symbol));
	assert_int_equal(open_session(function_list()), MOCK_SESSION);
	assert_int_equal(cancel(MOCK_SESSION, 0), CKR_FUNCTION_NOT_SUPPORTED);
}

/* dlsym finds the getters of a library that the vendor is linked with: they are not its own. */
CASE(getters_of_a_dependency_are_not_taken)
{
	CK_INTERFACE list[4];
	CK_ULONG count = COUNT(list);

	start("mock-dependent.so", "");
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_int_equal(count, 1);
	assert_ptr_equal(list[0].pFunctionList, function_list());
	assert_int_equal(vendor()->calls[P11L_C_GetInterfaceList], 0);
}

/* A vendor that only knows interfaces */

CASE(vendor_without_a_function_list_still_gives_one)
{
	CK_FUNCTION_LIST_3_2 *list;

	start("mock-interfaces.so", "@nss");
	list = function_list();
	assert_ptr_equal(list, interface_table(3, 0));
	assert_int_equal(open_session(list), MOCK_SESSION);
}

CASE(exported_3_x_symbols_lead_to_the_widest_table)
{
	CK_C_SessionCancel cancel;
	void *symbol;

	start("mock.so", "@nss");
	symbol = lens_symbol("C_SessionCancel");
	memcpy(&cancel, &symbol, sizeof(symbol));
	assert_int_equal(open_session(function_list()), MOCK_SESSION);
	assert_int_equal(cancel(MOCK_SESSION, 0), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_SessionCancel], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(list_has_the_vendors_names_versions_and_flags),
	        cmocka_unit_test(standard_interfaces_are_ours_and_foreign_ones_untouched),
	        cmocka_unit_test(list_without_room_is_the_vendors_answer),
	        cmocka_unit_test(foreign_interface_by_name_is_the_vendors_own),
	        cmocka_unit_test(default_interface_is_the_vendors_first),
	        cmocka_unit_test(each_version_has_its_own_table),
	        cmocka_unit_test(list_and_request_agree),
	        cmocka_unit_test(fork_safe_is_the_vendors_to_promise),
	        cmocka_unit_test(version_that_the_vendor_does_not_know),
	        cmocka_unit_test(interface_that_is_listed_and_refused),
	        cmocka_unit_test(getter_that_fails_fails_with_the_vendors_answer),
	        cmocka_unit_test(arguments_of_the_getters_reach_the_vendor_as_they_are),
	        cmocka_unit_test(old_vendor_has_one_implied_interface),
	        cmocka_unit_test(old_vendor_is_found_as_2_40_only),
	        cmocka_unit_test(old_vendor_lacks_the_functions_of_3_0),
	        cmocka_unit_test(getters_of_a_dependency_are_not_taken),
	        cmocka_unit_test(vendor_without_a_function_list_still_gives_one),
	        cmocka_unit_test(exported_3_x_symbols_lead_to_the_widest_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
