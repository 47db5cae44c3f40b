/* SPDX-License-Identifier: MIT */
/* Family ECDH, as far as templates go: keys that are derived or unwrapped. */
#include "template.h"

#include "curve.h"

#include <stdio.h>

/* --- ECDH-2 */

/* The length that all keys of a type have; 0: they differ. */
static CK_ULONG fixed_length(CK_ULONG key_type)
{
	static const struct {
		CK_KEY_TYPE type;
		CK_ULONG length;
	} lengths[] = {{CKK_DES, 8}, {CKK_DES2, 16}, {CKK_DES3, 24}, {CKK_CHACHA20, 32}};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		if (lengths[i].type == key_type)
			return lengths[i].length;
	return 0;
}

/* The octets of what two keys agree on, when nothing is made out of it but the key. */
static CK_ULONG agreed_length(const struct p11l_request *request)
{
	const CK_MECHANISM *mechanism = request->mechanism;
	const CK_ECDH1_DERIVE_PARAMS *parameter = mechanism->pParameter;
	CK_BYTE curve[512];
	CK_ATTRIBUTE read = {CKA_EC_PARAMS, curve, sizeof(curve)};

	if (mechanism->ulParameterLen != sizeof(*parameter) ||
	        !p11l_readable(parameter, sizeof(*parameter)) || parameter->kdf != CKD_NULL ||
	        request->below->C_GetAttributeValue(request->session, request->object, &read, 1) !=
	                CKR_OK ||
	        read.ulValueLen > sizeof(curve))
		return 0;
	return p11l_params_parse(curve, read.ulValueLen).octets;
}

CK_ULONG p11l_bound_length(const struct p11l_request *request)
{
	CK_ULONG length = fixed_length(request->key_type);
	CK_MECHANISM_TYPE mechanism =
	        request->mechanism != NULL ? request->mechanism->mechanism : P11L_ANY;

	if (length != 0)
		return length;
	if (request->use == P11L_USE_UNWRAP)
		return mechanism == CKM_AES_KEY_WRAP && request->wrapped > 8 ? request->wrapped - 8
		                                                             : 0;
	if (mechanism == CKM_ECDH1_DERIVE || mechanism == CKM_ECDH1_COFACTOR_DERIVE)
		length = agreed_length(request);
	if (request->key_type == CKK_AES && length != 16 && length != 24 && length != 32)
		return 0;
	return request->key_type == CKK_AES || request->key_type == CKK_GENERIC_SECRET ? length : 0;
}

CK_RV p11l_step_length(struct p11l_request *request)
{
	CK_ULONG length;
	char text[32];

	if (request->class != CKO_SECRET_KEY ||
	        p11l_template_find(request->template, CKA_VALUE_LEN) != NULL)
		return CKR_OK;
	length = p11l_bound_length(request);
	if (length == 0)
		return CKR_OK;
	snprintf(text, sizeof(text), "%lu", length);
	p11l_step_note(request, P11L_RULE_ECDH_2, CKA_VALUE_LEN, "none", text);
	return p11l_template_put_number(request->template, CKA_VALUE_LEN, length);
}

/* --- ECDH-5 */

CK_RV p11l_step_no_usage(struct p11l_request *request)
{
	CK_RV rv = CKR_OK;
	bool value;

	for (unsigned i = 0; rv == CKR_OK && i < p11l_usage_count; i++) {
		if (!p11l_template_bool(request->template, p11l_usages[i], &value) || value)
			continue;
		p11l_step_note(request, P11L_RULE_ECDH_5, p11l_usages[i], "FALSE", "left out");
		rv = p11l_template_remove(request->template, p11l_usages[i]);
	}
	return rv;
}

/* --- ECDH-6 */

CK_RV p11l_step_derive(struct p11l_request *request)
{
	if (request->half != P11L_HALF_PRIVATE || request->token || !request->usage_open ||
	        request->key_type != CKK_EC)
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_ECDH_6, CKA_DERIVE, "none", "TRUE");
	return p11l_template_put_bool(request->template, CKA_DERIVE, true);
}
