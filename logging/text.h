/* SPDX-License-Identifier: MIT */
/* Building a line of text in a buffer of fixed size, without stdio, locale or allocation. */
#ifndef P11L_TEXT_H
#define P11L_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* What does not fit is left out; the caller keeps some room for the end of the line. */
struct p11l_text {
	char *at, *end;
};

void p11l_text_put(struct p11l_text *t, const char *string);
void p11l_text_put_octets(struct p11l_text *t, const char *octets, size_t size);
void p11l_text_char(struct p11l_text *t, char c);
void p11l_text_decimal(struct p11l_text *t, uint64_t value);
void p11l_text_hex(struct p11l_text *t, uint64_t value); /* with 0x */

/* A number with leading zeros, as in times. */
void p11l_text_padded(struct p11l_text *t, uint64_t value, unsigned digits);

/* Octets as hexadecimal digits, with 0x. */
void p11l_text_octets(struct p11l_text *t, const uint8_t *octets, size_t size);

/*
 * Characters between quotes. What is no valid UTF-8, and control characters, appear as \xNN, so
 * that one record stays one line and no terminal is confused.
 */
void p11l_text_quoted(struct p11l_text *t, const uint8_t *octets, size_t size);

/* The same without the quotes. */
void p11l_text_escaped(struct p11l_text *t, const uint8_t *octets, size_t size);

#endif
