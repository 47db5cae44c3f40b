/* SPDX-License-Identifier: MIT */
/* Family ECPAR: CKA_EC_PARAMS by identifier, by name, or written out; and TPL-8, which needs them.
 */
#define _GNU_SOURCE
#include "ecp.h"

#include "read.h"
#include "template.h"

#include <string.h>

static const char *form_name(enum p11l_curve_form form)
{
	static const char *const names[] = {[P11L_CURVE_UNKNOWN] = "unknown",
	        [P11L_CURVE_OID] = "identifier",
	        [P11L_CURVE_NAME] = "name",
	        [P11L_CURVE_UTF8_NAME] = "name in UTF-8",
	        [P11L_CURVE_BAD_NAME] = "name with a wrong length",
	        [P11L_CURVE_EXPLICIT] = "explicit parameters"};

	return names[form];
}

/* Private identifiers, too, become those of the standard. */
static bool is_standard(const struct p11l_params *params, enum p11l_curve_form form)
{
	CK_BYTE octets[P11L_PARAMS_MAX];
	CK_ULONG size = p11l_params_write(params->curve, P11L_CURVE_OID, octets, sizeof(octets));

	return form == params->form &&
	       (form != P11L_CURVE_OID || p11l_find_curve(octets, size) == params->curve);
}

/* Writes the curve in another form, with a note; 0 when it has it, or has no such form. */
static CK_ULONG rewrite(const struct p11l_params *params, enum p11l_curve_form form, unsigned rule,
        CK_BYTE *out, CK_ULONG room)
{
	CK_ULONG size =
	        is_standard(params, form) ? 0 : p11l_params_write(params->curve, form, out, room);

	if (size > 0)
		p11l_note(p11l_rules[rule].id, "CKA_EC_PARAMS: %s of %s -> %s",
		        form_name(params->form), params->curve->name, form_name(form));
	return size;
}

/* --- Reading */

static unsigned long wish(const struct p11l_rules *rules)
{
	return p11l_number(rules->config[0], P11L_NORMALISE_EC_PARAMS);
}

bool p11l_repairs_ec_params(const struct p11l_rules *rules)
{
	return p11l_on(rules, P11L_RULE_ECPAR_6) ||
	       (wish(rules) != P11L_PARAMS_AS_IS &&
	               (p11l_on(rules, P11L_RULE_ECPAR_1) || p11l_on(rules, P11L_RULE_ECPAR_3)));
}

/* The rule that applies to parameters as they came, and the form that it gives them. */
static unsigned rule_for(
        const struct p11l_params *params, unsigned long wanted, enum p11l_curve_form *form)
{
	*form = wanted == P11L_PARAMS_NAME && params->curve->key_type != CKK_EC ? P11L_CURVE_NAME
	                                                                        : P11L_CURVE_OID;
	if (params->form == P11L_CURVE_EXPLICIT)
		return wanted == P11L_PARAMS_AS_IS ? P11L_RULES : P11L_RULE_ECPAR_3;
	if (params->curve->key_type == CKK_EC)
		return P11L_RULES;
	if (params->form == P11L_CURVE_BAD_NAME) {
		if (wanted == P11L_PARAMS_AS_IS)
			*form = P11L_CURVE_NAME;
		return P11L_RULE_ECPAR_6;
	}
	return wanted == P11L_PARAMS_AS_IS ? P11L_RULES : P11L_RULE_ECPAR_1;
}

CK_ULONG p11l_repair_ec_params(struct p11l_reading *reading, CK_ATTRIBUTE_TYPE type, CK_BYTE *value,
        CK_ULONG size, CK_ULONG room)
{
	struct p11l_params params = p11l_params_parse(value, size);
	enum p11l_curve_form form;
	CK_ULONG written;
	unsigned rule;

	(void)type;
	if (params.curve == NULL)
		return size;
	rule = rule_for(&params, wish(reading->rules), &form);
	if (rule == P11L_RULES || !p11l_on(reading->rules, rule))
		return size;
	written = rewrite(&params, form, rule, value, room);
	return written > 0 ? written : size;
}

/* --- Giving to the vendor */

/* The form that the vendor takes of this curve; P11L_CURVE_UNKNOWN: as it is given. */
static enum p11l_curve_form native(
        const struct p11l_rules *rules, const struct p11l_params *params, unsigned *rule)
{
	const struct p11l_config *profile = rules->config[1];
	unsigned long says = profile != NULL ? p11l_number(profile, P11L_NORMALISE_EC_PARAMS)
	                                     : P11L_PARAMS_AS_IS;

	*rule = P11L_RULE_ECPAR_6;
	if (p11l_on(rules, P11L_RULE_ECPAR_6) && params->curve->key_type == CKK_EC_MONTGOMERY)
		return P11L_CURVE_BAD_NAME;
	*rule = P11L_RULE_ECPAR_1;
	if (says == P11L_PARAMS_AS_IS || !p11l_on(rules, P11L_RULE_ECPAR_1))
		return P11L_CURVE_UNKNOWN;
	return says == P11L_PARAMS_NAME ? P11L_CURVE_NAME : P11L_CURVE_OID;
}

CK_ULONG p11l_params_for_vendor(
        const struct p11l_rules *rules, const void *in, CK_ULONG size, CK_BYTE out[P11L_PARAMS_MAX])
{
	struct p11l_params params = p11l_params_parse(in, size);
	enum p11l_curve_form form;
	unsigned rule;

	if (params.curve == NULL || params.curve->key_type == CKK_EC)
		return 0;
	form = native(rules, &params, &rule);
	return form == P11L_CURVE_UNKNOWN ? 0 : rewrite(&params, form, rule, out, P11L_PARAMS_MAX);
}

CK_RV p11l_step_ec_params(struct p11l_request *request)
{
	const CK_ATTRIBUTE *given = p11l_template_find(request->template, CKA_EC_PARAMS);
	const CK_BYTE *octets = given != NULL ? p11l_template_value(given) : NULL;
	CK_BYTE out[P11L_PARAMS_MAX];
	CK_ULONG size;

	if (octets == NULL)
		return CKR_OK;
	size = p11l_params_for_vendor(request->rules, octets, given->ulValueLen, out);
	return size == 0 ? CKR_OK : p11l_template_put(request->template, CKA_EC_PARAMS, out, size);
}

/* --- TPL-8 */

#define SCALAR_MAX 80

/* The scalar in the length of the curve, which it fits but for zeros in front; false if not. */
static bool fit(const CK_BYTE *scalar, CK_ULONG size, CK_BYTE out[SCALAR_MAX], CK_ULONG wanted)
{
	CK_ULONG zeros = 0;

	while (zeros < size && scalar[zeros] == 0)
		zeros++;
	if (wanted > SCALAR_MAX || size - zeros > wanted)
		return false;
	memset(out, 0, wanted);
	memcpy(out + wanted - (size - zeros), scalar + zeros, size - zeros);
	return true;
}

CK_RV p11l_step_ec_scalar(struct p11l_request *request)
{
	const CK_ATTRIBUTE *value = p11l_template_find(request->template, CKA_VALUE);
	const CK_ATTRIBUTE *params = p11l_template_find(request->template, CKA_EC_PARAMS);
	const CK_BYTE *octets = value != NULL ? p11l_template_value(value) : NULL;
	const CK_BYTE *curve = params != NULL ? p11l_template_value(params) : NULL;
	CK_BYTE out[SCALAR_MAX];
	CK_ULONG wanted;
	CK_RV rv;

	if (octets == NULL || curve == NULL || value->ulValueLen == 0 ||
	        request->class != CKO_PRIVATE_KEY || request->key_type != CKK_EC)
		return CKR_OK;
	wanted = p11l_field_octets(curve, params->ulValueLen);
	if (wanted == 0 || wanted == value->ulValueLen ||
	        !fit(octets, value->ulValueLen, out, wanted))
		return CKR_OK;
	p11l_note("TPL-8", "CKA_VALUE: %lu octets -> %lu", value->ulValueLen, wanted);
	rv = p11l_template_put(request->template, CKA_VALUE, out, wanted);
	explicit_bzero(out, sizeof(out));
	return rv;
}
