/* SPDX-License-Identifier: MIT */
/* ECDH-1 and ECDH-4: what the other party's point and the shared data look like to the vendor. */
#include "parameter.h"

#include "learned.h"

/* The three structs begin alike, so one stands for all. */
typedef CK_ECDH1_DERIVE_PARAMS agreement;
#define BEGINS_ALIKE(type, field)                                                             \
	_Static_assert(offsetof(type, field) == offsetof(agreement, field) &&                 \
	                       sizeof(((type *)0)->field) == sizeof(((agreement *)0)->field), \
	        #type " has " #field " somewhere else")
BEGINS_ALIKE(CK_ECDH2_DERIVE_PARAMS, ulSharedDataLen);
BEGINS_ALIKE(CK_ECDH2_DERIVE_PARAMS, pSharedData);
BEGINS_ALIKE(CK_ECDH2_DERIVE_PARAMS, ulPublicDataLen);
BEGINS_ALIKE(CK_ECDH2_DERIVE_PARAMS, pPublicData);
BEGINS_ALIKE(CK_ECMQV_DERIVE_PARAMS, ulSharedDataLen);
BEGINS_ALIKE(CK_ECMQV_DERIVE_PARAMS, pSharedData);
BEGINS_ALIKE(CK_ECMQV_DERIVE_PARAMS, ulPublicDataLen);
BEGINS_ALIKE(CK_ECMQV_DERIVE_PARAMS, pPublicData);

/* The octets of the mechanism's parameter when it is one of the three, else 0. */
static CK_ULONG agreement_size(const struct p11l_parameter *parameter)
{
	if (parameter->known == NULL)
		return 0;
	switch (parameter->known->parameter_struct[0]) {
	case P11L_STRUCT_CK_ECDH1_DERIVE_PARAMS:
		return sizeof(CK_ECDH1_DERIVE_PARAMS);
	case P11L_STRUCT_CK_ECDH2_DERIVE_PARAMS:
		return sizeof(CK_ECDH2_DERIVE_PARAMS);
	case P11L_STRUCT_CK_ECMQV_DERIVE_PARAMS:
		return sizeof(CK_ECMQV_DERIVE_PARAMS);
	default:
		return 0;
	}
}

/* The parameter as it is now, or NULL when it is none of these. */
static const agreement *read_agreement(const struct p11l_parameter *parameter)
{
	CK_ULONG size = agreement_size(parameter);

	return size > 0 && parameter->mechanism->ulParameterLen == size &&
	                       p11l_readable(parameter->mechanism->pParameter, size)
	               ? parameter->mechanism->pParameter
	               : NULL;
}

/* The same to be changed, in block; NULL when it cannot be had. */
static agreement *change_agreement(struct p11l_parameter *parameter)
{
	return p11l_parameter_copy(parameter, agreement_size(parameter)) ? &parameter->block.ecdh1
	                                                                 : NULL;
}

/* A NULL that claims a length ends the process at a vendor that believes it. */
CK_RV p11l_parameter_nothing(struct p11l_parameter *parameter)
{
	const agreement *given = read_agreement(parameter);

	if (given == NULL || ((given->ulPublicDataLen == 0 || given->pPublicData != NULL) &&
	                             (given->ulSharedDataLen == 0 || given->pSharedData != NULL)))
		return CKR_OK;
	p11l_note("BUF-10", "NULL for data of a length -> CKR_MECHANISM_PARAM_INVALID");
	return CKR_MECHANISM_PARAM_INVALID;
}

CK_RV p11l_parameter_shared(struct p11l_parameter *parameter)
{
	const agreement *given = read_agreement(parameter);
	agreement *own;
	bool shared, public;

	if (given == NULL)
		return CKR_OK;
	shared = given->ulSharedDataLen == 0 && given->pSharedData != NULL;
	public = given->ulPublicDataLen == 0 && given->pPublicData != NULL;
	own = shared || public ? change_agreement(parameter) : NULL;
	if (own == NULL)
		return CKR_OK;
	if (shared) {
		own->pSharedData = NULL;
		p11l_note("ECDH-4", "pSharedData of length 0 -> NULL");
	}
	if (public) {
		own->pPublicData = NULL;
		p11l_note("ECDH-4", "pPublicData of length 0 -> NULL");
	}
	return CKR_OK;
}

/* The other party's point, with the help of the key's curve where its length leaves it open. */
static struct p11l_point read_point(struct p11l_parameter *parameter)
{
	const agreement *given = read_agreement(parameter);
	struct p11l_point point = {.form = P11L_POINT_NONE};
	CK_ULONG key_type;
	unsigned field;

	if (given == NULL || given->ulPublicDataLen > P11L_POINT_MAX ||
	        !p11l_readable(given->pPublicData, given->ulPublicDataLen))
		return point;
	point = p11l_point_parse(P11L_ANY, 0, given->pPublicData, given->ulPublicDataLen);
	if (!point.ambiguous)
		return point;
	p11l_parameter_curve(parameter, &key_type, &field);
	return p11l_point_parse(key_type, field, given->pPublicData, given->ulPublicDataLen);
}

static const char *form_name(enum p11l_point_form form)
{
	static const char *const names[] = {[P11L_POINT_RAW] = "raw",
	        [P11L_POINT_DER] = "DER",
	        [P11L_POINT_BITS] = "BIT STRING",
	        [P11L_POINT_XY] = "coordinates"};

	return names[form];
}

/* Has the parameter lead to the same point in another form; false when there is no such thing. */
static bool convert(struct p11l_parameter *parameter, enum p11l_point_form form)
{
	struct p11l_point point = read_point(parameter);
	agreement *own;
	CK_ULONG size;

	if (point.form == P11L_POINT_NONE || point.form == form)
		return false;
	size = p11l_point_write(&point, form, parameter->point, sizeof(parameter->point));
	own = size > 0 ? change_agreement(parameter) : NULL;
	if (own == NULL)
		return false;
	p11l_note("ECDH-1", "%s %lu -> %s %lu", form_name(point.form), own->ulPublicDataLen,
	        form_name(form), size);
	own->pPublicData = parameter->point;
	own->ulPublicDataLen = size;
	return true;
}

/* What vendors answer to a point in a form that they do not take. */
static bool may_mean_form(CK_RV rv)
{
	static const CK_RV codes[] = {CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD,
	        CKR_PUBLIC_KEY_INVALID, CKR_KEY_SIZE_RANGE, CKR_GENERAL_ERROR,
	        0x8000002F /* Luna: the point is not valid */};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == rv)
			return true;
	return false;
}

static void learn(struct p11l_parameter *parameter, CK_SLOT_ID slot)
{
	p11l_learn(slot, P11L_FACT_ECDH_DER, read_point(parameter).form == P11L_POINT_DER);
}

/* A refused derivation has made no key, so it may be asked for once more. */
static bool other_form(struct p11l_parameter *parameter)
{
	enum p11l_point_form form = read_point(parameter).form;

	return convert(parameter, form == P11L_POINT_DER ? P11L_POINT_RAW : P11L_POINT_DER);
}

/* The form that the slot took last after refusing the other. */
static enum p11l_point_form accepted_form(const struct p11l_parameter *parameter)
{
	CK_SLOT_ID slot;
	bool der;

	return p11l_has_learned(P11L_FACT_ECDH_DER) &&
	                       p11l_slot_of(parameter->below, parameter->session, &slot) &&
	                       p11l_learned(slot, P11L_FACT_ECDH_DER, &der) && der
	               ? P11L_POINT_DER
	               : P11L_POINT_RAW;
}

CK_RV p11l_parameter_peer(struct p11l_parameter *parameter)
{
	static const struct p11l_retry retry = {may_mean_form, other_form, learn};
	unsigned long option = p11l_option(parameter->rules, P11L_NORMALISE_ECDH_POINT);

	if (agreement_size(parameter) == 0)
		return CKR_OK;
	switch (option) {
	case P11L_ECDH_DER:
		convert(parameter, P11L_POINT_DER);
		break;
	case P11L_ECDH_RAW:
		convert(parameter, P11L_POINT_RAW);
		break;
	default:
		convert(parameter, accepted_form(parameter));
		parameter->retry = &retry;
		break;
	}
	return CKR_OK;
}
