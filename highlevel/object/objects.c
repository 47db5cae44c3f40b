/* SPDX-License-Identifier: MIT */
/* Lists of objects. */
#include "parts.h"

#include <stdlib.h>

#define FIRST_ROOM 8

static CK_RV grow(struct p11l_objects *objects)
{
	CK_ULONG room = objects->room > 0 ? 2 * objects->room : FIRST_ROOM;
	struct p11l_object **larger = realloc(objects->item, room * sizeof(struct p11l_object *));

	if (larger == NULL)
		return p11l_no_memory();
	objects->item = larger;
	objects->room = room;
	return CKR_OK;
}

CK_RV p11l_objects_add(struct p11l_objects **objects, struct p11l_object *object)
{
	CK_RV rv = CKR_OK;

	if (*objects == NULL)
		*objects = calloc(1, sizeof(**objects));
	if (*objects == NULL)
		rv = p11l_no_memory();
	else if ((*objects)->count == (*objects)->room)
		rv = grow(*objects);
	if (rv != CKR_OK) {
		p11l_object_free(object);
		return rv;
	}
	(*objects)->item[(*objects)->count++] = object;
	return CKR_OK;
}

CK_ULONG p11l_objects_count(const struct p11l_objects *objects)
{
	return objects != NULL ? objects->count : 0;
}

struct p11l_object *p11l_objects_at(const struct p11l_objects *objects, CK_ULONG index)
{
	return index < p11l_objects_count(objects) ? objects->item[index] : NULL;
}

void p11l_objects_free(struct p11l_objects *objects)
{
	if (objects == NULL)
		return;
	for (CK_ULONG i = 0; i < objects->count; i++)
		p11l_object_free(objects->item[i]);
	free(objects->item);
	free(objects);
}
