/* SPDX-License-Identifier: MIT */
/* Attributes as text, and back. */
#include "highlevel.h"

static CK_ULONG number_of(const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(attributes, type);
	CK_ULONG value;

	assert_non_null(found);
	assert_int_equal(found->ulValueLen, sizeof(value));
	memcpy(&value, found->pValue, sizeof(value));
	return value;
}

static void check_octets(const struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE type,
        const void *octets, CK_ULONG size)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(attributes, type);

	assert_non_null(found);
	assert_int_equal(found->ulValueLen, size);
	if (size > 0)
		assert_memory_equal(found->pValue, octets, size);
}

CASE(example)
{
	struct p11l_attributes a = {0};

	prepare(&(struct world){.mock = ""});
	OK(p11l_parse_attributes(
	        "label=My key,sign=true, id=0x01ff,key-type=EC,value-len=32,derive=unset", &a));
	assert_int_equal(a.count, 6);
	check_octets(&a, CKA_LABEL, "My key", 6);
	check_octets(&a, CKA_SIGN, "\1", 1);
	check_octets(&a, CKA_ID, "\1\xff", 2);
	assert_int_equal(number_of(&a, CKA_KEY_TYPE), CKK_EC);
	assert_int_equal(number_of(&a, CKA_VALUE_LEN), 32);
	assert_null(p11l_attributes_find(&a, CKA_DERIVE)->pValue);
	assert_int_equal(p11l_attributes_find(&a, CKA_DERIVE)->ulValueLen, P11L_NONE);
	/* More of them move what is there; what is unset stays so. */
	OK(p11l_attributes_set(&a, CKA_VALUE, (CK_BYTE[4096]){1}, 4096));
	assert_null(p11l_attributes_find(&a, CKA_DERIVE)->pValue);
	check_octets(&a, CKA_LABEL, "My key", 6);
	p11l_attributes_remove(&a, CKA_DERIVE);
	p11l_attributes_clear(&a);
}

/* What one text means, and how it is written; NULL: the same. */
static const struct {
	const char *text;
	CK_ATTRIBUTE_TYPE type;
	const char *octets;
	CK_ULONG size;
	const char *written;
} rows[] = {
        {"label=a", CKA_LABEL, "a", 1, NULL},
        {"CKA_LABEL = a ", CKA_LABEL, "a", 1, "label=a"},
        {"Label=\"a, b\"", CKA_LABEL, "a, b", 4, "label=\"a, b\""},
        {"label=\"say \\\"x\\\" \\\\\"", CKA_LABEL, "say \"x\" \\", 9, "label=say \"x\" \\"},
        {"label=\"\"", CKA_LABEL, "", 0, NULL},
        {"label=\"unset\"", CKA_LABEL, "unset", 5, NULL},
        {"label=\" a \"", CKA_LABEL, " a ", 3, NULL},
        {"label=\"0x41\"", CKA_LABEL, "0x41", 4, NULL},
        {"label=0x41", CKA_LABEL, "A", 1, "label=A"},
        {"label=0x4100", CKA_LABEL, "A", 2, NULL},
        {"label=gr\xc3\xbcn", CKA_LABEL, "gr\xc3\xbcn", 5, NULL},
        {"label=0xff", CKA_LABEL, "\xff", 1, NULL},
        {"label=true", CKA_LABEL, "true", 4, NULL},
        {"id=abc", CKA_ID, "abc", 3, "id=0x616263"},
        {"id=\"\"", CKA_ID, "", 0, NULL},
        {"always-authenticate=FALSE", CKA_ALWAYS_AUTHENTICATE, "\0", 1,
                "always-authenticate=false"},
        {"always_authenticate=true", CKA_ALWAYS_AUTHENTICATE, "\1", 1, "always-authenticate=true"},
        {"public-exponent=65537", CKA_PUBLIC_EXPONENT, "\1\0\1", 3, "public-exponent=0x010001"},
        {"public-exponent=0x03", CKA_PUBLIC_EXPONENT, "\3", 1, NULL},
        {"public-exponent=0", CKA_PUBLIC_EXPONENT, "", 1, "public-exponent=0x00"},
        {"start-date=2030-12-31", CKA_START_DATE, "20301231", 8, NULL},
        {"start-date=20301231", CKA_START_DATE, "20301231", 8, "start-date=2030-12-31"},
        {"start-date=\"\"", CKA_START_DATE, "", 0, NULL},
        {"ec-params=P-256", CKA_EC_PARAMS, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10,
                "ec-params=secp256r1"},
        {"ec-params=0x0500", CKA_EC_PARAMS, "\5\0", 2, NULL},
        {"0x80000001=true", 0x80000001UL, "\1", 1, "0x80000001=0x01"},
        {"0x80000001=0x0102", 0x80000001UL, "\1\2", 2, NULL},
        {"0x80000001=word", 0x80000001UL, "word", 4, "0x80000001=0x776f7264"},
};

CASE(values)
{
	struct p11l_attributes a = {0}, again = {0};
	struct p11l_buffer text = {0};

	prepare(&(struct world){.mock = ""});
	for (size_t i = 0; i < COUNT(rows); i++) {
		OK(p11l_parse_attributes(rows[i].text, &a));
		assert_int_equal(a.count, 1);
		check_octets(&a, rows[i].type, rows[i].octets, rows[i].size);
		OK(p11l_format_attributes(a.entry, a.count, &text));
		assert_string_equal(
		        (char *)text.p, rows[i].written != NULL ? rows[i].written : rows[i].text);
		assert_int_equal(strlen((char *)text.p), text.len);
		OK(p11l_parse_attributes((char *)text.p, &again));
		check_octets(&again, rows[i].type, rows[i].octets, rows[i].size);
	}
	p11l_attributes_clear(&a);
	p11l_attributes_clear(&again);
	p11l_buffer_free(&text);
}

/* Constants by name, with and without what they begin with; numbers where there is no name. */
CASE(constants)
{
	static const struct {
		const char *text, *written;
		CK_ATTRIBUTE_TYPE type;
		CK_ULONG value;
	} some[] = {
	        {"key-type=CKK_RSA", "key-type=RSA", CKA_KEY_TYPE, CKK_RSA},
	        {"key-type=generic-secret", "key-type=GENERIC_SECRET", CKA_KEY_TYPE,
	                CKK_GENERIC_SECRET},
	        {"class=private-key", "class=PRIVATE_KEY", CKA_CLASS, CKO_PRIVATE_KEY},
	        {"class=3", "class=PRIVATE_KEY", CKA_CLASS, CKO_PRIVATE_KEY},
	        {"class=0x80000002", "class=0x80000002", CKA_CLASS, 0x80000002UL},
	        {"value-len=0x20", "value-len=32", CKA_VALUE_LEN, 32},
	        {"parameter-set=ml-dsa-65", "parameter-set=2", CKA_PARAMETER_SET, CKP_ML_DSA_65},
	        {"0x80000003=17", "0x80000003=0x1100000000000000", 0x80000003UL, 17},
	};
	struct p11l_attributes a = {0};
	struct p11l_buffer text = {0};

	prepare(&(struct world){.mock = ""});
	for (size_t i = 0; i < COUNT(some); i++) {
		OK(p11l_parse_attributes(some[i].text, &a));
		assert_int_equal(number_of(&a, some[i].type), some[i].value);
		OK(p11l_format_attributes(a.entry, a.count, &text));
		assert_string_equal((char *)text.p, some[i].written);
	}
	OK(p11l_parse_attributes("allowed-mechanisms=ECDSA+CKM_ECDSA_SHA256+5", &a));
	check_octets(&a, CKA_ALLOWED_MECHANISMS, ((CK_ULONG[]){CKM_ECDSA, CKM_ECDSA_SHA256, 5}),
	        3 * sizeof(CK_ULONG));
	OK(p11l_parse_attributes("allowed-mechanisms=\"\",modulus=\"\",ec-params=\"\"", &a));
	OK(p11l_format_attributes(a.entry, a.count, &text));
	assert_string_equal((char *)text.p, "allowed-mechanisms=\"\",modulus=\"\",ec-params=\"\"");
	OK(p11l_parse_attributes("key-type=ML-DSA,parameter-set=ML_DSA_65", &a));
	OK(p11l_format_attributes(a.entry, a.count, &text));
	assert_string_equal((char *)text.p, "key-type=ML_DSA,parameter-set=ML_DSA_65");
	OK(p11l_parse_attributes("  ", &a));
	assert_int_equal(a.count, 0);
	OK(p11l_format_attributes(NULL, 0, &text));
	assert_string_equal((char *)text.p, "");
	p11l_attributes_clear(&a);
	p11l_buffer_free(&text);
}

/* What is wrong, and where. */
CASE(malformed)
{
	static const struct {
		const char *text;
		CK_RV rv;
		CK_ULONG offset;
		const char *says;
	} bad[] = {
	        {"nonsense=1", P11L_CKR_MALFORMED, 0, "name of an attribute"},
	        {"=1", P11L_CKR_MALFORMED, 0, "name of an attribute"},
	        {"label", P11L_CKR_MALFORMED, 5, "="},
	        {"label=", P11L_CKR_MALFORMED, 6, "CKA_LABEL"},
	        {"label=a,", P11L_CKR_MALFORMED, 8, "another attribute"},
	        {"label=a,label=b", P11L_CKR_MALFORMED, 8, "once"},
	        {"label=\"a", P11L_CKR_MALFORMED, 6, "\""},
	        {"label=\"a\"b", P11L_CKR_MALFORMED, 9, "comma"},
	        {"sign=maybe", P11L_CKR_MALFORMED, 5, "true or false"},
	        {"sign=1", P11L_CKR_MALFORMED, 5, "true or false"},
	        {"id=0x1", P11L_CKR_MALFORMED, 5, "hexadecimal"},
	        {"id=0x0g", P11L_CKR_MALFORMED, 5, "hexadecimal"},
	        {"key-type=XYZ", P11L_CKR_MALFORMED, 9, "a name of the standard"},
	        {"value-len=0x10000000000000000", P11L_CKR_MALFORMED, 10, "a number"},
	        {"value-len=18446744073709551616", P11L_CKR_MALFORMED, 10, "a number"},
	        {"allowed-mechanisms=ECDSA+", P11L_CKR_MALFORMED, 25, "joined by +"},
	        {"allowed-mechanisms=ECDSA+?", P11L_CKR_MALFORMED, 25, "joined by +"},
	        {"start-date=2030-1-1", P11L_CKR_MALFORMED, 17, "2030-12-31"},
	        {"start-date=tomorrow", P11L_CKR_MALFORMED, 11, "2030-12-31"},
	        {"ec-params=nowhere", P11L_CKR_MALFORMED, 10, "secp256r1"},
	        {"wrap-template=x", P11L_CKR_UNSUPPORTED, 14, "template"},
	};
	struct p11l_attributes a = {0};

	prepare(&(struct world){.mock = ""});
	for (size_t i = 0; i < COUNT(bad); i++) {
		FAILS(bad[i].rv, p11l_parse_attributes(bad[i].text, &a));
		assert_int_equal(a.count, 0);
		assert_says(bad[i].says);
		if (p11l_last_error()->offset != bad[i].offset)
			fail_msg("%s: octet %lu, not %lu", bad[i].text, p11l_last_error()->offset,
			        bad[i].offset);
	}
	FAILS(CKR_ARGUMENTS_BAD, p11l_parse_attributes(NULL, &a));
	FAILS(CKR_ARGUMENTS_BAD, p11l_parse_attributes("", NULL));
}

/* What cannot be written so that it reads back. */
CASE(not_writable)
{
	struct p11l_buffer text = {0};
	CK_ATTRIBUTE wrong = P11L_BYTES(CKA_KEY_TYPE, "12345", 5);
	CK_ATTRIBUTE nothing = {CKA_LABEL, NULL, 3};
	CK_ATTRIBUTE nested = {CKA_WRAP_TEMPLATE, &wrong, sizeof(wrong)};
	CK_ATTRIBUTE secret = P11L_BYTES(CKA_VALUE, "\1", 1);
	CK_ATTRIBUTE unset = P11L_UNSET(CKA_SIGN);

	prepare(&(struct world){.mock = ""});
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID, p11l_format_attributes(&wrong, 1, &text));
	FAILS(CKR_ARGUMENTS_BAD, p11l_format_attributes(&nothing, 1, &text));
	FAILS(P11L_CKR_UNSUPPORTED, p11l_format_attributes(&nested, 1, &text));
	FAILS(CKR_ARGUMENTS_BAD, p11l_format_attributes(NULL, 1, &text));
	FAILS(CKR_ARGUMENTS_BAD, p11l_format_attributes(&secret, 1, NULL));
	assert_int_equal(text.len, 0);
	OK(p11l_format_attributes(&unset, 1, &text));
	assert_string_equal((char *)text.p, "sign=unset");
	assert_false(text.flags & P11L_SECRET);
	OK(p11l_format_attributes(&secret, 1, &text));
	assert_string_equal((char *)text.p, "value=0x01");
	assert_true(text.flags & P11L_SECRET);
	p11l_buffer_free(&text);
}

/* Whatever the text is, it is read or refused; and what is read can be written and read again. */
CASE(random)
{
	static const char *const pieces[] = {"label", "id", "key-type", "sign", "=", "=", "=", ",",
	        "\"", "\\", "0x", "12", "ff", " ", "true", "unset", "EC", "+", "-", "start-date",
	        "allowed-mechanisms", "value", "\xff", "g"};
	struct p11l_attributes a = {0}, again = {0};
	struct p11l_buffer text = {0};
	uint32_t seed = 1;

	prepare(&(struct world){.mock = ""});
	for (unsigned round = 0; round < 20000; round++) {
		char input[128] = "";

		for (unsigned i = 0; i < 8; i++) {
			seed = seed * 1664525 + 1013904223;
			strcat(input, pieces[(seed >> 16) % COUNT(pieces)]);
		}
		if (p11l_parse_attributes(input, &a) != CKR_OK)
			continue;
		if (p11l_format_attributes(a.entry, a.count, &text) != CKR_OK)
			fail_msg("\"%s\" cannot be written: %s", input, p11l_error_text());
		if (p11l_parse_attributes((char *)text.p, &again) != CKR_OK ||
		        again.count != a.count)
			fail_msg("\"%s\" is written as \"%s\": %s", input, (char *)text.p,
			        p11l_error_text());
		for (CK_ULONG i = 0; i < a.count; i++)
			if (a.entry[i].ulValueLen != P11L_NONE)
				check_octets(&again, a.entry[i].type, a.entry[i].pValue,
				        a.entry[i].ulValueLen);
	}
	p11l_attributes_clear(&a);
	p11l_attributes_clear(&again);
	p11l_buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(example),
	        cmocka_unit_test(values),
	        cmocka_unit_test(constants),
	        cmocka_unit_test(malformed),
	        cmocka_unit_test(not_writable),
	        cmocka_unit_test(random),
	};

	return cmocka_run_group_tests_name("attributes as text", tests, NULL, NULL);
}
