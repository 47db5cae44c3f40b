/* SPDX-License-Identifier: MIT */
/*
 * A record in the XML representation of the OASIS PKCS #11 profiles: an element for the call and
 * one for its return. What that has no place for stands in processing instructions, which other
 * readers pass over; docs/TRACE-FORMAT.md has them.
 */
#ifndef P11L_RENDER_XML_H
#define P11L_RENDER_XML_H

#include "format.h"
#include "walk.h"
#include "xml.h"
#include "xml_name.h"

/* Well-formed and valid UTF-8 between head and tail, whatever is in the record. */
size_t p11l_render_xml(const struct p11l_record *record, char *buffer, size_t size);
size_t p11l_xml_head(const struct p11l_about *about, char *buffer, size_t size);
size_t p11l_xml_tail(char *buffer, size_t size);

/* The report of statistics, as a comment. */
void p11l_xml_stats(const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user);

/* The rest is for the files that implement this. */

struct p11l_xml_walk {
	struct p11l_walk walk;
	struct p11l_xml xml;
	struct p11l_xml_name name; /* of the element for the next value */
	bool attribute;            /* that is an attribute of the standard, */
	uint64_t type;             /* of this type */
	const char *field;         /* the field it is, by the standard's name */
	unsigned version;          /* not 0: at hand is a CK_VERSION, and so deep are we in it */
	bool cut;                  /* the record itself is not complete */
};

extern const struct p11l_consumer p11l_xml_values;

/* An attribute that is the name of a value without its prefix, or a number when it has none. */
void p11l_xml_enum(struct p11l_xml *xml, const char *attribute, unsigned space, uint64_t value);

#endif
