/* SPDX-License-Identifier: MIT */
#include "render_text.h"

#define RESERVE 160 /* room for what follows the parameters */

/* Whether there is anything to show for a parameter; takes away what is not to be shown. */
static bool shows(struct p11l_param *param)
{
	unsigned role = param->member->type.role;

	if (role == P11L_ROLE_LENGTH && (!param->member->pointer || param->implied))
		return false;
	if (p11l_span_is(param->out, P11L_ITEM_NONE))
		param->out.at = NULL;
	/* A question is shown by its answer. */
	if (param->out.at != NULL &&
	        (p11l_span_is(param->in, P11L_ITEM_NONE) || role == P11L_ROLE_TEMPLATE ||
	                p11l_span_same(param->in, param->out)))
		param->in.at = NULL;
	return param->in.at != NULL ? !p11l_span_is(param->in, P11L_ITEM_NONE)
	                            : param->out.at != NULL;
}

static void put_param(struct p11l_text_walk *to, const struct p11l_param *param)
{
	const struct p11l_member *member = param->member;
	struct p11l_text *t = &to->text;

	p11l_text_put(t, member->name);
	p11l_text_char(t, '=');
	if (param->asks_size) {
		p11l_text_put(t, "NULL");
		return;
	}
	if (param->in.at != NULL)
		p11l_walk_span(&to->walk, member, param->in);
	if (param->in.at != NULL && param->out.at != NULL)
		p11l_text_put(t, "=>");
	if (param->out.at != NULL)
		p11l_walk_span(&to->walk, member, param->out);
}

static void put_params(struct p11l_text_walk *to, struct p11l_params *params)
{
	bool first = true;

	for (unsigned i = 0; i < params->function->count; i++) {
		if (!shows(&params->param[i]))
			continue;
		if (!first)
			p11l_text_put(&to->text, ", ");
		first = false;
		put_param(to, &params->param[i]);
	}
}

static void put_head(struct p11l_text *t, const struct p11l_record *record)
{
	p11l_text_time(t, record->time, 6);
	p11l_text_char(t, ' ');
	p11l_text_decimal(t, record->pid);
	p11l_text_char(t, ':');
	p11l_text_decimal(t, record->tid);
	p11l_text_put(t, " #");
	p11l_text_decimal(t, record->sequence);
	if (record->layer == P11L_LAYER_VENDOR) {
		p11l_text_put(t, " [vendor of #");
		p11l_text_decimal(t, record->parent);
		p11l_text_char(t, ']');
	} else if (record->layer == P11L_LAYER_HIGH_LEVEL) {
		p11l_text_put(t, " [high-level]");
	}
	p11l_text_char(t, ' ');
}

static void put_result(struct p11l_text *t, const struct p11l_record *record)
{
	if ((record->state & P11L_RECORD_COMPLETE) == 0) {
		p11l_text_put(t, " ...\n");
		return;
	}
	p11l_text_put(t, " = ");
	p11l_text_enum(t, P11L_SPACE_rv, record->rv);
	p11l_text_char(t, ' ');
	p11l_text_duration(t, record->duration);
	p11l_text_char(t, '\n');
}

/* Room kept for the lines of the notes. */
static size_t notes_room(const struct p11l_record *record, size_t size)
{
	size_t room = 2 * (size_t)record->notes_size;

	return room < size / 4 ? room : size / 4;
}

/* A line for each; what is too long is cut, and ends with its newline all the same. */
static void put_notes(struct p11l_text *t, const struct p11l_record *record)
{
	struct p11l_reader r = {p11l_record_notes(record), (const uint8_t *)record + record->size};
	struct p11l_noted note;

	while (!t->full && t->end - t->at > 2 && p11l_get_note(&r, &note)) {
		t->end--;
		p11l_text_put(t, "~ ");
		p11l_text_escaped(t, note.rule, note.rule_size);
		p11l_text_char(t, ' ');
		p11l_text_escaped(t, note.text, note.text_size);
		t->end++;
		*t->at++ = '\n';
	}
}

size_t p11l_render_text(const struct p11l_record *record, char *buffer, size_t size)
{
	size_t reserve = RESERVE + notes_room(record, size);
	struct p11l_text_walk to = {.text = {.at = buffer, .end = buffer + size - reserve}};
	struct p11l_params params;

	p11l_params_read(&params, record);
	to.walk = p11l_walk_start(&p11l_text_values, &params);
	put_head(&to.text, record);
	p11l_text_put(&to.text, params.function->name);
	p11l_text_char(&to.text, '(');
	put_params(&to, &params);
	to.text.end = buffer + size;
	if (to.text.full) {
		to.text.full = false;
		p11l_text_put(&to.text, "...");
	}
	p11l_text_char(&to.text, ')');
	put_result(&to.text, record);
	if (record->notes_size != 0)
		put_notes(&to.text, record);
	return (size_t)(to.text.at - buffer);
}

size_t p11l_text_head(const struct p11l_about *about, char *buffer, size_t size)
{
	struct p11l_text t = {.at = buffer, .end = buffer + size - RESERVE};

	p11l_text_put(&t, "# pkcs11-lens ");
	p11l_text_put(&t, about->lens);
	p11l_text_put(&t, " text trace 1; process ");
	p11l_text_decimal(&t, about->pid);
	if (about->program != NULL) {
		p11l_text_char(&t, ' ');
		p11l_text_quoted(&t, (const uint8_t *)about->program, strlen(about->program));
	}
	p11l_text_put(&t, "; module ");
	p11l_text_put(&t, about->module != NULL ? about->module : "none");
	t.full = false;
	t.end = buffer + size;
	p11l_text_put(&t, "; reveal ");
	p11l_text_put(&t, about->reveal);
	p11l_text_put(&t, "; times are UTC\n");
	return (size_t)(t.at - buffer);
}
