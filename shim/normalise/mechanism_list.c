/* SPDX-License-Identifier: MIT */
/*
 * Lists of slots and mechanisms, and what mechanisms say of themselves. A list that a rule shortens
 * (MI-3, MI-4, TOK-3) comes into a buffer of our own; asking for its length gives the length that
 * it has then.
 */
#include "mechanism_list.h"

#include "layer.h"

#include <stdlib.h>
#include <string.h>

#define USUAL 1024        /* entries; no vendor is known that has half of it */
#define MOST  (1ul << 20) /* more is not believed */

struct list {
	CK_ULONG count;
	CK_ULONG *item; /* usual, or allocated */
	CK_ULONG usual[USUAL];
};

/* Slot identifiers and mechanisms are both this. */
_Static_assert(
        sizeof(CK_SLOT_ID) == sizeof(CK_ULONG) && sizeof(CK_MECHANISM_TYPE) == sizeof(CK_ULONG),
        "lists hold numbers of one size");

/* What is asked: C_GetSlotList, or C_GetMechanismList of a slot. */
struct question {
	p11l_below *below;
	CK_SLOT_ID slot;
	CK_BBOOL present;
	CK_RV (*ask)(const struct question *question, CK_ULONG *item, CK_ULONG *count);
};

static CK_RV ask_slots(const struct question *question, CK_ULONG *item, CK_ULONG *count)
{
	return question->below->C_GetSlotList(question->present, item, count);
}

static CK_RV ask_mechanisms(const struct question *question, CK_ULONG *item, CK_ULONG *count)
{
	return question->below->C_GetMechanismList(question->slot, item, count);
}

static CK_RV fetch(const struct question *question, struct list *list)
{
	CK_ULONG room = USUAL;
	CK_RV rv;

	list->item = list->usual;
	list->count = room;
	rv = question->ask(question, list->item, &list->count);
	if (rv == CKR_BUFFER_TOO_SMALL && list->count > USUAL && list->count <= MOST) {
		room = list->count;
		list->item = calloc(room, sizeof(list->item[0]));
		if (list->item == NULL)
			return CKR_HOST_MEMORY;
		rv = question->ask(question, list->item, &list->count);
	}
	return rv == CKR_OK && list->count > room ? CKR_GENERAL_ERROR : rv;
}

static void empty(struct list *list)
{
	if (list->item != list->usual)
		free(list->item);
}

/* As the standard says: the count, or a list that fits. */
static CK_RV serve(const struct list *list, CK_ULONG *item, CK_ULONG *count)
{
	CK_ULONG room = *count;

	*count = list->count;
	if (item == NULL)
		return CKR_OK;
	if (room < list->count)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(item, list->item, list->count * sizeof(item[0]));
	return CKR_OK;
}

/* Keeps the items for which keep says so; returns how many went. */
static CK_ULONG sift(struct list *list,
        bool (*keep)(const struct list *list, CK_ULONG kept, CK_ULONG item, const void *data),
        const void *data)
{
	CK_ULONG kept = 0, before = list->count;

	for (CK_ULONG i = 0; i < before; i++)
		if (keep(list, kept, list->item[i], data))
			list->item[kept++] = list->item[i];
	list->count = kept;
	return before - kept;
}

static bool is_new(const struct list *list, CK_ULONG kept, CK_ULONG item, const void *data)
{
	(void)data;
	for (CK_ULONG i = 0; i < kept; i++)
		if (list->item[i] == item)
			return false;
	return true;
}

static bool is_allowed(const struct list *list, CK_ULONG kept, CK_ULONG item, const void *data)
{
	(void)list;
	(void)kept;
	return !p11l_is_denied(data, item);
}

static bool is_in_use(const struct list *list, CK_ULONG kept, CK_ULONG item, const void *data)
{
	p11l_below *below = data;
	CK_TOKEN_INFO info;

	(void)list;
	(void)kept;
	memset(&info, 0, sizeof(info));
	return below->C_GetTokenInfo(item, &info) != CKR_OK ||
	       (info.flags & CKF_TOKEN_INITIALIZED) != 0;
}

bool p11l_is_denied(const struct p11l_rules *rules, CK_MECHANISM_TYPE type)
{
	for (unsigned i = 0; i < rules->denied.count; i++)
		if (rules->denied.value[i] == type)
			return true;
	return false;
}

static void edit_mechanisms(const struct p11l_rules *rules, struct list *list)
{
	CK_ULONG gone;

	if (p11l_on(rules, P11L_RULE_MI_3) && (gone = sift(list, is_new, NULL)) > 0)
		p11l_note("MI-3", "%lu -> %lu mechanisms", list->count + gone, list->count);
	if (p11l_on(rules, P11L_RULE_MI_4) && (gone = sift(list, is_allowed, rules)) > 0)
		p11l_note("MI-4", "%lu -> %lu mechanisms", list->count + gone, list->count);
}

CK_RV p11l_info_C_GetMechanismList(p11l_below *below, CK_SLOT_ID slotID,
        CK_MECHANISM_TYPE_PTR pMechanismList, CK_ULONG_PTR pulCount)
{
	const struct p11l_rules *rules = p11l_rules_of_slot(slotID);
	const struct question question = {below, slotID, CK_FALSE, ask_mechanisms};
	bool edits = p11l_on(rules, P11L_RULE_MI_3) || p11l_on(rules, P11L_RULE_MI_4);
	struct list list;
	CK_RV rv;

	if (!edits || !p11l_readable(pulCount, sizeof(*pulCount)))
		return below->C_GetMechanismList(slotID, pMechanismList, pulCount);
	rv = fetch(&question, &list);
	if (rv == CKR_OK) {
		edit_mechanisms(rules, &list);
		rv = serve(&list, pMechanismList, pulCount);
	}
	empty(&list);
	return rv;
}

CK_RV p11l_info_C_GetSlotList(
        p11l_below *below, CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount)
{
	const struct p11l_rules *rules = p11l_rules_of_module();
	const struct question question = {below, 0, tokenPresent, ask_slots};
	struct list list;
	CK_ULONG gone, count;
	CK_RV rv;

	if (!p11l_on(rules, P11L_RULE_TOK_3) || !p11l_readable(pulCount, sizeof(*pulCount)))
		return below->C_GetSlotList(tokenPresent, pSlotList, pulCount);
	/* Vendors look for new slots when they are asked how many there are. */
	if (pSlotList == NULL && (rv = below->C_GetSlotList(tokenPresent, NULL, &count)) != CKR_OK)
		return rv;
	rv = fetch(&question, &list);
	if (rv == CKR_OK) {
		if ((gone = sift(&list, is_in_use, below)) > 0)
			p11l_note("TOK-3", "%lu -> %lu slots", list.count + gone, list.count);
		rv = serve(&list, pSlotList, pulCount);
	}
	empty(&list);
	return rv;
}

/* What mechanisms say of themselves */

#define EC_FLAGS                                                                           \
	(CKF_EC_F_P | CKF_EC_F_2M | CKF_EC_ECPARAMETERS | CKF_EC_OID | CKF_EC_UNCOMPRESS | \
	        CKF_EC_COMPRESS | CKF_EC_CURVENAME)

/* Mechanisms of Weierstrass curves. */
static const CK_MECHANISM_TYPE curved[] = {
        CKM_EC_KEY_PAIR_GEN,
        CKM_EC_KEY_PAIR_GEN_W_EXTRA_BITS,
        CKM_ECDSA,
        CKM_ECDSA_SHA1,
        CKM_ECDSA_SHA224,
        CKM_ECDSA_SHA256,
        CKM_ECDSA_SHA384,
        CKM_ECDSA_SHA512,
        CKM_ECDSA_SHA3_224,
        CKM_ECDSA_SHA3_256,
        CKM_ECDSA_SHA3_384,
        CKM_ECDSA_SHA3_512,
        CKM_ECDH1_DERIVE,
        CKM_ECDH1_COFACTOR_DERIVE,
        CKM_ECMQV_DERIVE,
        CKM_ECDH_AES_KEY_WRAP,
};

static bool is_curved(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < sizeof(curved) / sizeof(curved[0]); i++)
		if (curved[i] == type)
			return true;
	return false;
}

static void add_ec_flags(CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	if ((info->flags & EC_FLAGS) != 0 || !is_curved(type))
		return;
	info->flags |= CKF_EC_F_P | CKF_EC_OID | CKF_EC_UNCOMPRESS;
	p11l_note("MI-5", "no flags of curves -> CKF_EC_F_P|CKF_EC_OID|CKF_EC_UNCOMPRESS");
}

static bool is_aes(CK_MECHANISM_TYPE type)
{
	const char *name = p11l_name(P11L_SPACE_mechanism, type);

	return name != NULL && strncmp(name, "CKM_AES_", 8) == 0;
}

static bool is_des3(CK_MECHANISM_TYPE type)
{
	const char *name = p11l_name(P11L_SPACE_mechanism, type);

	return name != NULL && strncmp(name, "CKM_DES3_", 9) == 0;
}

static void mend_sizes(CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	CK_ULONG min = info->ulMinKeySize, max = info->ulMaxKeySize;

	if (is_aes(type) && (min == 128 || min == 192 || min == 256)) {
		info->ulMinKeySize /= 8;
		info->ulMaxKeySize /= 8;
	} else if (is_des3(type) && min == 0 && max == 0) {
		info->ulMinKeySize = info->ulMaxKeySize = 24;
	} else if (type == CKM_GENERIC_SECRET_KEY_GEN && max != 0 && max <= ~0ul / 8 &&
	           (max <= 512 || min < 8)) {
		info->ulMinKeySize *= 8;
		info->ulMaxKeySize *= 8;
	}
	if (info->ulMinKeySize != min || info->ulMaxKeySize != max)
		p11l_note("MI-1", "%lu to %lu -> %lu to %lu", min, max, info->ulMinKeySize,
		        info->ulMaxKeySize);
}

CK_RV p11l_info_C_GetMechanismInfo(
        p11l_below *below, CK_SLOT_ID slotID, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR pInfo)
{
	const struct p11l_rules *rules = p11l_rules_of_slot(slotID);
	CK_RV rv;

	if (p11l_on(rules, P11L_RULE_MI_4) && p11l_is_denied(rules, type)) {
		p11l_note("MI-4", "a denied mechanism -> CKR_MECHANISM_INVALID");
		return CKR_MECHANISM_INVALID;
	}
	if (pInfo == NULL || !p11l_on(rules, P11L_RULE_MI_7)) {
		rv = below->C_GetMechanismInfo(slotID, type, pInfo);
	} else {
		/* Some vendors add flags to what they find there. */
		CK_MECHANISM_INFO info = {0, 0, 0};

		rv = below->C_GetMechanismInfo(slotID, type, &info);
		if (rv == CKR_OK)
			*pInfo = info;
	}
	if (rv != CKR_OK || pInfo == NULL)
		return rv;
	if (p11l_on(rules, P11L_RULE_MI_5))
		add_ec_flags(type, pInfo);
	if (p11l_on(rules, P11L_RULE_MI_1))
		mend_sizes(type, pInfo);
	return CKR_OK;
}
