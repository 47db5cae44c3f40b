/* SPDX-License-Identifier: MIT */
/* Strict readers, written apart from the writers they check: is this JSON, is this XML? */
#ifndef WELLFORMED_H
#define WELLFORMED_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reading {
	const char *at, *end;
};

static inline bool read_char(struct reading *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static inline bool read_word(struct reading *r, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
		return false;
	r->at += size;
	return true;
}

/* One character of UTF-8 (RFC 3629); 0 when there is none. */
static inline uint32_t read_character(struct reading *r)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	uint8_t lead = r->at < r->end ? (uint8_t)*r->at++ : 0;
	unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? lead : lead & (0x3fu >> more);

	if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xf8)
		return 0;
	for (unsigned i = 0; i < more; i++) {
		if (r->at == r->end || ((uint8_t)*r->at & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((uint8_t)*r->at++ & 0x3f);
	}
	return c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : c;
}

/* JSON (RFC 8259) */

static inline bool read_escape(struct reading *r)
{
	if (r->at < r->end && strchr("\"\\/bfnrt", *r->at) != NULL) {
		r->at++;
		return true;
	}
	if (!read_char(r, 'u'))
		return false;
	for (int i = 0; i < 4; i++)
		if (r->at == r->end || !isxdigit((unsigned char)*r->at++))
			return false;
	return true;
}

static inline bool read_json_string(struct reading *r)
{
	if (!read_char(r, '"'))
		return false;
	while (!read_char(r, '"')) {
		uint32_t c = read_character(r);

		if (c < 0x20 || (c == '\\' && !read_escape(r)))
			return false;
	}
	return true;
}

static inline bool read_json_number(struct reading *r)
{
	const char *start = r->at;

	while (r->at < r->end && isdigit((unsigned char)*r->at))
		r->at++;
	return r->at > start && (*start != '0' || r->at == start + 1);
}

static inline bool read_json_value(struct reading *r, unsigned depth);

/* The rest of an object or array that has been opened. */
static inline bool read_json_members(struct reading *r, char close, unsigned depth)
{
	if (read_char(r, close))
		return true;
	do {
		if (close == '}' && (!read_json_string(r) || !read_char(r, ':')))
			return false;
		if (!read_json_value(r, depth))
			return false;
	} while (read_char(r, ','));
	return read_char(r, close);
}

static inline bool read_json_value(struct reading *r, unsigned depth)
{
	if (depth == 0 || r->at == r->end)
		return false;
	switch (*r->at) {
	case '{':
		r->at++;
		return read_json_members(r, '}', depth - 1);
	case '[':
		r->at++;
		return read_json_members(r, ']', depth - 1);
	case '"':
		return read_json_string(r);
	default:
		return read_word(r, "null") || read_word(r, "true") || read_word(r, "false") ||
		       read_json_number(r);
	}
}

/* Whether it is one JSON object on one line; blanks outside of strings are not expected. */
static inline bool is_json_line(const char *line, size_t size)
{
	struct reading r = {line, line + size};

	return r.at < r.end && *r.at == '{' && read_json_value(&r, 200) && read_char(&r, '\n') &&
	       r.at == r.end;
}

/* XML 1.0, as far as the lens writes it: elements without text between them, comments, PIs. */

static inline bool read_name(struct reading *r)
{
	const char *start = r->at;

	if (r->at == r->end || !(isalpha((unsigned char)*r->at) || *r->at == '_'))
		return false;
	while (r->at < r->end && (isalnum((unsigned char)*r->at) || strchr("_-.", *r->at) != NULL))
		r->at++;
	return r->at > start;
}

static inline bool is_xml_character(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

static inline bool read_reference(struct reading *r)
{
	static const char *const names[] = {"amp;", "lt;", "gt;", "quot;"};
	uint32_t c = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (read_word(r, names[i]))
			return true;
	if (!read_char(r, '#'))
		return false;
	if (read_char(r, 'x'))
		for (; r->at < r->end && isxdigit((unsigned char)*r->at); r->at++)
			c = c * 16 +
			    (uint32_t)(isdigit((unsigned char)*r->at)
			                       ? *r->at - '0'
			                       : tolower((unsigned char)*r->at) - 'a' + 10);
	else
		for (; r->at < r->end && isdigit((unsigned char)*r->at); r->at++)
			c = c * 10 + (uint32_t)(*r->at - '0');
	return is_xml_character(c) && read_char(r, ';');
}

#define MOST_ATTRIBUTES 16

static inline bool is_new(struct reading *names, unsigned count, struct reading name)
{
	size_t size = (size_t)(name.end - name.at);

	for (unsigned i = 0; i < count; i++)
		if ((size_t)(names[i].end - names[i].at) == size &&
		        memcmp(names[i].at, name.at, size) == 0)
			return false;
	names[count] = name;
	return true;
}

/* Attributes with a blank before each, none of them twice. */
static inline bool read_attributes(struct reading *r)
{
	struct reading names[MOST_ATTRIBUTES];

	for (unsigned count = 0; read_char(r, ' '); count++) {
		struct reading name = {r->at, NULL};

		if (count == MOST_ATTRIBUTES || !read_name(r))
			return false;
		name.end = r->at;
		if (!is_new(names, count, name) || !read_word(r, "=\""))
			return false;
		while (!read_char(r, '"')) {
			uint32_t c = read_character(r);

			if (c < 0x20 || c == '<' || !is_xml_character(c) ||
			        (c == '&' && !read_reference(r)))
				return false;
		}
	}
	return true;
}

static inline void skip_blanks(struct reading *r)
{
	while (read_char(r, ' ') || read_char(r, '\n'))
		;
}

static inline bool read_xml_content(struct reading *r, unsigned depth);

/* The rest of an element after its "<". */
static inline bool read_element(struct reading *r, unsigned depth)
{
	struct reading name = {r->at, NULL};
	char close[64];

	if (depth == 0 || !read_name(r) || (size_t)(r->at - name.at) >= sizeof(close))
		return false;
	name.end = r->at;
	if (!read_attributes(r))
		return false;
	if (read_word(r, "/>"))
		return true;
	memcpy(close, name.at, (size_t)(name.end - name.at));
	close[name.end - name.at] = '\0';
	return read_char(r, '>') && read_xml_content(r, depth - 1) && read_word(r, "</") &&
	       read_word(r, close) && read_char(r, '>');
}

/* What is in a comment is content too here, so that it can be checked. */
static inline bool read_comment(struct reading *r, unsigned depth)
{
	struct reading inside = *r;

	while (r->at < r->end && !read_word(r, "-->"))
		if (read_word(r, "--"))
			return false;
		else
			r->at++;
	inside.end = r->at - 3;
	return depth > 0 && read_xml_content(&inside, depth - 1) && inside.at == inside.end;
}

static inline bool read_xml_content(struct reading *r, unsigned depth)
{
	for (;;) {
		bool ok = true;

		skip_blanks(r);
		if (read_word(r, "<?"))
			ok = read_name(r) && read_attributes(r) && read_word(r, "?>");
		else if (read_word(r, "<!--"))
			ok = read_comment(r, depth);
		else if (r->end - r->at > 1 && r->at[0] == '<' && r->at[1] != '/')
			r->at++, ok = read_element(r, depth);
		else
			return true;
		if (!ok)
			return false;
	}
}

/* Whether it could stand in an XML document. */
static inline bool is_xml_content(const char *text, size_t size)
{
	struct reading r = {text, text + size};

	return read_xml_content(&r, 100) && r.at == r.end;
}

#endif
