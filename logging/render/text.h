/* SPDX-License-Identifier: MIT */
/* Building a record in a buffer of fixed size, without stdio, locale or allocation. */
#ifndef P11L_TEXT_H
#define P11L_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where text from outside ends up, and so what it must not contain. */
enum p11l_escape {
	P11L_ESCAPE_LINE,    /* in quotes, on a line for people */
	P11L_ESCAPE_JSON,    /* in a JSON string */
	P11L_ESCAPE_XML,     /* in an XML attribute or processing instruction */
	P11L_ESCAPE_COMMENT, /* in one of those, within an XML comment */
};

/*
 * What does not fit is left out, and so is all that follows until full is taken back; the caller
 * keeps some room for the end of the record.
 */
struct p11l_text {
	char *at, *end;
	enum p11l_escape escape;
	bool full;
};

static inline void p11l_text_char(struct p11l_text *t, char c)
{
	if (t->at < t->end && !t->full)
		*t->at++ = c;
	else
		t->full = true;
}

static inline void p11l_text_put_octets(struct p11l_text *t, const char *octets, size_t size)
{
	size_t room = (size_t)(t->end - t->at);

	if (t->full)
		return;
	if (size > room) {
		size = room;
		t->full = true;
	}
	memcpy(t->at, octets, size);
	t->at += size;
}

/* Inline, because the length of a literal is then known. */
static inline void p11l_text_put(struct p11l_text *t, const char *string)
{
	p11l_text_put_octets(t, string, strlen(string));
}

void p11l_text_decimal(struct p11l_text *t, uint64_t value);
void p11l_text_hex(struct p11l_text *t, uint64_t value); /* with 0x */

/* The same at a place that has room for it; how many octets it took. */
#define P11L_TEXT_NUMBER 20
size_t p11l_text_number(char *at, uint64_t value);
size_t p11l_text_hex_number(char *at, uint64_t value);

/* A number with leading zeros, as in times. */
void p11l_text_padded(struct p11l_text *t, uint64_t value, unsigned digits);

/* A time in ns since 1970 as 2026-11-23T15:49:39.123456Z, with up to 9 digits after the point. */
void p11l_text_time(struct p11l_text *t, uint64_t time, unsigned digits);

/* Nanoseconds as 0.8us, 44.1us, 12.345ms or 3.204s. */
void p11l_text_duration(struct p11l_text *t, uint64_t ns);

/* Octets as hexadecimal digits; with 0x before them. */
void p11l_text_digits(struct p11l_text *t, const uint8_t *octets, size_t size);
void p11l_text_octets(struct p11l_text *t, const uint8_t *octets, size_t size);

/* A fingerprint: eight hexadecimal digits. */
void p11l_text_print(struct p11l_text *t, uint32_t print);

/*
 * Characters, escaped as the text wants it. What is no valid UTF-8, or has no place there at all,
 * appears as \xNN, so that one record stays one line and no terminal is confused.
 */
void p11l_text_escaped(struct p11l_text *t, const uint8_t *octets, size_t size);

/* The same between quotes. */
void p11l_text_quoted(struct p11l_text *t, const uint8_t *octets, size_t size);

/* How many octets from the first on are valid UTF-8. */
size_t p11l_utf8_prefix(const uint8_t *octets, size_t size);

/* Whether octets are characters that an XML document can hold. */
bool p11l_fits_xml(const uint8_t *octets, size_t size);

#endif
