/* SPDX-License-Identifier: MIT */
/* Slots, lists of them, and what slots and tokens say of themselves. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define USUAL 64          /* slots; few modules have more */
#define MOST  (1ul << 16) /* more is not believed */

struct p11l_slot *p11l_slot_new(struct p11l_module *module, CK_SLOT_ID id)
{
	struct p11l_slot *slot = calloc(1, sizeof(*slot));

	if (slot == NULL)
		return NULL;
	slot->module = p11l_module_ref(module);
	slot->id = id;
	atomic_init(&slot->references, 1);
	pthread_mutex_init(&slot->lock, NULL);
	return slot;
}

struct p11l_slot *p11l_slot_ref(struct p11l_slot *slot)
{
	if (slot != NULL)
		atomic_fetch_add(&slot->references, 1);
	return slot;
}

void p11l_slot_free(struct p11l_slot *slot)
{
	if (slot == NULL || atomic_fetch_sub(&slot->references, 1) != 1)
		return;
	p11l_slot_forget_mechanisms(slot);
	pthread_mutex_destroy(&slot->lock);
	p11l_module_free(slot->module);
	free(slot);
}

CK_SLOT_ID p11l_slot_id(const struct p11l_slot *slot)
{
	return slot != NULL ? slot->id : CK_UNAVAILABLE_INFORMATION;
}

struct p11l_module *p11l_slot_module(const struct p11l_slot *slot)
{
	return slot != NULL ? slot->module : NULL;
}

/* --- Lists */

CK_ULONG p11l_slots_count(const struct p11l_slots *slots)
{
	return slots != NULL ? slots->count : 0;
}

struct p11l_slot *p11l_slots_at(const struct p11l_slots *slots, CK_ULONG index)
{
	return index < p11l_slots_count(slots) ? slots->slot[index] : NULL;
}

void p11l_slots_free(struct p11l_slots *slots)
{
	if (slots == NULL)
		return;
	for (CK_ULONG i = 0; i < slots->count; i++)
		p11l_slot_free(slots->slot[i]);
	free(slots);
}

static CK_RV make_list(
        struct p11l_module *module, const CK_SLOT_ID *id, CK_ULONG count, struct p11l_slots **slots)
{
	struct p11l_slots *list =
	        calloc(1, sizeof(*list) + (count > 0 ? count : 1) * sizeof(list->slot[0]));

	for (CK_ULONG i = 0; list != NULL && i < count; i++) {
		list->slot[i] = p11l_slot_new(module, id[i]);
		if (list->slot[i] == NULL) {
			p11l_slots_free(list);
			list = NULL;
		} else {
			list->count++;
		}
	}
	*slots = list;
	return list != NULL ? CKR_OK : p11l_no_memory();
}

CK_RV p11l_slots_of_one(struct p11l_module *module, CK_SLOT_ID id, struct p11l_slots **slots)
{
	return make_list(module, &id, 1, slots);
}

/* What C_GetSlotList says: in usual, or in *larger, which is to be freed. */
static CK_RV fetch(struct p11l_module *module, CK_BBOOL token_present, CK_SLOT_ID usual[USUAL],
        CK_SLOT_ID **larger, CK_ULONG *count)
{
	CK_SLOT_ID *item = usual;
	CK_ULONG room = USUAL;
	CK_RV rv;

	for (;;) {
		*count = room;
		rv = module->functions->C_GetSlotList(token_present, item, count);
		if (rv == CKR_OK && *count > room)
			return CKR_GENERAL_ERROR;
		if (rv != CKR_BUFFER_TOO_SMALL || *count <= room || *count > MOST)
			return rv;
		/* One more may be plugged in meanwhile. */
		room = *count + 1;
		free(*larger);
		item = *larger = calloc(room, sizeof(*item));
		if (item == NULL)
			return CKR_HOST_MEMORY;
	}
}

CK_RV p11l_slots_list(
        struct p11l_module *module, CK_BBOOL token_present, bool look, struct p11l_slots **slots)
{
	struct p11l_attempt attempt = {.module = module};
	CK_SLOT_ID usual[USUAL], *larger = NULL;
	CK_ULONG count = 0, known;
	CK_RV rv;

	while (p11l_attempt(&attempt)) {
		/* Asked how many there are, a module takes notice of those that are new. */
		if (look && atomic_load(&module->listed))
			module->functions->C_GetSlotList(token_present, NULL, &known);
		attempt.rv = fetch(module, token_present, usual, &larger, &count);
	}
	atomic_store(&module->listed, true);
	rv = p11l_attempted(&attempt, "C_GetSlotList", P11L_NO_SUBJECT);
	if (rv == CKR_OK)
		rv = make_list(module, larger != NULL ? larger : usual, count, slots);
	free(larger);
	return rv;
}

CK_RV p11l_get_slots(struct p11l_module *module, CK_BBOOL token_present, struct p11l_slots **slots)
{
	if (slots == NULL)
		return p11l_bad_argument("slots");
	*slots = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	return p11l_slots_list(module, token_present != CK_FALSE ? CK_TRUE : CK_FALSE, true, slots);
}

/* --- What they say */

static void take_slot_info(struct p11l_slot *slot, const CK_SLOT_INFO *from)
{
	struct p11l_slot_info *info = &slot->slot_info;

	info->hardware_version = from->hardwareVersion;
	info->firmware_version = from->firmwareVersion;
	info->flags = from->flags;
	p11l_take_text(info->description, from->slotDescription, sizeof(from->slotDescription));
	p11l_take_text(info->manufacturer, from->manufacturerID, sizeof(from->manufacturerID));
	atomic_store(&slot->has_slot_info, true);
}

CK_RV p11l_get_slot_info(struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_slot_info **info)
{
	struct p11l_attempt attempt = {0};
	CK_SLOT_INFO asked;
	CK_RV rv;

	if (info == NULL)
		return p11l_bad_argument("info");
	*info = NULL;
	if (slot == NULL)
		return p11l_bad_argument("slot");
	if (fresh != CK_FALSE || !atomic_load(&slot->has_slot_info)) {
		attempt.module = slot->module;
		memset(&asked, 0, sizeof(asked));
		while (p11l_attempt(&attempt))
			attempt.rv = slot->module->functions->C_GetSlotInfo(slot->id, &asked);
		rv = p11l_attempted(&attempt, "C_GetSlotInfo", P11L_ABOUT_SLOT(slot));
		if (rv != CKR_OK)
			return rv;
		p11l_modules_lock();
		if (fresh != CK_FALSE || !atomic_load(&slot->has_slot_info))
			take_slot_info(slot, &asked);
		p11l_modules_unlock();
	}
	*info = &slot->slot_info;
	return CKR_OK;
}

static void take_token_info(struct p11l_slot *slot, const CK_TOKEN_INFO *from)
{
	struct p11l_token_info *info = &slot->token_info;

	info->hardware_version = from->hardwareVersion;
	info->firmware_version = from->firmwareVersion;
	info->flags = from->flags;
	info->max_sessions = from->ulMaxSessionCount;
	info->sessions = from->ulSessionCount;
	info->max_rw_sessions = from->ulMaxRwSessionCount;
	info->rw_sessions = from->ulRwSessionCount;
	info->max_pin = from->ulMaxPinLen;
	info->min_pin = from->ulMinPinLen;
	info->public_memory = from->ulTotalPublicMemory;
	info->free_public_memory = from->ulFreePublicMemory;
	info->private_memory = from->ulTotalPrivateMemory;
	info->free_private_memory = from->ulFreePrivateMemory;
	p11l_take_text(info->label, from->label, sizeof(from->label));
	p11l_take_text(info->manufacturer, from->manufacturerID, sizeof(from->manufacturerID));
	p11l_take_text(info->model, from->model, sizeof(from->model));
	p11l_take_text(info->serial, from->serialNumber, sizeof(from->serialNumber));
	/* Without a clock there is no saying what stands there. */
	info->utc_time[0] = '\0';
	if ((from->flags & CKF_CLOCK_ON_TOKEN) != 0)
		p11l_take_text(info->utc_time, from->utcTime, sizeof(from->utcTime));
	atomic_store(&slot->has_token_info, true);
}

CK_RV p11l_get_token_info(
        struct p11l_slot *slot, CK_BBOOL fresh, const struct p11l_token_info **info)
{
	struct p11l_attempt attempt = {0};
	CK_TOKEN_INFO asked;
	CK_RV rv;

	if (info == NULL)
		return p11l_bad_argument("info");
	*info = NULL;
	if (slot == NULL)
		return p11l_bad_argument("slot");
	if (fresh != CK_FALSE || !atomic_load(&slot->has_token_info)) {
		attempt.module = slot->module;
		memset(&asked, 0, sizeof(asked));
		while (p11l_attempt(&attempt))
			attempt.rv = slot->module->functions->C_GetTokenInfo(slot->id, &asked);
		rv = p11l_attempted(&attempt, "C_GetTokenInfo", P11L_ABOUT_SLOT(slot));
		if (rv != CKR_OK)
			return rv;
		p11l_modules_lock();
		if (fresh != CK_FALSE || !atomic_load(&slot->has_token_info))
			take_token_info(slot, &asked);
		p11l_modules_unlock();
	}
	*info = &slot->token_info;
	return CKR_OK;
}
