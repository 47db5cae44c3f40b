/* SPDX-License-Identifier: MIT */
/* Settings as a user makes them: what takes effect, and what is said when something is wrong. */
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The lens tells this and nothing else, does nothing of what it was told, and still hands out a
 * table. */
static void assert_refused(const char *message)
{
	CK_FUNCTION_LIST_3_2 *list;
	char line[600];

	load_lens();
	list = function_list();
	assert_int_equal(list->C_Initialize(NULL), CKR_GENERAL_ERROR);
	assert_int_equal(list->C_GetInfo(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	snprintf(line, sizeof(line), "pkcs11-lens: %s\n", message);
	assert_string_equal(said(), line);
	assert_int_equal(access("trace", F_OK), -1);
}

static void use_config(const char *text)
{
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
}

/* A file that names the module of the build and a trace, and then what is to be tested. */
static void use_config_with(const char *rest)
{
	char text[8192];

	snprintf(text, sizeof(text),
	        "[module]\npath = %s\n[trace]\nformat = text\ndestination = trace\n%s",
	        built("mock.so"), rest);
	use_config(text);
}

CASE(file_alone_is_enough)
{
	use_config_with("");
	load_lens();
	open_session(function_list());
	assert_int_equal(occurrences(trace(), "C_OpenSession("), 1);
}

CASE(users_file_is_found_by_its_folder)
{
	char text[4200];

	snprintf(text, sizeof(text), "[module]\npath = %s\n", built("mock.so"));
	write_file("pkcs11-lens.conf", text);
	unsetenv("PKCS11_LENS_CONFIG");
	load_lens();
	open_session(function_list());
}

CASE(environment_wins_over_the_file)
{
	use_config("[module]\npath = /nowhere/vendor.so\n[trace]\nformat = text\n");
	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_TRACE", "off", 1);
	load_lens();
	open_session(function_list());
	assert_string_equal(said(), "");
}

/* Mistakes in a file */

CASE(unknown_key)
{
	use_config_with("\nverbose = yes\n");
	assert_refused("lens.conf:7: unknown key \"verbose\" in section [trace]; "
	               "pkcs11-lens.conf(5) lists the keys");
}

CASE(unknown_section)
{
	use_config_with("[tracing]\nformat = text\n");
	assert_refused("lens.conf:7: unknown key \"format\" in section [tracing]; "
	               "pkcs11-lens.conf(5) lists the keys");
}

CASE(bad_value)
{
	use_config_with("entry = maybe\n");
	assert_refused("lens.conf:6: trace.entry cannot be \"maybe\"; expected yes or no");
}

CASE(line_that_is_nothing)
{
	use_config_with("[module\n");
	assert_refused("lens.conf:6: neither [section], nor \"key = value\", nor a comment (#)");
}

CASE(key_that_is_set_twice)
{
	use_config_with("bytes = 16\n\nbytes = 32\n");
	assert_refused("lens.conf:8: trace.bytes is set a second time; keep one");
}

CASE(line_that_is_too_long)
{
	char text[400] = "# ";

	memset(text + 2, 'x', 300);
	strcpy(text + 302, "\n");
	use_config_with(text);
	assert_refused("lens.conf:6: the line is longer than 195 characters; "
	               "continue it on the next line, which must begin with a blank");
}

CASE(value_that_goes_on_over_lines)
{
	use_config_with("[module]\ninit_args = configdir='sql:/x'\n  flags=readOnly\n\tmore\n");
	load_lens();
	assert_int_equal(function_list()->C_Initialize(NULL), CKR_OK);
	assert_string_equal(said(), "");
}

CASE(file_that_is_named_and_missing)
{
	setenv("PKCS11_LENS_CONFIG", "missing.conf", 1);
	use_vendor("mock.so", "");
	use_trace("");
	assert_refused("missing.conf: cannot read the configuration: No such file or directory");
}

CASE(file_that_is_a_folder)
{
	setenv("PKCS11_LENS_CONFIG", ".", 1);
	use_vendor("mock.so", "");
	assert_refused(".: cannot read the configuration: Is a directory");
}

/* Mistakes in the environment */

CASE(bad_trace_format)
{
	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_TRACE", "yaml:trace", 1);
	load_lens();
	function_list();
	assert_non_null(strstr(said(), "pkcs11-lens: $PKCS11_LENS_TRACE: trace.format cannot be "
	                               "\"yaml\"; expected one of off|text"));
}

CASE(bad_trace_option)
{
	use_vendor("mock.so", "");
	use_trace(",colour=yes");
	assert_refused("$PKCS11_LENS_TRACE: unknown option \"colour\"; expected KEY=VALUE with a "
	               "key of the section [trace]");
}

CASE(bad_trace_option_value)
{
	use_vendor("mock.so", "");
	use_trace(",reveal=everything");
	assert_refused("$PKCS11_LENS_TRACE: trace.reveal cannot be \"everything\"; expected none, "
	               "or any of data|keys|pins joined by +");
}

CASE(bad_normalise)
{
	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_NORMALISE", "all", 1);
	assert_refused("$PKCS11_LENS_NORMALISE: normalise.level cannot be \"all\"; expected one of "
	               "off|fix|portable");
}

/* In the place of pkcs11-spy */

CASE(variables_of_pkcs11_spy)
{
	setenv("PKCS11SPY", built("mock.so"), 1);
	setenv("PKCS11SPY_OUTPUT", "trace", 1);
	load_lens();
	open_session(function_list());
	assert_int_equal(occurrences(trace(), "C_OpenSession("), 1);
}

CASE(pkcs11_spy_without_an_output)
{
	setenv("PKCS11SPY", built("mock.so"), 1);
	load_lens();
	open_session(function_list());
	assert_int_equal(occurrences(said(), "C_OpenSession("), 1);
}

CASE(our_variables_win_over_those_of_pkcs11_spy)
{
	setenv("PKCS11SPY", "/nowhere/vendor.so", 1);
	setenv("PKCS11SPY_OUTPUT", "spied", 1);
	use_vendor("mock.so", "");
	load_lens();
	open_session(function_list());
	assert_int_equal(access("spied", F_OK), -1);
	assert_string_equal(said(), "");
}

CASE(pkcs11_spy_names_a_module_that_is_missing)
{
	setenv("PKCS11SPY", "/nowhere/vendor.so", 1);
	load_lens();
	function_list();
	assert_non_null(strstr(said(), "cannot load the module of $PKCS11SPY: /nowhere/vendor.so"));
}

/* A program that runs with rights its user does not have must not be led by his environment. */

static bool become_setuid(const struct passwd *user)
{
	copy_file(built("helpers/host"), "host");
	copy_file(built("../pkcs11-lens.so"), "lens.so");
	return chmod(".", 0755) == 0 && chmod("lens.so", 0755) == 0 &&
	       chown("host", user->pw_uid, user->pw_gid) == 0 && chmod("host", 04755) == 0;
}

static void run_setuid(void)
{
	int status = -1, fd;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fd = open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDOUT_FILENO);
		execl("./host", "host", realpath("lens.so", NULL), (char *)NULL);
		_exit(126);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

CASE(setuid_program_is_not_led_by_the_environment)
{
	const struct passwd *user = getpwnam("nobody");

	if (ADDRESS_SANITIZER)
		skip_case("a sanitizer looks for leaks by means that such a program has not");
	if (access("/etc/pkcs11-lens.conf", F_OK) == 0)
		skip_case("there is a configuration that such a program does obey");
	if (geteuid() != 0 || user == NULL || !become_setuid(user))
		skip_case("only root can make a program setuid to somebody else");
	use_vendor("mock.so", "");
	use_trace("");
	setenv("PKCS11SPY", built("mock.so"), 1);
	unsetenv("PKCS11_LENS_CONFIG");
	run_setuid();
	if (strstr(contents("stdout"), "secure 1") == NULL)
		skip_case("this file system knows no setuid programs");
	/* With a module the answers would be CKR_OK. */
	assert_non_null(strstr(contents("stdout"), "initialize 0x5\n"));
	assert_int_equal(access("trace", F_OK), -1);
	assert_non_null(strstr(said(), "no module is configured"));
}

CASE(the_same_program_without_setuid)
{
	copy_file(built("helpers/host"), "host");
	copy_file(built("../pkcs11-lens.so"), "lens.so");
	assert_int_equal(chmod("host", 0755), 0);
	use_vendor("mock.so", "");
	use_trace("");
	run_setuid();
	assert_non_null(strstr(contents("stdout"), "secure 0\n"));
	assert_non_null(strstr(contents("stdout"), "initialize 0x0\n"));
	assert_int_equal(occurrences(trace(), "C_Initialize("), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(file_alone_is_enough),
	        cmocka_unit_test(users_file_is_found_by_its_folder),
	        cmocka_unit_test(environment_wins_over_the_file),
	        cmocka_unit_test(unknown_key),
	        cmocka_unit_test(unknown_section),
	        cmocka_unit_test(bad_value),
	        cmocka_unit_test(line_that_is_nothing),
	        cmocka_unit_test(key_that_is_set_twice),
	        cmocka_unit_test(line_that_is_too_long),
	        cmocka_unit_test(value_that_goes_on_over_lines),
	        cmocka_unit_test(file_that_is_named_and_missing),
	        cmocka_unit_test(file_that_is_a_folder),
	        cmocka_unit_test(bad_trace_format),
	        cmocka_unit_test(bad_trace_option),
	        cmocka_unit_test(bad_trace_option_value),
	        cmocka_unit_test(bad_normalise),
	        cmocka_unit_test(variables_of_pkcs11_spy),
	        cmocka_unit_test(pkcs11_spy_without_an_output),
	        cmocka_unit_test(our_variables_win_over_those_of_pkcs11_spy),
	        cmocka_unit_test(pkcs11_spy_names_a_module_that_is_missing),
	        cmocka_unit_test(setuid_program_is_not_led_by_the_environment),
	        cmocka_unit_test(the_same_program_without_setuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
