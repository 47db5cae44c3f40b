/* SPDX-License-Identifier: MIT */
/* Calls in JSON back to records. */
#include "json.h"

#include "logging/render/params.h"
#include "when.h"

#include <string.h>

static uint64_t number_in(json_object *object, const char *key)
{
	uint64_t number = 0;

	cli_json_number(cli_json_get(object, key), &number);
	return number;
}

static void put_inputs(struct cli_json *to, const struct p11l_function *function, json_object *in)
{
	json_object *value;

	/* Inputs that a ring has overwritten. */
	if (!json_object_is_type(in, json_type_object) ||
	        (json_object_object_length(in) == 0 && !to->cut))
		return;
	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];

		if (!p11l_has_input(param))
			continue;
		if (json_object_object_get_ex(in, param->name, &value))
			cli_json_value(to, param, value);
		else
			cli_json_missing(to);
	}
}

/* The length beside a value that came back, which is not written again when the value has it. */
static bool implied_length(
        const struct p11l_function *function, unsigned i, json_object *out, uint64_t *length)
{
	for (unsigned k = 0; k < function->count; k++) {
		const struct p11l_member *param = &function->param[k];
		json_object *value;

		if (param->length == P11L_LENGTH_POINTED && param->length_ref == i)
			return (value = cli_json_get(out, param->name)) != NULL &&
			       cli_json_number(cli_json_get(value, "len"), length);
	}
	return false;
}

/* A null pointer where the caller has only asked for the length beside it. */
static bool asked_length(const struct p11l_function *function, const struct p11l_member *param,
        json_object *out, uint64_t *length)
{
	*length = 0;
	return param->length == P11L_LENGTH_POINTED &&
	       cli_json_number(
	               cli_json_get(out, function->param[param->length_ref].name), length) &&
	       *length != 0;
}

static void put_output(
        struct cli_json *to, const struct p11l_function *function, unsigned i, json_object *out)
{
	const struct p11l_member *param = &function->param[i];
	json_object *value;
	uint64_t length;

	if (json_object_object_get_ex(out, param->name, &value)) {
		if (value == NULL && asked_length(function, param, out, &length))
			p11l_put_u64(&to->writer, P11L_ITEM_LENGTH, length);
		else
			cli_json_value(to, param, value);
	} else if (implied_length(function, i, out, &length)) {
		p11l_put_u64(&to->writer, P11L_ITEM_NUMBER, length);
	} else if (param->type.role == P11L_ROLE_MECHANISM ||
	           param->type.role == P11L_ROLE_PARAMETER) {
		/* It came back as it went in. */
		p11l_put_item(&to->writer, P11L_ITEM_NONE);
	} else {
		cli_json_missing(to);
	}
}

static void put_outputs(struct cli_json *to, const struct p11l_function *function, json_object *out)
{
	for (unsigned i = 0; i < function->count; i++)
		if ((function->param[i].direction & P11L_OUT) != 0)
			put_output(to, function, i, out);
}

/* Who has made the call; the lens makes calls on behalf of one of the host. */
static void read_layer(struct p11l_record *head, json_object *call)
{
	json_object *layer = cli_json_get(call, "layer");

	if (layer != NULL)
		head->layer = (uint8_t)p11l_find_layer(json_object_get_string(layer));
	if (head->layer != P11L_LAYER_VENDOR)
		return;
	head->state |= P11L_RECORD_CHILD;
	head->parent = number_in(call, "parent");
}

/* All but the two runs. */
static const char *read_head(struct p11l_record *head, json_object *call)
{
	json_object *rv = cli_json_get(call, "rv"), *name = cli_json_get(call, "fn");
	json_object *time = cli_json_get(call, "time");
	int function = name != NULL ? p11l_find_function(json_object_get_string(name)) : -1;

	memset(head, 0, sizeof(*head));
	if (function < 0)
		return "no call of a function that is known";
	if (time == NULL || !cli_parse_time(json_object_get_string(time), &head->time))
		return "no valid time";
	head->function = (uint16_t)function;
	head->sequence = number_in(call, "seq");
	head->pid = (uint32_t)number_in(call, "pid");
	head->tid = (uint32_t)number_in(call, "tid");
	read_layer(head, call);
	if (rv == NULL)
		return cli_json_get(call, "state") != NULL ? NULL : "neither a result nor a state";
	head->state |= P11L_RECORD_COMPLETE;
	head->duration = number_in(call, "ns");
	return cli_json_constant(P11L_SPACE_rv, rv, &head->rv) ? NULL : "an unknown result";
}

/* What each run leaves for those behind it. */
#define NOTES_ROOM 8192
#define OUT_ROOM   (NOTES_ROOM + 64)

/* What the lens has changed. */
static void put_notes(struct cli_json *to, json_object *notes)
{
	size_t count =
	        json_object_is_type(notes, json_type_array) ? json_object_array_length(notes) : 0;

	for (size_t i = 0; i < count; i++) {
		json_object *note = json_object_array_get_idx(notes, i);

		cli_json_text(to, cli_json_get(note, "rule"));
		cli_json_text(to, cli_json_get(note, "text"));
	}
}

static void begin_run(struct cli_json *to, uint8_t *at, size_t kept)
{
	to->writer = (struct p11l_writer){at, to->record.octets + sizeof(to->record) - kept, false};
}

const char *cli_json_call(struct cli_json *to, json_object *call)
{
	struct p11l_record *head = &to->record.head;
	json_object *in = cli_json_get(call, "in"), *out = cli_json_get(call, "out");
	const char *problem = read_head(head, call);
	const struct p11l_function *function = &p11l_functions[head->function];
	uint8_t *end;

	if (problem != NULL)
		return problem;
	to->cut = cli_json_get(call, "cut") != NULL;
	to->notes = 0;
	begin_run(to, (uint8_t *)(head + 1), OUT_ROOM);
	put_inputs(to, function, in);
	head->in_size = (uint32_t)(to->writer.at - (uint8_t *)(head + 1));
	begin_run(to, to->writer.at, NOTES_ROOM);
	if (json_object_is_type(out, json_type_object)) {
		head->state |= P11L_RECORD_OUTPUTS;
		put_outputs(to, function, out);
	}
	end = to->writer.at;
	begin_run(to, end, 0);
	put_notes(to, cli_json_get(call, "notes"));
	head->notes_size = (uint16_t)(to->writer.at - end);
	head->size = (uint32_t)(to->writer.at - to->record.octets);
	return NULL;
}
