/* SPDX-License-Identifier: MIT */
/* Digests, of one part and of data and keys mixed. */
#include "other_party.h"

static const char data[] = "INPUT DATA";
#define SIZE (sizeof(data) - 1)

static void is_digest(const char *name, const void *octets, size_t size, struct p11l_buffer *digest)
{
	unsigned char expected[64];
	size_t length = 0;

	assert_int_equal(EVP_Q_digest(NULL, name, NULL, octets, size, expected, &length), 1);
	assert_int_equal(digest->len, length);
	assert_memory_equal(digest->p, expected, length);
	p11l_buffer_free(digest);
}

CASE(one_part)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_mechanism sha256 = p11l_plain(CKM_SHA256);
	struct p11l_buffer digest = {0};
	CK_BYTE memory[32];

	OK(p11l_digest(session, NULL, data, SIZE, &digest));
	assert_calls(2, "all");
	is_digest("SHA512", data, SIZE, &digest);
	OK(p11l_digest(session, &sha256, NULL, 0, &digest));
	is_digest("SHA256", "", 0, &digest);
	forget_calls();
	p11l_buffer_over(&digest, memory, 31);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_digest(session, &sha256, data, SIZE, &digest));
	assert_int_equal(digest.len, 32);
	assert_calls(0, "all");
	p11l_buffer_over(&digest, memory, 32);
	OK(p11l_digest(session, &sha256, data, SIZE, &digest));
	is_digest("SHA256", data, SIZE, &digest);
	FAILS(CKR_ARGUMENTS_BAD, p11l_digest(NULL, NULL, data, SIZE, &digest));
	FAILS(CKR_ARGUMENTS_BAD, p11l_digest(session, NULL, data, SIZE, NULL));
	p11l_close(session);
}

/* A key's value goes in without leaving the token. */
CASE(keys)
{
	static const CK_BYTE value[16] = "the key's value";
	struct p11l_session *session = begin_session(NULL);
	struct p11l_mechanism sha256 = p11l_plain(CKM_SHA256);
	struct p11l_operation *operation;
	struct p11l_buffer digest = {0};
	struct p11l_object *key;
	char all[SIZE + 16 + SIZE];

	/* SoftHSM digests those keys only that it would tell. */
	OK(p11l_import_secret(session, CKK_GENERIC_SECRET, value, sizeof(value),
	        P11L_KEY(.attributes = P11L_ATTRS(
	                         P11L_BOOL(CKA_EXTRACTABLE, 1), P11L_BOOL(CKA_SENSITIVE, 0))),
	        &key));
	forget_calls();
	OK(p11l_digest_key(key, &sha256, &digest));
	assert_calls(3, "all");
	is_digest("SHA256", value, sizeof(value), &digest);
	forget_calls();
	OK(p11l_begin_digest(session, &sha256, &operation));
	OK(p11l_update(operation, data, SIZE, NULL));
	OK(p11l_update_key(operation, key));
	OK(p11l_update(operation, data, SIZE, NULL));
	OK(p11l_finish(operation, &digest));
	assert_calls(5, "all");
	p11l_operation_free(operation);
	memcpy(all, data, SIZE);
	memcpy(all + SIZE, value, 16);
	memcpy(all + SIZE + 16, data, SIZE);
	is_digest("SHA256", all, sizeof(all), &digest);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(only_digests_take_keys)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_mechanism mac = p11l_plain(CKM_AES_CMAC);
	struct p11l_operation *operation;
	struct p11l_object *key;

	OK(p11l_generate_key(session, CKK_AES, 128, P11L_KEY(.capabilities = CKF_SIGN), &key));
	OK(p11l_begin(key, CKF_SIGN, &mac, &operation));
	FAILS(CKR_ARGUMENTS_BAD, p11l_update_key(operation, key));
	assert_says("p11l_begin_digest");
	p11l_operation_free(operation);
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_part),
	        cmocka_unit_test(keys),
	        cmocka_unit_test(only_digests_take_keys),
	};

	return cmocka_run_group_tests_name("highlevel/digest", tests, NULL, NULL);
}
