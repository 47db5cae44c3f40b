/* SPDX-License-Identifier: MIT */
/* Comparing objects with the template of a search, where the vendor is not trusted to. */
#ifndef P11L_MATCH_H
#define P11L_MATCH_H

#include "layer.h"

/* Whether a value that was read means what one in a template means. */
bool p11l_same_value(CK_ATTRIBUTE_TYPE type, const CK_BYTE *given, CK_ULONG given_size,
        const CK_BYTE *read, CK_ULONG read_size);

/*
 * Whether the object has all of these attributes with these values; one vendor call. What cannot be
 * read does not match.
 */
bool p11l_object_matches(p11l_below *below, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
        const CK_ATTRIBUTE *template, CK_ULONG count);

#endif
