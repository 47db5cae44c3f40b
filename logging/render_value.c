/* SPDX-License-Identifier: MIT */
#include "render_value.h"

#include "known.h"
#include "name.h"

void p11l_render_enum(struct p11l_text *t, unsigned space, uint64_t value)
{
	const char *name = p11l_name(space, (CK_ULONG)value);

	if (name != NULL)
		p11l_text_put(t, name);
	else
		p11l_text_hex(t, value);
}

static void render_flags(struct p11l_text *t, unsigned space, uint64_t value)
{
	const struct p11l_space *row = &p11l_spaces[space];
	bool first = true;

	for (unsigned i = 0; i < row->count; i++) {
		uint64_t bit = row->constant[i].value;

		if (bit == 0 || (value & bit) != bit)
			continue;
		if (!first)
			p11l_text_char(t, '|');
		p11l_text_put(t, row->constant[i].name);
		value &= ~bit;
		first = false;
	}
	if (value != 0 && !first)
		p11l_text_char(t, '|');
	if (value != 0 || first)
		value == 0 ? p11l_text_char(t, '0') : p11l_text_hex(t, value);
}

/* What an object is known to be, after its handle. */
static void render_known(struct p11l_text *t, uint64_t session, uint64_t object)
{
	struct p11l_known known;

	if (object == 0 || !p11l_known_object(session, object, &known))
		return;
	if (!known.has_class && !known.has_key_type && known.label_length == 0)
		return;
	p11l_text_char(t, '<');
	if (known.has_class)
		p11l_render_enum(t, P11L_SPACE_object_class, known.class);
	if (known.has_key_type) {
		if (known.has_class)
			p11l_text_char(t, ' ');
		p11l_render_enum(t, P11L_SPACE_key_type, known.key_type);
	}
	if (known.label_length > 0) {
		if (known.has_class || known.has_key_type)
			p11l_text_char(t, ' ');
		p11l_text_quoted(t, known.label, known.label_length);
	}
	p11l_text_char(t, '>');
}

/* The space of CKA_PARAMETER_SET depends on the key type, or on what generates the key. */
static void render_parameter_set(struct p11l_render *render, uint64_t value)
{
	static const struct {
		CK_KEY_TYPE key_type;
		CK_MECHANISM_TYPE generator;
		unsigned space;
	} sets[] = {
	        {CKK_ML_DSA, CKM_ML_DSA_KEY_PAIR_GEN, P11L_SPACE_ml_dsa},
	        {CKK_ML_KEM, CKM_ML_KEM_KEY_PAIR_GEN, P11L_SPACE_ml_kem},
	        {CKK_SLH_DSA, CKM_SLH_DSA_KEY_PAIR_GEN, P11L_SPACE_slh_dsa},
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (render->key_type == sets[i].key_type ||
		        render->mechanism == sets[i].generator) {
			p11l_render_enum(&render->text, sets[i].space, value);
			return;
		}
	}
	p11l_text_decimal(&render->text, value);
}

static void render_number(struct p11l_render *render, struct p11l_type type, uint64_t value)
{
	struct p11l_text *t = &render->text;

	switch (type.role) {
	case P11L_ROLE_BOOL:
		if (value > 1)
			p11l_text_hex(t, value);
		else
			p11l_text_put(t, value == 1 ? "CK_TRUE" : "CK_FALSE");
		break;
	case P11L_ROLE_ENUM:
	case P11L_ROLE_ENUMS:
		p11l_render_enum(t, type.ref, value);
		break;
	case P11L_ROLE_FLAGS:
		render_flags(t, type.ref, value);
		break;
	case P11L_ROLE_SESSION:
	case P11L_ROLE_SLOT:
		p11l_text_hex(t, value);
		break;
	case P11L_ROLE_OBJECT:
		p11l_text_hex(t, value);
		render_known(t, render->session, value);
		break;
	case P11L_ROLE_PARAMETER_SET:
		render_parameter_set(render, value);
		break;
	default:
		if (value == (uint64_t)CK_UNAVAILABLE_INFORMATION)
			p11l_text_put(t, "CK_UNAVAILABLE_INFORMATION");
		else
			p11l_text_decimal(t, value);
	}
}

/* "<32 bytes", to be ended by the caller. */
static void render_size(struct p11l_text *t, uint64_t length)
{
	p11l_text_char(t, '<');
	p11l_text_decimal(t, length);
	p11l_text_put(t, length == 1 ? " byte" : " bytes");
}

static size_t without_blanks(const uint8_t *octets, size_t size)
{
	while (size > 0 && octets[size - 1] == ' ')
		size--;
	return size;
}

/* Octets that have a meaning of their own; false when they turn out to have none. */
static bool render_meaning(
        struct p11l_text *t, struct p11l_type type, const uint8_t *octets, size_t size, bool whole)
{
	const struct p11l_curve *curve;

	switch (type.role) {
	case P11L_ROLE_TEXT:
	case P11L_ROLE_STRING:
	case P11L_ROLE_DATE:
		p11l_text_quoted(t, octets, whole ? without_blanks(octets, size) : size);
		return true;
	case P11L_ROLE_EC_PARAMS:
		curve = whole ? p11l_find_curve(octets, size) : NULL;
		if (curve != NULL)
			p11l_text_put(t, curve->name);
		return curve != NULL;
	case P11L_ROLE_NAME:
		p11l_text_char(t, '"');
		if (!whole || !p11l_name_text(t, octets, size)) {
			t->at--;
			return false;
		}
		p11l_text_char(t, '"');
		return true;
	case P11L_ROLE_CERTIFICATE:
		p11l_text_put(t, "certificate \"");
		if (!p11l_subject_text(t, octets, size)) {
			t->at -= sizeof("certificate \"") - 1;
			return false;
		}
		p11l_text_char(t, '"');
		return true;
	default:
		return false;
	}
}

#define MOST_OCTETS 64 /* of a value without meaning that was captured whole for its meaning */

static void render_bytes(struct p11l_render *render, struct p11l_type type, struct p11l_reader *r)
{
	struct p11l_text *t = &render->text;
	uint64_t length = p11l_get_u64(r);
	size_t shown = p11l_get_u16(r);
	const uint8_t *octets = p11l_get_octets(r, &shown);
	bool encoded = type.role == P11L_ROLE_NAME || type.role == P11L_ROLE_CERTIFICATE;

	if (!render_meaning(t, type, octets, shown, shown == length)) {
		if (encoded && shown > MOST_OCTETS)
			shown = MOST_OCTETS;
		p11l_text_octets(t, octets, shown);
	} else if (encoded) {
		return;
	}
	if (shown < length) {
		p11l_text_put(t, "...");
		render_size(t, length);
		p11l_text_char(t, '>');
	}
}

static void render_hidden(struct p11l_text *t, struct p11l_reader *r)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t length = p11l_get_u64(r);
	uint32_t print;

	p11l_get_u8(r);
	print = p11l_get_u32(r);
	render_size(t, length);
	p11l_text_put(t, " #");
	for (int shift = 28; shift >= 0; shift -= 4)
		p11l_text_char(t, digits[print >> shift & 15]);
	p11l_text_char(t, '>');
}

static void render_more(struct p11l_text *t, uint64_t length, unsigned shown)
{
	if (length > shown) {
		p11l_text_put(t, shown > 0 ? ", ...+" : "...+");
		p11l_text_decimal(t, length - shown);
	}
}

static void render_list(struct p11l_render *render, struct p11l_type type, struct p11l_reader *r)
{
	uint64_t length = p11l_get_u64(r);
	unsigned shown = p11l_get_u16(r);

	p11l_text_char(&render->text, '[');
	for (unsigned i = 0; i < shown && r->at < r->end; i++) {
		if (i > 0)
			p11l_text_put(&render->text, ", ");
		p11l_render_item(render, type, r);
	}
	render_more(&render->text, length, shown);
	p11l_text_char(&render->text, ']');
}

static CK_KEY_TYPE key_type_of(struct p11l_reader r)
{
	struct p11l_known known = {.has_key_type = false};

	r.at--; /* back to the item's own octet */
	p11l_known_template(&r, &known);
	return known.has_key_type ? known.key_type : CKK_VENDOR_DEFINED;
}

static void render_template(struct p11l_render *render, struct p11l_reader *r)
{
	static const struct p11l_type unknown = {P11L_ROLE_BYTES, P11L_KEY, 0};
	struct p11l_text *t = &render->text;
	CK_KEY_TYPE before = render->key_type;
	uint64_t length;
	unsigned shown;

	render->key_type = key_type_of(*r);
	length = p11l_get_u64(r);
	shown = p11l_get_u16(r);
	p11l_text_char(t, '{');
	for (unsigned i = 0; i < shown && r->at < r->end; i++) {
		uint64_t type = p11l_get_u64(r);
		const struct p11l_attribute *row = p11l_find_attribute((CK_ATTRIBUTE_TYPE)type);

		if (i > 0)
			p11l_text_put(t, ", ");
		p11l_render_enum(t, P11L_SPACE_attribute, type);
		p11l_text_char(t, '=');
		p11l_render_item(render, row != NULL ? row->value : unknown, r);
	}
	render_more(t, length, shown);
	p11l_text_char(t, '}');
	render->key_type = before;
}

static void render_struct(struct p11l_render *render, struct p11l_reader *r)
{
	unsigned id = p11l_get_u16(r), count = p11l_get_u8(r);
	const struct p11l_struct *row = id < P11L_STRUCTS ? &p11l_structs[id] : NULL;
	bool first = true;

	if (row == NULL || row->count != count) {
		r->at = r->end;
		return;
	}
	p11l_text_char(&render->text, '{');
	for (unsigned i = 0; i < count; i++) {
		if (row->field[i].type.role == P11L_ROLE_LENGTH) {
			p11l_skip_item(r);
			continue;
		}
		if (!first)
			p11l_text_put(&render->text, ", ");
		first = false;
		p11l_text_put(&render->text, row->field[i].name);
		p11l_text_char(&render->text, '=');
		p11l_render_item(render, row->field[i].type, r);
	}
	p11l_text_char(&render->text, '}');
}

/* CKM_ECDSA, CKM_AES_CBC{0x...}, CKM_AES_GCM{pIv=..., ...} */
static void render_mechanism(struct p11l_render *render, struct p11l_reader *r)
{
	uint64_t type = p11l_get_u64(r), length = p11l_get_u64(r);
	const struct p11l_mechanism *row = p11l_find_mechanism((CK_MECHANISM_TYPE)type);
	static const struct p11l_type unknown = {P11L_ROLE_BYTES, P11L_KEY, 0};
	bool is_struct = r->at < r->end && *r->at == P11L_ITEM_STRUCT;

	p11l_render_enum(&render->text, P11L_SPACE_mechanism, type);
	if (length == 0 && r->at < r->end && *r->at == P11L_ITEM_NULL) {
		p11l_skip_item(r);
		return;
	}
	if (!is_struct)
		p11l_text_char(&render->text, '{');
	p11l_render_item(render, row != NULL ? row->parameter : unknown, r);
	if (!is_struct)
		p11l_text_char(&render->text, '}');
}

/* Items of one word. */
static void render_mark(struct p11l_text *t, enum p11l_item item, struct p11l_reader *r)
{
	switch (item) {
	case P11L_ITEM_NONE:
		p11l_text_char(t, '?');
		break;
	case P11L_ITEM_NULL:
		p11l_text_put(t, "NULL");
		break;
	case P11L_ITEM_UNREADABLE:
		p11l_text_put(t, "unreadable@");
		p11l_text_hex(t, p11l_get_u64(r));
		break;
	case P11L_ITEM_ADDRESS:
		p11l_text_hex(t, p11l_get_u64(r));
		break;
	case P11L_ITEM_LENGTH:
		p11l_text_char(t, '[');
		p11l_text_decimal(t, p11l_get_u64(r));
		p11l_text_char(t, ']');
		break;
	case P11L_ITEM_UNAVAILABLE:
		p11l_text_put(t, "unavailable");
		break;
	default:
		p11l_text_put(t, "...");
	}
}

void p11l_render_item(struct p11l_render *render, struct p11l_type type, struct p11l_reader *r)
{
	enum p11l_item item = p11l_get_item(r);

	if (render->depth == 0) {
		r->at = r->end;
		return;
	}
	render->depth--;
	switch (item) {
	case P11L_ITEM_NUMBER:
		render_number(render, type, p11l_get_u64(r));
		break;
	case P11L_ITEM_BYTES:
		render_bytes(render, type, r);
		break;
	case P11L_ITEM_HIDDEN:
		render_hidden(&render->text, r);
		break;
	case P11L_ITEM_LIST:
		render_list(render, type, r);
		break;
	case P11L_ITEM_TEMPLATE:
		render_template(render, r);
		break;
	case P11L_ITEM_STRUCT:
		render_struct(render, r);
		break;
	case P11L_ITEM_MECHANISM:
		render_mechanism(render, r);
		break;
	default:
		render_mark(&render->text, item, r);
	}
	render->depth++;
}
