/* SPDX-License-Identifier: MIT */
/* Sessions that a process has when it forks: the child has none of them, but does not notice. */
#define _GNU_SOURCE
#include "highlevel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static struct p11l_session *session;
static struct p11l_object *key;

static CK_RV draw(void)
{
	CK_BYTE octets[8];

	return p11l_random(session, octets, sizeof(octets));
}

static CK_RV sign(void)
{
	struct p11l_mechanism mechanism = p11l_plain(CKM_SHA256_HMAC);
	struct p11l_buffer signature = {0};
	CK_RV rv = p11l_sign(key, &mechanism, "data", 4, &signature);

	p11l_buffer_free(&signature);
	return rv;
}

static void make_keys(CK_BBOOL store)
{
	session = begin_session(&(struct world){.twist = "fork refuse"});
	OK(p11l_generate_key(
	        session, CKK_GENERIC_SECRET, 256, P11L_KEY(.label = "hmac", .store = store), &key));
	OK(sign());
	forget_calls();
}

static void use_in_child(void)
{
	OK(draw());
	assert_string_equal(called(), "C_Initialize C_OpenSession C_Login C_GenerateRandom");
	OK(sign());
	OK(sign());
	forget_calls();
	p11l_object_free(key);
	p11l_close(session);
	assert_string_equal(called(), "C_Logout C_CloseSession C_Finalize");
}

CASE(a_child_gets_sessions_of_its_own)
{
	make_keys(CK_TRUE);
	run_in_child(use_in_child);
	/* The parent's are as they were. */
	assert_calls(0, "all");
	OK(sign());
	assert_calls(2, "all");
	p11l_object_free(key);
	p11l_close(session);
}

static void close_in_child(void)
{
	p11l_object_free(key);
	p11l_close(session);
	assert_calls(0, "all");
}

CASE(a_child_closes_nothing_of_its_parent)
{
	make_keys(CK_TRUE);
	run_in_child(close_in_child);
	OK(sign());
	p11l_object_free(key);
	p11l_close(session);
}

static void miss_the_key(void)
{
	FAILS(P11L_CKR_DEAD, sign());
	OK(draw());
}

CASE(session_objects_stay_with_the_parent)
{
	make_keys(CK_FALSE);
	run_in_child(miss_the_key);
	OK(sign());
	p11l_object_free(key);
	p11l_close(session);
}

static CK_SESSION_HANDLE held;

static void give_back_in_child(void)
{
	p11l_give_back(session, held);
	assert_calls(0, "all");
	OK(draw());
	assert_calls(1, "C_OpenSession");
}

CASE(what_was_borrowed_before_is_not_used)
{
	session = begin_session(&(struct world){.twist = "fork refuse"});
	OK(p11l_borrow(session, &held));
	run_in_child(give_back_in_child);
	p11l_give_back(session, held);
	forget_calls();
	OK(draw());
	assert_calls(1, "all");
	p11l_close(session);
}

/* --- While other threads work, so that locks may be held when it happens */

static atomic_bool stop;

static void *draw_on(void *unused)
{
	CK_SESSION_HANDLE handle;

	(void)unused;
	while (!atomic_load(&stop)) {
		draw();
		if (p11l_borrow(session, &handle) == CKR_OK)
			p11l_give_back(session, handle);
	}
	return NULL;
}

static void draw_in_child(void)
{
	alarm(20);
	OK(draw());
	OK(draw());
	/* The threads of the parent are not here to give anything back. */
	_exit(0);
}

CASE(forks_while_threads_work)
{
	pthread_t thread[4];

	if (THREAD_SANITIZER)
		skip_case("the thread sanitizer dislikes forks among threads");
	/* Fewer sessions than threads, so that some wait. */
	{
		struct p11l_module *module = begin(&(struct world){.mock = ""});

		OK(p11l_open(module, P11L_OPEN(.pin = USER_PIN, .max_sessions = 2), &session));
		p11l_module_free(module);
	}
	for (size_t i = 0; i < COUNT(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, draw_on, NULL), 0);
	for (int i = 0; i < 40; i++)
		run_in_child(draw_in_child);
	atomic_store(&stop, true);
	for (size_t i = 0; i < COUNT(thread); i++)
		pthread_join(thread[i], NULL);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_child_gets_sessions_of_its_own),
	        cmocka_unit_test(a_child_closes_nothing_of_its_parent),
	        cmocka_unit_test(session_objects_stay_with_the_parent),
	        cmocka_unit_test(what_was_borrowed_before_is_not_used),
	        cmocka_unit_test(forks_while_threads_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
