/* SPDX-License-Identifier: MIT */
/* Copies of mechanism parameters that outlive the call. */
#include "harness.h"

#include "shim/normalise/lasting.h"
#include "shim/normalise/session.h"

static CK_BYTE iv[12] = "twelve bytes", aad[8] = "to all..";
static CK_GCM_PARAMS gcm;
static CK_MECHANISM mechanism;

static struct p11l_lasting *make(bool nested)
{
	gcm = (CK_GCM_PARAMS){iv, sizeof(iv), 96, aad, sizeof(aad), 128};
	mechanism = (CK_MECHANISM){CKM_AES_GCM, &gcm, sizeof(gcm)};
	return p11l_lasting_make(&mechanism, p11l_find_mechanism(CKM_AES_GCM), nested);
}

CASE(the_struct_alone)
{
	struct p11l_lasting *lasting = make(false);

	assert_non_null(lasting);
	assert_int_equal(lasting->size, sizeof(gcm));
	assert_memory_equal(lasting->parameter, &gcm, sizeof(gcm));
	p11l_lasting_free(lasting);
}

CASE(nested_octets_but_not_the_iv)
{
	struct p11l_lasting *lasting = make(true);
	const CK_GCM_PARAMS *copy = lasting->parameter;

	assert_int_equal(lasting->size, sizeof(gcm) + sizeof(aad));
	assert_ptr_equal(copy->pIv, iv);
	assert_ptr_not_equal(copy->pAAD, aad);
	assert_memory_equal(copy->pAAD, aad, sizeof(aad));
	p11l_lasting_free(lasting);
}

/* What cannot be read, or is beyond reason, stays where it is. */
CASE(hostile_parameters)
{
	const struct p11l_mechanism_row *known = p11l_find_mechanism(CKM_AES_GCM);
	struct p11l_lasting *lasting;

	p11l_lasting_free(make(true));
	gcm.pAAD = (CK_BYTE_PTR)8;
	lasting = p11l_lasting_make(&mechanism, known, true);
	assert_int_equal(lasting->size, sizeof(gcm));
	p11l_lasting_free(lasting);
	gcm.pAAD = aad;
	gcm.ulAADLen = CK_UNAVAILABLE_INFORMATION;
	lasting = p11l_lasting_make(&mechanism, known, true);
	assert_int_equal(lasting->size, sizeof(gcm));
	p11l_lasting_free(lasting);
	mechanism.pParameter = (void *)8;
	assert_null(p11l_lasting_make(&mechanism, known, true));
	mechanism = (CK_MECHANISM){CKM_AES_GCM, &gcm, CK_UNAVAILABLE_INFORMATION};
	assert_null(p11l_lasting_make(&mechanism, known, true));
	mechanism = (CK_MECHANISM){CKM_AES_GCM, NULL, 0};
	assert_null(p11l_lasting_make(&mechanism, known, true));
}

static void keep(CK_SESSION_HANDLE session, unsigned function)
{
	p11l_lasting_keep(make(true), session, function);
}

static bool has(CK_SESSION_HANDLE session, unsigned function)
{
	struct p11l_lasting *lasting = p11l_lasting_take(session, function);

	p11l_lasting_free(lasting);
	return lasting != NULL;
}

CASE(one_for_each_session_and_function)
{
	keep(1, P11L_C_EncryptInit);
	keep(1, P11L_C_EncryptInit);
	keep(1, P11L_C_DecryptInit);
	keep(2, P11L_C_EncryptInit);
	assert_true(has(1, P11L_C_EncryptInit));
	assert_false(has(1, P11L_C_EncryptInit));
	p11l_lasting_closed(2);
	assert_false(has(2, P11L_C_EncryptInit));
	assert_true(has(1, P11L_C_DecryptInit));
}

CASE(all_sessions_of_a_slot)
{
	p11l_session_opened(11, 5, CKF_SERIAL_SESSION);
	p11l_session_opened(12, 6, CKF_SERIAL_SESSION);
	for (CK_SESSION_HANDLE session = 11; session <= 13; session++)
		keep(session, P11L_C_SignInit);
	p11l_lasting_all_closed(5);
	assert_false(has(11, P11L_C_SignInit));
	assert_true(has(12, P11L_C_SignInit));
	/* Nobody knows where this session is, so it may be in use. */
	assert_true(has(13, P11L_C_SignInit));
	keep(13, P11L_C_SignInit);
	p11l_lasting_forget();
	assert_false(has(13, P11L_C_SignInit));
	p11l_sessions_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_struct_alone),
	        cmocka_unit_test(nested_octets_but_not_the_iv),
	        cmocka_unit_test(hostile_parameters),
	        cmocka_unit_test(one_for_each_session_and_function),
	        cmocka_unit_test(all_sessions_of_a_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
