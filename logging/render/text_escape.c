/* SPDX-License-Identifier: MIT */
/* Text from outside, of which nothing is known, made harmless where it is to stand. */
#include "text.h"

#include <string.h>

/* How many octets a lead octet promises; 0 for what cannot lead. */
static size_t promised(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* The length of the valid UTF-8 character that stands here; 0 when none does (RFC 3629). */
static size_t character(const uint8_t *octets, size_t size)
{
	size_t n = promised(octets[0]);

	if (n == 0 || n > size)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((octets[i] & 0xc0) != 0x80)
			return 0;
	if ((octets[0] == 0xe0 && octets[1] < 0xa0) || (octets[0] == 0xed && octets[1] > 0x9f) ||
	        (octets[0] == 0xf0 && octets[1] < 0x90) || (octets[0] == 0xf4 && octets[1] > 0x8f))
		return 0;
	return n;
}

size_t p11l_utf8_prefix(const uint8_t *octets, size_t size)
{
	size_t at = 0;

	while (at < size) {
		size_t n = character(octets + at, size - at);

		if (n == 0)
			break;
		at += n;
	}
	return at;
}

/* Control characters of ASCII, and those that UTF-8 encodes as 0xc2 0x80 to 0xc2 0x9f. */
static bool is_control(const uint8_t *octets, size_t n)
{
	return octets[0] < 0x20 || octets[0] == 0x7f ||
	       (n == 2 && octets[0] == 0xc2 && octets[1] < 0xa0);
}

/* Characters that XML 1.0 has no way to write: most controls, U+FFFE and U+FFFF. */
static bool is_beyond_xml(const uint8_t *octets, size_t n)
{
	if (n == 1)
		return octets[0] < 0x20 && octets[0] != '\t' && octets[0] != '\n' &&
		       octets[0] != '\r';
	return n == 3 && octets[0] == 0xef && octets[1] == 0xbf && octets[2] >= 0xbe;
}

bool p11l_fits_xml(const uint8_t *octets, size_t size)
{
	while (size > 0) {
		size_t n = character(octets, size);

		if (n == 0 || is_beyond_xml(octets, n))
			return false;
		octets += n;
		size -= n;
	}
	return true;
}

/* PREFIX, then the octet as two hexadecimal digits. */
static void put_coded(struct p11l_text *t, const char *prefix, uint8_t octet)
{
	p11l_text_put(t, prefix);
	p11l_text_digits(t, &octet, 1);
}

static void escape_line(struct p11l_text *t, const uint8_t *octets, size_t n)
{
	if (is_control(octets, n)) {
		for (size_t i = 0; i < n; i++)
			put_coded(t, "\\x", octets[i]);
		return;
	}
	if (octets[0] == '"' || octets[0] == '\\')
		p11l_text_char(t, '\\');
	p11l_text_put_octets(t, (const char *)octets, n);
}

static void escape_json(struct p11l_text *t, const uint8_t *octets, size_t n)
{
	/* Controls of two octets are U+0080 to U+009F, which the second octet spells. */
	if (is_control(octets, n))
		put_coded(t, "\\u00", octets[n - 1]);
	else
		escape_line(t, octets, n);
}

static void escape_xml(struct p11l_text *t, const uint8_t *octets, size_t n)
{
	static const char special[] = "\"&<>-";
	static const char *const entity[] = {"&quot;", "&amp;", "&lt;", "&gt;", "&#45;"};
	const char *found = n == 1 && octets[0] != '\0' ? strchr(special, octets[0]) : NULL;

	if (is_beyond_xml(octets, n)) {
		for (size_t i = 0; i < n; i++)
			put_coded(t, "\\x", octets[i]);
	} else if (is_control(octets, n)) {
		put_coded(t, "&#x", octets[n - 1]);
		p11l_text_char(t, ';');
	} else if (found != NULL && (*found != '-' || t->escape == P11L_ESCAPE_COMMENT)) {
		p11l_text_put(t, entity[found - special]);
	} else {
		p11l_text_put_octets(t, (const char *)octets, n);
	}
}

/* An octet that is no part of a character. */
static void escape_stray(struct p11l_text *t, uint8_t octet)
{
	put_coded(t, t->escape == P11L_ESCAPE_JSON ? "\\\\x" : "\\x", octet);
}

/* How many octets from the first on mean nothing special in any format. */
static size_t plain(const uint8_t *octets, size_t size)
{
	static const char special[] = {'"', '\\', '&', '<', '>', '-'};
	size_t n = 0;

	while (n < size && octets[n] >= 0x20 && octets[n] < 0x7f &&
	        memchr(special, octets[n], sizeof(special)) == NULL)
		n++;
	return n;
}

static size_t escape_one(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	size_t n = character(octets, size);

	if (n == 0) {
		escape_stray(t, octets[0]);
		return 1;
	}
	if (t->escape == P11L_ESCAPE_LINE)
		escape_line(t, octets, n);
	else if (t->escape == P11L_ESCAPE_JSON)
		escape_json(t, octets, n);
	else
		escape_xml(t, octets, n);
	return n;
}

void p11l_text_escaped(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	while (size > 0 && !t->full) {
		size_t n = plain(octets, size);

		if (n > 0)
			p11l_text_put_octets(t, (const char *)octets, n);
		else
			n = escape_one(t, octets, size);
		octets += n;
		size -= n;
	}
}

void p11l_text_quoted(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	p11l_text_char(t, '"');
	p11l_text_escaped(t, octets, size);
	p11l_text_char(t, '"');
}
