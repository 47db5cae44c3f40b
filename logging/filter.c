/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include "shape.h"

#include <stdatomic.h>
#include <string.h>

static void read_list(struct p11l_list *list, const struct p11l_config *config, enum p11l_key key)
{
	const char *text = p11l_text(config, key);

	list->count = 0;
	if (text != NULL)
		p11l_parse_list(&p11l_key_rows[key], text, list);
}

void p11l_filter_read(struct p11l_filter *filter, const struct p11l_config *config)
{
	const char *except = p11l_text(config, P11L_TRACE_EXCEPT);
	uint64_t not_these[2] = {0, 0};

	p11l_parse_functions(p11l_text(config, P11L_TRACE_FUNCTIONS), filter->functions);
	if (except != NULL)
		p11l_parse_functions(except, not_these);
	filter->functions[0] &= ~not_these[0];
	filter->functions[1] &= ~not_these[1];
	filter->sample = p11l_number(config, P11L_TRACE_SAMPLE);
	filter->slower = p11l_number(config, P11L_TRACE_SLOWER);
	filter->failures = p11l_number(config, P11L_TRACE_ONLY) == P11L_ONLY_FAILURES;
	read_list(&filter->mechanisms, config, P11L_TRACE_MECHANISMS);
	read_list(&filter->slots, config, P11L_TRACE_SLOTS);
	read_list(&filter->sessions, config, P11L_TRACE_SESSIONS);
	filter->plain = filter->sample == 1 && filter->mechanisms.count == 0 &&
	                filter->slots.count == 0 && filter->sessions.count == 0;
}

static bool contains(const struct p11l_list *list, uint64_t value)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->value[i] == value)
			return true;
	return false;
}

bool p11l_filter_match(const struct p11l_filter *filter, unsigned function, const uintptr_t *arg)
{
	static atomic_ullong calls;
	int8_t session = p11l_shapes[function].session;
	CK_MECHANISM_TYPE mechanism;
	CK_SLOT_ID slot;

	if (filter->sample > 1 && atomic_fetch_add(&calls, 1) % filter->sample != 0)
		return false;
	if (filter->sessions.count > 0 &&
	        (session < 0 || !contains(&filter->sessions, arg[session])))
		return false;
	if (filter->slots.count > 0 &&
	        (!p11l_operation_slot(function, arg, &slot) || !contains(&filter->slots, slot)))
		return false;
	return filter->mechanisms.count == 0 ||
	       (p11l_operation_mechanism(function, arg, &mechanism) &&
	               contains(&filter->mechanisms, mechanism));
}
