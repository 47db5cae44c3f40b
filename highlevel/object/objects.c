/* SPDX-License-Identifier: MIT */
/* Lists of objects. */
#include "parts.h"

#include <stdlib.h>

#define FIRST_ROOM 8

static bool grow(struct p11l_objects *objects)
{
	CK_ULONG room = objects->room > 0 ? 2 * objects->room : FIRST_ROOM;
	struct p11l_object **larger = realloc(objects->item, room * sizeof(struct p11l_object *));

	if (larger == NULL)
		return false;
	objects->item = larger;
	objects->room = room;
	return true;
}

CK_RV p11l_objects_add(struct p11l_objects **objects, struct p11l_object *object)
{
	struct p11l_objects *list = *objects != NULL ? *objects : calloc(1, sizeof(*list));

	*objects = list;
	if (list == NULL || (list->count == list->room && !grow(list))) {
		p11l_object_free(object);
		return p11l_no_memory();
	}
	list->item[list->count++] = object;
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
