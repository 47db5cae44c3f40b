/* SPDX-License-Identifier: MIT */
/* Objects and keys, found by what they are like. */
#include "parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NAMED 4 /* objects that an error names */

CK_RV p11l_find(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_objects **objects)
{
	struct p11l_search search;
	CK_RV rv;

	if (objects == NULL)
		return p11l_bad_argument("objects");
	*objects = NULL;
	if (session == NULL)
		return p11l_bad_argument("session");
	rv = p11l_search_init(&search, session, selector);
	if (rv != CKR_OK)
		return rv;
	rv = p11l_run_search(&search);
	if (rv == CKR_OK && search.objects == NULL) {
		search.objects = calloc(1, sizeof(*search.objects));
		rv = search.objects != NULL ? CKR_OK : p11l_no_memory();
	}
	if (rv == CKR_OK) {
		*objects = search.objects;
		search.objects = NULL;
	}
	p11l_search_free(&search);
	return rv;
}

/* What was asked for, as text; secrets among it are not told. */
static void describe(const struct p11l_search *search, struct p11l_buffer *text)
{
	const struct p11l_attributes *template = &search->template;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; i < template->count; i++)
		if (p11l_value_is_secret(template->entry[i].type, P11L_NONE))
			rv = CKR_ATTRIBUTE_SENSITIVE;
	if (rv == CKR_OK)
		rv = p11l_format_attributes(template->entry, template->count, text);
	if (rv != CKR_OK || text->len == 0)
		p11l_buffer_set(text, "what was asked for", sizeof("what was asked for"));
}

static CK_RV refuse_none(const struct p11l_search *search)
{
	struct p11l_buffer text = {0};
	CK_RV rv;

	describe(search, &text);
	rv = p11l_refuse(P11L_CKR_NO_OBJECT, NULL, NULL, "no %s with %s",
	        search->keys_only ? "key" : "object", text.p != NULL ? (char *)text.p : "that");
	p11l_buffer_free(&text);
	return rv;
}

static void name_each(const struct p11l_search *search, char *names, size_t room)
{
	size_t used = 0;

	for (CK_ULONG i = 0; i < search->objects->count && i < MOST_NAMED && used < room; i++) {
		const struct p11l_object *object = search->objects->item[i];
		int n = snprintf(names + used, room - used, "%s%s \"%.40s\"", i > 0 ? ", " : "",
		        p11l_class_word(object->object_class), p11l_object_label(object));

		used += n > 0 ? (size_t)n : 0;
	}
}

static CK_RV refuse_many(const struct p11l_search *search)
{
	struct p11l_buffer text = {0};
	char names[320] = "";
	CK_RV rv;

	describe(search, &text);
	name_each(search, names, sizeof(names));
	rv = p11l_refuse(P11L_CKR_MANY_OBJECTS, NULL, NULL, "%s%lu %s with %s: %s%s; say more",
	        search->is_cut ? "at least " : "", search->objects->count,
	        search->keys_only ? "keys" : "objects", text.p != NULL ? (char *)text.p : "that",
	        names, search->objects->count > MOST_NAMED ? ", ..." : "");
	p11l_buffer_free(&text);
	return rv;
}

/* The only object that the search finds. */
static CK_RV get(struct p11l_search *search, struct p11l_object **object)
{
	CK_RV rv;

	search->most = MOST_NAMED + 1;
	rv = p11l_run_search(search);
	if (rv != CKR_OK)
		return rv;
	if (p11l_objects_count(search->objects) == 0)
		return refuse_none(search);
	if (search->objects->count > 1)
		return refuse_many(search);
	*object = p11l_object_ref(search->objects->item[0]);
	return CKR_OK;
}

CK_RV p11l_get_object(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_object **object)
{
	struct p11l_search search;
	CK_RV rv;

	if (object == NULL)
		return p11l_bad_argument("object");
	*object = NULL;
	if (session == NULL)
		return p11l_bad_argument("session");
	rv = p11l_search_init(&search, session, selector);
	if (rv != CKR_OK)
		return rv;
	rv = get(&search, object);
	p11l_search_free(&search);
	return rv;
}

static CK_RV find_key(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_object **key)
{
	struct p11l_search search;
	CK_RV rv = p11l_search_init(&search, session, selector);

	if (rv != CKR_OK)
		return rv;
	search.keys_only = true;
	rv = get(&search, key);
	if (rv == CKR_OK)
		p11l_cache_put(session, &search.template, *key);
	p11l_search_free(&search);
	return rv;
}

CK_RV p11l_get_key(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_object **key)
{
	struct p11l_attributes template = {0};
	CK_RV rv;

	if (key == NULL)
		return p11l_bad_argument("key");
	*key = NULL;
	if (session == NULL)
		return p11l_bad_argument("session");
	rv = p11l_selector_template(selector, &template);
	if (rv != CKR_OK)
		return rv;
	*key = p11l_cache_get(session, &template);
	p11l_attributes_clear(&template);
	return *key != NULL ? CKR_OK : find_key(session, selector, key);
}
