/* SPDX-License-Identifier: MIT */
/* Info structs of the module, its slots and its tokens. */
#include "rules.h"

static bool has_nul(const CK_UTF8CHAR *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool texts_are_padded(struct subject *s)
{
	CK_INFO info;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	assert_int_equal(s->p11->C_GetSlotInfo(s->slot, &slot), CKR_OK);
	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	/* What stands before the padding is as it was. */
	assert_memory_equal(info.manufacturerID, "SoftHSM", 7);
	assert_memory_equal(token.label, "rules", 5);
	return !has_nul(info.manufacturerID, sizeof(info.manufacturerID)) &&
	       !has_nul(info.libraryDescription, sizeof(info.libraryDescription)) &&
	       !has_nul(slot.slotDescription, sizeof(slot.slotDescription)) &&
	       !has_nul(slot.manufacturerID, sizeof(slot.manufacturerID)) &&
	       !has_nul(token.label, sizeof(token.label)) &&
	       !has_nul(token.manufacturerID, sizeof(token.manufacturerID)) &&
	       !has_nul(token.model, sizeof(token.model)) &&
	       !has_nul(token.serialNumber, sizeof(token.serialNumber));
}

CASE(tok_1_texts_are_padded_with_blanks)
{
	const struct setting setting = {.rule = "TOK-1", .twist = "nul-padded"};

	check_rule(&setting, texts_are_padded);
}

/* SoftHSM has no clock, and tells the time all the same: it shows a quirk by itself. */
static bool time_comes_from_a_clock(struct subject *s)
{
	CK_TOKEN_INFO token;

	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return (token.flags & CKF_CLOCK_ON_TOKEN) != 0 ||
	       memcmp(token.utcTime, "                ", sizeof(token.utcTime)) == 0;
}

CASE(tok_5_no_clock_no_time)
{
	const struct setting setting = {.rule = "TOK-5", .native = true};

	check_rule(&setting, time_comes_from_a_clock);
}

static bool keeps_the_time(struct subject *s)
{
	CK_TOKEN_INFO token;

	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return memcmp(token.utcTime, "2026112318563000", sizeof(token.utcTime)) == 0;
}

CASE(tok_5_leaves_a_clock_alone)
{
	const struct setting setting = {.rule = "TOK-5",
	        .twist = "token utc-time 2026112318563000,token-flags +CKF_CLOCK_ON_TOKEN"};

	assert_true(with_lens(&setting, keeps_the_time));
	assert_int_equal(notes("TOK-5"), 0);
}

static bool counts_are_known_or_not(struct subject *s)
{
	CK_TOKEN_INFO token;

	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return token.ulMaxSessionCount != (CK_ULONG)-2 && token.ulSessionCount != (CK_ULONG)-2 &&
	       token.ulMaxRwSessionCount != (CK_ULONG)-2 && token.ulRwSessionCount != (CK_ULONG)-2;
}

CASE(tok_5_two_less_than_nothing_is_not_known)
{
	const struct setting setting = {
	        .rule = "TOK-5", .twist = "session-counts -2", .native = true};

	check_rule(&setting, counts_are_known_or_not);
}

static bool has_no_spare_slot(struct subject *s)
{
	CK_SLOT_ID slot[8];
	CK_ULONG asked = 0, count = COUNT(slot);

	assert_int_equal(s->p11->C_GetSlotList(CK_TRUE, NULL, &asked), CKR_OK);
	assert_int_equal(s->p11->C_GetSlotList(CK_TRUE, slot, &count), CKR_OK);
	assert_int_equal(count, asked);
	assert_true(count > 0);
	if (count == 1) {
		assert_int_equal(slot[0], s->slot);
		count = 0;
		assert_int_equal(
		        s->p11->C_GetSlotList(CK_TRUE, slot, &count), CKR_BUFFER_TOO_SMALL);
		assert_int_equal(count, 1);
	}
	return asked == 1;
}

/* SoftHSM shows the quirk by itself: it always has one uninitialised token. */
CASE(tok_3_uninitialised_tokens_can_be_left_out)
{
	const struct setting setting = {.rule = "TOK-3", .opt_in = true, .native = true};

	check_rule(&setting, has_no_spare_slot);
}

static bool flags_are_set(struct subject *s)
{
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	assert_int_equal(s->p11->C_GetSlotInfo(s->slot, &slot), CKR_OK);
	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return (token.flags & CKF_USER_PIN_INITIALIZED) != 0 &&
	       (slot.flags & CKF_TOKEN_PRESENT) != 0;
}

CASE(log_4_flags_that_clients_wait_for)
{
	const struct setting setting = {.rule = "LOG-4",
	        .opt_in = true,
	        .twist = "token-flags -CKF_USER_PIN_INITIALIZED,slot-flags -CKF_TOKEN_PRESENT"};

	check_rule(&setting, flags_are_set);
}

/* What warns stays, and what is removable may be empty. */
static bool log_4_leaves_the_rest(struct subject *s)
{
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	assert_int_equal(s->p11->C_GetSlotInfo(s->slot, &slot), CKR_OK);
	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return (slot.flags & CKF_TOKEN_PRESENT) == 0 &&
	       (token.flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY)) ==
	               (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY) &&
	       (token.flags & CKF_USER_PIN_INITIALIZED) == 0;
}

CASE(log_4_says_nothing_that_it_does_not_know)
{
	const struct setting setting = {.rule = "LOG-4",
	        .opt_in = true,
	        .twist = "token-flags -CKF_USER_PIN_INITIALIZED -CKF_LOGIN_REQUIRED "
	                 "+CKF_USER_PIN_LOCKED +CKF_USER_PIN_FINAL_TRY,"
	                 "slot-flags -CKF_TOKEN_PRESENT +CKF_REMOVABLE_DEVICE"};

	assert_true(with_lens(&setting, log_4_leaves_the_rest));
	assert_int_equal(notes("LOG-4"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(tok_1_texts_are_padded_with_blanks),
	        cmocka_unit_test(tok_5_two_less_than_nothing_is_not_known),
	        cmocka_unit_test(tok_5_no_clock_no_time),
	        cmocka_unit_test(tok_5_leaves_a_clock_alone),
	        cmocka_unit_test(tok_3_uninitialised_tokens_can_be_left_out),
	        cmocka_unit_test(log_4_flags_that_clients_wait_for),
	        cmocka_unit_test(log_4_says_nothing_that_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
