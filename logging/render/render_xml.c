/* SPDX-License-Identifier: MIT */
#include "render_xml.h"

/* Room kept for the elements of the call and the return, and for the mark of a record that is cut.
 */
#define CALL_ROOM   128
#define RETURN_ROOM 192
#define CUT_ROOM    (sizeof(CUT) - 1)
#define CUT         "  <?lens-cut?>\n"

static void put_time(struct p11l_xml *xml, uint64_t time)
{
	p11l_xml_attribute(xml, "time");
	p11l_text_time(&xml->text, time, 9);
	p11l_xml_quote(xml);
}

/* What there is to say about the call as a whole. */
static void put_call(struct p11l_xml *xml, const struct p11l_record *record)
{
	p11l_text_put(&xml->text, "  <?lens-call");
	p11l_xml_number(xml, "seq", record->sequence);
	put_time(xml, record->time);
	p11l_xml_number(xml, "pid", record->pid);
	p11l_xml_number(xml, "tid", record->tid);
	p11l_xml_string(xml, "layer", p11l_layer_name(record->layer));
	if ((record->state & P11L_RECORD_CHILD) != 0)
		p11l_xml_number(xml, "parent", record->parent);
	if ((record->state & P11L_RECORD_COMPLETE) != 0)
		p11l_xml_number(xml, "ns", record->duration);
	else
		p11l_xml_string(xml, "state", "entered");
	p11l_text_put(&xml->text, "?>\n");
}

/* What the lens has changed; false when some of it does not fit. */
static bool put_notes(struct p11l_xml *xml, const struct p11l_record *record)
{
	struct p11l_reader r = {p11l_record_notes(record), (const uint8_t *)record + record->size};
	struct p11l_noted note;
	bool full;

	xml->text.end -= CALL_ROOM;
	while (!xml->text.full && p11l_get_note(&r, &note)) {
		char *mark = xml->text.at;

		p11l_text_put(&xml->text, "  <?lens-note");
		p11l_xml_attribute(xml, "rule");
		p11l_text_escaped(&xml->text, note.rule, note.rule_size);
		p11l_xml_quote(xml);
		p11l_xml_attribute(xml, "text");
		p11l_text_escaped(&xml->text, note.text, note.text_size);
		p11l_xml_quote(xml);
		p11l_text_put(&xml->text, "?>\n");
		if (xml->text.full)
			xml->text.at = mark;
	}
	full = xml->text.full;
	xml->text.full = false;
	xml->text.end += CALL_ROOM;
	return !full;
}

static bool finds_objects(const struct p11l_params *params)
{
	return params->function == &p11l_functions[P11L_C_FindObjects];
}

/* Lengths are seen in what they belong to, ulMaxObjectCount in the list it is for. */
static bool is_length(const struct p11l_params *params, unsigned i)
{
	return params->param[i].member->type.role == P11L_ROLE_LENGTH ||
	       (finds_objects(params) && params->param[i].member->type.role == P11L_ROLE_ULONG);
}

/* How much an output buffer has room for. */
static struct p11l_span room_of(const struct p11l_params *params, unsigned i)
{
	if (finds_objects(params))
		i++;
	else
		i = params->param[i].member->length_ref;
	return params->param[i].in;
}

/* An output buffer has an element in the call too, which says how large it is. */
static void put_buffer(struct p11l_xml_walk *to, const struct p11l_params *params, unsigned i)
{
	uint64_t room;

	if (params->param[i].member->length != P11L_LENGTH_POINTED)
		return;
	p11l_xml_element(&to->xml, to->name.text);
	if (p11l_span_number(room_of(params, i), &room))
		p11l_xml_number(&to->xml, "length", room);
	p11l_xml_end(&to->xml);
}

/* A struct that is not given has no element; C_Initialize without arguments is empty. */
static void put_input(struct p11l_xml_walk *to, const struct p11l_param *param)
{
	if (param->member->type.role != P11L_ROLE_STRUCT ||
	        !p11l_span_is(param->in, P11L_ITEM_NULL))
		p11l_walk_span(&to->walk, param->member, param->in);
}

static void put_inputs(struct p11l_xml_walk *to, const struct p11l_params *params)
{
	p11l_xml_element(&to->xml, params->function->name);
	p11l_xml_open(&to->xml);
	for (unsigned i = 0; i < params->function->count; i++) {
		const struct p11l_param *param = &params->param[i];

		if (is_length(params, i))
			continue;
		p11l_xml_member(&to->name, params->function, param->member);
		if (param->in.at == NULL)
			put_buffer(to, params, i);
		else if (!p11l_span_is(param->in, P11L_ITEM_NONE))
			put_input(to, param);
	}
	p11l_xml_close(&to->xml);
}

static void put_return(struct p11l_xml_walk *to, const struct p11l_record *record,
        const struct p11l_params *params)
{
	p11l_xml_element(&to->xml, params->function->name);
	p11l_xml_enum(&to->xml, "rv", P11L_SPACE_rv, record->rv);
	p11l_xml_open(&to->xml);
	for (unsigned i = 0; i < params->function->count; i++) {
		const struct p11l_param *param = &params->param[i];

		if (is_length(params, i) || !p11l_param_came_back(param))
			continue;
		p11l_xml_member(&to->name, params->function, param->member);
		p11l_walk_span(&to->walk, param->member, param->out);
	}
	p11l_xml_close(&to->xml);
}

/* Without a return, the call alone would break the order of calls and returns: it is a comment. */
static void put_entered(struct p11l_xml_walk *to, const struct p11l_params *params)
{
	struct p11l_text *t = &to->xml.text;

	p11l_text_put(t, "  <!--\n");
	t->escape = P11L_ESCAPE_COMMENT;
	put_inputs(to, params);
	to->cut |= t->full;
	t->full = false;
	t->end += RETURN_ROOM;
	p11l_text_put(t, "  -->\n");
}

static void put_pair(struct p11l_xml_walk *to, const struct p11l_record *record,
        const struct p11l_params *params)
{
	struct p11l_text *t = &to->xml.text;

	put_inputs(to, params);
	to->cut |= t->full;
	t->full = false;
	t->end += RETURN_ROOM;
	put_return(to, record, params);
	to->cut |= t->full;
	t->full = false;
}

size_t p11l_render_xml(const struct p11l_record *record, char *buffer, size_t size)
{
	struct p11l_xml_walk to = {.attribute = false};
	struct p11l_params params;

	p11l_params_read(&params, record);
	to.walk = p11l_walk_start(&p11l_xml_values, &params);
	p11l_xml_start(&to.xml, buffer, size - CUT_ROOM - RETURN_ROOM);
	put_call(&to.xml, record);
	to.cut = !put_notes(&to.xml, record);
	if ((record->state & P11L_RECORD_COMPLETE) != 0)
		put_pair(&to, record, &params);
	else
		put_entered(&to, &params);
	to.xml.text.end += CUT_ROOM;
	if (to.cut)
		p11l_text_put(&to.xml.text, CUT);
	return (size_t)(to.xml.text.at - buffer);
}

size_t p11l_xml_head(const struct p11l_about *about, char *buffer, size_t size)
{
	struct p11l_xml xml;

	p11l_xml_start(&xml, buffer, size - 3);
	p11l_text_put(&xml.text, "<PKCS11>\n  <?lens-trace v=\"1\"");
	p11l_xml_string(&xml, "lens", about->lens);
	put_time(&xml, about->time);
	p11l_xml_number(&xml, "pid", about->pid);
	if (about->program != NULL)
		p11l_xml_string(&xml, "program", about->program);
	p11l_xml_string(&xml, "reveal", about->reveal);
	if (about->module != NULL)
		p11l_xml_string(&xml, "module", about->module);
	xml.text.full = false;
	xml.text.end += 3;
	p11l_text_put(&xml.text, "?>\n");
	return (size_t)(xml.text.at - buffer);
}

size_t p11l_xml_tail(char *buffer, size_t size)
{
	struct p11l_text t = {.at = buffer, .end = buffer + size};

	p11l_text_put(&t, "</PKCS11>\n");
	return (size_t)(t.at - buffer);
}

void p11l_xml_stats(const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user)
{
	static const char open[] = "<!--\n", close[] = "-->\n";

	put(user, open, sizeof(open) - 1);
	p11l_stats_report_text(sessions, put, user);
	put(user, close, sizeof(close) - 1);
}
