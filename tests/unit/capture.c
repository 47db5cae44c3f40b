/* SPDX-License-Identifier: MIT */
/* What a record holds of a call: each role, in and out, revealed and hidden. */
#include "harness.h"

#include "items_text.h"
#include "logging/record/capture.h"
#include "shim/config.h"

static uint8_t record[16 * 1024];
static struct items_text found;

static struct p11l_capture fresh(unsigned reveal)
{
	return (struct p11l_capture){
	        .writer = {record, record + sizeof(record), false},
	        .reveal = reveal,
	        .shown = 8,
	        .depth = P11L_CAPTURE_DEPTH,
	        .message = CKM_VENDOR_DEFINED,
	};
}

static const char *items_of(const struct p11l_capture *c)
{
	struct p11l_reader r = {record, c->writer.at};

	found = (struct items_text){.size = 0};
	while (r.at < r.end) {
		if (found.size > 0)
			items_say(&found, " ");
		items_one(&found, &r);
	}
	return found.text;
}

static const char *inputs(unsigned function, const uintptr_t *arg, unsigned reveal)
{
	struct p11l_capture c = fresh(reveal);

	p11l_capture_inputs(&c, &p11l_functions[function], arg);
	return items_of(&c);
}

static const char *outputs(unsigned function, const uintptr_t *arg, bool sizes_only)
{
	struct p11l_capture c = fresh(0);

	c.sizes_only = sizes_only;
	p11l_capture_outputs(&c, &p11l_functions[function], arg);
	return items_of(&c);
}

#define ARG(...) ((const uintptr_t[]){__VA_ARGS__})

static CK_BYTE data[] = "0123456789abcdef";

static void numbers_and_addresses(void **state)
{
	(void)state;
	assert_string_equal(
	        inputs(P11L_C_OpenSession, ARG(17, 6, 0xabc, 0, 0), 0), "17 6 @abc null");
	assert_string_equal(inputs(P11L_C_GetSlotList, ARG(0x101, 0, 0), 0), "1 none");
	assert_string_equal(inputs(P11L_C_Finalize, ARG(0), 0), "null");
}

static void lengths_by_value_stand_with_what_they_measure(void **state)
{
	(void)state;
	assert_string_equal(
	        inputs(P11L_C_SeedRandom, ARG(5, (uintptr_t)data, 16), 0), "5 <16 data>");
	assert_string_equal(
	        inputs(P11L_C_SeedRandom, ARG(5, (uintptr_t)data, 16), P11L_REVEAL_DATA),
	        "5 16:3031323334353637..");
	assert_string_equal(inputs(P11L_C_SeedRandom, ARG(5, (uintptr_t)data, 3), P11L_REVEAL_DATA),
	        "5 3:303132");
	assert_string_equal(inputs(P11L_C_SeedRandom, ARG(5, 0, 3), 0), "5 [3]");
	assert_string_equal(inputs(P11L_C_SeedRandom, ARG(5, 0, 0), 0), "5 null");
	assert_string_equal(inputs(P11L_C_SeedRandom, ARG(5, 0x1000, 3), 0), "5 bad");
	assert_string_equal(
	        inputs(P11L_C_SeedRandom, ARG(5, 0x1000, 3), P11L_REVEAL_DATA), "5 bad");
}

static void each_kind_of_secret_has_its_word(void **state)
{
	const uintptr_t pins[] = {5, (uintptr_t)data, 4, (uintptr_t)data, 5};
	const uintptr_t key[] = {5, (uintptr_t)data, 4, 0, 0};

	(void)state;
	assert_string_equal(inputs(P11L_C_SetPIN, pins, 0), "5 <4 pin> <5 pin>");
	assert_string_equal(inputs(P11L_C_SetPIN, pins, P11L_REVEAL_DATA | P11L_REVEAL_KEYS),
	        "5 <4 pin> <5 pin>");
	assert_string_equal(
	        inputs(P11L_C_SetPIN, pins, P11L_REVEAL_PINS), "5 4:30313233 5:3031323334");
	assert_string_equal(
	        inputs(P11L_C_SetOperationState, key, P11L_REVEAL_DATA | P11L_REVEAL_PINS),
	        "5 <4 key> 0 0");
	assert_string_equal(
	        inputs(P11L_C_SetOperationState, key, P11L_REVEAL_KEYS), "5 4:30313233 0 0");
}

/* Text and strings are public; a string is read as far as it is shown. */
static void text_and_strings(void **state)
{
	char label[33] = "label", *end = (char *)before_guard(3);

	(void)state;
	assert_string_equal(inputs(P11L_C_InitToken, ARG(1, 0, 0, (uintptr_t)label), 0),
	        "1 null 32:6c6162656c000000..");
	memcpy(end, "abc", 3);
	assert_string_equal(
	        inputs(P11L_C_AsyncGetID, ARG(1, (uintptr_t) "C_S", 0), 0), "1 3:435f53");
	assert_string_equal(inputs(P11L_C_AsyncGetID, ARG(1, (uintptr_t)end, 0), 0), "1 bad");
	assert_string_equal(inputs(P11L_C_AsyncGetID, ARG(1, 0, 0), 0), "1 null");
}

/* Buffers */

static void output_with_its_length(void **state)
{
	CK_ULONG length = 4;
	const uintptr_t arg[] = {5, 0, 0, (uintptr_t)data, (uintptr_t)&length};
	const uintptr_t query[] = {5, 0, 0, 0, (uintptr_t)&length};
	const uintptr_t wild[] = {5, 0, 0, (uintptr_t)data, 0x1000};

	(void)state;
	assert_string_equal(inputs(P11L_C_Sign, arg, 0), "5 null 4");
	assert_string_equal(outputs(P11L_C_Sign, arg, false), "<4 data> 4");
	assert_string_equal(outputs(P11L_C_Sign, arg, true), "[4] 4");
	assert_string_equal(inputs(P11L_C_Sign, query, 0), "5 null none");
	assert_string_equal(outputs(P11L_C_Sign, query, false), "[4] 4");
	assert_string_equal(inputs(P11L_C_Sign, wild, 0), "5 null bad");
	assert_string_equal(outputs(P11L_C_Sign, wild, false), "<0 data> bad");
}

static void lists_of_numbers(void **state)
{
	CK_MECHANISM_TYPE types[70] = {1, 2, 3};
	CK_ULONG count = 3;
	const uintptr_t arg[] = {5, (uintptr_t)types, (uintptr_t)&count};

	(void)state;
	assert_string_equal(outputs(P11L_C_GetMechanismList, arg, false), "(1 2 3) 3");
	assert_string_equal(outputs(P11L_C_GetMechanismList, arg, true), "[3] 3");
	count = 0;
	assert_string_equal(outputs(P11L_C_GetMechanismList, arg, false), "() 0");
	count = 70;
	assert_non_null(strstr(outputs(P11L_C_GetMechanismList, arg, false), " 0)of 70 70"));
	assert_string_equal(
	        outputs(P11L_C_GetMechanismList, ARG(5, 0x1000, (uintptr_t)&count), false),
	        "bad 70");
}

static void structs(void **state)
{
	CK_SESSION_INFO info = {17, 2, 6, 99};
	CK_C_INITIALIZE_ARGS args = {NULL, NULL, NULL, NULL, 2, (void *)0x123};

	(void)state;
	assert_string_equal(outputs(P11L_C_GetSessionInfo, ARG(5, (uintptr_t)&info), false),
	        "CK_SESSION_INFO(17 2 6 99)");
	assert_string_equal(outputs(P11L_C_GetSessionInfo, ARG(5, (uintptr_t)&info), true), "none");
	assert_string_equal(outputs(P11L_C_GetSessionInfo, ARG(5, 0x1000), false), "bad");
	assert_string_equal(inputs(P11L_C_Initialize, ARG((uintptr_t)&args), 0),
	        "CK_C_INITIALIZE_ARGS(null null null null 2 @123)");
}

static void lists_of_structs(void **state)
{
	CK_UTF8CHAR name[] = "PKCS";
	CK_INTERFACE list[2] = {{name, (void *)0x10, 1}, {NULL, NULL, 0}};
	CK_ULONG count = 2;

	(void)state;
	assert_string_equal(
	        outputs(P11L_C_GetInterfaceList, ARG((uintptr_t)list, (uintptr_t)&count), false),
	        "(CK_INTERFACE(4:504b4353 @10 1) CK_INTERFACE(null null 0)) 2");
	assert_string_equal(
	        outputs(P11L_C_GetInterfaceList, ARG((uintptr_t)list, (uintptr_t)&count), true),
	        "[2] 2");
}

/* Templates */

static const char *created(CK_ATTRIBUTE *attribute, CK_ULONG count, unsigned reveal)
{
	return inputs(P11L_C_CreateObject, ARG(5, (uintptr_t)attribute, count, 0), reveal) + 2;
}

static void attributes(void **state)
{
	CK_ULONG class = 3, types[] = {7, 8};
	CK_BBOOL yes = 1;
	CK_ATTRIBUTE inner = {CKA_VALUE, data, 4};
	CK_ATTRIBUTE attribute[] = {{CKA_CLASS, &class, 8}, {CKA_TOKEN, &yes, 1},
	        {CKA_VALUE, data, 16}, {CKA_ID, data, 2}, {CKA_ALLOWED_MECHANISMS, types, 16},
	        {CKA_WRAP_TEMPLATE, &inner, sizeof(inner)}, {CKA_LABEL, NULL, 0},
	        {CKA_ID, NULL, CK_UNAVAILABLE_INFORMATION}, {0x90000000, data, 4},
	        {CKA_CLASS, &class, 3}};

	(void)state;
	assert_string_equal(created(attribute, COUNT(attribute), 0),
	        "{0=3 0x1=1 0x11=<16 key> 0x102=2:3031 0x40000600=(7 8) "
	        "0x40000211={0x11=<4 key>} 0x3=null 0x102=unavailable 0x90000000=<4 key> "
	        "0=3:030000}");
	assert_string_equal(created(attribute + 2, 1, P11L_REVEAL_KEYS),
	        "{0x11=16:30313233343536373839616263646566}");
	assert_string_equal(created(NULL, 3, 0), "[3]");
	assert_string_equal(created(attribute, 0, 0), "{}");
	assert_string_equal(created((CK_ATTRIBUTE *)0x1000, 3, 0), "bad");
}

/* Before the call only the room is known, and after it what has come. */
static void attributes_that_are_asked_for(void **state)
{
	CK_ATTRIBUTE attribute[] = {{CKA_ID, data, 2}, {CKA_LABEL, NULL, 0}};
	const uintptr_t arg[] = {5, 6, (uintptr_t)attribute, 2};

	(void)state;
	assert_string_equal(inputs(P11L_C_GetAttributeValue, arg, 0), "5 6 {0x102=[2] 0x3=null}");
	assert_string_equal(
	        outputs(P11L_C_GetAttributeValue, arg, false), "{0x102=2:3031 0x3=null}");
	attribute[1].ulValueLen = 40;
	assert_string_equal(outputs(P11L_C_GetAttributeValue, arg, true), "{0x102=[2] 0x3=[40]}");
}

static void templates_have_a_largest_depth_and_count(void **state)
{
	static CK_ATTRIBUTE many[100];
	CK_ATTRIBUTE self = {CKA_WRAP_TEMPLATE, &self, sizeof(self)};

	(void)state;
	assert_string_equal(
	        created(&self, 1, 0), "{0x40000211={0x40000211={0x40000211={0x40000211=bad}}}}");
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (CK_ATTRIBUTE){CKA_ID, data, 1};
	assert_non_null(strstr(created(many, 100, 0), "}of 100"));
	assert_int_equal(occurrences(found.text, "0x102=1:30"), P11L_CAPTURE_ELEMENTS);
}

/* Mechanisms */

static const char *initialised(CK_MECHANISM_TYPE type, void *parameter, CK_ULONG size)
{
	CK_MECHANISM mechanism = {type, parameter, size};

	return inputs(P11L_C_SignInit, ARG(5, (uintptr_t)&mechanism, 6), 0);
}

static void mechanisms(void **state)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {1, 2, 3};
	CK_GCM_PARAMS gcm = {data, 2, 16, data, 3, 128};
	CK_ULONG bits = 64;

	(void)state;
	assert_string_equal(initialised(CKM_ECDSA, NULL, 0), "5 m0x1041/0 null 6");
	assert_string_equal(initialised(CKM_RSA_PKCS_PSS, &pss, sizeof(pss)),
	        "5 m0xd/24 CK_RSA_PKCS_PSS_PARAMS(1 2 3) 6");
	assert_string_equal(initialised(CKM_AES_GCM, &gcm, sizeof(gcm)),
	        "5 m0x1087/48 CK_GCM_PARAMS(2:3031 2 16 <3 data> 3 128) 6");
	assert_string_equal(
	        initialised(CKM_AES_CBC, data, 16), "5 m0x1082/16 16:3031323334353637.. 6");
	assert_string_equal(initialised(CKM_SHA256_HMAC_GENERAL, &bits, 8), "5 m0x252/8 64 6");
	assert_string_equal(initialised(0x80000001, data, 4), "5 m0x80000001/4 <4 key> 6");
	assert_string_equal(initialised(CKM_RSA_PKCS_PSS, data, 4), "5 m0xd/4 <4 key> 6");
	assert_string_equal(
	        initialised(CKM_RSA_PKCS_PSS, (void *)0x1000, sizeof(pss)), "5 m0xd/24 bad 6");
	assert_string_equal(inputs(P11L_C_SignInit, ARG(5, 0x1000, 6), 0), "5 bad 6");
	assert_string_equal(inputs(P11L_C_SignInit, ARG(5, 0, 6), 0), "5 null 6");
}

static void message_parameters(void **state)
{
	CK_GCM_MESSAGE_PARAMS gcm = {data, 2, 3, 4, data, 16};
	const uintptr_t arg[] = {5, (uintptr_t)&gcm, sizeof(gcm), 0, 0, 0, 0, 0, 0};
	struct p11l_capture c = fresh(0);

	(void)state;
	assert_string_equal(inputs(P11L_C_EncryptMessage, arg, 0), "5 <48 key> null null none");
	c.message = CKM_AES_GCM;
	p11l_capture_inputs(&c, &p11l_functions[P11L_C_EncryptMessage], arg);
	assert_string_equal(
	        items_of(&c), "5 CK_GCM_MESSAGE_PARAMS(2:3031 2 3 4 2:3031 16) null null none");
}

/* A record that is full ends in a mark, whatever was to come. */
static void records_that_are_full(void **state)
{
	CK_ATTRIBUTE attribute[] = {{CKA_ID, data, 16}, {CKA_ID, data, 16}, {CKA_ID, data, 16}};

	(void)state;
	for (size_t size = 1; size < 120; size++) {
		uint8_t *end = before_guard(size) + size;
		struct p11l_capture c = fresh(0);

		c.writer = (struct p11l_writer){end - size, end, false};
		p11l_capture_inputs(&c, &p11l_functions[P11L_C_CreateObject],
		        ARG(5, (uintptr_t)attribute, 3, 0));
		assert_true(c.writer.at <= end);
		if (c.writer.cut)
			assert_int_equal(c.writer.at[-1], P11L_ITEM_CUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers_and_addresses),
	        cmocka_unit_test(lengths_by_value_stand_with_what_they_measure),
	        cmocka_unit_test(each_kind_of_secret_has_its_word),
	        cmocka_unit_test(text_and_strings),
	        cmocka_unit_test(output_with_its_length),
	        cmocka_unit_test(lists_of_numbers),
	        cmocka_unit_test(structs),
	        cmocka_unit_test(lists_of_structs),
	        cmocka_unit_test(attributes),
	        cmocka_unit_test(attributes_that_are_asked_for),
	        cmocka_unit_test(templates_have_a_largest_depth_and_count),
	        cmocka_unit_test(mechanisms),
	        cmocka_unit_test(message_parameters),
	        cmocka_unit_test(records_that_are_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
