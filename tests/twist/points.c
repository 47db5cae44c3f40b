/* SPDX-License-Identifier: MIT */
/* CKA_EC_POINT in other forms than the standard's. The module behind has it as DER OCTET STRING. */
#include "points.h"

#include <pthread.h>

static size_t raw_size(const struct twist_curve *curve)
{
	return curve->newer ? curve->field : 1 + 2 * curve->field;
}

int twist_point_form(const struct twist_curve *curve, const uint8_t *point, size_t size)
{
	const uint8_t *content;
	size_t length;

	if (size == raw_size(curve))
		return TWIST_RAW;
	if (!curve->newer && size == 2 * curve->field)
		return TWIST_XY;
	content = twist_content(point, size, 0x04, &length);
	if (content != NULL && length == raw_size(curve))
		return TWIST_DER;
	content = twist_content(point, size, 0x03, &length);
	if (content != NULL && length == raw_size(curve) + 1 && content[0] == 0)
		return TWIST_BIT_STRING;
	return -1;
}

/* The octets of the point alone, which lie at the end of every form. */
static void to_raw(const struct twist_curve *curve, int form, const uint8_t *point, size_t size,
        uint8_t raw[TWIST_POINT])
{
	size_t octets = form == TWIST_XY ? 2 * curve->field : raw_size(curve);

	raw[0] = 0x04;
	memcpy(raw + raw_size(curve) - octets, point + size - octets, octets);
}

/* The same point in another form; 0 when it has none. */
static size_t point_to(const struct twist_curve *curve, enum twist_point_form form,
        const uint8_t *point, size_t size, uint8_t *out)
{
	int from = twist_point_form(curve, point, size);
	uint8_t raw[TWIST_POINT + 1] = {0};

	if (from < 0)
		return 0;
	to_raw(curve, from, point, size, raw + 1);
	switch (form) {
	case TWIST_XY:
		memcpy(out, raw + 2, raw_size(curve) - 1);
		return raw_size(curve) - 1;
	case TWIST_BIT_STRING:
		return twist_der(out, 0x03, raw, raw_size(curve) + 1);
	case TWIST_DER:
		return twist_der(out, 0x04, raw + 1, raw_size(curve));
	default:
		memcpy(out, raw + 1, raw_size(curve));
		return raw_size(curve);
	}
}

static bool is_about_newer(const struct twist *twist)
{
	return strncmp(twist->row->name, "edwards", 7) == 0;
}

/* point-read, edwards-read */

static bool change_point(struct twist *twist, const struct twist_call *call, CK_ATTRIBUTE_TYPE type,
        uint8_t *octets, size_t *size)
{
	const struct twist_curve *curve;
	uint8_t changed[TWIST_POINT + 8];
	size_t length;

	if (type != CKA_EC_POINT)
		return false;
	curve = twist_object_curve(call->arg[0], call->arg[1]);
	if (curve == NULL || curve->newer != is_about_newer(twist))
		return false;
	length = point_to(curve, twist->choice, octets, *size, changed);
	if (length == 0)
		return false;
	memcpy(octets, changed, length);
	*size = length;
	return true;
}

static CK_RV read_point(struct twist *twist, struct twist_call *call)
{
	return twist_read_changed(twist, call, change_point);
}

/* point-size-query: the length that is told differs from that of what is read. */
static CK_RV answer_size(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2];
	const struct twist_curve *curve;
	CK_RV rv = twist_next(call);
	uint8_t octets[256], changed[TWIST_POINT + 8];
	size_t size;

	for (CK_ULONG i = 0; wanted != NULL && i < call->arg[3]; i++) {
		if (wanted[i].type != CKA_EC_POINT || wanted[i].pValue != NULL ||
		        wanted[i].ulValueLen == CK_UNAVAILABLE_INFORMATION)
			continue;
		curve = twist_object_curve(call->arg[0], call->arg[1]);
		size = twist_object_octets(
		        call->arg[0], call->arg[1], CKA_EC_POINT, octets, sizeof(octets));
		if (curve != NULL)
			wanted[i].ulValueLen =
			        point_to(curve, twist->choice, octets, size, changed);
	}
	return rv;
}

/* point-create, edwards-create */

static CK_RV create_point(struct twist *twist, struct twist_call *call)
{
	const CK_ATTRIBUTE *params;
	const struct twist_curve *curve;
	uint8_t changed[TWIST_POINT + 8];
	struct twist_draft draft;
	CK_ATTRIBUTE *point;

	if (!twist_draft(&draft, call, 0))
		return twist_next(call);
	point = twist_find(&draft, CKA_EC_POINT);
	params = twist_find(&draft, CKA_EC_PARAMS);
	if (point == NULL || params == NULL)
		return twist_next(call);
	curve = twist_curve_of(params->pValue, params->ulValueLen);
	if (curve == NULL || curve->newer != is_about_newer(twist))
		return twist_next(call);
	if (twist_point_form(curve, point->pValue, point->ulValueLen) != (int)twist->choice)
		return twist->rv;
	point->ulValueLen = point_to(curve, TWIST_DER, point->pValue, point->ulValueLen, changed);
	point->pValue = changed;
	twist_use(call, &draft);
	return twist_next(call);
}

/* point-search: only the form in which the vendor keeps points finds anything. */
static CK_RV search_point(struct twist *twist, struct twist_call *call)
{
	static const uint8_t nothing[1];
	uint8_t changed[TWIST_POINT + 8];
	const struct twist_curve *curve;
	struct twist_draft draft;
	CK_ATTRIBUTE *point;
	size_t size = 0;

	point = twist_draft(&draft, call, 0) ? twist_find(&draft, CKA_EC_POINT) : NULL;
	if (point == NULL)
		return twist_next(call);
	for (unsigned i = 0; (curve = twist_curve_number(i)) != NULL && size == 0; i++)
		if (twist_point_form(curve, point->pValue, point->ulValueLen) == (int)twist->choice)
			size = point_to(
			        curve, TWIST_DER, point->pValue, point->ulValueLen, changed);
	point->pValue = size != 0 ? changed : (void *)(uintptr_t)nothing;
	point->ulValueLen = size != 0 ? size : sizeof(nothing);
	twist_use(call, &draft);
	return twist_next(call);
}

/* private-point: pairs that were generated, so that the private key can tell the point too. */

#define PAIRS 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	CK_OBJECT_HANDLE public, private;
} pairs[PAIRS];
static unsigned pair_count;

static CK_OBJECT_HANDLE public_of(CK_OBJECT_HANDLE private)
{
	CK_OBJECT_HANDLE public = 0;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < PAIRS; i++)
		if (pairs[i].private == private)
	public = pairs[i].public;
	pthread_mutex_unlock(&lock);
	return public;
}

static CK_RV remember_pair(struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	if (rv != CKR_OK)
		return rv;
	pthread_mutex_lock(&lock);
	pairs[pair_count % PAIRS].public = *(CK_OBJECT_HANDLE *)call->arg[6];
	pairs[pair_count++ % PAIRS].private = *(CK_OBJECT_HANDLE *)call->arg[7];
	pthread_mutex_unlock(&lock);
	return rv;
}

static CK_RV read_of_private(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2], own[TWIST_ATTRIBUTES];
	struct twist_call below = *call;
	CK_ULONG count = call->arg[3];
	CK_OBJECT_HANDLE public;
	bool all = true;
	CK_RV rv;

	(void)twist;
	if (call->function == P11L_C_GenerateKeyPair)
		return remember_pair(call);
	public = public_of(call->arg[1]);
	if (public == 0 || wanted == NULL || count > TWIST_ATTRIBUTES)
		return twist_next(call);
	memcpy(own, wanted, count * sizeof(*own));
	below.arg[2] = (uintptr_t)own;
	rv = twist_next(&below);
	for (CK_ULONG i = 0; i < count; i++) {
		if (own[i].type == CKA_EC_POINT) {
			own[i] = wanted[i];
			if (twist_vendor.C_GetAttributeValue(call->arg[0], public, &own[i], 1) !=
			        CKR_OK)
				all = false;
		}
		if (own[i].ulValueLen == CK_UNAVAILABLE_INFORMATION)
			all = false;
		wanted[i].ulValueLen = own[i].ulValueLen;
	}
	return rv == CKR_ATTRIBUTE_TYPE_INVALID && all ? CKR_OK : rv;
}

#define FORMS "raw|xy|bit-string|der"

const struct twist_row twist_points[] = {
        {"point-size-query", "w", ON(GetAttributeValue), answer_size, FORMS, 0},
        {"point-read", "w", ON(GetAttributeValue), read_point, FORMS, 0},
        {"edwards-read", "w", ON(GetAttributeValue), read_point, FORMS, 0},
        {"point-create", "w?r", ON(CreateObject), create_point, FORMS, CKR_ATTRIBUTE_VALUE_INVALID},
        {"edwards-create", "w?r", ON(CreateObject), create_point, FORMS,
                CKR_ATTRIBUTE_VALUE_INVALID},
        {"point-search", "w", ON(FindObjectsInit), search_point, FORMS, 0},
        {"private-point", "", ON(GenerateKeyPair) | ON(GetAttributeValue), read_of_private, NULL,
                0},
        {0},
};
