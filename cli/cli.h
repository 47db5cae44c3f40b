/* SPDX-License-Identifier: MIT */
/*
 * The command-line tool. main.c has one row per verb; a verb is one function that gets what the
 * command line said. Many options are settings: each stands for a variable of the environment, so
 * that the tool and the lens read them in the same way.
 */
#ifndef P11L_CLI_H
#define P11L_CLI_H

#include "shim/config.h"
#include "shim/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit codes. */
enum { CLI_OK, CLI_FAILED, CLI_USAGE };

enum cli_option {
	CLI_MODULE,
	CLI_TRACE,
	CLI_NORMALISE,
	CLI_PROFILE,
	CLI_CONFIG,
	CLI_ATTACH,
	CLI_FORMAT,
	CLI_FOLLOW,
	CLI_COLOR,
	CLI_JSON,
	/* These decide which calls of a saved trace count; the first ones as keys of [trace] do. */
	CLI_FUNCTIONS,
	CLI_EXCEPT,
	CLI_MECHANISMS,
	CLI_SLOTS,
	CLI_SESSIONS,
	CLI_ONLY,
	CLI_SLOWER,
	CLI_PID,
	CLI_TID,
	CLI_SINCE,
	CLI_UNTIL,
	CLI_OPTIONS
};
#define CLI_BIT(option) (1u << (option))
#define CLI_SELECTION   (CLI_BIT(CLI_UNTIL + 1) - CLI_BIT(CLI_FUNCTIONS))

struct cli_call;

struct cli_verb {
	const char *name;
	const char *arguments; /* what follows the options, for people; NULL: nothing may */
	const char *summary;   /* one line */
	const char *details;   /* the rest of its help */
	unsigned options;      /* CLI_BIT of each that it takes */
	bool command;          /* its arguments are a command with options of its own */
	int (*run)(const struct cli_call *call);
};

struct cli_call {
	const struct cli_verb *verb;
	const char *value[CLI_OPTIONS]; /* NULL: not given; "" where no value follows */
	char **arguments;               /* what follows the options; ends with NULL */
};

/* options.c */

/*
 * Reads the options of call->verb and puts settings into the environment. argv[0] is the verb.
 * Returns CLI_OK, or CLI_USAGE after saying why; *help says that nothing but help was asked for.
 */
int cli_parse(struct cli_call *call, int argc, char **argv, bool *help);

/* The lines of a verb's help about its options. */
void cli_option_help(const struct cli_verb *verb);

/* Loads the configuration; when that fails, says why. */
bool cli_load_config(const struct cli_call *call, struct p11l_config *config);

/* The name of an option, without dashes. */
const char *cli_option_name(enum cli_option option);

/* Where a setting came from, with the name of the option when it was one; to be freed. */
char *cli_origin(const struct cli_call *call, const char *origin);

/* print.c */

/* "pkcs11-lens: what: why; what to do" on standard error. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Memory, zeroed when it is new; a verb that uses these ends when there is none. */
_Noreturn void cli_no_memory(void);
void *cli_allocate(size_t size);
void *cli_reallocate(void *data, size_t size);

/* Text of unknown origin: backslashes, quotes, control characters, invalid UTF-8 are escaped. */
void cli_put_escaped(const void *text, size_t size);

/* The same between quotes, without the blanks and zeros that fill up fixed fields. */
void cli_put_padded(const CK_UTF8CHAR *text, size_t size);

/* The names of the bits of a flags space, joined by "|". */
void cli_put_flags(unsigned space, CK_FLAGS flags);

/* "  name     " before a value. */
void cli_put_name(int indent, const char *name);

/* Whole lines: a name and its value. */
void cli_field(int indent, const char *name, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void cli_field_padded(int indent, const char *name, const CK_UTF8CHAR *text, size_t size);
void cli_field_flags(int indent, const char *name, unsigned space, CK_FLAGS flags);

/* The standard's name of a value, or the number; in buffer when that is needed. */
#define CLI_NUMBER_SIZE 24
const char *cli_name(unsigned space, CK_ULONG value, char buffer[CLI_NUMBER_SIZE]);

/* A number of which one value means that the module does not tell. */
const char *cli_number(CK_ULONG value, char buffer[CLI_NUMBER_SIZE]);

/* lens.c */

#define CLI_LENS_NAME "pkcs11-lens.so"

/* The path of the lens that run puts before the module, to be freed; NULL when there is none. */
char *cli_find_lens(void);

/* Whether two names lead to the same file. */
bool cli_same_file(const char *a, const char *b);

/* Says that there is no module, and how to name one. */
void cli_no_module(void);

/* Says that the module at path is the lens, which cannot stand before itself. */
void cli_is_lens(const char *path, const char *origin);

/* module.c: the vendor's module without the lens, as the lens would load it. */

struct cli_module {
	CK_FUNCTION_LIST *list;
	CK_C_GetInterfaceList get_interfaces; /* NULL when it has none */
	CK_C_GetInterface get_interface;      /* NULL when it has none */
	bool failed;                          /* some call has */
};

/* Loads it and gets its function list. When that fails, says why. */
bool cli_module_load(
        struct cli_module *module, const struct cli_call *call, const struct p11l_config *config);

/* C_Initialize with the configured init_args. */
CK_RV cli_module_initialise(struct cli_module *module, const struct p11l_config *config);

/* Whether a call went well; if not, prints "function: CKR_NAME" in its place. */
bool cli_answered(struct cli_module *module, int indent, const char *function, CK_RV rv);

/* Calls a function of the module; an entry that is NULL answers what the lens would answer. */
#define CLI_CALL(module, indent, function, ...)                               \
	cli_answered(module, indent, #function,                               \
	        (module)->list->function == NULL ? CKR_FUNCTION_NOT_SUPPORTED \
	                                         : (module)->list->function(__VA_ARGS__))

/* How many of count things to look at, with a remark when these are not all. */
#define CLI_MANY 4096
CK_ULONG cli_bounded(int indent, const char *things, CK_ULONG count);

/* info_rules.c, info_interface.c, info_slot.c: parts of info */

/* info is NULL when the module does not tell who it is. */
void cli_show_rules(const struct p11l_config *config, const CK_INFO *info);
void cli_show_interfaces(struct cli_module *module);
void cli_show_slots(struct cli_module *module);

/* The verbs. */
int cli_info(const struct cli_call *call);
int cli_run(const struct cli_call *call);
int cli_show(const struct cli_call *call);
int cli_stats(const struct cli_call *call);
int cli_control(const struct cli_call *call);

#endif
