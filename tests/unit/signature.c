/* SPDX-License-Identifier: MIT */
/* Signatures of two numbers, in DER and side by side. */
#include "harness.h"

#include "shim/normalise/signature.h"

#define ORDER 4

/* 0x00000001 and 0x80000000: one short, one that needs a sign octet. */
static const CK_BYTE plain[2 * ORDER] = {0, 0, 0, 1, 0x80, 0, 0, 0};
static const CK_BYTE der[] = {0x30, 0x0a, 0x02, 0x01, 0x01, 0x02, 0x05, 0x00, 0x80, 0, 0, 0};

static void both_ways(void **state)
{
	CK_BYTE out[32];

	(void)state;
	assert_int_equal(p11l_signature_der(plain, ORDER, out, sizeof(out)), sizeof(der));
	assert_memory_equal(out, der, sizeof(der));
	assert_true(p11l_signature_plain(der, sizeof(der), ORDER, out));
	assert_memory_equal(out, plain, sizeof(plain));
	memcpy(out, der, sizeof(der));
	assert_true(p11l_signature_plain(out, sizeof(der), ORDER, out));
	assert_memory_equal(out, plain, sizeof(plain));
}

static void largest(void **state)
{
	CK_BYTE numbers[2 * P11L_ORDER_MAX], back[2 * P11L_ORDER_MAX], out[P11L_SIGNATURE_MAX];
	CK_ULONG size;

	(void)state;
	memset(numbers, 0xff, sizeof(numbers));
	size = p11l_signature_der(numbers, P11L_ORDER_MAX, out, sizeof(out));
	assert_true(size > sizeof(numbers) && size <= sizeof(out));
	assert_true(p11l_signature_plain(out, size, P11L_ORDER_MAX, back));
	assert_memory_equal(back, numbers, sizeof(numbers));
	assert_int_equal(p11l_signature_der(numbers, P11L_ORDER_MAX, out, size - 1), 0);
	assert_int_equal(p11l_signature_der(numbers, P11L_ORDER_MAX + 1, out, sizeof(out)), 0);
}

static bool reads(const CK_BYTE *in, CK_ULONG size, unsigned order)
{
	CK_BYTE out[2 * P11L_ORDER_MAX];

	return p11l_signature_plain(in, size, order, out);
}

#define READS(order, ...) \
	reads((const CK_BYTE[]){__VA_ARGS__}, sizeof((const CK_BYTE[]){__VA_ARGS__}), order)

static void strictly(void **state)
{
	(void)state;
	assert_true(READS(ORDER, 0x30, 6, 2, 1, 1, 2, 1, 2));
	assert_false(READS(ORDER, 0x30, 6, 2, 1, 1, 2, 1, 2, 0));       /* something behind */
	assert_false(READS(ORDER, 0x30, 9, 2, 1, 1, 2, 1, 2, 2, 1, 3)); /* a third number */
	assert_false(READS(ORDER, 0x30, 0x81, 6, 2, 1, 1, 2, 1, 2));    /* a long length */
	assert_false(READS(ORDER, 0x30, 7, 2, 2, 0, 1, 2, 1, 2));       /* a needless zero */
	assert_false(READS(ORDER, 0x30, 6, 2, 1, 0x80, 2, 1, 2));       /* negative */
	assert_false(READS(ORDER, 0x30, 5, 2, 0, 2, 1, 2));             /* no octets */
	assert_false(READS(1, 0x30, 7, 2, 2, 1, 1, 2, 1, 2));           /* more than the order */
	assert_true(READS(1, 0x30, 7, 2, 2, 0, 0x81, 2, 1, 2));         /* the sign is no more */
	assert_false(READS(ORDER, 0x31, 6, 2, 1, 1, 2, 1, 2));          /* no SEQUENCE */
	assert_false(READS(ORDER, 0x30, 6, 2, 1, 1, 2, 1));             /* cut off */
	assert_false(reads(NULL, 0, ORDER));
}

static void padded(void **state)
{
	CK_BYTE signature[8] = {1, 2, 3, 4}, whole[8] = {0, 0, 1, 2, 0, 0, 3, 4};
	CK_BYTE odd[8] = {1, 2, 3};

	(void)state;
	assert_true(p11l_signature_pad(signature, 4, 4));
	assert_memory_equal(signature, whole, sizeof(whole));
	assert_false(p11l_signature_pad(signature, 8, 4));
	assert_false(p11l_signature_pad(odd, 3, 4));
	assert_false(p11l_signature_pad(odd, 0, 4));
	assert_int_equal(odd[0], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(both_ways),
	        cmocka_unit_test(largest),
	        cmocka_unit_test(strictly),
	        cmocka_unit_test(padded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
