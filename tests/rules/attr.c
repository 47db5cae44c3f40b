/* SPDX-License-Identifier: MIT */
/* Family ATTR: attribute rules of the configuration, on what they are for. */
#include "rules.h"

static CK_BYTE mine[] = "mine", one[] = "1";
static CK_ULONG length = 16;
static CK_MECHANISM aes_key_gen = {CKM_AES_KEY_GEN, NULL, 0};

static CK_RV generate(struct subject *s, CK_ATTRIBUTE more, CK_OBJECT_HANDLE *key)
{
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, length), more};

	return s->p11->C_GenerateKey(s->session, &aes_key_gen, template, 2, key);
}

static CK_OBJECT_HANDLE minimal(struct subject *s)
{
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_VALUE_LEN, length)};
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(
	        s->p11->C_GenerateKey(s->session, &aes_key_gen, template, 1, &key), CKR_OK);
	return key;
}

static bool is(struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, int value)
{
	struct octets octets = read_attribute(s, object, type);

	return octets.size == 1 && octets.at[0] == value;
}

static bool label_is(struct subject *s, CK_OBJECT_HANDLE object, const char *label)
{
	struct octets value = read_attribute(s, object, CKA_LABEL);

	return value.size == strlen(label) && memcmp(value.at, label, value.size) == 0;
}

/* Added where nothing was said, and only there; only for this operation, class and key type. */
static bool defaults_are_added(struct subject *s)
{
	CK_OBJECT_HANDLE given = 0;
	struct key_pair pair = ec_pair(s, "secp256r1");

	assert_int_equal(generate(s, (CK_ATTRIBUTE){CKA_LABEL, mine, 4}, &given), CKR_OK);
	assert_true(label_is(s, given, "mine"));
	assert_true(label_is(s, pair.public, ""));
	return label_is(s, minimal(s), "theirs");
}

CASE(add)
{
	const struct setting setting = {.rule = "ATTR-1",
	        .config = "[generate CKO_SECRET_KEY CKK_AES]\nCKA_LABEL = add theirs\n"
	                  "[create]\nCKA_LABEL = add not this\n",
	        .native = true};

	check_rule(&setting, defaults_are_added);
}

/* The first row that fits: the order counts, not how much a section says. */
static bool first_row_decides(struct subject *s)
{
	return label_is(s, minimal(s), "first");
}

CASE(the_first_row_decides)
{
	const struct setting setting = {.rule = "ATTR-1",
	        .config = "[any]\nCKA_LABEL = add first\n"
	                  "[generate CKO_SECRET_KEY CKK_AES]\nCKA_LABEL = add second\n",
	        .native = true};

	check_rule(&setting, first_row_decides);
}

static bool values_are_forced(struct subject *s)
{
	CK_OBJECT_HANDLE key = 0, copy = 0;
	CK_ATTRIBUTE more = {CKA_LABEL, mine, 4};

	assert_int_equal(generate(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_SENSITIVE, no), &key), CKR_OK);
	assert_int_equal(s->p11->C_CopyObject(s->session, key, &more, 1, &copy), CKR_OK);
	return is(s, key, CKA_SENSITIVE, 1) && is(s, minimal(s), CKA_SENSITIVE, 1) &&
	       label_is(s, copy, "copied");
}

CASE(force)
{
	const struct setting setting = {.rule = "ATTR-1",
	        .config = "[generate]\nCKA_SENSITIVE = force true\n"
	                  "[copy CKO_SECRET_KEY CKK_AES]\nCKA_LABEL = force copied\n",
	        .native = true};

	check_rule(&setting, values_are_forced);
}

/* What the vendor does not take is left out: always, or when it asks for nothing. */
static bool attributes_are_left_out(struct subject *s)
{
	CK_OBJECT_HANDLE key = 0;
	CK_ATTRIBUTE label = {CKA_LABEL, mine, 4};

	return generate(s, label, &key) == CKR_OK && label_is(s, key, "") &&
	       generate(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_WRAP, no), &key) == CKR_OK &&
	       generate(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_WRAP, yes), &key) ==
	               CKR_ATTRIBUTE_TYPE_INVALID &&
	       s->p11->C_SetAttributeValue(s->session, minimal(s), &label, 1) == CKR_OK;
}

CASE(drop_and_omit)
{
	const struct setting setting = {.rule = "ATTR-1",
	        .twist = "refuse-attribute CKA_LABEL,refuse-attribute CKA_WRAP",
	        .config = "[any]\nCKA_LABEL = drop\nCKA_WRAP = omit\n"
	                  "[set CKO_SECRET_KEY]\nCKA_LABEL = drop\n",
	        .native = true};

	check_rule(&setting, attributes_are_left_out);
}

/* A default of level portable that the vendor's own takes the place of. */
static bool default_is_the_vendors(struct subject *s)
{
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(generate(s, (CK_ATTRIBUTE)ATTRIBUTE(CKA_TOKEN, yes), &key), CKR_OK);
	return is(s, key, CKA_SENSITIVE, 0) && is(s, key, CKA_WRAP, 1) && is(s, key, CKA_UNWRAP, 0);
}

CASE(open)
{
	const struct setting setting = {.rule = "ATTR-1",
	        .level = "portable",
	        .config = "[generate CKO_SECRET_KEY CKK_AES]\nCKA_SENSITIVE = open\n"
	                  "CKA_WRAP = open\n"};

	assert_true(with_lens(&setting, default_is_the_vendors));
	assert_int_equal(notes("ATTR-1"), 0);
}

/* A search asks for more; a change asks for nothing that it did not ask for. */
static bool searches_are_narrowed(struct subject *s)
{
	CK_OBJECT_HANDLE key = minimal(s), other = minimal(s), found[4];
	CK_ATTRIBUTE label = {CKA_LABEL, mine, 4}, id = {CKA_ID, one, 1};
	CK_ULONG class = CKO_SECRET_KEY, count = 0;
	CK_ATTRIBUTE search = ATTRIBUTE(CKA_CLASS, class);

	assert_int_equal(s->p11->C_SetAttributeValue(s->session, other, &id, 1), CKR_OK);
	assert_int_equal(s->p11->C_SetAttributeValue(s->session, key, &label, 1), CKR_OK);
	assert_int_equal(s->p11->C_SetAttributeValue(s->session, key, &id, 1), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, &search, 1), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, found, 4, &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return label_is(s, key, "set") && count == 1 && found[0] == key;
}

CASE(find_and_set)
{
	const struct setting setting = {.rule = "ATTR-1",
	        .config = "[find CKO_SECRET_KEY]\nCKA_LABEL = add set\n"
	                  "[set]\nCKA_LABEL = force set\nCKA_ID = omit\n",
	        .native = true};

	check_rule(&setting, searches_are_narrowed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(add),
	        cmocka_unit_test(the_first_row_decides),
	        cmocka_unit_test(force),
	        cmocka_unit_test(drop_and_omit),
	        cmocka_unit_test(open),
	        cmocka_unit_test(find_and_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
