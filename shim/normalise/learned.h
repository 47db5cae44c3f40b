/* SPDX-License-Identifier: MIT */
/*
 * What rules have found out about slots, by what the vendor said of itself or accepted: facts that
 * are true or false, kept until C_Finalize. A table of fixed size without locks; of slots beyond it
 * nothing is kept, so that the vendor is asked each time.
 */
#ifndef P11L_LEARNED_H
#define P11L_LEARNED_H

#include "layer.h"

enum p11l_fact {
	P11L_FACT_ECDH_DER, /* takes the points of others as DER, not raw: ECDH-1 */
	P11L_FACT_GCM_40,   /* takes CK_GCM_PARAMS of 40 octets, not 48: GCM-1 */
	P11L_FACT_NUMBER,   /* and one for each row of p11l_numbers: whether it holds */
	P11L_FACTS = P11L_FACT_NUMBER + P11L_NUMBERS
};

/* False when nothing is known. */
bool p11l_learned(CK_SLOT_ID slot, unsigned fact, bool *is);
void p11l_learn(CK_SLOT_ID slot, unsigned fact, bool is);

/* Whether it is known of any slot: finding out a session's slot can be had more cheaply then. */
bool p11l_has_learned(unsigned fact);

void p11l_unlearn(void);

/* The slot of a session; one call where the table of sessions is not kept. */
bool p11l_slot_of(p11l_below *below, CK_SESSION_HANDLE session, CK_SLOT_ID *slot);

#endif
