/* SPDX-License-Identifier: MIT */
/* Slots and tokens: lists, filters, what they say of themselves, events, and making them anew. */
#define _GNU_SOURCE
#include "give_list.h"

#include <pthread.h>

/* --- A vendor with more slots than the mock has: its answers are changed by a hook */

struct fake {
	CK_SLOT_ID id;
	const char *label, *serial;
	CK_RV rv; /* of C_GetTokenInfo */
	CK_FLAGS slot_flags;
	CK_MECHANISM_TYPE mechanism; /* the only one */
};

static const struct fake *fakes;
static CK_ULONG fake_count, asked_for_length;

static void pad(CK_UTF8CHAR *to, size_t size, const char *text)
{
	memset(to, ' ', size);
	memcpy(to, text, strlen(text));
}

static const struct fake *fake_of(CK_SLOT_ID id)
{
	for (CK_ULONG i = 0; i < fake_count; i++)
		if (fakes[i].id == id)
			return &fakes[i];
	return NULL;
}

static CK_RV give_slots(const uintptr_t *arg)
{
	CK_SLOT_ID *to = (CK_SLOT_ID *)arg[1];
	CK_RV rv = give_list(to, (CK_ULONG *)arg[2], fake_count);

	asked_for_length += to == NULL;
	for (CK_ULONG i = 0; rv == CKR_OK && to != NULL && i < fake_count; i++)
		to[i] = fakes[i].id;
	return rv;
}

static CK_RV give_token(const struct fake *fake, CK_TOKEN_INFO *info)
{
	if (fake->rv != CKR_OK)
		return fake->rv;
	memset(info, 0, sizeof(*info));
	pad(info->label, sizeof(info->label), fake->label);
	pad(info->serialNumber, sizeof(info->serialNumber), fake->serial);
	pad(info->manufacturerID, sizeof(info->manufacturerID), "Works");
	pad(info->model, sizeof(info->model), "T");
	pad(info->utcTime, sizeof(info->utcTime), "rubbish");
	return CKR_OK;
}

static CK_RV be_many(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	const struct fake *fake = fake_of(arg[0]);

	switch (function) {
	case P11L_C_GetSlotList:
		return give_slots(arg);
	case P11L_C_GetTokenInfo:
		return fake != NULL ? give_token(fake, (CK_TOKEN_INFO *)arg[1])
		                    : CKR_SLOT_ID_INVALID;
	case P11L_C_GetSlotInfo:
		memset((void *)arg[1], ' ', sizeof(CK_SLOT_INFO));
		((CK_SLOT_INFO *)arg[1])->flags = fake->slot_flags;
		return CKR_OK;
	case P11L_C_GetMechanismList:
		rv = give_list((CK_ULONG *)arg[1], (CK_ULONG *)arg[2], 1);
		if (rv == CKR_OK && arg[1] != 0)
			*(CK_ULONG *)arg[1] = fake->mechanism;
		return rv;
	default:
		return rv;
	}
}

static const struct fake some[] = {
        {5, "one", "01", CKR_OK, CKF_HW_SLOT, CKM_ECDSA},
        {6, "two", "02", CKR_OK, 0, CKM_ECDSA},
        {7, "two", "03", CKR_OK, CKF_HW_SLOT, CKM_RSA_PKCS},
        {8, "", "", CKR_TOKEN_NOT_RECOGNIZED, 0, 0},
};

/* It leaves lists to the hook. */
static const struct world listless = {.mock = "silent C_GetSlotList\nsilent C_GetMechanismList\n"};

static struct p11l_module *begin_with(const struct fake *list, CK_ULONG count)
{
	struct p11l_module *module = begin(&listless);

	fakes = list;
	fake_count = count;
	vendor()->hook = be_many;
	forget_calls();
	return module;
}

/* The identifiers of the tokens that fit, in a line. */
static const char *found(struct p11l_module *module, const struct p11l_token_filter *filter)
{
	static char line[256];
	struct p11l_slots *slots;
	size_t used = 0;

	OK(p11l_get_tokens(module, filter, &slots));
	line[0] = '\0';
	for (CK_ULONG i = 0; i < p11l_slots_count(slots); i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%lu",
		        i > 0 ? " " : "", p11l_slot_id(p11l_slots_at(slots, i)));
	assert_null(p11l_slots_at(slots, p11l_slots_count(slots)));
	p11l_slots_free(slots);
	return line;
}

/* --- Filters */

CASE(all_that_a_filter_says_must_be_so)
{
	struct p11l_module *module = begin_with(some, COUNT(some));

	/* The one that does not answer is left out. */
	assert_string_equal(found(module, NULL), "5 6 7");
	assert_int_equal(p11l_last_error()->rv, CKR_OK);
	assert_string_equal(found(module, P11L_TOKEN(.label = "two")), "6 7");
	assert_string_equal(found(module, P11L_TOKEN(.label = "two", .serial = "03")), "7");
	assert_string_equal(found(module, P11L_TOKEN(.label = "tw")), "");
	assert_string_equal(found(module, P11L_TOKEN(.label = "")), "");
	assert_string_equal(found(module, P11L_TOKEN(.manufacturer = "Works")), "5 6 7");
	assert_string_equal(found(module, P11L_TOKEN(.model = "U")), "");
	assert_string_equal(found(module, P11L_TOKEN(.token_flags = CKF_RNG)), "");
	assert_string_equal(found(module, P11L_TOKEN(.slot_flags = CKF_HW_SLOT)), "5 7");
	assert_string_equal(
	        found(module, P11L_TOKEN(.mechanisms = P11L_IS(CKM_ECDSA), .mechanism_count = 1)),
	        "5 6");
	assert_string_equal(
	        found(module, P11L_TOKEN(.mechanisms = (const CK_MECHANISM_TYPE[]){CKM_ECDSA,
	                                         CKM_RSA_PKCS},
	                              .mechanism_count = 2)),
	        "");
	assert_string_equal(found(module, P11L_TOKEN(.slot_id = P11L_IS(7))), "7");
	assert_string_equal(found(module, P11L_TOKEN(.slot_id = P11L_IS(70))), "");
}

CASE(a_uri_is_a_filter)
{
	struct p11l_module *module = begin_with(some, COUNT(some));
	struct p11l_slots *slots;

	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:")), "5 6 7");
	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:token=t%77o")), "6 7");
	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:token=two;serial=02")), "6");
	assert_string_equal(
	        found(module, P11L_TOKEN(.uri = "pkcs11:token=two", .serial = "03")), "7");
	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:slot-id=5")), "5");
	assert_string_equal(
	        found(module, P11L_TOKEN(.uri = "pkcs11:slot-id=5", .slot_id = P11L_IS(6))), "");
	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:x-colour=blue")), "");
	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:?x-colour=blue")), "5 6 7");
	assert_string_equal(
	        found(module, P11L_TOKEN(.uri = "pkcs11:library-manufacturer=nobody")), "");
	assert_string_equal(found(module, P11L_TOKEN(.uri = "pkcs11:slot-description=x")), "");
	FAILS(P11L_CKR_BAD_URI, p11l_get_tokens(module, P11L_TOKEN(.uri = "pkcs11:token"), &slots));
	assert_null(slots);
	assert_int_equal(p11l_last_error()->offset, 7);
}

CASE(a_filter_asks_for_no_more_than_it_needs)
{
	struct p11l_module *module = begin_with(some, COUNT(some));

	found(module, P11L_TOKEN(.label = "one"));
	assert_calls(1, "C_GetSlotList");
	assert_calls(4, "C_GetTokenInfo");
	assert_calls(5, "all");
	forget_calls();
	found(module, P11L_TOKEN(.slot_id = P11L_IS(6)));
	assert_calls(1, "all");
	forget_calls();
	found(module, P11L_TOKEN(.label = "two", .slot_flags = CKF_HW_SLOT,
	                      .mechanisms = P11L_IS(CKM_RSA_PKCS), .mechanism_count = 1));
	assert_calls(2, "C_GetSlotInfo");
	assert_calls(1, "C_GetMechanismList");
}

CASE(one_token_or_a_list_of_what_there_is)
{
	struct p11l_module *module = begin_with(some, COUNT(some));
	struct p11l_slot *slot;

	OK(p11l_get_token(module, P11L_TOKEN(.label = "one"), &slot));
	assert_int_equal(p11l_slot_id(slot), 5);
	p11l_slot_free(slot);
	FAILS(P11L_CKR_MANY_TOKENS, p11l_get_token(module, P11L_TOKEN(.label = "two"), &slot));
	assert_null(slot);
	assert_says("2 tokens with label \"two\"");
	assert_says("\"two\" (serial 02, slot 6), \"two\" (serial 03, slot 7)");
	FAILS(P11L_CKR_NO_TOKEN, p11l_get_token(module, P11L_TOKEN(.label = "six"), &slot));
	assert_says("no token with label \"six\"");
	assert_says("\"one\" (serial 01, slot 5)");
	assert_says("1 that did not answer");
	FAILS(P11L_CKR_NO_TOKEN, p11l_get_token(module, P11L_TOKEN(.slot_id = P11L_IS(9)), &slot));
	assert_says("slot 9");
	fake_count = 0;
	FAILS(P11L_CKR_NO_TOKEN, p11l_get_token(module, NULL, &slot));
	assert_says("no slot has one");
}

CASE(a_token_that_was_plugged_in_is_found)
{
	struct p11l_module *module = begin_with(some, 1);
	struct p11l_slot *slot;

	OK(p11l_get_token(module, NULL, &slot));
	p11l_slot_free(slot);
	assert_int_equal(asked_for_length, 0);
	/* Modules take notice when they are asked how many there are. */
	FAILS(P11L_CKR_NO_TOKEN, p11l_get_token(module, P11L_TOKEN(.label = "two"), &slot));
	assert_int_equal(asked_for_length, 1);
	fake_count = 2;
	OK(p11l_get_token(module, P11L_TOKEN(.label = "two"), &slot));
	assert_int_equal(asked_for_length, 1);
	p11l_slot_free(slot);
}

CASE(many_slots_are_listed_too)
{
	static struct fake many[500];
	struct p11l_module *module;
	struct p11l_slots *slots;

	for (CK_ULONG i = 0; i < COUNT(many); i++)
		many[i] = (struct fake){1000 + i, "x", "y", CKR_OK, 0, 0};
	module = begin_with(many, COUNT(many));
	OK(p11l_get_slots(module, CK_FALSE, &slots));
	assert_int_equal(p11l_slots_count(slots), COUNT(many));
	assert_int_equal(p11l_slot_id(p11l_slots_at(slots, 499)), 1499);
	assert_ptr_equal(p11l_slot_module(p11l_slots_at(slots, 499)), module);
	p11l_slots_free(slots);
}

static CK_RV lie_about_lengths(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function != P11L_C_GetSlotList && function != P11L_C_GetMechanismList)
		return rv;
	*(CK_ULONG *)arg[2] = (CK_ULONG)1 << 60;
	return CKR_OK;
}

CASE(impossible_lengths_are_not_believed)
{
	struct p11l_module *module = begin_with(some, COUNT(some));
	const CK_MECHANISM_TYPE *list;
	struct p11l_slots *slots;
	struct p11l_slot *slot;
	CK_ULONG count;

	OK(p11l_get_token(module, P11L_TOKEN(.label = "one"), &slot));
	vendor()->hook = lie_about_lengths;
	FAILS(CKR_GENERAL_ERROR, p11l_get_slots(module, CK_FALSE, &slots));
	assert_null(slots);
	FAILS(CKR_GENERAL_ERROR, p11l_get_mechanisms(slot, &list, &count));
	assert_null(list);
	p11l_slot_free(slot);
}

/* --- What they say */

CASE(infos_are_asked_for_once)
{
	struct p11l_module *module = begin_with(some, COUNT(some));
	const struct p11l_token_info *token, *again;
	const struct p11l_slot_info *info;
	struct p11l_slot *slot;

	OK(p11l_get_token(module, P11L_TOKEN(.label = "one"), &slot));
	forget_calls();
	OK(p11l_get_token_info(slot, CK_FALSE, &token));
	assert_calls(0, "all");
	OK(p11l_get_token_info(slot, CK_TRUE, &again));
	assert_calls(1, "C_GetTokenInfo");
	assert_ptr_equal(token, again);
	assert_string_equal(token->label, "one");
	assert_string_equal(token->serial, "01");
	/* It has no clock. */
	assert_string_equal(token->utc_time, "");
	OK(p11l_get_slot_info(slot, CK_FALSE, &info));
	OK(p11l_get_slot_info(slot, CK_FALSE, &info));
	assert_calls(1, "C_GetSlotInfo");
	assert_int_equal(info->flags, CKF_HW_SLOT);
	assert_string_equal(info->description, "");
	p11l_slot_free(slot);
}

static CK_RV give_odd_texts(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_TOKEN_INFO *info = (CK_TOKEN_INFO *)arg[1];

	if (function != P11L_C_GetTokenInfo)
		return rv;
	memset(info, 'x', sizeof(*info));
	pad(info->label, sizeof(info->label), "caf\xc3\xa9 \xff\xc3");
	memcpy(info->serialNumber, "12\0secret", 10);
	info->flags = CKF_CLOCK_ON_TOKEN;
	memcpy(info->utcTime, "2026112322000000", 16);
	return CKR_OK;
}

CASE(texts_are_clean)
{
	struct p11l_module *module = begin_with(some, COUNT(some));
	const struct p11l_token_info *token;
	struct p11l_slot *slot;

	OK(p11l_get_token(module, P11L_TOKEN(.label = "one"), &slot));
	vendor()->hook = give_odd_texts;
	OK(p11l_get_token_info(slot, CK_TRUE, &token));
	assert_string_equal(token->label, "caf\xc3\xa9 ??");
	assert_string_equal(token->serial, "12");
	assert_string_equal(token->model, "xxxxxxxxxxxxxxxx");
	assert_string_equal(token->utc_time, "2026112322000000");
	p11l_slot_free(slot);
}

CASE(what_a_slot_refuses_is_passed_on)
{
	struct p11l_module *module = begin_with(some, COUNT(some));
	const struct p11l_token_info *info;
	struct p11l_slots *slots;

	OK(p11l_get_slots(module, CK_FALSE, &slots));
	FAILS(CKR_TOKEN_NOT_RECOGNIZED,
	        p11l_get_token_info(p11l_slots_at(slots, 3), CK_FALSE, &info));
	assert_null(info);
	assert_string_equal(p11l_last_error()->function, "C_GetTokenInfo");
	FAILS(CKR_ARGUMENTS_BAD, p11l_get_token_info(NULL, CK_FALSE, &info));
	FAILS(CKR_ARGUMENTS_BAD, p11l_get_slot_info(p11l_slots_at(slots, 0), CK_FALSE, NULL));
	p11l_slots_free(slots);
}

/* --- Events */

static CK_RV give_event(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function != P11L_C_WaitForSlotEvent)
		return rv;
	*(CK_SLOT_ID *)arg[1] = 77;
	return CKR_OK;
}

CASE(an_event_names_its_slot)
{
	struct p11l_module *module = begin(&(const struct world){.mock = ""});
	struct p11l_slot *slot = NULL;

	vendor()->hook = give_event;
	OK(p11l_wait_for_slot_event(module, CK_TRUE, &slot));
	assert_int_equal(p11l_slot_id(slot), 77);
	assert_int_equal(vendor()->arg[P11L_C_WaitForSlotEvent][0], CKF_DONT_BLOCK);
	p11l_slot_free(slot);
	OK(p11l_wait_for_slot_event(module, CK_FALSE, &slot));
	assert_int_equal(vendor()->arg[P11L_C_WaitForSlotEvent][0], 0);
	p11l_slot_free(slot);
}

CASE(no_event_is_said)
{
	struct p11l_module *module =
	        begin(&(const struct world){.mock = "return C_WaitForSlotEvent CKR_NO_EVENT\n"});
	struct p11l_slot *slot = (struct p11l_slot *)&slot;

	FAILS(CKR_NO_EVENT, p11l_wait_for_slot_event(module, CK_TRUE, &slot));
	assert_null(slot);
}

CASE(a_vendor_without_events_says_so)
{
	struct p11l_module *module = begin(&(const struct world){
	        .mock = "return C_WaitForSlotEvent CKR_FUNCTION_NOT_SUPPORTED\n"});
	struct p11l_slot *slot;

	FAILS(CKR_FUNCTION_NOT_SUPPORTED, p11l_wait_for_slot_event(module, CK_FALSE, &slot));
}

/* With its rules, the lens compares the slots from time to time where the vendor has no events. */
static const struct world comparing = {
        .mock = "return C_WaitForSlotEvent CKR_FUNCTION_NOT_SUPPORTED\n",
        .config = "[normalise]\nenable = EVT-1\n",
        .normalise = true};

static void *wait_for_ever(void *module)
{
	struct p11l_slot *slot;

	FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, p11l_wait_for_slot_event(module, CK_FALSE, &slot));
	assert_null(slot);
	assert_says("p11l_reinitialise");
	return NULL;
}

static void end_waiting(void (*how)(struct p11l_module *module))
{
	struct p11l_module *module = begin(&comparing);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wait_for_ever, module), 0);
	sleep_ms(100);
	how(module);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void reinitialise(struct p11l_module *module)
{
	OK(p11l_reinitialise(module));
	assert_calls(2, "C_Initialize");
}

static void give_up(struct p11l_module *module)
{
	p11l_module_free(module);
	assert_calls(1, "C_Finalize");
}

CASE(reinitialise_ends_the_waiting)
{
	end_waiting(reinitialise);
}

CASE(freeing_ends_the_waiting)
{
	end_waiting(give_up);
}

/* --- Tokens made anew */

CASE(a_token_is_made_anew)
{
	struct p11l_module *module = begin(NULL);
	const struct p11l_token_info *info;
	struct p11l_slot *slot;

	OK(p11l_get_token(module, P11L_TOKEN(.label = TOKEN), &slot));
	FAILS(CKR_PIN_INCORRECT, p11l_init_token(slot, "renamed", "wrong-pin", 0));
	OK(p11l_init_token(slot, "renamed", SO_PIN, strlen(SO_PIN)));
	OK(p11l_get_token_info(slot, CK_FALSE, &info));
	assert_string_equal(info->label, "renamed");
	OK(p11l_init_token(slot, "0123456789abcdef0123456789ABCDEF", SO_PIN, 0));
	OK(p11l_get_token_info(slot, CK_FALSE, &info));
	assert_string_equal(info->label, "0123456789abcdef0123456789ABCDEF");
	forget_calls();
	FAILS(CKR_ARGUMENTS_BAD,
	        p11l_init_token(slot, "0123456789abcdef0123456789ABCDEF.", SO_PIN, 0));
	assert_says("33 octets");
	FAILS(CKR_ARGUMENTS_BAD, p11l_init_token(slot, NULL, SO_PIN, 0));
	assert_calls(0, "all");
	p11l_slot_free(slot);
}

CASE(a_keypad_takes_the_pin)
{
	struct p11l_module *module = begin(&(const struct world){.mock = ""});
	struct p11l_slot *slot;

	OK(p11l_get_token(module, NULL, &slot));
	OK(p11l_init_token(slot, "x", NULL, 0));
	assert_int_equal(vendor()->arg[P11L_C_InitToken][1], 0);
	assert_int_equal(vendor()->arg[P11L_C_InitToken][2], 0);
	p11l_slot_free(slot);
}

static CK_SLOT_ID empty_slot(struct p11l_module *module)
{
	const struct p11l_token_info *info;
	CK_SLOT_ID id = CK_UNAVAILABLE_INFORMATION;
	struct p11l_slots *slots;

	OK(p11l_get_slots(module, CK_TRUE, &slots));
	for (CK_ULONG i = 0; i < p11l_slots_count(slots); i++) {
		OK(p11l_get_token_info(p11l_slots_at(slots, i), CK_FALSE, &info));
		if ((info->flags & CKF_TOKEN_INITIALIZED) == 0)
			id = p11l_slot_id(p11l_slots_at(slots, i));
	}
	p11l_slots_free(slots);
	return id;
}

/* SoftHSM has a slot more as soon as there is a token in the last one. */
CASE(a_new_slot_is_noticed)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_slot *slot;

	OK(p11l_get_token(module, P11L_TOKEN(.slot_id = P11L_IS(empty_slot(module))), &slot));
	OK(p11l_init_token(slot, "new", SO_PIN, 0));
	assert_int_not_equal(empty_slot(module), CK_UNAVAILABLE_INFORMATION);
	assert_int_not_equal(empty_slot(module), p11l_slot_id(slot));
	p11l_slot_free(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_that_a_filter_says_must_be_so),
	        cmocka_unit_test(a_uri_is_a_filter),
	        cmocka_unit_test(a_filter_asks_for_no_more_than_it_needs),
	        cmocka_unit_test(one_token_or_a_list_of_what_there_is),
	        cmocka_unit_test(a_token_that_was_plugged_in_is_found),
	        cmocka_unit_test(many_slots_are_listed_too),
	        cmocka_unit_test(impossible_lengths_are_not_believed),
	        cmocka_unit_test(infos_are_asked_for_once),
	        cmocka_unit_test(texts_are_clean),
	        cmocka_unit_test(what_a_slot_refuses_is_passed_on),
	        cmocka_unit_test(an_event_names_its_slot),
	        cmocka_unit_test(no_event_is_said),
	        cmocka_unit_test(a_vendor_without_events_says_so),
	        cmocka_unit_test(reinitialise_ends_the_waiting),
	        cmocka_unit_test(freeing_ends_the_waiting),
	        cmocka_unit_test(a_token_is_made_anew),
	        cmocka_unit_test(a_keypad_takes_the_pin),
	        cmocka_unit_test(a_new_slot_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
