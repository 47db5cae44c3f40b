/* SPDX-License-Identifier: MIT */
/*
 * Writes a ring file of calls of all functions with all kinds of values, made up by the spec and a
 * seed. usage: make_ring FILE SEED CALLS
 */
#include "logging/sink/ring.h"
#include "shim/spec.h"

#include <stdio.h>
#include <stdlib.h>

#define RING (1u << 24)

static uint64_t state;
static uint8_t ring[RING];

static unsigned chance(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

static uint64_t any_number(void)
{
	static const uint64_t odd[] = {
	        0, 1, 2, 255, UINT64_C(1) << 53, (UINT64_C(1) << 53) - 1, UINT64_MAX, 0x80001234};

	return chance(4) == 0 ? odd[chance(sizeof(odd) / sizeof(odd[0]))] : chance(100000);
}

static uint64_t constant_of(unsigned space)
{
	const struct p11l_space *row = &p11l_spaces[space];

	return row->count == 0 || chance(8) == 0 ? any_number()
	                                         : row->constant[chance(row->count)].value;
}

static uint64_t flags_of(unsigned space)
{
	uint64_t flags = chance(8) == 0 ? UINT64_C(1) << chance(64) : 0;

	for (unsigned n = chance(4); n > 0; n--)
		flags |= constant_of(space);
	return flags;
}

static uint64_t number_of(struct p11l_type type)
{
	switch (type.role) {
	case P11L_ROLE_BOOL:
		return chance(8) == 0 ? 7 : chance(2);
	case P11L_ROLE_ENUM:
	case P11L_ROLE_ENUMS:
		return constant_of(type.ref);
	case P11L_ROLE_FLAGS:
		return flags_of(type.ref);
	case P11L_ROLE_PARAMETER_SET:
		return 1 + chance(3);
	default:
		return any_number();
	}
}

static void put_octets(struct p11l_writer *w, const void *octets, size_t size, uint64_t length)
{
	if (p11l_room(w, 11 + size) && p11l_put_array(w, P11L_ITEM_BYTES, length, (uint16_t)size))
		p11l_put_raw(w, octets, size);
}

static void put_any_octets(struct p11l_writer *w)
{
	uint8_t octets[64];
	size_t size = chance(sizeof(octets) + 1);

	for (size_t i = 0; i < size; i++)
		octets[i] = (uint8_t)chance(256);
	put_octets(w, octets, size, size + (size == sizeof(octets) ? chance(1000) : 0));
}

/* Text of a fixed size is filled up with blanks. */
static void put_text(struct p11l_writer *w, size_t fixed)
{
	static const char *const texts[] = {"", "plain", "a\"b\\c", "T\xc3\xa9st", "tab\tnewline\n",
	        "bad\xff\xc3(", "<&>'--", "\x7f\xc2\x85", "CKA_TOKEN", "0x12", "nul?"};
	const char *text = texts[chance(sizeof(texts) / sizeof(texts[0]))];
	char padded[64];
	size_t size = strlen(text);

	if (fixed == 0) {
		put_octets(w, text, size, size);
		return;
	}
	memset(padded, ' ', sizeof(padded));
	memcpy(padded, text, size);
	put_octets(w, padded, fixed, fixed);
}

static void put_hidden(struct p11l_writer *w, uint8_t secrecy)
{
	uint64_t length = chance(300);
	uint32_t print = (uint32_t)any_number() * 7919;

	if (!p11l_room(w, 14))
		return;
	*w->at++ = P11L_ITEM_HIDDEN;
	p11l_put_raw(w, &length, 8);
	p11l_put_raw(w, &secrecy, 1);
	p11l_put_raw(w, &print, 4);
}

/* CN=x, as a Name. */
static void put_name(struct p11l_writer *w)
{
	static const uint8_t name[] = {
	        0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x'};

	put_octets(w, name, sizeof(name), sizeof(name));
}

static void put_curve(struct p11l_writer *w)
{
	const struct p11l_curve *curve = &p11l_curves[chance((unsigned)p11l_curve_count)];

	put_octets(w, curve->oid, curve->length, curve->length);
}

static void put_member(struct p11l_writer *w, const struct p11l_member *member, unsigned depth);

static void put_struct(struct p11l_writer *w, unsigned id, unsigned depth)
{
	const struct p11l_struct *row = &p11l_structs[id];
	uint16_t id16 = (uint16_t)id;
	uint8_t count = (uint8_t)row->count;

	if (!p11l_room(w, 4))
		return;
	*w->at++ = P11L_ITEM_STRUCT;
	p11l_put_raw(w, &id16, 2);
	p11l_put_raw(w, &count, 1);
	for (unsigned i = 0; i < row->count; i++)
		put_member(w, &row->field[i], depth);
}

static void put_value(struct p11l_writer *w, struct p11l_type type, unsigned depth);
static void put_real_value(struct p11l_writer *w, struct p11l_type type, unsigned depth);

static void put_mechanism(struct p11l_writer *w, unsigned depth)
{
	const struct p11l_mechanism_row *row =
	        &p11l_mechanisms[chance((unsigned)p11l_mechanism_count)];
	unsigned id = row->parameter_struct[0];
	uint64_t type = row->type, length = 0;

	if (!p11l_room(w, 17))
		return;
	if (id != P11L_NO_STRUCT)
		length = p11l_structs[id].size;
	else if (row->has_parameter)
		length = 16;
	*w->at++ = P11L_ITEM_MECHANISM;
	p11l_put_raw(w, &type, 8);
	p11l_put_raw(w, &length, 8);
	if (id != P11L_NO_STRUCT)
		put_struct(w, id, depth);
	else if (row->has_parameter)
		put_real_value(w, row->parameter, depth);
	else
		p11l_put_item(w, P11L_ITEM_NULL);
}

static void put_template(struct p11l_writer *w, unsigned depth)
{
	uint64_t count = chance(5);

	if (!p11l_put_array(w, P11L_ITEM_TEMPLATE, count, (uint16_t)count))
		return;
	for (; count > 0; count--) {
		const struct p11l_attribute *row =
		        &p11l_attributes[chance((unsigned)p11l_attribute_count)];
		uint64_t type = row->type;

		if (!p11l_room(w, 8))
			return;
		p11l_put_raw(w, &type, 8);
		put_value(w, row->value, depth);
	}
}

static void put_list(struct p11l_writer *w, struct p11l_type type, unsigned depth)
{
	uint64_t length = chance(4);

	if (!p11l_put_array(w, P11L_ITEM_LIST, length + chance(2) * 70, (uint16_t)length))
		return;
	for (; length > 0; length--) {
		if (type.role == P11L_ROLE_STRUCT)
			put_struct(w, type.ref, depth);
		else
			p11l_put_u64(w, P11L_ITEM_NUMBER, number_of(type));
	}
}

/* What a value can be besides itself. */
static bool put_mark(struct p11l_writer *w)
{
	switch (chance(40)) {
	case 0:
		p11l_put_item(w, P11L_ITEM_NULL);
		return true;
	case 1:
		p11l_put_u64(w, P11L_ITEM_UNREADABLE, any_number());
		return true;
	case 2:
		p11l_put_u64(w, P11L_ITEM_LENGTH, any_number());
		return true;
	case 3:
		p11l_put_item(w, P11L_ITEM_UNAVAILABLE);
		return true;
	case 4:
		p11l_put_u64(w, P11L_ITEM_ADDRESS, any_number());
		return true;
	default:
		return false;
	}
}

static void put_real_value(struct p11l_writer *w, struct p11l_type type, unsigned depth)
{
	if (depth == 0) {
		p11l_put_item(w, P11L_ITEM_NONE);
		return;
	}
	switch (type.role) {
	case P11L_ROLE_BYTES:
	case P11L_ROLE_BIGINT:
		type.secrecy == P11L_PUBLIC ? put_any_octets(w) : put_hidden(w, type.secrecy);
		break;
	case P11L_ROLE_TEXT:
	case P11L_ROLE_STRING:
	case P11L_ROLE_DATE:
		put_text(w, 0);
		break;
	case P11L_ROLE_CERTIFICATE:
	case P11L_ROLE_NAME:
		chance(2) == 0 ? put_name(w) : put_any_octets(w);
		break;
	case P11L_ROLE_EC_PARAMS:
		chance(3) != 0 ? put_curve(w) : put_any_octets(w);
		break;
	case P11L_ROLE_STRUCT:
		put_struct(w, type.ref, depth - 1);
		break;
	case P11L_ROLE_MECHANISM:
	case P11L_ROLE_MESSAGE_MECHANISM:
		put_mechanism(w, depth - 1);
		break;
	case P11L_ROLE_TEMPLATE:
		put_template(w, depth - 1);
		break;
	case P11L_ROLE_PARAMETER:
		put_hidden(w, P11L_KEY);
		break;
	case P11L_ROLE_OPAQUE:
		p11l_put_u64(w, P11L_ITEM_ADDRESS, any_number());
		break;
	case P11L_ROLE_ULONGS:
	case P11L_ROLE_ENUMS:
		put_list(w, type, depth - 1);
		break;
	default:
		p11l_put_u64(w, P11L_ITEM_NUMBER, number_of(type));
	}
}

static void put_value(struct p11l_writer *w, struct p11l_type type, unsigned depth)
{
	if (!put_mark(w))
		put_real_value(w, type, depth);
}

static void put_member(struct p11l_writer *w, const struct p11l_member *member, unsigned depth)
{
	unsigned role = member->type.role;
	bool fixed = member->length == P11L_LENGTH_INLINE || member->length == P11L_LENGTH_CONSTANT;
	bool counted =
	        member->length == P11L_LENGTH_MEMBER || member->length == P11L_LENGTH_POINTED;

	if (role == P11L_ROLE_TEXT && fixed && member->length_ref <= 64)
		put_text(w, member->length_ref);
	else if (role == P11L_ROLE_LENGTH)
		p11l_put_u64(w, P11L_ITEM_NUMBER, 1 + chance(100));
	else if (counted && (member->size != 0 || role == P11L_ROLE_STRUCT))
		put_list(w, member->type, depth);
	else if (member->length == P11L_LENGTH_POINTED)
		put_real_value(w, member->type, depth); /* its length is told elsewhere too */
	else
		put_value(w, member->type, depth);
}

static void put_inputs(struct p11l_writer *w, const struct p11l_function *function)
{
	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];

		if ((param->direction & P11L_IN) == 0 ||
		        (param->type.role == P11L_ROLE_LENGTH && !param->pointer))
			continue;
		if (chance(20) == 0)
			p11l_put_item(w, P11L_ITEM_NONE);
		else
			put_member(w, param, 4);
	}
}

static void put_outputs(struct p11l_writer *w, const struct p11l_function *function)
{
	for (unsigned i = 0; i < function->count; i++)
		if ((function->param[i].direction & P11L_OUT) != 0)
			put_member(w, &function->param[i], 4);
}

static uint64_t head;

static void store(struct p11l_record *record)
{
	uint64_t mark = head ^ P11L_RING_MARK, tail = ~mark;
	struct p11l_ring_entry entry = {.mark = mark, .size = record->size};
	uint64_t space = p11l_ring_space(record->size);

	if (head + space > RING)
		exit(0);
	entry.sum = p11l_ring_sum(mark, record, record->size, ring + head + sizeof(entry));
	memcpy(ring + head, &entry, sizeof(entry));
	memcpy(ring + head + space - 8, &tail, 8);
	head += space;
}

static union {
	struct p11l_record head;
	uint8_t octets[P11L_RECORD_SIZE];
} buffer;

static struct p11l_writer begin(void)
{
	return (struct p11l_writer){
	        (uint8_t *)(&buffer.head + 1), buffer.octets + sizeof(buffer), false};
}

static void make_call(unsigned function, uint64_t time)
{
	const struct p11l_function *row = &p11l_functions[function];
	struct p11l_record *record = &buffer.head;
	struct p11l_writer w = begin();

	*record = (struct p11l_record){.sequence = head,
	        .time = time,
	        .pid = 77,
	        .tid = 77 + chance(3),
	        .function = (uint16_t)function};
	put_inputs(&w, row);
	record->size = (uint32_t)(w.at - buffer.octets);
	record->in_size = record->size - (uint32_t)sizeof(*record);
	store(record);

	w = begin();
	record->in_size = 0;
	record->state = P11L_RECORD_COMPLETE;
	record->duration = any_number();
	record->rv = chance(3) == 0 ? constant_of(P11L_SPACE_rv) : CKR_OK;
	if (record->rv == CKR_OK) {
		record->state |= P11L_RECORD_OUTPUTS;
		put_outputs(&w, row);
	}
	record->size = (uint32_t)(w.at - buffer.octets);
	store(record);
}

int main(int argc, char **argv)
{
	static union {
		struct p11l_ring_header head;
		uint8_t octets[P11L_RING_HEADER];
	} file;
	unsigned calls;
	FILE *out;

	if (argc != 4)
		return 2;
	state = strtoull(argv[2], NULL, 10) * 2654435761u + 1;
	calls = (unsigned)strtoul(argv[3], NULL, 10);
	for (unsigned i = 0; i < calls; i++)
		make_call(i % P11L_FUNCTIONS, UINT64_C(1763913600000000000) + i * 1000);
	file.head = (struct p11l_ring_header){.magic = "",
	        .version = P11L_RING_VERSION,
	        .order = P11L_RING_ORDER,
	        .size = RING,
	        .head = head,
	        .started = UINT64_C(1763913599000000000),
	        .pid = 77,
	        .lens = P11L_VERSION,
	        .program = "make_ring",
	        .tables = P11L_TABLES};
	memcpy(file.head.magic, P11L_RING_MAGIC, 8);
	out = fopen(argv[1], "wb");
	return out != NULL && fwrite(&file, sizeof(file), 1, out) == 1 &&
	                       fwrite(ring, RING, 1, out) == 1 && fclose(out) == 0
	               ? 0
	               : 1;
}
