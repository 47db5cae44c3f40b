/* SPDX-License-Identifier: MIT */
/* RSA-1 and RSA-6: parameters that say nothing are written as the standard has them. */
#include "parameter.h"

CK_RV p11l_parameter_oaep(struct p11l_parameter *parameter)
{
	const CK_MECHANISM *mechanism = parameter->mechanism;
	const CK_RSA_PKCS_OAEP_PARAMS *given = mechanism->pParameter;
	CK_RSA_PKCS_OAEP_PARAMS *oaep = &parameter->block.oaep;

	if (mechanism->mechanism != CKM_RSA_PKCS_OAEP ||
	        mechanism->ulParameterLen != sizeof(*given) ||
	        !p11l_readable(given, sizeof(*given)) || given->ulSourceDataLen != 0 ||
	        (given->source == CKZ_DATA_SPECIFIED && given->pSourceData == NULL) ||
	        !p11l_parameter_copy(parameter, sizeof(*given)))
		return CKR_OK;
	p11l_note(
	        "RSA-1", "source %lu without a label -> CKZ_DATA_SPECIFIED, NULL, 0", oaep->source);
	oaep->source = CKZ_DATA_SPECIFIED;
	oaep->pSourceData = NULL;
	return CKR_OK;
}

CK_RV p11l_parameter_none(struct p11l_parameter *parameter)
{
	CK_MECHANISM *own;

	if (parameter->known == NULL || parameter->known->has_parameter ||
	        (parameter->mechanism->pParameter == NULL &&
	                parameter->mechanism->ulParameterLen == 0))
		return CKR_OK;
	p11l_note("RSA-6", "a parameter of %lu that the mechanism does not have -> none",
	        parameter->mechanism->ulParameterLen);
	own = p11l_parameter_own(parameter);
	own->pParameter = NULL;
	own->ulParameterLen = 0;
	return CKR_OK;
}
