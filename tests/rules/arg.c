/* SPDX-License-Identifier: MIT */
/* Arguments that end the process in some vendors. */
#define _GNU_SOURCE
#include "rules.h"

static CK_RV digest_init(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	return s->p11->C_DigestInit(s->session, &mechanism);
}

/* BUF-10: pointers that a function needs */

static bool null_is_refused(struct subject *s)
{
	CK_BYTE octets[64];
	CK_ULONG size = sizeof(octets);
	CK_ATTRIBUTE none[1];

	return s->p11->C_GetInfo(NULL) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_GetSlotList(CK_TRUE, NULL, NULL) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_GetMechanismList(s->slot, NULL, NULL) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_OpenSession(s->slot, CKF_SERIAL_SESSION, NULL, NULL, NULL) ==
	               CKR_ARGUMENTS_BAD &&
	       s->p11->C_CreateObject(s->session, none, 0, NULL) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_GenerateRandom(s->session, NULL, 5) == CKR_ARGUMENTS_BAD &&
	       digest_init(s) == CKR_OK &&
	       s->p11->C_Digest(s->session, NULL, 5, octets, &size) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_Digest(s->session, octets, 5, octets, NULL) == CKR_ARGUMENTS_BAD;
}

CASE(buf_10_null_where_something_is_needed)
{
	const struct setting setting = {
	        .rule = "BUF-10", .twist = "null-crash", .crashes = true, .native = true};

	check_rule(&setting, null_is_refused);
}

/* NULL that means something reaches the vendor: sizes, no data, a PIN that is typed elsewhere. */
static bool null_that_means_something(struct subject *s)
{
	CK_BYTE octets[64];
	CK_ULONG size = 0;

	assert_int_equal(s->p11->C_GetSlotList(CK_TRUE, NULL, &size), CKR_OK);
	assert_int_equal(digest_init(s), CKR_OK);
	assert_int_equal(s->p11->C_Digest(s->session, octets, 5, NULL, &size), CKR_OK);
	assert_int_equal(size, 32);
	assert_int_equal(s->p11->C_Digest(s->session, octets, 5, octets, &size), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	return s->p11->C_FindObjectsFinal(s->session) == CKR_OK;
}

CASE(buf_10_sizes_and_searches_for_all)
{
	const struct setting setting = {.rule = "BUF-10", .twist = "null-crash"};

	assert_true(with_lens(&setting, null_that_means_something));
	assert_int_equal(notes("BUF-10"), 0);
}

/* Each function with each pointer that it needs missing, and the vendor is never called. */

static bool is_named(const struct p11l_rule *rule, unsigned function)
{
	for (unsigned i = 0; i < rule->places; i++)
		if ((rule->at[i].functions[function / 64] >> function % 64 & 1) != 0)
			return true;
	return false;
}

static bool is_needed(const struct p11l_function *row, const struct p11l_member *param)
{
	return param->pointer && param->direction != P11L_IN && param->length == P11L_LENGTH_NONE &&
	       param->type.role != P11L_ROLE_MECHANISM &&
	       param->type.role != P11L_ROLE_MESSAGE_MECHANISM &&
	       param->type.role != P11L_ROLE_OPAQUE && param->type.role != P11L_ROLE_PARAMETER &&
	       strcmp(row->name, "C_DeriveKey") != 0 && strcmp(row->name, "C_SignMessageNext") != 0;
}

static void call_without(CK_FUNCTION_LIST_3_2 *list, unsigned function, unsigned missing)
{
	static uint64_t memory[P11L_MAX_PARAMS][512];
	const struct p11l_function *row = &p11l_functions[function];
	uintptr_t arg[P11L_MAX_PARAMS] = {0};
	unsigned before = vendor()->calls[function];

	for (unsigned i = 0; i < row->count; i++)
		arg[i] = row->param[i].pointer ? (uintptr_t)memory[i] : MOCK_SESSION;
	arg[missing] = 0;
	if (call_entry(entries(list)[function], arg) != CKR_ARGUMENTS_BAD ||
	        vendor()->calls[function] != before)
		fail_msg("%s without %s", row->name, row->param[missing].name);
}

CASE(buf_10_every_function_that_it_names)
{
	const struct p11l_rule *rule = &p11l_rules[P11L_RULE_BUF_10];
	CK_FUNCTION_LIST_3_2 *list;
	unsigned checked = 0;

	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_NORMALISE", "fix", 1);
	load_lens();
	list = interface_table(3, 2);
	open_session(list);
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		const struct p11l_function *row = &p11l_functions[i];

		for (unsigned j = 0; is_named(rule, i) && j < row->count; j++) {
			if (is_needed(row, &row->param[j])) {
				call_without(list, i, j);
				checked++;
			}
		}
	}
	assert_true(checked > 40);
}

/* Some mechanisms derive no key of their own, and some parts of a signature are not its last. */
CASE(buf_10_outputs_that_may_be_missing)
{
	CK_MECHANISM mechanism = {CKM_SSL3_KEY_AND_MAC_DERIVE, NULL, 0};
	CK_SESSION_HANDLE session;
	CK_FUNCTION_LIST_3_2 *list;
	CK_BYTE octets[8] = {0};

	use_vendor("mock.so", "silent C_DeriveKey\nsilent C_SignMessageNext\n");
	setenv("PKCS11_LENS_NORMALISE", "fix", 1);
	load_lens();
	list = interface_table(3, 2);
	session = open_session(list);
	assert_int_equal(
	        list->C_DeriveKey(session, &mechanism, MOCK_OBJECT, NULL, 0, NULL), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_DeriveKey], 1);
	assert_int_equal(
	        list->C_SignMessageNext(session, NULL, 0, octets, sizeof(octets), NULL, NULL),
	        CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_SignMessageNext], 1);
}

/* BUF-11: no data */

static bool no_data_is_data(struct subject *s)
{
	static const CK_BYTE empty[] = {0xe3, 0xb0, 0xc4, 0x42};
	CK_BYTE digest[32];
	CK_ULONG size = sizeof(digest);

	assert_int_equal(digest_init(s), CKR_OK);
	if (s->p11->C_DigestUpdate(s->session, NULL, 0) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_DigestFinal(s->session, digest, &size), CKR_OK);
	assert_memory_equal(digest, empty, sizeof(empty));
	return true;
}

/* SoftHSM shows it by itself. */
CASE(buf_11_no_data_at_null)
{
	const struct setting setting = {.rule = "BUF-11", .native = true};

	check_rule(&setting, no_data_is_data);
}

/* TPL-10: templates and values */

static CK_RV create(struct subject *s, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_HANDLE object;

	return s->p11->C_CreateObject(s->session, template, count, &object);
}

static bool null_templates_are_refused(struct subject *s)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	CK_ATTRIBUTE template[] = {
	        ATTRIBUTE(CKA_CLASS, data), {CKA_VALUE, NULL, 5}, {CKA_LABEL, NULL, 0}};

	return create(s, template, 3) == CKR_ATTRIBUTE_VALUE_INVALID &&
	       create(s, NULL, 3) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_FindObjectsInit(s->session, NULL, 1) == CKR_ARGUMENTS_BAD &&
	       s->p11->C_FindObjectsInit(s->session, template, 2) == CKR_ATTRIBUTE_VALUE_INVALID;
}

CASE(tpl_10_templates_and_values_at_null)
{
	const struct setting setting = {
	        .rule = "TPL-10", .twist = "null-crash", .crashes = true, .native = true};

	check_rule(&setting, null_templates_are_refused);
}

static bool empty_values_and_reads_pass(struct subject *s)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	CK_BYTE value[3] = {1, 2, 3};
	CK_ATTRIBUTE template[] = {
	        ATTRIBUTE(CKA_CLASS, data), ATTRIBUTE(CKA_VALUE, value), {CKA_LABEL, NULL, 0}};
	CK_ATTRIBUTE read[] = {{CKA_VALUE, NULL, 99}};
	CK_OBJECT_HANDLE object;

	assert_int_equal(s->p11->C_CreateObject(s->session, template, 3, &object), CKR_OK);
	assert_int_equal(s->p11->C_GetAttributeValue(s->session, object, read, 1), CKR_OK);
	return read[0].ulValueLen == sizeof(value);
}

CASE(tpl_10_leaves_what_is_allowed)
{
	const struct setting setting = {.rule = "TPL-10", .twist = "null-crash"};

	assert_true(with_lens(&setting, empty_values_and_reads_pass));
	assert_int_equal(notes("TPL-10"), 0);
}

/* A template that lies in the way of a guard page is no template. */
CASE(tpl_10_templates_that_cannot_be_read)
{
	uint8_t *memory = before_guard(sizeof(CK_ATTRIBUTE));
	CK_FUNCTION_LIST_3_2 *list;
	CK_SESSION_HANDLE session;

	use_vendor("mock.so", "silent C_FindObjectsInit\n");
	setenv("PKCS11_LENS_NORMALISE", "fix", 1);
	load_lens();
	list = interface_table(3, 2);
	session = open_session(list);
	memset(memory, 0, sizeof(CK_ATTRIBUTE));
	assert_int_equal(list->C_FindObjectsInit(session, (CK_ATTRIBUTE *)(void *)memory, 2),
	        CKR_ARGUMENTS_BAD);
	assert_int_equal(vendor()->calls[P11L_C_FindObjectsInit], 0);
	assert_int_equal(
	        list->C_FindObjectsInit(session, (CK_ATTRIBUTE *)(void *)memory, 1), CKR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(buf_10_null_where_something_is_needed),
	        cmocka_unit_test(buf_10_sizes_and_searches_for_all),
	        cmocka_unit_test(buf_10_every_function_that_it_names),
	        cmocka_unit_test(buf_10_outputs_that_may_be_missing),
	        cmocka_unit_test(buf_11_no_data_at_null),
	        cmocka_unit_test(tpl_10_templates_and_values_at_null),
	        cmocka_unit_test(tpl_10_leaves_what_is_allowed),
	        cmocka_unit_test(tpl_10_templates_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
