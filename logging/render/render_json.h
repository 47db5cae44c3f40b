/* SPDX-License-Identifier: MIT */
/* A record as one JSON object on one line; docs/TRACE-FORMAT.md has the schema. */
#ifndef P11L_RENDER_JSON_H
#define P11L_RENDER_JSON_H

#include "format.h"
#include "json.h"
#include "walk.h"

#define P11L_JSON_VERSION 1

/* Lines with their newlines; valid JSON in valid UTF-8 whatever is in the record. */
size_t p11l_render_json(const struct p11l_record *record, char *buffer, size_t size);
size_t p11l_json_head(const struct p11l_about *about, char *buffer, size_t size);

/* The rest is for the files that implement this. */

struct p11l_json_walk {
	struct p11l_walk walk;
	struct p11l_json json;
	bool cut; /* the record itself is not complete */
};

extern const struct p11l_consumer p11l_json_values;

/* A value of a space by its name, or as a string of hexadecimal digits when it has none. */
void p11l_json_enum(struct p11l_json *json, unsigned space, uint64_t value);

#endif
