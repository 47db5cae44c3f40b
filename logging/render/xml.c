/* SPDX-License-Identifier: MIT */
#include "xml.h"

#include <string.h>

void p11l_xml_start(struct p11l_xml *xml, char *buffer, size_t size)
{
	xml->text =
	        (struct p11l_text){.at = buffer, .end = buffer + size, .escape = P11L_ESCAPE_XML};
	xml->writing = xml->noted = xml->bare = xml->was_bare = false;
	xml->indent = 1;
	xml->depth = xml->skipped = 0;
}

static void put_indent(struct p11l_xml *xml)
{
	for (unsigned i = 0; i < xml->indent + xml->depth; i++)
		p11l_text_put_octets(&xml->text, "  ", 2);
}

void p11l_xml_element(struct p11l_xml *xml, const char *name)
{
	struct p11l_text *t = &xml->text;

	xml->writing = !t->full;
	if (t->full)
		return;
	xml->mark = t->at;
	xml->was_bare = xml->bare;
	if (xml->bare)
		p11l_text_put(t, ">\n");
	xml->bare = xml->noted = false;
	put_indent(xml);
	p11l_text_char(t, '<');
	xml->name = t->at;
	xml->name_length = strlen(name);
	p11l_text_put_octets(t, name, xml->name_length);
}

/* Ends the element at hand, or takes back what was written of one that does not fit. */
static bool finish(struct p11l_xml *xml)
{
	if (xml->writing && xml->text.full) {
		xml->text.at = xml->mark;
		xml->bare = xml->was_bare;
	}
	xml->writing = false;
	return !xml->text.full;
}

void p11l_xml_attribute(struct p11l_xml *xml, const char *name)
{
	p11l_text_char(&xml->text, ' ');
	p11l_text_put(&xml->text, name);
	p11l_text_put(&xml->text, "=\"");
}

void p11l_xml_quote(struct p11l_xml *xml)
{
	p11l_text_char(&xml->text, '"');
}

void p11l_xml_note(struct p11l_xml *xml)
{
	if (!xml->noted)
		p11l_text_put(&xml->text, "/><?lens-value");
	xml->noted = true;
}

void p11l_xml_end(struct p11l_xml *xml)
{
	p11l_text_put(&xml->text, xml->noted ? "?>\n" : "/>\n");
	finish(xml);
}

void p11l_xml_open(struct p11l_xml *xml)
{
	struct p11l_text *t = &xml->text;
	size_t level = xml->indent + xml->depth;
	size_t room = strlen(">\n</>\n") + 2 * level + xml->name_length;

	if (xml->depth == P11L_XML_DEPTH || (size_t)(t->end - t->at) < room)
		t->full = true;
	if (!finish(xml)) {
		xml->skipped++;
		return;
	}
	t->end -= room;
	xml->element[xml->depth++] =
	        (struct p11l_xml_open_element){xml->name, xml->name_length, room};
	xml->bare = true;
}

void p11l_xml_close(struct p11l_xml *xml)
{
	struct p11l_text *t = &xml->text;
	bool full = t->full;

	if (xml->skipped > 0) {
		xml->skipped--;
		return;
	}
	xml->depth--;
	t->end += xml->element[xml->depth].room;
	t->full = false;
	if (xml->bare) {
		p11l_text_put(t, "/>\n");
	} else {
		put_indent(xml);
		p11l_text_put(t, "</");
		p11l_text_put_octets(
		        t, xml->element[xml->depth].name, xml->element[xml->depth].length);
		p11l_text_put(t, ">\n");
	}
	xml->bare = false;
	t->full = full;
}

void p11l_xml_number(struct p11l_xml *xml, const char *name, uint64_t value)
{
	p11l_xml_attribute(xml, name);
	p11l_text_decimal(&xml->text, value);
	p11l_xml_quote(xml);
}

void p11l_xml_hex(struct p11l_xml *xml, const char *name, uint64_t value)
{
	p11l_xml_attribute(xml, name);
	p11l_text_hex(&xml->text, value);
	p11l_xml_quote(xml);
}

void p11l_xml_string(struct p11l_xml *xml, const char *name, const char *value)
{
	p11l_xml_text(xml, name, (const uint8_t *)value, strlen(value));
}

void p11l_xml_text(struct p11l_xml *xml, const char *name, const uint8_t *octets, size_t size)
{
	p11l_xml_attribute(xml, name);
	p11l_text_escaped(&xml->text, octets, size);
	p11l_xml_quote(xml);
}

void p11l_xml_octets(struct p11l_xml *xml, const char *name, const uint8_t *octets, size_t size)
{
	p11l_xml_attribute(xml, name);
	p11l_text_digits(&xml->text, octets, size);
	p11l_xml_quote(xml);
}
