/* SPDX-License-Identifier: MIT */
/* Arguments that several functions check. */
#include "highlevel/operation/parts.h"

CK_RV p11l_check_key(const struct p11l_object *key, const char *name)
{
	return key != NULL ? p11l_object_check(key, name) : p11l_bad_argument(name);
}

CK_RV p11l_check_data(const void *data, CK_ULONG size, const char *name)
{
	if (data == NULL && size > 0)
		return p11l_bad_argument(name);
	/* Half of what there is leaves room for everything that is added to a size. */
	if (size > PTRDIFF_MAX / 2)
		return p11l_refuse(CKR_ARGUMENTS_BAD, name, NULL,
		        "cannot have %lu octets; its size is wrong", size);
	return CKR_OK;
}

CK_RV p11l_check_buffer(struct p11l_buffer *buffer, const char *name)
{
	if (buffer == NULL)
		return p11l_bad_argument(name);
	buffer->len = 0;
	return CKR_OK;
}

const void *p11l_octets(const void *data)
{
	return data != NULL ? data : "";
}
