/* SPDX-License-Identifier: MIT */
/* Mechanisms with their parameters, message parameters, and templates. */
#include "capture.h"

/* The struct among the alternatives that has the length given; P11L_NO_STRUCT when none has. */
static unsigned struct_of(const struct p11l_mechanism_row *row, size_t length, bool message)
{
	unsigned id = row->message_struct;

	if (message && id != P11L_NO_STRUCT && p11l_structs[id].size == length)
		return id;
	for (unsigned i = 0; i < P11L_MECHANISM_STRUCTS; i++) {
		id = row->parameter_struct[i];
		if (id != P11L_NO_STRUCT && p11l_structs[id].size == length)
			return id;
	}
	return P11L_NO_STRUCT;
}

/* What is not understood may hold a password or a key. */
static void capture_parameter(struct p11l_capture *c, const CK_MECHANISM *mechanism, bool message)
{
	const struct p11l_mechanism_row *row = p11l_find_mechanism(mechanism->mechanism);
	const void *address = mechanism->pParameter;
	size_t length = mechanism->ulParameterLen;
	unsigned id = row != NULL ? struct_of(row, length, message) : P11L_NO_STRUCT;

	if (id != P11L_NO_STRUCT)
		p11l_capture_struct(c, id, address);
	else if (row != NULL && row->has_parameter && row->parameter_struct[0] == P11L_NO_STRUCT)
		p11l_capture_value(c, row->parameter, address, length);
	else
		p11l_capture_octets(c, P11L_KEY, address, length);
}

/* Hosts may hand over structs that are not aligned: what is looked at is a copy. */
void p11l_capture_mechanism(struct p11l_capture *c, const void *address, bool message)
{
	struct p11l_writer *w = &c->writer;
	CK_MECHANISM mechanism;
	uint64_t type, length;

	if (address == NULL || c->depth == 0) {
		p11l_put_item(w, address == NULL ? P11L_ITEM_NULL : P11L_ITEM_NONE);
		return;
	}
	if (!p11l_capture_readable(c, address, sizeof(mechanism))) {
		p11l_put_u64(w, P11L_ITEM_UNREADABLE, (uintptr_t)address);
		return;
	}
	if (!p11l_room(w, 17))
		return;
	memcpy(&mechanism, address, sizeof(mechanism));
	type = mechanism.mechanism;
	length = mechanism.ulParameterLen;
	*w->at++ = P11L_ITEM_MECHANISM;
	p11l_put_raw(w, &type, 8);
	p11l_put_raw(w, &length, 8);
	c->depth--;
	capture_parameter(c, &mechanism, message);
	c->depth++;
}

void p11l_capture_message(struct p11l_capture *c, const void *address, size_t length)
{
	const struct p11l_mechanism_row *row = p11l_find_mechanism(c->message);
	unsigned id = row != NULL ? row->message_struct : P11L_NO_STRUCT;

	if (id != P11L_NO_STRUCT && p11l_structs[id].size == length)
		p11l_capture_struct(c, id, address);
	else
		p11l_capture_octets(c, P11L_KEY, address, length);
}

/* What a host asks for: before the call only the room it offers is known. */
static void capture_request(struct p11l_capture *c, const CK_ATTRIBUTE *attribute)
{
	if (attribute->pValue == NULL)
		p11l_put_item(&c->writer, P11L_ITEM_NULL);
	else
		p11l_put_u64(&c->writer, P11L_ITEM_LENGTH, attribute->ulValueLen);
}

static void capture_attribute(struct p11l_capture *c, const CK_ATTRIBUTE *attribute)
{
	static const struct p11l_type unknown = {P11L_ROLE_BYTES, P11L_KEY, 0};
	const struct p11l_attribute *row = p11l_find_attribute(attribute->type);
	struct p11l_type type = row != NULL ? row->value : unknown;

	if (attribute->ulValueLen == CK_UNAVAILABLE_INFORMATION)
		p11l_put_item(&c->writer, P11L_ITEM_UNAVAILABLE);
	else
		p11l_capture_value(c, type, attribute->pValue, attribute->ulValueLen);
}

void p11l_capture_template(struct p11l_capture *c, const void *address, size_t count)
{
	const uint8_t *at = address;
	size_t shown = count < P11L_CAPTURE_ELEMENTS ? count : P11L_CAPTURE_ELEMENTS;
	struct p11l_writer *w = &c->writer;

	if (address == NULL) {
		p11l_put_null(w, count);
		return;
	}
	if (c->depth == 0 || !p11l_capture_readable(c, address, shown * sizeof(CK_ATTRIBUTE))) {
		p11l_put_u64(w, P11L_ITEM_UNREADABLE, (uintptr_t)address);
		return;
	}
	if (!p11l_put_array(w, P11L_ITEM_TEMPLATE, count, (uint16_t)shown))
		return;
	c->depth--;
	for (size_t i = 0; i < shown && p11l_room(w, 8); i++, at += sizeof(CK_ATTRIBUTE)) {
		CK_ATTRIBUTE attribute;
		uint64_t type;

		memcpy(&attribute, at, sizeof(attribute));
		type = attribute.type;
		p11l_put_raw(w, &type, 8);
		if (c->request)
			capture_request(c, &attribute);
		else
			capture_attribute(c, &attribute);
	}
	c->depth++;
}
