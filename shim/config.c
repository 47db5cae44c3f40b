/* SPDX-License-Identifier: MIT */
/* Where settings come from, in which order. */
#define _GNU_SOURCE
#include "config.h"

#include "config_attributes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef P11L_SYSCONFDIR
#define P11L_SYSCONFDIR "/etc"
#endif
#define FILE_NAME "pkcs11-lens.conf"

/* Found by its name in copies of the lens, and written before anything in them runs. */
__attribute__((visibility("default"))) const char *pkcs11_lens_attached;

/* A variable that is set, not empty, and not forbidden because the program runs setuid. */
static const char *variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Prefixes a message with the variable it is about. */
static void blame(const char *name, char *error)
{
	char problem[P11L_ERROR_SIZE];

	memcpy(problem, error, sizeof(problem));
	snprintf(error, P11L_ERROR_SIZE, "$%s: %.*s", name, P11L_ERROR_SIZE - 64, problem);
}

static bool set_from(struct p11l_config *config, enum p11l_key key, const char *text,
        const char *name, char *error)
{
	char origin[64];

	snprintf(origin, sizeof(origin), "$%s", name);
	if (p11l_config_set(config, key, text, origin, error))
		return true;
	blame(name, error);
	return false;
}

/* One ",option" of PKCS11_LENS_TRACE: a key of [trace], "=", a value. */
static bool trace_option(struct p11l_config *config, char *option, const char *name, char *error)
{
	char *equals = strchr(option, '=');
	enum p11l_key key;

	if (equals != NULL)
		*equals = '\0';
	key = p11l_config_find("trace", option);
	if (key == P11L_KEYS || equals == NULL) {
		snprintf(error, P11L_ERROR_SIZE,
		        "unknown option \"%.60s\"; expected KEY=VALUE with a key of the section "
		        "[trace]",
		        option);
		blame(name, error);
		return false;
	}
	return set_from(config, key, equals + 1, name, error);
}

bool p11l_config_options(struct p11l_config *config, char *options, const char *name, char *error)
{
	char *option;

	while ((option = strsep(&options, ",")) != NULL)
		if (!trace_option(config, option, name, error))
			return false;
	return true;
}

/* FORMAT[:DESTINATION][,option...] */
static bool trace_value(
        struct p11l_config *config, const char *value, const char *name, char *error)
{
	char *copy = strdup(value), *rest = copy, *head, *destination;
	bool ok = true;

	if (copy == NULL) {
		snprintf(error, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	head = strsep(&rest, ",");
	destination = strchr(head, ':');
	if (destination != NULL) {
		*destination++ = '\0';
		ok = set_from(config, P11L_TRACE_DESTINATION, destination, name, error);
	}
	ok = ok && set_from(config, P11L_TRACE_FORMAT, head, name, error) &&
	     p11l_config_options(config, rest, name, error);
	free(copy);
	return ok;
}

/* pkcs11-spy traces whatever it loads, so taking its place means tracing too. */
static bool spy_environment(struct p11l_config *config, const char *module, char *error)
{
	const char *output = variable("PKCS11SPY_OUTPUT");

	return set_from(config, P11L_MODULE_PATH, module, "PKCS11SPY", error) &&
	       set_from(config, P11L_TRACE_FORMAT, "text", "PKCS11SPY", error) &&
	       (output == NULL ||
	               set_from(config, P11L_TRACE_DESTINATION, output, "PKCS11SPY_OUTPUT", error));
}

bool p11l_config_environment(struct p11l_config *config, char *error)
{
	const char *module = variable("PKCS11_LENS_MODULE");
	const char *spied = variable("PKCS11SPY");
	const char *trace = variable("PKCS11_LENS_TRACE");
	const char *level = variable("PKCS11_LENS_NORMALISE");
	const char *profile = variable("PKCS11_LENS_PROFILE");

	if (module != NULL &&
	        !set_from(config, P11L_MODULE_PATH, module, "PKCS11_LENS_MODULE", error))
		return false;
	if (module == NULL && spied != NULL && !spy_environment(config, spied, error))
		return false;
	if (trace != NULL && !trace_value(config, trace, "PKCS11_LENS_TRACE", error))
		return false;
	if (profile != NULL &&
	        !set_from(config, P11L_NORMALISE_PROFILE, profile, "PKCS11_LENS_PROFILE", error))
		return false;
	return level == NULL ||
	       set_from(config, P11L_NORMALISE_LEVEL, level, "PKCS11_LENS_NORMALISE", error);
}

/* The user's own file, after the XDG convention; false when there is no place for one. */
static bool user_file(char *path, size_t size)
{
	const char *base = variable("XDG_CONFIG_HOME");
	const char *home = variable("HOME");
	int n;

	if (base != NULL && base[0] == '/')
		n = snprintf(path, size, "%s/" FILE_NAME, base);
	else if (home != NULL)
		n = snprintf(path, size, "%s/.config/" FILE_NAME, home);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

static bool load_files(struct p11l_config *config, char *error)
{
	const char *only = variable("PKCS11_LENS_CONFIG");
	char path[4096];

	if (only != NULL)
		return p11l_config_file(config, only, true, error);
	if (!p11l_config_file(config, P11L_SYSCONFDIR "/" FILE_NAME, false, error))
		return false;
	return !user_file(path, sizeof(path)) || p11l_config_file(config, path, false, error);
}

static bool load_defaults(struct p11l_config *config, char *error)
{
	for (int i = 0; i < P11L_KEYS; i++) {
		const char *fallback = p11l_key_rows[i].fallback;

		if (fallback != NULL &&
		        !p11l_config_set(config, (enum p11l_key)i, fallback, "default", error))
			return false;
	}
	return true;
}

static bool attached(struct p11l_config *config, char *error)
{
	return pkcs11_lens_attached == NULL ||
	       p11l_config_set(
	               config, P11L_MODULE_PATH, pkcs11_lens_attached, P11L_ATTACHED_ORIGIN, error);
}

bool p11l_config_load(struct p11l_config *config, char *error)
{
	memset(config, 0, sizeof(*config));
	if (load_defaults(config, error) && load_files(config, error) &&
	        p11l_config_environment(config, error) && attached(config, error))
		return true;
	p11l_config_free(config);
	return false;
}

bool p11l_config_copy(struct p11l_config *to, const struct p11l_config *from)
{
	char error[P11L_ERROR_SIZE];

	memset(to, 0, sizeof(*to));
	for (int i = 0; i < P11L_KEYS; i++) {
		const struct p11l_setting *setting = &from->setting[i];

		if (setting->text != NULL && !p11l_config_set(to, (enum p11l_key)i, setting->text,
		                                     setting->origin, error)) {
			p11l_config_free(to);
			return false;
		}
	}
	if (p11l_attributes_copy(to, from))
		return true;
	p11l_config_free(to);
	return false;
}

void p11l_config_free(struct p11l_config *config)
{
	for (int i = 0; i < P11L_KEYS; i++) {
		free(config->setting[i].text);
		free(config->setting[i].origin);
	}
	p11l_attributes_free(config);
	memset(config, 0, sizeof(*config));
}
