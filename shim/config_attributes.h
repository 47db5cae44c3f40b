/* SPDX-License-Identifier: MIT */
/*
 * Attribute rules of the configuration: sections named "OPERATION [CLASS [KEY-TYPE]]", such as
 * [generate CKO_SECRET_KEY CKK_AES], with rows "CKA_NAME = add VALUE", "CKA_NAME = force VALUE",
 * "CKA_NAME = drop", "CKA_NAME = omit" or "CKA_NAME = open". The rows keep their order, and those
 * of a later file stand before those of an earlier one: the first that fits decides.
 */
#ifndef P11L_CONFIG_ATTRIBUTES_H
#define P11L_CONFIG_ATTRIBUTES_H

#include "config.h"
#include "spec.h"

/* What a template is for. */
enum p11l_template_use {
	P11L_USE_GENERATE = 1 << 0,
	P11L_USE_CREATE = 1 << 1,
	P11L_USE_UNWRAP = 1 << 2,
	P11L_USE_DERIVE = 1 << 3,
	P11L_USE_COPY = 1 << 4,
	P11L_USE_SET = 1 << 5,
	P11L_USE_FIND = 1 << 6,
	/* A section may say "any": whatever makes an object. */
	P11L_USE_ANY = P11L_USE_GENERATE | P11L_USE_CREATE | P11L_USE_UNWRAP | P11L_USE_DERIVE |
	               P11L_USE_COPY,
};

enum p11l_attribute_verb {
	P11L_VERB_ADD,   /* when the template leaves it open */
	P11L_VERB_FORCE, /* whatever the template says */
	P11L_VERB_DROP,  /* leave it out */
	P11L_VERB_OMIT,  /* leave it out when its value asks for nothing */
	P11L_VERB_OPEN,  /* leave it as it is, and have no rule add a default */
};

#define P11L_ANY (~(CK_ULONG)0) /* any class or key type */

struct p11l_attribute_rule {
	unsigned uses; /* enum p11l_template_use */
	CK_ULONG class, key_type;
	CK_ATTRIBUTE_TYPE type;
	enum p11l_attribute_verb verb;
	void *value; /* owned, as the vendor is to get it; NULL for DROP, OMIT and OPEN */
	CK_ULONG size;
	char *origin; /* owned: "FILE:LINE" */
};

/* Whether a section's first word is an operation. */
bool p11l_is_attribute_section(const char *section);

/* Adds one row. On failure says in error what was expected and returns false. */
bool p11l_config_attribute(struct p11l_config *config, const char *section, const char *name,
        const char *value, const char *origin, char *error);

/* Copies the rows of from; false when memory is short. */
bool p11l_attributes_copy(struct p11l_config *to, const struct p11l_config *from);

void p11l_attributes_free(struct p11l_config *config);

/* For the file that implements the above. */

#define P11L_ATTRIBUTE_OCTETS 256 /* of the longest value that a line of a file has room for */

/*
 * The value of an attribute as the vendor is to get it, out of the text that stands for it by the
 * attribute's role in spec/attributes.spec; its size, or 0 when the text is none of this role. An
 * empty value is not to be had.
 */
CK_ULONG p11l_attribute_octets(
        CK_ATTRIBUTE_TYPE type, const char *text, CK_BYTE octets[P11L_ATTRIBUTE_OCTETS]);

/* What p11l_attribute_octets takes for it. */
const char *p11l_attribute_expected(CK_ATTRIBUTE_TYPE type);

#endif
