/* SPDX-License-Identifier: MIT */
/* What the length of a key pair means for its template. */
#ifndef P11L_KEY_SIZES_H
#define P11L_KEY_SIZES_H

#include "highlevel/internal.h"

/*
 * Puts what keys of this type and length are made of into the template of the public key: length of
 * the modulus and exponent, curve, parameter set. CKR_KEY_SIZE_RANGE.
 */
CK_RV p11l_set_size(CK_KEY_TYPE key_type, CK_ULONG bits, struct p11l_attributes *attributes);

#endif
