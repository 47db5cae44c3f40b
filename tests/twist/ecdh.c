/* SPDX-License-Identifier: MIT */
/* C_DeriveKey with ECDH: the form of the peer's point, CKA_VALUE_LEN, and shared data. */
#include "points.h"

static const CK_ECDH1_DERIVE_PARAMS *params_of(const struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	if (mechanism == NULL || mechanism->pParameter == NULL ||
	        (mechanism->mechanism != CKM_ECDH1_DERIVE &&
	                mechanism->mechanism != CKM_ECDH1_COFACTOR_DERIVE) ||
	        mechanism->ulParameterLen != sizeof(CK_ECDH1_DERIVE_PARAMS))
		return NULL;
	return mechanism->pParameter;
}

static CK_RV take_point(struct twist *twist, struct twist_call *call)
{
	const CK_ECDH1_DERIVE_PARAMS *params = params_of(call);
	const struct twist_curve *curve = twist_object_curve(call->arg[0], call->arg[2]);

	if (params == NULL || curve == NULL)
		return twist_next(call);
	if (twist_point_form(curve, params->pPublicData, params->ulPublicDataLen) !=
	        (int)twist->choice)
		return twist->rv;
	return twist_next(call);
}

static CK_RV take_shared_data(struct twist *twist, struct twist_call *call)
{
	const CK_ECDH1_DERIVE_PARAMS *params = params_of(call);

	if (params != NULL && params->pSharedData != NULL && params->ulSharedDataLen == 0)
		return twist->rv;
	return twist_next(call);
}

/* Some want to be told how long the secret is, and some do not. */
static CK_RV take_length(struct twist *twist, struct twist_call *call)
{
	static const CK_RV usual[] = {CKR_TEMPLATE_INCOMPLETE, CKR_ATTRIBUTE_READ_ONLY};
	struct twist_draft draft;
	bool has_length;

	if (params_of(call) == NULL || !twist_draft(&draft, call, 0))
		return twist_next(call);
	has_length = twist_find(&draft, CKA_VALUE_LEN) != NULL;
	if (has_length != (twist->choice == 0))
		return twist->rv != CKR_OK ? twist->rv : usual[twist->choice];
	return twist_next(call);
}

const struct twist_row twist_ecdh[] = {
        {"ecdh-point", "w?r", ON(DeriveKey), take_point, "raw|xy|bit-string|der",
                CKR_MECHANISM_PARAM_INVALID},
        {"ecdh-value-len", "w?r", ON(DeriveKey), take_length, "required|refused", CKR_OK},
        {"ecdh-empty-shared-data", "?r", ON(DeriveKey), take_shared_data, NULL,
                CKR_MECHANISM_PARAM_INVALID},
        {0},
};
