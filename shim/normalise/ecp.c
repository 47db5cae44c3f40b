/* SPDX-License-Identifier: MIT */
/* Family ECP: CKA_EC_POINT, whichever form the vendor or the application has it in. */
#include "ecp.h"

#include "read.h"
#include "template.h"

#include <string.h>

#define PARAMS_ROOM 1023

static const char *form_name(const struct p11l_point *point)
{
	static const char *const names[] = {[P11L_POINT_NONE] = "unknown",
	        [P11L_POINT_RAW] = "raw",
	        [P11L_POINT_DER] = "der",
	        [P11L_POINT_BITS] = "bit-string",
	        [P11L_POINT_XY] = "xy"};

	return names[point->form];
}

struct p11l_ec_key p11l_ec_key_of(CK_ULONG key_type, const void *ec_params, CK_ULONG size)
{
	struct p11l_params params = p11l_params_parse(ec_params, size);
	struct p11l_ec_key key = {key_type, params.octets};

	/* The curve knows better than a vendor-defined key type. */
	if (params.curve != NULL)
		key.key_type = params.curve->key_type;
	else if (params.form == P11L_CURVE_EXPLICIT)
		key.key_type = CKK_EC;
	else if (key_type != CKK_EC && key_type != CKK_EC_EDWARDS && key_type != CKK_EC_MONTGOMERY)
		key.key_type = P11L_ANY;
	return key;
}

/* --- Reading */

bool p11l_repairs_ec_point(const struct p11l_rules *rules, bool size)
{
	if (size)
		return p11l_on(rules, P11L_RULE_ECP_8);
	return p11l_on(rules, P11L_RULE_ECP_1) || p11l_on(rules, P11L_RULE_ECP_2) ||
	       p11l_on(rules, P11L_RULE_ECP_3) || p11l_on(rules, P11L_RULE_ECP_4);
}

/* From what the host has read in the same call, else by one call more. */
static struct p11l_ec_key key_of(const struct p11l_reading *reading)
{
	CK_BYTE octets[PARAMS_ROOM];
	CK_ULONG type = P11L_ANY, size = 0, type_size = 0;
	const CK_BYTE *params = p11l_reading_value(reading, CKA_EC_PARAMS, &size);
	const CK_BYTE *key_type = p11l_reading_value(reading, CKA_KEY_TYPE, &type_size);
	CK_ATTRIBUTE asked[] = {
	        {CKA_EC_PARAMS, octets, sizeof(octets)}, {CKA_KEY_TYPE, &type, sizeof(type)}};
	CK_RV rv;

	if (params != NULL) {
		if (key_type != NULL && type_size == sizeof(type))
			memcpy(&type, key_type, sizeof(type));
		return p11l_ec_key_of(type, params, size);
	}
	rv = reading->below->C_GetAttributeValue(reading->session, reading->object, asked, 2);
	if (!p11l_answers(rv) || asked[0].ulValueLen > sizeof(octets))
		asked[0].ulValueLen = 0;
	if (!p11l_answers(rv) || asked[1].ulValueLen != sizeof(type))
		type = P11L_ANY;
	return p11l_ec_key_of(type, octets, asked[0].ulValueLen);
}

/* What programs read of Edwards and Montgomery keys: as the user says, else as the table's version
 * of the standard has it. */
static enum p11l_point_form ecx_form(const struct p11l_reading *reading, enum p11l_point_form now)
{
	switch (p11l_number(reading->rules->config[0], P11L_NORMALISE_ECX_POINT)) {
	case P11L_ECX_RAW:
		return P11L_POINT_RAW;
	case P11L_ECX_DER:
		return P11L_POINT_DER;
	case P11L_ECX_AS_IS:
		return now;
	default:
		return p11l_is_3(reading->below) ? P11L_POINT_RAW : now;
	}
}

/* The rule that has a point read in another form, which is stored; P11L_RULES: none. */
static unsigned rule_for(const struct p11l_reading *reading, const struct p11l_point *point,
        enum p11l_point_form *form)
{
	static const unsigned weierstrass[] = {[P11L_POINT_NONE] = P11L_RULES,
	        [P11L_POINT_RAW] = P11L_RULE_ECP_1,
	        [P11L_POINT_DER] = P11L_RULES,
	        [P11L_POINT_BITS] = P11L_RULE_ECP_3,
	        [P11L_POINT_XY] = P11L_RULE_ECP_2};
	unsigned long wish = p11l_number(reading->rules->config[0], P11L_NORMALISE_ECX_POINT);

	*form = P11L_POINT_DER;
	if (point->weierstrass || point->form == P11L_POINT_NONE)
		return weierstrass[point->form];
	*form = ecx_form(reading, point->form);
	if (*form != point->form)
		return P11L_RULE_ECP_4;
	/* A BIT STRING was never right, so that in tables of 2.40 it becomes what others have. */
	if (point->form != P11L_POINT_BITS || wish != P11L_ECX_AUTO)
		return P11L_RULES;
	*form = P11L_POINT_DER;
	return P11L_RULE_ECP_3;
}

CK_ULONG p11l_repair_ec_point(struct p11l_reading *reading, CK_ATTRIBUTE_TYPE type, CK_BYTE *value,
        CK_ULONG size, CK_ULONG room)
{
	enum p11l_point_form form;
	struct p11l_point point;
	struct p11l_ec_key key;
	CK_ULONG written;
	unsigned rule;

	(void)type;
	if (p11l_point_is_plain(value, size))
		return size;
	point = p11l_point_parse(P11L_ANY, 0, value, size);
	if (point.ambiguous) {
		key = key_of(reading);
		if (key.field > 0 || key.key_type != P11L_ANY)
			point = p11l_point_parse(key.key_type, key.field, value, size);
	}
	rule = rule_for(reading, &point, &form);
	if (rule == P11L_RULES || !p11l_on(reading->rules, rule))
		return size;
	written = p11l_point_write(&point, form, value, room);
	if (written == 0)
		return size;
	p11l_note(p11l_rules[rule].id, "CKA_EC_POINT: %s %lu -> %s %lu", form_name(&point), size,
	        form_name(&(struct p11l_point){.form = form}), written);
	return written;
}

/* --- Giving to the vendor */

enum p11l_point_form p11l_native_point(
        p11l_below *below, const struct p11l_rules *rules, bool weierstrass)
{
	const struct p11l_config *profile = rules->config[1];
	unsigned long says =
	        profile != NULL ? p11l_number(profile, P11L_NORMALISE_ECX_POINT) : P11L_ECX_AUTO;

	if (weierstrass || says == P11L_ECX_DER)
		return P11L_POINT_DER;
	return says == P11L_ECX_RAW || p11l_is_3(below) ? P11L_POINT_RAW : P11L_POINT_DER;
}

/* ecx_point = as-is in a profile: the vendor takes every form. */
static bool takes_all(const struct p11l_rules *rules)
{
	return rules->config[1] != NULL &&
	       p11l_number(rules->config[1], P11L_NORMALISE_ECX_POINT) == P11L_ECX_AS_IS;
}

CK_ULONG p11l_point_for_vendor(p11l_below *below, const struct p11l_rules *rules,
        const struct p11l_ec_key *key, const void *in, CK_ULONG size, CK_BYTE out[P11L_POINT_MAX])
{
	struct p11l_point point = p11l_point_parse(key->key_type, key->field, in, size);
	enum p11l_point_form form;

	if (point.form == P11L_POINT_NONE || (!point.weierstrass && takes_all(rules)))
		return 0;
	form = p11l_native_point(below, rules, point.weierstrass);
	return point.form == form ? 0 : p11l_point_write(&point, form, out, P11L_POINT_MAX);
}

CK_RV p11l_step_ec_point(struct p11l_request *request)
{
	const CK_ATTRIBUTE *given = p11l_template_find(request->template, CKA_EC_POINT);
	const CK_ATTRIBUTE *params = p11l_template_find(request->template, CKA_EC_PARAMS);
	const CK_BYTE *octets = given != NULL ? p11l_template_value(given) : NULL;
	const CK_BYTE *curve = params != NULL ? p11l_template_value(params) : NULL;
	CK_BYTE out[P11L_POINT_MAX];
	struct p11l_ec_key key;
	CK_ULONG size;
	unsigned rule;

	if (octets == NULL)
		return CKR_OK;
	key = p11l_ec_key_of(request->key_type, curve, curve != NULL ? params->ulValueLen : 0);
	rule = key.key_type == CKK_EC ? P11L_RULE_ECP_5 : P11L_RULE_ECP_4;
	if (!p11l_on(request->rules, rule))
		return CKR_OK;
	size = p11l_point_for_vendor(
	        request->below, request->rules, &key, octets, given->ulValueLen, out);
	if (size == 0)
		return CKR_OK;
	p11l_note(p11l_rules[rule].id, "CKA_EC_POINT: %lu octets -> %lu", given->ulValueLen, size);
	return p11l_template_put(request->template, CKA_EC_POINT, out, size);
}
