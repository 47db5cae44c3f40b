/* SPDX-License-Identifier: MIT */
/* The order in which rules look at templates. */
#include "template.h"

#include <stdio.h>

#define MAKES  P11L_USE_ANY
#define WRITES (MAKES | P11L_USE_SET)
#define ALL    (WRITES | P11L_USE_FIND)
#define NEWS   (MAKES & ~(unsigned)P11L_USE_COPY) /* a copy keeps what its original has */
#define KEYS   (P11L_USE_GENERATE | P11L_USE_UNWRAP | P11L_USE_DERIVE)

#define ALWAYS P11L_RULES
#define RULES  2

static p11l_step identify, see_usage;

/*
 * First what is refused and how values are encoded, so that the other steps can read them; then
 * what the user asks for, because it counts as asked for by the application; then what the standard
 * says about it; then defaults for what is still open; at last what the vendor does not take.
 */
static const struct {
	unsigned rule[RULES]; /* any of them is on */
	unsigned uses;
	p11l_step *run;
} steps[] = {
        {{P11L_RULE_TPL_12, P11L_RULE_TPL_12}, WRITES, p11l_step_token_only},
        {{P11L_RULE_TPL_6, P11L_RULE_TPL_6}, ALL, p11l_step_encoding},
        {{P11L_RULE_TPL_13, P11L_RULE_TPL_13}, WRITES, p11l_step_twins},
        {{ALWAYS, ALWAYS}, ALL, identify},
        {{P11L_RULE_ATTR_1, P11L_RULE_ATTR_1}, ALL, p11l_step_rows},
        {{P11L_RULE_ATTR_1, P11L_RULE_ATTR_1}, ALL, identify},

        {{P11L_RULE_TPL_7, P11L_RULE_TPL_7}, WRITES, p11l_step_big},
        {{P11L_RULE_TPL_2, P11L_RULE_TPL_2}, P11L_USE_GENERATE, p11l_step_wrong_half},
        {{P11L_RULE_TPL_11, P11L_RULE_TPL_11}, KEYS, p11l_step_implied},
        {{P11L_RULE_TPL_3, P11L_RULE_TPL_3}, P11L_USE_CREATE | P11L_USE_UNWRAP,
                p11l_step_value_len},
        {{P11L_RULE_ECPAR_1, P11L_RULE_ECPAR_6}, P11L_USE_CREATE | P11L_USE_GENERATE,
                p11l_step_ec_params},
        {{P11L_RULE_ECP_4, P11L_RULE_ECP_5}, P11L_USE_CREATE, p11l_step_ec_point},
        {{P11L_RULE_TPL_8, P11L_RULE_TPL_8}, P11L_USE_CREATE, p11l_step_ec_scalar},
        {{P11L_RULE_TPL_9, P11L_RULE_TPL_9}, P11L_USE_COPY | P11L_USE_SET, p11l_step_change},

        {{P11L_RULE_DEF_7, P11L_RULE_DEF_7}, P11L_USE_GENERATE, p11l_step_exponent},
        {{P11L_RULE_PQC_2, P11L_RULE_PQC_2}, P11L_USE_GENERATE, p11l_step_parameter_set},
        {{P11L_RULE_ECDH_2, P11L_RULE_ECDH_2}, P11L_USE_DERIVE | P11L_USE_UNWRAP, p11l_step_length},
        {{P11L_RULE_DEF_1, P11L_RULE_DEF_1}, NEWS, p11l_step_private},
        {{P11L_RULE_DEF_2, P11L_RULE_DEF_2}, NEWS, p11l_step_sensitive},
        {{P11L_RULE_DEF_6, P11L_RULE_DEF_6}, NEWS, p11l_step_retained},
        {{P11L_RULE_DEF_5, P11L_RULE_DEF_5}, NEWS, p11l_step_stated},
        {{P11L_RULE_DEF_3, P11L_RULE_ECDH_6}, NEWS, see_usage},
        {{P11L_RULE_DEF_3, P11L_RULE_DEF_3}, NEWS, p11l_step_usage},
        {{P11L_RULE_ECDH_6, P11L_RULE_ECDH_6}, P11L_USE_GENERATE, p11l_step_derive},

        {{P11L_RULE_ECDH_5, P11L_RULE_ECDH_5}, P11L_USE_DERIVE, p11l_step_no_usage},
        {{P11L_RULE_OBJ_8, P11L_RULE_OBJ_8}, WRITES, p11l_step_label},
        {{P11L_RULE_TPL_1, P11L_RULE_TPL_1}, WRITES, p11l_step_idle},
        {{P11L_RULE_ATTR_1, P11L_RULE_ATTR_1}, WRITES, p11l_step_leave},
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static bool is_on(const struct p11l_rules *rules, size_t step)
{
	for (unsigned i = 0; i < RULES; i++)
		if (steps[step].rule[i] == ALWAYS || p11l_on(rules, steps[step].rule[i]))
			return true;
	return false;
}

bool p11l_steps_wanted(const struct p11l_rules *rules, enum p11l_template_use use)
{
	for (size_t i = 0; i < STEPS; i++)
		if ((steps[i].uses & use) != 0 && steps[i].rule[0] != ALWAYS && is_on(rules, i))
			return true;
	return ((use & MAKES) != 0 && p11l_on(rules, P11L_RULE_DEF_4)) ||
	       (use == P11L_USE_UNWRAP && p11l_on(rules, P11L_RULE_DEF_11));
}

CK_RV p11l_steps_run(struct p11l_request *request[], unsigned count)
{
	CK_RV rv = CKR_OK;

	for (size_t i = 0; rv == CKR_OK && i < STEPS; i++) {
		if ((steps[i].uses & request[0]->use) == 0 || !is_on(request[0]->rules, i))
			continue;
		for (unsigned j = 0; rv == CKR_OK && j < count; j++)
			if (!request[j]->template->opaque)
				rv = steps[i].run(request[j]);
	}
	return rv;
}

/* Which kind of object it will be: as the template says, or the half of the pair, or the mechanism.
 */
static CK_RV identify(struct p11l_request *request)
{
	const struct p11l_template *template = request->template;
	CK_ULONG class = P11L_ANY, key_type = P11L_ANY;

	/* Of an object that exists, the template does not say. */
	if ((request->use & (P11L_USE_SET | P11L_USE_COPY)) != 0)
		return CKR_OK;
	if (request->mechanism != NULL)
		p11l_implied(request->mechanism->mechanism, &class, &key_type);
	if (request->half != P11L_HALF_NONE)
		class = request->half == P11L_HALF_PUBLIC ? CKO_PUBLIC_KEY : CKO_PRIVATE_KEY;
	if (request->function == P11L_C_EncapsulateKey ||
	        request->function == P11L_C_DecapsulateKey)
		class = CKO_SECRET_KEY;
	p11l_template_number(template, CKA_CLASS, &class);
	p11l_template_number(template, CKA_KEY_TYPE, &key_type);
	request->class = class;
	request->key_type = key_type;
	/* Vendors that keep all keys on the token make an exception of secrets that are agreed. */
	request->token =
	        request->use != P11L_USE_DERIVE && p11l_on(request->rules, P11L_RULE_DEF_4);
	p11l_template_bool(template, CKA_TOKEN, &request->token);
	return CKR_OK;
}

const CK_ATTRIBUTE_TYPE p11l_usages[] = {
        CKA_ENCRYPT,
        CKA_DECRYPT,
        CKA_SIGN,
        CKA_SIGN_RECOVER,
        CKA_VERIFY,
        CKA_VERIFY_RECOVER,
        CKA_WRAP,
        CKA_UNWRAP,
        CKA_DERIVE,
        CKA_ENCAPSULATE,
        CKA_DECAPSULATE,
};
const unsigned p11l_usage_count = sizeof(p11l_usages) / sizeof(p11l_usages[0]);

bool p11l_is_usage(CK_ATTRIBUTE_TYPE type)
{
	for (unsigned i = 0; i < p11l_usage_count; i++)
		if (p11l_usages[i] == type)
			return true;
	return false;
}

static bool names_usage(const struct p11l_template *template)
{
	for (unsigned i = 0; i < p11l_usage_count; i++)
		if (p11l_template_find(template, p11l_usages[i]) != NULL)
			return true;
	return false;
}

/* The first half sees both templates before anything is added to either. */
static CK_RV see_usage(struct p11l_request *request)
{
	request->usage_open = !names_usage(request->template) &&
	                      (request->other == NULL || !names_usage(request->other->template));
	return CKR_OK;
}

void p11l_step_note(const struct p11l_request *request, unsigned rule, CK_ATTRIBUTE_TYPE type,
        const char *before, const char *after)
{
	static const char *const halves[] = {[P11L_HALF_NONE] = "",
	        [P11L_HALF_PUBLIC] = "public ",
	        [P11L_HALF_PRIVATE] = "private "};
	const char *name = p11l_name(P11L_SPACE_attribute, type);
	char number[32];

	if (name == NULL) {
		snprintf(number, sizeof(number), "attribute 0x%lx", type);
		name = number;
	}
	p11l_note(
	        p11l_rules[rule].id, "%s%s: %s -> %s", halves[request->half], name, before, after);
}
