/* SPDX-License-Identifier: MIT */
/*
 * From the JSON of a trace back to records; the reverse of logging/render_json.c. A record that
 * was made so renders as the line it came from.
 */
#ifndef P11L_CLI_JSON_H
#define P11L_CLI_JSON_H

#include "trace.h"

#include <json-c/json.h>

#define CLI_JSON_NOTES  256
#define CLI_JSON_RECORD (64 * 1024)

/* A record that is being made. */
struct cli_json {
	struct p11l_writer writer;
	bool cut; /* the line lacks something that did not fit */
	struct cli_note note[CLI_JSON_NOTES];
	unsigned notes;
	union {
		struct p11l_record head;
		uint8_t octets[CLI_JSON_RECORD];
	} record;
};

/* Makes the record of a call. NULL, or what is wrong with it. */
const char *cli_json_call(struct cli_json *to, json_object *call);

/* Makes an item of a value. */
void cli_json_value(struct cli_json *to, const struct p11l_member *member, json_object *value);

/* The same for a text. */
void cli_json_text(struct cli_json *to, json_object *string);

/* What is missing: it was cut off, or has never been there. */
void cli_json_missing(struct cli_json *to);

/* A member of an object; NULL when it has none of that name, or null there. */
json_object *cli_json_get(json_object *object, const char *key);

/* Numbers: integers, or hexadecimal ones in strings. */
bool cli_json_number(json_object *value, uint64_t *number);

/* The value of a name in a space, or a number. */
bool cli_json_constant(unsigned space, json_object *value, uint64_t *number);

/* The octets of hexadecimal digits, at most size. */
size_t cli_json_octets(json_object *digits, uint8_t *octets, size_t size);

/*
 * The struct that has the members of this object, if possible one that the mechanism takes as its
 * parameter; P11L_NO_STRUCT when there is none.
 */
unsigned cli_json_struct(const struct p11l_mechanism_row *row, json_object *object);

#endif
