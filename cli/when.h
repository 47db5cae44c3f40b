/* SPDX-License-Identifier: MIT */
/* Times as people write them. */
#ifndef P11L_CLI_WHEN_H
#define P11L_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 3339 as ns since 1970; without a zone it is UTC, as in traces. False: it is no time. */
bool cli_parse_time(const char *text, uint64_t *time);

/* HH:MM:SS, with a fraction or not, as ns since midnight. */
bool cli_parse_clock(const char *text, uint64_t *time);

#define CLI_SECOND UINT64_C(1000000000)
#define CLI_DAY    (86400 * CLI_SECOND)

#endif
