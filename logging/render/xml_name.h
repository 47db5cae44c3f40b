/* SPDX-License-Identifier: MIT */
/* The names that the XML representation of the OASIS profiles gives to things of the standard. */
#ifndef P11L_XML_NAME_H
#define P11L_XML_NAME_H

#include "shim/spec.h"

/* Names of elements are made of those of the standard, which are shorter. */
struct p11l_xml_name {
	char text[48];
};

/* CKM_AES_CBC becomes AES_CBC; the result is the end of the name. */
const char *p11l_xml_constant(const char *name);

/* hSession becomes Session; function is NULL for a field. */
void p11l_xml_member(struct p11l_xml_name *to, const struct p11l_function *function,
        const struct p11l_member *member);

/* What the elements of a list of values of this type are called: SlotID, Object, Type. */
void p11l_xml_list_element(struct p11l_xml_name *to, struct p11l_type type);

#endif
