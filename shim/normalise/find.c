/* SPDX-License-Identifier: MIT */
/*
 * The layer "find". A search that a rule is about is run as a whole when it is started, and what it
 * found is given out of memory; all others go their way untouched.
 */
#define _GNU_SOURCE
#include "ecp.h"
#include "match.h"
#include "session.h"
#include "template.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BATCH     64
#define MOST      (1UL << 20) /* objects of a search */
#define LONG_TEXT 255         /* octets of a name that every vendor copes with */

/* What is kept of a session's search. */
struct search {
	bool active;
	bool whole; /* found is all there is; else the vendor has the search */
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE *found; /* owned */
	CK_ULONG count, room, next;
};

/* A search that is being started. */
struct hunt {
	p11l_below *below;
	const struct p11l_rules *rules;
	CK_SESSION_HANDLE session;
	CK_ATTRIBUTE *template; /* the host's */
	CK_ULONG count;
	struct search *search;
};

static atomic_uint kept; /* searches that anything is kept of, in all sessions */

/* --- Keeping */

static void clear(struct search *search)
{
	CK_SLOT_ID slot = search->slot;

	free(search->found);
	*search = (struct search){.slot = slot};
}

static void forget(void *search)
{
	clear(search);
	free(search);
	atomic_fetch_sub(&kept, 1);
}

static bool open_search(struct p11l_taken *taken, CK_SESSION_HANDLE session)
{
	struct search *search;
	CK_FLAGS flags;
	int saved = errno;

	if (!p11l_session_take(taken, session, P11L_KEPT_SEARCH))
		return false;
	if (taken->kept == NULL && (search = calloc(1, sizeof(*search))) != NULL) {
		taken->kept = search;
		p11l_session_find(session, &search->slot, &flags);
		atomic_fetch_add(&kept, 1);
	}
	errno = saved;
	if (taken->kept == NULL)
		p11l_session_put(taken, forget);
	return taken->kept != NULL;
}

static void close_search(const struct p11l_taken *taken)
{
	if (!p11l_session_put(taken, forget))
		forget(taken->kept);
}

static bool add(struct search *search, const CK_OBJECT_HANDLE *object, CK_ULONG n)
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
static CK_RV search_whole(const struct hunt *hunt, CK_ATTRIBUTE *template, CK_ULONG count)
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
	} while (rv == CKR_OK && n > 0);
	hunt->below->C_FindObjectsFinal(hunt->session);
	return rv;
}

/* Takes out of what was found those objects for which keep says no. */
static void sift(const struct hunt *hunt, const char *rule,
        bool (*keep)(const struct hunt *hunt, CK_OBJECT_HANDLE object, const void *data),
        const void *data)
{
	struct search *search = hunt->search;
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
static CK_ULONG number_in(const struct hunt *hunt, CK_ATTRIBUTE_TYPE type)
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
static bool is_taken(const struct hunt *hunt, const CK_ATTRIBUTE *attribute)
{
	const struct p11l_attribute_rule *row = p11l_attribute_row(hunt->rules, P11L_USE_FIND,
	        number_in(hunt, CKA_CLASS), number_in(hunt, CKA_KEY_TYPE), attribute->type);

	return row == NULL ||
	       (row->verb != P11L_VERB_DROP &&
	               (row->verb != P11L_VERB_OMIT || !p11l_asks_nothing(attribute)));
}

/* What every vendor searches for. */
static bool is_common(const struct hunt *hunt, const CK_ATTRIBUTE *attribute)
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

static bool passes(const struct hunt *hunt, CK_OBJECT_HANDLE object, const void *data)
{
	const struct checks *checks = data;

	return p11l_object_matches(
	        hunt->below, hunt->session, object, checks->attribute, checks->count);
}

/* Searches for those attributes that part says yes to, and compares the others, or all. */
static CK_RV search_part(const struct hunt *hunt, const char *rule,
        bool (*part)(const struct hunt *hunt, const CK_ATTRIBUTE *attribute), bool everything)
{
	CK_ATTRIBUTE common[P11L_TEMPLATE_ENTRIES], other[P11L_TEMPLATE_ENTRIES];
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
static bool is_refused(const struct hunt *hunt, CK_RV rv)
{
	bool about_them = rv == CKR_GENERAL_ERROR || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	                  rv == CKR_ATTRIBUTE_VALUE_INVALID || rv == CKR_TEMPLATE_INCONSISTENT;

	for (CK_ULONG i = 0; about_them && i < hunt->count; i++)
		if (!is_common(hunt, &hunt->template[i]))
			return true;
	return false;
}

/* --- ECP-9, ECPAR-1, ECPAR-6: in the vendor's form, then in another one */

static const CK_ATTRIBUTE *find_in(const struct hunt *hunt, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < hunt->count; i++)
		if (hunt->template[i].type == type &&
		        p11l_readable(hunt->template[i].pValue, hunt->template[i].ulValueLen))
			return &hunt->template[i];
	return NULL;
}

/* The template with another value for one of its attributes. */
static CK_RV search_with(
        const struct hunt *hunt, CK_ATTRIBUTE_TYPE type, CK_BYTE *value, CK_ULONG size)
{
	CK_ATTRIBUTE entry[P11L_TEMPLATE_ENTRIES];

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
static struct p11l_point point_of(const struct hunt *hunt, const CK_ATTRIBUTE *given)
{
	const CK_ATTRIBUTE *params = find_in(hunt, CKA_EC_PARAMS);
	CK_ULONG key_type = number_in(hunt, CKA_KEY_TYPE);
	struct p11l_ec_key key;

	key = params != NULL ? p11l_ec_key_of(key_type, params->pValue, params->ulValueLen)
	                     : p11l_ec_key_of(key_type, NULL, 0);
	return p11l_point_guess(key.key_type, key.field, given->pValue, given->ulValueLen);
}

static CK_RV search_form(
        const struct hunt *hunt, const struct p11l_point *point, enum p11l_point_form form)
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
static CK_RV search_point(const struct hunt *hunt, const CK_ATTRIBUTE *given)
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

static bool has_class(const struct hunt *hunt)
{
	return find_in(hunt, CKA_CLASS) != NULL;
}

/* FND-7: vendor-defined classes stay out of a search that names none. */
static bool is_standard(const struct hunt *hunt, CK_OBJECT_HANDLE object, const void *data)
{
	CK_OBJECT_CLASS class = 0;
	CK_ATTRIBUTE asked = {CKA_CLASS, &class, sizeof(class)};

	(void)data;
	return hunt->below->C_GetAttributeValue(hunt->session, object, &asked, 1) != CKR_OK ||
	       (class & CKO_VENDOR_DEFINED) == 0;
}

/* FND-8: names that no object has, and that a vendor would copy over its stack. */
static bool is_too_long(const struct hunt *hunt)
{
	for (CK_ULONG i = 0; i < hunt->count; i++) {
		const CK_ATTRIBUTE *attribute = &hunt->template[i];

		if ((attribute->type == CKA_ID || attribute->type == CKA_LABEL) &&
		        attribute->ulValueLen > LONG_TEXT)
			return true;
	}
	return false;
}

static CK_RV search_all(const struct hunt *hunt)
{
	const CK_ATTRIBUTE *point = find_in(hunt, CKA_EC_POINT);

	if (point != NULL && p11l_on(hunt->rules, P11L_RULE_ECP_9))
		return search_point(hunt, point);
	return search_whole(hunt, hunt->template, hunt->count);
}

/* FND-2: first without what is known to be refused, then without what may have been. */
static CK_RV search_taken(const struct hunt *hunt)
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

static CK_RV run(const struct hunt *hunt)
{
	CK_RV rv;

	if (p11l_on(hunt->rules, P11L_RULE_FND_8) && is_too_long(hunt)) {
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
static bool is_ours(const struct hunt *hunt)
{
	const struct p11l_rules *rules = hunt->rules;

	return p11l_on(rules, P11L_RULE_FND_1) || p11l_on(rules, P11L_RULE_FND_2) ||
	       (p11l_on(rules, P11L_RULE_FND_4) && hunt->count > 0) ||
	       (p11l_on(rules, P11L_RULE_FND_7) && !has_class(hunt)) ||
	       (p11l_on(rules, P11L_RULE_FND_8) && is_too_long(hunt)) ||
	       (p11l_on(rules, P11L_RULE_ECP_9) && find_in(hunt, CKA_EC_POINT) != NULL);
}

static CK_RV start_whole(const struct hunt *hunt)
{
	struct search *search = hunt->search;
	CK_RV rv;

	clear(search);
	rv = run(hunt);
	if (rv != CKR_OK) {
		clear(search);
		return rv;
	}
	search->active = search->whole = true;
	if (p11l_on(hunt->rules, P11L_RULE_FND_1))
		p11l_note("FND-1", "search -> %lu handles in memory", search->count);
	return rv;
}

static CK_RV start(const struct hunt *hunt)
{
	struct search *search = hunt->search;
	CK_RV rv;

	if (search->active && (search->whole || p11l_on(hunt->rules, P11L_RULE_FND_5))) {
		p11l_note(search->whole ? "FND-1" : "FND-5", "refused: a search is active");
		return CKR_OPERATION_ACTIVE;
	}
	if (is_ours(hunt))
		return start_whole(hunt);
	rv = hunt->below->C_FindObjectsInit(hunt->session, hunt->template, hunt->count);
	if (rv == CKR_OK) {
		clear(search);
		search->active = true;
	}
	return rv;
}

/* --- Hooks */

/* ECPAR-1, ECPAR-6: the curve as the vendor names it. entry has room for the template. */
static void name_curve(struct hunt *hunt, CK_ATTRIBUTE *entry, CK_BYTE name[P11L_PARAMS_MAX])
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

CK_RV p11l_find_C_FindObjectsInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct hunt hunt = {below, p11l_rules_of(hSession), hSession, pTemplate, ulCount, NULL};
	CK_ATTRIBUTE entry[P11L_TEMPLATE_ENTRIES];
	CK_BYTE name[P11L_PARAMS_MAX];
	struct p11l_taken taken;
	CK_RV rv;

	if (ulCount > P11L_TEMPLATE_ENTRIES ||
	        (ulCount > 0 && !p11l_readable(pTemplate, ulCount * sizeof(*pTemplate))))
		return below->C_FindObjectsInit(hSession, pTemplate, ulCount);
	name_curve(&hunt, entry, name);
	if ((!is_ours(&hunt) && !p11l_on(hunt.rules, P11L_RULE_FND_5)) ||
	        !open_search(&taken, hSession))
		return below->C_FindObjectsInit(hSession, hunt.template, ulCount);
	hunt.search = taken.kept;
	rv = start(&hunt);
	close_search(&taken);
	return rv;
}

/* Gives out the next handles. */
static CK_RV give(struct search *search, CK_OBJECT_HANDLE *object, CK_ULONG most, CK_ULONG *count)
{
	CK_ULONG left = search->count - search->next;
	CK_ULONG n = most < left ? most : left;

	if (!p11l_readable(count, sizeof(*count)) ||
	        (n > 0 && !p11l_readable(object, n * sizeof(*object))))
		return CKR_ARGUMENTS_BAD;
	if (n > 0)
		memcpy(object, search->found + search->next, n * sizeof(*object));
	search->next += n;
	*count = n;
	return CKR_OK;
}

static bool take_known(struct p11l_taken *taken, CK_SESSION_HANDLE session)
{
	if (p11l_on(p11l_rules_of(session), P11L_RULE_FND_5))
		return open_search(taken, session);
	if (atomic_load_explicit(&kept, memory_order_relaxed) == 0 ||
	        !p11l_session_take(taken, session, P11L_KEPT_SEARCH))
		return false;
	if (taken->kept == NULL)
		p11l_session_put(taken, forget);
	return taken->kept != NULL;
}

/* FND-5: a vendor that does not mind gets no such call. */
static bool is_out_of_order(const struct search *search, CK_SESSION_HANDLE session)
{
	if (search->active || !p11l_on(p11l_rules_of(session), P11L_RULE_FND_5))
		return false;
	p11l_note("FND-5", "no search is active -> CKR_OPERATION_NOT_INITIALIZED");
	return true;
}

CK_RV p11l_find_C_FindObjects(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE_PTR phObject, CK_ULONG ulMaxObjectCount, CK_ULONG_PTR pulObjectCount)
{
	struct p11l_taken taken;
	struct search *search;
	CK_RV rv;

	if (!take_known(&taken, hSession))
		return below->C_FindObjects(hSession, phObject, ulMaxObjectCount, pulObjectCount);
	search = taken.kept;
	if (is_out_of_order(search, hSession))
		rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (search->active && search->whole)
		rv = give(search, phObject, ulMaxObjectCount, pulObjectCount);
	else
		rv = below->C_FindObjects(hSession, phObject, ulMaxObjectCount, pulObjectCount);
	close_search(&taken);
	return rv;
}

CK_RV p11l_find_C_FindObjectsFinal(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	struct p11l_taken taken;
	struct search *search;
	CK_RV rv = CKR_OK;

	if (!take_known(&taken, hSession))
		return below->C_FindObjectsFinal(hSession);
	search = taken.kept;
	if (is_out_of_order(search, hSession))
		rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (!search->active || !search->whole)
		rv = below->C_FindObjectsFinal(hSession);
	clear(search);
	close_search(&taken);
	return rv;
}

CK_RV p11l_find_C_SessionCancel(p11l_below *below, CK_SESSION_HANDLE hSession, CK_FLAGS flags)
{
	struct p11l_taken taken;
	bool ended = false;
	CK_RV rv = below->C_SessionCancel(hSession, flags);

	if ((flags & CKF_FIND_OBJECTS) == 0 || !take_known(&taken, hSession))
		return rv;
	ended = ((struct search *)taken.kept)->whole;
	clear(taken.kept);
	close_search(&taken);
	return ended && flags == CKF_FIND_OBJECTS ? CKR_OK : rv;
}

/* Handles of private objects mean nothing after the logout; the search itself goes on. */
static void empty(void *kept_search)
{
	struct search *search = kept_search;

	search->count = search->next;
}

CK_RV p11l_find_C_Logout(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	CK_RV rv = below->C_Logout(hSession);
	CK_SLOT_ID slot;
	CK_FLAGS flags;

	if (rv == CKR_OK && atomic_load_explicit(&kept, memory_order_relaxed) > 0 &&
	        p11l_session_find(hSession, &slot, &flags))
		p11l_session_each(slot, P11L_KEPT_SEARCH, empty);
	return rv;
}
