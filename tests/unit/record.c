/* SPDX-License-Identifier: MIT */
/* Records: writing into a space that ends, and reading what may be damaged. */
#define _GNU_SOURCE
#include "harness.h"

#include "logging/record/record.h"
#include "logging/render/known.h"

static uint8_t space[64];

static struct p11l_writer writer(size_t size)
{
	memset(space, 0xee, sizeof(space));
	return (struct p11l_writer){space, space + size, false};
}

static struct p11l_reader reader(const struct p11l_writer *w)
{
	return (struct p11l_reader){space, w->at};
}

static void what_is_written_is_read(void **state)
{
	struct p11l_writer w = writer(sizeof(space));
	struct p11l_reader r;

	(void)state;
	p11l_put_item(&w, P11L_ITEM_NULL);
	p11l_put_u64(&w, P11L_ITEM_NUMBER, UINT64_C(0x123456789abcdef0));
	assert_true(p11l_put_array(&w, P11L_ITEM_BYTES, 1000, 3));
	p11l_put_raw(&w, "abc", 3);
	r = reader(&w);
	assert_int_equal(p11l_get_item(&r), P11L_ITEM_NULL);
	assert_int_equal(p11l_get_item(&r), P11L_ITEM_NUMBER);
	assert_true(p11l_get_u64(&r) == UINT64_C(0x123456789abcdef0));
	assert_int_equal(p11l_get_item(&r), P11L_ITEM_BYTES);
	assert_int_equal(p11l_get_u64(&r), 1000);
	assert_int_equal(p11l_get_u16(&r), 3);
	assert_memory_equal(r.at, "abc", 3);
	assert_true(r.at + 3 == r.end);
}

/* Whatever does not fit is left out, with all that follows, and one mark says so. */
static void full_record_is_marked_once(void **state)
{
	(void)state;
	for (size_t size = 1; size < 40; size++) {
		struct p11l_writer w = writer(size);
		struct p11l_reader r;
		size_t numbers = 0;

		for (int i = 0; i < 10; i++)
			p11l_put_u64(&w, P11L_ITEM_NUMBER, 7);
		assert_true(w.cut);
		assert_true(w.at <= space + size);
		assert_int_equal(space[size], 0xee);
		r = reader(&w);
		while (p11l_get_item(&r) == P11L_ITEM_NUMBER) {
			assert_int_equal(p11l_get_u64(&r), 7);
			numbers++;
		}
		assert_int_equal(numbers, (size - 1) / 9);
		assert_int_equal(w.at - space, numbers * 9 + 1);
		assert_int_equal(w.at[-1], P11L_ITEM_CUT);
	}
}

static void room_is_exact(void **state)
{
	struct p11l_writer w = writer(10);

	(void)state;
	p11l_put_u64(&w, P11L_ITEM_NUMBER, 7);
	assert_false(w.cut);
	p11l_put_item(&w, P11L_ITEM_NULL);
	assert_true(w.cut);
	assert_false(p11l_put_array(&w, P11L_ITEM_LIST, 1, 1));
	assert_true(w.at == space + 10);
}

static void reading_past_the_end_gives_nothing(void **state)
{
	uint8_t *octets = before_guard(3);
	struct p11l_reader r = {octets, octets + 3};
	size_t size = 10;

	(void)state;
	memset(octets, 0xff, 3);
	assert_int_equal(p11l_get_u64(&r), 0);
	assert_true(r.at == r.end);
	assert_int_equal(p11l_get_u8(&r), 0);
	assert_int_equal(p11l_get_u16(&r), 0);
	assert_int_equal(p11l_get_u32(&r), 0);
	assert_int_equal(p11l_get_item(&r), P11L_ITEM_CUT);
	r.at = octets + 1;
	p11l_get_octets(&r, &size);
	assert_int_equal(size, 2);
	assert_true(r.at == r.end);
}

static void unknown_items_end_the_record(void **state)
{
	uint8_t octets[] = {P11L_ITEM_STRUCT + 1, P11L_ITEM_NULL};
	struct p11l_reader r = {octets, octets + 2};

	(void)state;
	assert_int_equal(p11l_get_item(&r), P11L_ITEM_CUT);
	assert_true(r.at == r.end);
}

/* One item of each kind, and a mark behind it that must be reached. */
static void every_item_can_be_stepped_over(void **state)
{
	static const struct {
		size_t size;
		const char *octets;
	} rows[] = {
	        {1, "\x01"},
	        {1, "\x02"},
	        {9, "\x03........"},
	        {9, "\x04........"},
	        {9, "\x05........"},
	        {9, "\x06........"},
	        {1, "\x07"},
	        {14, "\x08........\x03\x00"
	             "abc"},
	        {14, "\x09........s...."},
	        {13, "\x0a........\x02\x00\x01\x02"},
	        {29, "\x0b........\x02\x00........\x01........\x02"},
	        {18, "\x0c................\x02"},
	        {6, "\x0d\x01\x00\x02\x01\x02"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *octets = before_guard(rows[i].size + 1);
		struct p11l_reader r = {octets, octets + rows[i].size + 1};

		memcpy(octets, rows[i].octets, rows[i].size);
		octets[rows[i].size] = P11L_ITEM_NULL;
		p11l_skip_item(&r);
		assert_true(r.at == octets + rows[i].size);
		assert_int_equal(p11l_get_item(&r), P11L_ITEM_NULL);
	}
}

/* Nesting without an end must not use the stack up. */
static void deep_nesting_is_given_up(void **state)
{
	static uint8_t octets[4 * 1000000];
	struct p11l_reader r = {octets, octets + sizeof(octets)};

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i += 4)
		memcpy(octets + i, "\x0d\x01\x00\x01", 4);
	p11l_skip_item(&r);
	assert_true(r.at == r.end);
}

/* A small generator of its own, so that a failure can be repeated. */
static uint32_t next_random(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void damaged_items_are_read_to_the_end_and_no_further(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = next_random() % 200;
		static uint8_t *end;
		struct p11l_reader r;

		if (end == NULL)
			end = before_guard(256) + 256;
		r = (struct p11l_reader){end - size, end};
		for (size_t i = 0; i < size; i++)
			end[i - size] = (uint8_t)(next_random() % (i % 3 == 0 ? 14 : 256));
		for (int i = 0; i < 300 && r.at < r.end; i++)
			p11l_skip_item(&r);
		assert_true(r.at == r.end);
	}
}

/* What handles mean is learnt from records, too; they may come out of a damaged file. */
static void damaged_records_teach_nothing_bad(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = next_random() % 200;
		static uint8_t *place;
		struct p11l_record *record;

		if (place == NULL)
			place = before_guard(sizeof(struct p11l_record) + 256) +
			        sizeof(struct p11l_record) + 256;
		size = size / 8 * 8;
		record = (struct p11l_record *)(void *)(place - size - sizeof(*record));
		*record = (struct p11l_record){
		        .size = (uint32_t)(sizeof(*record) + size),
		        .in_size = size > 0 ? next_random() % (uint32_t)size : 0,
		        .function = (uint16_t)(next_random() % (P11L_FUNCTIONS + 2)),
		        .state = P11L_RECORD_COMPLETE | P11L_RECORD_OUTPUTS,
		};
		for (size_t i = 0; i < size; i++)
			place[i - size] = (uint8_t)(next_random() % (i % 3 == 0 ? 14 : 256));
		p11l_known_learn(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_written_is_read),
	        cmocka_unit_test(full_record_is_marked_once),
	        cmocka_unit_test(room_is_exact),
	        cmocka_unit_test(reading_past_the_end_gives_nothing),
	        cmocka_unit_test(unknown_items_end_the_record),
	        cmocka_unit_test(every_item_can_be_stepped_over),
	        cmocka_unit_test(deep_nesting_is_given_up),
	        cmocka_unit_test(damaged_items_are_read_to_the_end_and_no_further),
	        cmocka_unit_test(damaged_records_teach_nothing_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
