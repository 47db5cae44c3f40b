/* SPDX-License-Identifier: MIT */
/* Elliptic curves: the forms of points, and the ways in which EC parameters name a curve. */
#include "fuzz.h"

#include "shim/normalise/curve.h"
#include "shim/normalise/point.h"

static void rewritten_is_the_same(CK_ULONG key_type, unsigned field, const struct p11l_point *point)
{
	CK_BYTE written[P11L_POINT_MAX], bare[P11L_POINT_MAX], again[P11L_POINT_MAX];
	CK_ULONG size = p11l_point_write(point, P11L_POINT_RAW, bare, sizeof(bare));

	for (unsigned form = P11L_POINT_RAW; form < P11L_POINT_XY; form++) {
		CK_ULONG length = p11l_point_write(
		        point, (enum p11l_point_form)form, written, sizeof(written));
		struct p11l_point read = p11l_point_parse(key_type, field, written, length);

		if (length == 0)
			continue;
		expect(read.form == form && read.weierstrass == point->weierstrass, "other form");
		expect(p11l_point_write(&read, P11L_POINT_RAW, again, sizeof(again)) == size &&
		                memcmp(again, bare, size) == 0,
		        "other point");
	}
}

static void point(CK_ULONG key_type, unsigned field, const uint8_t *octets, size_t size)
{
	struct p11l_point found = p11l_point_parse(key_type, field, octets, size);

	expect(!found.ambiguous || (found.form == P11L_POINT_NONE && field == 0), "ambiguous");
	if (found.form == P11L_POINT_NONE)
		return;
	expect(found.octets >= octets && found.size > 0 &&
	                found.size <= size - (size_t)(found.octets - octets),
	        "point outside of its octets");
	if (field > 0)
		rewritten_is_the_same(key_type, field, &found);
}

static void params(const uint8_t *octets, size_t size)
{
	struct p11l_params found = p11l_params_parse(octets, size), again;
	CK_BYTE written[P11L_PARAMS_MAX];
	CK_ULONG length;

	if (found.curve == NULL)
		return;
	expect(found.octets == found.curve->octets, "other field");
	for (unsigned form = P11L_CURVE_OID; form < P11L_CURVE_EXPLICIT; form++) {
		length = p11l_params_write(
		        found.curve, (enum p11l_curve_form)form, written, sizeof(written));
		if (length == 0)
			continue;
		again = p11l_params_parse(written, length);
		expect(again.form == form && again.curve != NULL &&
		                again.curve->octets == found.octets &&
		                again.curve->key_type == found.curve->key_type,
		        "other curve");
	}
}

/* The first two octets choose key type and field. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const CK_ULONG types[] = {P11L_ANY, CKK_EC, CKK_EC_EDWARDS, CKK_EC_MONTGOMERY};
	uint8_t *octets;

	if (size < 2)
		return 0;
	octets = malloc(size - 1);
	expect(octets != NULL, "out of memory");
	memcpy(octets, data + 2, size - 2);
	point(types[data[0] % 4], data[1] < 14 ? 0 : 14 + data[1] % 59, octets, size - 2);
	params(octets, size - 2);
	free(octets);
	return 0;
}
