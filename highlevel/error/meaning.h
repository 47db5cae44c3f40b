/* SPDX-License-Identifier: MIT */
/* What return codes mean, and what can be done about them. */
#ifndef P11L_MEANING_H
#define P11L_MEANING_H

#include "highlevel/api/error.h"

#include <stdbool.h>
#include <stddef.h>

struct p11l_meaning {
	CK_RV rv;
	enum p11l_kind kind;
	const char *name; /* NULL: the standard's */
	const char *text;
};

/* NULL for a code that neither the standard nor this library has. */
const struct p11l_meaning *p11l_meaning_of(CK_RV rv);

/* A hint for what one function says, where more can be told than the code says by itself. */
struct p11l_hint_row {
	CK_RV rv;
	const char *functions; /* names with blanks around them; NULL: any */
	int rule;              /* that would help, if it is off; -1: none */
	const char *text;
};
extern const struct p11l_hint_row p11l_hint_rows[];
extern const unsigned p11l_hint_row_count;

/*
 * Writes the hint for what a function of the standard says, or nothing. A rule is named only when
 * the calls go by the lens.
 */
void p11l_write_hint(char *to, size_t room, CK_RV rv, const char *function, bool normalised);

#endif
