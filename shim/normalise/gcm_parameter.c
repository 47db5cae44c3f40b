/* SPDX-License-Identifier: MIT */
/* Parameters of AES-GCM: GCM-1, GCM-2, GCM-5, GCM-7. The IV is always the host's own buffer. */
#include "parameter.h"

#include "learned.h"

#define SIZE_40 sizeof(p11l_gcm_40)
#define SIZE_48 sizeof(CK_GCM_PARAMS)

/* The parameter in block, whichever size it has; false when it is neither. */
static bool open_gcm(struct p11l_parameter *parameter)
{
	CK_ULONG size = parameter->mechanism->ulParameterLen;

	return parameter->mechanism->mechanism == CKM_AES_GCM &&
	       (size == SIZE_40 || size == SIZE_48) && p11l_parameter_copy(parameter, size);
}

bool p11l_gcm_read(const struct p11l_parameter *parameter, CK_GCM_PARAMS *gcm)
{
	const CK_MECHANISM *mechanism = parameter->mechanism;
	const p11l_gcm_40 *narrow = mechanism->pParameter;
	const CK_GCM_PARAMS *wide = mechanism->pParameter;

	if (mechanism->mechanism != CKM_AES_GCM ||
	        (mechanism->ulParameterLen != SIZE_40 && mechanism->ulParameterLen != SIZE_48) ||
	        !p11l_readable(mechanism->pParameter, mechanism->ulParameterLen))
		return false;
	if (mechanism->ulParameterLen == SIZE_48)
		*gcm = *wide;
	else
		*gcm = (CK_GCM_PARAMS){narrow->pIv, narrow->ulIvLen, 8 * narrow->ulIvLen,
		        narrow->pAAD, narrow->ulAADLen, narrow->ulTagBits};
	return true;
}

CK_RV p11l_parameter_gcm_tag(struct p11l_parameter *parameter)
{
	CK_GCM_PARAMS gcm;

	if (!p11l_gcm_read(parameter, &gcm))
		return CKR_OK;
	switch (gcm.ulTagBits) {
	case 32:
	case 64:
	case 96:
	case 104:
	case 112:
	case 120:
	case 128:
		return CKR_OK;
	default:
		p11l_note("GCM-5", "a tag of %lu bits -> refused", gcm.ulTagBits);
		return CKR_MECHANISM_PARAM_INVALID;
	}
}

CK_RV p11l_parameter_gcm_aad(struct p11l_parameter *parameter)
{
	CK_GCM_PARAMS gcm;

	if (!p11l_gcm_read(parameter, &gcm) || gcm.ulAADLen != 0 || gcm.pAAD == NULL ||
	        !open_gcm(parameter))
		return CKR_OK;
	if (parameter->mechanism->ulParameterLen == SIZE_48)
		parameter->block.gcm.pAAD = NULL;
	else
		parameter->block.gcm_40.pAAD = NULL;
	p11l_note("GCM-7", "pAAD of length 0 -> NULL");
	return CKR_OK;
}

CK_RV p11l_parameter_gcm_bits(struct p11l_parameter *parameter)
{
	CK_GCM_PARAMS gcm;

	/* A vendor that makes the IV itself reads a meaning of its own out of this field. */
	if (p11l_on(parameter->rules, P11L_RULE_GCM_3) || !p11l_gcm_read(parameter, &gcm) ||
	        gcm.ulIvLen > CK_UNAVAILABLE_INFORMATION / 8 || gcm.ulIvBits == 8 * gcm.ulIvLen ||
	        !open_gcm(parameter))
		return CKR_OK;
	parameter->block.gcm.ulIvBits = 8 * gcm.ulIvLen;
	p11l_note("GCM-2", "ulIvBits %lu -> %lu", gcm.ulIvBits, 8 * gcm.ulIvLen);
	return CKR_OK;
}

/* Has the parameter of the other size; false when it has it already. */
static bool convert(struct p11l_parameter *parameter, CK_ULONG size)
{
	CK_ULONG before = parameter->mechanism->ulParameterLen;
	CK_GCM_PARAMS gcm;

	if (before == size || !p11l_gcm_read(parameter, &gcm) || !open_gcm(parameter))
		return false;
	if (size == SIZE_48)
		parameter->block.gcm = gcm;
	else
		parameter->block.gcm_40 =
		        (p11l_gcm_40){gcm.pIv, gcm.ulIvLen, gcm.pAAD, gcm.ulAADLen, gcm.ulTagBits};
	p11l_parameter_own(parameter)->ulParameterLen = size;
	p11l_note("GCM-1", "CK_GCM_PARAMS of %lu -> %lu", before, size);
	return true;
}

static bool may_mean_form(CK_RV rv)
{
	return rv == CKR_MECHANISM_PARAM_INVALID || rv == CKR_ARGUMENTS_BAD;
}

static bool other_form(struct p11l_parameter *parameter)
{
	return convert(
	        parameter, parameter->mechanism->ulParameterLen == SIZE_40 ? SIZE_48 : SIZE_40);
}

static void learn(struct p11l_parameter *parameter, CK_SLOT_ID slot)
{
	p11l_learn(slot, P11L_FACT_GCM_40, parameter->mechanism->ulParameterLen == SIZE_40);
}

/* The size that the slot took last after refusing the other; 0: none yet. */
static CK_ULONG accepted_size(const struct p11l_parameter *parameter)
{
	CK_SLOT_ID slot;
	bool narrow;

	if (!p11l_has_learned(P11L_FACT_GCM_40) ||
	        !p11l_slot_of(parameter->below, parameter->session, &slot) ||
	        !p11l_learned(slot, P11L_FACT_GCM_40, &narrow))
		return 0;
	return narrow ? SIZE_40 : SIZE_48;
}

static bool starts(const struct p11l_parameter *parameter)
{
	return parameter->function == P11L_C_EncryptInit ||
	       parameter->function == P11L_C_DecryptInit;
}

CK_RV p11l_parameter_gcm_form(struct p11l_parameter *parameter)
{
	static const struct p11l_retry retry = {may_mean_form, other_form, learn};
	unsigned long form = p11l_option(parameter->rules, P11L_NORMALISE_GCM_PARAMS);
	CK_ULONG known = form == P11L_GCM_40 ? SIZE_40 : form == P11L_GCM_48 ? SIZE_48 : 0;
	CK_GCM_PARAMS gcm;

	if (!p11l_gcm_read(parameter, &gcm))
		return CKR_OK;
	if (form == P11L_GCM_AUTO)
		known = accepted_size(parameter);
	if (known != 0)
		convert(parameter, known);
	/* Before any data: what starts an operation may be tried again in the other form. */
	if (form == P11L_GCM_AUTO && starts(parameter))
		parameter->retry = &retry;
	return CKR_OK;
}
