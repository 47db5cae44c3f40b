/* SPDX-License-Identifier: MIT */
/* Notes on what the lens has changed in a call, as a rule of the normaliser adds them. */
#define _GNU_SOURCE
#include "harness.h"

#include "logging/logging.h"
#include "logging/sink/ring.h"
#include "shim/config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct p11l_config config;

static void start(const char *value)
{
	char error[P11L_ERROR_SIZE] = "";

	setenv("PKCS11_LENS_TRACE", value, 1);
	if (!p11l_config_load(&config, error))
		fail_msg("%s", error);
	assert_true(p11l_trace_start(&config));
}

/* A call in which rules change something; calls that are nested lie deeper on the stack. */
static __attribute__((noinline)) void call(void (*body)(void))
{
	CK_SESSION_INFO info = {0};
	const uintptr_t arg[] = {0x100, (uintptr_t)&info};
	struct p11l_call call;

	p11l_enter(&call, 0, P11L_C_GetSessionInfo, arg);
	body();
	assert_int_equal(p11l_leave(&call, CKR_OK), CKR_OK);
}

static void no_note(void)
{
}

static void one_note(void)
{
	errno = 77;
	p11l_note("ECP-1", "CKA_EC_POINT: %s -> %s", "raw", "OCTET STRING");
	assert_int_equal(errno, 77);
}

static void two_notes(void)
{
	one_note();
	p11l_note("TPL-2", "CKA_SENSITIVE: -> %d", 1);
}

static void odd_note(void)
{
	p11l_note("X\"<&>", "a \"b\"\nc\\ <d> & %c%c \xff", 1, 127);
}

static void many_notes(void)
{
	for (int i = 0; i < 100; i++)
		p11l_note("RUL-1", "number %d", i);
}

static void long_note(void)
{
	char text[5000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	p11l_note("RUL-1", "%s", text);
}

static const char *lines(void)
{
	const char *text = trace();

	assert_int_equal(occurrences(text, "C_GetSessionInfo("), 1);
	return strchr(strstr(text, "C_GetSessionInfo("), '\n') + 1;
}

CASE(note_has_a_line_of_its_own)
{
	start("text:trace");
	call(one_note);
	assert_string_equal(lines(), "~ ECP-1 CKA_EC_POINT: raw -> OCTET STRING\n");
}

CASE(notes_stand_in_their_order)
{
	start("text:trace");
	call(two_notes);
	assert_string_equal(lines(), "~ ECP-1 CKA_EC_POINT: raw -> OCTET STRING\n"
	                             "~ TPL-2 CKA_SENSITIVE: -> 1\n");
}

CASE(notes_belong_to_their_call)
{
	start("text:trace");
	call(two_notes);
	call(no_note);
	call(one_note);
	assert_int_equal(occurrences(trace(), "\n~ "), 3);
	assert_int_equal(occurrences(trace(), "us\n~ ECP-1"), 2);
}

CASE(note_stays_on_its_line)
{
	start("text:trace");
	call(odd_note);
	assert_int_equal(occurrences(lines(), "\n"), 1);
	assert_memory_equal(lines(), "~ X", 3);
}

CASE(notes_are_bounded)
{
	const char *text;

	start("text:trace");
	call(many_notes);
	text = lines();
	assert_true(occurrences(text, "\n~ RUL-1 number ") > 10);
	assert_int_equal(occurrences(text, "\n~ ..."), 1);
	assert_memory_equal(text + strlen(text) - 7, "~ ... \n", 7);
}

CASE(note_that_is_too_long_is_cut)
{
	start("text:trace");
	call(long_note);
	assert_memory_equal(lines(), "~ RUL-1 aaaaaaaa", 16);
	assert_true(strlen(lines()) > 200 && strlen(lines()) < 300);
}

CASE(json)
{
	start("json:trace");
	call(two_notes);
	assert_non_null(strstr(contents("trace"),
	        "\"notes\":[{\"rule\":\"ECP-1\",\"text\":\"CKA_EC_POINT: raw -> OCTET "
	        "STRING\"},{\"rule\":\"TPL-2\",\"text\":\"CKA_SENSITIVE: -> 1\"}]"));
}

CASE(json_without_notes)
{
	start("json:trace");
	call(no_note);
	assert_null(strstr(contents("trace"), "\"notes\""));
}

CASE(xml)
{
	start("xml:trace");
	call(odd_note);
	assert_int_equal(occurrences(contents("trace"), "<?lens-note rule=\"X&quot;&lt;&amp;"), 1);
}

/* The last record: the one that returned, with its notes at the end. */
CASE(flight_recorder)
{
	static uint8_t file[P11L_RING_HEADER + 65536];
	union {
		struct p11l_record head;
		uint8_t octets[P11L_RECORD_SIZE];
	} record;
	struct p11l_noted note;
	struct p11l_reader r;
	char name[64];
	uint64_t first;
	int fd;

	start("ring:trace,size=64K");
	call(two_notes);
	snprintf(name, sizeof(name), "trace.%d", (int)getpid());
	fd = open(name, O_RDONLY);
	assert_int_equal(read(fd, file, sizeof(file)), sizeof(file));
	memcpy(&record.head, file + P11L_RING_HEADER + 16, sizeof(record.head));
	assert_int_equal(record.head.notes_size, 0);
	first = p11l_ring_space(record.head.size);
	memcpy(&record.head, file + P11L_RING_HEADER + first + 16, sizeof(record.head));
	memcpy(&record, file + P11L_RING_HEADER + first + 16, record.head.size);
	r = (struct p11l_reader){p11l_record_notes(&record.head), record.octets + record.head.size};
	assert_true(p11l_get_note(&r, &note));
	assert_int_equal(note.rule_size, 5);
	assert_memory_equal(note.rule, "ECP-1", 5);
	assert_memory_equal(note.text, "CKA_EC_POINT: raw", 17);
	assert_true(p11l_get_note(&r, &note));
	assert_memory_equal(note.rule, "TPL-2", 5);
	assert_false(p11l_get_note(&r, &note));
}

/* Notes go to the host's call, also while a call to the vendor has ended already. */
static void notes_and_a_call(void)
{
	CK_SESSION_INFO info = {0};
	const uintptr_t arg[] = {0x100, (uintptr_t)&info};
	struct p11l_call inner;

	p11l_note("RUL-1", "before");
	p11l_enter_vendor(&inner, 0, P11L_C_GetSessionInfo, arg);
	p11l_note("RUL-2", "meanwhile");
	p11l_leave_vendor(&inner, CKR_OK);
	p11l_note("RUL-3", "behind");
}

CASE(notes_beside_calls_to_the_vendor)
{
	const char *text;

	start("text:trace");
	call(notes_and_a_call);
	text = trace();
	assert_int_equal(occurrences(text, "C_GetSessionInfo("), 2);
	text = strchr(strchr(text, '\n') + 1, '\n') + 1;
	assert_string_equal(text, "~ RUL-1 before\n~ RUL-2 meanwhile\n~ RUL-3 behind\n");
}

CASE(note_without_a_call)
{
	start("text:trace,functions=C_Login");
	one_note();
	call(one_note);
	assert_string_equal(trace(), "");
}

CASE(call_to_the_vendor_without_a_call_of_the_host)
{
	const uintptr_t arg[] = {0};
	struct p11l_call alone;

	start("text:trace");
	p11l_enter_vendor(&alone, 0, P11L_C_GetInfo, arg);
	assert_int_equal(p11l_leave_vendor(&alone, CKR_DEVICE_ERROR), CKR_DEVICE_ERROR);
	assert_string_equal(trace(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(note_has_a_line_of_its_own),
	        cmocka_unit_test(notes_stand_in_their_order),
	        cmocka_unit_test(notes_belong_to_their_call),
	        cmocka_unit_test(note_stays_on_its_line),
	        cmocka_unit_test(notes_are_bounded),
	        cmocka_unit_test(note_that_is_too_long_is_cut),
	        cmocka_unit_test(json),
	        cmocka_unit_test(json_without_notes),
	        cmocka_unit_test(xml),
	        cmocka_unit_test(flight_recorder),
	        cmocka_unit_test(notes_beside_calls_to_the_vendor),
	        cmocka_unit_test(note_without_a_call),
	        cmocka_unit_test(call_to_the_vendor_without_a_call_of_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
