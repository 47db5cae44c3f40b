/* SPDX-License-Identifier: MIT */
#include "signature.h"

#include "der.h"

#include <string.h>

/* A positive INTEGER without needless octets, that fits in an order's length. */
static bool take_number(struct p11l_der *der, unsigned order, struct p11l_der *number)
{
	if (!p11l_der_take(der, P11L_DER_INTEGER, number) || number->size == 0)
		return false;
	if ((number->at[0] & 0x80) != 0)
		return false;
	if (number->at[0] == 0 && number->size > 1) {
		if ((number->at[1] & 0x80) == 0)
			return false;
		number->at++;
		number->size--;
	}
	return number->size <= order;
}

static void put_padded(CK_BYTE *out, unsigned order, const struct p11l_der *number)
{
	memset(out, 0, order - number->size);
	memcpy(out + order - number->size, number->at, number->size);
}

bool p11l_signature_plain(const CK_BYTE *in, CK_ULONG size, unsigned order, CK_BYTE *out)
{
	CK_BYTE both[2 * P11L_ORDER_MAX];
	struct p11l_der sequence, r, s;

	if (order > P11L_ORDER_MAX || !p11l_der_only(in, size, P11L_DER_SEQUENCE, &sequence) ||
	        !take_number(&sequence, order, &r) || !take_number(&sequence, order, &s) ||
	        sequence.size != 0)
		return false;
	put_padded(both, order, &r);
	put_padded(both + order, order, &s);
	memcpy(out, both, 2 * (size_t)order);
	return true;
}

/* One number as an INTEGER; returns how many octets that took. */
static size_t put_integer(CK_BYTE *out, const CK_BYTE *number, size_t size)
{
	size_t head, sign;

	while (size > 1 && *number == 0) {
		number++;
		size--;
	}
	sign = (*number & 0x80) != 0;
	head = p11l_der_head(P11L_DER_INTEGER, size + sign, out);
	if (sign != 0)
		out[head] = 0;
	memcpy(out + head + sign, number, size);
	return head + sign + size;
}

CK_ULONG p11l_signature_der(const CK_BYTE *in, unsigned order, CK_BYTE *out, CK_ULONG room)
{
	CK_BYTE numbers[P11L_SIGNATURE_MAX + 2 * P11L_DER_HEAD];
	uint8_t head[P11L_DER_HEAD];
	size_t size, taken;

	if (order == 0 || order > P11L_ORDER_MAX)
		return 0;
	size = put_integer(numbers, in, order);
	size += put_integer(numbers + size, in + order, order);
	taken = p11l_der_head(P11L_DER_SEQUENCE, size, head);
	if (taken + size > room)
		return 0;
	memcpy(out, head, taken);
	memcpy(out + taken, numbers, size);
	return taken + size;
}

bool p11l_signature_pad(CK_BYTE *signature, CK_ULONG size, unsigned order)
{
	size_t half = size / 2, gap = order - half;

	if (size == 0 || size % 2 != 0 || half >= order)
		return false;
	memmove(signature + order + gap, signature + half, half);
	memmove(signature + gap, signature, half);
	memset(signature, 0, gap);
	memset(signature + order, 0, gap);
	return true;
}
