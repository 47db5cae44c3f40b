/* SPDX-License-Identifier: MIT */
/*
 * One configuration file. inih parses it; the line reader here is ours, because inih neither tells
 * its handler the line nor notices that a line was too long for it.
 */
#define _GNU_SOURCE
#include "config.h"

#include "config_attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE (1 << 20)
#define MAX_LINE 195 /* what every build of inih takes in one line, terminator included */

struct source {
	struct p11l_config *config;
	const char *path;
	const char *rest; /* the lines not read yet */
	int line;
	bool continued; /* the line began with a blank: it goes on where the last one ended */
	enum p11l_key last;
	bool seen[P11L_KEYS];
	bool profile; /* a vendor's profile, not the settings of a user */
	char *error;  /* empty until something is wrong; the first message stays */
};

/* Whether a message can still be written: only the first one is kept. */
static void fail(struct source *source, const char *what)
{
	if (source->error[0] == '\0')
		snprintf(source->error, P11L_ERROR_SIZE, "%.200s:%d: %.250s", source->path,
		        source->line, what);
}

/* inih's reader: hands out one line at a time, and nothing more once there was an error. */
static char *next_line(char *line, int size, void *stream)
{
	struct source *source = stream;
	size_t n = strcspn(source->rest, "\n");

	if (*source->rest == '\0' || source->error[0] != '\0')
		return NULL;
	source->line++;
	source->continued = source->rest[0] == ' ' || source->rest[0] == '\t';
	if (n > MAX_LINE || n + 2 > (size_t)size) {
		fail(source, "the line is longer than 195 characters; "
		             "continue it on the next line, which must begin with a blank");
		return NULL;
	}
	memcpy(line, source->rest, n);
	line[n] = '\0';
	source->rest += n + (source->rest[n] == '\n');
	return line;
}

/* Joins the next part of a value that goes on over several lines. */
static bool extend(struct source *source, const char *value, const char *origin, char *problem)
{
	const char *before = source->config->setting[source->last].text;
	char *joined = NULL;
	bool ok;

	if (asprintf(&joined, "%s %s", before, value) < 0) {
		snprintf(problem, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	ok = p11l_config_set(source->config, source->last, joined, origin, problem);
	free(joined);
	return ok;
}

/* Profiles describe a vendor; the settings of a user have everything else. */
static bool belongs(const struct source *source, const char *section)
{
	bool both = strcmp(section, "normalise") == 0;

	return both || source->profile == (strcmp(section, "profile") == 0);
}

static bool assign(struct source *source, const char *section, const char *name, const char *value,
        char *problem)
{
	enum p11l_key key = p11l_config_find(section, name);
	char origin[P11L_ERROR_SIZE];

	snprintf(origin, sizeof(origin), "%s:%d", source->path, source->line);
	if (p11l_is_attribute_section(section))
		return p11l_config_attribute(source->config, section, name, value, origin, problem);
	if (key == P11L_KEYS || !belongs(source, section)) {
		snprintf(problem, P11L_ERROR_SIZE,
		        "unknown key \"%.60s\" in section [%.60s]; pkcs11-lens.conf(5) lists the "
		        "keys",
		        name, section);
		return false;
	}
	if (source->continued && key == source->last)
		return extend(source, value, origin, problem);
	if (source->seen[key]) {
		snprintf(problem, P11L_ERROR_SIZE, "%s.%s is set a second time; keep one", section,
		        name);
		return false;
	}
	source->seen[key] = true;
	source->last = key;
	return p11l_config_set(source->config, key, value, origin, problem);
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
	struct source *source = user;
	char problem[P11L_ERROR_SIZE];

	if (assign(source, section, name, value, problem))
		return 1;
	fail(source, problem);
	return 0;
}

static bool parse(struct source *source)
{
	int line = ini_parse_stream(next_line, source, handle, source);

	if (line != 0 && source->error[0] == '\0') {
		source->line = line;
		fail(source, line < 0
		                     ? "out of memory"
		                     : "neither [section], nor \"key = value\", nor a comment (#)");
	}
	return source->error[0] == '\0';
}

/* Reads to the end, which must come before size; the octets read, or -1 with errno set. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t got = 0;
	ssize_t n;

	while ((n = read(fd, text + got, size - got)) > 0) {
		got += (size_t)n;
		if (got == size) {
			errno = EFBIG;
			return -1;
		}
	}
	return n < 0 ? -1 : (ssize_t)got;
}

/* The whole file as a string, or NULL with errno set. */
static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = fd >= 0 ? malloc(MAX_FILE) : NULL;
	ssize_t got = text != NULL ? read_all(fd, text, MAX_FILE) : -1;
	int saved = errno;

	if (got >= 0) {
		text[got] = '\0';
	} else {
		free(text);
		text = NULL;
	}
	if (fd >= 0)
		close(fd);
	errno = saved;
	return text;
}

bool p11l_config_file(struct p11l_config *config, const char *path, bool required, char *error)
{
	struct source source = {.config = config, .path = path, .last = P11L_KEYS, .error = error};
	char *text = read_file(path);
	bool ok;

	error[0] = '\0';
	if (text == NULL) {
		if (!required && (errno == ENOENT || errno == ENOTDIR))
			return true;
		snprintf(error, P11L_ERROR_SIZE, "%s: cannot read the configuration: %s", path,
		        strerror(errno));
		return false;
	}
	source.rest = text;
	ok = parse(&source);
	free(text);
	return ok;
}

bool p11l_config_profile(
        struct p11l_config *config, const char *name, const char *text, char *error)
{
	struct source source = {.config = config,
	        .path = name,
	        .rest = text,
	        .last = P11L_KEYS,
	        .profile = true,
	        .error = error};

	error[0] = '\0';
	return parse(&source);
}
