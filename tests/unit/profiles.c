/* SPDX-License-Identifier: MIT */
/* The profiles that are built in: each is sound, and fits what its vendor says of itself. */
#define _GNU_SOURCE
#include "harness.h"

#include "shim/normalise/builtin.h"
#include "shim/normalise/rules.h"

static struct p11l_config config;
static struct p11l_candidates candidates;
static char error[P11L_ERROR_SIZE];

static void load(const char *module, const char *profile)
{
	char text[256];

	p11l_profiles_free();
	p11l_config_free(&config);
	snprintf(text, sizeof(text), "[module]\npath = %s\n[normalise]\nprofile = %s\n", module,
	        profile);
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	if (!p11l_config_load(&config, error) || !p11l_profiles_load(&candidates, &config, error))
		fail_msg("%s", error);
}

static void put(CK_UTF8CHAR *field, size_t size, const char *text)
{
	memset(field, ' ', size);
	memcpy(field, text, strlen(text));
}

/* A profile that changes nothing says nothing, and one that names a rule of another level lies. */
CASE(each_is_sound)
{
	assert_true(p11l_builtin_count >= 17);
	for (unsigned i = 0; i < p11l_builtin_count; i++) {
		struct p11l_rules rules;
		unsigned changes = 0;

		load("/opt/vendor.so", p11l_builtins[i].name);
		assert_int_equal(candidates.count, 1);
		p11l_rules_decide(&rules, &config, candidates.profile[0]);
		for (unsigned j = 0; j < P11L_RULES; j++) {
			if (rules.reason[j] != P11L_REASON_PROFILE)
				continue;
			changes++;
			if (p11l_on(&rules, j) && p11l_rules[j].level != P11L_RULE_PROFILE)
				fail_msg("%s: %s is on without it", p11l_builtins[i].name,
				        p11l_rules[j].id);
		}
		for (unsigned j = P11L_NORMALISE_LOCKING; j <= P11L_NORMALISE_DENY; j++)
			if (!p11l_is_default(&candidates.profile[0]->config, (enum p11l_key)j))
				changes++;
		if (changes == 0)
			fail_msg("%s changes nothing", p11l_builtins[i].name);
	}
}

/* What modules say, as measured or as their source or other clients' tables have it. */
static const struct {
	const char *profile, *module, *manufacturer, *description;
	CK_VERSION version;
} rows[] = {
        {"cloudhsm", "/opt/cloudhsm/lib/libcloudhsm_pkcs11.so", "CloudHSM", "", {5, 0}},
        {"kmsp11", "/usr/lib/libkmsp11.so", "Google", "Cryptoki Library", {1, 0}},
        {"kryoptic", "/usr/lib64/pkcs11/libkryoptic_pkcs11.so", "Kryoptic Project",
                "Kryoptic PKCS11 Module", {0, 1}},
        {"luna", "/usr/safenet/lunaclient/lib/libCryptoki2_64.so", "SafeNet", "Chrystoki", {10, 3}},
        {"nethsm", "/usr/lib/libnethsm_pkcs11.so", "Nitrokey", "Nitrokey PKCS#11 library", {1, 0}},
        {"nshield", "/opt/nfast/toolkits/pkcs11/libcknfast.so", "nCipher Corp. Ltd",
                "nCipher PKCS#11 12.60.2", {12, 60}},
        {"nss", "/usr/lib/x86_64-linux-gnu/libsoftokn3.so", "Mozilla Foundation",
                "NSS Internal Crypto Services", {3, 87}},
        {"opencryptoki", "/usr/lib/opencryptoki/libopencryptoki.so", "IBM", "Meta PKCS11 LIBRARY",
                {3, 8}},
        {"opensc", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "OpenSC Project",
                "OpenSC smartcard framework", {0, 23}},
        {"softhsm-2.6", "/usr/lib/softhsm/libsofthsm2.so", "SoftHSM", "Implementation of PKCS11",
                {2, 6}},
        {"softhsm-2.7", "/usr/lib/softhsm/libsofthsm2.so", "SoftHSM", "Implementation of PKCS11",
                {2, 7}},
        {"tpm2-pkcs11", "/usr/lib/x86_64-linux-gnu/libtpm2_pkcs11.so.1", "tpm2-software.github.io",
                "TPM2.0 Cryptoki", {1, 9}},
        {"utimaco", "/opt/utimaco/lib/libcs_pkcs11_R3.so", "Utimaco IS GmbH",
                "CryptoServer PKCS11 Library", {1, 9}},
        {"ykcs11", "/usr/lib/x86_64-linux-gnu/libykcs11.so.2", "Yubico (www.yubico.com)",
                "PKCS#11 PIV Library (SP-800-73)", {2, 20}},
        {"yubihsm", "/usr/lib/x86_64-linux-gnu/pkcs11/yubihsm_pkcs11.so", "Yubico (www.yubico.com)",
                "YubiHSM PKCS#11 Library", {2, 5}},
};

static void assert_chosen(const char *module, unsigned i, const char *expected)
{
	const struct p11l_profile *profile;
	CK_INFO info = {.libraryVersion = rows[i].version};

	put(info.manufacturerID, sizeof(info.manufacturerID), rows[i].manufacturer);
	put(info.libraryDescription, sizeof(info.libraryDescription), rows[i].description);
	load(module, "auto");
	profile = p11l_profiles_choose(&candidates, &info);
	if (profile == NULL || strcmp(profile->name, expected) != 0)
		fail_msg("%s: chosen is %s", expected, profile != NULL ? profile->name : "none");
}

CASE(each_fits_its_vendor)
{
	for (unsigned i = 0; i < COUNT(rows); i++) {
		assert_chosen(rows[i].module, i, rows[i].profile);
		/* The same when the file has another name. */
		assert_chosen("/opt/vendor.so", i, rows[i].profile);
	}
}

/* Before C_Initialize the name of the file decides. */
CASE(each_fits_its_file)
{
	for (unsigned i = 0; i < COUNT(rows); i++) {
		const struct p11l_profile *profile;

		load(rows[i].module, "auto");
		profile = p11l_profiles_choose(&candidates, NULL);
		assert_non_null(profile);
		assert_memory_equal(profile->name, rows[i].profile, 3);
	}
}

/* ProtectToolkit says what Luna says, and numbers of Luna mean other things there. */
CASE(only_the_file_tells_protecttoolkit_from_luna)
{
	CK_INFO info = {.libraryVersion = {5, 9}};

	put(info.manufacturerID, sizeof(info.manufacturerID), "SafeNet Inc.");
	put(info.libraryDescription, sizeof(info.libraryDescription), "ProtectToolkit C");
	load("/opt/safenet/protecttoolkit7/ptk/lib/libcryptoki.so", "auto");
	assert_string_equal(p11l_profiles_choose(&candidates, &info)->name, "protecttoolkit");
	load("/opt/vendor.so", "auto");
	assert_null(p11l_profiles_choose(&candidates, &info));
}

/* A SmartCard-HSM behind OpenSC has the profile of its own, other cards that of OpenSC. */
CASE(tokens_behind_a_module_of_many)
{
	const struct p11l_profile *profile;
	CK_TOKEN_INFO token;

	load("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "auto");
	assert_string_equal(p11l_profiles_choose(&candidates, NULL)->name, "opensc");
	memset(&token, ' ', sizeof(token));
	put(token.manufacturerID, sizeof(token.manufacturerID), "www.CardContact.de");
	for (unsigned i = 0; i < candidates.count; i++) {
		struct p11l_candidates wanting = {.count = 1, .profile = {candidates.profile[i]}};

		if (!p11l_profile_wants_token(candidates.profile[i], NULL))
			continue;
		profile = p11l_profiles_for_token(&wanting, &token);
		assert_non_null(profile);
		assert_string_equal(profile->name, "smartcard-hsm");
		put(token.manufacturerID, sizeof(token.manufacturerID), "piv_II");
		assert_null(p11l_profiles_for_token(&wanting, &token));
		return;
	}
	fail_msg("no profile wants a token");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_is_sound),
	        cmocka_unit_test(each_fits_its_vendor),
	        cmocka_unit_test(each_fits_its_file),
	        cmocka_unit_test(only_the_file_tells_protecttoolkit_from_luna),
	        cmocka_unit_test(tokens_behind_a_module_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
