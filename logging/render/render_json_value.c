/* SPDX-License-Identifier: MIT */
/* Values in JSON. */
#include "render_json.h"

#include "name.h"

void p11l_json_enum(struct p11l_json *json, unsigned space, uint64_t value)
{
	const char *name = p11l_name(space, (CK_ULONG)value);

	if (name != NULL)
		p11l_json_name(json, name);
	else
		p11l_json_hex(json, value);
}

static void put_flags(struct p11l_json *json, unsigned space, uint64_t value)
{
	const char *name;
	unsigned at = 0;

	p11l_json_open(json, '[');
	while ((name = p11l_next_flag(space, &at, &value)) != NULL)
		p11l_json_name(json, name);
	if (value != 0)
		p11l_json_hex(json, value);
	p11l_json_close(json, ']');
}

/* A label may have been cut off within a character. */
static void put_label(struct p11l_json *json, const struct p11l_known *known)
{
	size_t size = known->label_length;
	size_t valid = p11l_utf8_prefix(known->label, size);

	if (size == P11L_KNOWN_LABEL && size - valid < 4)
		size = valid;
	p11l_json_key(json, "label");
	p11l_json_text(json, known->label, size);
}

static void put_object(struct p11l_json *json, const struct p11l_token *token)
{
	const struct p11l_known *known = token->known;

	p11l_json_open(json, '{');
	p11l_json_key(json, "handle");
	p11l_json_hex(json, token->value);
	if (known != NULL && known->has_class) {
		p11l_json_key(json, "class");
		p11l_json_enum(json, P11L_SPACE_object_class, known->class);
	}
	if (known != NULL && known->has_key_type) {
		p11l_json_key(json, "key_type");
		p11l_json_enum(json, P11L_SPACE_key_type, known->key_type);
	}
	if (known != NULL && known->label_length > 0)
		put_label(json, known);
	p11l_json_close(json, '}');
}

static void put_number(struct p11l_json *json, const struct p11l_token *token)
{
	uint64_t value = token->value;

	switch (token->kind) {
	case P11L_TOKEN_BOOL:
		if (value > 1)
			p11l_json_hex(json, value);
		else
			p11l_json_word(json, value == 1 ? "true" : "false");
		break;
	case P11L_TOKEN_ENUM:
		p11l_json_enum(json, token->type.ref, value);
		break;
	case P11L_TOKEN_FLAGS:
		put_flags(json, token->type.ref, value);
		break;
	case P11L_TOKEN_HANDLE:
		p11l_json_hex(json, value);
		break;
	case P11L_TOKEN_OBJECT:
		put_object(json, token);
		break;
	default:
		if (value == (uint64_t)CK_UNAVAILABLE_INFORMATION)
			p11l_json_name(json, "CK_UNAVAILABLE_INFORMATION");
		else
			p11l_json_number(json, value);
	}
}

/* Begins an object with the length of something. */
static void open_sized(struct p11l_json *json, uint64_t length)
{
	p11l_json_open(json, '{');
	p11l_json_key(json, "len");
	p11l_json_number(json, length);
}

static void put_octets(struct p11l_json *json, const struct p11l_token *token)
{
	open_sized(json, token->length);
	p11l_json_key(json, "hex");
	p11l_json_octets(json, token->octets, token->shown);
	p11l_json_close(json, '}');
}

/* The beginning of a text may end within a character. */
static void put_beginning(struct p11l_json *json, const struct p11l_token *token, size_t valid)
{
	if (token->shown - valid >= 4) {
		put_octets(json, token);
		return;
	}
	open_sized(json, token->length);
	p11l_json_key(json, "text");
	p11l_json_text(json, token->octets, valid);
	p11l_json_close(json, '}');
}

static void put_text(struct p11l_json *json, const struct p11l_token *token)
{
	size_t valid = p11l_utf8_prefix(token->octets, token->shown);

	if (token->shown < token->length)
		put_beginning(json, token, valid);
	else if (valid < token->shown)
		put_octets(json, token);
	else
		p11l_json_text(json, token->octets,
		        token->padded ? p11l_without_blanks(token->octets, valid) : valid);
}

/* Octets with a meaning: {"KEY":"...", "len":N, "hex":"..."} */
static void put_meaning(struct p11l_json *json, const struct p11l_token *token, const char *key)
{
	p11l_json_open(json, '{');
	p11l_json_key(json, key);
	if (p11l_json_begin(json)) {
		p11l_text_char(&json->text, '"');
		if (token->kind == P11L_TOKEN_CURVE)
			p11l_text_put(&json->text, token->name);
		else if (token->kind == P11L_TOKEN_NAME)
			p11l_name_text(&json->text, token->octets, token->shown);
		else
			p11l_subject_text(&json->text, token->octets, token->shown);
		p11l_text_char(&json->text, '"');
		p11l_json_end(json);
	}
	p11l_json_key(json, "len");
	p11l_json_number(json, token->length);
	p11l_json_key(json, "hex");
	p11l_json_octets(json, token->octets, token->shown);
	p11l_json_close(json, '}');
}

static void put_hidden(struct p11l_json *json, const struct p11l_token *token)
{
	open_sized(json, token->length);
	p11l_json_key(json, "secret");
	p11l_json_name(json, p11l_secrecy_name(token->secrecy));
	p11l_json_key(json, "fp");
	if (p11l_json_begin(json)) {
		p11l_text_char(&json->text, '"');
		p11l_text_print(&json->text, token->print);
		p11l_text_char(&json->text, '"');
		p11l_json_end(json);
	}
	p11l_json_close(json, '}');
}

/* {"KEY":true} */
static void put_mark(struct p11l_json *json, const char *key)
{
	p11l_json_open(json, '{');
	p11l_json_key(json, key);
	p11l_json_word(json, "true");
	p11l_json_close(json, '}');
}

/* {"KEY":"0x..."} */
static void put_address(struct p11l_json *json, const char *key, uint64_t address)
{
	p11l_json_open(json, '{');
	p11l_json_key(json, key);
	p11l_json_hex(json, address);
	p11l_json_close(json, '}');
}

static void put_value(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_json_walk *to = (struct p11l_json_walk *)walk;
	struct p11l_json *json = &to->json;

	switch (token->kind) {
	case P11L_TOKEN_CUT:
		to->cut = true;
		break;
	case P11L_TOKEN_NONE:
		put_mark(json, "omitted");
		break;
	case P11L_TOKEN_NULL:
		p11l_json_word(json, "null");
		break;
	case P11L_TOKEN_UNREADABLE:
		put_address(json, "unreadable", token->value);
		break;
	case P11L_TOKEN_ADDRESS:
		put_address(json, "address", token->value);
		break;
	case P11L_TOKEN_LENGTH:
		open_sized(json, token->length);
		p11l_json_close(json, '}');
		break;
	case P11L_TOKEN_UNAVAILABLE:
		put_mark(json, "unavailable");
		break;
	case P11L_TOKEN_TEXT:
		put_text(json, token);
		break;
	case P11L_TOKEN_OCTETS:
		put_octets(json, token);
		break;
	case P11L_TOKEN_CURVE:
		put_meaning(json, token, "curve");
		break;
	case P11L_TOKEN_NAME:
		put_meaning(json, token, "dn");
		break;
	case P11L_TOKEN_CERTIFICATE:
		put_meaning(json, token, "certificate");
		break;
	case P11L_TOKEN_HIDDEN:
		put_hidden(json, token);
		break;
	default:
		put_number(json, token);
	}
}

static void open_group(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_json *json = &((struct p11l_json_walk *)walk)->json;

	switch (token->kind) {
	case P11L_TOKEN_LIST:
	case P11L_TOKEN_TEMPLATE:
		open_sized(json, token->length);
		p11l_json_key(json, token->kind == P11L_TOKEN_LIST ? "items" : "attributes");
		p11l_json_open(json, '[');
		break;
	case P11L_TOKEN_ATTRIBUTE:
		p11l_json_open(json, '{');
		p11l_json_key(json, "type");
		p11l_json_enum(json, P11L_SPACE_attribute, token->value);
		p11l_json_key(json, "value");
		break;
	case P11L_TOKEN_STRUCT:
		p11l_json_open(json, '{');
		break;
	case P11L_TOKEN_FIELD:
		p11l_json_key(json, token->member->name);
		break;
	case P11L_TOKEN_MECHANISM:
		p11l_json_open(json, '{');
		p11l_json_key(json, "mechanism");
		p11l_json_enum(json, P11L_SPACE_mechanism, token->value);
		p11l_json_key(json, "parameter");
		if (token->empty)
			p11l_json_word(json, "null");
		break;
	default: /* an element of a list has no name */
		break;
	}
}

static void close_group(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_json *json = &((struct p11l_json_walk *)walk)->json;

	switch (token->kind) {
	case P11L_TOKEN_LIST:
	case P11L_TOKEN_TEMPLATE:
		p11l_json_close(json, ']');
		p11l_json_close(json, '}');
		break;
	case P11L_TOKEN_ATTRIBUTE:
	case P11L_TOKEN_STRUCT:
	case P11L_TOKEN_MECHANISM:
		p11l_json_close(json, '}');
		break;
	default:
		break;
	}
}

const struct p11l_consumer p11l_json_values = {put_value, open_group, close_group};
