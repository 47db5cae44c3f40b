/* SPDX-License-Identifier: MIT */
/*
 * What the record says of failures that people have: which function failed, on what, and what to
 * do. And that every return code has a meaning.
 */
#include "highlevel.h"

static const CK_BYTE iv[16];

/* The record must hold this; NULL where it does not matter. */
static void record(CK_RV rv, const char *function, const char *subject, const char *hint, int line)
{
	const struct p11l_error *error = p11l_last_error();

	if (error->rv != rv || strcmp(error->name, p11l_rv_name(rv)) != 0 ||
	        (function != NULL && strcmp(error->function, function) != 0) ||
	        (subject != NULL && strstr(error->text, subject) == NULL) ||
	        (hint != NULL && strstr(error->text, hint) == NULL))
		fail_msg("line %d: 0x%lx %s in \"%s\": %s", line, error->rv, error->name,
		        error->function, error->text);
	assert_int_equal(error->kind, p11l_rv_kind(rv));
	assert_true(strncmp(error->api, "p11l_", 5) == 0);
	if (function != NULL && function[0] != '\0') {
		assert_int_equal(error->origin, P11L_ORIGIN_VENDOR);
		assert_true(error->hint[0] != '\0');
		assert_true(error->module[0] != '\0');
	}
}
#define SAYS(rv, call, function, subject, hint)                        \
	do {                                                           \
		FAILS(rv, call);                                       \
		record((rv), (function), (subject), (hint), __LINE__); \
	} while (0)

CASE(tokens_and_logins)
{
	struct p11l_module *module = begin(NULL), *none = NULL;
	struct p11l_session *session = NULL;

	SAYS(P11L_CKR_NO_TOKEN, p11l_open(module, P11L_OPEN(.token = "tokem"), &session), "",
	        "tokem", "token 1");
	assert_null(session);
	SAYS(CKR_PIN_INCORRECT,
	        p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = "9999"), &session), "C_Login",
	        TOKEN, "check the PIN");
	SAYS(P11L_CKR_BAD_URI, p11l_open(module, P11L_OPEN(.uri = "pkcs11:token=%zz"), &session),
	        "", NULL, "octet 13");
	SAYS(P11L_CKR_NO_MODULE, p11l_load("/nowhere/vendor.so", &none), "", "/nowhere/vendor.so",
	        NULL);
	assert_null(none);
	p11l_module_free(module);
}

CASE(objects)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *another, *found = NULL;
	struct p11l_buffer value = {0};
	CK_BYTE four[4] = {1};

	OK(p11l_generate_key(session, CKK_AES, 256, P11L_KEY(.label = "one"), &key));
	SAYS(P11L_CKR_NO_OBJECT, p11l_get_key(session, P11L_SELECT(.label = "two"), &found), "",
	        "two", NULL);
	OK(p11l_generate_key(session, CKK_AES, 256, P11L_KEY(.label = "one"), &another));
	SAYS(P11L_CKR_MANY_OBJECTS, p11l_get_key(session, P11L_SELECT(.label = "one"), &found), "",
	        "one", NULL);
	SAYS(CKR_ATTRIBUTE_SENSITIVE, p11l_get_attribute(key, CKA_VALUE, &value),
	        "C_GetAttributeValue", "CKA_VALUE", "CKA_SENSITIVE");
	assert_int_equal(p11l_last_error()->attribute, CKA_VALUE);
	SAYS(CKR_ATTRIBUTE_VALUE_INVALID, p11l_set_attribute(key, CKA_SIGN, four, sizeof(four)), "",
	        "CKA_SIGN", NULL);
	OK(p11l_destroy_object(another));
	SAYS(P11L_CKR_DEAD, p11l_destroy_object(another), "", NULL, NULL);
	p11l_object_free(another);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(operations)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_mechanism mechanism = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_object *key, *signing, *public_key, *private_key;
	struct p11l_buffer out = {0};
	CK_BYTE data[300] = {0};

	OK(p11l_generate_key(session, CKK_AES, 256, P11L_KEY(.label = "one"), &key));
	OK(p11l_generate_key(session, CKK_AES, 256, P11L_KEY(.capabilities = CKF_SIGN), &signing));
	OK(p11l_generate_keypair(
	        session, CKK_RSA, 2048, P11L_KEY(.label = "pair"), &public_key, &private_key));
	p11l_sign(key, &mechanism, data, 10, &out);
	record(p11l_last_error()->rv, NULL, "\"one\", CKM_SHA256_RSA_PKCS", NULL, __LINE__);
	assert_int_equal(p11l_last_error()->mechanism, CKM_SHA256_RSA_PKCS);
	mechanism = p11l_plain(CKM_CAMELLIA_CBC);
	SAYS(CKR_MECHANISM_INVALID, p11l_encrypt(key, &mechanism, data, 16, &out), "C_EncryptInit",
	        "CKM_CAMELLIA_CBC", "p11l_get_mechanisms");
	p11l_encrypt(key, NULL, data, 16, &out); /* the usual one wants an IV */
	assert_true(strstr(p11l_error_text(), "initialisation vector") != NULL);
	mechanism = p11l_iv(CKM_AES_CBC, iv, sizeof(iv));
	p11l_encrypt(key, &mechanism, data, 15, &out);
	record(p11l_last_error()->rv, "C_Encrypt", "CKM_AES_CBC", NULL, __LINE__);
	mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	p11l_encrypt(signing, &mechanism, data, 15, &out);
	record(CKR_KEY_FUNCTION_NOT_PERMITTED, "C_EncryptInit", NULL, "capabilities", __LINE__);
	SAYS(CKR_KEY_UNEXTRACTABLE, p11l_wrap(key, NULL, signing, &out), "C_WrapKey", NULL,
	        "CKA_EXTRACTABLE");
	SAYS(CKR_SIGNATURE_INVALID, p11l_verify(public_key, NULL, data, 10, data, 256), "C_Verify",
	        "\"pair\", CKM_SHA512_RSA_PKCS", "signed with");
	SAYS(CKR_SIGNATURE_LEN_RANGE, p11l_verify(public_key, NULL, data, 10, data, 20), "C_Verify",
	        NULL, "");
	mechanism = p11l_plain(CKM_RSA_PKCS);
	p11l_encrypt(public_key, &mechanism, data, sizeof(data), &out);
	record(p11l_last_error()->rv, NULL, NULL, NULL, __LINE__);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	p11l_object_free(signing);
	p11l_object_free(key);
	p11l_buffer_free(&out);
	p11l_close(session);
}

CASE(policies)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_session *session;
	struct p11l_object *key = NULL;
	struct p11l_objects *objects = NULL;

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN, .read_only = CK_TRUE),
	        &session));
	SAYS(CKR_SESSION_READ_ONLY,
	        p11l_generate_key(session, CKK_AES, 256, P11L_KEY(.store = CK_TRUE), &key),
	        "C_GenerateKey", "CKM_AES_KEY_GEN", "read_only");
	assert_null(key);
	p11l_generate_key(session, CKK_AES, 100, NULL, &key);
	record(p11l_last_error()->rv, NULL, NULL, NULL, __LINE__);
	SAYS(P11L_CKR_MALFORMED, p11l_import(session, "\x30\x05\x02\x01", 4, NULL, &objects), NULL,
	        "octet", NULL);
	p11l_close(session);
	p11l_module_free(module);
}

CASE(trace_numbers)
{
	struct p11l_session *session = begin_session(&(struct world){.trace = ""});
	struct p11l_mechanism mechanism = p11l_plain(CKM_CAMELLIA_CBC);
	struct p11l_object *key;
	struct p11l_buffer out = {0};
	char number[40];

	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	FAILS(CKR_MECHANISM_INVALID, p11l_encrypt(key, &mechanism, "", 0, &out));
	assert_true(p11l_last_error()->trace > 0);
	snprintf(number, sizeof(number), " #%lu ", p11l_last_error()->trace);
	if (strstr(contents("trace"), number) == NULL)
		fail_msg("no%sin %s", number, trace_line("C_EncryptInit"));
	assert_non_null(strstr(contents("trace"), "[high-level] C_EncryptInit"));
	p11l_buffer_free(&out);
	p11l_object_free(key);
	p11l_close(session);
}

/* A function that cannot fail leaves the record of the one before; one that works empties it. */
CASE(lifetime)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = NULL;
	CK_BYTE octets[4];

	FAILS(P11L_CKR_NO_OBJECT, p11l_get_key(session, P11L_SELECT(.label = "two"), &key));
	p11l_object_free(key);
	assert_int_equal(p11l_last_error()->rv, P11L_CKR_NO_OBJECT);
	OK(p11l_random(session, octets, sizeof(octets)));
	assert_int_equal(p11l_last_error()->rv, CKR_OK);
	assert_string_equal(p11l_error_text(), "");
	p11l_close(session);
}

CASE(meanings)
{
	const struct p11l_space *space = &p11l_spaces[P11L_SPACE_rv];
	CK_ULONG value;

	prepare(NULL);
	for (unsigned i = 0; i < space->count; i++) {
		CK_RV rv = space->constant[i].value;

		assert_string_equal(p11l_rv_name(rv), space->constant[i].name);
		if (strstr(p11l_rv_text(rv), "standard does not know") != NULL)
			fail_msg("%s has no meaning", p11l_rv_name(rv));
		assert_true(rv == CKR_OK || p11l_rv_kind(rv) != P11L_KIND_NONE);
	}
	for (CK_RV rv = P11L_CKR_MALFORMED; rv <= P11L_CKR_NOT_HERE; rv++)
		assert_true(strncmp(p11l_rv_name(rv), "P11L_CKR_", 9) == 0);
	assert_null(p11l_rv_name(0x12345));
	assert_string_equal(p11l_constant_name("CKM_", CKM_ECDSA), "CKM_ECDSA");
	assert_null(p11l_constant_name("CKX_", 0));
	OK(p11l_constant("CKA_EC_POINT", &value));
	assert_int_equal(value, CKA_EC_POINT);
	FAILS(CKR_ARGUMENTS_BAD, p11l_constant("CKA_NO_SUCH", &value));
	assert_says("CKA_NO_SUCH");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(tokens_and_logins),
	        cmocka_unit_test(objects),
	        cmocka_unit_test(operations),
	        cmocka_unit_test(policies),
	        cmocka_unit_test(trace_numbers),
	        cmocka_unit_test(lifetime),
	        cmocka_unit_test(meanings),
	};

	return cmocka_run_group_tests_name("highlevel/errors", tests, NULL, NULL);
}
