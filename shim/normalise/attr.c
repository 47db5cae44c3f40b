/* SPDX-License-Identifier: MIT */
/* Family ATTR: the attribute rules of the configuration. */
#include "template.h"

#include <string.h>

static bool fits(const struct p11l_attribute_rule *row, enum p11l_template_use use, CK_ULONG class,
        CK_ULONG key_type)
{
	return (row->uses & use) != 0 && (row->class == P11L_ANY || row->class == class) &&
	       (row->key_type == P11L_ANY || row->key_type == key_type);
}

/* The rows of the user, then those of the profile. */
static const struct p11l_attribute_rule *row_at(
        const struct p11l_rules *rules, unsigned place, unsigned *source)
{
	for (*source = 0; *source < 2; (*source)++) {
		const struct p11l_config *config = rules->config[*source];

		if (config == NULL)
			continue;
		if (place < config->attributes)
			return &config->attribute[place];
		place -= config->attributes;
	}
	return NULL;
}

const struct p11l_attribute_rule *p11l_attribute_row(const struct p11l_rules *rules,
        enum p11l_template_use use, CK_ULONG class, CK_ULONG key_type, CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute_rule *row;
	unsigned source;

	if (!p11l_on(rules, P11L_RULE_ATTR_1))
		return NULL;
	for (unsigned i = 0; (row = row_at(rules, i, &source)) != NULL; i++)
		if (row->type == type && fits(row, use, class, key_type))
			return row;
	return NULL;
}

static const struct p11l_attribute_rule *decides(
        const struct p11l_request *request, CK_ATTRIBUTE_TYPE type)
{
	return p11l_attribute_row(
	        request->rules, request->use, request->class, request->key_type, type);
}

/* For what is changed or copied, the kind of object is not in the template. */
static void ask_kind(struct p11l_request *request)
{
	CK_ULONG class = P11L_ANY, key_type = P11L_ANY;
	CK_ATTRIBUTE read[] = {
	        {CKA_CLASS, &class, sizeof(class)}, {CKA_KEY_TYPE, &key_type, sizeof(key_type)}};

	request->below->C_GetAttributeValue(request->session, request->object, read, 2);
	request->class = read[0].ulValueLen == sizeof(class) ? class : P11L_ANY;
	request->key_type = read[1].ulValueLen == sizeof(key_type) ? key_type : P11L_ANY;
}

static bool needs_kind(const struct p11l_request *request)
{
	const struct p11l_attribute_rule *row;
	unsigned source;

	if (request->use != P11L_USE_SET && request->use != P11L_USE_COPY)
		return false;
	for (unsigned i = 0; (row = row_at(request->rules, i, &source)) != NULL; i++)
		if ((row->uses & request->use) != 0 && row->class != P11L_ANY)
			return true;
	return false;
}

/* Whether a row of these verbs has something to do with what is given (NULL: nothing). */
static bool acts(const struct p11l_request *request, const struct p11l_attribute_rule *row,
        const CK_ATTRIBUTE *given)
{
	const CK_BYTE *value;

	if (given == NULL)
		return row->verb == P11L_VERB_ADD ||
		       (row->verb == P11L_VERB_FORCE && (request->use & P11L_USE_ANY) != 0);
	if (row->verb != P11L_VERB_FORCE)
		return false;
	value = p11l_template_value(given);
	return value == NULL || given->ulValueLen != row->size ||
	       memcmp(value, row->value, row->size) != 0;
}

static CK_RV apply(struct p11l_request *request, const struct p11l_attribute_rule *row)
{
	const CK_ATTRIBUTE *given = p11l_template_find(request->template, row->type);
	CK_RV rv = CKR_OK;

	if (!acts(request, row, given))
		return CKR_OK;
	p11l_step_note(request, P11L_RULE_ATTR_1, row->type, given != NULL ? "given" : "none",
	        row->origin);
	/* An attribute that is there twice keeps no second value. */
	if (given != NULL)
		rv = p11l_template_remove(request->template, row->type);
	return rv == CKR_OK
	               ? p11l_template_point(request->template, row->type, row->value, row->size)
	               : rv;
}

CK_RV p11l_step_rows(struct p11l_request *request)
{
	const struct p11l_attribute_rule *row;
	CK_RV rv = CKR_OK;
	unsigned source;

	if (needs_kind(request))
		ask_kind(request);
	for (unsigned i = 0; rv == CKR_OK && (row = row_at(request->rules, i, &source)) != NULL;
	        i++)
		if (decides(request, row->type) == row)
			rv = apply(request, row);
	return rv;
}

static bool leaves_out(const struct p11l_attribute_rule *row, const CK_ATTRIBUTE *entry)
{
	return row != NULL && (row->verb == P11L_VERB_DROP ||
	                              (row->verb == P11L_VERB_OMIT && p11l_asks_nothing(entry)));
}

CK_RV p11l_step_leave(struct p11l_request *request)
{
	const CK_ATTRIBUTE *entry;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0;
	        rv == CKR_OK && (entry = p11l_template_at(request->template, i)) != NULL; i++) {
		const struct p11l_attribute_rule *row = decides(request, entry->type);

		if (!leaves_out(row, entry))
			continue;
		p11l_step_note(request, P11L_RULE_ATTR_1, entry->type, "left out by", row->origin);
		rv = p11l_template_remove_at(request->template, i--);
	}
	return rv;
}
