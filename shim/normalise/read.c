/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "read.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VALUE (16UL << 20) /* octets of a value that is read anew because it is long */
/* What no value has, so that one of this length is one that the vendor has not touched. */
#define POINT_ROOM  175
#define PARAMS_ROOM 1023
#define BOOL_ROOM   (sizeof(CK_ULONG) + 1)
#define NUMBER_ROOM 521 /* 4096 bits and some zeros in front */

/* --- Memory */

struct p11l_read_block {
	struct p11l_read_block *next;
	size_t size;
	CK_ULONG octets[]; /* aligned */
};

void *p11l_reading_memory(struct p11l_reading *reading, size_t size)
{
	size_t rounded = (size + 7) & ~(size_t)7;
	struct p11l_read_block *block;

	if (rounded <= sizeof(reading->value) - reading->used) {
		reading->used += rounded;
		return reading->value + reading->used - rounded;
	}
	block = malloc(sizeof(*block) + rounded);
	if (block == NULL)
		return NULL;
	block->next = reading->block;
	block->size = rounded;
	reading->block = block;
	return block->octets;
}

static void forget(struct p11l_reading *reading)
{
	if (reading->secret)
		explicit_bzero(reading->value, reading->used);
	while (reading->block != NULL) {
		struct p11l_read_block *block = reading->block;

		reading->block = block->next;
		if (reading->secret)
			explicit_bzero(block->octets, block->size);
		free(block);
	}
}

/* --- What each entry needs */

static uint8_t fixed_size(const struct p11l_attribute *known)
{
	switch (known != NULL ? known->value.role : P11L_ROLE_OPAQUE) {
	case P11L_ROLE_BOOL:
		return sizeof(CK_BBOOL);
	case P11L_ROLE_ULONG:
	case P11L_ROLE_ENUM:
	case P11L_ROLE_FLAGS:
	case P11L_ROLE_PARAMETER_SET:
		return sizeof(CK_ULONG);
	default:
		return 0;
	}
}

/* The room that a value of no fixed size needs to be repaired, or 0 when nothing repairs it. */
static CK_ULONG room_for_repair(const struct p11l_rules *rules, const CK_ATTRIBUTE *host,
        const struct p11l_attribute *known, p11l_repair **repair)
{
	CK_ATTRIBUTE_TYPE type = host->type;

	if (type == CKA_EC_POINT && p11l_repairs_ec_point(rules, host->pValue == NULL)) {
		*repair = p11l_repair_ec_point;
		return POINT_ROOM;
	}
	if (type == CKA_EC_PARAMS && p11l_repairs_ec_params(rules)) {
		*repair = p11l_repair_ec_params;
		return PARAMS_ROOM;
	}
	if (known != NULL && known->value.role == P11L_ROLE_BIGINT &&
	        p11l_on(rules, P11L_RULE_TPL_7)) {
		*repair = p11l_repair_big_integer;
		return NUMBER_ROOM;
	}
	return 0;
}

/*
 * A boolean may be longer than the host thinks. A number is read where the host wants it, unless
 * the vendor does not look whether that has room for it.
 */
static CK_ULONG room_for_fixed(const struct p11l_rules *rules, const struct p11l_slot *slot)
{
	bool careless = p11l_on(rules, P11L_RULE_GAV_4);

	if (slot->to == NULL)
		return 0;
	if (slot->fixed == sizeof(CK_BBOOL))
		return careless || p11l_on(rules, P11L_RULE_TPL_6) ? BOOL_ROOM : 0;
	return careless && slot->offered < sizeof(CK_ULONG) ? sizeof(CK_ULONG) : 0;
}

/* Gives an entry a buffer of ours; at least a number's, because some vendors do not look. */
static bool own(struct p11l_reading *reading, struct p11l_slot *slot, CK_ULONG room)
{
	slot->own = p11l_reading_memory(reading, room < sizeof(CK_ULONG) ? sizeof(CK_ULONG) : room);
	slot->room = room;
	reading->secret |= slot->secret;
	if (slot->own != NULL)
		memset(slot->own, 0, sizeof(CK_ULONG));
	return slot->own != NULL;
}

static bool plan(struct p11l_reading *reading, CK_ULONG i)
{
	const CK_ATTRIBUTE *host = &reading->host[i];
	const struct p11l_attribute *known = p11l_find_attribute(host->type);
	struct p11l_slot *slot = &reading->slot[i];
	CK_ULONG room;

	*slot = (struct p11l_slot){.to = host->pValue,
	        .offered = host->ulValueLen,
	        .fixed = fixed_size(known),
	        .secret = known != NULL && known->value.secrecy == P11L_KEY};
	reading->entry[i].type = host->type;
	if (slot->fixed > 0)
		room = room_for_fixed(reading->rules, slot);
	else
		room = room_for_repair(reading->rules, host, known, &slot->repair);
	if (slot->repair != NULL && slot->to != NULL && slot->offered >= room &&
	        slot->offered < P11L_READ_OCTETS)
		room = slot->offered + 1;
	return room == 0 || own(reading, slot, room);
}

/* --- Calling the vendor */

static void prepare(struct p11l_reading *reading, CK_ULONG i)
{
	struct p11l_slot *slot = &reading->slot[i];
	CK_ATTRIBUTE *entry = &reading->entry[i];

	entry->pValue = slot->gone ? NULL : slot->own != NULL ? slot->own : slot->to;
	entry->ulValueLen = slot->own != NULL ? slot->room : slot->offered;
	/* GAV-5: no more room than a number needs. */
	if (slot->fixed == sizeof(CK_ULONG) && slot->to != NULL &&
	        slot->offered > sizeof(CK_ULONG) && p11l_on(reading->rules, P11L_RULE_GAV_5))
		entry->ulValueLen = sizeof(CK_ULONG);
}

static CK_RV below(struct p11l_reading *reading, CK_ULONG first, CK_ULONG count)
{
	return reading->below->C_GetAttributeValue(
	        reading->session, reading->object, &reading->entry[first], count);
}

static CK_RV ask_size(struct p11l_reading *reading, CK_ULONG first, CK_ULONG count)
{
	for (CK_ULONG i = first; i < first + count; i++) {
		reading->entry[i].pValue = NULL;
		reading->entry[i].ulValueLen = 0;
	}
	return below(reading, first, count);
}

/* A value that is longer than our buffer: once more, with one that holds it. */
static bool grow(struct p11l_reading *reading, CK_ULONG i)
{
	struct p11l_slot *slot = &reading->slot[i];
	CK_ATTRIBUTE *entry = &reading->entry[i];

	if (slot->repair == NULL || slot->gone || entry->ulValueLen <= slot->room)
		return false;
	if (ask_size(reading, i, 1) == CKR_OK && entry->ulValueLen > slot->room &&
	        entry->ulValueLen <= MAX_VALUE && own(reading, slot, entry->ulValueLen + 1)) {
		prepare(reading, i);
		if (below(reading, i, 1) == CKR_OK && entry->ulValueLen <= slot->room)
			return true;
	}
	entry->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return false;
}

/* GAV-4: what the vendor would write past the end of a buffer is not asked for. */
static void mind_size(struct p11l_reading *reading, CK_ULONG i)
{
	struct p11l_slot *slot = &reading->slot[i];
	CK_ULONG size = reading->entry[i].ulValueLen;

	if (slot->fixed > 0 || size == CK_UNAVAILABLE_INFORMATION)
		return;
	slot->gone = (slot->own == NULL && slot->to != NULL && slot->offered < size) ||
	             (slot->own != NULL && slot->room < size &&
	                     (size > MAX_VALUE || !own(reading, slot, size + 1)));
	if (!slot->gone)
		return;
	slot->code = CKR_BUFFER_TOO_SMALL;
	p11l_note("GAV-4", "buffer of %lu for %lu octets -> CKR_BUFFER_TOO_SMALL", slot->offered,
	        size);
}

/* Whether the vendor could write past the end of a buffer in these entries. */
static bool is_risky(const struct p11l_reading *reading, CK_ULONG first, CK_ULONG count)
{
	for (CK_ULONG i = first; p11l_on(reading->rules, P11L_RULE_GAV_4) && i < first + count; i++)
		if (reading->slot[i].fixed == 0 &&
		        (reading->slot[i].to != NULL || reading->slot[i].own != NULL))
			return true;
	return false;
}

static CK_RV call(struct p11l_reading *reading, CK_ULONG first, CK_ULONG count)
{
	CK_RV rv;

	if (is_risky(reading, first, count)) {
		rv = ask_size(reading, first, count);
		if (!p11l_answers(rv))
			return rv;
		for (CK_ULONG i = first; i < first + count; i++)
			mind_size(reading, i);
	}
	for (CK_ULONG i = first; i < first + count; i++)
		prepare(reading, i);
	rv = below(reading, first, count);
	if (rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	for (CK_ULONG i = first; i < first + count; i++)
		if (grow(reading, i) && count == 1)
			return CKR_OK;
	return rv;
}

/* --- What came back */

/* Whether the vendor says that it has written more than there was room for. */
static bool overflows(const struct p11l_slot *slot, CK_ULONG size)
{
	if (slot->own != NULL)
		return size > slot->room;
	return slot->to != NULL && size > slot->offered;
}

/* GAV-2: the only entry of a read that failed has a length all the same. */
static bool is_misplaced(const struct p11l_reading *reading, CK_ULONG count)
{
	if (count != 1 || !p11l_on(reading->rules, P11L_RULE_GAV_2))
		return false;
	p11l_note("GAV-2", "length of what is not to be had -> unavailable");
	return true;
}

/* Lengths that say that there is no value, and those that cannot be right. */
static void collect(struct p11l_reading *reading, CK_ULONG i, CK_ULONG count, CK_RV rv)
{
	struct p11l_slot *slot = &reading->slot[i];
	CK_ULONG size = reading->entry[i].ulValueLen;

	if (slot->gone)
		return;
	slot->gone = true;
	slot->untouched = slot->own != NULL && size == slot->room && slot->fixed < size;
	if (size == CK_UNAVAILABLE_INFORMATION)
		slot->code = p11l_gav_code(reading, slot, rv);
	else if (overflows(slot, size))
		slot->code = CKR_BUFFER_TOO_SMALL;
	else if (rv != CKR_OK && (slot->untouched || is_misplaced(reading, count)))
		slot->code = rv;
	else
		slot->gone = false;
}

static void repair(struct p11l_reading *reading, CK_ULONG i)
{
	struct p11l_slot *slot = &reading->slot[i];
	CK_ATTRIBUTE *entry = &reading->entry[i];

	if (slot->gone || slot->untouched)
		return;
	if (slot->repair != NULL)
		entry->ulValueLen = slot->repair(
		        reading, entry->type, slot->own, entry->ulValueLen, slot->room);
	else if (slot->fixed > 0 && p11l_on(reading->rules, P11L_RULE_TPL_6))
		entry->ulValueLen = p11l_repair_fixed(slot, entry->type, entry->ulValueLen);
}

static void serve(struct p11l_reading *reading, CK_ULONG i)
{
	struct p11l_slot *slot = &reading->slot[i];
	CK_ULONG size = reading->entry[i].ulValueLen;

	if (slot->untouched && !slot->gone)
		return;
	if (!slot->gone && slot->to != NULL && slot->offered < size) {
		slot->gone = true;
		slot->code = CKR_BUFFER_TOO_SMALL;
	}
	if (!slot->gone && slot->to != NULL && slot->own != NULL)
		memcpy(slot->to, slot->own, size);
	reading->host[i].ulValueLen = slot->gone ? CK_UNAVAILABLE_INFORMATION : size;
}

/* The code that goes first when several apply. */
static CK_RV worse(CK_RV one, CK_RV other)
{
	static const CK_RV order[] = {
	        CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID, CKR_BUFFER_TOO_SMALL};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (one == order[i] || other == order[i])
			return order[i];
	return CKR_OK;
}

static CK_RV finish(struct p11l_reading *reading)
{
	CK_RV rv = CKR_OK;
	bool marked = false;

	for (CK_ULONG i = 0; i < reading->count; i++) {
		marked |= reading->slot[i].gone;
		repair(reading, i);
	}
	if (marked)
		p11l_gav_fill(reading);
	for (CK_ULONG i = 0; i < reading->count; i++) {
		serve(reading, i);
		rv = worse(rv, reading->slot[i].code);
	}
	if (rv == CKR_OK && !marked)
		return reading->rv; /* an error without a mark stays one */
	if (rv != reading->rv && rv != CKR_OK && reading->rv != CKR_OK &&
	        p11l_on(reading->rules, P11L_RULE_GAV_2))
		p11l_note("GAV-2", "%s -> %s", p11l_rv_name(reading->rv), p11l_rv_name(rv));
	return rv;
}

/* GAV-1. The code of the first read when not even one attribute can be read alone. */
static CK_RV one_by_one(struct p11l_reading *reading)
{
	CK_RV first = reading->rv;
	CK_ULONG read = 0;

	for (CK_ULONG i = 0; i < reading->count; i++) {
		CK_RV rv = call(reading, i, 1);

		if (!p11l_answers(rv) && !p11l_gav_retries(reading, rv))
			return rv;
		if (p11l_answers(rv)) {
			collect(reading, i, 1, rv);
			read++;
			continue;
		}
		reading->slot[i].gone = true;
		reading->slot[i].code = CKR_ATTRIBUTE_TYPE_INVALID;
	}
	if (read == 0)
		return first;
	p11l_note("GAV-1", "%s -> %lu of %lu attributes, read one by one", p11l_rv_name(first),
	        read, reading->count);
	reading->rv = CKR_OK;
	return finish(reading);
}

/*
 * GAV-2: some buffer is too small, and no length says which. One more call finds out; the lengths
 * of what was read are kept meanwhile.
 */
static void find_short(struct p11l_reading *reading)
{
	CK_ULONG *size = p11l_reading_memory(reading, reading->count * sizeof(*size));
	CK_RV rv;

	if (size == NULL)
		return;
	for (CK_ULONG i = 0; i < reading->count; i++)
		size[i] = reading->entry[i].ulValueLen;
	rv = ask_size(reading, 0, reading->count);
	for (CK_ULONG i = 0; i < reading->count; i++) {
		struct p11l_slot *slot = &reading->slot[i];
		CK_ULONG needed = reading->entry[i].ulValueLen;

		reading->entry[i].ulValueLen = size[i];
		if (rv != CKR_OK || slot->own != NULL || slot->to == NULL ||
		        slot->offered >= needed)
			continue;
		slot->gone = true;
		slot->code = CKR_BUFFER_TOO_SMALL;
		p11l_note("GAV-2", "length %lu of a buffer that is too small -> unavailable",
		        size[i]);
	}
}

static CK_RV read_all(struct p11l_reading *reading)
{
	bool marked = false;

	reading->rv = call(reading, 0, reading->count);
	if (p11l_answers(reading->rv)) {
		for (CK_ULONG i = 0; i < reading->count; i++) {
			collect(reading, i, reading->count, reading->rv);
			marked |= reading->slot[i].gone;
		}
		if (reading->rv == CKR_BUFFER_TOO_SMALL && !marked &&
		        p11l_on(reading->rules, P11L_RULE_GAV_2))
			find_short(reading);
		return finish(reading);
	}
	if (reading->count > 1 && p11l_gav_retries(reading, reading->rv))
		return one_by_one(reading);
	return p11l_gav_handle(reading->rules, reading->rv);
}

const CK_BYTE *p11l_reading_value(
        const struct p11l_reading *reading, CK_ATTRIBUTE_TYPE type, CK_ULONG *size)
{
	for (CK_ULONG i = 0; i < reading->count; i++) {
		const struct p11l_slot *slot = &reading->slot[i];
		const CK_BYTE *value = slot->own != NULL ? slot->own : slot->to;

		if (reading->entry[i].type != type || slot->gone || slot->untouched ||
		        value == NULL)
			continue;
		*size = reading->entry[i].ulValueLen;
		return value;
	}
	return NULL;
}

/* --- The hook */

/* False when memory is short; then the vendor gets the call as it is. */
static bool begin(struct p11l_reading *reading)
{
	reading->entry = reading->entries;
	reading->slot = reading->slots;
	reading->block = NULL;
	reading->used = 0;
	reading->secret = false;
	if (reading->count > P11L_READ_ENTRIES) {
		reading->entry =
		        p11l_reading_memory(reading, reading->count * sizeof(reading->entry[0]));
		reading->slot =
		        p11l_reading_memory(reading, reading->count * sizeof(reading->slot[0]));
	}
	if (reading->entry == NULL || reading->slot == NULL)
		return false;
	for (CK_ULONG i = 0; i < reading->count; i++)
		if (!plan(reading, i))
			return false;
	return true;
}

CK_RV p11l_read_C_GetAttributeValue(p11l_below *below_, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct p11l_reading reading;
	CK_RV rv;

	reading.below = below_;
	reading.session = hSession;
	reading.object = hObject;
	reading.rules = p11l_rules_of(hSession);
	reading.host = pTemplate;
	reading.count = ulCount;
	if (ulCount == 0 && p11l_on(reading.rules, P11L_RULE_GAV_6))
		return p11l_gav_nothing(below_, hSession);
	if (ulCount == 0 || ulCount > P11L_READ_MAX ||
	        !p11l_readable(pTemplate, ulCount * sizeof(*pTemplate)))
		return below_->C_GetAttributeValue(hSession, hObject, pTemplate, ulCount);
	rv = begin(&reading) ? read_all(&reading)
	                     : below_->C_GetAttributeValue(hSession, hObject, pTemplate, ulCount);
	forget(&reading);
	return rv;
}
