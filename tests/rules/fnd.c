/* SPDX-License-Identifier: MIT */
/* Searches: beside other operations, with attributes that a vendor does not know, in order. */
#include "rules.h"

static CK_BYTE label[] = "the label", other[] = "another label", id[] = {1, 2, 3};

static CK_RV digest_init(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	return s->p11->C_DigestInit(s->session, &mechanism);
}

/* A key with a label and an identifier. */
static CK_OBJECT_HANDLE named_key(struct subject *s, CK_BYTE *name, CK_ULONG size)
{
	CK_ATTRIBUTE more[] = {{CKA_LABEL, name, size}, ATTRIBUTE(CKA_ID, id)};

	return aes_key_with(s, 16, more, COUNT(more));
}

/* How many objects a search finds; UINT_MAX when it fails. */
static unsigned found(
        struct subject *s, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *first)
{
	CK_OBJECT_HANDLE handle[2];
	CK_ULONG count = 0;
	unsigned all = 0;

	if (s->p11->C_FindObjectsInit(s->session, template, n) != CKR_OK)
		return ~0U;
	do {
		assert_int_equal(
		        s->p11->C_FindObjects(s->session, handle, COUNT(handle), &count), CKR_OK);
		if (all == 0 && count > 0 && first != NULL)
			*first = handle[0];
		all += (unsigned)count;
	} while (count > 0);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return all;
}

/* --- FND-1 */

static bool search_leaves_the_session_free(struct subject *s)
{
	CK_OBJECT_HANDLE handle[8], *at = handle;
	CK_BYTE digest[32];
	CK_ULONG count = 0, size = sizeof(digest);

	for (unsigned i = 0; i < 3; i++)
		named_key(s, label, sizeof(label));
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	if (digest_init(s) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_FindObjects(s->session, at, 2, &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(s->p11->C_Digest(s->session, label, 4, digest, &size), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OPERATION_ACTIVE);
	assert_int_equal(s->p11->C_FindObjects(s->session, at + 2, 6, &count), CKR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(s->p11->C_FindObjects(s->session, at, 2, &count), CKR_OK);
	assert_int_equal(count, 0);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return s->p11->C_FindObjectsFinal(s->session) == CKR_OPERATION_NOT_INITIALIZED &&
	       found(s, NULL, 0, NULL) == 3;
}

CASE(fnd_1_search_in_memory)
{
	/* The profile of SoftHSM has OPS-1, which makes room beside a search too. */
	const struct setting setting = {.rule = "FND-1", .opt_in = true, .native = true};

	check_rule(&setting, search_leaves_the_session_free);
}

/* Handles of private objects are gone with the login; the search ends as it should. */
static bool logout_empties(struct subject *s)
{
	CK_OBJECT_HANDLE handle[4];
	CK_ULONG count = 9;

	named_key(s, label, sizeof(label));
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	logout(s);
	assert_int_equal(s->p11->C_FindObjects(s->session, handle, 4, &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return count == 0;
}

CASE(fnd_1_forgets_at_logout)
{
	const struct setting setting = {.rule = "FND-1", .opt_in = true};

	assert_true(with_lens(&setting, logout_empties));
}

/* A search that only a point has brought into memory is one like any other. */
static bool mixed_searches_keep_apart(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);
	CK_ATTRIBUTE template[] = {{CKA_EC_POINT, point.at, point.size}};
	CK_OBJECT_HANDLE handle[4];
	CK_ULONG count = 0;

	assert_int_equal(s->p11->C_FindObjectsInit(s->session, template, 1), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OPERATION_ACTIVE);
	assert_int_equal(s->p11->C_FindObjects(s->session, handle, 4, &count), CKR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return found(s, NULL, 0, NULL) == 2;
}

CASE(ecp_9_searches_keep_apart)
{
	const struct setting setting = {.rule = "ECP-9"};

	assert_true(with_lens(&setting, mixed_searches_keep_apart));
}

/* More objects than come in one call of the vendor. */
static bool many_are_found(struct subject *s)
{
	CK_OBJECT_HANDLE handle[200];
	CK_ULONG count = 0;

	for (unsigned i = 0; i < 150; i++)
		named_key(s, label, sizeof(label));
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, handle, 200, &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	for (CK_ULONG i = 1; i < count; i++)
		for (CK_ULONG j = 0; j < i; j++)
			assert_int_not_equal(handle[i], handle[j]);
	return count == 150;
}

CASE(fnd_1_many_objects)
{
	const struct setting setting = {.rule = "FND-1", .opt_in = true};

	assert_true(with_lens(&setting, many_are_found));
}

/* --- FND-2 */

static bool unknown_attributes_are_compared(struct subject *s)
{
	CK_OBJECT_HANDLE first = 0, key = named_key(s, label, sizeof(label));
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ULONG length = 16, wrong = 24;
	CK_ATTRIBUTE yes_template[] = {
	        ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_VALUE_LEN, length)};
	CK_ATTRIBUTE no_template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_VALUE_LEN, wrong)};

	aes_key(s, 32);
	return found(s, yes_template, 2, &first) == 1 && first == key &&
	       found(s, no_template, 2, NULL) == 0;
}

CASE(fnd_2_attributes_that_the_vendor_refuses)
{
	const struct setting setting = {.rule = "FND-2",
	        .twist = "refuse-attribute CKA_VALUE_LEN CKR_GENERAL_ERROR C_FindObjectsInit",
	        .opt_in = true};

	check_rule(&setting, unknown_attributes_are_compared);
}

/* What the configuration says is not tried at all. */
static bool left_out_is_compared(struct subject *s)
{
	CK_OBJECT_HANDLE first = 0, key = named_key(s, label, sizeof(label));
	CK_ATTRIBUTE template[] = {{CKA_LABEL, label, sizeof(label)}, ATTRIBUTE(CKA_ID, id)};

	named_key(s, other, sizeof(other));
	forget_calls();
	return found(s, template, 2, &first) == 1 && first == key &&
	       calls("C_FindObjectsInit") == 1;
}

CASE(fnd_2_attributes_that_the_configuration_leaves_out)
{
	const struct setting setting = {.rule = "FND-2",
	        .twist = "refuse-attribute CKA_LABEL CKR_DEVICE_ERROR C_FindObjectsInit",
	        .config = "[find]\nCKA_LABEL = drop\n",
	        .opt_in = true,
	        .native = true};

	check_rule(&setting, left_out_is_compared);
}

/* --- FND-4 */

static bool filters_hold(struct subject *s)
{
	CK_OBJECT_HANDLE first = 0, key = named_key(s, label, sizeof(label));
	CK_ATTRIBUTE template[] = {{CKA_LABEL, label, sizeof(label)}, ATTRIBUTE(CKA_ENCRYPT, yes)};

	named_key(s, other, sizeof(other));
	return found(s, template, 2, &first) == 1 && first == key;
}

CASE(fnd_4_ignored_filters)
{
	const struct setting setting = {.rule = "FND-4",
	        .twist = "drop-attribute CKA_LABEL C_FindObjectsInit",
	        .opt_in = true,
	        .native = true};
	const struct setting ordinary = {.rule = "FND-4", .opt_in = true};

	check_rule(&setting, filters_hold);
	assert_true(with_lens(&ordinary, filters_hold));
}

/* --- FND-5 */

static bool order_is_kept(struct subject *s)
{
	CK_OBJECT_HANDLE handle[2];
	CK_ULONG count = 0;

	if (s->p11->C_FindObjects(s->session, handle, 2, &count) != CKR_OPERATION_NOT_INITIALIZED)
		return false;
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OPERATION_ACTIVE);
	assert_int_equal(s->p11->C_FindObjects(s->session, handle, 2, &count), CKR_OK);
	return s->p11->C_FindObjectsFinal(s->session) == CKR_OK;
}

CASE(fnd_5_order)
{
	const struct setting setting = {
	        .rule = "FND-5", .twist = "find-lax", .opt_in = true, .native = true};
	const struct setting ordinary = {.rule = "FND-5", .opt_in = true};

	check_rule(&setting, order_is_kept);
	assert_true(with_lens(&ordinary, order_is_kept));
}

/* --- FND-7 */

static bool standard_objects_only(struct subject *s)
{
	CK_OBJECT_HANDLE key = named_key(s, label, sizeof(label)), first = 0;
	unsigned n = found(s, NULL, 0, &first);
	struct octets class = read_attribute(s, key, CKA_CLASS);
	CK_OBJECT_CLASS is;

	memcpy(&is, class.at, sizeof(is));
	return (is & CKO_VENDOR_DEFINED) != 0 ? n == 0 : n == 1 && first == key;
}

CASE(fnd_7_vendor_objects_are_hidden)
{
	const struct setting setting = {
	        .rule = "FND-7", .twist = "show-attribute CKA_CLASS 0x80000001", .opt_in = true};

	check_rule(&setting, standard_objects_only);
}

/* --- FND-8 */

static bool long_names_do_not_reach_the_vendor(struct subject *s)
{
	CK_BYTE name[300];
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_LABEL, name)};

	memset(name, 'x', sizeof(name));
	named_key(s, label, sizeof(label));
	assert_int_equal(found(s, template, 1, NULL), 0);
	template[0].pValue = label;
	template[0].ulValueLen = sizeof(label);
	assert_int_equal(found(s, template, 1, NULL), 1);
	return calls("C_FindObjectsInit") == 1;
}

CASE(fnd_8_long_names)
{
	const struct setting setting = {.rule = "FND-8", .opt_in = true, .native = true};

	check_rule(&setting, long_names_do_not_reach_the_vendor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fnd_1_search_in_memory),
	        cmocka_unit_test(fnd_1_forgets_at_logout),
	        cmocka_unit_test(fnd_1_many_objects),
	        cmocka_unit_test(ecp_9_searches_keep_apart),
	        cmocka_unit_test(fnd_2_attributes_that_the_vendor_refuses),
	        cmocka_unit_test(fnd_2_attributes_that_the_configuration_leaves_out),
	        cmocka_unit_test(fnd_4_ignored_filters),
	        cmocka_unit_test(fnd_5_order),
	        cmocka_unit_test(fnd_7_vendor_objects_are_hidden),
	        cmocka_unit_test(fnd_8_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
