/* SPDX-License-Identifier: MIT */
/* TPL-6 and TPL-7 on the way back: booleans, numbers and big integers as the standard has them. */
#include "read.h"

#include <string.h>

CK_ULONG p11l_repair_big_integer(struct p11l_reading *reading, CK_ATTRIBUTE_TYPE type,
        CK_BYTE *value, CK_ULONG size, CK_ULONG room)
{
	CK_ULONG zeros = 0;

	(void)reading;
	(void)room;
	while (zeros + 1 < size && value[zeros] == 0)
		zeros++;
	if (zeros == 0)
		return size;
	memmove(value, value + zeros, size - zeros);
	p11l_note("TPL-7", "%s: %lu octets -> %lu", p11l_name(P11L_SPACE_attribute, type), size,
	        size - zeros);
	return size - zeros;
}

/* A narrower number of this machine as a CK_ULONG; what meant "unavailable" still does. */
static CK_ULONG widen(const CK_BYTE *value, CK_ULONG size)
{
	uint32_t word;
	uint16_t half;

	switch (size) {
	case sizeof(word):
		memcpy(&word, value, sizeof(word));
		return word == UINT32_MAX ? CK_UNAVAILABLE_INFORMATION : word;
	case sizeof(half):
		memcpy(&half, value, sizeof(half));
		return half;
	default:
		return value[0];
	}
}

static bool is_true(const CK_BYTE *value, CK_ULONG size)
{
	for (CK_ULONG i = 0; i < size; i++)
		if (value[i] != 0)
			return true;
	return false;
}

/* Whether a boolean or number of this size can be told to be one of the right size. */
static bool is_odd(const struct p11l_slot *slot, CK_ULONG size)
{
	if (slot->fixed == sizeof(CK_BBOOL))
		return size == 2 || size == 4 || size == 8;
	return size == 1 || size == 2 || size == 4;
}

CK_ULONG p11l_repair_fixed(const struct p11l_slot *slot, CK_ATTRIBUTE_TYPE type, CK_ULONG size)
{
	CK_BYTE *value = slot->own != NULL ? slot->own : slot->to;
	bool strange = value != NULL && slot->fixed == sizeof(CK_BBOOL) && size == 1 && *value > 1;

	if (!strange && (size == slot->fixed || !is_odd(slot, size)))
		return size;
	p11l_note("TPL-6", "%s: %lu octets -> %u", p11l_name(P11L_SPACE_attribute, type), size,
	        (unsigned)slot->fixed);
	if (value != NULL && slot->fixed == sizeof(CK_BBOOL)) {
		*value = is_true(value, size) ? CK_TRUE : CK_FALSE;
	} else if (value != NULL && (slot->own != NULL || slot->offered >= sizeof(CK_ULONG))) {
		CK_ULONG number = widen(value, size);

		memcpy(value, &number, sizeof(number));
	}
	return slot->fixed;
}
