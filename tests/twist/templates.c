/* SPDX-License-Identifier: MIT */
/* Templates: attributes that are refused, demanded, ignored, or filled in as vendors like it. */
#include "internal.h"

#include <pthread.h>

static bool is_usual(const struct twist *twist, const struct twist_call *call)
{
	/* Searches are another matter, unless the directive names them. */
	return twist->where.functions != 0 || call->function != P11L_C_FindObjectsInit;
}

/* What holds for any template of the call that the directive is about. */
typedef CK_RV (*check_fn)(const struct twist *twist, const struct twist_draft *draft);

static CK_RV check_templates(struct twist *twist, struct twist_call *call, check_fn check)
{
	struct twist_draft draft;
	CK_RV rv;

	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!is_usual(twist, call) || !twist_draft(&draft, call, i) ||
		        !twist_holds(&twist->where, call, draft.half))
			continue;
		rv = check(twist, &draft);
		if (rv != CKR_OK)
			return rv;
	}
	return twist_next(call);
}

static CK_RV is_absent(const struct twist *twist, const struct twist_draft *draft)
{
	return twist_find(draft, twist->attribute) == NULL ? CKR_OK : twist->rv;
}

static CK_RV is_present(const struct twist *twist, const struct twist_draft *draft)
{
	return twist_find(draft, twist->attribute) != NULL ? CKR_OK : twist->rv;
}

static CK_RV is_another(const struct twist *twist, const struct twist_draft *draft)
{
	const CK_ATTRIBUTE *attribute = twist_find(draft, twist->attribute);

	if (attribute == NULL || attribute->ulValueLen != twist->size)
		return CKR_OK;
	if (twist->size != 0 && memcmp(attribute->pValue, twist->value, twist->size) != 0)
		return CKR_OK;
	return twist->rv;
}

static CK_RV refuse_attribute(struct twist *twist, struct twist_call *call)
{
	return check_templates(twist, call, is_absent);
}

static CK_RV require_attribute(struct twist *twist, struct twist_call *call)
{
	return check_templates(twist, call, is_present);
}

static CK_RV refuse_value(struct twist *twist, struct twist_call *call)
{
	return check_templates(twist, call, is_another);
}

static CK_RV drop_attribute(struct twist *twist, struct twist_call *call)
{
	struct twist_draft draft[2];

	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!is_usual(twist, call) || !twist_draft(&draft[i], call, i) ||
		        !twist_holds(&twist->where, call, draft[i].half))
			continue;
		twist_remove(&draft[i], twist->attribute);
		twist_use(call, &draft[i]);
	}
	return twist_next(call);
}

/* Defaults */

/* The halves that have an attribute, as far as it matters to defaults. */
static unsigned halves_with(CK_ATTRIBUTE_TYPE type)
{
	switch (type) {
	case CKA_ENCRYPT:
	case CKA_VERIFY:
	case CKA_WRAP:
		return TWIST_PUBLIC | TWIST_SECRET;
	case CKA_VERIFY_RECOVER:
		return TWIST_PUBLIC;
	case CKA_DECRYPT:
	case CKA_SIGN:
	case CKA_UNWRAP:
	case CKA_SENSITIVE:
	case CKA_EXTRACTABLE:
		return TWIST_PRIVATE | TWIST_SECRET;
	case CKA_SIGN_RECOVER:
		return TWIST_PRIVATE;
	default:
		return TWIST_PUBLIC | TWIST_PRIVATE | TWIST_SECRET;
	}
}

static void fill_in(
        struct twist_draft *draft, CK_ATTRIBUTE_TYPE type, const void *value, size_t size)
{
	if ((halves_with(type) & draft->half) != 0 && twist_find(draft, type) == NULL)
		twist_add(draft, type, value, size);
}

static CK_RV add_default(struct twist *twist, struct twist_call *call)
{
	struct twist_draft draft[2];

	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!twist_draft(&draft[i], call, i) ||
		        !twist_holds(&twist->where, call, draft[i].half))
			continue;
		fill_in(&draft[i], twist->attribute, twist->value, twist->size);
		twist_use(call, &draft[i]);
	}
	return twist_next(call);
}

static CK_RV add_usage(struct twist *twist, struct twist_call *call)
{
	static const CK_ATTRIBUTE_TYPE usage[] = {
	        CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY, CKA_WRAP, CKA_UNWRAP, CKA_DERIVE};
	static const CK_BBOOL values[] = {CK_FALSE, CK_TRUE};
	struct twist_draft draft[2];

	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!twist_draft(&draft[i], call, i) ||
		        !twist_holds(&twist->where, call, draft[i].half))
			continue;
		for (size_t j = 0; j < COUNT(usage); j++)
			fill_in(&draft[i], usage[j], &values[twist->choice], 1);
		twist_use(call, &draft[i]);
	}
	return twist_next(call);
}

/* Booleans of other sizes and values */

#define ODD 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct odd {
	CK_OBJECT_HANDLE object;
	CK_ATTRIBUTE_TYPE type;
	uint8_t value[8];
	size_t size;
} odds[ODD];
static unsigned odd_count;

static unsigned role_of(CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	return row != NULL ? row->value.role : P11L_ROLE_BYTES;
}

static bool is_odd(const CK_ATTRIBUTE *attribute)
{
	const uint8_t *value = attribute->pValue;

	return role_of(attribute->type) == P11L_ROLE_BOOL && value != NULL &&
	       attribute->ulValueLen > 0 && attribute->ulValueLen <= 8 &&
	       (attribute->ulValueLen != 1 || value[0] > 1);
}

static void keep_odd(CK_OBJECT_HANDLE object, const CK_ATTRIBUTE *attribute)
{
	struct odd *odd;

	pthread_mutex_lock(&lock);
	odd = &odds[odd_count++ % ODD];
	odd->object = object;
	odd->type = attribute->type;
	odd->size = attribute->ulValueLen;
	memcpy(odd->value, attribute->pValue, odd->size);
	pthread_mutex_unlock(&lock);
}

static bool show_odd(struct twist *twist, const struct twist_call *call, CK_ATTRIBUTE_TYPE type,
        uint8_t *octets, size_t *size)
{
	bool found = false;

	(void)twist;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < ODD; i++) {
		if (odds[i].size != 0 && odds[i].object == call->arg[1] && odds[i].type == type) {
			memcpy(octets, odds[i].value, odds[i].size);
			*size = odds[i].size;
			found = true;
		}
	}
	pthread_mutex_unlock(&lock);
	return found;
}

/* The handle of the object that a template made or changed. */
static CK_OBJECT_HANDLE object_of(const struct twist_call *call, unsigned nth)
{
	const struct p11l_function *row = &p11l_functions[call->function];

	if (call->function == P11L_C_SetAttributeValue)
		return call->arg[1];
	for (unsigned i = 0; i < row->count; i++)
		if (row->param[i].type.role == P11L_ROLE_OBJECT &&
		        row->param[i].direction == P11L_OUT && nth-- == 0)
			return *(CK_OBJECT_HANDLE *)call->arg[i];
	return 0;
}

static void straighten(struct twist_draft *draft)
{
	static const CK_BBOOL values[] = {CK_FALSE, CK_TRUE};

	for (CK_ULONG i = 0; i < draft->count; i++) {
		if (is_odd(&draft->at[i])) {
			const uint8_t *value = draft->at[i].pValue;
			bool set = false;

			for (CK_ULONG j = 0; j < draft->at[i].ulValueLen; j++)
				set = set || value[j] != 0;
			draft->at[i].pValue = (void *)(uintptr_t)&values[set];
			draft->at[i].ulValueLen = 1;
		}
	}
}

static CK_RV store_odd(struct twist_call *call)
{
	struct twist_call below = *call;
	struct twist_draft draft[2] = {0}, straight[2];
	CK_RV rv;

	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!twist_draft(&draft[i], call, i))
			return twist_next(call);
		straight[i] = draft[i];
		straighten(&straight[i]);
		twist_use(&below, &straight[i]);
	}
	rv = twist_next(&below);
	for (unsigned i = 0; rv == CKR_OK && i < twist_templates_of(call); i++)
		for (CK_ULONG j = 0; j < draft[i].count; j++)
			if (is_odd(&draft[i].at[j]))
				keep_odd(object_of(call, i), &draft[i].at[j]);
	return rv;
}

static CK_RV all_straight(const struct twist *twist, const struct twist_draft *draft)
{
	for (CK_ULONG i = 0; i < draft->count; i++)
		if (is_odd(&draft->at[i]))
			return twist->rv;
	return CKR_OK;
}

static CK_RV take_bools(struct twist *twist, struct twist_call *call)
{
	if (call->function == P11L_C_GetAttributeValue)
		return twist->choice == 1 ? twist_read_changed(twist, call, show_odd)
		                          : twist_next(call);
	return twist->choice == 1 ? store_odd(call) : check_templates(twist, call, all_straight);
}

static CK_RV all_whole(const struct twist *twist, const struct twist_draft *draft)
{
	for (CK_ULONG i = 0; i < draft->count; i++) {
		unsigned role = role_of(draft->at[i].type);

		if ((role == P11L_ROLE_ULONG || role == P11L_ROLE_ENUM) &&
		        draft->at[i].ulValueLen != sizeof(CK_ULONG))
			return twist->rv;
	}
	return CKR_OK;
}

static CK_RV take_numbers(struct twist *twist, struct twist_call *call)
{
	return check_templates(twist, call, all_whole);
}

const struct twist_row twist_templates[] = {
        {"refuse-attribute", "a?r*", ON_TEMPLATE | ON(FindObjectsInit), refuse_attribute, NULL,
                CKR_ATTRIBUTE_TYPE_INVALID},
        {"refuse-value", "av?r*", ON_TEMPLATE | ON(FindObjectsInit), refuse_value, NULL,
                CKR_ATTRIBUTE_VALUE_INVALID},
        {"require-attribute", "a?r*", ON_CREATE, require_attribute, NULL, CKR_TEMPLATE_INCOMPLETE},
        {"odd-bool", "w?r", ON_TEMPLATE | ON(GetAttributeValue), take_bools, "refused|stored",
                CKR_ATTRIBUTE_VALUE_INVALID},
        {"odd-number", "w?r", ON_TEMPLATE, take_numbers, "refused", CKR_ATTRIBUTE_VALUE_INVALID},
        {"drop-attribute", "a?*", ON_TEMPLATE | ON(FindObjectsInit), drop_attribute, NULL, 0},
        {"default", "av?*", ON_CREATE, add_default, NULL, 0},
        {"usage", "w?*", ON_CREATE, add_usage, "none|all", 0},
        {0},
};
