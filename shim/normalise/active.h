/* SPDX-License-Identifier: MIT */
/*
 * Which mechanism and key an operation of a session was started with. A table of fixed size without
 * locks: what is crowded out is only not known. A session belongs to one thread at a time, so
 * entries of one session do not race.
 */
#ifndef P11L_ACTIVE_H
#define P11L_ACTIVE_H

#include "shim/spec.h"

enum p11l_activity {
	P11L_ACTIVE_ENCRYPT,
	P11L_ACTIVE_DECRYPT,
	P11L_ACTIVE_VERIFY,
	P11L_ACTIVITIES
};

struct p11l_active {
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_HANDLE key;
};

void p11l_active_set(CK_SESSION_HANDLE session, enum p11l_activity activity,
        CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key);

void p11l_active_forget(CK_SESSION_HANDLE session);

/* False when nothing is known of such an operation. */
bool p11l_active_get(
        CK_SESSION_HANDLE session, enum p11l_activity activity, struct p11l_active *active);

#endif
