/* SPDX-License-Identifier: MIT */
/* Parameters that are read when the call which had them is over, and others. */
#include "internal.h"

/* What a vendor that copies nothing would read later, and what it was. */
struct late {
	CK_SESSION_HANDLE session; /* 0: free */
	unsigned class;
	struct {
		const void *at;
		size_t size;
		uint8_t was[256];
	} part[4];
	unsigned parts;
};

static struct late lates[16];

static struct late *late_of(CK_SESSION_HANDLE session, unsigned class)
{
	for (size_t i = 0; i < COUNT(lates); i++)
		if (lates[i].session == session && lates[i].class == class)
			return &lates[i];
	return NULL;
}

static void remember(struct late *late, const void *at, size_t size)
{
	if (at == NULL || size == 0 || size > sizeof(late->part[0].was) ||
	        late->parts == COUNT(late->part))
		return;
	late->part[late->parts].at = at;
	late->part[late->parts].size = size;
	memcpy(late->part[late->parts++].was, at, size);
}

/* The octets that fields of the parameter's struct point to; of an IV the vendor has a copy. */
static void remember_nested(struct late *late, const CK_MECHANISM *mechanism)
{
	const struct p11l_mechanism_row *row = p11l_find_mechanism(mechanism->mechanism);
	const struct p11l_struct *layout;

	if (row == NULL || row->parameter_struct[0] == P11L_NO_STRUCT)
		return;
	layout = &p11l_structs[row->parameter_struct[0]];
	for (unsigned i = 0; i < layout->count && layout->size == mechanism->ulParameterLen; i++) {
		const struct p11l_member *field = &layout->field[i];
		const uint8_t *octets = mechanism->pParameter;
		CK_ULONG size;
		void *at;

		if (field->type.role != P11L_ROLE_BYTES || field->length != P11L_LENGTH_MEMBER ||
		        strcmp(field->name, "pIv") == 0)
			continue;
		memcpy(&at, octets + field->offset, sizeof(at));
		memcpy(&size, octets + layout->field[field->length_ref].offset, sizeof(size));
		remember(late, at, size);
	}
}

static CK_RV begin_late(struct twist_call *call, unsigned class)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);
	struct late *late = late_of(call->arg[0], class);
	CK_RV rv = twist_next(call);

	if (rv != CKR_OK || mechanism == NULL)
		return rv;
	if (late == NULL)
		late = late_of(0, 0);
	if (late == NULL)
		abort();
	*late = (struct late){.session = call->arg[0], .class = class};
	remember(late, mechanism->pParameter, mechanism->ulParameterLen);
	remember_nested(late, mechanism);
	return rv;
}

static CK_RV read_late(struct twist *twist, struct twist_call *call)
{
	struct twist_step step = twist_step(call->function);
	struct late *late = late_of(call->arg[0], step.class);
	bool same = true;

	if (step.phase == TWIST_INIT)
		return begin_late(call, step.class);
	for (unsigned i = 0; late != NULL && i < late->parts; i++)
		same = same && memcmp(late->part[i].at, late->part[i].was, late->part[i].size) == 0;
	if (!same)
		return twist->rv;
	if (late != NULL && step.phase != TWIST_UPDATE && !twist_is_size_query(call))
		*late = (struct late){.session = 0};
	return twist_next(call);
}

/* A pointer to nothing is followed all the same. */
static CK_RV take_aad(struct twist *twist, struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);
	const CK_GCM_PARAMS *params = mechanism != NULL ? mechanism->pParameter : NULL;

	if (params != NULL && mechanism->mechanism == CKM_AES_GCM &&
	        mechanism->ulParameterLen == sizeof(*params) && params->pAAD != NULL &&
	        params->ulAADLen == 0)
		return twist->rv;
	return twist_next(call);
}

static CK_RV take_eddsa(struct twist *twist, struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	if (mechanism != NULL && mechanism->mechanism == CKM_EDDSA &&
	        (mechanism->ulParameterLen != 0) != (twist->choice == 1))
		return twist->rv;
	return twist_next(call);
}

const struct twist_row twist_parameters[] = {
        {"parameter-late", "?r",
                ON(EncryptInit) | ON(DecryptInit) | ON(SignInit) | ON(VerifyInit) | ON(DigestInit) |
                        ON_ENCRYPT | ON_DECRYPT | ON(Sign) | ON(SignUpdate) | ON(SignFinal) |
                        ON(Verify) | ON(VerifyUpdate) | ON(VerifyFinal) | ON(Digest) |
                        ON(DigestUpdate) | ON(DigestFinal),
                read_late, NULL, CKR_MECHANISM_PARAM_INVALID},
        {"gcm-empty-aad", "?r", ON(EncryptInit) | ON(DecryptInit), take_aad, NULL,
                CKR_MECHANISM_PARAM_INVALID},
        {"eddsa-parameter", "w?r", ON(SignInit) | ON(VerifyInit), take_eddsa, "none|required",
                CKR_MECHANISM_PARAM_INVALID},
        {0},
};
