/* SPDX-License-Identifier: MIT */
/* Sessions are opened, shared, logged in and out, and closed. */
#include "highlevel.h"

#include <unistd.h>

/* One more session on the token of the first. */
static struct p11l_session *another(struct p11l_session *session)
{
	struct p11l_session *second = NULL;

	OK(p11l_open_token(p11l_session_token(session), P11L_OPEN(.pin = USER_PIN), &second));
	return second;
}

static CK_STATE state_of(struct p11l_session *session)
{
	CK_SESSION_INFO info = {0};
	CK_SESSION_HANDLE handle;

	OK(p11l_borrow(session, &handle));
	assert_int_equal(standard(p11l_slot_module(p11l_session_token(session)))
	                         ->C_GetSessionInfo(handle, &info),
	        CKR_OK);
	p11l_give_back(session, handle);
	return info.state;
}

CASE(open_costs_two_calls)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_slot *token = p11l_slot_ref(p11l_session_token(session));
	struct p11l_session *second = NULL;

	assert_int_equal(p11l_session_user_type(session), CKU_USER);
	assert_true(p11l_session_is_rw(session));
	p11l_close(session);
	assert_string_equal(called(), "C_Logout C_CloseSession");
	forget_calls();
	OK(p11l_open_token(token, P11L_OPEN(.pin = USER_PIN), &second));
	assert_string_equal(called(), "C_OpenSession C_Login");
	p11l_close(second);
	p11l_slot_free(token);
}

CASE(open_finds_the_token_among_four)
{
	struct p11l_session *session = NULL;
	struct p11l_module *module = begin(&(struct world){.tokens = 3});

	OK(p11l_open(module, P11L_OPEN(.token = "token 2", .pin = USER_PIN), &session));
	assert_calls(8, "all");
	assert_calls(4, "C_GetTokenInfo");
	p11l_close(session);
	FAILS(P11L_CKR_NO_TOKEN,
	        p11l_open(module, P11L_OPEN(.token = "token 9", .pin = USER_PIN), &session));
	assert_null(session);
	FAILS(CKR_ARGUMENTS_BAD, p11l_open(NULL, NULL, &session));
	FAILS(CKR_ARGUMENTS_BAD, p11l_open(module, NULL, NULL));
	p11l_module_free(module);
}

CASE(without_a_pin_nobody_logs_in)
{
	struct p11l_session *session = NULL;
	struct p11l_module *module = begin(NULL);

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN), &session));
	assert_int_equal(p11l_session_user_type(session), P11L_NOBODY);
	assert_int_equal(state_of(session), CKS_RW_PUBLIC_SESSION);
	assert_calls(0, "C_Login");
	p11l_close(session);
	assert_calls(0, "C_Logout");
	OK(p11l_open(module,
	        P11L_OPEN(.token = TOKEN, .pin = USER_PIN, .user_type = P11L_IS(P11L_NOBODY)),
	        &session));
	assert_calls(0, "C_Login");
	/* The PIN is kept for later. */
	OK(p11l_login(session, CKU_USER, NULL, 0));
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	p11l_close(session);
	p11l_module_free(module);
}

CASE(an_older_program_has_smaller_options)
{
	struct p11l_open_options options = {.token = TOKEN, .pin = "wrong", .read_only = CK_TRUE};
	struct p11l_session *session = NULL;
	struct p11l_module *module = begin(NULL);

	options.size = offsetof(struct p11l_open_options, pin);
	OK(p11l_open(module, &options, &session));
	assert_calls(0, "C_Login");
	assert_true(p11l_session_is_rw(session));
	p11l_close(session);
	p11l_module_free(module);
}

CASE(read_only_when_asked_for)
{
	struct p11l_session *session = NULL;
	struct p11l_module *module = begin(NULL);

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN, .read_only = CK_TRUE),
	        &session));
	assert_false(p11l_session_is_rw(session));
	assert_int_equal(state_of(session), CKS_RO_USER_FUNCTIONS);
	p11l_close(session);
	p11l_module_free(module);
}

CASE(read_only_when_the_token_refuses_more)
{
	struct p11l_session *session =
	        begin_session(&(struct world){.twist = "read-write-refused"});

	assert_false(p11l_session_is_rw(session));
	assert_int_equal(state_of(session), CKS_RO_USER_FUNCTIONS);
	assert_int_equal(p11l_last_error()->rv, CKR_OK);
	p11l_close(session);
}

CASE(read_only_when_the_token_says_so)
{
	struct p11l_session *session = NULL;
	struct p11l_module *module =
	        begin(&(struct world){.twist = "token-flags +CKF_WRITE_PROTECTED"});

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN), &session));
	assert_false(p11l_session_is_rw(session));
	assert_calls(1, "C_OpenSession");
	p11l_close(session);
	p11l_module_free(module);
}

CASE(references_are_counted)
{
	struct p11l_session *session = begin_session(NULL);

	assert_ptr_equal(p11l_session_ref(session), session);
	p11l_close(session);
	assert_calls(0, "all");
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	forget_calls();
	p11l_close(session);
	assert_string_equal(called(), "C_Logout C_CloseSession C_Finalize");
	p11l_close(NULL);
}

CASE(the_last_user_logs_out)
{
	struct p11l_session *first = begin_session(NULL), *second = another(first);

	forget_calls();
	p11l_close(first);
	assert_string_equal(called(), "C_CloseSession");
	assert_int_equal(state_of(second), CKS_RW_USER_FUNCTIONS);
	forget_calls();
	p11l_close(second);
	assert_string_equal(called(), "C_Logout C_CloseSession C_Finalize");
}

CASE(a_login_of_the_host_stays)
{
	struct p11l_module *module = begin(NULL);
	CK_FUNCTION_LIST *p11 = standard(module);
	struct p11l_session *session = NULL;
	struct p11l_slot *token = NULL;
	CK_SESSION_HANDLE own;
	CK_SESSION_INFO info;

	OK(p11l_get_token(module, P11L_TOKEN(.label = TOKEN), &token));
	assert_int_equal(
	        p11->C_OpenSession(p11l_slot_id(token), CKF_SERIAL_SESSION, NULL, NULL, &own),
	        CKR_OK);
	assert_int_equal(
	        p11->C_Login(own, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)USER_PIN, strlen(USER_PIN)),
	        CKR_OK);
	OK(p11l_open_token(token, P11L_OPEN(.pin = USER_PIN), &session));
	p11l_close(session);
	assert_calls(0, "C_Logout");
	assert_int_equal(p11->C_GetSessionInfo(own, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RO_USER_FUNCTIONS);
	p11l_slot_free(token);
	p11l_module_free(module);
}

CASE(another_user_is_told_early)
{
	struct p11l_session *session = begin_session(NULL), *officer = NULL;
	struct p11l_slot *token = p11l_session_token(session);

	FAILS(P11L_CKR_OTHER_USER,
	        p11l_open_token(
	                token, P11L_OPEN(.pin = SO_PIN, .user_type = P11L_IS(CKU_SO)), &officer));
	assert_null(officer);
	assert_says("another user");
	assert_calls(0, "C_Login");
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	p11l_close(session);
}

CASE(a_user_of_the_host_is_another)
{
	struct p11l_module *module = begin(NULL);
	CK_FUNCTION_LIST *p11 = standard(module);
	struct p11l_session *session = NULL;
	struct p11l_slot *token = NULL;
	CK_SESSION_HANDLE own;

	OK(p11l_get_token(module, P11L_TOKEN(.label = TOKEN), &token));
	assert_int_equal(p11->C_OpenSession(p11l_slot_id(token),
	                         CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &own),
	        CKR_OK);
	assert_int_equal(
	        p11->C_Login(own, CKU_SO, (CK_UTF8CHAR *)(uintptr_t)SO_PIN, strlen(SO_PIN)),
	        CKR_OK);
	FAILS(P11L_CKR_OTHER_USER, p11l_open_token(token, P11L_OPEN(.pin = USER_PIN), &session));
	assert_null(session);
	p11l_slot_free(token);
	p11l_module_free(module);
}

CASE(users_change_after_a_logout)
{
	struct p11l_session *session = begin_session(NULL);

	/* The only one of this user may change; the token wants the logout first. */
	FAILS(P11L_CKR_OTHER_USER, p11l_login(session, CKU_SO, SO_PIN, 0));
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	OK(p11l_logout(session));
	assert_int_equal(p11l_session_user_type(session), P11L_NOBODY);
	assert_int_equal(state_of(session), CKS_RW_PUBLIC_SESSION);
	OK(p11l_login(session, CKU_SO, SO_PIN, 0));
	assert_int_equal(state_of(session), CKS_RW_SO_FUNCTIONS);
	OK(p11l_logout(session));
	OK(p11l_login(session, CKU_USER, USER_PIN, 0));
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	FAILS(CKR_USER_TYPE_INVALID, p11l_login(session, CKU_CONTEXT_SPECIFIC, USER_PIN, 0));
	p11l_close(session);
}

CASE(who_is_not_logged_in_logs_nobody_out)
{
	struct p11l_session *session = begin_session(NULL), *second = NULL,
	                    *third = another(session);

	OK(p11l_open_token(p11l_session_token(session), NULL, &second));
	forget_calls();
	OK(p11l_logout(second));
	OK(p11l_logout(third));
	assert_calls(0, "C_Logout");
	assert_int_equal(p11l_session_user_type(third), P11L_NOBODY);
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	p11l_close(second);
	p11l_close(third);
	OK(p11l_logout(session));
	assert_calls(1, "C_Logout");
	p11l_close(session);
	assert_calls(1, "C_Logout");
}

CASE(objects_of_a_closed_session_say_so)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = NULL;
	CK_ULONG size;

	OK(p11l_generate_key(session, CKK_AES, 128, NULL, &key));
	p11l_close(session);
	forget_calls();
	FAILS(CKR_SESSION_CLOSED, p11l_get_object_size(key, &size));
	assert_calls(0, "all");
	p11l_object_free(key);
}

CASE(borrowed_sessions_cost_nothing)
{
	struct p11l_session *session = begin_session(NULL);
	CK_SESSION_HANDLE first, second, again;

	OK(p11l_borrow(session, &first));
	assert_calls(0, "all");
	OK(p11l_borrow(session, &second));
	assert_int_not_equal(first, second);
	assert_calls(1, "all");
	p11l_give_back(session, first);
	p11l_give_back(session, second);
	/* The one that came back last. */
	OK(p11l_borrow(session, &again));
	assert_int_equal(again, second);
	p11l_give_back(session, again);
	/* One that is not lent does no harm. */
	p11l_give_back(session, 12345);
	assert_calls(1, "all");
	p11l_close(session);
}

CASE(what_is_borrowed_outlives_the_close)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_module *module = p11l_module_ref(p11l_slot_module(p11l_session_token(session)));
	CK_FUNCTION_LIST *p11 = standard(module);
	CK_SESSION_HANDLE handle;
	CK_SESSION_INFO info;

	OK(p11l_borrow(session, &handle));
	p11l_session_ref(session);
	p11l_close(session);
	assert_int_equal(p11->C_GetSessionInfo(handle, &info), CKR_OK);
	p11l_give_back(session, handle);
	forget_calls();
	p11l_close(session);
	assert_string_equal(called(), "C_Logout C_CloseSession");
	p11l_module_free(module);
}

CASE(random_numbers_cost_one_call)
{
	CK_BYTE octets[32] = {0}, zeros[32] = {0};
	struct p11l_session *session = begin_session(NULL);

	OK(p11l_random(session, octets, sizeof(octets)));
	assert_calls(1, "all");
	assert_memory_not_equal(octets, zeros, sizeof(octets));
	OK(p11l_random(session, NULL, 0));
	FAILS(CKR_ARGUMENTS_BAD, p11l_random(session, NULL, 1));
	FAILS(CKR_ARGUMENTS_BAD, p11l_random(NULL, octets, 1));
	OK(p11l_seed(session, "seed", 4));
	assert_calls(1, "C_SeedRandom");
	p11l_close(session);
}

CASE(random_numbers_that_failed_are_none)
{
	CK_BYTE octets[8], zeros[8] = {0};
	struct p11l_session *session =
	        begin_session(&(struct world){.twist = "return C_GenerateRandom CKR_DEVICE_ERROR"});

	memset(octets, 0xaa, sizeof(octets));
	FAILS(CKR_DEVICE_ERROR, p11l_random(session, octets, sizeof(octets)));
	assert_memory_equal(octets, zeros, sizeof(octets));
	assert_calls(1, "all");
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(open_costs_two_calls),
	        cmocka_unit_test(open_finds_the_token_among_four),
	        cmocka_unit_test(without_a_pin_nobody_logs_in),
	        cmocka_unit_test(an_older_program_has_smaller_options),
	        cmocka_unit_test(read_only_when_asked_for),
	        cmocka_unit_test(read_only_when_the_token_refuses_more),
	        cmocka_unit_test(read_only_when_the_token_says_so),
	        cmocka_unit_test(references_are_counted),
	        cmocka_unit_test(the_last_user_logs_out),
	        cmocka_unit_test(a_login_of_the_host_stays),
	        cmocka_unit_test(another_user_is_told_early),
	        cmocka_unit_test(a_user_of_the_host_is_another),
	        cmocka_unit_test(users_change_after_a_logout),
	        cmocka_unit_test(who_is_not_logged_in_logs_nobody_out),
	        cmocka_unit_test(objects_of_a_closed_session_say_so),
	        cmocka_unit_test(borrowed_sessions_cost_nothing),
	        cmocka_unit_test(what_is_borrowed_outlives_the_close),
	        cmocka_unit_test(random_numbers_cost_one_call),
	        cmocka_unit_test(random_numbers_that_failed_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
