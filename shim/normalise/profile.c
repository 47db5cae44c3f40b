/* SPDX-License-Identifier: MIT */
/* What is known of vendors: the profiles, and which of them fits a module. */
#define _GNU_SOURCE
#include "rules.h"

#include "builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE (1 << 16)

static struct p11l_profile profiles[P11L_PROFILES];
static unsigned profile_count;

static bool load(const char *name, const char *file, const char *text, char *error)
{
	struct p11l_profile *profile = &profiles[profile_count];

	if (profile_count == P11L_PROFILES) {
		snprintf(error, P11L_ERROR_SIZE, "more than %d profiles", P11L_PROFILES);
		return false;
	}
	memset(profile, 0, sizeof(*profile));
	profile->name = strdup(name);
	if (profile->name == NULL) {
		snprintf(error, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	profile_count++;
	return p11l_config_profile(&profile->config, file, text, error);
}

static bool load_builtin(unsigned i, char *error)
{
	char file[64];

	snprintf(file, sizeof(file), "profile %s", p11l_builtins[i].name);
	return load(p11l_builtins[i].name, file, p11l_builtins[i].text, error);
}

/* The user's own file. */
static bool load_file(const char *path, char *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = fd >= 0 ? calloc(1, MAX_FILE) : NULL;
	ssize_t n = text != NULL ? read(fd, text, MAX_FILE) : -1;
	bool ok = n >= 0 && n < MAX_FILE;

	if (ok)
		ok = load(basename(path), path, text, error);
	else
		snprintf(error, P11L_ERROR_SIZE, "%s: cannot read the profile: %s", path,
		        n < 0 ? strerror(errno) : "it is larger than 64K");
	free(text);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool load_named(const char *name, char *error)
{
	for (unsigned i = 0; i < p11l_builtin_count; i++)
		if (strcasecmp(p11l_builtins[i].name, name) == 0)
			return load_builtin(i, error);
	snprintf(error, P11L_ERROR_SIZE,
	        "normalise.profile: there is no profile \"%.60s\"; \"pkcs11-lens info\" "
	        "lists them, and a name with a slash is a file",
	        name);
	return false;
}

static bool load_all(char *error)
{
	for (unsigned i = 0; i < p11l_builtin_count; i++)
		if (!load_builtin(i, error))
			return false;
	return true;
}

/* Whether a file name fits one of the patterns, which "|" separates. */
static bool fits_file(const char *patterns, const char *file)
{
	while (patterns != NULL) {
		size_t n = strcspn(patterns, "|");
		char pattern[128];

		snprintf(pattern, sizeof(pattern), "%.*s", (int)n, patterns);
		if (fnmatch(pattern, file, FNM_CASEFOLD) == 0)
			return true;
		patterns = patterns[n] == '|' ? patterns + n + 1 : NULL;
	}
	return false;
}

/* Links lead to the file whose name the vendor chose. */
static bool names_module(const struct p11l_profile *profile, const char *module)
{
	const char *patterns = p11l_text(&profile->config, P11L_PROFILE_FILE);
	char *real = patterns != NULL ? realpath(module, NULL) : NULL;
	bool fits =
	        patterns != NULL && (fits_file(patterns, basename(module)) ||
	                                    (real != NULL && fits_file(patterns, basename(real))));

	free(real);
	return fits;
}

static void add(struct p11l_candidates *candidates, bool by_name, const char *module)
{
	for (unsigned i = 0; i < profile_count; i++)
		if (!by_name || names_module(&profiles[i], module))
			candidates->profile[candidates->count++] = &profiles[i];
}

bool p11l_profiles_load(
        struct p11l_candidates *candidates, const struct p11l_config *config, char *error)
{
	const char *choice = p11l_text(config, P11L_NORMALISE_PROFILE);
	const char *module = p11l_text(config, P11L_MODULE_PATH);
	bool ok;

	memset(candidates, 0, sizeof(*candidates));
	if (p11l_number(config, P11L_NORMALISE_LEVEL) == P11L_NORMALISE_OFF ||
	        strcmp(choice, "none") == 0 || module == NULL)
		return true;
	if (strcmp(choice, "auto") != 0) {
		ok = strchr(choice, '/') != NULL ? load_file(choice, error)
		                                 : load_named(choice, error);
		candidates->named = ok;
		if (ok)
			add(candidates, false, module);
		return ok;
	}
	ok = load_all(error);
	if (ok)
		add(candidates, true, module);
	if (ok && candidates->count == 0)
		add(candidates, false, module);
	else
		candidates->by_file = ok;
	return ok;
}

void p11l_profiles_free(void)
{
	while (profile_count > 0) {
		struct p11l_profile *profile = &profiles[--profile_count];

		p11l_config_free(&profile->config);
		free(profile->name);
	}
}

/* Whether a blank-padded field has this text in it, in capitals or not; no text fits always. */
static bool has(const CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;

	for (size_t i = 0; n > 0 && i + n <= size; i++)
		if (strncasecmp((const char *)field + i, text, n) == 0)
			return true;
	return n == 0;
}

/* "2.6" as a number that can be compared; where it ends is stored in *end. */
static unsigned long version(const char *text, const char **end)
{
	char *rest;
	unsigned long major = strtoul(text, &rest, 10), minor = 0;

	if (*rest == '.')
		minor = strtoul(rest + 1, &rest, 10);
	*end = rest;
	return major << 8 | (minor & 0xff);
}

static bool in_range(const char *range, CK_VERSION is)
{
	unsigned long number = (unsigned long)is.major << 8 | is.minor;
	const char *end;
	unsigned long first;

	if (range == NULL)
		return true;
	end = range;
	first = range[0] == '-' ? 0 : version(range, &end);
	if (*end != '-')
		return number == first;
	return number >= first && (end[1] == '\0' || number <= version(end + 1, &end));
}

static bool fits_info(const struct p11l_profile *profile, const CK_INFO *info)
{
	const struct p11l_config *config = &profile->config;

	return has(info->manufacturerID, sizeof(info->manufacturerID),
	               p11l_text(config, P11L_PROFILE_MANUFACTURER)) &&
	       has(info->libraryDescription, sizeof(info->libraryDescription),
	               p11l_text(config, P11L_PROFILE_DESCRIPTION)) &&
	       in_range(p11l_text(config, P11L_PROFILE_VERSION), info->libraryVersion);
}

/* A profile that says nothing of CK_INFO is meant for the file it names, and for nothing else. */
static bool knows_info(const struct p11l_profile *profile)
{
	return p11l_text(&profile->config, P11L_PROFILE_MANUFACTURER) != NULL ||
	       p11l_text(&profile->config, P11L_PROFILE_DESCRIPTION) != NULL;
}

static bool names_token(const struct p11l_profile *profile)
{
	return p11l_text(&profile->config, P11L_PROFILE_TOKEN_MANUFACTURER) != NULL ||
	       p11l_text(&profile->config, P11L_PROFILE_TOKEN_MODEL) != NULL;
}

bool p11l_profiles_may_fit(const struct p11l_candidates *candidates, const CK_TOKEN_INFO *token)
{
	for (unsigned i = 0; i < candidates->count; i++) {
		const char *manufacturer =
		        p11l_text(&candidates->profile[i]->config, P11L_PROFILE_MANUFACTURER);

		if (manufacturer != NULL &&
		        has(token->manufacturerID, sizeof(token->manufacturerID), manufacturer))
			return true;
	}
	return false;
}

const struct p11l_profile *p11l_profiles_choose(
        const struct p11l_candidates *candidates, const CK_INFO *info)
{
	if (candidates->named)
		return candidates->profile[0];
	for (unsigned i = 0; i < candidates->count; i++) {
		const struct p11l_profile *profile = candidates->profile[i];

		if (names_token(profile) || (!candidates->by_file && !knows_info(profile)))
			continue;
		if (info == NULL ? candidates->by_file : fits_info(profile, info))
			return profile;
	}
	return NULL;
}

bool p11l_profile_wants_token(const struct p11l_profile *profile, const CK_INFO *info)
{
	return names_token(profile) && knows_info(profile) &&
	       (info == NULL || fits_info(profile, info));
}

const struct p11l_profile *p11l_profiles_for_token(
        const struct p11l_candidates *candidates, const CK_TOKEN_INFO *token)
{
	for (unsigned i = 0; i < candidates->count; i++) {
		const struct p11l_config *config = &candidates->profile[i]->config;

		if (has(token->manufacturerID, sizeof(token->manufacturerID),
		            p11l_text(config, P11L_PROFILE_TOKEN_MANUFACTURER)) &&
		        has(token->model, sizeof(token->model),
		                p11l_text(config, P11L_PROFILE_TOKEN_MODEL)))
			return candidates->profile[i];
	}
	return NULL;
}
