/* SPDX-License-Identifier: MIT */
/* Whether a thread is inside of a high-level function, and which. */
#include "highlevel/api.h"
#include "highlevel/refuse.h"

#include <stddef.h>

__thread unsigned p11l_api_depth;
static __thread const char *current;

const char *p11l_api_name(void)
{
	return current != NULL ? current : "";
}

void p11l_api_enter(const char *function)
{
	if (p11l_api_depth++ == 0) {
		current = function;
		p11l_error_forget();
	}
}

void p11l_api_pass(void)
{
	p11l_api_depth++;
}

void p11l_api_leave(void)
{
	p11l_api_depth--;
}
