/* SPDX-License-Identifier: MIT */
/*
 * Settings: where they come from, which wins, and every mistake with its exact message. The
 * system's folder is "etc" here, below the folder of the case.
 */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/config.h"

#include <sys/stat.h>
#include <unistd.h>

static struct p11l_config config;
static char error[P11L_ERROR_SIZE];

static void load(void)
{
	memset(error, 0, sizeof(error));
	if (!p11l_config_load(&config, error))
		fail_msg("%s", error);
}

static void assert_fails(const char *message)
{
	assert_false(p11l_config_load(&config, error));
	assert_string_equal(error, message);
	/* Nothing is half applied. */
	for (int i = 0; i < P11L_KEYS; i++) {
		assert_null(config.setting[i].text);
		assert_null(config.setting[i].origin);
	}
}

static void assert_setting(enum p11l_key key, const char *text, const char *origin)
{
	assert_string_equal(config.setting[key].text, text);
	assert_string_equal(config.setting[key].origin, origin);
}

static void use_file(const char *text)
{
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
}

static void use_system_file(const char *text)
{
	unsetenv("PKCS11_LENS_CONFIG");
	assert_int_equal(mkdir("etc", 0700), 0);
	write_file("etc/pkcs11-lens.conf", text);
}

CASE(defaults)
{
	unsetenv("PKCS11_LENS_NORMALISE");
	load();
	for (int i = 0; i < P11L_KEYS; i++) {
		if (p11l_key_rows[i].fallback == NULL)
			assert_null(config.setting[i].text);
		else
			assert_setting((enum p11l_key)i, p11l_key_rows[i].fallback, "default");
	}
	assert_int_equal(p11l_number(&config, P11L_NORMALISE_LEVEL), P11L_NORMALISE_PORTABLE);
	assert_int_equal(p11l_number(&config, P11L_TRACE_FORMAT), P11L_TRACE_OFF);
	assert_int_equal(p11l_number(&config, P11L_TRACE_BYTES), 64);
	p11l_config_free(&config);
	assert_null(config.setting[P11L_TRACE_FORMAT].text);
}

CASE(rows_have_names_and_meanings)
{
	for (int i = 0; i < P11L_KEYS; i++) {
		const struct p11l_key_row *row = &p11l_key_rows[i];

		assert_non_null(row->section);
		assert_true(strlen(row->meaning) > 10);
		assert_int_equal(p11l_config_find(row->section, row->name), i);
	}
	assert_int_equal(p11l_config_find("trace", "path"), P11L_KEYS);
	assert_int_equal(p11l_config_find("", "format"), P11L_KEYS);
}

/* Later wins: the system's file, the user's file, the environment. */
CASE(precedence)
{
	use_system_file("[module]\npath = /system\ninit_args = system\n[trace]\nbytes = 16\n");
	write_file("pkcs11-lens.conf", "[module]\npath = /user\n[trace]\nbytes = 32\n");
	setenv("PKCS11_LENS_MODULE", "/environment", 1);
	load();
	assert_setting(P11L_MODULE_PATH, "/environment", "$PKCS11_LENS_MODULE");
	assert_setting(P11L_MODULE_INIT_ARGS, "system", "etc/pkcs11-lens.conf:3");
	assert_int_equal(p11l_number(&config, P11L_TRACE_BYTES), 32);
	assert_non_null(strstr(config.setting[P11L_TRACE_BYTES].origin, "/pkcs11-lens.conf:4"));
	p11l_config_free(&config);
}

CASE(named_file_stands_alone)
{
	use_system_file("[module]\npath = /system\n");
	write_file("pkcs11-lens.conf", "[module]\ninit_args = user\n");
	use_file("[trace]\nbytes = 8\n");
	load();
	assert_null(p11l_text(&config, P11L_MODULE_PATH));
	assert_null(p11l_text(&config, P11L_MODULE_INIT_ARGS));
	assert_setting(P11L_TRACE_BYTES, "8", "lens.conf:2");
	p11l_config_free(&config);
}

CASE(users_file_below_home)
{
	char cwd[4096];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	unsetenv("PKCS11_LENS_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", cwd, 1);
	assert_int_equal(mkdir(".config", 0700), 0);
	write_file(".config/pkcs11-lens.conf", "[module]\npath = /home\n");
	load();
	assert_string_equal(p11l_text(&config, P11L_MODULE_PATH), "/home");
	p11l_config_free(&config);
	/* A relative folder is none, by the convention. */
	setenv("XDG_CONFIG_HOME", ".", 1);
	write_file("pkcs11-lens.conf", "[module]\npath = /relative\n");
	load();
	assert_string_equal(p11l_text(&config, P11L_MODULE_PATH), "/home");
	p11l_config_free(&config);
	/* No folder, no file. */
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	load();
	assert_null(p11l_text(&config, P11L_MODULE_PATH));
	p11l_config_free(&config);
}

CASE(missing_files_are_no_mistake)
{
	unsetenv("PKCS11_LENS_CONFIG");
	load();
	assert_null(p11l_text(&config, P11L_MODULE_PATH));
	p11l_config_free(&config);
}

CASE(files_that_cannot_be_read)
{
	setenv("PKCS11_LENS_CONFIG", "missing.conf", 1);
	assert_fails("missing.conf: cannot read the configuration: No such file or directory");
	setenv("PKCS11_LENS_CONFIG", ".", 1);
	assert_fails(".: cannot read the configuration: Is a directory");
	write_file("large.conf", "");
	assert_int_equal(truncate("large.conf", 10 << 20), 0);
	setenv("PKCS11_LENS_CONFIG", "large.conf", 1);
	assert_fails("large.conf: cannot read the configuration: File too large");
}

CASE(file_without_permission)
{
	use_file("[module]\n");
	assert_int_equal(chmod("lens.conf", 0), 0);
	if (access("lens.conf", R_OK) == 0 && seteuid(65534) != 0)
		skip_case("nothing is forbidden to us");
	assert_fails("lens.conf: cannot read the configuration: Permission denied");
	assert_int_equal(seteuid(getuid()), 0);
}

CASE(file_of_all_that_is_allowed)
{
	use_file("# a comment\n"
	         "; another\n"
	         "\n"
	         "[module]\n"
	         "path=/a/b.so\n"
	         "init_args = first part\n"
	         "   second part\n"
	         "\tthird = part\n"
	         "[trace]\n"
	         "format : text\n"
	         "reveal = data+pins\n"
	         "entry = yes");
	load();
	assert_setting(P11L_MODULE_PATH, "/a/b.so", "lens.conf:5");
	assert_setting(P11L_MODULE_INIT_ARGS, "first part second part third = part", "lens.conf:8");
	assert_int_equal(p11l_number(&config, P11L_TRACE_FORMAT), P11L_TRACE_TEXT);
	assert_int_equal(
	        p11l_number(&config, P11L_TRACE_REVEAL), P11L_REVEAL_DATA | P11L_REVEAL_PINS);
	assert_int_equal(p11l_number(&config, P11L_TRACE_ENTRY), 1);
	p11l_config_free(&config);
}

CASE(mistakes_in_a_file)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
	        {"[trace]\n\ncolour = red\n",
	                "lens.conf:3: unknown key \"colour\" in section [trace]; "
	                "pkcs11-lens.conf(5) lists the keys"},
	        {"bytes = 8\n", "lens.conf:1: unknown key \"bytes\" in section []; "
	                        "pkcs11-lens.conf(5) lists the keys"},
	        {"[TRACE]\nbytes = 8\n", "lens.conf:2: unknown key \"bytes\" in section [TRACE]; "
	                                 "pkcs11-lens.conf(5) lists the keys"},
	        {"[trace]\nbytes = 8\nbytes = 9\n",
	                "lens.conf:3: trace.bytes is set a second time; keep one"},
	        {"[trace]\nbytes = 7\n", "lens.conf:2: trace.bytes cannot be \"7\"; expected a "
	                                 "number from 8 to 1024"},
	        {"[trace]\nbytes = 1025\n", "lens.conf:2: trace.bytes cannot be \"1025\"; expected "
	                                    "a number from 8 to 1024"},
	        {"[trace]\nbytes = 64k\n", "lens.conf:2: trace.bytes cannot be \"64k\"; expected a "
	                                   "number from 8 to 1024"},
	        {"[trace]\nbytes = -8\n", "lens.conf:2: trace.bytes cannot be \"-8\"; expected a "
	                                  "number from 8 to 1024"},
	        {"[trace]\nbytes = 99999999999999999999999\n",
	                "lens.conf:2: trace.bytes cannot be \"99999999999999999999999\"; expected "
	                "a "
	                "number from 8 to 1024"},
	        {"[trace]\nentry = Yes\n",
	                "lens.conf:2: trace.entry cannot be \"Yes\"; expected yes or no"},
	        {"[trace]\nreveal = data,keys\n", "lens.conf:2: trace.reveal cannot be "
	                                          "\"data,keys\"; expected none, or any of "
	                                          "data|keys|pins joined by +"},
	        {"[module]\nbind = tight\n",
	                "lens.conf:2: module.bind cannot be \"tight\"; expected "
	                "one of auto|local|deep"},
	        {"[module]\nbind = local|deep\n",
	                "lens.conf:2: module.bind cannot be \"local|deep\"; expected one of "
	                "auto|local|deep"},
	        {"[trace]\nsize = 1T\n",
	                "lens.conf:2: trace.size cannot be \"1T\"; expected a size from 65536 to "
	                "4294967296 bytes, such as 512K or 16M"},
	        {"[trace]\nslower = 5\n", "lens.conf:2: trace.slower cannot be \"5\"; expected 0, "
	                                  "or a number and ns, us, ms or s, such as 5ms"},
	        {"[trace]\nfunctions = C_Sing\n",
	                "lens.conf:2: trace.functions cannot be \"C_Sing\"; expected all, or "
	                "functions (C_Sign) and groups (sign) joined by +"},
	        {"[trace]\nslots = CKM_AES_CBC\n",
	                "lens.conf:2: trace.slots cannot be \"CKM_AES_CBC\"; expected up to 16 "
	                "numbers joined by +"},
	        {"[trace]\nmechanisms = CKM_NONE\n",
	                "lens.conf:2: trace.mechanisms cannot be \"CKM_NONE\"; expected up to 16 "
	                "numbers or names of the standard joined by +"},
	        {"[module]\npath =\n",
	                "lens.conf:2: module.path cannot be \"\"; expected a file name"},
	        {"[module]\ninit_args =\n",
	                "lens.conf:2: module.init_args cannot be \"\"; expected a text that is not "
	                "empty"},
	        {"[module]\nnonsense\n",
	                "lens.conf:2: neither [section], nor \"key = value\", nor a comment (#)"},
	        {"[module\n",
	                "lens.conf:1: neither [section], nor \"key = value\", nor a comment (#)"},
	        {"  bytes = 8\n", "lens.conf:1: unknown key \"bytes\" in section []; "
	                          "pkcs11-lens.conf(5) lists "
	                          "the keys"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		use_file(rows[i].text);
		assert_fails(rows[i].message);
	}
}

/* A line of the greatest length, and one that is longer. */
CASE(long_lines)
{
	char text[512] = "[module]\npath = /";
	size_t start = strlen(text), line = strlen("[module]\n");

	memset(text + start, 'x', 195 - (start - line));
	use_file(text);
	load();
	assert_int_equal(strlen(p11l_text(&config, P11L_MODULE_PATH)), 195 - strlen("path = "));
	p11l_config_free(&config);
	strcat(text, "x");
	use_file(text);
	assert_fails("lens.conf:2: the line is longer than 195 characters; continue it on the next "
	             "line, which must begin with a blank");
}

/* Values grow over lines as long as anybody likes. */
CASE(long_values)
{
	char text[8192] = "[module]\ninit_args = begin\n";

	for (int i = 0; i < 40; i++)
		strcat(text,
		        "  "
		        "0123456789012345678901234567890123456789012345678901234567890123456789\n");
	use_file(text);
	load();
	assert_int_equal(strlen(p11l_text(&config, P11L_MODULE_INIT_ARGS)), 5 + 40 * 71);
	p11l_config_free(&config);
}

/* Values that are too long for a message are cut there, and only there. */
CASE(long_mistakes)
{
	char text[256] = "[trace]\nentry = ", message[P11L_ERROR_SIZE];

	memset(text + strlen(text), 'y', 150);
	use_file(text);
	snprintf(message, sizeof(message),
	        "lens.conf:2: trace.entry cannot be \"%.60s\"; expected yes or no", text + 16);
	assert_fails(message);
}

CASE(variable_of_the_trace)
{
	setenv("PKCS11_LENS_TRACE", "text:/tmp/a:b,reveal=keys,bytes=100,entry=yes", 1);
	load();
	assert_setting(P11L_TRACE_FORMAT, "text", "$PKCS11_LENS_TRACE");
	assert_setting(P11L_TRACE_DESTINATION, "/tmp/a:b", "$PKCS11_LENS_TRACE");
	assert_int_equal(p11l_number(&config, P11L_TRACE_REVEAL), P11L_REVEAL_KEYS);
	assert_int_equal(p11l_number(&config, P11L_TRACE_BYTES), 100);
	assert_int_equal(p11l_number(&config, P11L_TRACE_ENTRY), 1);
	p11l_config_free(&config);
	setenv("PKCS11_LENS_TRACE", "text", 1);
	load();
	assert_setting(P11L_TRACE_DESTINATION, "stderr", "default");
	p11l_config_free(&config);
}

CASE(mistakes_in_variables)
{
	static const struct {
		const char *name, *value, *message;
	} rows[] = {
	        {"PKCS11_LENS_TRACE", "text,colour=red",
	                "$PKCS11_LENS_TRACE: unknown option \"colour\"; expected KEY=VALUE with a "
	                "key of the section [trace]"},
	        {"PKCS11_LENS_TRACE", "text,reveal",
	                "$PKCS11_LENS_TRACE: unknown option \"reveal\"; expected KEY=VALUE with a "
	                "key of the section [trace]"},
	        {"PKCS11_LENS_TRACE", "text,entry=maybe",
	                "$PKCS11_LENS_TRACE: trace.entry cannot be \"maybe\"; expected yes or no"},
	        {"PKCS11_LENS_TRACE", "text:",
	                "$PKCS11_LENS_TRACE: trace.destination cannot be \"\"; expected a file "
	                "name"},
	        {"PKCS11_LENS_NORMALISE", "none",
	                "$PKCS11_LENS_NORMALISE: normalise.level cannot be \"none\"; expected one "
	                "of "
	                "off|fix|portable"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		setenv(rows[i].name, rows[i].value, 1);
		assert_fails(rows[i].message);
		unsetenv(rows[i].name);
	}
}

/* Set to nothing is as good as not set. */
CASE(empty_variables)
{
	setenv("PKCS11_LENS_MODULE", "", 1);
	setenv("PKCS11_LENS_TRACE", "", 1);
	setenv("PKCS11_LENS_CONFIG", "", 1);
	setenv("PKCS11SPY", "/spied", 1);
	load();
	assert_setting(P11L_MODULE_PATH, "/spied", "$PKCS11SPY");
	p11l_config_free(&config);
}

CASE(variables_of_pkcs11_spy)
{
	setenv("PKCS11SPY", "/spied", 1);
	setenv("PKCS11SPY_OUTPUT", "out", 1);
	load();
	assert_setting(P11L_MODULE_PATH, "/spied", "$PKCS11SPY");
	assert_setting(P11L_TRACE_FORMAT, "text", "$PKCS11SPY");
	assert_setting(P11L_TRACE_DESTINATION, "out", "$PKCS11SPY_OUTPUT");
	p11l_config_free(&config);
	/* Its output alone is nothing of ours. */
	unsetenv("PKCS11SPY");
	load();
	assert_setting(P11L_TRACE_FORMAT, "off", "default");
	p11l_config_free(&config);
	/* Ours comes first, and a trace of ours is kept. */
	setenv("PKCS11SPY", "/spied", 1);
	setenv("PKCS11_LENS_TRACE", "off", 1);
	load();
	assert_setting(P11L_TRACE_FORMAT, "off", "$PKCS11_LENS_TRACE");
	p11l_config_free(&config);
}

/* Values of the richer kinds */

CASE(sizes)
{
	unsigned long n;

	assert_true(p11l_parse_size("4096", &n) && n == 4096);
	assert_true(p11l_parse_size("64K", &n) && n == 65536);
	assert_true(p11l_parse_size("2G", &n) && n == 2ul << 30);
	assert_false(p11l_parse_size("", &n));
	assert_false(p11l_parse_size("K", &n));
	assert_false(p11l_parse_size("-1", &n));
	assert_false(p11l_parse_size("1T", &n));
	assert_false(p11l_parse_size("99999999999999999G", &n));
}

CASE(durations)
{
	unsigned long ns;

	assert_true(p11l_parse_duration("0", &ns) && ns == 0);
	assert_true(p11l_parse_duration("15ns", &ns) && ns == 15);
	assert_true(p11l_parse_duration("3us", &ns) && ns == 3000);
	assert_true(p11l_parse_duration("2s", &ns) && ns == 2000000000);
	assert_false(p11l_parse_duration("5", &ns));
	assert_false(p11l_parse_duration("ms", &ns));
	assert_false(p11l_parse_duration("1h", &ns));
	assert_false(p11l_parse_duration("99999999999999s", &ns));
}

static bool has(const uint64_t bits[2], unsigned function)
{
	return (bits[function / 64] >> function % 64 & 1) != 0;
}

CASE(lists_of_functions)
{
	uint64_t bits[2];

	assert_true(p11l_parse_functions("C_Sign+C_UnwrapKeyAuthenticated", bits));
	assert_true(has(bits, P11L_C_Sign) && has(bits, P11L_C_UnwrapKeyAuthenticated));
	assert_int_equal(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]), 2);
	assert_true(p11l_parse_functions("all", bits));
	assert_int_equal(
	        __builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]), P11L_FUNCTIONS);
	assert_true(p11l_parse_functions("digest", bits));
	assert_true(has(bits, P11L_C_DigestKey) && !has(bits, P11L_C_Sign));
	assert_false(p11l_parse_functions("C_Sing", bits));
	assert_false(p11l_parse_functions("C_Sign+", bits));
	assert_false(p11l_parse_functions("", bits));
}

CASE(lists_of_values)
{
	const struct p11l_key_row *mechanisms = &p11l_key_rows[P11L_TRACE_MECHANISMS];
	const struct p11l_key_row *slots = &p11l_key_rows[P11L_TRACE_SLOTS];
	struct p11l_list list;

	assert_true(p11l_parse_list(mechanisms, "CKM_ECDSA+0x80001234", &list));
	assert_int_equal(list.count, 2);
	assert_true(list.value[0] == CKM_ECDSA && list.value[1] == 0x80001234);
	assert_true(p11l_parse_list(slots, "0+17", &list));
	assert_true(list.count == 2 && list.value[1] == 17);
	assert_false(p11l_parse_list(mechanisms, "CKM_NONE", &list));
	assert_false(p11l_parse_list(slots, "CKM_ECDSA", &list));
	assert_false(p11l_parse_list(slots, "1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1", &list));
	assert_false(p11l_parse_list(slots, "", &list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(defaults),
	        cmocka_unit_test(rows_have_names_and_meanings),
	        cmocka_unit_test(precedence),
	        cmocka_unit_test(named_file_stands_alone),
	        cmocka_unit_test(users_file_below_home),
	        cmocka_unit_test(missing_files_are_no_mistake),
	        cmocka_unit_test(files_that_cannot_be_read),
	        cmocka_unit_test(file_without_permission),
	        cmocka_unit_test(file_of_all_that_is_allowed),
	        cmocka_unit_test(mistakes_in_a_file),
	        cmocka_unit_test(long_lines),
	        cmocka_unit_test(long_values),
	        cmocka_unit_test(long_mistakes),
	        cmocka_unit_test(variable_of_the_trace),
	        cmocka_unit_test(mistakes_in_variables),
	        cmocka_unit_test(empty_variables),
	        cmocka_unit_test(variables_of_pkcs11_spy),
	        cmocka_unit_test(sizes),
	        cmocka_unit_test(durations),
	        cmocka_unit_test(lists_of_functions),
	        cmocka_unit_test(lists_of_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
