/* SPDX-License-Identifier: MIT */
/* Vendors that read the attributes of objects badly, or find too much: made of the mock. */
#include "highlevel.h"

enum reading {
	CONFORMING,
	STOPS,     /* at the first attribute that is not there; writes nothing behind it */
	ALL_FAILS, /* says CKR_FUNCTION_FAILED and writes nothing */
	ALL_GONE   /* says so and marks all of them */
};

static enum reading reading;
static CK_ULONG there = 5;   /* objects */
static bool uneven;          /* every other object has no CKA_ID */
static CK_OBJECT_HANDLE bad; /* that cannot be read at all */
static CK_RV bad_code;
static CK_ULONG given; /* handles of this search */
static const char *const names[] = {"a", "b", "c", "d", "e"};

static bool value_of(
        CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BYTE *value, CK_ULONG *size)
{
	CK_ULONG number = type == CKA_CLASS ? CKO_SECRET_KEY : type == CKA_KEY_TYPE ? CKK_AES : 32;

	*size = 1;
	value[0] = CK_TRUE;
	switch (type) {
	case CKA_CLASS:
	case CKA_KEY_TYPE:
	case CKA_VALUE_LEN:
		*size = sizeof(number);
		memcpy(value, &number, sizeof(number));
		return true;
	case CKA_LABEL:
		value[0] = (CK_BYTE)names[(object - 1) % COUNT(names)][0];
		return true;
	case CKA_ID:
		value[0] = (CK_BYTE)object;
		return !uneven || object % 2 == 0;
	case CKA_CHECK_VALUE:
	case CKA_TOKEN:
	case CKA_PRIVATE:
	case CKA_ENCRYPT:
	case CKA_DECRYPT:
	case CKA_SENSITIVE:
		return true;
	default:
		return false;
	}
}

/* Whether the vendor refuses all of them because the object has not got one. */
static bool refuses_all(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *entry, CK_ULONG count)
{
	bool lacks_one = false;
	CK_BYTE value[16];
	CK_ULONG size;

	for (CK_ULONG i = 0; i < count && reading >= ALL_FAILS; i++)
		lacks_one = !value_of(object, entry[i].type, value, &size) || lacks_one;
	for (CK_ULONG i = 0; i < count && reading == ALL_GONE && lacks_one; i++)
		entry[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return lacks_one;
}

static CK_RV read_mock(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *entry, CK_ULONG count)
{
	CK_RV rv = CKR_OK;
	CK_BYTE value[16];
	CK_ULONG size;

	if (object == bad)
		return bad_code;
	if (refuses_all(object, entry, count))
		return CKR_FUNCTION_FAILED;
	for (CK_ULONG i = 0; i < count; i++) {
		bool has = value_of(object, entry[i].type, value, &size);

		if (has && entry[i].pValue != NULL && entry[i].ulValueLen >= size)
			memcpy(entry[i].pValue, value, size);
		entry[i].ulValueLen = has ? size : CK_UNAVAILABLE_INFORMATION;
		if (!has)
			rv = CKR_ATTRIBUTE_TYPE_INVALID;
		if (!has && reading == STOPS)
			break;
	}
	return rv;
}

static CK_RV misbehave(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_ULONG n = 0;

	switch (function) {
	case P11L_C_FindObjectsInit:
		given = 0;
		break;
	case P11L_C_FindObjects:
		while (n < (CK_ULONG)arg[2] && given < there)
			((CK_OBJECT_HANDLE *)arg[1])[n++] = ++given;
		*(CK_ULONG *)arg[3] = n;
		return CKR_OK;
	case P11L_C_GetAttributeValue:
		return read_mock(arg[1], (CK_ATTRIBUTE *)arg[2], arg[3]);
	default:
		break;
	}
	return rv;
}

static struct p11l_session *misbehaving(enum reading how)
{
	/* Nothing is written before the hook has its turn. */
	struct p11l_session *session =
	        begin_session(&(struct world){.mock = "silent C_GetAttributeValue\n"});

	reading = how;
	vendor()->hook = misbehave;
	forget_calls();
	return session;
}

static void check_all(const struct p11l_objects *objects)
{
	assert_int_equal(p11l_objects_count(objects), there);
	for (CK_ULONG i = 0; i < there; i++) {
		struct p11l_object *object = p11l_objects_at(objects, i);

		assert_int_equal(p11l_object_result(object), CKR_OK);
		assert_string_equal(p11l_object_label(object), names[i % COUNT(names)]);
		assert_int_equal(p11l_object_class(object), CKO_SECRET_KEY);
		assert_int_equal(p11l_key_bits(object), 256);
	}
}

/* However the vendor reads, the objects are whole; and what was learnt costs no more calls. */
static void read_so(enum reading how)
{
	struct p11l_session *session = misbehaving(how);
	struct p11l_objects *objects;

	OK(p11l_find(session, NULL, &objects));
	check_all(objects);
	p11l_objects_free(objects);
	forget_calls();
	OK(p11l_find(session, NULL, &objects));
	check_all(objects);
	assert_calls((unsigned)there, "C_GetAttributeValue");
	p11l_objects_free(objects);
	p11l_close(session);
}

CASE(conforming)
{
	read_so(CONFORMING);
}

CASE(stops_at_the_first)
{
	read_so(STOPS);
}

CASE(fails_as_a_whole)
{
	read_so(ALL_FAILS);
}

CASE(fails_and_marks_all)
{
	read_so(ALL_GONE);
}

/* Objects of one class that have different attributes: what can be read is read. */
static void read_uneven(enum reading how)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_START_DATE, CKA_CHECK_VALUE, CKA_SUBJECT};
	struct p11l_session *session = misbehaving(how);
	struct p11l_attributes values = {0};
	struct p11l_objects *objects;
	CK_ULONG size;

	uneven = true;
	OK(p11l_find(session, NULL, &objects));
	check_all(objects);
	for (CK_ULONG i = 0; i < there; i++) {
		p11l_object_id(p11l_objects_at(objects, i), &size);
		assert_int_equal(size, i % 2);
	}
	/* The same with others, of which there is one. */
	OK(p11l_get_attributes(p11l_objects_at(objects, 0), types, COUNT(types), &values));
	assert_int_equal(values.count, 1);
	assert_non_null(p11l_attributes_find(&values, CKA_CHECK_VALUE));
	p11l_attributes_clear(&values);
	p11l_objects_free(objects);
	p11l_close(session);
}

CASE(uneven_conforming)
{
	read_uneven(CONFORMING);
}

CASE(uneven_stops)
{
	read_uneven(STOPS);
}

CASE(uneven_fails)
{
	read_uneven(ALL_FAILS);
}

CASE(uneven_marks)
{
	read_uneven(ALL_GONE);
}

/* One bad object does not hide the others. */
static void one_bad(CK_RV code)
{
	struct p11l_session *session = misbehaving(CONFORMING);
	struct p11l_objects *objects;
	struct p11l_object *key;

	bad = 3;
	bad_code = code;
	OK(p11l_find(session, NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), there);
	for (CK_ULONG i = 0; i < there; i++)
		assert_int_equal(
		        p11l_object_result(p11l_objects_at(objects, i)), i == 2 ? code : CKR_OK);
	assert_int_equal(p11l_object_class(p11l_objects_at(objects, 2)), P11L_NONE);
	assert_string_equal(p11l_object_label(p11l_objects_at(objects, 4)), "e");
	p11l_objects_free(objects);
	OK(p11l_get_key(session, P11L_SELECT(.label = "b", .key_type = P11L_IS(CKK_AES)), &key));
	assert_int_equal(p11l_object_handle(key), 2);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(bad_code_of_the_vendor)
{
	one_bad(CKR_VENDOR_DEFINED | 7);
}

CASE(bad_attribute)
{
	one_bad(CKR_ATTRIBUTE_TYPE_INVALID);
}

CASE(bad_handle)
{
	one_bad(CKR_OBJECT_HANDLE_INVALID);
}

CASE(bad_login)
{
	one_bad(CKR_USER_NOT_LOGGED_IN);
}

/* The mock takes no notice of what is looked for; what does not fit is left out. */
CASE(too_much_is_found)
{
	struct p11l_session *session = misbehaving(CONFORMING);
	struct p11l_objects *objects;
	struct p11l_object *key;

	OK(p11l_find(session, P11L_SELECT(.label = "d"), &objects));
	assert_int_equal(p11l_objects_count(objects), 1);
	assert_int_equal(p11l_object_handle(p11l_objects_at(objects, 0)), 4);
	p11l_objects_free(objects);
	OK(p11l_get_key(session, P11L_SELECT(.id = "\2", .id_size = 1), &key));
	assert_int_equal(p11l_object_handle(key), 2);
	p11l_object_free(key);
	FAILS(P11L_CKR_NO_OBJECT,
	        p11l_get_key(session, P11L_SELECT(.object_class = P11L_IS(CKO_PRIVATE_KEY)), &key));
	p11l_close(session);
}

/* A search that fails is ended, so that the session can search again. */
CASE(search_fails)
{
	static const char broken[] = "return C_FindObjects CKR_DEVICE_ERROR 1\n"
	                             "silent C_GetAttributeValue\n";
	struct p11l_session *session = begin_session(&(struct world){.mock = broken});
	struct p11l_objects *objects;

	FAILS(CKR_DEVICE_ERROR, p11l_find(session, NULL, &objects));
	assert_null(objects);
	assert_string_equal(p11l_last_error()->function, "C_FindObjects");
	assert_calls(1, "C_FindObjectsFinal");
	vendor()->hook = misbehave;
	OK(p11l_find(session, NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), there);
	p11l_objects_free(objects);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(conforming),
	        cmocka_unit_test(stops_at_the_first),
	        cmocka_unit_test(fails_as_a_whole),
	        cmocka_unit_test(fails_and_marks_all),
	        cmocka_unit_test(uneven_conforming),
	        cmocka_unit_test(uneven_stops),
	        cmocka_unit_test(uneven_fails),
	        cmocka_unit_test(uneven_marks),
	        cmocka_unit_test(bad_code_of_the_vendor),
	        cmocka_unit_test(bad_attribute),
	        cmocka_unit_test(bad_handle),
	        cmocka_unit_test(bad_login),
	        cmocka_unit_test(too_much_is_found),
	        cmocka_unit_test(search_fails),
	};

	return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
