/* SPDX-License-Identifier: MIT */
/* Writing events to standard output, in one of the formats of show. */
#ifndef P11L_CLI_OUTPUT_H
#define P11L_CLI_OUTPUT_H

#include "trace.h"

enum cli_format { CLI_AS_TEXT, CLI_AS_JSON, CLI_AS_XML, CLI_AS_CHROME, CLI_FORMATS };

struct cli_output {
	enum cli_format format;
	bool colours;
	bool began;      /* something has been written */
	uint64_t zero;   /* Chrome: the time that others are told from */
	uint64_t events; /* Chrome: written so far */
	char buffer[256 * 1024];
};

/* The format of this name; CLI_FORMATS when there is none. */
enum cli_format cli_format_named(const char *name);

void cli_output_event(struct cli_output *output, const struct cli_event *event);
void cli_output_end(struct cli_output *output);

/* chrome.c */
void cli_chrome_begin(struct cli_output *output, uint64_t zero);
void cli_chrome_head(struct cli_output *output, const struct p11l_about *about);
void cli_chrome_call(struct cli_output *output, const struct p11l_record *record);
void cli_chrome_end(void);

#endif
