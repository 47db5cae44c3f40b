/* SPDX-License-Identifier: MIT */
/* DER beside its definition: the array that asn1Parser makes of an .asn module. */
#include "strict.h"

#include <stdbool.h>
#include <string.h>

/*
 * The words of a node's type besides ASN1_ETYPE_*. libtasn1 keeps them to itself, but cannot change
 * them, because they are compiled into every program that has such an array.
 */
#define KIND     0xffu
#define IMPLICIT (1u << 12)
#define TAGGED   (1u << 13)
#define OPTIONAL (1u << 14)
#define DOWN     (1u << 29) /* the next node is its first child */
#define RIGHT    (1u << 30) /* it has a sibling behind its children */

#define MAX_ELEMENTS 64 /* of a SET OF or SEQUENCE OF; libtasn1 makes a node of each */

#define CONSTRUCTED      0x20
#define CONTEXT_SPECIFIC 0x80

struct walk {
	const asn1_static_node *module;
	const struct p11l_place *place;
};

static const char surplus[] = "has something here that is no part of it";

static unsigned kind_of(const asn1_static_node *node)
{
	return node->type & KIND;
}

/* The node behind this one and all that is in it. */
static const asn1_static_node *behind(const asn1_static_node *node)
{
	const asn1_static_node *child = node + 1;

	if ((node->type & DOWN) == 0)
		return child;
	while ((child->type & RIGHT) != 0)
		child = behind(child);
	return behind(child);
}

/* The first child, or the next sibling, that is a field and says nothing about its parent. */
static const asn1_static_node *field_from(const asn1_static_node *child, bool more)
{
	while (more && (kind_of(child) == ASN1_ETYPE_TAG || kind_of(child) == ASN1_ETYPE_SIZE)) {
		more = (child->type & RIGHT) != 0;
		child = behind(child);
	}
	return more ? child : NULL;
}

static const asn1_static_node *first_field(const asn1_static_node *node)
{
	return field_from(node + 1, (node->type & DOWN) != 0);
}

static const asn1_static_node *next_field(const asn1_static_node *field)
{
	return field_from(behind(field), (field->type & RIGHT) != 0);
}

static const asn1_static_node *find_type(const asn1_static_node *module, const char *name)
{
	const asn1_static_node *type = first_field(module);

	while (type != NULL && (type->name == NULL || strcmp(type->name, name) != 0))
		type = next_field(type);
	return type;
}

/* What stands behind the names of types. */
static const asn1_static_node *resolve(const struct walk *w, const asn1_static_node *node)
{
	while (node != NULL && kind_of(node) == ASN1_ETYPE_IDENTIFIER)
		node = find_type(w->module, node->value);
	return node;
}

/* The tag of the type itself, or 0 for one that has none of its own. */
static uint8_t universal_tag(const asn1_static_node *type)
{
	static const struct {
		uint8_t kind, tag;
	} tags[] = {
	        {ASN1_ETYPE_INTEGER, ASN1_TAG_INTEGER},
	        {ASN1_ETYPE_BOOLEAN, ASN1_TAG_BOOLEAN},
	        {ASN1_ETYPE_BIT_STRING, ASN1_TAG_BIT_STRING},
	        {ASN1_ETYPE_OCTET_STRING, ASN1_TAG_OCTET_STRING},
	        {ASN1_ETYPE_OBJECT_ID, ASN1_TAG_OBJECT_ID},
	        {ASN1_ETYPE_NULL, ASN1_TAG_NULL},
	        {ASN1_ETYPE_PRINTABLE_STRING, ASN1_TAG_PRINTABLE_STRING},
	        {ASN1_ETYPE_SEQUENCE, ASN1_TAG_SEQUENCE | CONSTRUCTED},
	        {ASN1_ETYPE_SEQUENCE_OF, ASN1_TAG_SEQUENCE | CONSTRUCTED},
	        {ASN1_ETYPE_SET_OF, ASN1_TAG_SET | CONSTRUCTED},
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].kind == kind_of(type))
			return tags[i].tag;
	return 0;
}

/* The tag that a field gives its type, which takes the place of the type's own if IMPLICIT. */
static uint8_t tag_of_field(const struct walk *w, const asn1_static_node *node, bool *is_explicit)
{
	const asn1_static_node *tag = node + 1;
	uint8_t number = (uint8_t)(((const char *)tag->value)[0] - '0');

	*is_explicit = (tag->type & IMPLICIT) == 0;
	return CONTEXT_SPECIFIC | number |
	       (*is_explicit ? CONSTRUCTED : universal_tag(resolve(w, node)) & CONSTRUCTED);
}

static const asn1_static_node *alternative(
        const struct walk *w, const asn1_static_node *choice, uint8_t tag);

static bool type_matches(const struct walk *w, const asn1_static_node *type, uint8_t tag)
{
	if (kind_of(type) == ASN1_ETYPE_CHOICE)
		return alternative(w, type, tag) != NULL;
	return kind_of(type) == ASN1_ETYPE_ANY || tag == universal_tag(type);
}

static bool matches(const struct walk *w, const asn1_static_node *node, uint8_t tag)
{
	bool is_explicit;

	return (node->type & TAGGED) != 0 ? tag == tag_of_field(w, node, &is_explicit)
	                                  : type_matches(w, resolve(w, node), tag);
}

static const asn1_static_node *alternative(
        const struct walk *w, const asn1_static_node *choice, uint8_t tag)
{
	const asn1_static_node *field = first_field(choice);

	while (field != NULL && !matches(w, field, tag))
		field = next_field(field);
	return field;
}

static CK_RV walk(const struct walk *w, const asn1_static_node *node, struct p11l_der *from);

static CK_RV walk_field(
        const struct walk *w, const asn1_static_node *field, struct p11l_der *content)
{
	struct p11l_place place = {w->place, field->name};
	struct walk inner = {w->module, &place};

	return walk(&inner, field, content);
}

static CK_RV walk_sequence(
        const struct walk *w, const asn1_static_node *type, struct p11l_der content)
{
	const asn1_static_node *field = first_field(type);
	CK_RV rv = CKR_OK;

	for (; rv == CKR_OK && field != NULL; field = next_field(field))
		if ((field->type & OPTIONAL) == 0 ||
		        (content.size > 0 && matches(w, field, content.at[0])))
			rv = walk_field(w, field, &content);
	if (rv == CKR_OK && content.size > 0)
		rv = p11l_malformed(w->place, content.at, surplus);
	return rv;
}

static CK_RV walk_list(const struct walk *w, const asn1_static_node *type, struct p11l_der content)
{
	unsigned left = MAX_ELEMENTS;
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK && content.size > 0) {
		if (left-- == 0)
			return p11l_malformed(w->place, content.at, "has more than 64 elements");
		rv = walk(w, first_field(type), &content);
	}
	return rv;
}

/* What is in a value of this type, which has lost its tag and length. */
static CK_RV walk_content(
        const struct walk *w, const asn1_static_node *type, const void *at, struct p11l_der content)
{
	switch (kind_of(type)) {
	case ASN1_ETYPE_SEQUENCE:
		return walk_sequence(w, type, content);
	case ASN1_ETYPE_SEQUENCE_OF:
	case ASN1_ETYPE_SET_OF:
		return walk_list(w, type, content);
	default:
		return p11l_strict_primitive(w->place, at, universal_tag(type), content);
	}
}

/* A value of a type, whatever tag the field had in front of it. */
static CK_RV walk_type(const struct walk *w, const asn1_static_node *type, struct p11l_der *from)
{
	const uint8_t *at = from->at;
	struct p11l_der content;
	uint8_t tag;
	CK_RV rv;

	if (from->size == 0)
		return p11l_malformed(w->place, at, "is missing");
	if (!type_matches(w, type, at[0]))
		return p11l_malformed(w->place, at, "is not what stands here; the tag is another");
	if (kind_of(type) == ASN1_ETYPE_CHOICE)
		return walk_field(w, alternative(w, type, at[0]), from);
	if (kind_of(type) == ASN1_ETYPE_ANY)
		return p11l_strict_any(w->place, from);
	rv = p11l_strict_take(w->place, from, &tag, &content);
	return rv == CKR_OK ? walk_content(w, type, at, content) : rv;
}

static CK_RV walk_tagged(const struct walk *w, const asn1_static_node *node, struct p11l_der *from)
{
	const uint8_t *at = from->at;
	struct p11l_der content;
	bool is_explicit;
	uint8_t tag;
	CK_RV rv;

	if (from->size == 0)
		return p11l_malformed(w->place, at, "is missing");
	if (at[0] != tag_of_field(w, node, &is_explicit))
		return p11l_malformed(w->place, at, "is not what stands here; the tag is another");
	rv = p11l_strict_take(w->place, from, &tag, &content);
	if (rv != CKR_OK || !is_explicit)
		return rv != CKR_OK ? rv : walk_content(w, resolve(w, node), at, content);
	rv = walk_type(w, resolve(w, node), &content);
	if (rv == CKR_OK && content.size > 0)
		rv = p11l_malformed(w->place, content.at, surplus);
	return rv;
}

static CK_RV walk(const struct walk *w, const asn1_static_node *node, struct p11l_der *from)
{
	return (node->type & TAGGED) != 0 ? walk_tagged(w, node, from)
	                                  : walk_type(w, resolve(w, node), from);
}

CK_RV p11l_strict_walk(const asn1_static_node *module, const char *type, struct p11l_der der)
{
	struct p11l_place place = {NULL, type};
	struct walk w = {module, &place};
	CK_RV rv = walk(&w, find_type(module, type), &der);

	if (rv == CKR_OK && der.size > 0)
		rv = p11l_malformed(&place, der.at, "has something behind its end");
	return rv;
}
