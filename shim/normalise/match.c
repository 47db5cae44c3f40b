/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "match.h"

#include "point.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ENTRIES 64
#define MOST_OCTETS  (1UL << 20) /* of all values together */
#define ROOM         64          /* for a value in another encoding */

static bool same_bool(const CK_BYTE *a, CK_ULONG a_size, const CK_BYTE *b, CK_ULONG b_size)
{
	bool is[2] = {false, false};

	for (CK_ULONG i = 0; i < a_size; i++)
		is[0] = is[0] || a[i] != 0;
	for (CK_ULONG i = 0; i < b_size; i++)
		is[1] = is[1] || b[i] != 0;
	return a_size > 0 && b_size > 0 && is[0] == is[1];
}

static bool same_bigint(const CK_BYTE *a, CK_ULONG a_size, const CK_BYTE *b, CK_ULONG b_size)
{
	for (; a_size > 0 && *a == 0; a_size--)
		a++;
	for (; b_size > 0 && *b == 0; b_size--)
		b++;
	return a_size == b_size && memcmp(a, b, a_size) == 0;
}

/* A number of four octets is the same as one of eight. */
static bool number(const CK_BYTE *at, CK_ULONG size, CK_ULONG *value)
{
	uint32_t narrow;

	if (size == sizeof(*value)) {
		memcpy(value, at, size);
	} else if (size == sizeof(narrow)) {
		memcpy(&narrow, at, size);
		*value = narrow;
	} else {
		return false;
	}
	return true;
}

static bool same_point(const CK_BYTE *a, CK_ULONG a_size, const CK_BYTE *b, CK_ULONG b_size)
{
	struct p11l_point left = p11l_point_guess(P11L_ANY, 0, a, a_size);
	struct p11l_point right = p11l_point_guess(P11L_ANY, 0, b, b_size);

	return left.form != P11L_POINT_NONE && right.form != P11L_POINT_NONE &&
	       left.size == right.size && memcmp(left.octets, right.octets, left.size) == 0;
}

bool p11l_same_value(CK_ATTRIBUTE_TYPE type, const CK_BYTE *given, CK_ULONG given_size,
        const CK_BYTE *read, CK_ULONG read_size)
{
	const struct p11l_attribute *known = p11l_find_attribute(type);
	CK_ULONG a, b;

	if (given_size == read_size && (given_size == 0 || memcmp(given, read, given_size) == 0))
		return true;
	if (known == NULL || given_size == 0 || read_size == 0)
		return false;
	if (type == CKA_EC_POINT)
		return same_point(given, given_size, read, read_size);
	switch (known->value.role) {
	case P11L_ROLE_BOOL:
		return same_bool(given, given_size, read, read_size);
	case P11L_ROLE_BIGINT:
		return same_bigint(given, given_size, read, read_size);
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_FLAGS:
		return number(given, given_size, &a) && number(read, read_size, &b) && a == b;
	default:
		return false;
	}
}

/* The octets that values like these take; 0 when it is beyond reason. */
static CK_ULONG room_for(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_ULONG all = 0;

	for (CK_ULONG i = 0; i < count; i++) {
		CK_ULONG size = template[i].ulValueLen;

		if (size > MOST_OCTETS || all + size + ROOM > MOST_OCTETS ||
		        (size > 0 && !p11l_readable(template[i].pValue, size)))
			return 0;
		all += size + ROOM;
	}
	return all;
}

static bool all_same(const CK_ATTRIBUTE *given, const CK_ATTRIBUTE *read, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (read[i].ulValueLen > given[i].ulValueLen + ROOM ||
		        !p11l_same_value(given[i].type, given[i].pValue, given[i].ulValueLen,
		                read[i].pValue, read[i].ulValueLen))
			return false;
	return true;
}

bool p11l_object_matches(p11l_below *below, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
        const CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_ATTRIBUTE read[MOST_ENTRIES];
	CK_ULONG room = count <= MOST_ENTRIES ? room_for(template, count) : 0;
	int saved = errno;
	CK_BYTE *values, *at;
	bool same = false;

	if (count == 0 || room == 0)
		return count == 0;
	values = at = calloc(1, room);
	errno = saved;
	if (values == NULL)
		return false;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_ULONG size = template[i].ulValueLen + ROOM;

		read[i] = (CK_ATTRIBUTE){template[i].type, at, size};
		at += size;
	}
	if (below->C_GetAttributeValue(session, object, read, count) == CKR_OK)
		same = all_same(template, read, count);
	explicit_bzero(values, room);
	free(values);
	return same;
}
