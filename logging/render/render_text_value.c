/* SPDX-License-Identifier: MIT */
/* Values in a line of text. */
#include "render_text.h"

#include "name.h"

void p11l_text_enum(struct p11l_text *t, unsigned space, uint64_t value)
{
	const char *name = p11l_name(space, (CK_ULONG)value);

	if (name != NULL)
		p11l_text_put(t, name);
	else
		p11l_text_hex(t, value);
}

static void put_flags(struct p11l_text *t, unsigned space, uint64_t value)
{
	const char *name;
	unsigned at = 0;
	bool first = true;

	while ((name = p11l_next_flag(space, &at, &value)) != NULL) {
		if (!first)
			p11l_text_char(t, '|');
		p11l_text_put(t, name);
		first = false;
	}
	if (value != 0 && !first)
		p11l_text_char(t, '|');
	if (value != 0 || first)
		value == 0 ? p11l_text_char(t, '0') : p11l_text_hex(t, value);
}

/* What an object is known to be, after its handle. */
static void put_known(struct p11l_text *t, const struct p11l_known *known)
{
	p11l_text_char(t, '<');
	if (known->has_class)
		p11l_text_enum(t, P11L_SPACE_object_class, known->class);
	if (known->has_key_type) {
		if (known->has_class)
			p11l_text_char(t, ' ');
		p11l_text_enum(t, P11L_SPACE_key_type, known->key_type);
	}
	if (known->label_length > 0) {
		if (known->has_class || known->has_key_type)
			p11l_text_char(t, ' ');
		p11l_text_quoted(t, known->label, known->label_length);
	}
	p11l_text_char(t, '>');
}

static void put_number(struct p11l_text *t, const struct p11l_token *token)
{
	uint64_t value = token->value;

	switch (token->kind) {
	case P11L_TOKEN_BOOL:
		if (value > 1)
			p11l_text_hex(t, value);
		else
			p11l_text_put(t, value == 1 ? "CK_TRUE" : "CK_FALSE");
		break;
	case P11L_TOKEN_ENUM:
		p11l_text_enum(t, token->type.ref, value);
		break;
	case P11L_TOKEN_FLAGS:
		put_flags(t, token->type.ref, value);
		break;
	case P11L_TOKEN_NUMBER:
		if (value == (uint64_t)CK_UNAVAILABLE_INFORMATION)
			p11l_text_put(t, "CK_UNAVAILABLE_INFORMATION");
		else
			p11l_text_decimal(t, value);
		break;
	default:
		p11l_text_hex(t, value);
		if (token->known != NULL)
			put_known(t, token->known);
	}
}

/* "<32 bytes", to be ended by the caller. */
static void put_size(struct p11l_text *t, uint64_t length)
{
	p11l_text_char(t, '<');
	p11l_text_decimal(t, length);
	p11l_text_put(t, length == 1 ? " byte" : " bytes");
}

static void put_rest(struct p11l_text *t, const struct p11l_token *token)
{
	if (token->shown < token->length) {
		p11l_text_put(t, "...");
		put_size(t, token->length);
		p11l_text_char(t, '>');
	}
}

static void put_octets(struct p11l_text *t, const struct p11l_token *token)
{
	size_t size = token->shown;

	switch (token->kind) {
	case P11L_TOKEN_TEXT:
		if (size == token->length)
			size = p11l_without_blanks(token->octets, size);
		p11l_text_quoted(t, token->octets, size);
		put_rest(t, token);
		break;
	case P11L_TOKEN_CURVE:
		p11l_text_put(t, token->name);
		break;
	case P11L_TOKEN_NAME:
		p11l_text_char(t, '"');
		p11l_name_text(t, token->octets, size);
		p11l_text_char(t, '"');
		break;
	case P11L_TOKEN_CERTIFICATE:
		p11l_text_put(t, "certificate \"");
		p11l_subject_text(t, token->octets, size);
		p11l_text_char(t, '"');
		break;
	default:
		p11l_text_octets(t, token->octets, size);
		put_rest(t, token);
	}
}

static void put_hidden(struct p11l_text *t, const struct p11l_token *token)
{
	put_size(t, token->length);
	p11l_text_put(t, " #");
	p11l_text_print(t, token->print);
	p11l_text_char(t, '>');
}

static void put_length(struct p11l_text *t, uint64_t length)
{
	p11l_text_char(t, '[');
	p11l_text_decimal(t, length);
	p11l_text_char(t, ']');
}

static void put_value(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_text *t = &((struct p11l_text_walk *)walk)->text;

	switch (token->kind) {
	case P11L_TOKEN_CUT:
		p11l_text_put(t, "...");
		break;
	case P11L_TOKEN_NONE:
		p11l_text_char(t, '?');
		break;
	case P11L_TOKEN_NULL:
		p11l_text_put(t, "NULL");
		break;
	case P11L_TOKEN_UNREADABLE:
		p11l_text_put(t, "unreadable@");
		p11l_text_hex(t, token->value);
		break;
	case P11L_TOKEN_LENGTH:
		put_length(t, token->length);
		break;
	case P11L_TOKEN_UNAVAILABLE:
		p11l_text_put(t, "unavailable");
		break;
	case P11L_TOKEN_TEXT:
	case P11L_TOKEN_OCTETS:
	case P11L_TOKEN_CURVE:
	case P11L_TOKEN_NAME:
	case P11L_TOKEN_CERTIFICATE:
		put_octets(t, token);
		break;
	case P11L_TOKEN_HIDDEN:
		put_hidden(t, token);
		break;
	default:
		put_number(t, token);
	}
}

/* NAME=, after a comma if it is not the first */
static void put_label(struct p11l_text *t, unsigned index, const char *name)
{
	if (index > 0)
		p11l_text_put(t, ", ");
	if (name != NULL) {
		p11l_text_put(t, name);
		p11l_text_char(t, '=');
	}
}

/* CKM_ECDSA, CKM_AES_CBC{0x...}, CKM_AES_GCM{pIv=..., ...} */
static void open_group(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_text *t = &((struct p11l_text_walk *)walk)->text;

	switch (token->kind) {
	case P11L_TOKEN_LIST:
		p11l_text_char(t, '[');
		break;
	case P11L_TOKEN_TEMPLATE:
	case P11L_TOKEN_STRUCT:
		p11l_text_char(t, '{');
		break;
	case P11L_TOKEN_ATTRIBUTE:
		put_label(t, token->index, NULL);
		p11l_text_enum(t, P11L_SPACE_attribute, token->value);
		p11l_text_char(t, '=');
		break;
	case P11L_TOKEN_FIELD:
		put_label(t, token->index, token->member->name);
		break;
	case P11L_TOKEN_MECHANISM:
		p11l_text_enum(t, P11L_SPACE_mechanism, token->value);
		if (!token->empty && !token->structured)
			p11l_text_char(t, '{');
		break;
	default:
		put_label(t, token->index, NULL);
	}
}

static void put_more(struct p11l_text *t, const struct p11l_token *token)
{
	if (token->length > token->shown) {
		p11l_text_put(t, token->shown > 0 ? ", ...+" : "...+");
		p11l_text_decimal(t, token->length - token->shown);
	}
}

static void close_group(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_text *t = &((struct p11l_text_walk *)walk)->text;

	switch (token->kind) {
	case P11L_TOKEN_LIST:
		put_more(t, token);
		p11l_text_char(t, ']');
		break;
	case P11L_TOKEN_TEMPLATE:
		put_more(t, token);
		p11l_text_char(t, '}');
		break;
	case P11L_TOKEN_STRUCT:
		p11l_text_char(t, '}');
		break;
	case P11L_TOKEN_MECHANISM:
		if (!token->empty && !token->structured)
			p11l_text_char(t, '}');
		break;
	default:
		break;
	}
}

const struct p11l_consumer p11l_text_values = {put_value, open_group, close_group};
