/* SPDX-License-Identifier: MIT */
/*
 * What a layer of the normaliser stands on. Layers lie between what the host calls and the vendor,
 * in the order of spec/rules.spec; a layer's function is called only where a rule that may be on
 * names it, and calls what lies below it:
 *
 *	CK_RV p11l_read_C_GetAttributeValue(p11l_below *below, CK_SESSION_HANDLE hSession, ...)
 *	{
 *		if (!p11l_on(p11l_rules_of(hSession), P11L_RULE_ECP_1))
 *			return below->C_GetAttributeValue(hSession, ...);
 *		...
 *	}
 *
 * Calls that a rule makes of its own go below too, so they are neither seen by the layers above nor
 * recorded as the host's. gen/layers.h declares all of these functions.
 */
#ifndef P11L_LAYER_H
#define P11L_LAYER_H

#include "shim/normalise/rules.h"
#include "shim/shim.h"

#include "logging/logging.h" /* p11l_note */

/* What a layer calls: the table of what lies below it on the same lane. */
typedef const CK_FUNCTION_LIST_3_2 p11l_below;

#include "gen/layers.h"

/* What is in force in a session, on a slot, and for the module as a whole. */
const struct p11l_rules *p11l_rules_of(CK_SESSION_HANDLE session);
const struct p11l_rules *p11l_rules_of_slot(CK_SLOT_ID slot);
const struct p11l_rules *p11l_rules_of_module(void);

/* Whether the table that the host called has version 3.0 or later. */
static inline bool p11l_is_3(p11l_below *below)
{
	return below->version.major >= 3;
}

#endif
