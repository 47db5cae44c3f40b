/* SPDX-License-Identifier: MIT */
/*
 * Secrets are planted wherever a host or a vendor may hand one over, and looked for in the trace:
 * as they are, as hexadecimal digits however separated, and between escapes.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <ctype.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE   32 /* octets of a secret */
#define WINDOW 5  /* octets in a row that may not be seen */

struct text {
	uint8_t *at;
	size_t size;
};

/* Looking for a secret */

static struct text read_trace(void)
{
	FILE *file = fopen("trace", "r");
	static uint8_t buffer[4 << 20];
	size_t size;

	assert_non_null(file);
	size = fread(buffer, 1, sizeof(buffer), file);
	assert_true(size < sizeof(buffer));
	fclose(file);
	return (struct text){buffer, size};
}

/* Only the hexadecimal digits, in lower case: no separator hides what they spell. */
static struct text digits_of(struct text in)
{
	static uint8_t buffer[4 << 20];
	struct text out = {buffer, 0};

	for (size_t i = 0; i < in.size; i++)
		if (isxdigit(in.at[i]))
			out.at[out.size++] = (uint8_t)tolower(in.at[i]);
	return out;
}

static unsigned digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* What a reader makes of \xNN, \" and \\. */
static struct text unescaped(struct text in)
{
	static uint8_t buffer[4 << 20];
	struct text out = {buffer, 0};

	for (size_t i = 0; i < in.size; i++) {
		uint8_t c = in.at[i];

		if (c == '\\' && i + 3 < in.size && in.at[i + 1] == 'x') {
			c = (uint8_t)(digit(in.at[i + 2]) << 4 | digit(in.at[i + 3]));
			i += 3;
		} else if (c == '\\' && i + 1 < in.size) {
			c = in.at[++i];
		}
		out.at[out.size++] = c;
	}
	return out;
}

static bool holds(struct text text, const void *what, size_t size)
{
	return memmem(text.at, text.size, what, size) != NULL;
}

static void spell(const uint8_t *octets, size_t size, char *digits)
{
	for (size_t i = 0; i < size; i++)
		sprintf(digits + 2 * i, "%02x", octets[i]);
}

/* Whether size octets in a row can be seen anywhere in the trace. */
static bool is_visible(const uint8_t *octets, size_t size)
{
	struct text text = read_trace();
	char digits[2 * SIZE + 1];

	spell(octets, size, digits);
	return holds(text, octets, size) || holds(unescaped(text), octets, size) ||
	       holds(digits_of(text), digits, 2 * size);
}

/* Whether any part of a secret can be seen. */
static bool leaks(const uint8_t secret[SIZE])
{
	for (size_t i = 0; i + WINDOW <= SIZE; i++)
		if (is_visible(secret + i, WINDOW))
			return true;
	return false;
}

/* Planting secrets */

enum { RANDOM, ASCII };
static int kind;
static uint8_t secrets[256][SIZE];
static const char *names[256];
static unsigned planted;

/* A new secret, of which nothing can be guessed. */
static uint8_t *secret_for(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t *secret = secrets[planted];

	assert_true(planted < COUNT(secrets));
	assert_int_equal(getrandom(secret, SIZE, 0), SIZE);
	if (kind == ASCII)
		for (size_t i = 0; i < SIZE; i++)
			secret[i] = (uint8_t)letters[secret[i] % 64];
	names[planted++] = name;
	return secret;
}

static void assert_none_leaks(void)
{
	for (unsigned i = 0; i < planted; i++)
		if (leaks(secrets[i]))
			fail_msg("the secret of %s is in the trace", names[i]);
}

static void assert_all_visible(void)
{
	for (unsigned i = 0; i < planted; i++)
		if (!is_visible(secrets[i], SIZE))
			fail_msg("the secret of %s is not in the trace", names[i]);
}

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
	t.p11->C_SetPIN(t.session, secret_for("C_SetPIN, old"), SIZE,
	        secret_for("C_SetPIN, new"), SIZE);
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
	kind = ASCII;
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
			fail_msg("the secret of %s is%s in the trace", names[i],
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

/* Every parameter that is octets, in and out */

/* The only ones that are public by nature. */
static bool is_public(const char *function, const char *param)
{
	return (strcmp(function, "C_InitToken") == 0 && strcmp(param, "pLabel") == 0) ||
	       (strcmp(function, "C_LoginUser") == 0 && strcmp(param, "pUsername") == 0);
}

static bool is_octets(const struct p11l_member *param)
{
	return param->pointer && param->length != P11L_LENGTH_NONE && param->size == 0 &&
	       param->type.role != P11L_ROLE_TEMPLATE && param->type.role != P11L_ROLE_STRUCT;
}

/* Calls a function with a secret in one parameter, and reports whether it is octets. */
static bool plant_param(unsigned function, unsigned i)
{
	const struct p11l_member *param = &p11l_functions[function].param[i];
	uintptr_t arg[P11L_MAX_PARAMS] = {MOCK_SESSION};
	CK_ULONG length = SIZE;
	char *name;

	if (!is_octets(param))
		return false;
	assert_true(asprintf(&name, "%s %s", p11l_functions[function].name, param->name) > 0);
	arg[i] = (uintptr_t)secret_for(name);
	if (param->length == P11L_LENGTH_MEMBER)
		arg[param->length_ref] = SIZE;
	else if (param->length == P11L_LENGTH_POINTED)
		arg[param->length_ref] = (uintptr_t)&length;
	call_entry(entries(t.p11)[function], arg);
	return true;
}

static void plant_everywhere(const char *options, bool visible)
{
	t = start_traced("@silent", options);
	for (unsigned f = 0; f < P11L_FUNCTIONS; f++) {
		for (unsigned i = 0; i < p11l_functions[f].count; i++) {
			const char *name = p11l_functions[f].param[i].name;
			bool expected = visible || is_public(p11l_functions[f].name, name);

			if (!plant_param(f, i))
				continue;
			if (expected ? !is_visible(secrets[planted - 1], SIZE)
			             : leaks(secrets[planted - 1]))
				fail_msg("%s is%s visible", names[planted - 1],
				        expected ? " not" : "");
		}
	}
	assert_true(planted > 80);
}

CASE(no_parameter_of_any_function_shows_its_octets)
{
	plant_everywhere("", false);
}

CASE(every_parameter_of_octets_can_be_revealed)
{
	plant_everywhere(",reveal=data+keys+pins", true);
}

/* Attributes */

static const char *const secret_attributes[] = {
        "CKA_VALUE", "CKA_PRIVATE_EXPONENT", "CKA_PRIME_1", "CKA_PRIME_2", "CKA_EXPONENT_1",
        "CKA_EXPONENT_2", "CKA_COEFFICIENT", "CKA_SEED", "CKA_X2RATCHET_RK",
        "CKA_X2RATCHET_HKS", "CKA_X2RATCHET_HKR", "CKA_X2RATCHET_NHKS", "CKA_X2RATCHET_NHKR",
        "CKA_X2RATCHET_CKS", "CKA_X2RATCHET_CKR", "CKA_X2RATCHET_DHS", "CKA_X2RATCHET_BAG",
};

static CK_ATTRIBUTE_TYPE attribute_by_name(const char *name)
{
	const struct p11l_space *space = &p11l_spaces[P11L_SPACE_attribute];

	for (unsigned i = 0; i < space->count; i++)
		if (strcmp(space->constant[i].name, name) == 0)
			return space->constant[i].value;
	fail_msg("there is no %s", name);
	return 0;
}

/* Handed in by several functions, and handed back by the vendor. */
static void plant_attribute(CK_ATTRIBUTE_TYPE type, const char *name)
{
	CK_ATTRIBUTE attribute = {type, secret_for(name), SIZE};
	CK_ATTRIBUTE nested = {CKA_WRAP_TEMPLATE, &attribute, sizeof(attribute)};
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_OBJECT_HANDLE object;

	t.p11->C_CreateObject(t.session, &attribute, 1, &object);
	t.p11->C_FindObjectsInit(t.session, &attribute, 1);
	t.p11->C_GenerateKey(t.session, &mechanism, &attribute, 1, &object);
	t.p11->C_CreateObject(t.session, &nested, 1, &object);
	t.p11->C_GetAttributeValue(t.session, MOCK_OBJECT, &attribute, 1);
	t.p11->C_GetAttributeValue(t.session, MOCK_OBJECT, &nested, 1);
}

static void plant_attributes(const char *options)
{
	t = start_traced("@silent", options);
	for (size_t i = 0; i < COUNT(secret_attributes); i++)
		plant_attribute(attribute_by_name(secret_attributes[i]), secret_attributes[i]);
	plant_attribute(CKA_VENDOR_DEFINED + 0x4321, "a vendor's attribute");
	plant_attribute(0x7fffffff, "an attribute that nobody knows");
}

CASE(no_secret_attribute_is_in_the_trace)
{
	plant_attributes("");
	assert_none_leaks();
}

CASE(secret_attributes_can_be_revealed)
{
	plant_attributes(",reveal=keys");
	assert_all_visible();
}

/* A value that is no certificate does not become one by its first octets. */
CASE(value_that_begins_like_a_certificate)
{
	uint8_t value[SIZE + 8] = {0x30, 0x26, 0x30, 0x24, 0xa0, 0x03, 0x02, 0x01};
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
	CK_OBJECT_HANDLE object;

	t = start_traced("@silent", "");
	memcpy(value + 8, secret_for("CKA_VALUE"), SIZE);
	t.p11->C_CreateObject(t.session, &attribute, 1, &object);
	assert_none_leaks();
}

/* Mechanism parameters */

static void derive(CK_MECHANISM_TYPE type, void *parameter, size_t size)
{
	CK_MECHANISM mechanism = {type, parameter, size};
	CK_OBJECT_HANDLE key;

	t.p11->C_DeriveKey(t.session, &mechanism, MOCK_OBJECT, NULL, 0, &key);
	t.p11->C_GenerateKey(t.session, &mechanism, NULL, 0, &key);
	t.p11->C_SignInit(t.session, &mechanism, MOCK_OBJECT);
}

static void plant_passwords(void)
{
	CK_ULONG length = SIZE;
	CK_PBE_PARAMS pbe = {.pPassword = secret_for("PBE password"), .ulPasswordLen = SIZE};
	CK_PKCS5_PBKD2_PARAMS old = {
	        .pPassword = secret_for("PBKD2 password"), .ulPasswordLen = &length};
	CK_PKCS5_PBKD2_PARAMS2 new = {
	        .pPassword = secret_for("PBKD2 password, 2"), .ulPasswordLen = SIZE};
	CK_OTP_PARAM otp = {CK_OTP_PIN, secret_for("OTP PIN"), SIZE};
	CK_OTP_PARAMS otps = {&otp, 1};
	CK_SKIPJACK_PRIVATE_WRAP_PARAMS skipjack = {
	        .pPassword = secret_for("SKIPJACK password"), .ulPasswordLen = SIZE};

	derive(CKM_PBE_SHA1_DES3_EDE_CBC, &pbe, sizeof(pbe));
	derive(CKM_PKCS5_PBKD2, &old, sizeof(old));
	derive(CKM_PKCS5_PBKD2, &new, sizeof(new));
	derive(CKM_SECURID, &otps, sizeof(otps));
	derive(CKM_SKIPJACK_PRIVATE_WRAP, &skipjack, sizeof(skipjack));
}

static void plant_derivations(void)
{
	CK_KEY_DERIVATION_STRING_DATA string = {secret_for("XOR data"), SIZE};
	CK_AES_CBC_ENCRYPT_DATA_PARAMS cbc = {
	        .pData = secret_for("CBC data"), .length = SIZE};
	CK_MECHANISM inner = {CKM_VENDOR_DEFINED, secret_for("nested parameter"), SIZE};
	CK_KIP_PARAMS kip = {&inner, 1, secret_for("KIP seed"), SIZE};
	CK_PRF_DATA_PARAM prf = {CK_SP800_108_BYTE_ARRAY, secret_for("KDF data"), SIZE};
	CK_SP800_108_KDF_PARAMS kdf = {.ulNumberOfDataParams = 1, .pDataParams = &prf};

	derive(CKM_XOR_BASE_AND_DATA, &string, sizeof(string));
	derive(CKM_AES_CBC_ENCRYPT_DATA, &cbc, sizeof(cbc));
	derive(CKM_KIP_DERIVE, &kip, sizeof(kip));
	derive(CKM_SP800_108_COUNTER_KDF, &kdf, sizeof(kdf));
}

static void plant_unknown_parameters(void)
{
	derive(CKM_VENDOR_DEFINED + 5, secret_for("a vendor's parameter"), SIZE);
	derive(CKM_AES_GCM, secret_for("a parameter of the wrong size"), SIZE - 1);
	derive(CKM_ECDSA, secret_for("a parameter where there is none"), SIZE);
}

static void plant_parameters(const char *options)
{
	t = start_traced("@silent", options);
	plant_passwords();
	plant_derivations();
	plant_unknown_parameters();
}

CASE(no_secret_parameter_is_in_the_trace)
{
	plant_parameters("");
	assert_none_leaks();
}

CASE(secret_parameters_can_be_revealed)
{
	plant_parameters(",reveal=data+keys+pins");
	/* Of the parameter of the wrong size one octet less was handed over. */
	for (unsigned i = 0; i < planted; i++)
		if (!is_visible(secrets[i], SIZE - 1))
			fail_msg("the secret of %s is not in the trace", names[i]);
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
	        cmocka_unit_test(no_parameter_of_any_function_shows_its_octets),
	        cmocka_unit_test(every_parameter_of_octets_can_be_revealed),
	        cmocka_unit_test(no_secret_attribute_is_in_the_trace),
	        cmocka_unit_test(secret_attributes_can_be_revealed),
	        cmocka_unit_test(value_that_begins_like_a_certificate),
	        cmocka_unit_test(no_secret_parameter_is_in_the_trace),
	        cmocka_unit_test(secret_parameters_can_be_revealed),
	        cmocka_unit_test(no_secret_that_comes_back_is_in_the_trace),
	        cmocka_unit_test(nothing_of_a_buffer_that_is_too_small_is_shown),
	        cmocka_unit_test(nothing_of_a_buffer_is_shown_when_a_call_fails),
	        cmocka_unit_test(equal_secrets_have_equal_fingerprints),
	        cmocka_unit_test(fingerprints_of_processes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
