/* SPDX-License-Identifier: MIT */
/* attributes.spec, mechanisms.spec, returns.spec and curves.spec. */
#include <stdlib.h>
#include <string.h>

#include "read.h"

static void need_alone(const struct row *row)
{
	if (row->indented)
		bad(&row->place, "indented, but rows of this file stand alone");
}

void take_attribute_row(struct row *row)
{
	struct attribute *attribute;

	need_alone(row);
	need_fields(row, 2, 2, "NAME ROLE");
	attribute = APPEND(spec.attributes);
	attribute->place = row->place;
	attribute->name = need_name(row, 0);
	attribute->role = read_role(&row->place, row->field[1], USE_ATTRIBUTE);
}

static void take_operation(const struct row *row, struct mechanism *mechanism, const char *word)
{
	size_t operation = find_word(word, operation_names, operation_count);

	if (operation == NOWHERE)
		bad(&row->place, "unknown operation '%s'", word);
	if ((mechanism->operations & 1U << operation) != 0)
		bad(&row->place, "operation '%s' stands twice", word);
	mechanism->operations |= 1U << operation;
}

void take_mechanism_row(struct row *row)
{
	struct mechanism *mechanism;

	need_alone(row);
	need_fields(row, 2, ROW_FIELDS, "NAME PARAMETER [message=STRUCT] [OPERATION...]");
	mechanism = APPEND(spec.mechanisms);
	mechanism->place = row->place;
	mechanism->name = need_name(row, 0);
	mechanism->parameter = row->field[1];
	for (size_t i = 2; i < row->count; i++) {
		if (i == 2 && strncmp(row->field[i], "message=", 8) == 0)
			mechanism->message = row->field[i] + 8;
		else
			take_operation(row, mechanism, row->field[i]);
	}
}

static void need_new_returns(const struct row *row, const struct returns *wanted)
{
	for (size_t i = 0; i < spec.returns.count; i++) {
		if (spec.returns.item[i].group == wanted->group &&
		        strcmp(spec.returns.item[i].name, wanted->name) == 0)
			bad(&row->place, "'%s' stands twice", wanted->name);
	}
}

void take_returns_row(struct row *row)
{
	size_t name = strcmp(row->field[0], "group") == 0 ? 1 : 0;
	struct returns returns = {.place = row->place, .group = name == 1};
	struct returns *item;

	need_alone(row);
	need_fields(
	        row, name + 2, ROW_FIELDS, name == 1 ? "group NAME CODE..." : "NAME CODE|GROUP...");
	returns.name = need_name(row, name);
	need_new_returns(row, &returns);
	for (size_t i = name + 1; i < row->count; i++) {
		char **code = append(&returns.code, &returns.count, sizeof *code);

		*code = row->field[i];
	}
	item = APPEND(spec.returns);
	*item = returns;
}

static void need_new_curve(const struct row *row, const char *name)
{
	for (size_t i = 0; i < spec.curves.count; i++) {
		const struct curve *curve = &spec.curves.item[i];

		if (find_word(name, (const char *const *)curve->name, curve->count) != NOWHERE)
			bad(&row->place, "curve '%s' stands twice", name);
	}
}

/* One number of a curve's domain parameters, with as many octets as a coordinate has. */
static void take_domain_row(const struct row *row, struct curve *curve)
{
	const char *word = row->field[0], *hex = row->field[1];
	size_t at = strlen(word) == 1 ? strcspn(DOMAIN_ROWS, word) : DOMAINS;

	if (at == DOMAINS)
		bad(&row->place, "'%s' is none of: key, p, a, b, x, y, n", word);
	if (curve->domain[at] != NULL)
		bad(&row->place, "'%s' stands twice", word);
	if (strspn(hex, "0123456789abcdef") != strlen(hex) || strlen(hex) != curve->octets * 2)
		bad(&row->place, "'%s' is not %u octets in small hex digits", word, curve->octets);
	curve->domain[at] = hex;
}

static void take_curve_detail(const struct row *row)
{
	struct curve *curve;

	if (spec.curves.count == 0)
		bad(&row->place, "indented, but below no curve");
	curve = &spec.curves.item[spec.curves.count - 1];
	need_fields(row, 2, 2, "key CKK_NAME, or p|a|b|x|y|n HEX");
	if (strcmp(row->field[0], "key") == 0)
		curve->key = need_name(row, 1);
	else
		take_domain_row(row, curve);
}

void take_curve_row(struct row *row)
{
	struct curve curve = {.place = row->place};
	struct curve *item;

	if (row->indented) {
		take_curve_detail(row);
		return;
	}
	need_fields(row, 3, ROW_FIELDS, "NAME OID OCTETS [ALIAS...]");
	curve.oid = row->field[1];
	curve.octets = (unsigned)need_number(&row->place, row->field[2], MAX_OCTETS);
	for (size_t i = 0; i < row->count; i++) {
		char **name;

		if (i == 1 || i == 2)
			continue;
		need_new_curve(row, row->field[i]);
		name = append(&curve.name, &curve.count, sizeof *name);
		*name = row->field[i];
	}
	item = APPEND(spec.curves);
	*item = curve;
}
