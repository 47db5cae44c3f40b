/* SPDX-License-Identifier: MIT */
/* info: the settings, the lens, and what the vendor's module says of itself. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* Init arguments may hold passwords, and what is printed gets pasted into bug reports. */
static void put_value(enum p11l_key key, const char *text)
{
	if (text == NULL)
		fputs("unset", stdout);
	else if (key == P11L_MODULE_INIT_ARGS)
		printf("<%zu characters>", strlen(text));
	else
		cli_put_escaped(text, strlen(text));
}

static void show_setting(
        const struct cli_call *call, const struct p11l_config *config, enum p11l_key key)
{
	const struct p11l_key_row *row = &p11l_key_rows[key];
	const struct p11l_setting *setting = &config->setting[key];
	char *origin = setting->origin != NULL ? cli_origin(call, setting->origin) : NULL;
	char name[64];

	snprintf(name, sizeof(name), "%s.%s", row->section, row->name);
	cli_put_name(2, name);
	put_value(key, setting->text);
	if (origin != NULL) {
		fputs(" (", stdout);
		cli_put_escaped(origin, strlen(origin));
		putchar(')');
	}
	putchar('\n');
	free(origin);
}

static void show_settings(const struct cli_call *call, const struct p11l_config *config)
{
	puts("Settings");
	/* What profiles say of vendors is no setting. */
	for (int i = 0; i < P11L_PROFILE_FILE; i++)
		show_setting(call, config, (enum p11l_key)i);
}

static void show_lens(void)
{
	char *path = cli_find_lens();

	puts("Lens");
	cli_field(2, "version", "%s", P11L_VERSION);
	cli_field(2, "used by run", "%s",
	        path != NULL ? path
	                     : "none: " CLI_LENS_NAME
	                       " lies neither beside this program nor in " P11L_MODULEDIR);
	free(path);
}

static bool show_library(struct cli_module *module, CK_INFO *told)
{
	CK_INFO info;

	memset(&info, 0, sizeof(info));
	if (!CLI_CALL(module, 2, C_GetInfo, &info))
		return false;
	*told = info;
	cli_field(2, "cryptoki version", "%u.%u", info.cryptokiVersion.major,
	        info.cryptokiVersion.minor);
	cli_field_padded(2, "manufacturer", info.manufacturerID, sizeof(info.manufacturerID));
	cli_field_padded(2, "library", info.libraryDescription, sizeof(info.libraryDescription));
	cli_field(2, "library version", "%u.%u", info.libraryVersion.major,
	        info.libraryVersion.minor);
	/* The standard has no flags here, but vendors have. */
	cli_field(2, "flags", info.flags == 0 ? "none" : "0x%lx", info.flags);
	return true;
}

static void show_module(struct cli_module *module, const struct p11l_config *config)
{
	CK_INFO info;
	bool known;

	fputs("Module ", stdout);
	cli_put_escaped(
	        p11l_text(config, P11L_MODULE_PATH), strlen(p11l_text(config, P11L_MODULE_PATH)));
	putchar('\n');
	if (!cli_answered(module, 2, "C_Initialize", cli_module_initialise(module, config))) {
		cli_show_interfaces(module);
		cli_show_rules(config, NULL);
		return;
	}
	known = show_library(module, &info);
	cli_show_interfaces(module);
	cli_show_slots(module);
	CLI_CALL(module, 0, C_Finalize, NULL);
	cli_show_rules(config, known ? &info : NULL);
}

int cli_info(const struct cli_call *call)
{
	struct p11l_config config;
	struct cli_module module;
	int status = CLI_FAILED;

	if (!cli_load_config(call, &config))
		return CLI_FAILED;
	show_settings(call, &config);
	show_lens();
	if (cli_module_load(&module, call, &config)) {
		show_module(&module, &config);
		status = module.failed ? CLI_FAILED : CLI_OK;
	}
	p11l_config_free(&config);
	return status;
}
