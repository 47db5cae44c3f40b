/* SPDX-License-Identifier: MIT */
#include "context.h"

#include "logging/render/params.h"
#include "logging/shape.h"

void cli_context_start(struct cli_context *context)
{
	*context = (struct cli_context){.open = {0, 0}};
	p11l_shapes_start();
}

void cli_context_end(struct cli_context *context)
{
	cli_map_free(&context->operations);
	cli_map_free(&context->sessions);
}

static uint64_t operation_key(const struct p11l_record *record)
{
	return (uint64_t)record->pid << 8 | p11l_functions[record->function].group;
}

static bool span_mechanism(struct p11l_span span, uint64_t *mechanism)
{
	struct p11l_reader r = {span.at, span.end};

	if (span.at == NULL || p11l_get_item(&r) != P11L_ITEM_MECHANISM)
		return false;
	*mechanism = p11l_get_u64(&r);
	return true;
}

static bool find(const struct cli_map *map, uint64_t a, uint64_t b, uint64_t *value)
{
	const uintptr_t *found = cli_map_find(map, a, b);

	if (found != NULL)
		*value = *found;
	return found != NULL;
}

/* Its own, or that of the operation it goes on with. */
static void find_mechanism(const struct cli_context *context, const struct p11l_record *record,
        const struct p11l_params *params, struct cli_facts *facts)
{
	const struct p11l_shape *shape = &p11l_shapes[record->function];

	if (shape->mechanism >= 0)
		facts->has_mechanism =
		        span_mechanism(params->param[shape->mechanism].in, &facts->mechanism);
	else if (shape->goes_on && facts->has_session)
		facts->has_mechanism = find(&context->operations, operation_key(record),
		        facts->session, &facts->mechanism);
}

static void find_slot(const struct cli_context *context, const struct p11l_record *record,
        const struct p11l_params *params, struct cli_facts *facts)
{
	const struct p11l_shape *shape = &p11l_shapes[record->function];

	if (shape->slot >= 0)
		facts->has_slot = p11l_span_number(params->param[shape->slot].in, &facts->slot);
	else if (facts->has_session)
		facts->has_slot =
		        find(&context->sessions, record->pid, facts->session, &facts->slot);
}

static uint64_t span_length(struct p11l_span span)
{
	struct p11l_reader r = {span.at, span.end};
	enum p11l_item item = span.at != NULL ? p11l_get_item(&r) : P11L_ITEM_NONE;

	return item == P11L_ITEM_BYTES || item == P11L_ITEM_HIDDEN || item == P11L_ITEM_LENGTH
	               ? p11l_get_u64(&r)
	               : 0;
}

/* The length parameter that counts has no item: it stands with the data. */
static uint64_t bytes_of(const struct p11l_record *record, const struct p11l_params *params)
{
	int8_t length = p11l_shapes[record->function].length;

	for (unsigned i = 0; length >= 0 && i < params->function->count; i++) {
		const struct p11l_member *member = params->param[i].member;

		if (member->length == P11L_LENGTH_MEMBER && member->length_ref == length &&
		        member->type.role == P11L_ROLE_BYTES && member->type.secrecy == P11L_DATA)
			return span_length(params->param[i].in.at != NULL ? params->param[i].in
			                                                  : params->param[i].out);
	}
	return 0;
}

static void note_opened(struct cli_context *context, const struct p11l_record *record,
        const struct cli_facts *facts, uint64_t session)
{
	*cli_map_make(&context->sessions, record->pid, session) = (uintptr_t)facts->slot;
	context->open.now = context->sessions.count;
	if (context->open.now > context->open.peak)
		context->open.peak = context->open.now;
}

static void forget(struct cli_context *context, uint32_t pid, uint64_t session)
{
	uintptr_t value;

	cli_map_take(&context->sessions, pid, session, &value);
	for (unsigned group = 0; group < P11L_GROUPS; group++)
		cli_map_take(&context->operations, (uint64_t)pid << 8 | group, session, &value);
	context->open.now = context->sessions.count;
}

/* All of a process, or all that it has on a slot. */
static void forget_all(struct cli_context *context, uint32_t pid, const uint64_t *slot)
{
	struct cli_map *map = &context->sessions;
	size_t i = 0;

	while (i < map->size) {
		const struct cli_map_entry *entry = &map->entry[i];

		/* What stood behind it may move to its place. */
		if (entry->used && entry->key[0] == pid && (slot == NULL || entry->value == *slot))
			forget(context, pid, entry->key[1]);
		else
			i++;
	}
}

static void learn(struct cli_context *context, const struct p11l_record *record,
        const struct p11l_params *params, const struct cli_facts *facts)
{
	if (p11l_shapes[record->function].begins && facts->has_mechanism && facts->has_session)
		*cli_map_make(&context->operations, operation_key(record), facts->session) =
		        (uintptr_t)facts->mechanism;
	switch (record->function) {
	case P11L_C_OpenSession:
		if (params->has_session)
			note_opened(context, record, facts, params->session);
		break;
	case P11L_C_CloseSession:
		if (facts->has_session)
			forget(context, record->pid, facts->session);
		break;
	case P11L_C_CloseAllSessions:
		if (facts->has_slot)
			forget_all(context, record->pid, &facts->slot);
		break;
	case P11L_C_Finalize:
		forget_all(context, record->pid, NULL);
		break;
	default:
		break;
	}
}

void cli_context_take(
        struct cli_context *context, const struct p11l_record *record, struct cli_facts *facts)
{
	const struct p11l_shape *shape = &p11l_shapes[record->function];
	struct p11l_params params;

	*facts = (struct cli_facts){.bytes = 0};
	p11l_params_read(&params, record);
	facts->has_session = shape->session >= 0 &&
	                     p11l_span_number(params.param[shape->session].in, &facts->session);
	find_mechanism(context, record, &params, facts);
	find_slot(context, record, &params, facts);
	facts->bytes = bytes_of(record, &params);
	if (cli_returned(record) && record->rv == CKR_OK && record->layer != P11L_LAYER_VENDOR)
		learn(context, record, &params, facts);
}
