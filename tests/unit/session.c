/* SPDX-License-Identifier: MIT */
/* The table of sessions, and what is kept in it. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/normalise/octets.h"
#include "shim/normalise/session.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned forgotten;

static void forget(void *kept)
{
	free(kept);
	__atomic_fetch_add(&forgotten, 1, __ATOMIC_RELAXED);
}

static bool known(CK_SESSION_HANDLE handle)
{
	CK_SLOT_ID slot;
	CK_FLAGS flags;

	return p11l_session_find(handle, &slot, &flags);
}

CASE(comes_and_goes)
{
	struct p11l_begun begun;
	CK_SLOT_ID slot = 0;
	CK_FLAGS flags = 0;

	assert_false(known(7));
	p11l_session_opened(7, 3, 5);
	assert_true(p11l_session_find(7, &slot, &flags));
	assert_int_equal(slot, 3);
	assert_int_equal(flags, 5);
	assert_false(p11l_session_begun(7, P11L_CLASS_SIGN, &begun));
	p11l_session_begin(7, P11L_CLASS_SIGN, CKM_ECDSA, 42);
	assert_true(p11l_session_begun(7, P11L_CLASS_SIGN, &begun));
	assert_int_equal(begun.mechanism, CKM_ECDSA);
	assert_int_equal(begun.key, 42);
	assert_false(p11l_session_begun(7, P11L_CLASS_VERIFY, &begun));
	p11l_session_free(p11l_session_remove(7));
	assert_false(known(7));
	assert_null(p11l_session_remove(7));
}

/* A vendor may use the number of a session again that it has closed by itself. */
CASE(number_is_used_again)
{
	struct p11l_taken taken;
	struct p11l_begun begun;

	p11l_session_opened(7, 3, 5);
	p11l_session_begin(7, P11L_CLASS_SIGN, CKM_ECDSA, 42);
	assert_true(p11l_session_take(&taken, 7, P11L_KEPT_SEARCH));
	p11l_session_opened(7, 4, 5);
	assert_false(p11l_session_begun(7, P11L_CLASS_SIGN, &begun));
	taken.kept = malloc(1);
	assert_false(p11l_session_put(&taken, forget));
	free(taken.kept);
	assert_true(p11l_session_take(&taken, 7, P11L_KEPT_SEARCH));
	assert_null(taken.kept);
}

CASE(one_at_a_time)
{
	struct p11l_taken taken, again;

	p11l_session_opened(1, 0, 0);
	assert_false(p11l_session_take(&taken, 2, 0));
	assert_true(p11l_session_take(&taken, 1, 0));
	assert_null(taken.kept);
	assert_false(p11l_session_take(&again, 1, 0));
	assert_true(p11l_session_take(&again, 1, 1));
	taken.kept = malloc(1);
	assert_true(p11l_session_put(&taken, forget));
	assert_true(p11l_session_take(&again, 1, 0));
	assert_ptr_equal(again.kept, taken.kept);
	assert_true(p11l_session_put(&again, forget));
	assert_int_equal(forgotten, 0);
	p11l_session_free(p11l_session_remove(1));
	assert_int_equal(forgotten, 1);
}

CASE(slots_go_together)
{
	struct p11l_session *sessions;

	for (CK_SESSION_HANDLE i = 1; i <= 1000; i++)
		p11l_session_opened(i, i % 2, 0);
	sessions = p11l_session_remove_slot(1);
	assert_false(known(1));
	assert_true(known(2));
	p11l_session_restore(sessions);
	assert_true(known(999));
	p11l_session_free(p11l_session_remove_slot(1));
	assert_false(known(999));
	p11l_sessions_forget();
	assert_false(known(1000));
}

CASE(no_more_than_there_may_be)
{
	for (CK_SESSION_HANDLE i = 1; i <= P11L_SESSIONS + 10; i++)
		p11l_session_opened(i, 0, 0);
	assert_true(known(P11L_SESSIONS));
	assert_false(known(P11L_SESSIONS + 1));
	p11l_session_free(p11l_session_remove(1));
	p11l_session_opened(P11L_SESSIONS + 1, 0, 0);
	assert_true(known(P11L_SESSIONS + 1));
	p11l_sessions_forget();
}

CASE(context_follows)
{
	p11l_session_opened(1, 0, 0);
	assert_int_equal(p11l_session_context(1), 1);
	p11l_session_set_context(1, 9);
	assert_int_equal(p11l_session_context(1), 9);
	assert_int_equal(p11l_session_context(2), 2);
}

static void *work(void *data)
{
	CK_SESSION_HANDLE handle = (CK_SESSION_HANDLE)(uintptr_t)data;

	for (unsigned i = 0; i < 2000; i++) {
		struct p11l_taken taken;

		p11l_session_opened(handle, 0, 0);
		if (p11l_session_take(&taken, 1, 0)) {
			if (taken.kept == NULL)
				taken.kept = malloc(1);
			assert_true(p11l_session_put(&taken, forget));
		}
		p11l_session_free(p11l_session_remove(handle));
	}
	return NULL;
}

CASE(threads_do_not_mind)
{
	pthread_t thread[4];

	p11l_session_opened(1, 0, 0);
	for (size_t i = 0; i < COUNT(thread); i++)
		assert_int_equal(
		        pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(10 + i)), 0);
	for (size_t i = 0; i < COUNT(thread); i++)
		pthread_join(thread[i], NULL);
	p11l_sessions_forget();
	assert_int_equal(forgotten, 1);
}

static void child_knows_nothing(void)
{
	assert_false(known(1));
	p11l_session_opened(1, 0, 0);
	assert_true(known(1));
}

CASE(forks_forget)
{
	p11l_session_opened(1, 0, 0);
	run_in_child(child_knows_nothing);
	assert_true(known(1));
}

CASE(octets_grow_and_go)
{
	struct p11l_octets octets = {NULL, 0, 0};
	CK_BYTE data[1000];

	memset(data, 7, sizeof(data));
	assert_true(p11l_octets_add(&octets, data, 0, 10));
	assert_int_equal(octets.size, 0);
	assert_true(p11l_octets_add(&octets, data, 10, 1500));
	assert_true(p11l_octets_add(&octets, data, 1000, 1500));
	assert_int_equal(octets.size, 1010);
	assert_false(p11l_octets_add(&octets, data, 491, 1500));
	assert_false(p11l_octets_add(&octets, data, ~(CK_ULONG)0, 1500));
	p11l_octets_cut(&octets, 1000);
	assert_true(p11l_octets_equal(&octets, data, 10));
	assert_false(p11l_octets_equal(&octets, data, 9));
	p11l_octets_wipe(&octets);
	assert_null(octets.at);
	assert_true(p11l_octets_equal(&octets, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(comes_and_goes),
	        cmocka_unit_test(number_is_used_again),
	        cmocka_unit_test(one_at_a_time),
	        cmocka_unit_test(slots_go_together),
	        cmocka_unit_test(no_more_than_there_may_be),
	        cmocka_unit_test(context_follows),
	        cmocka_unit_test(threads_do_not_mind),
	        cmocka_unit_test(forks_forget),
	        cmocka_unit_test(octets_grow_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
