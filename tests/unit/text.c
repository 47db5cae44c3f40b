/* SPDX-License-Identifier: MIT */
/* Lines of text, put together in a buffer that ends. */
#include "harness.h"

#include "logging/render/text.h"

static char buffer[256];

static struct p11l_text text(size_t size)
{
	memset(buffer, 0, sizeof(buffer));
	return (struct p11l_text){.at = buffer, .end = buffer + size};
}

static void numbers(void **state)
{
	struct p11l_text t = text(200);

	(void)state;
	p11l_text_decimal(&t, 0);
	p11l_text_char(&t, ' ');
	p11l_text_decimal(&t, UINT64_MAX);
	p11l_text_char(&t, ' ');
	p11l_text_hex(&t, 0);
	p11l_text_char(&t, ' ');
	p11l_text_hex(&t, UINT64_MAX);
	p11l_text_char(&t, ' ');
	p11l_text_hex(&t, 0xabc);
	p11l_text_char(&t, ' ');
	p11l_text_padded(&t, 7, 4);
	p11l_text_char(&t, ' ');
	p11l_text_padded(&t, 12345, 4);
	assert_string_equal(
	        buffer, "0 18446744073709551615 0x0 0xffffffffffffffff 0xabc 0007 12345");
}

static void octets(void **state)
{
	struct p11l_text t = text(200);

	(void)state;
	p11l_text_octets(&t, (const uint8_t *)"\x00\x7f\x80\xff", 4);
	p11l_text_octets(&t, NULL, 0);
	p11l_text_digits(&t, (const uint8_t *)"\x1e", 1);
	p11l_text_print(&t, 0x0a0b0c0d);
	assert_string_equal(buffer, "0x007f80ff0x1e0a0b0c0d");
}

static void assert_quoted(const char *octets_in, size_t size, const char *expected)
{
	struct p11l_text t = text(200);

	p11l_text_quoted(&t, (const uint8_t *)octets_in, size);
	assert_string_equal(buffer, expected);
}

static void plain_text(void **state)
{
	(void)state;
	assert_quoted("", 0, "\"\"");
	assert_quoted("plain text!", 11, "\"plain text!\"");
	assert_quoted("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
	assert_quoted("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x92", 15,
	        "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x92\"");
}

/* Nothing ends the line, moves the cursor or colours the terminal. */
static void control_characters(void **state)
{
	(void)state;
	assert_quoted("\0\n\r\t\x1b[2J\x7f", 9, "\"\\x00\\x0a\\x0d\\x09\\x1b[2J\\x7f\"");
	assert_quoted("\xc2\x85\xc2\x9b", 4, "\"\\xc2\\x85\\xc2\\x9b\"");
	assert_quoted("\xc2\xa0", 2, "\"\xc2\xa0\"");
}

static void octets_that_are_no_characters(void **state)
{
	static const struct {
		const char *octets;
		size_t size;
		const char *expected;
	} rows[] = {
	        {"\x80", 1, "\"\\x80\""},
	        {"\xc3", 1, "\"\\xc3\""},                   /* cut off */
	        {"\xe2\x82", 2, "\"\\xe2\\x82\""},          /* cut off */
	        {"\xc0\xaf", 2, "\"\\xc0\\xaf\""},          /* longer than need be */
	        {"\xe0\x80\xaf", 3, "\"\\xe0\\x80\\xaf\""}, /* the same */
	        {"\xf0\x80\x80\xaf", 4, "\"\\xf0\\x80\\x80\\xaf\""},
	        {"\xed\xa0\x80", 3, "\"\\xed\\xa0\\x80\""},          /* a surrogate */
	        {"\xf4\x90\x80\x80", 4, "\"\\xf4\\x90\\x80\\x80\""}, /* beyond Unicode */
	        {"\xfe\xff", 2, "\"\\xfe\\xff\""},
	        {"a\xc3(b", 4, "\"a\\xc3(b\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_quoted(rows[i].octets, rows[i].size, rows[i].expected);
}

/* A character whose end lies behind the octets is not looked for there. */
static void characters_at_the_end_of_memory(void **state)
{
	static const char *const leads[] = {"\xc3", "\xe2\x82", "\xf0\x9f\x94"};

	(void)state;
	for (size_t i = 0; i < COUNT(leads); i++) {
		size_t size = strlen(leads[i]);
		uint8_t *end = before_guard(size);
		struct p11l_text t = text(200);

		memcpy(end, leads[i], size);
		p11l_text_escaped(&t, end, size);
		assert_int_equal(strlen(buffer), 4 * size);
	}
}

/* However small the room, nothing is written behind it and what fits is there. */
static void room_that_ends(void **state)
{
	(void)state;
	for (size_t size = 0; size < 60; size++) {
		struct p11l_text t = text(size);
		size_t used;

		memset(buffer, '~', sizeof(buffer));
		p11l_text_put(&t, "a string");
		p11l_text_decimal(&t, 1234567890);
		p11l_text_hex(&t, 0x1234);
		p11l_text_octets(&t, (const uint8_t *)"\x01\x02\x03", 3);
		p11l_text_quoted(&t, (const uint8_t *)"x\x01\"\xc3\xbc", 5);
		used = (size_t)(t.at - buffer);
		assert_true(used <= size);
		for (size_t i = size; i < sizeof(buffer); i++)
			assert_int_equal(buffer[i], '~');
		assert_memory_equal(buffer, "a string1234567890", used < 18 ? used : 18);
	}
}

static void assert_time(uint64_t seconds, const char *expected)
{
	struct p11l_text t = text(200);

	p11l_text_time(&t, seconds * 1000000000u + 123456789, 6);
	assert_string_equal(buffer, expected);
}

static void times(void **state)
{
	(void)state;
	assert_time(0, "1970-01-01T00:00:00.123456Z");
	assert_time(951782399, "2000-02-28T23:59:59.123456Z");
	assert_time(951782400, "2000-02-29T00:00:00.123456Z");
	assert_time(951868800, "2000-03-01T00:00:00.123456Z");
	assert_time(1735689599, "2024-12-31T23:59:59.123456Z");
	assert_time(1795449358, "2026-11-23T15:55:58.123456Z");
	assert_time(4107542400, "2100-03-01T00:00:00.123456Z");
}

static void durations(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
	        {0, "0.0us"},
	        {99, "0.0us"},
	        {100, "0.1us"},
	        {999, "0.9us"},
	        {1000, "1.0us"},
	        {44149, "44.1us"},
	        {999999, "999.9us"},
	        {1000000, "1.000ms"},
	        {12345678, "12.345ms"},
	        {999999999, "999.999ms"},
	        {1000000000, "1.000s"},
	        {3204000000, "3.204s"},
	        {86400000000000, "86400.000s"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct p11l_text t = text(200);

		p11l_text_duration(&t, rows[i].ns);
		assert_string_equal(buffer, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(octets),
	        cmocka_unit_test(plain_text),
	        cmocka_unit_test(control_characters),
	        cmocka_unit_test(octets_that_are_no_characters),
	        cmocka_unit_test(characters_at_the_end_of_memory),
	        cmocka_unit_test(room_that_ends),
	        cmocka_unit_test(times),
	        cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
