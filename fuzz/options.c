/* SPDX-License-Identifier: MIT */
/* What stands in PKCS11_LENS_TRACE, and in the control file of a running process. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "logging/filter.h"
#include "shim/config.h"

#include <stdio.h>

static char *string_of(const uint8_t *data, size_t size)
{
	char *string = malloc(size + 1);

	expect(string != NULL, "out of memory");
	memcpy(string, data, size);
	string[size] = '\0';
	return string;
}

static void defaults(struct p11l_config *config)
{
	char error[P11L_ERROR_SIZE];

	memset(config, 0, sizeof(*config));
	for (int i = 0; i < P11L_KEYS; i++)
		if (p11l_key_rows[i].fallback != NULL)
			expect(p11l_config_set(config, (enum p11l_key)i, p11l_key_rows[i].fallback,
			               "default", error),
			        "a default is wrong");
}

/* A trace can be set up with whatever was taken. */
static void use(const struct p11l_config *config)
{
	struct p11l_filter filter;

	p11l_filter_read(&filter, config);
}

static void as_variable(const char *text)
{
	/* Not setenv, which keeps what it was given for ever. */
	static char variable[32 * 1024];
	struct p11l_config config;
	char error[P11L_ERROR_SIZE] = "";

	defaults(&config);
	snprintf(variable, sizeof(variable), "PKCS11_LENS_TRACE=%s", text);
	expect(putenv(variable) == 0, "no room for a variable");
	if (p11l_config_environment(&config, error))
		use(&config);
	else
		expect(error[0] != '\0', "no error");
	p11l_config_free(&config);
}

static void as_control(char *text)
{
	struct p11l_config config, copy;
	char error[P11L_ERROR_SIZE] = "";

	defaults(&config);
	expect(p11l_config_copy(&copy, &config), "no copy");
	if (p11l_config_options(&copy, text, "trace.control", error))
		use(&copy);
	else
		expect(error[0] != '\0', "no error");
	p11l_config_free(&copy);
	p11l_config_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = string_of(data, size);

	as_variable(text);
	as_control(text);
	free(text);
	return 0;
}
