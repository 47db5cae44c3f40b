/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "leaks.h"

#include "harness.h"

#include <ctype.h>
#include <sys/random.h>

#define SIZE   SECRET_SIZE
#define WINDOW 5 /* octets in a row that may not be seen */

struct text {
	uint8_t *at;
	size_t size;
};

/* Looking for a secret */

static struct text read_trace(void)
{
	FILE *file = fopen("trace", "r");
	static uint8_t buffer[4 << 20];
	size_t size;

	assert_non_null(file);
	size = fread(buffer, 1, sizeof(buffer), file);
	assert_true(size < sizeof(buffer));
	fclose(file);
	return (struct text){buffer, size};
}

/* Only the hexadecimal digits, in lower case: no separator hides what they spell. */
static struct text digits_of(struct text in)
{
	static uint8_t buffer[4 << 20];
	struct text out = {buffer, 0};

	for (size_t i = 0; i < in.size; i++)
		if (isxdigit(in.at[i]))
			out.at[out.size++] = (uint8_t)tolower(in.at[i]);
	return out;
}

static unsigned digit(uint8_t c)
{
	return (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
}

/* What a reader makes of \xNN, \" and \\. */
static struct text unescaped(struct text in)
{
	static uint8_t buffer[4 << 20];
	struct text out = {buffer, 0};

	for (size_t i = 0; i < in.size; i++) {
		uint8_t c = in.at[i];

		if (c == '\\' && i + 3 < in.size && in.at[i + 1] == 'x') {
			c = (uint8_t)(digit(in.at[i + 2]) << 4 | digit(in.at[i + 3]));
			i += 3;
		} else if (c == '\\' && i + 1 < in.size) {
			c = in.at[++i];
		}
		out.at[out.size++] = c;
	}
	return out;
}

static bool holds(struct text text, const void *what, size_t size)
{
	return memmem(text.at, text.size, what, size) != NULL;
}

static void spell(const uint8_t *octets, size_t size, char *digits)
{
	for (size_t i = 0; i < size; i++)
		sprintf(digits + 2 * i, "%02x", octets[i]);
}

/* Whether size octets in a row can be seen anywhere in the trace. */
bool is_visible(const uint8_t *octets, size_t size)
{
	struct text text = read_trace();
	char digits[2 * SIZE + 1];

	spell(octets, size, digits);
	return holds(text, octets, size) || holds(unescaped(text), octets, size) ||
	       holds(digits_of(text), digits, 2 * size);
}

/* Whether any part of a secret can be seen. */
bool leaks(const uint8_t secret[SIZE])
{
	for (size_t i = 0; i + WINDOW <= SIZE; i++)
		if (is_visible(secret + i, WINDOW))
			return true;
	return false;
}

/* Planting secrets */

bool secrets_are_ascii;
uint8_t secrets[SECRETS][SIZE];
unsigned planted;

static const char *names[SECRETS];

/* A new secret, of which nothing can be guessed. */
uint8_t *secret_for(const char *name)
{
	static const char letters[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t *secret = secrets[planted];

	assert_true(planted < COUNT(secrets));
	assert_int_equal(getrandom(secret, SIZE, 0), SIZE);
	if (secrets_are_ascii)
		for (size_t i = 0; i < SIZE; i++)
			secret[i] = (uint8_t)letters[secret[i] % 64];
	names[planted++] = name;
	return secret;
}

void assert_none_leaks(void)
{
	for (unsigned i = 0; i < planted; i++)
		if (leaks(secrets[i]))
			fail_msg("the secret of %s is in the trace", names[i]);
}

void assert_all_visible(void)
{
	for (unsigned i = 0; i < planted; i++)
		if (!is_visible(secrets[i], SIZE))
			fail_msg("the secret of %s is not in the trace", names[i]);
}

const char *secret_name(unsigned number)
{
	return names[number];
}
