/* SPDX-License-Identifier: MIT */
/* What a module says of itself, and its functions. */
#include "parts.h"

#include "logging/render/text.h"

#include <string.h>

void p11l_take_text(char *to, const CK_UTF8CHAR *from, CK_ULONG size)
{
	const CK_UTF8CHAR *end = memchr(from, '\0', size);
	size_t length = end != NULL ? (size_t)(end - from) : size, at = 0;

	while (length > 0 && from[length - 1] == ' ')
		length--;
	memcpy(to, from, length);
	to[length] = '\0';
	while ((at += p11l_utf8_prefix(from + at, length - at)) < length)
		to[at++] = '?';
}

static void take_info(struct p11l_module *module, const CK_INFO *from)
{
	struct p11l_module_info *info = &module->info;

	info->cryptoki_version = from->cryptokiVersion;
	info->library_version = from->libraryVersion;
	info->flags = from->flags;
	p11l_take_text(info->manufacturer, from->manufacturerID, sizeof(from->manufacturerID));
	p11l_take_text(
	        info->description, from->libraryDescription, sizeof(from->libraryDescription));
	info->path = module->path;
	info->normalised = module->normalised;
	atomic_store(&module->has_info, true);
}

CK_RV p11l_get_module_info(struct p11l_module *module, const struct p11l_module_info **info)
{
	struct p11l_attempt attempt = {.module = module};
	CK_INFO asked;
	CK_RV rv;

	if (info == NULL)
		return p11l_bad_argument("info");
	*info = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	if (!atomic_load(&module->has_info)) {
		memset(&asked, 0, sizeof(asked));
		while (p11l_attempt(&attempt))
			attempt.rv = module->functions->C_GetInfo(&asked);
		rv = p11l_attempted(&attempt, "C_GetInfo", P11L_NO_SUBJECT);
		if (rv != CKR_OK)
			return rv;
		p11l_modules_lock();
		if (!atomic_load(&module->has_info))
			take_info(module, &asked);
		p11l_modules_unlock();
	}
	*info = &module->info;
	return CKR_OK;
}

CK_RV p11l_get_functions(struct p11l_module *module, CK_FUNCTION_LIST **functions)
{
	if (functions == NULL)
		return p11l_bad_argument("functions");
	*functions = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	*functions = module->standard;
	return CKR_OK;
}
