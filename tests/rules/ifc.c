/* SPDX-License-Identifier: MIT */
/* Interfaces at the level fix; tests/shim/interfaces.c has what holds at every level. */
#define _GNU_SOURCE
#include "rules.h"

static const CK_VERSION v2_40 = {2, 40}, v3_0 = {3, 0}, v3_1 = {3, 1}, v3_2 = {3, 2};

static void start(const char *module, const char *personality, const char *keys)
{
	char text[256];

	use_vendor(module, personality);
	snprintf(text, sizeof(text), "[normalise]\nlevel = fix\n%s", keys);
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	use_trace("");
	load_lens();
}

/* IFC-3: what is listed and refused */

CASE(ifc_3_what_the_list_has_is_given)
{
	CK_INTERFACE *interface = NULL, list[4];
	CK_ULONG count = COUNT(list);

	start("mock.so", "@refusing", "");
	assert_int_equal(get_interface("PKCS 11", &v3_2, &interface, 0), CKR_OK);
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_ptr_equal(interface->pFunctionList, list[0].pFunctionList);
	assert_int_equal(open_session(interface->pFunctionList), MOCK_SESSION);
	assert_non_null(strstr(trace(), "\n~ IFC-3 "));
}

CASE(ifc_3_without_the_rule)
{
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@refusing", "disable = IFC-3\n");
	assert_int_equal(get_interface("PKCS 11", &v3_2, &interface, 0), CKR_FUNCTION_FAILED);
	assert_null(interface);
}

/* NSS has 3.0: who asks for another version does not get it. */
CASE(ifc_3_no_other_version_than_asked_for)
{
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@nss", "");
	assert_int_not_equal(get_interface("PKCS 11", &v3_1, &interface, 0), CKR_OK);
	assert_int_not_equal(get_interface("PKCS 11", &v3_2, &interface, 0), CKR_OK);
	assert_int_not_equal(get_interface("PKCS 99", NULL, &interface, 0), CKR_OK);
	assert_int_not_equal(get_interface("PKCS 11", &v3_0, &interface, 2), CKR_OK);
	assert_null(interface);
	assert_int_equal(get_interface("PKCS 11", &v3_0, &interface, 1), CKR_OK);
	assert_int_equal(get_interface("PKCS 11", &v2_40, &interface, 0), CKR_OK);
	assert_int_equal(get_interface(NULL, NULL, &interface, 0), CKR_OK);
	assert_null(strstr(trace(), "~ IFC-3"));
}

/* IFC-3: no list, and few questions that are answered */

static CK_RV cancel_by_symbol(void)
{
	CK_C_SessionCancel cancel;
	void *symbol = lens_symbol("C_SessionCancel");

	memcpy(&cancel, &symbol, sizeof(symbol));
	assert_int_equal(open_session(function_list()), MOCK_SESSION);
	return cancel(MOCK_SESSION, 0);
}

#define NO_LIST                                   \
	"table 2.40\ninterface \"PKCS 11\" 3.0\n" \
	"return C_GetInterfaceList CKR_FUNCTION_NOT_SUPPORTED\n"

CASE(ifc_3_versions_are_asked_for)
{
	start("mock.so", NO_LIST, "");
	assert_int_equal(cancel_by_symbol(), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_SessionCancel], 1);
}

CASE(ifc_3_versions_are_asked_for_by_the_rule)
{
	start("mock.so", NO_LIST, "disable = IFC-3\n");
	assert_int_equal(cancel_by_symbol(), CKR_FUNCTION_NOT_SUPPORTED);
}

CASE(ifc_3_then_without_a_version)
{
	start("mock.so", NO_LIST "refuse 3.2\nrefuse 3.1\nrefuse 3.0\n", "");
	assert_int_equal(cancel_by_symbol(), CKR_OK);
}

/* IFC-1, IFC-2, IFC-4, IFC-6 under rules as without them */

CASE(ifc_2_a_short_table_with_a_new_stamp)
{
	CK_FUNCTION_LIST_3_2 *list;
	CK_INTERFACE *interface = NULL;

	start("mock-2.40.so", "@softhsm-2.7", "");
	list = function_list();
	assert_int_equal(open_session(list), MOCK_SESSION);
	assert_int_equal(list->C_SessionCancel(MOCK_SESSION, 0), CKR_FUNCTION_NOT_SUPPORTED);
	/* Nothing is promised that is not there. */
	assert_int_not_equal(get_interface("PKCS 11", &v3_0, &interface, 0), CKR_OK);
}

CASE(ifc_4_a_table_without_functions)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];
	CK_FUNCTION_LIST_3_2 *list;

	start("mock.so", "null all\n", "disable = buf+tpl+ifc+gav\n");
	list = function_list();
	for (unsigned i = 0; i < 68; i++) {
		if (!is_always_ours(i))
			assert_int_equal(
			        call_entry(entries(list)[i], zeros), CKR_FUNCTION_NOT_SUPPORTED);
	}
	assert_int_equal(list->C_Initialize(NULL), CKR_FUNCTION_NOT_SUPPORTED);
}

CASE(ifc_6_foreign_interfaces_are_the_vendors)
{
	CK_INTERFACE *interface = NULL;

	start("mock.so", "@three-interfaces", "");
	assert_int_equal(get_interface("Vendor Mock Stuff", NULL, &interface, 0), CKR_OK);
	assert_ptr_equal(interface, &vendor()->interface[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ifc_3_what_the_list_has_is_given),
	        cmocka_unit_test(ifc_3_without_the_rule),
	        cmocka_unit_test(ifc_3_no_other_version_than_asked_for),
	        cmocka_unit_test(ifc_3_versions_are_asked_for),
	        cmocka_unit_test(ifc_3_versions_are_asked_for_by_the_rule),
	        cmocka_unit_test(ifc_3_then_without_a_version),
	        cmocka_unit_test(ifc_2_a_short_table_with_a_new_stamp),
	        cmocka_unit_test(ifc_4_a_table_without_functions),
	        cmocka_unit_test(ifc_6_foreign_interfaces_are_the_vendors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
