/* SPDX-License-Identifier: MIT */
/* When modules are initialised and finalised: by many users, through forks, and again. */
#include "highlevel.h"

#include <pthread.h>
#include <unistd.h>

static const struct world mock = {.mock = ""};

/* --- Initialising */

CASE(an_initialised_module_is_used_as_it_is)
{
	struct p11l_module *module;
	CK_FUNCTION_LIST *own;

	prepare(NULL);
	load_lens();
	OK(get_list(&own));
	OK(own->C_Initialize(NULL));
	OK(p11l_load(NULL, &module));
	p11l_module_free(module);
	assert_calls(0, "C_Finalize");
	OK(own->C_Finalize(NULL));
}

CASE(a_module_can_stay_initialised)
{
	struct p11l_module *module;

	prepare(NULL);
	OK(p11l_load_with(NULL, P11L_LOAD(.keep_initialised = CK_TRUE), &module));
	p11l_module_free(module);
	assert_calls(1, "C_Initialize");
	assert_calls(0, "C_Finalize");
}

CASE(a_refusal_is_passed_on)
{
	struct world world = {.mock = "return C_Initialize CKR_DEVICE_ERROR 1\n"};
	struct p11l_module *module;

	prepare(&world);
	FAILS(CKR_DEVICE_ERROR, p11l_load(NULL, &module));
	assert_null(module);
	assert_string_equal(p11l_last_error()->function, "C_Initialize");
	assert_int_equal(p11l_last_error()->origin, P11L_ORIGIN_VENDOR);
	/* It is not remembered. */
	OK(p11l_load(NULL, &module));
}

static CK_FLAGS flags_of_last;
static char parameters_of_last[64];

static CK_RV refuse_locking(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	const CK_C_INITIALIZE_ARGS *args = (const CK_C_INITIALIZE_ARGS *)arg[0];

	if (function != P11L_C_Initialize)
		return rv;
	flags_of_last = args != NULL ? args->flags : 0;
	parameters_of_last[0] = '\0';
	if (args != NULL && args->pReserved != NULL)
		snprintf(parameters_of_last, sizeof(parameters_of_last), "%s",
		        (const char *)args->pReserved);
	if ((flags_of_last & CKF_OS_LOCKING_OK) == 0)
		return rv;
	vendor()->initialised = false;
	return CKR_CANT_LOCK;
}

CASE(a_module_that_cannot_lock_is_asked_again)
{
	struct p11l_module *module;

	prepare(&mock);
	load_lens();
	vendor()->hook = refuse_locking;
	OK(p11l_load_with(NULL, P11L_LOAD(.parameters = "colour=blue"), &module));
	assert_calls(2, "C_Initialize");
	assert_int_equal(flags_of_last, 0);
	assert_string_equal(parameters_of_last, "colour=blue");
}

CASE(an_older_program_passes_less)
{
	struct p11l_load_options options = {.size = sizeof(CK_ULONG)};
	struct p11l_module *module;

	/* What lies behind the size is not looked at. */
	options.parameters = (const char *)1;
	options.keep_initialised = CK_TRUE;
	prepare(NULL);
	OK(p11l_load_with(NULL, &options, &module));
	p11l_module_free(module);
	assert_calls(1, "C_Finalize");
}

CASE(reinitialise_begins_anew)
{
	struct p11l_module *module = begin(NULL);
	CK_FUNCTION_LIST *p11 = standard(module);
	struct p11l_slots *slots;
	CK_SESSION_HANDLE session;
	CK_SESSION_INFO info;

	OK(p11l_get_slots(module, CK_TRUE, &slots));
	OK(p11->C_OpenSession(
	        p11l_slot_id(p11l_slots_at(slots, 0)), CKF_SERIAL_SESSION, NULL, NULL, &session));
	OK(p11l_reinitialise(module));
	assert_calls(1, "C_Finalize");
	assert_calls(2, "C_Initialize");
	assert_int_equal(p11->C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
	p11l_slots_free(slots);
	FAILS(CKR_ARGUMENTS_BAD, p11l_reinitialise(NULL));
}

CASE(a_module_that_somebody_finalised_is_initialised_again)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_slots *slots;

	OK(standard(module)->C_Finalize(NULL));
	OK(p11l_get_slots(module, CK_TRUE, &slots));
	assert_calls(2, "C_Initialize");
	assert_true(p11l_slots_count(slots) > 0);
	p11l_slots_free(slots);
}

static CK_RV lose(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	return function == P11L_C_GetSlotList ? CKR_CRYPTOKI_NOT_INITIALIZED : rv;
}

static CK_RV refuse_to_begin(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	if (function == P11L_C_Initialize)
		return CKR_DEVICE_REMOVED;
	return function == P11L_C_GetSlotList ? CKR_CRYPTOKI_NOT_INITIALIZED : rv;
}

CASE(a_module_that_stays_gone_is_said_to_be)
{
	struct p11l_module *module = begin(&mock);
	struct p11l_slots *slots;

	vendor()->hook = lose;
	FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, p11l_get_slots(module, CK_TRUE, &slots));
	assert_null(slots);
	assert_calls(2, "C_Initialize");
	assert_calls(2, "C_GetSlotList");
	vendor()->hook = refuse_to_begin;
	FAILS(CKR_DEVICE_REMOVED, p11l_get_slots(module, CK_TRUE, &slots));
	assert_string_equal(p11l_last_error()->function, "C_Initialize");
	/* It is tried as soon as anybody wants it again. */
	vendor()->hook = NULL;
	OK(p11l_get_slots(module, CK_TRUE, &slots));
	p11l_slots_free(slots);
}

/* --- Forks */

static struct p11l_module *forked;
static struct p11l_slot *forked_slot;

static void use_in_child(void)
{
	const struct p11l_token_info *info;
	struct p11l_slots *slots;

	forget_calls();
	OK(p11l_get_slots(forked, CK_TRUE, &slots));
	/* SoftHSM has not noticed the fork, so what it has of the parent is finalised first. */
	assert_calls(2, "C_Initialize");
	assert_calls(1, "C_Finalize");
	p11l_slots_free(slots);
	/* What was got before the fork is still good. */
	OK(p11l_get_token_info(forked_slot, CK_TRUE, &info));
	assert_string_equal(info->label, TOKEN);
	assert_calls(2, "C_Initialize");
	p11l_slot_free(forked_slot);
	p11l_module_free(forked);
	assert_calls(2, "C_Finalize");
}

static void use_through_fork(const struct world *world)
{
	const struct p11l_token_info *info;

	forked = begin(world);
	OK(p11l_get_token(forked, P11L_TOKEN(.label = TOKEN), &forked_slot));
	run_in_child(use_in_child);
	assert_calls(1, "C_Initialize");
	OK(p11l_get_token_info(forked_slot, CK_TRUE, &info));
	assert_calls(0, "C_Finalize");
	p11l_slot_free(forked_slot);
}

CASE(a_child_initialises_by_itself)
{
	use_through_fork(NULL);
}

CASE(a_child_initialises_by_itself_with_rules)
{
	use_through_fork(&(const struct world){.normalise = true});
}

static void free_in_child(void)
{
	forget_calls();
	p11l_module_free(forked);
	assert_calls(0, "all");
}

CASE(a_child_does_not_finalise_for_its_parent)
{
	forked = begin(NULL);
	run_in_child(free_in_child);
	p11l_module_free(forked);
	assert_calls(1, "C_Finalize");
}

/* --- Threads */

static void *load_and_free(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 50; i++) {
		struct p11l_module *module = NULL;
		struct p11l_slots *slots = NULL;

		OK(p11l_load(NULL, &module));
		OK(p11l_get_slots(module, CK_TRUE, &slots));
		p11l_slots_free(slots);
		p11l_module_free(module);
	}
	return NULL;
}

CASE(threads_load_and_free)
{
	begin(&mock);
	in_threads(8, load_and_free, NULL);
	assert_calls(1, "C_Initialize");
}

CASE(threads_come_and_go)
{
	prepare(&mock);
	load_lens();
	in_threads(8, load_and_free, NULL);
	assert_int_equal(calls("C_Initialize"), calls("C_Finalize"));
}

static void *churn(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 400; i++) {
		struct p11l_slots *slots = NULL;

		OK(p11l_get_slots(forked, CK_TRUE, &slots));
		p11l_slots_free(slots);
	}
	return NULL;
}

static void list_in_child(void)
{
	struct p11l_slots *slots;

	OK(p11l_get_slots(forked, CK_TRUE, &slots));
	p11l_slots_free(slots);
	p11l_module_free(forked);
	/* What the parent's threads held when it forked looks like leaks. */
	_exit(0);
}

/* The child of a busy process finds no lock taken by a thread that it does not have. */
CASE(a_child_of_threads_is_not_stuck)
{
	pthread_t thread[4];

	if (THREAD_SANITIZER)
		skip_case("it wants the parent's threads to be joined in the child");
	forked = begin(&mock);
	for (unsigned i = 0; i < COUNT(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, churn, NULL), 0);
	for (unsigned i = 0; i < 20; i++)
		run_in_child(list_in_child);
	for (unsigned i = 0; i < COUNT(thread); i++)
		pthread_join(thread[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_initialised_module_is_used_as_it_is),
	        cmocka_unit_test(a_module_can_stay_initialised),
	        cmocka_unit_test(a_refusal_is_passed_on),
	        cmocka_unit_test(a_module_that_cannot_lock_is_asked_again),
	        cmocka_unit_test(an_older_program_passes_less),
	        cmocka_unit_test(reinitialise_begins_anew),
	        cmocka_unit_test(a_module_that_somebody_finalised_is_initialised_again),
	        cmocka_unit_test(a_module_that_stays_gone_is_said_to_be),
	        cmocka_unit_test(a_child_initialises_by_itself),
	        cmocka_unit_test(a_child_initialises_by_itself_with_rules),
	        cmocka_unit_test(a_child_does_not_finalise_for_its_parent),
	        cmocka_unit_test(threads_load_and_free),
	        cmocka_unit_test(threads_come_and_go),
	        cmocka_unit_test(a_child_of_threads_is_not_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
