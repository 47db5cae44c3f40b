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

void p11l_json_key(struct p11l_json *json, const char *key)
{
	json->key = key;
}

bool p11l_json_begin(struct p11l_json *json)
{
	struct p11l_text *t = &json->text;
	const char *key = json->key;

	json->key = NULL;
	if (t->full)
		return false;
	json->mark = t->at;
	if (t->at[-1] != '{' && t->at[-1] != '[')
		p11l_text_char(t, ',');
	if (key != NULL) {
		p11l_text_char(t, '"');
		p11l_text_put(t, key);
		p11l_text_put_octets(t, "\":", 2);
	}
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
	struct p11l_text *t = &json->text;

	if (json->skipped == 0 && p11l_json_begin(json)) {
		p11l_text_char(t, bracket);
		if (t->at == t->end)
			t->full = true;
		p11l_json_end(json);
	}
	if (t->full)
		json->skipped++;
	else
		t->end--;
}

void p11l_json_close(struct p11l_json *json, char bracket)
{
	json->key = NULL;
	if (json->skipped > 0) {
		json->skipped--;
		return;
	}
	json->text.end++;
	*json->text.at++ = bracket;
}

void p11l_json_word(struct p11l_json *json, const char *word)
{
	if (!p11l_json_begin(json))
		return;
	p11l_text_put(&json->text, word);
	p11l_json_end(json);
}

void p11l_json_number(struct p11l_json *json, uint64_t value)
{
	if (value > EXACT) {
		p11l_json_hex(json, value);
		return;
	}
	if (!p11l_json_begin(json))
		return;
	p11l_text_decimal(&json->text, value);
	p11l_json_end(json);
}

void p11l_json_hex(struct p11l_json *json, uint64_t value)
{
	if (!p11l_json_begin(json))
		return;
	p11l_text_char(&json->text, '"');
	p11l_text_hex(&json->text, value);
	p11l_text_char(&json->text, '"');
	p11l_json_end(json);
}

void p11l_json_name(struct p11l_json *json, const char *name)
{
	if (!p11l_json_begin(json))
		return;
	p11l_text_char(&json->text, '"');
	p11l_text_put(&json->text, name);
	p11l_text_char(&json->text, '"');
	p11l_json_end(json);
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
