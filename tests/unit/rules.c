/* SPDX-License-Identifier: MIT */
/* Which rules are in force: the level, the vendor's profile, the user; and which profile fits. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/normalise/rules.h"

#include <unistd.h>

static struct p11l_config config;
static struct p11l_candidates candidates;
static struct p11l_rules rules;
static char error[P11L_ERROR_SIZE];

/* Settings of the user, and what is in force with them when the module says so of itself. */
static void decide(const char *settings, const CK_INFO *info)
{
	write_file("lens.conf", settings);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	p11l_profiles_free();
	p11l_config_free(&config);
	if (!p11l_config_load(&config, error) || !p11l_profiles_load(&candidates, &config, error))
		fail_msg("%s", error);
	p11l_rules_decide(&rules, &config, p11l_profiles_choose(&candidates, info));
}

static CK_INFO info_of(const char *manufacturer, const char *description, CK_VERSION version)
{
	CK_INFO info;

	memset(&info, ' ', sizeof(info));
	memcpy(info.manufacturerID, manufacturer, strlen(manufacturer));
	memcpy(info.libraryDescription, description, strlen(description));
	info.libraryVersion = version;
	return info;
}

static void assert_rule(unsigned rule, bool on, enum p11l_reason reason)
{
	assert_int_equal(p11l_on(&rules, rule), on);
	assert_int_equal(rules.reason[rule], reason);
}

CASE(levels)
{
	decide("[normalise]\nlevel = off\nenable = ECP-1\n", NULL);
	for (unsigned i = 0; i < P11L_RULES; i++)
		assert_rule(i, false, P11L_REASON_LEVEL_OFF);

	decide("[normalise]\nlevel = fix\n", NULL);
	assert_rule(P11L_RULE_ECP_1, true, P11L_REASON_LEVEL);
	assert_rule(P11L_RULE_DEF_1, false, P11L_REASON_NONE);
	assert_rule(P11L_RULE_GAV_4, false, P11L_REASON_NONE);

	decide("", NULL);
	assert_rule(P11L_RULE_ECP_1, true, P11L_REASON_LEVEL);
	assert_rule(P11L_RULE_DEF_1, true, P11L_REASON_LEVEL);
	assert_rule(P11L_RULE_GAV_4, false, P11L_REASON_NONE);
}

CASE(the_user_has_the_last_word)
{
	write_file("own.conf", "[normalise]\nenable = ECP-1+GAV-5\ndisable = ECP-2+GAV-4\n");
	decide("[module]\npath = vendor.so\n"
	       "[normalise]\nprofile = ./own.conf\nenable = GAV-4\ndisable = def+ecp-1\n",
	        NULL);
	assert_rule(P11L_RULE_GAV_4, true, P11L_REASON_USER);
	assert_rule(P11L_RULE_DEF_1, false, P11L_REASON_USER);
	assert_rule(P11L_RULE_ECP_1, false, P11L_REASON_USER);
	assert_rule(P11L_RULE_GAV_5, true, P11L_REASON_PROFILE);
	assert_rule(P11L_RULE_ECP_2, false, P11L_REASON_PROFILE);
}

CASE(options_come_from_the_user_then_the_profile)
{
	write_file("own.conf", "[normalise]\necdh_point = der\ngcm_params = 40\n");
	decide("[module]\npath = vendor.so\n"
	       "[normalise]\nprofile = ./own.conf\ngcm_params = 48\n",
	        NULL);
	assert_int_equal(p11l_option(&rules, P11L_NORMALISE_ECDH_POINT), P11L_ECDH_DER);
	assert_int_equal(p11l_option(&rules, P11L_NORMALISE_GCM_PARAMS), P11L_GCM_48);
	assert_int_equal(p11l_option(&rules, P11L_NORMALISE_ECX_POINT), P11L_ECX_AUTO);
}

CASE(keys_that_ask_for_a_rule)
{
	decide("", NULL);
	assert_rule(P11L_RULE_INIT_9, false, P11L_REASON_NONE);
	decide("[normalise]\nserialise = yes\ndeny = CKM_MD5\n", NULL);
	assert_rule(P11L_RULE_INIT_9, true, P11L_REASON_USER);
	assert_rule(P11L_RULE_MI_4, true, P11L_REASON_USER);
}

/* The name of the profile that was chosen, or "none". */
static const char *chosen(void)
{
	return rules.profile != NULL ? rules.profile->name : "none";
}

CASE(profiles_fit_by_file_and_version)
{
	const char module[] = "[module]\npath = /usr/lib/softhsm/libsofthsm2.so\n";
	CK_INFO info = info_of("SoftHSM", "Implementation of PKCS11", (CK_VERSION){2, 6});

	decide(module, &info);
	assert_string_equal(chosen(), "softhsm-2.6");
	info.libraryVersion.minor = 7;
	decide(module, &info);
	assert_string_equal(chosen(), "softhsm-2.7");
	decide("[module]\npath = /opt/other.so\n", &info);
	assert_string_equal(chosen(), "softhsm-2.7");
}

CASE(profiles_fit_by_what_the_module_says)
{
	CK_INFO nss =
	        info_of("Mozilla Foundation", "NSS Internal Crypto Services", (CK_VERSION){3, 87});
	CK_INFO unknown = info_of("ACME", "HSM", (CK_VERSION){1, 0});
	const char module[] = "[module]\npath = /opt/vendor.so\n";

	decide(module, NULL);
	assert_string_equal(chosen(), "none");
	decide(module, &unknown);
	assert_string_equal(chosen(), "none");
	decide(module, &nss);
	assert_string_equal(chosen(), "nss");
	decide("[module]\npath = /opt/vendor.so\n[normalise]\nprofile = none\n", &nss);
	assert_string_equal(chosen(), "none");
	decide("[module]\npath = /opt/vendor.so\n[normalise]\nprofile = opencryptoki\n", &nss);
	assert_string_equal(chosen(), "opencryptoki");
}

static void assert_no_profile(const char *profile, const char *message)
{
	setenv("PKCS11_LENS_PROFILE", profile, 1);
	setenv("PKCS11_LENS_MODULE", "vendor.so", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	p11l_profiles_free();
	p11l_config_free(&config);
	assert_true(p11l_config_load(&config, error));
	assert_false(p11l_profiles_load(&candidates, &config, error));
	assert_string_equal(error, message);
	assert_int_equal(candidates.count, 0);
}

CASE(profiles_that_are_not_to_be_had)
{
	assert_no_profile("acme", "normalise.profile: there is no profile \"acme\"; "
	                          "\"pkcs11-lens info\" lists them, and a name with a slash is a "
	                          "file");
	assert_no_profile(
	        "./none.conf", "./none.conf: cannot read the profile: No such file or directory");
	write_file("own.conf", "[profile]\nfile = *\n[trace]\nformat = text\n");
	assert_no_profile("./own.conf",
	        "./own.conf:4: unknown key \"format\" in section [trace]; pkcs11-lens.conf(5) "
	        "lists the keys");
}

CASE(wanted_functions_are_those_of_the_rows)
{
	uint64_t functions[2];

	decide("[normalise]\nlevel = off\n", NULL);
	for (unsigned layer = 0; layer < P11L_LAYERS; layer++) {
		p11l_rules_wanted(&rules, layer, functions);
		assert_int_equal(functions[0] | functions[1], 0);
	}
	decide("[normalise]\nlevel = fix\n", NULL);
	p11l_rules_wanted(&rules, P11L_LAYER_read, functions);
	assert_true(functions[0] >> P11L_C_GetAttributeValue & 1);
	assert_false(functions[0] >> P11L_C_Sign & 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(levels),
	        cmocka_unit_test(the_user_has_the_last_word),
	        cmocka_unit_test(options_come_from_the_user_then_the_profile),
	        cmocka_unit_test(keys_that_ask_for_a_rule),
	        cmocka_unit_test(profiles_fit_by_file_and_version),
	        cmocka_unit_test(profiles_fit_by_what_the_module_says),
	        cmocka_unit_test(profiles_that_are_not_to_be_had),
	        cmocka_unit_test(wanted_functions_are_those_of_the_rows),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
