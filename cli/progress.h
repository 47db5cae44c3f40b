/* SPDX-License-Identifier: MIT */
#ifndef P11L_CLI_PROGRESS_H
#define P11L_CLI_PROGRESS_H

#include "trace.h"

struct cli_progress {
	bool wanted, shown;
	uint64_t events;
	uint64_t next; /* when to show it, ms */
};

/* Nothing is shown when it is not wanted, standard error is no terminal, or all goes fast. */
void cli_progress_start(struct cli_progress *progress, bool wanted);
void cli_progress_step(struct cli_progress *progress, const struct cli_merge *merge);
void cli_progress_end(struct cli_progress *progress);

#endif
