/* SPDX-License-Identifier: MIT */
/*
 * What the call path must know of a function without walking its parameters, found out once; and
 * which mechanism a session's operations run, because the calls that go on with an operation do
 * not say it.
 */
#ifndef P11L_SHAPE_H
#define P11L_SHAPE_H

#include "shim/spec.h"

struct p11l_shape {
	int8_t session, slot, mechanism; /* the parameter that is one; -1: none */
	int8_t length;                   /* the parameter that says how much data is handed in */
	bool begins;                     /* an operation with the mechanism handed in */
	bool goes_on;                    /* with an operation that began before */
	bool message;                    /* has a message parameter */
	bool notable;                    /* p11l_operation_note has something to note */
};

extern struct p11l_shape p11l_shapes[P11L_FUNCTIONS];

/* Structs that hold nothing but CK_ULONGs, which are copied the short way. */
extern bool p11l_all_numbers[P11L_STRUCTS];

/* Fills p11l_shapes and p11l_all_numbers. */
void p11l_shapes_start(void);

/* Notes what a call that succeeded has begun: a session, or an operation. */
void p11l_operation_note(unsigned function, const uintptr_t *arg);

/* The mechanism of a call: its own, or that of the operation it goes on with. False: unknown. */
bool p11l_operation_mechanism(
        unsigned function, const uintptr_t *arg, CK_MECHANISM_TYPE *mechanism);

/* The slot of a call: its own, or its session's. False: unknown. */
bool p11l_operation_slot(unsigned function, const uintptr_t *arg, CK_SLOT_ID *slot);

/* Sessions open now, and the most there ever were. */
void p11l_operation_sessions(uint64_t *now, uint64_t *peak);

#endif
