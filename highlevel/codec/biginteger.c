/* SPDX-License-Identifier: MIT */
#include "parts.h"

static CK_RV strip(struct p11l_der in, struct p11l_buffer *out)
{
	if (in.size == 0)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "octets", NULL, "are none; 0 is one octet");
	in = p11l_significant(in);
	return p11l_buffer_set(out, in.at, in.size);
}

CK_RV p11l_biginteger_octets(const void *octets, CK_ULONG size, struct p11l_buffer *out)
{
	return p11l_convert_with(strip, octets, size, out);
}

CK_RV p11l_biginteger(CK_ULONG value, struct p11l_buffer *out)
{
	CK_BYTE octets[sizeof(value)];

	for (size_t i = sizeof(octets); i-- > 0; value >>= 8)
		octets[i] = (CK_BYTE)value;
	return p11l_biginteger_octets(octets, sizeof(octets), out);
}
