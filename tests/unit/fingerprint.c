/* SPDX-License-Identifier: MIT */
/* Fingerprints: the same for the same octets, another for others, none for what cannot be read. */
#include "harness.h"

#include "logging/record/fingerprint.h"

static uint32_t print_of(const void *octets, size_t length)
{
	uint32_t print;

	assert_true(p11l_fingerprint(octets, length, &print));
	return print;
}

CASE(equal_octets)
{
	char a[100], b[100];

	p11l_fingerprint_start();
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	for (size_t length = 0; length <= sizeof(a); length++)
		assert_int_equal(print_of(a, length), print_of(b, length));
}

/* Of all lengths, changes at every place, and each bit of a word. */
CASE(unequal_octets)
{
	uint8_t octets[40] = {0};
	uint32_t seen[400];
	size_t count = 0;

	p11l_fingerprint_start();
	for (size_t length = 0; length <= sizeof(octets); length++)
		seen[count++] = print_of(octets, length);
	for (size_t bit = 0; bit < 8 * sizeof(octets); bit++) {
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		seen[count++] = print_of(octets, sizeof(octets));
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* Of 361 random numbers of 32 bits two are equal once in 66000 times. */
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(seen[i], seen[k]);
}

CASE(key_of_the_process)
{
	uint32_t first;

	p11l_fingerprint_start();
	first = print_of("1234", 4);
	p11l_fingerprint_start();
	assert_int_not_equal(print_of("1234", 4), first);
}

/* Of long values both ends and the length count. */
CASE(long_octets)
{
	static uint8_t octets[100000];
	uint32_t first;

	p11l_fingerprint_start();
	first = print_of(octets, sizeof(octets));
	assert_int_equal(print_of(octets, sizeof(octets)), first);
	assert_int_not_equal(print_of(octets, sizeof(octets) - 1), first);
	octets[0] = 1;
	assert_int_not_equal(print_of(octets, sizeof(octets)), first);
	octets[0] = 0;
	octets[sizeof(octets) - 1] = 1;
	assert_int_not_equal(print_of(octets, sizeof(octets)), first);
}

CASE(octets_that_cannot_be_read)
{
	uint8_t *buffer = before_guard(300);
	uint32_t print;

	p11l_fingerprint_start();
	assert_true(p11l_fingerprint(buffer, 300, &print));
	assert_false(p11l_fingerprint(buffer, 301, &print));
	assert_false(p11l_fingerprint(buffer, (size_t)1 << 40, &print));
	assert_false(p11l_fingerprint(buffer + 299, 2, &print));
	assert_false(p11l_fingerprint((const void *)0x1000, 4, &print));
	assert_false(p11l_fingerprint(buffer + 300, ~(size_t)0, &print));
	/* A length that leads round to what lies before. */
	assert_false(p11l_fingerprint(buffer, ~(size_t)0, &print));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(equal_octets),
	        cmocka_unit_test(unequal_octets),
	        cmocka_unit_test(key_of_the_process),
	        cmocka_unit_test(long_octets),
	        cmocka_unit_test(octets_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
