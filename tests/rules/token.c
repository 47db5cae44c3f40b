/* SPDX-License-Identifier: MIT */
/* Profiles that are for one kind of token: their rules are in force in its sessions alone. */
#include "rules.h"

#define OPENSC "info manufacturer \"OpenSC Project\","
#define BITS   "mechanism-unit CKM_AES_KEY_GEN bits"

static bool sizes_are_in_bytes(struct subject *s)
{
	CK_MECHANISM_INFO info;

	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, CKM_AES_KEY_GEN, &info), CKR_OK);
	return info.ulMinKeySize == 16 && info.ulMaxKeySize == 32;
}

CASE(the_token_decides)
{
	const struct setting setting = {.profile = "auto",
	        .twist = OPENSC "token manufacturer \"www.CardContact.de\"," BITS};

	assert_false(without_lens(&setting, sizes_are_in_bytes));
	assert_true(with_lens(&setting, sizes_are_in_bytes));
	assert_true(notes("MI-1") > 0);
}

CASE(another_token_is_left_alone)
{
	const struct setting setting = {.profile = "auto", .twist = OPENSC BITS};

	assert_false(with_lens(&setting, sizes_are_in_bytes));
	assert_int_equal(notes("MI-1"), 0);
}

CASE(without_profiles_no_token_is_known)
{
	const struct setting setting = {
	        .twist = OPENSC "token manufacturer \"www.CardContact.de\"," BITS};

	assert_false(with_lens(&setting, sizes_are_in_bytes));
}

/* One question at each session, where a profile names a token; where none does, none. */
static bool asks_for_the_token(struct subject *s)
{
	forget_calls();
	another_session(s);
	return calls("C_GetTokenInfo") == 1;
}

CASE(the_token_is_asked_once_a_session)
{
	const struct setting setting = {.profile = "auto", .twist = OPENSC "nul-padded"};
	const struct setting none = {.profile = "auto"};

	assert_true(with_lens(&setting, asks_for_the_token));
	assert_false(with_lens(&none, asks_for_the_token));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_token_decides),
	        cmocka_unit_test(another_token_is_left_alone),
	        cmocka_unit_test(without_profiles_no_token_is_known),
	        cmocka_unit_test(the_token_is_asked_once_a_session),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
