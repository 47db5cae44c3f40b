/* SPDX-License-Identifier: MIT */
/* When there is no vendor to forward to: a table all the same, errors, and one clear message. */
#define _GNU_SOURCE
#include "harness.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every function answers an error, through the table as well as through the symbols. */
static void assert_all_fail(void)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];
	CK_FUNCTION_LIST_3_2 *list = function_list();

	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		void *symbol = lens_symbol(p11l_functions[i].name);
		entry_fn entry;

		memcpy(&entry, &symbol, sizeof(symbol));
		if (i == P11L_C_GetFunctionList)
			continue;
		assert_int_not_equal(call_entry(entry, zeros), CKR_OK);
		assert_int_not_equal(call_entry(entries(list)[i], zeros), CKR_OK);
	}
}

/* The message is the only one, whatever is called how often. */
static void assert_said_once(const char *what)
{
	const char *text;

	assert_all_fail();
	assert_all_fail();
	text = said();
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is missing in: %s", what, text);
	assert_int_equal(occurrences(text, "\n"), 1);
	assert_memory_equal(text, "pkcs11-lens: ", 13);
}

CASE(no_module)
{
	load_lens();
	assert_said_once("no module is configured; set PKCS11_LENS_MODULE=/path/to/vendor.so, or "
	                 "\"path\" in section [module] of /etc/pkcs11-lens.conf\n");
}

CASE(no_module_but_a_trace)
{
	use_trace("");
	load_lens();
	assert_said_once("no module is configured");
	assert_true(occurrences(trace(), "C_Sign(") > 0);
}

CASE(initialize_without_a_module_is_a_general_error)
{
	load_lens();
	assert_int_equal(function_list()->C_Initialize(NULL), CKR_GENERAL_ERROR);
	assert_int_equal(function_list()->C_GetInfo(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

CASE(path_that_does_not_exist)
{
	setenv("PKCS11_LENS_MODULE", "/nowhere/vendor.so", 1);
	load_lens();
	assert_said_once("cannot load the module of $PKCS11_LENS_MODULE: /nowhere/vendor.so: "
	                 "cannot open shared object file: No such file or directory\n");
}

CASE(path_that_is_no_library)
{
	write_file("text.so", "not a library\n");
	setenv("PKCS11_LENS_MODULE", "./text.so", 1);
	load_lens();
	assert_said_once("cannot load the module of $PKCS11_LENS_MODULE: ./text.so: ");
}

CASE(library_that_is_no_module)
{
	use_vendor("mock-none.so", "");
	load_lens();
	assert_said_once("mock-none.so (from $PKCS11_LENS_MODULE) is no PKCS #11 module: it has "
	                 "neither C_GetFunctionList nor C_GetInterface\n");
}

CASE(module_of_a_file_is_blamed_on_its_line)
{
	write_file("lens.conf", "[module]\n# nothing\npath = /nowhere/vendor.so\n");
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	load_lens();
	assert_said_once("cannot load the module of lens.conf:3: /nowhere/vendor.so: ");
}

CASE(lens_that_names_itself)
{
	setenv("PKCS11_LENS_MODULE", built("../pkcs11-lens.so"), 1);
	load_lens();
	assert_said_once("$PKCS11_LENS_MODULE names the lens itself (");
	assert_non_null(strstr(said(), "; name the vendor's module that it shall load\n"));
}

CASE(lens_that_names_itself_by_a_link)
{
	assert_int_equal(symlink(built("../pkcs11-lens.so"), "vendor.so"), 0);
	setenv("PKCS11_LENS_MODULE", "./vendor.so", 1);
	load_lens();
	assert_said_once("$PKCS11_LENS_MODULE names the lens itself (./vendor.so)");
}

/* A copy is another object to the loader. It must not load a copy that loads a copy ... */
CASE(lens_that_names_a_copy_of_itself)
{
	CK_FUNCTION_LIST_3_2 *list;

	copy_file(built("../pkcs11-lens.so"), "copy.so");
	setenv("PKCS11_LENS_MODULE", "./copy.so", 1);
	load_lens();
	list = function_list();
	assert_int_not_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_not_equal(list->C_GetInfo(NULL), CKR_OK);
	assert_non_null(strstr(said(), "names the lens itself (./copy.so)"));
}

CASE(vendor_whose_list_leads_back_to_the_lens)
{
	char personality[4200];

	snprintf(personality, sizeof(personality), "lead-back %s\n", built("../pkcs11-lens.so"));
	use_vendor("mock-2.40.so", personality);
	load_lens();
	assert_all_fail();
	assert_non_null(strstr(said(), "the module calls back into the lens while it is being "
	                               "loaded; name the vendor's own module"));
	assert_int_equal(occurrences(said(), "calls back into the lens"), 1);
}

CASE(vendor_whose_list_fails)
{
	use_vendor("mock-2.40.so", "return C_GetFunctionList CKR_HOST_MEMORY\n");
	load_lens();
	assert_non_null(vendor());
	assert_int_equal(
	        occurrences(said(), "the module gives no usable function table (it answered 0x2)"),
	        1);
}

/* The getter answers what the vendor answers, and hands out a table all the same. */
CASE(list_is_handed_out_with_the_vendors_error)
{
	CK_FUNCTION_LIST *list = NULL;

	use_vendor("mock-2.40.so", "return C_GetFunctionList CKR_HOST_MEMORY\n");
	load_lens();
	assert_int_equal(get_list(&list), CKR_HOST_MEMORY);
	assert_non_null(list);
	assert_int_not_equal(list->C_GetInfo(NULL), CKR_OK);
}

/* A vendor that is slow to start: the first answer is an error, the next is not. */
CASE(list_that_fails_once)
{
	CK_FUNCTION_LIST *list = NULL;

	use_vendor("mock-2.40.so", "return C_GetFunctionList CKR_HOST_MEMORY 1\n");
	load_lens();
	assert_int_equal(get_list(&list), CKR_OK);
	assert_non_null(list);
	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_equal(list->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
}

CASE(null_for_the_list)
{
	load_lens();
	assert_int_equal(get_list(NULL), CKR_ARGUMENTS_BAD);
}

CASE(interfaces_without_a_module)
{
	CK_INTERFACE list[2], *interface = NULL;
	CK_ULONG count = COUNT(list);

	load_lens();
	/* Either answer serves a host, as long as it leads to nothing that could crash. */
	if (get_interfaces(list, &count) == CKR_OK && count > 0)
		assert_ptr_equal(list[0].pFunctionList, function_list());
	if (get_interface(NULL, NULL, &interface, 0) == CKR_OK)
		assert_ptr_equal(interface->pFunctionList, function_list());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_module),
	        cmocka_unit_test(no_module_but_a_trace),
	        cmocka_unit_test(initialize_without_a_module_is_a_general_error),
	        cmocka_unit_test(path_that_does_not_exist),
	        cmocka_unit_test(path_that_is_no_library),
	        cmocka_unit_test(library_that_is_no_module),
	        cmocka_unit_test(module_of_a_file_is_blamed_on_its_line),
	        cmocka_unit_test(lens_that_names_itself),
	        cmocka_unit_test(lens_that_names_itself_by_a_link),
	        cmocka_unit_test(lens_that_names_a_copy_of_itself),
	        cmocka_unit_test(vendor_whose_list_leads_back_to_the_lens),
	        cmocka_unit_test(vendor_whose_list_fails),
	        cmocka_unit_test(list_is_handed_out_with_the_vendors_error),
	        cmocka_unit_test(list_that_fails_once),
	        cmocka_unit_test(null_for_the_list),
	        cmocka_unit_test(interfaces_without_a_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
