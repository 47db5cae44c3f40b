/* SPDX-License-Identifier: MIT */
/*
 * Settings: /etc/pkcs11-lens.conf, then $XDG_CONFIG_HOME/pkcs11-lens.conf (or the one file that
 * PKCS11_LENS_CONFIG names), then the environment; later wins. One table, shim/config_keys.c,
 * holds every key; nothing is applied unless all of it is right.
 */
#ifndef P11L_CONFIG_H
#define P11L_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum p11l_key {
	P11L_MODULE_PATH,
	P11L_MODULE_INIT_ARGS,
	P11L_MODULE_BIND,
	P11L_NORMALISE_LEVEL,
	P11L_NORMALISE_PROFILE,
	P11L_NORMALISE_ENABLE,
	P11L_NORMALISE_DISABLE,
	P11L_NORMALISE_LOCKING,
	P11L_NORMALISE_SERIALISE,
	P11L_NORMALISE_SESSION_DEFAULTS,
	P11L_NORMALISE_ECX_POINT,
	P11L_NORMALISE_EC_PARAMS,
	P11L_NORMALISE_ECDH_POINT,
	P11L_NORMALISE_GCM_PARAMS,
	P11L_NORMALISE_DENY,
	P11L_TRACE_FORMAT,
	P11L_TRACE_DESTINATION,
	P11L_TRACE_REVEAL,
	P11L_TRACE_BYTES,
	P11L_TRACE_ENTRY,
	P11L_TRACE_SIZE,
	P11L_TRACE_ROTATE,
	P11L_TRACE_KEEP,
	P11L_TRACE_LAYERS,
	P11L_TRACE_FUNCTIONS,
	P11L_TRACE_EXCEPT,
	P11L_TRACE_MECHANISMS,
	P11L_TRACE_SLOTS,
	P11L_TRACE_SESSIONS,
	P11L_TRACE_ONLY,
	P11L_TRACE_SLOWER,
	P11L_TRACE_SAMPLE,
	P11L_TRACE_STATS,
	P11L_TRACE_CONTROL,
	P11L_TRACE_ACTIVE,
	P11L_PROFILE_FILE,
	P11L_PROFILE_MANUFACTURER,
	P11L_PROFILE_DESCRIPTION,
	P11L_PROFILE_VERSION,
	P11L_PROFILE_TOKEN_MANUFACTURER,
	P11L_PROFILE_TOKEN_MODEL,
	P11L_KEYS
};

enum p11l_key_kind {
	P11L_KEY_TEXT,      /* any text */
	P11L_KEY_PATH,      /* a file name */
	P11L_KEY_CHOICE,    /* one of the words; the number is its place among them */
	P11L_KEY_SET,       /* words joined by "+"; the number has bit 1 << place for each */
	P11L_KEY_BOOL,      /* yes or no */
	P11L_KEY_NUMBER,    /* min..max */
	P11L_KEY_SIZE,      /* min..max bytes; K, M and G multiply by 1024 */
	P11L_KEY_DURATION,  /* a number and ns, us, ms or s; the number is in ns */
	P11L_KEY_FUNCTIONS, /* functions and groups of them, joined by "+" */
	P11L_KEY_LIST,      /* numbers, and names of a space, joined by "+" */
	P11L_KEY_RULES,     /* rules and families of them, joined by "+" */
};

struct p11l_key_row {
	const char *section, *name;
	enum p11l_key_kind kind;
	const char *fallback; /* the value when nobody sets one; NULL: unset */
	const char *words;    /* CHOICE and SET: "off|text" */
	unsigned long min, max;
	const char *meaning; /* one line for people */
	const char *space;   /* LIST: the space whose names are understood; NULL: numbers only */
};

extern const struct p11l_key_row p11l_key_rows[P11L_KEYS];

enum { P11L_BIND_AUTO, P11L_BIND_LOCAL, P11L_BIND_DEEP };
enum { P11L_NORMALISE_OFF, P11L_NORMALISE_FIX, P11L_NORMALISE_PORTABLE };
enum { P11L_DEFAULTS_VENDOR, P11L_DEFAULTS_PORTABLE };
enum { P11L_ECX_AUTO, P11L_ECX_RAW, P11L_ECX_DER, P11L_ECX_AS_IS };
enum { P11L_PARAMS_AS_IS, P11L_PARAMS_OID, P11L_PARAMS_NAME };
enum { P11L_ECDH_AUTO, P11L_ECDH_RAW, P11L_ECDH_DER };
enum { P11L_GCM_AUTO, P11L_GCM_40, P11L_GCM_48 };
enum {
	P11L_TRACE_OFF,
	P11L_TRACE_TEXT,
	P11L_TRACE_JSON,
	P11L_TRACE_XML,
	P11L_TRACE_RING,
	P11L_TRACE_STATS_ONLY,
	P11L_TRACE_FORMATS
};
enum { P11L_LAYERS_APP, P11L_LAYERS_BOTH };
enum { P11L_ONLY_ALL, P11L_ONLY_FAILURES };
enum { P11L_REVEAL_DATA = 1, P11L_REVEAL_KEYS = 2, P11L_REVEAL_PINS = 4 };

struct p11l_setting {
	char *text;           /* owned; NULL when unset */
	unsigned long number; /* what the text means, by kind */
	char *origin;         /* owned: "FILE:LINE", "$VARIABLE" or "default" */
};

struct p11l_attribute_rule;

struct p11l_config {
	struct p11l_setting setting[P11L_KEYS];
	struct p11l_attribute_rule *attribute; /* owned; what sections such as [generate] ask for */
	unsigned attributes;
};

#define P11L_ERROR_SIZE 512

/*
 * Reads files and environment into *config. On failure returns false, leaves *config empty and
 * writes one message (what, where, what was expected) of at most P11L_ERROR_SIZE bytes to error.
 */
bool p11l_config_load(struct p11l_config *config, char *error);

/* A copy whose settings can be changed; false when memory is short. */
bool p11l_config_copy(struct p11l_config *to, const struct p11l_config *from);

/*
 * Applies "KEY=VALUE,..." with keys of the section [trace]; name says where the text comes from.
 * Changes the text. On failure some settings may have been changed already.
 */
bool p11l_config_options(struct p11l_config *config, char *options, const char *name, char *error);

/*
 * The path of the module, when the dynamic linker was asked to put this copy of the lens in front
 * of it (attach/); NULL otherwise. Such a copy has no other module, whatever is configured.
 */
extern const char *pkcs11_lens_attached;
#define P11L_ATTACHED_ORIGIN "run --attach"

/* Frees what p11l_config_load made, and empties *config. */
void p11l_config_free(struct p11l_config *config);

static inline const char *p11l_text(const struct p11l_config *config, enum p11l_key key)
{
	return config->setting[key].text;
}

static inline unsigned long p11l_number(const struct p11l_config *config, enum p11l_key key)
{
	return config->setting[key].number;
}

/* Values of the kinds that are more than a word; false when the text is none. */

#define P11L_LIST_VALUES 16

struct p11l_list {
	unsigned count;
	uint64_t value[P11L_LIST_VALUES];
};

bool p11l_parse_size(const char *text, unsigned long *number);
bool p11l_parse_duration(const char *text, unsigned long *ns);
bool p11l_parse_functions(const char *text, uint64_t bits[2]);
bool p11l_parse_list(const struct p11l_key_row *row, const char *text, struct p11l_list *list);

/* For the files that implement the above. */

/*
 * Gives a key a value after checking it. On failure says in error what was expected, without the
 * place, which the caller knows, and returns false.
 */
bool p11l_config_set(struct p11l_config *config, enum p11l_key key, const char *text,
        const char *origin, char *error);

/* The key called section.name, or P11L_KEYS. */
enum p11l_key p11l_config_find(const char *section, const char *name);

/* Reads one file; a missing one is an error only when required. */
bool p11l_config_file(struct p11l_config *config, const char *path, bool required, char *error);

/*
 * Reads a profile out of a text, which is that of the file with this name: the sections [profile]
 * and [normalise] and those with attribute rules.
 */
bool p11l_config_profile(
        struct p11l_config *config, const char *name, const char *text, char *error);

/* Whether nobody has set this key. */
bool p11l_is_default(const struct p11l_config *config, enum p11l_key key);

/* Applies the environment variables, ours before those of pkcs11-spy. */
bool p11l_config_environment(struct p11l_config *config, char *error);

#endif
