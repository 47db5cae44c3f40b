/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "highlevel/api/buffer.h"

#include "refuse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void wipe(struct p11l_buffer *buffer)
{
	if ((buffer->flags & P11L_SECRET) != 0 && buffer->p != NULL)
		explicit_bzero(buffer->p, buffer->cap);
}

CK_RV p11l_buffer_reserve(struct p11l_buffer *buffer, CK_ULONG size)
{
	CK_BYTE *larger;

	if (size <= buffer->cap)
		return CKR_OK;
	if ((buffer->flags & P11L_FIXED) != 0) {
		buffer->len = size;
		return p11l_refuse(CKR_BUFFER_TOO_SMALL, NULL, NULL,
		        "the buffer has room for %lu octets; %lu are needed", buffer->cap, size);
	}
	/* No realloc: it would leave a secret behind where it moves away from. */
	larger = malloc(size);
	if (larger == NULL)
		return p11l_no_memory();
	if (buffer->len > 0)
		memcpy(larger, buffer->p, buffer->len);
	wipe(buffer);
	free(buffer->p);
	buffer->p = larger;
	buffer->cap = size;
	return CKR_OK;
}

CK_RV p11l_buffer_set(struct p11l_buffer *buffer, const void *octets, CK_ULONG size)
{
	p11l_buffer_clear(buffer);
	return p11l_buffer_append(buffer, octets, size);
}

CK_RV p11l_buffer_append(struct p11l_buffer *buffer, const void *octets, CK_ULONG size)
{
	CK_ULONG needed = buffer->len + size;
	CK_RV rv;

	if (needed < size)
		return p11l_no_memory();
	rv = p11l_buffer_reserve(buffer, needed);
	if (rv != CKR_OK || size == 0)
		return rv;
	memcpy(buffer->p + buffer->len, octets, size);
	buffer->len = needed;
	return CKR_OK;
}

void p11l_buffer_clear(struct p11l_buffer *buffer)
{
	wipe(buffer);
	buffer->len = 0;
}

void p11l_buffer_free(struct p11l_buffer *buffer)
{
	if (buffer == NULL)
		return;
	wipe(buffer);
	if ((buffer->flags & P11L_FIXED) == 0) {
		free(buffer->p);
		buffer->p = NULL;
		buffer->cap = 0;
	}
	buffer->len = 0;
}
