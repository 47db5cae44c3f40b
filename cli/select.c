/* SPDX-License-Identifier: MIT */
#include "select.h"

#include "when.h"

#include <string.h>

static bool usage(const struct cli_call *call, const char *message)
{
	cli_error("%s; see \"pkcs11-lens %s --help\"", message, call->verb->name);
	return false;
}

/* Settings that select nothing. */
static bool set_defaults(struct p11l_config *config, char *error)
{
	memset(config, 0, sizeof(*config));
	for (int i = 0; i < P11L_KEYS; i++) {
		const char *fallback = p11l_key_rows[i].fallback;

		if (fallback != NULL &&
		        !p11l_config_set(config, (enum p11l_key)i, fallback, "default", error))
			return false;
	}
	return true;
}

/* The message of the configuration, without the name of the key, which the option is called by. */
static bool bad_value(const struct cli_call *call, enum cli_option option, const char *error)
{
	const char *rest = strstr(error, " cannot be ");
	char message[P11L_ERROR_SIZE];

	snprintf(message, sizeof(message), "--%s%.400s", cli_option_name(option),
	        rest != NULL ? rest : "");
	return usage(call, message);
}

static bool read_filter(struct cli_select *select, const struct cli_call *call)
{
	struct p11l_config config;
	char error[P11L_ERROR_SIZE] = "";
	bool ok = set_defaults(&config, error);

	if (!ok)
		cli_no_memory();
	for (int i = CLI_FUNCTIONS; ok && i <= CLI_SLOWER; i++) {
		enum p11l_key key = p11l_config_find("trace", cli_option_name((enum cli_option)i));

		if (call->value[i] != NULL &&
		        !p11l_config_set(&config, key, call->value[i], "option", error))
			ok = bad_value(call, (enum cli_option)i, error);
	}
	if (ok)
		p11l_filter_read(&select->filter, &config);
	p11l_config_free(&config);
	return ok;
}

static bool read_numbers(
        struct p11l_list *list, const struct cli_call *call, enum cli_option option)
{
	char message[256];

	list->count = 0;
	if (call->value[option] == NULL ||
	        p11l_parse_list(&p11l_key_rows[P11L_TRACE_SESSIONS], call->value[option], list))
		return true;
	snprintf(message, sizeof(message),
	        "--%s cannot be \"%.60s\"; expected up to %d numbers joined by +",
	        cli_option_name(option), call->value[option], P11L_LIST_VALUES);
	return usage(call, message);
}

static bool read_bound(struct cli_bound *bound, const struct cli_call *call, enum cli_option option)
{
	const char *text = call->value[option];
	char message[256];

	*bound = (struct cli_bound){.given = text != NULL};
	if (text == NULL || cli_parse_time(text, &bound->time))
		return true;
	bound->clock = cli_parse_clock(text, &bound->time);
	if (bound->clock)
		return true;
	snprintf(message, sizeof(message),
	        "--%s cannot be \"%.60s\"; expected a time such as 2026-11-23T15:49:39Z or "
	        "15:49:39",
	        cli_option_name(option), text);
	return usage(call, message);
}

bool cli_select_start(struct cli_select *select, const struct cli_call *call)
{
	memset(select, 0, sizeof(*select));
	return read_filter(select, call) && read_numbers(&select->pids, call, CLI_PID) &&
	       read_numbers(&select->tids, call, CLI_TID) &&
	       read_bound(&select->since, call, CLI_SINCE) &&
	       read_bound(&select->until, call, CLI_UNTIL);
}

void cli_select_end(struct cli_select *select)
{
	cli_map_free(&select->parents);
}

static void set_day(struct cli_bound *bound, uint64_t first)
{
	if (bound->clock)
		bound->time += first - first % CLI_DAY;
	bound->clock = false;
}

void cli_select_day(struct cli_select *select, uint64_t first)
{
	set_day(&select->since, first);
	set_day(&select->until, first);
}

static bool contains(const struct p11l_list *list, bool known, uint64_t value)
{
	if (list->count == 0)
		return true;
	for (unsigned i = 0; known && i < list->count; i++)
		if (list->value[i] == value)
			return true;
	return false;
}

static bool is_in_time(const struct cli_select *select, uint64_t time)
{
	return (!select->since.given || time >= select->since.time) &&
	       (!select->until.given || time <= select->until.time);
}

/* Of a call that never returned nobody knows whether it would have failed, or how long it took. */
static bool counts(const struct cli_select *select, const struct p11l_record *record,
        const struct cli_facts *facts)
{
	const struct p11l_filter *filter = &select->filter;
	unsigned f = record->function;

	return (filter->functions[f / 64] >> f % 64 & 1) != 0 &&
	       (!cli_returned(record) ||
	               p11l_filter_leave(filter, (CK_RV)record->rv, record->duration)) &&
	       contains(&filter->sessions, facts->has_session, facts->session) &&
	       contains(&filter->slots, facts->has_slot, facts->slot) &&
	       contains(&filter->mechanisms, facts->has_mechanism, facts->mechanism) &&
	       contains(&select->pids, true, record->pid) &&
	       contains(&select->tids, true, record->tid) && is_in_time(select, record->time);
}

bool cli_select(
        struct cli_select *select, const struct p11l_record *record, const struct cli_facts *facts)
{
	bool own = record->layer != P11L_LAYER_VENDOR;
	uint64_t of_host = own ? record->sequence : record->parent;
	uintptr_t *parent = cli_map_make(&select->parents, record->pid, record->tid);

	/* What the lens asks of the vendor counts as what the host has asked of the lens. */
	if (!own && *parent >> 1 == of_host)
		return (*parent & 1) != 0;
	if (!own)
		return counts(select, record, facts);
	*parent = (uintptr_t)of_host << 1 | counts(select, record, facts);
	return (*parent & 1) != 0;
}
