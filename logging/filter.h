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
	bool plain; /* nothing but the function decides before the call */
};

/* Reads the filter out of settings that were checked before. */
void p11l_filter_read(struct p11l_filter *filter, const struct p11l_config *config);

/* The part of p11l_filter_enter that few filters need. */
bool p11l_filter_match(const struct p11l_filter *filter, unsigned function, const uintptr_t *arg);

/* Whether the call may be of interest; decided before anything is looked at. */
static inline bool p11l_filter_enter(
        const struct p11l_filter *filter, unsigned function, const uintptr_t *arg)
{
	return (filter->functions[function / 64] >> function % 64 & 1) != 0 &&
	       (filter->plain || p11l_filter_match(filter, function, arg));
}

/* Whether it is, now that its result is known. */
static inline bool p11l_filter_leave(const struct p11l_filter *filter, CK_RV rv, uint64_t duration)
{
	return (!filter->failures || rv != CKR_OK) && duration >= filter->slower;
}

#endif
