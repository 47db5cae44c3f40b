/* SPDX-License-Identifier: MIT */
/* What both sides of the text form of attributes know. */
#ifndef P11L_OBJECT_TEXT_H
#define P11L_OBJECT_TEXT_H

#include "highlevel/api/object.h"
#include "highlevel/refuse.h"
#include "shim/spec.h"

/* The spaces that a value's names are from: at most three; returns how many. */
unsigned p11l_text_spaces(const struct p11l_attribute *row, unsigned space[3]);

/* What a value is like, by the standard; bytes where it says nothing. */
unsigned p11l_text_role(CK_ATTRIBUTE_TYPE type);

/* Names of the standard begin with what kind they are of: CKA_, CKK_. */
#define P11L_PREFIX 4

#endif
