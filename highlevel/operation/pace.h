/* SPDX-License-Identifier: MIT */
/* How large the parts are that data goes to a module in. */
#ifndef P11L_OPERATION_PACE_H
#define P11L_OPERATION_PACE_H

#include "cryptoki.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A call to a distant device takes its time however little it carries, so larger parts are faster;
 * in the same process they are slower as soon as they are larger than the caches. So the size is
 * doubled as long as that pays.
 */
struct p11l_pace {
	CK_ULONG size;      /* of a part, in octets */
	uint64_t best;      /* nanoseconds that a part of this size took, */
	uint64_t best_half; /* and one of half of it; 0: not known */
	unsigned calls;     /* of this size */
	bool settled;
};

void p11l_pace_begin(struct p11l_pace *pace);

/* A part of so many octets took so long. */
void p11l_pace_note(struct p11l_pace *pace, CK_ULONG size, uint64_t nanoseconds);

#endif
