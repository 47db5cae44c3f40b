/* SPDX-License-Identifier: MIT */
/* Parameters of AES-GCM and RSA. */
#include "internal.h"

/* CK_GCM_PARAMS as the text of version 2.40 has it, without ulIvBits. */
struct short_gcm {
	CK_BYTE *pIv;
	CK_ULONG ulIvLen;
	CK_BYTE *pAAD;
	CK_ULONG ulAADLen;
	CK_ULONG ulTagBits;
};

static const CK_MECHANISM *gcm_of(const struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	return mechanism != NULL && mechanism->mechanism == CKM_AES_GCM &&
	                       mechanism->pParameter != NULL
	               ? mechanism
	               : NULL;
}

/* The parameters in their long form, or NULL. */
static const CK_GCM_PARAMS *long_gcm_of(const struct twist_call *call)
{
	const CK_MECHANISM *mechanism = gcm_of(call);

	return mechanism != NULL && mechanism->ulParameterLen == sizeof(CK_GCM_PARAMS)
	               ? mechanism->pParameter
	               : NULL;
}

/* Hands on with other parameters. */
static CK_RV next_with(struct twist_call *call, const void *params, size_t size)
{
	int param = twist_param(call->function, P11L_ROLE_MECHANISM, 0);
	CK_MECHANISM mechanism = {
	        twist_mechanism_of(call)->mechanism, (void *)(uintptr_t)params, size};

	call->arg[param] = (uintptr_t)&mechanism;
	return twist_next(call);
}

static CK_RV take_gcm_size(struct twist *twist, struct twist_call *call)
{
	const CK_MECHANISM *mechanism = gcm_of(call);
	struct short_gcm from;
	CK_GCM_PARAMS to;

	if (mechanism == NULL)
		return twist_next(call);
	if (mechanism->ulParameterLen != (twist->choice == 0 ? sizeof(from) : sizeof(to)))
		return twist->rv;
	if (twist->choice == 1)
		return twist_next(call);
	memcpy(&from, mechanism->pParameter, sizeof(from));
	to = (CK_GCM_PARAMS){
	        from.pIv, from.ulIvLen, 8 * from.ulIvLen, from.pAAD, from.ulAADLen, from.ulTagBits};
	return next_with(call, &to, sizeof(to));
}

static CK_RV take_gcm_bits(struct twist *twist, struct twist_call *call)
{
	const CK_GCM_PARAMS *params = long_gcm_of(call);

	if (params != NULL && params->ulIvBits != (twist->choice == 0 ? 8 * params->ulIvLen : 0))
		return twist->rv;
	return twist_next(call);
}

/* The vendor draws the IV itself, and writes it over the zeros that the application gave. */
static CK_RV draw_iv(struct twist *twist, struct twist_call *call)
{
	static const uint8_t zeros[12];
	struct twist_operation *operation = twist_operation_of(call);
	const CK_GCM_PARAMS *params = long_gcm_of(call);
	CK_GCM_PARAMS own;
	CK_RV rv;

	if (params == NULL || operation == NULL)
		return twist_next(call);
	if (params->pIv == NULL || params->ulIvLen != sizeof(zeros) ||
	        memcmp(params->pIv, zeros, sizeof(zeros)) != 0)
		return twist->rv;
	own = *params;
	twist_vendor.C_GenerateRandom(call->arg[0], operation->iv, sizeof(zeros));
	own.pIv = operation->iv;
	operation->iv_size = sizeof(zeros);
	rv = next_with(call, &own, sizeof(own));
	if (rv != CKR_OK)
		return rv;
	if (twist->choice == 0)
		memcpy(params->pIv, operation->iv, sizeof(zeros));
	else
		operation->iv_out = params->pIv;
	return rv;
}

/* gcm-iv encrypt: the IV comes with the ciphertext. */
static CK_RV give_iv(struct twist *twist, struct twist_call *call)
{
	struct twist_operation *operation = twist_operation_of(call);
	CK_RV rv;

	if (call->function == P11L_C_EncryptInit)
		return draw_iv(twist, call);
	rv = twist_next(call);
	if (rv == CKR_OK && operation != NULL && operation->iv_out != NULL &&
	        !twist_is_size_query(call)) {
		memcpy(operation->iv_out, operation->iv, operation->iv_size);
		operation->iv_out = NULL;
	}
	return rv;
}

static CK_RV change_tag_code(struct twist *twist, struct twist_call *call)
{
	const struct twist_operation *operation = twist_operation_of(call);
	CK_RV rv = twist_next(call);

	if (operation == NULL || operation->mechanism != CKM_AES_GCM)
		return rv;
	if (rv == CKR_GENERAL_ERROR || rv == CKR_ENCRYPTED_DATA_INVALID ||
	        rv == CKR_AEAD_DECRYPT_FAILED)
		return twist->rv;
	return rv;
}

/* RSA */

static const CK_RSA_PKCS_OAEP_PARAMS *oaep_of(const struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	return mechanism != NULL && mechanism->mechanism == CKM_RSA_PKCS_OAEP &&
	                       mechanism->ulParameterLen == sizeof(CK_RSA_PKCS_OAEP_PARAMS)
	               ? mechanism->pParameter
	               : NULL;
}

static CK_RV take_oaep_source(struct twist *twist, struct twist_call *call)
{
	const CK_RSA_PKCS_OAEP_PARAMS *params = oaep_of(call);

	return params != NULL && params->source != CKZ_DATA_SPECIFIED ? twist->rv
	                                                              : twist_next(call);
}

static CK_RV take_oaep_label(struct twist *twist, struct twist_call *call)
{
	const CK_RSA_PKCS_OAEP_PARAMS *params = oaep_of(call);

	return params != NULL && params->ulSourceDataLen != 0 ? twist->rv : twist_next(call);
}

/* Mechanisms that take no parameter get none. */
static CK_RV refuse_parameter(struct twist *twist, struct twist_call *call)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);
	const struct p11l_mechanism_row *row =
	        mechanism != NULL ? p11l_find_mechanism(mechanism->mechanism) : NULL;

	if (row != NULL && !row->has_parameter &&
	        (mechanism->pParameter != NULL || mechanism->ulParameterLen != 0))
		return twist->rv;
	return twist_next(call);
}

#define ON_GCM (ON(EncryptInit) | ON(DecryptInit) | ON(WrapKey) | ON(UnwrapKey))

const struct twist_row twist_mechanisms[] = {
        {"gcm-params", "w?r", ON_GCM, take_gcm_size, "40|48", CKR_MECHANISM_PARAM_INVALID},
        {"gcm-iv-bits", "w?r", ON_GCM, take_gcm_bits, "exact|zero", CKR_MECHANISM_PARAM_INVALID},
        {"gcm-iv", "w?r", ON(EncryptInit) | ON(Encrypt) | ON(EncryptFinal), give_iv, "init|encrypt",
                CKR_MECHANISM_PARAM_INVALID},
        {"gcm-tag-code", "r", ON(Decrypt) | ON(DecryptFinal), change_tag_code, NULL, 0},
        {"oaep-source", "w?r", ON_GCM, take_oaep_source, "strict", CKR_MECHANISM_PARAM_INVALID},
        {"oaep-label", "w?r", ON_GCM, take_oaep_label, "refused", CKR_MECHANISM_PARAM_INVALID},
        {"plain-mechanisms", "w?r", ON_ALL, refuse_parameter, "strict",
                CKR_MECHANISM_PARAM_INVALID},
        {0},
};
