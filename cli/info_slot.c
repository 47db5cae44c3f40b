/* SPDX-License-Identifier: MIT */
/* info: the slots of a module, the tokens in them, and their mechanisms. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* What a call that fills a list has left in count cannot be more than there was room for. */
static CK_ULONG smaller(CK_ULONG a, CK_ULONG b)
{
	return a < b ? a : b;
}

static void show_mechanism(struct cli_module *module, CK_SLOT_ID slot, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO info;
	char number[CLI_NUMBER_SIZE], low[CLI_NUMBER_SIZE], high[CLI_NUMBER_SIZE];
	char sizes[2 * CLI_NUMBER_SIZE] = "-";

	memset(&info, 0, sizeof(info));
	printf("      %-34s ", cli_name(P11L_SPACE_mechanism, type, number));
	if (!CLI_CALL(module, 0, C_GetMechanismInfo, slot, type, &info))
		return;
	if (info.ulMinKeySize != 0 || info.ulMaxKeySize != 0)
		snprintf(sizes, sizeof(sizes), "%s..%s", cli_number(info.ulMinKeySize, low),
		        cli_number(info.ulMaxKeySize, high));
	printf("%-16s ", sizes);
	cli_put_flags(P11L_SPACE_mechanism_flags, info.flags);
	putchar('\n');
}

/* The mechanisms of a token, to be freed; NULL when there are none to be had. */
static CK_MECHANISM_TYPE *mechanism_list(
        struct cli_module *module, CK_SLOT_ID slot, CK_ULONG *count)
{
	CK_MECHANISM_TYPE *list;
	CK_ULONG room;

	*count = 0;
	if (!CLI_CALL(module, 4, C_GetMechanismList, slot, NULL, count))
		return NULL;
	room = *count = cli_bounded(4, "mechanisms", *count);
	list = calloc(room + 1, sizeof(list[0]));
	if (list == NULL || !CLI_CALL(module, 4, C_GetMechanismList, slot, list, count)) {
		free(list);
		return NULL;
	}
	*count = smaller(*count, room);
	return list;
}

static void show_mechanisms(struct cli_module *module, CK_SLOT_ID slot)
{
	CK_ULONG count;
	CK_MECHANISM_TYPE *list = mechanism_list(module, slot, &count);

	if (list == NULL)
		return;
	printf("    mechanisms: %lu (key sizes, flags)\n", count);
	for (CK_ULONG i = 0; i < count; i++)
		show_mechanism(module, slot, list[i]);
	free(list);
}

static void show_sessions(const char *name, CK_ULONG open, CK_ULONG most)
{
	char number[CLI_NUMBER_SIZE], limit[CLI_NUMBER_SIZE];

	cli_field(4, name, "%s open, at most %s", cli_number(open, number),
	        most == CK_EFFECTIVELY_INFINITE ? "unlimited" : cli_number(most, limit));
}

static void show_memory(const char *name, CK_ULONG unused, CK_ULONG total)
{
	char number[CLI_NUMBER_SIZE], whole[CLI_NUMBER_SIZE];

	cli_field(4, name, "%s free of %s", cli_number(unused, number), cli_number(total, whole));
}

static void show_counts(const CK_TOKEN_INFO *info)
{
	char low[CLI_NUMBER_SIZE], high[CLI_NUMBER_SIZE];

	cli_field(4, "PIN length", "%s..%s", cli_number(info->ulMinPinLen, low),
	        cli_number(info->ulMaxPinLen, high));
	show_sessions("sessions", info->ulSessionCount, info->ulMaxSessionCount);
	show_sessions("read/write", info->ulRwSessionCount, info->ulMaxRwSessionCount);
	show_memory("public memory", info->ulFreePublicMemory, info->ulTotalPublicMemory);
	show_memory("private memory", info->ulFreePrivateMemory, info->ulTotalPrivateMemory);
}

static void show_versions(int indent, const CK_VERSION *hardware, const CK_VERSION *firmware)
{
	cli_field(indent, "hardware version", "%u.%u", hardware->major, hardware->minor);
	cli_field(indent, "firmware version", "%u.%u", firmware->major, firmware->minor);
}

static void show_token(struct cli_module *module, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	memset(&info, 0, sizeof(info));
	puts("  Token");
	if (!CLI_CALL(module, 4, C_GetTokenInfo, slot, &info))
		return;
	cli_field_padded(4, "label", info.label, sizeof(info.label));
	cli_field_padded(4, "manufacturer", info.manufacturerID, sizeof(info.manufacturerID));
	cli_field_padded(4, "model", info.model, sizeof(info.model));
	cli_field_padded(4, "serial number", info.serialNumber, sizeof(info.serialNumber));
	show_versions(4, &info.hardwareVersion, &info.firmwareVersion);
	cli_field_flags(4, "flags", P11L_SPACE_token_flags, info.flags);
	show_counts(&info);
	if (info.flags & CKF_CLOCK_ON_TOKEN)
		cli_field_padded(4, "clock", info.utcTime, sizeof(info.utcTime));
	show_mechanisms(module, slot);
}

static void show_slot(struct cli_module *module, CK_SLOT_ID slot)
{
	CK_SLOT_INFO info;

	memset(&info, 0, sizeof(info));
	printf("Slot 0x%lx (%lu)\n", slot, slot);
	if (!CLI_CALL(module, 2, C_GetSlotInfo, slot, &info))
		return;
	cli_field_padded(2, "description", info.slotDescription, sizeof(info.slotDescription));
	cli_field_padded(2, "manufacturer", info.manufacturerID, sizeof(info.manufacturerID));
	show_versions(2, &info.hardwareVersion, &info.firmwareVersion);
	cli_field_flags(2, "flags", P11L_SPACE_slot_flags, info.flags);
	if (info.flags & CKF_TOKEN_PRESENT)
		show_token(module, slot);
}

void cli_show_slots(struct cli_module *module)
{
	CK_ULONG count = 0, room;
	CK_SLOT_ID *list;

	if (!CLI_CALL(module, 0, C_GetSlotList, CK_FALSE, NULL, &count))
		return;
	room = count = cli_bounded(0, "slots", count);
	if (room == 0) {
		puts("Slots: none");
		return;
	}
	list = calloc(room, sizeof(list[0]));
	if (list != NULL && CLI_CALL(module, 0, C_GetSlotList, CK_FALSE, list, &count))
		for (CK_ULONG i = 0; i < smaller(count, room); i++)
			show_slot(module, list[i]);
	free(list);
}
