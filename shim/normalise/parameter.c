/* SPDX-License-Identifier: MIT */
/* The mechanism of a call: which steps look at it, and how long what they made lives. */
#include "parameter.h"

#include "curve.h"
#include "lasting.h"
#include "learned.h"

#include <string.h>

/* In the order in which they look. */
static const struct {
	unsigned rule;
	p11l_parameter_step *step;
} steps[] = {
        {P11L_RULE_ECPAR_2, p11l_parameter_25519},
        {P11L_RULE_SYM_3, p11l_parameter_iv},
        {P11L_RULE_GCM_5, p11l_parameter_gcm_tag},
        {P11L_RULE_RSA_6, p11l_parameter_none},
        {P11L_RULE_RSA_7, p11l_parameter_raw},
        {P11L_RULE_RSA_1, p11l_parameter_oaep},
        {P11L_RULE_GCM_7, p11l_parameter_gcm_aad},
        {P11L_RULE_GCM_2, p11l_parameter_gcm_bits},
        {P11L_RULE_GCM_1, p11l_parameter_gcm_form},
        {P11L_RULE_GCM_3, p11l_parameter_gcm_iv},
        {P11L_RULE_SIG_8, p11l_parameter_eddsa},
        {P11L_RULE_BUF_10, p11l_parameter_nothing},
        {P11L_RULE_ECDH_4, p11l_parameter_shared},
        {P11L_RULE_ECDH_1, p11l_parameter_peer},
};

/* Whether a rule names this function in this layer. */
static bool concerns(unsigned rule, unsigned function)
{
	for (unsigned i = 0; i < p11l_rules[rule].places; i++) {
		const struct p11l_rule_at *at = &p11l_rules[rule].at[i];

		if (at->layer == P11L_LAYER_mechanism)
			return (at->functions[function / 64] >> function % 64 & 1) != 0;
	}
	return false;
}

CK_MECHANISM *p11l_parameter_own(struct p11l_parameter *parameter)
{
	if (parameter->mechanism != &parameter->own) {
		parameter->own = *parameter->mechanism;
		parameter->mechanism = &parameter->own;
	}
	return &parameter->own;
}

bool p11l_parameter_copy(struct p11l_parameter *parameter, CK_ULONG size)
{
	const CK_MECHANISM *given = parameter->mechanism;

	if (given->ulParameterLen != size || size > sizeof(parameter->block) ||
	        !p11l_readable(given->pParameter, size))
		return false;
	if (given->pParameter != &parameter->block) {
		memcpy(&parameter->block, given->pParameter, size);
		p11l_parameter_own(parameter)->pParameter = &parameter->block;
	}
	return true;
}

static void ask_curve(struct p11l_parameter *parameter)
{
	CK_KEY_TYPE type = P11L_ANY;
	CK_BYTE params[512];
	CK_ATTRIBUTE wanted[] = {
	        {CKA_KEY_TYPE, &type, sizeof(type)},
	        {CKA_EC_PARAMS, params, sizeof(params)},
	};
	CK_RV rv = parameter->below->C_GetAttributeValue(
	        parameter->session, parameter->key, wanted, 2);

	parameter->has_curve = true;
	parameter->key_type = P11L_ANY;
	parameter->octets = 0;
	if (rv != CKR_OK)
		return;
	if (wanted[0].ulValueLen == sizeof(type))
		parameter->key_type = type;
	if (wanted[1].ulValueLen <= sizeof(params))
		parameter->octets = p11l_field_octets(params, wanted[1].ulValueLen);
}

void p11l_parameter_curve(struct p11l_parameter *parameter, CK_ULONG *key_type, unsigned *octets)
{
	if (!parameter->has_curve)
		ask_curve(parameter);
	*key_type = parameter->key_type;
	*octets = parameter->octets;
}

/* Whether the vendor may go on reading the parameter after the call. */
static bool starts_operation(unsigned function)
{
	switch (function) {
	case P11L_C_GenerateKey:
	case P11L_C_GenerateKeyPair:
	case P11L_C_WrapKey:
	case P11L_C_UnwrapKey:
	case P11L_C_DeriveKey:
	case P11L_C_EncapsulateKey:
	case P11L_C_DecapsulateKey:
	case P11L_C_WrapKeyAuthenticated:
	case P11L_C_UnwrapKeyAuthenticated:
		return false;
	default:
		return true;
	}
}

/* Moves to the heap what has to outlive the call. */
static CK_RV make_lasting(struct p11l_parameter *parameter)
{
	bool rewritten = parameter->mechanism->pParameter == &parameter->block;
	bool nested = p11l_on(parameter->rules, P11L_RULE_PARM_1) &&
	              concerns(P11L_RULE_PARM_1, parameter->function);
	struct p11l_lasting *lasting;

	if (!starts_operation(parameter->function) || (!rewritten && !nested))
		return CKR_OK;
	lasting = p11l_lasting_make(parameter->mechanism, parameter->known, nested);
	if (lasting == NULL)
		return rewritten ? CKR_HOST_MEMORY : CKR_OK;
	if (!rewritten)
		p11l_note("PARM-1", "a parameter of %lu -> a copy that lives on",
		        parameter->mechanism->ulParameterLen);
	p11l_parameter_own(parameter)->pParameter = lasting->parameter;
	parameter->lasting = lasting;
	return CKR_OK;
}

static CK_RV look(struct p11l_parameter *parameter)
{
	CK_RV rv = CKR_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && rv == CKR_OK; i++)
		if (p11l_on(parameter->rules, steps[i].rule) &&
		        concerns(steps[i].rule, parameter->function))
			rv = steps[i].step(parameter);
	return rv;
}

CK_RV p11l_parameter_open(struct p11l_parameter *parameter, CK_MECHANISM *mechanism)
{
	CK_RV rv;

	parameter->mechanism = mechanism;
	parameter->rules = p11l_rules_of(parameter->session);
	if (!p11l_readable(mechanism, sizeof(*mechanism)))
		return CKR_OK;
	parameter->known = p11l_find_mechanism(mechanism->mechanism);
	rv = look(parameter);
	if (rv == CKR_OK)
		rv = make_lasting(parameter);
	if (rv != CKR_OK)
		p11l_lasting_free(parameter->iv);
	return rv;
}

bool p11l_parameter_again(struct p11l_parameter *parameter, CK_RV rv)
{
	const struct p11l_retry *retry = parameter->retry;

	parameter->retry = NULL; /* once */
	if (rv == CKR_OK || retry == NULL || !retry->may_mean_form(rv) ||
	        !retry->other_form(parameter))
		return false;
	parameter->has_slot = p11l_slot_of(parameter->below, parameter->session, &parameter->slot);
	parameter->retried = retry;
	parameter->refused = rv;
	p11l_lasting_free(parameter->lasting);
	parameter->lasting = NULL;
	return make_lasting(parameter) == CKR_OK;
}

CK_RV p11l_parameter_close(struct p11l_parameter *parameter, CK_RV rv)
{
	const struct p11l_retry *retried = parameter->retried;

	if (rv != CKR_OK)
		p11l_lasting_free(parameter->lasting);
	else if (parameter->lasting != NULL)
		p11l_lasting_keep(parameter->lasting, parameter->session, parameter->function);
	if (rv == CKR_OK && parameter->function == P11L_C_DecryptInit)
		p11l_parameter_raw_begun(parameter);
	if (parameter->iv != NULL)
		p11l_parameter_gcm_iv_end(parameter, rv);
	if (retried == NULL)
		return rv;
	if (rv == CKR_OK && parameter->has_slot)
		retried->learn(parameter, parameter->slot);
	/* Both forms were refused, so it was not the form: the host's own has the better code. */
	return retried->may_mean_form(rv) ? parameter->refused : rv;
}
