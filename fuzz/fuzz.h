/* SPDX-License-Identifier: MIT */
/*
 * What the targets have in common. A target is one function that libFuzzer calls with octets of
 * its own making; whatever they are, nothing may crash, and what comes out must be right.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the target, which keeps the octets, unless ok. */
static inline void expect(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* A file that holds the octets, by a name that can be opened; NULL when there is no room. */
const char *fuzz_file(const uint8_t *data, size_t size);

#endif
