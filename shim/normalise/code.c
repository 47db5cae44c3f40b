/* SPDX-License-Identifier: MIT */
/*
 * The layer "code": one mistake, one code. Rows say which code becomes which, and when; the rows of
 * spec/rules say for which functions. Nothing is done with CKR_OK, and nothing becomes it.
 */
#include "code.h"

#include "active.h"
#include "parameter.h"
#include "point.h"

#include <string.h>

#define MAX_TEMPLATE 1024 /* entries that are looked at */

/* The octets of a public attribute of a key, or 0. */
static CK_ULONG attribute_size(
        const struct p11l_code_call *call, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE attribute = {type, NULL, 0};
	CK_RV rv = call->below->C_GetAttributeValue(call->session, key, &attribute, 1);

	return rv == CKR_OK && attribute.ulValueLen != CK_UNAVAILABLE_INFORMATION
	               ? attribute.ulValueLen
	               : 0;
}

/* The attribute that a function needs to be TRUE. */
static CK_ATTRIBUTE_TYPE usage_of(unsigned function)
{
	static const struct {
		uint8_t function;
		CK_ATTRIBUTE_TYPE type;
	} rows[] = {
	        {P11L_C_EncryptInit, CKA_ENCRYPT},
	        {P11L_C_DecryptInit, CKA_DECRYPT},
	        {P11L_C_SignInit, CKA_SIGN},
	        {P11L_C_SignRecoverInit, CKA_SIGN_RECOVER},
	        {P11L_C_VerifyInit, CKA_VERIFY},
	        {P11L_C_VerifyRecoverInit, CKA_VERIFY_RECOVER},
	        {P11L_C_WrapKey, CKA_WRAP},
	        {P11L_C_UnwrapKey, CKA_UNWRAP},
	        {P11L_C_DeriveKey, CKA_DERIVE},
	        {P11L_C_EncapsulateKey, CKA_ENCAPSULATE},
	        {P11L_C_DecapsulateKey, CKA_DECAPSULATE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].function == function)
			return rows[i].type;
	return CK_UNAVAILABLE_INFORMATION;
}

static bool usage_is_false(const struct p11l_code_call *call)
{
	CK_BBOOL allowed = CK_TRUE;
	CK_ATTRIBUTE attribute = {usage_of(call->function), &allowed, sizeof(allowed)};

	return attribute.type != CK_UNAVAILABLE_INFORMATION &&
	       call->below->C_GetAttributeValue(call->session, call->key, &attribute, 1) ==
	               CKR_OK &&
	       attribute.ulValueLen == sizeof(allowed) && allowed == CK_FALSE;
}

/* The mechanism of the call, readable, or NULL. */
static const CK_MECHANISM *mechanism_of(const struct p11l_code_call *call)
{
	return p11l_readable(call->mechanism, sizeof(*call->mechanism)) ? call->mechanism : NULL;
}

/* Whether the standard has a parameter for it that may be left out. */
static bool may_go_without(const struct p11l_mechanism_row *known)
{
	switch (known->type) {
	case CKM_AES_KEY_WRAP:
	case CKM_AES_KEY_WRAP_PAD:
	case CKM_AES_KEY_WRAP_KWP:
	case CKM_AES_KEY_WRAP_PKCS7:
		return true;
	default:
		return known->parameter_struct[0] == P11L_STRUCT_CK_EDDSA_PARAMS ||
		       known->parameter_struct[0] == P11L_STRUCT_CK_SIGN_ADDITIONAL_CONTEXT;
	}
}

static bool parameter_is_missing(const struct p11l_code_call *call)
{
	const CK_MECHANISM *mechanism = mechanism_of(call);
	const struct p11l_mechanism_row *known =
	        mechanism != NULL ? p11l_find_mechanism(mechanism->mechanism) : NULL;

	return known != NULL && known->has_parameter && !may_go_without(known) &&
	       (mechanism->pParameter == NULL || mechanism->ulParameterLen == 0);
}

static bool is_oaep_or_pss(const struct p11l_code_call *call)
{
	const CK_MECHANISM *mechanism = mechanism_of(call);
	const struct p11l_mechanism_row *known =
	        mechanism != NULL ? p11l_find_mechanism(mechanism->mechanism) : NULL;

	return known != NULL && mechanism->pParameter != NULL &&
	       (known->parameter_struct[0] == P11L_STRUCT_CK_RSA_PKCS_OAEP_PARAMS ||
	               known->parameter_struct[0] == P11L_STRUCT_CK_RSA_PKCS_PSS_PARAMS);
}

static bool iv_has_wrong_length(const struct p11l_code_call *call)
{
	const CK_MECHANISM *mechanism = mechanism_of(call);
	CK_ULONG octets = mechanism != NULL ? p11l_iv_octets(mechanism->mechanism) : 0;

	return octets != 0 && octets != mechanism->ulParameterLen;
}

/* What ends with the call; the functions that start it are hooked only to know. */
static bool find_ended(
        const struct p11l_code_call *call, enum p11l_activity activity, struct p11l_active *active)
{
	static const uint8_t starts[P11L_ACTIVITIES] = {
	        [P11L_ACTIVE_ENCRYPT] = P11L_C_EncryptInit,
	        [P11L_ACTIVE_DECRYPT] = P11L_C_DecryptInit,
	        [P11L_ACTIVE_VERIFY] = P11L_C_VerifyInit,
	};

	return call->function != starts[activity] &&
	       p11l_active_get(call->session, activity, active);
}

/* PKCS #1 v1.5 leaves 11 octets less than the modulus has, and no padding none. */
static bool data_is_too_long(const struct p11l_code_call *call)
{
	struct p11l_active active;
	CK_ULONG modulus;

	if (!find_ended(call, P11L_ACTIVE_ENCRYPT, &active) ||
	        (active.mechanism != CKM_RSA_PKCS && active.mechanism != CKM_RSA_X_509))
		return false;
	modulus = attribute_size(call, active.key, CKA_MODULUS);
	return modulus > 11 &&
	       call->size > (active.mechanism == CKM_RSA_PKCS ? modulus - 11 : modulus);
}

static bool authenticates(const struct p11l_code_call *call)
{
	struct p11l_active active;

	return find_ended(call, P11L_ACTIVE_DECRYPT, &active) &&
	       (active.mechanism == CKM_AES_GCM || active.mechanism == CKM_AES_CCM ||
	               active.mechanism == CKM_CHACHA20_POLY1305);
}

static bool length_is_impossible(const struct p11l_code_call *call)
{
	const CK_MECHANISM *mechanism = mechanism_of(call);
	CK_ULONG length;

	if (mechanism == NULL || mechanism->mechanism != CKM_AES_KEY_GEN ||
	        call->count > MAX_TEMPLATE ||
	        !p11l_readable(call->template, call->count * sizeof(*call->template)))
		return false;
	for (CK_ULONG i = 0; i < call->count; i++) {
		const CK_ATTRIBUTE *attribute = &call->template[i];

		if (attribute->type != CKA_VALUE_LEN || attribute->ulValueLen != sizeof(length) ||
		        !p11l_readable(attribute->pValue, sizeof(length)))
			continue;
		memcpy(&length, attribute->pValue, sizeof(length));
		return length != 16 && length != 24 && length != 32;
	}
	return false;
}

/* The octets of an ECDSA signature by this key, or 0. */
static CK_ULONG two_coordinates(const struct p11l_code_call *call, CK_OBJECT_HANDLE key)
{
	CK_BYTE params[512];
	CK_ATTRIBUTE attribute = {CKA_EC_PARAMS, params, sizeof(params)};

	if (call->below->C_GetAttributeValue(call->session, key, &attribute, 1) != CKR_OK ||
	        attribute.ulValueLen > sizeof(params))
		return 0;
	return 2 * (CK_ULONG)p11l_field_octets(params, attribute.ulValueLen);
}

/* An ECDSA signature is as long as two coordinates, an RSA signature as long as the modulus. */
static bool signature_has_wrong_length(const struct p11l_code_call *call)
{
	struct p11l_active active;
	CK_ULONG expected;

	if (!find_ended(call, P11L_ACTIVE_VERIFY, &active))
		return false;
	expected = attribute_size(call, active.key, CKA_MODULUS);
	if (expected > 0)
		return call->size != expected;
	expected = two_coordinates(call, active.key);
	return expected > 0 && call->size != expected;
}

static bool is_other_user(const struct p11l_code_call *call)
{
	CK_SESSION_INFO info;

	if (call->below->C_GetSessionInfo(call->session, &info) != CKR_OK)
		return false;
	if (call->user == CKU_SO)
		return info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS;
	return call->user == CKU_USER && info.state == CKS_RW_SO_FUNCTIONS;
}

/* Parameters that name no known curve may well be wrong. */
static bool curve_is_refused(const struct p11l_code_call *call)
{
	const CK_MECHANISM *mechanism = mechanism_of(call);

	if (mechanism == NULL)
		return false;
	switch (mechanism->mechanism) {
	case CKM_EC_KEY_PAIR_GEN:
	case CKM_EC_KEY_PAIR_GEN_W_EXTRA_BITS:
	case CKM_EC_EDWARDS_KEY_PAIR_GEN:
	case CKM_EC_MONTGOMERY_KEY_PAIR_GEN:
		return p11l_asked_curve(call->template, call->count) != NULL;
	default:
		return false;
	}
}

static const struct row {
	unsigned rule;
	CK_RV from, to;
	bool (*holds)(const struct p11l_code_call *); /* NULL: always */
} rows[] = {
        {P11L_RULE_ECPAR_5, CKR_DOMAIN_PARAMS_INVALID, CKR_CURVE_NOT_SUPPORTED, curve_is_refused},
        {P11L_RULE_SIG_5, CKR_DATA_LEN_RANGE, CKR_SIGNATURE_LEN_RANGE, signature_has_wrong_length},
        {P11L_RULE_GCM_6, CKR_GENERAL_ERROR, CKR_ENCRYPTED_DATA_INVALID, authenticates},
        {P11L_RULE_GCM_6, CKR_FUNCTION_FAILED, CKR_ENCRYPTED_DATA_INVALID, authenticates},
        {P11L_RULE_OPS_6, CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID, NULL},
        {P11L_RULE_OPS_7, CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED,
                usage_is_false},
        {P11L_RULE_CODE_1, CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID, NULL},
        {P11L_RULE_CODE_2, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID, NULL},
        {P11L_RULE_CODE_3, CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED,
                usage_is_false},
        {P11L_RULE_CODE_4, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID, iv_has_wrong_length},
        {P11L_RULE_CODE_4, CKR_ARGUMENTS_BAD, CKR_MECHANISM_PARAM_INVALID, iv_has_wrong_length},
        {P11L_RULE_CODE_5, CKR_ARGUMENTS_BAD, CKR_MECHANISM_PARAM_INVALID, parameter_is_missing},
        {P11L_RULE_CODE_6, CKR_ARGUMENTS_BAD, CKR_MECHANISM_PARAM_INVALID, is_oaep_or_pss},
        {P11L_RULE_CODE_7, CKR_GENERAL_ERROR, CKR_DATA_LEN_RANGE, data_is_too_long},
        {P11L_RULE_CODE_8, CKR_GENERAL_ERROR, CKR_AEAD_DECRYPT_FAILED, NULL},
        {P11L_RULE_CODE_8, CKR_FUNCTION_FAILED, CKR_AEAD_DECRYPT_FAILED, NULL},
        {P11L_RULE_CODE_11, CKR_ATTRIBUTE_VALUE_INVALID, CKR_KEY_SIZE_RANGE, length_is_impossible},
        {P11L_RULE_CODE_11, CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE, length_is_impossible},
        {P11L_RULE_CODE_14, CKR_USER_ALREADY_LOGGED_IN, CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
                is_other_user},
};

static bool concerns(const struct row *row, unsigned function)
{
	const struct p11l_rule *rule = &p11l_rules[row->rule];

	for (unsigned i = 0; i < rule->places; i++)
		if (rule->at[i].layer == P11L_LAYER_code &&
		        (rule->at[i].functions[function / 64] >> function % 64 & 1) != 0)
			return true;
	return false;
}

/* The code that a host gets for a call that ended with rv. */
CK_RV p11l_code_failed(const struct p11l_code_call *call, CK_RV rv)
{
	const struct p11l_rules *rules;

	if (rv == CKR_OK)
		return rv;
	rules = p11l_rules_of(call->session);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (row->from != rv || !p11l_on(rules, row->rule) ||
		        !concerns(row, call->function) || (row->holds != NULL && !row->holds(call)))
			continue;
		p11l_note(p11l_rules[row->rule].id, "%s -> %s", p11l_name(P11L_SPACE_rv, rv),
		        p11l_name(P11L_SPACE_rv, row->to));
		return row->to;
	}
	return rv;
}
