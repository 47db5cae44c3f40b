/* SPDX-License-Identifier: MIT */
/*
 * Parameters of functions and fields of structs. Both are members: a name, a role, and where to
 * find the value and its length; so one reader serves both.
 */
#include "capture.h"

#include "logging/shape.h"

/* The members of a call or of a struct, and where their values are. */
struct holder {
	const struct p11l_member *member;
	const uintptr_t *arg; /* of a call */
	const uint8_t *base;  /* of a struct, which can be read */
};

/* What the member itself holds: a number, or an address. */
static uintptr_t word(const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];

	if (holder->arg != NULL)
		return member->pointer || member->size == 0 || member->size == sizeof(uintptr_t)
		               ? holder->arg[i]
		               : holder->arg[i] & (((uintptr_t)1 << member->size * 8) - 1);
	return (uintptr_t)p11l_load_number(holder->base + member->offset,
	        member->pointer || member->size == 0 ? sizeof(void *) : member->size);
}

/* Where the value of a member lies. */
static const void *address_of(const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];

	if (member->pointer)
		return (const void *)word(holder, i);
	return holder->arg != NULL ? (const void *)&holder->arg[i] : holder->base + member->offset;
}

static size_t length_of(struct p11l_capture *c, const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];
	const void *pointed;

	switch (member->length) {
	case P11L_LENGTH_MEMBER:
		return word(holder, member->length_ref);
	case P11L_LENGTH_POINTED:
		pointed = (const void *)word(holder, member->length_ref);
		return p11l_capture_readable(c, pointed, sizeof(CK_ULONG))
		               ? p11l_load_number(pointed, sizeof(CK_ULONG))
		               : 0;
	case P11L_LENGTH_BITS:
		return (word(holder, member->length_ref) + 7) / 8;
	case P11L_LENGTH_CONSTANT:
	case P11L_LENGTH_INLINE:
		return member->length_ref;
	default:
		return 1;
	}
}

static void capture_number(struct p11l_capture *c, const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];
	const void *address = address_of(holder, i);

	if (!member->pointer)
		p11l_put_u64(&c->writer, P11L_ITEM_NUMBER, word(holder, i));
	else if (member->length != P11L_LENGTH_NONE)
		p11l_capture_list(c, address, length_of(c, holder, i), member->size);
	else if (address == NULL)
		p11l_put_item(&c->writer, P11L_ITEM_NULL);
	else if (!p11l_capture_readable(c, address, member->size))
		p11l_put_u64(&c->writer, P11L_ITEM_UNREADABLE, (uintptr_t)address);
	else
		p11l_put_u64(&c->writer, P11L_ITEM_NUMBER, p11l_load_number(address, member->size));
}

/* A NUL-terminated string; only so much of it as will be shown is looked at. */
static void capture_string(struct p11l_capture *c, const char *string)
{
	size_t length = 0;

	if (string == NULL) {
		p11l_put_item(&c->writer, P11L_ITEM_NULL);
		return;
	}
	while (length < c->shown && p11l_capture_readable(c, string + length, 1) &&
	        string[length] != '\0')
		length++;
	if (!p11l_capture_readable(c, string + length, 1))
		p11l_put_u64(&c->writer, P11L_ITEM_UNREADABLE, (uintptr_t)string);
	else
		p11l_capture_octets(c, P11L_PUBLIC, string, length);
}

static void capture_structs(struct p11l_capture *c, const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];
	const struct p11l_struct *row = &p11l_structs[member->type.ref];
	const void *address = address_of(holder, i);
	size_t count = length_of(c, holder, i);
	size_t shown = count < P11L_CAPTURE_ELEMENTS ? count : P11L_CAPTURE_ELEMENTS;

	if (member->length == P11L_LENGTH_NONE) {
		p11l_capture_struct(c, member->type.ref, address);
	} else if (address == NULL || c->sizes_only) {
		p11l_put_u64(&c->writer, P11L_ITEM_LENGTH, count);
	} else if (p11l_put_array(&c->writer, P11L_ITEM_LIST, count, (uint16_t)shown)) {
		for (size_t k = 0; k < shown; k++)
			p11l_capture_struct(c, member->type.ref,
			        (const void *)((uintptr_t)address + k * row->size));
	}
}

static void capture_address(struct p11l_capture *c, uintptr_t address)
{
	if (address == 0)
		p11l_put_item(&c->writer, P11L_ITEM_NULL);
	else
		p11l_put_u64(&c->writer, P11L_ITEM_ADDRESS, address);
}

static void capture_other(struct p11l_capture *c, const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];
	const void *address = address_of(holder, i);

	switch (member->type.role) {
	case P11L_ROLE_STRING:
		capture_string(c, address);
		break;
	case P11L_ROLE_STRUCT:
		capture_structs(c, holder, i);
		break;
	case P11L_ROLE_MECHANISM:
	case P11L_ROLE_MESSAGE_MECHANISM:
		p11l_capture_mechanism(
		        c, address, member->type.role == P11L_ROLE_MESSAGE_MECHANISM);
		break;
	case P11L_ROLE_TEMPLATE:
		p11l_capture_template(c, address, length_of(c, holder, i));
		break;
	case P11L_ROLE_PARAMETER:
		p11l_capture_message(c, address, length_of(c, holder, i));
		break;
	case P11L_ROLE_OPAQUE:
		capture_address(c, word(holder, i));
		break;
	case P11L_ROLE_BYTES:
	case P11L_ROLE_BIGINT:
	case P11L_ROLE_TEXT:
	case P11L_ROLE_DATE:
		p11l_capture_octets(c, (enum p11l_secrecy)member->type.secrecy, address,
		        length_of(c, holder, i));
		break;
	default:
		capture_number(c, holder, i);
	}
}

/* Most members are numbers that stand where they are: they go the short way. */
static inline void capture_member(struct p11l_capture *c, const struct holder *holder, unsigned i)
{
	const struct p11l_member *member = &holder->member[i];

	if (member->pointer || member->size == 0)
		capture_other(c, holder, i);
	else if (holder->arg != NULL)
		p11l_put_u64(&c->writer, P11L_ITEM_NUMBER, word(holder, i));
	else
		p11l_put_u64(&c->writer, P11L_ITEM_NUMBER,
		        p11l_load_number(holder->base + member->offset, member->size));
}

/* There is room for all of it. */
static void capture_numbers(
        struct p11l_capture *c, const struct p11l_struct *row, const uint8_t *base)
{
	uint8_t *at = c->writer.at;

	for (unsigned i = 0; i < row->count; i++, at += 9) {
		CK_ULONG number;
		uint64_t number64;

		memcpy(&number, base + row->field[i].offset, sizeof(number));
		number64 = number;
		*at = P11L_ITEM_NUMBER;
		memcpy(at + 1, &number64, sizeof(number64));
	}
	c->writer.at = at;
}

static void capture_fields(struct p11l_capture *c, unsigned id, const uint8_t *base)
{
	const struct p11l_struct *row = &p11l_structs[id];
	struct holder holder = {row->field, NULL, base};

	if (p11l_all_numbers[id] && p11l_room(&c->writer, row->count * (size_t)9)) {
		capture_numbers(c, row, base);
		return;
	}
	c->depth--;
	for (unsigned i = 0; i < row->count; i++)
		capture_member(c, &holder, i);
	c->depth++;
}

void p11l_capture_struct(struct p11l_capture *c, unsigned id, const void *address)
{
	const struct p11l_struct *row = &p11l_structs[id];
	uint16_t id16 = (uint16_t)id;
	uint8_t count8 = (uint8_t)row->count;

	if (address == NULL || c->depth == 0) {
		p11l_put_item(&c->writer, address == NULL ? P11L_ITEM_NULL : P11L_ITEM_NONE);
		return;
	}
	if (!p11l_capture_readable(c, address, row->size)) {
		p11l_put_u64(&c->writer, P11L_ITEM_UNREADABLE, (uintptr_t)address);
		return;
	}
	if (!p11l_room(&c->writer, 4))
		return;
	*c->writer.at++ = P11L_ITEM_STRUCT;
	p11l_put_raw(&c->writer, &id16, 2);
	p11l_put_raw(&c->writer, &count8, 1);
	capture_fields(c, id, address);
}

/* Whether a pointer to a length says something on entry: without a buffer it is not read. */
static bool length_matters(const struct p11l_function *function, const uintptr_t *arg, unsigned i)
{
	for (unsigned k = 0; k < function->count; k++)
		if (function->param[k].length == P11L_LENGTH_POINTED &&
		        function->param[k].length_ref == i && arg[k] == 0)
			return false;
	return true;
}

void p11l_capture_inputs(
        struct p11l_capture *c, const struct p11l_function *function, const uintptr_t *arg)
{
	struct holder holder = {function->param, arg, NULL};

	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];

		if ((param->direction & P11L_IN) == 0 ||
		        (param->type.role == P11L_ROLE_LENGTH && !param->pointer))
			continue;
		c->request = param->type.role == P11L_ROLE_TEMPLATE && param->direction == P11L_IO;
		if (param->type.role == P11L_ROLE_LENGTH && !length_matters(function, arg, i))
			p11l_put_item(&c->writer, P11L_ITEM_NONE);
		else
			capture_member(c, &holder, i);
	}
}

/* When a buffer was too small, lengths are all that the vendor has written. */
static bool is_written(const struct p11l_capture *c, const struct p11l_member *param)
{
	return !c->sizes_only || param->type.role == P11L_ROLE_LENGTH ||
	       (param->length != P11L_LENGTH_NONE && param->type.role != P11L_ROLE_PARAMETER);
}

void p11l_capture_outputs(
        struct p11l_capture *c, const struct p11l_function *function, const uintptr_t *arg)
{
	struct holder holder = {function->param, arg, NULL};

	c->request = false;
	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];

		if ((param->direction & P11L_OUT) == 0)
			continue;
		if (is_written(c, param))
			capture_member(c, &holder, i);
		else
			p11l_put_item(&c->writer, P11L_ITEM_NONE);
	}
}
