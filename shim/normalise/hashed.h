/* SPDX-License-Identifier: MIT */
/* Signature mechanisms that hash, for vendors that have only those that do not (SIG-6). */
#ifndef P11L_HASHED_H
#define P11L_HASHED_H

#include "rules.h"

/*
 * Adds to a vendor's list of count mechanisms, which has room for as many as room, those that SIG-6
 * makes out of them; returns how many there are then, which may be more than room.
 */
CK_ULONG p11l_hashed_list(
        const struct p11l_rules *rules, CK_MECHANISM_TYPE *list, CK_ULONG count, CK_ULONG room);

/*
 * The mechanism whose C_GetMechanismInfo holds for one that SIG-6 makes, when the vendor does not
 * know that: the one without a hash. False when SIG-6 does not make it.
 */
bool p11l_hashed_info(
        const struct p11l_rules *rules, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_TYPE *base);

#endif
