/* SPDX-License-Identifier: MIT */
/* Both sides of a call: what the host asks of the lens, and what the lens asks of the vendor. */
#define _GNU_SOURCE
#include "harness.h"

#include "logging/sink/ring.h"

#include <fcntl.h>
#include <unistd.h>

static CK_FUNCTION_LIST_3_2 *p11;
static CK_SESSION_HANDLE session;

static void start(const char *personality, const char *value)
{
	use_vendor("mock.so", personality);
	setenv("PKCS11_LENS_TRACE", value, 1);
	load_lens();
	p11 = interface_table(3, 2);
	session = open_session(p11);
}

static CK_RV info(void)
{
	CK_SESSION_INFO info;

	return p11->C_GetSessionInfo(session, &info);
}

CASE(each_call_to_the_vendor_stands_before_the_call_it_is_for)
{
	const char *text, *next;
	unsigned outer, inner, parent;

	start("", "text:trace,layers=app+vendor");
	assert_int_equal(info(), CKR_OK);
	text = strstr(trace(), "C_GetSessionInfo(");
	while (text[-1] != '\n')
		text--;
	next = strchr(text, '\n') + 1;
	assert_int_equal(sscanf(text, "%*s %*s #%u [vendor of #%u] C_GetSessionInfo(hSession=0x100",
	                         &inner, &parent),
	        2);
	assert_int_equal(sscanf(next, "%*s %*s #%u C_GetSessionInfo(hSession=0x100", &outer), 1);
	assert_int_equal(parent, outer);
	assert_int_equal(inner, outer + 1);
	/* Both say the same of it. */
	text = strstr(text, "C_GetSessionInfo(");
	next = strstr(next, "C_GetSessionInfo(");
	assert_memory_equal(text, next, strcspn(text, "=") + 60);
	assert_int_equal(vendor()->calls[P11L_C_GetSessionInfo], 1);
}

CASE(json_has_layer_and_parent)
{
	unsigned outer, parent;
	const char *text, *next;

	start("", "json:trace,layers=app+vendor");
	info();
	text = strstr(contents("trace"), "\"fn\":\"C_GetSessionInfo\"");
	while (text[-1] != '\n')
		text--;
	next = strchr(text, '\n') + 1;
	assert_int_equal(sscanf(strstr(text, "\"parent\":"), "\"parent\":%u,", &parent), 1);
	assert_true(strstr(text, "\"layer\":\"vendor\"") < next);
	assert_int_equal(sscanf(next, "{\"v\":1,\"seq\":%u,", &outer), 1);
	assert_non_null(strstr(next, "\"layer\":\"app\",\"fn\":\"C_GetSessionInfo\""));
	assert_int_equal(parent, outer);
}

CASE(xml_has_layer_and_parent)
{
	start("", "xml:trace,layers=app+vendor");
	info();
	assert_int_equal(occurrences(contents("trace"), "layer=\"vendor\" parent=\""),
	        occurrences(contents("trace"), "layer=\"app\""));
}

/* By number: 0 the vendor's, 1 the host's; each entered and returned. */
CASE(flight_recorder_has_both)
{
	static uint8_t file[P11L_RING_HEADER + 65536];
	unsigned count[2][2] = {{0}};
	uint64_t sequence = UINT64_MAX, head;
	char name[64];
	int fd;

	start("", "ring:trace,size=64K,layers=app+vendor");
	info();
	snprintf(name, sizeof(name), "trace.%d", (int)getpid());
	fd = open(name, O_RDONLY);
	assert_int_equal(read(fd, file, sizeof(file)), sizeof(file));
	memcpy(&head, file + offsetof(struct p11l_ring_header, head), sizeof(head));
	for (uint64_t at = 0; at < head;) {
		struct p11l_record record;

		memcpy(&record, file + P11L_RING_HEADER + at + sizeof(struct p11l_ring_entry),
		        sizeof(record));
		at += p11l_ring_space(record.size);
		if (record.function != P11L_C_GetSessionInfo)
			continue;
		count[record.layer == P11L_LAYER_APP][record.state & P11L_RECORD_COMPLETE]++;
		if (sequence == UINT64_MAX)
			sequence = record.sequence;
		if (record.layer == P11L_LAYER_VENDOR)
			assert_int_equal(record.parent, sequence);
		assert_int_equal(
		        (record.state & P11L_RECORD_CHILD) != 0, record.layer == P11L_LAYER_VENDOR);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(count[i / 2][i % 2], 1);
}

CASE(initialise_and_getters_are_recorded_too)
{
	CK_VERSION version = {3, 2};
	CK_INTERFACE *interface;
	CK_FUNCTION_LIST *list;

	start("", "text:trace,layers=app+vendor");
	assert_int_equal(p11->C_GetFunctionList(&list), CKR_OK);
	assert_int_equal(
	        p11->C_GetInterface((CK_UTF8CHAR *)(uintptr_t) "PKCS 11", &version, &interface, 0),
	        CKR_OK);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(occurrences(trace(), "] C_Initialize("), 1);
	assert_int_equal(occurrences(trace(), "] C_GetFunctionList("), 1);
	assert_true(occurrences(trace(), "] C_GetInterface(") >= 1);
	assert_int_equal(occurrences(trace(), "] C_Finalize("), 1);
}

CASE(function_that_the_vendor_lacks_is_not_called_there)
{
	start("null C_GetSessionInfo\n", "text:trace,layers=app+vendor");
	assert_int_equal(info(), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 1);
	assert_int_equal(occurrences(trace(), "] C_GetSessionInfo("), 0);
}

CASE(what_is_not_recorded_above_is_not_recorded_below)
{
	start("", "text:trace,layers=app+vendor,functions=C_Finalize");
	info();
	assert_int_equal(occurrences(trace(), "C_GetSessionInfo("), 0);
	p11->C_Finalize(NULL);
	assert_int_equal(occurrences(trace(), "C_Finalize("), 2);
}

CASE(statistics_count_a_call_once)
{
	const char *row;

	start("", "text:trace,layers=app+vendor,stats=yes");
	for (int i = 0; i < 3; i++)
		info();
	p11->C_Finalize(NULL);
	row = strstr(contents("trace"), "\nC_GetSessionInfo ");
	assert_non_null(row);
	assert_int_equal(strtoul(row + 18, NULL, 10), 3);
	assert_non_null(strstr(contents("trace"), "1 at most"));
}

CASE(secrets_are_hidden_on_both_sides)
{
	CK_UTF8CHAR pin[] = "canary-4711";

	start("", "text:trace,layers=app+vendor");
	assert_int_equal(p11->C_Login(session, CKU_USER, pin, sizeof(pin) - 1), CKR_OK);
	assert_int_equal(occurrences(trace(), "C_Login("), 2);
	assert_null(strstr(trace(), "canary"));
}

/* A callback of the host that calls in again: its call has a vendor's call of its own. */
static CK_RV call_back(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	static bool inside;

	(void)arg;
	if (function != P11L_C_GetSessionInfo || inside)
		return rv;
	inside = true;
	rv = info();
	inside = false;
	return rv;
}

CASE(nested_calls_have_their_own)
{
	unsigned number[4], parent[2];
	const char *at;

	start("", "text:trace,layers=app+vendor");
	vendor()->hook = call_back;
	info();
	vendor()->hook = NULL;
	/* In the order in which they return: inner vendor, inner, outer vendor, outer. */
	at = strstr(trace(), "C_GetSessionInfo(");
	for (int i = 0; i < 4; i++) {
		const char *line = at;

		while (line[-1] != '\n')
			line--;
		assert_int_equal(sscanf(line, "%*s %*s #%u", &number[i]), 1);
		if (i % 2 == 0)
			assert_int_equal(
			        sscanf(line, "%*s %*s #%*u [vendor of #%u]", &parent[i / 2]), 1);
		at = strstr(at + 1, "C_GetSessionInfo(");
	}
	assert_null(at);
	assert_int_equal(parent[0], number[1]);
	assert_int_equal(parent[1], number[3]);
	assert_true(number[3] < number[2] && number[2] < number[1] && number[1] < number[0]);
}

/* Off is off: the vendor's own pointers, whatever the layers are. */
CASE(without_a_trace_nothing_is_in_between)
{
	start("", "off,layers=app+vendor");
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if (!is_always_ours(i))
			assert_ptr_equal(
			        entries(p11)[i], entries((CK_FUNCTION_LIST_3_2 *)(uintptr_t)vendor()
			                                         ->interface[0]
			                                         .pFunctionList)[i]);
}

CASE(host_alone_is_the_default)
{
	start("", "text:trace");
	info();
	assert_null(strstr(trace(), "vendor of"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_call_to_the_vendor_stands_before_the_call_it_is_for),
	        cmocka_unit_test(json_has_layer_and_parent),
	        cmocka_unit_test(xml_has_layer_and_parent),
	        cmocka_unit_test(flight_recorder_has_both),
	        cmocka_unit_test(initialise_and_getters_are_recorded_too),
	        cmocka_unit_test(function_that_the_vendor_lacks_is_not_called_there),
	        cmocka_unit_test(what_is_not_recorded_above_is_not_recorded_below),
	        cmocka_unit_test(statistics_count_a_call_once),
	        cmocka_unit_test(secrets_are_hidden_on_both_sides),
	        cmocka_unit_test(nested_calls_have_their_own),
	        cmocka_unit_test(without_a_trace_nothing_is_in_between),
	        cmocka_unit_test(host_alone_is_the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
