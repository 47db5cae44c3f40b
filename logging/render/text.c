/* SPDX-License-Identifier: MIT */
#include "text.h"

#define SECOND UINT64_C(1000000000)
#define DAY    86400

static const char digits[] = "0123456789abcdef";

void p11l_text_decimal(struct p11l_text *t, uint64_t value)
{
	p11l_text_padded(t, value, 1);
}

void p11l_text_padded(struct p11l_text *t, uint64_t value, unsigned least)
{
	char buffer[20];
	size_t at = sizeof(buffer);

	do {
		buffer[--at] = (char)('0' + value % 10);
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

	if (t->full)
		return;
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

/* So many digits of a number, with leading zeros. */
static void put_fixed(char *at, unsigned value, unsigned count)
{
	while (count > 0) {
		at[--count] = (char)('0' + value % 10);
		value /= 10;
	}
}

void p11l_text_time(struct p11l_text *t, uint64_t time, unsigned digits_after)
{
	char line[] = "0000-00-00T00:00:00.000000000";
	unsigned second = (unsigned)(time / SECOND % DAY), date[3];

	civil(time / SECOND / DAY, date);
	put_fixed(line, date[0], 4);
	put_fixed(line + 5, date[1], 2);
	put_fixed(line + 8, date[2], 2);
	put_fixed(line + 11, second / 3600, 2);
	put_fixed(line + 14, second % 3600 / 60, 2);
	put_fixed(line + 17, second % 60, 2);
	put_fixed(line + 20, (unsigned)(time % SECOND), 9);
	p11l_text_put_octets(t, line, 20 + digits_after);
	p11l_text_char(t, 'Z');
}

void p11l_text_duration(struct p11l_text *t, uint64_t ns)
{
	const uint64_t unit = ns < 1000000 ? 1000 : ns < SECOND ? 1000000 : SECOND;
	const unsigned places = unit == 1000 ? 1 : 3;

	p11l_text_decimal(t, ns / unit);
	p11l_text_char(t, '.');
	p11l_text_padded(t, ns % unit * (places == 1 ? 10 : 1000) / unit, places);
	p11l_text_put(t, unit == 1000 ? "us" : unit == 1000000 ? "ms" : "s");
}
