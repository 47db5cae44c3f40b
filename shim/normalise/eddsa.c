/* SPDX-License-Identifier: MIT */
/* SIG-8: the parameter of EdDSA. ECPAR-2: the mechanism that makes a key of such a curve. */
#include "parameter.h"

#include "curve.h"
#include "learned.h"

#define MAX_TEMPLATE 1024 /* entries that are looked at */

static const CK_EDDSA_PARAMS nothing; /* no prehash, no context */

/* A parameter that says no more than none would. */
static bool says_nothing(const CK_MECHANISM *mechanism)
{
	const CK_EDDSA_PARAMS *given = mechanism->pParameter;

	return given != NULL && mechanism->ulParameterLen == sizeof(*given) &&
	       p11l_readable(given, sizeof(*given)) && given->phFlag == CK_FALSE &&
	       given->ulContextDataLen == 0;
}

CK_RV p11l_parameter_eddsa(struct p11l_parameter *parameter)
{
	const CK_MECHANISM *mechanism = parameter->mechanism;
	bool none = mechanism->pParameter == NULL && mechanism->ulParameterLen == 0;
	CK_MECHANISM *own;
	CK_ULONG key_type;
	unsigned octets;

	if (mechanism->mechanism != CKM_EDDSA || (!none && !says_nothing(mechanism)))
		return CKR_OK;
	p11l_parameter_curve(parameter, &key_type, &octets);
	if (octets == 32 && !none) {
		own = p11l_parameter_own(parameter);
		own->pParameter = NULL;
		own->ulParameterLen = 0;
		p11l_note("SIG-8", "an empty CK_EDDSA_PARAMS for Ed25519 -> none");
	} else if (octets == 57 && none) {
		own = p11l_parameter_own(parameter);
		parameter->block.eddsa = nothing;
		own->pParameter = &parameter->block;
		own->ulParameterLen = sizeof(parameter->block.eddsa);
		p11l_note("SIG-8", "no parameter for Ed448 -> an empty CK_EDDSA_PARAMS");
	}
	return CKR_OK;
}

const struct p11l_curve *p11l_asked_curve(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	if (count > MAX_TEMPLATE || !p11l_readable(template, count * sizeof(*template)))
		return NULL;
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].type == CKA_EC_PARAMS &&
		        template[i].ulValueLen <= P11L_PARAMS_MAX &&
		        p11l_readable(template[i].pValue, template[i].ulValueLen))
			return p11l_params_parse(template[i].pValue, template[i].ulValueLen).curve;
	return NULL;
}

/* The mechanism that the standard has for keys on this curve. */
static CK_MECHANISM_TYPE right_mechanism(const struct p11l_curve *curve)
{
	if (curve == NULL)
		return CKM_EC_KEY_PAIR_GEN;
	switch (curve->key_type) {
	case CKK_EC_EDWARDS:
		return CKM_EC_EDWARDS_KEY_PAIR_GEN;
	case CKK_EC_MONTGOMERY:
		return CKM_EC_MONTGOMERY_KEY_PAIR_GEN;
	default:
		return CKM_EC_KEY_PAIR_GEN;
	}
}

/* Whether the session's token makes keys with this mechanism. */
static bool is_offered(const struct p11l_parameter *parameter, CK_MECHANISM_TYPE mechanism)
{
	CK_MECHANISM_INFO info;
	CK_SLOT_ID slot;

	return p11l_slot_of(parameter->below, parameter->session, &slot) &&
	       parameter->below->C_GetMechanismInfo(slot, mechanism, &info) == CKR_OK &&
	       (info.flags & CKF_GENERATE_KEY_PAIR) != 0;
}

CK_RV p11l_parameter_25519(struct p11l_parameter *parameter)
{
	CK_MECHANISM_TYPE right;

	if (parameter->mechanism->mechanism != CKM_EC_KEY_PAIR_GEN)
		return CKR_OK;
	right = right_mechanism(p11l_asked_curve(parameter->template, parameter->count));
	if (right == CKM_EC_KEY_PAIR_GEN || !is_offered(parameter, right))
		return CKR_OK;
	p11l_parameter_own(parameter)->mechanism = right;
	p11l_note("ECPAR-2", "CKM_EC_KEY_PAIR_GEN -> %s", p11l_name(P11L_SPACE_mechanism, right));
	return CKR_OK;
}
