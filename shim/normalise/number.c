/* SPDX-License-Identifier: MIT */
#include "number.h"

#include "learned.h"

#include <string.h>

#define MAX_LIST 512 /* longer lists go down as they are: no module has so many mechanisms */

static bool any_on(const struct p11l_rules *rules)
{
	return p11l_on(rules, P11L_RULE_NUM_1) || p11l_on(rules, P11L_RULE_ECPAR_4) ||
	       p11l_on(rules, P11L_RULE_SYM_8);
}

void p11l_renumber_in_session(
        struct p11l_renumbering *numbers, p11l_below *below, CK_SESSION_HANDLE session)
{
	numbers->below = below;
	numbers->rules = p11l_rules_of(session);
	numbers->on = any_on(numbers->rules);
	numbers->session = session;
	numbers->has_slot = numbers->slot_failed = false;
}

void p11l_renumber_on_slot(struct p11l_renumbering *numbers, p11l_below *below, CK_SLOT_ID slot)
{
	numbers->below = below;
	numbers->rules = p11l_rules_of_slot(slot);
	numbers->on = any_on(numbers->rules);
	numbers->slot = slot;
	numbers->has_slot = true;
}

static bool find_slot(struct p11l_renumbering *numbers)
{
	if (!numbers->has_slot && !numbers->slot_failed) {
		numbers->has_slot = p11l_slot_of(numbers->below, numbers->session, &numbers->slot);
		numbers->slot_failed = !numbers->has_slot;
	}
	return numbers->has_slot;
}

/* Whether the slot's vendor has a mechanism; false as a whole when it does not say. */
static bool ask(const struct p11l_renumbering *numbers, CK_MECHANISM_TYPE type, bool *has)
{
	CK_MECHANISM_INFO info;
	CK_RV rv = numbers->below->C_GetMechanismInfo(numbers->slot, type, &info);

	*has = rv == CKR_OK;
	return rv == CKR_OK || rv == CKR_MECHANISM_INVALID;
}

/* Whether the vendor has the row's number, and not the standard's. */
static bool holds(struct p11l_renumbering *numbers, const struct p11l_number *row)
{
	const struct p11l_number *listed = &p11l_numbers[row->as];
	bool has_own, has_standard = false, is;

	if (!p11l_on(numbers->rules, row->rule) || !find_slot(numbers))
		return false;
	if (p11l_learned(numbers->slot, P11L_FACT_NUMBER + row->as, &is))
		return is;
	if (!ask(numbers, listed->vendor, &has_own))
		return false;
	if (has_own && listed->kind == P11L_NUMBER_MECHANISM &&
	        !ask(numbers, listed->standard, &has_standard))
		return false;
	is = has_own && !has_standard;
	p11l_learn(numbers->slot, P11L_FACT_NUMBER + row->as, is);
	return is;
}

static void note(const struct p11l_number *row, bool down)
{
	if (down)
		p11l_note(p11l_rules[row->rule].id, "%s -> 0x%lx", row->name, row->vendor);
	else
		p11l_note(p11l_rules[row->rule].id, "0x%lx -> %s", row->vendor, row->name);
}

/* The row that has the number on one side, and holds. */
static const struct p11l_number *row_of(
        struct p11l_renumbering *numbers, enum p11l_number_kind kind, CK_ULONG number, bool down)
{
	for (unsigned i = 0; i < P11L_NUMBERS; i++) {
		const struct p11l_number *row = &p11l_numbers[i];

		if (row->kind == kind && (down ? row->standard : row->vendor) == number &&
		        holds(numbers, row)) {
			note(row, down);
			return row;
		}
	}
	return NULL;
}

CK_ULONG p11l_number_down(
        struct p11l_renumbering *numbers, enum p11l_number_kind kind, CK_ULONG standard)
{
	const struct p11l_number *row = row_of(numbers, kind, standard, true);

	return row != NULL ? row->vendor : standard;
}

CK_ULONG p11l_number_up(
        struct p11l_renumbering *numbers, enum p11l_number_kind kind, CK_ULONG vendor)
{
	const struct p11l_number *row = row_of(numbers, kind, vendor, false);

	return row != NULL ? row->standard : vendor;
}

/* --- Mechanisms */

/* Has our mechanism lead to a parameter with the vendor's number of the derivation function. */
static void function_down(
        struct p11l_renumbering *numbers, const CK_MECHANISM *given, size_t offset, size_t size)
{
	CK_EC_KDF_TYPE standard, vendor;

	if (given->ulParameterLen != size || !p11l_readable(given->pParameter, size))
		return;
	memcpy(&standard, (const CK_BYTE *)given->pParameter + offset, sizeof(standard));
	vendor = p11l_number_down(numbers, P11L_NUMBER_KDF, standard);
	if (vendor == standard)
		return;
	memcpy(&numbers->parameter, given->pParameter, size);
	memcpy((CK_BYTE *)&numbers->parameter + offset, &vendor, sizeof(vendor));
	numbers->mechanism.pParameter = &numbers->parameter;
}

/* The parameters that name a derivation function are those of functions that take one call. */
static void parameter_down(struct p11l_renumbering *numbers, const CK_MECHANISM *given)
{
	static const struct {
		uint16_t number;
		uint16_t offset, size;
	} rows[] = {
	        {P11L_STRUCT_CK_ECDH1_DERIVE_PARAMS, offsetof(CK_ECDH1_DERIVE_PARAMS, kdf),
	                sizeof(CK_ECDH1_DERIVE_PARAMS)},
	        {P11L_STRUCT_CK_ECDH2_DERIVE_PARAMS, offsetof(CK_ECDH2_DERIVE_PARAMS, kdf),
	                sizeof(CK_ECDH2_DERIVE_PARAMS)},
	        {P11L_STRUCT_CK_ECMQV_DERIVE_PARAMS, offsetof(CK_ECMQV_DERIVE_PARAMS, kdf),
	                sizeof(CK_ECMQV_DERIVE_PARAMS)},
	        {P11L_STRUCT_CK_ECDH_AES_KEY_WRAP_PARAMS,
	                offsetof(CK_ECDH_AES_KEY_WRAP_PARAMS, kdf),
	                sizeof(CK_ECDH_AES_KEY_WRAP_PARAMS)},
	};
	const struct p11l_mechanism_row *known = p11l_find_mechanism(given->mechanism);

	for (size_t i = 0; known != NULL && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (known->parameter_struct[0] == rows[i].number)
			function_down(numbers, given, rows[i].offset, rows[i].size);
}

CK_MECHANISM *p11l_mechanism_down(struct p11l_renumbering *numbers, CK_MECHANISM *mechanism)
{
	CK_MECHANISM *own = &numbers->mechanism;

	if (!numbers->on || !p11l_readable(mechanism, sizeof(*mechanism)))
		return mechanism;
	*own = *mechanism;
	own->mechanism = p11l_number_down(numbers, P11L_NUMBER_MECHANISM, mechanism->mechanism);
	parameter_down(numbers, mechanism);
	return memcmp(own, mechanism, sizeof(*own)) != 0 ? own : mechanism;
}

CK_MECHANISM *p11l_maker_down(struct p11l_renumbering *numbers, CK_MECHANISM *mechanism,
        const struct p11l_template *template)
{
	const struct p11l_number *row;
	CK_ULONG type;

	if (!p11l_on(numbers->rules, P11L_RULE_SYM_8) ||
	        !p11l_readable(mechanism, sizeof(*mechanism)) ||
	        mechanism->mechanism != CKM_GENERIC_SECRET_KEY_GEN ||
	        !p11l_template_number(template, CKA_KEY_TYPE, &type))
		return mechanism;
	row = row_of(numbers, P11L_NUMBER_MAKES, type, true);
	if (row == NULL)
		return mechanism;
	numbers->mechanism = *mechanism;
	numbers->mechanism.mechanism = row->vendor;
	return &numbers->mechanism;
}

/* --- Attributes */

bool p11l_holds_numbers(CK_ATTRIBUTE_TYPE type, enum p11l_number_kind *kind)
{
	*kind = type == CKA_KEY_TYPE ? P11L_NUMBER_KEY_TYPE : P11L_NUMBER_MECHANISM;
	return type == CKA_KEY_TYPE || type == CKA_KEY_GEN_MECHANISM ||
	       type == CKA_ALLOWED_MECHANISMS || type == CKA_MECHANISM_TYPE;
}

/* The value of one entry, a number or a list of them. */
static CK_RV entry_down(
        struct p11l_renumbering *numbers, struct p11l_template *template, CK_ULONG place)
{
	const CK_ATTRIBUTE *entry = p11l_template_at(template, place);
	CK_ULONG list[MAX_LIST], count = entry->ulValueLen / sizeof(list[0]);
	enum p11l_number_kind kind;
	const CK_BYTE *value;
	bool changed = false;

	if (!p11l_holds_numbers(entry->type, &kind) || count == 0 || count > MAX_LIST ||
	        entry->ulValueLen % sizeof(list[0]) != 0)
		return CKR_OK;
	value = p11l_template_value(entry);
	if (value == NULL)
		return CKR_OK;
	memcpy(list, value, count * sizeof(list[0]));
	for (CK_ULONG i = 0; i < count; i++) {
		CK_ULONG vendor = p11l_number_down(numbers, kind, list[i]);

		changed = changed || vendor != list[i];
		list[i] = vendor;
	}
	return changed ? p11l_template_put_at(template, place, list, count * sizeof(list[0]))
	               : CKR_OK;
}

CK_RV p11l_template_down(struct p11l_renumbering *numbers, struct p11l_template *template,
        CK_ATTRIBUTE *given, CK_ULONG count)
{
	CK_RV rv = CKR_OK;

	/* Without a rule nobody needs to know whether it can be read. */
	p11l_template_open(template, given, numbers->on ? count : 0);
	template->count = count;
	if (!numbers->on)
		return CKR_OK;
	for (CK_ULONG i = 0; rv == CKR_OK && p11l_template_at(template, i) != NULL; i++)
		rv = entry_down(numbers, template, i);
	return rv;
}
