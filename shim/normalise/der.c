/* SPDX-License-Identifier: MIT */
#include "der.h"

#include <libtasn1.h>

size_t p11l_der_head(enum p11l_der_tag tag, size_t size, uint8_t head[P11L_DER_HEAD])
{
	int length = 0;

	head[0] = (uint8_t)tag;
	asn1_length_der((unsigned long)size, head + 1, &length);
	return 1 + (size_t)length;
}

bool p11l_der_take(struct p11l_der *der, enum p11l_der_tag tag, struct p11l_der *content)
{
	uint8_t head[P11L_DER_HEAD];
	int taken = 0;
	long length;

	if (der->size < 2 || der->size > INT32_MAX || der->at[0] != tag)
		return false;
	length = asn1_get_length_der(der->at + 1, (int)der->size - 1, &taken);
	if (length < 0 || p11l_der_head(tag, (size_t)length, head) != 1 + (size_t)taken)
		return false;
	content->at = der->at + 1 + taken;
	content->size = (size_t)length;
	der->at = content->at + length;
	der->size -= 1 + (size_t)taken + (size_t)length;
	return true;
}

bool p11l_der_only(const void *der, size_t size, enum p11l_der_tag tag, struct p11l_der *content)
{
	struct p11l_der all = {der, size};

	return p11l_der_take(&all, tag, content) && all.size == 0;
}
