/* SPDX-License-Identifier: MIT */
/* A record as one line of text. */
#ifndef P11L_RENDER_TEXT_H
#define P11L_RENDER_TEXT_H

#include "format.h"
#include "text.h"
#include "walk.h"

/*
 * Writes the line with its newline; returns its length. The buffer has P11L_RENDER_LEAST bytes or
 * more; what does not fit in it is left out, and marked.
 */
size_t p11l_render_text(const struct p11l_record *record, char *buffer, size_t size);
size_t p11l_text_head(const struct p11l_about *about, char *buffer, size_t size);

/* The rest is for the files that implement this. */

struct p11l_text_walk {
	struct p11l_walk walk;
	struct p11l_text text;
};

extern const struct p11l_consumer p11l_text_values;

/* A value of a space by its name, or as a number when it has none. */
void p11l_text_enum(struct p11l_text *t, unsigned space, uint64_t value);

#endif
