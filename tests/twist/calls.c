/* SPDX-License-Identifier: MIT */
/* What the arguments of a call are, found by the roles of the parameters. */
#include "internal.h"

int twist_param(unsigned function, enum p11l_role role, unsigned nth)
{
	const struct p11l_function *row = &p11l_functions[function];

	for (int i = 0; i < row->count; i++)
		if (row->param[i].type.role == role && nth-- == 0)
			return i;
	return -1;
}

int twist_output(unsigned function)
{
	const struct p11l_function *row = &p11l_functions[function];

	for (int i = 0; i < row->count; i++)
		if (row->param[i].direction == P11L_OUT &&
		        row->param[i].type.role == P11L_ROLE_BYTES &&
		        row->param[i].length == P11L_LENGTH_POINTED)
			return i;
	return -1;
}

CK_ULONG *twist_output_length(const struct twist_call *call)
{
	int output = twist_output(call->function);

	if (output < 0)
		return NULL;
	return (CK_ULONG *)call->arg[p11l_functions[call->function].param[output].length_ref];
}

bool twist_is_size_query(const struct twist_call *call)
{
	int output = twist_output(call->function);

	return output >= 0 && call->arg[output] == 0;
}

CK_MECHANISM *twist_mechanism_of(const struct twist_call *call)
{
	int param = twist_param(call->function, P11L_ROLE_MECHANISM, 0);

	return param < 0 ? NULL : (CK_MECHANISM *)call->arg[param];
}

/* Objects */

CK_ULONG twist_object_number(
        CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG number = CK_UNAVAILABLE_INFORMATION;
	CK_ATTRIBUTE attribute = {type, &number, sizeof(number)};

	if (twist_vendor.C_GetAttributeValue(session, object, &attribute, 1) != CKR_OK)
		return CK_UNAVAILABLE_INFORMATION;
	return number;
}

size_t twist_object_octets(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
        CK_ATTRIBUTE_TYPE type, uint8_t *octets, size_t room)
{
	CK_ATTRIBUTE attribute = {type, octets, room};

	if (twist_vendor.C_GetAttributeValue(session, object, &attribute, 1) != CKR_OK)
		return 0;
	return attribute.ulValueLen;
}

/* Templates */

unsigned twist_templates_of(const struct twist_call *call)
{
	unsigned count = 0;

	while (twist_param(call->function, P11L_ROLE_TEMPLATE, count) >= 0)
		count++;
	return count;
}

static unsigned half_of_class(CK_ULONG class)
{
	switch (class) {
	case CKO_PUBLIC_KEY:
		return TWIST_PUBLIC;
	case CKO_PRIVATE_KEY:
		return TWIST_PRIVATE;
	case CKO_SECRET_KEY:
		return TWIST_SECRET;
	default:
		return 0;
	}
}

static unsigned half_of(
        const struct twist_draft *draft, const struct twist_call *call, unsigned nth)
{
	const CK_ATTRIBUTE *class = twist_find(draft, CKA_CLASS);

	switch (call->function) {
	case P11L_C_GenerateKeyPair:
		return nth == 0 ? TWIST_PUBLIC : TWIST_PRIVATE;
	case P11L_C_GenerateKey:
		return TWIST_SECRET;
	case P11L_C_CopyObject:
	case P11L_C_SetAttributeValue:
		return half_of_class(twist_object_number(call->arg[0], call->arg[1], CKA_CLASS));
	case P11L_C_UnwrapKey:
	case P11L_C_DeriveKey:
		if (class == NULL)
			return TWIST_SECRET;
		break;
	default:
		break;
	}
	return half_of_class(twist_number_in(draft, CKA_CLASS));
}

bool twist_draft(struct twist_draft *draft, const struct twist_call *call, unsigned nth)
{
	int param = twist_param(call->function, P11L_ROLE_TEMPLATE, nth);
	const CK_ATTRIBUTE *from;

	if (param < 0)
		return false;
	draft->param = (unsigned)param;
	draft->count_param = p11l_functions[call->function].param[param].length_ref;
	draft->count = call->arg[draft->count_param];
	from = (const CK_ATTRIBUTE *)call->arg[param];
	if (draft->count > TWIST_ATTRIBUTES / 2 || (from == NULL && draft->count > 0))
		return false;
	if (draft->count > 0)
		memcpy(draft->at, from, draft->count * sizeof(*from));
	draft->half = half_of(draft, call, nth);
	return true;
}

void twist_use(struct twist_call *call, struct twist_draft *draft)
{
	call->arg[draft->param] = (uintptr_t)draft->at;
	call->arg[draft->count_param] = draft->count;
}

CK_ATTRIBUTE *twist_find(const struct twist_draft *draft, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < draft->count; i++)
		if (draft->at[i].type == type)
			return (CK_ATTRIBUTE *)(uintptr_t)&draft->at[i];
	return NULL;
}

bool twist_add(struct twist_draft *draft, CK_ATTRIBUTE_TYPE type, const void *value, size_t size)
{
	if (draft->count == TWIST_ATTRIBUTES)
		return false;
	draft->at[draft->count++] = (CK_ATTRIBUTE){type, (void *)(uintptr_t)value, size};
	return true;
}

void twist_remove(struct twist_draft *draft, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG kept = 0;

	for (CK_ULONG i = 0; i < draft->count; i++)
		if (draft->at[i].type != type)
			draft->at[kept++] = draft->at[i];
	draft->count = kept;
}

CK_ULONG twist_number_in(const struct twist_draft *draft, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *attribute = twist_find(draft, type);
	CK_ULONG number = CK_UNAVAILABLE_INFORMATION;

	if (attribute != NULL && attribute->pValue != NULL &&
	        attribute->ulValueLen == sizeof(number))
		memcpy(&number, attribute->pValue, sizeof(number));
	return number;
}

bool twist_holds(const struct twist_where *where, const struct twist_call *call, unsigned half)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	if (where->has_mechanism && (mechanism == NULL || mechanism->mechanism != where->mechanism))
		return false;
	return where->halves == 0 || (where->halves & half) != 0;
}

/* Results */

CK_RV twist_give(const uint8_t *octets, size_t size, void *out, CK_ULONG *length)
{
	CK_ULONG room = *length;

	*length = size;
	if (out == NULL)
		return CKR_OK;
	if (room < size)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(out, octets, size);
	return CKR_OK;
}

static bool has_values(CK_RV rv)
{
	return rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID;
}

static CK_RV give_attribute(CK_ATTRIBUTE *to, const CK_ATTRIBUTE *from)
{
	if (from->ulValueLen == CK_UNAVAILABLE_INFORMATION) {
		to->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_OK;
	}
	if (twist_give(from->pValue, from->ulValueLen, to->pValue, &to->ulValueLen) == CKR_OK)
		return CKR_OK;
	to->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return CKR_BUFFER_TOO_SMALL;
}

CK_RV twist_read_changed(struct twist *twist, struct twist_call *call, twist_change_fn change)
{
	CK_ATTRIBUTE *wanted = (CK_ATTRIBUTE *)call->arg[2], own[TWIST_ATTRIBUTES];
	struct twist_call below = *call;
	CK_ULONG count = call->arg[3];
	uint8_t *octets;
	CK_RV rv, given;

	if (wanted == NULL || count == 0 || count > TWIST_ATTRIBUTES)
		return twist_next(call);
	octets = malloc(count * TWIST_VALUE);
	if (octets == NULL)
		return CKR_HOST_MEMORY;
	for (CK_ULONG i = 0; i < count; i++)
		own[i] = (CK_ATTRIBUTE){wanted[i].type, octets + i * TWIST_VALUE, TWIST_VALUE / 2};
	below.arg[2] = (uintptr_t)own;
	rv = twist_next(&below);
	if (rv == CKR_BUFFER_TOO_SMALL) {
		/* A value of this size is none that twists are about. */
		rv = twist_next(call);
		goto out;
	}
	for (CK_ULONG i = 0; i < count && has_values(rv); i++) {
		if (own[i].ulValueLen != CK_UNAVAILABLE_INFORMATION) {
			size_t size = own[i].ulValueLen;

			if (change(twist, call, own[i].type, own[i].pValue, &size))
				own[i].ulValueLen = size;
		}
		given = give_attribute(&wanted[i], &own[i]);
		if (rv == CKR_OK)
			rv = given;
	}
out:
	free(octets);
	return rv;
}
