/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "read.h"

#include <stdlib.h>

int cli_read_start(struct cli_read *read, const struct cli_call *call)
{
	if (call->arguments[0] == NULL) {
		cli_error("no file given; see \"pkcs11-lens %s --help\"", call->verb->name);
		return CLI_USAGE;
	}
	if (!cli_select_start(&read->select, call))
		return CLI_USAGE;
	cli_context_start(&read->context);
	return cli_merge_open(&read->merge, call->arguments, read->follow) ? CLI_OK : CLI_FAILED;
}

/* What handles are known to mean at this call, as far as its trace tells. */
static void use_known(const struct cli_event *event)
{
	p11l_known_use(event->trace->known);
	for (unsigned i = 0; i < event->notes; i++)
		p11l_known_set(0, event->note[i].object, &event->note[i].known);
}

static void learn_known(const struct cli_event *event)
{
	if (event->trace->known != NULL && event->record->layer != P11L_LAYER_VENDOR &&
	        cli_returned(event->record) && !cli_is_partial(event->record))
		p11l_known_learn(event->record);
	for (unsigned i = 0; i < event->notes; i++)
		p11l_known_set(0, event->note[i].object, NULL);
}

static void take_call(struct cli_read *read, const struct cli_event *event)
{
	struct cli_facts facts;

	cli_context_take(&read->context, event->record, &facts);
	use_known(event);
	if (cli_select(&read->select, event->record, &facts))
		read->event(read->user, event, &facts);
	learn_known(event);
}

static void take(struct cli_read *read, struct cli_event *event)
{
	if (!read->dated)
		cli_select_day(&read->select, event->time);
	read->dated = true;
	if (event->record != NULL)
		take_call(read, event);
	else
		read->event(read->user, event, NULL);
	cli_progress_step(&read->progress, &read->merge);
	free(event);
}

static void take_all(struct cli_read *read)
{
	struct cli_event *event;

	while ((event = cli_merge_next(&read->merge)) != NULL && ferror(stdout) == 0)
		take(read, event);
	free(ferror(stdout) != 0 ? event : NULL);
}

void cli_read_all(struct cli_read *read)
{
	take_all(read);
	while (read->follow && ferror(stdout) == 0 && read->idle(read->user)) {
		cli_merge_again(&read->merge);
		take_all(read);
	}
	cli_merge_unfinished(&read->merge);
	take_all(read);
	cli_progress_end(&read->progress);
}

void cli_read_end(struct cli_read *read)
{
	for (unsigned i = 0; i < read->merge.traces; i++)
		if (read->merge.trace[i].state != NULL)
			read->merge.trace[i].kind->report(&read->merge.trace[i]);
	cli_merge_close(&read->merge);
	cli_context_end(&read->context);
	cli_select_end(&read->select);
}
