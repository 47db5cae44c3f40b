/* SPDX-License-Identifier: MIT */
/* Which calls are recorded. */
#ifndef P11L_FILTER_H
#define P11L_FILTER_H

#include "shim/config.h"
#include "shim/spec.h"

#define P11L_FILTER_VALUES P11L_LIST_VALUES

struct p11l_filter {
	uint64_t functions[2];                        /* a bit each */
	uint64_t sample;                              /* every so manieth call; 1: every call */
	uint64_t slower;                              /* ns a call must take at least */
	bool failures;                                /* only calls that fail */
	struct p11l_list mechanisms, slots, sessions; /* empty: all */
};

/* Reads the filter out of settings that were checked before. */
void p11l_filter_read(struct p11l_filter *filter, const struct p11l_config *config);

/* Whether the call may be of interest; decided before anything is looked at. */
bool p11l_filter_enter(const struct p11l_filter *filter, unsigned function, const uintptr_t *arg,
        uint64_t sequence);

/* Whether it is, now that its result is known. */
static inline bool p11l_filter_leave(const struct p11l_filter *filter, CK_RV rv, uint64_t duration)
{
	return (!filter->failures || rv != CKR_OK) && duration >= filter->slower;
}

#endif
