/* SPDX-License-Identifier: MIT */
/* Info structs and mechanism lists. */
#include "internal.h"

/* Texts */

static void put_text(const struct twist *twist, void *field, size_t size)
{
	memset(field, ' ', size);
	memcpy(field, twist->value, twist->size < size ? twist->size : size);
}

#define PUT(twist, field) put_text(twist, field, sizeof(field))

static void put_version(const struct twist *twist, CK_VERSION *version)
{
	unsigned major = 0, minor = 0;

	sscanf((const char *)twist->value, "%u.%u", &major, &minor);
	*version = (CK_VERSION){(CK_BYTE)major, (CK_BYTE)minor};
}

static CK_RV change_info(struct twist *twist, struct twist_call *call)
{
	CK_INFO *info = (CK_INFO *)call->arg[0];
	CK_RV rv = twist_next(call);

	if (rv != CKR_OK)
		return rv;
	if (twist->choice == 0)
		PUT(twist, info->manufacturerID);
	else if (twist->choice == 1)
		PUT(twist, info->libraryDescription);
	else
		put_version(
		        twist, twist->choice == 2 ? &info->libraryVersion : &info->cryptokiVersion);
	return rv;
}

static CK_RV change_slot(struct twist *twist, struct twist_call *call)
{
	CK_SLOT_INFO *info = (CK_SLOT_INFO *)call->arg[1];
	CK_RV rv = twist_next(call);

	if (rv != CKR_OK)
		return rv;
	if (twist->choice == 0)
		PUT(twist, info->slotDescription);
	else
		PUT(twist, info->manufacturerID);
	return rv;
}

static CK_RV change_token(struct twist *twist, struct twist_call *call)
{
	CK_TOKEN_INFO *info = (CK_TOKEN_INFO *)call->arg[1];
	CK_RV rv = twist_next(call);

	if (rv != CKR_OK)
		return rv;
	switch (twist->choice) {
	case 0:
		PUT(twist, info->label);
		break;
	case 1:
		PUT(twist, info->manufacturerID);
		break;
	case 2:
		PUT(twist, info->model);
		break;
	case 3:
		PUT(twist, info->serialNumber);
		break;
	default:
		PUT(twist, info->utcTime);
		break;
	}
	return rv;
}

/* Blanks at the end become NULs. */
static void unpad(void *text, size_t size)
{
	uint8_t *at = text;

	while (size > 0 && at[size - 1] == ' ')
		at[--size] = '\0';
}

#define UNPAD(field) unpad(field, sizeof(field))

static CK_RV pad_with_nul(struct twist *twist, struct twist_call *call)
{
	CK_TOKEN_INFO *token = (CK_TOKEN_INFO *)call->arg[1];
	CK_SLOT_INFO *slot = (CK_SLOT_INFO *)call->arg[1];
	CK_INFO *info = (CK_INFO *)call->arg[0];
	CK_RV rv = twist_next(call);

	(void)twist;
	if (rv != CKR_OK)
		return rv;
	if (call->function == P11L_C_GetInfo) {
		UNPAD(info->manufacturerID);
		UNPAD(info->libraryDescription);
	} else if (call->function == P11L_C_GetSlotInfo) {
		UNPAD(slot->slotDescription);
		UNPAD(slot->manufacturerID);
	} else {
		UNPAD(token->label);
		UNPAD(token->manufacturerID);
		UNPAD(token->model);
		UNPAD(token->serialNumber);
		UNPAD(token->utcTime);
	}
	return rv;
}

/* Flags and numbers */

static void change_flags(const struct twist *twist, CK_FLAGS *flags)
{
	*flags = (*flags | twist->set) & ~twist->clear;
}

static CK_RV flag_token(struct twist *twist, struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK)
		change_flags(twist, &((CK_TOKEN_INFO *)call->arg[1])->flags);
	return rv;
}

static CK_RV flag_slot(struct twist *twist, struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK)
		change_flags(twist, &((CK_SLOT_INFO *)call->arg[1])->flags);
	return rv;
}

static CK_RV count_sessions(struct twist *twist, struct twist_call *call)
{
	CK_TOKEN_INFO *info = (CK_TOKEN_INFO *)call->arg[1];
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK) {
		info->ulMaxSessionCount = info->ulSessionCount = (CK_ULONG)twist->number;
		info->ulMaxRwSessionCount = info->ulRwSessionCount = (CK_ULONG)twist->number;
	}
	return rv;
}

/* Mechanisms */

static bool is_asked(const struct twist *twist, const struct twist_call *call)
{
	return call->arg[1] == twist->mechanism;
}

static CK_RV flag_mechanism(struct twist *twist, struct twist_call *call)
{
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK && is_asked(twist, call))
		change_flags(twist, &((CK_MECHANISM_INFO *)call->arg[2])->flags);
	return rv;
}

static CK_RV change_unit(struct twist *twist, struct twist_call *call)
{
	CK_MECHANISM_INFO *info = (CK_MECHANISM_INFO *)call->arg[2];
	CK_RV rv = twist_next(call);

	if (rv != CKR_OK || !is_asked(twist, call))
		return rv;
	if (twist->choice == 0) {
		info->ulMinKeySize *= 8;
		info->ulMaxKeySize *= 8;
	} else {
		info->ulMinKeySize /= 8;
		info->ulMaxKeySize /= 8;
	}
	return rv;
}

static CK_RV change_sizes(struct twist *twist, struct twist_call *call)
{
	CK_MECHANISM_INFO *info = (CK_MECHANISM_INFO *)call->arg[2];
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK && is_asked(twist, call)) {
		info->ulMinKeySize = twist->from;
		info->ulMaxKeySize = twist->to;
	}
	return rv;
}

#define MECHANISMS 1024

typedef CK_ULONG (*change_list_fn)(
        const struct twist *twist, CK_MECHANISM_TYPE *list, CK_ULONG count);

/* The list as the twist makes it, for the size that is asked for too. */
static CK_RV change_list(struct twist *twist, struct twist_call *call, change_list_fn change)
{
	CK_MECHANISM_TYPE *list = (CK_MECHANISM_TYPE *)call->arg[1], own[MECHANISMS];
	CK_ULONG *count = (CK_ULONG *)call->arg[2], own_count = MECHANISMS / 2, room;
	CK_RV rv;

	if (count == NULL)
		return twist_next(call);
	call->arg[1] = (uintptr_t)own;
	call->arg[2] = (uintptr_t)&own_count;
	rv = twist_next(call);
	if (rv != CKR_OK)
		return rv;
	own_count = change(twist, own, own_count);
	room = *count;
	*count = own_count;
	if (list == NULL)
		return CKR_OK;
	if (room < own_count)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, own, own_count * sizeof(*list));
	return CKR_OK;
}

/* The first few twice, and zeros at the end. */
static CK_ULONG pad(const struct twist *twist, CK_MECHANISM_TYPE *list, CK_ULONG count)
{
	(void)twist;
	for (CK_ULONG i = 0; i < 4 && i < count; i++)
		list[count + i] = list[i];
	count += count < 4 ? count : 4;
	memset(list + count, 0, 16 * sizeof(*list));
	return count + 16;
}

static CK_ULONG leave_out(const struct twist *twist, CK_MECHANISM_TYPE *list, CK_ULONG count)
{
	CK_ULONG kept = 0;

	for (CK_ULONG i = 0; i < count; i++)
		if (list[i] != twist->mechanism)
			list[kept++] = list[i];
	return kept;
}

static CK_ULONG append(const struct twist *twist, CK_MECHANISM_TYPE *list, CK_ULONG count)
{
	list[count] = twist->mechanism;
	return count + 1;
}

static CK_RV pad_list(struct twist *twist, struct twist_call *call)
{
	return change_list(twist, call, pad);
}

static bool is_used(const struct twist *twist, const struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	return mechanism != NULL && mechanism->mechanism == twist->mechanism;
}

static CK_RV hide_mechanism(struct twist *twist, struct twist_call *call)
{
	if (call->function == P11L_C_GetMechanismList)
		return change_list(twist, call, leave_out);
	if (is_used(twist, call) ||
	        (call->function == P11L_C_GetMechanismInfo && is_asked(twist, call)))
		return CKR_MECHANISM_INVALID;
	return twist_next(call);
}

static CK_RV advertise_mechanism(struct twist *twist, struct twist_call *call)
{
	if (call->function == P11L_C_GetMechanismList)
		return change_list(twist, call, append);
	if (call->function == P11L_C_GetMechanismInfo && is_asked(twist, call)) {
		memset((void *)call->arg[2], 0, sizeof(CK_MECHANISM_INFO));
		return CKR_OK;
	}
	return is_used(twist, call) ? twist->rv : twist_next(call);
}

const struct twist_row twist_info[] = {
        /* What interfaces there are is decided when the module is loaded. */
        {"interface", "w", 0, NULL, "3.0|3.2", 0},
        {"nul-padded", "", ON(GetInfo) | ON(GetSlotInfo) | ON(GetTokenInfo), pad_with_nul, NULL, 0},
        {"info", "wt", ON(GetInfo), change_info,
                "manufacturer|description|library-version|cryptoki-version", 0},
        {"slot", "wt", ON(GetSlotInfo), change_slot, "description|manufacturer", 0},
        {"token", "wt", ON(GetTokenInfo), change_token, "label|manufacturer|model|serial|utc-time",
                0},
        {"slot-flags", "f", ON(GetSlotInfo), flag_slot, NULL, 0},
        {"token-flags", "f", ON(GetTokenInfo), flag_token, NULL, 0},
        {"session-counts", "n", ON(GetTokenInfo), count_sessions, NULL, 0},
        {"mechanism-flags", "mf", ON(GetMechanismInfo), flag_mechanism, NULL, 0},
        {"mechanism-unit", "mw", ON(GetMechanismInfo), change_unit, "bits|bytes", 0},
        {"mechanism-sizes", "mpp", ON(GetMechanismInfo), change_sizes, NULL, 0},
        {"mechanism-list-padding", "", ON(GetMechanismList), pad_list, NULL, 0},
        {"hide-mechanism", "m", ON_ALL, hide_mechanism, NULL, 0},
        {"advertise-mechanism", "m?r", ON_ALL, advertise_mechanism, NULL,
                CKR_FUNCTION_NOT_SUPPORTED},
        {0},
};
