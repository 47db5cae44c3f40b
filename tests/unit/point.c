/* SPDX-License-Identifier: MIT */
/* The forms of points of elliptic curves. */
#include "harness.h"

#include "shim/normalise/point.h"

#define ROOM P11L_POINT_MAX

/* A point of so many octets, which begins with these. */
static const CK_BYTE *octets(CK_ULONG size, CK_BYTE first, CK_BYTE second)
{
	static CK_BYTE made[1024];

	memset(made, 0xa5, sizeof(made));
	made[0] = first;
	made[1] = second;
	(void)size;
	return made;
}

static void assert_form(CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size,
        enum p11l_point_form form)
{
	struct p11l_point point = p11l_point_parse(key_type, field, in, size);

	assert_int_equal(point.form, form);
	assert_false(point.ambiguous);
}

/* One bare point, put into each form and recognised there. */
static void assert_round(CK_ULONG key_type, unsigned field, const CK_BYTE *raw, CK_ULONG size)
{
	static const enum p11l_point_form forms[] = {
	        P11L_POINT_RAW, P11L_POINT_DER, P11L_POINT_BITS};
	struct p11l_point point = p11l_point_parse(key_type, field, raw, size);
	CK_BYTE out[ROOM], again[ROOM];

	assert_int_equal(point.form, P11L_POINT_RAW);
	for (size_t i = 0; i < COUNT(forms); i++) {
		CK_ULONG written = p11l_point_write(&point, forms[i], out, sizeof(out));
		struct p11l_point read = p11l_point_parse(key_type, field, out, written);

		assert_int_equal(read.form, forms[i]);
		assert_int_equal(
		        p11l_point_write(&read, P11L_POINT_RAW, again, sizeof(again)), size);
		assert_memory_equal(again, raw, size);
		assert_int_equal(p11l_point_write(&point, forms[i], out, written - 1), 0);
	}
}

static void every_curve_in_every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < p11l_curve_count; i++) {
		const struct p11l_curve *curve = &p11l_curves[i];
		CK_ULONG full = 1 + 2 * (CK_ULONG)curve->octets;

		if (curve->key_type != CKK_EC) {
			assert_round(curve->key_type, curve->octets,
			        octets(curve->octets, 0x04, 0x1e), curve->octets);
			continue;
		}
		assert_round(CKK_EC, curve->octets, octets(full, 4, 0), full);
		assert_round(CKK_EC, curve->octets, octets(full, 6, 0), full);
		assert_round(
		        CKK_EC, curve->octets, octets(full, 3, 0), 1 + (CK_ULONG)curve->octets);
	}
}

/* A raw Edwards or Montgomery key may begin like DER, and a P-256 point too. */
static void lengths_decide(void **state)
{
	(void)state;
	assert_form(CKK_EC_EDWARDS, 32, octets(32, 0x04, 30), 32, P11L_POINT_RAW);
	assert_form(CKK_EC_MONTGOMERY, 32, octets(32, 0x03, 30), 32, P11L_POINT_RAW);
	assert_form(CKK_EC_EDWARDS, 0, octets(57, 0x04, 55), 57, P11L_POINT_RAW);
	assert_form(CKK_EC_EDWARDS, 32, octets(34, 0x04, 32), 34, P11L_POINT_DER);
	assert_form(CKK_EC, 32, octets(65, 0x04, 63), 65, P11L_POINT_RAW);
	assert_form(CKK_EC, 32, octets(64, 0x04, 62), 64, P11L_POINT_XY);
}

/* A length that the curve does not have is no form, however well it begins. */
static void other_lengths(void **state)
{
	(void)state;
	for (CK_ULONG size = 0; size <= 300; size++) {
		enum p11l_point_form form =
		        p11l_point_parse(CKK_EC, 32, octets(size, 5, 0), size).form;

		assert_int_equal(form, size == 64 ? P11L_POINT_XY : P11L_POINT_NONE);
		form = p11l_point_parse(CKK_EC_EDWARDS, 57, octets(size, 5, 0), size).form;
		assert_int_equal(form, size == 57 ? P11L_POINT_RAW : P11L_POINT_NONE);
	}
	assert_form(CKK_EC, 32, octets(97, 4, 0), 97, P11L_POINT_NONE);
	assert_form(CKK_EC, 32, octets(~(CK_ULONG)0, 4, 0), ~(CK_ULONG)0, P11L_POINT_NONE);
}

/* The wrapping must be DER: the shortest length, nothing behind it, no unused bits. */
static void wrong_wrapping(void **state)
{
	CK_BYTE in[80];

	(void)state;
	memcpy(in, octets(80, 0x04, 0x81), 80);
	in[2] = 65;
	in[3] = 4;
	assert_form(CKK_EC, 32, in, 68, P11L_POINT_NONE); /* 04 81 41: too long a length */
	memcpy(in, octets(80, 0x04, 65), 80);
	in[2] = 4;
	assert_form(CKK_EC, 32, in, 67, P11L_POINT_DER);
	assert_form(CKK_EC, 32, in, 68, P11L_POINT_NONE);
	assert_form(CKK_EC, 32, in, 66, P11L_POINT_NONE);
	in[0] = 0x24;
	assert_form(CKK_EC, 32, in, 67, P11L_POINT_NONE);
	memcpy(in, octets(80, 0x03, 66), 80);
	in[2] = 0;
	in[3] = 4;
	assert_form(CKK_EC, 32, in, 68, P11L_POINT_BITS);
	in[2] = 1;
	assert_form(CKK_EC, 32, in, 68, P11L_POINT_NONE);
}

static bool is_ambiguous(CK_ULONG key_type, const CK_BYTE *in, CK_ULONG size)
{
	struct p11l_point point = p11l_point_parse(key_type, 0, in, size);

	assert_true(!point.ambiguous || point.form == P11L_POINT_NONE);
	return point.ambiguous;
}

/* Without the curve only what no other curve could have written is recognised. */
static void without_the_curve(void **state)
{
	CK_BYTE in[80];

	(void)state;
	assert_form(P11L_ANY, 0, octets(65, 4, 0), 65, P11L_POINT_RAW);
	assert_form(P11L_ANY, 0, octets(133, 4, 0), 133, P11L_POINT_RAW);
	memcpy(in, octets(80, 4, 65), 80);
	in[2] = 4;
	assert_form(P11L_ANY, 0, in, 67, P11L_POINT_DER);
	assert_true(is_ambiguous(P11L_ANY, octets(64, 5, 5), 64)); /* coordinates of P-256? */
	assert_true(is_ambiguous(P11L_ANY, octets(32, 5, 5), 32)); /* Ed25519, or of secp128? */
	assert_true(is_ambiguous(P11L_ANY, octets(57, 4, 5), 57)); /* Ed448 or P-224 */
	assert_false(is_ambiguous(CKK_EC, octets(57, 4, 5), 57));  /* P-224 */
	assert_false(is_ambiguous(CKK_EC_EDWARDS, octets(57, 4, 5), 57));
	assert_false(is_ambiguous(P11L_ANY, octets(19, 9, 9), 19)); /* nobody's */
}

/* For a search the likeliest reading will do. */
static void guesses(void **state)
{
	CK_BYTE in[80];

	(void)state;
	assert_int_equal(p11l_point_guess(P11L_ANY, 0, octets(64, 5, 5), 64).form, P11L_POINT_XY);
	assert_int_equal(p11l_point_guess(P11L_ANY, 0, octets(32, 5, 5), 32).form, P11L_POINT_RAW);
	memcpy(in, octets(80, 3, 66), 80);
	in[2] = 0;
	in[3] = 4;
	assert_int_equal(p11l_point_guess(P11L_ANY, 0, in, 68).form, P11L_POINT_BITS);
	assert_int_equal(p11l_point_guess(P11L_ANY, 0, octets(19, 9, 9), 19).form, P11L_POINT_NONE);
}

static void parts_of_points(void **state)
{
	const CK_BYTE *in = octets(64, 5, 6);
	struct p11l_point point = p11l_point_parse(CKK_EC, 32, in, 64);
	CK_BYTE out[ROOM];

	(void)state;
	assert_ptr_equal(point.octets, in);
	assert_int_equal(point.size, 64);
	assert_int_equal(p11l_point_write(&point, P11L_POINT_DER, out, ROOM), 67);
	assert_memory_equal(out, "\x04\x41\x04\x05\x06", 5);
	assert_int_equal(p11l_point_write(&point, P11L_POINT_BITS, out, ROOM), 68);
	assert_memory_equal(out, "\x03\x42\x00\x04\x05\x06", 6);
	assert_int_equal(p11l_point_write(&point, P11L_POINT_NONE, out, ROOM), 0);
	assert_int_equal(p11l_point_write(&point, P11L_POINT_XY, out, ROOM), 0);
	point.form = P11L_POINT_NONE;
	assert_int_equal(p11l_point_write(&point, P11L_POINT_DER, out, ROOM), 0);
}

/* Over itself: the octets move before the wrapping is written. */
static void in_place(void **state)
{
	CK_BYTE buffer[ROOM];
	struct p11l_point point;

	(void)state;
	memcpy(buffer, octets(65, 4, 7), 65);
	point = p11l_point_parse(CKK_EC, 32, buffer, 65);
	assert_int_equal(p11l_point_write(&point, P11L_POINT_DER, buffer, ROOM), 67);
	assert_memory_equal(buffer, "\x04\x41\x04\x07\xa5", 5);
	point = p11l_point_parse(CKK_EC, 32, buffer, 67);
	assert_int_equal(p11l_point_write(&point, P11L_POINT_RAW, buffer, ROOM), 65);
	assert_memory_equal(buffer, octets(65, 4, 7), 65);
}

/* The short cut says yes only where the long way says the same. */
static void plain_points(void **state)
{
	CK_BYTE in[ROOM] = {0x04, 0, 0x04};
	unsigned plain = 0;

	(void)state;
	for (CK_ULONG size = 5; size < ROOM; size++) {
		struct p11l_point point;

		in[1] = (CK_BYTE)(size - 2);
		if (!p11l_point_is_plain(in, size))
			continue;
		point = p11l_point_parse(P11L_ANY, 0, in, size);
		assert_int_equal(point.form, P11L_POINT_DER);
		assert_true(point.weierstrass && !point.ambiguous);
		plain++;
		in[2] = 0x02;
		assert_false(p11l_point_is_plain(in, size));
		in[2] = 0x04;
	}
	assert_true(plain > 4);
	in[1] = 65;
	assert_true(p11l_point_is_plain(in, 67));
	assert_false(p11l_point_is_plain(in, 66));
	assert_false(p11l_point_is_plain(in, 68));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_curve_in_every_form),
	        cmocka_unit_test(lengths_decide),
	        cmocka_unit_test(other_lengths),
	        cmocka_unit_test(wrong_wrapping),
	        cmocka_unit_test(without_the_curve),
	        cmocka_unit_test(guesses),
	        cmocka_unit_test(parts_of_points),
	        cmocka_unit_test(in_place),
	        cmocka_unit_test(plain_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
