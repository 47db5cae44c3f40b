/* SPDX-License-Identifier: MIT */
/* Attribute rules of the configuration: what they may say, in which order they stand, and every
 * mistake with its exact message. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/config_attributes.h"

static struct p11l_config config;
static char error[P11L_ERROR_SIZE];

static bool load(const char *text)
{
	error[0] = '\0';
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	return p11l_config_load(&config, error);
}

static void must_load(const char *text)
{
	if (!load(text))
		fail_msg("%s", error);
}

static void assert_fails(const char *text, const char *message)
{
	assert_false(load(text));
	assert_string_equal(error, message);
	assert_int_equal(config.attributes, 0);
	assert_null(config.attribute);
}

static void assert_row(unsigned i, unsigned uses, CK_ULONG class, CK_ULONG key_type,
        CK_ATTRIBUTE_TYPE type, enum p11l_attribute_verb verb)
{
	const struct p11l_attribute_rule *row = &config.attribute[i];

	assert_true(i < config.attributes);
	assert_int_equal(row->uses, uses);
	assert_int_equal(row->class, class);
	assert_int_equal(row->key_type, key_type);
	assert_int_equal(row->type, type);
	assert_int_equal(row->verb, verb);
}

CASE(sections_name_operation_class_and_key_type)
{
	must_load("[generate]\nCKA_MODIFIABLE = add true\n"
	          "[create CKO_SECRET_KEY]\nCKA_LABEL = drop\n"
	          "[unwrap CKO_PRIVATE_KEY CKK_EC_MONTGOMERY]\nCKA_SIGN = omit\n"
	          "[ any  0x80000001  5 ]\n0x80001234 = force 7\n"
	          "[find]\nCKA_TOKEN = force yes\n"
	          "[generate CKO_PRIVATE_KEY]\nCKA_SENSITIVE = open\n");
	assert_int_equal(config.attributes, 6);
	assert_row(5, P11L_USE_GENERATE, CKO_PRIVATE_KEY, P11L_ANY, CKA_SENSITIVE, P11L_VERB_OPEN);
	assert_row(0, P11L_USE_GENERATE, P11L_ANY, P11L_ANY, CKA_MODIFIABLE, P11L_VERB_ADD);
	assert_row(1, P11L_USE_CREATE, CKO_SECRET_KEY, P11L_ANY, CKA_LABEL, P11L_VERB_DROP);
	assert_row(
	        2, P11L_USE_UNWRAP, CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, CKA_SIGN, P11L_VERB_OMIT);
	assert_row(3, P11L_USE_ANY, 0x80000001, 5, 0x80001234, P11L_VERB_FORCE);
	assert_row(4, P11L_USE_FIND, P11L_ANY, P11L_ANY, CKA_TOKEN, P11L_VERB_FORCE);
	assert_string_equal(config.attribute[2].origin, "lens.conf:6");
	assert_null(config.attribute[1].value);
	p11l_config_free(&config);
	assert_int_equal(config.attributes, 0);
}

/* One row "NAME = add VALUE", and the octets that come of it. */
static void assert_octets(const char *row, const void *octets, CK_ULONG size)
{
	char text[256];

	snprintf(text, sizeof(text), "[create]\n%s\n", row);
	must_load(text);
	assert_int_equal(config.attribute[0].size, size);
	assert_memory_equal(config.attribute[0].value, octets, size);
	p11l_config_free(&config);
}

#define ASSERT_NUMBERS(row, ...) \
	assert_octets(           \
	        row, ((const CK_ULONG[]){__VA_ARGS__}), sizeof((const CK_ULONG[]){__VA_ARGS__}))
#define ASSERT_TEXT(row, text) assert_octets(row, text, sizeof(text) - 1)

CASE(values_follow_the_kind_of_the_attribute)
{
	ASSERT_TEXT("CKA_TOKEN = add true", "\1");
	ASSERT_TEXT("CKA_TOKEN = add CK_FALSE", "\0");
	ASSERT_TEXT("CKA_TOKEN = force no", "\0");
	ASSERT_NUMBERS("CKA_MODULUS_BITS = add 2048", 2048);
	ASSERT_NUMBERS("CKA_VALUE_LEN = add 0x20", 32);
	ASSERT_NUMBERS("CKA_CLASS = add CKO_DATA", CKO_DATA);
	ASSERT_NUMBERS("CKA_KEY_TYPE = force 0x80000012", 0x80000012);
	ASSERT_NUMBERS("CKA_PARAMETER_SET = add CKP_SLH_DSA_SHA2_256F", CKP_SLH_DSA_SHA2_256F);
	ASSERT_NUMBERS("CKA_ALLOWED_MECHANISMS = add CKM_ECDSA+CKM_ECDSA_SHA256+5", CKM_ECDSA,
	        CKM_ECDSA_SHA256, 5);
	ASSERT_NUMBERS("CKA_AUTH_PIN_FLAGS = add CKF_USER_PIN_LOCKED+CKF_USER_PIN_FINAL_TRY",
	        CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY);
	ASSERT_NUMBERS("CKA_HSS_LMS_TYPES = add 5+6", 5, 6);
	ASSERT_TEXT("CKA_LABEL = add  two words", "two words");
	ASSERT_TEXT("CKA_ID = add 0x00ffA0", "\x00\xff\xa0");
	ASSERT_TEXT("CKA_PUBLIC_EXPONENT = add 65537", "\1\0\1");
	ASSERT_TEXT("CKA_PUBLIC_EXPONENT = add 0x00010001", "\0\1\0\1");
	ASSERT_TEXT("CKA_END_DATE = add 2030-12-31", "20301231");
	ASSERT_TEXT("CKA_START_DATE = add 20300101", "20300101");
	ASSERT_TEXT("CKA_EC_PARAMS = add secp256r1", "\6\x08\x2a\x86\x48\xce\x3d\3\1\7");
	ASSERT_TEXT("CKA_EC_PARAMS = add 0x06032b6570", "\6\3\x2b\x65\x70");
	ASSERT_TEXT("0x80001234 = add true", "\1");
	ASSERT_NUMBERS("0x80001234 = add 12", 12);
	ASSERT_TEXT("0x80001234 = add 0x12", "\x12");
	ASSERT_TEXT("0x80001234 = add twelve", "twelve");
}

/* What is wrong with one row below [generate], which is line 2. */
static void assert_row_fails(const char *row, const char *message)
{
	char text[256], whole[P11L_ERROR_SIZE];

	snprintf(text, sizeof(text), "[generate]\n%s\n", row);
	snprintf(whole, sizeof(whole), "lens.conf:2: %.400s", message);
	assert_fails(text, whole);
}

CASE(mistakes_in_rows)
{
	assert_row_fails("CKA_SENSITIV = add true",
	        "unknown attribute \"CKA_SENSITIV\"; expected a name of the standard, such as "
	        "CKA_SENSITIVE, or a number");
	assert_row_fails("CKA_TOKEN = true", "CKA_TOKEN cannot be \"true\"; expected \"add "
	                                     "VALUE\", \"force VALUE\", \"drop\", "
	                                     "\"omit\" or \"open\", on one line");
	assert_row_fails("CKA_TOKEN = add",
	        "CKA_TOKEN cannot be \"add\"; expected \"add VALUE\", \"force VALUE\", \"drop\", "
	        "\"omit\" or \"open\", on one line");
	assert_row_fails("CKA_LABEL = drop it", "CKA_LABEL cannot be \"drop it\"; expected \"add "
	                                        "VALUE\", \"force VALUE\", \"drop\", "
	                                        "\"omit\" or \"open\", on one line");
	assert_row_fails("CKA_TOKEN = add 2",
	        "CKA_TOKEN cannot have the value \"2\"; expected true or false");
	assert_row_fails("CKA_VALUE_LEN = add many",
	        "CKA_VALUE_LEN cannot have the value \"many\"; expected a number");
	assert_row_fails("CKA_KEY_TYPE = add CKO_DATA",
	        "CKA_KEY_TYPE cannot have the value \"CKO_DATA\"; expected a number or a name of "
	        "the standard for it");
	assert_row_fails("CKA_ALLOWED_MECHANISMS = add CKM_ECDSA+",
	        "CKA_ALLOWED_MECHANISMS cannot have the value \"CKM_ECDSA+\"; expected numbers or "
	        "names of the standard, joined by +");
	assert_row_fails("CKA_ID = add 0x123", "CKA_ID cannot have the value \"0x123\"; expected a "
	                                       "text, or octets as 0x and pairs "
	                                       "of hexadecimal digits");
	assert_row_fails("CKA_PUBLIC_EXPONENT = add 0",
	        "CKA_PUBLIC_EXPONENT cannot have the value \"0\"; expected a number that is not 0, "
	        "or its octets as 0x and pairs of hexadecimal digits");
	assert_row_fails("CKA_END_DATE = add 2030-13-01",
	        "CKA_END_DATE cannot have the value \"2030-13-01\"; expected a date such as "
	        "2030-12-31");
	assert_row_fails("CKA_EC_PARAMS = add secp999r1",
	        "CKA_EC_PARAMS cannot have the value \"secp999r1\"; expected the name of a curve "
	        "as "
	        "traces show it, such as secp256r1, or its DER encoding as 0x and pairs of "
	        "hexadecimal digits");
	assert_row_fails("CKA_WRAP_TEMPLATE = add x", "CKA_WRAP_TEMPLATE cannot have the value "
	                                              "\"x\"; expected \"drop\": a template in an "
	                                              "attribute cannot be written here");
}

CASE(mistakes_in_sections)
{
	assert_fails("[generates]\nCKA_TOKEN = add true\n",
	        "lens.conf:2: unknown key \"CKA_TOKEN\" in section [generates]; "
	        "pkcs11-lens.conf(5) lists the keys");
	assert_fails("[generate CKO_KEY]\nCKA_TOKEN = add true\n",
	        "lens.conf:2: unknown object class \"CKO_KEY\" in the name of the section; "
	        "expected a name of the standard or a number");
	assert_fails("[generate CKO_SECRET_KEY AES]\nCKA_TOKEN = add true\n",
	        "lens.conf:2: unknown key type \"AES\" in the name of the section; expected a name "
	        "of the standard or a number");
	assert_fails("[generate CKO_SECRET_KEY CKK_AES more]\nCKA_TOKEN = add true\n",
	        "lens.conf:2: \"more\" is too much in the name of section [generate CKO_SECRET_KEY "
	        "CKK_AES more]; expected an operation, an object class and a key type");
	assert_fails("[generate CKO_DOMAIN_PARAMETERS CKK_SHA512_T_HMAC_AND_MORE]\n"
	             "CKA_TOKEN = add true\n",
	        "lens.conf:2: the name of section [generate CKO_DOMAIN_PARAMETERS "
	        "CKK_SHA512_T_HMAC_...] is longer than 48 characters; write its class and key "
	        "type as numbers");
	assert_fails("[generate]\nCKA_TOKEN = add true\n[generate]\nCKA_TOKEN = drop\n",
	        "lens.conf:4: CKA_TOKEN has a row for the same objects at lens.conf:2; keep one");
	assert_fails("[set]\nCKA_LABEL = add x\n",
	        "lens.conf:2: CKA_LABEL cannot be added to every change of an object; expected "
	        "\"force\", \"drop\" or \"omit\"");
}

/* Nothing that protects a key is taken away behind the application's back. */
CASE(rows_that_weaken_are_refused)
{
	static const char *const rows[] = {"CKA_SENSITIVE = force false", "CKA_SENSITIVE = drop",
	        "CKA_EXTRACTABLE = force true", "CKA_EXTRACTABLE = drop",
	        "CKA_PRIVATE = force false", "CKA_PRIVATE = drop",
	        "CKA_WRAP_WITH_TRUSTED = force false", "CKA_WRAP_WITH_TRUSTED = drop",
	        "CKA_ALWAYS_AUTHENTICATE = force no", "CKA_ALWAYS_AUTHENTICATE = drop",
	        "CKA_MODIFIABLE = force true", "CKA_COPYABLE = drop", "CKA_DESTROYABLE = force yes",
	        "CKA_ALLOWED_MECHANISMS = drop", "CKA_ALLOWED_MECHANISMS = force CKM_ECDSA",
	        "CKA_WRAP_TEMPLATE = drop", "CKA_UNWRAP_TEMPLATE = drop",
	        "CKA_DERIVE_TEMPLATE = drop"};
	char message[P11L_ERROR_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(message, sizeof(message),
		        "%.*s protects objects, and this would take away what an application asked "
		        "for; expected \"add\", or \"force\" with the stronger value",
		        (int)strcspn(rows[i], " "), rows[i]);
		assert_row_fails(rows[i], message);
	}
	must_load("[generate]\nCKA_SENSITIVE = force true\nCKA_EXTRACTABLE = add true\n"
	          "CKA_COPYABLE = omit\nCKA_PRIVATE = add false\n[find]\nCKA_PRIVATE = drop\n");
	assert_int_equal(config.attributes, 5);
	p11l_config_free(&config);
}

CASE(rows_that_fabricate_are_refused)
{
	static const char *const rows[] = {"CKA_LOCAL = add true",
	        "CKA_ALWAYS_SENSITIVE = force true", "CKA_NEVER_EXTRACTABLE = add true",
	        "CKA_KEY_GEN_MECHANISM = add CKM_AES_KEY_GEN", "CKA_UNIQUE_ID = add x",
	        "CKA_TRUSTED = add true", "CKA_VALUE = add 0x00", "CKA_PRIVATE_EXPONENT = add 1"};
	char message[P11L_ERROR_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(message, sizeof(message),
		        "%.*s is not for a configuration to state: it is a key, or what the token "
		        "vouches for",
		        (int)strcspn(rows[i], " "), rows[i]);
		assert_row_fails(rows[i], message);
	}
}

/* What comes later wins, so it stands first; within a file the order stays. */
CASE(rows_of_a_later_file_stand_first)
{
	static const struct {
		const char *name, *origin;
	} rows[] = {{"CKA_ID", "a:1"}, {"CKA_LABEL", "a:2"}, {"CKA_ID", "b:1"},
	        {"CKA_TOKEN", "b:2"}, {"CKA_ID", "b2:1"}};
	static const char *const order[] = {"b2:1", "b:1", "b:2", "a:1", "a:2"};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_true(p11l_config_attribute(
		        &config, "create", rows[i].name, "drop", rows[i].origin, error));
	for (size_t i = 0; i < COUNT(order); i++)
		assert_string_equal(config.attribute[i].origin, order[i]);
	p11l_config_free(&config);
}

CASE(a_copy_has_the_same_rows)
{
	struct p11l_config copy;

	must_load("[generate]\nCKA_LABEL = add x\n[copy]\nCKA_ID = drop\n");
	assert_true(p11l_config_copy(&copy, &config));
	assert_int_equal(copy.attributes, 2);
	assert_ptr_not_equal(copy.attribute[0].value, config.attribute[0].value);
	assert_memory_equal(copy.attribute[0].value, "x", 1);
	assert_string_equal(copy.attribute[1].origin, "lens.conf:4");
	assert_null(copy.attribute[1].value);
	p11l_config_free(&copy);
	p11l_config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sections_name_operation_class_and_key_type),
	        cmocka_unit_test(values_follow_the_kind_of_the_attribute),
	        cmocka_unit_test(mistakes_in_rows),
	        cmocka_unit_test(mistakes_in_sections),
	        cmocka_unit_test(rows_that_weaken_are_refused),
	        cmocka_unit_test(rows_that_fabricate_are_refused),
	        cmocka_unit_test(rows_of_a_later_file_stand_first),
	        cmocka_unit_test(a_copy_has_the_same_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
