/* SPDX-License-Identifier: MIT */
/* Family GAV: what a read of attributes answers when something is missing. */
#include "read.h"

#include <string.h>

/* --- GAV-1 */

/* Codes that say nothing about session, login, device or handle, so that one attribute may cause
 * them. */
bool p11l_gav_retries(const struct p11l_reading *reading, CK_RV rv)
{
	static const CK_RV codes[] = {CKR_FUNCTION_FAILED, CKR_GENERAL_ERROR, CKR_ARGUMENTS_BAD,
	        CKR_FUNCTION_REJECTED, CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT,
	        CKR_TEMPLATE_INCOMPLETE, CKR_ATTRIBUTE_READ_ONLY, CKR_FUNCTION_NOT_SUPPORTED};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (rv == codes[i])
			return p11l_on(reading->rules, P11L_RULE_GAV_1);
	return (rv & CKR_VENDOR_DEFINED) != 0 && p11l_on(reading->rules, P11L_RULE_GAV_1);
}

/* --- GAV-2, GAV-3 */

CK_RV p11l_gav_code(const struct p11l_reading *reading, const struct p11l_slot *slot, CK_RV rv)
{
	CK_RV missing = slot->secret ? CKR_ATTRIBUTE_SENSITIVE : CKR_ATTRIBUTE_TYPE_INVALID;
	bool large_enough = slot->to == NULL || slot->own != NULL ||
	                    (slot->fixed > 0 && slot->offered == slot->fixed);

	if (rv == CKR_OK && p11l_on(reading->rules, P11L_RULE_GAV_3)) {
		p11l_note("GAV-3", "CKR_OK without a value -> %s", p11l_rv_name(missing));
		return missing;
	}
	/* What is not too small has another reason. */
	if (rv == CKR_BUFFER_TOO_SMALL && large_enough && p11l_on(reading->rules, P11L_RULE_GAV_2))
		return missing;
	return rv;
}

/* --- GAV-6 */

CK_RV p11l_gav_handle(const struct p11l_rules *rules, CK_RV rv)
{
	if (rv != CKR_KEY_HANDLE_INVALID || !p11l_on(rules, P11L_RULE_GAV_6))
		return rv;
	p11l_note("GAV-6", "CKR_KEY_HANDLE_INVALID -> CKR_OBJECT_HANDLE_INVALID");
	return CKR_OBJECT_HANDLE_INVALID;
}

CK_RV p11l_gav_nothing(p11l_below *below, CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;
	CK_RV rv = below->C_GetSessionInfo(session, &info);

	p11l_note("GAV-6", "a read of no attributes -> %s", p11l_rv_name(rv));
	return rv;
}

/* --- GAV-8, GAV-9, DEF-9 */

enum { OF_KEYS = 1, OF_CERTIFICATES = 2, OF_OTHERS = 4, OF_ALL = 7 };

/* Attributes that the standard gives these objects, empty unless something is put there. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	unsigned objects;
} empty[] = {
        {CKA_LABEL, OF_ALL},
        {CKA_ID, OF_KEYS | OF_CERTIFICATES},
        {CKA_START_DATE, OF_KEYS | OF_CERTIFICATES},
        {CKA_END_DATE, OF_KEYS | OF_CERTIFICATES},
        {CKA_SUBJECT, OF_KEYS},
};
#define EMPTY (sizeof(empty) / sizeof(empty[0]))

static unsigned objects_of(CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE type)
{
	switch (class) {
	case CKO_PUBLIC_KEY:
	case CKO_PRIVATE_KEY:
		return OF_KEYS;
	case CKO_SECRET_KEY:
		return type == CKA_SUBJECT ? 0 : OF_KEYS;
	case CKO_CERTIFICATE:
		return OF_CERTIFICATES;
	case CKO_DATA:
	case CKO_DOMAIN_PARAMETERS:
		return OF_OTHERS;
	default:
		return 0;
	}
}

static bool is_empty_by_default(CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < EMPTY; i++)
		if (empty[i].type == type)
			return (empty[i].objects & objects_of(class, type)) != 0;
	return false;
}

static bool is_true_by_default(CK_ATTRIBUTE_TYPE type)
{
	return type == CKA_COPYABLE || type == CKA_DESTROYABLE;
}

static bool may_be_filled(const struct p11l_rules *rules, CK_ATTRIBUTE_TYPE type)
{
	if (type == CKA_MODULUS_BITS)
		return p11l_on(rules, P11L_RULE_GAV_9);
	if (is_true_by_default(type))
		return p11l_on(rules, P11L_RULE_DEF_9);
	for (size_t i = 0; i < EMPTY; i++)
		if (empty[i].type == type)
			return p11l_on(rules, P11L_RULE_GAV_8);
	return false;
}

/* What the lens asks for once: the class, what is missing, and the modulus for its bits. */
#define MODULUS_ROOM 2049
#define ASKED        (EMPTY + 5)
struct missing {
	CK_ATTRIBUTE entry[ASKED];
	CK_ULONG count;
	CK_OBJECT_CLASS class;
	CK_BYTE modulus[MODULUS_ROOM];
};

static void ask_for(struct missing *missing, CK_ATTRIBUTE_TYPE type, void *to, CK_ULONG size)
{
	for (CK_ULONG i = 0; i < missing->count; i++)
		if (missing->entry[i].type == type)
			return;
	missing->entry[missing->count++] = (CK_ATTRIBUTE){type, to, size};
}

static CK_ULONG answer(const struct missing *missing, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < missing->count; i++)
		if (missing->entry[i].type == type)
			return missing->entry[i].ulValueLen;
	return CK_UNAVAILABLE_INFORMATION;
}

static CK_ULONG bits(const CK_BYTE *number, CK_ULONG size)
{
	CK_ULONG zeros = 0, top = 8;

	while (zeros < size && number[zeros] == 0)
		zeros++;
	if (zeros == size)
		return 0;
	while ((number[zeros] >> (top - 1) & 1) == 0)
		top--;
	return (size - zeros - 1) * 8 + top;
}

static bool fill_bits(struct p11l_reading *reading, CK_ULONG i, const struct missing *missing)
{
	CK_ULONG size = answer(missing, CKA_MODULUS), number;
	struct p11l_slot *slot = &reading->slot[i];

	if (missing->class != CKO_PUBLIC_KEY || size > sizeof(missing->modulus))
		return false;
	number = bits(missing->modulus, size);
	slot->own = number > 0 ? p11l_reading_memory(reading, sizeof(number)) : NULL;
	if (slot->own == NULL)
		return false;
	memcpy(slot->own, &number, sizeof(number));
	reading->entry[i].ulValueLen = sizeof(number);
	p11l_note("GAV-9", "CKA_MODULUS_BITS: none -> %lu", number);
	return true;
}

static bool fill_empty(struct p11l_reading *reading, CK_ULONG i, const struct missing *missing)
{
	CK_ATTRIBUTE *entry = &reading->entry[i];

	if (!is_empty_by_default(missing->class, entry->type) ||
	        answer(missing, entry->type) != CK_UNAVAILABLE_INFORMATION)
		return false;
	entry->ulValueLen = 0;
	p11l_note("GAV-8", "%s: none -> empty", p11l_name(P11L_SPACE_attribute, entry->type));
	return true;
}

static bool fill_true(struct p11l_reading *reading, CK_ULONG i, const struct missing *missing)
{
	CK_ATTRIBUTE *entry = &reading->entry[i];
	struct p11l_slot *slot = &reading->slot[i];

	if (objects_of(missing->class, entry->type) == 0 ||
	        answer(missing, entry->type) != CK_UNAVAILABLE_INFORMATION)
		return false;
	slot->own = p11l_reading_memory(reading, sizeof(CK_BBOOL));
	if (slot->own == NULL)
		return false;
	*slot->own = CK_TRUE;
	entry->ulValueLen = sizeof(CK_BBOOL);
	p11l_note("DEF-9", "%s: none -> TRUE", p11l_name(P11L_SPACE_attribute, entry->type));
	return true;
}

static bool fill(struct p11l_reading *reading, CK_ULONG i, const struct missing *missing)
{
	CK_ATTRIBUTE_TYPE type = reading->entry[i].type;

	if (type == CKA_MODULUS_BITS)
		return fill_bits(reading, i, missing);
	return is_true_by_default(type) ? fill_true(reading, i, missing)
	                                : fill_empty(reading, i, missing);
}

static bool is_missing(const struct p11l_reading *reading, CK_ULONG i)
{
	const struct p11l_slot *slot = &reading->slot[i];

	return slot->gone && slot->code != CKR_BUFFER_TOO_SMALL &&
	       may_be_filled(reading->rules, reading->entry[i].type);
}

/* One more call, and only where something is missing that need not be. */
static bool ask(struct p11l_reading *reading, struct missing *missing)
{
	CK_RV rv;

	missing->count = 0;
	missing->class = CK_UNAVAILABLE_INFORMATION;
	for (CK_ULONG i = 0; i < reading->count; i++)
		if (is_missing(reading, i))
			ask_for(missing, reading->entry[i].type, NULL, 0);
	if (missing->count == 0)
		return false;
	if (answer(missing, CKA_MODULUS_BITS) != CK_UNAVAILABLE_INFORMATION)
		ask_for(missing, CKA_MODULUS, missing->modulus, sizeof(missing->modulus));
	ask_for(missing, CKA_CLASS, &missing->class, sizeof(missing->class));
	rv = reading->below->C_GetAttributeValue(
	        reading->session, reading->object, missing->entry, missing->count);
	return (rv == CKR_OK || rv == CKR_ATTRIBUTE_TYPE_INVALID) &&
	       answer(missing, CKA_CLASS) == sizeof(missing->class);
}

void p11l_gav_fill(struct p11l_reading *reading)
{
	struct missing missing;

	if (!ask(reading, &missing))
		return;
	for (CK_ULONG i = 0; i < reading->count; i++) {
		if (!is_missing(reading, i) || !fill(reading, i, &missing))
			continue;
		reading->slot[i].gone = false;
		reading->slot[i].code = CKR_OK;
	}
}

/* --- GAV-11 */

CK_RV p11l_info_C_GetObjectSize(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ULONG_PTR pulSize)
{
	CK_RV rv = below->C_GetObjectSize(hSession, hObject, pulSize);

	if (rv == CKR_OK && *pulSize == 0 && p11l_on(p11l_rules_of(hSession), P11L_RULE_GAV_11)) {
		*pulSize = CK_UNAVAILABLE_INFORMATION;
		p11l_note("GAV-11", "0 -> CK_UNAVAILABLE_INFORMATION");
	}
	return rv;
}
