/* SPDX-License-Identifier: MIT */
/*
 * Which mechanism a session's message operation runs: the message functions hand over a parameter
 * without saying what it is. Fixed size, no lock; what is forgotten only makes a trace poorer.
 */
#ifndef P11L_MESSAGE_STATE_H
#define P11L_MESSAGE_STATE_H

#include "shim/spec.h"

/* Notes what a C_Message...Init that succeeded has begun; other functions are ignored. */
void p11l_message_begin(unsigned function, const uintptr_t *arg);

/* The mechanism that the message parameter of this function belongs to, or CKM_VENDOR_DEFINED. */
CK_MECHANISM_TYPE p11l_message_mechanism(unsigned function, const uintptr_t *arg);

#endif
