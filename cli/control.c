/* SPDX-License-Identifier: MIT */
/* trace: the switch for recording in a process that runs. */
#define _GNU_SOURCE
#include "logging/control.h"

#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What can be changed while a process runs. */
static const enum p11l_key keys[] = {P11L_TRACE_FUNCTIONS, P11L_TRACE_EXCEPT, P11L_TRACE_MECHANISMS,
        P11L_TRACE_SLOTS, P11L_TRACE_SESSIONS, P11L_TRACE_ONLY, P11L_TRACE_SLOWER,
        P11L_TRACE_SAMPLE};

static enum p11l_key find_key(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *key = p11l_key_rows[keys[i]].name;

		if (strlen(key) == length && memcmp(key, name, length) == 0)
			return keys[i];
	}
	return P11L_KEYS;
}

/* KEY=VALUE; says so when it is not. */
static bool check_setting(const char *text)
{
	const char *equals = strchr(text, '=');
	enum p11l_key key = equals != NULL ? find_key(text, (size_t)(equals - text)) : P11L_KEYS;
	struct p11l_config config = {0};
	char error[P11L_ERROR_SIZE];
	bool ok;

	if (key == P11L_KEYS) {
		cli_error("trace: \"%.60s\" cannot be set while a process runs; expected KEY=VALUE "
		          "with functions, except, mechanisms, slots, sessions, only, slower or "
		          "sample",
		        text);
		return false;
	}
	ok = strchr(text, ',') == NULL &&
	     p11l_config_set(&config, key, equals + 1, "option", error);
	if (!ok)
		cli_error("trace: %s",
		        strchr(text, ',') == NULL ? error : "\",\" has no place in a value");
	p11l_config_free(&config);
	return ok;
}

/* "on" or "off" and settings, as the control file holds them; NULL after saying what is wrong. */
static char *compose_switch(char **words)
{
	size_t size = strlen(words[0]) + 1;
	char *text, *at;

	if (strcmp(words[0], "on") != 0 && strcmp(words[0], "off") != 0) {
		cli_error("trace: \"%.60s\" is neither on nor off nor stats", words[0]);
		return NULL;
	}
	for (char **word = words + 1; *word != NULL; word++) {
		if (!check_setting(*word))
			return NULL;
		size += strlen(*word) + 1;
	}
	text = cli_allocate(size);
	at = stpcpy(text, words[0]);
	for (char **word = words + 1; *word != NULL; word++) {
		*at++ = ',';
		at = stpcpy(at, *word);
	}
	return text;
}

/* A report is asked for besides what was said before, which the process may not have seen yet. */
static char *compose_report(const char *before, char **words)
{
	size_t n = strlen(before);
	char *text;

	if (words[1] != NULL) {
		cli_error("trace: nothing may follow stats");
		return NULL;
	}
	if (n >= strlen(P11L_CONTROL_REPORT) &&
	        strcmp(before + n - strlen(P11L_CONTROL_REPORT), P11L_CONTROL_REPORT) == 0)
		n -= strlen(P11L_CONTROL_REPORT);
	if (asprintf(&text, "%.*s%s", (int)n, before, P11L_CONTROL_REPORT) < 0)
		cli_no_memory();
	return text;
}

/* Maps an open file; NULL after saying why it is none. */
static struct p11l_control *map(const char *name, int fd)
{
	struct p11l_control *control;
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != P11L_CONTROL_SIZE) {
		cli_error("%s: this is no control file of pkcs11-lens; name the one that "
		          "trace.control of the process leads to",
		        name);
		return NULL;
	}
	control = mmap(NULL, P11L_CONTROL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED) {
		cli_error("%s: %s", name, strerror(errno));
		return NULL;
	}
	if (memcmp(control->magic, P11L_CONTROL_MAGIC, sizeof(control->magic)) != 0) {
		cli_error("%s: this is no control file of pkcs11-lens", name);
		munmap(control, P11L_CONTROL_SIZE);
		return NULL;
	}
	return control;
}

static struct p11l_control *open_control(const char *name)
{
	int fd = open(name, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct p11l_control *control = NULL;

	if (fd < 0)
		cli_error("%s: %s%s", name, strerror(errno),
		        errno == ENOENT ? "; a process makes it when it loads the lens with "
		                          "trace.control set"
		                        : "");
	else
		control = map(name, fd);
	if (fd >= 0)
		close(fd);
	return control;
}

/* Somebody may be writing, or have died of it. */
static void read_text(const struct p11l_control *control, char text[P11L_CONTROL_SIZE])
{
	text[0] = '\0';
	for (int i = 0; i < 1000; i++)
		if (p11l_control_read(control, text, P11L_CONTROL_SIZE - 16) != 0)
			return;
	text[0] = '\0';
}

static bool is_alive(const struct p11l_control *control)
{
	return kill((pid_t)control->pid, 0) == 0 || errno != ESRCH;
}

static void tell(const struct p11l_control *control, const char *text, const char *when)
{
	printf("process %lu: %s%s\n", (unsigned long)control->pid,
	        text[0] != '\0' ? text : "as configured", when);
	if (!is_alive(control))
		cli_error("process %lu is not running any more, or is out of sight",
		        (unsigned long)control->pid);
}

static int change(struct p11l_control *control, char **words)
{
	char before[P11L_CONTROL_SIZE], *text;
	int status = CLI_USAGE;

	read_text(control, before);
	text = strcmp(words[0], "stats") == 0 ? compose_report(before, words)
	                                      : compose_switch(words);
	if (text == NULL)
		return CLI_USAGE;
	if (strlen(text) < sizeof(control->text)) {
		p11l_control_write(control, text);
		tell(control, text, ", from its next call on");
		status = CLI_OK;
	} else {
		cli_error("trace: the settings are too long; at most %zu characters fit",
		        sizeof(control->text) - 1);
	}
	free(text);
	return status;
}

int cli_control(const struct cli_call *call)
{
	struct p11l_control *control;
	char text[P11L_CONTROL_SIZE];
	int status = CLI_OK;

	if (call->arguments[0] == NULL) {
		cli_error("no control file given; see \"pkcs11-lens trace --help\"");
		return CLI_USAGE;
	}
	control = open_control(call->arguments[0]);
	if (control == NULL)
		return CLI_FAILED;
	if (call->arguments[1] != NULL) {
		status = change(control, call->arguments + 1);
	} else {
		read_text(control, text);
		tell(control, text, "");
	}
	munmap(control, P11L_CONTROL_SIZE);
	return status;
}
