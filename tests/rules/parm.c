/* SPDX-License-Identifier: MIT */
/* How long parameters live, and those of block ciphers and Edwards curves. */
#include "rules.h"

#include <malloc.h>

static CK_BYTE text[32] = "thirty-two octets to be signed.";

/* PARM-1: the vendor goes on reading what was there when the operation was started */

static bool octets_may_go(struct subject *s)
{
	CK_BYTE iv[16] = "sixteen octets.", out[64];
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, aes_key(s, 16)), CKR_OK);
	memset(iv, 0xff, sizeof(iv));
	return s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size) == CKR_OK;
}

static bool struct_may_go(struct subject *s)
{
	CK_BYTE iv[12] = "twelve bytes", aad[16] = "known to all....", out[64];
	CK_GCM_PARAMS params = {iv, sizeof(iv), 96, aad, sizeof(aad), 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, aes_key(s, 16)), CKR_OK);
	memset(&params, 0xff, sizeof(params));
	return s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size) == CKR_OK;
}

static bool nested_may_go(struct subject *s)
{
	CK_BYTE iv[12] = "twelve bytes", aad[16] = "known to all....", out[64];
	CK_GCM_PARAMS params = {iv, sizeof(iv), 96, aad, sizeof(aad), 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, aes_key(s, 16)), CKR_OK);
	memset(aad, 0xff, sizeof(aad));
	return s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size) == CKR_OK;
}

CASE(parm_1_parameters_live_on)
{
	/* A copy is made for every vendor. */
	const struct setting setting = {
	        .rule = "PARM-1", .twist = "parameter-late", .opt_in = true, .native = true};

	check_rule(&setting, octets_may_go);
	check_rule(&setting, struct_may_go);
	check_rule(&setting, nested_may_go);
}

/* What another rule has rewritten lives on without PARM-1. */
static bool rewritten_lives_on(struct subject *s)
{
	CK_BYTE iv[12] = "twelve bytes", out[64];
	CK_GCM_PARAMS params = {iv, sizeof(iv), 0, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	memset(&params, 0xff, sizeof(params));
	return s->p11->C_Encrypt(s->session, text, sizeof(text), out, &size) == CKR_OK;
}

CASE(parm_1_rewritten_parameters_live_on)
{
	const struct setting setting = {.rule = "GCM-2", .twist = "parameter-late", .native = true};

	check_rule(&setting, rewritten_lives_on);
}

/* Many operations in many sessions, of which some are closed: nothing is freed that is in use. */
static bool outlives_other_sessions(struct subject *s)
{
	CK_BYTE iv[16] = {0}, out[64];
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_SESSION_HANDLE session[12];

	for (size_t i = 0; i < COUNT(session); i++) {
		session[i] = another_session(s);
		iv[0] = (CK_BYTE)i;
		assert_int_equal(s->p11->C_EncryptInit(session[i], &mechanism, key), CKR_OK);
	}
	for (size_t i = 0; i < COUNT(session); i += 2)
		assert_int_equal(s->p11->C_CloseSession(session[i]), CKR_OK);
	for (size_t i = 1; i < COUNT(session); i += 2) {
		CK_ULONG size = sizeof(out);

		if (s->p11->C_Encrypt(session[i], text, sizeof(text), out, &size) != CKR_OK)
			return false;
	}
	assert_int_equal(s->p11->C_CloseAllSessions(s->slot), CKR_OK);
	s->session = another_session(s);
	login(s);
	return octets_may_go(s);
}

CASE(parm_1_each_session_its_own)
{
	const struct setting setting = {
	        .rule = "PARM-1", .twist = "parameter-late", .enable = "PARM-1"};

	assert_true(with_lens(&setting, outlives_other_sessions));
}

static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What was kept goes with its session, also where operations are never ended. */
static bool leaves_nothing_behind(struct subject *s)
{
	static CK_BYTE aad[256 * 1024];
	CK_BYTE iv[12] = {0};
	CK_GCM_PARAMS params = {iv, sizeof(iv), 96, aad, sizeof(aad), 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	size_t before = in_use();

	for (unsigned i = 0; i < 32; i++) {
		CK_SESSION_HANDLE session = another_session(s);

		assert_int_equal(s->p11->C_EncryptInit(session, &mechanism, key), CKR_OK);
		assert_int_equal(s->p11->C_CloseSession(session), CKR_OK);
	}
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(
		        s->p11->C_EncryptInit(another_session(s), &mechanism, key), CKR_OK);
	assert_true(in_use() - before < 33 * 2 * sizeof(aad));
	assert_int_equal(s->p11->C_CloseAllSessions(s->slot), CKR_OK);
	return in_use() < before + 4 * sizeof(aad);
}

CASE(parm_1_sessions_leave_nothing_behind)
{
	const struct setting setting = {.rule = "PARM-1", .enable = "PARM-1"};

	assert_true(with_lens(&setting, leaves_nothing_behind));
}

/* SYM-3 */

static bool says_bad_iv(struct subject *s)
{
	CK_BYTE iv[16] = {0};
	CK_MECHANISM no_iv = {CKM_AES_CBC, NULL, 0}, half = {CKM_AES_CBC_PAD, iv, 8},
	             whole = {CKM_AES_CBC_PAD, iv, 16};
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	return s->p11->C_EncryptInit(s->session, &half, key) == CKR_MECHANISM_PARAM_INVALID &&
	       s->p11->C_DecryptInit(s->session, &no_iv, key) == CKR_MECHANISM_PARAM_INVALID &&
	       s->p11->C_DecryptInit(s->session, &whole, key) == CKR_OK;
}

/* SoftHSM has two other codes. */
CASE(sym_3_iv_of_the_wrong_length)
{
	const struct setting setting = {.rule = "SYM-3", .native = true};

	check_rule(&setting, says_bad_iv);
}

/* SIG-8 */

static CK_RV sign_with(struct subject *s, CK_EDDSA_PARAMS *params, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {CKM_EDDSA, params, params != NULL ? sizeof(*params) : 0};
	CK_BYTE out[128];
	CK_ULONG size = sizeof(out);
	CK_RV rv = s->p11->C_SignInit(s->session, &mechanism, key);

	return rv == CKR_OK ? s->p11->C_Sign(s->session, text, sizeof(text), out, &size) : rv;
}

static bool signs_with_an_empty_parameter(struct subject *s)
{
	CK_EDDSA_PARAMS params = {CK_FALSE, 0, NULL};

	return sign_with(s, &params, edwards_pair(s, "Ed25519").private) == CKR_OK;
}

CASE(sig_8_none_for_ed25519)
{
	/* It is left out for every vendor. */
	const struct setting setting = {
	        .rule = "SIG-8", .twist = "eddsa-parameter none", .opt_in = true, .native = true};

	check_rule(&setting, signs_with_an_empty_parameter);
}

static bool signs_without_a_parameter(struct subject *s)
{
	return sign_with(s, NULL, edwards_pair(s, "Ed448").private) == CKR_OK;
}

CASE(sig_8_one_for_ed448)
{
	const struct setting setting = {.rule = "SIG-8",
	        .twist = "eddsa-parameter required",
	        .opt_in = true,
	        .native = true};

	check_rule(&setting, signs_without_a_parameter);
}

static bool keeps_what_says_something(struct subject *s)
{
	CK_EDDSA_PARAMS prehash = {CK_TRUE, 0, NULL}, context = {CK_FALSE, sizeof(text), text};
	CK_OBJECT_HANDLE key = edwards_pair(s, "Ed25519").private;

	return sign_with(s, &prehash, key) == CKR_MECHANISM_PARAM_INVALID &&
	       sign_with(s, &context, key) == CKR_MECHANISM_PARAM_INVALID;
}

CASE(sig_8_never_what_says_something)
{
	const struct setting setting = {
	        .rule = "SIG-8", .twist = "eddsa-parameter none", .enable = "SIG-8"};

	assert_true(with_lens(&setting, keeps_what_says_something));
	assert_int_equal(notes("SIG-8"), 0);
}

/* ECPAR-2 */

static bool makes_edwards_keys(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("Ed25519"), type;
	CK_KEY_TYPE edwards = CKK_EC_EDWARDS;
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, oid.at, oid.size}};
	CK_OBJECT_HANDLE key[2];

	if (s->p11->C_GenerateKeyPair(
	            s->session, &mechanism, public, 1, NULL, 0, &key[0], &key[1]) != CKR_OK)
		return false;
	type = read_attribute(s, key[0], CKA_KEY_TYPE);
	assert_memory_equal(type.at, &edwards, sizeof(edwards));
	return mechanism.mechanism == CKM_EC_KEY_PAIR_GEN;
}

CASE(ecpar_2_mechanism_of_the_curve)
{
	const struct setting setting = {.rule = "ECPAR-2", .opt_in = true, .native = true};

	check_rule(&setting, makes_edwards_keys);
}

static bool makes_no_edwards_keys(struct subject *s)
{
	return !makes_edwards_keys(s);
}

CASE(ecpar_2_only_what_is_listed)
{
	const struct setting setting = {.rule = "ECPAR-2",
	        .enable = "ECPAR-2",
	        .twist = "hide-mechanism CKM_EC_EDWARDS_KEY_PAIR_GEN"};

	assert_true(with_lens(&setting, makes_no_edwards_keys));
	assert_int_equal(notes("ECPAR-2"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parm_1_parameters_live_on),
	        cmocka_unit_test(parm_1_rewritten_parameters_live_on),
	        cmocka_unit_test(parm_1_each_session_its_own),
	        cmocka_unit_test(parm_1_sessions_leave_nothing_behind),
	        cmocka_unit_test(sym_3_iv_of_the_wrong_length),
	        cmocka_unit_test(sig_8_none_for_ed25519),
	        cmocka_unit_test(sig_8_one_for_ed448),
	        cmocka_unit_test(sig_8_never_what_says_something),
	        cmocka_unit_test(ecpar_2_mechanism_of_the_curve),
	        cmocka_unit_test(ecpar_2_only_what_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
