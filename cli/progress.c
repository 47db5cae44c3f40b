/* SPDX-License-Identifier: MIT */
/* How far reading has come, for somebody who has waited for a while. */
#define _GNU_SOURCE
#include "progress.h"

#include "cli.h"

#include <time.h>
#include <unistd.h>

#define LOOK_EVERY 1024 /* events; asking for the time costs more than an event should */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void cli_progress_start(struct cli_progress *progress, bool wanted)
{
	*progress = (struct cli_progress){.wanted = wanted && isatty(STDERR_FILENO)};
	if (progress->wanted)
		progress->next = now_ms() + 1000;
}

void cli_progress_step(struct cli_progress *progress, const struct cli_merge *merge)
{
	uint64_t size = 0, done = 0;

	if (!progress->wanted || ++progress->events % LOOK_EVERY != 0 || now_ms() < progress->next)
		return;
	for (unsigned i = 0; i < merge->traces; i++) {
		size += merge->trace[i].size;
		done += merge->trace[i].done;
	}
	if (size > 0)
		fprintf(stderr, "\r%3u%% of %.1f MB read",
		        (unsigned)(100.0 * (double)(done < size ? done : size) / (double)size),
		        (double)size / 1e6);
	progress->shown = true;
	progress->next = now_ms() + 200;
}

void cli_progress_end(struct cli_progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
