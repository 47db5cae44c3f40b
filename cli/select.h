/* SPDX-License-Identifier: MIT */
/* Which calls of saved traces count. */
#ifndef P11L_CLI_SELECT_H
#define P11L_CLI_SELECT_H

#include "cli.h"
#include "context.h"
#include "logging/filter.h"

struct cli_bound {
	bool given, clock; /* clock: since midnight of the first day */
	uint64_t time;
};

struct cli_select {
	struct p11l_filter filter;
	struct p11l_list pids, tids; /* empty: all */
	struct cli_bound since, until;
	struct cli_map parents; /* by thread: the last call of the host, and whether it counted */
};

/* Reads the options; when one is wrong, says so. */
bool cli_select_start(struct cli_select *select, const struct cli_call *call);

/* To be told the time of the first event. */
void cli_select_day(struct cli_select *select, uint64_t first);

bool cli_select(
        struct cli_select *select, const struct p11l_record *record, const struct cli_facts *facts);

void cli_select_end(struct cli_select *select);

#endif
