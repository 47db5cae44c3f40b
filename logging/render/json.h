/* SPDX-License-Identifier: MIT */
/*
 * Writing one JSON object into a buffer of fixed size. Room to close what is open is kept at all
 * times, and a value goes in whole or not at all, so what comes out is valid however small the
 * buffer: after the first value that does not fit, everything is left out but the ends.
 */
#ifndef P11L_JSON_H
#define P11L_JSON_H

#include "text.h"

struct p11l_json {
	struct p11l_text text;
	char *mark;       /* where the value at hand begins, comma and key included */
	const char *key;  /* of the next value */
	size_t key_size;  /* 0 in an array */
	unsigned skipped; /* of what is open, how much was left out */
};

/* Begins the outermost object. */
void p11l_json_start(struct p11l_json *json, char *buffer, size_t size);

/* Ends it, with a newline; returns the length. */
size_t p11l_json_finish(struct p11l_json *json, char *buffer);

/* Room that later values can count on, taken and given back. */
void p11l_json_reserve(struct p11l_json *json, size_t size);
void p11l_json_release(struct p11l_json *json, size_t size);

/* Names the next value. Inline, because the length of a literal is then known. */
static inline void p11l_json_key(struct p11l_json *json, const char *key)
{
	json->key = key;
	json->key_size = strlen(key);
}

/* '{' or '['; every one opened is closed with its counterpart. */
void p11l_json_open(struct p11l_json *json, char bracket);
void p11l_json_close(struct p11l_json *json, char bracket);

void p11l_json_word(struct p11l_json *json, const char *word); /* null, true, false */
void p11l_json_number(struct p11l_json *json, uint64_t value); /* beyond 2^53-1 as "0x..." */
void p11l_json_hex(struct p11l_json *json, uint64_t value);    /* "0x..." */
void p11l_json_name(struct p11l_json *json, const char *name); /* nothing to escape in it */
void p11l_json_string(struct p11l_json *json, const char *string);
void p11l_json_text(struct p11l_json *json, const uint8_t *octets, size_t size);
void p11l_json_octets(struct p11l_json *json, const uint8_t *octets, size_t size); /* "00ff" */

/* A value that the caller writes into json->text himself, unless false is returned. */
bool p11l_json_begin(struct p11l_json *json);
void p11l_json_end(struct p11l_json *json);

#endif
