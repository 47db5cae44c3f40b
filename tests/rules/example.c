/* SPDX-License-Identifier: MIT */
/* How a rule is tested: TOK-1, the texts of info structs that are padded with something else. */
#include "rules.h"

/* A text of the standard is padded with blanks, and has no NUL. */
static bool texts_have_no_nul(struct subject *s)
{
	CK_TOKEN_INFO info;

	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &info), CKR_OK);
	return memchr(info.label, '\0', sizeof(info.label)) == NULL &&
	       memchr(info.model, '\0', sizeof(info.model)) == NULL;
}

CASE(texts_are_padded_with_blanks)
{
	const struct setting setting = {.rule = "TOK-1", .twist = "nul-padded"};

	check_rule(&setting, texts_have_no_nul);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(texts_are_padded_with_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
