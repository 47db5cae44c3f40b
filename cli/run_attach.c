/* SPDX-License-Identifier: MIT */
/* run --attach: the dynamic linker puts a lens before every module that the command loads. */
#define _GNU_SOURCE
#include "run.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTACH_NAME "pkcs11-lens-attach.so"
#define VARIABLE    "LD_AUDIT"

/* The library that the dynamic linker shall ask, which lies beside the lens; to be freed. */
static char *find_library(const char *lens)
{
	const char *slash = strrchr(lens, '/');
	char *path;

	if (asprintf(&path, "%.*s/" ATTACH_NAME, (int)(slash - lens), lens) < 0)
		cli_no_memory();
	if (access(path, R_OK) != 0)
		cli_error("%s: not there; build it or install it beside " CLI_LENS_NAME, path);
	else if (strchr(path, ':') != NULL)
		cli_error("%s: " VARIABLE " cannot name a path with \":\" in it; move it", path);
	else
		return path;
	free(path);
	return NULL;
}

/* Others that audit the command stay. */
static bool export_library(const char *path)
{
	const char *others = getenv(VARIABLE);
	char *list;
	bool ok;

	if (others == NULL || others[0] == '\0')
		return setenv(VARIABLE, path, 1) == 0;
	if (asprintf(&list, "%s:%s", others, path) < 0)
		cli_no_memory();
	ok = setenv(VARIABLE, list, 1) == 0;
	free(list);
	return ok;
}

/* The module is what the command says, and the lens is not for it to name. */
static bool check_words(const struct cli_call *call)
{
	if (call->value[CLI_MODULE] != NULL) {
		cli_error("--attach takes the modules that the command loads itself; leave out "
		          "--module");
		return false;
	}
	for (char **argument = call->arguments; *argument != NULL; argument++) {
		if (strstr(*argument, CLI_PLACEHOLDER) == NULL)
			continue;
		cli_error("\"%s\": with --attach the command loads the vendor's module, so write "
		          "its path in the place of %s",
		        *argument, CLI_PLACEHOLDER);
		return false;
	}
	return true;
}

/* The file that execvp(3) will find, in path; false when there is none. */
static bool find_command(const char *name, char path[PATH_MAX])
{
	const char *folders = getenv("PATH"), *end;

	if (strchr(name, '/') != NULL)
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
	for (; folders != NULL; folders = *end != '\0' ? end + 1 : NULL) {
		end = strchrnul(folders, ':');
		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - folders), folders,
		            end > folders ? "/" : "", name) < PATH_MAX &&
		        access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* Whether this is a program without the GNU C library's dynamic linker; not when in doubt. */
static bool is_foreign(int fd)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) segment;
	char interpreter[PATH_MAX] = "";
	off_t at;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	        header.e_phentsize != sizeof(segment))
		return false;
	at = (off_t)header.e_phoff;
	for (unsigned i = 0; i < header.e_phnum; i++, at += (off_t)sizeof(segment)) {
		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
			return false;
		if (segment.p_type != PT_INTERP)
			continue;
		return pread(fd, interpreter, sizeof(interpreter) - 1, (off_t)segment.p_offset) >
		               0 &&
		       strstr(interpreter, "musl") != NULL;
	}
	return true;
}

/* What it starts may still be shown, so it is started all the same. */
static void warn(const char *command)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (!find_command(command, path) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return;
	if (is_foreign(fd))
		cli_error("%s: linked statically, or with another C library; what it loads itself "
		          "cannot be shown; configure the lens as its module",
		        path);
	else if (fstat(fd, &st) == 0 &&
	         (((st.st_mode & S_ISUID) != 0 && st.st_uid != getuid()) ||
	                 ((st.st_mode & S_ISGID) != 0 && st.st_gid != getgid())))
		cli_error("%s: runs with the rights of another user or group, so the dynamic "
		          "linker ignores "
		          "--attach; configure the lens as its module",
		        path);
	close(fd);
}

bool cli_attach(const struct cli_call *call, const char *lens)
{
	char *library;
	bool ok;

	if (!check_words(call))
		return false;
	library = find_library(lens);
	if (library == NULL)
		return false;
	ok = export_library(library);
	free(library);
	if (!ok)
		cli_error("out of memory");
	else
		warn(call->arguments[0]);
	return ok;
}
