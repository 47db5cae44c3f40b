/* SPDX-License-Identifier: MIT */
/* How the record of highlevel/error.h is written. */
#ifndef P11L_REFUSE_H
#define P11L_REFUSE_H

#include "highlevel/api/error.h"

/*
 * Forgets the last error. Offsets are counted from origin until the next call; it may be NULL.
 * Every exported function does this once, so that what is nested in it counts from the same place.
 */
void p11l_error_begin(const void *origin, CK_ULONG size);

/*
 * Records an error and returns rv. field may be NULL; at points at what is wrong, or is NULL or
 * elsewhere than in the input when no octet of it can be blamed. The text completes a sentence
 * whose subject is the field.
 */
CK_RV p11l_refuse(CK_RV rv, const char *field, const void *at, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* The record, empty but for what the code itself says. */
struct p11l_error *p11l_error_fresh(CK_RV rv);

/* What was refused did not matter after all. */
void p11l_error_forget(void);

CK_RV p11l_no_memory(void);

/* A pointer that must not be NULL is. */
CK_RV p11l_bad_argument(const char *name);

#endif
