/* SPDX-License-Identifier: MIT */
/*
 * Writing XML elements into a buffer of fixed size. Room for the end tags of what is open is kept
 * at all times, and an element goes in whole or not at all, so what comes out is well-formed
 * however small the buffer.
 */
#ifndef P11L_XML_H
#define P11L_XML_H

#include "text.h"

#define P11L_XML_DEPTH 64

/* An element that is open: where its name stands in the buffer, and the room for its end. */
struct p11l_xml_open_element {
	const char *name;
	size_t length, room;
};

struct p11l_xml {
	struct p11l_text text;
	char *mark; /* where the element at hand begins */
	const char *name;
	size_t name_length;
	bool writing;     /* there is an element at hand */
	bool noted;       /* and it has a note */
	bool bare;        /* the innermost open element has nothing inside yet */
	bool was_bare;    /* before the element at hand */
	unsigned indent;  /* of the outermost elements, in steps */
	unsigned depth;   /* of elements open */
	unsigned skipped; /* of what is open, how much was left out */
	struct p11l_xml_open_element element[P11L_XML_DEPTH];
};

void p11l_xml_start(struct p11l_xml *xml, char *buffer, size_t size);

/*
 * An element: its name, then attributes, then perhaps a note with attributes, which speaks of it
 * to those who know the lens, then its end. Between p11l_xml_attribute and p11l_xml_quote the
 * caller writes the value into xml->text.
 */
void p11l_xml_element(struct p11l_xml *xml, const char *name);
void p11l_xml_attribute(struct p11l_xml *xml, const char *name);
void p11l_xml_quote(struct p11l_xml *xml);
void p11l_xml_note(struct p11l_xml *xml);
void p11l_xml_end(struct p11l_xml *xml);

/* In place of p11l_xml_end: what follows is inside, until the close. */
void p11l_xml_open(struct p11l_xml *xml);
void p11l_xml_close(struct p11l_xml *xml);

/* Attributes of common kinds, name and all. */
void p11l_xml_number(struct p11l_xml *xml, const char *name, uint64_t value);
void p11l_xml_hex(struct p11l_xml *xml, const char *name, uint64_t value);
void p11l_xml_string(struct p11l_xml *xml, const char *name, const char *value);
void p11l_xml_text(struct p11l_xml *xml, const char *name, const uint8_t *octets, size_t size);
void p11l_xml_octets(struct p11l_xml *xml, const char *name, const uint8_t *octets, size_t size);

#endif
