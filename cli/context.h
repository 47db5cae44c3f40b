/* SPDX-License-Identifier: MIT */
/*
 * What a call of a saved trace is about, as far as it or those before it say: which mechanism an
 * operation goes on with, which slot a session belongs to; and how many sessions are open.
 */
#ifndef P11L_CLI_CONTEXT_H
#define P11L_CLI_CONTEXT_H

#include "logging/stats.h"
#include "trace.h"

struct cli_facts {
	bool has_session, has_slot, has_mechanism;
	uint64_t session, slot, mechanism;
	uint64_t bytes; /* of data handed in */
};

struct cli_context {
	struct cli_map operations; /* mechanisms by process, group and session */
	struct cli_map sessions;   /* slots by process and session */
	struct p11l_stats_sessions open;
};

void cli_context_start(struct cli_context *context);

/* The facts of a call; then takes from it what it says about later ones. */
void cli_context_take(
        struct cli_context *context, const struct p11l_record *record, struct cli_facts *facts);

void cli_context_end(struct cli_context *context);

#endif
