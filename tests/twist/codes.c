/* SPDX-License-Identifier: MIT */
/* Other return codes, calls that do nothing, and calls that take their time. */
#define _GNU_SOURCE
#include "internal.h"

#include <time.h>

/* Answers at once, always or a number of times. */
static CK_RV answer_at_once(struct twist *twist, struct twist_call *call)
{
	if (twist->number != 0 &&
	        __atomic_fetch_add(&twist->state, 1, __ATOMIC_RELAXED) >= twist->number)
		return twist_next(call);
	return twist->rv;
}

static CK_RV change_code(struct twist *twist, struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	return rv == twist->other_rv ? twist->rv : rv;
}

static CK_RV do_nothing(struct twist *twist, struct twist_call *call)
{
	(void)twist;
	(void)call;
	return CKR_OK;
}

static CK_RV take_time(struct twist *twist, struct twist_call *call)
{
	const struct timespec delay = {twist->number / 1000, twist->number % 1000 * 1000000};

	nanosleep(&delay, NULL);
	return twist_next(call);
}

/* The directive names the function, so that these rows are about all. */
const struct twist_row twist_codes[] = {
        {"code", "Frr", ON_ALL, change_code, NULL, 0},
        {"return", "Fr?n", ON_ALL, answer_at_once, NULL, 0},
        {"pretend", "F", ON_ALL, do_nothing, NULL, 0},
        {"slow", "Fn", ON_ALL, take_time, NULL, 0},
        {0},
};
