/* SPDX-License-Identifier: MIT */
/*
 * How many calls of the standard the high-level functions make. On a network HSM each of them is a
 * round trip, so more than this is a defect.
 */
#define _POSIX_C_SOURCE 200809L /* fileno */
#include "highlevel.h"

#include <unistd.h>

static const struct world four_slots = {.tokens = 3};

/* What they cost, and what they are, when they are not as many as that. */
#define COSTS(count)                                                                         \
	do {                                                                                 \
		if (calls("all") != (count))                                                 \
			fail_msg("%s:%d: %u calls where %u are due: %s", __FILE__, __LINE__, \
			        calls("all"), (unsigned)(count), called());                  \
		forget_calls();                                                              \
	} while (0)

CASE(open)
{
	struct p11l_module *module;
	struct p11l_session *session;

	prepare(&four_slots);
	OK(p11l_load(built("twist.so"), &module));
	p11l_module_free(module);
	forget_calls();
	OK(p11l_load(built("twist.so"), &module));
	OK(p11l_open(module, P11L_OPEN(.token = "token 2", .pin = USER_PIN), &session));
	COSTS(8);
	p11l_close(session);
	COSTS(2);
	p11l_module_free(module);
	COSTS(1);
}

/* A module that no profile is made for is asked nothing more when all repairs are on. */
CASE(open_unknown)
{
	static const struct world unknown = {.mock = "", .normalise = true};
	struct p11l_module *module = begin(&unknown);
	struct p11l_session *session;

	OK(p11l_open(module, P11L_OPEN(.token = "mock", .pin = USER_PIN), &session));
	assert_calls(0, "C_GetInfo");
	assert_calls(1, "C_GetSlotList");
	assert_calls(1, "C_GetTokenInfo");
	assert_calls(1, "C_OpenSession");
	assert_calls(1, "C_Login");
	p11l_close(session);
	p11l_module_free(module);
}

/* By serial number the search may end at the first that fits; by slot it asks no other. */
CASE(open_by_slot)
{
	struct p11l_module *module = begin(&four_slots);
	struct p11l_slot *token;
	struct p11l_session *session;
	CK_SLOT_ID id;

	OK(p11l_get_token(module, P11L_TOKEN(.label = "token 3"), &token));
	id = p11l_slot_id(token);
	forget_calls();
	OK(p11l_open_token(token, P11L_OPEN(.pin = USER_PIN), &session));
	COSTS(2);
	p11l_close(session);
	forget_calls();
	OK(p11l_open(module, P11L_OPEN(.slot_id = &id, .pin = USER_PIN), &session));
	assert_true(calls("all") <= 3);
	p11l_close(session);
	p11l_slot_free(token);
	p11l_module_free(module);
}

CASE(get_key)
{
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_object *key, *again;
	struct p11l_buffer value = {0};
	CK_ULONG size;

	OK(p11l_generate_key(session, CKK_AES, 256,
	        P11L_KEY(.label = "k", .id = "1", .id_size = 1, .store = CK_TRUE), &key));
	COSTS(1);
	p11l_object_free(key);
	OK(p11l_get_key(session, P11L_SELECT(.label = "k"), &key));
	COSTS(4);
	OK(p11l_get_key(session, P11L_SELECT(.label = "k"), &again));
	COSTS(0);
	p11l_object_free(again);
	/* What is read with the key. */
	assert_string_equal(p11l_object_label(key), "k");
	assert_non_null(p11l_object_id(key, &size));
	assert_int_equal(p11l_key_bits(key), 256);
	OK(p11l_get_attribute(key, CKA_LABEL, &value));
	OK(p11l_get_attribute(key, CKA_ENCRYPT, &value));
	OK(p11l_get_attribute(key, CKA_VALUE_LEN, &value));
	COSTS(0);
	p11l_buffer_free(&value);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(other_attributes)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_START_DATE, CKA_END_DATE, CKA_LOCAL,
	        CKA_NEVER_EXTRACTABLE, CKA_KEY_GEN_MECHANISM};
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_attributes values = {0};
	struct p11l_object *key;

	OK(p11l_generate_key(session, CKK_AES, 256, P11L_KEY(.label = "k"), &key));
	p11l_object_free(key);
	OK(p11l_get_key(session, P11L_SELECT(.label = "k"), &key));
	forget_calls();
	OK(p11l_get_attributes(key, types, COUNT(types), &values));
	COSTS(1);
	assert_non_null(p11l_attributes_find(&values, CKA_LOCAL));
	p11l_attributes_clear(&values);
	p11l_object_free(key);
	p11l_close(session);
}

static void list(struct p11l_session *session, CK_ULONG n)
{
	struct p11l_objects *objects;

	forget_calls();
	OK(p11l_find(session, P11L_SELECT(.object_class = P11L_IS(CKO_SECRET_KEY)), &objects));
	assert_int_equal(p11l_objects_count(objects), n);
	COSTS(2 + (n + 1 + 127) / 128 + n);
	for (CK_ULONG i = 0; i < n; i++)
		p11l_object_label(p11l_objects_at(objects, i));
	COSTS(0);
	p11l_objects_free(objects);
}

CASE(lists)
{
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_object *key;

	for (CK_ULONG n = 0; n <= 130; n++) {
		if (n == 0 || n == 1 || n == 127 || n == 128 || n == 129)
			list(session, n);
		OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
		p11l_object_free(key);
	}
	p11l_close(session);
}

CASE(one_part)
{
	static const CK_BYTE iv[16];
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_mechanism rsa = p11l_plain(CKM_SHA256_RSA_PKCS);
	struct p11l_object *key, *public_key, *private_key;
	struct p11l_buffer ciphertext = {0}, plaintext = {0}, signature = {0};
	CK_BYTE memory[256];

	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	COSTS(2);
	OK(p11l_encrypt(key, &cbc, "INPUT DATA", 10, &ciphertext));
	COSTS(2);
	OK(p11l_decrypt(key, &cbc, ciphertext.p, ciphertext.len, &plaintext));
	COSTS(2);
	OK(p11l_sign(private_key, &rsa, "INPUT DATA", 10, &signature));
	COSTS(2);
	OK(p11l_verify(public_key, &rsa, "INPUT DATA", 10, signature.p, signature.len));
	COSTS(2);
	/* The same into memory of the caller's; where it is too small nothing is asked. */
	p11l_buffer_free(&signature);
	p11l_buffer_over(&signature, memory, sizeof(memory));
	OK(p11l_sign(private_key, &rsa, "INPUT DATA", 10, &signature));
	COSTS(2);
	p11l_buffer_over(&signature, memory, sizeof(memory) - 1);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_sign(private_key, &rsa, "INPUT DATA", 10, &signature));
	COSTS(0);
	/* Nothing is cleaned up after a failure. */
	ciphertext.p[ciphertext.len - 1] ^= 1;
	p11l_decrypt(key, &cbc, ciphertext.p, ciphertext.len, &plaintext);
	assert_true(calls("all") <= 2);
	p11l_buffer_free(&plaintext);
	p11l_buffer_free(&ciphertext);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(pair_and_public_key)
{
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer spki = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	OK(p11l_export_public(public_key, &spki));
	COSTS(2);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	OK(p11l_generate_keypair(session, CKK_EC, 256, NULL, &public_key, &private_key));
	OK(p11l_export_public(public_key, &spki));
	COSTS(2);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	p11l_buffer_free(&spki);
	p11l_close(session);
}

CASE(wrap_unwrap_derive)
{
	static const CK_BYTE data[32];
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_mechanism wrap = p11l_plain(CKM_AES_KEY_WRAP), derive;
	struct p11l_object *wrapping_key, *key, *back, *derived;
	struct p11l_buffer wrapped = {0};

	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &wrapping_key));
	OK(p11l_generate_key(session, CKK_AES, 256,
	        P11L_KEY(.attributes = P11L_ATTRS(P11L_BOOL(CKA_EXTRACTABLE, 1))), &key));
	forget_calls();
	OK(p11l_wrap(wrapping_key, &wrap, key, &wrapped));
	COSTS(1);
	OK(p11l_unwrap(
	        wrapping_key, &wrap, wrapped.p, wrapped.len, CKO_SECRET_KEY, CKK_AES, NULL, &back));
	COSTS(1);
	p11l_set_derive_data(&derive, CKM_AES_ECB_ENCRYPT_DATA, NULL, data, sizeof(data));
	OK(p11l_generate_key(
	        session, CKK_AES, 256, P11L_KEY(.capabilities = CKF_DERIVE), &derived));
	forget_calls();
	p11l_object_free(back);
	OK(p11l_derive(derived, &derive, CKK_AES, 256, NULL, &back));
	COSTS(1);
	p11l_object_free(back);
	p11l_object_free(derived);
	p11l_object_free(key);
	p11l_object_free(wrapping_key);
	p11l_buffer_free(&wrapped);
	p11l_close(session);
}

/* 16 MiB: never more calls than parts of 64 KiB make. */
CASE(stream)
{
	static const CK_BYTE iv[16];
	static CK_BYTE part[65536];
	struct p11l_session *session = begin_session(&four_slots);
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	const unsigned parts = 256;
	struct p11l_object *key;
	FILE *in = tmpfile(), *out = tmpfile();

	assert_true(in != NULL && out != NULL);
	for (unsigned i = 0; i < parts; i++)
		assert_int_equal(fwrite(part, sizeof(part), 1, in), 1);
	rewind(in);
	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	forget_calls();
	OK(p11l_encrypt_fd(key, &cbc, fileno(in), fileno(out)));
	assert_true(calls("all") <= 2 + parts);
	assert_int_equal(lseek(fileno(out), 0, SEEK_END), parts * sizeof(part) + 16);
	fclose(in);
	fclose(out);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(borrowing)
{
	struct p11l_session *session = begin_session(&four_slots);
	CK_SESSION_HANDLE handle;

	OK(p11l_borrow(session, &handle));
	p11l_give_back(session, handle);
	OK(p11l_borrow(session, &handle));
	p11l_give_back(session, handle);
	COSTS(0);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(open),
	        cmocka_unit_test(open_unknown),
	        cmocka_unit_test(open_by_slot),
	        cmocka_unit_test(get_key),
	        cmocka_unit_test(other_attributes),
	        cmocka_unit_test(lists),
	        cmocka_unit_test(one_part),
	        cmocka_unit_test(pair_and_public_key),
	        cmocka_unit_test(wrap_unwrap_derive),
	        cmocka_unit_test(stream),
	        cmocka_unit_test(borrowing),
	};

	return cmocka_run_group_tests_name("highlevel/budget", tests, NULL, NULL);
}
