/* SPDX-License-Identifier: MIT */
/*
 * One module may lead to tokens of different kinds: a profile can name one, and then its rules are
 * in force in that token's sessions, in place of those of the module. Which token a slot holds is
 * asked at each C_OpenSession, and only when some profile of the module names a token.
 */
#ifndef P11L_TOKEN_H
#define P11L_TOKEN_H

#include "layer.h"

/* The profiles that fit the module but want a certain token; NULL: none is of interest. */
void p11l_tokens_start(const struct p11l_candidates *candidates, const CK_INFO *info);

/* A session was opened: its token is looked at. */
void p11l_token_opened(p11l_below *below, CK_SLOT_ID slot, CK_SESSION_HANDLE session);

/* What is in force there, or NULL when that is what is in force for the module. */
const struct p11l_rules *p11l_token_rules(CK_SESSION_HANDLE session);
const struct p11l_rules *p11l_token_rules_of_slot(CK_SLOT_ID slot);

#endif
