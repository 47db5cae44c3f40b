/* SPDX-License-Identifier: MIT */
/* What the tests of imports ask of the objects that came of one. */
#ifndef IMPORTED_H
#define IMPORTED_H

#include "highlevel.h"

/* The only one of its class. */
static inline struct p11l_object *the(
        const struct p11l_objects *objects, CK_OBJECT_CLASS object_class)
{
	struct p11l_object *found = NULL;

	for (CK_ULONG i = 0; i < p11l_objects_count(objects); i++)
		if (p11l_object_class(p11l_objects_at(objects, i)) == object_class) {
			assert_null(found);
			found = p11l_objects_at(objects, i);
		}
	assert_non_null(found);
	return found;
}

/* Both have the id that is made of their key. */
static inline void same_id(const struct p11l_object *one, const struct p11l_object *other)
{
	CK_ULONG size, other_size;
	const CK_BYTE *id = p11l_object_id(one, &size);
	const CK_BYTE *other_id = p11l_object_id(other, &other_size);

	assert_int_equal(size, 20);
	assert_int_equal(other_size, 20);
	assert_memory_equal(id, other_id, 20);
}

#endif
