/* SPDX-License-Identifier: MIT */
/* SYM-3: an IV that has not the length of a block is refused with one code. */
#include "parameter.h"

CK_ULONG p11l_iv_octets(CK_MECHANISM_TYPE mechanism)
{
	static const struct {
		CK_MECHANISM_TYPE mechanism;
		CK_ULONG octets;
	} rows[] = {
	        {CKM_AES_CBC, 16},
	        {CKM_AES_CBC_PAD, 16},
	        {CKM_CAMELLIA_CBC, 16},
	        {CKM_CAMELLIA_CBC_PAD, 16},
	        {CKM_ARIA_CBC, 16},
	        {CKM_ARIA_CBC_PAD, 16},
	        {CKM_DES_CBC, 8},
	        {CKM_DES_CBC_PAD, 8},
	        {CKM_DES3_CBC, 8},
	        {CKM_DES3_CBC_PAD, 8},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].mechanism == mechanism)
			return rows[i].octets;
	return 0;
}

CK_RV p11l_parameter_iv(struct p11l_parameter *parameter)
{
	const CK_MECHANISM *mechanism = parameter->mechanism;
	CK_ULONG octets = p11l_iv_octets(mechanism->mechanism);

	if (octets == 0 || (mechanism->ulParameterLen == octets && mechanism->pParameter != NULL))
		return CKR_OK;
	p11l_note("SYM-3", "an IV of %lu where %lu are needed -> refused",
	        mechanism->pParameter != NULL ? mechanism->ulParameterLen : 0, octets);
	return CKR_MECHANISM_PARAM_INVALID;
}
