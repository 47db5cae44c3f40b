/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdbool.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

void p11l_text_put_octets(struct p11l_text *t, const char *octets, size_t size)
{
	size_t room = (size_t)(t->end - t->at);

	if (size > room)
		size = room;
	memcpy(t->at, octets, size);
	t->at += size;
}

void p11l_text_put(struct p11l_text *t, const char *string)
{
	p11l_text_put_octets(t, string, strlen(string));
}

void p11l_text_char(struct p11l_text *t, char c)
{
	if (t->at < t->end)
		*t->at++ = c;
}

void p11l_text_decimal(struct p11l_text *t, uint64_t value)
{
	p11l_text_padded(t, value, 1);
}

void p11l_text_padded(struct p11l_text *t, uint64_t value, unsigned least)
{
	char buffer[20];
	size_t at = sizeof(buffer);

	do {
		buffer[--at] = digits[value % 10];
		value /= 10;
	} while (value != 0 || sizeof(buffer) - at < least);
	p11l_text_put_octets(t, buffer + at, sizeof(buffer) - at);
}

void p11l_text_hex(struct p11l_text *t, uint64_t value)
{
	char buffer[18];
	size_t at = sizeof(buffer);

	do {
		buffer[--at] = digits[value & 15];
		value >>= 4;
	} while (value != 0);
	buffer[--at] = 'x';
	buffer[--at] = '0';
	p11l_text_put_octets(t, buffer + at, sizeof(buffer) - at);
}

void p11l_text_octets(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	p11l_text_put(t, "0x");
	for (size_t i = 0; i < size && t->end - t->at >= 2; i++) {
		*t->at++ = digits[octets[i] >> 4];
		*t->at++ = digits[octets[i] & 15];
	}
}

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

/* Control characters of ASCII, and those that UTF-8 encodes as 0xc2 0x80 to 0xc2 0x9f. */
static bool is_control(const uint8_t *octets, size_t n)
{
	return octets[0] < 0x20 || octets[0] == 0x7f ||
	       (n == 2 && octets[0] == 0xc2 && octets[1] < 0xa0);
}

void p11l_text_escaped(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	while (size > 0) {
		size_t n = character(octets, size);

		if (n == 0 || is_control(octets, n)) {
			char escape[4] = {
			        '\\', 'x', digits[octets[0] >> 4], digits[octets[0] & 15]};

			p11l_text_put_octets(t, escape, sizeof(escape));
			n = 1;
		} else {
			if (octets[0] == '"' || octets[0] == '\\')
				p11l_text_char(t, '\\');
			p11l_text_put_octets(t, (const char *)octets, n);
		}
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
