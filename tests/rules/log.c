/* SPDX-License-Identifier: MIT */
/* Sessions and logins. */
#include "rules.h"

static CK_RV log_in(struct subject *s, CK_USER_TYPE user, const char *pin)
{
	return s->p11->C_Login(
	        s->session, user, (CK_UTF8CHAR *)(uintptr_t)pin, pin != NULL ? strlen(pin) : 0);
}

/* LOG-7: a NULL PIN */

static bool null_pin_costs_nothing(struct subject *s)
{
	logout(s);
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(log_in(s, CKU_USER, NULL), CKR_OK);
	return log_in(s, CKU_USER, USER_PIN) == CKR_OK;
}

CASE(log_7_null_pins_do_not_lock_the_token)
{
	const struct setting setting = {.rule = "LOG-7", .twist = "pin-tries 3", .native = true};

	check_rule(&setting, null_pin_costs_nothing);
}

static bool null_pin_reaches_the_vendor(struct subject *s)
{
	logout(s);
	forget_calls();
	log_in(s, CKU_USER, NULL);
	return calls("C_Login") == 1;
}

CASE(log_7_readers_with_keys_ask_themselves)
{
	const struct setting setting = {
	        .rule = "LOG-7", .twist = "token-flags +CKF_PROTECTED_AUTHENTICATION_PATH"};

	assert_true(with_lens(&setting, null_pin_reaches_the_vendor));
	assert_int_equal(notes("LOG-7"), 0);
}

CASE(log_7_empty_pins_are_pins)
{
	const struct setting setting = {
	        .rule = "LOG-7", .twist = "token-flags -CKF_LOGIN_REQUIRED"};

	assert_true(with_lens(&setting, null_pin_reaches_the_vendor));
}

/* The rule asks for the token's flags before a login with a NULL PIN, and at no other time. */
static bool pin_asks_nothing_more(struct subject *s)
{
	logout(s);
	forget_calls();
	assert_int_equal(log_in(s, CKU_USER, USER_PIN), CKR_OK);
	assert_int_equal(calls("all"), 1);
	log_in(s, CKU_CONTEXT_SPECIFIC, NULL);
	assert_int_equal(calls("all"), 2);
	logout(s);
	forget_calls();
	assert_int_equal(log_in(s, CKU_USER, NULL), CKR_ARGUMENTS_BAD);
	return calls("C_Login") == 0 && calls("C_GetTokenInfo") == 1 &&
	       calls("C_GetSessionInfo") <= 1 && calls("all") <= 2;
}

CASE(log_7_asks_only_when_it_must)
{
	const struct setting setting = {.rule = "LOG-7"};

	assert_true(with_lens(&setting, pin_asks_nothing_more));
}

/* LOG-3: nothing to log in to */

static bool login_is_not_needed(struct subject *s)
{
	s->p11->C_Logout(s->session);
	return log_in(s, CKU_USER, "whatever") == CKR_OK && s->p11->C_Logout(s->session) == CKR_OK;
}

CASE(log_3_login_that_is_not_required)
{
	const struct setting setting = {.rule = "LOG-3",
	        .opt_in = true,
	        .native = true,
	        .twist = "token-flags -CKF_LOGIN_REQUIRED,"
	                 "code C_Logout CKR_OK CKR_USER_NOT_LOGGED_IN"};

	check_rule(&setting, login_is_not_needed);
}

static bool wrong_pin_is_wrong(struct subject *s)
{
	logout(s);
	return log_in(s, CKU_USER, "whatever") == CKR_PIN_INCORRECT &&
	       log_in(s, CKU_SO, "whatever") == CKR_PIN_INCORRECT;
}

CASE(log_3_login_that_is_required)
{
	const struct setting setting = {.rule = "LOG-3", .enable = "LOG-3"};

	assert_true(with_lens(&setting, wrong_pin_is_wrong));
	assert_int_equal(notes("LOG-3"), 0);
}

/* LOG-6: the login for one operation by another name. SoftHSM knows no operation to log in for. */

static bool context_login_is_a_login(struct subject *s)
{
	logout(s);
	return log_in(s, CKU_CONTEXT_SPECIFIC, USER_PIN) == CKR_OK;
}

CASE(log_6_context_login_by_the_ordinary_name)
{
	const struct setting setting = {.rule = "LOG-6", .opt_in = true, .native = true};

	check_rule(&setting, context_login_is_a_login);
}

/* SES-1, SES-4: opening sessions */

static CK_RV ignore(CK_SESSION_HANDLE session, CK_NOTIFICATION event, CK_VOID_PTR application)
{
	(void)session;
	(void)event;
	(void)application;
	return CKR_OK;
}

static bool opens(struct subject *s, CK_FLAGS flags, CK_NOTIFY notify)
{
	CK_SESSION_HANDLE session;
	CK_SESSION_INFO info;

	if (s->p11->C_OpenSession(s->slot, flags, NULL, notify, &session) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_GetSessionInfo(session, &info), CKR_OK);
	assert_int_equal(info.flags & CKF_RW_SESSION, flags & CKF_RW_SESSION);
	return true;
}

static bool opens_without_serial(struct subject *s)
{
	return opens(s, CKF_RW_SESSION, NULL) && opens(s, 0, NULL);
}

/* SoftHSM refuses such sessions as the twist does. */
CASE(ses_1_every_session_is_serial)
{
	const struct setting setting = {
	        .rule = "SES-1", .opt_in = true, .twist = "serial-demanded", .native = true};

	check_rule(&setting, opens_without_serial);
}

static bool opens_with_a_callback(struct subject *s)
{
	return opens(s, CKF_SERIAL_SESSION, ignore);
}

CASE(ses_4_without_the_callback)
{
	const struct setting setting = {.rule = "SES-4", .opt_in = true, .twist = "notify-refused"};

	assert_false(without_lens(&setting, opens_with_a_callback));
	assert_true(with_lens(&setting, opens_with_a_callback));
	assert_int_equal(notes("SES-4"), 1);
}

CASE(ses_4_is_off_by_itself)
{
	const struct setting setting = {.rule = "SES-4", .twist = "notify-refused"};

	assert_false(with_lens(&setting, opens_with_a_callback));
}

/* IFC-5: parallel sessions */

static bool is_not_parallel(struct subject *s)
{
	return s->p11->C_GetFunctionStatus(s->session) == CKR_FUNCTION_NOT_PARALLEL &&
	       s->p11->C_CancelFunction(s->session) == CKR_FUNCTION_NOT_PARALLEL;
}

CASE(ifc_5_nothing_is_parallel)
{
	const struct setting setting = {.rule = "IFC-5",
	        .native = true,
	        .twist = "return C_GetFunctionStatus CKR_FUNCTION_NOT_SUPPORTED,"
	                 "return C_CancelFunction CKR_FUNCTION_NOT_SUPPORTED"};

	check_rule(&setting, is_not_parallel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(log_7_null_pins_do_not_lock_the_token),
	        cmocka_unit_test(log_7_readers_with_keys_ask_themselves),
	        cmocka_unit_test(log_7_empty_pins_are_pins),
	        cmocka_unit_test(log_7_asks_only_when_it_must),
	        cmocka_unit_test(log_3_login_that_is_not_required),
	        cmocka_unit_test(log_3_login_that_is_required),
	        cmocka_unit_test(log_6_context_login_by_the_ordinary_name),
	        cmocka_unit_test(ses_1_every_session_is_serial),
	        cmocka_unit_test(ses_4_without_the_callback),
	        cmocka_unit_test(ses_4_is_off_by_itself),
	        cmocka_unit_test(ifc_5_nothing_is_parallel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
