/* SPDX-License-Identifier: MIT */
/* specgen [-s SPECDIR] OUTPUT: reads the rows, checks them, writes one output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "read.h"

static const struct {
	const char *name;
	void (*write)(void);
	const char *what;
} outputs[] = {
        {"header", out_header, "include/pkcs11.h"},
        {"ids", out_ids, "gen/ids.h: the numbering"},
        {"tables", out_tables, "gen/tables.c: what shim/spec.h declares"},
        {"exports", out_exports, "gen/exports.inc: the exported functions"},
        {"stubs", out_stubs, "gen/stubs.inc: functions with one answer"},
        {"wrappers", out_wrappers, "gen/wrap.inc: functions that record the call"},
        {"layers", out_layers, "gen/layers.h: the functions of the layers of normalise"},
        {"hooks", out_hooks, "gen/hooks.inc: how these are reached"},
        {"arguments", out_arguments, "gen/arguments.inc: the layer that looks at arguments"},
        {"getters", out_getters, "gen/getters.inc: the vendors' own getters"},
        {"map", out_map, "gen/shim.map: the linker's version script"},
        {"mock", out_mock, "gen/mock.inc: the functions of the mock vendor"},
        {"hdrcheck", out_hdrcheck, "a program that prints what a Cryptoki header says"},
        {"quirks", out_quirks, "docs/QUIRKS.md: the rules of normalise"},
        {"protos", out_protos, "prototypes to compile against a Cryptoki header"},
};

#define OUTPUTS (sizeof outputs / sizeof outputs[0])

static int usage(void)
{
	fputs("usage: specgen [-s SPECDIR] OUTPUT\n"
	      "Reads SPECDIR/*.spec (default: spec) and writes OUTPUT to standard output:\n",
	        stderr);
	for (size_t i = 0; i < OUTPUTS; i++)
		fprintf(stderr, "  %-9s %s\n", outputs[i].name, outputs[i].what);
	return 2;
}

int main(int argc, char **argv)
{
	const char *dir = "spec";
	int first = 1;

	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		dir = argv[2];
		first = 3;
	}
	if (argc != first + 1)
		return usage();
	for (size_t i = 0; i < OUTPUTS; i++) {
		if (strcmp(outputs[i].name, argv[first]) != 0)
			continue;
		read_spec(dir);
		check_spec();
		outputs[i].write();
		if (fflush(stdout) != 0 || ferror(stdout)) {
			perror("specgen: cannot write");
			return EXIT_FAILURE;
		}
		return EXIT_SUCCESS;
	}
	return usage();
}
