/* SPDX-License-Identifier: MIT */
/*
 * Pointers that lead nowhere and lengths that are far too large, in everything a host can hand
 * over, with the trace on. What the vendor makes of them is its business; the lens only looks.
 */
#include "harness.h"

#include <ctype.h>

#define BUFFER 64

static uint8_t *buffer; /* BUFFER octets, behind which nothing can be read */
static CK_FUNCTION_LIST_3_2 *p11;

/* With everything shown that can be shown, so that as much as possible is looked at. */
static const char *options = ",entry=yes,reveal=data+keys+pins,bytes=1024";

static void start(const char *personality)
{
	use_vendor("mock.so", personality);
	use_trace(options);
	load_lens();
	p11 = interface_table(3, 2);
	buffer = before_guard(BUFFER);
	memset(buffer, 0x61, BUFFER);
}

/* Each line is one whole record of printable characters. */
static void assert_whole_lines(size_t least)
{
	const char *text = trace();
	size_t lines = 0;

	for (const char *end; *text != '\0'; text = end + 1, lines++) {
		end = strchr(text, '\n');
		assert_non_null(end);
		assert_true(end - text > 30);
		assert_true(isdigit((unsigned char)text[0]) && text[10] == 'T' && text[26] == 'Z');
		assert_true(end[-1] == 's' || memcmp(end - 4, " ...", 4) == 0);
		for (const char *at = text; at < end; at++)
			assert_true((unsigned char)*at >= ' ' && *at != 0x7f);
	}
	assert_true(lines >= least);
}

static uintptr_t wild(unsigned i)
{
	const uintptr_t values[] = {
	        1,
	        8,
	        0xfff,
	        0x1000,
	        0x4141414141414141,
	        ~(uintptr_t)0,
	        ~(uintptr_t)0 - 7,
	        (uintptr_t)buffer + BUFFER,
	        (uintptr_t)buffer + BUFFER - 1,
	        (uintptr_t)buffer + BUFFER - 8,
	        (uintptr_t)1 << 62,
	};

	return i < COUNT(values) ? values[i] : 0;
}

/* The lens itself has to write through the pointers of a getter that succeeds. */
static bool is_getter(unsigned function)
{
	return function == P11L_C_GetFunctionList || function == P11L_C_GetInterfaceList ||
	       function == P11L_C_GetInterface;
}

static void set_all(uintptr_t *arg, uintptr_t value)
{
	for (unsigned i = 0; i < P11L_MAX_PARAMS; i++)
		arg[i] = value;
}

/* All parameters wild; then each in turn, the others leading to the buffer, or small numbers. */
static size_t call_wild(unsigned function)
{
	const uintptr_t rest[] = {0, 16, (uintptr_t)buffer};
	entry_fn entry = entries(p11)[function];
	uintptr_t arg[P11L_MAX_PARAMS];
	size_t calls = 0;

	for (unsigned w = 0; wild(w) != 0; w++) {
		set_all(arg, wild(w));
		call_entry(entry, arg);
		calls++;
		for (unsigned i = 0; i < p11l_functions[function].count; i++) {
			for (unsigned k = 0; k < COUNT(rest); k++, calls++) {
				set_all(arg, rest[k]);
				arg[i] = wild(w);
				call_entry(entry, arg);
			}
		}
	}
	return calls;
}

static void call_all_wild(const char *personality)
{
	size_t calls = 0;

	start(personality);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if (!is_getter(i))
			calls += call_wild(i);
	assert_whole_lines(2 * calls);
}

CASE(wild_pointers_with_a_vendor_that_refuses_them)
{
	call_all_wild("return all CKR_ARGUMENTS_BAD\n");
}

CASE(wild_pointers_with_a_vendor_that_looks_at_nothing)
{
	call_all_wild("@silent");
}

CASE(wild_pointers_to_what_is_hidden)
{
	options = ",entry=yes";
	call_all_wild("@silent");
}

CASE(wild_pointers_with_a_vendor_whose_buffers_are_too_small)
{
	call_all_wild("return all CKR_BUFFER_TOO_SMALL\n");
}

CASE(wild_pointers_with_attributes_that_are_sensitive)
{
	start("return all CKR_ATTRIBUTE_SENSITIVE\n");
	call_wild(P11L_C_GetAttributeValue);
	assert_whole_lines(10);
}

CASE(wild_pointers_for_getters_that_refuse_them)
{
	use_vendor("mock.so", "return C_GetInterfaceList CKR_ARGUMENTS_BAD\n"
	                      "return C_GetInterface CKR_ARGUMENTS_BAD\n");
	use_trace(",entry=yes");
	load_lens();
	p11 = function_list();
	buffer = before_guard(BUFFER);
	call_wild(P11L_C_GetInterfaceList);
	call_wild(P11L_C_GetInterface);
	assert_whole_lines(100);
}

/* Mechanism parameters, message parameters: structs full of addresses and lengths. */

/* Fills a struct with one word throughout, or with an address and a length in turn. */
static void fill(uint8_t *to, size_t size, uintptr_t even, uintptr_t odd)
{
	for (size_t at = 0; at < size; at++) {
		uintptr_t word = at / sizeof(word) % 2 == 0 ? even : odd;

		to[at] = ((const uint8_t *)&word)[at % sizeof(word)];
	}
}

static void init_with(CK_MECHANISM_TYPE type, void *parameter, size_t size)
{
	CK_MECHANISM mechanism = {type, parameter, size};
	CK_OBJECT_HANDLE key = 0;

	p11->C_EncryptInit(MOCK_SESSION, &mechanism, MOCK_OBJECT);
	p11->C_DeriveKey(MOCK_SESSION, &mechanism, MOCK_OBJECT, NULL, 0, &key);
	p11->C_MessageEncryptInit(MOCK_SESSION, &mechanism, MOCK_OBJECT);
}

static void message_with(void *parameter, size_t size)
{
	CK_ULONG length = 16;

	p11->C_EncryptMessage(
	        MOCK_SESSION, parameter, size, buffer, 16, buffer, 16, buffer, &length);
	p11->C_DecryptMessage(
	        MOCK_SESSION, parameter, size, buffer, 16, buffer, 16, buffer, &length);
}

static void try_parameter(const struct p11l_mechanism_row *row, unsigned id)
{
	size_t size = id != P11L_NO_STRUCT ? p11l_structs[id].size : 24;
	uint8_t *parameter = before_guard(size);

	for (unsigned w = 0; wild(w) != 0; w++) {
		fill(parameter, size, wild(w), wild(w));
		init_with(row->type, parameter, size);
		message_with(parameter, size);
		fill(parameter, size, (uintptr_t)buffer, wild(w));
		init_with(row->type, parameter, size);
		message_with(parameter, size);
		fill(parameter, size, wild(w), (uintptr_t)buffer);
		init_with(row->type, parameter, size);
		init_with(row->type, (void *)wild(w), size);
		init_with(row->type, parameter, wild(w));
		message_with((void *)wild(w), size);
	}
	/* An address of itself: nesting without an end. */
	fill(parameter, size, (uintptr_t)parameter, 1);
	init_with(row->type, parameter, size);
	fill(parameter, size, 1, (uintptr_t)parameter);
	init_with(row->type, parameter, size);
}

CASE(wild_pointers_in_mechanism_parameters)
{
	bool done[P11L_STRUCTS] = {false};

	start("@silent");
	for (size_t m = 0; m < p11l_mechanism_count; m++) {
		const struct p11l_mechanism_row *row = &p11l_mechanisms[m];

		for (unsigned i = 0; i < P11L_MECHANISM_STRUCTS; i++) {
			unsigned id = row->parameter_struct[i];

			if (id == P11L_NO_STRUCT || done[id])
				continue;
			done[id] = true;
			try_parameter(row, id);
		}
		if (row->message_struct != P11L_NO_STRUCT)
			try_parameter(row, row->message_struct);
	}
	assert_whole_lines(1000);
}

CASE(wild_pointers_in_parameters_without_a_struct)
{
	const struct p11l_mechanism_row unknown = {.type = CKM_VENDOR_DEFINED + 1};

	start("@silent");
	try_parameter(&unknown, P11L_NO_STRUCT);
	try_parameter(p11l_find_mechanism(CKM_AES_CBC), P11L_NO_STRUCT);
	try_parameter(p11l_find_mechanism(CKM_ECDSA), P11L_NO_STRUCT);
	assert_whole_lines(100);
}

/* Templates */

static void try_template(CK_ATTRIBUTE *attribute, CK_ULONG count)
{
	CK_OBJECT_HANDLE object;

	p11->C_CreateObject(MOCK_SESSION, attribute, count, &object);
	p11->C_GetAttributeValue(MOCK_SESSION, MOCK_OBJECT, attribute, count);
	p11->C_FindObjectsInit(MOCK_SESSION, attribute, count);
}

static void try_attribute(CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE *attribute = (CK_ATTRIBUTE *)(void *)before_guard(sizeof(*attribute));

	for (unsigned w = 0; wild(w) != 0; w++) {
		*attribute = (CK_ATTRIBUTE){type, (void *)wild(w), 8};
		try_template(attribute, 1);
		attribute->ulValueLen = wild(w);
		try_template(attribute, 1);
		attribute->pValue = buffer;
		try_template(attribute, 1);
		attribute->ulValueLen = wild(w) / 24 * 24;
		try_template(attribute, 1);
	}
}

static void try_every_attribute(void)
{
	start("@silent");
	for (size_t i = 0; i < p11l_attribute_count; i++)
		try_attribute(p11l_attributes[i].type);
	try_attribute(CKA_VENDOR_DEFINED + 7);
	assert_whole_lines(1000);
}

CASE(wild_pointers_in_every_attribute)
{
	try_every_attribute();
}

CASE(wild_pointers_in_every_hidden_attribute)
{
	options = "";
	try_every_attribute();
}

CASE(templates_that_are_shorter_than_their_count)
{
	CK_ATTRIBUTE *attribute;

	start("@silent");
	attribute = (CK_ATTRIBUTE *)(void *)before_guard(2 * sizeof(*attribute));
	attribute[0] = (CK_ATTRIBUTE){CKA_LABEL, buffer, 4};
	attribute[1] = (CK_ATTRIBUTE){CKA_LABEL, buffer, 4};
	for (unsigned bit = 2; bit < 64; bit++)
		try_template(attribute, 1ul << bit);
	assert_whole_lines(100);
}

CASE(template_that_holds_itself)
{
	CK_ATTRIBUTE attribute[2];

	start("@silent");
	attribute[0] = (CK_ATTRIBUTE){CKA_WRAP_TEMPLATE, attribute, sizeof(attribute)};
	attribute[1] = (CK_ATTRIBUTE){CKA_UNWRAP_TEMPLATE, attribute, sizeof(attribute)};
	try_template(attribute, 2);
	assert_whole_lines(6);
}

/* Lengths */

CASE(length_far_larger_than_the_buffer)
{
	CK_ULONG room = BUFFER;
	uint8_t signature[BUFFER];

	start("");
	open_session(p11);
	p11->C_Sign(MOCK_SESSION, buffer, (CK_ULONG)1 << 40, signature, &room);
	assert_non_null(strstr(trace(), "pData=unreadable@0x"));
}

/* Of a long value only the beginning is read. */
CASE(length_far_larger_than_what_is_shown)
{
	CK_ULONG room = BUFFER;
	uint8_t signature[BUFFER];

	options = ",reveal=data,bytes=64";
	start("");
	open_session(p11);
	p11->C_Sign(MOCK_SESSION, buffer, (CK_ULONG)1 << 40, signature, &room);
	assert_non_null(strstr(trace_line("C_Sign"), "6161...<1099511627776 bytes>"));
}

/* Hidden values are read at both ends, as far as they can be. */
CASE(length_far_larger_than_a_hidden_buffer)
{
	CK_ULONG room = BUFFER;
	uint8_t signature[BUFFER];

	options = "";
	start("");
	open_session(p11);
	p11->C_Sign(MOCK_SESSION, buffer, (CK_ULONG)1 << 40, signature, &room);
	p11->C_Login(MOCK_SESSION, CKU_USER, buffer, BUFFER + 1);
	assert_non_null(strstr(trace_line("C_Sign"), "pData=unreadable@0x"));
	assert_non_null(strstr(trace_line("C_Login"), "pPin=unreadable@0x"));
}

CASE(vendor_that_promises_more_than_the_buffer_holds)
{
	CK_ULONG room = BUFFER;

	start("number C_Sign pulSignatureLen 0x7fffffffffff\n"
	      "number C_GetSlotList pulCount 0x7fffffffffff\n"
	      "number C_GetMechanismList pulCount 0xffffffffffffffff\n");
	open_session(p11);
	p11->C_Sign(MOCK_SESSION, buffer, 4, buffer, &room);
	p11->C_GetSlotList(CK_TRUE, (CK_SLOT_ID *)(void *)buffer, &room);
	room = 3;
	p11->C_GetMechanismList(MOCK_SLOT, (CK_MECHANISM_TYPE *)(void *)buffer, &room);
	assert_non_null(strstr(trace(), "pSignature=unreadable@0x"));
	assert_whole_lines(6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(wild_pointers_with_a_vendor_that_refuses_them),
	        cmocka_unit_test(wild_pointers_with_a_vendor_that_looks_at_nothing),
	        cmocka_unit_test(wild_pointers_to_what_is_hidden),
	        cmocka_unit_test(wild_pointers_with_a_vendor_whose_buffers_are_too_small),
	        cmocka_unit_test(wild_pointers_with_attributes_that_are_sensitive),
	        cmocka_unit_test(wild_pointers_for_getters_that_refuse_them),
	        cmocka_unit_test(wild_pointers_in_mechanism_parameters),
	        cmocka_unit_test(wild_pointers_in_parameters_without_a_struct),
	        cmocka_unit_test(wild_pointers_in_every_hidden_attribute),
	        cmocka_unit_test(wild_pointers_in_every_attribute),
	        cmocka_unit_test(templates_that_are_shorter_than_their_count),
	        cmocka_unit_test(template_that_holds_itself),
	        cmocka_unit_test(length_far_larger_than_the_buffer),
	        cmocka_unit_test(length_far_larger_than_what_is_shown),
	        cmocka_unit_test(length_far_larger_than_a_hidden_buffer),
	        cmocka_unit_test(vendor_that_promises_more_than_the_buffer_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
