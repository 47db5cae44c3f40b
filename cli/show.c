/* SPDX-License-Identifier: MIT */
/* show: saved traces in a format of one's choice. */
#define _GNU_SOURCE
#include "output.h"
#include "read.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_NS 200000000

static volatile sig_atomic_t interrupted;

static void note_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static void show_event(void *user, const struct cli_event *event, const struct cli_facts *facts)
{
	(void)facts;
	cli_output_event(user, event);
}

/* Waits for more, unless the user has had enough. */
static bool wait_for_more(void *user)
{
	const struct timespec poll = {0, POLL_NS};

	(void)user;
	fflush(stdout);
	if (!interrupted)
		nanosleep(&poll, NULL);
	return !interrupted;
}

/* Whether to use colours; false and a message when the option says neither. */
static bool read_color(const struct cli_call *call, struct cli_output *output)
{
	const char *when = call->value[CLI_COLOR], *no = getenv("NO_COLOR");

	if (when == NULL || strcmp(when, "auto") == 0)
		output->colours = isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0');
	else if (strcmp(when, "always") == 0)
		output->colours = true;
	else if (strcmp(when, "never") != 0) {
		cli_error("--color cannot be \"%.60s\"; expected always, never or auto", when);
		return false;
	}
	output->colours = output->colours && output->format == CLI_AS_TEXT;
	return true;
}

static bool read_options(const struct cli_call *call, struct cli_output *output)
{
	const char *format = call->value[CLI_FORMAT];

	output->format = format != NULL ? cli_format_named(format) : CLI_AS_TEXT;
	if (output->format == CLI_FORMATS) {
		cli_error(
		        "--format cannot be \"%.60s\"; expected text, json, xml or chrome", format);
		return false;
	}
	return read_color(call, output);
}

/* The document that has been begun is ended before the interrupt does what it always does. */
static void watch_interrupt(void)
{
	struct sigaction action = {.sa_handler = note_interrupt};

	sigaction(SIGINT, &action, NULL);
}

static void obey_interrupt(void)
{
	fflush(stdout);
	signal(SIGINT, SIG_DFL);
	raise(SIGINT);
}

int cli_show(const struct cli_call *call)
{
	struct cli_read read = {
	        .follow = call->value[CLI_FOLLOW] != NULL,
	        .event = show_event,
	        .idle = wait_for_more,
	};
	struct cli_output *output = cli_allocate(sizeof(*output));
	int status = CLI_USAGE;

	read.user = output;
	if (read_options(call, output))
		status = cli_read_start(&read, call);
	if (status == CLI_OK) {
		/* Lines go out together when nobody is watching. */
		if (!isatty(STDOUT_FILENO))
			setvbuf(stdout, NULL, _IOFBF, 1 << 16);
		cli_progress_start(&read.progress, !read.follow && !isatty(STDOUT_FILENO));
		if (read.follow)
			watch_interrupt();
		cli_read_all(&read);
		cli_output_end(output);
	}
	cli_read_end(&read);
	free(output);
	if (interrupted)
		obey_interrupt();
	return status;
}
