/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

#define SECOND UINT64_C(1000000000)
#define DAY    86400

static const char digits[] = "0123456789abcdef";

void p11l_text_put_octets(struct p11l_text *t, const char *octets, size_t size)
{
	size_t room = (size_t)(t->end - t->at);

	if (size > room) {
		size = room;
		t->full = true;
	}
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
	else
		t->full = true;
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

void p11l_text_print(struct p11l_text *t, uint32_t print)
{
	char buffer[8];

	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = digits[print >> (28 - 4 * i) & 15];
	p11l_text_put_octets(t, buffer, sizeof(buffer));
}

void p11l_text_digits(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	size_t room = (size_t)(t->end - t->at) / 2;

	if (size > room) {
		size = room;
		t->full = true;
	}
	for (size_t i = 0; i < size; i++) {
		*t->at++ = digits[octets[i] >> 4];
		*t->at++ = digits[octets[i] & 15];
	}
}

void p11l_text_octets(struct p11l_text *t, const uint8_t *octets, size_t size)
{
	p11l_text_put(t, "0x");
	p11l_text_digits(t, octets, size);
}

/* Days since 1970 as year, month and day of the Gregorian calendar. */
static void civil(uint64_t days, unsigned date[3])
{
	/* Count from 1 March 0000, so that the leap day ends a year. */
	uint64_t z = days + 719468, era = z / 146097, in_era = z % 146097;
	uint64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * in_year + 2) / 153;

	date[2] = (unsigned)(in_year - (153 * month + 2) / 5 + 1);
	date[1] = (unsigned)(month < 10 ? month + 3 : month - 9);
	date[0] = (unsigned)(year + era * 400 + (date[1] <= 2));
}

/* Numbers of the widths given, each followed by its mark. */
static void put_row(struct p11l_text *t, const uint64_t *number, const char *marks)
{
	for (size_t i = 0; marks[i] != '\0'; i++) {
		p11l_text_padded(t, number[i], 2);
		p11l_text_char(t, marks[i]);
	}
}

void p11l_text_time(struct p11l_text *t, uint64_t time, unsigned digits_after)
{
	uint64_t seconds = time / SECOND, fraction = time % SECOND;
	uint64_t clock[3] = {seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60};
	unsigned date[3];

	civil(seconds / DAY, date);
	p11l_text_padded(t, date[0], 4);
	p11l_text_char(t, '-');
	put_row(t, (uint64_t[]){date[1], date[2]}, "-T");
	put_row(t, clock, "::.");
	for (unsigned i = digits_after; i < 9; i++)
		fraction /= 10;
	p11l_text_padded(t, fraction, digits_after);
	p11l_text_char(t, 'Z');
}

void p11l_text_duration(struct p11l_text *t, uint64_t ns)
{
	const uint64_t second = 1000000000;
	const uint64_t unit = ns < 1000000 ? 1000 : ns < second ? 1000000 : second;
	const unsigned places = unit == 1000 ? 1 : 3;

	p11l_text_decimal(t, ns / unit);
	p11l_text_char(t, '.');
	p11l_text_padded(t, ns % unit * (places == 1 ? 10 : 1000) / unit, places);
	p11l_text_put(t, unit == 1000 ? "us" : unit == 1000000 ? "ms" : "s");
}
