/* SPDX-License-Identifier: MIT */
/*
 * One portable program: makes keys from minimal templates, reads, imports, signs, encrypts, wraps
 * and derives with them, and prints what came of it. Each section runs in a process of its own, so
 * that a vendor that crashes loses no more than that.
 * usage: same MODULE [SECTION...]
 *        same MODULE library          which library it is, and its version
 */
#include "facts.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 60 /* seconds for a section */

static const struct section {
	const char *name;
	void (*run)(void);
} sections[] = {
        {"ec", section_ec},
        {"ec-import", section_ec_import},
        {"ecdh", section_ecdh},
        {"edwards", section_edwards},
        {"rsa", section_rsa},
        {"aes", section_aes},
        {"gcm", section_gcm},
        {"wrap", section_wrap},
        {"hmac", section_hmac},
        {"digest", section_digest},
        {"read", section_read},
        {"read-token", section_read_token},
        {"template", section_template},
        {"template-pair", section_template_pair},
        {"lists", section_lists},
        {"info", section_info},
        {"session", section_session},
        {"find", section_find},
        {"operations", section_operations},
        {"null.slot-list", null_slot_list},
        {"null.sign-length", null_sign_length},
        {"null.value", null_value},
        {"null.template", null_template},
        {"null.find-template", null_find_template},
        {"null.peer", null_peer},
        {"null.pin", null_pin},
};

static _Noreturn void be_section(const struct section *section, const char *module)
{
	alarm(PATIENCE);
	start(module);
	section->run();
	p11->C_Finalize(NULL);
	fflush(stdout);
	/* Some vendors do not survive the exit handlers. */
	_exit(0);
}

static bool run(const struct section *section, const char *module)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		be_section(section, module);
	if (waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFSIGNALED(status))
		fact(section->name, WTERMSIG(status) == SIGALRM ? "hangs" : "crashes");
	return WIFSIGNALED(status) || WEXITSTATUS(status) == 0;
}

static bool is_wanted(const char *name, char **wanted)
{
	if (*wanted == NULL)
		return true;
	for (; *wanted != NULL; wanted++)
		if (strcmp(name, *wanted) == 0)
			return true;
	return false;
}

static int tell_library(const char *module)
{
	CK_INFO info;

	start(module);
	if (p11->C_GetInfo(&info) != CKR_OK)
		return 1;
	fact("library", "%u.%u", info.libraryVersion.major, info.libraryVersion.minor);
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	bool well = true;

	if (argc < 2)
		return 2;
	if (argc == 3 && strcmp(argv[2], "library") == 0)
		return tell_library(argv[1]);
	for (size_t i = 0; i < COUNT(sections); i++)
		if (is_wanted(sections[i].name, argv + 2))
			well &= run(&sections[i], argv[1]);
	return well ? 0 : 1;
}
