/* SPDX-License-Identifier: MIT */
/*
 * Layer "number": the rows of spec/numbers.spec, the standard's numbers for the vendor's and back.
 * A row holds on a slot whose vendor lists its own number and not the standard's; that is asked
 * once and kept until C_Finalize.
 */
#ifndef P11L_NUMBER_H
#define P11L_NUMBER_H

#include "template.h"

/* Where a number is used. The slot is found out when it is first needed. */
struct p11l_renumbering {
	p11l_below *below;
	const struct p11l_rules *rules;
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;
	bool has_slot, slot_failed;
	bool on; /* whether any rule with numbers is */

	/* What goes down in place of the host's, where something was changed. */
	CK_MECHANISM mechanism;
	union {
		CK_ECDH1_DERIVE_PARAMS ecdh1;
		CK_ECDH2_DERIVE_PARAMS ecdh2;
		CK_ECMQV_DERIVE_PARAMS ecmqv;
		CK_ECDH_AES_KEY_WRAP_PARAMS wrap;
	} parameter;
};

void p11l_renumber_in_session(
        struct p11l_renumbering *numbers, p11l_below *below, CK_SESSION_HANDLE session);
void p11l_renumber_on_slot(struct p11l_renumbering *numbers, p11l_below *below, CK_SLOT_ID slot);

/* The vendor's number for one of the standard's, and back; the same where there is none. */
CK_ULONG p11l_number_down(
        struct p11l_renumbering *numbers, enum p11l_number_kind kind, CK_ULONG standard);
CK_ULONG p11l_number_up(
        struct p11l_renumbering *numbers, enum p11l_number_kind kind, CK_ULONG vendor);

/* A mechanism for the vendor: the host's own struct when there is nothing to change. */
CK_MECHANISM *p11l_mechanism_down(struct p11l_renumbering *numbers, CK_MECHANISM *mechanism);

/* Opens a template for the vendor: CKR_OK or CKR_HOST_MEMORY. It is to be closed in any case. */
CK_RV p11l_template_down(struct p11l_renumbering *numbers, struct p11l_template *template,
        CK_ATTRIBUTE *given, CK_ULONG count);

/* The mechanism that makes keys of the type that the template asks for: SYM-8. */
CK_MECHANISM *p11l_maker_down(struct p11l_renumbering *numbers, CK_MECHANISM *mechanism,
        const struct p11l_template *template);

/* Whether the value of the attribute is one of these numbers, or an array of them. */
bool p11l_holds_numbers(CK_ATTRIBUTE_TYPE type, enum p11l_number_kind *kind);

#endif
