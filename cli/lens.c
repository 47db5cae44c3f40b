/* SPDX-License-Identifier: MIT */
/* Which files are the lens, and which are not. */
#define _GNU_SOURCE
#include "cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the lens lies in a build folder. */
static char *beside_tool(void)
{
	char tool[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", tool, sizeof(tool) - 1);
	char *path = NULL, *slash;

	if (n <= 0)
		return NULL;
	tool[n] = '\0';
	slash = strrchr(tool, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	return asprintf(&path, "%s/" CLI_LENS_NAME, tool) < 0 ? NULL : path;
}

char *cli_find_lens(void)
{
	char *path = beside_tool();

	if (path != NULL && access(path, R_OK) == 0)
		return path;
	free(path);
	path = strdup(P11L_MODULEDIR "/" CLI_LENS_NAME);
	if (path != NULL && access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

bool cli_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return strcmp(a, b) == 0 ||
	       (stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	               first.st_ino == second.st_ino);
}

void cli_no_module(void)
{
	cli_error("no module is configured; give --module /path/to/vendor.so, or set "
	          "PKCS11_LENS_MODULE, or \"path\" in section [module] of " P11L_SYSCONFDIR
	          "/pkcs11-lens.conf");
}

void cli_is_lens(const char *path, const char *origin)
{
	cli_error("%s (from %s): this is the lens itself; name the vendor's module, which the lens "
	          "shall load",
	        path, origin);
}
