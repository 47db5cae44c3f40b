/* SPDX-License-Identifier: MIT */
/* Several threads share a session; the token has fewer than they want. */
#define _GNU_SOURCE
#include "highlevel.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20

static struct p11l_session *shared;

static struct p11l_session *open_with(
        const struct world *world, CK_ULONG max_sessions, CK_BBOOL pinned, CK_ULONG wait)
{
	struct p11l_module *module = begin(world);
	struct p11l_session *session = NULL;

	OK(p11l_open(module,
	        P11L_OPEN(.token = TOKEN, .pin = USER_PIN, .max_sessions = max_sessions,
	                .pinned = pinned, .wait = wait),
	        &session));
	p11l_module_free(module);
	return session;
}

/* Threads may not fail by CMocka's means; they count. */
static void *draw_and_hold(void *failures)
{
	CK_BYTE octets[16];
	CK_SESSION_HANDLE handle;

	for (int i = 0; i < ROUNDS; i++) {
		if (p11l_borrow(shared, &handle) != CKR_OK) {
			__atomic_fetch_add((int *)failures, 1, __ATOMIC_SEQ_CST);
			continue;
		}
		sleep_ms(1);
		p11l_give_back(shared, handle);
		if (p11l_random(shared, octets, sizeof(octets)) != CKR_OK)
			__atomic_fetch_add((int *)failures, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void let_eight_work(void)
{
	int failures = 0;

	in_threads(8, draw_and_hold, &failures);
	assert_int_equal(failures, 0);
}

CASE(threads_get_sessions_of_their_own)
{
	shared = open_with(NULL, 0, CK_FALSE, 0);
	let_eight_work();
	assert_in_range(calls("C_OpenSession"), 2, 8);
	assert_calls(1, "C_Login");
	assert_calls(0, "C_CloseSession");
	p11l_close(shared);
	assert_calls(calls("C_OpenSession"), "C_CloseSession");
}

CASE(the_limit_is_learnt)
{
	shared = open_with(&(struct world){.twist = "session-limit 3"}, 0, CK_FALSE, 0);
	let_eight_work();
	/* Three that came to be, and at most one refusal for each thread that asked meanwhile. */
	assert_in_range(calls("C_OpenSession"), 4, 10);
	forget_calls();
	let_eight_work();
	assert_calls(0, "C_OpenSession");
	p11l_close(shared);
}

CASE(one_session_is_enough_for_eight_threads)
{
	shared = open_with(&(struct world){.twist = "session-limit 1"}, 0, CK_FALSE, 0);
	let_eight_work();
	p11l_close(shared);
}

CASE(the_limit_can_be_set)
{
	shared = open_with(NULL, 2, CK_FALSE, 0);
	let_eight_work();
	assert_calls(2, "C_OpenSession");
	p11l_close(shared);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

CASE(waiting_ends)
{
	struct p11l_session *session = open_with(NULL, 1, CK_FALSE, 100);
	CK_SESSION_HANDLE first, second = 1;
	double start;

	OK(p11l_borrow(session, &first));
	start = seconds();
	FAILS(P11L_CKR_NO_SESSION, p11l_borrow(session, &second));
	assert_true(seconds() - start >= 0.09 && seconds() - start < 5);
	assert_int_equal(second, CK_INVALID_HANDLE);
	assert_says("this thread may hold one itself");
	p11l_give_back(session, first);
	OK(p11l_borrow(session, &second));
	assert_int_equal(first, second);
	p11l_give_back(session, second);
	p11l_close(session);
}

CASE(nobody_need_wait)
{
	struct p11l_session *session = open_with(NULL, 1, CK_FALSE, P11L_WAIT_NONE);
	double start = seconds();
	CK_SESSION_HANDLE first, second;

	OK(p11l_borrow(session, &first));
	FAILS(P11L_CKR_NO_SESSION, p11l_borrow(session, &second));
	assert_true(seconds() - start < 5);
	p11l_give_back(session, first);
	p11l_close(session);
}

/* A thread that waits for a session, until something ends that. */
static void *wait_for_session(void *result)
{
	CK_SESSION_HANDLE handle;

	*(CK_RV *)result = p11l_borrow(shared, &handle);
	if (*(CK_RV *)result == CKR_OK)
		p11l_give_back(shared, handle);
	return NULL;
}

/* Starts one, and gives it the time to begin to wait. */
static pthread_t start_waiting(CK_RV *result)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wait_for_session, result), 0);
	sleep_ms(50);
	return thread;
}

CASE(waiting_can_be_cancelled)
{
	CK_RV result = CKR_OK;
	CK_SESSION_HANDLE handle;
	pthread_t thread;

	shared = open_with(NULL, 1, CK_FALSE, 0);
	OK(p11l_borrow(shared, &handle));
	thread = start_waiting(&result);
	p11l_cancel(shared);
	pthread_join(thread, NULL);
	assert_int_equal(result, P11L_CKR_CANCELLED);
	/* It is over with that. */
	p11l_give_back(shared, handle);
	OK(p11l_borrow(shared, &handle));
	p11l_give_back(shared, handle);
	p11l_close(shared);
}

CASE(closing_ends_the_waiting)
{
	CK_RV result = CKR_OK;
	CK_SESSION_HANDLE handle;
	pthread_t thread;

	shared = open_with(NULL, 1, CK_FALSE, 0);
	OK(p11l_borrow(shared, &handle));
	forget_calls();
	thread = start_waiting(&result);
	p11l_close(shared);
	pthread_join(thread, NULL);
	assert_int_equal(result, CKR_SESSION_CLOSED);
	/* What is out is closed, with the login, when it comes back. */
	assert_calls(0, "all");
	p11l_give_back(shared, handle);
	assert_string_equal(called(), "C_Logout C_CloseSession C_Finalize");
}

CASE(pinned_is_one_session_for_one_thread)
{
	CK_SESSION_HANDLE first, second;
	CK_RV result = CKR_OK;
	CK_BYTE octet;
	pthread_t thread;

	shared = open_with(NULL, 0, CK_TRUE, 0);
	OK(p11l_borrow(shared, &first));
	OK(p11l_borrow(shared, &second));
	assert_int_equal(first, second);
	OK(p11l_random(shared, &octet, 1));
	assert_calls(1, "C_OpenSession");
	result = CKR_GENERAL_ERROR;
	thread = start_waiting(&result);
	p11l_give_back(shared, second);
	sleep_ms(20);
	/* Still this thread's. */
	assert_int_equal(result, CKR_GENERAL_ERROR);
	p11l_give_back(shared, first);
	pthread_join(thread, NULL);
	assert_int_equal(result, CKR_OK);
	p11l_close(shared);
	assert_calls(1, "C_CloseSession");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(threads_get_sessions_of_their_own),
	        cmocka_unit_test(the_limit_is_learnt),
	        cmocka_unit_test(one_session_is_enough_for_eight_threads),
	        cmocka_unit_test(the_limit_can_be_set),
	        cmocka_unit_test(waiting_ends),
	        cmocka_unit_test(nobody_need_wait),
	        cmocka_unit_test(waiting_can_be_cancelled),
	        cmocka_unit_test(closing_ends_the_waiting),
	        cmocka_unit_test(pinned_is_one_session_for_one_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
