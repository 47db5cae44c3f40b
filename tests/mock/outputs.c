/* SPDX-License-Identifier: MIT */
/* Outputs by the roles of parameters: what is left open by the personality is made up. */
#include "internal.h"

#include <string.h>

/* What the personality says about an output, or NULL. */
static const struct mock_output *planned(unsigned function, const char *param)
{
	for (const struct mock_output *o = mock_personality.outputs; o != NULL; o = o->next)
		if (o->function == function && strcmp(o->param, param) == 0)
			return o;
	return NULL;
}

/* Octets that are to be written. */
struct value {
	const void *octets;
	size_t size;
};

/* The octets that came in first. */
static struct value first_input(unsigned function, const uintptr_t *arg)
{
	const struct p11l_function *row = &p11l_functions[function];

	for (unsigned i = 0; i < row->count; i++)
		if (row->param[i].type.role == P11L_ROLE_BYTES &&
		        row->param[i].direction == P11L_IN && arg[i] != 0)
			return (struct value){(const void *)arg[i], arg[row->param[i].length_ref]};
	return (struct value){"", 0};
}

/* What an array holds: octets, or numbers of the role. */
static struct value array_value(unsigned function, unsigned i, const uintptr_t *arg)
{
	static const uint8_t octets[16] = {0xa5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const CK_SLOT_ID slots[] = {MOCK_SLOT};
	static const CK_OBJECT_HANDLE objects[] = {MOCK_OBJECT + 1, MOCK_OBJECT + 2};
	static const CK_MECHANISM_TYPE mechanisms[] = {CKM_ECDSA, CKM_SHA256, CKM_AES_GCM};
	const struct p11l_member *param = &p11l_functions[function].param[i];
	const struct mock_output *plan = planned(function, param->name);

	if (plan != NULL)
		return (struct value){plan->octets, plan->size};
	switch (param->type.role) {
	case P11L_ROLE_SLOT:
		return (struct value){slots, sizeof(slots)};
	case P11L_ROLE_OBJECT:
		return (struct value){objects, mock_found() * sizeof(objects[0])};
	case P11L_ROLE_ENUM:
		return (struct value){mechanisms, sizeof(mechanisms)};
	default:
		if (mock_personality.behaviour[function].echo)
			return first_input(function, arg);
		return (struct value){octets, sizeof(octets)};
	}
}

/* A buffer and the number behind a pointer that says how much fits and then how much there is. */
static CK_RV write_buffer(unsigned function, unsigned i, const uintptr_t *arg)
{
	const struct p11l_member *param = &p11l_functions[function].param[i];
	size_t unit = param->size != 0 ? param->size : 1;
	struct value value = array_value(function, i, arg);
	CK_ULONG *length = (CK_ULONG *)arg[param->length_ref];
	CK_ULONG room;

	if (length == NULL)
		return CKR_ARGUMENTS_BAD;
	/* C_FindObjects has its room in a parameter of its own. */
	room = function == P11L_C_FindObjects ? arg[2] : *length;
	*length = value.size / unit;
	if (arg[i] == 0)
		return CKR_OK;
	if (room < value.size / unit)
		return CKR_BUFFER_TOO_SMALL;
	memcpy((void *)arg[i], value.octets, value.size);
	return CKR_OK;
}

/* A buffer that is filled to the end. */
static CK_RV write_whole(unsigned function, unsigned i, const uintptr_t *arg)
{
	const struct p11l_member *param = &p11l_functions[function].param[i];
	struct value value = array_value(function, i, arg);
	size_t room = arg[param->length_ref];
	uint8_t *to = (uint8_t *)arg[i];

	if (to == NULL)
		return CKR_ARGUMENTS_BAD;
	for (size_t at = 0; at < room; at++)
		to[at] = ((const uint8_t *)value.octets)[at % value.size];
	return CKR_OK;
}

static CK_ULONG made_up(unsigned role)
{
	switch (role) {
	case P11L_ROLE_SLOT:
		return MOCK_SLOT;
	case P11L_ROLE_OBJECT:
		return mock_new_object();
	default:
		return 1;
	}
}

static CK_RV write_number(unsigned function, unsigned i, const uintptr_t *arg)
{
	const struct p11l_member *param = &p11l_functions[function].param[i];
	CK_ULONG *to = (CK_ULONG *)arg[i];

	if (to == NULL)
		return CKR_ARGUMENTS_BAD;
	/* C_OpenSession has written its session already. */
	if (param->type.role != P11L_ROLE_SESSION)
		*to = made_up(param->type.role);
	return CKR_OK;
}

static void fill_struct(uint8_t *to, unsigned id);

static void fill_field(uint8_t *to, const struct p11l_member *field)
{
	/* Plain numbers differ, so that none can stand for another unnoticed. */
	CK_ULONG number = field->type.role == P11L_ROLE_ULONG ? 1000u + field->offset
	                                                      : made_up(field->type.role);

	if (field->type.role == P11L_ROLE_TEXT && field->length == P11L_LENGTH_INLINE) {
		memset(to, ' ', field->length_ref);
		memcpy(to, "mock", field->length_ref < 4 ? field->length_ref : 4);
	} else if (field->type.role == P11L_ROLE_STRUCT && !field->pointer) {
		fill_struct(to, field->type.ref);
	} else if (field->size == 1) {
		*to = 3;
	} else if (!field->pointer && field->size == sizeof(number)) {
		memcpy(to, &number, sizeof(number));
	}
}

static void fill_struct(uint8_t *to, unsigned id)
{
	const struct p11l_struct *row = &p11l_structs[id];

	memset(to, 0, row->size);
	for (unsigned i = 0; i < row->count; i++)
		if (row->field[i].type.role != P11L_ROLE_LENGTH)
			fill_field(to + row->field[i].offset, &row->field[i]);
}

static CK_RV write_struct(unsigned function, unsigned i, const uintptr_t *arg)
{
	if (arg[i] == 0)
		return CKR_ARGUMENTS_BAD;
	fill_struct((uint8_t *)arg[i], p11l_functions[function].param[i].type.ref);
	return CKR_OK;
}

/* Attributes */

static const struct mock_value *planned_value(CK_ATTRIBUTE_TYPE type)
{
	for (const struct mock_value *v = mock_personality.values; v != NULL; v = v->next)
		if (v->type == type)
			return v;
	return NULL;
}

static struct value attribute_value(CK_ATTRIBUTE_TYPE type)
{
	static const CK_BBOOL yes = CK_TRUE;
	static const CK_ULONG three = 3;
	const struct mock_value *plan = planned_value(type);
	const struct p11l_attribute *row = p11l_find_attribute(type);

	if (plan != NULL)
		return (struct value){plan->octets, plan->size};
	switch (row != NULL ? row->value.role : P11L_ROLE_BYTES) {
	case P11L_ROLE_BOOL:
		return (struct value){&yes, sizeof(yes)};
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_PARAMETER_SET:
		return (struct value){&three, sizeof(three)};
	case P11L_ROLE_TEMPLATE:
	case P11L_ROLE_ENUMS:
	case P11L_ROLE_ULONGS:
		return (struct value){"", 0};
	default:
		return (struct value){"mock", 4};
	}
}

static CK_RV write_attribute(CK_ATTRIBUTE *attribute)
{
	const struct mock_value *plan = planned_value(attribute->type);
	struct value value = attribute_value(attribute->type);
	CK_ULONG room = attribute->ulValueLen;

	attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	if (plan != NULL && plan->rv != CKR_OK)
		return plan->rv;
	if (attribute->pValue != NULL && room < value.size)
		return CKR_BUFFER_TOO_SMALL;
	attribute->ulValueLen = value.size;
	if (attribute->pValue != NULL)
		memcpy(attribute->pValue, value.octets, value.size);
	return CKR_OK;
}

/* All are tried; the last thing that went wrong is answered. */
static CK_RV write_template(unsigned function, unsigned i, const uintptr_t *arg)
{
	CK_ATTRIBUTE *attribute = (CK_ATTRIBUTE *)arg[i];
	CK_ULONG count = arg[p11l_functions[function].param[i].length_ref];
	CK_RV rv = CKR_OK, one;

	if (attribute == NULL)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG k = 0; k < count; k++) {
		one = write_attribute(&attribute[k]);
		rv = one != CKR_OK ? one : rv;
	}
	return rv;
}

static CK_RV write_output(unsigned function, unsigned i, const uintptr_t *arg)
{
	const struct p11l_member *param = &p11l_functions[function].param[i];

	switch (param->type.role) {
	case P11L_ROLE_TEMPLATE:
		return write_template(function, i, arg);
	case P11L_ROLE_STRUCT:
		return write_struct(function, i, arg);
	case P11L_ROLE_MECHANISM:
	case P11L_ROLE_PARAMETER:
	case P11L_ROLE_OPAQUE:
	case P11L_ROLE_LENGTH:
		return CKR_OK;
	default:
		break;
	}
	if (param->length == P11L_LENGTH_POINTED)
		return write_buffer(function, i, arg);
	return param->length == P11L_LENGTH_MEMBER ? write_whole(function, i, arg)
	                                           : write_number(function, i, arg);
}

/* Numbers that the personality wants to be told, true or not. */
static void write_planned_numbers(unsigned function, const uintptr_t *arg)
{
	const struct p11l_function *row = &p11l_functions[function];

	for (unsigned i = 0; i < row->count; i++) {
		const struct mock_output *plan = planned(function, row->param[i].name);

		if (plan != NULL && plan->is_number && arg[i] != 0)
			*(CK_ULONG *)arg[i] = plan->number;
	}
}

CK_RV mock_write_outputs(unsigned function, const uintptr_t *arg)
{
	const struct p11l_function *row = &p11l_functions[function];
	CK_RV rv = CKR_OK;

	for (unsigned i = 0; i < row->count && rv == CKR_OK; i++)
		if ((row->param[i].direction & P11L_OUT) != 0)
			rv = write_output(function, i, arg);
	if (rv == CKR_OK)
		write_planned_numbers(function, arg);
	return rv;
}
