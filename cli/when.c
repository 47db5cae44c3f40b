/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "when.h"

#include <string.h>
#include <time.h>

/* Takes a number of so many digits off the front, and the character behind it unless it is 0. */
static bool take(const char **at, unsigned digits, char then, unsigned *number)
{
	*number = 0;
	for (; digits > 0; digits--, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + (unsigned)(**at - '0');
	}
	if (then == '\0')
		return true;
	return *(*at)++ == then;
}

/* ".123456789", or nothing. */
static bool take_fraction(const char **at, uint64_t *ns)
{
	uint64_t unit = CLI_SECOND / 10;

	*ns = 0;
	if (**at != '.')
		return true;
	++*at;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; ++*at, unit /= 10)
		*ns += (uint64_t)(**at - '0') * unit;
	return true;
}

static bool take_clock(const char **at, uint64_t *time)
{
	unsigned hour, minute, second;
	uint64_t ns;

	if (!take(at, 2, ':', &hour) || !take(at, 2, ':', &minute) || !take(at, 2, '\0', &second) ||
	        !take_fraction(at, &ns) || hour > 23 || minute > 59 || second > 60)
		return false;
	*time = (hour * 3600u + minute * 60u + second) * CLI_SECOND + ns;
	return true;
}

bool cli_parse_clock(const char *text, uint64_t *time)
{
	return take_clock(&text, time) && *text == '\0';
}

/* Z, +02:00 or nothing; in seconds. */
static bool take_zone(const char *at, int64_t *offset)
{
	unsigned hour, minute;
	int64_t sign = *at == '-' ? -1 : 1;

	*offset = 0;
	if (*at == '\0' || strcmp(at, "Z") == 0 || strcmp(at, "z") == 0)
		return true;
	if (*at != '+' && *at != '-')
		return false;
	at++;
	if (!take(&at, 2, ':', &hour) || !take(&at, 2, '\0', &minute) || *at != '\0' || hour > 23 ||
	        minute > 59)
		return false;
	*offset = sign * (int64_t)(hour * 3600 + minute * 60);
	return true;
}

/* YYYY-MM-DD as seconds since 1970 at the beginning of that day in UTC. */
static bool take_date(const char **text, int64_t *seconds)
{
	unsigned year, month, day;
	struct tm date = {0};

	if (!take(text, 4, '-', &year) || !take(text, 2, '-', &month) || !take(text, 2, '\0', &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1970 || year > 2500)
		return false;
	date.tm_year = (int)year - 1900;
	date.tm_mon = (int)month - 1;
	date.tm_mday = (int)day;
	*seconds = timegm(&date);
	return true;
}

bool cli_parse_time(const char *text, uint64_t *time)
{
	uint64_t clock;
	int64_t offset, seconds;

	if (!take_date(&text, &seconds) || (*text != 'T' && *text != 't' && *text != ' '))
		return false;
	text++;
	if (!take_clock(&text, &clock) || !take_zone(text, &offset) || seconds < offset)
		return false;
	*time = (uint64_t)(seconds - offset) * CLI_SECOND + clock;
	return true;
}
