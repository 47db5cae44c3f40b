/* SPDX-License-Identifier: MIT */
/* Published tables: whose pointers they hold, how long they are, what stands in the gaps. */
#include "harness.h"

static size_t table_size(unsigned width)
{
	return offsetof(CK_FUNCTION_LIST_3_2, C_Initialize) + width * sizeof(entry_fn);
}

/* Every function but ours is the vendor's own pointer. */
static void assert_identity(
        CK_FUNCTION_LIST_3_2 *ours, const CK_FUNCTION_LIST_3_2 *theirs, unsigned width)
{
	CK_FUNCTION_LIST_3_2 copy;

	/* No further: theirs may end there. */
	memcpy(&copy, theirs, table_size(width));
	assert_memory_equal(&ours->version, &copy.version, sizeof(copy.version));
	for (unsigned i = 0; i < width; i++) {
		if (is_always_ours(i) != (entries(ours)[i] != entries(&copy)[i]))
			fail_msg("%s is %s", p11l_functions[i].name,
			        is_always_ours(i) ? "the vendor's" : "not the vendor's");
		assert_non_null(entries(ours)[i]);
	}
}

CASE(untraced_list_holds_the_vendors_pointers)
{
	use_vendor("mock.so", "");
	load_lens();
	assert_identity(function_list(), vendor()->list, 68);
}

CASE(every_untraced_interface_holds_its_own_vendors_pointers)
{
	use_vendor("mock.so", "@three-interfaces");
	load_lens();
	assert_identity(interface_table(3, 2), vendor()->interface[0].pFunctionList, 104);
	assert_identity(interface_table(3, 0), vendor()->interface[2].pFunctionList, 92);
	assert_identity(interface_table(2, 40), vendor()->interface[3].pFunctionList, 68);
	assert_identity(function_list(), vendor()->list, 68);
	assert_ptr_not_equal(interface_table(2, 40), function_list());
}

CASE(vendor_whose_interface_is_its_list_gets_one_table)
{
	use_vendor("mock.so", "");
	load_lens();
	assert_ptr_equal(vendor()->interface[1].pFunctionList, vendor()->list);
	assert_ptr_equal(interface_table(2, 40), function_list());
}

CASE(a_table_once_published_stays_the_same)
{
	CK_FUNCTION_LIST_3_2 *first, copy;

	use_vendor("mock.so", "@three-interfaces");
	load_lens();
	first = interface_table(3, 0);
	memcpy(&copy, first, table_size(92));
	open_session(interface_table(3, 2));
	assert_ptr_equal(interface_table(3, 0), first);
	assert_int_equal(function_list()->C_Finalize(NULL), CKR_OK);
	assert_ptr_equal(interface_table(3, 0), first);
	assert_memory_equal(&copy, first, table_size(92));
}

CASE(traced_tables_hold_no_pointer_of_the_vendor)
{
	CK_FUNCTION_LIST_3_2 *list;
	const CK_FUNCTION_LIST_3_2 *theirs;

	use_vendor("mock.so", "");
	use_trace("");
	load_lens();
	list = interface_table(3, 2);
	theirs = vendor()->interface[0].pFunctionList;
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		for (unsigned k = 0; k < P11L_FUNCTIONS; k++)
			assert_true(entries(list)[i] !=
			            ((const entry_fn *)(const void *)&theirs->C_Initialize)[k]);
}

/* Calls every function of a table with arguments of zero, and expects one answer. */
static void assert_all_answer(CK_FUNCTION_LIST_3_2 *list, unsigned first, unsigned end, CK_RV rv)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];

	for (unsigned i = first; i < end; i++) {
		CK_RV answer;

		if (is_always_ours(i))
			continue;
		answer = call_entry(entries(list)[i], zeros);
		if (answer != rv)
			fail_msg("%s answers 0x%lx", p11l_functions[i].name, answer);
	}
}

CASE(entries_that_are_null_answer_not_supported)
{
	use_vendor("mock.so", "@null-all");
	load_lens();
	assert_all_answer(function_list(), 0, 68, CKR_FUNCTION_NOT_SUPPORTED);
	assert_all_answer(interface_table(3, 2), 0, 104, CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(function_list()->C_Initialize(NULL), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(function_list()->C_Finalize(NULL), CKR_FUNCTION_NOT_SUPPORTED);
}

CASE(entries_that_are_null_answer_not_supported_when_traced)
{
	use_vendor("mock.so", "@null-all");
	use_trace("");
	load_lens();
	assert_all_answer(interface_table(3, 2), 0, 104, CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(occurrences(trace(), " = CKR_FUNCTION_NOT_SUPPORTED "), 99);
}

CASE(one_null_entry_leaves_the_others_alone)
{
	CK_FUNCTION_LIST_3_2 *list;
	CK_SESSION_HANDLE session;

	use_vendor("mock.so", "null C_Sign\nnull C_LoginUser\n");
	load_lens();
	list = interface_table(3, 2);
	session = open_session(list);
	assert_int_equal(list->C_Sign(session, NULL, 0, NULL, NULL), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(
	        list->C_LoginUser(session, 1, NULL, 0, NULL, 0), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(list->C_SignInit(session, NULL, 0), CKR_OK);
	assert_int_equal(list->C_SessionCancel(session, 0), CKR_OK);
}

CASE(exported_symbols_reach_null_entries_too)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];

	use_vendor("mock.so", "@null-all");
	load_lens();
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		void *symbol = lens_symbol(p11l_functions[i].name);
		entry_fn entry;

		memcpy(&entry, &symbol, sizeof(symbol));
		if (!is_always_ours(i))
			assert_int_equal(call_entry(entry, zeros), CKR_FUNCTION_NOT_SUPPORTED);
	}
}

CASE(list_of_68_stamped_3_2_is_read_no_further)
{
	use_vendor("mock-2.40.so", "@softhsm-2.7");
	load_lens();
	assert_int_equal(function_list()->version.major, 3);
	assert_int_equal(function_list()->version.minor, 2);
	assert_identity(function_list(), vendor()->list, 68);
}

/* A host that believes the stamp finds functions that answer, not garbage. */
CASE(list_of_68_stamped_3_2_answers_beyond_its_end)
{
	use_vendor("mock-2.40.so", "@softhsm-2.7");
	load_lens();
	open_session(function_list());
	assert_all_answer(function_list(), 68, 104, CKR_FUNCTION_NOT_SUPPORTED);
}

CASE(interfaces_that_are_shorter_than_their_stamp_are_filled_up)
{
	CK_FUNCTION_LIST_3_2 *list;

	use_vendor("mock.so", "@short-tables");
	load_lens();
	list = interface_table(3, 2);
	assert_identity(list, vendor()->interface[0].pFunctionList, 68);
	assert_all_answer(list, 68, 104, CKR_FUNCTION_NOT_SUPPORTED);
}

/* What lies behind 92 functions: addresses of data, zeros, the next table, nothing. */
static void assert_92(const char *personality)
{
	CK_FUNCTION_LIST_3_2 *list;

	use_vendor("mock.so", personality);
	load_lens();
	list = interface_table(3, 2);
	assert_identity(list, vendor()->interface[0].pFunctionList, 92);
	assert_all_answer(list, 92, 104, CKR_FUNCTION_NOT_SUPPORTED);
}

CASE(short_interface_before_data)
{
	assert_92("interface \"PKCS 11\" 3.2 entries 92 after data\n");
}

CASE(short_interface_before_zeros)
{
	assert_92("interface \"PKCS 11\" 3.2 entries 92 after zeros\n");
}

CASE(short_interface_before_another_table)
{
	assert_92("interface \"PKCS 11\" 3.2 entries 92 after table\n");
}

CASE(short_interface_before_a_closed_page)
{
	assert_92("interface \"PKCS 11\" 3.2 entries 92 after guard\n");
}

/* Functions behind the end are somebody else's, and cannot be told from a table's own. */
CASE(table_of_3_0_before_functions)
{
	CK_FUNCTION_LIST_3_2 *list;

	use_vendor("mock.so", "interface \"PKCS 11\" 3.0 after code\n");
	load_lens();
	list = interface_table(3, 0);
	assert_identity(list, vendor()->interface[0].pFunctionList, 92);
	assert_all_answer(list, 92, 104, CKR_FUNCTION_NOT_SUPPORTED);
}

/* So of a list that has 68 functions by definition no more are taken, whatever its stamp. */
CASE(list_of_68_stamped_3_2_before_functions)
{
	use_vendor("mock-2.40.so", "table 3.2 entries 68 after code\n");
	load_lens();
	assert_identity(function_list(), vendor()->list, 68);
	assert_all_answer(function_list(), 68, 104, CKR_FUNCTION_NOT_SUPPORTED);
}

/* Even 68 functions are not there: the table cannot be used, and nothing breaks. */
CASE(table_that_is_shorter_than_any_version)
{
	CK_FUNCTION_LIST_3_2 *list;

	use_vendor("mock.so", "table 2.40 entries 20 after guard\n"
	                      "interface \"PKCS 11\" 3.0 entries 20 after guard\n");
	load_lens();
	list = function_list();
	assert_int_equal(list->C_GetInfo(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_non_null(strstr(said(), "no usable function table"));
}

CASE(table_at_an_address_that_leads_nowhere)
{
	use_vendor("mock.so", "table 2.40 at 0x10\ninterface \"PKCS 11\" 3.0 at 0x1230000\n");
	load_lens();
	assert_int_equal(function_list()->C_GetInfo(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* More tables than there are lanes: the surplus is handed out as it is, and the user is told. */
CASE(more_tables_than_lanes)
{
	CK_INTERFACE list[8];
	CK_ULONG count = COUNT(list);

	use_vendor("mock.so", "table 2.40\ninterface \"PKCS 11\" 3.2\ninterface \"PKCS 11\" 3.1\n"
	                      "interface \"PKCS 11\" 3.0\ninterface \"PKCS 11\" 2.40\n"
	                      "interface \"PKCS 11\" 2.30\n");
	load_lens();
	assert_int_equal(get_interfaces(list, &count), CKR_OK);
	assert_int_equal(count, 5);
	for (CK_ULONG i = 0; i < count; i++)
		assert_memory_equal(list[i].pFunctionList, vendor()->interface[i].pFunctionList, 2);
	assert_int_equal(occurrences(said(), "function tables"), 1);
	assert_int_equal(open_session(function_list()), MOCK_SESSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(untraced_list_holds_the_vendors_pointers),
	        cmocka_unit_test(every_untraced_interface_holds_its_own_vendors_pointers),
	        cmocka_unit_test(vendor_whose_interface_is_its_list_gets_one_table),
	        cmocka_unit_test(a_table_once_published_stays_the_same),
	        cmocka_unit_test(traced_tables_hold_no_pointer_of_the_vendor),
	        cmocka_unit_test(entries_that_are_null_answer_not_supported),
	        cmocka_unit_test(entries_that_are_null_answer_not_supported_when_traced),
	        cmocka_unit_test(one_null_entry_leaves_the_others_alone),
	        cmocka_unit_test(exported_symbols_reach_null_entries_too),
	        cmocka_unit_test(list_of_68_stamped_3_2_is_read_no_further),
	        cmocka_unit_test(list_of_68_stamped_3_2_answers_beyond_its_end),
	        cmocka_unit_test(interfaces_that_are_shorter_than_their_stamp_are_filled_up),
	        cmocka_unit_test(short_interface_before_data),
	        cmocka_unit_test(short_interface_before_zeros),
	        cmocka_unit_test(short_interface_before_another_table),
	        cmocka_unit_test(short_interface_before_a_closed_page),
	        cmocka_unit_test(table_of_3_0_before_functions),
	        cmocka_unit_test(list_of_68_stamped_3_2_before_functions),
	        cmocka_unit_test(table_that_is_shorter_than_any_version),
	        cmocka_unit_test(table_at_an_address_that_leads_nowhere),
	        cmocka_unit_test(more_tables_than_lanes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
