/* SPDX-License-Identifier: MIT */
/* What the rest of the shim knows of the normaliser. */
#ifndef P11L_NORMALISE_H
#define P11L_NORMALISE_H

#include "shim/shim.h"

/*
 * Reads the profiles and decides what is in force; before the first lane is made. False with a
 * message in error (P11L_ERROR_SIZE) when the configuration asks for what is not to be had; then
 * nothing is normalised.
 */
bool p11l_normalise_start(const struct p11l_config *config, char *error);
void p11l_normalise_stop(void);

/* Fills lane->top and lane->below out of lane->vendor. */
void p11l_lay_rules(struct p11l_lane *lane, unsigned number);

/* What was asked of C_Initialize succeeded: the module can be asked who it is. */
void p11l_normalise_initialised(const struct p11l_lane *lane);

/* The vendor has told about a token, by which it may be recognised. */
void p11l_normalise_token_seen(const CK_TOKEN_INFO *token);

/* Whether calls to the vendor are to go one at a time from now on; p11l_restack makes it so. */
void p11l_serialise(bool on);

/* Whether they go so now, for this or because a rule says so. */
bool p11l_is_serial(void);

#endif
