/* SPDX-License-Identifier: MIT */
/* Sessions, logins, handles, modules go away under a session, and are made anew. */
#include "highlevel.h"

#include <pthread.h>

static struct p11l_session *session;

static CK_FUNCTION_LIST *host(void)
{
	return standard(p11l_slot_module(p11l_session_token(session)));
}

static CK_SLOT_ID slot(void)
{
	return p11l_slot_id(p11l_session_token(session));
}

static CK_RV draw(void)
{
	CK_BYTE octets[8];

	return p11l_random(session, octets, sizeof(octets));
}

/* --- What is done about each code: it is said once, then all is well */

static const struct {
	const char *code, *calls;
} once[] = {
        {"CKR_SESSION_HANDLE_INVALID", "C_GenerateRandom C_OpenSession C_Login C_GenerateRandom"},
        {"CKR_SESSION_CLOSED", "C_GenerateRandom C_OpenSession C_Login C_GenerateRandom"},
        {"CKR_DEVICE_REMOVED", "C_GenerateRandom C_OpenSession C_Login C_GenerateRandom"},
        {"CKR_TOKEN_NOT_PRESENT", "C_GenerateRandom C_OpenSession C_Login C_GenerateRandom"},
        {"CKR_USER_NOT_LOGGED_IN", "C_GenerateRandom C_Login C_GenerateRandom"},
        {"CKR_CRYPTOKI_NOT_INITIALIZED",
                "C_GenerateRandom C_Initialize C_OpenSession C_Login C_GenerateRandom"},
        {"CKR_OPERATION_ACTIVE",
                "C_GenerateRandom C_CloseSession C_OpenSession C_Login C_GenerateRandom"},
};

/* Codes that say nothing of the kind cost nothing more. */
static const char *const final[] = {"CKR_DEVICE_ERROR", "CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED",
        "CKR_PIN_INCORRECT", "CKR_ARGUMENTS_BAD", "CKR_DATA_LEN_RANGE"};

static const char *current;

static void say_once(void)
{
	char twist[96];

	snprintf(twist, sizeof(twist), "return C_GenerateRandom %s 1", current);
	session = begin_session(&(struct world){.twist = twist});
	OK(draw());
	for (size_t i = 0; i < COUNT(once); i++)
		if (strcmp(once[i].code, current) == 0)
			assert_string_equal(called(), once[i].calls);
	forget_calls();
	OK(draw());
	assert_calls(1, "all");
	p11l_close(session);
}

static void say_always(void)
{
	char twist[96];
	CK_RV expected = 0;

	snprintf(twist, sizeof(twist), "return C_GenerateRandom %s", current);
	session = begin_session(&(struct world){.twist = twist});
	OK(p11l_constant(current, &expected));
	FAILS(expected, draw());
	assert_calls(2, "C_GenerateRandom");
	assert_string_equal(p11l_last_error()->function, "C_GenerateRandom");
	p11l_close(session);
}

static void say_final(void)
{
	char twist[96];
	CK_RV expected = 0;

	snprintf(twist, sizeof(twist), "return C_GenerateRandom %s", current);
	session = begin_session(&(struct world){.twist = twist});
	OK(p11l_constant(current, &expected));
	FAILS(expected, draw());
	assert_calls(1, "all");
	p11l_close(session);
}

static void each_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(once); i++) {
		current = once[i].code;
		run_case(say_once, current);
		run_case(say_always, current);
	}
	for (size_t i = 0; i < COUNT(final); i++) {
		current = final[i];
		run_case(say_final, current);
	}
}

/* --- Real losses */

static struct p11l_object *key;
static CK_BYTE iv[16];

static void begin_with_key(CK_BBOOL store)
{
	session = begin_session(NULL);
	OK(p11l_generate_key(
	        session, CKK_AES, 256, P11L_KEY(.label = "kept", .store = store), &key));
	forget_calls();
}

static CK_RV encrypt(void)
{
	struct p11l_mechanism mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer out = {0};
	CK_RV rv = p11l_encrypt(key, &mechanism, "octets", 6, &out);

	p11l_buffer_free(&out);
	return rv;
}

static void end(void)
{
	p11l_object_free(key);
	p11l_close(session);
}

CASE(all_sessions_were_closed)
{
	begin_with_key(CK_TRUE);
	OK(encrypt());
	assert_calls(2, "all");
	assert_int_equal(host()->C_CloseAllSessions(slot()), CKR_OK);
	OK(encrypt());
	forget_calls();
	OK(encrypt());
	assert_calls(2, "all");
	end();
}

CASE(session_objects_go_with_their_sessions)
{
	begin_with_key(CK_FALSE);
	OK(encrypt());
	assert_int_equal(host()->C_CloseAllSessions(slot()), CKR_OK);
	FAILS(P11L_CKR_DEAD, encrypt());
	forget_calls();
	FAILS(P11L_CKR_DEAD, encrypt());
	assert_calls(0, "all");
	OK(draw());
	end();
}

CASE(the_user_was_logged_out)
{
	CK_SESSION_HANDLE handle;

	begin_with_key(CK_TRUE);
	OK(p11l_borrow(session, &handle));
	assert_int_equal(host()->C_Logout(handle), CKR_OK);
	p11l_give_back(session, handle);
	OK(encrypt());
	OK(encrypt());
	end();
}

CASE(the_module_was_finalised)
{
	begin_with_key(CK_TRUE);
	assert_int_equal(host()->C_Finalize(NULL), CKR_OK);
	OK(encrypt());
	assert_calls(1, "C_Initialize");
	OK(encrypt());
	end();
}

CASE(reinitialised_by_the_program)
{
	begin_with_key(CK_TRUE);
	OK(p11l_reinitialise(p11l_slot_module(p11l_session_token(session))));
	OK(encrypt());
	assert_calls(1, "C_Initialize");
	/* Nothing of the time before is used, so nothing is tried in vain. */
	assert_calls(1, "C_EncryptInit");
	assert_calls(0, "C_CloseSession");
	end();
}

CASE(a_destroyed_object_is_dead)
{
	begin_with_key(CK_TRUE);
	{
		CK_SESSION_HANDLE handle;

		OK(p11l_borrow(session, &handle));
		assert_int_equal(host()->C_DestroyObject(handle, p11l_object_handle(key)), CKR_OK);
		p11l_give_back(session, handle);
	}
	FAILS(P11L_CKR_DEAD, encrypt());
	end();
}

CASE(what_has_effects_is_not_repeated)
{
	struct p11l_object *second = NULL;

	begin_with_key(CK_TRUE);
	assert_int_equal(host()->C_CloseAllSessions(slot()), CKR_OK);
	forget_calls();
	FAILS(CKR_SESSION_HANDLE_INVALID, p11l_generate_key(session, CKK_AES, 128, NULL, &second));
	assert_null(second);
	assert_calls(1, "all");
	/* But it is mended for the next time. */
	OK(p11l_generate_key(session, CKK_AES, 128, NULL, &second));
	p11l_object_free(second);
	end();
}

CASE(without_a_user_nobody_logs_in)
{
	struct p11l_module *module =
	        begin(&(struct world){.twist = "return C_GenerateRandom CKR_USER_NOT_LOGGED_IN"});

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN), &session));
	forget_calls();
	FAILS(CKR_USER_NOT_LOGGED_IN, draw());
	assert_calls(1, "all");
	p11l_close(session);
	p11l_module_free(module);
}

CASE(a_broken_session_takes_the_login_with_it)
{
	CK_SESSION_INFO info = {0};
	CK_SESSION_HANDLE handle;

	session = begin_session(
	        &(struct world){.twist = "return C_GenerateRandom CKR_OPERATION_ACTIVE 2"});
	FAILS(CKR_OPERATION_ACTIVE, draw());
	OK(p11l_borrow(session, &handle));
	assert_int_equal(host()->C_GetSessionInfo(handle, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_USER_FUNCTIONS);
	p11l_give_back(session, handle);
	p11l_close(session);
}

/* --- Several threads at once */

static void *work(void *failures)
{
	for (int i = 0; i < 20; i++)
		if (encrypt() != CKR_OK)
			__atomic_fetch_add((int *)failures, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

CASE(one_thread_mends_the_module_for_all)
{
	int failures = 0;

	begin_with_key(CK_TRUE);
	assert_int_equal(host()->C_Finalize(NULL), CKR_OK);
	forget_calls();
	in_threads(8, work, &failures);
	assert_int_equal(failures, 0);
	assert_calls(1, "C_Initialize");
	assert_calls(1, "C_Login");
	end();
}

CASE(threads_lose_their_sessions_together)
{
	int failures = 0;

	begin_with_key(CK_TRUE);
	in_threads(8, work, &failures);
	assert_int_equal(host()->C_CloseAllSessions(slot()), CKR_OK);
	in_threads(8, work, &failures);
	assert_int_equal(failures, 0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_code),
	        cmocka_unit_test(all_sessions_were_closed),
	        cmocka_unit_test(session_objects_go_with_their_sessions),
	        cmocka_unit_test(the_user_was_logged_out),
	        cmocka_unit_test(the_module_was_finalised),
	        cmocka_unit_test(reinitialised_by_the_program),
	        cmocka_unit_test(a_destroyed_object_is_dead),
	        cmocka_unit_test(what_has_effects_is_not_repeated),
	        cmocka_unit_test(without_a_user_nobody_logs_in),
	        cmocka_unit_test(a_broken_session_takes_the_login_with_it),
	        cmocka_unit_test(one_thread_mends_the_module_for_all),
	        cmocka_unit_test(threads_lose_their_sessions_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
