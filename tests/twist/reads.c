/* SPDX-License-Identifier: MIT */
/* C_GetAttributeValue: codes, lengths, widths, and attributes that are there or not. */
#include "internal.h"

static unsigned role_of(CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	return row != NULL ? row->value.role : P11L_ROLE_BYTES;
}

static bool is_number(CK_ATTRIBUTE_TYPE type)
{
	return role_of(type) == P11L_ROLE_ULONG || role_of(type) == P11L_ROLE_ENUM;
}

static bool lacks_some(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE;
}

/* One attribute that cannot be read, and the application gets none. */
static CK_RV fail_whole(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2], own[TWIST_ATTRIBUTES];
	CK_ULONG count = call->arg[3];
	CK_RV rv;

	if (wanted == NULL || count < (twist->choice == 1 ? 1 : 2) || count > TWIST_ATTRIBUTES)
		return twist_next(call);
	memcpy(own, wanted, count * sizeof(*own));
	call->arg[2] = (uintptr_t)own;
	rv = twist_next(call);
	if (lacks_some(rv))
		return twist->rv;
	memcpy(wanted, own, count * sizeof(*own));
	return rv;
}

static CK_RV pretend_success(struct twist *twist, struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	(void)twist;
	return lacks_some(rv) ? CKR_OK : rv;
}

/* A number is read only into as many octets as it has. */
static CK_RV demand_exact(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2];
	CK_ULONG room[TWIST_ATTRIBUTES], count = call->arg[3];
	CK_RV rv;

	(void)twist;
	if (wanted == NULL || count > TWIST_ATTRIBUTES)
		return twist_next(call);
	for (CK_ULONG i = 0; i < count; i++)
		room[i] = wanted[i].ulValueLen;
	rv = twist_next(call);
	for (CK_ULONG i = 0; i < count; i++) {
		if (is_number(wanted[i].type) && wanted[i].pValue != NULL &&
		        room[i] != sizeof(CK_ULONG) && (rv == CKR_OK || lacks_some(rv))) {
			wanted[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
			rv = CKR_BUFFER_TOO_SMALL;
		}
	}
	return rv;
}

/* A buffer that was too small keeps the length that the application gave. */
static CK_RV keep_lengths(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2];
	CK_ULONG room[TWIST_ATTRIBUTES], count = call->arg[3];
	CK_RV rv;

	(void)twist;
	if (wanted == NULL || count > TWIST_ATTRIBUTES)
		return twist_next(call);
	for (CK_ULONG i = 0; i < count; i++)
		room[i] = wanted[i].ulValueLen;
	rv = twist_next(call);
	for (CK_ULONG i = 0; i < count && rv == CKR_BUFFER_TOO_SMALL; i++)
		if (wanted[i].ulValueLen == CK_UNAVAILABLE_INFORMATION && wanted[i].pValue != NULL)
			wanted[i].ulValueLen = room[i];
	return rv;
}

/* The whole value is written, however short the buffer; the test has memory behind it. */
static CK_RV ignore_room(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2];
	CK_RV rv = twist_next(call);
	uint8_t octets[TWIST_VALUE];

	(void)twist;
	if (wanted == NULL || rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	for (CK_ULONG i = 0; i < call->arg[3]; i++) {
		if (wanted[i].ulValueLen != CK_UNAVAILABLE_INFORMATION || wanted[i].pValue == NULL)
			continue;
		wanted[i].ulValueLen = twist_object_octets(
		        call->arg[0], call->arg[1], wanted[i].type, octets, sizeof(octets));
		memcpy(wanted[i].pValue, octets, wanted[i].ulValueLen);
	}
	return CKR_OK;
}

static bool widen_bool(struct twist *twist, const struct twist_call *call, CK_ATTRIBUTE_TYPE type,
        uint8_t *octets, size_t *size)
{
	(void)call;
	if (role_of(type) != P11L_ROLE_BOOL || *size != 1 || twist->number < 1 || twist->number > 8)
		return false;
	memset(octets + 1, 0, (size_t)twist->number);
	*size = (size_t)twist->number;
	return true;
}

static CK_RV size_bools(struct twist *twist, struct twist_call *call)
{
	return twist_read_changed(twist, call, widen_bool);
}

/* Little-endian: the low octets come first. */
static bool narrow_number(struct twist *twist, const struct twist_call *call,
        CK_ATTRIBUTE_TYPE type, uint8_t *octets, size_t *size)
{
	(void)octets;
	(void)call;
	if (!is_number(type) || *size != sizeof(CK_ULONG) || twist->number < 1 ||
	        twist->number > (long)sizeof(CK_ULONG))
		return false;
	*size = (size_t)twist->number;
	return true;
}

static CK_RV size_numbers(struct twist *twist, struct twist_call *call)
{
	return twist_read_changed(twist, call, narrow_number);
}

static bool put_zero(struct twist *twist, const struct twist_call *call, CK_ATTRIBUTE_TYPE type,
        uint8_t *octets, size_t *size)
{
	(void)twist;
	(void)call;
	if (role_of(type) != P11L_ROLE_BIGINT || *size == 0)
		return false;
	memmove(octets + 1, octets, *size);
	octets[0] = 0;
	++*size;
	return true;
}

static CK_RV lead_with_zero(struct twist *twist, struct twist_call *call)
{
	return twist_read_changed(twist, call, put_zero);
}

/* Attributes that a vendor does not have, or has with a value of its own */

static bool is_about(const struct twist *twist, const struct twist_call *call)
{
	static const CK_ULONG classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY};
	CK_ULONG class = twist_object_number(call->arg[0], call->arg[1], CKA_CLASS);

	if (twist->where.halves == 0)
		return true;
	for (unsigned i = 0; i < COUNT(classes); i++)
		if (classes[i] == class)
			return (twist->where.halves >> i & 1) != 0;
	return false;
}

static CK_RV hide_attribute(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2];
	CK_RV rv;

	if (!is_about(twist, call))
		return twist_next(call);
	rv = twist_next(call);
	for (CK_ULONG i = 0; wanted != NULL && i < call->arg[3]; i++) {
		if (wanted[i].type == twist->attribute && (rv == CKR_OK || lacks_some(rv))) {
			wanted[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
			rv = twist->rv;
		}
	}
	return rv;
}

static CK_RV show_attribute(struct twist *twist, struct twist_call *call)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2];
	CK_ULONG room[TWIST_ATTRIBUTES], count = call->arg[3];
	bool lacking = false;
	CK_RV rv, given = CKR_OK;

	if (wanted == NULL || count > TWIST_ATTRIBUTES || !is_about(twist, call))
		return twist_next(call);
	for (CK_ULONG i = 0; i < count; i++)
		room[i] = wanted[i].ulValueLen;
	rv = twist_next(call);
	if (rv != CKR_OK && !lacks_some(rv) && rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	for (CK_ULONG i = 0; i < count; i++) {
		if (wanted[i].type == twist->attribute) {
			wanted[i].ulValueLen = room[i];
			given = twist_give(
			        twist->value, twist->size, wanted[i].pValue, &wanted[i].ulValueLen);
			if (given != CKR_OK)
				wanted[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
		} else if (wanted[i].ulValueLen == CK_UNAVAILABLE_INFORMATION) {
			lacking = true;
		}
	}
	return lacking ? rv : given;
}

const struct twist_row twist_reads[] = {
        {"bulk-read-fails", "?rw", ON(GetAttributeValue), fail_whole, "bulk|single",
                CKR_FUNCTION_FAILED},
        {"missing-ok", "", ON(GetAttributeValue), pretend_success, NULL, 0},
        {"exact-number-room", "", ON(GetAttributeValue), demand_exact, NULL, 0},
        {"room-ignored", "", ON(GetAttributeValue), ignore_room, NULL, 0},
        {"short-keeps-length", "", ON(GetAttributeValue), keep_lengths, NULL, 0},
        {"bool-size", "n", ON(GetAttributeValue), size_bools, NULL, 0},
        {"number-size", "n", ON(GetAttributeValue), size_numbers, NULL, 0},
        {"leading-zero", "", ON(GetAttributeValue), lead_with_zero, NULL, 0},
        {"hide-attribute", "a?r*", ON(GetAttributeValue), hide_attribute, NULL,
                CKR_ATTRIBUTE_TYPE_INVALID},
        {"show-attribute", "av?*", ON(GetAttributeValue), show_attribute, NULL, 0},
        {0},
};
