/* SPDX-License-Identifier: MIT */
#include "text.h"

#define SECOND UINT64_C(1000000000)
#define DAY    86400

static const char digits[] = "0123456789abcdef";

/* Numbers are written two digits at a time, because they are much of a record. */
#define TENS(d)     d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9"
#define SIXTEENS(d) TENS(d) d "a" d "b" d "c" d "d" d "e" d "f"
static const char below_100[] = TENS("0") TENS("1") TENS("2") TENS("3") TENS("4") TENS("5")
        TENS("6") TENS("7") TENS("8") TENS("9");
static const char octet_digits[] = SIXTEENS("0") SIXTEENS("1") SIXTEENS("2") SIXTEENS("3")
        SIXTEENS("4") SIXTEENS("5") SIXTEENS("6") SIXTEENS("7") SIXTEENS("8") SIXTEENS("9")
                SIXTEENS("a") SIXTEENS("b") SIXTEENS("c") SIXTEENS("d") SIXTEENS("e") SIXTEENS("f");

static inline void put_two(char *at, uint64_t value)
{
	memcpy(at, below_100 + 2 * value, 2);
}

/* Most numbers are small: they are written where they are to stand. */
size_t p11l_text_number(char *at, uint64_t value)
{
	size_t size = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10000 ? 4 : 5;
	char *end;

	for (uint64_t rest = value / 100000; size >= 5 && rest > 0; rest /= 10)
		size++;
	for (end = at + size; value >= 100; value /= 100)
		put_two(end -= 2, value % 100);
	if (value >= 10)
		put_two(at, value);
	else
		*at = (char)('0' + value);
	return size;
}

size_t p11l_text_hex_number(char *at, uint64_t value)
{
	size_t size = value == 0 ? 1 : (67 - (size_t)__builtin_clzll(value)) / 4;

	at[0] = '0';
	at[1] = 'x';
	for (char *to = at + 2 + size; to > at + 2; value >>= 4)
		*--to = digits[value & 15];
	return size + 2;
}

void p11l_text_decimal(struct p11l_text *t, uint64_t value)
{
	char buffer[P11L_TEXT_NUMBER];

	if (t->end - t->at >= P11L_TEXT_NUMBER && !t->full)
		t->at += p11l_text_number(t->at, value);
	else
		p11l_text_put_octets(t, buffer, p11l_text_number(buffer, value));
}

void p11l_text_padded(struct p11l_text *t, uint64_t value, unsigned least)
{
	char buffer[P11L_TEXT_NUMBER];
	size_t size = p11l_text_number(buffer, value);

	for (; least > size; least--)
		p11l_text_char(t, '0');
	p11l_text_put_octets(t, buffer, size);
}

void p11l_text_hex(struct p11l_text *t, uint64_t value)
{
	char buffer[P11L_TEXT_NUMBER];

	p11l_text_put_octets(t, buffer, p11l_text_hex_number(buffer, value));
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
	char *at = t->at;

	if (t->full)
		return;
	if (size > room) {
		size = room;
		t->full = true;
	}
	for (size_t i = 0; i < size; i++)
		memcpy(at + 2 * i, octet_digits + (size_t)2 * octets[i], 2);
	t->at = at + 2 * size;
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

/* An even number of digits, with leading zeros. */
static inline void put_fixed(char *at, unsigned value, unsigned count)
{
	for (; count > 0; value /= 100)
		put_two(at + (count -= 2), value % 100);
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
	put_fixed(line + 20, (unsigned)(time % SECOND / 10), 8);
	line[28] = (char)('0' + time % 10);
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
