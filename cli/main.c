/* SPDX-License-Identifier: MIT */
/* The verbs, and what they have in common. */
#define _GNU_SOURCE
#include "cli.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

static const struct cli_verb verbs[] = {
        {"info", NULL, "show the settings and what the module offers",
                "Prints every setting and where it came from, then asks the module itself, not\n"
                "through the lens, for its interfaces, slots, tokens and mechanisms. No PIN is\n"
                "needed and nothing is changed.\n",
                CLI_BIT(CLI_MODULE) | CLI_BIT(CLI_NORMALISE) | CLI_BIT(CLI_PROFILE) |
                        CLI_BIT(CLI_CONFIG),
                false, cli_info},
        {"run", "[--] COMMAND [ARGUMENT...]", "run a command with the lens before its module",
                "In the arguments of COMMAND, %lens stands for the path of " CLI_LENS_NAME ":\n"
                "  pkcs11-lens run --module VENDOR.so -- pkcs11-tool --module %lens --list-slots\n"
                "With --attach it takes the modules that COMMAND and its children load anyway:\n"
                "  pkcs11-lens run --attach -- ssh-keygen -D VENDOR.so\n"
                "Calls are traced to standard error unless the settings say otherwise. The exit\n"
                "status is that of COMMAND.\n",
                CLI_BIT(CLI_MODULE) | CLI_BIT(CLI_TRACE) | CLI_BIT(CLI_NORMALISE) |
                        CLI_BIT(CLI_PROFILE) | CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_ATTACH),
                true, cli_run},
        {"show", "FILE...", "show what was recorded",
                "Reads ring files, also while they are being written or after a crash, and JSON\n"
                "traces (- is standard input); sorts the calls of all files by time. Calls that\n"
                "never returned come last.\n",
                CLI_BIT(CLI_FORMAT) | CLI_BIT(CLI_FOLLOW) | CLI_BIT(CLI_COLOR) | CLI_SELECTION,
                false, cli_show},
        {"stats", "FILE...", "count what was recorded",
                "Reads the same files as show, and prints by function, and by mechanism and\n"
                "result, how many calls there were, how many failed, and how long they took.\n",
                CLI_BIT(CLI_JSON) | CLI_SELECTION, false, cli_stats},
        {"trace", "CONTROLFILE [on|off|stats [KEY=VALUE...]]",
                "switch recording in a running process",
                "CONTROLFILE is what trace.control of the process leads to. \"on\" and \"off\" "
                "may\n"
                "be followed by settings that decide which calls are recorded, as in\n"
                "  pkcs11-lens trace /run/app.lens on functions=sign slower=5ms\n"
                "\"stats\" asks for a report of the statistics, if trace.stats is set. With "
                "nothing\n"
                "behind it, says what was set last.\n",
                0, false, cli_control},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct cli_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int help(void)
{
	puts("usage: pkcs11-lens VERB [OPTION...] [ARGUMENT...]\n"
	     "       pkcs11-lens --help | --version\n\n"
	     "Shows what passes between a program and its PKCS #11 module.\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-8s %s\n", verbs[i].name, verbs[i].summary);
	puts("\n\"pkcs11-lens VERB --help\" tells more; so does pkcs11-lens(1).");
	return CLI_OK;
}

static int verb_help(const struct cli_verb *verb)
{
	printf("usage: pkcs11-lens %s [OPTION...]%s%s\n\n%s\n", verb->name,
	        verb->arguments != NULL ? " " : "", verb->arguments != NULL ? verb->arguments : "",
	        verb->details);
	cli_option_help(verb);
	return CLI_OK;
}

static int run_verb(const struct cli_verb *verb, int argc, char **argv)
{
	struct cli_call call = {.verb = verb};
	bool wants_help = false;
	int status = cli_parse(&call, argc, argv, &wants_help);

	if (status != CLI_OK)
		return status;
	return wants_help ? verb_help(verb) : verb->run(&call);
}

static int run_tool(int argc, char **argv)
{
	const struct cli_verb *verb;

	if (argc < 2) {
		cli_error("no verb given; \"pkcs11-lens --help\" lists them");
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0) {
		puts("pkcs11-lens " P11L_VERSION);
		return CLI_OK;
	}
	verb = find_verb(argv[1]);
	if (verb != NULL)
		return run_verb(verb, argc - 1, argv + 1);
	cli_error("%s: unknown %s; \"pkcs11-lens --help\" lists the verbs", argv[1],
	        argv[1][0] == '-' ? "option" : "verb");
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	int status;

	/* Tokens have UTF-8 labels, whatever the user's language; without it all is escaped. */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* Should a module crash, what it told before is seen. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = run_tool(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_error("standard output: %s; the output is not complete", strerror(errno));
		return CLI_FAILED;
	}
	return status;
}
