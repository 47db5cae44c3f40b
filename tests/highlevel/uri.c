/* SPDX-License-Identifier: MIT */
/*
 * PKCS #11 URIs (RFC 7512), as filters of tokens see them and tokens get them. What a filter makes
 * of a URI is seen by the token of the mock vendor, whose label and the like are set to what the
 * URI should mean.
 */
#define _GNU_SOURCE
#include "highlevel.h"

static const struct world mock = {.mock = ""};

/* --- What is none, and where */

static const struct bad {
	const char *uri;
	CK_ULONG offset;
	const char *says;
} bad[] = {
        {"", 0, "begins with"},
        {"pkcs11", 0, "begins with"},
        {"pkcs12:token=a", 0, "begins with"},
        {" pkcs11:token=a", 0, "begins with"},
        {"pkcs11:;", 7, "missing"},
        {"pkcs11:token=a;", 15, "missing"},
        {"pkcs11:token=a;;serial=b", 15, "missing"},
        {"pkcs11:token", 7, "name, '=' and a value"},
        {"pkcs11:=a", 7, "name of an attribute is missing"},
        {"pkcs11:to ken=a", 9, "letters, digits"},
        {"pkcs11:to%6ben=a", 9, "letters, digits"},
        {"pkcs11:token=a b", 14, "percent-encoded"},
        {"pkcs11:token=a/b", 14, "percent-encoded"},
        {"pkcs11:token=a#b", 14, "percent-encoded"},
        {"pkcs11:token=a\"b", 14, "percent-encoded"},
        {"pkcs11:token=a|b", 14, "percent-encoded"},
        {"pkcs11:token=caf\xc3\xa9", 16, "percent-encoded"},
        {"pkcs11:token=a\n", 14, "percent-encoded"},
        {"pkcs11:token=%", 13, "two hexadecimal digits"},
        {"pkcs11:token=%4", 13, "two hexadecimal digits"},
        {"pkcs11:token=%4;serial=1", 13, "two hexadecimal digits"},
        {"pkcs11:token=%zz", 13, "two hexadecimal digits"},
        {"pkcs11:token=a%00", 13, "NUL"},
        {"pkcs11:token=%ff", 13, "UTF-8"},
        {"pkcs11:token=%ed%a0%80", 13, "UTF-8"},
        {"pkcs11:token=a;token=a", 15, "twice"},
        {"pkcs11:x-a=1;token=b;x-a=1", 21, "twice"},
        {"pkcs11:?pin-value=1&pin-value=1", 20, "twice"},
        {"pkcs11:?pin-value=1&pin-source=file:/a", P11L_NO_OFFSET, "exclude"},
        {"pkcs11:?pin-value=1&", 20, "missing"},
        {"pkcs11:?&", 8, "missing"},
        {"pkcs11:?pin-value", 8, "name, '=' and a value"},
        {"pkcs11:?pin-value=a;b", 19, "percent-encoded"},
        {"pkcs11:?module-path=%2", 20, "two hexadecimal digits"},
        {"pkcs11:type=key", 12, "secret-key"},
        {"pkcs11:type=", 12, "secret-key"},
        {"pkcs11:type=cert%00", 12, "secret-key"},
        {"pkcs11:type=Public", 12, "secret-key"},
        {"pkcs11:slot-id=", 15, "decimal"},
        {"pkcs11:slot-id=0x1", 15, "decimal"},
        {"pkcs11:slot-id=-1", 15, "decimal"},
        {"pkcs11:slot-id=1%00", 15, "decimal"},
        {"pkcs11:slot-id=18446744073709551615", 15, "decimal"},
        {"pkcs11:slot-id=18446744073709551616", 15, "decimal"},
        {"pkcs11:slot-id=99999999999999999999", 15, "decimal"},
        {"pkcs11:library-version=", 23, "version"},
        {"pkcs11:library-version=.1", 23, "version"},
        {"pkcs11:library-version=1.", 23, "version"},
        {"pkcs11:library-version=256", 23, "version"},
        {"pkcs11:library-version=1.256", 23, "version"},
        {"pkcs11:library-version=1.2.3", 23, "version"},
        {"pkcs11:library-version=1,2", 23, "version"},
};

CASE(what_is_no_uri_is_refused)
{
	struct p11l_module *module = begin(&mock);
	struct p11l_slots *slots;

	forget_calls();
	for (size_t i = 0; i < COUNT(bad); i++) {
		CK_RV rv = p11l_get_tokens(module, P11L_TOKEN(.uri = bad[i].uri), &slots);
		const struct p11l_error *error = p11l_last_error();

		assert_null(slots);
		if (rv != P11L_CKR_BAD_URI || error->offset != bad[i].offset ||
		        strstr(error->text, bad[i].says) == NULL)
			fail_msg("\"%s\": 0x%lx at %ld, %s", bad[i].uri, rv, (long)error->offset,
			        error->text);
	}
	assert_calls(0, "all");
}

/* --- What one means: the mock's token is as these say, or not */

static const struct good {
	const char *uri;
	const char *label; /* of the token; NULL: anything */
	bool fits;
} good[] = {
        {"pkcs11:", NULL, true},
        {"PKCS11:", NULL, true},
        {"pkcs11:?", NULL, true},
        {"pkcs11:token=", "", true},
        {"pkcs11:token=", "a", false},
        {"pkcs11:token=My%20token", "My token", true},
        {"pkcs11:token=my%20token", "My token", false},
        {"pkcs11:token=caf%c3%A9", "caf\xc3\xa9", true},
        {"pkcs11:token=a:[]@!$'()*+,=&-._~z", "a:[]@!$'()*+,=&-._~z", true},
        {"pkcs11:token=%3b%3F%2f%25", ";?/%", true},
        {"pkcs11:token=a?pin-value=1", "a", true},
        {"pkcs11:object=key;type=private;id=%00%ff", NULL, true},
        {"pkcs11:type=public", NULL, true},
        {"pkcs11:type=cert", NULL, true},
        {"pkcs11:type=secret-key", NULL, true},
        {"pkcs11:type=data", NULL, true},
        {"pkcs11:slot-id=17", NULL, true},
        {"pkcs11:slot-id=0017", NULL, true},
        {"pkcs11:slot-id=18", NULL, false},
        {"pkcs11:vendor-thing=1", NULL, false},
        {"pkcs11:Token=a", "a", false},
        {"pkcs11:x_9=", NULL, false},
        {"pkcs11:?vendor-thing=1&vendor-thing=2", NULL, true},
        {"pkcs11:?pin-source=file:/etc/pin?a|b", NULL, true},
        {"pkcs11:?module-name=softhsm2&module-path=/usr/lib/x.so&x-a=b", NULL, true},
        {"pkcs11:token=a;token-a=b", "a", false},
};

static const char *label;

static CK_RV give_label(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	CK_TOKEN_INFO *info = (CK_TOKEN_INFO *)arg[1];

	if (function != P11L_C_GetTokenInfo || label == NULL)
		return rv;
	memset(info->label, ' ', sizeof(info->label));
	memcpy(info->label, label, strlen(label));
	memset(info->serialNumber, ' ', sizeof(info->serialNumber));
	memcpy(info->serialNumber, "7:", 2);
	return rv;
}

CASE(a_uri_means_a_token)
{
	struct p11l_module *module = begin(&mock);
	struct p11l_slots *slots;

	vendor()->hook = give_label;
	for (size_t i = 0; i < COUNT(good); i++) {
		label = good[i].label;
		OK(p11l_get_tokens(module, P11L_TOKEN(.uri = good[i].uri), &slots));
		if (p11l_slots_count(slots) != good[i].fits)
			fail_msg("\"%s\": %lu tokens", good[i].uri, p11l_slots_count(slots));
		p11l_slots_free(slots);
	}
}

CASE(each_part_counts)
{
	static const char *const parts[] = {"token=", "manufacturer=", "model=", "serial=",
	        "library-manufacturer=", "library-description=", "library-version=9.9",
	        "slot-description=", "slot-manufacturer="};
	struct p11l_module *module = begin(NULL);
	const struct p11l_token_info *token;
	const struct p11l_slot_info *slot_info;
	const struct p11l_module_info *info;
	struct p11l_slots *slots;
	struct p11l_slot *slot;
	char uri[1024];

	for (size_t i = 0; i < COUNT(parts); i++) {
		snprintf(uri, sizeof(uri), "pkcs11:%s", parts[i]);
		OK(p11l_get_tokens(module, P11L_TOKEN(.uri = uri, .label = TOKEN), &slots));
		assert_int_equal(p11l_slots_count(slots), 0);
		p11l_slots_free(slots);
	}
	OK(p11l_get_token(module, P11L_TOKEN(.label = TOKEN), &slot));
	OK(p11l_get_token_info(slot, CK_FALSE, &token));
	OK(p11l_get_slot_info(slot, CK_FALSE, &slot_info));
	OK(p11l_get_module_info(module, &info));
	snprintf(uri, sizeof(uri),
	        "pkcs11:library-version=%d.%d;library-manufacturer=SoftHSM;"
	        "library-description=Implementation%%20of%%20PKCS11;model=SoftHSM%%20v2;"
	        "manufacturer=SoftHSM%%20project;slot-manufacturer=SoftHSM%%20project;serial=%s",
	        info->library_version.major, info->library_version.minor, token->serial);
	OK(p11l_get_tokens(module, P11L_TOKEN(.uri = uri), &slots));
	assert_int_equal(p11l_slots_count(slots), 1);
	p11l_slots_free(slots);
	p11l_slot_free(slot);
}

/* --- What is written */

CASE(a_token_has_a_uri)
{
	struct p11l_module *module = begin(NULL);
	const struct p11l_token_info *info;
	struct p11l_buffer uri = {0};
	struct p11l_slot *slot, *same;
	char expected[256];

	OK(p11l_get_token(module, P11L_TOKEN(.label = TOKEN), &slot));
	OK(p11l_get_token_info(slot, CK_FALSE, &info));
	OK(p11l_token_uri(slot, &uri));
	snprintf(expected, sizeof(expected),
	        "pkcs11:model=SoftHSM%%20v2;manufacturer=SoftHSM%%20project;serial=%s;token=token%%"
	        "201",
	        info->serial);
	assert_string_equal((char *)uri.p, expected);
	assert_int_equal(uri.len, strlen(expected));
	/* And it leads back. */
	OK(p11l_get_token(module, P11L_TOKEN(.uri = (char *)uri.p), &same));
	assert_int_equal(p11l_slot_id(same), p11l_slot_id(slot));
	p11l_buffer_free(&uri);
	p11l_slot_free(slot);
	p11l_slot_free(same);
}

CASE(odd_labels_lead_back)
{
	static const char *const labels[] = {
	        "", " ", "a;b?c/d&e%f", "caf\xc3\xa9", "a b", "\x01\x7f"};
	struct p11l_module *module = begin(&mock);
	struct p11l_buffer uri = {0};

	vendor()->hook = give_label;
	for (size_t i = 0; i < COUNT(labels); i++) {
		struct p11l_slots *slots;

		label = labels[i];
		OK(p11l_get_tokens(module, NULL, &slots));
		OK(p11l_token_uri(p11l_slots_at(slots, 0), &uri));
		p11l_slots_free(slots);
		OK(p11l_get_tokens(module, P11L_TOKEN(.uri = (char *)uri.p), &slots));
		if (p11l_slots_count(slots) != 1)
			fail_msg("\"%s\" is not what \"%s\" says", label, (char *)uri.p);
		p11l_slots_free(slots);
		label = "another";
		OK(p11l_get_tokens(module, P11L_TOKEN(.uri = (char *)uri.p), &slots));
		assert_int_equal(p11l_slots_count(slots), 0);
		p11l_slots_free(slots);
	}
	p11l_buffer_free(&uri);
}

CASE(a_small_buffer_is_told_how_much_it_takes)
{
	struct p11l_module *module = begin(&mock);
	struct p11l_buffer uri = {0}, fixed;
	struct p11l_slot *slot;
	char memory[256];

	OK(p11l_get_token(module, NULL, &slot));
	OK(p11l_token_uri(slot, &uri));
	p11l_buffer_over(&fixed, memory, uri.len);
	FAILS(CKR_BUFFER_TOO_SMALL, p11l_token_uri(slot, &fixed));
	assert_int_equal(fixed.len, uri.len + 1);
	p11l_buffer_over(&fixed, memory, uri.len + 1);
	OK(p11l_token_uri(slot, &fixed));
	assert_string_equal(memory, (char *)uri.p);
	p11l_buffer_free(&uri);
	FAILS(CKR_ARGUMENTS_BAD, p11l_token_uri(NULL, &uri));
	FAILS(CKR_ARGUMENTS_BAD, p11l_token_uri(slot, NULL));
	p11l_slot_free(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_no_uri_is_refused),
	        cmocka_unit_test(a_uri_means_a_token),
	        cmocka_unit_test(each_part_counts),
	        cmocka_unit_test(a_token_has_a_uri),
	        cmocka_unit_test(odd_labels_lead_back),
	        cmocka_unit_test(a_small_buffer_is_told_how_much_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
