/* SPDX-License-Identifier: MIT */
/* Prints "SECTION.KEY DEFAULT" for each key; with an argument, whether the settings are right. */
#include "shim/config.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct p11l_config config;
	char error[P11L_ERROR_SIZE];

	(void)argv;
	for (int i = 0; i < P11L_KEYS && argc == 1; i++) {
		const struct p11l_key_row *row = &p11l_key_rows[i];

		printf("%s.%s %s\n", row->section, row->name,
		        row->fallback != NULL ? row->fallback : "none");
	}
	if (argc == 1 || p11l_config_load(&config, error))
		return 0;
	puts(error);
	return 1;
}
