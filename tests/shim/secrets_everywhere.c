/* SPDX-License-Identifier: MIT */
/* A secret in every parameter of octets, every secret attribute, every secret parameter field. */
#define _GNU_SOURCE
#include "harness.h"
#include "leaks.h"

#define SIZE SECRET_SIZE

static struct traced t;

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
				fail_msg("%s is%s visible", secret_name(planted - 1),
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
        "CKA_VALUE",
        "CKA_PRIVATE_EXPONENT",
        "CKA_PRIME_1",
        "CKA_PRIME_2",
        "CKA_EXPONENT_1",
        "CKA_EXPONENT_2",
        "CKA_COEFFICIENT",
        "CKA_SEED",
        "CKA_X2RATCHET_RK",
        "CKA_X2RATCHET_HKS",
        "CKA_X2RATCHET_HKR",
        "CKA_X2RATCHET_NHKS",
        "CKA_X2RATCHET_NHKR",
        "CKA_X2RATCHET_CKS",
        "CKA_X2RATCHET_CKR",
        "CKA_X2RATCHET_DHS",
        "CKA_X2RATCHET_BAG",
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
	CK_AES_CBC_ENCRYPT_DATA_PARAMS cbc = {.pData = secret_for("CBC data"), .length = SIZE};
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
			fail_msg("the secret of %s is not in the trace", secret_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_parameter_of_any_function_shows_its_octets),
	        cmocka_unit_test(every_parameter_of_octets_can_be_revealed),
	        cmocka_unit_test(no_secret_attribute_is_in_the_trace),
	        cmocka_unit_test(secret_attributes_can_be_revealed),
	        cmocka_unit_test(value_that_begins_like_a_certificate),
	        cmocka_unit_test(no_secret_parameter_is_in_the_trace),
	        cmocka_unit_test(secret_parameters_can_be_revealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
