/* SPDX-License-Identifier: MIT */
/* Sizes that are asked for, buffers that are too small, and lengths that come back. */
#include "internal.h"

#define ON_OUTPUT                                                                            \
	(ON_ENCRYPT | ON_DECRYPT | ON(Digest) | ON(DigestFinal) | ON(Sign) | ON(SignFinal) | \
	        ON(SignRecover) | ON(VerifyRecover) | ON(WrapKey) | ON(GetOperationState) |  \
	        ON(DigestEncryptUpdate) | ON(DecryptDigestUpdate) | ON(SignEncryptUpdate) |  \
	        ON(DecryptVerifyUpdate))
#define ON_DATA                                                                           \
	(ON(Encrypt) | ON(EncryptUpdate) | ON(Decrypt) | ON(DecryptUpdate) | ON(Digest) | \
	        ON(DigestUpdate) | ON(Sign) | ON(SignUpdate) | ON(Verify) | ON(VerifyUpdate))

/* Whether the directive holds: mechanisms are those of the call or of the operation. */
static bool holds(const struct twist *twist, const struct twist_call *call)
{
	const struct twist_operation *operation = twist_operation_of(call);
	struct twist_where where = twist->where;

	if (where.has_mechanism && operation != NULL) {
		if (operation->mechanism != where.mechanism)
			return false;
		where.has_mechanism = false;
	}
	return twist_holds(&where, call, 0);
}

static bool writes(const struct twist *twist, const struct twist_call *call)
{
	return twist_output_length(call) != NULL && holds(twist, call);
}

static CK_RV change_query(struct twist *twist, struct twist_call *call)
{
	CK_ULONG *length = twist_output_length(call);
	bool concerned = writes(twist, call) && twist_is_size_query(call);
	CK_RV rv = twist_next(call);

	if (rv == CKR_OK && concerned)
		*length += (CK_ULONG)twist->number;
	return rv;
}

static CK_RV refuse_query(struct twist *twist, struct twist_call *call)
{
	if (writes(twist, call) && twist_is_size_query(call))
		return twist->rv;
	return twist_next(call);
}

static CK_RV keep_length(struct twist *twist, struct twist_call *call)
{
	CK_ULONG *length = twist_output_length(call), given;
	CK_RV rv;

	if (!writes(twist, call))
		return twist_next(call);
	given = *length;
	rv = twist_next(call);
	if (rv == CKR_BUFFER_TOO_SMALL)
		*length = twist->number != 0 ? (CK_ULONG)twist->number : given;
	return rv;
}

static CK_RV end_with_it(struct twist *twist, struct twist_call *call)
{
	struct twist_operation *operation = twist_operation_of(call);
	bool concerned = writes(twist, call) && operation != NULL;
	CK_RV rv = twist_next(call);

	if (rv == CKR_BUFFER_TOO_SMALL && concerned) {
		twist_end_operation(call->arg[0], twist_step(call->function).class);
		operation->active = false;
	}
	return rv;
}

static CK_RV truncate_output(struct twist *twist, struct twist_call *call)
{
	CK_ULONG *length = twist_output_length(call), whole_size, room;
	int output = twist_output(call->function);
	void *to = (void *)call->arg[output];
	uint8_t whole[512];
	CK_RV rv;

	if (!writes(twist, call) || to == NULL || *length >= sizeof(whole))
		return twist_next(call);
	room = *length;
	whole_size = sizeof(whole);
	call->arg[output] = (uintptr_t)whole;
	call->arg[output + 1] = (uintptr_t)&whole_size;
	rv = twist_next(call);
	if (rv != CKR_OK)
		return rv;
	*length = whole_size < room ? whole_size : room;
	memcpy(to, whole, *length);
	return CKR_OK;
}

static CK_RV return_room(struct twist *twist, struct twist_call *call)
{
	CK_ULONG *length = twist_output_length(call), room;
	uint8_t *out;
	CK_RV rv;

	if (!writes(twist, call) || twist_is_size_query(call))
		return twist_next(call);
	out = (uint8_t *)call->arg[twist_output(call->function)];
	room = *length;
	rv = twist_next(call);
	if (rv == CKR_OK && *length < room) {
		memset(out + *length, 0, room - *length);
		*length = room;
	}
	return rv;
}

/* More room than the result needs */
static CK_RV want_room(struct twist *twist, struct twist_call *call)
{
	CK_ULONG *length = twist_output_length(call);

	if (!writes(twist, call) || twist_is_size_query(call) || (long)*length >= twist->number)
		return twist_next(call);
	*length = (CK_ULONG)twist->number;
	return CKR_BUFFER_TOO_SMALL;
}

static CK_RV want_blocks(struct twist *twist, struct twist_call *call)
{
	if (holds(twist, call) && (long)call->arg[2] % twist->number != 0) {
		twist_end_operation(call->arg[0], twist_step(call->function).class);
		return twist->rv;
	}
	return twist_next(call);
}

static CK_RV limit_data(struct twist *twist, struct twist_call *call)
{
	if (holds(twist, call) && (long)call->arg[2] > twist->number) {
		twist_end_operation(call->arg[0], twist_step(call->function).class);
		return twist->rv;
	}
	return twist_next(call);
}

/* Lists into too little room: the first of them are written, and all is said to be well. */
static CK_RV fill_short_list(struct twist *twist, struct twist_call *call)
{
	CK_ULONG all[1024] = {0}, *count = (CK_ULONG *)call->arg[2], room;
	CK_ULONG *list = (CK_ULONG *)call->arg[1];
	CK_RV rv;

	(void)twist;
	if (list == NULL || count == NULL)
		return twist_next(call);
	room = *count;
	*count = COUNT(all);
	call->arg[1] = (uintptr_t)all;
	rv = twist_next(call);
	if (rv == CKR_OK)
		memcpy(list, all, (*count < room ? *count : room) * sizeof(*list));
	return rv;
}

const struct twist_row twist_sizes[] = {
        {"size-query", "n?*", ON_OUTPUT, change_query, NULL, 0},
        {"no-size-query", "?r*", ON_OUTPUT, refuse_query, NULL, CKR_ARGUMENTS_BAD},
        {"length-kept", "?*", ON_OUTPUT, keep_length, NULL, 0},
        {"length-garbage", "n?*", ON_OUTPUT, keep_length, NULL, 0},
        {"too-small-ends", "?*", ON_OUTPUT, end_with_it, NULL, 0},
        {"truncate", "?*", ON(Digest) | ON(DigestFinal), truncate_output, NULL, 0},
        {"returns-room", "?*", ON_OUTPUT, return_room, NULL, 0},
        {"output-room", "n?*", ON_OUTPUT, want_room, NULL, 0},
        {"data-limit", "n?r*", ON_DATA, limit_data, NULL, CKR_DATA_LEN_RANGE},
        {"whole-blocks", "n?r*", ON(EncryptUpdate) | ON(DecryptUpdate), want_blocks, NULL,
                CKR_DATA_LEN_RANGE},
        {"list-short-ok", "", ON(GetSlotList) | ON(GetMechanismList), fill_short_list, NULL, 0},
        {0},
};
