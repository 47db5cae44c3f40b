/* SPDX-License-Identifier: MIT */
/* Attributes, mechanisms, return codes and curves. */
#include <stdlib.h>
#include <string.h>

#include "read.h"

static uint64_t need_value(const struct place *place, const char *name, const char *ctype)
{
	const struct constant *constant = find_constant(name, ctype);

	if (constant == NULL)
		bad(place, "'%s' is no constant of type %s", name, ctype);
	return constant->value;
}

static void check_attribute(struct attribute *attribute)
{
	attribute->value = need_value(&attribute->place, attribute->name, "CK_ATTRIBUTE_TYPE");
	for (const struct attribute *a = spec.attributes.item; a < attribute; a++) {
		if (a->value == attribute->value)
			bad(&attribute->place, "'%s' has a row already: '%s'", attribute->name,
			        a->name);
	}
	check_role(&attribute->place, &attribute->role, NULL);
}

/* "A|B|C" */
static void check_alternatives(struct mechanism *mechanism)
{
	char *rest = mechanism->parameter;

	for (size_t i = 0; rest != NULL; i++) {
		char *name = rest;

		rest = strchr(name, '|');
		if (rest != NULL)
			*rest++ = '\0';
		if (i == MAX_ALTERNATIVES)
			bad(&mechanism->place, "more than %d structs", MAX_ALTERNATIVES);
		mechanism->parameter_struct[i] = find_record(name);
		if (mechanism->parameter_struct[i] == NOWHERE)
			bad(&mechanism->place, "'%s' is neither a struct nor a role", name);
	}
	mechanism->role.id = ROLE_STRUCT;
	mechanism->role.ref = mechanism->parameter_struct[0];
}

static bool is_role(const char *text)
{
	size_t length = strcspn(text, ":[");

	for (size_t i = 0; i < ROLES; i++) {
		if (strlen(role_rules[i].name) == length &&
		        strncmp(role_rules[i].name, text, length) == 0)
			return true;
	}
	return false;
}

static void check_parameter(struct mechanism *mechanism)
{
	mechanism->role = (struct role){.id = ROLE_OPAQUE, .ref = NOWHERE};
	for (size_t i = 0; i < MAX_ALTERNATIVES; i++)
		mechanism->parameter_struct[i] = NOWHERE;
	mechanism->has_parameter = strcmp(mechanism->parameter, "-") != 0;
	if (!mechanism->has_parameter)
		return;
	if (is_role(mechanism->parameter)) {
		mechanism->role = read_role(&mechanism->place, mechanism->parameter, USE_MECHANISM);
		check_role(&mechanism->place, &mechanism->role, NULL);
	} else {
		check_alternatives(mechanism);
	}
}

static void check_mechanism(struct mechanism *mechanism)
{
	mechanism->value = need_value(&mechanism->place, mechanism->name, "CK_MECHANISM_TYPE");
	for (const struct mechanism *m = spec.mechanisms.item; m < mechanism; m++) {
		if (m->value == mechanism->value)
			bad(&mechanism->place, "'%s' has a row already: '%s'", mechanism->name,
			        m->name);
	}
	check_parameter(mechanism);
	mechanism->message_struct = NOWHERE;
	if (mechanism->message == NULL)
		return;
	mechanism->message_struct = find_record(mechanism->message);
	if (mechanism->message_struct == NOWHERE)
		bad(&mechanism->place, "unknown struct '%s'", mechanism->message);
}

static const struct returns *find_returns(const char *name, bool group)
{
	for (size_t i = 0; i < spec.returns.count; i++) {
		const struct returns *returns = &spec.returns.item[i];

		if (returns->group == group && strcmp(returns->name, name) == 0)
			return returns;
	}
	return NULL;
}

/* Adds a code in its place; one that is there already came from a group, too. */
static void add_code(struct function *function, uint16_t code)
{
	size_t i = 0;

	while (i < function->rv_count && function->rv[i] < code)
		i++;
	if (i < function->rv_count && function->rv[i] == code)
		return;
	append(&function->rv, &function->rv_count, sizeof function->rv[0]);
	memmove(&function->rv[i + 1], &function->rv[i],
	        (function->rv_count - 1 - i) * sizeof function->rv[0]);
	function->rv[i] = code;
}

/* Codes of function lists are 16 bits wide, with 0xffff as the end. */
static uint16_t need_code(const struct place *place, const char *name)
{
	uint64_t value = need_value(place, name, "CK_RV");

	if (value >= 0xffff)
		bad(place, "'%s' does not fit 16 bits", name);
	return (uint16_t)value;
}

/* function is NULL for the row of a group, which is checked and no more. */
static void expand(const struct returns *returns, struct function *function)
{
	for (size_t i = 0; i < returns->count; i++) {
		const struct returns *group =
		        returns->group ? NULL : find_returns(returns->code[i], true);
		uint16_t code;

		if (find_word(returns->code[i], (const char *const *)returns->code, i) != NOWHERE)
			bad(&returns->place, "'%s' stands twice", returns->code[i]);
		if (group != NULL) {
			expand(group, function);
			continue;
		}
		code = need_code(&returns->place, returns->code[i]);
		if (function != NULL)
			add_code(function, code);
	}
}

static void check_returns(void)
{
	for (size_t i = 0; i < spec.returns.count; i++) {
		const struct returns *returns = &spec.returns.item[i];
		size_t number = returns->group ? NOWHERE : find_function(returns->name);

		if (!returns->group && number == NOWHERE)
			bad(&returns->place, "unknown function '%s'", returns->name);
		expand(returns, number == NOWHERE ? NULL : &spec.functions.item[number]);
	}
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		if (find_returns(function->name, false) == NULL)
			bad(&function->place, "%s has no row in returns.spec", function->name);
	}
}

/* Seven bits an octet, the highest first, all but the last with the top bit set. */
static void put_arc(struct curve *curve, uint64_t arc)
{
	unsigned shift = 0;

	while (arc >> shift >= 0x80)
		shift += 7;
	for (;; shift -= 7) {
		if (curve->length == MAX_DER)
			bad(&curve->place, "object identifier too long");
		curve->der[curve->length++] =
		        (uint8_t)((arc >> shift & 0x7f) | (shift > 0 ? 0x80 : 0));
		if (shift == 0)
			return;
	}
}

static uint64_t next_arc(const struct curve *curve, const char **text)
{
	size_t digits = strspn(*text, "0123456789");
	uint64_t arc = strtoull(*text, NULL, 10);

	if (digits == 0 || digits > 10 || (digits > 1 && **text == '0') ||
	        ((*text)[digits] != '.' && (*text)[digits] != '\0'))
		bad(&curve->place, "'%s' is no object identifier", curve->oid);
	*text += digits;
	if (**text == '.')
		(*text)++;
	else
		*text = NULL;
	return arc;
}

/* X.690: 06, length, and the first two arcs in one number. */
static void encode_oid(struct curve *curve)
{
	const char *text = curve->oid;
	uint64_t first = next_arc(curve, &text);
	uint64_t second = text == NULL ? UINT64_MAX : next_arc(curve, &text);

	if (second == UINT64_MAX || first > 2 || (first < 2 && second > 39))
		bad(&curve->place, "'%s' is no object identifier", curve->oid);
	curve->length = 2;
	put_arc(curve, first * 40 + second);
	while (text != NULL)
		put_arc(curve, next_arc(curve, &text));
	curve->der[0] = 0x06;
	curve->der[1] = (uint8_t)(curve->length - 2);
}

static void check_curve(struct curve *curve)
{
	encode_oid(curve);
	for (size_t i = 1; i < DOMAINS; i++)
		if ((curve->domain[i] == NULL) != (curve->domain[0] == NULL))
			bad(&curve->place, "some, but not all of the rows p, a, b, x, y, n");
	if (curve->key != NULL && find_constant(curve->key, "CK_KEY_TYPE") == NULL)
		bad(&curve->place, "'%s' is no constant of type CK_KEY_TYPE", curve->key);
	for (const struct curve *c = spec.curves.item; c < curve; c++) {
		if (strcmp(c->oid, curve->oid) == 0)
			bad(&curve->place, "curve '%s' has this object identifier", c->name[0]);
	}
}

void check_facts(void)
{
	for (size_t i = 0; i < spec.attributes.count; i++)
		check_attribute(&spec.attributes.item[i]);
	for (size_t i = 0; i < spec.mechanisms.count; i++)
		check_mechanism(&spec.mechanisms.item[i]);
	check_returns();
	for (size_t i = 0; i < spec.curves.count; i++)
		check_curve(&spec.curves.item[i]);
}
