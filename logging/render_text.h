/* SPDX-License-Identifier: MIT */
/* A record as one line for people and grep. */
#ifndef P11L_RENDER_TEXT_H
#define P11L_RENDER_TEXT_H

#include "record.h"
#include "text.h"

/* Writes the line with its newline into a buffer; returns its length, which is below size. */
size_t p11l_render_text(const struct p11l_record *record, char *buffer, size_t size);

#endif
