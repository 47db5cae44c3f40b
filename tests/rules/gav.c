/* SPDX-License-Identifier: MIT */
/* Family GAV: what C_GetAttributeValue answers; and the way back of TPL-6, TPL-7 and DEF-9. */
#include "rules.h"

#define NONE CK_UNAVAILABLE_INFORMATION

static CK_RV get(struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	return s->p11->C_GetAttributeValue(s->session, object, template, count);
}

/* --- GAV-1 */

static bool the_rest_is_read(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_OBJECT_CLASS class = 77;
	CK_KEY_TYPE type = 77;
	CK_BYTE modulus[256];
	CK_ATTRIBUTE read[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_MODULUS, modulus),
	        ATTRIBUTE(CKA_KEY_TYPE, type)};

	return get(s, key, read, COUNT(read)) == CKR_ATTRIBUTE_TYPE_INVALID &&
	       class == CKO_SECRET_KEY && type == CKK_AES && read[1].ulValueLen == NONE &&
	       read[0].ulValueLen == sizeof(class) && read[2].ulValueLen == sizeof(type);
}

CASE(one_attribute_does_not_spoil_the_rest)
{
	const char *const twists[] = {"bulk-read-fails", "bulk-read-fails single",
	        "bulk-read-fails CKR_ARGUMENTS_BAD", "bulk-read-fails 0x80001234 single"};

	for (size_t i = 0; i < COUNT(twists); i++) {
		const struct setting setting = {.rule = "GAV-1", .twist = twists[i]};

		check_rule(&setting, the_rest_is_read);
	}
}

/* Codes that say something stay, and nothing is asked again. */
static bool device_error_stays(struct subject *s)
{
	CK_OBJECT_CLASS class;
	CK_BYTE modulus[256];
	CK_ATTRIBUTE read[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_MODULUS, modulus)};
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	forget_calls();
	return get(s, key, read, COUNT(read)) == CKR_DEVICE_ERROR &&
	       calls("C_GetAttributeValue") == 1 && read[0].ulValueLen == sizeof(class);
}

/* A single attribute keeps its code, too; and so does a read in which nothing can be read. */
static bool failures_stay(struct subject *s)
{
	CK_BYTE modulus[256], exponent[8];
	CK_ATTRIBUTE read[] = {
	        ATTRIBUTE(CKA_MODULUS, modulus), ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent)};
	CK_OBJECT_HANDLE key = aes_key(s, 16);

	return get(s, key, read, 1) == CKR_FUNCTION_FAILED &&
	       get(s, key, read, COUNT(read)) == CKR_FUNCTION_FAILED;
}

CASE(errors_that_mean_something_stay)
{
	const struct setting device = {
	        .rule = "GAV-1", .twist = "bulk-read-fails CKR_DEVICE_ERROR"};
	const struct setting all = {.rule = "GAV-1", .twist = "bulk-read-fails single"};

	assert_true(with_lens(&device, device_error_stays));
	assert_int_equal(notes("GAV-1"), 0);
	assert_true(with_lens(&all, failures_stay));
	assert_int_equal(notes("GAV-1"), 0);
}

/* --- GAV-2, GAV-3 */

static bool short_buffers_are_marked(struct subject *s)
{
	char label[] = "a label that is long";
	CK_ATTRIBUTE more = {CKA_LABEL, label, sizeof(label) - 1};
	CK_OBJECT_HANDLE key = aes_key_with(s, 16, &more, 1);
	CK_OBJECT_CLASS class = 77;
	CK_BYTE value[4];
	CK_ATTRIBUTE alone = ATTRIBUTE(CKA_LABEL, value),
	             both[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_LABEL, value)};

	return get(s, key, &alone, 1) == CKR_BUFFER_TOO_SMALL && alone.ulValueLen == NONE &&
	       get(s, key, both, COUNT(both)) == CKR_BUFFER_TOO_SMALL &&
	       both[0].ulValueLen == sizeof(class) && class == CKO_SECRET_KEY &&
	       both[1].ulValueLen == NONE;
}

CASE(a_short_buffer_has_no_length)
{
	const struct setting setting = {.rule = "GAV-2", .twist = "short-keeps-length"};

	check_rule(&setting, short_buffers_are_marked);
}

static bool missing_is_an_error(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 2048);
	CK_BYTE value[512];
	CK_ATTRIBUTE absent = ATTRIBUTE(CKA_EC_POINT, value),
	             secret = ATTRIBUTE(CKA_PRIVATE_EXPONENT, value);

	return get(s, pair.public, &absent, 1) == CKR_ATTRIBUTE_TYPE_INVALID &&
	       absent.ulValueLen == NONE &&
	       get(s, pair.private, &secret, 1) == CKR_ATTRIBUTE_SENSITIVE &&
	       secret.ulValueLen == NONE;
}

CASE(no_value_is_no_success)
{
	const struct setting setting = {.rule = "GAV-3", .twist = "missing-ok"};

	check_rule(&setting, missing_is_an_error);
}

/* --- GAV-4, GAV-5 */

/* What stands behind a buffer that is too short stays as it was. */
static bool memory_is_kept(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 2048);
	CK_BYTE memory[512];
	CK_OBJECT_CLASS class = 77;
	CK_ATTRIBUTE read[] = {ATTRIBUTE(CKA_CLASS, class), {CKA_MODULUS, memory, 16},
	        {CKA_PUBLIC_EXPONENT, memory + 256, 256}};
	CK_RV rv;

	memset(memory, 0x5a, sizeof(memory));
	rv = get(s, pair.public, read, COUNT(read));
	for (size_t i = 0; i < 256; i++)
		if (memory[i] != 0x5a)
			return false;
	return rv == CKR_BUFFER_TOO_SMALL && read[1].ulValueLen == NONE &&
	       class == CKO_PUBLIC_KEY && read[2].ulValueLen == 3 && memory[256] == 1;
}

/* TPL-7 has a buffer of its own for the modulus, and so is out of the way here. */
CASE(memory_behind_a_buffer_is_kept)
{
	const struct setting setting = {.rule = "GAV-4",
	        .twist = "room-ignored",
	        .opt_in = true,
	        .keys = "disable = TPL-7\n",
	        .native = true};

	assert_true(without_lens(&setting, memory_is_kept) == false);
	assert_true(with_lens(&setting, memory_is_kept));
	assert_int_equal(notes("GAV-4"), 1);
}

/* With GAV-4 our own buffers are safe as well. */
static bool long_values_are_read(struct subject *s)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	CK_BYTE modulus[1500], exponent[] = {1, 0, 1}, out[2000];
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        ATTRIBUTE(CKA_MODULUS, modulus), ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent)};
	CK_ATTRIBUTE ask = {CKA_MODULUS, NULL, 0}, read = ATTRIBUTE(CKA_MODULUS, out);
	CK_OBJECT_HANDLE key;

	memset(modulus, 0xa5, sizeof(modulus));
	assert_int_equal(
	        s->p11->C_CreateObject(s->session, template, COUNT(template), &key), CKR_OK);
	return get(s, key, &ask, 1) == CKR_OK && ask.ulValueLen == sizeof(modulus) &&
	       get(s, key, &read, 1) == CKR_OK && read.ulValueLen == sizeof(modulus) &&
	       memcmp(out, modulus, sizeof(modulus)) == 0;
}

CASE(values_longer_than_our_buffers)
{
	const struct setting ordinary = {.rule = "TPL-7"};
	const struct setting careless = {.rule = "GAV-4", .twist = "room-ignored", .opt_in = true};

	assert_true(without_lens(&ordinary, long_values_are_read));
	assert_true(with_lens(&ordinary, long_values_are_read));
	assert_true(with_lens(&careless, long_values_are_read));
}

static bool larger_buffers_will_do(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_ULONG number[2] = {77, 77};
	CK_ATTRIBUTE read = ATTRIBUTE(CKA_VALUE_LEN, number);

	return get(s, key, &read, 1) == CKR_OK && read.ulValueLen == sizeof(CK_ULONG) &&
	       number[0] == 16 && number[1] == 77;
}

CASE(numbers_in_larger_buffers)
{
	const struct setting setting = {
	        .rule = "GAV-5", .twist = "exact-number-room", .silent = true};

	check_rule(&setting, larger_buffers_will_do);
}

/* --- GAV-6 */

static bool handle_is_no_object(struct subject *s)
{
	CK_OBJECT_CLASS class;
	CK_ATTRIBUTE read = ATTRIBUTE(CKA_CLASS, class);

	return get(s, 0x7fffff, &read, 1) == CKR_OBJECT_HANDLE_INVALID;
}

CASE(handles_of_no_object)
{
	const struct setting setting = {.rule = "GAV-6",
	        .twist = "code C_GetAttributeValue CKR_OBJECT_HANDLE_INVALID "
	                 "CKR_KEY_HANDLE_INVALID"};

	check_rule(&setting, handle_is_no_object);
}

static bool nothing_is_read(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_ATTRIBUTE none = {CKA_CLASS, NULL, 0};

	return get(s, key, NULL, 0) == CKR_OK && get(s, key, &none, 0) == CKR_OK &&
	       s->p11->C_GetAttributeValue(s->session + 100, key, &none, 0) ==
	               CKR_SESSION_HANDLE_INVALID;
}

CASE(reads_of_nothing)
{
	const struct setting setting = {.rule = "GAV-6", .native = true};

	check_rule(&setting, nothing_is_read);
}

/* --- GAV-8, GAV-9, GAV-11, DEF-9 */

static bool has_empty(struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE value[16];
	CK_ATTRIBUTE ask = {type, NULL, 7}, read = ATTRIBUTE(type, value);

	return get(s, object, &ask, 1) == CKR_OK && ask.ulValueLen == 0 &&
	       get(s, object, &read, 1) == CKR_OK && read.ulValueLen == 0;
}

static bool defaults_are_empty(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 2048);

	return has_empty(s, pair.public, CKA_LABEL) && has_empty(s, pair.public, CKA_ID) &&
	       has_empty(s, pair.private, CKA_SUBJECT) &&
	       has_empty(s, pair.private, CKA_START_DATE) &&
	       has_empty(s, pair.public, CKA_END_DATE);
}

CASE(empty_by_default)
{
	const struct setting setting = {.rule = "GAV-8",
	        .twist = "hide-attribute CKA_LABEL,hide-attribute CKA_ID,hide-attribute "
	                 "CKA_SUBJECT,hide-attribute CKA_START_DATE,hide-attribute CKA_END_DATE"};

	check_rule(&setting, defaults_are_empty);
}

/* A secret key has no subject, and no key an owner; what is only too long is not missing. */
static bool others_stay_missing(struct subject *s)
{
	char label[] = "a label that is long";
	CK_ATTRIBUTE more = {CKA_LABEL, label, sizeof(label) - 1};
	CK_OBJECT_HANDLE key = aes_key_with(s, 16, &more, 1);
	CK_BYTE value[4];
	CK_ATTRIBUTE subject = ATTRIBUTE(CKA_SUBJECT, value), owner = ATTRIBUTE(CKA_OWNER, value),
	             both[] = {ATTRIBUTE(CKA_OWNER, value), ATTRIBUTE(CKA_LABEL, value)};

	return get(s, key, &subject, 1) == CKR_ATTRIBUTE_TYPE_INVALID &&
	       get(s, key, &owner, 1) == CKR_ATTRIBUTE_TYPE_INVALID &&
	       get(s, key, both, COUNT(both)) != CKR_OK && both[1].ulValueLen == NONE;
}

CASE(what_is_not_empty_by_default)
{
	const struct setting setting = {.rule = "GAV-8"};

	assert_true(without_lens(&setting, others_stay_missing));
	assert_true(with_lens(&setting, others_stay_missing));
	assert_int_equal(notes("GAV-8"), 0);
}

static bool bits_are_counted(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 2048);
	CK_ULONG bits = 0;
	CK_ATTRIBUTE ask = {CKA_MODULUS_BITS, NULL, 0}, read = ATTRIBUTE(CKA_MODULUS_BITS, bits);

	return get(s, pair.public, &ask, 1) == CKR_OK && ask.ulValueLen == sizeof(bits) &&
	       get(s, pair.public, &read, 1) == CKR_OK && read.ulValueLen == sizeof(bits) &&
	       bits == 2048;
}

CASE(bits_of_the_modulus)
{
	const struct setting setting = {
	        .rule = "GAV-9", .twist = "hide-attribute CKA_MODULUS_BITS"};

	check_rule(&setting, bits_are_counted);
}

/* Only RSA public keys have it. */
static bool nobody_else_has_bits(struct subject *s)
{
	struct key_pair rsa = rsa_pair(s, 2048), ec = ec_pair(s, "secp256r1");
	CK_ULONG bits;
	CK_ATTRIBUTE read = ATTRIBUTE(CKA_MODULUS_BITS, bits);

	return get(s, rsa.private, &read, 1) == CKR_ATTRIBUTE_TYPE_INVALID &&
	       get(s, ec.public, &read, 1) == CKR_ATTRIBUTE_TYPE_INVALID;
}

CASE(bits_of_nothing)
{
	const struct setting setting = {.rule = "GAV-9"};

	assert_true(with_lens(&setting, nobody_else_has_bits));
	assert_int_equal(notes("GAV-9"), 0);
}

static bool size_is_not_zero(struct subject *s)
{
	CK_ULONG size = 0;

	return s->p11->C_GetObjectSize(s->session, aes_key(s, 16), &size) == CKR_OK && size != 0;
}

CASE(size_of_an_object)
{
	const struct setting setting = {.rule = "GAV-11", .twist = "pretend C_GetObjectSize"};

	check_rule(&setting, size_is_not_zero);
}

static bool is_copyable(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_BBOOL copy = 9, destroy = 9;
	CK_ATTRIBUTE read[] = {ATTRIBUTE(CKA_COPYABLE, copy), ATTRIBUTE(CKA_DESTROYABLE, destroy)};

	return get(s, key, read, COUNT(read)) == CKR_OK && copy == CK_TRUE && destroy == CK_TRUE;
}

CASE(copyable_by_default)
{
	const struct setting setting = {.rule = "DEF-9",
	        .twist = "hide-attribute CKA_COPYABLE,hide-attribute CKA_DESTROYABLE",
	        .opt_in = true};

	check_rule(&setting, is_copyable);
}

/* --- TPL-6, TPL-7 on the way back */

static bool widths_are_right(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_ULONG length = ~(CK_ULONG)0 / 3;
	CK_BBOOL encrypt = 9, token = 9;
	CK_ATTRIBUTE ask[] = {{CKA_VALUE_LEN, NULL, 0}, {CKA_ENCRYPT, NULL, 0}};
	CK_ATTRIBUTE read[] = {ATTRIBUTE(CKA_VALUE_LEN, length), ATTRIBUTE(CKA_ENCRYPT, encrypt),
	        ATTRIBUTE(CKA_TOKEN, token)};

	return get(s, key, ask, COUNT(ask)) == CKR_OK && ask[0].ulValueLen == sizeof(length) &&
	       ask[1].ulValueLen == 1 && get(s, key, read, COUNT(read)) == CKR_OK &&
	       read[0].ulValueLen == sizeof(length) && length == 16 && read[1].ulValueLen == 1 &&
	       encrypt == CK_TRUE && read[2].ulValueLen == 1 && token == CK_FALSE;
}

CASE(booleans_and_numbers_have_their_width)
{
	const struct setting bools = {.rule = "TPL-6", .twist = "bool-size 4"};
	const struct setting numbers = {.rule = "TPL-6", .twist = "number-size 4"};
	const struct setting bytes = {.rule = "TPL-6", .twist = "number-size 1"};

	check_rule(&bools, widths_are_right);
	check_rule(&numbers, widths_are_right);
	check_rule(&bytes, widths_are_right);
}

static bool numbers_do_not_begin_with_zero(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 2048);
	CK_BYTE modulus[256], exponent[3];
	CK_ATTRIBUTE ask = {CKA_MODULUS, NULL, 0};
	CK_ATTRIBUTE read[] = {
	        ATTRIBUTE(CKA_MODULUS, modulus), ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent)};

	return get(s, pair.public, &ask, 1) == CKR_OK && ask.ulValueLen == 256 &&
	       get(s, pair.public, read, COUNT(read)) == CKR_OK && read[0].ulValueLen == 256 &&
	       modulus[0] != 0 && read[1].ulValueLen == 3 && memcmp(exponent, "\1\0\1", 3) == 0;
}

CASE(big_integers_have_no_zeros)
{
	const struct setting setting = {.rule = "TPL-7", .twist = "leading-zero"};

	check_rule(&setting, numbers_do_not_begin_with_zero);
}

/* --- With nothing to repair, the vendor is called once, whatever is read. */

static bool one_call(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 2048);
	CK_OBJECT_CLASS class;
	CK_BBOOL token;
	CK_BYTE modulus[256], label[16], *many = calloc(100, 8);
	CK_ATTRIBUTE read[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_TOKEN, token),
	        ATTRIBUTE(CKA_MODULUS, modulus), ATTRIBUTE(CKA_LABEL, label)};
	CK_ATTRIBUTE hundred[100];

	forget_calls();
	assert_int_equal(get(s, pair.public, read, COUNT(read)), CKR_OK);
	assert_int_equal(calls("C_GetAttributeValue"), 1);
	for (size_t i = 0; i < COUNT(hundred); i++)
		hundred[i] = (CK_ATTRIBUTE){i % 2 == 0 ? CKA_CLASS : CKA_TOKEN, many + 8 * i,
		        i % 2 == 0 ? sizeof(class) : sizeof(token)};
	assert_int_equal(get(s, pair.public, hundred, COUNT(hundred)), CKR_OK);
	assert_int_equal(calls("C_GetAttributeValue"), 2);
	return memcmp(many + 8 * 98, &class, sizeof(class)) == 0 && hundred[99].ulValueLen == 1;
}

CASE(what_a_read_costs)
{
	const struct setting setting = {.rule = "GAV-1"};

	assert_true(with_lens(&setting, one_call));
	assert_int_equal(notes("GAV-1") + notes("TPL-6") + notes("TPL-7"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_attribute_does_not_spoil_the_rest),
	        cmocka_unit_test(errors_that_mean_something_stay),
	        cmocka_unit_test(a_short_buffer_has_no_length),
	        cmocka_unit_test(no_value_is_no_success),
	        cmocka_unit_test(memory_behind_a_buffer_is_kept),
	        cmocka_unit_test(values_longer_than_our_buffers),
	        cmocka_unit_test(numbers_in_larger_buffers),
	        cmocka_unit_test(handles_of_no_object),
	        cmocka_unit_test(reads_of_nothing),
	        cmocka_unit_test(empty_by_default),
	        cmocka_unit_test(what_is_not_empty_by_default),
	        cmocka_unit_test(bits_of_the_modulus),
	        cmocka_unit_test(bits_of_nothing),
	        cmocka_unit_test(size_of_an_object),
	        cmocka_unit_test(copyable_by_default),
	        cmocka_unit_test(booleans_and_numbers_have_their_width),
	        cmocka_unit_test(big_integers_have_no_zeros),
	        cmocka_unit_test(what_a_read_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
