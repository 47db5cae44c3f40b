/* SPDX-License-Identifier: MIT */
/* Events of slots, where the vendor tells of none. */
#define _GNU_SOURCE
#include "rules.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static bool asks_without_blocking(struct subject *s)
{
	CK_SLOT_ID slot = 0x77;

	for (int i = 0; i < 3; i++)
		if (s->p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) != CKR_NO_EVENT)
			return false;
	return true;
}

CASE(evt_1_no_event_without_blocking)
{
	const struct setting setting = {.rule = "EVT-1",
	        .opt_in = true,
	        .twist = "return C_WaitForSlotEvent CKR_FUNCTION_NOT_SUPPORTED"};

	check_rule(&setting, asks_without_blocking);
}

/* A vendor whose token comes and goes as the test says */

static _Atomic bool present;
static CK_FUNCTION_LIST_3_2 *p11;

static CK_RV come_and_go(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_SLOT_INFO *info;

	if (function == P11L_C_WaitForSlotEvent)
		return CKR_FUNCTION_NOT_SUPPORTED;
	if (function == P11L_C_GetSlotInfo && rv == CKR_OK) {
		info = (CK_SLOT_INFO *)arg[1];
		info->flags = CKF_REMOVABLE_DEVICE | (present ? CKF_TOKEN_PRESENT : 0);
	}
	return rv;
}

static void start(void)
{
	use_vendor("mock.so", "");
	write_file("lens.conf", "[normalise]\nlevel = fix\nenable = EVT-1\n");
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	use_trace("");
	load_lens();
	p11 = function_list();
	vendor()->hook = come_and_go;
	alarm(30);
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
}

CASE(evt_1_each_change_is_told_once)
{
	CK_SLOT_ID slot = 0;

	start();
	assert_int_equal(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	present = true;
	assert_int_equal(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_OK);
	assert_int_equal(slot, MOCK_SLOT);
	assert_int_equal(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	present = false;
	assert_int_equal(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_OK);
	assert_int_equal(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	assert_int_equal(occurrences(trace(), "\n~ EVT-1 "), 5);
}

/* Slots that come and go are events, too. */
static CK_ULONG slots;

static CK_RV change_slots(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_SLOT_ID *slot;
	CK_ULONG *count;

	if (function == P11L_C_WaitForSlotEvent)
		return CKR_FUNCTION_NOT_SUPPORTED;
	if (function == P11L_C_GetSlotInfo)
		return CKR_OK;
	if (function != P11L_C_GetSlotList)
		return rv;
	slot = (CK_SLOT_ID *)arg[1];
	count = (CK_ULONG *)arg[2];
	*count = slots;
	for (CK_ULONG i = 0; slot != NULL && i < slots; i++)
		slot[i] = 100 + i;
	return CKR_OK;
}

static CK_SLOT_ID changed_slot(void)
{
	CK_SLOT_ID slot = 0;
	CK_RV rv = p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);

	assert_true(rv == CKR_OK || rv == CKR_NO_EVENT);
	return rv == CKR_OK ? slot : 0;
}

CASE(evt_1_slots_that_come_and_go)
{
	start();
	vendor()->hook = change_slots;
	slots = 2;
	assert_int_equal(changed_slot(), 0);
	slots = 4;
	assert_int_equal(changed_slot(), 102);
	assert_int_equal(changed_slot(), 103);
	assert_int_equal(changed_slot(), 0);
	slots = 1;
	assert_int_equal(changed_slot(), 101);
	assert_int_not_equal(changed_slot(), 0);
	assert_int_not_equal(changed_slot(), 0);
	assert_int_equal(changed_slot(), 0);
	slots = 0;
	assert_int_equal(changed_slot(), 100);
	slots = 256;
	for (int i = 0; i < 256; i++)
		assert_int_not_equal(changed_slot(), 0);
	assert_int_equal(changed_slot(), 0);
}

CASE(evt_1_more_slots_than_can_be_watched)
{
	CK_SLOT_ID slot;

	start();
	vendor()->hook = change_slots;
	slots = 257;
	assert_int_equal(
	        p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_FUNCTION_NOT_SUPPORTED);
	slots = ~0ul;
	assert_int_equal(
	        p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_FUNCTION_NOT_SUPPORTED);
}

static void *block(void *data)
{
	CK_SLOT_ID slot = 0;
	CK_RV rv = p11->C_WaitForSlotEvent(0, &slot, NULL);

	(void)data;
	return (void *)(uintptr_t)(rv == CKR_OK ? slot : rv | 0x10000);
}

static pthread_t blocked(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, block, NULL), 0);
	while (__atomic_load_n(&vendor()->calls[P11L_C_GetSlotInfo], __ATOMIC_ACQUIRE) == 0)
		sleep_ms(1);
	sleep_ms(20);
	return thread;
}

CASE(evt_1_a_wait_ends_with_a_change)
{
	pthread_t thread;
	void *slot;

	start();
	thread = blocked();
	present = true;
	assert_int_equal(pthread_join(thread, &slot), 0);
	assert_int_equal((uintptr_t)slot, MOCK_SLOT);
}

CASE(evt_1_a_wait_ends_with_the_module)
{
	struct timespec from, to;
	pthread_t thread;
	void *rv;

	start();
	thread = blocked();
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(pthread_join(thread, &rv), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal((uintptr_t)rv, CKR_CRYPTOKI_NOT_INITIALIZED | 0x10000);
	/* At once, and not when a second is over. */
	assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 < 500);
}

CASE(evt_1_a_thread_that_waits_can_be_cancelled)
{
	CK_SLOT_ID slot;
	pthread_t thread;

	start();
	thread = blocked();
	assert_int_equal(pthread_cancel(thread), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
}

/* A vendor that has the function is left to it. */
static bool passes(struct subject *s)
{
	CK_SLOT_ID slot;

	forget_calls();
	s->p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);
	return calls("all") == 1;
}

CASE(evt_1_is_not_needed_by_all)
{
	const struct setting setting = {.rule = "EVT-1", .enable = "EVT-1"};

	assert_true(with_lens(&setting, passes));
	assert_int_equal(notes("EVT-1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(evt_1_no_event_without_blocking),
	        cmocka_unit_test(evt_1_each_change_is_told_once),
	        cmocka_unit_test(evt_1_slots_that_come_and_go),
	        cmocka_unit_test(evt_1_more_slots_than_can_be_watched),
	        cmocka_unit_test(evt_1_a_wait_ends_with_a_change),
	        cmocka_unit_test(evt_1_a_wait_ends_with_the_module),
	        cmocka_unit_test(evt_1_a_thread_that_waits_can_be_cancelled),
	        cmocka_unit_test(evt_1_is_not_needed_by_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
