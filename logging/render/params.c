/* SPDX-License-Identifier: MIT */
#include "params.h"

static struct p11l_span take(struct p11l_reader *r)
{
	struct p11l_span span = {r->at, NULL};

	if (r->at >= r->end)
		return (struct p11l_span){NULL, NULL};
	p11l_skip_item(r);
	span.end = r->at;
	return span;
}

static void note_context(struct p11l_params *params, const struct p11l_param *param)
{
	struct p11l_reader r = {param->in.at, param->in.end};

	if (param->member->type.role == P11L_ROLE_SESSION)
		params->has_session |= p11l_span_number(param->in, &params->session) ||
		                       p11l_span_number(param->out, &params->session);
	if (param->member->type.role == P11L_ROLE_MECHANISM &&
	        p11l_span_is(param->in, P11L_ITEM_MECHANISM)) {
		p11l_get_item(&r);
		params->mechanism = (CK_MECHANISM_TYPE)p11l_get_u64(&r);
	}
}

/* The lengths of values that came back are seen in the values. */
static void note_implied(struct p11l_params *params, const struct p11l_param *param)
{
	if (param->member->length == P11L_LENGTH_POINTED &&
	        (p11l_span_is(param->out, P11L_ITEM_BYTES) ||
	                p11l_span_is(param->out, P11L_ITEM_HIDDEN) ||
	                p11l_span_is(param->out, P11L_ITEM_LIST)))
		params->param[param->member->length_ref].implied = true;
}

/* A length comes back alone beside a null pointer, or when a buffer was refused. */
static bool asks_size(const struct p11l_param *param, const struct p11l_record *record)
{
	return param->member->length == P11L_LENGTH_POINTED && record->rv != CKR_BUFFER_TOO_SMALL &&
	       p11l_span_is(param->out, P11L_ITEM_LENGTH);
}

void p11l_params_read(struct p11l_params *params, const struct p11l_record *record)
{
	struct p11l_reader in, out;

	p11l_record_runs(record, &in, &out);
	params->function = &p11l_functions[record->function % P11L_FUNCTIONS];
	params->has_session = false;
	params->session = 0;
	params->mechanism = CKM_VENDOR_DEFINED;
	for (unsigned i = 0; i < params->function->count; i++)
		params->param[i] = (struct p11l_param){.member = &params->function->param[i]};
	for (unsigned i = 0; i < params->function->count; i++) {
		struct p11l_param *param = &params->param[i];

		if (p11l_has_input(param->member))
			param->in = take(&in);
		if ((param->member->direction & P11L_OUT) != 0)
			param->out = take(&out);
		param->asks_size = asks_size(param, record);
		note_context(params, param);
		note_implied(params, param);
	}
}

bool p11l_param_came_back(const struct p11l_param *param)
{
	unsigned role = param->member->type.role;

	if (param->out.at == NULL || p11l_span_is(param->out, P11L_ITEM_NONE) || param->implied)
		return false;
	return (role != P11L_ROLE_MECHANISM && role != P11L_ROLE_PARAMETER) ||
	       !p11l_span_same(param->in, param->out);
}
