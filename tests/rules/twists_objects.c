/* SPDX-License-Identifier: MIT */
/* Twists of templates and of reading attributes. */
#include "twists.h"

/* Templates */

static bool takes_label(struct subject *s)
{
	char label[] = "label";
	CK_ATTRIBUTE more = {CKA_LABEL, label, 5};
	CK_OBJECT_HANDLE key;

	if (make_aes(s, &more, 1, &key) != CKR_OK)
		return false;
	return found(s, &more, 1) == 1 && read_attribute(s, key, CKA_LABEL).size == 5;
}

static bool wants_no_label(struct subject *s)
{
	CK_OBJECT_HANDLE key;

	return make_aes(s, NULL, 0, &key) == CKR_OK;
}

static bool has(struct subject *s, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	struct octets got = read_attribute(s, key, type);

	return got.size == 1 && got.at[0] == value;
}

static bool secret_is_not_extractable(struct subject *s)
{
	return has(s, aes_key(s, 16), CKA_EXTRACTABLE, CK_FALSE);
}

static bool private_is_not_extractable(struct subject *s)
{
	return has(s, ec_pair(s, "secp256r1").private, CKA_EXTRACTABLE, CK_FALSE);
}

static bool usage_is_all(struct subject *s)
{
	CK_OBJECT_HANDLE key;

	assert_int_equal(make_aes(s, NULL, 0, &key), CKR_OK);
	return has(s, key, CKA_ENCRYPT, CK_TRUE) && has(s, key, CKA_SIGN, CK_TRUE);
}

static bool does_not_derive(struct subject *s)
{
	CK_OBJECT_HANDLE key;

	assert_int_equal(make_aes(s, NULL, 0, &key), CKR_OK);
	return has(s, key, CKA_DERIVE, CK_FALSE);
}

static bool takes_odd_bool(struct subject *s)
{
	uint32_t wide = 1;
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_EXTRACTABLE, wide);
	CK_OBJECT_HANDLE key;

	return make_aes(s, &more, 1, &key) != CKR_DEVICE_ERROR;
}

static bool stores_no_odd_bool(struct subject *s)
{
	CK_BYTE odd = 0xff;
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_EXTRACTABLE, odd);
	CK_OBJECT_HANDLE key;

	assert_int_equal(make_aes(s, &more, 1, &key), CKR_OK);
	return has(s, key, CKA_EXTRACTABLE, CK_TRUE);
}

static bool takes_narrow_number(struct subject *s)
{
	uint32_t type = CKK_AES;
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_KEY_TYPE, type);
	CK_OBJECT_HANDLE key;

	return make_aes(s, &more, 1, &key) != CKR_DEVICE_ERROR;
}

static bool makes_session_keys(struct subject *s)
{
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_TOKEN, no);
	CK_OBJECT_HANDLE key;

	return make_aes(s, &more, 1, &key) == CKR_OK;
}

CASE(templates)
{
	static const struct row rows[] = {
	        {"refuse-attribute CKA_LABEL CKR_GENERAL_ERROR", takes_label, USUAL},
	        {"refuse-attribute CKA_LABEL C_GenerateKey secret", takes_label, USUAL},
	        {"refuse-value CKA_TOKEN false", makes_session_keys, USUAL},
	        {"require-attribute CKA_LABEL CKR_TEMPLATE_INCOMPLETE CKM_AES_KEY_GEN",
	                wants_no_label, USUAL},
	        {"drop-attribute CKA_LABEL", takes_label, USUAL},
	        {"default CKA_EXTRACTABLE true", secret_is_not_extractable, USUAL},
	        {"default CKA_EXTRACTABLE true private", private_is_not_extractable, USUAL},
	        {"usage none", usage_is_all, USUAL},
	        {"usage all", does_not_derive, USUAL},
	        {"odd-bool refused CKR_DEVICE_ERROR", takes_odd_bool, USUAL},
	        {"odd-bool stored", stores_no_odd_bool, USUAL},
	        {"odd-number refused CKR_DEVICE_ERROR", takes_narrow_number, USUAL},
	};

	CHECK(rows);
}

/* Reads */

static bool reads_what_there_is(struct subject *s)
{
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).private;
	CK_BBOOL token;
	CK_BYTE value[64];
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_TOKEN, token), ATTRIBUTE(CKA_EC_POINT, value)};

	return s->p11->C_GetAttributeValue(s->session, key, template, 2) ==
	               CKR_ATTRIBUTE_TYPE_INVALID &&
	       template[0].ulValueLen == 1 && template[1].ulValueLen == CK_UNAVAILABLE_INFORMATION;
}

static bool reads_into_more_room(struct subject *s)
{
	struct octets value;

	return try_attribute(s, aes_key(s, 16), CKA_KEY_TYPE, &value) == CKR_OK && value.size == 8;
}

static bool says_unavailable(struct subject *s)
{
	CK_BYTE small[2];
	CK_ATTRIBUTE attribute = ATTRIBUTE(CKA_KEY_TYPE, small);

	assert_int_equal(s->p11->C_GetAttributeValue(s->session, aes_key(s, 16), &attribute, 1),
	        CKR_BUFFER_TOO_SMALL);
	return attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION;
}

/* One octet more than was promised, which the test has. */
static bool respects_room(struct subject *s)
{
	CK_BYTE octets[8] = {0};
	CK_ATTRIBUTE attribute = {CKA_KEY_TYPE, octets, 7};

	return s->p11->C_GetAttributeValue(s->session, aes_key(s, 16), &attribute, 1) ==
	       CKR_BUFFER_TOO_SMALL;
}

static bool reads_usual_sizes(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);

	return read_attribute(s, pair.public, CKA_TOKEN).size == 1 &&
	       read_attribute(s, pair.public, CKA_KEY_TYPE).size == 8 &&
	       read_attribute(s, pair.public, CKA_MODULUS).size == 128;
}

static bool is_local(struct subject *s)
{
	struct octets value;

	return try_attribute(s, aes_key(s, 16), CKA_LOCAL, &value) == CKR_OK && value.size == 1 &&
	       value.at[0] == CK_TRUE;
}

CASE(reads_of_attributes)
{
	static const struct row rows[] = {
	        {"bulk-read-fails", reads_what_there_is, USUAL},
	        {"bulk-read-fails CKR_ARGUMENTS_BAD single", reads_what_there_is, USUAL},
	        {"missing-ok", reads_what_there_is, USUAL},
	        {"exact-number-room", reads_into_more_room, USUAL},
	        {"short-keeps-length", says_unavailable, USUAL},
	        {"room-ignored", respects_room, USUAL},
	        {"bool-size 4", reads_usual_sizes, USUAL},
	        {"number-size 4", reads_usual_sizes, USUAL},
	        {"leading-zero", reads_usual_sizes, USUAL},
	        {"hide-attribute CKA_LOCAL secret", is_local, USUAL},
	        {"show-attribute CKA_LOCAL false", is_local, USUAL},
	};

	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(templates),
	        cmocka_unit_test(reads_of_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
