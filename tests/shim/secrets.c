/* SPDX-License-Identifier: MIT */
/*
 * The secrets that every tracer before this one has shown, and what is shown in their place.
 */
#define _GNU_SOURCE
#include "harness.h"
#include "leaks.h"

#include <sys/wait.h>
#include <unistd.h>

#define SIZE SECRET_SIZE

static struct traced t;

/* The eleven that every tracer before this one has shown, or some of them. */

static void plant_pins(void)
{
	uint8_t label[32];

	memset(label, ' ', sizeof(label));
	t.p11->C_Login(t.session, CKU_USER, secret_for("C_Login"), SIZE);
	t.p11->C_LoginUser(
	        t.session, CKU_USER, secret_for("C_LoginUser"), SIZE, (CK_UTF8CHAR *)label, 4);
	t.p11->C_InitPIN(t.session, secret_for("C_InitPIN"), SIZE);
	t.p11->C_SetPIN(
	        t.session, secret_for("C_SetPIN, old"), SIZE, secret_for("C_SetPIN, new"), SIZE);
	t.p11->C_InitToken(MOCK_SLOT, secret_for("C_InitToken"), SIZE, label);
}

static void plant_keys(void)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_OBJECT_HANDLE key;
	CK_ATTRIBUTE template[] = {
	        {CKA_CLASS, &class, sizeof(class)},
	        {CKA_VALUE, secret_for("CKA_VALUE"), SIZE},
	        {CKA_PRIVATE_EXPONENT, secret_for("CKA_PRIVATE_EXPONENT"), SIZE},
	};

	t.p11->C_CreateObject(t.session, template, COUNT(template), &key);
}

static void plant_data(void)
{
	CK_MECHANISM wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_KEY_DERIVATION_STRING_DATA data = {secret_for("derivation data"), SIZE};
	CK_MECHANISM derive = {CKM_CONCATENATE_BASE_AND_DATA, &data, sizeof(data)};
	CK_OBJECT_HANDLE key;
	uint8_t out[64];
	CK_ULONG length = sizeof(out);

	t.p11->C_Encrypt(t.session, secret_for("plaintext"), SIZE, out, &length);
	t.p11->C_SeedRandom(t.session, secret_for("seed"), SIZE);
	t.p11->C_UnwrapKey(
	        t.session, &wrap, MOCK_OBJECT, secret_for("wrapped"), SIZE, NULL, 0, &key);
	t.p11->C_DeriveKey(t.session, &derive, MOCK_OBJECT, NULL, 0, &key);
}

static void plant_eleven(const char *options)
{
	t = start_traced("", options);
	plant_pins();
	plant_keys();
	plant_data();
	assert_int_equal(planted, 6 + 2 + 4);
}

CASE(no_random_secret_is_in_the_trace)
{
	plant_eleven("");
	assert_none_leaks();
}

CASE(no_ascii_secret_is_in_the_trace)
{
	secrets_are_ascii = true;
	plant_eleven("");
	assert_none_leaks();
}

CASE(no_secret_is_in_a_trace_of_all_that_can_be_asked_for)
{
	plant_eleven(",entry=yes,bytes=1024");
	assert_none_leaks();
}

CASE(all_secrets_are_in_the_trace_that_reveals_them)
{
	plant_eleven(",reveal=data+keys+pins");
	assert_all_visible();
}

/* Each word of "reveal" shows its own kind and no other. */
static void assert_reveal(const char *options, const char *shown)
{
	plant_eleven(options);
	for (unsigned i = 0; i < planted; i++) {
		/* p: PINs; k: keys, and what is wrapped or derived from; d: data */
		char letter = i < 6 ? 'p' : i < 9 || i == 11 ? 'k' : 'd';
		bool visible = is_visible(secrets[i], SIZE);

		if (visible != (strchr(shown, letter) != NULL))
			fail_msg("the secret of %s is%s in the trace", secret_name(i),
			        visible ? "" : " not");
	}
}

CASE(reveal_pins)
{
	assert_reveal(",reveal=pins", "p");
}

CASE(reveal_keys)
{
	assert_reveal(",reveal=keys", "k");
}

CASE(reveal_data)
{
	assert_reveal(",reveal=data", "d");
}

/* What a vendor gives back */

static CK_RV give_secret(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	static uint8_t value[SIZE];

	if (function == P11L_C_AsyncComplete) {
		CK_ASYNC_DATA *result = (CK_ASYNC_DATA *)arg[2];

		memcpy(value, secret_for("C_AsyncComplete"), SIZE);
		result->pValue = value;
		result->ulValue = SIZE;
	} else if (function == P11L_C_WrapKey) {
		memcpy((void *)arg[4], secret_for("C_WrapKey"), SIZE);
		*(CK_ULONG *)arg[5] = SIZE;
	} else if (function == P11L_C_Decrypt) {
		memcpy((void *)arg[3], secret_for("C_Decrypt"), SIZE);
		*(CK_ULONG *)arg[4] = SIZE;
	}
	return rv;
}

CASE(no_secret_that_comes_back_is_in_the_trace)
{
	CK_UTF8CHAR name[] = "C_Decrypt";
	CK_MECHANISM wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_ASYNC_DATA result;
	uint8_t out[64];
	CK_ULONG length = sizeof(out);

	t = start_traced("@silent", "");
	vendor()->hook = give_secret;
	t.p11->C_WrapKey(t.session, &wrap, 1, 2, out, &length);
	length = sizeof(out);
	t.p11->C_Decrypt(t.session, NULL, 0, out, &length);
	t.p11->C_AsyncComplete(t.session, name, &result);
	assert_int_equal(planted, 3);
	assert_int_equal(occurrences(trace(), "<32 bytes #"), 3);
	assert_none_leaks();
}

/* Buffers that the vendor has not filled hold what was there before. */
CASE(nothing_of_a_buffer_that_is_too_small_is_shown)
{
	CK_ULONG length = SIZE;

	t = start_traced("return C_Sign CKR_BUFFER_TOO_SMALL\n", ",reveal=data+keys+pins");
	t.p11->C_Sign(t.session, NULL, 0, secret_for("an old buffer"), &length);
	assert_none_leaks();
}

CASE(nothing_of_a_buffer_is_shown_when_a_call_fails)
{
	CK_ULONG length = SIZE;

	t = start_traced("return C_Sign CKR_DEVICE_ERROR\n"
	                 "return C_GenerateRandom CKR_DEVICE_ERROR\n",
	        ",reveal=data+keys+pins");
	t.p11->C_Sign(t.session, NULL, 0, secret_for("an old buffer"), &length);
	t.p11->C_GenerateRandom(t.session, secret_for("old random data"), SIZE);
	assert_none_leaks();
}

/* Fingerprints */

/* The digits after "pPin=<N bytes #" in the line with this number, from 0. */
static const char *fingerprint(const char *file, unsigned number)
{
	const char *at = contents(file);
	static char print[4][9];
	static unsigned next;
	char *to = print[next++ % 4];

	for (unsigned i = 0; at != NULL && i <= number; i++)
		at = strstr(at + 1, "pPin=<");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "pPin=<%*u bytes #%8[0-9a-f]>", to), 1);
	assert_int_equal(strlen(to), 8);
	return to;
}

static void log_in(const char *pin)
{
	t.p11->C_Login(t.session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin));
}

CASE(equal_secrets_have_equal_fingerprints)
{
	t = start_traced("", "");
	log_in("1234");
	log_in("12345678");
	log_in("1234");
	log_in("1235");
	assert_string_equal(fingerprint("trace", 0), fingerprint("trace", 2));
	assert_string_not_equal(fingerprint("trace", 0), fingerprint("trace", 1));
	assert_string_not_equal(fingerprint("trace", 0), fingerprint("trace", 3));
}

static void log_in_elsewhere(const char *name)
{
	char value[32];
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		use_vendor("mock.so", "");
		snprintf(value, sizeof(value), "text:%s", name);
		setenv("PKCS11_LENS_TRACE", value, 1);
		load_lens();
		t.p11 = interface_table(3, 2);
		t.session = open_session(t.p11);
		log_in("1234");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

CASE(fingerprints_of_processes_differ)
{
	log_in_elsewhere("first");
	log_in_elsewhere("second");
	assert_string_not_equal(fingerprint("first", 0), fingerprint("second", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_random_secret_is_in_the_trace),
	        cmocka_unit_test(no_ascii_secret_is_in_the_trace),
	        cmocka_unit_test(no_secret_is_in_a_trace_of_all_that_can_be_asked_for),
	        cmocka_unit_test(all_secrets_are_in_the_trace_that_reveals_them),
	        cmocka_unit_test(reveal_pins),
	        cmocka_unit_test(reveal_keys),
	        cmocka_unit_test(reveal_data),
	        cmocka_unit_test(no_secret_that_comes_back_is_in_the_trace),
	        cmocka_unit_test(nothing_of_a_buffer_that_is_too_small_is_shown),
	        cmocka_unit_test(nothing_of_a_buffer_is_shown_when_a_call_fails),
	        cmocka_unit_test(equal_secrets_have_equal_fingerprints),
	        cmocka_unit_test(fingerprints_of_processes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
