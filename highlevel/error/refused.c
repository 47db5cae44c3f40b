/* SPDX-License-Identifier: MIT */
/* The record of what a module has refused. No calls are made for it. */
#include "highlevel/internal.h"
#include "logging/logging.h"
#include "meaning.h"
#include "shim/spec.h"

#include <stdio.h>
#include <string.h>

/* "key "signing"", as far as it is known. */
static void write_subject(char *to, size_t room, const struct p11l_subject *subject)
{
	const char *label;

	to[0] = '\0';
	if (subject->object != NULL) {
		CK_OBJECT_CLASS class = subject->object->object_class;
		const char *what = class == CKO_CERTIFICATE                 ? "certificate"
		                   : subject->object->key_type != P11L_NONE ? "key"
		                                                            : "object";

		label = p11l_object_label(subject->object);
		snprintf(to, room, label[0] != '\0' ? "%s \"%.70s\"" : "%s", what, label);
	} else if (subject->slot != NULL && subject->slot->has_token_info) {
		snprintf(to, room, "token \"%s\"", subject->slot->token_info.label);
	} else if (subject->slot != NULL) {
		snprintf(to, room, "slot %lu", subject->slot->id);
	}
}

/* "SoftHSM 2.6", or the file's name while nobody has asked the module who it is. */
static void write_module(char *to, size_t room, const struct p11l_module *module)
{
	const char *slash;

	to[0] = '\0';
	if (module == NULL)
		return;
	if (module->has_info) {
		snprintf(to, room, "%s %u.%u", module->info.manufacturer,
		        module->info.library_version.major, module->info.library_version.minor);
	} else if (module->path != NULL) {
		slash = strrchr(module->path, '/');
		snprintf(to, room, "%s", slash != NULL ? slash + 1 : module->path);
	}
}

/* Appends to a text that may be full. */
static void append(struct p11l_error *record, const char *before, const char *text)
{
	size_t used = strlen(record->text);

	if (text != NULL && text[0] != '\0')
		snprintf(record->text + used, sizeof(record->text) - used, "%s%s", before, text);
}

/* C_Sign: CKR_X (0x..): what it means; key "a", CKM_Y, CKA_Z [SoftHSM 2.6, trace #41]: hint */
static void write_text(struct p11l_error *record)
{
	char number[32];

	snprintf(record->text, sizeof(record->text), "%s: %s (0x%lx): %s", record->function,
	        record->name, record->rv, p11l_rv_text(record->rv));
	append(record, " ", record->subject);
	if (record->mechanism != P11L_NONE)
		append(record, record->subject[0] != '\0' ? ", " : " ",
		        p11l_name(P11L_SPACE_mechanism, record->mechanism));
	if (record->attribute != P11L_NONE)
		append(record, ", ", p11l_name(P11L_SPACE_attribute, record->attribute));
	append(record, " [", record->module);
	snprintf(number, sizeof(number), "%lu", record->trace);
	if (record->trace != 0)
		append(record, record->module[0] != '\0' ? ", trace #" : " [trace #", number);
	if (record->module[0] != '\0' || record->trace != 0)
		append(record, "]", " ");
	if (record->text[strlen(record->text) - 1] == ' ')
		record->text[strlen(record->text) - 1] = '\0';
	append(record, "; ", record->hint);
}

CK_RV p11l_vendor_refused(const struct p11l_module *module, CK_RV rv, const char *function,
        const struct p11l_subject *subject)
{
	struct p11l_error *record = p11l_error_fresh(rv);

	record->origin = P11L_ORIGIN_VENDOR;
	record->function = function != NULL ? function : "";
	record->mechanism = subject->mechanism;
	record->attribute = subject->attribute;
	record->trace = (CK_ULONG)p11l_trace_last_number();
	/* A vendor's number may be the same as one of ours; then it is not ours. */
	if (rv >= P11L_CKR_BASE && rv < P11L_CKR_BASE + 0x100) {
		record->name = "CKR_VENDOR_DEFINED";
		record->kind = P11L_KIND_DEVICE;
	}
	write_subject(record->subject, sizeof(record->subject), subject);
	write_module(record->module, sizeof(record->module), module);
	p11l_write_hint(record->hint, sizeof(record->hint), rv, record->function,
	        module != NULL && module->normalised);
	write_text(record);
	return rv;
}
