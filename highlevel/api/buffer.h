/* SPDX-License-Identifier: MIT */
/* Octets that a function hands out. */
#ifndef P11L_BUFFER_H
#define P11L_BUFFER_H

#include "cryptoki.h"

#ifdef __cplusplus
extern "C" {
#endif

#define P11L_SECRET 1u /* wiped when it moves to a larger place, and when it is freed */
#define P11L_FIXED  2u /* over memory of the caller's: never allocates, moves or frees */

/*
 * All zeros is an empty buffer, which functions let grow as they need. A function that fills a
 * buffer replaces what was in it; one that fails leaves it empty. With P11L_FIXED, more than cap
 * octets are refused with CKR_BUFFER_TOO_SMALL, and len says how many it takes.
 */
struct p11l_buffer {
	CK_BYTE *p;
	CK_ULONG len; /* octets in use */
	CK_ULONG cap; /* octets there is room for */
	unsigned flags;
};

/* Makes a buffer of memory that stays the caller's, such as an array on the stack. */
static inline void p11l_buffer_over(struct p11l_buffer *buffer, void *memory, CK_ULONG size)
{
	buffer->p = (CK_BYTE *)memory;
	buffer->len = 0;
	buffer->cap = size;
	buffer->flags = P11L_FIXED;
}

/*
 * Makes room for size octets in all; those in use stay. CKR_BUFFER_TOO_SMALL: see above;
 * CKR_HOST_MEMORY.
 */
CK_RV p11l_buffer_reserve(struct p11l_buffer *buffer, CK_ULONG size);

/* Replaces what is in it by size octets, which must not be its own; errors as above. */
CK_RV p11l_buffer_set(struct p11l_buffer *buffer, const void *octets, CK_ULONG size);

/* Appends size octets, which must not be its own; errors as above. */
CK_RV p11l_buffer_append(struct p11l_buffer *buffer, const void *octets, CK_ULONG size);

/* Empties a buffer; a secret one is wiped. What is allocated stays for the next use. */
void p11l_buffer_clear(struct p11l_buffer *buffer);

/* Gives back what was allocated; the buffer is empty afterwards. NULL is allowed. */
void p11l_buffer_free(struct p11l_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
