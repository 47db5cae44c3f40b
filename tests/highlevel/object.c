/* SPDX-License-Identifier: MIT */
/* Objects: made, read, changed, measured, copied, destroyed; and what all of that costs. */
#include "highlevel.h"

#include <unistd.h>

#define COSTS(count)                                                                         \
	do {                                                                                 \
		if (calls("all") != (count))                                                 \
			fail_msg("%s:%d: %u calls where %u are due: %s", __FILE__, __LINE__, \
			        calls("all"), (unsigned)(count), called());                  \
		forget_calls();                                                              \
	} while (0)

static const CK_BYTE key_value[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* An AES key whose value can be read, on the token when stored is set. */
static struct p11l_object *aes_key(
        struct p11l_session *session, const char *label, CK_BBOOL stored, CK_BBOOL sensitive)
{
	struct p11l_object *key;

	OK(p11l_create_object(session,
	        P11L_ATTRS(P11L_ULONG(CKA_CLASS, CKO_SECRET_KEY), P11L_ULONG(CKA_KEY_TYPE, CKK_AES),
	                P11L_BYTES(CKA_VALUE, key_value, sizeof(key_value)),
	                P11L_STRING(CKA_LABEL, label), P11L_BYTES(CKA_ID, "\1\2", 2),
	                P11L_BOOL(CKA_TOKEN, stored), P11L_BOOL(CKA_SENSITIVE, sensitive),
	                P11L_BOOL(CKA_EXTRACTABLE, !sensitive), P11L_BOOL(CKA_ENCRYPT, 1)),
	        &key));
	assert_non_null(key);
	return key;
}

static struct p11l_object *data(struct p11l_session *session, const void *value, CK_ULONG size)
{
	struct p11l_object *object;

	OK(p11l_create_object(session,
	        P11L_ATTRS(P11L_ULONG(CKA_CLASS, CKO_DATA), P11L_STRING(CKA_LABEL, "data"),
	                P11L_BYTES(CKA_VALUE, value, size)),
	        &object));
	return object;
}

/* What the template said is known of a new object; the rest is asked for by one call. */
CASE(made)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "made", CK_FALSE, CK_FALSE);
	CK_BBOOL flag;
	CK_ULONG size;

	COSTS(1);
	assert_string_equal(p11l_object_label(key), "made");
	assert_memory_equal(p11l_object_id(key, &size), "\1\2", 2);
	assert_int_equal(size, 2);
	assert_int_equal(p11l_object_class(key), CKO_SECRET_KEY);
	assert_int_equal(p11l_object_key_type(key), CKK_AES);
	assert_false(p11l_object_is_stored(key));
	assert_ptr_equal(p11l_object_session(key), session);
	assert_int_equal(p11l_object_result(key), CKR_OK);
	OK(p11l_get_bool(key, CKA_ENCRYPT, &flag));
	assert_true(flag);
	COSTS(0);
	assert_int_equal(p11l_key_bits(key), 128);
	COSTS(1);
	OK(p11l_get_bool(key, CKA_DERIVE, &flag));
	assert_false(flag);
	OK(p11l_get_bool(key, CKA_PRIVATE, &flag));
	assert_int_equal(p11l_key_bits(key), 128);
	COSTS(0);
	p11l_object_free(key);
	p11l_close(session);
}

/* Nothing of a key is remembered; what the token keeps is not told either. */
CASE(secrets)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *open = aes_key(session, "open", CK_FALSE, CK_FALSE);
	struct p11l_object *closed = aes_key(session, "closed", CK_FALSE, CK_TRUE);
	struct p11l_attributes values = {0};
	struct p11l_buffer value = {0};

	forget_calls();
	OK(p11l_get_attribute(open, CKA_VALUE, &value));
	assert_int_equal(value.len, sizeof(key_value));
	assert_memory_equal(value.p, key_value, sizeof(key_value));
	assert_true(value.flags & P11L_SECRET);
	COSTS(1);
	OK(p11l_get_attribute(open, CKA_VALUE, &value));
	COSTS(1);
	FAILS(CKR_ATTRIBUTE_SENSITIVE, p11l_get_attribute(closed, CKA_VALUE, &value));
	assert_int_equal(value.len, 0);
	assert_int_equal(p11l_last_error()->attribute, CKA_VALUE);
	assert_string_equal(p11l_last_error()->function, "C_GetAttributeValue");
	COSTS(1);
	FAILS(CKR_ATTRIBUTE_SENSITIVE,
	        p11l_get_attributes(closed, (CK_ATTRIBUTE_TYPE[]){CKA_VALUE}, 1, &values));
	assert_int_equal(values.count, 0);
	COSTS(1);
	p11l_buffer_free(&value);
	p11l_object_free(open);
	p11l_object_free(closed);
	p11l_close(session);
}

/* Several attributes are one call; those that are not there do not matter. */
CASE(several)
{
	static const CK_ATTRIBUTE_TYPE some[] = {
	        CKA_LABEL, CKA_START_DATE, CKA_CHECK_VALUE, CKA_LOCAL, CKA_MODULUS};
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "several", CK_FALSE, CK_FALSE);
	struct p11l_attributes values = {0};

	forget_calls();
	OK(p11l_get_attributes(key, some, COUNT(some), &values));
	COSTS(1);
	assert_non_null(p11l_attributes_find(&values, CKA_LABEL));
	assert_non_null(p11l_attributes_find(&values, CKA_START_DATE));
	assert_non_null(p11l_attributes_find(&values, CKA_LOCAL));
	assert_null(p11l_attributes_find(&values, CKA_MODULUS));
	FAILS(CKR_ATTRIBUTE_TYPE_INVALID,
	        p11l_get_attributes(key, (CK_ATTRIBUTE_TYPE[]){CKA_SUBJECT}, 1, &values));
	OK(p11l_get_attributes(key, (CK_ATTRIBUTE_TYPE[]){CKA_LABEL, CKA_CLASS}, 2, &values));
	assert_int_equal(values.count, 2);
	COSTS(1);
	p11l_attributes_clear(&values);
	p11l_object_free(key);
	p11l_close(session);
}

/* Values of any length: one call up to 4096 octets, then two, then as many as it takes. */
CASE(long_values)
{
	static CK_BYTE octets[200000];
	struct p11l_session *session = begin_session(NULL);
	static const struct {
		CK_ULONG size;
		unsigned calls;
	} rows[] = {{0, 1}, {256, 1}, {4096, 1}, {4097, 2}, {65536, 2}, {200000, 4}};
	struct p11l_attributes values = {0};
	struct p11l_buffer value = {0};

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (CK_BYTE)(i * 31 + 7);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct p11l_object *object = data(session, octets, rows[i].size);

		forget_calls();
		OK(p11l_get_attribute(object, CKA_VALUE, &value));
		assert_int_equal(value.len, rows[i].size);
		assert_memory_equal(value.p, octets, value.len);
		assert_int_equal(value.p[value.len], 0);
		COSTS(rows[i].calls);
		OK(p11l_get_attributes(object,
		        (CK_ATTRIBUTE_TYPE[]){CKA_VALUE, CKA_APPLICATION, CKA_MODULUS}, 3,
		        &values));
		assert_int_equal(
		        p11l_attributes_find(&values, CKA_VALUE)->ulValueLen, rows[i].size);
		p11l_object_free(object);
	}
	p11l_attributes_clear(&values);
	p11l_buffer_free(&value);
	p11l_close(session);
}

/* A buffer of the caller's gets the value or nothing; the NUL only where it has room. */
CASE(fixed_buffers)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "four", CK_FALSE, CK_FALSE);
	char memory[6] = "xxxxx";
	struct p11l_buffer value;

	p11l_buffer_over(&value, memory, 4);
	OK(p11l_get_attribute(key, CKA_LABEL, &value));
	assert_int_equal(value.len, 4);
	assert_memory_equal(memory, "fourx", 6);
	p11l_buffer_over(&value, memory, 5);
	OK(p11l_get_attribute(key, CKA_LABEL, &value));
	assert_string_equal(memory, "four");
	p11l_buffer_over(&value, memory, 3);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_get_attribute(key, CKA_LABEL, &value));
	assert_int_equal(value.len, 4);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(numbers)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "ulong", CK_FALSE, CK_FALSE);
	CK_ULONG number;
	CK_BBOOL flag;

	OK(p11l_get_ulong(key, CKA_KEY_TYPE, &number));
	assert_int_equal(number, CKK_AES);
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID, p11l_get_ulong(key, CKA_LABEL, &number));
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID, p11l_get_bool(key, CKA_KEY_TYPE, &flag));
	assert_says("CKA_KEY_TYPE");
	FAILS(CKR_ATTRIBUTE_TYPE_INVALID, p11l_get_ulong(key, CKA_MODULUS_BITS, &number));
	p11l_object_free(key);
	p11l_close(session);
}

/* What is set is known; what is no value of its attribute does not get to the token. */
CASE(changed)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "before", CK_FALSE, CK_FALSE);
	const char *before = p11l_object_label(key);
	struct p11l_object *again;
	CK_BBOOL flag;

	forget_calls();
	OK(p11l_set_attribute(key, CKA_LABEL, "afterwards", 10));
	COSTS(1);
	assert_string_equal(p11l_object_label(key), "afterwards");
	assert_string_equal(before, "before");
	OK(p11l_set_bool(key, CKA_DECRYPT, CK_TRUE));
	OK(p11l_get_bool(key, CKA_DECRYPT, &flag));
	assert_true(flag);
	OK(p11l_set_attributes(
	        key, P11L_ATTRS(P11L_BOOL(CKA_WRAP, 1), P11L_BYTES(CKA_ID, "x", 1))));
	COSTS(2);
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID,
	        p11l_set_attribute(key, CKA_SIGN, "\1\0\0\0\0\0\0\0", 8));
	assert_says("CKA_SIGN");
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID, p11l_set_attribute(key, CKA_START_DATE, "2030", 4));
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID, p11l_set_attribute(key, CKA_KEY_TYPE, "\1", 1));
	COSTS(0);
	OK(p11l_get_key(session, P11L_SELECT(.label = "afterwards"), &again));
	assert_int_equal(p11l_object_handle(again), p11l_object_handle(key));
	p11l_object_free(again);
	FAILS(P11L_CKR_NO_OBJECT, p11l_get_key(session, P11L_SELECT(.label = "before"), &again));
	assert_null(again);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(copied_and_destroyed)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "first", CK_FALSE, CK_FALSE), *copy;
	struct p11l_buffer value = {0};

	forget_calls();
	OK(p11l_copy_object(
	        key, P11L_ATTRS(P11L_STRING(CKA_LABEL, "second"), P11L_UNSET(CKA_ID)), &copy));
	COSTS(1);
	assert_string_equal(p11l_object_label(copy), "second");
	assert_int_equal(p11l_object_key_type(copy), CKK_AES);
	OK(p11l_get_attribute(copy, CKA_VALUE, &value));
	assert_memory_equal(value.p, key_value, sizeof(key_value));
	forget_calls();
	OK(p11l_destroy_object(copy));
	COSTS(1);
	assert_int_equal(p11l_object_handle(copy), CK_INVALID_HANDLE);
	FAILS(P11L_CKR_DEAD, p11l_destroy_object(copy));
	FAILS(P11L_CKR_DEAD, p11l_get_attribute(copy, CKA_VALUE, &value));
	FAILS(P11L_CKR_DEAD, p11l_set_bool(copy, CKA_SIGN, CK_TRUE));
	COSTS(0);
	assert_string_equal(p11l_object_label(copy), "second");
	OK(p11l_get_attribute(key, CKA_VALUE, &value));
	p11l_buffer_free(&value);
	p11l_object_free(copy);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(measured)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "size", CK_FALSE, CK_FALSE);
	CK_ULONG size = 1;

	forget_calls();
	/* SoftHSM does not tell. */
	OK(p11l_get_object_size(key, &size));
	assert_int_equal(size, P11L_NONE);
	COSTS(1);
	p11l_object_free(key);
	p11l_close(session);
}

/* A raw handle becomes an object, with all that is usual, by one call. */
CASE(adopted)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "raw", CK_FALSE, CK_FALSE), *again;

	forget_calls();
	OK(p11l_adopt(session, p11l_object_handle(key), &again));
	assert_string_equal(p11l_object_label(again), "raw");
	assert_int_equal(p11l_key_bits(again), 128);
	COSTS(1);
	p11l_object_free(again);
	FAILS(CKR_OBJECT_HANDLE_INVALID, p11l_adopt(session, 0xdead, &again));
	assert_null(again);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(uri)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "a key; of ours", CK_TRUE, CK_TRUE), *again;
	struct p11l_buffer uri = {0};

	OK(p11l_object_uri(key, &uri));
	assert_non_null(strstr((char *)uri.p, "pkcs11:"));
	assert_non_null(strstr((char *)uri.p, "token=token%201"));
	assert_non_null(
	        strstr((char *)uri.p, ";id=%01%02;object=a%20key%3B%20of%20ours;type=secret-key"));
	assert_int_equal(uri.p[uri.len], 0);
	assert_int_equal(strlen((char *)uri.p), uri.len);
	forget_calls();
	OK(p11l_get_key(session, P11L_SELECT(.uri = (char *)uri.p), &again));
	COSTS(4);
	assert_int_equal(p11l_object_handle(again), p11l_object_handle(key));
	p11l_object_free(again);
	FAILS(P11L_CKR_BAD_URI, p11l_get_key(session, P11L_SELECT(.uri = "nonsense"), &again));
	p11l_buffer_free(&uri);
	p11l_object_free(key);
	p11l_close(session);
}

/* Objects outlive p11l_close, as far as their own side goes. */
CASE(closed_session)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "left", CK_TRUE, CK_FALSE), *cached;
	struct p11l_buffer value = {0};

	OK(p11l_get_key(session, P11L_SELECT(.label = "left"), &cached));
	p11l_object_free(cached);
	p11l_close(session);
	assert_string_equal(p11l_object_label(key), "left");
	FAILS(CKR_SESSION_CLOSED, p11l_get_attribute(key, CKA_VALUE, &value));
	FAILS(CKR_SESSION_CLOSED, p11l_destroy_object(key));
	p11l_object_free(key);
}

/* A stored key is found again after the module was initialised anew; a session object is lost. */
CASE(found_again)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_session *session;
	struct p11l_object *stored, *lost, *second;
	struct p11l_buffer value = {0};

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN), &session));
	lost = aes_key(session, "session", CK_FALSE, CK_FALSE);
	stored = aes_key(session, "stored", CK_TRUE, CK_FALSE);
	OK(p11l_reinitialise(module));
	OK(p11l_get_attribute(stored, CKA_VALUE, &value));
	assert_memory_equal(value.p, key_value, sizeof(key_value));
	FAILS(P11L_CKR_DEAD, p11l_get_attribute(lost, CKA_VALUE, &value));
	/* Of two that look alike it is not known which is the one. */
	second = aes_key(session, "stored", CK_TRUE, CK_FALSE);
	OK(p11l_reinitialise(module));
	FAILS(P11L_CKR_DEAD, p11l_get_attribute(stored, CKA_VALUE, &value));
	p11l_buffer_free(&value);
	p11l_object_free(second);
	p11l_object_free(stored);
	p11l_object_free(lost);
	p11l_close(session);
	p11l_module_free(module);
}

/* Another key that has taken the name of one that was destroyed is another key. */
CASE(not_another)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_session *session;
	struct p11l_object *public_key, *private_key, *other_public, *other_private;
	const struct p11l_key_options *options =
	        P11L_KEY(.label = "pair", .id = "\7", .id_size = 1, .store = CK_TRUE);
	struct p11l_buffer value = {0};

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN), &session));
	OK(p11l_generate_keypair(session, CKK_EC, 256, options, &public_key, &private_key));
	OK(p11l_get_attribute(public_key, CKA_EC_POINT, &value));
	OK(p11l_reinitialise(module));
	forget_calls();
	OK(p11l_set_attribute(public_key, CKA_SUBJECT, "", 0));
	OK(p11l_get_object(session,
	        P11L_SELECT(.label = "pair", .object_class = P11L_IS(CKO_PUBLIC_KEY)),
	        &other_public));
	OK(p11l_destroy_object(other_public));
	p11l_object_free(other_public);
	OK(p11l_destroy_object(private_key));
	OK(p11l_generate_keypair(session, CKK_EC, 256, options, &other_public, &other_private));
	FAILS(P11L_CKR_DEAD, p11l_set_attribute(public_key, CKA_SUBJECT, "", 0));
	p11l_buffer_free(&value);
	p11l_object_free(other_public);
	p11l_object_free(other_private);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
	p11l_module_free(module);
}

CASE(bad_arguments)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *object = (struct p11l_object *)1;
	CK_ULONG size;

	forget_calls();
	FAILS(CKR_ARGUMENTS_BAD, p11l_create_object(NULL, NULL, 0, &object));
	assert_null(object);
	FAILS(CKR_ARGUMENTS_BAD, p11l_create_object(session, NULL, 1, &object));
	FAILS(CKR_ARGUMENTS_BAD, p11l_create_object(session, NULL, 0, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_get_object_size(NULL, &size));
	FAILS(CKR_ARGUMENTS_BAD, p11l_get_attribute(NULL, CKA_LABEL, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_destroy_object(NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_set_attribute(NULL, CKA_LABEL, "", 0));
	FAILS(CKR_ARGUMENTS_BAD, p11l_object_uri(NULL, NULL));
	assert_string_equal(p11l_object_label(NULL), "");
	assert_null(p11l_object_id(NULL, &size));
	assert_int_equal(p11l_object_handle(NULL), CK_INVALID_HANDLE);
	assert_int_equal(p11l_object_class(NULL), P11L_NONE);
	assert_int_equal(p11l_key_bits(NULL), 0);
	p11l_object_free(NULL);
	COSTS(0);
	p11l_close(session);
}

static void *share(void *argument)
{
	struct p11l_object *key = argument;
	struct p11l_buffer value = {0};

	for (int i = 0; i < 50; i++) {
		struct p11l_object *mine = p11l_object_ref(key);
		CK_BBOOL flag;

		OK(p11l_get_attribute(mine, CKA_VALUE, &value));
		OK(p11l_get_bool(mine, CKA_WRAP, &flag));
		OK(p11l_set_attribute(mine, CKA_LABEL, i % 2 ? "odd" : "even", i % 2 ? 3 : 4));
		assert_true(strlen(p11l_object_label(mine)) >= 3);
		p11l_object_free(mine);
	}
	p11l_buffer_free(&value);
	return NULL;
}

CASE(shared)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = aes_key(session, "shared", CK_FALSE, CK_FALSE);

	in_threads(4, share, key);
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(made),
	        cmocka_unit_test(secrets),
	        cmocka_unit_test(several),
	        cmocka_unit_test(long_values),
	        cmocka_unit_test(fixed_buffers),
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(changed),
	        cmocka_unit_test(copied_and_destroyed),
	        cmocka_unit_test(measured),
	        cmocka_unit_test(adopted),
	        cmocka_unit_test(uri),
	        cmocka_unit_test(closed_session),
	        cmocka_unit_test(found_again),
	        cmocka_unit_test(not_another),
	        cmocka_unit_test(bad_arguments),
	        cmocka_unit_test(shared),
	};

	return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
