/* SPDX-License-Identifier: MIT */
/*
 * run: a command with the lens before its module. The tool becomes the command, so that signals
 * and the exit status are the command's own.
 */
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What env(1) and the shell answer for a command that they cannot start. */
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* What programs that cannot be told a module in their arguments read. */
static const char *const client_variables[] = {
        "PKCS11_MODULE_PATH",     /* OpenSSL's pkcs11 engine, of libp11 */
        "PKCS11_PROVIDER_MODULE", /* OpenSSL's pkcs11 provider */
};

/* The absolute form of a path, to be freed: the command may change its folder before it loads the
 * lens. */
static char *absolute(const char *path)
{
	char *folder = path[0] != '/' ? getcwd(NULL, 0) : NULL;
	char *result = NULL;

	if (folder == NULL)
		return strdup(path);
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (asprintf(&result, "%s/%s", folder, path) < 0)
		result = NULL;
	free(folder);
	return result;
}

static bool export(const char *name, const char *value)
{
	if (value != NULL && setenv(name, value, 1) == 0)
		return true;
	cli_error("out of memory");
	return false;
}

static bool export_absolute(const char *name)
{
	const char *path = getenv(name);
	char *full;
	bool ok;

	if (path == NULL || path[0] == '\0')
		return true;
	full = absolute(path);
	ok = export(name, full);
	free(full);
	return ok;
}

/* A module without a slash is looked for in the library path, and stays so. */
static bool export_module(void)
{
	const char *path = getenv("PKCS11_LENS_MODULE");

	return path == NULL || strchr(path, '/') == NULL || export_absolute("PKCS11_LENS_MODULE");
}

static bool export_client_variables(const char *lens, const char *module)
{
	for (size_t i = 0; i < sizeof(client_variables) / sizeof(client_variables[0]); i++) {
		const char *value = getenv(client_variables[i]);

		/* Somebody who names a third module there means it. */
		if (value != NULL && value[0] != '\0' && !cli_same_file(value, module))
			continue;
		if (!export(client_variables[i], lens))
			return false;
	}
	return true;
}

/* Whether nobody has said what to trace; whoever runs a command under the lens wants to see. */
static bool trace_is_open(const struct p11l_config *config)
{
	return strcmp(config->setting[P11L_TRACE_FORMAT].origin, "default") == 0;
}

static bool export_settings(const struct p11l_config *config, const char *lens)
{
	if (trace_is_open(config) && !export("PKCS11_LENS_TRACE", "text"))
		return false;
	return export_absolute("PKCS11_LENS_CONFIG") && export("PKCS11_LENS_SO", lens);
}

/* Why a file cannot be a module, or NULL. One without a slash is left to the dynamic linker. */
static const char *module_problem(const char *path)
{
	struct stat st;

	if (strchr(path, '/') == NULL)
		return NULL;
	if (stat(path, &st) != 0 || access(path, R_OK) != 0)
		return strerror(errno);
	return S_ISREG(st.st_mode) ? NULL : "not a regular file";
}

static bool check_module(
        const struct cli_call *call, const struct p11l_config *config, const char *lens)
{
	const char *path = p11l_text(config, P11L_MODULE_PATH), *problem;
	bool self;
	char *origin;

	if (path == NULL) {
		cli_no_module();
		return false;
	}
	problem = module_problem(path);
	self = problem == NULL && cli_same_file(path, lens);
	origin = cli_origin(call, config->setting[P11L_MODULE_PATH].origin);
	if (problem != NULL)
		cli_error("%s (from %s): %s; give the path of the vendor's PKCS #11 module", path,
		        origin, problem);
	if (self)
		cli_is_lens(path, origin);
	free(origin);
	return problem == NULL && !self;
}

/* Why no file can be made in the folder of a path, or NULL; "%" is filled in by the lens later. */
static const char *folder_problem(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int error = 0;

	if (slash == NULL || slash == path)
		return NULL;
	folder = strndup(path, (size_t)(slash - path));
	if (folder != NULL && strchr(folder, '%') == NULL && access(folder, W_OK | X_OK) != 0)
		error = errno;
	free(folder);
	return error != 0 ? strerror(error) : NULL;
}

static bool check_destination(const struct cli_call *call, const struct p11l_config *config)
{
	const struct p11l_setting *destination = &config->setting[P11L_TRACE_DESTINATION];
	bool off = p11l_number(config, P11L_TRACE_FORMAT) == P11L_TRACE_OFF;
	const char *problem = folder_problem(destination->text);
	char *origin;

	if (problem == NULL || (off && !trace_is_open(config)))
		return true;
	origin = cli_origin(call, destination->origin);
	cli_error("the folder of the trace %s (from %s): %s; make it or name another",
	        destination->text, origin, problem);
	free(origin);
	return false;
}

/*
 * An argument with the path of the lens in place of each placeholder. It becomes an argument of
 * the command, and so is never freed.
 */
static char *substitute(const char *argument, const char *lens)
{
	char *text = NULL;
	const char *at;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	while ((at = strstr(argument, CLI_PLACEHOLDER)) != NULL) {
		fprintf(out, "%.*s%s", (int)(at - argument), argument, lens);
		argument = at + strlen(CLI_PLACEHOLDER);
	}
	fputs(argument, out);
	return fclose(out) == 0 ? text : NULL;
}

/* Puts the lens where a placeholder is; *count says in how many arguments. */
static bool substitute_all(char **arguments, const char *lens, unsigned *count)
{
	*count = 0;
	for (; *arguments != NULL; arguments++) {
		if (strstr(*arguments, CLI_PLACEHOLDER) == NULL)
			continue;
		*arguments = substitute(*arguments, lens);
		if (*arguments == NULL) {
			cli_error("out of memory");
			return false;
		}
		++*count;
	}
	return true;
}

/* A command that names the vendor's module itself goes past the lens, and shows nothing. */
static void hint(char **arguments, const char *module)
{
	for (arguments++; *arguments != NULL; arguments++) {
		if (strstr(*arguments, module) == NULL)
			continue;
		cli_error("\"%s\" names the module itself, so its calls go past the lens; write "
		          "%s in the place of its path",
		        *arguments, CLI_PLACEHOLDER);
		return;
	}
}

static int become(char **arguments)
{
	int error;

	execvp(arguments[0], arguments);
	error = errno;
	cli_error("%s: cannot run it: %s; name a program after the options", arguments[0],
	        strerror(error));
	return error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

/* Makes everything ready; when something is wrong, says what. */
static bool prepare(const struct cli_call *call, const struct p11l_config *config, const char *lens)
{
	unsigned substituted;

	if (call->value[CLI_ATTACH] != NULL)
		return check_destination(call, config) && export_settings(config, lens) &&
		       cli_attach(call, lens);
	if (!check_module(call, config, lens) || !check_destination(call, config) ||
	        !export_settings(config, lens) || !export_module() ||
	        !export_client_variables(lens, p11l_text(config, P11L_MODULE_PATH)) ||
	        !substitute_all(call->arguments, lens, &substituted))
		return false;
	if (substituted == 0)
		hint(call->arguments, p11l_text(config, P11L_MODULE_PATH));
	return true;
}

static int run_with(const struct cli_call *call, const char *lens)
{
	struct p11l_config config;
	bool ok;

	if (!cli_load_config(call, &config))
		return CLI_FAILED;
	ok = prepare(call, &config, lens);
	p11l_config_free(&config);
	return ok ? become(call->arguments) : CLI_FAILED;
}

int cli_run(const struct cli_call *call)
{
	int status = CLI_FAILED;
	char *lens;

	if (call->arguments[0] == NULL) {
		cli_error("no command given; see \"pkcs11-lens run --help\"");
		return CLI_USAGE;
	}
	lens = cli_find_lens();
	if (lens != NULL)
		status = run_with(call, lens);
	else
		cli_error(CLI_LENS_NAME ": neither beside this program nor in " P11L_MODULEDIR
		                        "; build or install it there");
	free(lens);
	return status;
}
