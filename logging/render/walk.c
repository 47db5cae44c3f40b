/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "name.h"

/* What is not in the spec may be anything. */
static const struct p11l_type unknown = {P11L_ROLE_BYTES, P11L_KEY, 0};

const char *p11l_next_flag(unsigned space, unsigned *at, uint64_t *value)
{
	const struct p11l_space *row = &p11l_spaces[space];

	while (*at < row->count) {
		const struct p11l_constant *flag = &row->constant[(*at)++];

		if (flag->value != 0 && (*value & flag->value) == flag->value) {
			*value &= ~(uint64_t)flag->value;
			return flag->name;
		}
	}
	return NULL;
}

const char *p11l_secrecy_name(unsigned secrecy)
{
	return secrecy == P11L_DATA ? "data" : secrecy == P11L_PIN ? "pin" : "key";
}

size_t p11l_without_blanks(const uint8_t *octets, size_t size)
{
	while (size > 0 && octets[size - 1] == ' ')
		size--;
	return size;
}

/* What kind of key the template at hand is about. */
static CK_KEY_TYPE key_type_of(struct p11l_reader template)
{
	struct p11l_known known = {.has_key_type = false};

	p11l_known_template(&template, &known);
	return known.has_key_type ? known.key_type : CKK_VENDOR_DEFINED;
}

/* The space of CKA_PARAMETER_SET depends on the key type, or on what generates the key. */
static bool parameter_set_space(const struct p11l_walk *walk, uint16_t *space)
{
	static const struct {
		CK_KEY_TYPE key_type;
		CK_MECHANISM_TYPE generator;
		uint16_t space;
	} sets[] = {
	        {CKK_ML_DSA, CKM_ML_DSA_KEY_PAIR_GEN, P11L_SPACE_ml_dsa},
	        {CKK_ML_KEM, CKM_ML_KEM_KEY_PAIR_GEN, P11L_SPACE_ml_kem},
	        {CKK_SLH_DSA, CKM_SLH_DSA_KEY_PAIR_GEN, P11L_SPACE_slh_dsa},
	};

	CK_KEY_TYPE key_type = key_type_of(walk->template);

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (key_type == sets[i].key_type || walk->mechanism == sets[i].generator) {
			*space = sets[i].space;
			return true;
		}
	}
	return false;
}

static enum p11l_token_kind number_kind(const struct p11l_walk *walk, struct p11l_token *token)
{
	switch (token->type.role) {
	case P11L_ROLE_BOOL:
		return P11L_TOKEN_BOOL;
	case P11L_ROLE_ENUM:
	case P11L_ROLE_ENUMS:
		return P11L_TOKEN_ENUM;
	case P11L_ROLE_FLAGS:
		return P11L_TOKEN_FLAGS;
	case P11L_ROLE_SESSION:
	case P11L_ROLE_SLOT:
		return P11L_TOKEN_HANDLE;
	case P11L_ROLE_OBJECT:
		return P11L_TOKEN_OBJECT;
	case P11L_ROLE_PARAMETER_SET:
		return parameter_set_space(walk, &token->type.ref) ? P11L_TOKEN_ENUM
		                                                   : P11L_TOKEN_NUMBER;
	default:
		return P11L_TOKEN_NUMBER;
	}
}

static bool know(const struct p11l_walk *walk, uint64_t object, struct p11l_known *known)
{
	return object != 0 && p11l_known_object(walk->session, object, known) &&
	       (known->has_class || known->has_key_type || known->label_length > 0);
}

static void walk_number(struct p11l_walk *walk, struct p11l_type type, uint64_t value)
{
	struct p11l_token token = {.type = type, .value = value};
	struct p11l_known known;

	token.kind = number_kind(walk, &token);
	if (token.kind == P11L_TOKEN_OBJECT && know(walk, value, &known))
		token.known = &known;
	walk->to->value(walk, &token);
}

/* Whether octets can be read as what they are said to be; nothing is written. */
static bool is_name(const uint8_t *octets, size_t size, bool subject)
{
	char nothing;
	struct p11l_text nowhere = {.at = &nothing, .end = &nothing};

	return subject ? p11l_subject_text(&nowhere, octets, size)
	               : p11l_name_text(&nowhere, octets, size);
}

static enum p11l_token_kind octets_kind(struct p11l_token *token)
{
	bool whole = token->shown == token->length;
	const struct p11l_curve *curve;

	switch (token->type.role) {
	case P11L_ROLE_TEXT:
	case P11L_ROLE_STRING:
	case P11L_ROLE_DATE:
		return P11L_TOKEN_TEXT;
	case P11L_ROLE_EC_PARAMS:
		curve = whole ? p11l_find_curve(token->octets, token->shown) : NULL;
		token->name = curve != NULL ? curve->name : NULL;
		return curve != NULL ? P11L_TOKEN_CURVE : P11L_TOKEN_OCTETS;
	case P11L_ROLE_NAME:
		return whole && is_name(token->octets, token->shown, false) ? P11L_TOKEN_NAME
		                                                            : P11L_TOKEN_OCTETS;
	case P11L_ROLE_CERTIFICATE:
		return is_name(token->octets, token->shown, true) ? P11L_TOKEN_CERTIFICATE
		                                                  : P11L_TOKEN_OCTETS;
	default:
		return P11L_TOKEN_OCTETS;
	}
}

#define MOST_OCTETS 64 /* of a value without meaning that was captured whole for its meaning */

static void walk_bytes(struct p11l_walk *walk, struct p11l_type type, struct p11l_reader *r)
{
	struct p11l_token token = {.type = type, .padded = walk->padded};
	bool encoded = type.role == P11L_ROLE_NAME || type.role == P11L_ROLE_CERTIFICATE;

	token.length = p11l_get_u64(r);
	token.shown = p11l_get_u16(r);
	token.octets = p11l_get_octets(r, &token.shown);
	if (token.shown > token.length)
		token.shown = (size_t)token.length;
	token.kind = octets_kind(&token);
	if (encoded && token.kind == P11L_TOKEN_OCTETS && token.shown > MOST_OCTETS)
		token.shown = MOST_OCTETS;
	walk->to->value(walk, &token);
}

static void walk_hidden(struct p11l_walk *walk, struct p11l_type type, struct p11l_reader *r)
{
	struct p11l_token token = {.kind = P11L_TOKEN_HIDDEN, .type = type};

	token.length = p11l_get_u64(r);
	token.secrecy = p11l_get_u8(r);
	token.print = p11l_get_u32(r);
	walk->to->value(walk, &token);
}

static void walk_item(struct p11l_walk *walk, struct p11l_type type, struct p11l_reader *r);

static void walk_member(
        struct p11l_walk *walk, const struct p11l_member *member, struct p11l_reader *r)
{
	walk->padded =
	        member->length == P11L_LENGTH_INLINE || member->length == P11L_LENGTH_CONSTANT;
	walk_item(walk, member->type, r);
	walk->padded = false;
}

static void walk_list(struct p11l_walk *walk, struct p11l_type type, struct p11l_reader *r)
{
	struct p11l_token list = {.kind = P11L_TOKEN_LIST, .type = type};
	struct p11l_token element = {.kind = P11L_TOKEN_ELEMENT, .type = type};

	list.length = p11l_get_u64(r);
	list.shown = p11l_get_u16(r);
	walk->to->open(walk, &list);
	for (; element.index < list.shown && r->at < r->end; element.index++) {
		walk->to->open(walk, &element);
		walk_item(walk, type, r);
		walk->to->close(walk, &element);
	}
	walk->to->close(walk, &list);
}

static void walk_cut(struct p11l_walk *walk, struct p11l_reader *r)
{
	struct p11l_token cut = {.kind = P11L_TOKEN_CUT};

	r->at = r->end;
	walk->to->value(walk, &cut);
}

static void walk_attribute(struct p11l_walk *walk, unsigned index, struct p11l_reader *r)
{
	struct p11l_token attribute = {.kind = P11L_TOKEN_ATTRIBUTE, .index = index};
	const struct p11l_attribute *row;

	if ((size_t)(r->end - r->at) < sizeof(uint64_t)) {
		walk_cut(walk, r);
		return;
	}
	attribute.value = p11l_get_u64(r);
	row = p11l_find_attribute((CK_ATTRIBUTE_TYPE)attribute.value);
	attribute.type = row != NULL ? row->value : unknown;
	walk->to->open(walk, &attribute);
	walk_item(walk, attribute.type, r);
	walk->to->close(walk, &attribute);
}

static void walk_template(struct p11l_walk *walk, struct p11l_reader *r)
{
	struct p11l_token template = {.kind = P11L_TOKEN_TEMPLATE};
	struct p11l_reader before = walk->template;

	walk->template = (struct p11l_reader){r->at - 1, r->end}; /* with the item's own octet */
	template.length = p11l_get_u64(r);
	template.shown = p11l_get_u16(r);
	walk->to->open(walk, &template);
	for (unsigned i = 0; i < template.shown && r->at < r->end; i++)
		walk_attribute(walk, i, r);
	walk->to->close(walk, &template);
	walk->template = before;
}

static void walk_struct(struct p11l_walk *walk, struct p11l_reader *r)
{
	unsigned id = p11l_get_u16(r), count = p11l_get_u8(r);
	struct p11l_token row = {.kind = P11L_TOKEN_STRUCT};
	struct p11l_token field = {.kind = P11L_TOKEN_FIELD};

	row.row = id < P11L_STRUCTS ? &p11l_structs[id] : NULL;
	if (row.row == NULL || row.row->count != count) {
		walk_cut(walk, r);
		return;
	}
	walk->to->open(walk, &row);
	for (unsigned i = 0; i < count; i++) {
		field.member = &row.row->field[i];
		if (field.member->type.role == P11L_ROLE_LENGTH) {
			p11l_skip_item(r);
			continue;
		}
		walk->to->open(walk, &field);
		walk_member(walk, field.member, r);
		walk->to->close(walk, &field);
		field.index++;
	}
	walk->to->close(walk, &row);
}

static void walk_mechanism(struct p11l_walk *walk, struct p11l_reader *r)
{
	struct p11l_token token = {.kind = P11L_TOKEN_MECHANISM};
	const struct p11l_mechanism_row *row;
	uint64_t length;

	token.value = p11l_get_u64(r);
	length = p11l_get_u64(r);
	token.empty = length == 0 && r->at < r->end && *r->at == P11L_ITEM_NULL;
	token.structured = r->at < r->end && *r->at == P11L_ITEM_STRUCT;
	row = p11l_find_mechanism((CK_MECHANISM_TYPE)token.value);
	walk->to->open(walk, &token);
	if (token.empty)
		p11l_skip_item(r);
	else
		walk_item(walk, row != NULL ? row->parameter : unknown, r);
	walk->to->close(walk, &token);
}

/* Items of one word. */
static void walk_mark(
        struct p11l_walk *walk, struct p11l_type type, enum p11l_item item, struct p11l_reader *r)
{
	struct p11l_token token = {.kind = P11L_TOKEN_CUT, .type = type};

	switch (item) {
	case P11L_ITEM_NONE:
		token.kind = P11L_TOKEN_NONE;
		break;
	case P11L_ITEM_NULL:
		token.kind = P11L_TOKEN_NULL;
		break;
	case P11L_ITEM_UNREADABLE:
		token.kind = P11L_TOKEN_UNREADABLE;
		token.value = p11l_get_u64(r);
		break;
	case P11L_ITEM_ADDRESS:
		token.kind = P11L_TOKEN_ADDRESS;
		token.value = p11l_get_u64(r);
		break;
	case P11L_ITEM_LENGTH:
		token.kind = P11L_TOKEN_LENGTH;
		token.length = p11l_get_u64(r);
		break;
	case P11L_ITEM_UNAVAILABLE:
		token.kind = P11L_TOKEN_UNAVAILABLE;
		break;
	default:
		break;
	}
	walk->to->value(walk, &token);
}

static void walk_item(struct p11l_walk *walk, struct p11l_type type, struct p11l_reader *r)
{
	enum p11l_item item = p11l_get_item(r);

	if (walk->depth == 0) {
		walk_cut(walk, r);
		return;
	}
	walk->depth--;
	switch (item) {
	case P11L_ITEM_NUMBER:
		walk_number(walk, type, p11l_get_u64(r));
		break;
	case P11L_ITEM_BYTES:
		walk_bytes(walk, type, r);
		break;
	case P11L_ITEM_HIDDEN:
		walk_hidden(walk, type, r);
		break;
	case P11L_ITEM_LIST:
		walk_list(walk, type, r);
		break;
	case P11L_ITEM_TEMPLATE:
		walk_template(walk, r);
		break;
	case P11L_ITEM_STRUCT:
		walk_struct(walk, r);
		break;
	case P11L_ITEM_MECHANISM:
		walk_mechanism(walk, r);
		break;
	default:
		walk_mark(walk, type, item, r);
	}
	walk->depth++;
}

struct p11l_walk p11l_walk_start(const struct p11l_consumer *to, const struct p11l_params *params)
{
	return (struct p11l_walk){
	        .to = to,
	        .session = params->session,
	        .mechanism = params->mechanism,
	        .depth = P11L_WALK_DEPTH,
	};
}

void p11l_walk_span(struct p11l_walk *walk, const struct p11l_member *member, struct p11l_span span)
{
	struct p11l_reader r = {span.at, span.end};

	walk_member(walk, member, &r);
}
