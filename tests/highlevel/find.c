/* SPDX-License-Identifier: MIT */
/* Searches: lists, the only object, the cache of keys, and cursors. */
#include "highlevel.h"

#define COSTS(count)                                                                         \
	do {                                                                                 \
		if (calls("all") != (count))                                                 \
			fail_msg("%s:%d: %u calls where %u are due: %s", __FILE__, __LINE__, \
			        calls("all"), (unsigned)(count), called());                  \
		forget_calls();                                                              \
	} while (0)

/* Objects of the session: quick to make, and they do not stay. */
static void make_data(struct p11l_session *session, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct p11l_object *object;
		char label[16];

		snprintf(label, sizeof(label), "data %u", i);
		OK(p11l_create_object(session,
		        P11L_ATTRS(P11L_ULONG(CKA_CLASS, CKO_DATA), P11L_STRING(CKA_LABEL, label),
		                P11L_STRING(CKA_APPLICATION, "find")),
		        &object));
		p11l_object_free(object);
	}
	forget_calls();
}

static struct p11l_object *make_key(
        struct p11l_session *session, const char *label, const char *id, CK_BBOOL stored)
{
	struct p11l_object *key;

	OK(p11l_create_object(session,
	        P11L_ATTRS(P11L_ULONG(CKA_CLASS, CKO_SECRET_KEY), P11L_ULONG(CKA_KEY_TYPE, CKK_AES),
	                P11L_BYTES(CKA_VALUE, "0123456789abcdef", 16),
	                P11L_STRING(CKA_LABEL, label), P11L_STRING(CKA_ID, id),
	                P11L_BOOL(CKA_TOKEN, stored)),
	        &key));
	return key;
}

/* Init, batches of 128 until one is short, Final, and a read for each. */
CASE(counts)
{
	static const unsigned counts[] = {0, 1, 127, 128, 129, 256, 1000};
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *objects;
	unsigned had = 0;

	for (size_t i = 0; i < COUNT(counts); i++) {
		unsigned n = counts[i];

		make_data(session, had, n);
		had = n;
		OK(p11l_find(session, P11L_SELECT(.object_class = P11L_IS(CKO_DATA)), &objects));
		assert_int_equal(p11l_objects_count(objects), n);
		assert_calls(n / 128 + 1, "C_FindObjects");
		COSTS(2 + n / 128 + 1 + n);
		for (unsigned k = 0; k < n; k++)
			assert_memory_equal(
			        p11l_object_label(p11l_objects_at(objects, k)), "data ", 5);
		assert_null(p11l_objects_at(objects, n));
		COSTS(0);
		p11l_objects_free(objects);
	}
	p11l_close(session);
}

/* Everything there is, and what is wanted beside the usual. */
CASE(everything)
{
	static const CK_ATTRIBUTE_TYPE want[] = {CKA_APPLICATION, CKA_LABEL};
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key = make_key(session, "key", "id", CK_FALSE), *only;
	struct p11l_objects *objects;
	struct p11l_buffer value = {0};

	make_data(session, 0, 2);
	OK(p11l_find(session, NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), 3);
	p11l_objects_free(objects);
	forget_calls();
	OK(p11l_get_object(
	        session, P11L_SELECT(.label = "data 1", .want = want, .want_count = 2), &only));
	OK(p11l_get_attribute(only, CKA_APPLICATION, &value));
	assert_string_equal((char *)value.p, "find");
	COSTS(4);
	p11l_object_free(only);
	OK(p11l_get_object(session,
	        P11L_SELECT(.attributes = (CK_ATTRIBUTE[]){P11L_STRING(CKA_APPLICATION, "find"),
	                            P11L_STRING(CKA_LABEL, "data 0"), P11L_UNSET(CKA_ID)},
	                .attribute_count = 3),
	        &only));
	assert_string_equal(p11l_object_label(only), "data 0");
	p11l_object_free(only);
	p11l_buffer_free(&value);
	p11l_object_free(key);
	p11l_close(session);
}

/* A list is finished: inside of it others can be made, and its objects destroyed. */
CASE(nested)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *outer, *inner;

	make_data(session, 0, 20);
	OK(p11l_find(session, NULL, &outer));
	for (CK_ULONG i = 0; i < p11l_objects_count(outer); i++) {
		struct p11l_object *object = p11l_objects_at(outer, i);

		OK(p11l_find(session, P11L_SELECT(.label = p11l_object_label(object)), &inner));
		assert_int_equal(p11l_objects_count(inner), 1);
		p11l_objects_free(inner);
		OK(p11l_destroy_object(object));
	}
	p11l_objects_free(outer);
	OK(p11l_find(session, NULL, &outer));
	assert_int_equal(p11l_objects_count(outer), 0);
	p11l_objects_free(outer);
	p11l_close(session);
}

/* A reference outlives the list. */
CASE(references)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *objects;
	struct p11l_object *object;

	make_data(session, 0, 1);
	OK(p11l_find(session, NULL, &objects));
	object = p11l_object_ref(p11l_objects_at(objects, 0));
	p11l_objects_free(objects);
	assert_string_equal(p11l_object_label(object), "data 0");
	p11l_object_free(object);
	p11l_objects_free(NULL);
	assert_int_equal(p11l_objects_count(NULL), 0);
	p11l_close(session);
}

/* A key costs four calls, and none the next time. */
CASE(cached)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *made = make_key(session, "cached", "1", CK_FALSE), *one, *two;
	CK_BBOOL flag;

	forget_calls();
	OK(p11l_get_key(session, P11L_SELECT(.label = "cached"), &one));
	COSTS(4);
	OK(p11l_get_key(session, P11L_SELECT(.label = "cached"), &two));
	assert_ptr_equal(one, two);
	OK(p11l_get_bool(two, CKA_EXTRACTABLE, &flag));
	assert_int_equal(p11l_key_bits(two), 128);
	COSTS(0);
	p11l_object_free(one);
	/* By another description it is looked for once more. */
	OK(p11l_get_key(session, P11L_SELECT(.label = "cached", .id = "1", .id_size = 1), &one));
	COSTS(4);
	p11l_object_free(one);
	p11l_session_forget(session);
	OK(p11l_get_key(session, P11L_SELECT(.label = "cached"), &one));
	COSTS(4);
	p11l_object_free(one);
	p11l_object_free(two);
	/* Destroyed under another handle of ours, it is not there any more. */
	OK(p11l_destroy_object(made));
	forget_calls();
	FAILS(P11L_CKR_NO_OBJECT, p11l_get_key(session, P11L_SELECT(.label = "cached"), &one));
	COSTS(3);
	p11l_object_free(made);
	p11l_close(session);
}

/* Under another name it is not found by the old one. */
CASE(cached_and_renamed)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *made = make_key(session, "old", "1", CK_FALSE), *key;

	OK(p11l_get_key(session, P11L_SELECT(.label = "old"), &key));
	OK(p11l_set_attribute(made, CKA_LABEL, "new", 3));
	p11l_object_free(key);
	FAILS(P11L_CKR_NO_OBJECT, p11l_get_key(session, P11L_SELECT(.label = "old"), &key));
	p11l_object_free(made);
	p11l_close(session);
}

CASE(not_cached)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_session *session;
	struct p11l_object *made, *one;

	OK(p11l_open(
	        module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN, .no_cache = CK_TRUE), &session));
	made = make_key(session, "key", "1", CK_FALSE);
	forget_calls();
	for (int i = 0; i < 2; i++) {
		OK(p11l_get_key(session, P11L_SELECT(.label = "key"), &one));
		COSTS(4);
		p11l_object_free(one);
	}
	p11l_object_free(made);
	p11l_close(session);
	p11l_module_free(module);
}

/* Somebody else destroys a key: the next who uses it is told, and the one after looks anew. */
CASE(cached_and_gone)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *made = make_key(session, "key", "1", CK_FALSE), *key, *other;
	CK_FUNCTION_LIST *p11 = standard(p11l_slot_module(p11l_session_token(session)));
	struct p11l_buffer value = {0};
	CK_SESSION_HANDLE handle;

	OK(p11l_get_key(session, P11L_SELECT(.label = "key"), &key));
	OK(p11l_borrow(session, &handle));
	OK(p11->C_DestroyObject(handle, p11l_object_handle(key)));
	p11l_give_back(session, handle);
	FAILS(P11L_CKR_DEAD, p11l_get_attribute(key, CKA_VALUE, &value));
	p11l_object_free(key);
	other = make_key(session, "key", "2", CK_FALSE);
	OK(p11l_get_key(session, P11L_SELECT(.label = "key"), &key));
	assert_int_equal(p11l_object_handle(key), p11l_object_handle(other));
	p11l_buffer_free(&value);
	p11l_object_free(key);
	p11l_object_free(other);
	p11l_object_free(made);
	p11l_close(session);
}

/* Too many and none: what there is, by name. */
CASE(ambiguous)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *one = make_key(session, "twin", "1", CK_FALSE), *key;
	struct p11l_object *two = make_key(session, "twin", "2", CK_FALSE), *many[8];

	FAILS(P11L_CKR_MANY_OBJECTS, p11l_get_key(session, P11L_SELECT(.label = "twin"), &key));
	assert_null(key);
	assert_says("2 keys");
	assert_says("label=twin");
	assert_says("secret key \"twin\"");
	OK(p11l_get_key(session, P11L_SELECT(.label = "twin", .id = "2", .id_size = 1), &key));
	assert_int_equal(p11l_object_handle(key), p11l_object_handle(two));
	p11l_object_free(key);
	for (unsigned i = 0; i < COUNT(many); i++)
		many[i] = make_key(session, "more", "3", CK_FALSE);
	FAILS(P11L_CKR_MANY_OBJECTS, p11l_get_key(session, P11L_SELECT(.label = "more"), &key));
	assert_says("at least 5 keys");
	FAILS(P11L_CKR_NO_OBJECT,
	        p11l_get_key(
	                session, P11L_SELECT(.label = "none", .key_type = P11L_IS(CKK_EC)), &key));
	assert_says("no key with key-type=EC,label=none");
	for (unsigned i = 0; i < COUNT(many); i++)
		p11l_object_free(many[i]);
	p11l_object_free(one);
	p11l_object_free(two);
	p11l_close(session);
}

/* p11l_get_key passes over what is no key. */
CASE(keys_only)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *made = make_key(session, "data 0", "1", CK_FALSE), *key;

	make_data(session, 0, 1);
	OK(p11l_get_key(session, P11L_SELECT(.label = "data 0"), &key));
	assert_int_equal(p11l_object_class(key), CKO_SECRET_KEY);
	p11l_object_free(key);
	FAILS(P11L_CKR_MANY_OBJECTS,
	        p11l_get_object(session, P11L_SELECT(.label = "data 0"), &key));
	p11l_object_free(made);
	p11l_close(session);
}

/* What contradicts itself is refused, and costs nothing. */
CASE(contradictions)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key;
	struct p11l_objects *objects = (struct p11l_objects *)1;

	FAILS(CKR_TEMPLATE_INCONSISTENT,
	        p11l_get_key(session, P11L_SELECT(.label = "a", .uri = "pkcs11:object=b"), &key));
	assert_says("CKA_LABEL");
	FAILS(CKR_ARGUMENTS_BAD, p11l_find(session, P11L_SELECT(.attribute_count = 1), &objects));
	assert_null(objects);
	FAILS(CKR_ARGUMENTS_BAD, p11l_find(NULL, NULL, &objects));
	FAILS(CKR_ARGUMENTS_BAD, p11l_find(session, NULL, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_get_key(session, NULL, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_get_object(NULL, NULL, &key));
	COSTS(0);
	p11l_close(session);
}

/* --- Cursors */

CASE(cursor)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_cursor *cursor;
	struct p11l_object *object;
	unsigned n = 0;

	make_data(session, 0, 300);
	OK(p11l_open_cursor(session, P11L_SELECT(.object_class = P11L_IS(CKO_DATA)), &cursor));
	COSTS(2);
	for (;;) {
		OK(p11l_cursor_next(cursor, &object));
		if (object == NULL)
			break;
		n++;
		/* Another session of the standard is used for it. */
		if (n == 100)
			OK(p11l_destroy_object(object));
		p11l_object_free(object);
	}
	assert_int_equal(n, 300);
	OK(p11l_cursor_next(cursor, &object));
	assert_null(object);
	assert_calls(1, "C_FindObjectsFinal");
	assert_calls(300, "C_GetAttributeValue");
	p11l_cursor_free(cursor);
	/* One that is given up in the middle leaves a session that can search again. */
	OK(p11l_open_cursor(session, NULL, &cursor));
	OK(p11l_cursor_next(cursor, &object));
	p11l_object_free(object);
	p11l_cursor_free(cursor);
	forget_calls();
	OK(p11l_open_cursor(session, NULL, &cursor));
	COSTS(2);
	p11l_cursor_free(cursor);
	p11l_cursor_free(NULL);
	p11l_close(session);
}

CASE(cursor_without_session)
{
	struct p11l_module *module = begin(NULL);
	struct p11l_session *session;
	struct p11l_cursor *cursor;
	struct p11l_object *object;

	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN), &session));
	make_data(session, 0, 3);
	OK(p11l_open_cursor(session, NULL, &cursor));
	OK(p11l_reinitialise(module));
	FAILS(P11L_CKR_DEAD, p11l_cursor_next(cursor, &object));
	assert_null(object);
	p11l_cursor_free(cursor);
	OK(p11l_open_cursor(session, NULL, &cursor));
	p11l_close(session);
	FAILS(CKR_SESSION_CLOSED, p11l_cursor_next(cursor, &object));
	p11l_cursor_free(cursor);
	p11l_module_free(module);
}

/* --- Sessions that go, and threads */

/* A search whose session has gone is made again by another. */
CASE(session_lost)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *made = make_key(session, "stays", "1", CK_TRUE), *key;
	struct p11l_slot *slot = p11l_session_token(session);
	CK_FUNCTION_LIST *p11 = standard(p11l_slot_module(slot));

	OK(p11->C_CloseAllSessions(p11l_slot_id(slot)));
	OK(p11l_get_key(session, P11L_SELECT(.label = "stays"), &key));
	assert_string_equal(p11l_object_label(key), "stays");
	p11l_object_free(key);
	p11l_object_free(made);
	p11l_close(session);
}

static void *look(void *argument)
{
	struct p11l_session *session = argument;
	struct p11l_object *key;

	for (int i = 0; i < 100; i++) {
		OK(p11l_get_key(session, P11L_SELECT(.label = "key"), &key));
		assert_string_equal(p11l_object_label(key), "key");
		if (i % 10 == 9)
			p11l_session_forget(session);
		p11l_object_free(key);
	}
	return NULL;
}

CASE(threads)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *made = make_key(session, "key", "1", CK_FALSE);

	in_threads(4, look, session);
	p11l_object_free(made);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(counts),
	        cmocka_unit_test(everything),
	        cmocka_unit_test(nested),
	        cmocka_unit_test(references),
	        cmocka_unit_test(cached),
	        cmocka_unit_test(cached_and_renamed),
	        cmocka_unit_test(not_cached),
	        cmocka_unit_test(cached_and_gone),
	        cmocka_unit_test(ambiguous),
	        cmocka_unit_test(keys_only),
	        cmocka_unit_test(contradictions),
	        cmocka_unit_test(cursor),
	        cmocka_unit_test(cursor_without_session),
	        cmocka_unit_test(session_lost),
	        cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests_name("searches", tests, NULL, NULL);
}
