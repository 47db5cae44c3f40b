/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <string.h>

#define EXACT ((UINT64_C(1) << 53) - 1) /* the greatest integer that every reader keeps exact */

void p11l_json_start(struct p11l_json *json, char *buffer, size_t size)
{
	/* The last two are for the end. */
	*json = (struct p11l_json){
	        .text = {.at = buffer, .end = buffer + size - 2, .escape = P11L_ESCAPE_JSON},
	};
	p11l_text_char(&json->text, '{');
}

size_t p11l_json_finish(struct p11l_json *json, char *buffer)
{
	json->text.end += 2;
	p11l_text_put(&json->text, "}\n");
	return (size_t)(json->text.at - buffer);
}

void p11l_json_reserve(struct p11l_json *json, size_t size)
{
	json->text.end -= size;
}

void p11l_json_release(struct p11l_json *json, size_t size)
{
	json->text.end += size;
	json->text.full = false;
}

static inline char *copy(char *at, const char *octets, size_t size)
{
	memcpy(at, octets, size);
	return at + size;
}

/*
 * The place for a value of at most so many octets, with its key before it; NULL when there is no
 * room for it, and then nothing goes in any more.
 */
static char *place(struct p11l_json *json, size_t most)
{
	struct p11l_text *t = &json->text;
	size_t key_size = json->key_size;
	char *at = t->at;

	json->key_size = 0;
	if (t->full)
		return NULL;
	if ((size_t)(t->end - at) < sizeof(",\"\":") - 1 + key_size + most) {
		t->full = true;
		return NULL;
	}
	if (at[-1] != '{' && at[-1] != '[')
		*at++ = ',';
	if (key_size > 0) {
		*at++ = '"';
		at = copy(at, json->key, key_size);
		*at++ = '"';
		*at++ = ':';
	}
	return at;
}

bool p11l_json_begin(struct p11l_json *json)
{
	char *at;

	json->mark = json->text.at;
	at = place(json, 0);
	if (at == NULL)
		return false;
	json->text.at = at;
	return true;
}

/* Takes back what was written of a value that does not fit. */
void p11l_json_end(struct p11l_json *json)
{
	if (json->text.full)
		json->text.at = json->mark;
}

void p11l_json_open(struct p11l_json *json, char bracket)
{
	/* One more, which is for the end. */
	char *at = json->skipped == 0 ? place(json, 2) : NULL;

	if (at == NULL) {
		json->skipped++;
		return;
	}
	*at++ = bracket;
	json->text.at = at;
	json->text.end--;
}

void p11l_json_close(struct p11l_json *json, char bracket)
{
	json->key_size = 0;
	if (json->skipped > 0) {
		json->skipped--;
		return;
	}
	json->text.end++;
	*json->text.at++ = bracket;
}

void p11l_json_word(struct p11l_json *json, const char *word)
{
	size_t size = strlen(word);
	char *at = place(json, size);

	if (at == NULL)
		return;
	json->text.at = copy(at, word, size);
}

void p11l_json_number(struct p11l_json *json, uint64_t value)
{
	char *at;

	if (value > EXACT) {
		p11l_json_hex(json, value);
		return;
	}
	at = place(json, P11L_TEXT_NUMBER);
	if (at != NULL)
		json->text.at = at + p11l_text_number(at, value);
}

void p11l_json_hex(struct p11l_json *json, uint64_t value)
{
	char *at = place(json, P11L_TEXT_NUMBER + 2);

	if (at == NULL)
		return;
	*at++ = '"';
	at += p11l_text_hex_number(at, value);
	*at++ = '"';
	json->text.at = at;
}

void p11l_json_name(struct p11l_json *json, const char *name)
{
	size_t size = strlen(name);
	char *at = place(json, size + 2);

	if (at == NULL)
		return;
	*at++ = '"';
	at = copy(at, name, size);
	*at++ = '"';
	json->text.at = at;
}

void p11l_json_string(struct p11l_json *json, const char *string)
{
	p11l_json_text(json, (const uint8_t *)string, strlen(string));
}

void p11l_json_text(struct p11l_json *json, const uint8_t *octets, size_t size)
{
	if (!p11l_json_begin(json))
		return;
	p11l_text_quoted(&json->text, octets, size);
	p11l_json_end(json);
}

void p11l_json_octets(struct p11l_json *json, const uint8_t *octets, size_t size)
{
	if (!p11l_json_begin(json))
		return;
	p11l_text_char(&json->text, '"');
	p11l_text_digits(&json->text, octets, size);
	p11l_text_char(&json->text, '"');
	p11l_json_end(json);
}
