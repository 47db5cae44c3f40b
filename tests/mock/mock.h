/* SPDX-License-Identifier: MIT */
/*
 * What a test sees of the mock vendor: struct mock_control, found by dlsym(handle,
 * "mock_control"). README.md says how the mock is told what to do.
 */
#ifndef MOCK_H
#define MOCK_H

#include "shim/spec.h"

#define MOCK_TABLES 8

/* The only slot, and the first of the handles that are handed out. */
#define MOCK_SLOT    0x11
#define MOCK_SESSION 0x100
#define MOCK_OBJECT  0x500

struct mock_control {
	unsigned calls[P11L_FUNCTIONS];                 /* how often each was called */
	uintptr_t arg[P11L_FUNCTIONS][P11L_MAX_PARAMS]; /* of the last call of each */
	bool initialised;

	const CK_FUNCTION_LIST_3_2 *list; /* what C_GetFunctionList hands out */
	CK_INTERFACE interface[MOCK_TABLES];
	unsigned interfaces;

	/* Runs last in each call; may look, write outputs, call elsewhere, change the answer. */
	CK_RV (*hook)(unsigned function, const uintptr_t *arg, CK_RV rv);
};

#endif
