/* SPDX-License-Identifier: MIT */
/* Finding tokens by what they say of themselves. */
#include "parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A filter in parts: what the caller's struct has, and what its URI says. */
struct wanted {
	const struct p11l_token_filter *filter;
	struct p11l_uri uri;
	CK_SLOT_ID slot_id; /* P11L_NONE: any */
	bool nothing;       /* nothing can be as this says */
};

static bool is_same(const char *wanted, const char *is)
{
	return wanted == NULL || strcmp(wanted, is) == 0;
}

/* --- What the URI says of the library costs a call at most once for each module. */

static bool has_library_part(const struct p11l_uri *uri)
{
	return uri->library_manufacturer != NULL || uri->library_description != NULL ||
	       uri->has_library_version;
}

static CK_RV look_at_library(struct p11l_module *module, struct wanted *wanted)
{
	const struct p11l_uri *uri = &wanted->uri;
	const struct p11l_module_info *info;
	CK_RV rv;

	if (!has_library_part(uri))
		return CKR_OK;
	rv = p11l_get_module_info(module, &info);
	if (rv != CKR_OK)
		return rv;
	if (!is_same(uri->library_manufacturer, info->manufacturer) ||
	        !is_same(uri->library_description, info->description) ||
	        (uri->has_library_version && memcmp(&uri->library_version, &info->library_version,
	                                             sizeof(CK_VERSION)) != 0))
		wanted->nothing = true;
	return CKR_OK;
}

static CK_RV understand(
        struct p11l_module *module, const struct p11l_token_filter *filter, struct wanted *wanted)
{
	const CK_SLOT_ID *id = P11L_GET(filter, slot_id, NULL);
	const char *uri = P11L_GET(filter, uri, NULL);
	CK_RV rv;

	memset(wanted, 0, sizeof(*wanted));
	wanted->filter = filter;
	wanted->slot_id = id != NULL ? *id : P11L_NONE;
	if (uri == NULL)
		return CKR_OK;
	rv = p11l_uri_parse(uri, &wanted->uri);
	if (rv != CKR_OK)
		return rv;
	wanted->nothing =
	        wanted->uri.has_unknown ||
	        (id != NULL && wanted->uri.slot_id != P11L_NONE && wanted->uri.slot_id != *id);
	if (id == NULL)
		wanted->slot_id = wanted->uri.slot_id;
	rv = look_at_library(module, wanted);
	if (rv != CKR_OK)
		p11l_uri_clear(&wanted->uri);
	return rv;
}

/* --- Whether one is as was asked for. What is not asked for costs no call. */

static bool fits_token(const struct wanted *wanted, struct p11l_slot *slot)
{
	const struct p11l_token_filter *filter = wanted->filter;
	CK_FLAGS flags = P11L_GET(filter, token_flags, 0);
	const struct p11l_token_info *info;

	if (p11l_get_token_info(slot, CK_FALSE, &info) != CKR_OK)
		return false;
	return is_same(P11L_GET(filter, label, NULL), info->label) &&
	       is_same(P11L_GET(filter, serial, NULL), info->serial) &&
	       is_same(P11L_GET(filter, manufacturer, NULL), info->manufacturer) &&
	       is_same(P11L_GET(filter, model, NULL), info->model) &&
	       is_same(wanted->uri.token, info->label) &&
	       is_same(wanted->uri.serial, info->serial) &&
	       is_same(wanted->uri.manufacturer, info->manufacturer) &&
	       is_same(wanted->uri.model, info->model) && (info->flags & flags) == flags;
}

static bool fits_slot(const struct wanted *wanted, struct p11l_slot *slot)
{
	CK_FLAGS flags = P11L_GET(wanted->filter, slot_flags, 0);
	const struct p11l_slot_info *info;

	if (flags == 0 && wanted->uri.slot_manufacturer == NULL &&
	        wanted->uri.slot_description == NULL)
		return true;
	return p11l_get_slot_info(slot, CK_FALSE, &info) == CKR_OK &&
	       (info->flags & flags) == flags &&
	       is_same(wanted->uri.slot_manufacturer, info->manufacturer) &&
	       is_same(wanted->uri.slot_description, info->description);
}

static bool has_mechanism(const CK_MECHANISM_TYPE *list, CK_ULONG count, CK_MECHANISM_TYPE wanted)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (list[i] == wanted)
			return true;
	return false;
}

static bool fits_mechanisms(const struct wanted *wanted, struct p11l_slot *slot)
{
	const CK_MECHANISM_TYPE *needed = P11L_GET(wanted->filter, mechanisms, NULL);
	CK_ULONG needs = P11L_GET(wanted->filter, mechanism_count, 0), count;
	const CK_MECHANISM_TYPE *list;

	if (needed == NULL || needs == 0)
		return true;
	if (p11l_get_mechanisms(slot, &list, &count) != CKR_OK)
		return false;
	for (CK_ULONG i = 0; i < needs; i++)
		if (!has_mechanism(list, count, needed[i]))
			return false;
	return true;
}

static bool fits(const struct wanted *wanted, struct p11l_slot *slot)
{
	return !wanted->nothing && (wanted->slot_id == P11L_NONE || wanted->slot_id == slot->id) &&
	       fits_token(wanted, slot) && fits_slot(wanted, slot) && fits_mechanisms(wanted, slot);
}

/* --- Lists */

/* Moves those that do not fit behind those that do; returns how many do. */
static CK_ULONG sort_out(const struct wanted *wanted, struct p11l_slots *slots)
{
	CK_ULONG fitting = 0;

	for (CK_ULONG i = 0; i < slots->count; i++) {
		struct p11l_slot *slot = slots->slot[i];

		if (!fits(wanted, slot))
			continue;
		slots->slot[i] = slots->slot[fitting];
		slots->slot[fitting++] = slot;
	}
	/* A slot that did not answer is no failure. */
	p11l_error_forget();
	return fitting;
}

static void cut(struct p11l_slots *slots, CK_ULONG count)
{
	while (slots->count > count)
		p11l_slot_free(slots->slot[--slots->count]);
}

/* A slot that is named by its number is the only one that is asked, and there is no list. */
static CK_RV list_tokens(struct p11l_module *module, const struct wanted *wanted, bool look,
        struct p11l_slots **slots)
{
	return wanted->slot_id != P11L_NONE ? p11l_slots_of_one(module, wanted->slot_id, slots)
	                                    : p11l_slots_list(module, CK_TRUE, look, slots);
}

CK_RV p11l_get_tokens(struct p11l_module *module, const struct p11l_token_filter *filter,
        struct p11l_slots **tokens)
{
	struct p11l_slots *slots = NULL;
	struct wanted wanted;
	CK_RV rv;

	if (tokens == NULL)
		return p11l_bad_argument("tokens");
	*tokens = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	rv = understand(module, filter, &wanted);
	if (rv != CKR_OK)
		return rv;
	rv = list_tokens(module, &wanted, true, &slots);
	if (rv == CKR_OK) {
		cut(slots, sort_out(&wanted, slots));
		*tokens = slots;
	}
	p11l_uri_clear(&wanted.uri);
	return rv;
}

/* --- One token, or a text that says what there is instead */

struct line {
	char text[512];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format, args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= sizeof(line->text))
		line->used = sizeof(line->text) - 1;
}

/* The tokens by label, serial number and slot; those that did not answer are only counted. */
static void describe(struct line *line, const struct p11l_slots *slots, CK_ULONG count)
{
	CK_ULONG silent = 0, said = 0;

	for (CK_ULONG i = 0; i < count; i++) {
		const struct p11l_slot *slot = slots->slot[i];

		if (!atomic_load(&slot->has_token_info))
			silent++;
		else
			add(line, "%s\"%s\" (serial %s, slot %lu)", said++ > 0 ? ", " : "",
			        slot->token_info.label, slot->token_info.serial, slot->id);
	}
	if (silent > 0)
		add(line, "%s%lu that did not answer", said > 0 ? " and " : "", silent);
}

static void describe_wish(struct line *line, const struct wanted *wanted)
{
	const struct p11l_token_filter *filter = wanted->filter;
	const struct {
		const char *name, *text;
	} part[] = {
	        {"label", P11L_GET(filter, label, NULL)},
	        {"serial", P11L_GET(filter, serial, NULL)},
	        {"manufacturer", P11L_GET(filter, manufacturer, NULL)},
	        {"model", P11L_GET(filter, model, NULL)},
	        {"token", wanted->uri.token},
	        {"serial", wanted->uri.serial},
	        {"manufacturer", wanted->uri.manufacturer},
	        {"model", wanted->uri.model},
	};
	size_t start = line->used;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (part[i].text != NULL)
			add(line, "%s%s \"%.64s\"", line->used > start ? ", " : " with ",
			        part[i].name, part[i].text);
	if (wanted->slot_id != P11L_NONE)
		add(line, "%sslot %lu", line->used > start ? ", " : " in ", wanted->slot_id);
	if (P11L_GET(filter, mechanism_count, 0) > 0 || P11L_GET(filter, token_flags, 0) != 0 ||
	        P11L_GET(filter, slot_flags, 0) != 0)
		add(line, "%s", " and the flags and mechanisms that are asked for");
}

static CK_RV refuse_none(const struct wanted *wanted, const struct p11l_slots *slots)
{
	struct line wish = {.used = 0}, line = {.used = 0};

	describe_wish(&wish, wanted);
	describe(&line, slots, slots->count);
	if (wanted->uri.has_unknown)
		return p11l_refuse(P11L_CKR_NO_TOKEN, NULL, NULL,
		        "the URI has an attribute that is not known, so no token fits it");
	if (slots->count == 0)
		return p11l_refuse(P11L_CKR_NO_TOKEN, NULL, NULL,
		        "there is no token%.200s: no slot has one", wish.text);
	if (wanted->slot_id != P11L_NONE && !atomic_load(&slots->slot[0]->has_token_info))
		return p11l_refuse(P11L_CKR_NO_TOKEN, NULL, NULL,
		        "there is no token%.200s: no such slot has one that answers", wish.text);
	return p11l_refuse(P11L_CKR_NO_TOKEN, NULL, NULL, "there is no token%.200s; there %s %s",
	        wish.text, slots->count == 1 ? "is" : "are", line.text);
}

static CK_RV refuse_many(
        const struct wanted *wanted, const struct p11l_slots *slots, CK_ULONG count)
{
	struct line wish = {.used = 0}, line = {.used = 0};

	describe_wish(&wish, wanted);
	describe(&line, slots, count);
	return p11l_refuse(P11L_CKR_MANY_TOKENS, NULL, NULL,
	        "there are %lu tokens%.200s: %s; say which by its serial or slot_id", count,
	        wish.text, line.text);
}

static CK_RV choose(struct p11l_module *module, const struct wanted *wanted, bool look,
        struct p11l_slot **token)
{
	struct p11l_slots *slots = NULL;
	CK_ULONG count;
	CK_RV rv = list_tokens(module, wanted, look, &slots);

	if (rv != CKR_OK)
		return rv;
	count = sort_out(wanted, slots);
	if (count == 1)
		*token = p11l_slot_ref(slots->slot[0]);
	else
		rv = count == 0 ? refuse_none(wanted, slots) : refuse_many(wanted, slots, count);
	p11l_slots_free(slots);
	return rv;
}

CK_RV p11l_get_token(struct p11l_module *module, const struct p11l_token_filter *filter,
        struct p11l_slot **token)
{
	struct wanted wanted;
	bool listed;
	CK_RV rv;

	if (token == NULL)
		return p11l_bad_argument("token");
	*token = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	rv = understand(module, filter, &wanted);
	if (rv != CKR_OK)
		return rv;
	listed = atomic_load(&module->listed);
	rv = choose(module, &wanted, false, token);
	/* It may have been plugged in since the slots were listed. */
	if (rv == P11L_CKR_NO_TOKEN && listed && wanted.slot_id == P11L_NONE)
		rv = choose(module, &wanted, true, token);
	p11l_uri_clear(&wanted.uri);
	return rv;
}
