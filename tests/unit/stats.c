/* SPDX-License-Identifier: MIT */
/* Statistics: what is counted, and how near the quantiles are to the truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "logging/stats.h"

static uint64_t seed = 88172645463325252u;

static uint64_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int reset(void **state)
{
	(void)state;
	p11l_stats_reset();
	return 0;
}

static void add(unsigned function, CK_RV rv, uint64_t ns)
{
	p11l_stats_add(&(struct p11l_stats_call){.function = function, .rv = rv, .ns = ns});
}

static struct p11l_stats_sum *sum_of(struct p11l_stats_row row)
{
	static struct p11l_stats_sum sum;

	p11l_stats_sum(&row, &sum);
	return &sum;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

#define VALUES 100000

/* Every quantile of what was added is within 3 % of the true one. */
static void check_quantiles(uint64_t *value, size_t count)
{
	const struct p11l_stats_sum *sum;
	uint64_t total = 0;

	p11l_stats_reset();
	for (size_t i = 0; i < count; i++) {
		add(P11L_C_Sign, CKR_OK, value[i]);
		total += value[i];
	}
	qsort(value, count, sizeof(*value), compare);
	sum = sum_of((struct p11l_stats_row){.function = P11L_C_Sign});
	assert_int_equal(sum->count, count);
	assert_int_equal(sum->ns, total);
	assert_int_equal(sum->max, value[count - 1]);
	for (unsigned permille = 1; permille <= 1000; permille++) {
		uint64_t truth = value[(count * permille + 999) / 1000 - 1];
		uint64_t said = p11l_stats_quantile(sum, permille);
		uint64_t off = said > truth ? said - truth : truth - said;

		if (off * 100 > truth * 3)
			fail_msg("quantile %u of 1000: %llu instead of %llu", permille,
			        (unsigned long long)said, (unsigned long long)truth);
	}
}

static uint64_t values[VALUES];

static void quantiles_of_equal_chances(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALUES; i++)
		values[i] = any() % 1000000;
	check_quantiles(values, VALUES);
}

/* From nanoseconds to hours: each power of two is as likely as the others. */
static void quantiles_of_all_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALUES; i++)
		values[i] = (any() >> 20) >> any() % 44;
	check_quantiles(values, VALUES);
}

/* As in life: most calls take about as long, some far longer. */
static void quantiles_with_a_long_tail(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALUES; i++)
		values[i] = 30000 + any() % 2000 + (any() % 100 == 0 ? any() % 50000000 : 0);
	check_quantiles(values, VALUES);
}

static void quantiles_of_two_heaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALUES; i++)
		values[i] = i % 3 == 0 ? 40 : 123456789;
	check_quantiles(values, VALUES);
}

static void quantiles_of_few(void **state)
{
	(void)state;
	for (uint64_t ns = 0; ns < 5000; ns++) {
		values[0] = ns;
		check_quantiles(values, 1);
	}
	for (size_t i = 0; i < 7; i++)
		values[i] = 1000 + 1000 * i;
	check_quantiles(values, 7);
}

static void calls_and_errors(void **state)
{
	const struct p11l_stats_sum *sum;

	(void)state;
	for (int i = 0; i < 90; i++)
		add(P11L_C_Sign, CKR_OK, 100);
	for (int i = 0; i < 7; i++)
		add(P11L_C_Sign, CKR_DEVICE_ERROR, 100);
	for (int i = 0; i < 3; i++)
		add(P11L_C_Sign, CKR_BUFFER_TOO_SMALL, 100);
	add(P11L_C_Verify, CKR_DEVICE_ERROR, 5000);
	sum = sum_of((struct p11l_stats_row){.function = P11L_C_Sign});
	assert_int_equal(sum->count, 100);
	assert_int_equal(sum->errors, 10);
	sum = sum_of((struct p11l_stats_row){
	        .function = P11L_C_Sign, .has_rv = true, .rv = CKR_DEVICE_ERROR});
	assert_int_equal(sum->count, 7);
	assert_int_equal(p11l_stats_total(), 15000);
}

static void mechanisms_apart(void **state)
{
	struct p11l_stats_call call = {.function = P11L_C_Encrypt, .has_mechanism = true};
	struct p11l_stats_row rows[8];
	const struct p11l_stats_sum *sum;

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		call.mechanism = i % 3 == 0 ? CKM_AES_CBC : CKM_AES_GCM;
		call.bytes = 1000;
		call.ns = 50;
		p11l_stats_add(&call);
	}
	sum = sum_of((struct p11l_stats_row){.function = P11L_C_Encrypt,
	        .has_mechanism = true,
	        .has_rv = true,
	        .mechanism = CKM_AES_CBC,
	        .rv = CKR_OK});
	assert_int_equal(sum->count, 10);
	assert_int_equal(sum->bytes, 10000);
	assert_int_equal(p11l_stats_rows(rows, 8), 3);
	assert_false(rows[0].has_rv);
	assert_int_equal(rows[1].mechanism, CKM_AES_CBC);
	assert_int_equal(rows[2].mechanism, CKM_AES_GCM);
}

/* What takes most time comes first. */
static void order_of_rows(void **state)
{
	struct p11l_stats_row rows[8];

	(void)state;
	add(P11L_C_Sign, CKR_OK, 100);
	add(P11L_C_Verify, CKR_OK, 300);
	add(P11L_C_Digest, CKR_OK, 200);
	assert_int_equal(p11l_stats_rows(rows, 8), 3);
	assert_int_equal(rows[0].function, P11L_C_Verify);
	assert_int_equal(rows[1].function, P11L_C_Digest);
	assert_int_equal(rows[2].function, P11L_C_Sign);
	assert_int_equal(p11l_stats_rows(rows, 2), 2);
}

/* More kinds of calls than there is room for: none is lost from the whole. */
static void more_kinds_than_fit(void **state)
{
	uint64_t total = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		add(i % P11L_FUNCTIONS, 0x80000000u + i, 10);
		total += 10;
	}
	assert_int_equal(p11l_stats_total(), total);
}

static void *add_many(void *data)
{
	(void)data;
	for (unsigned i = 0; i < 100000; i++)
		add(P11L_C_Sign, i % 10 == 0 ? CKR_DEVICE_ERROR : CKR_OK, i);
	return NULL;
}

static void threads(void **state)
{
	const struct p11l_stats_sum *sum;
	pthread_t thread[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, add_many, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	sum = sum_of((struct p11l_stats_row){.function = P11L_C_Sign});
	assert_int_equal(sum->count, 400000);
	assert_int_equal(sum->errors, 40000);
	assert_int_equal(sum->max, 99999);
	assert_int_equal(sum->ns, UINT64_C(4) * 100000 * 99999 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(quantiles_of_equal_chances, reset),
	        cmocka_unit_test_setup(quantiles_of_all_sizes, reset),
	        cmocka_unit_test_setup(quantiles_with_a_long_tail, reset),
	        cmocka_unit_test_setup(quantiles_of_two_heaps, reset),
	        cmocka_unit_test_setup(quantiles_of_few, reset),
	        cmocka_unit_test_setup(calls_and_errors, reset),
	        cmocka_unit_test_setup(mechanisms_apart, reset),
	        cmocka_unit_test_setup(order_of_rows, reset),
	        cmocka_unit_test_setup(more_kinds_than_fit, reset),
	        cmocka_unit_test_setup(threads, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
