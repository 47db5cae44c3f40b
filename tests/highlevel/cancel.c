/* SPDX-License-Identifier: MIT */
/* Operations that are not finished: whatever a module can do, the session is good again. */
#include "other_party.h"

static const CK_BYTE iv[16] = "sixteen octets.";
static CK_BYTE part[200000];

struct keys {
	struct p11l_session *session;
	struct p11l_object *aes, *public_key, *private_key;
};

static struct keys make_keys(const struct world *world)
{
	struct keys keys = {.session = begin_session(world)};

	OK(p11l_generate_key(keys.session, CKK_AES, 256, NULL, &keys.aes));
	OK(p11l_generate_keypair(
	        keys.session, CKK_RSA, 2048, NULL, &keys.public_key, &keys.private_key));
	forget_calls();
	return keys;
}

static void let(struct keys *keys)
{
	p11l_object_free(keys->aes);
	p11l_object_free(keys->public_key);
	p11l_object_free(keys->private_key);
	p11l_close(keys->session);
}

static struct p11l_operation *begin_what(const struct keys *keys, CK_FLAGS what)
{
	static struct p11l_mechanism cbc, rsa, sha;
	struct p11l_operation *operation;

	cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	sha = p11l_plain(CKM_SHA256);
	switch (what) {
	case CKF_ENCRYPT:
	case CKF_DECRYPT:
		OK(p11l_begin(keys->aes, what, &cbc, &operation));
		break;
	case CKF_SIGN:
		OK(p11l_begin(keys->private_key, what, &rsa, &operation));
		break;
	case CKF_VERIFY:
		OK(p11l_begin(keys->public_key, what, &rsa, &operation));
		break;
	default:
		OK(p11l_begin_digest(keys->session, &sha, &operation));
	}
	return operation;
}

/* Everything works as if nothing had been begun. */
static void is_good(const struct keys *keys)
{
	static const CK_FLAGS whats[] = {
	        CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN, CKF_VERIFY, CKF_DIGEST};
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_mechanism rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_buffer out = {0}, back = {0};

	OK(p11l_encrypt(keys->aes, &cbc, "INPUT DATA", 10, &out));
	OK(p11l_decrypt(keys->aes, &cbc, out.p, out.len, &back));
	assert_int_equal(back.len, 10);
	assert_memory_equal(back.p, "INPUT DATA", 10);
	OK(p11l_sign(keys->private_key, &rsa, "INPUT DATA", 10, &out));
	OK(p11l_verify(keys->public_key, &rsa, "INPUT DATA", 10, out.p, out.len));
	OK(p11l_digest(keys->session, NULL, "INPUT DATA", 10, &out));
	for (size_t i = 0; i < COUNT(whats); i++)
		p11l_operation_free(begin_what(keys, whats[i]));
	p11l_buffer_free(&out);
	p11l_buffer_free(&back);
}

/* Just begun; with parts that wait; with parts that went in. */
static void cancel_everywhere(const struct keys *keys)
{
	static const CK_FLAGS whats[] = {
	        CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN, CKF_VERIFY, CKF_DIGEST};
	static const size_t sizes[] = {0, 16, sizeof(part)};
	struct p11l_buffer out = {0};

	for (size_t i = 0; i < COUNT(whats); i++)
		for (size_t j = 0; j < COUNT(sizes); j++) {
			struct p11l_operation *operation = begin_what(keys, whats[i]);

			if (sizes[j] > 0)
				OK(p11l_update(operation, part, sizes[j], &out));
			p11l_operation_free(operation);
			is_good(keys);
		}
	p11l_buffer_free(&out);
}

/* Nothing but finishing helps; and it does, so that no session is given up. */
CASE(by_finishing)
{
	struct keys keys = make_keys(NULL);

	cancel_everywhere(&keys);
	assert_calls(0, "C_CloseSession");
	let(&keys);
}

/* A module that keeps all of the plaintext to the end wants room for it before it lets go. */
static CK_RV keep_all(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_ULONG *length;

	if (function == P11L_C_DecryptInit && arg[1] == 0)
		return CKR_ARGUMENTS_BAD;
	if (function != P11L_C_DecryptFinal)
		return rv;
	length = (CK_ULONG *)arg[2];
	rv = *length < 100000 ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	*length = 100000;
	return rv;
}

CASE(by_finishing_what_is_large)
{
	static const struct world world = {.mock = "return C_SessionCancel CKR_FUNCTION_FAILED\n"
	                                           "silent C_DecryptFinal\n"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism ctr;
	struct p11l_operation *operation;
	struct p11l_object *key;

	OK(p11l_adopt(session, MOCK_OBJECT, &key));
	vendor()->hook = keep_all;
	forget_calls();
	p11l_set_ctr(&ctr, iv, 0);
	OK(p11l_begin(key, CKF_DECRYPT, &ctr, &operation));
	p11l_operation_free(operation);
	assert_calls(2, "C_DecryptFinal");
	assert_calls(0, "C_CloseSession");
	vendor()->hook = NULL;
	p11l_object_free(key);
	p11l_close(session);
}

CASE(by_an_init_without_a_mechanism)
{
	static const struct world world = {.twist = "cancel-by-null allowed"};
	struct keys keys = make_keys(&world);
	struct p11l_operation *operation = begin_what(&keys, CKF_ENCRYPT);

	p11l_operation_free(operation);
	assert_string_equal(called(), "C_EncryptInit C_EncryptInit");
	cancel_everywhere(&keys);
	assert_calls(0, "C_CloseSession");
	let(&keys);
}

CASE(by_the_function_for_it)
{
	static const struct world world = {.twist = "interface 3.0,session-cancel"};
	struct keys keys = make_keys(&world);
	struct p11l_operation *operation = begin_what(&keys, CKF_SIGN);

	p11l_operation_free(operation);
	assert_string_equal(called(), "C_SignInit C_SessionCancel");
	cancel_everywhere(&keys);
	assert_calls(0, "C_CloseSession");
	assert_calls(0, "C_SignFinal");
	let(&keys);
}

/* As the lens repairs it. */
CASE(normalised)
{
	static const struct world world = {.normalise = true};
	struct keys keys = make_keys(&world);

	cancel_everywhere(&keys);
	let(&keys);
}

/* A module that cannot end it in any way loses the session; objects of others stay. */
CASE(by_giving_up_the_session)
{
	static const struct world world = {.twist = "return C_EncryptFinal CKR_BUFFER_TOO_SMALL"};
	struct keys keys = make_keys(&world);
	struct p11l_operation *operation;
	struct p11l_object *stored;
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer out = {0};

	OK(p11l_generate_key(keys.session, CKK_AES, 256,
	        P11L_KEY(.label = "stored", .store = CK_TRUE), &stored));
	OK(p11l_begin(stored, CKF_ENCRYPT, &cbc, &operation));
	p11l_operation_free(operation);
	OK(p11l_encrypt(stored, &cbc, "x", 1, &out));
	p11l_buffer_free(&out);
	p11l_object_free(stored);
	let(&keys);
}

/* Signatures of a key that asks each time are never finished for the sake of it. */
CASE(no_signature_is_made)
{
	static const struct world world = {.twist = "always-auth-strict"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_mechanism rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_object *public_key, *private_key;
	struct p11l_operation *operation;
	struct p11l_buffer signature = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 2048,
	        P11L_KEY(.label = "each time", .store = CK_TRUE,
	                .private_attributes =
	                        (const CK_ATTRIBUTE[]){P11L_BOOL(CKA_ALWAYS_AUTHENTICATE, 1)},
	                .private_attribute_count = 1),
	        &public_key, &private_key));
	forget_calls();
	OK(p11l_begin(private_key, CKF_SIGN, &rsa, &operation));
	OK(p11l_update(operation, part, sizeof(part), NULL));
	p11l_operation_free(operation);
	assert_calls(0, "C_SignFinal");
	assert_calls(0, "C_Sign");
	OK(p11l_sign(private_key, &rsa, "x", 1, &signature));
	p11l_buffer_free(&signature);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

/* Many that are open at a time have a session each, and only the last go back to the pool. */
CASE(many_at_a_time)
{
	struct keys keys = make_keys(NULL);
	struct p11l_operation *operations[8];

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(operations); i++)
			operations[i] = begin_what(&keys, CKF_DIGEST);
		for (size_t i = 0; i < COUNT(operations); i++)
			p11l_operation_free(operations[i]);
	}
	assert_true(calls("C_OpenSession") <= COUNT(operations));
	is_good(&keys);
	let(&keys);
}

/* The operation outlives everything that it was begun with. */
CASE(freed_last)
{
	struct keys keys = make_keys(NULL);
	struct p11l_operation *operation = begin_what(&keys, CKF_ENCRYPT);
	struct p11l_buffer out = {0};

	let(&keys);
	assert_true(p11l_finish(operation, &out) != CKR_OK || out.len == 16);
	p11l_buffer_free(&out);
	p11l_operation_free(operation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(by_finishing),
	        cmocka_unit_test(by_finishing_what_is_large),
	        cmocka_unit_test(by_an_init_without_a_mechanism),
	        cmocka_unit_test(by_the_function_for_it),
	        cmocka_unit_test(normalised),
	        cmocka_unit_test(by_giving_up_the_session),
	        cmocka_unit_test(no_signature_is_made),
	        cmocka_unit_test(many_at_a_time),
	        cmocka_unit_test(freed_last),
	};

	return cmocka_run_group_tests_name("highlevel/cancel", tests, NULL, NULL);
}
