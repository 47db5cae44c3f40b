/* SPDX-License-Identifier: MIT */
/*
 * Records that a crash, a disk or an enemy has changed: whatever is in them, nothing breaks, and
 * what comes out is a line of text, of JSON, or XML. Each run has its own seed, which is said;
 * P11L_SEED repeats one, P11L_RECORDS says how many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "items.h"
#include "logging/render/format.h"
#include "logging/render/known.h"
#include "shim/config.h"
#include "wellformed.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t seed;

/* xorshift64* */
static uint64_t any(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * UINT64_C(0x2545f4914f6cdd1d) >> 11) % below;
}

/* Records that hold together */

static void put_any_octets(struct p11l_writer *w)
{
	uint8_t octets[200];
	size_t size = any(sizeof(octets));
	bool text = any(2) != 0;

	for (size_t i = 0; i < size; i++)
		octets[i] = (uint8_t)(text ? 0x20 + any(0x60) : any(256));
	put_cut_octets(w, octets, size, size + (any(4) == 0 ? any(1000) : 0));
}

static void put_any_name(struct p11l_writer *w)
{
	uint8_t der[40] = {0x30, 0, 0x31, 0, 0x30, 0, 0x06, 3, 0x55, 4, 3, 0x0c, 0};
	uint8_t size = (uint8_t)any(sizeof(der) - 13);

	for (unsigned i = 0; i < size; i++)
		der[13 + i] = (uint8_t)any(256);
	der[12] = size;
	der[5] = (uint8_t)(7 + size);
	der[3] = (uint8_t)(9 + size);
	der[1] = (uint8_t)(11 + size);
	put_octets(w, der, 13u + size);
}

static void put_any_item(struct p11l_writer *w, unsigned depth);

static void put_any_template(struct p11l_writer *w, unsigned depth)
{
	unsigned count = (unsigned)any(8);

	p11l_put_array(w, P11L_ITEM_TEMPLATE, count + any(2), (uint16_t)count);
	for (unsigned i = 0; i < count && p11l_room(w, 8); i++) {
		put_type(w, p11l_attributes[any(p11l_attribute_count)].type);
		put_any_item(w, depth);
	}
}

static void put_any_group(struct p11l_writer *w, unsigned depth)
{
	unsigned count = (unsigned)any(5), id = (unsigned)any(P11L_STRUCTS);

	switch (any(4)) {
	case 0:
		p11l_put_array(w, P11L_ITEM_LIST, count, (uint16_t)count);
		break;
	case 1:
		put_any_template(w, depth);
		return;
	case 2:
		if (!p11l_room(w, 4))
			return;
		put_struct(w, id);
		count = p11l_structs[id].count;
		break;
	default:
		if (!p11l_room(w, 17))
			return;
		put_mechanism(w, p11l_mechanisms[any(p11l_mechanism_count)].type, any(3));
		count = 1;
	}
	for (unsigned i = 0; i < count; i++)
		put_any_item(w, depth);
}

static void put_any_item(struct p11l_writer *w, unsigned depth)
{
	switch (any(depth > 0 ? 9 : 7)) {
	case 0:
		p11l_put_item(w, any(2) != 0 ? P11L_ITEM_NULL : P11L_ITEM_NONE);
		break;
	case 1:
		p11l_put_u64(w, P11L_ITEM_LENGTH, any(UINT64_MAX));
		break;
	case 2:
		if (p11l_room(w, 220))
			put_any_octets(w);
		break;
	case 3:
		if (p11l_room(w, 60))
			put_any_name(w);
		break;
	case 4:
		if (p11l_room(w, 14))
			put_hidden(w, any(100), (uint8_t)any(4), (uint32_t)any(UINT32_MAX));
		break;
	case 5:
		p11l_put_u64(
		        w, any(2) != 0 ? P11L_ITEM_ADDRESS : P11L_ITEM_UNREADABLE, any(UINT64_MAX));
		break;
	case 6:
		put_number(w, any(8) == 0 ? any(UINT64_MAX) : any(40));
		break;
	default:
		put_any_group(w, depth - 1);
	}
}

static void put_any_note(struct making *m)
{
	char text[160];
	size_t size = any(sizeof(text));

	for (size_t i = 0; i < size; i++)
		text[i] = (char)(1 + any(127));
	text[size] = '\0';
	make_note(m, "TPL-1", text);
}

static void make_any(struct making *m)
{
	const struct p11l_function *function;
	unsigned number = (unsigned)any(P11L_FUNCTIONS);

	make_call(m, number);
	function = &p11l_functions[number];
	for (unsigned i = 0; i < function->count; i++)
		if ((function->param[i].direction & P11L_IN) != 0)
			put_any_item(&m->w, 3);
	if (any(8) != 0)
		make_return(m, any(2) != 0 ? CKR_OK : any(0x200));
	for (unsigned i = 0; i < function->count; i++)
		if (m->record.head.state != 0 && (function->param[i].direction & P11L_OUT) != 0)
			put_any_item(&m->w, 3);
	for (uint64_t n = any(2) * any(6); n > 0 && p11l_room(&m->w, 200); n--)
		put_any_note(m);
	if (any(4) == 0) {
		m->record.head.layer = P11L_LAYER_VENDOR;
		m->record.head.state |= P11L_RECORD_CHILD;
		m->record.head.parent = any(100);
	}
	made(m);
}

/* Damage */

static void damage(struct making *m)
{
	struct p11l_record *head = &m->record.head;
	uint8_t *body = m->record.octets + sizeof(*head);
	size_t size = head->size - sizeof(*head);

	for (uint64_t n = any(12); n > 0 && size > 0; n--)
		body[any(size)] = (uint8_t)(any(2) != 0 ? any(P11L_ITEM_STRUCT + 2) : any(256));
	if (any(4) == 0 && size > 0)
		head->size -= (uint32_t)any(size);
	if (any(4) == 0)
		head->in_size = (uint32_t)(any(2) != 0 ? any(size + 1) : any(UINT32_MAX));
	if (any(8) == 0)
		head->function = (uint16_t)any(UINT16_MAX);
	if (any(8) == 0)
		head->state = (uint8_t)any(256);
	if (any(8) == 0)
		head->notes_size = (uint16_t)any(any(2) != 0 ? 100 : UINT16_MAX);
	if (any(16) == 0)
		head->time = head->duration = head->rv = head->sequence = UINT64_MAX - any(2);
}

/* Exactly as large as the record says, so that a tool for memory errors sees a step beyond. */
static struct p11l_record *copy_of(const struct p11l_record *record)
{
	struct p11l_record *copy = malloc(record->size);

	assert_non_null(copy);
	memcpy(copy, record, record->size);
	return copy;
}

/* A line, and then perhaps lines that begin with "~". */
static bool is_text(const char *text, size_t size)
{
	const char *end = text + size, *next = memchr(text, '\n', size);

	while (next != NULL && ++next < end && *next == '~')
		next = memchr(next, '\n', (size_t)(end - next));
	return next == end;
}

/* A call and its return, or the call alone in a comment. */
static bool has_its_elements(const struct p11l_record *record, const char *text, size_t size)
{
	unsigned count = 0;

	for (const char *at = text; at != NULL;
	        at = memchr(at + 1, '\n', size - (size_t)(at + 1 - text)))
		if ((size_t)(at - text) + 6 < size && memcmp(at, "\n  <C_", 6) == 0)
			count++;
	return count == ((record->state & P11L_RECORD_COMPLETE) != 0 ? 2 : 1);
}

static void check(const struct p11l_record *record)
{
	static const struct {
		int format;
		bool (*good)(const char *text, size_t size);
	} formats[] = {
	        {P11L_TRACE_TEXT, is_text},
	        {P11L_TRACE_JSON, is_json_line},
	        {P11L_TRACE_XML, is_xml_content},
	};
	size_t room = P11L_RENDER_LEAST + any(8) * any(4000);
	char *buffer = malloc(room);

	assert_non_null(buffer);
	for (size_t i = 0; i < COUNT(formats); i++) {
		size_t size = p11l_formats[formats[i].format].record(record, buffer, room);

		bool good = size <= room && formats[i].good(buffer, size);

		if (formats[i].format == P11L_TRACE_XML)
			good = good && has_its_elements(record, buffer, size);
		if (!good) {
			fprintf(stderr, "%.*s", (int)size, buffer);
			fail_msg("format %d cannot be read", formats[i].format);
		}
	}
	free(buffer);
}

static void run(bool damaged)
{
	const char *given = getenv("P11L_SEED"), *records = getenv("P11L_RECORDS");
	unsigned long count = records != NULL ? strtoul(records, NULL, 0) : 100000;
	struct making m;

	seed = given != NULL ? strtoull(given, NULL, 0)
	                     : (uint64_t)time(NULL) * 2 + (damaged ? 1 : 0);
	print_message("P11L_SEED=0x%llx\n", (unsigned long long)seed);
	seed |= 1;
	for (unsigned long i = 0; i < count; i++) {
		struct p11l_record *record;

		make_any(&m);
		if (damaged)
			damage(&m);
		record = copy_of(&m.record.head);
		check(record);
		p11l_known_learn(record);
		free(record);
	}
}

static void whole_records(void **state)
{
	(void)state;
	run(false);
}

static void damaged_records(void **state)
{
	(void)state;
	run(true);
}

/* The readers themselves: what they must not let pass. */
static void readers(void **state)
{
	static const char *const json[] = {"{}", "{\"a\":1,}\n", "{\"a\":01}\n", "{\"a\":\"\n\"}\n",
	        "{\"a\":\"\\x\"}\n", "{\"a\":\"\377\"}\n", "{\"a\":[1 2]}\n", "{\"a\"}\n", "[]\n"};
	static const char *const xml[] = {"<a>", "<a></b>", "<a b=\"1\" b=\"2\"/>", "<a b=\"<\"/>",
	        "<a b=\"&x;\"/>", "<a b=\"&#x1;\"/>", "<a b=\"\1\"/>", "<a b=\"\377\"/>", "<?a b?>",
	        "<!-- -- -->", "text"};

	(void)state;
	for (size_t i = 0; i < COUNT(json); i++)
		assert_false(is_json_line(json[i], strlen(json[i])));
	for (size_t i = 0; i < COUNT(xml); i++)
		assert_false(is_xml_content(xml[i], strlen(xml[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(readers),
	        cmocka_unit_test(whole_records),
	        cmocka_unit_test(damaged_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
