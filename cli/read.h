/* SPDX-License-Identifier: MIT */
/* What show and stats have in common: going through the calls of saved traces in order. */
#ifndef P11L_CLI_READ_H
#define P11L_CLI_READ_H

#include "progress.h"
#include "select.h"

struct cli_read {
	struct cli_merge merge;
	struct cli_context context;
	struct cli_select select;
	struct cli_progress progress;
	bool follow, dated;
	void *user;
	/* Gets heads, and calls that are selected, with what they are about. */
	void (*event)(void *user, const struct cli_event *event, const struct cli_facts *facts);
	/* When there is nothing more for the moment; false: it is enough. May be NULL. */
	bool (*idle)(void *user);
};

/* Reads the options of selection and opens the files; CLI_OK, or an exit code after saying why. */
int cli_read_start(struct cli_read *read, const struct cli_call *call);

/* Hands all events over: finished calls by time, then those that never returned. */
void cli_read_all(struct cli_read *read);

/* Says what was wrong with the files, and closes them. */
void cli_read_end(struct cli_read *read);

#endif
