/* SPDX-License-Identifier: MIT */
/* Every key there is, and what its values may be. */
#define _GNU_SOURCE
#include "config.h"

#include "normalise/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct p11l_key_row p11l_key_rows[P11L_KEYS] = {
	[P11L_MODULE_PATH] = {"module", "path", P11L_KEY_PATH, NULL, NULL, 0, 0,
		"the vendor's PKCS #11 module", NULL},
	[P11L_MODULE_INIT_ARGS] = {"module", "init_args", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"string given to the vendor's C_Initialize as pReserved when the application gives none", NULL},
	[P11L_MODULE_BIND] = {"module", "bind", P11L_KEY_CHOICE, "auto", "auto|local|deep", 0, 0,
		"how the vendor's own symbols are bound; auto binds deep when the lens itself is global", NULL},
	[P11L_NORMALISE_LEVEL] = {"normalise", "level", P11L_KEY_CHOICE, "portable", "off|fix|portable", 0, 0,
		"how far the vendor's deviations are repaired", NULL},
	[P11L_NORMALISE_PROFILE] = {"normalise", "profile", P11L_KEY_TEXT, "auto", NULL, 0, 0,
		"what is known of the vendor: auto, none, the name of a profile, or a file with one", NULL},
	[P11L_NORMALISE_ENABLE] = {"normalise", "enable", P11L_KEY_RULES, NULL, NULL, 0, 0,
		"rules, or families of them, that are on whatever level and profile say", NULL},
	[P11L_NORMALISE_DISABLE] = {"normalise", "disable", P11L_KEY_RULES, NULL, NULL, 0, 0,
		"rules, or families of them, that are off", NULL},
	[P11L_NORMALISE_LOCKING] = {"normalise", "locking", P11L_KEY_BOOL, "yes", NULL, 0, 0,
		"ask the vendor to lock when the application forgot to", NULL},
	[P11L_NORMALISE_SERIALISE] = {"normalise", "serialise", P11L_KEY_BOOL, "no", NULL, 0, 0,
		"let one call at a time into the vendor's module", NULL},
	[P11L_NORMALISE_SESSION_DEFAULTS] = {"normalise", "session_defaults", P11L_KEY_CHOICE, "vendor", "vendor|portable", 0, 0,
		"whether session keys get the secrecy of the vendor or that of keys on the token when nothing is asked", NULL},
	[P11L_NORMALISE_ECX_POINT] = {"normalise", "ecx_point", P11L_KEY_CHOICE, "auto", "auto|raw|der|as-is", 0, 0,
		"how points of Edwards and Montgomery curves are read; auto is raw for tables of 3.0 and later, else as-is", NULL},
	[P11L_NORMALISE_EC_PARAMS] = {"normalise", "ec_params", P11L_KEY_CHOICE, "as-is", "as-is|oid|name", 0, 0,
		"how curves are read: as the vendor gives them, or always by identifier or name", NULL},
	[P11L_NORMALISE_ECDH_POINT] = {"normalise", "ecdh_point", P11L_KEY_CHOICE, "auto", "auto|raw|der", 0, 0,
		"how the vendor wants the other party's point in ECDH; auto tries raw, then DER", NULL},
	[P11L_NORMALISE_GCM_PARAMS] = {"normalise", "gcm_params", P11L_KEY_CHOICE, "auto", "auto|40|48", 0, 0,
		"which CK_GCM_PARAMS the vendor wants, by its size; auto tries as given, then the other", NULL},
	[P11L_NORMALISE_DENY] = {"normalise", "deny", P11L_KEY_LIST, NULL, NULL, 0, 0,
		"mechanisms that are hidden and refused", "mechanism"},
	[P11L_TRACE_FORMAT] = {"trace", "format", P11L_KEY_CHOICE, "off", "off|text|json|xml|ring|stats", 0, 0,
		"how calls are recorded", NULL},
	[P11L_TRACE_DESTINATION] = {"trace", "destination", P11L_KEY_PATH, "stderr", NULL, 0, 0,
		"stderr, fd:N, syslog, or a file name, in which %p is the process, %e the program, %t the start time", NULL},
	[P11L_TRACE_REVEAL] = {"trace", "reveal", P11L_KEY_SET, "none", "data|keys|pins", 0, 0,
		"what is shown that is hidden otherwise", NULL},
	[P11L_TRACE_BYTES] = {"trace", "bytes", P11L_KEY_NUMBER, "64", NULL, 8, 1024,
		"how many bytes of a value are shown at most", NULL},
	[P11L_TRACE_ENTRY] = {"trace", "entry", P11L_KEY_BOOL, "no", NULL, 0, 0,
		"write a line before each call too, so that a call that never returns is seen", NULL},
	[P11L_TRACE_SIZE] = {"trace", "size", P11L_KEY_SIZE, "16M", NULL, 65536, 1ul << 32,
		"bytes of the flight recorder, rounded up to a power of two", NULL},
	[P11L_TRACE_ROTATE] = {"trace", "rotate", P11L_KEY_SIZE, NULL, NULL, 4096, 1ul << 40,
		"put a trace file aside as FILE.1, FILE.2 and so on when it has so many bytes", NULL},
	[P11L_TRACE_KEEP] = {"trace", "keep", P11L_KEY_NUMBER, "4", NULL, 1, 999,
		"how many files that were put aside stay", NULL},
	[P11L_TRACE_LAYERS] = {"trace", "layers", P11L_KEY_CHOICE, "app", "app|app+vendor", 0, 0,
		"record the calls of the application, or also those that the lens makes to the vendor for them", NULL},
	[P11L_TRACE_FUNCTIONS] = {"trace", "functions", P11L_KEY_FUNCTIONS, "all", NULL, 0, 0,
		"record only these functions, or groups of functions", NULL},
	[P11L_TRACE_EXCEPT] = {"trace", "except", P11L_KEY_FUNCTIONS, NULL, NULL, 0, 0,
		"do not record these functions, or groups of functions", NULL},
	[P11L_TRACE_MECHANISMS] = {"trace", "mechanisms", P11L_KEY_LIST, NULL, NULL, 0, 0,
		"record only calls that use these mechanisms", "mechanism"},
	[P11L_TRACE_SLOTS] = {"trace", "slots", P11L_KEY_LIST, NULL, NULL, 0, 0,
		"record only calls on these slots and their sessions", NULL},
	[P11L_TRACE_SESSIONS] = {"trace", "sessions", P11L_KEY_LIST, NULL, NULL, 0, 0,
		"record only calls in these sessions", NULL},
	[P11L_TRACE_ONLY] = {"trace", "only", P11L_KEY_CHOICE, "all", "all|failures", 0, 0,
		"record all calls, or only those that do not answer CKR_OK", NULL},
	[P11L_TRACE_SLOWER] = {"trace", "slower", P11L_KEY_DURATION, "0", NULL, 0, 0,
		"record only calls that take at least so long in the vendor's module", NULL},
	[P11L_TRACE_SAMPLE] = {"trace", "sample", P11L_KEY_NUMBER, "1", NULL, 1, 1000000000,
		"record only every so manieth call", NULL},
	[P11L_TRACE_STATS] = {"trace", "stats", P11L_KEY_BOOL, "no", NULL, 0, 0,
		"count calls, errors and times, and report them at C_Finalize", NULL},
	[P11L_TRACE_CONTROL] = {"trace", "control", P11L_KEY_PATH, NULL, NULL, 0, 0,
		"a file through which \"pkcs11-lens trace\" turns recording on and off while the process runs", NULL},
	[P11L_TRACE_ACTIVE] = {"trace", "active", P11L_KEY_BOOL, "yes", NULL, 0, 0,
		"whether recording is on from the beginning; no needs trace.control", NULL},
	[P11L_PROFILE_FILE] = {"profile", "file", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"patterns of the module's file name, separated by |", NULL},
	[P11L_PROFILE_MANUFACTURER] = {"profile", "manufacturer", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"part of the manufacturer in CK_INFO, in capitals or not", NULL},
	[P11L_PROFILE_DESCRIPTION] = {"profile", "description", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"part of the library's description in CK_INFO, in capitals or not", NULL},
	[P11L_PROFILE_VERSION] = {"profile", "version", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"library versions FIRST-LAST in CK_INFO, both included; either may be left out", NULL},
	[P11L_PROFILE_TOKEN_MANUFACTURER] = {"profile", "token_manufacturer", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"part of the manufacturer in CK_TOKEN_INFO; the profile is for such tokens only", NULL},
	[P11L_PROFILE_TOKEN_MODEL] = {"profile", "token_model", P11L_KEY_TEXT, NULL, NULL, 0, 0,
		"part of the model in CK_TOKEN_INFO; the profile is for such tokens only", NULL},
};
/* clang-format on */

enum p11l_key p11l_config_find(const char *section, const char *name)
{
	for (int i = 0; i < P11L_KEYS; i++)
		if (strcmp(p11l_key_rows[i].section, section) == 0 &&
		        strcmp(p11l_key_rows[i].name, name) == 0)
			return (enum p11l_key)i;
	return P11L_KEYS;
}

/* The place of a word of the given length in "a|b|c", or -1. */
static int word_index(const char *words, const char *word, size_t length)
{
	for (int i = 0;; i++) {
		size_t n = strcspn(words, "|");

		if (n == length && memcmp(words, word, n) == 0)
			return i;
		if (words[n] == '\0')
			return -1;
		words += n + 1;
	}
}

static bool parse_choice(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	int i = word_index(row->words, text, strlen(text));

	*number = (unsigned long)i;
	return i >= 0;
}

static bool parse_set(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	*number = 0;
	if (strcmp(text, "none") == 0)
		return true;
	for (;;) {
		size_t n = strcspn(text, "+");
		int i = word_index(row->words, text, n);

		if (i < 0)
			return false;
		*number |= 1ul << i;
		if (text[n] == '\0')
			return true;
		text += n + 1;
	}
}

static bool parse_bool(const char *text, unsigned long *number)
{
	*number = strcmp(text, "yes") == 0;
	return *number != 0 || strcmp(text, "no") == 0;
}

static bool parse_number(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
	       *number >= row->min && *number <= row->max;
}

static bool parse(const struct p11l_key_row *row, const char *text, unsigned long *number)
{
	struct p11l_list list;
	uint64_t bits[2], rules[(P11L_RULES + 63) / 64];

	*number = 0;
	switch (row->kind) {
	case P11L_KEY_CHOICE:
		return parse_choice(row, text, number);
	case P11L_KEY_SET:
		return parse_set(row, text, number);
	case P11L_KEY_BOOL:
		return parse_bool(text, number);
	case P11L_KEY_NUMBER:
		return parse_number(row, text, number);
	case P11L_KEY_SIZE:
		return p11l_parse_size(text, number) && *number >= row->min && *number <= row->max;
	case P11L_KEY_DURATION:
		return p11l_parse_duration(text, number);
	case P11L_KEY_FUNCTIONS:
		return p11l_parse_functions(text, bits);
	case P11L_KEY_LIST:
		return p11l_parse_list(row, text, &list);
	case P11L_KEY_RULES:
		return p11l_parse_rules(text, rules);
	case P11L_KEY_TEXT:
	case P11L_KEY_PATH:
		break;
	}
	return text[0] != '\0';
}

static void expected(const struct p11l_key_row *row, const char *text, char *error)
{
	int n = snprintf(error, P11L_ERROR_SIZE, "%s.%s cannot be \"%.60s\"; expected ",
	        row->section, row->name, text);
	char *p = error + n;
	size_t room = P11L_ERROR_SIZE - (size_t)n;

	switch (row->kind) {
	case P11L_KEY_CHOICE:
		snprintf(p, room, "one of %s", row->words);
		break;
	case P11L_KEY_SET:
		snprintf(p, room, "none, or any of %s joined by +", row->words);
		break;
	case P11L_KEY_BOOL:
		snprintf(p, room, "yes or no");
		break;
	case P11L_KEY_NUMBER:
		snprintf(p, room, "a number from %lu to %lu", row->min, row->max);
		break;
	case P11L_KEY_SIZE:
		snprintf(p, room, "a size from %lu to %lu bytes, such as 512K or 16M", row->min,
		        row->max);
		break;
	case P11L_KEY_DURATION:
		snprintf(p, room, "0, or a number and ns, us, ms or s, such as 5ms");
		break;
	case P11L_KEY_FUNCTIONS:
		snprintf(p, room, "all, or functions (C_Sign) and groups (sign) joined by +");
		break;
	case P11L_KEY_LIST:
		snprintf(p, room, "up to %d numbers%s joined by +", P11L_LIST_VALUES,
		        row->space != NULL ? " or names of the standard" : "");
		break;
	case P11L_KEY_RULES:
		snprintf(p, room,
		        "rules (ECP-1) and families (ecp) joined by +, of those that change "
		        "something; docs/QUIRKS.md lists them");
		break;
	case P11L_KEY_TEXT:
		snprintf(p, room, "a text that is not empty");
		break;
	case P11L_KEY_PATH:
		snprintf(p, room, "a file name");
		break;
	}
}

bool p11l_config_set(struct p11l_config *config, enum p11l_key key, const char *text,
        const char *origin, char *error)
{
	struct p11l_setting *setting = &config->setting[key];
	struct p11l_setting new = {NULL, 0, NULL};

	if (!parse(&p11l_key_rows[key], text, &new.number)) {
		expected(&p11l_key_rows[key], text, error);
		return false;
	}
	new.text = strdup(text);
	new.origin = strdup(origin);
	if (new.text == NULL || new.origin == NULL) {
		free(new.text);
		free(new.origin);
		snprintf(error, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	free(setting->text);
	free(setting->origin);
	*setting = new;
	return true;
}

bool p11l_is_default(const struct p11l_config *config, enum p11l_key key)
{
	const char *origin = config->setting[key].origin;

	return origin == NULL || strcmp(origin, "default") == 0;
}
