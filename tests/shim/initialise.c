/* SPDX-License-Identifier: MIT */
/* C_Initialize, C_Finalize, and calls at the wrong time: the vendor's business and answer. */
#define _GNU_SOURCE
#include "harness.h"

/* What arrived in C_Initialize, looked at while the vendor runs. */
static struct {
	const void *args;
	char reserved[256];
	CK_C_INITIALIZE_ARGS copy;
	uintptr_t behind; /* the word after the struct of the standard */
} seen;

/* NSS and others read a struct that is longer than the standard's. */
struct long_args {
	CK_C_INITIALIZE_ARGS args;
	uintptr_t behind;
};

static CK_RV look(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	const struct long_args *args = (const struct long_args *)arg[0];

	if (function != P11L_C_Initialize)
		return rv;
	seen.args = args;
	if (args != NULL) {
		seen.copy = args->args;
		seen.behind = args->behind;
		if (args->args.pReserved != NULL)
			snprintf(seen.reserved, sizeof(seen.reserved), "%s",
			        (const char *)args->args.pReserved);
	}
	return rv;
}

static CK_FUNCTION_LIST_3_2 *start(const char *config)
{
	use_vendor("mock.so", "");
	write_file("lens.conf", config);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	load_lens();
	vendor()->hook = look;
	return function_list();
}

CASE(arguments_are_handed_on_by_pointer)
{
	char reserved[] = "the host's own";
	struct long_args args = {{NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, reserved}, 0x1234};

	assert_int_equal(start("")->C_Initialize(&args), CKR_OK);
	assert_ptr_equal(seen.args, &args);
	assert_string_equal(seen.reserved, "the host's own");
	assert_int_equal(seen.behind, 0x1234);
}

CASE(arguments_are_handed_on_by_pointer_when_traced)
{
	struct long_args args = {{NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL}, 0x1234};

	use_trace("");
	assert_int_equal(start("")->C_Initialize(&args), CKR_OK);
	assert_ptr_equal(seen.args, &args);
	assert_non_null(strstr(trace_line("C_Initialize"), "flags=CKF_OS_LOCKING_OK"));
}

CASE(no_arguments_stay_none)
{
	assert_int_equal(start("")->C_Initialize(NULL), CKR_OK);
	assert_null(seen.args);
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 1);
}

CASE(configured_string_arrives_when_the_host_has_no_arguments)
{
	assert_int_equal(start("[module]\ninit_args = configdir='sql:/x' flags=readOnly\n")
	                         ->C_Initialize(NULL),
	        CKR_OK);
	assert_string_equal(seen.reserved, "configdir='sql:/x' flags=readOnly");
	assert_int_equal(seen.copy.flags, 0);
	assert_null(seen.copy.CreateMutex);
	assert_int_equal(seen.behind, 0);
}

CASE(configured_string_joins_the_hosts_arguments)
{
	struct long_args args = {{NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL}, 0};

	assert_int_equal(
	        start("[module]\ninit_args = from the file\n")->C_Initialize(&args), CKR_OK);
	assert_string_equal(seen.reserved, "from the file");
	assert_int_equal(seen.copy.flags, CKF_OS_LOCKING_OK);
	assert_null(args.args.pReserved);
}

CASE(the_hosts_own_string_wins)
{
	char reserved[] = "the host's own";
	struct long_args args = {{NULL, NULL, NULL, NULL, 0, reserved}, 0};

	assert_int_equal(
	        start("[module]\ninit_args = from the file\n")->C_Initialize(&args), CKR_OK);
	assert_ptr_equal(seen.args, &args);
	assert_string_equal(seen.reserved, "the host's own");
}

CASE(second_initialize_is_the_vendors_to_answer)
{
	CK_FUNCTION_LIST_3_2 *list = start("");

	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_equal(list->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 2);
}

CASE(finalize_is_the_vendors_to_answer)
{
	CK_FUNCTION_LIST_3_2 *list = start("");

	assert_int_equal(list->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_equal(list->C_Finalize(&seen), CKR_OK);
	assert_int_equal(vendor()->arg[P11L_C_Finalize][0], (uintptr_t)&seen);
	assert_int_equal(list->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(vendor()->calls[P11L_C_Finalize], 3);
}

CASE(errors_of_initialize_come_through)
{
	use_vendor("mock.so", "return C_Initialize CKR_NEED_TO_CREATE_THREADS 1\n");
	load_lens();
	assert_int_equal(function_list()->C_Initialize(NULL), CKR_NEED_TO_CREATE_THREADS);
	assert_int_equal(function_list()->C_Initialize(NULL), CKR_OK);
}

CASE(initialize_and_finalize_again_and_again)
{
	CK_FUNCTION_LIST_3_2 *list;

	use_trace("");
	use_vendor("mock.so", "");
	load_lens();
	list = interface_table(3, 2);
	for (int i = 0; i < 3; i++) {
		CK_SESSION_HANDLE session = open_session(list);

		assert_int_equal(list->C_CloseSession(session), CKR_OK);
		assert_int_equal(list->C_Finalize(NULL), CKR_OK);
	}
	assert_int_equal(vendor()->calls[P11L_C_Initialize], 3);
	assert_int_equal(occurrences(trace(), " C_Finalize("), 3);
	assert_int_equal(occurrences(trace(), " = CKR_OK "), 1 + 3 * 4);
}

/* Each function of the table, at the wrong time: once in the vendor, its answer to the host. */
static void assert_all_reach_the_vendor(CK_FUNCTION_LIST_3_2 *list, CK_RV rv)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];

	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		CK_RV answer;

		if (is_always_ours(i))
			continue;
		answer = call_entry(entries(list)[i], zeros);
		if (answer != rv)
			fail_msg("%s answers 0x%lx", p11l_functions[i].name, answer);
		assert_int_equal(vendor()->calls[i], 1);
	}
}

CASE(calls_before_initialize_are_the_vendors_to_answer)
{
	start("");
	assert_all_reach_the_vendor(interface_table(3, 2), CKR_CRYPTOKI_NOT_INITIALIZED);
}

CASE(calls_before_initialize_are_the_vendors_to_answer_when_traced)
{
	use_trace(",entry=yes");
	use_vendor("mock.so", "");
	load_lens();
	assert_all_reach_the_vendor(interface_table(3, 2), CKR_CRYPTOKI_NOT_INITIALIZED);
	/* One line before and one after each call; one getter was called, too. */
	assert_int_equal(occurrences(trace(), " ...\n"), 99 + 1);
	assert_int_equal(occurrences(trace(), " = CKR_CRYPTOKI_NOT_INITIALIZED "), 99);
}

CASE(null_arguments_are_the_vendors_to_answer)
{
	use_trace("");
	use_vendor("mock.so", "return all CKR_ARGUMENTS_BAD\n");
	load_lens();
	assert_all_reach_the_vendor(interface_table(3, 2), CKR_ARGUMENTS_BAD);
}

/* Through the exported symbols as through the table, the arguments arrive in their order. */
CASE(all_arguments_arrive_through_table_and_symbol)
{
	static const uintptr_t values[P11L_MAX_PARAMS] = {
	        0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87, 0x98, 0xa9, 0xba};
	CK_FUNCTION_LIST_3_2 *list;

	use_vendor("mock.so", "return all CKR_VENDOR_DEFINED\n");
	use_trace("");
	load_lens();
	list = interface_table(3, 2);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		size_t size = p11l_functions[i].count * sizeof(values[0]);
		void *symbol = lens_symbol(p11l_functions[i].name);
		entry_fn entry;

		if (is_always_ours(i))
			continue;
		memcpy(&entry, &symbol, sizeof(symbol));
		assert_int_equal(call_entry(entries(list)[i], values), CKR_VENDOR_DEFINED);
		assert_memory_equal(vendor()->arg[i], values, size);
		memset(vendor()->arg[i], 0, size);
		assert_int_equal(call_entry(entry, values), CKR_VENDOR_DEFINED);
		assert_memory_equal(vendor()->arg[i], values, size);
		assert_int_equal(vendor()->calls[i], 2);
	}
}

/* A vendor that starts the module it was configured in, as a proxy of modules does. */
static CK_RV initialise_again(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	if (function == P11L_C_Initialize && rv == CKR_OK)
		return function_list()->C_Initialize(NULL) == CKR_OK ? CKR_GENERAL_ERROR : CKR_OK;
	return rv;
}

CASE(initialize_that_comes_back_meanwhile)
{
	CK_FUNCTION_LIST_3_2 *list = start("");

	vendor()->hook = initialise_again;
	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_equal(list->C_Finalize(NULL), CKR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(arguments_are_handed_on_by_pointer),
	        cmocka_unit_test(arguments_are_handed_on_by_pointer_when_traced),
	        cmocka_unit_test(no_arguments_stay_none),
	        cmocka_unit_test(configured_string_arrives_when_the_host_has_no_arguments),
	        cmocka_unit_test(configured_string_joins_the_hosts_arguments),
	        cmocka_unit_test(the_hosts_own_string_wins),
	        cmocka_unit_test(second_initialize_is_the_vendors_to_answer),
	        cmocka_unit_test(finalize_is_the_vendors_to_answer),
	        cmocka_unit_test(errors_of_initialize_come_through),
	        cmocka_unit_test(initialize_and_finalize_again_and_again),
	        cmocka_unit_test(calls_before_initialize_are_the_vendors_to_answer),
	        cmocka_unit_test(calls_before_initialize_are_the_vendors_to_answer_when_traced),
	        cmocka_unit_test(null_arguments_are_the_vendors_to_answer),
	        cmocka_unit_test(all_arguments_arrive_through_table_and_symbol),
	        cmocka_unit_test(initialize_that_comes_back_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
