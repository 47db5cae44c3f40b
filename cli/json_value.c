/* SPDX-License-Identifier: MIT */
/* Values of JSON back to items. */
#include "json.h"

#include "logging/record/capture.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ITEMS 1024 /* of a list, a template */

static const struct p11l_type unknown = {P11L_ROLE_BYTES, P11L_KEY, 0};

static void put_value(struct cli_json *to, struct p11l_type type, json_object *value);

static uint64_t length_in(json_object *object)
{
	uint64_t length = 0;

	cli_json_number(cli_json_get(object, "len"), &length);
	return length;
}

static void put_bytes(struct p11l_writer *w, uint64_t length, const void *octets, size_t shown)
{
	if (p11l_room(w, 11 + shown) && p11l_put_array(w, P11L_ITEM_BYTES, length, (uint16_t)shown))
		p11l_put_raw(w, octets, shown);
}

static void put_hex(struct p11l_writer *w, json_object *object, json_object *digits)
{
	uint8_t octets[8192];

	put_bytes(w, length_in(object), octets, cli_json_octets(digits, octets, sizeof(octets)));
}

/* Text that filled a field of fixed size has lost its blanks. */
static void put_text(struct p11l_writer *w, uint64_t length, json_object *string, size_t fixed)
{
	char padded[256];
	size_t size = (size_t)json_object_get_string_len(string);
	const char *text = json_object_get_string(string);

	if (size > UINT16_MAX)
		size = UINT16_MAX;
	if (fixed > size && fixed <= sizeof(padded)) {
		memset(padded, ' ', fixed);
		memcpy(padded, text, size);
		put_bytes(w, fixed, padded, fixed);
	} else {
		put_bytes(w, length, text, size);
	}
}

static void put_hidden(struct p11l_writer *w, json_object *object, json_object *secret)
{
	const char *word = json_object_get_string(secret);
	uint8_t secrecy = strcmp(word, "data") == 0  ? P11L_DATA
	                  : strcmp(word, "pin") == 0 ? P11L_PIN
	                                             : P11L_KEY;
	uint64_t length = length_in(object);
	uint8_t octets[4] = {0};
	uint32_t print;

	cli_json_octets(cli_json_get(object, "fp"), octets, sizeof(octets));
	print = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
	        octets[3];
	if (!p11l_room(w, 14))
		return;
	*w->at++ = P11L_ITEM_HIDDEN;
	p11l_put_raw(w, &length, 8);
	p11l_put_raw(w, &secrecy, 1);
	p11l_put_raw(w, &print, 4);
}

static unsigned shown_of(json_object *array)
{
	size_t size =
	        json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;

	return size < MOST_ITEMS ? (unsigned)size : MOST_ITEMS;
}

/* Whether elements are missing that would have been shown. */
static bool lacks(const struct cli_json *to, json_object *object, unsigned shown)
{
	return to->cut && shown < length_in(object) && shown < P11L_CAPTURE_ELEMENTS;
}

/* With one element more than there are when the rest was cut off, so that this is seen again. */
static bool begin_list(
        struct cli_json *to, enum p11l_item item, json_object *object, unsigned shown)
{
	return p11l_put_array(
	        &to->writer, item, length_in(object), (uint16_t)(shown + lacks(to, object, shown)));
}

static void put_list(
        struct cli_json *to, struct p11l_type type, json_object *object, json_object *items)
{
	unsigned shown = shown_of(items);

	if (!begin_list(to, P11L_ITEM_LIST, object, shown))
		return;
	for (unsigned i = 0; i < shown; i++)
		put_value(to, type, json_object_array_get_idx(items, i));
	if (lacks(to, object, shown))
		cli_json_missing(to);
}

static void put_attribute(struct cli_json *to, json_object *attribute)
{
	const struct p11l_attribute *row;
	json_object *value = NULL;
	uint64_t type = 0;

	cli_json_constant(P11L_SPACE_attribute, cli_json_get(attribute, "type"), &type);
	if (!p11l_room(&to->writer, 8))
		return;
	p11l_put_raw(&to->writer, &type, 8);
	row = p11l_find_attribute((CK_ATTRIBUTE_TYPE)type);
	if (json_object_is_type(attribute, json_type_object) &&
	        json_object_object_get_ex(attribute, "value", &value))
		put_value(to, row != NULL ? row->value : unknown, value);
	else
		cli_json_missing(to);
}

static void put_template(struct cli_json *to, json_object *object, json_object *attributes)
{
	unsigned shown = shown_of(attributes);

	if (!begin_list(to, P11L_ITEM_TEMPLATE, object, shown))
		return;
	for (unsigned i = 0; i < shown; i++)
		put_attribute(to, json_object_array_get_idx(attributes, i));
	if (lacks(to, object, shown))
		cli_json_missing(to);
}

/* The field that a length belongs to says it, or does not. */
static void put_field_length(
        struct cli_json *to, const struct p11l_struct *row, unsigned field, json_object *object)
{
	uint64_t length = 0;

	for (unsigned i = 0; i < row->count; i++)
		if (row->field[i].length == P11L_LENGTH_MEMBER && row->field[i].length_ref == field)
			length = length_in(cli_json_get(object, row->field[i].name));
	p11l_put_u64(&to->writer, P11L_ITEM_NUMBER, length);
}

static void put_struct(struct cli_json *to, unsigned id, json_object *object)
{
	const struct p11l_struct *row = &p11l_structs[id];
	uint16_t id16 = (uint16_t)id;
	uint8_t count = (uint8_t)row->count;
	json_object *value;

	if (!p11l_room(&to->writer, 4))
		return;
	*to->writer.at++ = P11L_ITEM_STRUCT;
	p11l_put_raw(&to->writer, &id16, 2);
	p11l_put_raw(&to->writer, &count, 1);
	for (unsigned i = 0; i < row->count; i++) {
		if (row->field[i].type.role == P11L_ROLE_LENGTH)
			put_field_length(to, row, i, object);
		else if (json_object_object_get_ex(object, row->field[i].name, &value))
			cli_json_value(to, &row->field[i], value);
		else
			cli_json_missing(to);
	}
}

/* How long a parameter was, which a struct does not say. */
static uint64_t parameter_length(json_object *parameter, unsigned id)
{
	if (id != P11L_NO_STRUCT)
		return p11l_structs[id].size;
	if (parameter == NULL)
		return 0;
	return json_object_is_type(parameter, json_type_object) ? length_in(parameter)
	                                                        : sizeof(CK_ULONG);
}

/* What an object that is no struct has one of. */
static bool is_marked(json_object *object)
{
	static const char *const marks[] = {
	        "len", "handle", "unreadable", "address", "omitted", "unavailable", "mechanism"};
	json_object *value;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (json_object_object_get_ex(object, marks[i], &value))
			return true;
	return false;
}

static void put_mechanism(struct cli_json *to, json_object *object, json_object *mechanism)
{
	struct p11l_writer *w = &to->writer;
	json_object *parameter = cli_json_get(object, "parameter");
	const struct p11l_mechanism_row *row;
	unsigned id = P11L_NO_STRUCT;
	uint64_t type = 0, length;

	cli_json_constant(P11L_SPACE_mechanism, mechanism, &type);
	row = p11l_find_mechanism((CK_MECHANISM_TYPE)type);
	if (json_object_is_type(parameter, json_type_object) && !is_marked(parameter))
		id = cli_json_struct(row, parameter);
	length = parameter_length(parameter, id);
	if (!p11l_room(w, 17))
		return;
	*w->at++ = P11L_ITEM_MECHANISM;
	p11l_put_raw(w, &type, 8);
	p11l_put_raw(w, &length, 8);
	if (id != P11L_NO_STRUCT)
		put_struct(to, id, parameter);
	else if (json_object_object_get_ex(object, "parameter", &parameter))
		put_value(to, row != NULL ? row->parameter : unknown, parameter);
	else
		cli_json_missing(to);
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Octets that are no UTF-8 stand there as \xff. */
static void note_label(struct p11l_known *known, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end && known->label_length < P11L_KNOWN_LABEL) {
		uint8_t octet = (uint8_t)*text;

		if (end - text >= 4 && text[0] == '\\' && text[1] == 'x' && text[2] >= '8' &&
		        is_hex(text[2]) && is_hex(text[3])) {
			octet = (uint8_t)strtoul((const char[]){text[2], text[3], '\0'}, NULL, 16);
			text += 3;
		}
		known->label[known->label_length++] = octet;
		text++;
	}
}

static void note_known(struct cli_json *to, json_object *object, uint64_t handle)
{
	json_object *label = cli_json_get(object, "label");
	struct cli_note *note;
	uint64_t value;

	if (handle == 0 || to->notes == CLI_JSON_NOTES)
		return;
	note = &to->note[to->notes++];
	memset(note, 0, sizeof(*note));
	note->object = handle;
	note->known.has_class =
	        cli_json_constant(P11L_SPACE_object_class, cli_json_get(object, "class"), &value);
	if (note->known.has_class)
		note->known.class = (CK_OBJECT_CLASS)value;
	note->known.has_key_type =
	        cli_json_constant(P11L_SPACE_key_type, cli_json_get(object, "key_type"), &value);
	if (note->known.has_key_type)
		note->known.key_type = (CK_KEY_TYPE)value;
	if (label != NULL)
		note_label(&note->known, json_object_get_string(label),
		        (size_t)json_object_get_string_len(label));
}

static void put_object_handle(struct cli_json *to, json_object *object, json_object *value)
{
	uint64_t handle = 0;

	cli_json_number(value, &handle);
	p11l_put_u64(&to->writer, P11L_ITEM_NUMBER, handle);
	note_known(to, object, handle);
}

static void put_address(struct p11l_writer *w, enum p11l_item item, json_object *value)
{
	uint64_t address = 0;

	cli_json_number(value, &address);
	p11l_put_u64(w, item, address);
}

/* An object with a length: its other member says what it is the length of. */
static void put_sized(struct cli_json *to, struct p11l_type type, json_object *object)
{
	struct p11l_writer *w = &to->writer;
	json_object *value;

	if ((value = cli_json_get(object, "items")) != NULL)
		put_list(to, type, object, value);
	else if ((value = cli_json_get(object, "attributes")) != NULL)
		put_template(to, object, value);
	else if ((value = cli_json_get(object, "secret")) != NULL)
		put_hidden(w, object, value);
	else if ((value = cli_json_get(object, "hex")) != NULL)
		put_hex(w, object, value);
	else if ((value = cli_json_get(object, "text")) != NULL)
		put_text(w, length_in(object), value, 0);
	else
		p11l_put_u64(w, P11L_ITEM_LENGTH, length_in(object));
}

static void put_object(struct cli_json *to, struct p11l_type type, json_object *object)
{
	struct p11l_writer *w = &to->writer;
	json_object *value;
	unsigned id;

	if ((value = cli_json_get(object, "handle")) != NULL) {
		put_object_handle(to, object, value);
	} else if ((value = cli_json_get(object, "unreadable")) != NULL) {
		put_address(w, P11L_ITEM_UNREADABLE, value);
	} else if ((value = cli_json_get(object, "address")) != NULL) {
		put_address(w, P11L_ITEM_ADDRESS, value);
	} else if (cli_json_get(object, "omitted") != NULL) {
		p11l_put_item(w, P11L_ITEM_NONE);
	} else if (cli_json_get(object, "unavailable") != NULL) {
		p11l_put_item(w, P11L_ITEM_UNAVAILABLE);
	} else if ((value = cli_json_get(object, "mechanism")) != NULL) {
		put_mechanism(to, object, value);
	} else if (is_marked(object)) {
		put_sized(to, type, object);
	} else {
		id = type.role == P11L_ROLE_STRUCT ? type.ref : cli_json_struct(NULL, object);
		if (id != P11L_NO_STRUCT)
			put_struct(to, id, object);
		else
			cli_json_missing(to);
	}
}

/* A list of names of bits. */
static uint64_t flags_in(unsigned space, json_object *array)
{
	uint64_t flags = 0, flag;

	for (unsigned i = 0; i < shown_of(array); i++)
		if (cli_json_constant(space, json_object_array_get_idx(array, i), &flag))
			flags |= flag;
	return flags;
}

/* A number, by its name or not. */
static bool number_of(struct p11l_type type, json_object *value, uint64_t *number)
{
	switch (type.role) {
	case P11L_ROLE_ENUM:
	case P11L_ROLE_ENUMS:
		return cli_json_constant(type.ref, value, number);
	case P11L_ROLE_PARAMETER_SET:
		return cli_json_constant(P11L_SPACE_ml_dsa, value, number) ||
		       cli_json_constant(P11L_SPACE_ml_kem, value, number) ||
		       cli_json_constant(P11L_SPACE_slh_dsa, value, number);
	default:
		return cli_json_number(value, number);
	}
}

static bool is_text(unsigned role)
{
	return role == P11L_ROLE_TEXT || role == P11L_ROLE_STRING || role == P11L_ROLE_DATE;
}

static void put_value(struct cli_json *to, struct p11l_type type, json_object *value)
{
	struct p11l_writer *w = &to->writer;
	uint64_t number;

	if (value == NULL)
		p11l_put_item(w, P11L_ITEM_NULL);
	else if (json_object_is_type(value, json_type_object))
		put_object(to, type, value);
	else if (json_object_is_type(value, json_type_array))
		p11l_put_u64(w, P11L_ITEM_NUMBER, flags_in(type.ref, value));
	else if (json_object_is_type(value, json_type_string) && is_text(type.role))
		put_text(w, (uint64_t)json_object_get_string_len(value), value, 0);
	else if (number_of(type, value, &number))
		p11l_put_u64(w, P11L_ITEM_NUMBER, number);
	else
		p11l_put_item(w, P11L_ITEM_NONE);
}

void cli_json_value(struct cli_json *to, const struct p11l_member *member, json_object *value)
{
	bool fixed = member->length == P11L_LENGTH_INLINE || member->length == P11L_LENGTH_CONSTANT;

	if (fixed && is_text(member->type.role) && json_object_is_type(value, json_type_string))
		put_text(&to->writer, (uint64_t)json_object_get_string_len(value), value,
		        member->length_ref);
	else
		put_value(to, member->type, value);
}

void cli_json_missing(struct cli_json *to)
{
	p11l_put_item(&to->writer, to->cut ? P11L_ITEM_CUT : P11L_ITEM_NONE);
	to->writer.cut |= to->cut;
}

void cli_json_text(struct cli_json *to, json_object *string)
{
	if (json_object_is_type(string, json_type_string))
		put_text(&to->writer, (uint64_t)json_object_get_string_len(string), string, 0);
	else
		put_bytes(&to->writer, 0, "", 0);
}
