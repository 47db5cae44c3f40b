/* SPDX-License-Identifier: MIT */
/* What shim/spec.h declares: attributes, mechanisms and curves, each sorted for searching. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

static int compare_attributes(const void *a, const void *b)
{
	const struct attribute *left = a, *right = b;

	return left->value < right->value ? -1 : left->value > right->value;
}

static void put_attributes(void)
{
	char text[TEXT];

	qsort(spec.attributes.item, spec.attributes.count, sizeof *spec.attributes.item,
	        compare_attributes);
	put("\nconst struct p11l_attribute p11l_attributes[] = {\n");
	for (size_t i = 0; i < spec.attributes.count; i++) {
		const struct attribute *attribute = &spec.attributes.item[i];

		put("\t/* %s */\n", attribute->name);
		put("\t{0x%08lxUL, %s},\n", (unsigned long)attribute->value,
		        type_text(text, &attribute->role));
	}
	put("};\nconst size_t p11l_attribute_count = %zu;\n", spec.attributes.count);
}

static int compare_mechanisms(const void *a, const void *b)
{
	const struct mechanism *left = a, *right = b;

	return left->value < right->value ? -1 : left->value > right->value;
}

static const char *struct_text(char text[TEXT], size_t record)
{
	if (record == NOWHERE)
		return "P11L_NO_STRUCT";
	snprintf(text, TEXT, "P11L_STRUCT_%s", spec.records.item[record].name);
	return text;
}

static void put_operations(unsigned operations)
{
	char text[TEXT];
	bool any = false;

	if (operations == 0)
		put_item(1, "0");
	for (size_t i = 0; i < operation_count; i++) {
		if ((operations & 1U << i) == 0)
			continue;
		capitals(text, "P11L_OP_", operation_names[i]);
		if (any)
			put_word("| %s", text);
		else
			put_item(1, "%s", text);
		any = true;
	}
}

static void put_mechanism(const struct mechanism *mechanism)
{
	char text[TEXT];

	put("\t/* %s */\n\t{", mechanism->name);
	put_item(0, "0x%08lxUL", (unsigned long)mechanism->value);
	put_item(1, "%s", mechanism->has_parameter ? "true" : "false");
	put_item(2, "%s", type_text(text, &mechanism->role));
	for (size_t i = 0; i < MAX_ALTERNATIVES; i++)
		put_item(3, "%s%s%s", i == 0 ? "{" : "",
		        struct_text(text, mechanism->parameter_struct[i]),
		        i == MAX_ALTERNATIVES - 1 ? "}" : "");
	put_item(4, "%s", struct_text(text, mechanism->message_struct));
	put_operations(mechanism->operations);
	put("},\n");
}

/* A decoder tells alternatives apart by their size, so equal sizes must not compile. */
static void put_size_check(size_t left, size_t right)
{
	char a[TEXT], b[TEXT];

	put("_Static_assert(sizeof(%s) !=", c_name(a, &spec.records.item[left]));
	put_word("sizeof(%s),\n", c_name(b, &spec.records.item[right]));
	put("\t\"alternatives of one size\");\n");
}

static void put_size_checks(const struct mechanism *mechanism)
{
	const size_t *alternative = mechanism->parameter_struct;

	for (size_t i = 0; i < MAX_ALTERNATIVES; i++) {
		for (size_t j = i + 1; j < MAX_ALTERNATIVES && alternative[j] != NOWHERE; j++)
			put_size_check(alternative[i], alternative[j]);
	}
}

static void put_mechanisms(void)
{
	qsort(spec.mechanisms.item, spec.mechanisms.count, sizeof *spec.mechanisms.item,
	        compare_mechanisms);
	put("\nconst struct p11l_mechanism_row p11l_mechanisms[] = {\n");
	for (size_t i = 0; i < spec.mechanisms.count; i++)
		put_mechanism(&spec.mechanisms.item[i]);
	put("};\nconst size_t p11l_mechanism_count = %zu;\n\n", spec.mechanisms.count);
	for (size_t i = 0; i < spec.mechanisms.count; i++)
		put_size_checks(&spec.mechanisms.item[i]);
}

/* The second octet is the length, so shorter identifiers come first. */
static int compare_curves(const void *a, const void *b)
{
	const struct curve *left = a, *right = b;

	return memcmp(left->der, right->der, sizeof left->der);
}

/* The numbers one behind the other, each as long as a coordinate. */
static void put_domain(const struct curve *curve, size_t number)
{
	if (curve->domain[0] == NULL)
		return;
	put("static const uint8_t domain_%zu[] = {", number);
	for (size_t i = 0; i < DOMAINS; i++)
		for (size_t j = 0; j < curve->octets; j++)
			put_item(i * curve->octets + j, "0x%.2s", curve->domain[i] + 2 * j);
	put("};\n");
}

/* All names, each with its NUL; the string's own NUL is the empty name that ends them. */
static void put_curve(const struct curve *curve, size_t number)
{
	put("\t{\"");
	for (size_t i = 0; i < curve->count; i++)
		put(i == 0 ? "%s" : "\\0\" \"%s", curve->name[i]);
	put("\\0\", curve_%zu, sizeof curve_%zu, %u, %s, ", number, number, curve->octets,
	        curve->key != NULL ? curve->key : "CKK_EC");
	if (curve->domain[0] != NULL)
		put("domain_%zu},\n", number);
	else
		put("NULL},\n");
}

static void put_curves(void)
{
	qsort(spec.curves.item, spec.curves.count, sizeof *spec.curves.item, compare_curves);
	for (size_t i = 0; i < spec.curves.count; i++) {
		const struct curve *curve = &spec.curves.item[i];

		put("\n/* %s: %s */\nstatic const uint8_t curve_%zu[] = {", curve->name[0],
		        curve->oid, i);
		for (size_t j = 0; j < curve->length; j++)
			put_item(j, "0x%02x", (unsigned)curve->der[j]);
		put("};\n");
		put_domain(curve, i);
	}
	put("\nconst struct p11l_curve p11l_curves[] = {\n");
	for (size_t i = 0; i < spec.curves.count; i++)
		put_curve(&spec.curves.item[i], i);
	put("};\nconst size_t p11l_curve_count = %zu;\n", spec.curves.count);
}

void out_fact_tables(void)
{
	put_attributes();
	put_mechanisms();
	put_curves();
}
