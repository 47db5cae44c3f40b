/* SPDX-License-Identifier: MIT */
/* Numbers of the vendor in place of the standard's: mechanisms and key types. */
#include "internal.h"

static CK_ULONG vendors(const struct twist *twist)
{
	return (CK_ULONG)twist->number;
}

/* An array of numbers, as CKA_ALLOWED_MECHANISMS and lists are. */
static void renumber(CK_ULONG *list, CK_ULONG count, CK_ULONG from, CK_ULONG to)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (list[i] == from)
			list[i] = to;
}

static bool is_of_mechanisms(CK_ATTRIBUTE_TYPE type)
{
	return type == CKA_KEY_GEN_MECHANISM || type == CKA_ALLOWED_MECHANISMS;
}

static bool show_vendors(struct twist *twist, const struct twist_call *call, CK_ATTRIBUTE_TYPE type,
        uint8_t *octets, size_t *size)
{
	bool concerned =
	        twist->attribute == CKA_KEY_TYPE ? type == CKA_KEY_TYPE : is_of_mechanisms(type);

	(void)call;
	if (concerned)
		renumber((CK_ULONG *)(void *)octets, *size / sizeof(CK_ULONG), twist->to,
		        vendors(twist));
	return concerned;
}

/* Attributes on their way down; false when one has the standard's number. */
struct changed {
	CK_ULONG list[64];
};

static bool take_vendors(const struct twist *twist, struct twist_draft *draft, bool mechanisms,
        struct changed *changed)
{
	for (CK_ULONG i = 0; i < draft->count; i++) {
		CK_ATTRIBUTE *at = &draft->at[i];
		CK_ULONG count = at->ulValueLen / sizeof(CK_ULONG);

		if ((mechanisms ? !is_of_mechanisms(at->type) : at->type != CKA_KEY_TYPE) ||
		        at->pValue == NULL || count > COUNT(changed->list))
			continue;
		memcpy(changed->list, at->pValue, count * sizeof(CK_ULONG));
		for (CK_ULONG j = 0; j < count; j++)
			if (changed->list[j] == twist->to)
				return false;
		renumber(changed->list, count, vendors(twist), twist->to);
		at->pValue = changed->list;
	}
	return true;
}

/* Goes on with the templates in the standard's numbers. */
static CK_RV next_with_templates(struct twist *twist, struct twist_call *call, bool mechanisms)
{
	struct twist_draft draft[2];
	struct changed changed[2];

	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!twist_draft(&draft[i], call, i))
			continue;
		if (!take_vendors(twist, &draft[i], mechanisms, &changed[i]))
			return CKR_ATTRIBUTE_VALUE_INVALID;
		twist_use(call, &draft[i]);
	}
	return twist_next(call);
}

static CK_RV renumber_list(struct twist *twist, struct twist_call *call)
{
	CK_ULONG *list = (CK_ULONG *)call->arg[1];
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK && list != NULL)
		renumber(list, *(CK_ULONG *)call->arg[2], twist->to, vendors(twist));
	return rv;
}

static CK_RV renumber_mechanism(struct twist *twist, struct twist_call *call)
{
	const CK_MECHANISM *given = twist_mechanism_of(call);
	CK_MECHANISM mechanism;

	if (call->function == P11L_C_GetMechanismList)
		return renumber_list(twist, call);
	if (call->function == P11L_C_GetAttributeValue)
		return twist_read_changed(twist, call, show_vendors);
	if (call->function == P11L_C_GetMechanismInfo) {
		if (call->arg[1] == twist->to)
			return CKR_MECHANISM_INVALID;
		if (call->arg[1] == vendors(twist))
			call->arg[1] = twist->to;
		return twist_next(call);
	}
	if (given != NULL && given->mechanism == twist->to)
		return CKR_MECHANISM_INVALID;
	if (given != NULL && given->mechanism == vendors(twist)) {
		mechanism = *given;
		mechanism.mechanism = twist->to;
		call->arg[twist_param(call->function, P11L_ROLE_MECHANISM, 0)] =
		        (uintptr_t)&mechanism;
		return next_with_templates(twist, call, true);
	}
	return next_with_templates(twist, call, true);
}

static CK_RV renumber_key_type(struct twist *twist, struct twist_call *call)
{
	twist->attribute = CKA_KEY_TYPE;
	if (call->function == P11L_C_GetAttributeValue)
		return twist_read_changed(twist, call, show_vendors);
	return next_with_templates(twist, call, false);
}

const struct twist_row twist_numbers[] = {
        {"renumber-mechanism", "pn", ON_ALL, renumber_mechanism, NULL, 0},
        {"renumber-key-type", "pn", ON_TEMPLATE | ON(FindObjectsInit) | ON(GetAttributeValue),
                renumber_key_type, NULL, 0},
        {0},
};
