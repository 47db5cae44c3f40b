/* SPDX-License-Identifier: MIT */
#include "render_json.h"

#define ALL     (P11L_RECORD_COMPLETE | P11L_RECORD_OUTPUTS)
#define RESERVE (sizeof(",\"cut\":true") - 1)

/*
 * What each record has, and has room for, is written by hand: this is what most of a record's
 * time would go into otherwise. Labels have all that stands between two values.
 */
static inline void put_number(struct p11l_text *t, const char *label, uint64_t value)
{
	p11l_text_put(t, label);
	p11l_text_decimal(t, value);
}

static inline void put_time(struct p11l_text *t, const char *label, uint64_t time)
{
	p11l_text_put(t, label);
	p11l_text_time(t, time, 9);
}

static void put_integer(struct p11l_json *json, const char *key, uint64_t value)
{
	p11l_json_key(json, key);
	p11l_json_number(json, value);
}

static void put_result(struct p11l_json *json, const struct p11l_record *record)
{
	if ((record->state & P11L_RECORD_COMPLETE) == 0) {
		p11l_text_put(&json->text, ",\"state\":\"entered\"");
		return;
	}
	p11l_json_key(json, "rv");
	p11l_json_enum(json, P11L_SPACE_rv, record->rv);
	put_integer(json, "ns", record->duration);
}

/* All that is known of a call besides its parameters. */
static void put_call(
        struct p11l_json *json, const struct p11l_record *record, const struct p11l_params *params)
{
	struct p11l_text *t = &json->text;

	put_integer(json, "v", P11L_JSON_VERSION);
	put_integer(json, "seq", record->sequence);
	put_time(t, ",\"time\":\"", record->time);
	put_number(t, "\",\"pid\":", record->pid);
	put_number(t, ",\"tid\":", record->tid);
	p11l_text_put(t, ",\"layer\":\"");
	p11l_text_put(t, p11l_layer_name(record->layer));
	p11l_text_char(t, '"');
	if (record->layer == P11L_LAYER_VENDOR)
		put_integer(json, "parent", record->parent);
	p11l_text_put(t, ",\"fn\":\"");
	p11l_text_put(t, params->function->name);
	p11l_text_char(t, '"');
	if (params->has_session) {
		p11l_json_key(json, "session");
		p11l_json_hex(json, params->session);
	}
	put_result(json, record);
}

static void put_inputs(struct p11l_json_walk *to, const struct p11l_params *params)
{
	p11l_json_key(&to->json, "in");
	p11l_json_open(&to->json, '{');
	for (unsigned i = 0; i < params->function->count; i++) {
		const struct p11l_param *param = &params->param[i];

		if (param->in.at == NULL || p11l_span_is(param->in, P11L_ITEM_NONE))
			continue;
		p11l_json_key(&to->json, param->member->name);
		p11l_walk_span(&to->walk, param->member, param->in);
	}
	p11l_json_close(&to->json, '}');
}

static void put_outputs(struct p11l_json_walk *to, const struct p11l_params *params)
{
	p11l_json_key(&to->json, "out");
	p11l_json_open(&to->json, '{');
	for (unsigned i = 0; i < params->function->count; i++) {
		const struct p11l_param *param = &params->param[i];

		if (!p11l_param_came_back(param))
			continue;
		p11l_json_key(&to->json, param->member->name);
		if (param->asks_size)
			p11l_json_word(&to->json, "null");
		else
			p11l_walk_span(&to->walk, param->member, param->out);
	}
	p11l_json_close(&to->json, '}');
}

/* What the lens has changed. */
static void put_notes(struct p11l_json *json, const struct p11l_record *record)
{
	struct p11l_reader r = {p11l_record_notes(record), (const uint8_t *)record + record->size};
	struct p11l_noted note;

	p11l_json_key(json, "notes");
	p11l_json_open(json, '[');
	while (p11l_get_note(&r, &note)) {
		p11l_json_open(json, '{');
		p11l_json_key(json, "rule");
		p11l_json_text(json, note.rule, note.rule_size);
		p11l_json_key(json, "text");
		p11l_json_text(json, note.text, note.text_size);
		p11l_json_close(json, '}');
	}
	p11l_json_close(json, ']');
}

size_t p11l_render_json(const struct p11l_record *record, char *buffer, size_t size)
{
	struct p11l_json_walk to;
	struct p11l_params params;

	p11l_params_read(&params, record);
	to.walk = p11l_walk_start(&p11l_json_values, &params);
	to.cut = false;
	p11l_json_start(&to.json, buffer, size);
	p11l_json_reserve(&to.json, RESERVE);
	put_call(&to.json, record, &params);
	if (record->notes_size != 0)
		put_notes(&to.json, record);
	put_inputs(&to, &params);
	if ((record->state & ALL) == ALL)
		put_outputs(&to, &params);
	to.cut |= to.json.text.full;
	p11l_json_release(&to.json, RESERVE);
	if (to.cut) {
		p11l_json_key(&to.json, "cut");
		p11l_json_word(&to.json, "true");
	}
	return p11l_json_finish(&to.json, buffer);
}

static void put_string(struct p11l_json *json, const char *key, const char *value)
{
	p11l_json_key(json, key);
	p11l_json_string(json, value);
}

size_t p11l_json_head(const struct p11l_about *about, char *buffer, size_t size)
{
	struct p11l_json json;

	p11l_json_start(&json, buffer, size);
	put_integer(&json, "v", P11L_JSON_VERSION);
	put_string(&json, "type", "trace");
	put_string(&json, "lens", about->lens);
	put_time(&json.text, ",\"time\":\"", about->time);
	put_number(&json.text, "\",\"pid\":", about->pid);
	if (about->program != NULL)
		put_string(&json, "program", about->program);
	put_string(&json, "reveal", about->reveal);
	if (about->module != NULL)
		put_string(&json, "module", about->module);
	return p11l_json_finish(&json, buffer);
}
