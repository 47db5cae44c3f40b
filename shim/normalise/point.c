/* SPDX-License-Identifier: MIT */
#include "point.h"

#include "curve.h"
#include "der.h"

#include <string.h>

unsigned p11l_field_octets(const void *ec_params, CK_ULONG size)
{
	return p11l_params_parse(ec_params, size).octets;
}

/* X9.62: in full, with the parity of y before both (hybrid), or x with the parity of y. */
static bool is_encoded(const CK_BYTE *in, CK_ULONG size, unsigned n)
{
	if (size == 1 + 2 * (CK_ULONG)n)
		return in[0] == 4 || in[0] == 6 || in[0] == 7;
	return size == 1 + (CK_ULONG)n && (in[0] == 2 || in[0] == 3);
}

/* Whether these octets can be a bare point of a curve with this key type and field. */
static bool is_bare(CK_ULONG key_type, unsigned n, const CK_BYTE *in, CK_ULONG size)
{
	return key_type == CKK_EC ? is_encoded(in, size, n) : size == n;
}

static bool is_pair(CK_ULONG key_type, unsigned n, const CK_BYTE *in, CK_ULONG size)
{
	(void)in;
	return key_type == CKK_EC && size == 2 * (CK_ULONG)n;
}

typedef bool test(CK_ULONG key_type, unsigned n, const CK_BYTE *in, CK_ULONG size);

/*
 * Whether some curve passes the test that has this field, or may have: one with a key type that is
 * CKK_EC, or one that is not, and not other than the one known.
 */
static bool fits(test *passes, bool weierstrass, CK_ULONG key_type, unsigned field,
        const CK_BYTE *in, CK_ULONG size)
{
	if (key_type != P11L_ANY && weierstrass != (key_type == CKK_EC))
		return false;
	if (field > 0)
		return passes(weierstrass ? CKK_EC : CKK_EC_EDWARDS, field, in, size);
	for (size_t i = 0; i < p11l_curve_count; i++)
		if (weierstrass == (p11l_curves[i].key_type == CKK_EC) &&
		        (key_type == P11L_ANY || key_type == p11l_curves[i].key_type) &&
		        passes(p11l_curves[i].key_type, p11l_curves[i].octets, in, size))
			return true;
	return false;
}

/* What stands in a form's wrapping, if it is this form at all. */
static bool unwrap(enum p11l_point_form form, const CK_BYTE *in, CK_ULONG size, struct p11l_der *to)
{
	switch (form) {
	case P11L_POINT_DER:
		return p11l_der_only(in, size, P11L_DER_OCTET_STRING, to) && to->size > 0;
	case P11L_POINT_BITS: /* the first octet counts the bits that are not used */
		if (!p11l_der_only(in, size, P11L_DER_BIT_STRING, to) || to->size < 2 ||
		        to->at[0] != 0)
			return false;
		to->at++;
		to->size--;
		return true;
	default:
		to->at = in;
		to->size = size;
		return true;
	}
}

struct p11l_point p11l_point_parse(
        CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size)
{
	struct p11l_point point = {.form = P11L_POINT_NONE};
	struct p11l_der inside;
	unsigned found = 0;

	if (size == 0 || size > P11L_POINT_MAX)
		return point;
	for (unsigned i = 0; i < 2 * P11L_POINT_XY; i++) {
		enum p11l_point_form form = (enum p11l_point_form)(P11L_POINT_RAW + i / 2);
		bool weierstrass = i % 2 == 0;

		if (unwrap(form, in, size, &inside) &&
		        fits(form == P11L_POINT_XY ? is_pair : is_bare, weierstrass, key_type,
		                field, inside.at, inside.size) &&
		        found++ == 0)
			point = (struct p11l_point){
			        form, weierstrass, inside.at, inside.size, false};
	}
	/* Coordinates alone look like anything, so only the curve can tell. */
	if (field == 0 && (found > 1 || point.form == P11L_POINT_XY))
		point = (struct p11l_point){.form = P11L_POINT_NONE, .ambiguous = true};
	return point;
}

/* What stands in front of the point's octets in a form; returns its size. */
static size_t head_of(const struct p11l_point *point, enum p11l_point_form form, uint8_t *head)
{
	size_t format = point->form == P11L_POINT_XY ? 1 : 0, size = 0;

	if (form == P11L_POINT_DER)
		size = p11l_der_head(P11L_DER_OCTET_STRING, format + point->size, head);
	if (form == P11L_POINT_BITS) {
		size = p11l_der_head(P11L_DER_BIT_STRING, 1 + format + point->size, head);
		head[size++] = 0;
	}
	if (format > 0)
		head[size++] = 4;
	return size;
}

CK_ULONG p11l_point_write(
        const struct p11l_point *point, enum p11l_point_form form, CK_BYTE *out, CK_ULONG room)
{
	uint8_t head[P11L_DER_HEAD + 2];
	CK_ULONG before;

	if (point->form == P11L_POINT_NONE || form == P11L_POINT_NONE || form == P11L_POINT_XY)
		return 0;
	before = head_of(point, form, head);
	if (point->size > room || before > room - point->size)
		return 0;
	memmove(out + before, point->octets, point->size);
	memcpy(out, head, before);
	return before + point->size;
}
