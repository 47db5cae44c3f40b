/* SPDX-License-Identifier: MIT */
/* What the parts of run share. */
#ifndef P11L_CLI_RUN_H
#define P11L_CLI_RUN_H

#include "cli.h"

/* In the arguments of the command, this is the path of the lens. */
#define CLI_PLACEHOLDER "%lens"

/* Makes the dynamic linker attach the lens at this path; when that cannot be, says why. */
bool cli_attach(const struct cli_call *call, const char *lens);

#endif
