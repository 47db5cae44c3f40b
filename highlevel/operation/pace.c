/* SPDX-License-Identifier: MIT */
#include "highlevel/operation/pace.h"

#define SMALLEST ((CK_ULONG)64 << 10)
#define LARGEST  ((CK_ULONG)1 << 20)
#define SAMPLES  3    /* calls of one size, of which the fastest counts */
#define AGAIN    1024 /* calls after which another look is taken */

void p11l_pace_begin(struct p11l_pace *pace)
{
	*pace = (struct p11l_pace){.size = SMALLEST};
}

static void change_size(struct p11l_pace *pace, CK_ULONG size, bool settled)
{
	pace->best_half = pace->best;
	pace->best = 0;
	pace->calls = 0;
	pace->size = size;
	pace->settled = settled;
}

/* Twice the size pays when it takes clearly less than twice the time. */
static bool has_paid(const struct p11l_pace *pace)
{
	return pace->best_half == 0 || pace->best * 20 < pace->best_half * 2 * 17;
}

void p11l_pace_note(struct p11l_pace *pace, CK_ULONG size, uint64_t nanoseconds)
{
	if (size != pace->size)
		return;
	pace->calls++;
	if (pace->settled) {
		if (pace->calls >= AGAIN)
			p11l_pace_begin(pace);
		return;
	}
	if (pace->best == 0 || nanoseconds < pace->best)
		pace->best = nanoseconds > 0 ? nanoseconds : 1;
	if (pace->calls < SAMPLES)
		return;
	if (!has_paid(pace))
		change_size(pace, pace->size / 2, true);
	else if (pace->size >= LARGEST)
		change_size(pace, pace->size, true);
	else
		change_size(pace, pace->size * 2, false);
}
