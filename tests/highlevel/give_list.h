/* SPDX-License-Identifier: MIT */
/* The answer of hooks that stand for functions of the standard which give a list. */
#ifndef GIVE_LIST_H
#define GIVE_LIST_H

#include "highlevel.h"

/* Sets the length; the caller fills the list where this is CKR_OK and to is not NULL. */
static inline CK_RV give_list(CK_ULONG *to, CK_ULONG *room, CK_ULONG count)
{
	CK_ULONG had = *room;

	*room = count;
	if (to == NULL)
		return CKR_OK;
	return had < count ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

#endif
