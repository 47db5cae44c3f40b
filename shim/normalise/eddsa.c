/* SPDX-License-Identifier: MIT */
/* SIG-8: the parameter of EdDSA. ECPAR-2: the mechanism that makes a key of such a curve. */
#include "parameter.h"

#include "curve.h"

#include <strings.h>

static const CK_EDDSA_PARAMS nothing; /* no prehash, no context */

/* A parameter that says no more than none would. */
static bool says_nothing(const CK_MECHANISM *mechanism)
{
	const CK_EDDSA_PARAMS *given = mechanism->pParameter;

	return mechanism->ulParameterLen == sizeof(*given) &&
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

/* The curve that the public template asks for, or NULL. */
static const struct p11l_curve *asked_curve(const struct p11l_parameter *parameter)
{
	CK_ULONG count = parameter->count;

	if (count > 1024 ||
	        !p11l_readable(parameter->template, count * sizeof(*parameter->template)))
		return NULL;
	for (CK_ULONG i = 0; i < count; i++) {
		const CK_ATTRIBUTE *attribute = &parameter->template[i];

		if (attribute->type == CKA_EC_PARAMS && attribute->ulValueLen <= P11L_PARAMS_MAX &&
		        p11l_readable(attribute->pValue, attribute->ulValueLen))
			return p11l_params_parse(attribute->pValue, attribute->ulValueLen).curve;
	}
	return NULL;
}

/* The mechanism that the standard has for keys on this curve. */
static CK_MECHANISM_TYPE right_mechanism(const struct p11l_curve *curve)
{
	static const struct {
		const char *name;
		CK_MECHANISM_TYPE mechanism;
	} rows[] = {
	        {"Ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN},
	        {"Ed448", CKM_EC_EDWARDS_KEY_PAIR_GEN},
	        {"X25519", CKM_EC_MONTGOMERY_KEY_PAIR_GEN},
	        {"X448", CKM_EC_MONTGOMERY_KEY_PAIR_GEN},
	};

	for (size_t i = 0; curve != NULL && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcasecmp(rows[i].name, curve->name) == 0)
			return rows[i].mechanism;
	return CKM_EC_KEY_PAIR_GEN;
}

/* Whether the session's token makes keys with this mechanism. */
static bool is_offered(const struct p11l_parameter *parameter, CK_MECHANISM_TYPE mechanism)
{
	CK_SESSION_INFO session;
	CK_MECHANISM_INFO info;

	return parameter->below->C_GetSessionInfo(parameter->session, &session) == CKR_OK &&
	       parameter->below->C_GetMechanismInfo(session.slotID, mechanism, &info) == CKR_OK &&
	       (info.flags & CKF_GENERATE_KEY_PAIR) != 0;
}

CK_RV p11l_parameter_25519(struct p11l_parameter *parameter)
{
	CK_MECHANISM_TYPE right;

	if (parameter->mechanism->mechanism != CKM_EC_KEY_PAIR_GEN)
		return CKR_OK;
	right = right_mechanism(asked_curve(parameter));
	if (right == CKM_EC_KEY_PAIR_GEN || !is_offered(parameter, right))
		return CKR_OK;
	p11l_parameter_own(parameter)->mechanism = right;
	p11l_note("ECPAR-2", "CKM_EC_KEY_PAIR_GEN -> %s", p11l_name(P11L_SPACE_mechanism, right));
	return CKR_OK;
}
