/* SPDX-License-Identifier: MIT */
/* ECDSA and DSA signatures: two numbers side by side, or a DER sequence of them. */
#ifndef P11L_SIGNATURE_H
#define P11L_SIGNATURE_H

#include "shim/spec.h"

#define P11L_ORDER_MAX 72 /* octets of the largest order: 571 bits */

/* Room for a signature in either form. */
#define P11L_SIGNATURE_MAX (2 * P11L_ORDER_MAX + 12)

/*
 * Writes the two numbers of a DER signature into 2 * order octets at out, which may be where in
 * is. False, with nothing written, when it is not exactly such a sequence of two positive numbers
 * that the order's length has room for.
 */
bool p11l_signature_plain(const CK_BYTE *in, CK_ULONG size, unsigned order, CK_BYTE *out);

/* Writes 2 * order octets as DER; returns the size, or 0 when room is too small. */
CK_ULONG p11l_signature_der(const CK_BYTE *in, unsigned order, CK_BYTE *out, CK_ULONG room);

/* Pads both halves of a signature that is shorter than 2 * order, in place. */
bool p11l_signature_pad(CK_BYTE *signature, CK_ULONG size, unsigned order);

#endif
