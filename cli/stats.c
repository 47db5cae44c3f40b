/* SPDX-License-Identifier: MIT */
/* stats: how often, how long, with what result, out of saved traces. */
#include "read.h"

#include <inttypes.h>

struct counted {
	uint64_t unfinished;
};

static void count(void *user, const struct cli_event *event, const struct cli_facts *facts)
{
	struct counted *counted = user;
	const struct p11l_record *record = event->record;
	struct p11l_stats_call call;

	if (record == NULL || record->layer == P11L_LAYER_VENDOR)
		return;
	if (!cli_returned(record)) {
		counted->unfinished++;
		return;
	}
	call = (struct p11l_stats_call){
	        .function = record->function,
	        .has_mechanism = facts->has_mechanism,
	        .mechanism = (CK_MECHANISM_TYPE)facts->mechanism,
	        .rv = (CK_RV)record->rv,
	        .ns = record->duration,
	        .bytes = facts->bytes,
	};
	p11l_stats_add(&call);
}

static void put(void *user, const char *line, size_t size)
{
	(void)user;
	fwrite(line, 1, size, stdout);
}

static void report(const struct cli_call *call, const struct p11l_stats_sessions *sessions,
        const struct counted *counted)
{
	if (call->value[CLI_JSON] != NULL) {
		p11l_stats_report_json(sessions, put, NULL);
		return;
	}
	p11l_stats_report_text(sessions, put, NULL);
	if (counted->unfinished > 0)
		printf("# calls that had not returned: %" PRIu64 "\n", counted->unfinished);
}

int cli_stats(const struct cli_call *call)
{
	struct counted counted = {0};
	struct cli_read read = {.user = &counted, .event = count};
	int status = cli_read_start(&read, call);

	if (status == CLI_OK) {
		cli_progress_start(&read.progress, true);
		cli_read_all(&read);
		report(call, &read.context.open, &counted);
	}
	cli_read_end(&read);
	return status;
}
