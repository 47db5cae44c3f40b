/* SPDX-License-Identifier: MIT */
#include "point.h"

#include "curve.h"
#include "der.h"

#include <stdatomic.h>
#include <string.h>

unsigned p11l_field_octets(const void *ec_params, CK_ULONG size)
{
	return p11l_params_parse(ec_params, size).octets;
}

/*
 * Which numbers of octets the coordinates of listed curves have, a bit for each. Whoever comes
 * first computes it; it comes out the same for all.
 */
enum { WEIERSTRASS, EDWARDS, MONTGOMERY, KINDS };
#define MAX_FIELD 128

static atomic_bool known;
static _Atomic(uint64_t) fields[KINDS][MAX_FIELD / 64];

static unsigned kind_of(CK_ULONG key_type)
{
	return key_type == CKK_EC ? WEIERSTRASS : key_type == CKK_EC_EDWARDS ? EDWARDS : MONTGOMERY;
}

static void learn(void)
{
	for (size_t i = 0; i < p11l_curve_count; i++) {
		unsigned n = p11l_curves[i].octets;

		if (n > 0 && n < MAX_FIELD)
			atomic_fetch_or_explicit(&fields[kind_of(p11l_curves[i].key_type)][n / 64],
			        UINT64_C(1) << n % 64, memory_order_relaxed);
	}
	atomic_store_explicit(&known, true, memory_order_release);
}

static bool exists(unsigned kind, CK_ULONG n)
{
	if (!atomic_load_explicit(&known, memory_order_acquire))
		learn();
	return n < MAX_FIELD &&
	       (atomic_load_explicit(&fields[kind][n / 64], memory_order_relaxed) >> n % 64 & 1) !=
	               0;
}

/* Whether coordinates of n octets are those of the field, or, when that is not known, of any. */
static bool is_field(unsigned kind, unsigned field, CK_ULONG n)
{
	return field > 0 ? n == field : exists(kind, n);
}

/* X9.62: in full, with the parity of y before both (hybrid), or x with the parity of y. */
static bool is_encoded(unsigned field, const CK_BYTE *in, CK_ULONG size)
{
	switch (in[0]) {
	case 4:
	case 6:
	case 7:
		return size % 2 == 1 && is_field(WEIERSTRASS, field, size / 2);
	case 2:
	case 3:
		return is_field(WEIERSTRASS, field, size - 1);
	default:
		return false;
	}
}

/* Whether these octets can be the point of a CKK_EC key; without its first octet when paired. */
static bool fits_weierstrass(
        CK_ULONG key_type, unsigned field, const struct p11l_der *in, bool paired)
{
	if (key_type != P11L_ANY && key_type != CKK_EC)
		return false;
	if (paired)
		return in->size % 2 == 0 && is_field(WEIERSTRASS, field, in->size / 2);
	return is_encoded(field, in->at, in->size);
}

/* Whether they can be that of an Edwards or Montgomery key. */
static bool fits_other(CK_ULONG key_type, unsigned field, CK_ULONG size)
{
	if (key_type == P11L_ANY)
		return is_field(EDWARDS, field, size) || is_field(MONTGOMERY, field, size);
	return key_type != CKK_EC && is_field(kind_of(key_type), field, size);
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

/* The first form that fits, the likeliest ones first; how many do is stored in *found. */
static struct p11l_point find_form(
        CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size, unsigned *found)
{
	struct p11l_point point = {.form = P11L_POINT_NONE};
	struct p11l_der inside;

	*found = 0;
	if (size == 0 || size > P11L_POINT_MAX)
		return point;
	for (unsigned form = P11L_POINT_RAW; form <= P11L_POINT_XY; form++) {
		bool paired = form == P11L_POINT_XY, weierstrass;

		if (!unwrap((enum p11l_point_form)form, in, size, &inside))
			continue;
		weierstrass = fits_weierstrass(key_type, field, &inside, paired);
		if (!weierstrass && (paired || !fits_other(key_type, field, inside.size)))
			continue;
		++*found;
		/* One that can be both is counted twice. */
		if (weierstrass && !paired && fits_other(key_type, field, inside.size))
			++*found;
		if (point.form == P11L_POINT_NONE)
			point = (struct p11l_point){(enum p11l_point_form)form, weierstrass,
			        inside.at, inside.size, false};
	}
	return point;
}

struct p11l_point p11l_point_parse(
        CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size)
{
	unsigned found;
	struct p11l_point point = find_form(key_type, field, in, size, &found);

	/* Coordinates alone look like anything, so only the curve can tell. */
	if (field == 0 && (found > 1 || point.form == P11L_POINT_XY))
		point = (struct p11l_point){.form = P11L_POINT_NONE, .ambiguous = true};
	return point;
}

struct p11l_point p11l_point_guess(
        CK_ULONG key_type, unsigned field, const CK_BYTE *in, CK_ULONG size)
{
	unsigned found;

	return find_form(key_type, field, in, size, &found);
}

bool p11l_point_is_plain(const CK_BYTE *in, CK_ULONG size)
{
	return size > 4 && size < 128 && size % 2 == 1 && in[0] == 0x04 && in[1] == size - 2 &&
	       in[2] == 0x04 && exists(WEIERSTRASS, (size - 3) / 2) &&
	       !exists(WEIERSTRASS, size / 2) && !fits_other(P11L_ANY, 0, size) &&
	       !fits_other(P11L_ANY, 0, size - 2);
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
