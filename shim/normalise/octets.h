/* SPDX-License-Identifier: MIT */
/* Octets of the host's that are kept between calls: they may be plaintext, so they are wiped. */
#ifndef P11L_OCTETS_H
#define P11L_OCTETS_H

#include "shim/spec.h"

struct p11l_octets {
	CK_BYTE *at; /* owned; NULL when there is no room */
	CK_ULONG size, room;
};

/* Adds to what there is, up to most octets in all; false when it is too much or memory is short. */
bool p11l_octets_add(struct p11l_octets *octets, const CK_BYTE *data, CK_ULONG size, CK_ULONG most);

/* Takes octets away from the front. */
void p11l_octets_cut(struct p11l_octets *octets, CK_ULONG size);

bool p11l_octets_equal(const struct p11l_octets *octets, const CK_BYTE *data, CK_ULONG size);

/* Wipes them and gives the memory back. */
void p11l_octets_wipe(struct p11l_octets *octets);

#endif
