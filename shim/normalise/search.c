/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "search.h"

#include "ecp.h"
#include "match.h"
#include "template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BATCH     128
#define MOST      (1UL << 20) /* objects of a search */
#define LONG_TEXT 255         /* octets of a name that every vendor copes with */

_Static_assert(P11L_SEARCH_NAME >= P11L_PARAMS_MAX, "a name of a curve must fit");

void p11l_search_clear(struct p11l_search *search)
{
	CK_SLOT_ID slot = search->slot;

	free(search->found);
	*search = (struct p11l_search){.slot = slot};
}

static bool add(struct p11l_search *search, const CK_OBJECT_HANDLE *object, CK_ULONG n)
{
	CK_ULONG room = search->room > 0 ? 2 * search->room : BATCH;
	CK_OBJECT_HANDLE *more;
	int saved = errno;

	if (n == 0)
		return true;
	if (search->count + n > MOST)
		return false;
	if (search->count + n > search->room) {
		more = realloc(search->found, room * sizeof(*more));
		errno = saved;
		if (more == NULL)
			return false;
		search->found = more;
		search->room = room;
	}
	memcpy(search->found + search->count, object, n * sizeof(*object));
	search->count += n;
	return true;
}

/* --- Searching */

/* All that the vendor finds, behind what is there. */
static CK_RV search_whole(const struct p11l_hunt *hunt, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_HANDLE batch[BATCH];
	CK_ULONG n = 0;
	CK_RV rv = hunt->below->C_FindObjectsInit(hunt->session, template, count);

	if (rv != CKR_OK)
		return rv;
	do {
		n = 0;
		rv = hunt->below->C_FindObjects(hunt->session, batch, BATCH, &n);
		if (rv == CKR_OK && n > BATCH)
			rv = CKR_GENERAL_ERROR;
		if (rv == CKR_OK && !add(hunt->search, batch, n))
			rv = CKR_HOST_MEMORY;
	} while (rv == CKR_OK && n == BATCH); /* fewer are the last ones */
	hunt->below->C_FindObjectsFinal(hunt->session);
	return rv;
}

/* Takes out of what was found those objects for which keep says no. */
static void sift(const struct p11l_hunt *hunt, const char *rule,
        bool (*keep)(const struct p11l_hunt *hunt, CK_OBJECT_HANDLE object, const void *data),
        const void *data)
{
	struct p11l_search *search = hunt->search;
	CK_ULONG n = 0;

	for (CK_ULONG i = 0; i < search->count; i++)
		if (keep(hunt, search->found[i], data))
			search->found[n++] = search->found[i];
	if (n != search->count)
		p11l_note(rule, "%lu objects -> %lu", search->count, n);
	search->count = n;
}

/* --- FND-2, FND-4: what the vendor is not asked for, or not trusted with */

/* The number that the template has for an attribute, or P11L_ANY. */
static CK_ULONG number_in(const struct p11l_hunt *hunt, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG number = P11L_ANY;

	for (CK_ULONG i = 0; i < hunt->count; i++) {
		const CK_ATTRIBUTE *attribute = &hunt->template[i];

		if (attribute->type == type && attribute->ulValueLen == sizeof(number) &&
		        p11l_readable(attribute->pValue, sizeof(number)))
			memcpy(&number, attribute->pValue, sizeof(number));
	}
	return number;
}

/* Whether the configuration has the vendor take it: no row [find] leaves it out. */
static bool is_taken(const struct p11l_hunt *hunt, const CK_ATTRIBUTE *attribute)
{
	const struct p11l_attribute_rule *row = p11l_attribute_row(hunt->rules, P11L_USE_FIND,
	        number_in(hunt, CKA_CLASS), number_in(hunt, CKA_KEY_TYPE), attribute->type);

	return row == NULL ||
	       (row->verb != P11L_VERB_DROP &&
	               (row->verb != P11L_VERB_OMIT || !p11l_asks_nothing(attribute)));
}

/* What every vendor searches for. */
static bool is_common(const struct p11l_hunt *hunt, const CK_ATTRIBUTE *attribute)
{
	(void)hunt;
	switch (attribute->type) {
	case CKA_CLASS:
	case CKA_KEY_TYPE:
		return true;
	case CKA_TOKEN:
	case CKA_LABEL:
	case CKA_ID:
		return attribute->ulValueLen > 0;
	default:
		return false;
	}
}

struct checks {
	const CK_ATTRIBUTE *attribute;
	CK_ULONG count;
};

static bool passes(const struct p11l_hunt *hunt, CK_OBJECT_HANDLE object, const void *data)
{
	const struct checks *checks = data;

	return p11l_object_matches(
	        hunt->below, hunt->session, object, checks->attribute, checks->count);
}

/* Searches for those attributes that part says yes to, and compares the others, or all. */
static CK_RV search_part(const struct p11l_hunt *hunt, const char *rule,
        bool (*part)(const struct p11l_hunt *hunt, const CK_ATTRIBUTE *attribute), bool everything)
{
	CK_ATTRIBUTE common[P11L_SEARCH_ENTRIES], other[P11L_SEARCH_ENTRIES];
	CK_ULONG n = 0, others = 0;
	struct checks checks;
	CK_RV rv;

	for (CK_ULONG i = 0; i < hunt->count; i++)
		if (part(hunt, &hunt->template[i]))
			common[n++] = hunt->template[i];
		else
			other[others++] = hunt->template[i];
	if (others > 0)
		p11l_note(rule, "%lu of %lu attributes are compared here", others, hunt->count);
	rv = search_whole(hunt, common, n);
	if (rv != CKR_OK)
		return rv;
	checks = everything ? (struct checks){hunt->template, hunt->count}
	                    : (struct checks){other, others};
	sift(hunt, rule, passes, &checks);
	return CKR_OK;
}

/* Whether a search may have been refused for one of its attributes. */
static bool is_refused(const struct p11l_hunt *hunt, CK_RV rv)
{
	bool about_them = rv == CKR_GENERAL_ERROR || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	                  rv == CKR_ATTRIBUTE_VALUE_INVALID || rv == CKR_TEMPLATE_INCONSISTENT;

	for (CK_ULONG i = 0; about_them && i < hunt->count; i++)
		if (!is_common(hunt, &hunt->template[i]))
			return true;
	return false;
}

/* --- ECP-9, ECPAR-1, ECPAR-6: in the vendor's form, then in another one */

static const CK_ATTRIBUTE *find_in(const struct p11l_hunt *hunt, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < hunt->count; i++)
		if (hunt->template[i].type == type &&
		        p11l_readable(hunt->template[i].pValue, hunt->template[i].ulValueLen))
			return &hunt->template[i];
	return NULL;
}

/* The template with another value for one of its attributes. */
static CK_RV search_with(
        const struct p11l_hunt *hunt, CK_ATTRIBUTE_TYPE type, CK_BYTE *value, CK_ULONG size)
{
	CK_ATTRIBUTE entry[P11L_SEARCH_ENTRIES];

	memcpy(entry, hunt->template, hunt->count * sizeof(entry[0]));
	for (CK_ULONG i = 0; i < hunt->count; i++)
		if (entry[i].type == type)
			entry[i] = (CK_ATTRIBUTE){type, value, size};
	return search_whole(hunt, entry, hunt->count);
}

/*
 * The point of the search. The curve may be named in it; if not, coordinates alone are taken for
 * what they look like, because a search for what is not there does no harm.
 */
static struct p11l_point point_of(const struct p11l_hunt *hunt, const CK_ATTRIBUTE *given)
{
	const CK_ATTRIBUTE *params = find_in(hunt, CKA_EC_PARAMS);
	CK_ULONG key_type = number_in(hunt, CKA_KEY_TYPE);
	struct p11l_ec_key key;

	key = params != NULL ? p11l_ec_key_of(key_type, params->pValue, params->ulValueLen)
	                     : p11l_ec_key_of(key_type, NULL, 0);
	return p11l_point_guess(key.key_type, key.field, given->pValue, given->ulValueLen);
}

static CK_RV search_form(
        const struct p11l_hunt *hunt, const struct p11l_point *point, enum p11l_point_form form)
{
	CK_BYTE octets[P11L_POINT_MAX];
	CK_ULONG size;

	if (form == point->form)
		return search_whole(hunt, hunt->template, hunt->count);
	size = p11l_point_write(point, form, octets, sizeof(octets));
	if (size == 0)
		return CKR_OK;
	p11l_note("ECP-9", "CKA_EC_POINT: searched with %lu octets", size);
	return search_with(hunt, CKA_EC_POINT, octets, size);
}

/* First the vendor's own form; then the one that was given, then the one that others have. */
static CK_RV search_point(const struct p11l_hunt *hunt, const CK_ATTRIBUTE *given)
{
	struct p11l_point point = point_of(hunt, given);
	enum p11l_point_form form[3];
	CK_RV rv = CKR_OK;

	if (point.form == P11L_POINT_NONE)
		return search_whole(hunt, hunt->template, hunt->count);
	form[0] = p11l_native_point(hunt->below, hunt->rules, point.weierstrass);
	form[1] = point.form;
	form[2] = form[0] == P11L_POINT_DER ? P11L_POINT_RAW : P11L_POINT_DER;
	for (unsigned i = 0; rv == CKR_OK && hunt->search->count == 0 && i < 3; i++)
		if (i == 0 || (form[i] != form[0] && (i == 1 || form[i] != form[1])))
			rv = search_form(hunt, &point, form[i]);
	return rv;
}

/* --- Which way a search goes */

static bool has_class(const struct p11l_hunt *hunt)
{
	return find_in(hunt, CKA_CLASS) != NULL;
}

/* FND-7: vendor-defined classes stay out of a search that names none. */
static bool is_standard(const struct p11l_hunt *hunt, CK_OBJECT_HANDLE object, const void *data)
{
	CK_OBJECT_CLASS class = 0;
	CK_ATTRIBUTE asked = {CKA_CLASS, &class, sizeof(class)};

	(void)data;
	return hunt->below->C_GetAttributeValue(hunt->session, object, &asked, 1) != CKR_OK ||
	       (class & CKO_VENDOR_DEFINED) == 0;
}

/* FND-8: names that no object has, and that a vendor would copy over its stack. */
bool p11l_search_is_too_long(const struct p11l_hunt *hunt)
{
	for (CK_ULONG i = 0; i < hunt->count; i++) {
		const CK_ATTRIBUTE *attribute = &hunt->template[i];

		if ((attribute->type == CKA_ID || attribute->type == CKA_LABEL) &&
		        attribute->ulValueLen > LONG_TEXT)
			return true;
	}
	return false;
}

static CK_RV search_all(const struct p11l_hunt *hunt)
{
	const CK_ATTRIBUTE *point = find_in(hunt, CKA_EC_POINT);

	if (point != NULL && p11l_on(hunt->rules, P11L_RULE_ECP_9))
		return search_point(hunt, point);
	return search_whole(hunt, hunt->template, hunt->count);
}

/* FND-2: first without what is known to be refused, then without what may have been. */
static CK_RV search_taken(const struct p11l_hunt *hunt)
{
	bool all = true;
	CK_RV rv;

	for (CK_ULONG i = 0; i < hunt->count; i++)
		all = all && is_taken(hunt, &hunt->template[i]);
	rv = all ? search_all(hunt) : search_part(hunt, "FND-2", is_taken, false);
	if (!is_refused(hunt, rv))
		return rv;
	hunt->search->count = 0;
	return search_part(hunt, "FND-2", is_common, false);
}

CK_RV p11l_search_run(const struct p11l_hunt *hunt)
{
	CK_RV rv;

	if (p11l_on(hunt->rules, P11L_RULE_FND_8) && p11l_search_is_too_long(hunt)) {
		p11l_note("FND-8", "a long name: the vendor is not called -> no objects");
		return CKR_OK;
	}
	if (p11l_on(hunt->rules, P11L_RULE_FND_4) && hunt->count > 0)
		rv = search_part(hunt, "FND-4", is_common, true);
	else if (p11l_on(hunt->rules, P11L_RULE_FND_2))
		rv = search_taken(hunt);
	else
		rv = search_all(hunt);
	if (rv == CKR_OK && p11l_on(hunt->rules, P11L_RULE_FND_7) && !has_class(hunt))
		sift(hunt, "FND-7", is_standard, NULL);
	return rv;
}

/* Whether the search must be run as a whole. */
bool p11l_search_is_ours(const struct p11l_hunt *hunt)
{
	const struct p11l_rules *rules = hunt->rules;

	return p11l_on(rules, P11L_RULE_FND_1) || p11l_on(rules, P11L_RULE_FND_2) ||
	       (p11l_on(rules, P11L_RULE_FND_4) && hunt->count > 0) ||
	       (p11l_on(rules, P11L_RULE_FND_7) && !has_class(hunt)) ||
	       (p11l_on(rules, P11L_RULE_FND_8) && p11l_search_is_too_long(hunt)) ||
	       (p11l_on(rules, P11L_RULE_ECP_9) && find_in(hunt, CKA_EC_POINT) != NULL);
}

/* ECPAR-1, ECPAR-6: the curve as the vendor names it. entry has room for the template. */
void p11l_search_name_curve(
        struct p11l_hunt *hunt, CK_ATTRIBUTE *entry, CK_BYTE name[P11L_SEARCH_NAME])
{
	const CK_ATTRIBUTE *given = find_in(hunt, CKA_EC_PARAMS);
	CK_ULONG size;

	if (given == NULL)
		return;
	size = p11l_params_for_vendor(hunt->rules, given->pValue, given->ulValueLen, name);
	if (size == 0)
		return;
	memcpy(entry, hunt->template, hunt->count * sizeof(entry[0]));
	entry[given - hunt->template] = (CK_ATTRIBUTE){CKA_EC_PARAMS, name, size};
	hunt->template = entry;
}
