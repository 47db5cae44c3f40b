/* SPDX-License-Identifier: MIT */
/* Where PINs come from, and what becomes of wrong ones. */
#define _GNU_SOURCE
#include "highlevel.h"

#include <sys/stat.h>
#include <unistd.h>

/* A callback that answers one PIN after the other, and remembers what it was asked. */
struct asked {
	const char *answer[5];
	CK_RV rv;
	unsigned count;
	struct p11l_pin_request last;
	char token[33];
};

static CK_RV answer(void *context, const struct p11l_pin_request *request, struct p11l_buffer *pin)
{
	struct asked *asked = context;
	const char *text = asked->answer[asked->count++];

	asked->last = *request;
	snprintf(asked->token, sizeof(asked->token), "%s", request->token);
	assert_true((pin->flags & P11L_SECRET) != 0);
	return text != NULL ? p11l_buffer_set(pin, text, strlen(text)) : asked->rv;
}

static struct p11l_module *module;
static struct p11l_session *session;

static CK_RV open_asking(struct asked *asked)
{
	return p11l_open(module,
	        P11L_OPEN(.token = TOKEN, .pin_callback = answer, .pin_context = asked), &session);
}

static CK_RV open_by(const char *uri)
{
	return p11l_open(module, P11L_OPEN(.uri = uri), &session);
}

static void end(void)
{
	p11l_close(session);
	p11l_module_free(module);
}

CASE(a_wrong_pin_goes_to_the_token_once)
{
	module = begin(NULL);
	FAILS(CKR_PIN_INCORRECT,
	        p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = "wrong"), &session));
	assert_null(session);
	assert_calls(1, "C_Login");
	assert_calls(1, "C_CloseSession");
	assert_calls(0, "C_Logout");
	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = "1234 and more", .pin_size = 4),
	        &session));
	end();
}

CASE(a_callback_is_asked)
{
	struct asked asked = {.answer = {USER_PIN}};

	module = begin(NULL);
	OK(open_asking(&asked));
	assert_int_equal(asked.count, 1);
	assert_string_equal(asked.token, TOKEN);
	assert_int_equal(asked.last.size, sizeof(asked.last));
	assert_int_equal(asked.last.user_type, CKU_USER);
	assert_null(asked.last.object);
	assert_false(asked.last.again);
	assert_true((asked.last.token_flags & CKF_USER_PIN_INITIALIZED) != 0);
	end();
}

CASE(a_callback_may_err)
{
	struct asked asked = {.answer = {"wrong", USER_PIN}};

	module = begin(NULL);
	OK(open_asking(&asked));
	assert_int_equal(asked.count, 2);
	assert_true(asked.last.again);
	assert_true((asked.last.token_flags & CKF_USER_PIN_COUNT_LOW) != 0);
	assert_calls(2, "C_Login");
	end();
}

CASE(a_callback_may_not_err_forever)
{
	struct asked asked = {.answer = {"wrong1", "wrong2", "wrong3", "wrong4"}};

	module = begin(NULL);
	FAILS(CKR_PIN_INCORRECT, open_asking(&asked));
	assert_calls(3, "C_Login");
	assert_string_equal(p11l_last_error()->function, "C_Login");
	end();
}

CASE(the_same_wrong_pin_is_not_tried_again)
{
	struct asked asked = {.answer = {"wrong", "wrong", "wrong", "wrong"}};

	module = begin(NULL);
	FAILS(CKR_PIN_INCORRECT, open_asking(&asked));
	assert_int_equal(asked.count, 2);
	assert_calls(1, "C_Login");
	assert_says("not tried again");
	end();
}

CASE(a_callback_may_give_up)
{
	struct asked asked = {.rv = CKR_FUNCTION_CANCELED};

	module = begin(NULL);
	FAILS(CKR_FUNCTION_CANCELED, open_asking(&asked));
	assert_calls(0, "C_Login");
	assert_null(session);
	end();
}

CASE(a_callback_is_asked_again_after_a_loss)
{
	struct asked asked = {.answer = {USER_PIN, USER_PIN}};
	CK_BYTE octet;

	module = begin(&(struct world){.twist = "return C_GenerateRandom CKR_SESSION_CLOSED 1"});
	OK(open_asking(&asked));
	OK(p11l_random(session, &octet, 1));
	assert_int_equal(asked.count, 2);
	assert_false(asked.last.again);
	end();
}

CASE(a_pin_of_the_uri)
{
	module = begin(NULL);
	OK(open_by("pkcs11:token=token%201?pin-value=1234"));
	assert_int_equal(p11l_session_user_type(session), CKU_USER);
	p11l_close(session);
	session = NULL;
	/* The option comes first. */
	OK(p11l_open(module,
	        P11L_OPEN(.uri = "pkcs11:token=token%201?pin-value=wrong", .pin = USER_PIN),
	        &session));
	end();
}

static void write_pin(const char *text)
{
	write_file("pin", text);
}

static CK_RV open_by_file(const char *prefix)
{
	char *here = realpath(".", NULL), uri[4096];

	snprintf(uri, sizeof(uri), "pkcs11:token=token%%201?pin-source=%s%s/pin", prefix, here);
	free(here);
	return open_by(uri);
}

CASE(a_pin_of_a_file)
{
	static const char *const texts[] = {"1234", "1234\n", "1234\r\n", "1234\nsecond line\n"};
	static const char *const prefixes[] = {"", "file:", "file://", "file://localhost"};

	module = begin(NULL);
	for (size_t i = 0; i < COUNT(texts); i++) {
		write_pin(texts[i]);
		OK(open_by_file(prefixes[i]));
		assert_int_equal(p11l_session_user_type(session), CKU_USER);
		p11l_close(session);
	}
	session = NULL;
	end();
}

CASE(a_file_that_is_no_use)
{
	char *octets = malloc(5000);

	module = begin(NULL);
	FAILS(P11L_CKR_NO_PIN, open_by_file("file:"));
	assert_says("/pin cannot be read: No such file");
	memset(octets, '1', 4999);
	octets[4999] = '\0';
	write_pin(octets);
	free(octets);
	FAILS(P11L_CKR_NO_PIN, open_by_file(""));
	assert_int_equal(mkdir("folder", 0700), 0);
	FAILS(P11L_CKR_BAD_URI, open_by("pkcs11:token=token%201?pin-source=relative/pin"));
	FAILS(P11L_CKR_BAD_URI, open_by("pkcs11:token=token%201?pin-source=%7Cprogram"));
	assert_says("pin-source");
	assert_calls(0, "C_Login");
	end();
}

CASE(a_pin_is_needed_and_nowhere)
{
	module = begin(NULL);
	FAILS(P11L_CKR_NO_PIN,
	        p11l_open(module, P11L_OPEN(.token = TOKEN, .user_type = P11L_IS(CKU_USER)),
	                &session));
	assert_says("\"token 1\"");
	assert_null(session);
	end();
}

/* --- Keys that want a PIN each time */

static struct p11l_object *strict_key(void)
{
	struct p11l_object *public_key = NULL, *key = NULL;

	OK(p11l_generate_keypair(session, CKK_EC, 256,
	        P11L_KEY(.label = "strict",
	                .private_attributes =
	                        (const CK_ATTRIBUTE[]){P11L_BOOL(CKA_ALWAYS_AUTHENTICATE, 1)},
	                .private_attribute_count = 1),
	        &public_key, &key));
	p11l_object_free(public_key);
	forget_calls();
	return key;
}

static CK_RV sign(struct p11l_object *key)
{
	const CK_BYTE digest[32] = {1};
	struct p11l_mechanism mechanism = p11l_plain(CKM_ECDSA);
	struct p11l_buffer signature = {0};
	CK_RV rv = p11l_sign(key, &mechanism, digest, sizeof(digest), &signature);

	p11l_buffer_free(&signature);
	return rv;
}

CASE(the_callback_knows_which_key)
{
	struct asked asked = {.answer = {USER_PIN, USER_PIN, "wrong", "wrong", USER_PIN}};
	struct p11l_object *key;

	module = begin(NULL);
	OK(open_asking(&asked));
	key = strict_key();
	OK(sign(key));
	assert_string_equal(called(), "C_SignInit C_Login C_Sign");
	assert_int_equal(asked.count, 2);
	assert_int_equal(asked.last.user_type, CKU_CONTEXT_SPECIFIC);
	assert_string_equal(asked.last.object, "strict");
	/* A wrong one costs one attempt, also when it is given twice. */
	FAILS(CKR_PIN_INCORRECT, sign(key));
	FAILS(CKR_PIN_INCORRECT, sign(key));
	assert_true(asked.last.again);
	assert_calls(2, "C_Login");
	OK(sign(key));
	assert_calls(3, "C_Login");
	p11l_object_free(key);
	end();
}

CASE(the_pin_of_the_session_is_good_for_its_keys)
{
	struct p11l_object *key;

	session = begin_session(NULL);
	key = strict_key();
	OK(sign(key));
	assert_string_equal(called(), "C_SignInit C_Login C_Sign");
	p11l_object_free(key);
	p11l_close(session);
}

/* What the mock was given for a PIN; SoftHSM has no keypad. */
static CK_ULONG pin_given;
static bool pin_was_null;

static CK_RV see_login(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_Login) {
		pin_was_null = arg[2] == 0;
		pin_given = arg[3];
	}
	return rv;
}

CASE(the_keypad_of_the_token)
{
	module = begin(&(struct world){.mock = ""});
	pin_given = 99;
	vendor()->hook = see_login;
	OK(p11l_open(module, P11L_OPEN(.protected_path = CK_TRUE), &session));
	assert_true(pin_was_null);
	assert_int_equal(pin_given, 0);
	vendor()->hook = NULL;
	end();
}

static CK_RV with_keypad(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_GetTokenInfo && rv == CKR_OK)
		((CK_TOKEN_INFO *)arg[1])->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	return see_login(function, arg, rv);
}

CASE(the_keypad_that_the_token_has)
{
	module = begin(&(struct world){.mock = ""});
	vendor()->hook = with_keypad;
	OK(p11l_open(module, P11L_OPEN(.user_type = P11L_IS(CKU_USER)), &session));
	assert_true(pin_was_null);
	p11l_close(session);
	/* A PIN that is there is used all the same. */
	OK(p11l_open(module, P11L_OPEN(.pin = USER_PIN), &session));
	assert_false(pin_was_null);
	vendor()->hook = NULL;
	end();
}

/* The name that came with it */
static char name_given[16];

static CK_RV see_name(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_LoginUser)
		snprintf(name_given, sizeof(name_given), "%.*s", (int)arg[5], (const char *)arg[4]);
	return rv;
}

CASE(users_with_names)
{
	struct p11l_session *second = NULL;

	module = begin(&(struct world){.mock = ""});
	vendor()->hook = see_name;
	OK(p11l_open(module, P11L_OPEN(.pin = USER_PIN, .user_name = "alice"), &session));
	assert_string_equal(name_given, "alice");
	assert_calls(0, "C_Login");
	FAILS(P11L_CKR_OTHER_USER,
	        p11l_open(module, P11L_OPEN(.pin = USER_PIN, .user_name = "bob"), &second));
	OK(p11l_open(module, P11L_OPEN(.pin = USER_PIN, .user_name = "alice"), &second));
	p11l_close(second);
	vendor()->hook = NULL;
	end();
}

CASE(a_changed_pin_is_the_one_for_later)
{
	CK_BYTE octet;

	session = begin_session(
	        &(struct world){.twist = "return C_GenerateRandom CKR_SESSION_CLOSED 1"});
	FAILS(CKR_PIN_INCORRECT, p11l_set_pin(session, "wrong", 0, "4321", 0));
	OK(p11l_set_pin(session, USER_PIN, 0, "4321", 0));
	/* Logged out by the host, so that the login is a real one. */
	assert_int_equal(standard(p11l_slot_module(p11l_session_token(session)))
	                         ->C_CloseAllSessions(p11l_slot_id(p11l_session_token(session))),
	        CKR_OK);
	OK(p11l_random(session, &octet, 1));
	assert_calls(1, "C_Login");
	p11l_close(session);
}

CASE(a_pin_that_became_wrong_is_tried_once)
{
	struct p11l_session *second = NULL;
	CK_SESSION_HANDLE handle;
	CK_BYTE octet;

	session = begin_session(
	        &(struct world){.twist = "return C_GenerateRandom CKR_USER_NOT_LOGGED_IN"});
	OK(p11l_open_token(p11l_session_token(session), P11L_OPEN(.pin = USER_PIN), &second));
	OK(p11l_set_pin(second, USER_PIN, 0, "4321", 0));
	OK(p11l_borrow(second, &handle));
	assert_int_equal(
	        standard(p11l_slot_module(p11l_session_token(session)))->C_Logout(handle), CKR_OK);
	p11l_give_back(second, handle);
	forget_calls();
	FAILS(CKR_PIN_INCORRECT, p11l_random(session, &octet, 1));
	assert_calls(1, "C_Login");
	FAILS(CKR_PIN_INCORRECT, p11l_random(session, &octet, 1));
	FAILS(CKR_PIN_INCORRECT, p11l_random(session, &octet, 1));
	assert_calls(1, "C_Login");
	/* Unless somebody says what is right. */
	OK(p11l_login(session, CKU_USER, "4321", 0));
	p11l_close(second);
	p11l_close(session);
}

CASE(the_officer_gives_the_user_a_pin)
{
	module = begin(NULL);
	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = SO_PIN, .user_type = P11L_IS(CKU_SO)),
	        &session));
	assert_int_equal(p11l_session_user_type(session), CKU_SO);
	OK(p11l_init_pin(session, "98765", 4));
	p11l_close(session);
	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = "9876"), &session));
	FAILS(CKR_USER_NOT_LOGGED_IN, p11l_init_pin(session, "1111", 0));
	FAILS(CKR_ARGUMENTS_BAD, p11l_init_pin(NULL, "1111", 0));
	FAILS(CKR_ARGUMENTS_BAD, p11l_set_pin(NULL, "1111", 0, "1111", 0));
	end();
}

CASE(no_pin_is_in_a_trace)
{
	module = begin(&(struct world){.trace = ""});
	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN), &session));
	assert_non_null(strstr(trace(), "C_Login("));
	assert_null(strstr(trace(), "\"1234\""));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_wrong_pin_goes_to_the_token_once),
	        cmocka_unit_test(a_callback_is_asked),
	        cmocka_unit_test(a_callback_may_err),
	        cmocka_unit_test(a_callback_may_not_err_forever),
	        cmocka_unit_test(the_same_wrong_pin_is_not_tried_again),
	        cmocka_unit_test(a_callback_may_give_up),
	        cmocka_unit_test(a_callback_is_asked_again_after_a_loss),
	        cmocka_unit_test(a_pin_of_the_uri),
	        cmocka_unit_test(a_pin_of_a_file),
	        cmocka_unit_test(a_file_that_is_no_use),
	        cmocka_unit_test(a_pin_is_needed_and_nowhere),
	        cmocka_unit_test(the_callback_knows_which_key),
	        cmocka_unit_test(the_pin_of_the_session_is_good_for_its_keys),
	        cmocka_unit_test(the_keypad_of_the_token),
	        cmocka_unit_test(the_keypad_that_the_token_has),
	        cmocka_unit_test(users_with_names),
	        cmocka_unit_test(a_changed_pin_is_the_one_for_later),
	        cmocka_unit_test(a_pin_that_became_wrong_is_tried_once),
	        cmocka_unit_test(the_officer_gives_the_user_a_pin),
	        cmocka_unit_test(no_pin_is_in_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
