/* SPDX-License-Identifier: MIT */
/* Lists of mechanisms. */
#ifndef P11L_MECHANISM_LIST_H
#define P11L_MECHANISM_LIST_H

#include "rules.h"

/* Whether the user, or the vendor's profile, denies the mechanism (MI-4). */
bool p11l_is_denied(const struct p11l_rules *rules, CK_MECHANISM_TYPE type);

#endif
