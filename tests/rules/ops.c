/* SPDX-License-Identifier: MIT */
/* Operations beside each other, their ends, and the order of calls. */
#include "rules.h"

#include <pthread.h>

static CK_BYTE data[64] = "something to be digested, signed, encrypted or searched for";

static CK_RV sign_init(struct subject *s, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};

	return s->p11->C_SignInit(s->session, &mechanism, key);
}

static CK_RV digest_init(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	return s->p11->C_DigestInit(s->session, &mechanism);
}

static CK_RV finish_sign(struct subject *s)
{
	CK_BYTE signature[256];
	CK_ULONG size = sizeof(signature);

	return s->p11->C_Sign(s->session, data, 32, signature, &size);
}

static CK_RV finish_digest(struct subject *s)
{
	CK_BYTE digest[64];
	CK_ULONG size = sizeof(digest);

	return s->p11->C_DigestFinal(s->session, digest, &size);
}

/* --- OPS-1 */

static bool operations_stand_side_by_side(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_OBJECT_HANDLE found[4];
	CK_ULONG count = 0;

	assert_int_equal(sign_init(s, pair.private), CKR_OK);
	if (digest_init(s) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	assert_int_equal(s->p11->C_DigestUpdate(s->session, data, sizeof(data)), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, found, COUNT(found), &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(finish_sign(s), CKR_OK);
	assert_int_equal(finish_digest(s), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	/* And once more, with the sessions that are there by now. */
	assert_int_equal(sign_init(s, pair.private), CKR_OK);
	assert_int_equal(digest_init(s), CKR_OK);
	return finish_digest(s) == CKR_OK && finish_sign(s) == CKR_OK;
}

CASE(ops_1_side_by_side)
{
	const struct setting setting = {.rule = "OPS-1", .opt_in = true, .native = true};

	check_rule(&setting, operations_stand_side_by_side);
}

/* The hidden sessions go with the host's: the last one takes the login along. */
static bool nothing_stays_open(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_SESSION_INFO info;

	assert_int_equal(sign_init(s, pair.private), CKR_OK);
	assert_int_equal(digest_init(s), CKR_OK);
	assert_int_equal(calls("C_OpenSession"), 2);
	assert_int_equal(s->p11->C_CloseSession(s->session), CKR_OK);
	assert_int_equal(calls("C_CloseSession"), 2);
	s->session = another_session(s);
	assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(calls("C_Login"), 1);
	return calls("C_Logout") == 0;
}

CASE(ops_1_leaves_nothing_open)
{
	const struct setting setting = {.rule = "OPS-1", .opt_in = true};

	assert_true(with_lens(&setting, nothing_stays_open));
}

/* Without a session to be had the answer is the vendor's. */
static bool full_token_says_so(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");

	assert_int_equal(sign_init(s, pair.private), CKR_OK);
	return digest_init(s) == CKR_OPERATION_ACTIVE && finish_sign(s) == CKR_OK;
}

CASE(ops_1_without_a_session_to_be_had)
{
	const struct setting setting = {
	        .rule = "OPS-1", .twist = "session-limit 1", .opt_in = true};

	assert_true(with_lens(&setting, full_token_says_so));
}

/* A login for one operation goes where that operation is, with nothing in between. */
static bool context_login_finds_its_session(struct subject *s)
{
	CK_ATTRIBUTE always[] = {ATTRIBUTE(CKA_ALWAYS_AUTHENTICATE, yes)};
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, oid.at, oid.size}};
	CK_OBJECT_HANDLE public_key, private_key;

	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public),
	                         always, COUNT(always), &public_key, &private_key),
	        CKR_OK);
	assert_int_equal(digest_init(s), CKR_OK);
	assert_int_equal(sign_init(s, private_key), CKR_OK);
	assert_int_equal(s->p11->C_Login(s->session, CKU_CONTEXT_SPECIFIC,
	                         (CK_UTF8CHAR *)(uintptr_t)USER_PIN, strlen(USER_PIN)),
	        CKR_OK);
	return finish_sign(s) == CKR_OK && finish_digest(s) == CKR_OK;
}

CASE(ops_1_context_specific_login)
{
	const struct setting setting = {
	        .rule = "OPS-1", .twist = "always-auth-strict", .opt_in = true};

	assert_true(with_lens(&setting, context_login_finds_its_session));
}

/* --- All that keeps account, together */

#define ALL_RULES                                                                        \
	"OPS-1+OPS-2+OPS-3+OPS-5+BUF-2+BUF-4+BUF-5+BUF-6+BUF-7+BUF-8+BUF-9+SIG-2+SIG-3+" \
	"SIG-6+SIG-9+SIG-11+GCM-4+SYM-4+FND-1+FND-2+FND-4+FND-5"

/* Between the start and the end of an operation with such a key, no rule calls the vendor. */
static bool nothing_comes_between(struct subject *s)
{
	CK_ATTRIBUTE always[] = {ATTRIBUTE(CKA_ALWAYS_AUTHENTICATE, yes)};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_MECHANISM signs = {CKM_SHA256_RSA_PKCS, NULL, 0}, decrypts = {CKM_RSA_PKCS, NULL, 0};
	CK_ULONG bits = 1024, size = 0;
	CK_ATTRIBUTE public[] = {ATTRIBUTE(CKA_MODULUS_BITS, bits)};
	CK_OBJECT_HANDLE public_key, private_key;
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)(uintptr_t)USER_PIN;
	CK_BYTE out[128], text[20];

	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public),
	                         always, COUNT(always), &public_key, &private_key),
	        CKR_OK);
	assert_int_equal(s->p11->C_SignInit(s->session, &signs, private_key), CKR_OK);
	assert_int_equal(
	        s->p11->C_Login(s->session, CKU_CONTEXT_SPECIFIC, pin, strlen(USER_PIN)), CKR_OK);
	assert_int_equal(s->p11->C_Sign(s->session, data, 32, NULL, &size), CKR_OK);
	assert_int_equal(size, sizeof(out));
	assert_int_equal(s->p11->C_Sign(s->session, data, 32, out, &size), CKR_OK);
	assert_int_equal(s->p11->C_EncryptInit(s->session, &decrypts, public_key), CKR_OK);
	assert_int_equal(s->p11->C_Encrypt(s->session, data, 20, out, &size), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &decrypts, private_key), CKR_OK);
	assert_int_equal(
	        s->p11->C_Login(s->session, CKU_CONTEXT_SPECIFIC, pin, strlen(USER_PIN)), CKR_OK);
	size = sizeof(text);
	return s->p11->C_Decrypt(s->session, out, sizeof(out), text, &size) == CKR_OK &&
	       size == 20 && memcmp(text, data, 20) == 0;
}

CASE(no_rule_comes_between)
{
	const struct setting setting = {.rule = "OPS-1",
	        .enable = ALL_RULES,
	        .twist = "always-auth-strict,hide-mechanism CKM_SHA256_RSA_PKCS"};

	assert_true(with_lens(&setting, nothing_comes_between));
}

/* Threads with a session each, all of which do several things at a time. */
struct worker {
	struct subject subject;
	CK_OBJECT_HANDLE key;
	pthread_t thread;
	bool fine;
};

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct subject *s = &worker->subject;
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count = 0;

	worker->fine = true;
	for (unsigned i = 0; i < 20; i++) {
		s->session = another_session(s);
		worker->fine = worker->fine && sign_init(s, worker->key) == CKR_OK &&
		               digest_init(s) == CKR_OK &&
		               s->p11->C_FindObjectsInit(s->session, NULL, 0) == CKR_OK &&
		               s->p11->C_FindObjects(s->session, found, 8, &count) == CKR_OK &&
		               finish_sign(s) == CKR_OK && finish_digest(s) == CKR_OK &&
		               s->p11->C_CloseSession(s->session) == CKR_OK;
	}
	return NULL;
}

static bool threads_work(struct subject *s)
{
	struct worker worker[4];
	bool fine = true;

	/* All keys first: what a search sees of a key that is being made is the vendor's affair. */
	for (size_t i = 0; i < COUNT(worker); i++)
		worker[i] = (struct worker){.subject = *s, .key = ec_pair(s, "secp256r1").private};
	for (size_t i = 0; i < COUNT(worker); i++)
		assert_int_equal(pthread_create(&worker[i].thread, NULL, work, &worker[i]), 0);
	for (size_t i = 0; i < COUNT(worker); i++) {
		pthread_join(worker[i].thread, NULL);
		fine = fine && worker[i].fine;
	}
	return fine && calls("C_OpenSession") == calls("C_CloseSession") + 1;
}

CASE(threads_have_their_own)
{
	const struct setting setting = {.rule = "OPS-1", .enable = ALL_RULES};

	assert_true(with_lens(&setting, threads_work));
}

/* --- OPS-2 */

static bool null_cancels(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");

	assert_int_equal(digest_init(s), CKR_OK);
	if (s->p11->C_DigestInit(s->session, NULL) != CKR_OK)
		return false;
	assert_int_equal(finish_digest(s), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(sign_init(s, pair.private), CKR_OK);
	assert_int_equal(s->p11->C_SignInit(s->session, NULL, pair.private), CKR_OK);
	assert_int_equal(finish_sign(s), CKR_OPERATION_NOT_INITIALIZED);
	return digest_init(s) == CKR_OK;
}

CASE(ops_2_null_cancels)
{
	const struct setting setting = {.rule = "OPS-2", .opt_in = true, .native = true};

	check_rule(&setting, null_cancels);
}

/* A key that asks for its user each time signs nothing unasked. */
static bool personal_key_does_not_sign(struct subject *s)
{
	CK_ATTRIBUTE always[] = {ATTRIBUTE(CKA_ALWAYS_AUTHENTICATE, yes)};
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, oid.at, oid.size}};
	CK_OBJECT_HANDLE public_key, private_key;

	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public),
	                         always, COUNT(always), &public_key, &private_key),
	        CKR_OK);
	assert_int_equal(sign_init(s, private_key), CKR_OK);
	assert_int_equal(s->p11->C_SignInit(s->session, NULL, private_key), CKR_ARGUMENTS_BAD);
	return calls("C_SignFinal") == 0 && calls("C_Sign") == 0;
}

CASE(ops_2_never_signs_for_a_personal_key)
{
	const struct setting setting = {.rule = "OPS-2", .opt_in = true};

	assert_true(with_lens(&setting, personal_key_does_not_sign));
}

/* C_SessionCancel of a table that has it, for a vendor that does not. */
static bool cancel_works(struct subject *s)
{
	assert_int_equal(digest_init(s), CKR_OK);
	if (s->p11->C_SessionCancel(s->session, CKF_DIGEST) != CKR_OK)
		return false;
	assert_int_equal(finish_digest(s), CKR_OPERATION_NOT_INITIALIZED);
	return digest_init(s) == CKR_OK;
}

CASE(ops_2_session_cancel)
{
	const struct setting setting = {.rule = "OPS-2",
	        .twist = "interface 3.0",
	        .table = {3, 0},
	        .opt_in = true,
	        .native = true};

	check_rule(&setting, cancel_works);
}

/* --- OPS-3 */

static bool failure_ends_the_operation(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BYTE iv[16] = {0}, out[64];
	CK_MECHANISM mechanism = {CKM_AES_CBC, iv, sizeof(iv)};
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_not_equal(s->p11->C_Encrypt(s->session, data, 17, out, &size), CKR_OK);
	size = sizeof(out);
	return s->p11->C_EncryptInit(s->session, &mechanism, key) == CKR_OK &&
	       s->p11->C_Encrypt(s->session, data, 16, out, &size) == CKR_OK && size == 16;
}

CASE(ops_3_starts_once_more)
{
	/* The profile of SoftHSM has OPS-1, which starts in another session. */
	const struct setting setting = {
	        .rule = "OPS-3", .twist = "failed-stays-active", .opt_in = true};

	check_rule(&setting, failure_ends_the_operation);
}

/* --- OPS-4 */

static bool state_is_unsaveable(struct subject *s)
{
	CK_ULONG size = 0;

	return s->p11->C_GetOperationState(s->session, NULL, &size) == CKR_STATE_UNSAVEABLE &&
	       s->p11->C_SetOperationState(s->session, data, 1, 0, 0) == CKR_SAVED_STATE_INVALID;
}

CASE(ops_4_no_state)
{
	const struct setting setting = {.rule = "OPS-4",
	        .twist = "pretend C_GetOperationState",
	        .opt_in = true,
	        .native = true};

	check_rule(&setting, state_is_unsaveable);
}

/* --- OPS-5 */

static bool order_is_kept(struct subject *s)
{
	CK_BYTE digest[32];
	CK_ULONG size = sizeof(digest);

	if (finish_digest(s) != CKR_OPERATION_NOT_INITIALIZED)
		return false;
	assert_int_equal(digest_init(s), CKR_OK);
	if (digest_init(s) != CKR_OPERATION_ACTIVE)
		return false;
	assert_int_equal(s->p11->C_DigestUpdate(s->session, data, 10), CKR_OK);
	assert_int_not_equal(s->p11->C_Digest(s->session, data, 10, digest, &size), CKR_OK);
	return s->p11->C_DigestUpdate(s->session, data, 10) == CKR_OK || digest_init(s) == CKR_OK;
}

CASE(ops_5_calls_in_order)
{
	const struct setting setting = {.rule = "OPS-5",
	        .twist = "code C_DigestFinal CKR_OPERATION_NOT_INITIALIZED CKR_GENERAL_ERROR",
	        .opt_in = true,
	        .native = true};

	check_rule(&setting, order_is_kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ops_1_side_by_side),
	        cmocka_unit_test(ops_1_leaves_nothing_open),
	        cmocka_unit_test(ops_1_without_a_session_to_be_had),
	        cmocka_unit_test(ops_1_context_specific_login),
	        cmocka_unit_test(no_rule_comes_between),
	        cmocka_unit_test(threads_have_their_own),
	        cmocka_unit_test(ops_2_null_cancels),
	        cmocka_unit_test(ops_2_never_signs_for_a_personal_key),
	        cmocka_unit_test(ops_2_session_cancel),
	        cmocka_unit_test(ops_3_starts_once_more),
	        cmocka_unit_test(ops_4_no_state),
	        cmocka_unit_test(ops_5_calls_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
