/* SPDX-License-Identifier: MIT */
/* A configuration file. */
#include "fuzz.h"

#include "shim/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct p11l_config config = {.setting = {{.text = NULL}}};
	char error[P11L_ERROR_SIZE];
	const char *name = fuzz_file(data, size);

	if (name == NULL)
		return -1;
	memset(error, 'x', sizeof(error));
	if (p11l_config_file(&config, name, true, error))
		expect(error[0] == '\0', "a file that is right has an error");
	else
		expect(error[0] != '\0' && memchr(error, '\0', sizeof(error)) != NULL,
		        "a file that is wrong has none");
	p11l_config_free(&config);
	return 0;
}
