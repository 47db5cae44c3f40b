/* SPDX-License-Identifier: MIT */
/* Values in XML. */
#include "render_xml.h"

#include "name.h"

static void put_constant(struct p11l_text *t, unsigned space, uint64_t value)
{
	const char *name = p11l_name(space, (CK_ULONG)value);

	if (name != NULL)
		p11l_text_put(t, p11l_xml_constant(name));
	else
		p11l_text_hex(t, value);
}

void p11l_xml_enum(struct p11l_xml *xml, const char *attribute, unsigned space, uint64_t value)
{
	p11l_xml_attribute(xml, attribute);
	put_constant(&xml->text, space, value);
	p11l_xml_quote(xml);
}

static void put_flags(struct p11l_xml *xml, unsigned space, uint64_t value)
{
	struct p11l_text *t = &xml->text;
	const char *name;
	unsigned at = 0;
	bool first = true;

	p11l_xml_attribute(xml, "value");
	while ((name = p11l_next_flag(space, &at, &value)) != NULL) {
		if (!first)
			p11l_text_char(t, '|');
		p11l_text_put(t, p11l_xml_constant(name));
		first = false;
	}
	if (value != 0 && !first)
		p11l_text_char(t, '|');
	if (value != 0 || first)
		p11l_text_hex(t, value);
	p11l_xml_quote(xml);
}

/* Begins the element that has been named. */
static void begin(struct p11l_xml_walk *to)
{
	p11l_xml_element(&to->xml, to->name.text);
	if (to->attribute)
		p11l_xml_enum(&to->xml, "type", P11L_SPACE_attribute, to->type);
	to->attribute = false;
}

/* A label may have been cut off within a character. */
static void note_label(struct p11l_xml *xml, const struct p11l_known *known)
{
	size_t size = known->label_length;
	size_t valid = p11l_utf8_prefix(known->label, size);

	if (size == P11L_KNOWN_LABEL && size - valid < 4)
		size = valid;
	p11l_xml_text(xml, "label", known->label, size);
}

static void put_object(struct p11l_xml *xml, const struct p11l_token *token)
{
	const struct p11l_known *known = token->known;

	p11l_xml_hex(xml, "value", token->value);
	if (known == NULL)
		return;
	p11l_xml_note(xml);
	if (known->has_class)
		p11l_xml_enum(xml, "class", P11L_SPACE_object_class, known->class);
	if (known->has_key_type)
		p11l_xml_enum(xml, "key_type", P11L_SPACE_key_type, known->key_type);
	if (known->label_length > 0)
		note_label(xml, known);
}

/* In templates the test cases of the profiles write it in capitals. */
static void put_bool(struct p11l_xml *xml, uint64_t value, bool capitals)
{
	if (capitals)
		p11l_xml_string(xml, "value", value != 0 ? "TRUE" : "FALSE");
	else
		p11l_xml_string(xml, "value", value != 0 ? "true" : "false");
	if (value > 1) {
		p11l_xml_note(xml);
		p11l_xml_hex(xml, "bool", value);
	}
}

static void put_number(struct p11l_xml *xml, const struct p11l_token *token, bool capitals)
{
	uint64_t value = token->value;

	switch (token->kind) {
	case P11L_TOKEN_BOOL:
		put_bool(xml, value, capitals);
		break;
	case P11L_TOKEN_ENUM:
		p11l_xml_enum(xml, "value", token->type.ref, value);
		break;
	case P11L_TOKEN_FLAGS:
		put_flags(xml, token->type.ref, value);
		break;
	case P11L_TOKEN_HANDLE:
		p11l_xml_hex(xml, "value", value);
		break;
	case P11L_TOKEN_OBJECT:
		put_object(xml, token);
		break;
	default:
		if (value == (uint64_t)CK_UNAVAILABLE_INFORMATION)
			p11l_xml_string(xml, "value", "UnavailableInformation");
		else
			p11l_xml_number(xml, "value", value);
	}
}

/* All octets as the value; of those that were cut off the length, and a note how they begin. */
static void put_octets(struct p11l_xml *xml, const struct p11l_token *token)
{
	if (token->shown == token->length) {
		p11l_xml_octets(xml, "value", token->octets, token->shown);
		return;
	}
	p11l_xml_number(xml, "length", token->length);
	if (token->kind != P11L_TOKEN_CERTIFICATE) {
		p11l_xml_note(xml);
		p11l_xml_octets(xml, "start", token->octets, token->shown);
	}
}

/* Text that XML cannot hold is written as octets, as the standard's form would have it. */
static void put_text(struct p11l_xml *xml, const struct p11l_token *token)
{
	if (token->shown == token->length && p11l_fits_xml(token->octets, token->shown)) {
		p11l_xml_text(xml, "value", token->octets, token->shown);
		return;
	}
	put_octets(xml, token);
	if (token->shown == token->length) {
		p11l_xml_note(xml);
		p11l_xml_string(xml, "encoding", "hex");
	}
}

/* Octets, and what they mean. */
static void put_meaning(struct p11l_xml *xml, const struct p11l_token *token)
{
	put_octets(xml, token);
	p11l_xml_note(xml);
	switch (token->kind) {
	case P11L_TOKEN_CURVE:
		p11l_xml_string(xml, "curve", token->name);
		break;
	case P11L_TOKEN_NAME:
		p11l_xml_attribute(xml, "dn");
		p11l_name_text(&xml->text, token->octets, token->shown);
		p11l_xml_quote(xml);
		break;
	default:
		p11l_xml_attribute(xml, "certificate");
		p11l_subject_text(&xml->text, token->octets, token->shown);
		p11l_xml_quote(xml);
	}
}

static void put_hidden(struct p11l_xml *xml, const struct p11l_token *token)
{
	p11l_xml_number(xml, "length", token->length);
	p11l_xml_note(xml);
	p11l_xml_string(xml, "secret", p11l_secrecy_name(token->secrecy));
	p11l_xml_attribute(xml, "fp");
	p11l_text_print(&xml->text, token->print);
	p11l_xml_quote(xml);
}

/* The attributes of the element that was begun. */
static void put_content(struct p11l_xml *xml, const struct p11l_token *token, bool capitals)
{
	switch (token->kind) {
	case P11L_TOKEN_NULL:
		break;
	case P11L_TOKEN_NONE:
		p11l_xml_note(xml);
		p11l_xml_string(xml, "omitted", "true");
		break;
	case P11L_TOKEN_UNREADABLE:
		p11l_xml_note(xml);
		p11l_xml_hex(xml, "unreadable", token->value);
		break;
	case P11L_TOKEN_LENGTH:
		p11l_xml_number(xml, "length", token->length);
		break;
	case P11L_TOKEN_UNAVAILABLE:
		p11l_xml_string(xml, "length", "UnavailableInformation");
		break;
	case P11L_TOKEN_TEXT:
		put_text(xml, token);
		break;
	case P11L_TOKEN_OCTETS:
		if (token->type.secrecy == P11L_PIN)
			put_text(xml, token);
		else
			put_octets(xml, token);
		break;
	case P11L_TOKEN_CURVE:
	case P11L_TOKEN_NAME:
	case P11L_TOKEN_CERTIFICATE:
		put_meaning(xml, token);
		break;
	case P11L_TOKEN_HIDDEN:
		put_hidden(xml, token);
		break;
	default:
		put_number(xml, token, capitals);
	}
}

/* Within a CK_VERSION only its own numbers count; a damaged record may hold other things. */
static void put_version_field(struct p11l_xml_walk *to, const struct p11l_token *token)
{
	if (to->version == 1 && token->kind == P11L_TOKEN_NUMBER)
		p11l_xml_number(&to->xml, to->field, token->value);
}

static void put_value(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_xml_walk *to = (struct p11l_xml_walk *)walk;
	bool capitals = to->attribute;

	if (token->kind == P11L_TOKEN_CUT) {
		to->cut = true;
	} else if (to->version > 0) {
		put_version_field(to, token);
	} else if (token->type.role != P11L_ROLE_OPAQUE) {
		begin(to);
		put_content(&to->xml, token, capitals);
		p11l_xml_end(&to->xml);
	}
}

static void open_mechanism(struct p11l_xml_walk *to, uint64_t type)
{
	begin(to);
	p11l_xml_open(&to->xml);
	p11l_xml_element(&to->xml, "Type");
	p11l_xml_enum(&to->xml, "value", P11L_SPACE_mechanism, type);
	p11l_xml_end(&to->xml);
	memcpy(to->name.text, "Parameter", sizeof("Parameter"));
}

static void open_struct(struct p11l_xml_walk *to, const struct p11l_struct *row)
{
	begin(to);
	if (row == &p11l_structs[P11L_STRUCT_CK_VERSION])
		to->version = 1;
	else
		p11l_xml_open(&to->xml);
}

static void open_sized(struct p11l_xml_walk *to, const struct p11l_token *token)
{
	begin(to);
	if (token->shown < token->length)
		p11l_xml_number(&to->xml, "length", token->length);
	p11l_xml_open(&to->xml);
}

/* What names the value that follows, but is no group of values. */
static bool open_label(struct p11l_xml_walk *to, const struct p11l_token *token)
{
	switch (token->kind) {
	case P11L_TOKEN_ATTRIBUTE:
		memcpy(to->name.text, "Attribute", sizeof("Attribute"));
		to->attribute = true;
		to->type = token->value;
		return true;
	case P11L_TOKEN_FIELD:
		to->field = token->member->name;
		p11l_xml_member(&to->name, NULL, token->member);
		return true;
	case P11L_TOKEN_ELEMENT:
		p11l_xml_list_element(&to->name, token->type);
		return true;
	default:
		return false;
	}
}

static void open_group(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_xml_walk *to = (struct p11l_xml_walk *)walk;

	if (open_label(to, token))
		return;
	if (to->version > 0)
		to->version++;
	else if (token->kind == P11L_TOKEN_STRUCT)
		open_struct(to, token->row);
	else if (token->kind == P11L_TOKEN_MECHANISM)
		open_mechanism(to, token->value);
	else
		open_sized(to, token);
}

static void close_group(struct p11l_walk *walk, const struct p11l_token *token)
{
	struct p11l_xml_walk *to = (struct p11l_xml_walk *)walk;

	to->attribute = false;
	if (token->kind == P11L_TOKEN_ATTRIBUTE || token->kind == P11L_TOKEN_FIELD ||
	        token->kind == P11L_TOKEN_ELEMENT)
		return;
	if (to->version == 0)
		p11l_xml_close(&to->xml);
	else if (--to->version == 0)
		p11l_xml_end(&to->xml);
}

const struct p11l_consumer p11l_xml_values = {put_value, open_group, close_group};
