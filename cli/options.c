/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const char *argument; /* NULL: none */
	const char *variable; /* of the environment, which it stands for; NULL: none */
	const char *meaning;
} options[CLI_OPTIONS] = {
        [CLI_MODULE] = {"module", "MODULE", "PKCS11_LENS_MODULE", "the vendor's PKCS #11 module"},
        [CLI_TRACE] = {"trace", "TRACE", "PKCS11_LENS_TRACE",
                "FORMAT[:DESTINATION][,KEY=VALUE...], as in text:/tmp/trace.%p"},
        [CLI_NORMALISE] = {"normalise", "LEVEL", "PKCS11_LENS_NORMALISE", "off, fix or portable"},
        [CLI_PROFILE] = {"profile", "PROFILE", "PKCS11_LENS_PROFILE",
                "what is known of the vendor: auto, none, a name or a file"},
        [CLI_CONFIG] = {"config", "FILE", "PKCS11_LENS_CONFIG",
                "read this configuration file and no other"},
        [CLI_ATTACH] = {"attach", NULL, NULL, "before whatever modules COMMAND loads itself"},
        [CLI_FORMAT] = {"format", "FORMAT", NULL, "text, json, xml or chrome (for Perfetto)"},
        [CLI_FOLLOW] = {"follow", NULL, NULL, "go on with what is recorded from now on"},
        [CLI_COLOR] = {"color", "WHEN", NULL, "always, never or auto"},
        [CLI_JSON] = {"json", NULL, NULL, "as JSON"},
        [CLI_FUNCTIONS] = {"functions", "LIST", NULL, "only these, or groups: C_Login+sign"},
        [CLI_EXCEPT] = {"except", "LIST", NULL, "not these functions or groups"},
        [CLI_MECHANISMS] = {"mechanisms", "LIST", NULL, "only with these: CKM_ECDSA+0x1041"},
        [CLI_SLOTS] = {"slots", "LIST", NULL, "only on these slots and in their sessions"},
        [CLI_SESSIONS] = {"sessions", "LIST", NULL, "only in these sessions"},
        [CLI_ONLY] = {"only", "failures", NULL, "only calls that failed or never returned"},
        [CLI_SLOWER] = {"slower", "TIME", NULL, "only calls that took so long: 5ms"},
        [CLI_PID] = {"pid", "LIST", NULL, "only of these processes"},
        [CLI_TID] = {"tid", "LIST", NULL, "only of these threads"},
        [CLI_SINCE] = {"since", "TIME", NULL, "from 2026-11-23T15:49:39Z or 15:49:39 on"},
        [CLI_UNTIL] = {"until", "TIME", NULL, "not after; times are UTC, clocks on the first day"},
};

/* What getopt_long returns for an option: its place behind all characters. */
#define FIRST_VALUE 256

static void fill_long_options(const struct cli_verb *verb, struct option *longs)
{
	for (int i = 0; i < CLI_OPTIONS; i++)
		if (verb->options & CLI_BIT(i))
			*longs++ = (struct option){options[i].name,
			        options[i].argument != NULL ? required_argument : no_argument, NULL,
			        FIRST_VALUE + i};
	*longs++ = (struct option){"help", no_argument, NULL, 'h'};
	*longs = (struct option){NULL, 0, NULL, 0};
}

static int usage_error(const struct cli_verb *verb, const char *what, const char *why)
{
	cli_error("%s: %s; see \"pkcs11-lens %s --help\"", what, why, verb->name);
	return CLI_USAGE;
}

/* Says what is wrong with the option that getopt_long has stopped at. */
static int bad_option(const struct cli_verb *verb, char **argv)
{
	char letter[] = {'-', (char)optopt, '\0'};

	return usage_error(verb, optopt > 0 && optopt < FIRST_VALUE ? letter : argv[optind - 1],
	        "unknown option");
}

static int set_option(struct cli_call *call, int i, const char *value)
{
	char name[32];

	snprintf(name, sizeof(name), "--%s", options[i].name);
	if (options[i].argument == NULL)
		value = "";
	else if (value == NULL || value[0] == '\0')
		return usage_error(call->verb, name, "a value must follow");
	if (options[i].variable != NULL && setenv(options[i].variable, value, 1) != 0) {
		cli_error("out of memory");
		return CLI_FAILED;
	}
	call->value[i] = value;
	return CLI_OK;
}

static int take_option(struct cli_call *call, int c, char **argv, bool *help)
{
	if (c == 'h') {
		*help = true;
		return CLI_OK;
	}
	if (c == '?')
		return bad_option(call->verb, argv);
	if (c == ':')
		return set_option(call, optopt - FIRST_VALUE, NULL);
	return set_option(call, c - FIRST_VALUE, optarg);
}

int cli_parse(struct cli_call *call, int argc, char **argv, bool *help)
{
	struct option longs[CLI_OPTIONS + 2];
	const char *shorts = call->verb->command ? "+:h" : ":h";
	int c, status;

	fill_long_options(call->verb, longs);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		status = take_option(call, c, argv, help);
		if (status != CLI_OK || *help)
			return status;
	}
	call->arguments = argv + optind;
	if (call->verb->arguments == NULL && call->arguments[0] != NULL)
		return usage_error(call->verb, call->arguments[0], "unexpected argument");
	return CLI_OK;
}

void cli_option_help(const struct cli_verb *verb)
{
	char text[40];

	for (int i = 0; i < CLI_OPTIONS; i++) {
		if (!(verb->options & CLI_BIT(i)))
			continue;
		snprintf(text, sizeof(text), "--%s%s%s", options[i].name,
		        options[i].argument != NULL ? " " : "",
		        options[i].argument != NULL ? options[i].argument : "");
		printf("  %-18s %s\n", text, options[i].meaning);
	}
	printf("  %-18s %s\n", "-h, --help", "this text");
}

const char *cli_option_name(enum cli_option option)
{
	return options[option].name;
}

char *cli_origin(const struct cli_call *call, const char *origin)
{
	char *text = NULL;

	for (int i = 0; i < CLI_OPTIONS && origin[0] == '$'; i++) {
		size_t n = options[i].variable != NULL ? strlen(options[i].variable) : 0;

		if (n == 0 || call->value[i] == NULL ||
		        strncmp(origin + 1, options[i].variable, n) != 0 ||
		        (origin[n + 1] != '\0' && origin[n + 1] != ':'))
			continue;
		if (asprintf(&text, "--%s%s", options[i].name, origin + 1 + n) < 0)
			return NULL;
		return text;
	}
	return strdup(origin);
}

bool cli_load_config(const struct cli_call *call, struct p11l_config *config)
{
	char error[P11L_ERROR_SIZE];
	char *message;

	if (p11l_config_load(config, error))
		return true;
	/* A message begins with where the setting came from. */
	message = cli_origin(call, error);
	cli_error("%s", message != NULL ? message : error);
	free(message);
	return false;
}
